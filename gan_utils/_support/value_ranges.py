"""The range of a GAN's networks; images on the way between it and [0, 1], in which people hand them in."""

import numpy as np

IMAGES = (0.0, 1.0)
FARTHEST = 1.5  # networks train badly on larger numbers, and probing.py takes them for numbers without bound


def check_value_range(value_range):
    """Return (low, high) as floats, or raise ValueError or TypeError: they are no range for networks."""
    serves = "what serves is (low, high): (0, 1) for a generator that ends in a sigmoid, (-1, 1) for a tanh"
    try:
        low, high = (float(end) for end in value_range)
    except (TypeError, ValueError) as error:
        raise TypeError(f"value_range: {value_range!r} came; {serves}") from error
    if not -FARTHEST <= low < high <= FARTHEST:
        raise ValueError(f"value_range: {value_range!r} came; {serves}, and nothing beyond {FARTHEST}")
    return low, high


def to_networks(images, value_range):
    """Images in [0, 1] as the networks take them. In their own range nothing is touched, not the last bit."""
    low, high = value_range
    return images if value_range == IMAGES else np.asarray(low + (high - low) * images, dtype="float32")


def to_images(outputs, value_range):
    """What a generator put out, as float32 images in [0, 1]."""
    low, high = value_range
    outputs = outputs.astype("float32", copy=False)  # of another type where Keras's floatx or policy is
    if value_range == IMAGES:
        return outputs
    return ((outputs - np.float32(low)) / np.float32(high - low)).clip(0, 1)  # rounding leads beyond
