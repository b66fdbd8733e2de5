"""Which networks and settings draw the best digits in a minute? One run a configuration, results in a table.

    python benchmarks/sweep.py [--data mnist] [--seconds 60] [--seeds 1 2 3] [--out FILE.csv] [NAME ...]

NAME is a key of CONFIGS, or a family with a star ("mlp*"); each run adds one line to the table. Needs MNIST
(`make mnist`, or GAN_UTILS_DATA), unless DATA is "digits", and TensorFlow, which the package itself does not.
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
from gan_utils import quality
from keras import layers, ops

AVERAGES = (0, 0.99, 0.995, 0.998, 0.999)  # decays of the averaged generators that are kept and measured


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
    return keras.Sequential(g), (R1 if c["r1"] else keras.Sequential)(d)


class R1(keras.Sequential):
    """A discriminator with the lazy gradient penalty on real images (Mescheder et al. 2018, eq. 9)."""

    gamma, every = 0.0, 16

    def train_step(self, data):
        import tensorflow as tf

        images, targets, _ = keras.utils.unpack_x_y_sample_weight(data)
        step = self.optimizer.iterations
        with tf.GradientTape() as tape:
            logits = self(images, training=True)
            loss = self.compute_loss(images, targets, logits)
            penalty = tf.cond(step % self.every == 0, lambda: self.penalty(images), lambda: 0.0)
            total = loss + penalty
        self.optimizer.apply(tape.gradient(total, self.trainable_weights), self.trainable_weights)
        self._loss_tracker.update_state(loss)
        return self.compute_metrics(images, targets, logits)

    def penalty(self, images):
        import tensorflow as tf

        real_images = images[: tf.shape(images)[0] // 2]
        with tf.GradientTape() as tape:
            tape.watch(real_images)
            logits = self(real_images, training=True)
        gradients = tape.gradient(logits, real_images)
        return self.every * self.gamma / 2 * tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))


def hinge_d(targets, logits):
    return ops.mean(ops.relu(1 - (2 * targets - 1) * logits))


def hinge_g(targets, logits):
    return -ops.mean(logits)


def rate(initial, decay):
    """Constant, or initial / (1 + step / decay)."""
    return keras.optimizers.schedules.InverseTimeDecay(initial, decay, 1.0) if decay else initial


class SweepGAN(gu.GAN):
    """A GAN with what the package does not have: other losses, several averages at once."""

    def __init__(self, c, seed):
        keras.utils.set_random_seed(seed)
        generator, discriminator = build_networks(c)
        super().__init__(generator, discriminator, average=0, seed=seed)
        optimizers = [
            keras.optimizers.Adam(
                rate(c[f"{player}_lr"], c["decay"]),
                beta_1=c["beta_1"],
                beta_2=c["beta_2"],
                weight_decay=c["weight_decay"] if player == "d" else None,
            )
            for player in "dg"
        ]
        bce = keras.losses.BinaryCrossentropy(from_logits=True)
        losses = {"bce": (bce, bce), "hinge": (hinge_d, hinge_g), "lsgan": ("mse", "mse")}[c["loss"]]
        metrics = [
            keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.5 if c["loss"] == "lsgan" else 0)
        ]
        discriminator.gamma = c["r1"]
        discriminator.compile(optimizers[0], losses[0], metrics=metrics)
        self.combined.compile(optimizers[1], losses[1])
        self.kept = {decay: None for decay in AVERAGES[1:]}
        if c["training_fakes"]:
            import tensorflow as tf

            draw = tf.function(lambda latents: generator(latents, training=True), reduce_retracing=True)
            generator.predict_on_batch = lambda latents: draw(latents).numpy()
        if c["real_target"] != 1:
            train, smooth = discriminator.train_on_batch, c["real_target"]
            discriminator.train_on_batch = lambda x, y, **kw: train(x, y * np.float32(smooth), **kw)

    def train_on_batch(self, real_images):
        logs = super().train_on_batch(real_images)
        if self.step % 10 == 0:
            weights = self.generator.get_weights()
            for decay, kept in self.kept.items():
                d = min(decay**10, (self.step - 10) / (self.step + 80))
                self.kept[decay] = [
                    d * a + (1 - d) * w for a, w in zip(kept or weights, weights, strict=True)
                ]
        return logs

    def draw(self, decay, n):
        twin = keras.models.clone_model(self.generator)
        twin.set_weights(self.kept[decay] if decay else self.generator.get_weights())
        latents = np.random.default_rng(0).standard_normal((n, self.latent_dim), dtype="float32")
        return twin.predict(latents, batch_size=500, verbose=0)


def judge(images, data):
    """The measures of `evaluate_quality` that a sweep needs, in a second or two."""
    mean, covariance, _, p_data = quality._training_side(data)
    features, probabilities = quality._read(data, np.round(images * 255) / 255)
    return {
        "fid": quality._frechet_distance(mean, covariance, features.mean(0), np.cov(features, rowvar=False)),
        "class_kl": quality._class_kl(probabilities, p_data),
        "recognised": float(np.mean(probabilities.max(axis=1) > 0.9)),
    }


def run(dataset, name, seed, times):
    """Train one configuration; one row for each of the `times`, in seconds of training alone."""
    gan, images = SweepGAN(CONFIGS[name], seed), dataset.images
    n = len(gu.load_images(dataset.name, "test").images)
    batch, rng, seconds = CONFIGS[name]["batch"], np.random.default_rng(seed), 0
    gan.train_on_batch(images[:batch])  # compiles
    for until in times:
        while seconds < until:
            began = time.perf_counter()
            gan.train_on_batch(images[rng.integers(len(images), size=batch)])
            seconds += time.perf_counter() - began
        found = {decay: judge(gan.draw(decay, n), dataset.name) for decay in AVERAGES}
        row = {"name": name, "seed": seed, "cores": len(os.sched_getaffinity(0)), "seconds": until}
        row |= {"steps": gan.step, "ms": round(1000 * seconds / (gan.step - 1), 2)}
        row |= {f"fid_{decay}": round(q["fid"], 2) for decay, q in found.items()}
        row |= {k: round(found[0.998][k], 4) for k in ("class_kl", "recognised")}
        row |= {k: round(float(np.mean(v[-300:])), 3) for k, v in gan.curves.items()}
        yield row


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
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
            for row in run(dataset, name, seed, arguments.seconds):
                print(*row.values(), flush=True)
                new = not arguments.out.exists()
                with arguments.out.open("a", newline="") as file:
                    writer = csv.DictWriter(file, row.keys(), lineterminator="\n")
                    if new:
                        writer.writeheader()
                    writer.writerow(row)


if __name__ == "__main__":
    main()
