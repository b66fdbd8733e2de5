"""The checks of notebook 03, but for the last, which is in saddle.py."""

import numpy as np

from gan_utils.check.verdict import Hint, as_array, call, compare, exercise

__all__ = ["best_d_uneven", "cost_gradient", "signed_cost"]


def softplus(s):
    return np.logaddexp(0, s, dtype="float64")


def sigmoid(s):
    return np.exp(-softplus(-s))


def one_each(result, n):
    """The result as a float array (n,), NaN and infinity included: one number for each of n images."""
    try:
        array = np.asarray(result, dtype="float64")
    except Exception as error:
        raise Hint(f"the result should be numbers, and is of type {type(result).__name__}.") from error
    if array.shape not in [(n, 1), (n,)]:
        why = {
            (): "one number for the whole batch. Which one belongs to each image?",
            (1,): "the mean over axis 0 is that over the images. Which number belongs to each of them?",
            (n, n): "each image has met all the others. Do two arrays differ in shape?",
        }.get(array.shape, "one number for each image is wanted.")
        raise Hint(f"shape {array.shape} for {n} images: {why}")
    return array.reshape(n)


@exercise(
    first_step="Take one real image and one fake and write down the cost of each: in what do the two differ?",
    praise="One formula for both kinds, exact from logits of -1000 to 1000.",
)
def signed_cost(answer):
    """`answer(labels, logits)`: each image's cross-entropy; labels are +1 real, -1 fake; float32 (n, 1)."""
    rng = np.random.default_rng(0)
    for n in (7, 4):
        labels = np.where(np.arange(n) % 3, -1, 1).astype("float32")
        logits = rng.normal(0, 2, n).astype("float32")
        _check_costs(one_each(call(answer, labels[:, None], logits[:, None]), n), labels, logits)
    labels = np.repeat(np.float32([1, -1]), 4)
    logits = np.tile(np.float32([40, -40, 1000, -1000]), 2)
    result = one_each(call(answer, labels[:, None], logits[:, None]), 8)
    _check_extreme_costs(result, np.maximum(0, -labels * logits), abs(logits))


def _check_costs(result, label, logit):
    if np.isnan(result).any():
        raise Hint("NaN, and the logits were small: does a logarithm get a logit, which may be negative?")
    right = softplus(-label * logit)
    if np.allclose(result, right, rtol=3e-3) and not np.allclose(result, right, rtol=1e-4, atol=1e-6):
        raise Hint("right, but to three digits only: in which precision do you compute?")
    slips = {
        "it is small where D is wrong and large where D is right: is a minus sign missing?": (
            softplus(label * logit)
        ),
        "these are logarithms of probabilities, none above 0; a cost is something to pay.": -right,
        "each image is taken for real: the label plays no part.": softplus(-logit),
        "each image is taken for a fake: the label plays no part.": softplus(logit),
        "that is the formula for targets 1 and 0: what do y and 1 - y become with a label of -1?": (
            label * softplus(-logit) + (1 - label) * softplus(logit)
        ),
        "it has D where a logit is meant: what comes in is a logit, and needs no sigmoid.": (
            softplus(-label * sigmoid(logit))
        ),
        "it is 0 where D is right, however unsure: a kink where the curve should bend.": (
            np.maximum(0, -label * logit)
        ),
        "it is small wherever D is sure, be it right or wrong.": softplus(-abs(logit)),
        "that is the hinge loss of the last section.": np.maximum(0, 1 - label * logit),
        "these are the probabilities that D gave to the truth; what do they cost?": np.exp(-right),
        "it is in bits: the logarithm here is the natural one.": right / np.log(2),
        "that is the logarithm to base 10: the natural one is meant.": right / np.log(10),
        "each cost is divided by the number of images, and the mean is not asked for.": right / len(right),
    }
    hand = "try it by hand: label 1 with logit 2 costs 0.127, label -1 with logit 1.5 costs 1.701."
    compare(result, right, slips, hand)


def _check_extreme_costs(result, right, size):
    if np.isnan(result).any():
        raise Hint("NaN at a logit of 1000: infinity times 0, say. Which exponential can grow without end?")
    if np.isinf(result[size == 40]).any():
        raise Hint("infinite at a logit of 40: on the way, was D rounded to 1, and 1 - D to 0?")
    if np.isinf(result).any():
        raise Hint("infinite at a logit of 1000: exp(1000) is more than any float can hold.")
    if result.max() < 999:
        raise Hint(
            f"no cost is above {result.max():.4g}, though a logit was off by 1000: is something cut off? "
            "Where the cost is flat, the worst mistakes teach nothing."
        )
    compare(result, right, {}, "right for small logits, but not at 40 and 1000: draw it that far out.")


@exercise(
    first_step="Begin with one real image: the notebook has the slope of its cost, softplus(-s).",
    praise="G's pull and D's in one formula, and no logit can pull harder than 1/n.",
)
def cost_gradient(answer):
    """`answer(targets, logits)`: the slope of the mean cross-entropy at each logit; float64 (n, 1)."""
    logits = np.random.default_rng(0).normal(0, 2, 18)
    batches = [  # of different sizes; the last one is what G sees
        (np.array([1.0, 0, 0, 1, 0, 1, 0]), logits[:7]),
        (np.array([0.9, 0, 0.9, 0, 0.9]), logits[7:12]),
        (np.ones(6), logits[12:]),
    ]
    for target, logit in batches:
        result = one_each(call(answer, target[:, None], logit[:, None]), len(logit))
        if not np.isfinite(result).all():
            raise Hint("NaN or infinity, and the logits were small: which number does a logarithm get?")
        _check_slopes(result, target, logit)
    target, logit = np.array([[1.0], [1], [0], [0]]), np.array([[1000.0], [-1000], [1000], [-1000]])
    result = one_each(call(answer, target, logit), 4)
    if not np.isfinite(result).all():
        raise Hint("NaN or infinity at a logit of 1000 or -1000: which exponential, or which quotient?")
    if np.allclose(result, 0, atol=1e-6):
        raise Hint("zero at logits of 1000 and -1000, and two of the four are the worst mistakes there are.")
    compare(result, np.array([0, -1, 1, 0]) / 4, {}, "right for small logits, but not at 1000 and -1000.")


def _check_slopes(result, target, logit):
    n, d = len(logit), sigmoid(logit)
    right, bend = (d - target) / n, d * (1 - d)
    cost = target * softplus(-logit) + (1 - target) * softplus(logit)
    slips = {
        "a target of 0.9 counts as 0: right for targets of 1 and 0, but what lies between?": (
            (d - (target == 1)) / n
        ),
        "a target of 0.9 counts as 1: right for targets of 1 and 0, but what lies between?": (
            (d - (target > 0.5)) / n
        ),
        "the sign: that way the cost falls, and a gradient points to where it rises.": -right,
        "that is the slope of each image's own cost; what does one image weigh in a mean?": n * right,
        "two things: where does a gradient point, and what does one image weigh in a mean?": -n * right,
        "the target plays no part: each image is taken for a fake.": d / n,
        "the target plays no part: each image is taken for real.": (d - 1) / n,
        "no slope is below 0: does the cost of a real image rise with its logit?": abs(right),
        "real and fake have changed places: 1 is real.": (d - 1 + target) / n,
        "it has the logit where D is meant, and grows without end; does the slope?": (logit - target) / n,
        "it has D(1 - D) in it, as the slope of a squared error would: what cancels it here?": bend * right,
        "that is the slope over D; and how does D change with the logit?": right / bend,
        "that is the slope of D; the slope of the cost is asked for.": bend / n,
        "that is the cost, not its slope.": cost,
        "that is the cost, divided by n; the slope of it is asked for.": cost / n,
    }
    factor = np.sum(result * right) / np.sum(right**2)
    hand = "try it by hand: logits 0 and 0 with targets 1 and 0 have the slopes -1/4 and 1/4."
    if np.allclose(result, factor * right, rtol=1e-4, atol=1e-6) and factor:
        hand = f"{factor:.3g} times what it should be, with {n} images: where does that factor come from?"
    compare(result, right, slips, hand)


@exercise(
    first_step="Derive D* anew: with k fakes for each real image, what is there to minimise at one x?",
    praise="D answers with the share of reals in what it is shown: count reals and fakes before you read it.",
)
def best_d_uneven(answer):
    """`answer(p_data, p_g, fakes_per_real)`: the D of least loss; D and the densities are of one shape."""
    rng = np.random.default_rng(0)
    for shape, k in (((9,), 3), ((5,), 0.5), ((4, 6), 8 / 3)):
        p, q = np.exp(rng.normal(-1, 1.5, (2, *shape)))
        slips = {
            "that is the best D for as many fakes as reals: k plays no part.": p / (p + q),
            "more fakes make it believe more: which of the two come k times as often?": k * p / (k * p + q),
            "k stands at the wrong density: which of the two come k times as often?": p / (k * p + q),
            "that is the probability of fake.": k * q / (p + k * q),
            "that is the probability of fake, and k plays no part.": q / (p + q),
            "k images for each real one, the real one included? Count again.": p / (p + (k - 1) * q),
            "even where there are no fakes it is not 1: k weighs reals and fakes alike.": p / (p + q) / k,
            "even where there are no fakes it is the share of reals in the batch.": p / (p + q) / (k + 1),
            "it can be above 1, as no probability can: k weighs above the line only.": k * p / (p + q),
            "that is reals to fakes; a probability compares reals with everything.": p / (k * q),
            "that is the logit; D is asked for.": np.log(p / (k * q)),
        }
        hand = "try it by hand: p_data = 0.3, p_g = 0.1, three fakes for each real image: D = 1/2."
        hand = hand if k == 3 else f"right with three fakes for each real image, but not with {k:.3g}."
        compare(as_array(call(answer, p, q, k), shape), p / (p + k * q), slips, hand)
