"""The checks of notebook 01."""

from itertools import pairwise

import numpy as np

from gan_utils.check.verdict import Hint, as_array, call, compare, exercise

__all__ = ["accuracy", "count_weights", "logit_of_verdict", "real_and_fake_batch", "retouch"]


@exercise(
    first_step='Begin with "13 % fake": how probable is it then, from 0 to 1, that the image is real?',
    praise="Know-nothing has the logit 0, and the surer a verdict is, the farther from 0 its logit lies.",
)
def logit_of_verdict(answer):
    """`answer(percent_fake)`: the logit of each verdict; percentages above 0 and below 100, float (n,)."""
    # Below 1 % first: there whoever takes percent for a probability gets a number to be told by, not NaN.
    for percent_fake in (np.array([0.2, 0.5, 0.9]), np.array([13, 50, 99.5, 2, 87])):
        try:
            result = call(answer, percent_fake)
        except Hint as hint:
            call(answer, percent_fake[0])  # what fails for one number as well has a hint of its own
            raise Hint(f"it works for one number, and an array of {len(percent_fake)} stops it.") from hint
        D = 1 - percent_fake / 100
        right = np.log(D / (1 - D))
        slips = {
            "every sign is turned: of which of the two, real or fake, is D the probability?": -right,
            "it reads 0.2 % as a probability of 0.2.": np.log(np.abs(1 / percent_fake - 1)),
            "those are D(x), between 0 and 1: from which logits does the sigmoid make them?": D,
            "those are probabilities of fake, and D(x) is the probability of real.": 1 - D,
            "those are odds, real against fake: one step is missing.": D / (1 - D),
            "that is the logarithm of D alone: what does a logit weigh D against?": np.log(D),
            "where does the bracket of the logarithm close?": np.log(D) / (1 - D),
            "that is a logarithm to the base 10: which base has the sigmoid?": right / np.log(10),
            "that is a logarithm to the base 2: which base has the sigmoid?": right / np.log(2),
            "the sigmoid leads from a logit to D: the way back is wanted.": 1 / (1 + np.exp(-D)),
            "they are rounded: leave that to the print.": np.round(right, 2),
        }
        otherwise = 'compare three: "50 % fake" has the logit 0, "13 % fake" 1.90, "87 % fake" -1.90.'
        compare(as_array(result, right.shape), right, slips, otherwise)


@exercise(
    first_step="Begin with two widths, [3, 2]: draw the units and the lines between them, and count.",
    praise="In the notebook's D, 86 % of them stand in the first layer: a picture is wide.",
)
def count_weights(answer):
    """`answer(widths)`: the number of weights and biases of a stack of Dense layers; a list of widths."""
    stacks = ([784, 256, 128, 1], [5, 3], [7, 2, 2, 9, 4], [6, 8, 1])
    result = [as_array(call(answer, list(widths)), (), f"the result for {widths}") for widths in stacks]
    weights = np.array([sum(m * n for m, n in pairwise(widths)) for widths in stacks])
    inputs, hidden, outputs = np.array([(w[0], sum(w[1:-1]), w[-1]) for w in stacks]).T
    first = np.array([w[0] * w[1] + w[1] for w in stacks])
    last = np.array([w[-2] * w[-1] + w[-1] for w in stacks])
    layers = np.array([len(w) - 1 for w in stacks])
    right = weights + hidden + outputs
    slips = {
        "the biases are missing.": weights,
        "the inputs have a bias each: they come from outside, and no layer computes them.": right + inputs,
        "it gives each layer a single bias: who in a layer has one?": weights + layers,
        "it gives a layer a bias for each of its inputs: whose are the biases?": weights + inputs + hidden,
        "the last layer has no biases: it is a Dense layer like the others.": weights + hidden,
        "the last layer is missing.": right - last,
        "the first layer is missing: the widths begin with the inputs.": right - first,
        "it counts the units: the weights stand on the lines between them.": inputs + hidden + outputs,
        "it multiplies all widths: is a unit joined to all layers before it?": [np.prod(w) for w in stacks],
        "the hidden units are counted once more: has a LeakyReLU anything to learn?": right + hidden,
        "each LeakyReLU counts for one weight: is its slope learned?": right + layers - 1,
        "that is the notebook's network, whatever the widths are.": np.full(len(stacks), right[0]),
    }
    failed = [widths for widths, a, b in zip(stacks, result, right, strict=True) if not np.isclose(a, b)]
    otherwise = f"it goes wrong for {min(failed, key=len, default=None)}. Try [3, 2] by hand: that makes 8."
    compare(result, right, slips, otherwise)


@exercise(
    first_step="Begin with numbers: n reals come, and m fakes; how many images go in, how many targets?",
    praise="Every image carries its own target, and a last batch that is smaller does no harm.",
)
def real_and_fake_batch(answer):
    """`answer(real_images, fake_images)`: (images, targets) for one step of D, in any order."""
    rng = np.random.default_rng(0)
    for n, m in ((20, 20), (13, 31)):
        real_images, fake_images = (rng.random((k, 28, 28, 1), dtype="float32") for k in (n, m))
        result = call(answer, real_images, fake_images)
        if not isinstance(result, (tuple, list)) or len(result) != 2:
            raise Hint("two things are wanted: the images, and their targets.")
        images_shape, targets_shape = (_shape(part) for part in result)
        if targets_shape[1:] == (28, 28, 1) and images_shape[1:] != (28, 28, 1):
            raise Hint("the images come first and then the targets, as in train_on_batch.")
        slips = {
            (n + m, 28, 28, 1): "all went in: shall D see more of one kind?",
            (n, 28, 28, 1): f"{n} went in. Were they mixed, or left out? D judges each by itself.",
            (2, n, 28, 28, 1): "the kind got an axis of its own: a batch becomes longer, not deeper.",
            (n, 56, 28, 1): "each fake hangs below a real one: which axis counts the images?",
            (n, 28, 56, 1): "each fake stands beside a real one: which axis counts the images?",
            (n, 28, 28, 2): "each fake became a channel of a real one: which axis counts the images?",
        }
        if images_shape in slips and images_shape != (2 * n, 28, 28, 1):
            raise Hint(f"{n} real and {m} fake images came, and {slips[images_shape]}")
        images = as_array(result[0], (2 * n, 28, 28, 1), f"the batch for {n} reals and {m} fakes")
        if targets_shape == (2 * n, 2):
            raise Hint("there is a target for each class, and D has one logit for both.")
        if targets_shape == (2 * n,):
            raise Hint(f"the targets lie flat, {targets_shape}: what shape have D's logits?")
        targets = as_array(result[1], (2 * n, 1), f"the array of targets for {2 * n} images")[:, 0]
        _check_pairs(images, targets, np.concatenate([real_images, fake_images]))


def _shape(array):
    try:
        return tuple(np.shape(array))
    except Exception:  # a list of unequal lists, say, for which as_array has a hint
        return ()


def _check_pairs(images, targets, given):
    """Half of the images are the reals that `given` begins with; no image is there twice; the targets fit."""
    n = len(images) // 2
    same = np.abs(images[:, None] - given[None]).max(axis=(2, 3, 4)) < 1e-5
    if not same.any(axis=1).all():
        raise Hint("some images are none of those that came: they should go in as they are.")
    which = same.argmax(axis=1)
    if len(set(which)) < 2 * n:
        raise Hint("some images are in the batch twice, and others are missing.")
    is_real = which < n
    if is_real.sum() != n:
        raise Hint(f"of {2 * n} images {is_real.sum()} are real: D should see as many of each kind.")
    if not set(targets) <= {0, 1}:
        raise Hint(
            f"one target is {next(t for t in targets if t not in (0, 1)):.3g}: two numbers are allowed."
        )
    if len(set(targets)) == 1:
        raise Hint(f"all targets are {targets[0]:.0f}: what would D learn from that?")
    wrong = np.sum(targets != is_real)
    if wrong == 2 * n:
        raise Hint("the labels are swapped: which of the two is 1 in this course?")
    if wrong:
        raise Hint(f"{wrong} of {2 * n} images carry the other kind's target: are both in one order?")


@exercise(
    first_step="Begin with one question to one image: for which logits does D say real?",
    praise="It counts both kinds, and needs no sigmoid: D = 1/2 is where the logit is 0.",
)
def accuracy(answer):
    """`answer(real_logits, fake_logits)`: the share of all images, (n, 1) each, that D got right."""
    rng = np.random.default_rng(0)
    n = np.array([40, 13])
    batches = [(rng.normal(0.3, 1, (k, 1)), rng.normal(-1, 1, (k, 1))) for k in n]
    passed, caught = np.array([(np.mean(real > 0), np.mean(fake < 0)) for real, fake in batches]).T
    at_half = [(np.mean(real > 0.5) + np.mean(fake < 0.5)) / 2 for real, fake in batches]
    right = (passed + caught) / 2
    slips = {
        "those are the images that D got wrong: one minus that is wanted.": 1 - right,
        "it counts what D calls real; but a fake called real is a mistake.": (passed + 1 - caught) / 2,
        "it looks at the real images only: half of the images are fake.": passed,
        "it looks at the fakes only: half of the images are real.": caught,
        "it compares the logits with 1/2. That is the limit for D; what is the logit of D = 1/2?": at_half,
        "it is 1/2 whatever the logits are: what does it compare, and with which limit?": [0.5, 0.5],
        "that is a number of images; the share of all of them is wanted.": 2 * n * right,
        "it adds two shares: their mean is wanted.": 2 * right,
        "it multiplies two shares: all images are wanted, right or wrong, in one count.": passed * caught,
        "that is in percent: a share lies between 0 and 1.": 100 * right,
    }
    result = [as_array(call(answer, *batch), ()) for batch in batches]
    otherwise = (
        "try it by hand: reals with logits 2 and -1, fakes with -3 and 4. Two of these four are right."
    )
    compare(result, right, slips, otherwise)


@exercise(
    first_step="Begin with one pixel: its gradient is -0.3, the budget 0.05. Which way, and how far?",
    praise="The gradient says which way each pixel should go; how far, the budget says.",
)
def retouch(answer):
    """`answer(images, gradient, budget)`: the images, each pixel changed by the budget at most, in [0, 1].

    The logit should rise, to first order, as much as it can. The D of this check is linear around each image,
    so its logit rises by exactly the sum of gradient x change.
    """
    rng = np.random.default_rng(0)
    for n, slope, dead_rows, budget in ((3, 0.01, 0, 0.1), (5, 4, 2, 0.03), (2, 1, 9, 0.4)):
        images = rng.normal(0.3, 0.5, (n, 28, 28, 1)).clip(0, 1).astype("float32")
        gradient = (slope * rng.normal(size=images.shape)).astype("float32")
        gradient[:, :dead_rows] = 0  # as under units that are off
        what = "where some pixels have the gradient 0, the result" if dead_rows else "the result"
        result = as_array(call(answer, images, gradient, budget), images.shape, what)
        _check_limits(result, images, budget)
        _check_rise(result - images, images, gradient, budget)


def _check_limits(result, images, budget):
    if np.abs(result).max() <= budget + 1e-5:
        raise Hint("that looks like the change alone: the changed images are wanted.")
    if result.min() < -1e-5 or result.max() > 1 + 1e-5:
        raise Hint(f"it leaves [0, 1]: the pixels go from {result.min():.3f} to {result.max():.3f}.")
    largest = np.abs(result - images).max()
    if largest > budget + 1e-5:
        raise Hint(f"it is over the budget of {budget}: one pixel changes by {largest:.3f}.")


def _check_rise(change, images, gradient, budget):
    best = np.clip(images + budget * np.sign(gradient), 0, 1) - images
    rise = np.sum(gradient * change, axis=(1, 2, 3)) / np.sum(gradient * best, axis=(1, 2, 3))
    if rise.min() > 0.98:
        return
    moved = np.abs(change) > 1e-6
    inner = ((images > budget) & (images < 1 - budget)).all(axis=0)  # where no image is stopped by 0 or 1
    if not moved.any():
        raise Hint("the images come back as they were.")
    if np.mean((gradient * change)[moved] <= 0) > 0.9:
        raise Hint("the logit falls, and the fakes look more fake: which way does the gradient point?")
    if all(np.all(c > -1e-6) or np.all(c < 1e-6) for c in change):
        if moved.mean() > 0.6:
            raise Hint("all pixels of an image go the same way: what does the gradient of each say?")
        raise Hint("all that change go the same way: is there nothing to gain from the others?")
    if moved[:, inner].any() and np.ptp(change[:, inner], axis=0).max() < 1e-6:
        raise Hint("all images get the same change: has not each a gradient of its own?")
    if not moved[images == 0].any():
        raise Hint("black pixels stay black: may they not be brightened?")
    spent = np.sum(np.abs(change) > 0.99 * budget)
    raise Hint(
        f"one logit gets {rise.min():.0%} of the rise that could be had; the largest change is "
        f"{np.abs(change).max():.3f} of {budget}, and {spent:,} of {change.size:,} pixels spend all they may."
    )
