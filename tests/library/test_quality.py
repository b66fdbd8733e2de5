"""Each way of being bad must show in the number that should tell it."""

import dataclasses
import gc
import weakref

import numpy as np
import pytest

import gan_utils as gu
from gan_utils import quality
from gan_utils._support import classifiers, downloads, neighbours

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
    train, test = digits
    result = gu.evaluate_quality(test.images, train)
    for name in MEASURES:
        assert result[name] == pytest.approx(result[f"{name}_floor"], rel=1e-3), name


def test_training_copies_show_in_the_nearest_training_image(real):
    assert real["nearest_train"] == pytest.approx(0, abs=1e-2) and real["nearest_train_floor"] > 1
    assert real["fid"] < real["fid_floor"], "which is how they fool the Fréchet distance"


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
    with pytest.raises(ValueError, match="images: 49 came"):
        gu.evaluate_quality(digits[0].images[:49], digits[0])


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
    density, coverage = neighbours.density_coverage(real, fake)
    assert density == pytest.approx((between < radius[:, None]).sum() / (5 * 30))
    assert coverage == pytest.approx((between.min(axis=1) < radius).mean())


def test_the_shipped_classifier_serves_what_it_was_trained_for_and_nothing_else(digits):
    """By what a data set holds: its name says nothing, and one image more or less is another data set."""
    train, _ = digits
    assert {classifiers.shipped_name(split) for split in digits} == {"digits"}
    copied = gu.Dataset(train.images.copy(), train.labels.astype("int32"), "mine")
    assert classifiers.shipped_name(copied) == "digits"
    for images, labels in (
        (train.images[:-1], train.labels[:-1]),
        (train.images[::-1], train.labels),
        (train.images, train.labels % 2),
        (train.images * np.float32(0.99), train.labels),
    ):
        assert classifiers.shipped_name(gu.Dataset(images, labels, "digits")) is None


def test_mnist_is_known_by_its_content(small_mnist, monkeypatch):
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist))
    train = gu.load_images("mnist")
    assert [classifiers.shipped_name(split) for split in (train, train.test)] == ["mnist", "mnist"]


SHAPES = {"grey": (28, 28, 1), "colour": (12, 10, 3), "small": (6, 8, 1), "large": (60, 64, 3)}


def bars(n, shape, seed=0):
    """Images of three classes, sorted by class as a folder's are: a bright bar on the left, middle, right."""
    rng = np.random.default_rng(seed)
    labels = np.sort(rng.permutation(np.arange(n) % 3))
    images = rng.uniform(0, 0.3, (n, *shape))
    for image, label in zip(images, labels, strict=True):
        image[:, shape[1] // 3 * label :][:, : shape[1] // 3] += 0.6
    return images.astype("float32"), labels


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A data set of one's own, under a name that is another's."""
    monkeypatch.setattr(classifiers, "LEAST_STEPS", 60)  # these bars are easily told apart
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return gu.Dataset(*bars(400, SHAPES["colour"]), "digits")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_data_set_of_ones_own_gets_a_classifier_of_its_own(shape, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(classifiers, "LEAST_STEPS", 30)
    images, labels = bars(150, shape, seed=1)
    read = gu.classify(images, gu.Dataset(*bars(300, shape), "bars"))
    assert read.shape == (150, 3)
    assert (read.argmax(axis=1) == labels).mean() > 0.95


def test_it_is_trained_once_and_kept_for_what_holds_the_same(own, capsys):
    images = own.images[:50]
    first = gu.classify(images, own)
    assert "Training a network that tells the classes of digits, once" in capsys.readouterr().out
    np.testing.assert_array_equal(gu.classify(images, own), first)
    (kept,) = (downloads.keras_folder() / "gan_utils").iterdir()
    again = gu.Dataset(own.images.copy(), own.labels.copy(), "another name")
    np.testing.assert_allclose(gu.classify(images, again), first, atol=0.01)
    assert capsys.readouterr().out == "", f"read from {kept.name}"
    gu.classify(images, gu.Dataset(own.images, own.labels[::-1].copy(), "digits"))
    assert "Training" in capsys.readouterr().out, "other labels, another classifier"


def test_what_is_remembered_goes_with_the_data_set(own):
    copy = dataclasses.replace(own)
    gu.evaluate_quality(own.images[:100], copy)
    gone = weakref.ref(copy)
    del copy
    gc.collect()
    assert gone() is None


def test_a_data_set_of_ones_own_is_measured(own):
    real = np.random.default_rng(3).permutation(bars(200, SHAPES["colour"], seed=1)[0])
    with_test = dataclasses.replace(own, test=gu.Dataset(*bars(150, SHAPES["colour"], seed=2), "digits"))
    for dataset, n in ((own, 200), (with_test, 150)):
        good, bad = gu.evaluate_quality(real, dataset), gu.evaluate_quality(1 - real, dataset)
        assert good["n"] == n, "all that is held out"
        assert max(good["fid"], good["fid_floor"]) < 0.05 * bad["fid"]
        assert good["class_kl_floor"] < 0.05, "though the images are sorted by class"
        assert good["nearest_train"] == pytest.approx(good["nearest_train_floor"], rel=0.1)
        copies = gu.evaluate_quality(own.images[-120:], dataset)
        assert copies["closest_train"] < 0.2 < copies["closest_train_floor"], "8 bits a pixel apart"
        assert copies["class_kl"] == pytest.approx(np.log(3), abs=0.1), "one class of three"


def blur(images):
    """Each pixel the mean of itself and its four neighbours, twice."""
    for _ in range(2):
        moved = (np.roll(images, by, axis) for by, axis in ((1, 1), (-1, 1), (1, 2), (-1, 2)))
        images = (images + sum(moved)) / 5
    return images


@pytest.mark.slow
def test_without_labels_what_is_wrong_is_still_seen(digits, tmp_path, monkeypatch):
    """A network that learned how images are turned tells blur, noise, a missing half and repetition apart."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    train, test = digits
    some = train.images[:1500]
    dataset = gu.Dataset(some, None, "some", gu.Dataset(test.images, None, "others"))
    n, rng = len(test.images), np.random.default_rng(0)
    half = train.images[1500:][train.labels[1500:] < 5][:n]
    tries = {
        "blur": blur(test.images),
        "noise": np.clip(test.images + 0.1 * rng.standard_normal(test.images.shape), 0, 1),
        "a missing half": half,
        "ten repeated": np.resize(some[:10], test.images.shape),
    }
    for name, images in tries.items():
        found = gu.evaluate_quality(images.astype("float32"), dataset)
        assert found["fid"] > 2 * found["fid_floor"], name
    assert found["coverage"] < 0.3 * found["coverage_floor"], "of ten, repeated"
    others = gu.evaluate_quality(train.images[1500:][:n], dataset)
    assert others["fid"] < 1.5 * others["fid_floor"], "as far as others are that were kept from training"
    names = ("fid", "density", "coverage", "nearest_train", "closest_train")
    assert set(found) == {"n", *names, *(f"{name}_floor" for name in names)}
    with pytest.raises(
        ValueError, match=r"^dataset\.labels: None came; what serves is a class for each image"
    ):
        gu.classify(test.images, dataset)


def test_without_labels_and_not_square(tmp_path, monkeypatch):
    monkeypatch.setattr(classifiers, "LEAST_STEPS", 30)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    images = np.random.default_rng(0).random((150, 8, 12, 3), dtype="float32")
    found = gu.evaluate_quality(images[:60], gu.Dataset(images, None, "noise"))
    assert found["n"] == 60 and found["closest_train"] < 0.3


@pytest.mark.parametrize("shape", [(6, 6, 1), (4, 6, 3)])
def test_turned_images_come_once_in_each_position(shape):
    """Batch by batch, for all at once would be four copies of the data set."""
    images = np.random.default_rng(0).random((100, *shape), dtype="float32")
    turned = classifiers._Turned(images)
    batches = [turned[i] for i in range(len(turned))]
    assert max(len(x) for x, _ in batches) <= classifiers.BATCH
    found = {
        (int(label), image.tobytes()) for x, labels in batches for image, label in zip(x, labels, strict=True)
    }
    square = [lambda x, turns=turns: np.rot90(x, turns) for turns in range(4)]
    flipped = [np.array, lambda x: x[::-1], lambda x: x[:, ::-1], lambda x: x[::-1, ::-1]]
    ways = square if shape[0] == shape[1] else flipped
    assert found == {(i, way(image).tobytes()) for i, way in enumerate(ways) for image in images}


def test_a_damaged_classifier_is_refused(monkeypatch):
    monkeypatch.setitem(classifiers.SHIPPED, "digits", "0" * 64)
    digits = gu.load_images("digits")  # another object: nothing is remembered of it
    with pytest.raises(ValueError, match=r"classifier_digits\.npz"):
        gu.classify(digits.images[:5], digits)


IMAGES, LABELS = np.zeros((150, 8, 8, 1), "float32"), np.arange(150) % 2


@pytest.mark.parametrize(
    ("dataset", "error", "message"),
    [
        (IMAGES, TypeError, r"dataset: a ndarray came; what serves is a gan_utils\.Dataset"),
        (
            gu.Dataset(IMAGES, LABELS[:9], "cats"),
            ValueError,
            r"dataset\.labels: an array of shape \(9,\) came",
        ),
        (
            gu.Dataset(IMAGES, LABELS / 2, "cats"),
            TypeError,
            r"dataset\.labels: dtype float64 came; .*np\.unique",
        ),
        (gu.Dataset(IMAGES, LABELS + 1, "cats"), ValueError, r"dataset\.labels: 2 classes from 1 to 2 came"),
        (gu.Dataset(IMAGES, 0 * LABELS, "cats"), ValueError, r"dataset\.labels: 1 classes .* two or more"),
        (gu.Dataset(IMAGES[..., 0], LABELS, "cats"), ValueError, r"dataset\.images: .*\(150, 8, 8\) came"),
        (gu.Dataset(IMAGES + 2, LABELS, "cats"), ValueError, r"dataset\.images: values from 2 to 2 came"),
        (
            gu.Dataset(IMAGES, LABELS, "cats", gu.Dataset(IMAGES[:, 1:], LABELS, "cats")),
            ValueError,
            r"dataset\.test\.images: shape \(150, 7, 8, 1\) came",
        ),
        (
            gu.Dataset(IMAGES[:90], LABELS[:90], "cats"),
            ValueError,
            "dataset: the half that is held out holds 45 images",
        ),
    ],
)
def test_what_is_no_data_set_is_told_in_one_line(dataset, error, message):
    with pytest.raises(error, match=f"^{message}") as told:
        gu.evaluate_quality(IMAGES, dataset)
    assert "what serves" in str(told.value) and "\n" not in str(told.value)


def test_images_of_another_shape_are_refused(digits):
    with pytest.raises(ValueError, match=r"^images: shape \(150, 8, 8, 1\) came"):
        gu.classify(IMAGES, digits[0])
