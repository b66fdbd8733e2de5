"""The checks of notebook 01 for what a forger hands to D: a batch of both kinds, and retouched images."""

import numpy as np

from gan_course.check.cases import Example, apart, as_array
from gan_course.check.running import Hint, call
from gan_course.check.verdict import exercise

__all__ = ["real_and_fake_batch", "retouch"]


@exercise(
    first_step="Begin with numbers: n reals come, and m fakes; how many images go in, how many targets?",
    praise="Every image carries its own target, and a last batch that is smaller does no harm.",
)
def real_and_fake_batch(answer):
    """`answer(real_images, fake_images)`: (images, targets) for one step of D, in any order."""
    rng = np.random.default_rng(0)
    for n, m in ((20, 20), (13, 31), (1, 2)):
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
        came = f"{n} real and {m} fake images came"
        if images_shape in slips and images_shape != (2 * n, 28, 28, 1):
            raise Hint(f"{came}, and {slips[images_shape]}")
        images = as_array(result[0], (2 * n, 28, 28, 1), f"{came}; the batch")
        if targets_shape == (2 * n, 2):
            raise Hint("there is a target for each class, and D has one logit for both.")
        if targets_shape == (2 * n,):
            raise Hint(f"the targets lie flat, {targets_shape}: what shape have D's logits?")
        targets = as_array(result[1], (2 * n, 1), f"{came}; the array of targets")[:, 0]
        _check_pairs(images, targets, np.concatenate([real_images, fake_images]), came)


def _shape(array):
    try:
        return tuple(np.shape(array))
    except (TypeError, ValueError):  # a list of unequal lists, say, for which as_array has a hint
        return ()


def _check_pairs(images, targets, given, came):
    """Half of the images are the reals that `given` begins with; no image is there twice; the targets fit."""
    n = len(images) // 2
    same = (images[:, None] == given[None]).all(axis=(2, 3, 4))
    strange = np.sum(~same.any(axis=1))
    if strange:
        raise Hint(f"{came}, and {strange} of the batch are none of those: they should go in as they are.")
    which = same.argmax(axis=1)
    if len(set(which)) < 2 * n:
        raise Hint(f"{came}, and {2 * n - len(set(which))} are in the batch twice: others are missing.")
    is_real = which < n
    if is_real.sum() != n:
        raise Hint(f"{came}, and {is_real.sum()} of {2 * n} are real: D should see as many of each kind.")
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
    first_step="Begin with one pixel: its gradient is -0.3, the budget 0.05. Which way, and how far?",
    praise="The gradient says which way each pixel should go; how far, the budget says.",
)
def retouch(answer):
    """`answer(images, gradient, budget)`: the images, each pixel changed by the budget at most, in [0, 1].

    The logit should rise, to first order, as much as it can. The D of this check is linear around each image,
    so its logit rises by exactly the sum of gradient x change.
    """
    rng = np.random.default_rng(0)
    for n, slope, lean, dead_rows, budget in (
        (3, 0.01, 0, 0, 0.1),
        (5, 4, 0.5, 2, 0.03),
        (2, 0.003, -0.3, 9, 0.4),
    ):
        images = rng.normal(0.3, 0.5, (n, 28, 28, 1)).clip(0, 1).astype("float32")
        gradient = (slope * rng.normal(lean, 1, images.shape)).astype("float32")
        gradient[:, :dead_rows] = 0  # as under units that are off
        what = "where some pixels have the gradient 0, the result" if dead_rows else "the result"
        result = as_array(call(answer, images, gradient, budget), images.shape, what)
        _check_limits(result, images, budget)
        _check_rise(result, images, gradient, budget)


def _check_limits(result, images, budget):
    rounding = 1e-6  # of pixels in float32
    if np.abs(result).max() <= budget + rounding:
        raise Hint("that looks like the change alone: the changed images are wanted.")
    if result.min() < -rounding or result.max() > 1 + rounding:
        lowest, highest = apart(0, result.min())[1], apart(1, result.max())[1]
        raise Hint(f"it leaves [0, 1]: the pixels go from {lowest} to {highest}.")
    largest = np.abs(result - images).max()
    if largest > budget + rounding:
        raise Hint(f"it is over the budget of {budget}: one pixel changes by {apart(budget, largest)[1]}.")


def _check_rise(result, images, gradient, budget):
    best = np.clip(images + budget * np.sign(gradient), 0, 1, dtype="float64")
    change = result - images
    lost = gradient * (best - result)
    # 1e-5 for whoever divides by |gradient| + 1e-8, lest it be 0; each pixel too, unless its slope is tiny
    strong = np.abs(gradient) > 1e-3 * np.abs(gradient).max()
    share = 1 - lost.sum(axis=(1, 2, 3)) / np.sum(gradient * (best - images), axis=(1, 2, 3))
    if share.min() > 1 - 1e-5 and (np.abs(best - result)[strong] < 1e-3 * budget).all():
        return
    where = tuple(int(i) for i in np.unravel_index(lost.argmax(), lost.shape))
    arguments = {"images": images, "gradient": gradient, "budget": budget}
    raise Hint(
        _slip_of(change, images, gradient, budget, share),
        Example(arguments, best[where], result[where], where),
    )


def _slip_of(change, images, gradient, budget, share):
    moved = np.abs(change) > 1e-6
    inner = ((images > budget) & (images < 1 - budget)).all(axis=0)  # where no image is stopped by 0 or 1
    if not moved.any():
        return "the images come back as they were."
    if np.mean((gradient * change)[moved] <= 0) > 0.9:
        return "the logit falls, and the fakes look more fake: which way does the gradient point?"
    if all(np.all(c > -1e-6) or np.all(c < 1e-6) for c in change):
        if moved.mean() > 0.6:
            return "all pixels of an image go the same way: what does the gradient of each say?"
        return "all that change go the same way: is there nothing to gain from the others?"
    if moved[:, inner].any() and np.ptp(change[:, inner], axis=0).max() < 1e-6:
        return "all images get the same change: has not each a gradient of its own?"
    if not moved[images == 0].any():
        return "black pixels stay black: may they not be brightened?"
    spent, against = np.sum(np.abs(change) > (1 - 1e-5) * budget), np.sum(gradient * change < -1e-9)
    if against:
        return (
            f"{against:,} of {change.size:,} pixels go against their gradient: what decides where each goes?"
        )
    return (
        f"one logit gets {100 * share.min():.4g} % of the rise that could be had; the largest change is "
        f"{np.abs(change).max():.4g} of {budget}, and {spent:,} of {change.size:,} pixels spend all they may."
    )
