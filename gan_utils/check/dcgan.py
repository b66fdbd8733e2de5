"""The check of notebook 04 for DCGAN's rules: which layers a generator has, and what comes out."""

from collections import namedtuple

import keras
import numpy as np
from keras import layers, ops

from gan_utils.check.cases import as_array
from gan_utils.check.running import Hint, call, hints_for_errors
from gan_utils.check.verdict import exercise

__all__ = ["dcgan_generator"]

SIZE, FIRST = 32, 8  # pixels of the images, and of the first map at the most

# What a layer or an operation of the model was given and what it made of that, arrays.
Step = namedtuple("Step", "part given made")


@exercise(
    first_step="Begin at the end: between which numbers do pixels lie, and which function ends there?",
    praise="It grows by learned strides, BatchNorm keeps each hidden layer awake, and its pixels are pixels.",
    seconds=60,
)
def dcgan_generator(answer):
    """`answer()`: a Keras model, latents (n, 100) -> images (n, 32, 32, 3) in [0, 1], by DCGAN's rules."""
    model = answer if isinstance(answer, keras.Model) else call(answer)
    if not isinstance(model, keras.Model):
        raise Hint(f"a Keras model is wanted, and this is of type {type(model).__name__}.")
    latents = np.random.default_rng(0).standard_normal((5, 100), dtype="float32")
    if getattr(model, "input_shape", (None, 100)) != (None, 100):
        raise Hint(f"it takes inputs {model.input_shape}, and the latents are (n, 100).")
    _images_of(model, latents[:3])  # builds a Sequential that has no Input
    images = _images_of(model, 1000 * latents)  # far out, for the whole range of the pixels to be seen
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise Hint("its layers cannot be read: make it a keras.Sequential, or from inputs and outputs.")
    steps = _steps_of(model, latents)
    _check_growth(steps)
    _check_blocks(steps)
    _check_pixels(images)
    _check_end(model, latents, [step.part for step in steps if _makes(step.part)][-1])


def _images_of(model, latents):
    n = len(latents)
    with hints_for_errors(f"latents ({n}, 100) do not go through it:"):
        images = ops.convert_to_numpy(model(latents))
    return as_array(images, (n, SIZE, SIZE, 3), f"what {n} latents give")


def _steps_of(model, latents):
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


def _is_dense(part):
    return isinstance(part, (layers.Dense, layers.EinsumDense))


def _makes(part):
    """Whether it is a layer of weights proper: dense, or a convolution of any kind."""
    return _is_dense(part) or hasattr(part, "kernel_size")


def _check_growth(steps):
    """From a small map, made by a Dense layer, to the pixels by the strides of transposed convolutions."""
    dense, growth, last = 0, np.array([1, 1]), None
    for part, given, made in steps:
        name = type(part).__name__
        if "Pool" in name:
            raise Hint(
                f"there is a pooling layer, {name}: what has DCGAN in its place, and does G shrink anything?"
            )
        if getattr(part, "weights", []) and not (
            _makes(part) or "Norm" in name or isinstance(part, layers.PReLU)
        ):
            raise Hint(f"what {name} does cannot be read: build the model from Keras's own layers.")
        if _makes(part):
            last, dense = part, dense + _is_dense(part)
            if isinstance(part, layers.Conv2DTranspose):
                growth = growth * part.strides
        elif made.ndim == 4:
            height, width = made.shape[1:3]
            if given.ndim < 4 and (not dense or not _is_dense(last)):
                raise Hint(
                    f"no Dense layer makes the map of {height} x {width}: what says the table's first row?"
                )
            if given.ndim < 4 and max(height, width) > FIRST:
                raise Hint(
                    f"a Dense layer makes a map of {height} x {width}: {FIRST} x {FIRST} at most, and never "
                    "the pixels."
                )
            change = np.array(made.shape[1:3]) / given.shape[1:3] if given.ndim == 4 else np.ones(2)
            if change.max() > 1.25 or change.min() < 0.75:  # less is a border
                before = f"{given.shape[1]} x {given.shape[2]}"
                raise Hint(
                    f"{name} makes {height} x {width} of {before}: DCGAN learns how to enlarge, and shrinks "
                    "nothing."
                )
    if _is_dense(last):
        raise Hint("a Dense layer makes the pixels, and it knows nothing of neighbours.")
    if growth.min() < SIZE / FIRST:
        raise Hint(
            f"strides take it from {SIZE // growth.min()} to {SIZE} pixels: let them do all the growing."
        )
    if dense > 2:
        raise Hint(f"{dense} Dense layers: one to make the first map, and one hidden one, are what we allow.")


def _check_blocks(steps):
    """BatchNorm and ReLU behind each layer with weights, but for the last, which has no BatchNorm."""
    blocks = []
    for part, given, made in steps:
        name = type(part).__name__
        if _makes(part):
            blocks.append((name, [_kind_of(part.activation, given, given)]))
        elif blocks and "Norm" in name:
            blocks[-1][1].append(_amiss_in(part, given.shape[1:]) or "norm")
        elif blocks:
            blocks[-1][1].append(_kind_of(part, given, made))
    *hidden, (_, at_the_end) = blocks
    if any("norm" in kind.lower() for kind in at_the_end):
        raise Hint("BatchNorm stands at the output: may it decide how bright a picture is?")
    for i, (name, behind) in enumerate(hidden, start=1):
        place = f"behind hidden layer {i} ({name})"
        for kind in behind:
            if kind not in ("norm", "linear", "relu", "leaky"):
                raise Hint(f"{place} stands {kind}")
        if "norm" not in behind:
            raise Hint(f"there is no BatchNorm {place}.")
        if "leaky" in behind:
            raise Hint(f"{place} negative numbers leak through: that is D's activation.")
        if "relu" not in behind:
            raise Hint(f"no activation is seen {place}.")


def _amiss_in(part, shape):
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


def _kind_of(activation, given, made):
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


def _check_pixels(images):
    low, high = images.min(), images.max()
    if np.allclose(images.sum(axis=3), 1, atol=1e-3):
        raise Hint("the three colours of each pixel sum to 1: is the colour of a pixel one class of three?")
    if low < 0 or high > 1:
        whose = (
            "no function holds them in [0, 1]." if high > 1.001 else "that is the paper's range, and ours?"
        )
        raise Hint(f"pixels run from {low:.2g} to {high:.2g}: {whose}")
    if low > 0.1 or high < 0.9:
        raise Hint(f"pixels stay between {low:.2f} and {high:.2f}: does something squeeze them twice?")


def _check_end(model, latents, last):
    """From the sums of the last layer to the pixels it rises all the way, as a sigmoid does."""
    sums, _ = _sums_and_pixels(model, latents, last)
    sums, pixels = _sums_and_pixels(model, latents * np.float32(3 / sums.std()), last)
    if sums.shape != pixels.shape:
        return  # a border was cut off behind it
    places = np.linspace(-6, 6, 25)
    order = np.argsort(sums, axis=None)
    found = np.clip(np.searchsorted(sums.flat[order], places), 0, sums.size - 1)
    rises = np.diff(pixels.flat[order[found]])
    flat = min(np.flatnonzero(rises < 3e-6), key=lambda i: abs(places[i] + 0.25), default=None)
    if flat is not None:
        raise Hint(
            f"from {places[flat]:g} to {places[flat + 1]:g} the function at the end stands still: what is "
            "left of the gradient there? The table has a sigmoid."
        )


def _sums_and_pixels(model, latents, last):
    """What the last layer with weights sums up, before its activation, and what the model makes of it."""
    pixels, activation = ops.convert_to_numpy(model(latents)), last.activation
    last.activation = None
    try:
        sums = next(step.made for step in reversed(_steps_of(model, latents)) if step.part is last)
    finally:
        last.activation = activation
    return sums, pixels
