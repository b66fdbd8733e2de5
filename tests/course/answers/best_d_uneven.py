"""Answers to the exercise `best_d_uneven`: more that are right, and wrong ones, by a piece of their hint."""

import math

import keras
import numpy as np


def by_shares(p_data, p_g, fakes_per_real):
    real = 1 / (1 + fakes_per_real)
    return real * p_data / (real * p_data + (1 - real) * p_g)


def by_sigmoid(p_data, p_g, fakes_per_real):
    return keras.ops.sigmoid(np.log(p_data) - np.log(p_g) - np.log(fakes_per_real))


def by_search(p_data, p_g, fakes_per_real):
    low, high = np.zeros_like(p_data), np.ones_like(p_data)
    for _ in range(40):  # halve the interval in which the slope of the cost changes its sign
        d = (low + high) / 2
        falls = fakes_per_real * p_g * d < p_data * (1 - d)
        low, high = np.where(falls, d, low), np.where(falls, high, d)
    return low


def by_loop(p_data, p_g, fakes_per_real):
    for i, p in np.ndenumerate(p_data):
        p_data[i] = p / (p + fakes_per_real * p_g[i])
    return p_data.tolist()


right = [by_shares, by_sigmoid, by_search, by_loop]
wrong = {
    "as many fakes as reals": lambda p, q, k: p / (p + q),
    "believe more": lambda p, q, k: p / (p + q / k),
    "at the wrong density": lambda p, q, k: p / (k * p + q),
    "probability of fake.": lambda p, q, k: k * q / (p + k * q),
    "fake, and k": lambda p, q, k: q / (p + q),
    "Count again": lambda p, q, k: (p / k) / (p / k + (1 - 1 / k) * q),
    "it is not 1": lambda p, q, k: p / (k * (p + q)),
    "share of reals": lambda p, q, k: p / (p + q) / (1 + k),
    "above 1": lambda p, q, k: k * p / (p + q),
    "reals to fakes": lambda p, q, k: p / (k * q),
    "That is the logit": lambda p, q, k: np.log(p / q / k),
    "have the shape": lambda p, q, k: np.mean(p / (p + k * q)),
    "need not be whole: 256": lambda p, q, k: p / (p + int(k) * q),
    "nor above 1": lambda p, q, k: p / (p + math.ceil(k) * q),
    "rounded somewhere": lambda p, q, k: p / (p + round(k) * q),
    "may be below 1": lambda p, q, k: p / (p + max(k, 1) * q),
    "[0.5455] was expected, and yours gives [0.2308]": lambda p, q, k: p / (p + max(k, 1 / k) * q),
    "is something rounded": lambda p, q, k: np.round(p / (p + k * q), 3),
    "4e-09": lambda p, q, k: p / (p + k * q + 1e-7),
    "yours gives [0.9967, 0.4808]": lambda p, q, k: p / (p + q**k),
    "yours gives [0.1667]": lambda p, q, k: p / (p + 3 * q),
    "yours gives [nan, nan]": lambda p, q, k: np.full_like(p, np.nan),
}
