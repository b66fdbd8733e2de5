"""Ask for a digit: the conditional GAN (Mirza and Osindero 2014, arXiv:1411.1784), trained by `GAN` as it is.

Both networks are told the class y, as a one-hot vector. `GAN` gives a network one input and takes one output,
so what belongs together travels in one row of numbers:

    pairs    (n, 784 + 10)   the pixels of x, then y: real ones from `as_pairs`, fake ones from the generator
    latents  (n, 64 + 10)    z, then ten numbers, the largest of which stands at the class that is asked for

Latents that `GAN` draws ask for each class equally often. `GAN.generate` and `GAN.frames` give pairs, too.
"""

import math

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import ArrayLike

from gan_utils._support.image_checks import check_count, check_images, one_hot
from gan_utils._support.network_checks import network_told_the_class
from gan_utils._support.settings import CHANNELS_LAST
from gan_utils.gan import GAN
from gan_utils.networks import LEAK, Shape, dense_block


def build_conditional_generator(
    latent_dim: int = 64, image_shape: Shape = (28, 28, 1), classes: int = 10
) -> keras.Model:
    """Dense generator: latents (n, latent_dim + classes) -> pairs (n, pixels + classes) in [0, 1].

    Inside it is notebook 02's G(z, y): both concatenated -> 128 -> 256 -> image.
    """
    check_count("latent_dim", latent_dim)
    check_count("classes", classes)
    z, y = keras.Input((latent_dim,), name="z"), keras.Input((classes,), name="y")
    hidden = layers.Concatenate()([z, y])
    for layer in [*dense_block(128), *dense_block(256)]:
        hidden = layer(hidden)
    pixels = layers.Dense(math.prod(image_shape), activation="sigmoid")(hidden)
    return generator_of_pairs(keras.Model([z, y], layers.Reshape(image_shape)(pixels)))


def build_conditional_discriminator(image_shape: Shape = (28, 28, 1), classes: int = 10) -> keras.Model:
    """Dense discriminator: pairs (n, pixels + classes) -> one logit each. Built, not compiled; no BatchNorm.

    Inside it is notebook 02's D(x, y): both concatenated -> 256 -> 128, with another end: one logit for each
    class, of which y picks its own, as in the projection discriminator (Miyato and Koyama 2018,
    arXiv:1802.05637). What that gains is in benchmarks/conditional.md.
    """
    check_count("classes", classes)
    x, y = keras.Input(image_shape, name="x"), keras.Input((classes,), name="y")
    hidden = layers.Concatenate()([layers.Flatten(**CHANNELS_LAST)(x), y])
    for units in (256, 128):
        hidden = layers.LeakyReLU(negative_slope=LEAK)(layers.Dense(units)(hidden))
    logit = layers.Dot(axes=1)([layers.Dense(classes)(hidden), y])
    return discriminator_of_pairs(keras.Model([x, y], logit))


def generator_of_pairs(generator: keras.Model) -> keras.Model:
    """Put any G(z, y), a Keras model of the inputs [z, y], between latents and pairs."""
    latent_dim, classes = (shape[1] for shape in generator.input_shape)
    latents = keras.Input((latent_dim + classes,), name="latents")
    z, wishes = ops.split(latents, [latent_dim], axis=1)
    y = ops.one_hot(ops.argmax(wishes, axis=1), classes)
    pixels = layers.Flatten(**CHANNELS_LAST)(generator([z, y]))
    return keras.Model(latents, layers.Concatenate()([pixels, y]), name="generator_of_pairs")


def discriminator_of_pairs(discriminator: keras.Model) -> keras.Model:
    """Let any D(x, y), a Keras model of the inputs [x, y] that ends in a logit, judge pairs."""
    (_, *image_shape), (_, classes) = discriminator.input_shape
    pairs = keras.Input((math.prod(image_shape) + classes,), name="pairs")
    pixels, y = ops.split(pairs, [math.prod(image_shape)], axis=1)
    logit = discriminator([layers.Reshape(image_shape)(pixels), y])
    return keras.Model(pairs, logit, name="discriminator_of_pairs")


def as_pairs(images: np.ndarray, labels: np.ndarray, classes: int = 10) -> np.ndarray:
    """Lay each image and its class side by side: what `GAN.fit` takes to train a conditional pair.

    Args:
        images: float (n, ...) in [0, 1].
        labels: whole numbers (n,) from 0 to classes - 1.

    Returns:
        float32 (n, pixels + classes) in [0, 1]: the pixels row by row, then 1 at the class and 0 elsewhere.

    Raises:
        TypeError, ValueError: as `check_images`; labels that are not such numbers, or not one an image.
    """
    images = check_images(images, np.shape(images)[1:])
    y = one_hot(labels, classes, "labels")
    if len(y) != len(images):
        raise ValueError(f"labels: {len(y):,} came for {len(images):,} images; what serves is one each")
    return np.concatenate([images.reshape(len(images), -1), y], axis=1)


def ask(
    gan: GAN, digits: ArrayLike, seed: int | None = None, latents: np.ndarray | None = None
) -> np.ndarray:
    """Draw the digits that are asked for, from the averaged generator.

    Args:
        gan: a `GAN` of `build_conditional_generator` and `build_conditional_discriminator`.
        digits: the classes, whole numbers (n,) from 0 to classes - 1; or one alone.
        seed: for the same images again.
        latents: float (n, latent_dim), the z of each image, instead of a seed.

    Returns:
        float32 (n, *image_shape) in [0, 1].

    Raises:
        TypeError, ValueError: digits or latents that are not as above, latents beside a seed, or a gan whose
            generator is not told the class.
    """
    generator = network_told_the_class(gan.generator)
    if generator is None:
        raise ValueError("gan: its generator is not told the class; build_conditional_generator builds one")
    latent_dim, classes = (shape[1] for shape in generator.input_shape)
    y = one_hot(np.atleast_1d(digits), classes, "digits")
    if latents is None:
        latents = np.random.default_rng(seed).standard_normal((len(y), latent_dim), dtype="float32")
    elif seed is not None:
        raise ValueError("give either latents or seed, not both")
    if np.shape(latents) != (len(y), latent_dim):
        raise ValueError(f"latents: shape {np.shape(latents)} came; what serves is {(len(y), latent_dim)}")
    pairs = gan.generate(latents=np.concatenate([latents, y], axis=1))
    return pairs[:, :-classes].reshape(-1, *generator.output_shape[1:])
