"""Other losses than ours, on as many of the embedded digits. Some eight minutes on a core:

    python benchmarks/own_losses.py [--epochs 10] [--seeds 1 2 3] [--out FILE.md]

trains the dense pair with each loss for 10 passes over the data, with each of three seeds, in calls of twelve
steps. A pass shows D the same images whatever the loss, in fewer steps where a step has more updates of D: it
prints what that costs, the processor's seconds of a pass (the first one, which compiles, left out). The
learning rates are the package's, but for the critic, which gets those of its authors. Writes a table,
own_losses.md beside this file if not told otherwise. docs/losses.md shows how each loss is written.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import gan_utils as gu
import keras
from bench import machine
from keras import layers, ops

COLUMNS = ("loss", "steps", "distance (floor {floor:.1f})", "classes, KL", "recognised")
SMOOTH = keras.losses.BinaryCrossentropy(from_logits=True)


def least_squares(targets, logits):
    return (logits - (2 * targets - 1)) ** 2


def hinge_d(targets, logits):
    return ops.relu(1 - (2 * targets - 1) * logits)


def hinge_g(targets, logits):
    return -logits


def critic(targets, scores):
    return -(2 * targets - 1) * scores


def smoothed(targets, logits):
    return SMOOTH(0.9 * targets, logits)


def clip(weights):
    return ops.clip(weights, -0.01, 0.01)


def clipped_discriminator():
    discriminator = gu.build_discriminator()
    for layer in discriminator.layers:
        if isinstance(layer, layers.Dense):
            layer.kernel.constraint = layer.bias.constraint = clip
    return discriminator


def rmsprop():
    return keras.optimizers.RMSprop(5e-5)


# what is given to the GAN, and the discriminator
LOSSES = {
    "ours: cross-entropy, non-saturating": ({}, gu.build_discriminator),
    "one-sided smoothing, 0.9": ({"d_loss": smoothed}, gu.build_discriminator),
    "two updates of D in a step": ({"d_steps": 2}, gu.build_discriminator),
    "least squares, -1 and 1": ({"d_loss": least_squares, "g_loss": least_squares}, gu.build_discriminator),
    "hinge": ({"d_loss": hinge_d, "g_loss": hinge_g}, gu.build_discriminator),
    "Wasserstein, clipped at 0.01, 5 updates": (
        {"d_loss": critic, "g_loss": critic, "d_steps": 5, "optimizers": rmsprop},
        clipped_discriminator,
    ),
    "the same, rates 20 times as large": (
        {
            "d_loss": critic,
            "g_loss": critic,
            "d_steps": 5,
            "optimizers": lambda: keras.optimizers.RMSprop(1e-3),
        },
        clipped_discriminator,
    ),
}


def train(name, dataset, epochs, seed):
    """One training, and its figures."""
    settings, build_discriminator = LOSSES[name]
    settings = dict(settings)
    if make := settings.pop("optimizers", None):
        settings |= {"generator_optimizer": make(), "discriminator_optimizer": make()}
    keras.utils.set_random_seed(seed)
    gan = gu.GAN(gu.build_generator(), build_discriminator(), seed=seed, **settings)
    gan.fit(dataset.images, 1, steps_per_execution=12, verbose=0)
    began = time.process_time()
    gan.fit(dataset.images, epochs - 1, steps_per_execution=12, verbose=0)
    seconds = (time.process_time() - began) / (epochs - 1)
    measures = gu.evaluate_quality(gan.generate(1000, seed=seed), dataset)
    print(f"{name}, seed {seed}: {gan.step} steps, {seconds:.2f} s a pass", measures, flush=True)
    return {"steps": gan.step} | measures


def spread(values, form):
    mean, low, high = (form.format(v) for v in (statistics.mean(values), min(values), max(values)))
    return mean if low == high else f"{mean} ({low} to {high})"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("own_losses.md"))
    arguments = parser.parse_args()
    dataset = gu.load_images("digits")
    runs = {name: [] for name in LOSSES}
    for done, seed in enumerate(arguments.seeds, 1):
        for name in LOSSES:
            runs[name].append(train(name, dataset, arguments.epochs, seed))
        arguments.out.write_text(table(runs, arguments.epochs, arguments.seeds[:done]), encoding="utf-8")


def table(runs, epochs, seeds):
    floor = runs["hinge"][0]["fid_floor"]
    rows = []
    for name, of_name in runs.items():
        columns = (("steps", "{:,.0f}"), ("fid", "{:.1f}"), ("class_kl", "{:.3f}"), ("recognised", "{:.0%}"))
        cells = [spread([one[key] for one in of_name], form) for key, form in columns]
        rows.append(f"| {' | '.join([name, *cells])} |".replace("%", " %"))
    head = ["| " + " | ".join(COLUMNS).format(floor=floor) + " |", "| --- " * len(COLUMNS) + "|"]
    command = " ".join(["python benchmarks/own_losses.py", *sys.argv[1:]])
    told = f"`{command}`: {machine()}. Embedded digits, dense pair, {epochs} passes, seeds "
    told += f"{', '.join(map(str, seeds))}: mean, lowest and highest."
    return "\n".join(["# Other losses", "", told, "", *head, *rows, ""])


if __name__ == "__main__":
    main()
