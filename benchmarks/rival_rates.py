"""With which of three rates does each rival draw best, given our step and averaging? To rival_rates.csv.

    python benchmarks/rival_rates.py [--seconds 60] [--seed 1] [--data mnist]

The distance is that of a classifier of its own (another data set, by one image, has another), not of the
one that judges in the bench.
"""

import argparse
import csv
from pathlib import Path

import gan_utils as gu
import numpy as np
import rivals

RATES = 3e-4, 1e-3, 3e-3


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", default="mnist")
    asked = parser.parse_args()
    dataset = gu.load_images(asked.data)
    chooser = gu.Dataset(dataset.images[1:], dataset.labels[1:], "for choosing", test=dataset.test)
    with Path(__file__).with_name("rival_rates.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "rate", "seconds", "steps", "fid"])
        for name in rivals.NETWORKS:
            for rate in RATES:
                rival = rivals.Rival(name, asked.seed, care=True, rate=rate)
                rival.fit(dataset.images, 0)  # compiles
                rival.fit(dataset.images, asked.seconds)
                latents = np.random.default_rng(0).standard_normal((10_000, rival.generator.input_shape[1]))
                fid = gu.evaluate_quality(rival.draw(latents.astype("float32")), chooser)["fid"]
                table.writerow([name, rate, asked.seconds, rival.step, round(fid, 2)])
                file.flush()
                print(name, rate, rival.step, f"{fid:.2f}", flush=True)


if __name__ == "__main__":
    main()
