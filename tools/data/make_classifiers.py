"""Make the two classifiers that come with the package: python -m tools.data.make_classifiers

Writes classifier_digits.npz and classifier_mnist.npz to gan_utils/_support/, and prints the digests that
belong into classifiers.py there, with the accuracy on the test images. MNIST must be on this machine or
downloadable. A new classifier changes every quality figure: measure anew what is written down.
"""

import hashlib
from pathlib import Path

import keras

import gan_utils
from gan_utils._support.classifiers import save_classifier, train_classifier

for name in ("digits", "mnist"):
    keras.utils.set_random_seed(0)
    classifier = train_classifier(gan_utils.load_images(name, "train"), epochs=10)
    path = Path(gan_utils.__file__).with_name("_support") / f"classifier_{name}.npz"
    save_classifier(classifier, path)
    test = gan_utils.load_images(name, "test")
    right = classifier.predict(test.images, verbose=0).argmax(axis=1) == test.labels
    print(f'    "{name}": "{hashlib.sha256(path.read_bytes()).hexdigest()}",  # {right.mean():.4f} right')
