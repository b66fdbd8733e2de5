"""The check of notebook 04 for DCGAN's rules: which layers a generator has, and what comes out."""

import keras
import numpy as np
from keras import layers

from gan_utils.check.verdict import Hint, as_array, call, exercise

__all__ = ["dcgan_generator"]


@exercise(
    first_step="Begin at the end: between which numbers do pixels lie, and which function ends there?",
    praise="It grows by learned strides, BatchNorm keeps each hidden layer awake, and its pixels are pixels.",
)
def dcgan_generator(answer):
    """`answer()`: a Keras model, latents (n, 100) -> images (n, 32, 32, 3) in [0, 1], by DCGAN's rules."""
    model = answer if isinstance(answer, keras.Model) else call(answer)
    if not isinstance(model, keras.Model):
        raise Hint(f"a Keras model is wanted, and this is of type {type(model).__name__}.")
    latents = np.random.default_rng(0).standard_normal((5, 100), dtype="float32")
    if getattr(model, "input_shape", (None, 100)) != (None, 100):
        raise Hint(f"it takes inputs {model.input_shape}, and the latents are (n, 100).")
    try:
        model(latents)  # builds a Sequential that has no Input
        # Far out, for the whole range of the pixels to be seen.
        images = keras.ops.convert_to_numpy(model(1000 * latents))
    except Exception as error:
        raise Hint(f"latents (5, 100) do not go through it: {type(error).__name__}. Try some.") from error
    images = as_array(images, (5, 32, 32, 3), "what 5 latents give")
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise Hint("its layers cannot be read: make it a keras.Sequential, or from inputs and outputs.")
    parts = list(_parts(model))
    _check_growth(parts)
    _check_blocks(parts)
    _check_pixels(images)


def _parts(model):
    """The layers and operations of a model and of the models in it, in the order of the way through them."""
    for part in getattr(model, "operations", None) or model.layers:
        yield from _parts(part) if hasattr(part, "layers") else [part]


def _check_growth(parts):
    """From a small map to the pixels by the strides of transposed convolutions."""
    if any(isinstance(part, (layers.UpSampling2D, layers.Resizing)) for part in parts):
        raise Hint("pixels are repeated to make room for more: DCGAN learns how to enlarge.")
    if any("Pool" in type(part).__name__ for part in parts):
        raise Hint("there is a pooling layer: what has DCGAN in its place, and does G shrink anything?")
    dense, flat, growth, last = 0, True, 1, None
    for part in parts:
        if isinstance(part, layers.Flatten):
            flat = True
        elif isinstance(part, layers.Reshape):
            flat = len(part.target_shape) < 3
        elif isinstance(part, layers.Dense) and flat:
            dense, last = dense + 1, "dense"
        elif hasattr(part, "kernel_size"):
            flat, last = False, "convolution"
            if isinstance(part, layers.Conv2DTranspose):
                growth *= part.strides[0]
    if last == "dense":
        raise Hint("a Dense layer makes the pixels, and it knows nothing of neighbours.")
    if growth < 4:
        raise Hint(f"strides take it from {32 // growth} to 32 pixels: begin with a map of 8 x 8 at most.")
    if dense > 2:
        raise Hint(f"{dense} Dense layers: one to make the first map, and one hidden one, are what we allow.")


def _check_blocks(parts):
    """BatchNorm and ReLU behind each layer with weights, but for the last, which has no BatchNorm."""
    blocks = []
    for part in parts:
        if isinstance(part, layers.Dense) or hasattr(part, "kernel_size"):
            blocks.append((type(part).__name__, []))
            part = getattr(part, "activation", None)
        if blocks:
            is_norm = isinstance(part, layers.BatchNormalization)
            blocks[-1][1].append("norm" if is_norm else _kind_of(part))
    *hidden, (_, at_the_end) = blocks
    if "norm" in at_the_end:
        raise Hint("BatchNorm stands at the output: may it decide how bright a picture is?")
    for i, (name, behind) in enumerate(hidden, start=1):
        place = f"behind hidden layer {i} ({name})"
        if "norm" not in behind:
            raise Hint(f"there is no BatchNorm {place}.")
        if "leaky" in behind:
            raise Hint(f"{place} negative numbers leak through: that is D's activation.")
        if "other" in behind:
            raise Hint(f"{place} stands another activation than DCGAN has in G's hidden layers.")
        if "relu" not in behind:
            raise Hint(f"no activation is seen {place}.")


def _kind_of(activation):
    """What an activation makes of four numbers, whoever wrote it and whatever it is called."""
    x = np.array([[-2, -0.5, 0.5, 2]], "float32")
    if isinstance(activation, layers.PReLU):
        return "leaky"
    try:
        y = keras.ops.convert_to_numpy(activation(x))
        if np.allclose(y, x):
            return "linear"
        if np.allclose(y, np.maximum(x, 0)):
            return "relu"
        return "leaky" if np.allclose(y[x > 0], x[x > 0]) else "other"
    except Exception:
        return "no activation"  # Reshape, say: it has no use for four numbers


def _check_pixels(images):
    low, high = images.min(), images.max()
    if np.allclose(images.sum(axis=3), 1, atol=1e-3):
        raise Hint("the three colours of each pixel sum to 1: is the colour of a pixel one class of three?")
    if low < 0 or high > 1.001:
        whose = (
            "no function holds them in [0, 1]." if high > 1.001 else "that is the paper's range, and ours?"
        )
        raise Hint(f"pixels run from {low:.2g} to {high:.2g}: {whose}")
    if low > 0.1 or high < 0.9:
        raise Hint(f"pixels stay between {low:.2f} and {high:.2f}: does something squeeze them twice?")
