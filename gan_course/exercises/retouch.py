"""Notebook 01: images changed by little, so that D's logit rises."""

import numpy as np

from gan_course.checking.comparing import Example, apart, as_array
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call


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
        _require_limits(result, images, budget)
        _require_rise(result, images, gradient, budget)


def _require_limits(result, images, budget):
    rounding = 1e-6  # of pixels in float32
    if np.abs(result).max() <= budget + rounding:
        raise Hint("that looks like the change alone: the changed images are wanted.")
    if result.min() < -rounding or result.max() > 1 + rounding:
        lowest, highest = apart(0, result.min())[1], apart(1, result.max())[1]
        raise Hint(f"it leaves [0, 1]: the pixels go from {lowest} to {highest}.")
    largest = np.abs(result - images).max()
    if largest > budget + rounding:
        raise Hint(f"it is over the budget of {budget}: one pixel changes by {apart(budget, largest)[1]}.")


def _require_rise(result, images, gradient, budget):
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
