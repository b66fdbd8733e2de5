"""Ask for a digit: is it drawn, and what is it worth? Half an hour or more on two cores, for both data sets:

    python benchmarks/conditional.py --data digits mnist

trains the conditional pair of `gan_utils.conditional` for 90 seconds with each of three seeds, once as it is
and once with the discriminator of notebook 02; asks for 10,000 digits, a thousand of each class, and measures
them. Writes the table conditional.md beside this file. MNIST is downloaded if it is not on this machine.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import gan_utils as gu
import keras
import numpy as np
from bench import machine
from gan_utils import conditional
from keras import layers

HERE = Path(__file__).resolve().parent
N = 10_000
REQUESTED = np.arange(N) % 10
COLUMNS = ("data", "digits", "steps", "cores", "read as requested", "weakest class", "distance", "worth")
LEGEND = f"""\
{{seconds:g}} seconds of training with each of the seeds {{seeds}}, compiling included; means, in brackets the
lowest and the highest. *Drawn*: {N:,} digits, each class requested equally often. *Real*: test images; for
"worth" {N:,} training images. *Cores*: how many of them the training got, by its CPU time. *Read as
requested*: the share that the data set's fixed classifier reads as the class that was requested (of real
ones, as their label). *Weakest class*: the one with the smallest share. *Distance*: the Fréchet distance at
as many images as there are test images. *Worth*: a classifier learns from these digits alone, five epochs,
and reads this share of the test images right (Ravuri and Vinyals 2019, arXiv:1905.10887)."""


def notebook_discriminator():
    """D(x, y) as notebook 02 builds it: y stands beside the pixels, and nowhere else."""
    x, y = keras.Input((28, 28, 1)), keras.Input((10,))
    hidden = layers.Concatenate()([layers.Flatten()(x), y])
    for units in (256, 128):
        hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units)(hidden))
    return conditional.discriminator_of_pairs(keras.Model([x, y], layers.Dense(1)(hidden)))


DISCRIMINATORS = {
    "drawn": conditional.build_conditional_discriminator,
    "drawn, D of notebook 02": notebook_discriminator,
}


def train(dataset, kind, seconds, seed):
    """A conditional GAN, trained for so many seconds, and how many cores it had."""
    keras.utils.set_random_seed(seed)
    gan = gu.GAN(conditional.build_conditional_generator(), DISCRIMINATORS[kind](), seed=seed)
    pairs = conditional.as_pairs(dataset.images, dataset.labels)
    began, worked = time.perf_counter(), time.process_time()
    gan.fit(pairs, epochs=10**6, callbacks=[gu.StopAfter(seconds)], verbose=0)
    return gan, (time.process_time() - worked) / (time.perf_counter() - began)


def measure(images, classes, dataset):
    """How many of the images the classifier reads as their class, and how far they are from real ones."""
    right = gu.classify(images, dataset).argmax(axis=1) == classes
    weakest = min((float(right[classes == digit].mean()), digit) for digit in range(10))
    fid = gu.evaluate_quality(images, dataset)["fid"]
    return {"read": float(right.mean()), "weakest": weakest, "distance": fid}


def worth(images, labels, test, seed):
    """Share of the test images that a classifier gets right which has seen these images alone."""
    keras.utils.set_random_seed(seed)
    classifier = gu.train_classifier(gu.Dataset(images, labels, test.name))
    found = classifier.predict(test.images, batch_size=500, verbose=0).argmax(axis=1)
    return {"worth": float(np.mean(found == test.labels))}


def measure_drawn(dataset, test, kind, seconds, seed):
    """One training, and all its figures."""
    gan, cores = train(dataset, kind, seconds, seed)
    images = conditional.ask(gan, REQUESTED, seed=seed)
    figures = {"steps": gan.step, "cores": cores, **measure(images, REQUESTED, dataset)}
    figures |= worth(images, REQUESTED, test, seed)
    print(f"{dataset.name}, {kind}, seed {seed}:", figures, flush=True)
    return figures


def table_row(name, kind, figures):
    """A line of the table, from one dict of figures a seed."""

    def spread(key, form):
        values = [one[key] for one in figures if key in one]
        if not values:
            return ""
        mean, low, high = (form.format(v) for v in (statistics.mean(values), min(values), max(values)))
        return mean if low == high else f"{mean} ({low} to {high})"

    share, digit = min(one["weakest"] for one in figures)
    cells = [name, kind, spread("steps", "{:,.0f}"), spread("cores", "{:.1f}"), spread("read", "{:.1%}")]
    cells += [f"{digit}: {share:.1%}", spread("distance", "{:.2f}"), spread("worth", "{:.1%}")]
    return f"| {' | '.join(cells)} |".replace("%", " %")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", nargs="+", default=["digits"])
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    rows = []
    for name in arguments.data:
        dataset, test = gu.load_images(name), gu.load_images(name, "test")
        real = measure(test.images, test.labels, dataset)
        figures = [
            real | worth(dataset.images[:N], dataset.labels[:N], test, seed) for seed in arguments.seeds
        ]
        rows.append(table_row(name, "real", figures))
        for kind in DISCRIMINATORS:
            runs = [measure_drawn(dataset, test, kind, arguments.seconds, seed) for seed in arguments.seeds]
            rows.append(table_row(name, kind, runs))
    command = " ".join(["python benchmarks/conditional.py", *sys.argv[1:]])
    legend = LEGEND.format(seconds=arguments.seconds, seeds=", ".join(map(str, arguments.seeds)))
    head = ["| " + " | ".join(COLUMNS) + " |", "| --- " * len(COLUMNS) + "|"]
    text = "\n".join(
        ["# Ask for a digit", "", f"`{command}`: {machine()}.", "", legend, "", *head, *rows, ""]
    )
    (HERE / "conditional.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
