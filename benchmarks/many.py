"""What does a second process bring? On a machine with two cores, four minutes:

    python benchmarks/many.py

times steps of one process pinned to one core, and of two that train together, each pinned to its own, as
examples/many.py starts them. Writes the table many.md beside this file. Linux (it pins processes); JAX.
"""

import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STEPS, REPEATS = 20, 7
CASES = [("dense", 64), ("dense", 128), ("dense", 512), ("dense", 1024), ("DCGAN", 64), ("DCGAN", 128)]


def measure(processes, process, address):
    """Milliseconds a step of each case: median of REPEATS times STEPS steps, after the first that compile."""
    os.sched_setaffinity(0, [process])
    os.environ["KERAS_BACKEND"] = "jax"
    import jax
    import keras

    if processes > 1:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        keras.distribution.initialize(address, processes, process)
    import gan_utils as gu

    if processes > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    images = gu.load_images("digits").images
    for network, batch_size in CASES:
        keras.utils.set_random_seed(1)
        dense = network == "dense"
        generator = gu.build_generator() if dense else gu.build_dcgan_generator()
        discriminator = gu.build_discriminator() if dense else gu.build_dcgan_discriminator()
        gan = gu.GAN(generator, discriminator, seed=1)
        some = images[: STEPS * batch_size] if STEPS * batch_size <= len(images) else images
        steps = -(-len(some) // batch_size)
        arguments = {"batch_size": batch_size, "steps_per_execution": 10, "verbose": 0}
        times = []
        for _ in range(REPEATS + 1):
            begun = time.perf_counter()
            gan.fit(some[: steps * batch_size], **arguments)
            times.append(1000 * (time.perf_counter() - begun) / steps)
        if process == 0:
            print(json.dumps([network, batch_size, statistics.median(times[1:])]), flush=True)


def run(processes):
    """What process 0 measured: {(network, batch): milliseconds}."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, __file__, str(processes)]
    started = [
        subprocess.Popen(
            [*command, str(i), address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        for i in range(processes)
    ]
    printed, *_ = [process.communicate()[0] for process in started]
    return {(network, n): ms for network, n, ms in map(json.loads, re.findall(r'^\[".*', printed, re.M))}


def main():
    alone, together = run(1), run(2)
    heads = ("networks", "batch", "one process, ms", "two, ms", "gain, of 2 at most")
    rows = [
        (network, f"{n:,}", f"{alone[network, n]:.1f}", f"{ms:.1f}", f"{alone[network, n] / ms:.2f}")
        for (network, n), ms in together.items()
    ]
    lines = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
    print(*lines, sep="\n")
    (HERE / "many.md").write_text(
        "One process on one core, and two on two that share each batch: a step, median of "
        f"{REPEATS} times {STEPS}. `python benchmarks/many.py`\n\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        main()
