"""Notebook 01: a batch of real images and fakes for a step of D."""

import numpy as np

from gan_course.checking.comparing import as_array
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call


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
        _require_pairs(images, targets, np.concatenate([real_images, fake_images]), came)


def _shape(array):
    try:
        return tuple(np.shape(array))
    except (TypeError, ValueError):  # a list of unequal lists, say, for which as_array has a hint
        return ()


def _require_pairs(images, targets, given, came):
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
