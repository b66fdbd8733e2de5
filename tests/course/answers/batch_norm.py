"""Answers to the exercise `batch_norm`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def by_layer(values, gamma, beta, epsilon):
    layer = keras.layers.BatchNormalization(epsilon=epsilon)
    layer.build(values.shape)
    layer.set_weights([gamma, beta, beta, gamma])  # the last two are the averages, unused in training
    return layer(values.astype("float32"), training=True)


def by_moments(values, gamma, beta, epsilon):
    mean, variance = keras.ops.moments(keras.ops.convert_to_tensor(values), axes=0)
    return keras.ops.batch_normalization(values, mean, variance, 1, beta, gamma, epsilon)


def unit_by_unit(values, gamma, beta, epsilon):
    for unit in range(values.shape[1]):
        column = values[:, unit]
        scale = gamma[unit] / (column.var() + epsilon) ** 0.5
        values[:, unit] = scale * (column - column.mean()) + beta[unit]
    return values.tolist()


def of_units(how_many):
    """Unit by unit, but for a number of units that is not that of the values."""

    def answer(values, gamma, beta, epsilon):
        for unit in range(how_many(values)):
            column = values[:, unit]
            values[:, unit] = gamma[unit] * normal(column, epsilon) + beta[unit]
        return values

    return answer


def normal(values, epsilon):
    return (values - values.mean(0)) / np.sqrt(values.var(0) + epsilon)


def over(axis, keepdims=True, power=0.5, **how):
    def answer(values, gamma, beta, epsilon):
        mean = values.mean(axis, keepdims=keepdims)
        return (
            gamma * (values - mean) / (values.var(axis, keepdims=keepdims, **how) + epsilon) ** power + beta
        )

    return answer


right = [by_layer, by_moments, unit_by_unit]
wrong = {
    "each row has its own mean": over(axis=1),
    "along the columns": over(axis=1, keepdims=False),
    "each unit has its own": over(axis=None),
    "by the variance": over(axis=0, power=1),
    "wrong side of the root": lambda v, g, b, e: g * (v - v.mean(0)) / (v.std(0) + e) + b,
    "epsilon has no effect": lambda v, g, b, e: g * (v - v.mean(0)) / v.std(0) + b,
    "divides by n - 1": over(axis=0, ddof=1),
    "distances from the mean": lambda v, g, b, e: g * (v - v.mean(0)) / np.sqrt((v**2).mean(0) + e) + b,
    "not moved to 0": lambda v, g, b, e: g * v / np.sqrt(v.var(0) + e) + b,
    "changed places": lambda v, g, b, e: b * normal(v, e) + g,
    "shift is scaled": lambda v, g, b, e: g * (normal(v, e) + b),
    "Two learned numbers": lambda v, g, b, e: normal(v, e),
    "other face": lambda v, g, b, e: g * v / np.sqrt(1 + e) + b,
    "above the mean should stay": lambda v, g, b, e: g * (v.mean(0) - v) / np.sqrt(v.var(0) + e) + b,
    "divided by 4, however": lambda v, g, b, e: g * (v - v.sum(0) / 4) / np.sqrt(v.var(0) + e) + b,
    "epsilon is always 0.5": lambda v, g, b, e: g * normal(v, 0.5) + b,
    "epsilon is always 0.001": lambda v, g, b, e: g * normal(v, 1e-3) + b,
    "epsilon is the exponent": lambda v, g, b, e: g * (v - v.mean(0)) / (v.var(0) + e) ** e + b,
    "epsilon is squared": lambda v, g, b, e: g * normal(v, e**2) + b,
    "taken from the variance": lambda v, g, b, e: g * normal(v, -e) + b,
    "does not divide": lambda v, g, b, e: g * (v - v.mean(0)) * np.sqrt(v.var(0) + e) + b,
    "the sum of the squares": lambda v, g, b, e: g * (v - v.mean(0)) / np.sqrt(len(v) * v.var(0) + e) + b,
    "subtracts the median": lambda v, g, b, e: g * (v - np.median(v, 0)) / np.sqrt(v.var(0) + e) + b,
    "beta is missing": lambda v, g, b, e: g * normal(v, e),
    "gamma is missing": lambda v, g, b, e: normal(v, e) + b,
    "IndexError": of_units(lambda v: 4),
    "and yours gives [[-0.5, 5], [0.5, 1]]": of_units(lambda v: 1),
    "not always": of_units(lambda v: min(len(v), v.shape[1])),
    "rounded, or computed in float16": lambda v, g, b, e: np.round(g * normal(v, e) + b, 3),
    "stops with ValueError": lambda v, g, b, e: g * (v - v.mean(0)) / np.sqrt(np.append(v.var(0), e)) + b,
    "returns nothing": lambda v, g, b, e: print(end=""),
}
