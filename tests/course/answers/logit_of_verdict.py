"""Answers to the exercise `logit_of_verdict`: more that are right, and wrong ones, by their hint."""

import math

import keras
import numpy as np


def by_keras(percent_fake):
    D = 1 - keras.ops.convert_to_tensor(percent_fake, "float32") / 100
    return keras.ops.log(D) - keras.ops.log(1 - D)


def by_bisection(percent_fake):
    low, high = np.full(len(percent_fake), -20.0), np.full(len(percent_fake), 20.0)
    for _ in range(50):
        middle = (low + high) / 2
        too_low = 1 / (1 + np.exp(-middle)) < 1 - percent_fake / 100
        low, high = np.where(too_low, middle, low), np.where(too_low, high, middle)
    return middle


def by_a_loop(percent_fake):
    return [math.log((100 - p) / p) for p in percent_fake]


def in_place(percent_fake):
    percent_fake /= 100
    return -np.log(percent_fake / (1 - percent_fake))


def one_number(p):
    D = 1 - p / 100
    return math.log(D / (1 - D))


def D_in_percent(percent_fake):
    D = 100 - percent_fake
    return np.log(D / (1 - D))


def without_brackets(percent_fake):
    D = 1 - percent_fake / 100
    return np.log(D / 1 - D)


right = [by_keras, by_bisection, by_a_loop, in_place, np.vectorize(one_number)]
wrong = {
    "every sign is turned": lambda p: np.log(p / (100 - p)),
    "as a probability": lambda p: np.log((1 - p) / p),
    "those are D(x)": lambda p: 1 - p / 100,
    "those are probabilities of fake": lambda p: p / 100,
    "those are odds": lambda p: (100 - p) / p,
    "logarithm of D alone": lambda p: np.log(1 - p / 100),
    "bracket of the logarithm": lambda p: np.log(1 - p / 100) / (p / 100),
    "to the base 10": lambda p: np.log10((100 - p) / p),
    "to the base 2": lambda p: np.log2((100 - p) / p),
    "the way back": lambda p: keras.ops.sigmoid(1 - p / 100),
    "rounded": lambda p: np.round(np.log((100 - p) / p), 2),
    "works for one number": one_number,
    "no logit is below 0": lambda p: np.abs(np.log((100 - p) / p)),
    "1 - D is no percentage": D_in_percent,
    "D / 1 - D is D - D": without_brackets,
    "divides two logarithms": lambda p: np.log(1 - p / 100) / np.log(p / 100),
    "fake against real": lambda p: p / (100 - p),
    "what a fake costs": lambda p: -np.log(p / 100),
    "is of type str": lambda p: str(np.log((100 - p) / p)),
    "holds text": lambda p: [f"{a:.6f}" for a in np.log((100 - p) / p)],
    "holds complex numbers": lambda p: np.emath.log((100 - p) / p) + 0j,
    "rounded, or computed in float16": lambda p: np.log((100 - p) / p).round(3),
    "[0] was expected, and yours gives [-0.002": lambda p: np.log((99.9 - p) / p) * 1.01,
    "should have the shape": lambda p: np.mean(np.log((100 - p) / p)),
    "stops with TypeError": lambda real, fake: np.log(real / fake),
}
