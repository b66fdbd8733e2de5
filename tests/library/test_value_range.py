"""Networks of another range than images: a generator that ends in a tanh."""

import keras
import numpy as np
import pytest
from keras import layers

import gan_utils as gu
from gan_utils._support.value_ranges import to_images


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:64]


def networks(end):
    keras.utils.set_random_seed(1)
    generator = [keras.Input((4,)), layers.Dense(784, end), layers.Reshape((28, 28, 1))]
    return keras.Sequential(generator), gu.build_discriminator()


def by_hand(images):
    """D and G in (-1, 1), by a loop that gives them what they take."""
    generator, discriminator = networks("tanh")
    gan = gu.GAN(generator, discriminator, seed=2, value_range=(-1, 1))
    latents = np.random.default_rng(2)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    g, d = networks("tanh")
    d.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.2, beta_1=0.0, beta_2=0.9), loss)
    combined = gu.build_combined(g, d)
    combined.compile(keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9), loss)
    targets = np.repeat([[1.0], [0.0]], len(images), axis=0).astype("float32")
    for _ in range(3):
        gan.train_on_batch(images)
        fakes = g.predict_on_batch(latents.standard_normal((len(images), 4), dtype="float32"))
        d.train_on_batch(np.concatenate([2 * images - 1, fakes]), targets)
        combined.train_on_batch(
            latents.standard_normal((len(images), 4), dtype="float32"), targets[: len(images)]
        )
    return gan, g, d


def test_the_networks_train_in_their_own_range(images):
    gan, g, d = by_hand(images)
    for ours, theirs in ((gan.generator, g), (gan.discriminator, d)):
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


@pytest.mark.parametrize("steps_per_execution", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_people_see_images(steps_per_execution, images, tmp_path):
    gan = gu.GAN(*networks("tanh"), seed=2, value_range=(-1, 1))
    gan.fit(images, 4, 16, steps_per_execution=steps_per_execution, verbose=0)
    raw = gan.averaged_generator.predict_on_batch(gan.frame_latents)
    assert raw.min() < -0.2
    drawn = gan.generate(latents=gan.frame_latents)
    assert drawn.dtype == np.float32 and drawn.min() >= 0 and drawn.max() <= 1
    np.testing.assert_allclose(drawn, (raw + 1) / 2, atol=1e-6)
    np.testing.assert_array_equal(gan.frames[-1][1], np.round(255 * drawn).astype("uint8"))
    gan.save(tmp_path / "gan")
    again = gu.GAN.load(tmp_path / "gan")
    assert again.value_range == (-1, 1)
    np.testing.assert_array_equal(again.generate(5, seed=1), gan.generate(5, seed=1))
    assert again.train_on_batch(images) == gan.train_on_batch(images)


def test_a_coarse_number_type_does_not_lead_out_of_the_images():
    """Of mixed precision: the nearest float16 to 1.2 is 1.2002."""
    drawn = to_images(np.array([-0.3, 0.45, 1.2], "float16"), (-0.3, 1.2))
    assert drawn.dtype == np.float32 and drawn.min() == 0 and drawn.max() == 1


def test_both_ranges_learn_alike(images):
    """sigmoid(2 x) is (tanh(x) + 1) / 2; with a D that undoes the range, the two trainings are one."""
    keras.utils.set_random_seed(3)
    g, d = networks("tanh")
    z, x = keras.Input((4,)), keras.Input((28, 28, 1))
    undone = keras.Model(x, d(layers.Rescaling(0.5, 0.5)(x)))
    a = gu.GAN(g, undone, seed=2, value_range=(-1, 1))
    g2, d2 = networks("tanh")
    b = gu.GAN(keras.Model(z, layers.Rescaling(0.5, 0.5)(g2(z))), d2, seed=2)
    for gan in (a, b):
        for _ in range(3):
            gan.train_on_batch(images)
    np.testing.assert_allclose(a.generate(8, seed=1), b.generate(8, seed=1), atol=1e-5)


@pytest.mark.parametrize(
    "end, value_range, message",
    [
        ("tanh", (0, 1), r"ends in a tanh .*: give GAN\(..., value_range=\(-1, 1\)\)"),
        ("sigmoid", (-1, 1), r"of which generator cannot draw a part.* value_range=\(0, 1\)"),
        ("linear", (-1, 1), r"images in \[-1, 1\].*ends in no activation.*leave value_range away"),
        ("tanh", (-0.5, 0.5), r"images in \[-0.5, 0.5\]"),
        ("sigmoid", (0, 255), "nothing beyond 1.5"),
        ("sigmoid", (1, 0), r"^value_range: \(1, 0\) came"),
        ("sigmoid", (0, np.nan), r"^value_range: "),
    ],
)
def test_a_range_that_is_not_the_generators(end, value_range, message):
    with pytest.raises(ValueError, match=message):
        gu.GAN(*networks(end), value_range=value_range)


@pytest.mark.parametrize("value_range", [1, None, "ab", (0, 1, 2), ("low", "high")])
def test_what_is_no_range(value_range):
    with pytest.raises(TypeError, match=r"^value_range: .* came; what serves is \(low, high\)"):
        gu.GAN(*networks("sigmoid"), value_range=value_range)


def test_pairs_keep_to_the_images_range():
    pair = gu.build_conditional_generator(4, (8, 8, 1)), gu.build_conditional_discriminator((8, 8, 1))
    with pytest.raises(ValueError, match=r"value_range: .*(pairs|cannot draw)"):
        gu.GAN(*pair, value_range=(-1, 1))
