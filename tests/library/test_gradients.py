"""Each step's gradient against one derived by hand: networks of a few weights, in NumPy, by differences.

With plain SGD at rate 1 a step subtracts the gradient, so that weights before less weights after are it. A
wrong sign, label, scale, set of latents or BatchNorm mode gives another gradient.
"""

import keras
import numpy as np
import pytest
from keras import layers

import gan_utils as gu

LATENT, HIDDEN, PIXELS, EPSILON = 2, 3, 4, 1e-3


def tiny_gan(rate=1.0, **arguments):
    keras.utils.set_random_seed(3)
    generator = keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(HIDDEN, use_bias=False),
            layers.BatchNormalization(momentum=0.5, epsilon=EPSILON),
            layers.Dense(PIXELS, "sigmoid"),
            layers.Reshape((2, 2, 1)),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((2, 2, 1)),
            layers.Flatten(),
            layers.Dense(HIDDEN),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1),
        ]
    )
    for model, seed in ((generator, 1), (discriminator, 2)):
        rng = np.random.default_rng(seed)  # large weights: nothing is near 0 or at 1/2
        model.set_weights([w + rng.uniform(0.2, 0.8, w.shape) for w in model.get_weights()])
    optimizers = keras.optimizers.SGD(rate), keras.optimizers.SGD(rate)
    return gu.GAN(generator, discriminator, *optimizers, seed=5, **arguments)


def judge(weights, images):
    """D in NumPy: the logit of each image."""
    w1, b1, w2, b2 = weights
    hidden = images.reshape(len(images), -1) @ w1 + b1
    return np.where(hidden > 0, hidden, 0.2 * hidden) @ w2 + b2


def draw(weights, latents, training):
    """G in NumPy."""
    w1, scale, shift, moving_mean, moving_variance, w2, b2 = weights
    hidden = latents @ w1
    mean, variance = (hidden.mean(axis=0), hidden.var(axis=0)) if training else (moving_mean, moving_variance)
    hidden = scale * (hidden - mean) / np.sqrt(variance + EPSILON) + shift
    return 1 / (1 + np.exp(-(hidden @ w2 + b2)))


def gradient_by_differences(loss, weights, step=1e-5):
    """Central differences, one number after the other, in float64."""
    gradients = []
    for weight in weights:
        gradient = np.zeros_like(weight)
        for index in np.ndindex(weight.shape):
            kept = weight[index]
            weight[index] = kept + step
            above = loss()
            weight[index] = kept - step
            below = loss()
            weight[index] = kept
            gradient[index] = (above - below) / (2 * step)
        gradients.append(gradient)
    return gradients


def doubles(model):
    return [w.astype("float64") for w in model.get_weights()]


@pytest.mark.parametrize("sizes", [(8,), (8, 3), (3, 8, 5)])
def test_both_steps_follow_the_gradient_derived_by_hand(sizes):
    gan = tiny_gan()
    latents = np.random.default_rng(5)
    for n in sizes:
        real_images = np.random.default_rng(n).uniform(size=(n, 2, 2, 1)).astype("float32")
        g, d = doubles(gan.generator), doubles(gan.discriminator)
        fakes = draw(g, latents.standard_normal((n, LATENT), dtype="float32"), training=False)

        def d_loss(d=d, real_images=real_images, fakes=fakes):
            real_loss = np.log1p(np.exp(-judge(d, real_images))).mean()
            return (real_loss + np.log1p(np.exp(judge(d, fakes))).mean()) / 2

        d_gradient = gradient_by_differences(d_loss, d)
        logs = gan.train_on_batch(real_images)
        d_after, g_after = doubles(gan.discriminator), doubles(gan.generator)
        z = latents.standard_normal((n, LATENT), dtype="float32")

        def g_loss(g=g, z=z, d_after=d_after):
            return np.log1p(np.exp(-judge(d_after, draw(g, z, training=True)))).mean()

        g_gradient = gradient_by_differences(g_loss, g)
        assert logs["d_loss"] == pytest.approx(d_loss(), rel=1e-4)
        assert logs["g_loss"] == pytest.approx(g_loss(), rel=1e-4)
        for before, after, gradient in zip(d, d_after, d_gradient, strict=True):
            np.testing.assert_allclose(before - after, gradient, rtol=1e-2, atol=1e-5)
        for i, (before, after, gradient) in enumerate(zip(g, g_after, g_gradient, strict=True)):
            if i not in (3, 4):  # BatchNorm's moving statistics: no gradient, but an average
                np.testing.assert_allclose(before - after, gradient, rtol=1e-2, atol=1e-5)
        hidden = z @ g[0]
        np.testing.assert_allclose(g_after[3], 0.5 * g[3] + 0.5 * hidden.mean(axis=0), rtol=1e-4)
        np.testing.assert_allclose(g_after[4], 0.5 * g[4] + 0.5 * hidden.var(axis=0), rtol=1e-3)


def test_input_gradient_is_the_one_derived_by_hand():
    discriminator = tiny_gan().discriminator
    d, images = doubles(discriminator), np.random.default_rng(0).uniform(size=(5, 2, 2, 1))
    before = discriminator.get_weights()
    (by_hand,) = gradient_by_differences(lambda: judge(d, images).sum(), [images])
    np.testing.assert_allclose(gu.input_gradient(discriminator, images), by_hand, rtol=1e-4, atol=1e-6)
    for a, b in zip(before, discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
