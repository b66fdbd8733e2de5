"""Images to learn from: the digits embedded in this package, MNIST, Fashion-MNIST."""

from dataclasses import dataclass, field

import numpy as np

from gan_utils._support.downloads import digits_arrays, fashion_mnist_arrays, mnist_arrays

NAMES = ("auto", "digits", "mnist", "fashion_mnist")


@dataclass(frozen=True, eq=False)
class Dataset:
    """One split of a data set; `Dataset(images, labels, "cats")` makes one of your own.

    images: float32 (n, height, width, 1 or 3) in [0, 1], 0 is black; (n, 28, 28, 1) from `load_images`.
    labels: int64 (n,), the class of each image, from 0 on; 0 to 9 from `load_images`.
    name: "digits", "mnist" or "fashion_mnist", or what yours is called.
    test: the split that belongs to it and was kept from training, or None.
    """

    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    name: str
    test: "Dataset | None" = field(default=None, repr=False)


def load_images(name: str = "auto", split: str = "train") -> Dataset:
    """Load one split of a data set.

    Args:
        name: "digits", the handwritten digits embedded in this package (UCI Optical Recognition of
            Handwritten Digits, doi 10.24432/C50P49, CC BY 4.0, redrawn by tools/data/make_digits.py): 10,000
            images to train, 547 to test, no original in both.
            "mnist", from the file or folder that the variable GAN_UTILS_DATA names, else from Keras's
            cache, else downloaded into that cache: 60,000 and 10,000 images.
            "fashion_mnist", from Keras's cache, else downloaded into it: as many.
            "auto", MNIST if it lies on this machine already, else the digits: never opens a socket, and
            prints in one line which one it took.
        split: "train" or "test".

    Returns:
        A `Dataset`; the training split has the test split in its field `test`.

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
    arrays = digits_arrays() if arrays is None else arrays
    test = _split(arrays, "test", name)
    return test if split == "test" else _split(arrays, "train", name, test)


def _split(arrays, split, name, test=None):
    images = np.divide(arrays[f"x_{split}"][..., None], 255, dtype="float32")
    return Dataset(images, arrays[f"y_{split}"].astype("int64"), name, test)
