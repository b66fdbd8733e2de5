"""Weights counted by hand (notebook 01).

A Dense layer computes n numbers, each a weighted sum of all m that come in, plus a bias: n times (m + 1)
numbers to learn. The widths are read in pairs, each with the next one: 784 to 256, 256 to 128, 128 to 1.
The first width is the picture's. It has no bias, since no layer computes it; it is the m of the first
pair and never an n. A LeakyReLU multiplies by a slope that we chose, so it has nothing to learn.
"""

from itertools import pairwise


def count_weights(widths):
    return sum(units * (inputs + 1) for inputs, units in pairwise(widths))
