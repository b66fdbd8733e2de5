"""How large may a batch be, and with which rates? On the embedded digits, six minutes on two quiet cores:

    python benchmarks/many_batches.py

trains the dense pair on the same number of images, 200,000, in batches of 64 to 1,024, with the package's
rates, and with rates that grow with the batch: as its root, or in proportion. Three seeds. Writes the table
many_batches.md beside this file; docs/many.md tells what it says.
"""

import argparse
import statistics
import sys
from pathlib import Path

import gan_utils as gu
import keras
from bench import machine

HERE = Path(__file__).resolve().parent
PASSES = 20
BATCHES = (64, 128, 256, 512, 1024)
GROWTH = {"as they are": 0.0, "with the root": 0.5, "in proportion": 1.0}


def train(dataset, batch_size, power, seed):
    """Distance and recognised share after PASSES over the images; the steps that this took."""
    keras.utils.set_random_seed(seed)
    factor = (batch_size / 64) ** power
    gan = gu.GAN(
        gu.build_generator(),
        gu.build_discriminator(),
        generator_optimizer=keras.optimizers.Adam(2e-3 * factor, beta_1=0.0, beta_2=0.9),
        discriminator_optimizer=keras.optimizers.AdamW(
            1e-3 * factor, weight_decay=0.2, beta_1=0.0, beta_2=0.9
        ),
        seed=seed,
    )
    gan.fit(dataset.images, epochs=PASSES, batch_size=batch_size, verbose=0, steps_per_execution=10)
    quality = gu.evaluate_quality(gan.generate(2000, seed=1), dataset)
    return gan.step, quality["fid"], quality["recognised"], quality["fid_floor"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    seeds = range(parser.parse_args().seeds)
    dataset, rows = gu.load_images("digits"), []
    for batch_size in BATCHES:
        for growth, power in GROWTH.items():
            if batch_size == 64 and power:
                continue
            runs = [train(dataset, batch_size, power, seed) for seed in seeds]
            steps, distances, shares, floors = zip(*runs, strict=True)
            spread = f"{statistics.mean(distances):.1f} ({min(distances):.1f} to {max(distances):.1f})"
            rows.append(
                (f"{batch_size:,}", growth, f"{steps[0]:,}", spread, f"{statistics.mean(shares):.0%}")
            )
            print(*rows[-1], sep="  ", flush=True)
    heads = ("batch", "rates", "steps", f"distance (floor {floors[0]:.1f})", "recognised")
    lines = [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
    (HERE / "many_batches.md").write_text(
        f"Batches and rates: mean of {len(seeds)} seeds (least to greatest), {machine()}. "
        f"`{' '.join(['python', 'benchmarks/many_batches.py', *sys.argv[1:]])}`\n\n"
        + "\n".join(lines)
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
