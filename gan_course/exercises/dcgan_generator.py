"""Notebook 04: a generator by DCGAN's rules, which layers it has and what comes out."""

import keras
import numpy as np
from keras import layers, ops

from gan_course.checking.comparing import as_array
from gan_course.checking.feedback import exercise
from gan_course.checking.model_layers import amiss_in, is_dense, is_weighted, kind_of, steps_of
from gan_course.checking.running import Hint, call, hints_for_errors

SIZE, FIRST = 32, 8  # pixels of the images, and of the first map at the most


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
    steps = steps_of(model, latents)
    _require_layers(steps)
    _require_growth(steps)
    _require_blocks(steps)
    _require_pixels(images)
    _require_end(model, latents, [step.part for step in steps if is_weighted(step.part)][-1])


def _images_of(model, latents):
    n = len(latents)
    with hints_for_errors(f"latents ({n}, 100) do not go through it:"):
        images = ops.convert_to_numpy(model(latents))
    return as_array(images, (n, SIZE, SIZE, 3), f"what {n} latents give")


def _require_layers(steps):
    """Layers that can be read, that can train, and that DCGAN knows."""
    for part in dict.fromkeys(step.part for step in steps):
        name, weights = type(part).__name__, getattr(part, "weights", [])
        if "Pool" in name:
            raise Hint(f"there is a pooling layer, {name}: what has DCGAN in its place, and does G shrink?")
        if weights and not (is_weighted(part) or "Norm" in name or isinstance(part, layers.PReLU)):
            raise Hint(f"what {name} does cannot be read: build the model from Keras's own layers.")
        if is_weighted(part) and not part.trainable_weights:
            raise Hint(f"{name} is frozen: it need not be trained, but it should be able to.")


def _require_growth(steps):
    """From a small map, made by a Dense layer, to the pixels by the strides of transposed convolutions."""
    dense, growth, last = 0, np.array([1, 1]), None
    for part, given, made in steps:
        if is_weighted(part):
            last, dense = part, dense + is_dense(part)
        if isinstance(part, layers.Conv2DTranspose):
            growth = growth * part.strides
        elif made.ndim == 4:
            height, width = made.shape[1:3]
            if given.ndim == 4:
                _require_size(type(part).__name__, given.shape[1:3], made.shape[1:3])
            elif not is_dense(last):
                raise Hint(
                    f"no Dense layer makes the map of {height} x {width}: what is the table's first row?"
                )
            elif max(height, width) > FIRST:
                raise Hint(
                    f"a Dense layer makes a map of {height} x {width}: {FIRST} x {FIRST} at most, and never "
                    "the pixels."
                )
    if is_dense(last):
        raise Hint("a Dense layer makes the pixels, and it knows nothing of neighbours.")
    if growth.min() < SIZE / FIRST:
        raise Hint(
            f"strides take it from {SIZE // growth.min()} to {SIZE} pixels: let them do all the growing."
        )
    if dense > 2:
        raise Hint(f"{dense} Dense layers: one to make the first map, and one hidden one, are what we allow.")


def _require_size(name, before, after):
    change = np.divide(after, before)
    if change.max() > 1.25 or change.min() < 0.75:  # less is a border
        (h, w), (height, width) = before, after
        raise Hint(
            f"{name} makes {height} x {width} of {h} x {w}: DCGAN learns how to enlarge, and shrinks nothing."
        )


def _require_blocks(steps):
    """BatchNorm and ReLU behind each layer with weights, but for the last, which has no BatchNorm."""
    blocks = []
    for part, given, made in steps:
        name = type(part).__name__
        if is_weighted(part):
            blocks.append((name, [kind_of(part.activation, given, given)]))
        elif blocks and "Norm" in name:
            blocks[-1][1].append(amiss_in(part, given.shape[1:]) or "norm")
        elif blocks:
            blocks[-1][1].append(kind_of(part, given, made))
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


def _require_pixels(images):
    low, high = images.min(), images.max()
    if np.ptp(images, axis=0).max() < 1e-3:
        raise Hint("five latents give five times the same picture: does it depend on them?")
    if np.allclose(images.sum(axis=3), 1, atol=1e-3):
        raise Hint("the three colours of each pixel sum to 1: is the colour of a pixel one class of three?")
    if low < 0 or high > 1:
        whose = (
            "no function holds them in [0, 1]." if high > 1.001 else "that is the paper's range, and ours?"
        )
        raise Hint(f"pixels run from {low:.2g} to {high:.2g}: {whose}")
    if low > 0.1 or high < 0.9:
        raise Hint(f"pixels stay between {low:.2f} and {high:.2f}: does something squeeze them twice?")


def _require_end(model, latents, last):
    """From the sums of the last layer to the pixels it rises all the way, as a sigmoid does."""
    sums, _ = _sums_and_pixels(model, latents, last)
    sums, pixels = _sums_and_pixels(model, latents * np.float32(3 / sums.std()), last)
    if sums.shape != pixels.shape:
        return  # a border was cut off behind it
    places = np.linspace(-6, 6, 121)
    order = np.argsort(sums, axis=None)
    found = np.clip(np.searchsorted(sums.flat[order], places), 0, sums.size - 1)
    values = pixels.flat[order[found]]
    # How far it rises in each half of a unit, a tenth within its ends: the nearest sum may lie beyond an end.
    starts, rises = places[:-1:5], values[4::5] - values[1::5]
    flat = min(starts[rises < 3e-6], key=lambda start: abs(start + 0.25), default=None)
    if flat is not None:
        raise Hint(
            f"from {flat:g} to {flat + 0.5:g} the function at the end stands still: what is "
            "left of the gradient there? The table has a sigmoid."
        )
    if np.abs(values + values[::-1] - 1).max() > 0.02:
        raise Hint(
            f"the function at the end makes {values[40]:.2f} of -2 and {values[80]:.2f} of 2; a sigmoid "
            "treats both sides alike."
        )


def _sums_and_pixels(model, latents, last):
    """What the last layer with weights sums up, before its activation, and what the model makes of it."""
    pixels, activation = ops.convert_to_numpy(model(latents)), last.activation
    last.activation = None
    try:
        sums = next(step.made for step in reversed(steps_of(model, latents)) if step.part is last)
    finally:
        last.activation = activation
    return sums, pixels
