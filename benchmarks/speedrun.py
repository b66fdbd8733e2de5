"""A race on a laptop: seconds of training until the Fréchet distance to MNIST is 10, and until it is 5.

    make speedrun
    python benchmarks/speedrun.py [ENTRY.py] [--seeds 1 2 3] [--limit 600]

The rules and the records stand in speedrun.md. An entry is a file with a function `train(images, seed)`,
which trains on images (60000, 28, 28, 1), float32 in [0, 1], and yields, whenever it wants to be measured, a
function of n that draws n such images. Each seed runs in a process of its own. The clock runs while `train`
or the function that it yields does: building, compiling and drawing count, importing and measuring do not.
Without an entry ours runs, the `train` below.
"""

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import gan_utils as gu
import keras

GOALS = 10, 5
DRAWN = 10_000


def train(images, seed):
    """Our entry: the convolutional networks, all as `GAN` has it by default."""
    keras.utils.set_random_seed(seed)
    gan = gu.GAN(gu.build_dcgan_generator(), gu.build_dcgan_discriminator(), seed=seed)
    while True:
        limit = [gu.StopAfter(2)]
        gan.fit(images, epochs=10**6, callbacks=limit, verbose=0, steps_per_execution=16)
        yield gan.generate


def race(train, seed, limit):
    """Print {goal: seconds} of one run; a goal that was not reached is missing."""
    dataset = gu.load_images()
    if dataset.name != "mnist":
        sys.exit("The race is on MNIST: run `make mnist` first.")
    reached, seconds, measured, entry = {}, 0.0, 0.0, train(dataset.images, seed)
    while len(reached) < len(GOALS):
        began = time.perf_counter()
        draw = next(entry, None)
        seconds += time.perf_counter() - began
        if draw is None or seconds > limit:
            break
        if seconds < 1.02 * measured:
            continue  # too little has been trained since to be worth measuring
        began = time.perf_counter()
        images = draw(DRAWN)
        seconds += time.perf_counter() - began
        measured, distance = seconds, gu.evaluate_quality(images, dataset)["fid"]
        for goal in GOALS:
            if distance <= goal and goal not in reached:
                reached[goal] = seconds
                print(f"seed {seed}: {goal} after {seconds:.0f} s", file=sys.stderr, flush=True)
    print(json.dumps(reached))


def load(path):
    """The `train` of an entry's file."""
    spec = importlib.util.spec_from_file_location("entry", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.train


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("entry", nargs="?", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument(
        "--limit", type=float, default=600, help="seconds of training, after which a run ends"
    )
    asked = parser.parse_args()
    if len(asked.seeds) == 1:
        race(load(asked.entry) if asked.entry else train, asked.seeds[0], asked.limit)
        return
    runs = []
    for seed in asked.seeds:
        entry = [asked.entry] if asked.entry else []
        command = [sys.executable, __file__, *entry, "--seeds", str(seed), "--limit", str(asked.limit)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    cells = []
    for goal in GOALS:
        found = [run[str(goal)] for run in runs if str(goal) in run]
        if len(found) < len(runs):
            cells.append(f"reached by {len(found)} of {len(runs)}")
        else:
            cells.append(f"{statistics.median(found):.0f} ({min(found):.0f} to {max(found):.0f})")
    print("| entry | seconds to 10 | seconds to 5 |")
    print(f"| {asked.entry.stem if asked.entry else 'ours'} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
