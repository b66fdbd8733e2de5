"""What is handed in, images, counts and classes: taken, or refused with the line that mends it."""

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


def one_hot(numbers, classes, argument):
    """Classes as rows of one-hot numbers, float32 (n, classes); TypeError or ValueError if they are none."""
    serves = f"what serves is whole numbers from 0 to {classes - 1}"
    numbers = np.asarray(numbers)
    if numbers.ndim != 1 or not numbers.size:
        raise ValueError(f"{argument}: an array of shape {numbers.shape} came; {serves}, one an image")
    if not np.issubdtype(numbers.dtype, np.integer):
        raise TypeError(f"{argument}: {numbers[0]}, of dtype {numbers.dtype}, came; {serves}")
    wrong = numbers[(numbers < 0) | (numbers >= classes)]
    if wrong.size:
        raise ValueError(f"{argument}: {wrong[0]} came; {serves}")
    return np.eye(classes, dtype="float32")[numbers]
