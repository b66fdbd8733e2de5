"""Faults in training, by name: what a GAN does wrong from its making on. `test_faults.py` sees each caught.

A fault is a function of a new `GAN`. It changes what the models of this one object do, by public names alone,
so that it survives a change of the code. `pytest -p tests.library.faults` with the environment variable FAULT
puts the fault of that name into every GAN that a test makes or loads.
"""

import os
import types

import keras
import numpy as np
from keras import ops

import gan_utils as gu

BCE = keras.losses.BinaryCrossentropy
FAULTS = {}


def fault(function):
    FAULTS[function.__name__] = function
    return function


def hand_to(model, changed):
    """Let `model` be trained on changed(inputs, targets), in the loop and in the compiled step."""
    train = model.train_step

    def train_on_changed(*state_and_data):
        *state, (inputs, targets, *rest) = state_and_data
        return train(*state, (*changed(inputs, targets), *rest))

    model.train_step = train_on_changed


def after_a_step(gan, action):
    train = gan.train_on_batch

    def train_and_act(real_images):
        logs = train(real_images)
        action()
        return logs

    gan.train_on_batch = train_and_act


def compile_again(gan, loss, threshold=0.0):
    accuracy = keras.metrics.BinaryAccuracy(name="accuracy", threshold=threshold)
    gan.real_fake.compile(gan.discriminator_optimizer, loss, metrics=[accuracy])
    gan.combined.compile(gan.generator_optimizer, loss)


@fault
def labels_swapped(gan):
    hand_to(gan.real_fake, lambda inputs, targets: (inputs, 1 - targets))


@fault
def g_told_fake(gan):
    hand_to(gan.combined, lambda latents, targets: (latents, 0 * targets))


@fault
def targets_above_1(gan):
    hand_to(gan.real_fake, lambda inputs, targets: (inputs, 1.2 * targets))


@fault
def smoothed_targets(gan):
    hand_to(gan.real_fake, lambda inputs, targets: (inputs, 0.9 * targets))


@fault
def as_many_fakes_always(gan):
    def with_fakes(inputs, targets):
        real_images, latents = inputs
        n = real_images.shape[0]
        latents = ops.concatenate([latents[:1]] * 64)
        return (real_images, latents), ops.concatenate([targets[:n], ops.zeros((64, 1))])

    hand_to(gan.real_fake, with_fakes)


@fault
def fed_with_fakes_of_d(gan):
    """G learns from the latents that D's fakes were made of."""
    seen = []

    class TheSameForBoth(np.random.Generator):
        def standard_normal(self, size, **options):
            drawn = super().standard_normal(size, **options)
            if len(size) == 4:  # those of many steps: D's, then G's
                drawn[:, 1] = drawn[:, 0]
            else:
                seen.append(drawn)
                drawn = seen[len(seen) - 1 - (len(seen) + 1) % 2]
            return drawn

    gan.random = TheSameForBoth(gan.random.bit_generator)


@fault
def d_trains_in_step_of_g(gan):
    optimizer = gan.combined.optimizer
    gan.combined = keras.Sequential([gan.generator, gan.discriminator])
    gan.combined.compile(optimizer, BCE(from_logits=True))


@fault
def g_trains_in_step_of_d(gan):
    train = gan.real_fake.train_on_batch

    def train_both(inputs, targets, **options):
        gan.combined.train_on_batch(inputs[1], targets[: len(inputs[1])])
        return train(inputs, targets, **options)

    gan.real_fake.train_on_batch = train_both


@fault
def primed_then_frozen(gan):
    train = gan.real_fake.train_on_batch

    def train_frozen(inputs, targets, **options):
        gan.discriminator.trainable = not gan.step
        return train(inputs, targets, **options)

    gan.real_fake.train_on_batch = train_frozen


@fault
def d_never_trains(gan):
    gan.real_fake.train_on_batch = gan.real_fake.test_on_batch


@fault
def g_skips_every_second_step(gan):
    train, test = gan.combined.train_on_batch, gan.combined.test_on_batch
    gan.combined.train_on_batch = lambda *args, **options: (test if gan.step % 2 else train)(*args, **options)


@fault
def metrics_not_reset(gan):
    for model in (gan.real_fake, gan.combined):
        model.compute_loss = types.MethodType(keras.Model.compute_loss, model)


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
    gan.combined.compile(gan.discriminator_optimizer, BCE(from_logits=True))


@fault
def copy_of_d_in_combined(gan):
    optimizer = gan.combined.optimizer
    copy = keras.models.clone_model(gan.discriminator)
    copy.set_weights(gan.discriminator.get_weights())
    gan.combined = gu.build_combined(gan.generator, copy)
    gan.combined.compile(optimizer, BCE(from_logits=True))


@fault
def fakes_in_training_mode(gan):
    gan.real_fake.generator = lambda latents, training: gan.generator(latents, training=True)


@fault
def average_trains(gan):
    after_a_step(gan, lambda: gan.generator.set_weights(gan.averaged_generator.get_weights()))


@fault
def average_starts_at_zero(gan):
    def shrink():
        if 10 <= gan.step < 20:
            averages = gan.averaged_generator.get_weights()
            gan.averaged_generator.set_weights([0.1 * average for average in averages])

    after_a_step(gan, shrink)


@fault
def average_does_not_draw(gan):
    gan._averaged_generator = gan.generator


if name := os.environ.get("FAULT"):
    whole_init = gu.GAN.__init__

    def init(gan, *args, **options):
        whole_init(gan, *args, **options)
        FAULTS[name](gan)

    gu.GAN.__init__ = init
