"""How good are generated images? Numbers, each beside what real images reach.

No single number will do: copies of training images have the best Fréchet distance of all, one typical image
repeated has a high density, ten images cover ten classes. The features are those of a small classifier, a
fixed one for each data set; distances from another classifier cannot be compared with these.
"""

import numpy as np

from gan_utils._support.classifiers import (
    check_dataset,
    features_and_classes,
    held_out,
    once_per_object,
    training_images,
)
from gan_utils._support.devices import on_one_device
from gan_utils._support.image_checks import check_images
from gan_utils._support.neighbours import density_coverage, nearest_distances
from gan_utils.data import Dataset

MOST_COMPARED = 10_000  # images on each side of a comparison; the test sets are no larger
MOST_NEAREST = 1_000  # generated images whose nearest training image is looked up
LEAST_IMAGES = 50  # on either side; of fewer no covariance says anything


@on_one_device()
def evaluate_quality(images: np.ndarray, dataset: Dataset) -> dict[str, float]:
    """Compare generated images with a data set, the training split.

    What is measured is the object that comes: its images are the training images, whatever it is called. The
    floor comes from the first n images of its `test`; where it has none, from a random half of its own, held
    out and compared with the other half. Features and classes are those of `classify`.

    Args:
        images: float (n, height, width, channels) in [0, 1], n at least 50, better 1,000. Used are the first,
            at most as many as there are for the floor (10,000 of MNIST); compare only figures of the same n.
        dataset: a `Dataset`, from `load_images` or of your own. Without labels the features are those of a
            network that learned to tell how an image is turned, and what needs classes is left out.

    Returns:
        dict of floats; each measure has a partner `..._floor`, the same for n real images.
        "n": images used.
        "fid": Fréchet distance of the classifier's features to those of the training images
            (Heusel et al. 2017, arXiv:1706.08500); less is better, n weighs in.
        "class_kl": KL(p_g || p_data) between the classes, in nats; 0 is best, a missing class of ten 0.1.
        "density", "coverage": Naeem et al. 2020, arXiv:2002.09797; how deep in the real crowd the images lie
            (may exceed 1), and what share of real images has one nearby.
        "nearest_train": mean Euclidean distance, in pixels, to the nearest training image, of 1,000 images;
            far below its floor means copied training images.
        "closest_train": the smallest of these 1,000 distances; 0 for a single copy.
        "recognised": share that the classifier reads with a confidence above 0.9.

    Raises:
        TypeError, ValueError: as `check_images`; fewer than 50 images, or than 50 for the floor; a data set
            whose images, labels or test split are not as `Dataset` says.
    """
    images = check_images(images, _checked_shape(dataset))
    if len(images) < LEAST_IMAGES:
        raise ValueError(f"images: {len(images)} came; what serves is {LEAST_IMAGES} or more, better 1,000")
    real = len(held_out(dataset))
    if real < LEAST_IMAGES:
        of = "the half that is held out" if dataset.test is None else "the test split"
        raise ValueError(f"dataset: {of} holds {real} images; what serves is {LEAST_IMAGES} or more")
    n = min(len(images), real, MOST_COMPARED)
    floor = _floor(dataset, n)
    result: dict[str, float] = {"n": n}
    for name, value in _measure(images[:n], dataset).items():
        result |= {name: value, f"{name}_floor": floor[name]}
    return result


@on_one_device()
def classify(images: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Class probabilities, float32 (n, classes), of images (n, height, width, channels), by a classifier.

    The embedded digits and MNIST, as `load_images` gives them, have a fixed one. For any other object one is
    trained on its images and labels, without the half that is held out where there is no `test`; in seconds,
    and kept, for as long as the object lives, and in Keras's folder for what holds the same.

    Raises:
        TypeError, ValueError: as `evaluate_quality`, except for the numbers of images.
    """
    images = check_images(images, _checked_shape(dataset))
    if dataset.labels is None:
        raise ValueError("dataset.labels: None came; what serves is a class for each image")
    return features_and_classes(dataset, images)[1]


def _checked_shape(dataset):
    """The shape of its images, of a data set that is as it should be."""
    if not isinstance(dataset, Dataset):
        raise TypeError(f"dataset: a {type(dataset).__name__} came; what serves is a gan_utils.Dataset")
    check_dataset(dataset)
    return dataset.images.shape[1:]


@once_per_object
def _floor(dataset, n):  # of n real images, compared with all training images that are not among them
    return _measure(held_out(dataset)[:n], dataset, without_held_out=dataset.test is None)


@once_per_object
def _training_side(dataset, without_held_out):
    """Features of the training images: mean, covariance, the first of them; and the share of each class."""
    images, labels = training_images(dataset, without_held_out)
    features, _ = features_and_classes(dataset, images)
    p_data = None if labels is None else np.bincount(labels, minlength=check_dataset(dataset)) / len(labels)
    return features.mean(axis=0), np.cov(features, rowvar=False), features[:MOST_COMPARED], p_data


def _measure(images, dataset, without_held_out=False):
    mean, covariance, train_features, p_data = _training_side(dataset, without_held_out)
    images = np.round(images * 255) / 255  # files hold 8 bits a pixel, and so do the real images
    features, probabilities = features_and_classes(dataset, images)
    density, coverage = density_coverage(train_features[: len(images)], features)
    train_images, _ = training_images(dataset, without_held_out)
    nearest = nearest_distances(images[:MOST_NEAREST], train_images)
    measures = {
        "fid": _frechet_distance(mean, covariance, features.mean(axis=0), np.cov(features, rowvar=False)),
        "class_kl": None if p_data is None else _class_kl(probabilities, p_data),
        "density": density,
        "coverage": coverage,
        "nearest_train": float(nearest.mean()),
        "closest_train": float(nearest.min()),
        "recognised": None if p_data is None else float(np.mean(probabilities.max(axis=1) > 0.9)),
    }
    return {name: value for name, value in measures.items() if value is not None}


def _frechet_distance(mean_1, covariance_1, mean_2, covariance_2):
    """|m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2)).

    C1 C2 has the eigenvalues of the symmetric C1^(1/2) C2 C1^(1/2), which need no complex square root.
    """
    values, vectors = np.linalg.eigh(covariance_1)
    root = vectors * np.sqrt(values.clip(0)) @ vectors.T
    trace_root = np.sqrt(np.linalg.eigvalsh(root @ covariance_2 @ root).clip(0)).sum()
    shift = mean_1 - mean_2
    return float(shift @ shift + np.trace(covariance_1) + np.trace(covariance_2) - 2 * trace_root)


def _class_kl(probabilities, p_data):
    p_g = np.bincount(probabilities.argmax(axis=1), minlength=len(p_data)) / len(probabilities)
    seen = p_g > 0
    return float(np.sum(p_g[seen] * np.log(p_g[seen] / p_data[seen])))
