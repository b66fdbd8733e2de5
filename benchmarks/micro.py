"""What the GAN without Keras costs: micro_gan.py, the page's engine in Node, and Keras's loop beside them.

    taskset -c 0 python benchmarks/micro.py        on one core, in two minutes

Prints the seconds of a core for the import and for 700 steps, those by the clock, and the most memory.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STEPS = 700
NUMPY = f"""
import time
start = time.process_time()
import numpy as np, micro_gan, resource
print("import", round(time.process_time() - start, 2))
images = np.load("gan_utils/_support/digits.npz", allow_pickle=False)["x_train"]
start, used = time.perf_counter(), time.process_time()
micro_gan.train(images, {STEPS})
print("seconds", round(time.perf_counter() - start, 1), "of a core", round(time.process_time() - used, 1))
print("MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
KERAS = f"""
import time
start = time.process_time()
import gan_utils as gu
print("import", round(time.process_time() - start, 1))
import resource
images, gan = gu.load_images("digits").images, gu.GAN(gu.build_generator(), gu.build_discriminator(), seed=1)
gan.train_on_batch(images[:64])
start, used = time.perf_counter(), time.process_time()
for step in range({STEPS}):
    first = 64 * step % 9_900
    gan.train_on_batch(images[first : first + 64])
print("seconds", round(time.perf_counter() - start, 1), "of a core", round(time.process_time() - used, 1))
print("MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def main():
    for name, code in (("micro_gan.py", NUMPY), ("Keras, train_on_batch", KERAS)):
        printed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, stdout=subprocess.PIPE)
        found = [line for line in printed.stdout.splitlines() if not line.startswith("step")]
        print(f"{name}: {', '.join(found)}", flush=True)
    sys.path.insert(0, str(ROOT))  # not before: what this process holds would count as its children's
    from tools import play

    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder, "job.json")
        job.write_text(
            json.dumps({"what": "train", "packed": play.packed_digits(), "seed": 1, "steps": STEPS})
        )
        command = ["node", ROOT / "tests/tools/play_run.mjs", play.PLAY, job]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(f"play.html, in Node: seconds {found['seconds']:.1f}, of a core {found['cpu']:.1f}")


if __name__ == "__main__":
    main()
