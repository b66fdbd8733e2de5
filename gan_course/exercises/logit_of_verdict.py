"""Notebook 01: the logit of "13 % fake"."""

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call


@exercise(
    first_step='Begin with "13 % fake": how probable is it then, from 0 to 1, that the image is real?',
    praise="Know-nothing has the logit 0, and the surer a verdict is, the farther from 0 its logit lies.",
)
def logit_of_verdict(answer):
    """`answer(percent_fake)`: the logit of each verdict; percentages above 0 and below 100, float (n,)."""
    verdicts = [[50], [13, 87], [0.2, 0.5, 0.9], [13, 50, 99.5, 2, 87, 99.2]]
    try:
        call(answer, np.array(verdicts[1], "float64"))
    except Hint as hint:
        call(answer, 13.0)  # what stops at one number as well has a hint of its own
        raise Hint(f"it works for one number, and not for an array of two: {hint}") from hint

    def right(percent_fake):
        return np.log((100 - percent_fake) / percent_fake)

    def odds(D):
        return D / (1 - D)

    slips = {
        "every sign is turned: of which of the two, real or fake, is D the probability?": lambda p: -right(p),
        "it reads 0.2 % as a probability of 0.2.": lambda p: np.log((1 - p) / p),
        "it takes D in percent, and 1 - D is no percentage.": lambda p: np.log(odds(100 - p)),
        "those are D(x), between 0 and 1: from which logits does the sigmoid make them?": lambda p: (
            1 - p / 100
        ),
        "those are probabilities of fake, and D(x) is the probability of real.": lambda p: p / 100,
        "those are odds, real against fake: one step is missing.": lambda p: odds(1 - p / 100),
        "those are odds, fake against real.": lambda p: odds(p / 100),
        "that is the logarithm of D alone: what does a logit weigh D against?": lambda p: np.log(1 - p / 100),
        "that is -log(1 - D), what a fake costs.": lambda p: -np.log(p / 100),
        "where does the bracket of the logarithm close?": lambda p: np.log(1 - p / 100) / (p / 100),
        "D / 1 - D is D - D: what belongs below the line?": lambda p: np.log(0 * p),
        "it divides two logarithms: which logarithm does their difference make?": (
            lambda p: np.log(1 - p / 100) / np.log(p / 100)
        ),
        "that is a logarithm to the base 10: which base has the sigmoid?": lambda p: right(p) / np.log(10),
        "that is a logarithm to the base 2: which base has the sigmoid?": lambda p: right(p) / np.log(2),
        "the sigmoid leads from a logit to D: the way back is wanted.": (
            lambda p: 1 / (1 + np.exp(p / 100 - 1))
        ),
        "no logit is below 0: on which side of 0 lies a verdict that says fake?": lambda p: abs(right(p)),
        "they are rounded: leave that to the print.": lambda p: np.round(right(p), 2),
    }
    try_cases(answer, [(np.array(some, "float64"),) for some in verdicts], right, slips)
