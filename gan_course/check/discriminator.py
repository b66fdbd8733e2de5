"""The checks of notebook 01 that are made of numbers; those of images are in forger.py."""

from itertools import combinations, pairwise

import numpy as np

from gan_course.check.cases import try_cases
from gan_course.check.running import Hint, call
from gan_course.check.verdict import exercise

__all__ = ["accuracy", "count_weights", "logit_of_verdict"]


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

    def sigmoid(logits):
        return 1 / (1 + np.exp(-logits))

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
