"""How fast, and how good? Everything side by side, in one run on one machine.

    make bench         60 seconds a network, three seeds for ours: half an hour on two cores
    make bench-full    three seeds, up to 600 seconds for ours, 240 for the rest: some three hours (estimated)

writes tables (.md), every figure in them (.json) and a plot (.svg) to benchmarks/, and a picture of a hundred
digits of each run to build/bench/. MNIST is used if it is on this machine, else the embedded digits.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

import gan_utils as gu
import keras
import matplotlib.pyplot as plt
import numpy as np
import report
import rivals
import step_times

HERE = Path(__file__).resolve().parent
OURS = ("MLP", "DCGAN")
CALLS = (16, 64)  # steps in a call
CARE = ", with care"  # a rival with our step, an averaged generator, and the best of three rates
START_UP = """
import resource, sys, time
start = time.perf_counter()
import gan_utils as gu
imported = time.perf_counter()
images = gu.load_images("digits").images[:64]
gan = gu.GAN(*{networks})
gan.train_on_batch(images)
first = time.perf_counter()
for _ in range(300):
    gan.train_on_batch(images)
unit = 2**20 if sys.platform == "darwin" else 2**10
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
print(imported - start, first - start, memory)
"""
NETWORKS = {
    "MLP": "(gu.build_generator(), gu.build_discriminator())",
    "DCGAN": "(gu.build_dcgan_generator(), gu.build_dcgan_discriminator())",
}


def steps(images):
    """What a step costs: on TensorFlow, and in another process on JAX."""
    rows = [
        row | {"backend": "TensorFlow"}
        for name in OURS
        for batch in (64, 128)
        for row in step_times.measure(name, batch, CALLS, images, seconds=1)
    ]
    calls = [str(k) for k in CALLS]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            HERE / "gpu.py",
            "--seconds",
            "1",
            "--batches",
            "64",
            "128",
            "--calls",
            *calls,
        ]
        environment = os.environ | {"KERAS_BACKEND": "jax"}
        subprocess.run([*command, "--out", f"{folder}/jax.json"], check=True, env=environment)
        found = json.loads(Path(f"{folder}/jax.json").read_text(encoding="utf-8"))
    return rows + [row | {"backend": "JAX"} for row in found["steps"]]


def quality(dataset, name, seed, times):
    """Train for `times` seconds, measuring at each: rows of figures.

    The first call, which compiles, and measuring do not count; compiling for the smaller last batch does.
    """
    player = Ours(name, seed) if name in OURS else rivals.Rival(name.removesuffix(CARE), seed, CARE in name)
    player.fit(dataset.images, 0)  # compiles
    latents = np.random.default_rng(0).standard_normal((10_000, player.generator.input_shape[1]))
    spent, rows = 0.0, []
    for until in times:
        began = time.perf_counter()
        player.fit(dataset.images, until - spent)
        spent += time.perf_counter() - began
        fakes = player.draw(latents.astype("float32"))
        measures = gu.evaluate_quality(fakes, dataset)
        rows.append({"name": name, "seed": seed, "seconds": until, "steps": player.step} | measures)
        _keep_picture(fakes[:100], f"{name}_{seed}_{until}")
        print(name, "seed", seed, f"{spent:.0f} s", player.step, "steps:", _short(measures), flush=True)
    return rows


class Ours:
    """A `GAN` with the form of a `rivals.Rival`."""

    step = property(lambda ours: ours.gan.step)
    generator = property(lambda ours: ours.gan.generator)

    def __init__(self, name, seed):
        keras.utils.set_random_seed(seed)
        self.gan = gu.GAN(*rivals.our_networks(name), seed=seed)

    def fit(self, images, seconds):
        limit = [gu.StopAfter(max(seconds, 1e-9))]
        self.gan.fit(images, 10**6, callbacks=limit, verbose=0, steps_per_execution=CALLS[0])

    def draw(self, latents):
        return self.gan.generate(latents=latents)


def _keep_picture(images, name):
    folder = HERE.parent / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    figure = gu.plot_images(images)
    figure.savefig(folder / f"{name.replace(' ', '_')}.png")
    plt.close(figure)


def _short(measures):
    kept = ("fid", "class_kl", "coverage", "recognised", "closest_train")
    return " ".join(f"{name} {measures[name]:.3g} ({measures[name + '_floor']:.3g})" for name in kept)


def start_up(repeats=3):
    """Cold processes: seconds to import, seconds to the end of the first step, peak memory in MiB."""
    found = {}
    for name, networks in NETWORKS.items():
        runs = [
            subprocess.run(
                [sys.executable, "-c", START_UP.format(networks=networks)],
                check=True, capture_output=True, text=True,
            ).stdout.split()
            for _ in range(repeats)
        ]  # fmt: skip
        found[name] = [[float(value) for value in values] for values in zip(*runs, strict=True)]
    return found


def machine():
    """What the figures depend on; no name of a host."""
    versions = " ".join(f"{name} {metadata.version(name)}" for name in ("tensorflow", "keras", "numpy"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"Python {platform.python_version()}"
    cores = "1 core" if cores == 1 else f"{cores} cores"
    return f"{cores}, {platform.machine()}, {platform.system()}, {python}, {versions}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="three seeds, and more seconds")
    parser.add_argument("--ours-only", action="store_true", help="only the quality of our networks")
    full, ours_only = vars(parser.parse_args()).values()
    path = HERE / f"results{'_full' * full}{'_ours' * ours_only}.json"
    dataset = gu.load_images()
    results = {"machine": machine(), "data": dataset.name}
    if not ours_only:
        results["start_up"] = start_up()
        results["steps"] = steps(dataset.images)
    results["quality"] = []
    with_care = tuple(f"{name}{CARE}" for name in rivals.NETWORKS)
    for seed in (1, 2, 3):
        for name in OURS + (() if ours_only else tuple(rivals.NETWORKS) + with_care):
            if seed > 1 and not full and name not in OURS:
                continue
            checkpoints = [15, 30, 60]
            if full:
                checkpoints += [120, 240, 360, 480, 600] if name in OURS else [120, 240]
            results["quality"] += quality(dataset, name, seed, checkpoints)
            path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(report.write(path))


if __name__ == "__main__":
    main()
