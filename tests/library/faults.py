"""Faults in training, by name: what a GAN does wrong from its making on. `test_faults.py` sees each caught.

A fault is a function of a new `GAN`. It changes what the models of this one object do, by public names alone,
so that it survives a change of the code. `pytest -p tests.library.faults` with the environment variable FAULT
puts the fault of that name into every GAN that a test makes or loads.
"""

import os

import keras
import numpy as np

import gan_utils as gu

BCE = keras.losses.BinaryCrossentropy
FAULTS = {}


def fault(function):
    FAULTS[function.__name__] = function
    return function


def hand_to(model, changed):
    """Let `model` be trained on changed(inputs, targets)."""
    train = model.train_on_batch
    model.train_on_batch = lambda inputs, targets, **options: train(*changed(inputs, targets), **options)


def after_a_step(gan, action):
    train = gan.train_on_batch

    def train_and_act(real_images):
        logs = train(real_images)
        action()
        return logs

    gan.train_on_batch = train_and_act


def compile_again(gan, loss, threshold=0.0):
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=threshold)
    gan.discriminator.compile(gan.discriminator.optimizer, loss, metrics=[accuracy])
    gan.combined.compile(gan.combined.optimizer, loss)


@fault
def labels_swapped(gan):
    hand_to(gan.discriminator, lambda images, targets: (images, 1 - targets))


@fault
def g_told_fake(gan):
    hand_to(gan.combined, lambda latents, targets: (latents, 0 * targets))


@fault
def targets_above_1(gan):
    hand_to(gan.discriminator, lambda images, targets: (images, np.float32(1.2) * targets))


@fault
def smoothed_targets(gan):
    hand_to(gan.discriminator, lambda images, targets: (images, np.float32(0.9) * targets))


@fault
def as_many_fakes_always(gan):
    def with_fakes(images, targets):
        real_images = images[: len(images) // 2]
        latents = np.random.default_rng(0).standard_normal((64, gan.latent_dim), dtype="float32")
        images = np.concatenate([real_images, gan.generator.predict_on_batch(latents)])
        return images, np.repeat([[1], [0]], [len(real_images), 64], axis=0).astype("float32")

    hand_to(gan.discriminator, with_fakes)


@fault
def fed_with_fakes_of_d(gan):
    """G learns from the latents that D's fakes were made of."""
    draw, seen = gan.generator.predict_on_batch, []
    gan.generator.predict_on_batch = lambda latents: seen.append(latents) or draw(latents)
    hand_to(gan.combined, lambda latents, targets: (seen[-1] if seen else latents, targets))


@fault
def d_trains_in_step_of_g(gan):
    optimizer = gan.combined.optimizer
    gan.combined = keras.Sequential([gan.generator, gan.discriminator])
    gan.combined.compile(optimizer, BCE(from_logits=True))


@fault
def g_trains_in_step_of_d(gan):
    train = gan.discriminator.train_on_batch

    def train_both(images, targets, **options):
        latents = np.random.default_rng(0).standard_normal((len(images), gan.latent_dim), dtype="float32")
        gan.combined.train_on_batch(latents, targets)
        return train(images, targets, **options)

    gan.discriminator.train_on_batch = train_both


@fault
def primed_then_frozen(gan):
    train = gan.discriminator.train_on_batch

    def train_frozen(images, targets, **options):
        gan.discriminator.trainable = not gan.step
        return train(images, targets, **options)

    gan.discriminator.train_on_batch = train_frozen


@fault
def d_never_trains(gan):
    gan.discriminator.train_on_batch = gan.discriminator.test_on_batch


@fault
def g_skips_every_second_step(gan):
    train, test = gan.combined.train_on_batch, gan.combined.test_on_batch
    gan.combined.train_on_batch = lambda *args, **options: (test if gan.step % 2 else train)(*args, **options)


@fault
def metrics_not_reset(gan):
    for model in (gan.discriminator, gan.combined):
        model.reset_metrics = lambda: None


@fault
def noise_reused(gan):
    class SameNoise(np.random.Generator):
        def standard_normal(self, *args, **options):
            return np.random.default_rng(0).standard_normal(*args, **options)

    gan.random = SameNoise(gan.random.bit_generator)


@fault
def always_the_same_order(gan):
    class SameOrder(np.random.Generator):
        def permutation(self, n):
            return np.arange(n)

    gan.random = SameOrder(gan.random.bit_generator)


@fault
def last_batch_left_out(gan):
    train, logs = gan.train_on_batch, []

    def train_on_full_batches(real_images):
        if logs and len(real_images) < logs[0][0]:
            return logs[-1][1]
        logs.append((len(real_images), train(real_images)))
        return logs[-1][1]

    gan.train_on_batch = train_on_full_batches


@fault
def sigmoid_twice(gan):
    def loss(targets, logits):  # Keras sees through its own sigmoid, and takes the logits from before it
        return keras.losses.binary_crossentropy(targets, 1 / (1 + keras.ops.exp(-logits)), from_logits=True)

    compile_again(gan, loss)


@fault
def no_from_logits(gan):
    compile_again(gan, BCE())


@fault
def loss_summed(gan):
    compile_again(gan, BCE(from_logits=True, reduction="sum"))


@fault
def accuracy_at_one_half(gan):
    compile_again(gan, BCE(from_logits=True), threshold=0.5)


@fault
def one_optimizer_for_both(gan):
    gan.combined.compile(gan.discriminator.optimizer, BCE(from_logits=True))


@fault
def copy_of_d_in_combined(gan):
    optimizer = gan.combined.optimizer
    copy = keras.models.clone_model(gan.discriminator)
    copy.set_weights(gan.discriminator.get_weights())
    gan.combined = gu.build_combined(gan.generator, copy)
    gan.combined.compile(optimizer, BCE(from_logits=True))


@fault
def fakes_in_training_mode(gan):
    def draw(latents):
        return keras.ops.convert_to_numpy(gan.generator(latents, training=True))

    gan.generator.predict_on_batch = draw


@fault
def average_trains(gan):
    after_a_step(gan, lambda: gan.averages and gan.generator.set_weights(gan.averages))


@fault
def average_starts_at_zero(gan):
    def shrink():
        if gan.averages and gan.step < 20:
            gan.averages = [0.1 * average for average in gan.averages]

    after_a_step(gan, shrink)


if name := os.environ.get("FAULT"):
    whole_init = gu.GAN.__init__

    def init(gan, *args, **options):
        whole_init(gan, *args, **options)
        FAULTS[name](gan)

    gu.GAN.__init__ = init
