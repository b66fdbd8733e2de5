"""Answers to the exercise `count_weights`: more that are right, and wrong ones, by a piece of their hint."""

from itertools import combinations, pairwise

import keras
import numpy as np
from keras import layers


def by_keras(widths):
    stack = [layers.Dense(units) for units in widths[1:]]
    return keras.Sequential([keras.Input((widths[0],)), *stack]).count_params()


def by_arrays(widths):
    return np.dot(widths[:-1], widths[1:]) + np.sum(widths[1:])


def by_emptying_the_list(widths):
    total, inputs = 0, widths.pop(0)
    while widths:
        units = widths.pop(0)
        total += inputs * units + units
        inputs = units
    return total


def first_alone(widths):
    total = 0
    for inputs, units in pairwise(widths):
        total += inputs * units + units
        return total
    return None


def last_alone(widths):
    for inputs, units in pairwise(widths):
        total = 0
        total += inputs * units + units
    return total


def without_biases(widths):
    return sum(m * n for m, n in pairwise(widths))


right = [by_keras, by_arrays, by_emptying_the_list]
wrong = {
    "the biases are missing": without_biases,
    "the inputs have a bias": lambda w: without_biases(w) + sum(w),
    "a single bias": lambda w: sum(m * n + 1 for m, n in pairwise(w)),
    "whose are the biases": lambda w: sum(m * n + m for m, n in pairwise(w)),
    "the last layer has no biases": lambda w: without_biases(w) + sum(w[1:-1]),
    "the last layer is missing": lambda w: by_arrays(w[:-1]) if len(w) > 2 else 0,
    "the first layer is missing": lambda w: by_arrays(w[1:]) if len(w) > 2 else 0,
    "counts the units": sum,
    "multiplies all widths": np.prod,
    "has a LeakyReLU": lambda w: by_arrays(w) + sum(w[1:-1]),
    "is its slope learned": lambda w: by_arrays(w) + len(w[1:-1]),
    "whatever the widths": lambda w: by_arrays([784, 256, 128, 1]),
    "8 was expected, and yours gives 18": lambda w: sum(m * m + m for m in w),
    "[2, 1, 3], 9 was expected, and yours gives 11": lambda w: by_arrays(w) + len(w[2:]) * w[0],
    "233985 was expected, and yours gives 233986": lambda w: by_arrays(w) + (w[0] > 99),
    "first layer alone": first_alone,
    "last layer alone": last_alone,
    "joins each layer to all": lambda w: sum(m * n + n for m, n in combinations(w, 2)),
    "should be one number": lambda w: [m * n + n for m, n in pairwise(w)],
    "stops with IndexError": lambda w: sum(w[i] * w[i + 1] + w[i + 1] for i in range(len(w))),
}
