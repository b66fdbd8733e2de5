"""Do an ending of D and its loss agree, and can G reach the real images? Found by trying values."""

import keras
import numpy as np

from gan_utils.probing import output_range

NOT = (
    ", and its loss takes them for probabilities: below 0 and above 1 nothing is learned. Give "
    "BinaryCrossentropy(from_logits=True) and end D in Dense(1); or end D in a sigmoid"
)
LOGIT = f"D ends in a logit{NOT}".replace("takes them for probabilities", "takes it for a probability")
FAR = 20.0  # a logit that is as good as certain


def check_ending(discriminator, inputs, losses):
    """Raise AssertionError where one of the losses was not made for what D ends in.

    Args:
        discriminator: Keras model.
        inputs: a batch of what it takes, or None: then nothing is found.
        losses: Keras losses or functions (targets, scores) -> loss.
    """
    if inputs is None:
        return
    low, high = output_range(discriminator, inputs)
    if low == high:
        raise AssertionError(
            f"D says {low:g} of every image, whatever its weights: the softmax of one score is always 1. End it "
            f"in Dense(1), with BinaryCrossentropy(from_logits=True)"
        )
    for loss in losses:
        wants_probability = _is_flat_outside(loss)
        if wants_probability and (low < -0.5 or high > 1.5):
            raise AssertionError(LOGIT if np.isinf([low, high]).all() else f"D's scores go {_between(low, high)}{NOT}")
        if not wants_probability and np.isfinite([low, high]).any() and _wants_more(loss, low, high):
            raise AssertionError(
                f"the scores of D stay {_between(low, high)} whatever its weights, and its loss wants them "
                f"to go further, as a logit does: remove the sigmoid, or whatever bounds D's end; or, if it "
                f"is a sigmoid, give BinaryCrossentropy(from_logits=False)"
            )


def check_range(generator, latents, real_images, fake_images):
    """Raise AssertionError where real images have values that G's ending cannot make."""
    if latents is None:
        return
    low, high = output_range(generator, latents, trials=6)
    least, most = float(np.min(real_images)), float(np.max(real_images))
    bounded = np.isfinite([low, high]).all()
    if bounded and low < -0.5 and least >= -1e-3 and most <= 1.5 * high:
        raise AssertionError(
            f"the real images go from {least:g} to {most:g}, and G draws between {low:.2g} and {high:.2g}: D tells "
            f"them apart by that alone. Scale them to G's range, as 2 * images - 1, or end G in a sigmoid"
        )
    slack = 0.2 * (high - low) if bounded else 0
    if least >= low - slack and most <= high + slack:
        return
    cure = {(0, 1): "divide them by 255", (-1, 1): "divide them by 127.5 and subtract 1"}
    told = f"the real images go from {least:g} to {most:g}, and G draws only {_between(low, high)}"
    known = cure.get((round(low), round(high))) if most > 2 else None
    advice = f"Are they 0..255? Then {known}" if known else "Scale them to G's range, or end G in another way"
    raise AssertionError(f"{told}: D tells them apart by that alone. {advice}")


def _between(low, high):
    if np.isinf(high):
        return f"above {low:.2g}"
    return f"below {high:.2g}" if np.isinf(low) else f"between {low:.2g} and {high:.2g}"


def _value(loss, target, score):
    target, score = (np.full((4, 1), x, "float32") for x in (target, score))
    return float(keras.ops.convert_to_numpy(keras.ops.mean(loss(target, score))))


def _is_flat_outside(loss):
    """Is this a loss of probabilities: the same, or no number, beyond 0 and 1, and not between them?"""
    try:
        inside = _value(loss, 1, 0.3) > _value(loss, 1, 0.7)
        outside = [(_value(loss, 1, near), _value(loss, 1, far)) for near, far in ((2, 6), (-2, -6))]
    except Exception:  # of the user's own, for other shapes perhaps: then nothing is found
        return False
    return inside and all(not np.isfinite(near - far) or abs(near - far) < 1e-5 for near, far in outside)


def _wants_more(loss, low, high):
    """Does the loss fall clearly, for one target at least, beyond where D's scores end?"""
    inside = np.linspace(max(low, -FAR), min(high, FAR), 41)
    try:
        for target in (0, 1):
            best = min(_value(loss, target, score) for score in inside)
            if best - min(_value(loss, target, score) for score in (-FAR, *inside, FAR)) > 0.2:
                return True
    except Exception:
        return False
    return False
