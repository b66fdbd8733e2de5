"""Answers to the exercise `accuracy`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def by_keras(real_logits, fake_logits):
    logits = np.concatenate([real_logits, fake_logits])
    targets = np.concatenate([np.ones(real_logits.shape), np.zeros(fake_logits.shape)])
    return keras.ops.mean(keras.metrics.binary_accuracy(targets, logits, threshold=0.0))


def by_counting(real_logits, fake_logits):
    correct = sum(a.item() > 0 for a in real_logits) + sum(a.item() < 0 for a in fake_logits)
    return correct / (len(real_logits) + len(fake_logits))


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


right = [by_keras, by_counting]
wrong = {
    "got wrong": lambda real, fake: (np.mean(real < 0) + np.mean(fake > 0)) / 2,
    "calls real": lambda real, fake: (np.mean(real > 0) + np.mean(fake > 0)) / 2,
    "real images only": lambda real, fake: np.mean(real > 0),
    "fakes only": lambda real, fake: np.mean(fake < 0),
    "adds two shares": lambda real, fake: np.mean(real > 0) + np.mean(fake < 0),
    "with 1/2": lambda real, fake: (np.mean(real > 0.5) + np.mean(fake < 0.5)) / 2,
    "whatever the logits": lambda real, fake: (np.mean(sigmoid(real) > 0) + np.mean(sigmoid(fake) < 0)) / 2,
    "in percent": lambda real, fake: 50 * (np.mean(real > 0) + np.mean(fake < 0)),
    "multiplies two shares": lambda real, fake: np.mean(real > 0) * np.mean(fake < 0),
    "number of images": lambda real, fake: np.sum(real > 0) + np.sum(fake < 0),
    "one number": lambda real, fake: np.concatenate([real > 0, fake < 0]),
    "compares reals with fakes": lambda real, fake: np.mean(real > fake),
    "in which both are right": lambda real, fake: np.mean((real > 0) & (fake < 0)),
    "one is right at least": lambda real, fake: np.mean((real > 0) | (fake < 0)),
    "with 1: ": lambda real, fake: (np.mean(real > 1) + np.mean(fake < 1)) / 2,
    "the reals' logits with 1/2": lambda real, fake: (np.mean(real > 0.5) + np.mean(fake < 0)) / 2,
    "how sure D is": lambda real, fake: (np.mean(sigmoid(real)) + np.mean(1 - sigmoid(fake))) / 2,
    "0.6625 was expected, and yours gives 0.66": lambda real, fake: np.round(by_counting(real, fake), 2),
    "yours gives 0.5": lambda real, fake: max(np.mean(real > 0), np.mean(fake < 0)) / 2,
    "holds something else": lambda real, fake: [by_counting(real, fake), None],
    "is of type str": lambda real, fake: f"{by_counting(real, fake)}",
    "returns nothing": lambda real, fake: print(end=""),
    "stops with TypeError": lambda logits: np.mean(logits > 0),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
ORDER = "neither line needs the other"
equivalent = {
    "fake_logits < 0 -> fake_logits <= 0": "a logit of exactly 0 is neither right nor wrong",
    "real_logits > 0 -> real_logits >= 0": "a logit of exactly 0 is neither right nor wrong",
    "swapped: right_about_reals = np.mean(real_logits > 0) | "
    "right_about_fakes = np.mean(fake_logits < 0)": ORDER,
}
