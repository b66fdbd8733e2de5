"""Images to learn from: the digits embedded in this package, MNIST, Fashion-MNIST."""

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gan_utils.mnist import fashion_mnist_arrays, mnist_arrays
from gan_utils.remedies import exactly, no_array, rescaled, reshaped

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
    if told := no_array(images, image_shape, argument):
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
        cure = reshaped(images.shape, image_shape, cure)
        if cure is None and images.ndim == len(image_shape) + 1:
            wanted += f", or networks that are built with image_shape={images.shape[1:]}"
    if np.issubdtype(images.dtype, np.complexfloating):
        cure = None
    elif not (np.isfinite(low) and np.isfinite(high)):
        came.append("NaN or infinite values")
        cure = cure and f"np.nan_to_num({cure}, posinf=1, neginf=0).clip(0, 1)"
    elif low < 0 or high > 1 or came[:1] == [f"dtype {images.dtype}"]:
        if low < 0 or high > 1:
            came.append(f"values from {exactly(low)} to {exactly(high)}")
        cure = cure and rescaled(images.dtype, low, high, cure)
    if not came:
        return images.astype("float32", copy=False)
    kind = TypeError if came[0].startswith("dtype") else ValueError
    raise kind(f"{argument}: {' and '.join(came)} came; {wanted}{f': {cure}' if cure else ''}")


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


def check_pictures(images, argument="images"):
    """Return images as an array (n, height, width, 1, 3 or 4) to draw, float in [0, 1] or uint8.

    Flat images are taken for square ones, and one image for a batch of one.

    Raises:
        TypeError, ValueError: as `check_images`.
    """
    serves = "what serves is (n, height, width, 1 or 3), floating point in [0, 1] or uint8"
    try:
        images = np.asarray(images)
    except Exception as error:
        raise ValueError(f"{argument}: no array can be made of them ({error}); {serves}") from error
    if images.dtype.kind not in "buif":
        raise TypeError(f"{argument}: dtype {images.dtype} came; {serves}")
    shape, side = images.shape, math.isqrt(images.shape[-1]) if images.ndim else 0
    if images.ndim in (1, 2) and side**2 == shape[-1] and shape[0] != shape[-1] * (images.ndim == 2):
        images = images.reshape(-1, side, side, 1)
    elif images.ndim == 2 and max(shape) < 8 * min(shape):
        images = images[None, ..., None]
    elif images.ndim == 3 and shape[-1] in (1, 3, 4):
        images = images[None]
    elif images.ndim == 3:
        images = images[..., None]
    if images.size == 0 or images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        raise ValueError(f"{argument}: an array of shape {shape} came; {serves}")
    low, high = images.min(), images.max()
    if images.dtype.kind == "f" and not (low >= -0.25 and high <= 1.25):  # NaN, too
        cure = f": {rescaled(images.dtype, low, high, argument)}" if np.isfinite([low, high]).all() else ""
        raise ValueError(f"{argument}: values from {exactly(low)} to {exactly(high)} came; {serves}{cure}")
    if images.dtype.kind in "iu" and not (low >= 0 and high <= 255):
        raise ValueError(f"{argument}: values from {low} to {high} came; {serves}")
    return images.astype("uint8") if images.dtype.kind in "iu" else images.astype("float32").clip(0, 1)
