"""Images to learn from: the digits embedded in this package, MNIST, Fashion-MNIST, a folder of your own."""

from dataclasses import dataclass, field
from os import PathLike

import numpy as np

from gan_utils._support.downloads import digits_arrays, fashion_mnist_arrays, mnist_arrays
from gan_utils._support.folders import find_folder, read_folder, refuse_for_name

NAMES = ("auto", "digits", "mnist", "fashion_mnist")


@dataclass(frozen=True, eq=False)
class Dataset:
    """One split of a data set; `Dataset(images, labels, "cats")` makes one of your own.

    images: float32 (n, height, width, 1 or 3) in [0, 1], 0 is black; (n, 28, 28, 1) where it has a name.
    labels: int64 (n,), the class of each image, from 0 on; or None, where there are no classes.
    name: "digits", "mnist" or "fashion_mnist", or what yours is called.
    test: the split that belongs to it and was kept from training, or None.
    class_names: what the classes are called, in the order of the labels, or None.
    """

    images: np.ndarray = field(repr=False)
    labels: np.ndarray | None = field(repr=False)
    name: str
    test: "Dataset | None" = field(default=None, repr=False)
    class_names: tuple[str, ...] | None = None


def load_images(
    name: str | PathLike = "auto",
    split: str = "train",
    *,
    image_size: tuple[int, int] | None = None,
    color_mode: str | None = None,
    crop_to_aspect_ratio: bool | None = None,
    pad_to_aspect_ratio: bool | None = None,
) -> Dataset:
    """Load one split of a data set, or a folder of pictures.

    Args:
        name: "digits", the handwritten digits embedded in this package (UCI Optical Recognition of
            Handwritten Digits, doi 10.24432/C50P49, CC BY 4.0, redrawn by tools/data/make_digits.py): 10,000
            images to train, 547 to test, no original in both.
            "mnist", from the file or folder that the variable GAN_UTILS_DATA names, else from Keras's
            cache, else downloaded into that cache: 60,000 and 10,000 images.
            "fashion_mnist", from Keras's cache, else downloaded into it: as many.
            "auto", MNIST if it lies on this machine already, else the digits: never opens a socket, and
            prints in one line which one it took.
            Any other is the path of a folder of PNG, JPEG, GIF (first picture), BMP or WebP files, whose
            subfolders are classes. About a fifth of them is the test split, of 400 pictures enough for
            `evaluate_quality`; chosen by what a file holds, so that copies stay together; no class is all in
            it. A line tells what came, and what is left out.
        split: "train" or "test".
        image_size: height and width, by default (32, 32); this and what follows are for folders alone, and
            named and meant as in `keras.utils.image_dataset_from_directory`.
        color_mode: "rgb", the default, or "grayscale". What is transparent lies on white.
        crop_to_aspect_ratio: cut off what is too wide or too high, the default; if False, squeeze it.
        pad_to_aspect_ratio: keep all of it instead, with white beside it.

    Returns:
        A `Dataset`; the training split has the test split in its field `test`.

    Raises:
        TypeError, ValueError: arguments that are not as above; fewer than 50 different pictures in a folder;
            a file that is damaged or is not what its name says; a folder that cannot be read or written; a
            GAN_UTILS_DATA that does not lead to MNIST.
        ConnectionError: what was asked for by name is not here and cannot be downloaded.
    """
    if split not in ("train", "test"):
        raise ValueError(f'split: {split!r} came; what serves is "train" or "test"')
    how = image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio
    if name not in NAMES:
        return _load_folder(name, split, *how)
    refuse_for_name(name, *how)
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


def _load_folder(name, split, *arguments):
    folder = find_folder(name, NAMES)
    splits, class_names, told = read_folder(folder, *arguments)
    called = folder.resolve().name
    test, train = (np.divide(splits[which][0], 255, dtype="float32") for which in ("test", "train"))
    print(f"Data: {called}, {len(train):,} images to train and {len(test):,} to test, {told}")
    of_test = Dataset(test, splits["test"][1], called, class_names=class_names)
    return of_test if split == "test" else Dataset(train, splits["train"][1], called, of_test, class_names)
