"""Notebook 03: the cross-entropy of an image whose label is +1 or -1."""

import numpy as np

from gan_course.checking.comparing import column, one_number_each, try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.formulas import sigmoid, softplus


@exercise(
    first_step="Take one real image and one fake and write down the cost of each: in what do the two differ?",
    praise="One formula for both kinds, exact from logits of -1000 to 1000.",
)
def signed_cost(answer):
    """`answer(labels, logits)`: each image's cross-entropy; labels are +1 real, -1 fake; float32 (n, 1)."""
    slips = {
        "It is small where D is wrong and large where D is right: is a minus sign missing?": (
            lambda label, logit: softplus(label * logit)
        ),
        "These are logarithms of probabilities, none above 0; a cost is something to pay.": (
            lambda label, logit: -softplus(-label * logit)
        ),
        "Each image is taken for real: the label plays no part.": lambda label, logit: softplus(-logit),
        "Each image is taken for a fake: the label plays no part.": lambda label, logit: softplus(logit),
        "All images are taken for what the first one is.": (lambda label, logit: softplus(-label[0] * logit)),
        "That is the formula for targets 1 and 0: what do y and 1 - y become with a label of -1?": (
            lambda label, logit: label * softplus(-logit) + (1 - label) * softplus(logit)
        ),
        "It has D where a logit is meant: what comes in is a logit, and needs no sigmoid.": (
            lambda label, logit: softplus(-label * sigmoid(logit))
        ),
        "It is 0 where D is right, however unsure: a kink where the curve should bend.": (
            lambda label, logit: np.maximum(0, -label * logit)
        ),
        "It is small wherever D is sure, be it right or wrong.": lambda label, logit: softplus(-abs(logit)),
        "That is the hinge loss of the last section.": lambda label, logit: np.maximum(0, 1 - label * logit),
        "These are the probabilities that D gave to the truth; what do they cost?": (
            lambda label, logit: sigmoid(label * logit)
        ),
        "It is in bits: the logarithm here is the natural one.": (
            lambda label, logit: softplus(-label * logit) / np.log(2)
        ),
        "That is the logarithm to base 10: the natural one is meant.": (
            lambda label, logit: softplus(-label * logit) / np.log(10)
        ),
        "Each cost is divided by the number of images, and the mean is not asked for.": (
            lambda label, logit: softplus(-label * logit) / len(label)
        ),
    }
    rng = np.random.default_rng(0)
    cases = [(np.where(np.arange(n) % 3, -1, 1), rng.normal(0, 2, n).round(1)) for n in (3, 4, 7)]
    # From one end to the other of where float32 tells the curve from two straight lines.
    near, far = np.arange(-240, 240) / 16, np.geomspace(15, 999, 60)
    cases += [(np.full(240, label), near[part::2]) for label in (1, -1) for part in (0, 1)]
    _try_costs(answer, cases, slips)
    cases = [([1, 1, -1, -1], [size, -size, size, -size]) for size in (40, 1000)]
    cases += [(np.full(60, label), logit) for label in (1, -1) for logit in (far, -far)]
    _try_costs(answer, cases, {}, "Right for small logits only: is something cut off?")


def _try_costs(answer, cases, slips, otherwise=""):
    def right(labels, logits):
        return softplus(-labels * logits)

    cases = [tuple(column(part).astype("float32") for part in case) for case in cases]
    # As little as float32 loses on the way: half a unit of its last place in 1 + exp(-15), or one at 15, as
    # in Keras's own loss on PyTorch.
    try_cases(answer, cases, right, slips, otherwise, one_number_each, rtol=2e-6, atol=1e-6)
