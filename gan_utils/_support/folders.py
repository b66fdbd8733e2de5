"""A folder of pictures as arrays: read, brought to one size, and split by what each file holds."""

import hashlib
import math
import os
import warnings
from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageOps

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"}
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")  # by content; for others Pillow may run programs
MODES = {"rgb": "RGB", "grayscale": "L"}
ARGUMENTS = ("image_size", "color_mode", "crop_to_aspect_ratio", "pad_to_aspect_ratio")
IMAGE_SIZE, COLOR_MODE = (32, 32), "rgb"  # where nothing is said
GROUND = 255  # white, under what is transparent and around what is padded
LEAST_PICTURES = 50  # different ones; from fewer a GAN learns them by heart. To be measured it takes 400
TEST_SHARE = 0.2
MANY = 5_000  # pictures, from which on a bar is shown: some seconds


def find_folder(name, names):
    """The Path of a folder that was given where a data set's name might have been; or ValueError."""
    serves = f"what serves is one of the data sets {', '.join(names)}, or the path of a folder of pictures"
    try:
        folder = Path(name).expanduser()
    except (TypeError, RuntimeError) as error:  # the home of a user who is not known
        raise ValueError(f"name: {name!r} came; {serves}") from error
    if os.path.isfile(folder):  # a Path would raise where it may not look, or where a name is too long
        raise ValueError(f"name: {str(name)!r} is a file; {serves}, as {str(folder.parent)!r}")
    if not str(name) or not os.path.isdir(folder):
        raise ValueError(f"name: {str(name)!r} is no data set, and there is no such folder in here; {serves}")
    return folder


def refuse_for_name(name, *arguments):
    """ValueError where what is for a folder came with a data set's name: its images are what they are."""
    for argument, value in zip(ARGUMENTS, arguments, strict=True):
        if value is not None:
            raise ValueError(
                f"{argument}: {value!r} came, but the images of {name!r} are 28x28x1; what serves is "
                f"load_images({name!r}) without it, or, for a folder that is called so, './{name}'"
            )


def read_folder(folder, image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio):
    """Read the pictures below a folder. Subfolders are classes; without any there are no labels.

    Args:
        folder: a Path.
        image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio: as of `load_images`, None where
            nothing was said.

    Returns:
        dict of split -> (uint8 images (n, height, width, channels), int64 labels (n,) or None); tuple of the
        classes' names, or None; a line of size, memory and classes, what came twice, what was left out.

    Raises:
        TypeError, ValueError: arguments that are not as there; fewer than 50 different pictures.
    """
    image_size = IMAGE_SIZE if image_size is None else image_size
    color_mode = COLOR_MODE if color_mode is None else color_mode
    _check_arguments(image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio)
    crop = not pad_to_aspect_ratio if crop_to_aspect_ratio is None else crop_to_aspect_ratio
    paths, refused = _find(folder)
    bar = keras.utils.Progbar(len(paths), interval=0.5, unit_name="picture") if len(paths) >= MANY else None
    images, classes, digests = [], [], []
    for i, (path, its_class) in enumerate(paths):
        try:
            content = path.read_bytes()
            images.append(_read(path, image_size, MODES[color_mode], crop, pad_to_aspect_ratio))
        except Exception as error:  # of a damaged file Pillow raises whatever it likes
            refused.append(f"{path.relative_to(folder)} ({_why(error)})")
            continue
        classes.append(its_class)
        digests.append(hashlib.sha256(content).digest())
        if bar:
            bar.update(i + 1)
    if bar:
        bar.update(len(paths), finalize=True)
    different = len(set(digests))
    if different < LEAST_PICTURES:
        left_out = f" ({len(refused)} could not be read: {_some(refused)})" if refused else ""
        raise ValueError(
            f"name: the folder {str(folder)!r} holds {different} different pictures{left_out}; what serves "
            f"is {LEAST_PICTURES} or more, better some thousands, in {', '.join(sorted(SUFFIXES))}"
        )
    names, labels = np.unique(classes, return_inverse=True)  # of what could be read: no number is left out
    class_names = tuple(names.tolist()) if len(names) > 1 else None
    shape = images[0].shape
    told = f"{'x'.join(map(str, shape))}, {4 * len(images) * math.prod(shape) / 1e6:,.1f} MB"
    if class_names:
        told += f", {len(class_names)} classes ({_some(class_names)})"
    if different < len(digests):
        told += f"; {len(digests) - different} are copies of others"
    if refused:
        told += f"; left out, for they cannot be read: {_some(refused)}"
    in_test = _choose_test(digests, labels)
    splits = {}
    for split, chosen in (("train", ~in_test), ("test", in_test)):
        of_split = [image for image, one in zip(images, chosen, strict=True) if one]
        arrays = np.array(of_split, "uint8").reshape(-1, *shape)
        splits[split] = arrays, labels[chosen].astype("int64") if class_names else None
    return splits, class_names, told


def _check_arguments(image_size, color_mode, crop_to_aspect_ratio, pad_to_aspect_ratio):
    serves = "what serves is (height, width), two whole numbers from 4 on, as (32, 32)"
    sides = tuple(image_size) if isinstance(image_size, (tuple, list)) else ()
    if len(sides) != 2 or any(isinstance(n, bool) or not isinstance(n, (int, np.integer)) for n in sides):
        raise TypeError(f"image_size: {image_size!r} came; {serves}")
    if min(sides) < 4:
        raise ValueError(f"image_size: {image_size!r} came; {serves}")
    if color_mode not in MODES:
        raise ValueError(f"color_mode: {color_mode!r} came; what serves is {' or '.join(map(repr, MODES))}")
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ValueError("crop_to_aspect_ratio and pad_to_aspect_ratio came both; what serves is one of them")


def _find(folder):
    """Sorted pairs of (path, class or "") of what has a picture's suffix; what cannot be looked into."""
    pictures, refused, closed = [], [], []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if _is_visible(name)]
        links = [Path(place, name) for name in folders if os.path.islink(os.path.join(place, name))]
        refused += [f"{path.relative_to(folder)} (a link to a folder)" for path in links]
        paths = [Path(place, name) for name in files if _is_visible(name)]
        pictures += [path for path in paths if path.suffix.lower() in SUFFIXES and _is_readable(path)]
    refused += [f"{os.path.relpath(error.filename, folder)} ({_why(error)})" for error in closed]
    found = [(path, path.relative_to(folder).parts) for path in sorted(pictures)]
    if len({parts[0] for _, parts in found if len(parts) > 1}) < 2:  # one class alone tells nothing apart
        return [(path, "") for path, _ in found], refused
    beside = [path.name for path, parts in found if len(parts) == 1]
    if beside:
        raise ValueError(
            f"name: the folder {str(folder)!r} has subfolders, which are classes, and {len(beside)} pictures "
            f"beside them ({_some(beside)}); what serves is all pictures in subfolders, or none"
        )
    return [(path, parts[0]) for path, parts in found], refused


def _is_visible(name):
    return not name.startswith((".", "__MACOSX"))


def _is_readable(path):
    """Whether to read it: a file, or what will say why it is none; not a pipe, which would never end."""
    return os.path.isfile(path) or not os.path.exists(path)


def _choose_test(digests, labels):
    """Which pictures are kept from training, by what they hold; but some of each class are trained on."""
    in_test = np.array([int.from_bytes(digest[:4], "big") < TEST_SHARE * 2**32 for digest in digests])
    for label in range(labels.max() + 1):
        of_class = labels == label
        if in_test[of_class].all():  # a class of one picture, as a rule; its copies go with it
            its_own = {digests[i] for i in np.flatnonzero(of_class)}
            in_test &= [digest not in its_own for digest in digests]
    return in_test


def _read(path, image_size, mode, crop, pad):
    """One picture as uint8 (height, width, channels): the first of an animation, upright, on white."""
    size = image_size[::-1]  # Pillow's are width and height
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as picture:
            picture.draft("RGB", 2 * [4 * max(size)])  # a large JPEG is read smaller, in less memory
            picture = ImageOps.exif_transpose(_eight_bits(picture))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (GROUND, GROUND, GROUND, 255))
        picture = Image.alpha_composite(ground, picture)
    picture = picture.convert(mode)
    method = Image.Resampling.BOX if min(picture.size) > 8 * max(size) else Image.Resampling.LANCZOS
    if crop:
        picture = ImageOps.fit(picture, size, method)
    elif pad:
        scale = min(side / its_side for side, its_side in zip(size, picture.size, strict=True))
        inner = [max(1, round(scale * its_side)) for its_side in picture.size]  # of a panorama, a line
        whole = Image.new(mode, tuple(size), GROUND if mode == "L" else (GROUND,) * 3)
        whole.paste(picture.resize(inner, method), [(a - b) // 2 for a, b in zip(size, inner, strict=True)])
        picture = whole
    else:
        picture = picture.resize(size, method)
    return np.asarray(picture, "uint8").reshape(*image_size, -1)


def _eight_bits(picture):
    """The picture, of 8 bits a channel: 16 are scaled, where Pillow would cut them off."""
    if picture.mode not in ("I", "I;16", "I;16B", "I;16L", "I;16N"):
        picture.load()
        return picture
    values, exif = np.asarray(picture), picture.getexif()
    scaled = Image.fromarray(np.round(values / 257).clip(0, 255).astype("uint8"))
    scaled.getexif().update(exif)
    return scaled


def _why(error):
    said = {
        "UnidentifiedImageError": "no picture",
        "DecompressionBombError": "too large",
        "DecompressionBombWarning": "too large",
        "PermissionError": "may not be read",
    }
    told = said.get(type(error).__name__) or getattr(error, "strerror", None)
    return told or (str(error).splitlines() or [type(error).__name__])[0]


def _some(names):
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
