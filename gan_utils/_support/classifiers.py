"""The classifiers whose features the quality measures compare: one a data set, shipped, or trained and kept.

A data set is known by what it holds, not by its name: the classifiers that are shipped serve the embedded
digits and MNIST, either split; every other data set gets one of its own, trained on its images and labels.
Without labels it learns to say how an image is turned (Gidaris et al. 2018, arXiv:1803.07728): for that it
must see what is in it.
"""

import contextlib
import functools
import hashlib
import math
import os
import weakref
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from gan_utils._support import downloads
from gan_utils._support.devices import on_one_device
from gan_utils._support.downloads import keras_folder
from gan_utils._support.image_checks import check_images
from gan_utils._support.pictures import to_bytes
from gan_utils._support.settings import CHANNELS_LAST, check_backend

SHIPPED = {  # SHA-256 of the classifiers that come with the package (tools/data/make_classifiers.py)
    "digits": "62182f493b44d74db2fe94d352b160375e28ba65092fb5cbe871aa33d64a7c23",  # 98.4 % right
    "mnist": "9d3bc8f15825187ef4f456d0efa2bb893dfcacf02a2ddda8cd16bea71af46560",  # 99.0 %
}
TURNS = 4
MOST_TURNED = 5_000  # images; more would take minutes
BATCH = 128
LEAST_STEPS = 400  # of a batch; an epoch of few images is too short to learn much in five


def build_classifier(image_shape=(28, 28, 1), classes=10):
    """Two 3x3 convolutions with max-pooling, 128 ReLU features, softmax over the classes. Not compiled.

    Images of 56 pixels and more are averaged down to 28 to 55 first, and padded below 10.
    """
    side = min(image_shape[:2])
    padding = {"padding": "valid" if side >= 10 else "same"}
    return keras.Sequential(
        [
            keras.Input(image_shape),
            *([layers.AveragePooling2D(side // 28, **CHANNELS_LAST)] if side >= 56 else []),
            layers.Conv2D(32, 3, activation="relu", **padding, **CHANNELS_LAST),
            layers.MaxPooling2D(**padding, **CHANNELS_LAST),
            layers.Conv2D(64, 3, activation="relu", **padding, **CHANNELS_LAST),
            layers.MaxPooling2D(**padding, **CHANNELS_LAST),
            layers.Flatten(**CHANNELS_LAST),
            layers.Dense(128, activation="relu", name="features"),
            layers.Dense(classes, activation="softmax"),
        ],
        name="classifier",
    )


@on_one_device()
def train_classifier(dataset: Any, epochs: int = 5) -> keras.Model:
    """Train the classifier of the quality measures on a data set: Adam, cross-entropy and nothing else.

    A penalty on the features would shrink every Fréchet distance.

    Args:
        dataset: a `Dataset`, of any image size, with two classes or more.
        epochs: number of passes, in batches of 128.

    Returns:
        Keras model, images -> class probabilities (n, classes).

    Raises:
        TypeError, ValueError: images or labels that are not as `Dataset` says.
    """
    check_backend()
    classifier = build_classifier(dataset.images.shape[1:], check_dataset(dataset))
    return _trained(classifier, dataset.images, dataset.labels, epochs)


class _Turned(keras.utils.PyDataset):
    """Batches of images in four positions, and in which each is: turned by right angles, or flipped.

    They are turned when they are asked for: all at once they would take four times the memory, and Keras
    would copy them.
    """

    def __init__(self, images):
        super().__init__()
        self.images, self.random = images[:MOST_TURNED], np.random.default_rng(0)
        self.on_epoch_end()

    def on_epoch_end(self):
        self.order = self.random.permutation(TURNS * len(self.images))

    def __len__(self):
        return math.ceil(len(self.order) / BATCH)

    def __getitem__(self, number):
        which, positions = np.divmod(self.order[number * BATCH :][:BATCH], TURNS)
        images = self.images[which]
        for position in range(1, TURNS):
            chosen = positions == position
            images[chosen] = _turned(images[chosen], position)
        return images, positions


def _turned(images, position):
    """Images turned by so many right angles; flipped this or that way where they are not square."""
    if images.shape[1] == images.shape[2]:
        return np.rot90(images, position, axes=(1, 2))
    return np.flip(images, axis=((1,), (2,), (1, 2))[position - 1])


def _trained(classifier, images, labels, epochs=None):
    if labels is None:
        data = {"x": _Turned(images)}
        n = len(data["x"].order)
    else:
        data, n = {"x": images, "y": labels, "batch_size": BATCH}, len(images)
    classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    classifier.fit(**data, epochs=epochs or max(5, BATCH * LEAST_STEPS // n), verbose=0)
    return classifier


def once_per_object(function):
    """Remember what `function` returned for its first argument, as long as that object lives."""
    known = weakref.WeakKeyDictionary()

    @functools.wraps(function)
    def remembering(thing, *more):
        results = known.setdefault(thing, {})
        if more not in results:
            results[more] = function(thing, *more)
        return results[more]

    return remembering


@once_per_object
def check_dataset(dataset):
    """Return the number of classes, None without labels; TypeError or ValueError tell what is wrong."""
    shape = np.shape(dataset.images)
    if len(shape) != 4 or shape[3] not in (1, 3):
        raise ValueError(
            f"dataset.images: an array of shape {shape} came; what serves is (n, height, width, 1 or 3)"
        )
    check_images(dataset.images, shape[1:], "dataset.images")
    if dataset.test is not None:
        check_images(dataset.test.images, shape[1:], "dataset.test.images")
    if dataset.labels is None:
        return None
    labels, serves = np.asarray(dataset.labels), "what serves is a whole number from 0 on for each image"
    if labels.shape != shape[:1]:
        raise ValueError(
            f"dataset.labels: an array of shape {labels.shape} came for {shape[0]:,} images; {serves}"
        )
    if not np.issubdtype(labels.dtype, np.integer):
        cure = "np.unique(labels, return_inverse=True)[1]"
        raise TypeError(f"dataset.labels: dtype {labels.dtype} came; {serves}: {cure}")
    found = np.unique(labels)
    if len(found) < 2 or not np.array_equal(found, np.arange(len(found))):
        raise ValueError(
            f"dataset.labels: {len(found)} classes from {found[0]} to {found[-1]} came; what serves is two "
            f"or more, numbered from 0 without a gap: np.unique(labels, return_inverse=True)[1]; or None"
        )
    return len(found)


@once_per_object
def shipped_name(dataset):
    """Tell "digits" or "mnist" where a data set holds just what `load_images` gives for it; else None."""
    if dataset.labels is None:
        return None
    embedded = {name: _digest(array) for name, array in downloads.digits_arrays().items()}
    for name, digests in (("digits", embedded), ("mnist", downloads.MNIST)):
        for split in ("train", "test"):
            if (
                _digest(np.asarray(dataset.labels, "uint8")) == digests[f"y_{split}"]  # small, and tells most
                and _digest_of_bytes(dataset.images) == digests[f"x_{split}"]
            ):
                return name
    return None


def held_out(dataset):
    """Real images that show what a measure can reach: the test split, or else one half of the images."""
    images = dataset.images if dataset.test is None else dataset.test.images
    shuffled = images[_order(dataset, images)]
    return shuffled[len(images) // 2 :] if dataset.test is None else shuffled


def training_images(dataset, without_held_out=False):
    """What images are compared with, and its labels or None: all, or the half that `held_out` leaves."""
    n = len(dataset.images) // 2 if without_held_out else None
    order = _order(dataset, dataset.images)
    return dataset.images[order][:n], None if dataset.labels is None else dataset.labels[order][:n]


def _order(dataset, images):
    """Random, for of many images the first are compared, and a folder's come sorted by class. Ours do not."""
    return slice(None) if shipped_name(dataset) else np.random.default_rng(0).permutation(len(images))


def _digest(array):
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def _digest_of_bytes(images):
    """The digest of images as uint8, as a file holds them; None where they are not whole numbers of 1/255."""
    digest = hashlib.sha256()
    for part in np.array_split(images, max(1, len(images) // 1000)):  # bounds the memory
        pixels = to_bytes(part)
        if not np.array_equal(np.divide(pixels, 255, dtype="float32"), part):
            return None
        digest.update(pixels)
    return digest.hexdigest()


def _classifier(dataset):
    """The classifier of a data set: shipped, or cached, or trained now and cached."""
    classes = check_dataset(dataset) or TURNS
    classifier, name = build_classifier(dataset.images.shape[1:], classes), shipped_name(dataset)
    if name in SHIPPED:
        path = Path(__file__).with_name(f"classifier_{name}.npz")
        if hashlib.sha256(path.read_bytes()).hexdigest() != SHIPPED[name]:
            raise ValueError(f"{path.name} in gan_utils is damaged: install gan_utils again")
    else:
        # The floor is to be as new to the classifier as what is measured: what is held out does not train it.
        images, labels = training_images(dataset, without_held_out=dataset.test is None)
        told = "turned" if labels is None else _digest(labels)
        digest = hashlib.sha256(f"{images.shape} {_digest(images)} {told}".encode()).hexdigest()[:16]
        path = keras_folder() / "gan_utils" / f"classifier_{digest}.npz"
        if not path.exists():
            what = f"how {dataset.name} are turned" if labels is None else f"the classes of {dataset.name}"
            print(f"Training a network that tells {what}, once: it is kept for the next time.")
            _trained(classifier, images, labels)
            with contextlib.suppress(OSError):  # a cache that cannot be written costs time only
                save_classifier(classifier, path)
            return classifier
    with np.load(path, allow_pickle=False) as weights:
        classifier.set_weights([weights[f"arr_{i}"].astype("float32") for i in range(len(weights.files))])
    return classifier


def save_classifier(classifier, path):
    """Write the weights as float16, half the size; whole or not at all, for others may be reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    with open(partial, "wb") as file:
        np.savez_compressed(file, *[w.astype("float16") for w in classifier.get_weights()])
    partial.replace(path)


@once_per_object
def _reader(dataset):
    classifier = _classifier(dataset)
    return keras.Model(classifier.inputs, [classifier.get_layer("features").output, classifier.outputs[0]])


def features_and_classes(dataset, images):
    """Features (n, 128) as float64 and class probabilities (n, classes), by the data set's classifier.

    Without labels the classes are positions.
    """
    features, probabilities = _reader(dataset).predict(images, batch_size=500, verbose=0)
    return features.astype("float64"), probabilities
