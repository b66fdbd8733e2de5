"""Notebook 03: the slope of the mean cross-entropy at each logit."""

import numpy as np

from gan_course.checking.comparing import column, one_number_each, try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.formulas import sigmoid, softplus


@exercise(
    first_step="Begin with one real image: the notebook has the slope of its cost, softplus(-s).",
    praise="G's pull and D's in one formula, and no logit can pull harder than 1/n.",
)
def cost_gradient(answer):
    """`answer(targets, logits)`: the slope of the mean cross-entropy at each logit; float64 (n, 1)."""

    def right(targets, logits):
        return (sigmoid(logits) - targets) / len(logits)

    def bend(logits):
        return sigmoid(logits) * sigmoid(-logits)

    slips = {
        "The sign: that way the cost falls, and a gradient points to where it rises.": lambda y, s: (
            -right(y, s)
        ),
        "That is the slope of each image's own cost; what does one image weigh in a mean?": (
            lambda y, s: sigmoid(s) - y
        ),
        "Two things: where does a gradient point, and what does one image weigh in a mean?": (
            lambda y, s: y - sigmoid(s)
        ),
        "Reals and fakes weigh one half each, however many there are. What does one image weigh in a mean?": (
            _half_each
        ),
        "A target of 0.9 counts as 0: right for targets of 1 and 0, but what lies between?": (
            lambda y, s: right(y == 1, s)
        ),
        "A target of 0.9 counts as 1: right for targets of 1 and 0, but what lies between?": (
            lambda y, s: right(y > 0.5, s)
        ),
        "The target plays no part: each image is taken for a fake.": lambda y, s: right(0, s),
        "The target plays no part: each image is taken for real.": lambda y, s: right(1, s),
        "All images have the target of the first one.": lambda y, s: right(y[0], s),
        "No slope is below 0: does the cost of a real image rise with its logit?": lambda y, s: abs(
            right(y, s)
        ),
        "Real and fake have changed places: 1 is real.": lambda y, s: right(1 - y, s),
        "It has the logit where D is meant, and grows without end; does the slope?": (
            lambda y, s: (s - y) / len(s)
        ),
        "It has D(1 - D) in it, as the slope of a squared error would: what cancels it here?": (
            lambda y, s: bend(s) * right(y, s)
        ),
        "That is the slope over D; and how does D change with the logit?": lambda y, s: right(y, s) / bend(s),
        "That is the slope of D; the slope of the cost is asked for.": lambda y, s: bend(s) / len(s),
        "That is the cost, not its slope.": _cost,
        "That is the cost, divided by n; the slope of it is asked for.": lambda y, s: _cost(y, s) / len(s),
    }
    rng = np.random.default_rng(0)
    near = [([1, 0], [0, 1.5]), ([1, 0, 0], [0.5, -1, 2]), ([0.9, 0, 0.9, 0], [0.3, -0.7, 2, 1.1])]
    near += [(np.ones(6), rng.normal(0, 2, 6)), ([0, 0.3, 0.4, 1, 0.7], rng.normal(0, 2, 5))]
    near += [(np.resize([0, 1, 0.9, 1, 0.2], 24), np.linspace(-18, 18, 24) + i / 5) for i in range(8)]
    _try_slopes(answer, near, right, slips)
    far = [1000, -1000, 30, -30]
    far = [([0, 1, 0, 1], far), ([1, 0, 0.9, 0.2], far), ([0.9, 0.2, 1, 0], far), (np.ones(4), far)]
    _try_slopes(answer, far, right, {})


def _cost(target, logit):
    return target * softplus(-logit) + (1 - target) * softplus(logit)


def _half_each(target, logit):
    """The slope of L_D as half the mean over reals and half the mean over fakes."""
    real = target > 0.5
    weight = real / (2 * max(np.sum(real), 1)) + ~real / (2 * max(np.sum(~real), 1))
    return weight * (sigmoid(logit) - target)


def _try_slopes(answer, batches, right, slips):
    cases = [(column(target).astype("float64"), column(logit).astype("float64")) for target, logit in batches]
    # A small atol, as up to 24 share the weight of 1.
    try_cases(answer, cases, right, slips, read=one_number_each, atol=1e-7)
