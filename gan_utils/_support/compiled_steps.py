"""Many steps of `GAN.train_on_batch` in one call: the same training to within rounding.

`_take_step` is one step, written with the two models' `train_step`, which is what Keras compiles of a
`train_on_batch`. Below it stands, for each backend, how to run it for many batches.
"""

import math
import warnings
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
from keras import ops

from gan_utils._support import averaging, devices, network_checks

PART = 8_000_000  # bytes of images that a GPU is given at once: it computes while the next are on their way


class CompiledSteps:
    """The steps of a GAN, as its two models are compiled now. Call it to train.

    Args of a call, all that the steps take from outside:
        real_images: float array (steps, d_steps, n, ...).
        draw_latents: function of a number of steps, which returns the latents of the next ones, float array
            (number, d_steps + 1, n, latent_dim), the last of each step G's.
        decays: float array (steps,), of the average.

    It returns numbers (steps, 3): d_loss, g_loss and d_accuracy of each step.
    """

    def __init__(self, gan):
        self.gan = gan
        for model in _models(gan):  # what Keras makes in its first step cannot be made in a loop
            network_checks.build_optimizer(model)
            model.compute_metrics(None, ops.ones((1, 1)), ops.ones((1, 1)))
        self.made_for, self.run = self._parts(), _COMPILE[keras.backend.backend()](gan)

    def __call__(self, real_images, draw_latents, decays):
        return self.run(real_images, draw_latents, decays)

    def fits(self):
        """Are the models compiled as they were then, with the same optimizers, losses and metrics?"""
        return self.made_for == self._parts()

    def _parts(self):
        models = _models(self.gan)
        return [id(part) for m in models for part in (m.optimizer, *m.optimizer.variables, *m.metrics)]


def _models(gan):
    return gan.real_fake, gan.combined


def _take_step(gan, train_d, train_g, real_images, latents, decay):
    """One step: what is common to all backends.

    Returns d_loss, g_loss and d_accuracy; and the decay of the average, 1 where one of these is not finite.
    """
    n = real_images.shape[1]
    real, fake = ops.ones((n, 1), "float32"), ops.zeros((n, 1), "float32")
    for i in range(gan.d_steps):
        d_logs = train_d(((real_images[i], latents[i]), ops.concatenate([real, fake])))
    g_logs = train_g((latents[gan.d_steps], real))
    numbers = d_logs["loss"], g_logs["loss"], d_logs["accuracy"]
    numbers = ops.stack([ops.cast(number, keras.config.floatx()) for number in numbers])
    return numbers, ops.where(ops.all(ops.isfinite(numbers)), decay, 1)


def _tensorflow(gan):
    import tensorflow as tf

    averages, weights = gan._averaged_generator.weights, gan.generator.weights

    def compile_steps(jit_compile):
        # XLA compiles the step and not the loop around it, in which its convolutions are many times slower.
        @tf.function(jit_compile=jit_compile, autograph=False)
        def step(batch):
            *arrays, decay = batch
            trainers = (model.train_step for model in _models(gan))
            numbers, decay = _take_step(gan, *trainers, *arrays, decay)
            if gan.average:
                tf.cond(decay < 1, lambda: averaging.update(averages, weights, decay), lambda: None)
            return numbers

        @tf.function(autograph=False)
        def steps(*batches):
            return tf.map_fn(step, batches, parallel_iterations=1, fn_output_signature=keras.config.floatx())

        return steps

    steps = compile_steps(_xla_serves(gan))

    def run(real_images, draw_latents, decays):
        nonlocal steps
        batches = [tf.constant(batch) for batch in (real_images, draw_latents(len(decays)), decays)]
        updates = network_checks.updates_made(gan.discriminator_optimizer)
        try:
            return steps(*batches).numpy()
        except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
            if network_checks.updates_made(gan.discriminator_optimizer) > updates:
                raise
        steps = compile_steps(
            jit_compile=False
        )  # a layer, perhaps, that XLA cannot compile, and does not say
        return steps(*batches).numpy()

    return run


def _xla_serves(gan):
    """Can XLA compile all layers, as far as they say, and would it draw the same random numbers?"""
    players = gan.generator, gan.discriminator
    if any(len(player.variables) > len(player.weights) for player in players):
        return False  # states of random numbers, as Dropout's: XLA draws others from the same seed
    model = type(gan.real_fake)(*players)  # a new one: it is asked, and gan.real_fake stays as it is
    with warnings.catch_warnings(action="ignore"):  # Keras says which layer cannot
        model.jit_compile = True
    return model.jit_compile


def _jax(gan):
    import jax

    averages, weights = gan._averaged_generator.weights, gan.generator.weights
    variables = {id(v): v for model in _models(gan) for part in _state(model) for v in part}
    variables |= {id(v): v for v in averages}
    on_one = {id(v) for v in averages} - {id(v) for v in weights}

    # A list, whose order is the same in each process: JAX sorts a dict by its keys.
    def step(values, batch):
        *arrays, decay = batch
        values = dict(zip(variables, values, strict=True))

        def stateless_train_step(model):
            def train_step(data):
                state = [[values[id(v)] for v in part] for part in _state(model)]
                logs, new = model.train_step(state, data)
                for part, found in zip(_state(model), new, strict=True):
                    values.update({id(v): array for v, array in zip(part, found, strict=True)})
                return logs

            return train_step

        numbers, decay = _take_step(gan, *map(stateless_train_step, _models(gan)), *arrays, decay)
        if gan.average:
            old, new = ([values[id(v)] for v in part] for part in (averages, weights))
            moved = jax.lax.cond(decay < 1, lambda: averaging.moved(old, new, decay), lambda: old)
            values.update(zip(map(id, averages), moved, strict=True))
        return list(values.values()), numbers

    def values_now():
        return [devices.put(v.value) if key in on_one else v.value for key, v in variables.items()]

    layouts = devices.layouts(values_now())
    one_step = jax.jit(step, out_shardings=layouts)
    many_steps = jax.jit(lambda values, *batches: jax.lax.scan(step, values, batches), out_shardings=layouts)

    def steps(values, images, drawn, decays):
        """Those of a part of the call, and its numbers: JAX goes on before they are computed."""
        if len(decays) == 1:
            batch = devices.put(images[0], axis=1), devices.put(drawn.result()[0], axis=1), decays[0]
            values, numbers = one_step(values, batch)
            return values, numbers[None]
        images = devices.put(images, axis=2)  # they are on their way while the latents are drawn
        return many_steps(values, images, devices.put(drawn.result(), axis=2), decays)

    def run(real_images, draw_latents, decays):
        values, numbers, size = values_now(), [], math.ceil(len(decays) / max(1, real_images.nbytes // PART))
        if jax.default_backend() == "cpu":
            size = 1  # in a compiled loop its convolutions are many times slower
        with ThreadPoolExecutor(1) as drawer:  # in order, while the parts before are computed
            cuts = [slice(i, i + size) for i in range(0, len(decays), size)]
            drawn = [drawer.submit(draw_latents, len(decays[cut])) for cut in cuts]
            for cut, latents in zip(cuts, drawn, strict=True):
                values, found = steps(values, real_images[cut], latents, decays[cut])
                numbers.append(found)
        for (key, v), value in zip(variables.items(), values, strict=True):
            v.assign(*(devices.here([value]) if key in on_one else [value]))
        return np.concatenate(numbers)

    return run


def _torch(gan):
    averages, weights = gan._averaged_generator.weights, gan.generator.weights

    def step(*arrays, decay):
        numbers, decay = _take_step(gan, *(model.train_step for model in _models(gan)), *arrays, decay)
        if decay < 1:
            averaging.update(averages, weights, decay)
        return numbers

    def run(real_images, draw_latents, decays):
        real_images, latents = map(ops.convert_to_tensor, (real_images, draw_latents(len(decays))))
        steps = zip(real_images, latents, decays.tolist(), strict=True)
        return ops.convert_to_numpy(ops.stack([step(*arrays, decay=decay) for *arrays, decay in steps]))

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
