"""Images to learn from: the digits embedded in this package, MNIST, Fashion-MNIST."""

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan_utils.mnist import fashion_mnist_arrays, mnist_arrays

NAMES = ("auto", "digits", "mnist", "fashion_mnist")


@dataclass(frozen=True, eq=False)
class Dataset:
    """One split of a data set.

    images: float32 (n, 28, 28, 1) in [0, 1], 0 is black.
    labels: int64 (n,), the class of each image, 0 to 9.
    name: "digits", "mnist" or "fashion_mnist".
    """

    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    name: str


def load_images(name="auto", split="train"):
    """Load one split of a data set.

    Args:
        name: "digits", the handwritten digits embedded in this package (UCI Optical Recognition of
            Handwritten Digits, doi 10.24432/C50P49, CC BY 4.0, redrawn by tools/make_digits.py): 10,000
            images to train, 547 to test, no original in both.
            "mnist", from the file or folder that the variable GAN_UTILS_DATA names, else from Keras's
            cache, else downloaded into that cache: 60,000 and 10,000 images.
            "fashion_mnist", from Keras's cache, else downloaded into it: as many.
            "auto", MNIST if it lies on this machine already, else the digits: never opens a socket, and
            prints in one line which one it took.
        split: "train" or "test".

    Returns:
        A `Dataset`.

    Raises:
        ValueError: unknown name or split; a file that is damaged or is not what its name says; a folder that
            cannot be read or written; a GAN_UTILS_DATA that does not lead to MNIST.
        ConnectionError: what was asked for by name is not here and cannot be downloaded.
    """
    if name not in NAMES:
        raise ValueError(f"name: unknown data set name {name!r}; what serves is one of {', '.join(NAMES)}")
    if split not in ("train", "test"):
        raise ValueError(f'split: {split!r} came; what serves is "train" or "test"')
    arrays = None
    if name == "fashion_mnist":
        arrays = fashion_mnist_arrays()
    elif name != "digits":
        arrays = mnist_arrays(download=name == "mnist")
    if name == "auto":
        name = "digits" if arrays is None else "mnist"
        hint = ' (for MNIST, run "make mnist", or load_images("mnist") once)' if arrays is None else ""
        print(f"Data: {name}{hint}")
    if arrays is None:
        with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
            arrays = dict(file)
    images = np.divide(arrays[f"x_{split}"][..., None], 255, dtype="float32")
    return Dataset(images, arrays[f"y_{split}"].astype("int64"), name)


def check_images(images, image_shape, argument="images"):
    """Return images as a float32 array (n, *image_shape), or say what is wrong with them and what mends it.

    Args:
        images: floating point (n, *image_shape) in [0, 1], n at least 1: whatever NumPy takes as an array.
            A rounding error beyond 0 or 1 is not passed over: np.clip says that it is meant to be none.
        image_shape: the shape of one image, as (28, 28, 1).
        argument: the name that the caller gave them, for the error.

    Raises:
        TypeError: no array, as a path or a tf.data.Dataset; not floating point, as uint8.
        ValueError: no image, another shape, NaN or infinite values, values outside [0, 1].
    """
    image_shape = tuple(image_shape)
    wanted = f"what serves is floating point ({', '.join(('n', *map(str, image_shape)))}) in [0, 1]"
    if told := _no_array(images, image_shape, argument):
        raise TypeError(f"{argument}: {told[0]} came; {wanted}: {told[1]}")
    try:
        images = np.asarray(images)
    except Exception as error:  # what a tensor on another device raises, or a list of ragged lists
        raise ValueError(f"{argument}: no array can be made of them ({error}); {wanted}") from error
    if not np.issubdtype(images.dtype, np.number) and images.dtype.kind != "b":
        cure = ": np.stack the arrays, one an image, of one shape" if images.dtype == object else ""
        raise TypeError(f"{argument}: dtype {images.dtype} came; {wanted}{cure}")
    if images.size == 0:
        raise ValueError(f"{argument}: an empty array of shape {images.shape} came; {wanted}")
    came, cure = [], argument
    low, high = images.min(), images.max()  # NaN where any value is: two quick passes tell everything
    if images.dtype.kind == "b" or not np.issubdtype(images.dtype, np.floating):
        came.append(f"dtype {images.dtype}")
    if images.shape[1:] != image_shape:
        came.append(f"shape {images.shape}")
        cure = _reshaped(images.shape, image_shape, cure)
        if cure is None and images.ndim == len(image_shape) + 1:
            wanted += f", or networks that are built with image_shape={images.shape[1:]}"
    if np.issubdtype(images.dtype, np.complexfloating):
        cure = None
    elif not (np.isfinite(low) and np.isfinite(high)):
        came.append("NaN or infinite values")
        cure = cure and f"np.nan_to_num({cure}, posinf=1, neginf=0).clip(0, 1)"
    elif low < 0 or high > 1 or came[:1] == [f"dtype {images.dtype}"]:
        if low < 0 or high > 1:
            came.append(f"values from {_exactly(low)} to {_exactly(high)}")
        cure = cure and _rescaled(images.dtype, low, high, cure)
    if not came:
        return images.astype("float32", copy=False)
    kind = TypeError if came[0].startswith("dtype") else ValueError
    raise kind(f"{argument}: {' and '.join(came)} came; {wanted}{f': {cure}' if cure else ''}")


def _no_array(images, image_shape, argument):
    """What came instead of images, and how to make images of it; None for what NumPy takes as an array."""
    kind = type(images)
    pixels = f"reshape(-1, {', '.join(map(str, image_shape))})"
    if images is None:
        return "None", "load_images().images, for one"
    if isinstance(images, Dataset):
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


def _reshaped(shape, image_shape, images):
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


def _rescaled(dtype, low, high, images):
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


def _exactly(value):
    """A number with all its digits, and not more: 255 and 1.0000001."""
    return f"{value:g}" if float(f"{value:g}") == value else str(value)


def check_count(argument, value, largest=None):
    """Raise TypeError or ValueError unless `value` is a whole number from 1 to `largest`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{argument} must be a whole number, not {value!r}")
    if value < 1 or (largest is not None and value > largest):
        limits = "at least 1" if largest is None else f"from 1 to {largest}, the number of images"
        raise ValueError(f"{argument} must be {limits}; it is {value}")


def to_bytes(images):
    """Images in [0, 1] as uint8 in 0..255. What lies outside is clipped, for bytes would wrap round."""
    return np.round(255 * np.clip(images, 0, 1)).astype("uint8")
