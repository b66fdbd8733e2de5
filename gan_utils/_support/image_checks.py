"""Images that are handed in, and counts: taken, or refused with the line that mends them; images as bytes."""

import math

import numpy as np

from gan_utils._support.image_cures import exactly, no_array, rescaled, reshaped


def check_images(images, image_shape, argument="images"):
    """Return images as a float32 array (n, *image_shape), or say what is wrong with them and what mends it.

    Args:
        images: floating point (n, *image_shape) in [0, 1], n at least 1: whatever NumPy takes as an array.
            A rounding error beyond 0 or 1 is not passed over: np.clip says that it is meant to be none.
        image_shape: the shape of one image, as (28, 28, 1).
        argument: the name that the caller gave them, for the error.

    Raises:
        TypeError: no array, as a path or a tf.data.Dataset; not floating point, as uint8.
        ValueError: no image, another shape, NaN or infinite values, values outside [0, 1].
    """
    image_shape = tuple(image_shape)
    wanted = f"what serves is floating point ({', '.join(('n', *map(str, image_shape)))}) in [0, 1]"
    if told := no_array(images, image_shape, argument):
        raise TypeError(f"{argument}: {told[0]} came; {wanted}: {told[1]}")
    try:
        images = np.asarray(images)
    except Exception as error:  # what a tensor on another device raises, or a list of ragged lists
        raise ValueError(f"{argument}: no array can be made of them ({error}); {wanted}") from error
    if not np.issubdtype(images.dtype, np.number) and images.dtype.kind != "b":
        cure = ": np.stack the arrays, one an image, of one shape" if images.dtype == object else ""
        raise TypeError(f"{argument}: dtype {images.dtype} came; {wanted}{cure}")
    if images.size == 0:
        raise ValueError(f"{argument}: an empty array of shape {images.shape} came; {wanted}")
    came, cure = [], argument
    low, high = images.min(), images.max()  # NaN where any value is: two quick passes tell everything
    if images.dtype.kind == "b" or not np.issubdtype(images.dtype, np.floating):
        came.append(f"dtype {images.dtype}")
    if images.shape[1:] != image_shape:
        came.append(f"shape {images.shape}")
        cure = reshaped(images.shape, image_shape, cure)
        if cure is None and images.ndim == len(image_shape) + 1:
            wanted += f", or networks that are built with image_shape={images.shape[1:]}"
    if np.issubdtype(images.dtype, np.complexfloating):
        cure = None
    elif not (np.isfinite(low) and np.isfinite(high)):
        came.append("NaN or infinite values")
        cure = cure and f"np.nan_to_num({cure}, posinf=1, neginf=0).clip(0, 1)"
    elif low < 0 or high > 1 or came[:1] == [f"dtype {images.dtype}"]:
        if low < 0 or high > 1:
            came.append(f"values from {exactly(low)} to {exactly(high)}")
        cure = cure and rescaled(images.dtype, low, high, cure)
    if not came:
        return images.astype("float32", copy=False)
    kind = TypeError if came[0].startswith("dtype") else ValueError
    raise kind(f"{argument}: {' and '.join(came)} came; {wanted}{f': {cure}' if cure else ''}")


def check_count(argument, value, largest=None):
    """Raise TypeError or ValueError unless `value` is a whole number from 1 to `largest`."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{argument} must be a whole number, not {value!r}")
    if value < 1 or (largest is not None and value > largest):
        limits = "at least 1" if largest is None else f"from 1 to {largest}, the number of images"
        raise ValueError(f"{argument} must be {limits}; it is {value}")


def to_bytes(images):
    """Images in [0, 1] as uint8 in 0..255. What lies outside is clipped, for bytes would wrap round."""
    return np.round(255 * np.clip(images, 0, 1)).astype("uint8")


def check_pictures(images, argument="images"):
    """Return images as an array (n, height, width, 1, 3 or 4) to draw, float in [0, 1] or uint8.

    Flat images are taken for square ones, and one image for a batch of one.

    Raises:
        TypeError, ValueError: as `check_images`.
    """
    serves = "what serves is (n, height, width, 1 or 3), floating point in [0, 1] or uint8"
    try:
        images = np.asarray(images)
    except Exception as error:
        raise ValueError(f"{argument}: no array can be made of them ({error}); {serves}") from error
    if images.dtype.kind not in "buif":
        raise TypeError(f"{argument}: dtype {images.dtype} came; {serves}")
    shape, side = images.shape, math.isqrt(images.shape[-1]) if images.ndim else 0
    if images.ndim in (1, 2) and side**2 == shape[-1] and shape[0] != shape[-1] * (images.ndim == 2):
        images = images.reshape(-1, side, side, 1)
    elif images.ndim == 2 and max(shape) < 8 * min(shape):
        images = images[None, ..., None]
    elif images.ndim == 3 and shape[-1] in (1, 3, 4):
        images = images[None]
    elif images.ndim == 3:
        images = images[..., None]
    if images.size == 0 or images.ndim != 4 or images.shape[-1] not in (1, 3, 4):
        raise ValueError(f"{argument}: an array of shape {shape} came; {serves}")
    low, high = images.min(), images.max()
    if images.dtype.kind == "f" and not (low >= -0.25 and high <= 1.25):  # NaN, too
        cure = f": {rescaled(images.dtype, low, high, argument)}" if np.isfinite([low, high]).all() else ""
        raise ValueError(f"{argument}: values from {exactly(low)} to {exactly(high)} came; {serves}{cure}")
    if images.dtype.kind in "iu" and not (low >= 0 and high <= 255):
        raise ValueError(f"{argument}: values from {low} to {high} came; {serves}")
    return images.astype("uint8") if images.dtype.kind in "iu" else images.astype("float32").clip(0, 1)
