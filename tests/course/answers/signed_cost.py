"""Answers to the exercise `signed_cost`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def softplus(s):
    return np.logaddexp(0, s)


def naive(s):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(s))


def sigmoid(s):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-s.astype("float64")))


def from_probabilities(labels, logits):
    with np.errstate(divide="ignore"):
        return np.where(labels == 1, -np.log(sigmoid(logits)), -np.log(1 - sigmoid(logits)))


def from_clipped(labels, logits):
    d = sigmoid(logits).clip(1e-7, 1 - 1e-7)
    return np.where(labels == 1, -np.log(d), -np.log(1 - d))


def from_targets_overflowing(labels, logits):
    targets = (labels + 1) / 2
    with np.errstate(invalid="ignore"):
        return targets * naive(-logits) + (1 - targets) * naive(logits)


def by_keras(labels, logits):
    targets = (labels + 1) / 2
    return keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)(targets, logits)


def by_tensors(labels, logits):
    return keras.ops.softplus(-keras.ops.convert_to_tensor(labels) * logits)


def by_loop(labels, logits):
    costs = []
    for label, s in zip(labels.ravel().tolist(), logits.ravel().tolist(), strict=True):
        s = -s if label == 1 else s
        costs.append([s + np.log1p(np.exp(-s)) if s > 0 else np.log1p(np.exp(s))])
    return costs


def by_cases(labels, logits):
    return np.where(labels > 0, softplus(-logits), softplus(logits))


def negative_logarithm(labels, logits):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(labels == 1, -np.log(logits), -np.log(1 - logits))


def by_ones(labels, logits):
    # In float32, and with log(1 + ...) where log1p would be exact.
    wrong_by = -labels[:, 0] * logits[:, 0]
    return np.maximum(wrong_by, 0) + np.log(1 + np.exp(-np.abs(wrong_by)))


def straight_beyond(limit):
    """Two straight lines in place of the curve, beyond a margin on either side."""

    def signed_cost(labels, logits):
        margins = labels * logits
        return np.where(abs(margins) > limit, np.maximum(-margins, 0), softplus(-margins))

    return signed_cost


def straight_where_wrong(labels, logits):
    margins = labels * logits
    return np.where(margins > -2, np.log1p(np.exp(-margins)), -margins)


def straight_for_fakes(labels, logits):
    return np.where(labels < 0, np.where(logits > 6, logits, softplus(logits)), softplus(-logits))


right = [by_keras, by_tensors, by_loop, by_cases, by_ones]
wrong = {
    "minus sign": lambda labels, logits: softplus(labels * logits),
    "something to pay": lambda labels, logits: -softplus(-labels * logits),
    "taken for real": lambda labels, logits: softplus(-logits),
    "taken for a fake": lambda labels, logits: softplus(logits),
    "targets 1 and 0": lambda labels, logits: labels * softplus(-logits) + (1 - labels) * softplus(logits),
    "D where a logit is meant": lambda labels, logits: softplus(-labels * sigmoid(logits)),
    "a kink": lambda labels, logits: np.maximum(0, -labels * logits),
    "wherever D is sure": lambda labels, logits: np.log1p(np.exp(-abs(labels * logits))),
    "hinge": lambda labels, logits: np.maximum(0, 1 - labels * logits),
    "gave to the truth": lambda labels, logits: sigmoid(labels * logits),
    "in bits": lambda labels, logits: softplus(-labels * logits) / np.log(2),
    "base 10": lambda labels, logits: -np.log10(sigmoid(labels * logits)),
    "is not asked for": lambda labels, logits: softplus(-labels * logits) / len(labels),
    "computed in float16": lambda labels, logits: softplus(-(labels * logits).astype("float16")),
    "what is below 0? (for labels = [[1], [-1], [-1]]": negative_logarithm,
    "one number for the whole batch": lambda labels, logits: np.mean(softplus(-labels * logits)),
    "mean over axis 0": lambda labels, logits: np.mean(softplus(-labels * logits), axis=0),
    "met all the others": lambda labels, logits: softplus(-labels[:, 0] * logits),
    "for what the first one is": lambda labels, logits: softplus(-labels[0] * logits),
    "gives [[0.49], [0.49]": lambda labels, logits: (labels - logits) ** 2,
    "1? (for labels = [[1], [1], [-1], [-1]], logits = [[1000]": lambda labels, logits: naive(
        (-labels * logits).astype("float64")
    ),
    "infinity times 0": from_targets_overflowing,
    "1? (for labels = [[1], [1], [-1], [-1]], logits = [[40]": from_probabilities,
    "gives [[1e-07], [16.12]": from_clipped,
    "gives [[9.358e-14], [30]": lambda labels, logits: softplus(np.clip(-labels * logits, -30, 30)),
    "gives [[950], [1950]": (
        lambda labels, logits: softplus(-labels * logits) + np.maximum(abs(logits) - 50, 0)
    ),
    "gives [[0.1394], [0.2204], [0.07889], [1.463], [0.7444], [0], [0.913]]": straight_beyond(3),
    "6.127 was expected": straight_beyond(6),
    "2.127 was expected": straight_where_wrong,
    "all -1, logits[169, 0] = 6.125": straight_for_fakes,
}
