"""Notebook 02: what a G that lowers log(1 - D) is told to draw."""

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.formulas import sigmoid


@exercise(
    first_step="Begin with the loss of one picture, log(1 - D): how fast does it fall when the logit rises?",
    praise="And so a D that is sure of its case, D near 0, gives this G next to no advice: notebook 03.",
)
def wanted_images(answer):
    """`answer(images, logits, gradient)`: what a G that lowers log(1 - D) is told to draw."""
    rng = np.random.default_rng(0)

    def plain(brightness, logits, slope):
        images = np.full((len(logits), 28, 28, 1), brightness)
        return images, np.reshape(logits, (-1, 1)).astype("float64"), np.full_like(images, slope)

    def case(n, logits=None):
        logits = rng.normal(0, 2, (n, 1)) if logits is None else np.reshape(logits, (n, 1)).astype("float64")
        return rng.random((n, 28, 28, 1)), logits, rng.normal(0, 0.5, (n, 28, 28, 1))

    # 28 pictures are as many as there are rows and columns: a D on the wrong axis fits.
    one = [plain(0.3, [0], 2), plain(0.3, [2], 2), plain(0.6, [-1], -0.5)]
    try_cases(answer, [*one, case(28)], _pulled, _slips_of_wanted_images())
    try_cases(
        answer,
        [plain(0.3, [1, -2], 2), case(5)],
        _pulled,
        otherwise="right for 1 picture and for 28, and not always.",
    )
    sure = [plain(0.3, [1000], 2), plain(0.3, [-1000], 2), case(5, [1000, -1000, 50, 0, -50])]
    far = "right for small logits, and not far out: which exponential grows without end?"
    try_cases(answer, sure, _pulled, otherwise=far)


def _pulled(images, logits, gradient):
    return images + sigmoid(logits)[:, :, None, None] * gradient


def _slips_of_wanted_images():
    """The hints, and what an answer with each slip would give."""

    def by(weight):
        return lambda x, a, g: x + weight(sigmoid(a)[:, :, None, None]) * g

    return {
        "so learns the G of the notebook, by -log D. This one lowers log(1 - D): what is its slope?": by(
            lambda D: 1 - D
        ),
        "the sign: it tells G to look more fake. Which way is downhill?": by(lambda D: -D),
        "so learns the G of the notebook, by -log D, and the sign is turned as well.": by(lambda D: D - 1),
        "the logit stands where a probability belongs.": lambda x, a, g: x + a[:, :, None, None] * g,
        "that is the advice alone: what is it added to?": lambda x, a, g: _pulled(0, a, g),
        "the pixels are cut off at 0 or 1. This is a direction to go in: a target may lie outside.": (
            lambda x, a, g: np.clip(_pulled(x, a, g), 0, 1)
        ),
        "it adds all of the gradient. How much the loss heeds the logit is a factor too.": by(lambda D: 1),
        "it adds half of the gradient, whatever D says.": by(lambda D: 0.5),
        "all pictures have one D here, the mean: each has its own.": lambda x, a, g: (
            x + sigmoid(a).mean() * g
        ),
        "all pictures have one D here, that of the mean logit: each has its own.": (
            lambda x, a, g: x + sigmoid(a.mean()) * g
        ),
        "all pictures have the D of the first one.": lambda x, a, g: x + sigmoid(a[0]) * g,
        "that is the slope of 1 - D: the loss has a logarithm around it.": by(lambda D: D * (1 - D)),
        "that slope is by D, and the gradient is that of the logit: a link of the chain is missing.": by(
            lambda D: 1 / (1 - D)
        ),
        "that is the loss itself, log(1 - D), and not its slope.": by(lambda D: np.log(1 - D)),
        "each column of pixels has another picture's D: look at the shapes that meet.": _across(2),
        "each row of pixels has another picture's D: look at the shapes that meet.": _across(1),
        "it divides by the number of pictures: what one is told does not depend on how many there are.": (
            lambda x, a, g: _pulled(x, a, g / len(x))
        ),
        "that is the nudge along the sign: how large the gradient is counts here.": (
            lambda x, a, g: _pulled(x, a, np.sign(g))
        ),
    }


def _across(axis):
    """Where the D of picture i goes to row or column i, as NumPy has it with shapes that fit by chance."""
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    return lambda x, a, g: x + sigmoid(a).reshape(shape) * g
