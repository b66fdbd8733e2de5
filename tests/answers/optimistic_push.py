"""Answers to the exercise `optimistic_push`: more right ones, and wrong ones by a piece of their hint."""

import keras
import numpy as np


def by_keras(push, last_push):
    return keras.ops.subtract(keras.ops.multiply(2.0, push), last_push)


def less_far_ahead(push, last_push):
    return push + 0.7 * (push - last_push)


def further_ahead(push, last_push):
    return 4 * push - 3 * last_push


def less_of_it(push, last_push):
    return push - 0.5 * last_push


def by_loop(push, last_push):
    for i in range(len(push)):
        push[i] += push[i] - last_push[i]
    return list(push)


right = [by_keras, less_far_ahead, further_ahead, less_of_it, by_loop]
wrong = {
    "that is push alone": lambda push, last_push: push,
    "last_push alone": lambda push, last_push: last_push,
    "the mean of both": lambda push, last_push: (push + last_push) / 2,
    "the sum of both": lambda push, last_push: push + last_push,
    "changed places": lambda push, last_push: 2 * last_push - push,
    "shorter step": lambda push, last_push: 0.1 * push,
    "momentum": lambda push, last_push: push + 0.9 * last_push,
    "what proportion": lambda push, last_push: push + 0.5 * (push - last_push),
    "not there yet": lambda push, last_push: (2 * push - last_push) / 10,
    "nobody would get down": lambda push, last_push: push - last_push,
    "yours goes another": lambda push, last_push: last_push - 2 * push,
    "does not move": lambda push, last_push: 0 * push,
    "foretell": lambda push, last_push: np.sign(2 * push - last_push),
    "shape ()": lambda push, last_push: np.mean(2 * push - last_push),
}
