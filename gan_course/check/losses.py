"""The checks of notebook 03, but for the last, which is in saddle.py."""

import keras
import numpy as np

from gan_course.check.cases import as_array, try_cases
from gan_course.check.verdict import Hint, exercise

__all__ = ["best_d_uneven", "cost_gradient", "signed_cost"]


def softplus(s):
    return np.logaddexp(0, s, dtype="float64")


def sigmoid(s):
    return np.exp(-softplus(-s))


def column(numbers):
    return np.reshape(numbers, (-1, 1))


def one_each(result, shape):
    """The result as a float array (n, 1): one number for each of n images; (n,) will do."""
    n = shape[0]
    came = np.shape(keras.ops.convert_to_numpy(result) if keras.ops.is_tensor(result) else result)
    why = {
        (): "one number for the whole batch. Which one belongs to each image?",
        (1,): "the mean over axis 0 is that over the images. Which number belongs to each of them?",
        (n, n): "each image has met all the others. Do two arrays differ in shape?",
    }.get(came)
    if why:
        raise Hint(f"shape {came} for {n} images: {why}")
    array = as_array(result, (n,) if came == (n,) else shape, finite=False).reshape(shape)
    if np.isnan(array).any():
        raise Hint("NaN: infinity times 0 or divided by itself, or the logarithm of what is below 0?")
    if np.isinf(array).any():
        raise Hint("infinity: an exponential that overflows, a division by 0, or D rounded to 1?")
    return array


@exercise(
    first_step="Take one real image and one fake and write down the cost of each: in what do the two differ?",
    praise="One formula for both kinds, exact from logits of -1000 to 1000.",
)
def signed_cost(answer):
    """`answer(labels, logits)`: each image's cross-entropy; labels are +1 real, -1 fake; float32 (n, 1)."""
    slips = {
        "it is small where D is wrong and large where D is right: is a minus sign missing?": (
            lambda label, logit: softplus(label * logit)
        ),
        "these are logarithms of probabilities, none above 0; a cost is something to pay.": (
            lambda label, logit: -softplus(-label * logit)
        ),
        "each image is taken for real: the label plays no part.": lambda label, logit: softplus(-logit),
        "each image is taken for a fake: the label plays no part.": lambda label, logit: softplus(logit),
        "all images are taken for what the first one is.": (lambda label, logit: softplus(-label[0] * logit)),
        "that is the formula for targets 1 and 0: what do y and 1 - y become with a label of -1?": (
            lambda label, logit: label * softplus(-logit) + (1 - label) * softplus(logit)
        ),
        "it has D where a logit is meant: what comes in is a logit, and needs no sigmoid.": (
            lambda label, logit: softplus(-label * sigmoid(logit))
        ),
        "it is 0 where D is right, however unsure: a kink where the curve should bend.": (
            lambda label, logit: np.maximum(0, -label * logit)
        ),
        "it is small wherever D is sure, be it right or wrong.": lambda label, logit: softplus(-abs(logit)),
        "that is the hinge loss of the last section.": lambda label, logit: np.maximum(0, 1 - label * logit),
        "these are the probabilities that D gave to the truth; what do they cost?": (
            lambda label, logit: sigmoid(label * logit)
        ),
        "it is in bits: the logarithm here is the natural one.": (
            lambda label, logit: softplus(-label * logit) / np.log(2)
        ),
        "that is the logarithm to base 10: the natural one is meant.": (
            lambda label, logit: softplus(-label * logit) / np.log(10)
        ),
        "each cost is divided by the number of images, and the mean is not asked for.": (
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
    _try_costs(answer, cases, {}, "right for small logits only: is something cut off?")


def _try_costs(answer, cases, slips, otherwise=""):
    def right(labels, logits):
        return softplus(-labels * logits)

    cases = [tuple(column(part).astype("float32") for part in case) for case in cases]
    # As little as float32 loses on the way: in 1 + exp(-15), say, half a unit of its last place.
    try_cases(answer, cases, right, slips, otherwise, one_each, rtol=2e-6, atol=2e-7)


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
        "the sign: that way the cost falls, and a gradient points to where it rises.": lambda y, s: (
            -right(y, s)
        ),
        "that is the slope of each image's own cost; what does one image weigh in a mean?": (
            lambda y, s: sigmoid(s) - y
        ),
        "two things: where does a gradient point, and what does one image weigh in a mean?": (
            lambda y, s: y - sigmoid(s)
        ),
        "reals and fakes weigh one half each, however many there are. What does one image weigh in a mean?": (
            _half_each
        ),
        "a target of 0.9 counts as 0: right for targets of 1 and 0, but what lies between?": (
            lambda y, s: right(y == 1, s)
        ),
        "a target of 0.9 counts as 1: right for targets of 1 and 0, but what lies between?": (
            lambda y, s: right(y > 0.5, s)
        ),
        "the target plays no part: each image is taken for a fake.": lambda y, s: right(0, s),
        "the target plays no part: each image is taken for real.": lambda y, s: right(1, s),
        "all images have the target of the first one.": lambda y, s: right(y[0], s),
        "no slope is below 0: does the cost of a real image rise with its logit?": lambda y, s: abs(
            right(y, s)
        ),
        "real and fake have changed places: 1 is real.": lambda y, s: right(1 - y, s),
        "it has the logit where D is meant, and grows without end; does the slope?": (
            lambda y, s: (s - y) / len(s)
        ),
        "it has D(1 - D) in it, as the slope of a squared error would: what cancels it here?": (
            lambda y, s: bend(s) * right(y, s)
        ),
        "that is the slope over D; and how does D change with the logit?": lambda y, s: right(y, s) / bend(s),
        "that is the slope of D; the slope of the cost is asked for.": lambda y, s: bend(s) / len(s),
        "that is the cost, not its slope.": _cost,
        "that is the cost, divided by n; the slope of it is asked for.": lambda y, s: _cost(y, s) / len(s),
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
    try_cases(answer, cases, right, slips, read=one_each, atol=1e-7)  # as up to 24 share the weight of 1


@exercise(
    first_step="Derive D* anew: with k fakes for each real image, what is there to minimise at one x?",
    praise="D answers with the share of reals in what it is shown: count reals and fakes before you read it.",
)
def best_d_uneven(answer):
    """`answer(p_data, p_g, fakes_per_real)`: the D of least loss; D and the densities are of one shape."""

    def right(p_data, p_g, fakes_per_real):
        return p_data / (p_data + fakes_per_real * p_g)

    slips = {
        "that is the best D for as many fakes as reals: k plays no part.": lambda p, q, k: right(p, q, 1),
        "more fakes make it believe more: which of the two come k times as often?": (
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
        "that is the probability of fake.": lambda p, q, k: 1 - right(p, q, k),
        "that is the probability of fake, and k plays no part.": lambda p, q, k: 1 - right(p, q, 1),
        "k images for each real one, the real one included? Count again.": lambda p, q, k: right(p, q, k - 1),
        "even where there are no fakes it is not 1: k weighs reals and fakes alike.": (
            lambda p, q, k: right(p, q, 1) / k
        ),
        "even where there are no fakes it is the share of reals in the batch.": (
            lambda p, q, k: right(p, q, 1) / (k + 1)
        ),
        "it can be above 1, as no probability can: k weighs above the line only.": (
            lambda p, q, k: k * right(p, q, 1)
        ),
        "that is reals to fakes; a probability compares reals with everything.": lambda p, q, k: p / (k * q),
        "that is the logit; D is asked for.": lambda p, q, k: np.log(p / (k * q)),
    }
    rng = np.random.default_rng(0)
    cases = [(np.array([0.3, 0.2]), np.array([0.1, 0.6]), 3), (np.array([0.3]), np.array([0.5]), 0.5)]
    cases += [(*np.exp(rng.normal(-1, 1.5, (2, *shape))), k) for shape, k in (((9,), 1), ((4, 6), 256 / 96))]
    cases += [(*np.exp(rng.normal(1, 1.5, (2, 3))), 9), (np.array([0.4, 4e-9]), np.array([1e-7, 8e-9]), 0.1)]
    try_cases(answer, cases, right, slips)
