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


def by_player(push, last_push):
    g, d = push
    last_g, last_d = last_push
    return np.array([2 * g - last_g, 2 * d - last_d])


def by_index(push, last_push):
    return [2 * push[0] - last_push[0], 2 * push[1] - last_push[1]]


def by_numbers(push, last_push):
    return [float(now) + (float(now) - float(last)) for now, last in zip(push, last_push, strict=True)]


def in_place(push, last_push):
    push *= 2
    push -= last_push
    return push


def with_the_others(push, last_push):
    g, d = push
    return np.array([g - 0.5 * d, d + 0.5 * g])  # what G calls D's push is its own place


def for_one_player(push, last_push):
    return np.array([2 * push[0] - last_push[0], push[1]])


def both_from_g(push, last_push):
    return np.array([2 * push[0] - last_push[0]] * 2)


right = [
    by_keras,
    less_far_ahead,
    further_ahead,
    less_of_it,
    by_loop,
    by_player,
    by_index,
    by_numbers,
    in_place,
]
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
    "G's step changes from 0 to 2.5 when D alone": with_the_others,
    "D's step changes from -1 to -7 when G alone": both_from_g,
    "different rules": for_one_player,
    "have the shape (2,), and has the shape (3,)": lambda push, last_push: np.append(2 * push - last_push, 0),
    "not there yet. ": lambda push, last_push: push - 0.335 * last_push,
    "4.37e+06 after 81 steps": lambda push, last_push: push**3,
    "0.998 after 5,000 steps: inwards": lambda push, last_push: 0.01 * (2 * push - last_push),
    "steps as long as these overshoot": lambda push, last_push: 20 * push - 10 * last_push,
}
