"""Make gan_utils/_support/digits.npz: small handwritten digits, redrawn in MNIST's format.

    python -m tools.data.make_digits

The originals are the 1,797 real handwritten digits of 8x8 pixels that scikit-learn bundles as `load_digits`:
E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998,
doi 10.24432/C50P49, licensed CC BY 4.0. What changed: they are redrawn as thin strokes at 28x28 pixels.

The file names its arrays as Keras names MNIST's, all of them uint8:
    x_train (10000, 28, 28), y_train (10000,)   8 jittered redrawings of each of 1,250 originals, shuffled
    x_test (547, 28, 28), y_test (547,)         one jittered redrawing of each of the other 547 originals
The split is by original and comes before the jitter: two redrawings of one original are nearly copies. Both
parts get the same jitter, so that what lies between them is that of other digits, and of nothing else.
"""

from pathlib import Path

import numpy as np
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits

DIGITS_FILE = Path(__file__).resolve().parents[2] / "gan_utils" / "_support" / "digits.npz"
SEED = 1998
TRAIN_ORIGINALS = 1250
REDRAWINGS = 8

SIDE = 28  # of the finished image, in pixels
BOX = 20  # MNIST's digits fill a box of 20 pixels inside the 28
SPARE = 3  # extra pixels on each side of the sheet that a digit is drawn on
FINE = 4  # strokes are drawn four times finer, then averaged down, which gives them soft edges
PAD = 3  # room around the original, so that the interpolation sees black outside of it
EDGE = 0.06  # how softly it turns


def redraw(original, rotation, shear, width, ink, shift):
    """Return an 8x8 original in [0, 1] as a 28x28 uint8 image, its centre of mass in the middle.

    `rotation` is in radians, `shear` moves columns up or down in proportion to where they stand, `width`
    stretches sideways, `ink` sets the stroke's thickness, `shift` is (down, right) in pixels of the image.
    """
    padded = np.pad(original, PAD)
    rows, columns = np.indices(padded.shape)
    centre_of_mass = np.array([(rows * padded).sum(), (columns * padded).sum()]) / padded.sum()

    # affine_transform asks where each output pixel comes from, so every step here is written backwards.
    turn = np.array([[np.cos(rotation), -np.sin(rotation)], [np.sin(rotation), np.cos(rotation)]])
    slant = np.array([[1.0, 0.0], [shear, 1.0]])
    scale = np.diag([1.0, 1.0 / width]) * len(original) / (BOX * FINE)
    backwards = turn @ slant @ scale
    sheet = SIDE + 2 * SPARE
    middle = (sheet * FINE - 1) / 2 + FINE * np.asarray(shift)
    offset = centre_of_mass - backwards @ middle
    grey = affine_transform(padded, backwards, offset, output_shape=(sheet * FINE, sheet * FINE), order=3)

    strokes = 1 / (1 + np.exp((ink - grey) / EDGE))
    strokes[strokes < 0.01] = 0
    drawn = np.round(255 * strokes.reshape(sheet, FINE, sheet, FINE).mean(axis=(1, 3))).astype("uint8")
    return drawn[window(drawn.any(axis=1)), window(drawn.any(axis=0))]


def window(inked):
    """Return the middle 28 of a sheet's rows (or columns), moved if need be to keep a black one at each end.

    One redrawing in 260 needs it: its centre of mass lies so far from its middle that a tip would be cut off.
    """
    first, last = np.flatnonzero(inked)[[0, -1]]
    start = int(np.clip(SPARE, last + 2 - SIDE, first - 1))
    return slice(start, start + SIDE)


def draw_jitter(rng):
    """Return mild random settings for `redraw`, such as another hand on another day would give."""
    return {
        "rotation": np.deg2rad(rng.normal(0, 5)),
        "shear": rng.normal(0, 0.08),
        "width": rng.uniform(1, 1.2),
        "ink": rng.uniform(0.48, 0.66),
        "shift": rng.uniform(-0.5, 0.5, size=2),
    }


def split_originals(labels, rng):
    """Return the numbers of the training and of the test originals, each class in both in proportion."""
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    # Walking through the classes, each step adds 1250/1797 of an original: every whole one goes to training.
    due = np.arange(len(labels) + 1) * TRAIN_ORIGINALS // len(labels)
    in_training = np.diff(due) == 1
    return by_class[in_training], by_class[~in_training]


def plan():
    """Return originals, labels, and how each split is drawn: a list of (original's number, settings)."""
    originals, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(SEED)
    train_numbers, test_numbers = split_originals(labels, rng)
    train_order = rng.permutation(np.repeat(train_numbers, REDRAWINGS))
    return (
        originals.reshape(-1, 8, 8) / 16,
        labels,
        [(number, draw_jitter(rng)) for number in train_order],
        [(number, draw_jitter(rng)) for number in rng.permutation(test_numbers)],
    )


def main():
    originals, labels, train_plan, test_plan = plan()
    arrays = {}
    for split, pairs in (("train", train_plan), ("test", test_plan)):
        arrays[f"x_{split}"] = np.stack([redraw(originals[number], **settings) for number, settings in pairs])
        arrays[f"y_{split}"] = labels[[number for number, _ in pairs]].astype("uint8")
    np.savez_compressed(DIGITS_FILE, **arrays)
    print(f"{DIGITS_FILE.name}: {DIGITS_FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
