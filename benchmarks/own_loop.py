"""What a `GAN` cannot be told, in a loop of its own: the R1 penalty, and fakes for D drawn in training mode.

    python benchmarks/own_loop.py [--data mnist] [--seconds 60] [--seeds 1 2 3] [--out FILE.csv] [NAME ...]

trains those configurations that sweep.py passes over, and adds them to the same table. Needs TensorFlow.
"""

import gan_utils as gu
import keras
import numpy as np
import tensorflow as tf
from sweep import build_networks, build_optimizers, needs_own_loop, sweep

EVERY = 16  # steps from one penalty to the next: as good, and much cheaper


class OwnLoop:
    """A step of D and one of G with `gu.discriminator_loss` and `gu.generator_loss`, by GradientTape."""

    def __init__(self, c, seed):
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator = build_networks(c)
        self.g_optimizer, self.d_optimizer = build_optimizers(c)
        self.gamma, self.training_fakes = c["r1"], c["training_fakes"]
        self.random, self.step = np.random.default_rng(seed), 0
        self.curves = {"d_loss": [], "g_loss": [], "d_accuracy": []}

    def train_on_batch(self, real_images):
        shape = (len(real_images), self.generator.input_shape[1])
        latents = [self.random.standard_normal(shape, dtype="float32") for _ in range(2)]
        with_penalty = bool(self.gamma) and self.step % EVERY == 0
        found = self._step(tf.constant(real_images), *map(tf.constant, latents), with_penalty)
        self.step += 1
        for curve, value in zip(self.curves.values(), found, strict=True):
            curve.append(float(value))

    @tf.function(reduce_retracing=True)
    def _step(self, real_images, d_latents, g_latents, with_penalty):
        n = tf.shape(real_images)[0]
        fake_images = self.generator(d_latents, training=self.training_fakes)
        with tf.GradientTape() as tape:
            logits = self.discriminator(tf.concat([real_images, fake_images], axis=0), training=True)
            d_loss = gu.discriminator_loss(logits[:n], logits[n:])
            total = d_loss + self._penalty(real_images) if with_penalty else d_loss
        weights = self.discriminator.trainable_weights
        self.d_optimizer.apply(tape.gradient(total, weights), weights)
        with tf.GradientTape() as tape:
            fake_images = self.generator(g_latents, training=True)
            g_loss = gu.generator_loss(self.discriminator(fake_images, training=True))
        weights = self.generator.trainable_weights
        self.g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        right = tf.concat([logits[:n] > 0, logits[n:] <= 0], axis=0)
        return d_loss, g_loss, tf.reduce_mean(tf.cast(right, "float32"))

    def _penalty(self, real_images):
        """Gamma / 2 times the squared slope of D at real images (Mescheder et al. 2018, equation 9)."""
        with tf.GradientTape() as tape:
            tape.watch(real_images)
            logits = self.discriminator(real_images, training=True)
        slopes = tape.gradient(logits, real_images)
        return EVERY * self.gamma / 2 * tf.reduce_mean(tf.reduce_sum(slopes**2, axis=(1, 2, 3)))


if __name__ == "__main__":
    sweep(OwnLoop, needs_own_loop, __doc__)
