"""A GAN that trains in no time, with all that training must remember: BatchNorm, Dropout, optimizers."""

import keras
from keras import layers

import gan_utils as gu


def small_gan(seed=1, dropout=True, **arguments):
    keras.utils.set_random_seed(1)
    generator = [
        keras.Input((4,)),
        layers.Dense(16, use_bias=False),  # BatchNorm would take it away, and rounding alone would move it
        layers.BatchNormalization(momentum=0.9),
        layers.Dense(784, "sigmoid"),
        layers.Reshape((28, 28, 1)),
    ]
    discriminator = [
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(16, "relu"),
        *([layers.Dropout(0.3)] if dropout else []),
        layers.Dense(1),
    ]
    return gu.GAN(keras.Sequential(generator), keras.Sequential(discriminator), seed=seed, **arguments)
