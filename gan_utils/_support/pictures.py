"""Images to be drawn: taken in any shape, as bytes, laid out as one picture."""

import math

import numpy as np

from gan_utils._support.image_checks import check_count
from gan_utils._support.image_cures import exactly, rescaled


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


def to_bytes(images):
    """Images in [0, 1] as uint8 in 0..255. What lies outside is clipped, for bytes would wrap round."""
    return np.round(255 * np.clip(images, 0, 1)).astype("uint8")


def tile(images, columns):
    """Lay images (n, height, width, 1 or 3) out as one picture, (H, W) or (H, W, 3), `columns` in a row."""
    check_count("columns", columns)
    n, height, width, channels = images.shape
    rows = -(-n // columns)
    canvas = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, channels), images.dtype.type(0))
    for i, image in enumerate(images):
        top, left = i // columns * (height + 1), i % columns * (width + 1)
        canvas[top : top + height, left : left + width] = image
    return canvas[..., 0] if channels == 1 else canvas
