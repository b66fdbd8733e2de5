"""Answers to the exercise `real_and_fake_batch`: more that are right, and wrong ones, by their hint."""

import keras
import numpy as np


def shuffled(real_images, fake_images):
    rng = np.random.default_rng()
    fake_images = rng.choice(fake_images, len(real_images), replace=False)
    pairs = [(image, [1]) for image in real_images] + [(image, [0]) for image in fake_images]
    rng.shuffle(order := list(range(len(pairs))))
    return [pairs[i][0] for i in order], [pairs[i][1] for i in order]


def by_keras(real_images, fake_images):
    fake_images = fake_images[: len(real_images)]
    images = keras.ops.concatenate([fake_images, real_images])
    targets = keras.ops.concatenate(
        [keras.ops.zeros((len(fake_images), 1)), keras.ops.ones((len(real_images), 1))]
    )
    return images, targets


def taking_turns(real_images, fake_images):
    pairs = zip(real_images, fake_images, strict=False)  # ends with the shorter
    images = np.array([image for pair in pairs for image in pair])
    return [images, np.tile([[True], [False]], (len(real_images), 1))]


def of_equals(make):
    """The answer of `make`, which forgets nothing but its own slip, to batches that are cut already."""
    return lambda real, fake: make(real, fake[: len(real)])


def column(n, reals=1.0, fakes=0.0):
    return np.repeat([[reals], [fakes]], n, axis=0)


def not_cut(real, fake):
    return np.concatenate([real, fake]), np.concatenate([np.ones((len(real), 1)), np.zeros((len(fake), 1))])


def half_shuffled(real, fake):
    images = np.concatenate([real, fake])
    return np.random.default_rng(0).permutation(images), column(len(real))


def cut_at_the_end(real, fake):
    images, targets = not_cut(real, fake)
    return images[-2 * len(real) :], targets[-2 * len(real) :]


def with_replacement(real, fake):
    which = np.random.default_rng(0).integers(len(fake), size=len(real))
    return np.concatenate([real, fake[which]]), column(len(real))


def joined(axis):
    return of_equals(lambda real, fake: (np.concatenate([real, fake], axis=axis), column(len(real))))


def with_targets(make):
    return of_equals(lambda real, fake: (np.concatenate([real, fake]), make(len(real))))


right = [shuffled, by_keras, taking_turns]
wrong = {
    "the labels are swapped": with_targets(lambda n: column(n, 0, 1)),
    "lie flat": with_targets(lambda n: column(n)[:, 0]),
    "all went in": not_cut,
    "axis of its own": of_equals(lambda real, fake: (np.stack([real, fake]), column(len(real)))),
    "Were they mixed": of_equals(lambda real, fake: ((real + fake) / 2, column(len(real)))),
    "hangs below": joined(1),
    "stands beside": joined(2),
    "became a channel": joined(3),
    "a target for each class": with_targets(lambda n: np.eye(2)[[0] * n + [1] * n]),
    "one target is -1": with_targets(lambda n: column(n, 1, -1)),
    "one target is 0.9": with_targets(lambda n: column(n, 0.9, 0.1)),
    "all targets are 1": with_targets(lambda n: column(n, 1, 1)),
    "in one order": of_equals(half_shuffled),
    "are real": cut_at_the_end,
    "are in the batch twice": with_replacement,
    "1 real and 2 fake images came": lambda real, fake: (
        shuffled(real, fake) if len(real) > 1 else (real, [[1]])
    ),
    "20 real and 20 fake images came, and 20 of the batch": of_equals(
        lambda r, f: (np.concatenate([r, f.astype("float16")]), column(len(r)))
    ),
    "7 of 26": lambda r, f: (np.concatenate([r, f[: len(r)]]), (column(20) > 0)[: 2 * len(r)]),
    "none of those: they": of_equals(lambda r, f: (2 * np.concatenate([r, f]) - 1, column(len(r)))),
    "two things are wanted": lambda real, fake: np.concatenate([real, fake[: len(real)]]),
    "the images come first": lambda real, fake: not_cut(real, fake)[::-1],
    "the array of targets": lambda real, fake: (np.concatenate([real, fake[: len(real)]]), column(64)),
    "stops with ValueError": lambda real, fake: np.concatenate([real, column(len(real))]),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
LENGTH = "NumPy's reshape takes -2 for -1, the length that is left"
ORDER = "neither line needs the other"
equivalent = {
    "(np.arange(2 * count) < count).astype('float32') -> (np.arange(2 * count) < count).astype('float16')": (
        "float16 holds 0 and 1 exactly"
    ),
    "(np.arange(2 * count) < count).astype('float32').reshape(-1, 1) -> "
    "(np.arange(2 * count) < count).astype('float32').reshape(-2, 1)": LENGTH,
    "swapped: images = np.concatenate([real_images, fake_images[:count]]) | "
    "targets = (np.arange(2 * count) < count).astype('float32').reshape(-1, 1)": ORDER,
}
