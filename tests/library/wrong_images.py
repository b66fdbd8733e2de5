"""Images that a training refuses, each with the line that mends it."""

import numpy as np

RAMP = np.linspace(0, 1, 3 * 784, dtype="float32").reshape(3, 28, 28, 1)
FINITE = "np.nan_to_num(images, posinf=1, neginf=0).clip(0, 1)"
WRONG_IMAGES = {  # what came, what is said, the line that mends it: it is tried
    "uint8": (np.uint8(RAMP * 255), "dtype uint8 and values from 0 to 255", '.astype("float32") / 255'),
    "uint8, dark": (np.zeros((3, 28, 28, 1), "uint8"), "dtype uint8 came", '.astype("float32") / 255'),
    "uint16": (
        np.uint16(RAMP * 65535),
        "dtype uint16 and values from 0 to 65535",
        '.astype("float32") / 65535',
    ),
    "0 and 1": (np.int64(RAMP > 0.5), "dtype int64 came", '.astype("float32")'),
    "bool": (RAMP > 0.5, "dtype bool came", '.astype("float32")'),
    "0..255": (RAMP * 255, "values from 0 to 255", " / 255"),
    "0..16": (RAMP * 16, "values from 0 to 16", " / images.max()"),
    "-1..1": (2 * RAMP - 1, "values from -1 to 1", "(images + 1) / 2"),
    "standardized": ((RAMP - 0.13) / 0.3, "values from -0.43333", "(images - images.min()) / np.ptp(images)"),
    "overshoot": (RAMP * np.float64(1.16) - 0.08, "values from -0.08 to 1.0799", "np.clip(images, 0, 1)"),
    "rounding": (
        np.where(RAMP > 0.9, np.float32(1.0000001), RAMP),
        "0 to 1.0000001 ",
        "np.clip(images, 0, 1)",
    ),
    "below": (RAMP - np.float32(1e-7), "from -1e-07 to 0.9999999 ", "np.clip(images, 0, 1)"),
    "NaN": (np.where(RAMP > 0.9, np.nan, RAMP), "NaN or infinite values", FINITE),
    "infinity": (np.where(RAMP > 0.9, -np.inf, RAMP), "NaN or infinite values", FINITE),
    "no channels": (RAMP[..., 0], "shape (3, 28, 28)", "images[..., None]"),
    "as Keras loads them": (
        np.uint8(RAMP[..., 0] * 255),
        "dtype uint8 and shape (3, 28, 28) and",
        'images[..., None].astype("float32") / 255',
    ),
    "channels first": (RAMP.transpose(0, 3, 1, 2), "shape (3, 1, 28, 28)", "images.transpose(0, 2, 3, 1)"),
    "flat": (RAMP.reshape(3, -1), "shape (3, 784)", "images.reshape(-1, 28, 28, 1)"),
    "one image": (RAMP[0], "shape (28, 28, 1)", "images[None]"),
    "one plane": (RAMP[0, ..., 0], "shape (28, 28)", "images[None, ..., None]"),
}
