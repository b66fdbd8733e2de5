"""Notebook 03: the best D where there are k fakes for each real image."""

import numpy as np

from gan_course.checking.comparing import try_cases
from gan_course.checking.feedback import exercise


@exercise(
    first_step="Derive D* anew: with k fakes for each real image, what is there to minimise at one x?",
    praise="D answers with the share of reals in what it is shown: count reals and fakes before you read it.",
)
def best_d_uneven(answer):
    """`answer(p_data, p_g, fakes_per_real)`: the D of least loss; D and the densities are of one shape."""

    def right(p_data, p_g, fakes_per_real):
        return p_data / (p_data + fakes_per_real * p_g)

    slips = {
        "That is the best D for as many fakes as reals: k plays no part.": lambda p, q, k: right(p, q, 1),
        "More fakes make it believe more: which of the two come k times as often?": (
            lambda p, q, k: right(p, q, 1 / k)
        ),
        "k need not be whole, nor above 1: 256 fakes met 96 reals, and 96 fakes may meet 256.": (
            lambda p, q, k: right(p, q, np.ceil(k))
        ),
        "k need not be whole: 256 fakes met 96 reals.": lambda p, q, k: right(p, q, np.floor(k)),
        "k need not be whole: it is rounded somewhere.": lambda p, q, k: right(p, q, np.round(k)),
        "k may be below 1: a batch may hold fewer fakes than reals.": lambda p, q, k: right(p, q, max(k, 1)),
        "k stands at the wrong density: which of the two come k times as often?": (
            lambda p, q, k: p / (k * p + q)
        ),
        "That is the probability of fake.": lambda p, q, k: 1 - right(p, q, k),
        "That is the probability of fake, and k plays no part.": lambda p, q, k: 1 - right(p, q, 1),
        "k images for each real one, the real one included? Count again.": lambda p, q, k: right(p, q, k - 1),
        "Even where there are no fakes it is not 1: k weighs reals and fakes alike.": (
            lambda p, q, k: right(p, q, 1) / k
        ),
        "Even where there are no fakes it is the share of reals in the batch.": (
            lambda p, q, k: right(p, q, 1) / (k + 1)
        ),
        "It can be above 1, as no probability can: k weighs above the line only.": (
            lambda p, q, k: k * right(p, q, 1)
        ),
        "That is reals to fakes; a probability compares reals with everything.": lambda p, q, k: p / (k * q),
        "That is the logit; D is asked for.": lambda p, q, k: np.log(p / (k * q)),
    }
    rng = np.random.default_rng(0)
    cases = [(np.array([0.3, 0.2]), np.array([0.1, 0.6]), 3), (np.array([0.3]), np.array([0.5]), 0.5)]
    cases += [(*np.exp(rng.normal(-1, 1.5, (2, *shape))), k) for shape, k in (((9,), 1), ((4, 6), 256 / 96))]
    cases += [(*np.exp(rng.normal(1, 1.5, (2, 3))), 9), (np.array([0.4, 4e-9]), np.array([1e-7, 8e-9]), 0.1)]
    try_cases(answer, cases, right, slips)
