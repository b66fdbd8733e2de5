"""The fixed classifiers whose features the quality measures compare: one a data set, shipped or cached."""

import contextlib
import functools
import hashlib
import os
from pathlib import Path

import keras
import numpy as np
from keras import layers

from gan_utils._support.downloads import keras_folder
from gan_utils.data import load_images
from gan_utils.networks import LAST

SHIPPED = {  # SHA-256 of the classifiers that come with the package (tools/make_classifiers.py)
    "digits": "62182f493b44d74db2fe94d352b160375e28ba65092fb5cbe871aa33d64a7c23",  # 99.3 % right
    "mnist": "9d3bc8f15825187ef4f456d0efa2bb893dfcacf02a2ddda8cd16bea71af46560",  # 99.0 %
}


def build_classifier():
    """Two 3x3 convolutions with max-pooling, 128 ReLU features, softmax over 10 classes. Not compiled."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu", **LAST),
            layers.MaxPooling2D(**LAST),
            layers.Conv2D(64, 3, activation="relu", **LAST),
            layers.MaxPooling2D(**LAST),
            layers.Flatten(**LAST),
            layers.Dense(128, activation="relu", name="features"),
            layers.Dense(10, activation="softmax"),
        ],
        name="classifier",
    )


def train_classifier(dataset, epochs=5):
    """Train the classifier on a training split: Adam, cross-entropy and nothing else.

    A penalty on the features would shrink every Frechet distance.
    """
    classifier = build_classifier()
    classifier.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    classifier.fit(dataset.images, dataset.labels, batch_size=128, epochs=epochs, verbose=0)
    return classifier


def _classifier(name):
    """The fixed classifier of a data set: shipped, or cached, or trained now and cached."""
    classifier = build_classifier()
    if name in SHIPPED:
        path = Path(__file__).with_name(f"classifier_{name}.npz")
        if hashlib.sha256(path.read_bytes()).hexdigest() != SHIPPED[name]:
            raise ValueError(f"{path.name} in gan_utils is damaged: install gan_utils again")
    else:
        path = keras_folder() / "gan_utils" / f"classifier_{name}.npz"
        if not path.exists():
            print(f"Training the classifier for {name}, once: it is kept for the next time.")
            classifier = train_classifier(load_images(name, "train"))
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


@functools.cache
def _reader(name):
    classifier = _classifier(name)
    return keras.Model(classifier.inputs, [classifier.get_layer("features").output, classifier.outputs[0]])


def features_and_classes(name, images):
    """Features (n, 128) as float64 and class probabilities (n, 10)."""
    features, probabilities = _reader(name).predict(images, batch_size=500, verbose=0)
    return features.astype("float64"), probabilities
