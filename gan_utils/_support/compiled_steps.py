"""Many steps of training in one call: `GAN.train_on_batch` compiled whole, for each backend.

Each is the algorithm once more, with `train_step` of the two models for what is `train_on_batch` in the loop:
what Keras compiles there on its own is compiled here together. Images, latents and the decays of the average
travel as arrays, so that the training is the same to within rounding.
"""

import warnings

import keras
import numpy as np
from keras import ops

from gan_utils._support import averaging


def compile_steps(gan):
    """Return a function that trains for as many steps as its arrays are long.

    It takes real_images (steps, d_steps, n, ...), latents (steps, d_steps + 1, n, latent_dim), the last of
    each step G's, and decays (steps,), all float32, and returns numbers (steps, 3): d_loss, g_loss and
    d_accuracy of each step.
    """
    for model in (gan.real_fake, gan.combined):  # what Keras makes in its first step cannot be made in a loop
        if not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        model.compute_metrics(None, ops.ones((1, 1)), ops.ones((1, 1)))
    return _COMPILE[keras.backend.backend()](gan)


def made_by_compile(gan):
    """What `compile` of the two models made: where it is called again, the steps must be compiled again."""
    return [metric for model in (gan.real_fake, gan.combined) for metric in model.metrics]


def _take_step(gan, train_d, train_g, real_images, latents):
    """One step: what is common to all backends. Returns d_loss, g_loss and d_accuracy."""
    n = real_images.shape[1]
    real, fake = ops.ones((n, 1), "float32"), ops.zeros((n, 1), "float32")
    for i in range(gan.d_steps):
        d_logs = train_d(((real_images[i], latents[i]), ops.concatenate([real, fake])))
    g_logs = train_g((latents[gan.d_steps], real))
    numbers = d_logs["loss"], g_logs["loss"], d_logs["accuracy"]
    return ops.stack([ops.cast(number, keras.config.floatx()) for number in numbers])


def _tensorflow(gan):
    import tensorflow as tf

    averages, weights = gan._averaged_generator.weights, gan.generator.weights

    # XLA compiles the step, not the loop around it: inside of a loop its convolutions use one core.
    @tf.function(jit_compile=_jit_serves(gan), autograph=False)
    def step(batch):
        real_images, latents, decay = batch
        numbers = _take_step(gan, gan.real_fake.train_step, gan.combined.train_step, real_images, latents)
        if gan.average:
            tf.cond(decay < 1, lambda: averaging.update(averages, weights, decay), lambda: None)
        return numbers

    @tf.function(autograph=False)
    def run(*batches):
        return tf.map_fn(step, batches, parallel_iterations=1, fn_output_signature=keras.config.floatx())

    return lambda *batches: run(*map(tf.constant, batches)).numpy()


def _jit_serves(gan):
    """Whether XLA, which not every layer and machine can, would make the same training in less time."""
    players = gan.generator, gan.discriminator
    if any(len(player.variables) > len(player.weights) for player in players):
        return False  # states of random numbers, as Dropout's: XLA draws others from the same seed
    model = type(gan.real_fake)(*players)
    with warnings.catch_warnings(action="ignore"):  # Keras says which layer cannot
        model.jit_compile = True
    return model.jit_compile


def _jax(gan):
    import jax

    players = gan.real_fake, gan.combined
    averages, weights = gan._averaged_generator.weights, gan.generator.weights
    kept = {id(v): v for model in players for part in _state(model) for v in part}
    kept |= {id(v): v for v in averages}

    def step(values, batch):
        real_images, latents, decay = batch
        values = dict(values)

        def train(model):
            def train_on(data):
                state = [[values[id(v)] for v in part] for part in _state(model)]
                logs, new = model.train_step(state, data)
                for part, arrays in zip(_state(model), new, strict=True):
                    values.update({id(v): array for v, array in zip(part, arrays, strict=True)})
                return logs

            return train_on

        numbers = _take_step(gan, *map(train, players), real_images, latents)
        if gan.average:
            old, new = ([values[id(v)] for v in part] for part in (averages, weights))
            moved = jax.lax.cond(decay < 1, lambda: averaging.moved(old, new, decay), lambda: old)
            values.update(zip(map(id, averages), moved, strict=True))
        return values, numbers

    scan, one = jax.jit(lambda values, *batches: jax.lax.scan(step, values, batches)), jax.jit(step)

    def run(values, *batches):
        if jax.default_backend() != "cpu":
            return scan(values, *batches)
        numbers = []  # inside of a compiled loop a CPU's convolutions use one core
        for batch in zip(*batches, strict=True):
            values, found = one(values, batch)
            numbers.append(found)
        return values, numbers

    def train(*batches):
        values, numbers = run({key: v.value for key, v in kept.items()}, *batches)
        for key, v in kept.items():
            v.assign(values[key])
        return np.asarray(numbers)

    return train


def _torch(gan):
    averages, weights = gan._averaged_generator.weights, gan.generator.weights

    def step(real_images, latents, decay):
        numbers = _take_step(gan, gan.real_fake.train_step, gan.combined.train_step, real_images, latents)
        if decay < 1:
            averaging.update(averages, weights, decay)
        return numbers

    def run(real_images, latents, decays):
        real_images, latents = map(ops.convert_to_tensor, (real_images, latents))
        steps = zip(real_images, latents, decays.tolist(), strict=True)
        return ops.convert_to_numpy(ops.stack([step(*batch) for batch in steps]))

    return run


def _state(model):
    """A model's variables in the order in which Keras's `train_step` on JAX takes and returns them."""
    return (
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    )


_COMPILE = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
