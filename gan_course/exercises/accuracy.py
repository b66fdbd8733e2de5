"""Notebook 01: the share of images that D got right, from its logits."""

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.formulas import sigmoid


@exercise(
    first_step="Begin with one question to one image: for which logits does D say real?",
    praise="It counts both kinds, and needs no sigmoid: D = 1/2 is where the logit is 0.",
)
def accuracy(answer):
    """`answer(real_logits, fake_logits)`: the share of all images, (n, 1) each, that D got right."""
    rng = np.random.default_rng(0)
    few = (
        ([2], [-3]),
        ([-2], [-3]),
        ([2], [3]),
        ([0.3], [-1]),
        ([2], [0.4]),
        ([-0.4], [-0.2]),
        ([1, -1], [1, -1]),
    )
    cases = [tuple(np.array(some, "float64").reshape(-1, 1) for some in both) for both in few]
    cases += [(rng.normal(0.3, 1, (n, 1)), rng.normal(-1, 1, (n, 1))) for n in (40, 13)]

    def at(real_limit, fake_limit):
        return lambda real, fake: (np.mean(real > real_limit) + np.mean(fake < fake_limit)) / 2

    def right(real_logits, fake_logits):
        return at(0, 0)(real_logits, fake_logits)

    slips = {
        "those are the images that D got wrong: one minus that is wanted.": lambda r, f: 1 - right(r, f),
        "it counts what D calls real; but a fake called real is a mistake.": (
            lambda r, f: (np.mean(r > 0) + np.mean(f > 0)) / 2
        ),
        "it looks at the real images only: half of the images are fake.": lambda r, f: np.mean(r > 0),
        "it looks at the fakes only: half of the images are real.": lambda r, f: np.mean(f < 0),
        "it compares the logits with 1/2. That is the limit for D; what is the logit of D = 1/2?": at(
            0.5, 0.5
        ),
        "it compares the reals' logits with 1/2: what is the logit of D = 1/2?": at(0.5, 0),
        "it compares the logits with 1: what is the logit of D = 1/2?": at(1, 1),
        "it is 1/2 whatever the logits are: what does it compare, and with which limit?": lambda r, f: 0.5,
        "it counts the pairs in which both are right: each image counts by itself.": (
            lambda r, f: np.mean((r > 0) & (f < 0))
        ),
        "it counts the pairs in which one is right at least: each image counts by itself.": (
            lambda r, f: np.mean((r > 0) | (f < 0))
        ),
        "it compares reals with fakes: D judges each image by itself.": lambda r, f: np.mean(r > f),
        "it is the mean of how sure D is: right or wrong, each image counts whole.": (
            lambda r, f: (np.mean(sigmoid(r)) + np.mean(sigmoid(-f))) / 2
        ),
        "that is a number of images; the share of all of them is wanted.": lambda r, f: (
            2 * len(r) * right(r, f)
        ),
        "it adds two shares: their mean is wanted.": lambda r, f: 2 * right(r, f),
        "it multiplies two shares: all images are wanted, right or wrong, in one count.": (
            lambda r, f: np.mean(r > 0) * np.mean(f < 0)
        ),
        "that is in percent: a share lies between 0 and 1.": lambda r, f: 100 * right(r, f),
    }
    try_cases(answer, cases, right, slips)
