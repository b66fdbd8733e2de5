"""Which networks and settings draw the best digits in a minute? One run a configuration, results in a table.

    python benchmarks/sweep.py [--data mnist] [--seconds 60] [--seeds 1 2 3] [--out FILE.csv] [NAME ...]

NAME is a key of CONFIGS, or a family with a star ("mlp*"); each run adds one line to the table. Needs MNIST
(`make mnist`, or GAN_UTILS_DATA), unless DATA is "digits". What a `GAN` cannot be told is passed over here:
the configurations with the R1 penalty, and those whose fakes for D are drawn in training mode, are trained
by own_loop.py.
"""

import argparse
import csv
import fnmatch
import os
import time
from pathlib import Path

import gan_utils as gu
import keras
import numpy as np
from configs import CONFIGS
from keras import layers, ops

AVERAGES = (0.99, 0.995, 0.998, 0.999)  # decays of the averaged generators that are kept and measured
EVERY = 10  # steps from one update of the averages to the next, as in GAN


def build_networks(c):
    """Generator and discriminator of configuration `c`, not compiled."""
    wrap = layers.SpectralNormalization if c["spectral"] else lambda layer: layer

    def leaky():
        drop = [layers.Dropout(c["dropout"])] if c["dropout"] else []
        return [layers.LeakyReLU(negative_slope=0.2), *drop]

    def block(layer):
        return [layer, layers.BatchNormalization(momentum=c["momentum"]), layers.ReLU()]

    d = [keras.Input((28, 28, 1))] + ([layers.GaussianNoise(c["noise"])] if c["noise"] else [])
    g = [keras.Input((c["latent"],))]
    if c["net"] == "mlp":
        d += [layers.Flatten()]
        for units in c["d"]:
            d += [wrap(layers.Dense(units)), *leaky()]
        for units in c["g"]:
            g += block(layers.Dense(units, use_bias=False))
        g += [layers.Dense(784, activation="sigmoid"), layers.Reshape((28, 28, 1))]
    else:
        k, (first, second) = c["kernel"], c["g"]
        for filters in c["d"]:
            d += [wrap(layers.Conv2D(filters, k, strides=2, padding="same")), *leaky()]
        d += [layers.Flatten()]
        for units in c["d_dense"]:
            d += [layers.Dense(units), *leaky()]
        for units in c["g_dense"]:
            g += block(layers.Dense(units, use_bias=False))
        g += [*block(layers.Dense(49 * first, use_bias=False)), layers.Reshape((7, 7, first))]
        g += block(layers.Conv2DTranspose(second, k, strides=2, padding="same", use_bias=False))
        g += [layers.Conv2DTranspose(1, k, strides=2, padding="same", activation="sigmoid")]
    d += [wrap(layers.Dense(1))]
    return keras.Sequential(g), keras.Sequential(d)


def build_optimizers(c):
    """Adam for G and for D."""
    g_lr, d_lr = (
        keras.optimizers.schedules.InverseTimeDecay(rate, c["decay"], 1.0) if c["decay"] else rate
        for rate in (c["g_lr"], c["d_lr"])
    )
    betas = {"beta_1": c["beta_1"], "beta_2": c["beta_2"]}
    return (
        keras.optimizers.Adam(g_lr, **betas),
        keras.optimizers.Adam(d_lr, weight_decay=c["weight_decay"], **betas),
    )


def hinge_d(targets, logits):
    return ops.relu(1 - (2 * targets - 1) * logits)


def hinge_g(targets, logits):
    return -logits


def least_squares(targets, logits):
    # The older lines of the table have targets 0 and 1, and a quarter of this loss.
    return (logits - (2 * targets - 1)) ** 2


def one_sided(real_target):
    """The cross-entropy of D with another target for real images than 1 (Salimans et al. 2016)."""
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    return lambda targets, logits: bce(real_target * targets, logits)


def build_gan(c, seed):
    keras.utils.set_random_seed(seed)
    d_loss, g_loss = {
        "bce": (one_sided(c["real_target"]), None),
        "hinge": (hinge_d, hinge_g),
        "lsgan": (least_squares, least_squares),
    }[c["loss"]]
    players = *build_networks(c), *build_optimizers(c)
    return gu.GAN(*players, average=0, seed=seed, d_loss=d_loss, g_loss=g_loss)


class Averages:
    """Several averages of one generator at once: {decay: weights}, and 0, the weights as they are."""

    def __init__(self, gan):
        self.gan, self.kept = gan, dict.fromkeys(AVERAGES)

    def update(self):
        """After each step; every tenth counts, as in GAN, with nearly the same warm-up."""
        if self.gan.step % EVERY:
            return
        weights, step = self.gan.generator.get_weights(), self.gan.step
        for decay, kept in self.kept.items():
            d = min(decay**EVERY, (step - EVERY) / (step + 8 * EVERY))
            self.kept[decay] = [d * a + (1 - d) * w for a, w in zip(kept or weights, weights, strict=True)]

    def draw(self, n):
        """Yield (decay, images), n of each from the same latents."""
        latent_dim = self.gan.generator.input_shape[1]
        latents = np.random.default_rng(0).standard_normal((n, latent_dim), dtype="float32")
        twin = keras.models.clone_model(self.gan.generator)
        weights = self.gan.generator.get_weights()
        for decay, kept in {0: weights, **self.kept}.items():
            twin.set_weights(kept or weights)
            yield decay, twin.predict(latents, batch_size=500, verbose=0)


def run(gan, dataset, name, seed, times):
    """Train one configuration; one row for each of the `times`, in seconds of training alone."""
    images, averages, seconds = dataset.images, Averages(gan), 0
    batch, rng = CONFIGS[name]["batch"], np.random.default_rng(seed)
    gan.train_on_batch(images[:batch])  # compiles
    for until in times:
        while seconds < until:
            began = time.perf_counter()
            gan.train_on_batch(images[rng.integers(len(images), size=batch)])
            averages.update()
            seconds += time.perf_counter() - began
        drawn = averages.draw(len(dataset.test.images))
        found = {decay: gu.evaluate_quality(fakes, dataset) for decay, fakes in drawn}
        row = {"name": name, "seed": seed, "cores": len(os.sched_getaffinity(0)), "seconds": until}
        row |= {"steps": gan.step, "ms": round(1000 * seconds / (gan.step - 1), 2)}
        row |= {f"fid_{decay}": round(q["fid"], 2) for decay, q in found.items()}
        row |= {k: round(found[0.998][k], 4) for k in ("class_kl", "recognised")}
        row |= {k: round(float(np.mean(v[-300:])), 3) for k, v in gan.curves.items()}
        yield row


def sweep(build, serves, description):
    """Train what was asked for on the command line, as far as `serves` says, and add it to the table.

    Args:
        build: function of (configuration, seed), a GAN or what trains like one.
        serves: function of a configuration, whether `build` knows how.
        description: of the script, for --help.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=["*"])
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--seconds", type=float, nargs="+", default=[60])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("sweep.csv"))
    arguments = parser.parse_args()
    chosen = [n for pattern in arguments.names for n in CONFIGS if fnmatch.fnmatch(n, pattern)]
    dataset = gu.load_images(arguments.data)
    for seed in arguments.seeds:
        for name in chosen:
            if not serves(CONFIGS[name]):
                print(f"{name}: passed over, see --help", flush=True)
                continue
            for row in run(build(CONFIGS[name], seed), dataset, name, seed, arguments.seconds):
                print(*row.values(), flush=True)
                new = not arguments.out.exists()
                with arguments.out.open("a", newline="") as file:
                    writer = csv.DictWriter(file, row.keys(), lineterminator="\n")
                    if new:
                        writer.writeheader()
                    writer.writerow(row)


def needs_own_loop(c):
    return bool(c["r1"] or c["training_fakes"])


if __name__ == "__main__":
    sweep(build_gan, lambda c: not needs_own_loop(c), __doc__)
