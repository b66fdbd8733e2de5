"""Notebook 02: BatchNorm in training mode."""

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise


@exercise(
    first_step="Begin with one unit and the values 1, 2, 3, 6: what is their mean, what is their variance?",
    praise="Each unit leaves with mean beta, and with standard deviation gamma "
    "if epsilon is small beside its variance.",
)
def batch_norm(answer):
    """`answer(values, gamma, beta, epsilon)`: BatchNorm of values (n, units) in training mode."""
    rng = np.random.default_rng(0)

    def case(n, units, epsilon):
        return rng.normal(2, 3, (n, units)), rng.uniform(0.5, 2, units), rng.normal(0, 2, units), epsilon

    few = np.array([[1.0, 5], [3, 1]]), np.array([1.0, 2]), np.array([0.0, 10]), 3.0
    # As many rows as units first: there a mean over the wrong axis fits, and can be named.
    try_cases(answer, [few, case(4, 4, 0.5), case(3, 3, 2.0)], _normalised, _slips_of_batch_norm())
    one_unit = np.array([[1.0], [2], [3], [6]]), np.array([2.0]), np.array([10.0]), 0.5
    constant = case(9, 4, 0.25)
    constant[0][:, 1] = 3  # the same for the whole batch
    others = [one_unit, case(1, 2, 0.1), case(2, 5, 1e-3), case(7, 3, 1.5), constant, case(3, 8, 0.1)]
    try_cases(answer, others, _normalised, otherwise="right for as many rows as units, but not always.")


def _normalised(values, gamma, beta, epsilon):
    return gamma * (values - values.mean(axis=0)) / np.sqrt(values.var(axis=0) + epsilon) + beta


def _slips_of_batch_norm():
    """The hints, and what an answer with each slip would give."""

    def scaled(divided_by, middle=lambda v: v.mean(axis=0)):
        return lambda v, g, b, e: g * (v - middle(v)) / divided_by(v, e) + b

    def root(v, e):
        return np.sqrt(v.var(axis=0) + e)

    def normal(v, e):
        return (v - v.mean(axis=0)) / root(v, e)

    def of_rows(axis, keepdims):
        return scaled(
            lambda v, e: np.sqrt(v.var(axis=axis, keepdims=keepdims) + e),
            lambda v: v.mean(axis=axis, keepdims=keepdims),
        )

    return {
        "each row has its own mean here. BatchNorm looks at one unit and asks the whole batch.": of_rows(
            1, True
        ),
        "the mean is one number a row, and NumPy lays it along the columns. Which axis is the batch?": (
            of_rows(1, False)
        ),
        "there is one mean and one variance for all values: each unit has its own.": of_rows(None, True),
        "it divides by the variance: is that a width, in the units of h?": scaled(
            lambda v, e: v.var(axis=0) + e
        ),
        "epsilon is on the wrong side of the root: look at the formula once more.": scaled(
            lambda v, e: v.std(axis=0) + e
        ),
        "epsilon is the exponent here: what does the root stand over?": scaled(
            lambda v, e: (v.var(axis=0) + e) ** e
        ),
        "epsilon has no effect. What would become of a unit that is the same for the whole batch?": scaled(
            lambda v, e: v.std(axis=0)
        ),
        "epsilon is always 0.5: it comes as an argument.": scaled(lambda v, e: root(v, 0.5)),
        "epsilon is always 0.001, Keras's own: it comes as an argument.": scaled(lambda v, e: root(v, 1e-3)),
        "epsilon is squared under the root.": scaled(lambda v, e: root(v, e**2)),
        "epsilon is taken from the variance: a root of what is below 0 is near.": scaled(
            lambda v, e: root(v, -e)
        ),
        "it multiplies by the root and does not divide.": lambda v, g, b, e: (
            g * (v - v.mean(axis=0)) * root(v, e) + b
        ),
        "the variance divides by n - 1, as an estimate does. BatchNorm takes the plain mean, over n.": scaled(
            lambda v, e: np.sqrt(v.var(axis=0, ddof=1) + e)
        ),
        "the squares are not those of the distances from the mean.": scaled(
            lambda v, e: np.sqrt(np.mean(v**2, axis=0) + e)
        ),
        "that is the sum of the squares and not their mean.": scaled(
            lambda v, e: np.sqrt(len(v) * v.var(axis=0) + e)
        ),
        "the sum is divided by 4, however many rows there are.": scaled(root, lambda v: v.sum(axis=0) / 4),
        "it subtracts the median: BatchNorm takes the mean.": scaled(root, lambda v: np.median(v, axis=0)),
        "the middle of the batch is not moved to 0: what has to go before the division?": scaled(
            root, lambda v: 0
        ),
        "gamma and beta have changed places: which of them scales, and which shifts?": (
            lambda v, g, b, e: b * normal(v, e) + g
        ),
        "the shift is scaled too: which of the two comes last?": lambda v, g, b, e: g * (normal(v, e) + b),
        "it is normal now, with mean 0 and deviation 1. Two learned numbers a unit are still to come.": (
            lambda v, g, b, e: normal(v, e)
        ),
        "beta is missing.": lambda v, g, b, e: g * normal(v, e),
        "gamma is missing.": lambda v, g, b, e: normal(v, e) + b,
        "that is the other face, inference with averages that have not moved yet: mean 0, variance 1.": (
            lambda v, g, b, e: g * v / np.sqrt(1 + e) + b
        ),
        "the sign: what is above the mean should stay above it.": lambda v, g, b, e: b - g * normal(v, e),
    }
