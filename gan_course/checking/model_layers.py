"""What the layers of a model do, one after the other, and what kind of layer each is."""

from collections import namedtuple

import numpy as np
from keras import layers, ops

# What a layer or an operation of the model was given and what it made of that, arrays.
Step = namedtuple("Step", "part given made")


def steps_of(model, latents):
    """What each layer and operation does, in the order in which the latents pass them."""
    steps, parts = [], list(dict.fromkeys(_parts(model)))

    def noting(part, function):
        def noted(*arguments, **settings):
            made = function(*arguments, **settings)
            given = arguments[0] if arguments and ops.is_tensor(arguments[0]) else made
            if ops.is_tensor(made):
                steps.append(Step(part, ops.convert_to_numpy(given), ops.convert_to_numpy(made)))
            return made

        return noted

    for part in parts:
        part.call = noting(part, part.call)
    try:
        model(latents)
    finally:
        for part in parts:
            del part.call
    return steps


def _parts(model):
    for part in getattr(model, "operations", None) or model.layers:
        yield from _parts(part) if hasattr(part, "layers") else [part]


def is_dense(part):
    return isinstance(part, (layers.Dense, layers.EinsumDense))


def is_weighted(part):
    """Whether it takes weighted sums: a dense layer, or a convolution of any kind."""
    return is_dense(part) or hasattr(part, "kernel_size")


def kind_of(activation, given, made):
    """What an activation makes of numbers, whoever wrote it and whatever it is called."""
    x = np.array([[-1e3, -20, -6.5, -2, -0.5, -0.01, 0.01, 0.5, 2, 6.5, 20, 1e3]], "float32")
    if isinstance(activation, layers.PReLU):
        return "leaky"
    try:
        y = x if activation is None else ops.convert_to_numpy(activation(x))
    except Exception:  # it takes more than one argument, as ops.maximum, or no such numbers, as Reshape
        x, y = given, made
    if x.shape != y.shape or np.allclose(y, x):
        return "linear"
    if np.allclose(y, np.maximum(x, 0)):
        return "relu"
    if np.allclose(y[x > 0], x[x > 0]):
        return "leaky"
    worst = np.abs(y - np.maximum(x, 0)).argmax()
    return (
        f"an activation that makes {y.flat[worst]:.3g} of {x.flat[worst]:.3g}, another than DCGAN has there."
    )


def amiss_in(part, shape):
    """In what a layer differs from BatchNorm, as far as a batch in training feels it; "" if in nothing."""
    rng, weights, statistics = np.random.default_rng(0), part.get_weights(), []
    name, rows = type(part).__name__, tuple(range(len(shape)))  # rows: all axes but that of the channels
    for spread in (0.3, 3):
        x = rng.normal(0, spread, (32, *shape))
        for axis, length in enumerate(x.shape):  # each image, row, column and channel has a mean of its own
            x += rng.normal(0, spread, [length if i == axis else 1 for i in range(x.ndim)])
        y = ops.convert_to_numpy(part(x.astype("float32"), training=True))
        part.set_weights(weights)  # of which the moving means have moved
        mean, std = y.mean(rows), y.std(rows)
        if not np.allclose((x - x.mean(rows)) / x.std(rows) * std + mean, y, atol=0.02):
            return (
                f"{name}, which takes no mean of a channel over the batch: is it BatchNorm, on the last axis?"
            )
        statistics.append((mean, std))
    if np.allclose(*statistics, atol=0.02):  # as far as BatchNorm's usual epsilon is felt
        return ""
    return f"{name}, which leaves a batch the mean and the spread that it has: is it switched off?"
