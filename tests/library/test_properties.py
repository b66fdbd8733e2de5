"""What holds for every input, tried on inputs that nobody chose; and a loader fed with damaged files."""

import math

import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils import quality
from gan_utils._support import downloads
from gan_utils._support.image_checks import check_count, check_images

hypothesis = pytest.importorskip("hypothesis")
given, st = hypothesis.given, hypothesis.strategies
hnp = pytest.importorskip("hypothesis.extra.numpy")
hypothesis.settings.register_profile("here", deadline=None, derandomize=True)  # no timing, no chance
hypothesis.settings.load_profile("here")
many, some, few = (hypothesis.settings(max_examples=n) for n in (1000, 200, 15))

logits = hnp.arrays(
    "float32", st.tuples(st.integers(1, 20), st.just(1)), elements=st.floats(-1e4, 1e4, width=32)
)


@many
@given(logits, logits)
def test_losses_are_those_of_numpy(real_logits, fake_logits):
    real, fake = real_logits.astype("float64"), fake_logits.astype("float64")
    expected = (np.logaddexp(0, -real).mean() + np.logaddexp(0, fake).mean()) / 2
    assert float(gu.discriminator_loss(real_logits, fake_logits)) == pytest.approx(
        expected, rel=1e-4, abs=1e-6
    )
    expected = np.logaddexp(0, -fake).mean()
    assert float(gu.generator_loss(fake_logits)) == pytest.approx(expected, rel=1e-4, abs=1e-6)


anything = st.one_of(
    hnp.arrays(
        st.sampled_from(
            ["float16", "float32", "float64", "uint8", "int64", "bool", "complex64", "U3", "object"]
        ),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3),
        fill=st.nothing(),
    ),
    hnp.arrays(
        "float32",
        st.tuples(st.integers(0, 3), st.just(2), st.just(2), st.just(1)),
        elements=st.floats(width=32),
    ),
    hnp.arrays("float64", (2, 2, 2, 1), elements=st.floats(0, 1)),
    st.recursive(st.floats() | st.none() | st.text(), st.lists, max_leaves=9),
)


@many
@given(anything)
def test_images_are_taken_as_documented_or_refused_with_a_reason(images):
    try:
        checked = check_images(images, (2, 2, 1))
    except (TypeError, ValueError) as error:
        assert str(error).startswith("images: ") and "what serves is" in str(error)
        return
    assert checked.dtype == "float32" and checked.shape[1:] == (2, 2, 1) and len(checked) > 0
    assert checked.min() >= 0 and checked.max() <= 1
    np.testing.assert_array_equal(checked, np.asarray(images).astype("float32"))


@some
@given(st.integers() | st.floats() | st.booleans() | st.text(), st.none() | st.integers(1, 50))
def test_counts_are_whole_numbers_in_range(value, largest):
    serves = type(value) is int and value >= 1 and (largest is None or value <= largest)
    if serves:
        check_count("n", value, largest)
    else:
        with pytest.raises((TypeError, ValueError), match="n must be"):
            check_count("n", value, largest)


sides = st.integers(1, 5).map(lambda quarter: 4 * quarter)


@few
@given(st.integers(1, 70), st.tuples(sides, sides, st.integers(1, 3)), st.sampled_from(["", "dcgan_"]))
def test_networks_fit_together_for_any_shape(latent_dim, image_shape, kind):
    generator = getattr(gu, f"build_{kind}generator")(latent_dim, image_shape)
    discriminator = getattr(gu, f"build_{kind}discriminator")(image_shape)
    combined = gu.build_combined(generator, discriminator)
    assert generator.input_shape == (None, latent_dim) and discriminator.output_shape == (None, 1)
    latents = np.random.default_rng(0).normal(size=(3, latent_dim)).astype("float32")
    images = keras.ops.convert_to_numpy(generator(latents))
    assert images.shape == (3, *image_shape) and images.min() >= 0 and images.max() <= 1
    expected = keras.ops.convert_to_numpy(discriminator(images))
    np.testing.assert_allclose(keras.ops.convert_to_numpy(combined(latents)), expected, rtol=1e-3, atol=1e-4)


@pytest.fixture(scope="module")
def gan():
    keras.utils.set_random_seed(1)
    layers = keras.layers
    generator = [keras.Input((2,)), layers.Dense(4, "sigmoid"), layers.Reshape((2, 2, 1))]
    discriminator = [keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)]
    return gu.GAN(keras.Sequential(generator), keras.Sequential(discriminator), seed=1)


@some
@given(n=st.integers(1, 60), seed=st.integers(0, 2**63))
def test_generate_gives_what_was_asked_for_and_the_same_again(gan, n, seed):
    images = gan.generate(n, seed)
    assert images.shape == (n, 2, 2, 1) and images.dtype == "float32"
    assert images.min() >= 0 and images.max() <= 1
    np.testing.assert_array_equal(images, gan.generate(n, seed))


@few
@given(n=st.integers(1, 40), epochs=st.integers(1, 3), data=st.data())
def test_fit_shows_every_image_once_an_epoch(gan, n, epochs, data):
    batch_size = data.draw(st.integers(1, n))
    images, shown, before = np.linspace(0, 1, n * 4, dtype="float32").reshape(n, 2, 2, 1), [], gan.step
    train_on_batch = gan.train_on_batch
    gan.train_on_batch = lambda batch: shown.append(batch) or train_on_batch(batch)
    try:
        history = gan.fit(images, epochs=epochs, batch_size=batch_size, verbose=0)
    finally:
        del gan.train_on_batch
    assert gan.step - before == len(shown) == epochs * math.ceil(n / batch_size)
    assert len(history.history["d_loss"]) == epochs
    for epoch in np.split(np.concatenate(shown), epochs):
        np.testing.assert_array_equal(np.sort(epoch, axis=0), images)


@some
@given(
    hnp.arrays("float64", (30, 3), elements=st.floats(-10, 10), fill=st.nothing()),
    hnp.arrays("float64", (30, 3), elements=st.floats(-10, 10), fill=st.nothing()),
)
def test_a_frechet_distance_is_one(features, others):
    def distance(a, b):
        return quality._frechet_distance(
            a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False)
        )

    assert distance(features, others) >= -1e-4
    assert distance(features, features) == pytest.approx(0, abs=1e-4)
    assert distance(features, others) == pytest.approx(distance(others, features), rel=1e-3, abs=1e-3)
    assert distance(features, features + 2) == pytest.approx(12, abs=1e-3)  # a shift of 2 in 3 dimensions


DAMAGED_FILES = 3000


@pytest.mark.usefixtures("empty_home")
def test_damaged_files_are_refused_with_the_documented_error(small_mnist, monkeypatch, no_socket):
    whole, rng, taken = small_mnist.read_bytes(), np.random.default_rng(0), 0
    expected = gu.Dataset  # never another type, whatever the file holds
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist))
    for i in range(DAMAGED_FILES):
        content = bytearray(whole)
        place, length = rng.integers(len(whole)), int(rng.integers(1, 200))
        if i % 5 == 0:
            content[place] ^= 1 << rng.integers(8)  # one bit
        elif i % 5 == 1:
            content = content[:place]  # cut off
        elif i % 5 == 2:
            content[place : place + length] = rng.bytes(length)  # overwritten
        elif i % 5 == 3:
            del content[place : place + length]  # a piece missing
        else:
            content[place:place] = content[:length]  # a piece twice
        small_mnist.write_bytes(content)
        try:
            dataset = gu.load_images("mnist")
        except ValueError as error:
            assert "GAN_UTILS_DATA is" in str(error) and "does not serve" in str(error)
        else:  # the damage lies where nothing is read, and the digests vouch for the arrays
            assert isinstance(dataset, expected) and dataset.images.shape == (20, 28, 28, 1)
            taken += 1
    assert taken < DAMAGED_FILES / 5
    print(f"{DAMAGED_FILES} damaged files: {DAMAGED_FILES - taken} refused, {taken} harmless")
    assert downloads.keras_folder().exists() is False, "nothing was cached"


@pytest.mark.parametrize(
    "file",
    [
        "generator.keras",
        *(
            pytest.param(f"{name}.keras", marks=pytest.mark.slow)
            for name in ("discriminator", "averaged_generator")
        ),
        "state.npz",
        "gan.json",
    ],
)
def test_a_damaged_save_is_refused_with_the_documented_error(gan, file, tmp_path):
    gan.save(tmp_path / "gan")
    path, rng = tmp_path / "gan" / file, np.random.default_rng(0)
    whole, refused = path.read_bytes(), 0
    for i in range(40):
        content = bytearray(whole)
        place = rng.integers(len(whole))
        if i % 2:
            content = content[:place]
        else:
            content[place : place + 20] = rng.bytes(20)
        path.write_bytes(content)
        try:
            gu.GAN.load(tmp_path / "gan")
        except ValueError as error:
            assert "is damaged" in str(error)
            refused += 1
    assert refused >= 20, "a file cut off is always refused"
