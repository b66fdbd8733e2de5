"""Seconds and memory of the DCGAN on colour images of four sizes. Some minutes on a core:

    taskset -c 0 python benchmarks/own_sizes.py

takes 2,000 training images and 400 test images of noise without labels, each size in a process of its own: a
call of twelve steps, which compiles, and four more, of batch 64; then `evaluate_quality`, whose network is
trained anew. Seconds are the processor's, so that other work on the machine hardly counts. Prints a table;
memory is the most that the process held until then.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

import gan_utils as gu
import numpy as np
from bench import machine

COLUMNS = {
    "pixels": "{pixels}",
    "weights of G": "{weights:,}",
    "ms a step (s for 1,000)": "{milliseconds:.0f}",
    "first call, s": "{first:.0f}",
    "training, MB": "{training:,.0f}",
    "quality, s": "{quality:.0f}",
    "then, MB": "{then:,.0f}",
}
CALL, CALLS, BATCH = 12, 4, 64


def peak():
    """Megabytes, the most this process ever held."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(side, n):
    rng, shape = np.random.default_rng(0), (side, side, 3)
    images, test = (rng.random((count, *shape), dtype="float32") for count in (n, n // 5))
    gan = gu.GAN(gu.build_dcgan_generator(image_shape=shape), gu.build_dcgan_discriminator(shape), seed=0)
    times = [time.process_time()]
    for calls in (1, CALLS):
        gan.fit(images[: CALL * BATCH], calls, BATCH, steps_per_execution=CALL, verbose=0)
        times.append(time.process_time())
    found = {"pixels": side, "weights": gan.generator.count_params(), "first": times[1] - times[0]}
    found["milliseconds"] = 1000 * (times[2] - times[1]) / (CALLS * CALL)
    found["training"] = peak()
    gu.evaluate_quality(
        gan.generate(len(test), seed=0), gu.Dataset(images, None, "noise", gu.Dataset(test, None, "noise"))
    )
    return found | {"quality": time.process_time() - times[2], "then": peak()}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[28, 32, 48, 64])
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments.images)))
        return
    print(f"{machine()}\n\n| {' | '.join(COLUMNS)} |\n{'| --- ' * len(COLUMNS)}|", flush=True)
    for side in arguments.sizes:
        with tempfile.TemporaryDirectory() as home:  # no network that was kept from last time
            command = [sys.executable, __file__, "--one", str(side), "--images", str(arguments.images)]
            told = subprocess.run(
                command, check=True, capture_output=True, env=os.environ | {"KERAS_HOME": home}
            )
        found = json.loads(told.stdout.splitlines()[-1])
        print(f"| {' | '.join(form.format(**found) for form in COLUMNS.values())} |", flush=True)


if __name__ == "__main__":
    main()
