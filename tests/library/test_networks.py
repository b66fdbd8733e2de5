import keras
import numpy as np
import pytest
from keras import layers

import gan_utils as gu

DISCRIMINATORS = [gu.build_discriminator, gu.build_dcgan_discriminator]
GENERATORS = [gu.build_generator, gu.build_dcgan_generator]


def sequential(*stack):
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *stack])


@pytest.mark.parametrize("build", DISCRIMINATORS)
@pytest.mark.parametrize("image_shape", [(28, 28, 1), (32, 32, 3), (48, 48, 1), (64, 64, 3), (80, 100, 3)])
def test_discriminators_end_in_one_logit(build, image_shape):
    discriminator = build(image_shape)
    assert discriminator.input_shape == (None, *image_shape)
    assert discriminator.output_shape == (None, 1)
    assert discriminator.built and not discriminator.compiled
    images = 1e3 * np.random.default_rng(0).standard_normal((50, *image_shape), dtype="float32")
    logits = discriminator.predict_on_batch(images)
    assert logits.min() < 0 and logits.max() > 1, "probabilities would stay in [0, 1]"
    assert not any(isinstance(layer, layers.BatchNormalization) for layer in discriminator.layers)


@pytest.mark.parametrize(
    ("side", "maps"), [(28, [14, 7]), (32, [16, 8]), (48, [24, 12, 6]), (64, [32, 16, 8]), (100, [50, 25])]
)
def test_larger_images_have_more_convolutions(side, maps):
    """28 and 32 pixels have two, as ever, and what follows the maps is small at every size."""
    discriminator, generator = (
        gu.build_dcgan_discriminator((side, side, 3)),
        gu.build_dcgan_generator(64, (side, side, 3)),
    )
    down = [layer for layer in discriminator.layers if isinstance(layer, layers.Conv2D)]
    up = [layer for layer in generator.layers if isinstance(layer, layers.Conv2DTranspose)]
    assert [layer.output.shape[1] for layer in down] == maps
    assert [layer.output.shape[1] for layer in up] == [*maps[-2::-1], side]
    assert [layer.filters for layer in down] == [16, 32, 64][: len(maps)]
    assert [layer.filters for layer in up] == [*[16, 32][: len(maps) - 1][::-1], 3]


@pytest.mark.parametrize("build", GENERATORS)
@pytest.mark.parametrize(
    ("latent_dim", "image_shape"), [(64, (28, 28, 1)), (5, (32, 32, 3)), (5, (48, 48, 1)), (64, (64, 64, 3))]
)
def test_generators_make_images_between_0_and_1(build, latent_dim, image_shape):
    generator = build(latent_dim, image_shape)
    latents = 10 * np.random.default_rng(0).standard_normal((50, latent_dim), dtype="float32")
    images = generator.predict_on_batch(latents)
    assert images.shape == (50, *image_shape)
    assert images.min() >= 0 and images.max() <= 1


@pytest.mark.parametrize("build", GENERATORS)
@pytest.mark.parametrize("latent_dim", [0, -3, 2.5, None])
def test_latent_dim_must_be_a_count(build, latent_dim):
    with pytest.raises((TypeError, ValueError), match="latent_dim must be"):
        build(latent_dim)


@pytest.mark.parametrize("build", [gu.build_dcgan_discriminator, gu.build_dcgan_generator])
def test_convolutions_need_multiples_of_4(build):
    with pytest.raises(ValueError, match=r"image_shape.*multiples of 4.*30"):
        build(image_shape=(30, 28, 1))


def test_combined_offers_the_generators_weights_and_keeps_the_rest():
    generator, discriminator = gu.build_generator(), gu.build_discriminator()
    combined = gu.build_combined(generator, discriminator)
    names = ("trainable_weights", "trainable_variables")
    for name in names:
        offered, expected = getattr(combined, name), getattr(generator, name)
        assert [id(v) for v in offered] == [id(v) for v in expected]
    rest = {id(v) for v in combined.non_trainable_variables}
    assert {id(v) for v in discriminator.variables} <= rest
    assert len(combined.weights) == len(generator.weights) + len(discriminator.weights)
    assert combined.count_params() == generator.count_params() + discriminator.count_params()


def test_combined_survives_saving(tmp_path):
    combined = gu.build_combined(gu.build_generator(latent_dim=4), gu.build_discriminator())
    combined.save(tmp_path / "combined.keras")
    loaded = keras.models.load_model(tmp_path / "combined.keras")
    latents = np.ones((3, 4), "float32")
    np.testing.assert_array_equal(combined.predict_on_batch(latents), loaded.predict_on_batch(latents))
    loaded.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    before = loaded.layers[1].get_weights()
    loaded.train_on_batch(latents, np.ones((3, 1)))
    for a, b in zip(before, loaded.layers[1].get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("generator", "discriminator", "error", "message"),
    [
        (gu.build_generator(image_shape=(28, 28, 3)), gu.build_discriminator(), ValueError, "28, 28, 3"),
        (gu.build_generator(), sequential(layers.Dense(2)), ValueError, r"one logit.*\(None, 2\)"),
        (gu.build_generator(), sequential(layers.Dense(1, "sigmoid")), ValueError, "ends in a sigmoid"),
        (
            gu.build_generator(),
            sequential(layers.Dense(1), layers.Activation("sigmoid")),
            ValueError,
            "ends in a sigmoid",
        ),
        (
            gu.build_generator(),
            sequential(layers.Dense(1), layers.Activation(keras.ops.sigmoid)),
            ValueError,
            "ends in a sigmoid",
        ),
        (
            gu.build_generator(),
            sequential(layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)),
            ValueError,
            "BatchNormalization",
        ),
        (
            gu.build_generator(),
            sequential(keras.Sequential([layers.BatchNormalization()]), layers.Dense(1)),
            ValueError,
            "BatchNormalization",
        ),
        (gu.build_generator(), lambda images: images, TypeError, "discriminator must be a Keras model"),
        ("generator", gu.build_discriminator(), TypeError, "generator must be a Keras model"),
        (keras.Sequential([layers.Dense(784)]), gu.build_discriminator(), ValueError, "not built"),
        (
            keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(784)]),
            gu.build_discriminator(),
            ValueError,
            "latents",
        ),
    ],
)
def test_pairs_that_do_not_fit_are_refused(generator, discriminator, error, message):
    with pytest.raises(error, match=message):
        gu.build_combined(generator, discriminator)


def test_input_gradient_is_the_slope():
    keras.utils.set_random_seed(0)  # a kink of LeakyReLU within the step makes another slope
    discriminator = gu.build_dcgan_discriminator()
    images = np.random.default_rng(0).random((3, 28, 28, 1), dtype="float32")
    before = discriminator.get_weights()
    gradient = gu.input_gradient(discriminator, images)
    assert gradient.shape == images.shape
    direction = np.random.default_rng(1).standard_normal(images.shape, dtype="float32")
    step = 1e-4
    ahead, behind = (discriminator.predict_on_batch(images + s * direction) for s in (step, -step))
    slope = ((ahead - behind) / (2 * step))[:, 0]
    np.testing.assert_allclose((gradient * direction).sum(axis=(1, 2, 3)), slope, rtol=0.05, atol=5e-3)
    for a, b in zip(before, discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
