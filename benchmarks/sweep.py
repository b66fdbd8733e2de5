"""Which networks and settings draw the best digits? One run a configuration, a line a measurement.

    python benchmarks/sweep.py [NAME ...] [--data mnist] [--steps 6000 13000] [--seeds 1 2 3] [--out FILE.csv]

NAME is a key of CONFIGS, or a family with a star ("mlp*"). Steps, not seconds, so that other work on the
machine does not count: in a minute two quiet cores make 13,000 of the dense networks and 3,800 of the
convolutional ones, at batch 64. `fid_raw` and `fid` (of the averaged generator) are read by a classifier
trained for choosing; `judge` by that of the package, which scores in the bench. Needs MNIST (`make mnist`, or
GAN_UTILS_DATA), unless DATA is "digits"; and TensorFlow. sweep.csv is what the sweep of the first edition
found, by seconds of a slower loop.
"""

import argparse
import csv
import fnmatch
import time
from pathlib import Path

import gan_utils as gu
import keras
import numpy as np
import tensorflow as tf
from configs import CONFIGS
from gan_utils._support import averaging
from keras import layers

CALL = 16  # steps in a call
LAZY = 16  # steps from one gradient penalty to the next: as good, and much cheaper (Karras et al. 2020)


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


def d_losses(loss, real_target, real, fake):
    """L_D from the logits of as many real and fake images."""
    if loss == "hinge":
        return (tf.reduce_mean(tf.nn.relu(1 - real)) + tf.reduce_mean(tf.nn.relu(1 + fake))) / 2
    if loss == "lsgan":
        return (tf.reduce_mean((real - 1) ** 2) + tf.reduce_mean((fake + 1) ** 2)) / 2
    if loss == "relativistic":  # Huang et al. 2024, arXiv:2501.05441, equation 2
        return tf.reduce_mean(tf.nn.softplus(fake - real))
    of_real = real_target * tf.nn.softplus(-real) + (1 - real_target) * tf.nn.softplus(real)
    return (tf.reduce_mean(of_real) + tf.reduce_mean(tf.nn.softplus(fake))) / 2


def g_losses(loss, real, fake):
    """L_G of each fake image."""
    if loss == "relativistic":
        return tf.nn.softplus(real - fake)
    return {"hinge": -fake, "lsgan": (fake - 1) ** 2, "bce": tf.nn.softplus(-fake)}[loss]


class Loop:
    """The training of a GAN with all that a configuration can ask for; an average with decay 0.998."""

    def __init__(self, c, seed):
        keras.utils.set_random_seed(seed)
        self.c, self.step, self.random = c, 0, np.random.default_rng(seed)
        self.generator, self.discriminator = build_networks(c)
        self.averaged = keras.models.clone_model(self.generator)
        self.g_optimizer, self.d_optimizer = build_optimizers(c)
        self.g_optimizer.build(self.generator.trainable_variables)
        self.d_optimizer.build(self.discriminator.trainable_variables)
        step = tf.function(self._step, jit_compile=True, autograph=False)
        self.run = tf.function(lambda *b: tf.map_fn(step, b, fn_output_signature="float32"))

    def train(self, images):
        """CALL steps in one call; numbers (CALL, 3): d_loss, g_loss, d_accuracy."""
        n, steps = self.c["batch"], self.step + 1 + np.arange(CALL)
        latents = self.random.standard_normal((2, CALL, n, self.c["latent"]), dtype="float32")
        decays = [averaging.decay(0.998, step) for step in steps]
        penalized = steps % LAZY == 1
        strictness = np.minimum(1, steps / 3000)  # top-k: all fakes count at first
        chosen = images[self.random.integers(len(images), size=(CALL, n))]
        batches = chosen, *latents, np.array(decays), penalized, strictness
        numbers = self.run(*(tf.constant(b, "bool" if b is penalized else "float32") for b in batches))
        self.step += CALL
        return numbers.numpy()

    def _step(self, batch):
        real_images, d_latents, g_latents, decay, penalized, strictness = batch
        g, d, c, n = self.generator, self.discriminator, self.c, self.c["batch"]
        fake_images = g(d_latents, training=c["training_fakes"])
        with tf.GradientTape() as tape:
            logits = d(tf.concat([real_images, fake_images], 0), training=True)
            d_loss = d_losses(c["loss"], c["real_target"], logits[:n], logits[n:])
            total = d_loss
            if c["r1"] or c["r2"]:
                total += tf.cond(penalized, lambda: self._penalty(real_images, fake_images), lambda: 0.0)
        self.d_optimizer.apply(tape.gradient(total, d.trainable_weights), d.trainable_weights)
        with tf.GradientTape() as tape:
            fakes = d(g(g_latents, training=True), training=True)
            each = g_losses(c["loss"], d(real_images) if c["loss"] == "relativistic" else None, fakes)
            if c["top_k"] < 1:  # Sinha et al. 2020, arXiv:2002.06224: only the fakes that D likes best
                least = tf.sort(fakes[:, 0])[n - round(c["top_k"] * n)]
                weights = 1 - strictness * tf.cast(fakes < least, "float32")
                each = n * each * weights / tf.reduce_sum(weights)
            g_loss = tf.reduce_mean(each)
        self.g_optimizer.apply(tape.gradient(g_loss, g.trainable_weights), g.trainable_weights)
        pair = self.averaged.weights, g.weights
        tf.cond(decay < 1, lambda: averaging.update(*pair, decay), lambda: None)
        right = tf.concat([logits[:n] > 0, logits[n:] <= 0], 0)
        return tf.stack([d_loss, g_loss, tf.reduce_mean(tf.cast(right, "float32"))])

    def _penalty(self, real_images, fake_images):
        """Half the squared slope of D at reals, times R1's gamma, and at fakes, times R2's.

        Mescheder et al. 2018, arXiv:1801.04406, equations 9 and 10.
        """
        total = 0.0
        for gamma, images in ((self.c["r1"], real_images), (self.c["r2"], fake_images)):
            if gamma:
                with tf.GradientTape() as tape:
                    tape.watch(images)
                    logits = self.discriminator(images, training=True)
                squared = tf.reduce_sum(tape.gradient(logits, images) ** 2, axis=(1, 2, 3))
                total += LAZY * gamma / 2 * tf.reduce_mean(squared)
        return total


def run(name, seed, steps, dataset, chooser):
    """Train one configuration; a row for each number of `steps`."""
    loop, seconds = Loop(CONFIGS[name], seed), 0.0
    latents = np.random.default_rng(0).standard_normal((10_000, CONFIGS[name]["latent"]), dtype="float32")
    for until in steps:
        began, numbers = time.perf_counter(), []
        while loop.step < until:
            numbers.append(loop.train(dataset.images))
        seconds += time.perf_counter() - began
        raw, averaged = (
            g.predict(latents, batch_size=500, verbose=0) for g in (loop.generator, loop.averaged)
        )
        chosen, judged = (gu.evaluate_quality(averaged, data) for data in (chooser, dataset))
        row = {"name": name, "seed": seed, "steps": loop.step, "ms": round(1000 * seconds / loop.step, 2)}
        row |= {"fid_raw": round(gu.evaluate_quality(raw, chooser)["fid"], 2), "fid": round(chosen["fid"], 2)}
        row |= {"judge": round(judged["fid"], 2)} | {
            k: round(judged[k], 4) for k in ("class_kl", "recognised")
        }
        means = np.mean(np.concatenate(numbers)[-300:], axis=0).tolist()
        yield row | {k: round(v, 3) for k, v in zip(("d_loss", "g_loss", "d_accuracy"), means, strict=True)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", default=["again*"])
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--steps", type=int, nargs="+", default=[3_800])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("sweep_again.csv"))
    asked = parser.parse_args()
    dataset = gu.load_images(asked.data)
    # Another data set, if only by an image, has a classifier of its own.
    chooser = gu.Dataset(dataset.images[1:], dataset.labels[1:], "for choosing", test=dataset.test)
    for seed in asked.seeds:
        for name in [n for n in CONFIGS if any(fnmatch.fnmatch(n, pattern) for pattern in asked.names)]:
            for row in run(name, seed, asked.steps, dataset, chooser):
                print(*row.values(), flush=True)
                new = not asked.out.exists()
                with asked.out.open("a", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, row.keys(), lineterminator="\n")
                    if new:
                        writer.writeheader()
                    writer.writerow(row)


if __name__ == "__main__":
    main()
