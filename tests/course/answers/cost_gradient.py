"""Answers to the exercise `cost_gradient`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def softplus(s):
    return np.logaddexp(0, s)


def sigmoid(s):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-s))


def cost(targets, logits):
    return targets * softplus(-logits) + (1 - targets) * softplus(logits)


def by_keras(targets, logits):
    d = keras.ops.sigmoid(keras.ops.convert_to_tensor(logits, "float32"))
    return (d - keras.ops.convert_to_tensor(targets, "float32")) / len(targets)


def by_both_slopes(targets, logits):
    d = sigmoid(logits)
    return np.mean([-(1 - d) * targets, d * (1 - targets)], axis=0)[:, 0] * 2 / targets.size


def by_differences(targets, logits, h=1e-4):
    slopes = []
    for i in range(len(logits)):
        up, down = logits.copy(), logits.copy()
        up[i] += h
        down[i] -= h
        slopes.append((np.mean(cost(targets, up)) - np.mean(cost(targets, down))) / (2 * h))
    return slopes


def through_d(targets, logits):
    d = sigmoid(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (-targets / d + (1 - targets) / (1 - d)) * d * (1 - d) / len(logits)


def through_clipped_d(targets, logits):
    d = sigmoid(logits).clip(1e-7, 1 - 1e-7)
    inside = abs(logits) < 16
    return (d - targets) / len(logits) * inside


def overflowing(targets, logits):
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.exp(logits) / (1 + np.exp(logits)) - targets) / len(logits)


def of_a_logarithm(targets, logits):
    with np.errstate(invalid="ignore"):
        return (np.log(logits) - targets) / len(logits)


def half_each(real):
    """L_D as two means: reals weigh one half, and fakes one half, however many there are."""

    def slopes(targets, logits):
        reals, d = real(targets), sigmoid(logits)
        weights = np.where(reals, 1 / max(reals.sum(), 1), 1 / max((~reals).sum(), 1)) / 2
        return weights * (d - targets)

    return slopes


def over_the_reals(targets, logits):
    return (sigmoid(logits) - targets) / np.sum(targets == 1)


def by_cases(targets, logits):
    # Exact where either exponential would overflow, and for targets between as well.
    d = [1 / (1 + np.exp(-s)) if s > 0 else np.exp(s) / (1 + np.exp(s)) for s in logits[:, 0]]
    return (np.array(d) - targets[:, 0]) / targets.size


def straight_beyond(limit):
    return lambda targets, logits: share(np.where(abs(logits) > limit, logits > 0, sigmoid(logits)) - targets)


def share(slopes):
    return slopes / len(slopes)


right = [by_keras, by_both_slopes, by_differences, by_cases]
wrong = {
    "The sign": lambda targets, logits: share(targets - sigmoid(logits)),
    "That is the slope of each image's own cost": lambda targets, logits: sigmoid(logits) - targets,
    "Two things": lambda targets, logits: targets - sigmoid(logits),
    "taken for a fake": lambda targets, logits: share(sigmoid(logits)),
    "taken for real": lambda targets, logits: share(sigmoid(logits) - 1),
    "below 0": lambda targets, logits: share(abs(sigmoid(logits) - targets)),
    "changed places": lambda targets, logits: share(sigmoid(logits) - (1 - targets)),
    "the logit where D is meant": lambda targets, logits: share(logits - targets),
    "squared error": lambda targets, logits: share(
        (sigmoid(logits) - targets) * sigmoid(logits) * (1 - sigmoid(logits))
    ),
    "the slope over D": lambda targets, logits: share(
        (1 - targets) / (1 - sigmoid(logits)) - targets / sigmoid(logits)
    ),
    "the slope of D;": lambda targets, logits: share(sigmoid(logits) * (1 - sigmoid(logits))),
    "That is the cost, not": cost,
    "the cost, divided by n": lambda targets, logits: share(cost(targets, logits)),
    "0.9 counts as 0": lambda targets, logits: share(
        np.where(targets == 1, sigmoid(logits) - 1, sigmoid(logits))
    ),
    "0.9 counts as 1": lambda targets, logits: share(
        np.where(targets > 0.5, sigmoid(logits) - 1, sigmoid(logits))
    ),
    "yours gives [[-0.125], [0.2044]]": lambda targets, logits: share(sigmoid(logits) - targets) / 2,
    "yours gives [[0.125], [-0.2044]]": lambda targets, logits: (targets - sigmoid(logits)) / 4,
    "one number for the whole batch": lambda targets, logits: np.mean(sigmoid(logits) - targets),
    "mean over axis 0": lambda targets, logits: np.mean(sigmoid(logits) - targets, axis=0),
    "met all the others": lambda targets, logits: (sigmoid(logits) - targets[:, 0]) / len(logits),
    "divided by itself": overflowing,
    "and yours gives 0.": through_clipped_d,
    "6.346e-10": lambda targets, logits: by_keras(targets, np.clip(logits, -5, 5)),
    "that overflows": of_a_logarithm,
    "yours gives [[-0.5], [0.4526]]": lambda targets, logits: share(np.tanh(logits) - targets),
    "one half each": half_each(lambda targets: targets >= 0.5),
    "a division by 0, or D rounded to 1? (for targets = [[0.9]": over_the_reals,
    "the first one": lambda targets, logits: share(sigmoid(logits) - targets[0]),
    "is something rounded": lambda targets, logits: np.round(share(sigmoid(logits) - targets), 4),
    "-0.03746 was expected": straight_beyond(6),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
equivalent = {"len(logits) -> len(targets)": "there are as many"}
