"""Each way of being bad must show in the number that should tell it."""

import numpy as np
import pytest

import gan_utils as gu
from gan_utils import quality
from gan_utils._support import classifiers, downloads

MEASURES = ("fid", "class_kl", "density", "coverage", "nearest_train", "closest_train", "recognised")


@pytest.fixture(scope="module")
def digits():
    return gu.load_images("digits", "train"), gu.load_images("digits", "test")


@pytest.fixture(scope="module")
def real(digits):
    """The measures of 547 training images."""
    train, _ = digits
    return gu.evaluate_quality(train.images[-547:], train)


def test_every_measure_has_its_floor(real):
    assert set(real) == {"n", *MEASURES, *(f"{name}_floor" for name in MEASURES)}
    assert real["n"] == 547
    assert all(isinstance(value, (int, float)) and np.isfinite(value) for value in real.values())


def test_the_floor_is_the_measure_of_the_test_images(digits):
    _, test = digits
    result = gu.evaluate_quality(test.images, test)
    for name in MEASURES:
        assert result[name] == pytest.approx(result[f"{name}_floor"], rel=1e-3), name


def test_training_copies_show_in_the_nearest_training_image(real):
    assert real["nearest_train"] == pytest.approx(0, abs=1e-2) and real["nearest_train_floor"] > 1
    assert real["fid"] < real["fid_floor"], "which is how they fool the Frechet distance"


def test_a_single_copy_shows_in_the_closest_training_image(digits):
    train, test = digits
    result = gu.evaluate_quality(np.concatenate([test.images[:546], train.images[:1]]), train)
    assert result["closest_train"] == pytest.approx(0, abs=1e-2) and result["closest_train_floor"] > 0.5
    assert result["nearest_train"] == pytest.approx(result["nearest_train_floor"], rel=0.01), "unmoved"


def blurred(images):
    return (images + np.roll(images, 1, 1) + np.roll(images, -1, 1) + np.roll(images, 1, 2)) / 4


def noisy(images):
    noise = np.random.default_rng(0).normal(0, 0.3, images.shape)
    return np.clip(images + noise, 0, 1)


@pytest.mark.parametrize("spoil", [blurred, noisy])
def test_spoilt_images_are_farther(digits, real, spoil):
    train, test = digits
    result = gu.evaluate_quality(spoil(test.images), train)
    assert result["fid"] > 1.5 * real["fid_floor"]


def test_a_missing_class_shows_in_class_kl(digits, real):
    train, _ = digits
    images = train.images[train.labels != 3][-547:]
    result = gu.evaluate_quality(images, train)
    assert result["class_kl"] == pytest.approx(np.log(10 / 9), abs=0.03)
    assert real["class_kl"] < 0.03


@pytest.mark.parametrize(("different", "coverage"), [(10, 0.2), (100, 0.7)])
def test_repeated_images_show_in_coverage(digits, different, coverage):
    train, test = digits
    by_class = np.concatenate([test.images[test.labels == c][: different // 10] for c in range(10)])
    result = gu.evaluate_quality(np.resize(by_class, (547, 28, 28, 1)), train)
    assert result["coverage"] < coverage < result["coverage_floor"]
    assert result["class_kl"] < 0.05 and result["recognised"] > 0.8, (
        "which is how they fool the other measures"
    )


def test_too_few_images_are_refused(digits):
    with pytest.raises(ValueError, match="images holds 99"):
        gu.evaluate_quality(digits[0].images[:99], digits[0])


def test_classify_reads_the_test_images(digits):
    _, test = digits
    probabilities = gu.classify(test.images, test)
    assert probabilities.shape == (547, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert (probabilities.argmax(axis=1) == test.labels).mean() > 0.98


def test_frechet_distance_of_gaussians():
    rng = np.random.default_rng(0)
    a = rng.standard_normal((20000, 3))
    b = a * [1, 2, 3] + [1, 0, 0]
    # |m1 - m2|^2 + sum (s1 - s2)^2 where the covariances are diagonal
    moments = [(x.mean(axis=0), np.cov(x, rowvar=False)) for x in (a, b)]
    assert quality._frechet_distance(*moments[0], *moments[1]) == pytest.approx(1 + 0 + 1 + 4, rel=0.05)
    assert quality._frechet_distance(*moments[0], *moments[0]) == pytest.approx(0, abs=1e-9)


def test_density_and_coverage_against_their_definition():
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((40, 2)), 0.5 * rng.standard_normal((30, 2)) + 1
    between = np.linalg.norm(real[:, None] - fake[None], axis=2)
    radius = np.sort(np.linalg.norm(real[:, None] - real[None], axis=2), axis=1)[:, 5]
    density, coverage = quality._density_coverage(real, fake)
    assert density == pytest.approx((between < radius[:, None]).sum() / (5 * 30))
    assert coverage == pytest.approx((between.min(axis=1) < radius).mean())


def test_a_data_set_without_a_shipped_classifier_trains_one_and_keeps_it(
    tmp_path, monkeypatch, digits, capsys
):
    train, test = digits
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(classifiers, "SHIPPED", {})
    monkeypatch.setattr(quality, "load_images", lambda name, split: train if split == "train" else test)
    monkeypatch.setattr(classifiers, "_reader", classifiers._reader.__wrapped__)  # nothing remembered
    first = gu.classify(test.images[:50], test)
    assert "Training the classifier" in capsys.readouterr().out
    assert (downloads.keras_folder() / "gan_utils" / "classifier_digits.npz").is_file()
    np.testing.assert_allclose(gu.classify(test.images[:50], test), first, atol=0.01)
    assert capsys.readouterr().out == ""


def test_a_damaged_classifier_is_refused(monkeypatch, digits):
    monkeypatch.setitem(classifiers.SHIPPED, "digits", "0" * 64)
    monkeypatch.setattr(classifiers, "_reader", classifiers._reader.__wrapped__)
    with pytest.raises(ValueError, match=r"classifier_digits\.npz"):
        gu.classify(digits[0].images[:5], digits[0])


def test_a_data_set_of_ones_own_has_no_classifier():
    images = np.zeros((100, 28, 28, 1), "float32")
    own = gu.Dataset(images, np.zeros(100, "int64"), "cats")
    for measure in (gu.evaluate_quality, gu.classify):
        with pytest.raises(
            ValueError, match="dataset: 'cats' came; what serves has a classifier: digits, mnist"
        ):
            measure(images, own)
        with pytest.raises(TypeError, match="dataset: ndarray came; what serves is what load_images returns"):
            measure(images, images)
