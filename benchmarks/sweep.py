"""Which networks and settings draw the best digits in a minute? One run a configuration, results in a table.

    python benchmarks/sweep.py [--seconds 60] [--seeds 1 2 3] [--out FILE.csv] [NAME ...]

NAME is a key of CONFIGS, or a family with a star ("mlp*"); each run adds one line to the table. Needs MNIST
(`make mnist`, or GAN_UTILS_DATA) and TensorFlow, which the package itself does not.
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
from gan_utils import quality
from keras import layers, ops

AVERAGES = (0, 0.99, 0.995, 0.998, 0.999)  # decays of the averaged generators that are kept and measured
MLP = {
    "net": "mlp", "g": (256, 512), "d": (512, 256), "latent": 64, "batch": 64, "g_lr": 1e-3, "d_lr": 5e-4,
    "beta_1": 0.5, "beta_2": 0.9, "momentum": 0.9, "dropout": 0, "noise": 0, "spectral": False, "r1": 0,
    "loss": "bce", "real_target": 1, "training_fakes": False, "decay": 0, "g_dense": (), "d_dense": (), "weight_decay": None,
}  # fmt: skip
DCGAN = MLP | {"net": "dcgan", "g": (32, 16), "d": (16, 32), "kernel": 4, "g_lr": 2e-3, "d_lr": 2e-3}

CONFIGS = {"mlp": MLP, "dcgan": DCGAN}


def family(base, **changes):
    """Add configurations that differ from `base` in what `changes` says, under "base name"."""
    for name, change in changes.items():
        CONFIGS[f"{base} {name}"] = CONFIGS[base] | change


_common = {
    "batch 32": {"batch": 32}, "batch 128": {"batch": 128},
    "beta_1 0": {"beta_1": 0.0}, "beta_2 0.99": {"beta_2": 0.99}, "beta_2 0.999": {"beta_2": 0.999},
    "momentum 0.99": {"momentum": 0.99}, "momentum 0.8": {"momentum": 0.8},
    "dropout 0.3": {"dropout": 0.3}, "noise 0.2": {"noise": 0.2},
    "spectral": {"spectral": True}, "r1 1": {"r1": 1}, "r1 0.1": {"r1": 0.1},
    "hinge": {"loss": "hinge"}, "lsgan": {"loss": "lsgan"}, "target 0.9": {"real_target": 0.9},
    "training fakes": {"training_fakes": True},
    "latent 32": {"latent": 32}, "latent 16": {"latent": 16},
}  # fmt: skip
family("mlp", **_common, **{
    "lr*2": {"g_lr": 2e-3, "d_lr": 1e-3}, "lr/2": {"g_lr": 5e-4, "d_lr": 2.5e-4},
    "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3}, "lr 1:2": {"g_lr": 5e-4, "d_lr": 1e-3},
    "batch 128 lr*2": {"batch": 128, "g_lr": 2e-3, "d_lr": 1e-3},
    "small": {"g": (128, 256), "d": (256, 128)}, "wide": {"g": (512, 1024), "d": (1024, 512)},
    "g one": {"g": (512,)}, "d one": {"d": (512,)}, "d big": {"d": (1024, 256)},
})  # fmt: skip
family("dcgan", **_common, **{
    "lr*2": {"g_lr": 4e-3, "d_lr": 4e-3}, "lr/2": {"g_lr": 1e-3, "d_lr": 1e-3},
    "lr 2:1": {"g_lr": 2e-3, "d_lr": 1e-3}, "lr 1:2": {"g_lr": 1e-3, "d_lr": 2e-3},
    "batch 128 lr*2": {"batch": 128, "g_lr": 4e-3, "d_lr": 4e-3},
    "g 64-32": {"g": (64, 32)}, "d 32-64": {"d": (32, 64)}, "both x2": {"g": (64, 32), "d": (32, 64)},
    "g 64-16": {"g": (64, 16)}, "kernel 5": {"kernel": 5},
})  # fmt: skip

# Round two, around what round one found: larger steps.
CONFIGS["mlp2"] = MLP | {"g_lr": 4e-3, "d_lr": 2e-3}
CONFIGS["dcgan2"] = DCGAN | {"g_lr": 8e-3, "d_lr": 8e-3}
_common2 = {
    "batch 32": {"batch": 32}, "beta_1 0": {"beta_1": 0.0}, "beta_2 0.99": {"beta_2": 0.99}, "beta_2 0.999": {"beta_2": 0.999},
    "dropout 0.3": {"dropout": 0.3}, "r1 1": {"r1": 1}, "r1 0.1": {"r1": 0.1}, "hinge": {"loss": "hinge"}, "lsgan": {"loss": "lsgan"},
    "target 0.9": {"real_target": 0.9}, "latent 32": {"latent": 32}, "latent 16": {"latent": 16}, "momentum 0.8": {"momentum": 0.8}, "noise 0.2": {"noise": 0.2},
    "batch 128": {"batch": 128},
}
family("mlp2", **_common2, **{"lr*2": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr 1:1": {"g_lr": 2e-3, "d_lr": 2e-3}, "lr 1:2": {"g_lr": 1e-3, "d_lr": 2e-3},"lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3},
  "small": {"g": (128, 256), "d": (256, 128)}, "d one": {"d": (512,)}, "g one": {"g": (512,)}, "d 256": {"d": (256, 256)}, "d 384 g 128-256": {"g": (128, 256), "d": (512, 128)}})
family("dcgan2", **_common2, **{"lr*2": {"g_lr": 1.6e-2, "d_lr": 1.6e-2}, "lr 2:1": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr 4:1": {"g_lr": 8e-3, "d_lr": 2e-3}, "lr 1:2": {"g_lr": 4e-3, "d_lr": 8e-3},
  "g 64-32": {"g": (64, 32)}, "d 32-64": {"d": (32, 64)}, "g 64-16": {"g": (64, 16)}, "d 8-16": {"d": (8, 16)}, "g 32-8": {"g": (32, 8)}, "kernel 5": {"kernel": 5}, "both x2": {"g": (64, 32), "d": (32, 64)}})

# Round three
CONFIGS["mlp3"] = MLP | {"g_lr": 4e-3, "d_lr": 2e-3, "g": (128, 256), "d": (256, 128)}
CONFIGS["dcgan3"] = DCGAN | {"g_lr": 4e-3, "d_lr": 2e-3}
family("mlp3", **_common2, **{"lr*2": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr/2": {"g_lr": 2e-3, "d_lr": 1e-3}, "lr 1:1": {"g_lr": 2e-3, "d_lr": 2e-3},"lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3},
  "tiny": {"g": (64, 128), "d": (128, 64)}, "g wide": {"g": (128, 512)}, "d wide": {"d": (512, 128)}, "d one": {"d": (256,)}, "g one": {"g": (256,)}, "mid": {"g": (128, 384), "d": (384, 128)}})
family("dcgan3", **_common2, **{"lr 3:1": {"g_lr": 6e-3, "d_lr": 2e-3}, "lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3}, "lr 8:1": {"g_lr": 8e-3, "d_lr": 1e-3},
  "small": {"g": (16, 8), "d": (8, 16)}, "g 32-8": {"g": (32, 8)}, "g 16-16": {"g": (16, 16)}, "d 32-64": {"d": (32, 64)}, "d 8-16": {"d": (8, 16)}, "d 16-64": {"d": (16, 64)}, "g 64-16": {"g": (64, 16)}})

# Round four
CONFIGS["mlp4"] = CONFIGS["mlp3"] | {"beta_1": 0.0}
CONFIGS["dcgan4"] = CONFIGS["dcgan3"] | {"beta_1": 0.0, "batch": 32}
family("mlp4", **_common2, **{"lr*2": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr/2": {"g_lr": 2e-3, "d_lr": 1e-3}, "lr 1:1": {"g_lr": 2e-3, "d_lr": 2e-3},"lr 4:1": {"g_lr": 4e-3, "d_lr": 1e-3},
  "decay 5000": {"decay": 5000}, "decay 2000": {"decay": 2000}, "batch 16": {"batch": 16},
  "tiny": {"g": (64, 128), "d": (128, 64)}, "g tiny": {"g": (64, 128)}, "d wide": {"d": (512, 128)}, "d one": {"d": (256,)}, "g one": {"g": (256,)}, "mid": {"g": (128, 384), "d": (384, 128)}, "d 256-256": {"d": (256, 256)}})
family("dcgan4", **_common2, **{"lr 1:1": {"g_lr": 4e-3, "d_lr": 4e-3}, "lr*2": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr/2": {"g_lr": 2e-3, "d_lr": 1e-3}, "batch 16": {"batch": 16},  "batch 64": {"batch": 64}, "beta_1 0.5": {"beta_1": 0.5},
  "decay 5000": {"decay": 5000}, "kernel 3": {"kernel": 3},
  "small": {"g": (16, 8), "d": (8, 16)}, "g 32-8": {"g": (32, 8)}, "g 16-16": {"g": (16, 16)}, "d 32-64": {"d": (32, 64)}, "d 8-16": {"d": (8, 16)}, "d 16-64": {"d": (16, 64)}, "g 64-16": {"g": (64, 16)}})

# Round five
CONFIGS["dcgan5"] = CONFIGS["dcgan4"] | {"g_dense": (128,), "d_dense": (128,)}
family("dcgan5", **{"d only": {"g_dense": ()}, "g only": {"d_dense": ()}, "g 16-16": {"g": (16, 16)}, "g 16-8": {"g": (16, 8)}, "d 8-16": {"d": (8, 16)}, "small": {"g": (16, 8), "d": (8, 16)},
  "beta_1 0.5": {"beta_1": 0.5}, "lr/2": {"g_lr": 2e-3, "d_lr": 1e-3}, "lr*2": {"g_lr": 8e-3, "d_lr": 4e-3}, "lr 2:2": {"g_lr": 2e-3, "d_lr": 2e-3}, "batch 64": {"batch": 64}, "256": {"g_dense": (256,), "d_dense": (256,)}, "64": {"g_dense": (64,), "d_dense": (64,)}, "latent 16": {"latent": 16}})

# Round six
CONFIGS["dcgan6"] = CONFIGS["dcgan5"] | {"g_lr": 2e-3, "d_lr": 1e-3}
family("dcgan6", **{"g 16-16": {"g": (16, 16)}, "g 16-8": {"g": (16, 8)}, "d 8-16": {"d": (8, 16)}, "small": {"g": (16, 8), "d": (8, 16)},
  "beta_1 0.5": {"beta_1": 0.5}, "beta_2 0.99": {"beta_2": 0.99}, "lr/2": {"g_lr": 1e-3, "d_lr": 5e-4}, "lr 2:2": {"g_lr": 2e-3, "d_lr": 2e-3}, "lr 1:1": {"g_lr": 1e-3, "d_lr": 1e-3}, "batch 64": {"batch": 64}, "256": {"g_dense": (256,), "d_dense": (256,)}, "d 256": {"d_dense": (256,)}, "64": {"g_dense": (64,), "d_dense": (64,)}, "latent 16": {"latent": 16}, "decay 5000": {"decay": 5000}})
CONFIGS["mlp6"] = CONFIGS["mlp4"] | {"g_lr": 2e-3, "d_lr": 1e-3}
family("mlp6", **{"decay 5000": {"decay": 5000}, "r1 1": {"r1": 1}, "r1 0.1": {"r1": 0.1}, "lr/2": {"g_lr": 1e-3, "d_lr": 5e-4}, "beta_2 0.99": {"beta_2": 0.99}, "lsgan": {"loss": "lsgan"}, "target 0.9": {"real_target": 0.9}, "momentum 0.8": {"momentum": 0.8}, "training fakes": {"training_fakes": True}, "noise 0.2": {"noise": 0.2}, "dropout 0.1": {"dropout": 0.1}})

CONFIGS["mlp7"] = CONFIGS["mlp6"] | {"decay": 5000}
family("mlp7", **{"wd 0.1": {"weight_decay": 0.1}, "wd 1": {"weight_decay": 1.0}, "noise 0.1": {"noise": 0.1}, "noise 0.3": {"noise": 0.3}, "dropout 0.1": {"dropout": 0.1}, "r1 0.1": {"r1": 0.1}, "r1 1": {"r1": 1}, "target 0.9": {"real_target": 0.9}, "g wide": {"g": (256, 512)}, "batch 32": {"batch": 32}, "batch 128": {"batch": 128}, "d tiny": {"d": (128, 64)}, "latent 16": {"latent": 16}})


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
        g += block(layers.Dense(49 * first, use_bias=False)) + [layers.Reshape((7, 7, first))]
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
        count = len(self.layers) and tf.cast(self.optimizer.iterations, tf.int32)
        with tf.GradientTape() as tape:
            logits = self(images, training=True)
            loss = self.compute_loss(images, targets, logits)
            penalty = tf.cond(count % self.every == 0, lambda: self.penalty(images), lambda: 0.0)
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
            keras.optimizers.Adam(rate(c[f"{player}_lr"], c["decay"]), beta_1=c["beta_1"], beta_2=c["beta_2"], weight_decay=c["weight_decay"] if player == "d" else None)
            for player in "dg"
        ]
        bce = keras.losses.BinaryCrossentropy(from_logits=True)
        losses = {"bce": (bce, bce), "hinge": (hinge_d, hinge_g), "lsgan": ("mse", "mse")}[c["loss"]]
        metrics = [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.5 if c["loss"] == "lsgan" else 0)]
        discriminator.gamma = c["r1"]
        discriminator.compile(optimizers[0], losses[0], metrics=metrics)
        self.combined.compile(optimizers[1], losses[1])
        self.c, self.kept = c, {decay: None for decay in AVERAGES[1:]}
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
                self.kept[decay] = [d * a + (1 - d) * w for a, w in zip(kept or weights, weights, strict=True)]
        return logs

    def draw(self, decay, n):
        twin = keras.models.clone_model(self.generator)
        twin.set_weights(self.kept[decay] if decay else self.generator.get_weights())
        latents = np.random.default_rng(0).standard_normal((n, self.latent_dim), dtype="float32")
        return twin.predict(latents, batch_size=500, verbose=0)


def judge(images):
    """The measures of `evaluate_quality` that a sweep needs, in a second or two."""
    mean, covariance, _, p_data = quality._training_side("mnist")
    features, probabilities = quality._read("mnist", np.round(images * 255) / 255)
    return {
        "fid": quality._frechet_distance(mean, covariance, features.mean(0), np.cov(features, rowvar=False)),
        "class_kl": quality._class_kl(probabilities, p_data),
        "recognised": float(np.mean(probabilities.max(axis=1) > 0.9)),
    }


def run(images, name, seed, times):
    """Train one configuration; one row for each of the `times`, in seconds of training alone."""
    gan = SweepGAN(CONFIGS[name], seed)
    batch, rng, seconds = CONFIGS[name]["batch"], np.random.default_rng(seed), 0
    gan.train_on_batch(images[:batch])  # compiles
    for until in times:
        while seconds < until:
            began = time.perf_counter()
            gan.train_on_batch(images[rng.integers(len(images), size=batch)])
            seconds += time.perf_counter() - began
        found = {decay: judge(gan.draw(decay, 10_000)) for decay in AVERAGES}
        row = {"name": name, "seed": seed, "cores": len(os.sched_getaffinity(0)), "seconds": until}
        row |= {"steps": gan.step, "ms": round(1000 * seconds / (gan.step - 1), 2)}
        row |= {f"fid_{decay}": round(q["fid"], 2) for decay, q in found.items()}
        row |= {k: round(found[0.998][k], 4) for k in ("class_kl", "recognised")}
        row |= {k: round(float(np.mean(v[-300:])), 3) for k, v in gan.curves.items()}
        yield row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["*"])
    parser.add_argument("--seconds", type=float, nargs="+", default=[60])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("sweep.csv"))
    arguments = parser.parse_args()
    chosen = [n for pattern in arguments.names for n in CONFIGS if fnmatch.fnmatch(n, pattern)]
    images = gu.load_images("mnist").images
    for seed in arguments.seeds:
        for name in chosen:
            for row in run(images, name, seed, arguments.seconds):
                print(*row.values(), flush=True)
                new = not arguments.out.exists()
                with arguments.out.open("a", newline="") as file:
                    writer = csv.DictWriter(file, row.keys(), lineterminator="\n")
                    if new:
                        writer.writeheader()
                    writer.writerow(row)


if __name__ == "__main__":
    main()
