"""Ask for a digit: pairs of pixels and class, the two networks that are told the class, what they draw."""

import keras
import numpy as np
import pytest
from keras import layers

import gan_utils as gu
from gan_utils import conditional


@pytest.fixture(scope="module")
def digits():
    return gu.load_images("digits")


@pytest.fixture
def gan():
    keras.utils.set_random_seed(1)
    generator = conditional.build_conditional_generator(latent_dim=8)
    return gu.GAN(generator, conditional.build_conditional_discriminator(), seed=1)


def inside(network):
    """The network of two inputs that stands between latents and pairs."""
    return next(layer for layer in network.layers if isinstance(layer, keras.Model))


def randomize(model):
    """Weights of both signs, biases and statistics as well; a variance has one sign only."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        value = rng.uniform(-0.2, 0.2, weight.shape)
        weight.assign(abs(value) if weight.name == "moving_variance" else value)


def one_hot(classes):
    return np.eye(10, dtype="float32")[classes]


def test_pairs_hold_the_pixels_and_the_class(digits):
    pairs = conditional.as_pairs(digits.images[:200], digits.labels[:200])
    assert pairs.shape == (200, 784 + 10) and pairs.dtype == np.float32
    np.testing.assert_array_equal(pairs[:, :784].reshape(-1, 28, 28, 1), digits.images[:200])
    np.testing.assert_array_equal(pairs[:, 784:], one_hot(digits.labels[:200]))


@pytest.mark.parametrize(
    ("latent_dim", "image_shape", "classes"), [(64, (28, 28, 1), 10), (5, (8, 12, 3), 4)]
)
def test_the_networks_of_pairs(latent_dim, image_shape, classes):
    pixels = np.prod(image_shape)
    generator = conditional.build_conditional_generator(latent_dim, image_shape, classes)
    discriminator = conditional.build_conditional_discriminator(image_shape, classes)
    latents = 10 * np.random.default_rng(0).standard_normal((500, latent_dim + classes), dtype="float32")
    pairs = generator.predict_on_batch(latents)
    assert pairs.shape == (500, pixels + classes) and pairs.min() >= 0 and pairs.max() <= 1
    asked = latents[:, latent_dim:].argmax(axis=1)
    np.testing.assert_array_equal(pairs[:, pixels:], np.eye(classes)[asked])
    share = np.bincount(asked, minlength=classes) / 500
    assert np.all(abs(share - 1 / classes) < 0.06), "random latents ask for each class equally often"
    assert discriminator.predict_on_batch(pairs).shape == (500, 1)
    assert not discriminator.compiled


def by_hand_generator():
    """As notebook 02 builds it, in "A class on request"."""
    z, y = keras.Input((64,)), keras.Input((10,))
    hidden = layers.Concatenate()([z, y])
    for units in (128, 256):
        hidden = layers.Dense(units, use_bias=False)(hidden)
        hidden = layers.ReLU()(layers.BatchNormalization(momentum=0.5)(hidden))
    return keras.Model([z, y], layers.Reshape((28, 28, 1))(layers.Dense(784, activation="sigmoid")(hidden)))


def by_hand_discriminator(logits):
    """As notebook 02 builds it, where it ends in one logit."""
    x, y = keras.Input((28, 28, 1)), keras.Input((10,))
    hidden = layers.Concatenate()([layers.Flatten()(x), y])
    for units in (256, 128):
        hidden = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(units)(hidden))
    return keras.Model([x, y], layers.Dense(logits)(hidden))


def momenta(model):
    return [layer.momentum for layer in model.layers if isinstance(layer, layers.BatchNormalization)]


def test_the_generator_of_notebook_02_is_inside():
    latents = np.random.default_rng(0).standard_normal((50, 74), dtype="float32")
    by_hand = by_hand_generator()
    randomize(by_hand)
    expected = by_hand.predict_on_batch([latents[:, :64], one_hot(latents[:, 64:].argmax(axis=1))])
    for generator in (
        conditional.build_conditional_generator(),
        conditional.generator_of_pairs(by_hand_generator()),
    ):
        generator.set_weights(by_hand.get_weights())
        np.testing.assert_array_equal(generator.predict_on_batch(latents)[:, :784], expected.reshape(50, 784))
        assert momenta(inside(generator)) == momenta(by_hand)


def test_the_discriminator_of_notebook_02_is_inside_with_a_logit_for_each_class(digits):
    images, labels = digits.images[:50], digits.labels[:50]
    pairs = conditional.as_pairs(images, labels)
    by_hand, packaged = by_hand_discriminator(logits=10), conditional.build_conditional_discriminator()
    randomize(packaged)
    by_hand.set_weights(packaged.get_weights())
    expected = by_hand.predict_on_batch([images, one_hot(labels)])[np.arange(50), labels]
    np.testing.assert_allclose(packaged.predict_on_batch(pairs)[:, 0], expected, rtol=1e-6)

    by_hand = by_hand_discriminator(logits=1)
    expected = by_hand.predict_on_batch([images, one_hot(labels)])
    np.testing.assert_array_equal(
        conditional.discriminator_of_pairs(by_hand).predict_on_batch(pairs), expected
    )


def test_what_is_asked_for_reaches_the_picture(gan):
    latents = np.random.default_rng(0).standard_normal((10, 8), dtype="float32")
    same_z = conditional.ask(gan, range(10), latents=np.repeat(latents[:1], 10, axis=0))
    assert same_z.shape == (10, 28, 28, 1) and same_z.dtype == np.float32
    assert len(np.unique(same_z.reshape(10, -1), axis=0)) == 10, "another class is another picture"
    same_class = conditional.ask(gan, [7] * 10, latents=latents)
    assert len(np.unique(same_class.reshape(10, -1), axis=0)) == 10, "another z is another picture"
    expected = inside(gan.averaged_generator).predict_on_batch([latents, one_hot([7] * 10)])
    np.testing.assert_array_equal(same_class, expected)


def test_asking_again_with_the_same_seed(gan):
    state = gan.random.bit_generator.state
    first = conditional.ask(gan, [3, 1, 4], seed=2)
    np.testing.assert_array_equal(conditional.ask(gan, np.array([3, 1, 4], "uint8"), seed=2), first)
    assert not np.array_equal(conditional.ask(gan, [3, 1, 4]), first)
    assert conditional.ask(gan, 7).shape == (1, 28, 28, 1)
    assert gan.random.bit_generator.state == state, "asking does not disturb training"


def test_the_discriminator_sees_the_class(gan, digits):
    images = np.repeat(digits.images[:1], 10, axis=0)
    logits = gan.discriminator.predict_on_batch(conditional.as_pairs(images, np.arange(10)))
    assert len(np.unique(logits)) == 10


def test_a_step_trains_whom_it_should(gan, digits, capsys):
    pairs = conditional.as_pairs(digits.images[:64], digits.labels[:64])
    gu.check_training(gan.generator, gan.discriminator, gan.combined, pairs)
    assert "D's update: all 6 trainable weights of D moved, none of the 12" in capsys.readouterr().out
    before = gan.generator.get_weights(), gan.discriminator.get_weights()
    logs = gan.train_on_batch(pairs)
    assert all(np.isfinite(value) for value in logs.values())
    for old, model in zip(before, (gan.generator, gan.discriminator), strict=True):
        assert all(not np.array_equal(a, b) for a, b in zip(old, model.get_weights(), strict=True))


def test_what_is_asked_for_is_learned():
    """Three kinds of image, told apart by the brightest of three pixels: two seconds of training."""
    labels = np.random.default_rng(0).integers(3, size=960)
    images = 0.1 + 0.8 * np.eye(3)[labels].reshape(-1, 1, 3, 1)
    keras.utils.set_random_seed(3)
    generator = conditional.build_conditional_generator(4, (1, 3, 1), classes=3)
    gan = gu.GAN(generator, conditional.build_conditional_discriminator((1, 3, 1), classes=3), seed=3)
    gan.fit(conditional.as_pairs(images, labels, classes=3), epochs=20, verbose=0)
    asked = np.arange(300) % 3
    drawn = conditional.ask(gan, asked, seed=0).reshape(300, 3).argmax(axis=1)
    assert np.mean(drawn == asked) > 0.95


def test_save_load_and_go_on(gan, digits, tmp_path):
    pairs = conditional.as_pairs(digits.images[:150], digits.labels[:150])
    gan.fit(pairs, epochs=4, batch_size=50, verbose=0)
    gan.save(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan")
    for trained in (gan, loaded):
        trained.fit(pairs, epochs=2, batch_size=50, verbose=0)
    assert loaded.curves == gan.curves and loaded.step == 18
    np.testing.assert_array_equal(
        conditional.ask(loaded, range(10), seed=0), conditional.ask(gan, range(10), seed=0)
    )


NUMBERS = "whole numbers from 0 to 9"


@pytest.mark.parametrize(
    ("classes", "error", "came"),
    [
        ([0, 10], ValueError, "10 came"),
        ([-1, 0], ValueError, "-1 came"),
        ([3.5, 0], TypeError, "3.5, of dtype float64, came"),
        (["7", "0"], TypeError, "7, of dtype <U1, came"),
        ([True, False], TypeError, "True, of dtype bool, came"),
        ([], ValueError, r"shape \(0,\) came"),
        ([[7], [0]], ValueError, r"shape \(2, 1\) came"),
    ],
)
def test_classes_that_are_none_are_refused(gan, digits, classes, error, came):
    with pytest.raises(error, match=f"^digits: .*{came}; what serves is {NUMBERS}"):
        conditional.ask(gan, classes)
    with pytest.raises(error, match=f"^labels: .*{came}; what serves is {NUMBERS}"):
        conditional.as_pairs(digits.images[:2], classes)


def test_other_arguments_are_refused(gan, digits):
    with pytest.raises(ValueError, match="labels: 3 came for 2 images"):
        conditional.as_pairs(digits.images[:2], digits.labels[:3])
    with pytest.raises(TypeError, match="images: dtype uint8"):
        conditional.as_pairs(np.zeros((2, 28, 28, 1), "uint8"), [1, 2])
    with pytest.raises(ValueError, match=r"latents: shape \(2, 8\) came; what serves is \(3, 8\)"):
        conditional.ask(gan, [1, 2, 3], latents=np.zeros((2, 8)))
    with pytest.raises(ValueError, match="either latents or seed"):
        conditional.ask(gan, [1], seed=1, latents=np.zeros((1, 8)))
    with pytest.raises(ValueError, match="gan: its generator is not told the class"):
        conditional.ask(gu.GAN(gu.build_generator(), gu.build_discriminator()), [7])
    with pytest.raises(ValueError, match="latent_dim"):
        conditional.build_conditional_generator(latent_dim=0)
    for build in (conditional.build_conditional_generator, conditional.build_conditional_discriminator):
        with pytest.raises(ValueError, match="classes must be at least 1"):
            build(classes=0)
