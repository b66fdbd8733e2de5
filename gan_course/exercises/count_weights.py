"""Notebook 01: how many weights a stack of Dense layers has."""

from itertools import combinations, pairwise

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise


@exercise(
    first_step="Begin with two widths, [3, 2]: draw the units and the lines between them, and count.",
    praise="In the notebook's D, 86 % of them stand in the first layer: a picture is wide.",
)
def count_weights(answer):
    """`answer(widths)`: the number of weights and biases of a stack of Dense layers; a list of widths."""
    stacks = [3, 2], [2, 1, 3], [1, 1, 1, 1], [5, 3], [6, 8, 1], [7, 2, 2, 9, 4], [784, 256, 128, 1]

    def weights(widths):
        return sum(m * n for m, n in pairwise(widths))

    def right(widths):
        return weights(widths) + sum(widths[1:])

    slips = {
        "the biases are missing.": weights,
        "the inputs have a bias each: they come from outside, and no layer computes them.": (
            lambda w: weights(w) + sum(w)
        ),
        "it gives each layer a single bias: who in a layer has one?": lambda w: weights(w) + len(w) - 1,
        "it gives a layer a bias for each of its inputs: whose are the biases?": (
            lambda w: weights(w) + sum(w[:-1])
        ),
        "the last layer has no biases: it is a Dense layer like the others.": (
            lambda w: weights(w) + sum(w[1:-1])
        ),
        "it counts the first layer alone: where does the loop end, and where the function?": (
            lambda w: right(w[:2])
        ),
        "it counts the last layer alone: does each turn of the loop forget the one before?": (
            lambda w: right(w[-2:])
        ),
        "the last layer is missing.": lambda w: right(w[:-1]),
        "the first layer is missing: the widths begin with the inputs.": lambda w: right(w[1:]),
        "it joins each layer to all later ones: to which is it joined?": (
            lambda w: sum(m * n + n for m, n in combinations(w, 2))
        ),
        "it counts the units: the weights stand on the lines between them.": sum,
        "it multiplies all widths: is a unit joined to all layers before it?": np.prod,
        "the hidden units are counted once more: has a LeakyReLU anything to learn?": (
            lambda w: right(w) + sum(w[1:-1])
        ),
        "each LeakyReLU counts for one weight: is its slope learned?": lambda w: right(w) + len(w) - 2,
        "that is the notebook's network, whatever the widths are.": lambda w: right(stacks[-1]),
    }
    # Whole numbers: nothing is rounded.
    try_cases(answer, [(list(widths),) for widths in stacks], right, slips, rtol=0, atol=0)
