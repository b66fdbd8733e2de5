"""The DCGAN on two sets of colour pictures that are drawn here: which learning rates, and how good?

    taskset -c 0 python benchmarks/own_sets.py --sizes 32 64 --rates 1 0.5 --seeds 1 2 3

"shapes" are circles, squares and triangles, as in the notebook "Your own images"; "letters" are the capitals
A to J in fonts that come with Matplotlib (DejaVu, STIX, Computer Modern), turned a little: 3,000 pictures
each, dark colours on light ones, one fifth kept from training. Rates multiply those of `GAN`. Appends a line
a run to own_sets.csv beside this file, and saves a grid of each to build/own_sets/. Seconds are the
processor's, on one core.
"""

import argparse
import csv
import time
from pathlib import Path

import gan_utils as gu
import keras
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

HERE = Path(__file__).resolve().parent
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
NAMES = (
    *(
        "DejaVuSans",
        "DejaVuSans-Bold",
        "DejaVuSans-Oblique",
        "DejaVuSansMono",
        "DejaVuSerif",
        "DejaVuSerif-Bold",
    ),
    *(
        "DejaVuSerif-Italic",
        "STIXGeneral",
        "STIXGeneralBol",
        "STIXGeneralItalic",
        "cmr10",
        "cmb10",
        "cmss10",
        "cmtt10",
    ),
)
SHAPES, LETTERS = ("circle", "square", "triangle"), "ABCDEFGHIJ"
MEASURES = ("fid", "class_kl", "density", "coverage", "nearest_train", "recognised")


def draw_shape(rng, label):
    picture = Image.new("RGB", (100, 80), tuple(rng.integers(170, 256, 3)))
    x, y, r = rng.integers((40, 30, 18), (60, 50, 28))
    corners = (np.arange(0, 360, 5), (-45, 45, 135, 225), (-90, 30, 150))[label]
    outline = [(x + r * np.cos(a), y + r * np.sin(a)) for a in np.radians(corners)]
    ImageDraw.Draw(picture).polygon(outline, fill=tuple(rng.integers(0, 150, 3)))
    return picture.crop((10, 0, 90, 80))


def draw_letter(rng, label):
    ground, ink = tuple(rng.integers(170, 256, 3)), tuple(rng.integers(0, 150, 3))
    picture = Image.new("RGB", (80, 80), ground)
    font = ImageFont.truetype(FONTS / f"{rng.choice(NAMES)}.ttf", int(rng.integers(48, 64)))
    x, y = rng.integers(36, 45, 2)
    ImageDraw.Draw(picture).text((x, y), LETTERS[label], fill=ink, font=font, anchor="mm")
    return picture.rotate(rng.uniform(-10, 10), Image.Resampling.BICUBIC, fillcolor=ground)


SETS = {"shapes": (draw_shape, len(SHAPES)), "letters": (draw_letter, len(LETTERS))}


def make(name, side, n=3000):
    """A `Dataset` with its test split."""
    draw, classes = SETS[name]
    rng, labels = np.random.default_rng(0), np.arange(n) % classes
    pictures = [draw(rng, label).resize((side, side), Image.Resampling.LANCZOS) for label in labels]
    images = np.divide(np.array(pictures), 255, dtype="float32")
    test = gu.Dataset(images[: n // 5], labels[: n // 5], name)
    return gu.Dataset(images[n // 5 :], labels[n // 5 :], name, test)


def train(name, side, rate, seed, steps):
    """One training: its figures, and a grid beside the real ones' in build/own_sets/."""
    dataset, shape = make(name, side), (side, side, 3)
    keras.utils.set_random_seed(seed)
    pair = gu.build_dcgan_generator(image_shape=shape), gu.build_dcgan_discriminator(shape)
    gan = gu.GAN(
        *pair,
        keras.optimizers.Adam(rate * 2e-3, beta_1=0.0, beta_2=0.9),
        keras.optimizers.AdamW(rate * 1e-3, weight_decay=0.2, beta_1=0.0, beta_2=0.9),
        seed=seed,
    )
    batches = len(dataset.images) // 64
    begun = time.process_time()
    gan.fit(dataset.images[: 64 * batches], epochs=round(steps / batches), steps_per_execution=12, verbose=0)
    seconds = time.process_time() - begun
    drawn = gan.generate(len(dataset.test.images), seed=seed)
    measures = gu.evaluate_quality(drawn, dataset)
    folder = HERE.parent / "build" / "own_sets"
    folder.mkdir(parents=True, exist_ok=True)
    figure = gu.plot_images(drawn[:40])
    figure.savefig(folder / f"{name}_{side}_{rate:g}_{seed}.png")
    found = {
        "set": name,
        "pixels": side,
        "rates": rate,
        "seed": seed,
        "steps": gan.step,
        "seconds": round(seconds),
    }
    names = [name for measure in MEASURES for name in (measure, f"{measure}_floor")]
    return found | {name: round(measures[name], 3) for name in names}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    parser.add_argument("--sizes", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--rates", type=float, nargs="+", default=[1.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--steps", type=int, default=1500)
    arguments = parser.parse_args()
    path = HERE / "own_sets.csv"
    for seed in arguments.seeds:
        for side in arguments.sizes:
            for rate in arguments.rates:
                for name in arguments.sets:
                    row = train(name, side, rate, seed, arguments.steps)
                    print(row, flush=True)
                    new = not path.exists()
                    with path.open("a", newline="", encoding="utf-8") as file:
                        writer = csv.DictWriter(file, row)
                        if new:
                            writer.writeheader()
                        writer.writerow(row)


if __name__ == "__main__":
    main()
