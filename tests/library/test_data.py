"""The embedded digits, and what is said about bad arguments and bad images."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from gan_utils import load_images
from gan_utils._support.image_checks import check_images
from gan_utils._support.pictures import to_bytes
from tests.library.wrong_images import RAMP, WRONG_IMAGES

SPLITS = ("train", "test")


@pytest.fixture
def make_digits():
    """The script that made them, which needs what is not always there."""
    for package in ("sklearn", "scipy"):
        pytest.importorskip(package)
    from tools.data import make_digits

    return make_digits


@pytest.mark.parametrize(("split", "size"), [("train", 10_000), ("test", 547)])
def test_digits_keep_the_contract(split, size):
    digits = load_images("digits", split)
    assert digits.name == "digits"
    assert digits.images.shape == (size, 28, 28, 1)
    assert digits.images.dtype == "float32"
    assert digits.images.min() == 0
    assert digits.images.max() == 1
    assert digits.labels.shape == (size,)
    assert digits.labels.dtype == "int64"
    counts = np.bincount(digits.labels, minlength=10)
    assert counts.min() > 0.9 * size / 10
    assert counts.max() < 1.1 * size / 10
    assert len(counts) == 10


@pytest.mark.parametrize("split", SPLITS)
def test_digits_are_whole_and_black_around(split):
    images = load_images("digits", split).images
    assert images[:, [0, -1]].max() == 0
    assert images[:, :, [0, -1]].max() == 0
    ink = images.mean(axis=(1, 2, 3))
    assert ink.min() > 0.04  # MNIST's mean is 0.13
    assert ink.max() < 0.35


def test_images_are_the_callers_own():
    load_images("digits").images[:] = 0.5
    assert load_images("digits").images.max() == 1


def test_no_test_image_shares_an_original_with_training(make_digits):
    _, labels, train_plan, test_plan = make_digits.plan()
    train_originals = {number for number, _ in train_plan}
    test_originals = {number for number, _ in test_plan}
    assert not train_originals & test_originals
    assert len(train_originals) + len(test_originals) == len(labels) == 1797
    assert set(labels[list(test_originals)]) == set(labels[list(train_originals)]) == set(range(10))


@pytest.mark.parametrize(("split", "every"), [("train", 25), ("test", 5)])
def test_script_makes_the_committed_digits(split, every, make_digits):
    originals, labels, *plans = make_digits.plan()
    plan = plans[SPLITS.index(split)]
    digits = load_images("digits", split)
    assert len(plan) == len(digits.images)
    np.testing.assert_array_equal(labels[[number for number, _ in plan]], digits.labels)
    redrawn = np.stack([make_digits.redraw(originals[number], **how) for number, how in plan[::every]])
    # SciPy's versions may round differently: one grey level.
    assert np.abs(redrawn - digits.images[::every, ..., 0] * 255).max() < 1.5


@pytest.mark.parametrize("name", ["Digits", "cifar10", "", None, 3])
def test_unknown_name(name):
    with pytest.raises(ValueError, match=r"^name: .* sets auto, digits, mnist, fashion_mnist, or the path"):
        load_images(name)


@pytest.mark.parametrize("split", ["validation", "", None])
def test_unknown_split(split):
    with pytest.raises(ValueError, match=r'split: .*"train" or "test"'):
        load_images("digits", split)


def test_check_images_returns_float32():
    for dtype in ("float16", "float32", "float64"):
        checked = check_images(np.ones((2, 28, 28, 1), dtype), (28, 28, 1))
        assert checked.dtype == "float32"
        assert checked.shape == (2, 28, 28, 1)
    assert check_images([[[0.0], [1.0]]], [2, 1]).tolist() == [[[0.0], [1.0]]]


SERVES = "what serves is floating point (n, 28, 28, 1) in [0, 1]"


@pytest.mark.parametrize("case", WRONG_IMAGES)
def test_wrong_images_are_told_with_the_line_that_mends_them(case):
    images, came, cure = WRONG_IMAGES[case]
    with pytest.raises(TypeError if came.startswith("dtype") else ValueError) as raised:
        check_images(images, (28, 28, 1))
    message = str(raised.value)
    assert message.startswith("images: ") and came in message and f"came; {SERVES}: " in message
    line = message.split(f"{SERVES}: ")[1]
    assert line.endswith(cure) and "\n" not in message
    check_images(eval(line, {"np": np, "images": images}), (28, 28, 1))


def with_value(value):
    images = np.zeros((3, 28, 28, 1))
    images[1, 2, 3] = value
    return images


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        (np.zeros((3, 28, 28, 1), "complex64"), TypeError, "dtype complex64 came"),
        (None, TypeError, "None came"),
        (np.array([None, 1.0]), TypeError, "dtype object came.*np.stack"),
        (["a", "b"], TypeError, "dtype <U1 came"),
        ([[0.5], [0.5, 0.5]], ValueError, "no array can be made"),
        (np.zeros((0, 28, 28, 1)), ValueError, r"an empty array of shape \(0, 28, 28, 1\)"),
        ([], ValueError, "an empty array"),
        (np.zeros((3, 28, 28, 3)), ValueError, r"shape \(3, 28, 28, 3\).*image_shape=\(28, 28, 3\)"),
        (0.5, ValueError, r"shape \(\) came"),
        (with_value(np.inf), ValueError, "NaN or infinite"),
        (with_value(-1e9), ValueError, r"values from -1e\+09 to 0 came"),
        ("images/", TypeError, "the path 'images/' came.*np.stack"),
        (Path("x.npz"), TypeError, "the path 'x.npz' came"),
        ({"x_train": RAMP}, TypeError, "a dict of 'x_train' came"),
        ((RAMP, np.zeros(3)), TypeError, r"a tuple of arrays came.*give the images alone, real_images\[0\]"),
        ([RAMP, np.zeros(3)], TypeError, r"a list of arrays came.*real_images\[0\]"),
        (load_images("digits", "test"), TypeError, "a Dataset came.*give its images: dataset.images"),
        ((image for image in RAMP), TypeError, r"a generator, .*one after the other.*np.concatenate"),
        (iter([RAMP]), TypeError, "a list_iterator, .*one after the other"),
        (lambda: RAMP, TypeError, "a function came"),
    ],
)  # fmt: skip
def test_check_images_says_what_is_wrong(images, error, message):
    with pytest.raises(error, match=f"^real_images: .*{message}") as raised:
        check_images(images, (28, 28, 1), "real_images")
    assert SERVES in str(raised.value) and "\n" not in str(raised.value)


def test_data_that_come_in_batches_are_told_how_to_gather_them(tmp_path):
    tf = pytest.importorskip("tensorflow")

    class Batches(keras.utils.PyDataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            if index == 2:
                raise IndexError
            return RAMP, np.zeros(3)

    (tmp_path / "one").mkdir()
    for i, picture in enumerate(np.uint8(RAMP * 255)):
        keras.utils.save_img(tmp_path / "one" / f"{i}.png", picture)
    folder = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(28, 28), color_mode="grayscale", verbose=False
    )
    singles = tf.data.Dataset.from_tensor_slices(RAMP)
    for data in (singles, singles.batch(2), tf.data.Dataset.from_tensors((RAMP, RAMP)), folder, Batches()):
        with pytest.raises(TypeError, match="one after the other, came; what serves") as raised:
            check_images(data, (28, 28, 1), "data")
        line = re.search(r"np\.\w+\(\[.*?\]\)", str(raised.value))[0]
        gathered = eval(line, {"np": np, "data": data})
        assert gathered.shape[1:] == (28, 28, 1)


def test_images_become_bytes_without_wrapping_round():
    assert to_bytes(np.array([-0.71, -1e-9, 0, 0.5, 1, 1.73])).tolist() == [0, 0, 0, 128, 255, 255]
    assert to_bytes(np.array([0.2])).dtype == "uint8"
