"""What came in place of images, and the line that makes images of it: for the errors of `check_images`."""

import math
from pathlib import Path

import numpy as np


def no_array(images, image_shape, argument):
    """What came instead of images, and how to make images of it; None for what NumPy takes as an array."""
    kind = type(images)
    pixels = f"reshape(-1, {', '.join(map(str, image_shape))})"
    if images is None:
        return "None", "load_images().images, for one"
    if kind.__name__ == "Dataset" and kind.__module__ == "gan_utils.data":
        return "a Dataset", "give its images: dataset.images"
    if isinstance(images, (str, Path)):
        return (
            f"the path {str(images)!r}",
            "np.stack([plt.imread(path) for path in paths]), where pictures lie",
        )
    if isinstance(images, dict):
        return (
            f"a dict of {', '.join(map(repr, list(images)[:5])) or 'nothing'}",
            "give the array that it holds",
        )
    if isinstance(images, (tuple, list)):
        if len(images) in (2, 3) and len(np.shape(_first(images))) == len(image_shape) + 1:
            return f"a {kind.__name__} of arrays", f"give the images alone, {argument}[0]"
        return None
    if kind.__module__.startswith("pandas"):
        return f"a {kind.__name__}", f'the columns of pixels, .to_numpy("float32").{pixels} / 255'
    if any(hasattr(images, name) for name in ("__array__", "__array_interface__", "__float__", "__buffer__")):
        return None
    if hasattr(images, "__iter__") or hasattr(
        images, "__getitem__"
    ):  # tf.data, PyDataset, DataLoader, generator
        element = getattr(images, "element_spec", None)
        x = "x, *_" if isinstance(element, tuple) or element is None else "x"
        single = len(getattr(element, "shape", None) or ()) == len(image_shape)
        join = "stack" if single else "concatenate"
        return (
            f"a {kind.__name__}, which gives its images one after the other,",
            f"gather them, np.{join}([x for {x} in {argument}]), and divide 0..255 by 255",
        )
    return f"a {kind.__name__}", "give an array"


def _first(images):
    try:
        return np.asarray(images[0])
    except Exception:
        return None


def reshaped(shape, image_shape, images):
    """A line that makes images of `image_shape` from an array of this shape; None where it is not known."""
    if shape == image_shape:
        return f"{images}[None]"
    if (*shape[1:], 1) == image_shape:
        return f"{images}[..., None]"
    if (*shape, 1) == image_shape:
        return f"{images}[None, ..., None]"
    if shape[1:] == (*image_shape, 1):
        return f"{images}[..., 0]"
    if len(shape) == len(image_shape) + 1 == 4 and (*shape[2:], shape[1]) == image_shape:
        return f"{images}.transpose(0, 2, 3, 1)"
    if len(shape) == 2 and shape[1] == math.prod(image_shape):
        return f"{images}.reshape(-1, {', '.join(map(str, image_shape))})"
    return None


def rescaled(dtype, low, high, images):
    """A line that brings values of this type and range into [0, 1]."""
    if not np.issubdtype(dtype, np.floating):
        images = f'{images}.astype("float32")'
        if dtype.kind == "b" or (low >= 0 and high == 1):
            return images
    if low < -0.25 and low >= -1.01 and high <= 1.01:
        return f"({images} + 1) / 2" + ("" if low >= -1 and high <= 1 else ", then np.clip(..., 0, 1)")
    if low >= -0.25 and high <= 1.25 and np.issubdtype(dtype, np.floating):
        return f"np.clip({images}, 0, 1)"
    if low >= 0 and high <= 65535 and (high > 16 or dtype == "uint8"):
        return f"{images} / {255 if high <= 255 else 65535}"
    return f"{images} / images.max()" if low >= 0 else f"({images} - images.min()) / np.ptp(images)"


def exactly(value):
    """A number with all its digits, and not more: 255 and 1.0000001."""
    return f"{value:g}" if float(f"{value:g}") == value else str(value)
