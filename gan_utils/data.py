"""Images to learn from: the digits embedded in this package, MNIST, Fashion-MNIST."""

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
    """Return images as a float32 array (n, *image_shape), or say what is wrong with them.

    Args:
        images: floating point (n, *image_shape) in [0, 1], n at least 1: whatever NumPy takes as an array.
        image_shape: the shape of one image, as (28, 28, 1).
        argument: the name that the caller gave them, for the error.

    Raises:
        TypeError: not floating point, as uint8.
        ValueError: no image, another shape, NaN or infinite values, values outside [0, 1].
    """
    wanted = f"what serves is floating point ({', '.join(('n', *map(str, image_shape)))}) in [0, 1]"
    try:
        images = np.asarray(images)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{argument}: no array can be made of them ({error}); {wanted}") from error
    if not np.issubdtype(images.dtype, np.floating):
        hint = f'for 0..255, {argument}.astype("float32") / 255'
        raise TypeError(f"{argument}: dtype {images.dtype} came; {wanted}: {hint}")
    if images.size == 0:
        raise ValueError(f"{argument}: an empty array of shape {images.shape} came; {wanted}")
    if images.shape[1:] != tuple(image_shape):
        raise ValueError(f"{argument}: shape {images.shape} came; {wanted}")
    low, high = images.min(), images.max()  # NaN where any value is: two quick passes tell everything
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"{argument}: NaN or infinite values came; {wanted}")
    if low < 0 or high > 1:
        raise ValueError(f"{argument}: values from {low:g} to {high:g} came (0..255?); {wanted}")
    return images.astype("float32", copy=False)


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
