"""A generator with a class input, for any sizes (notebook 02).

z and y stand side by side, latent_dim + classes numbers; from there on it is a generator as any other. What
was written as a number in the notebook is computed here: the last Dense has one unit for each number of a
picture, the product of image_shape, and Reshape folds them. The sigmoid keeps the pixels between 0 and 1.
y comes one-hot: so each class has a row of the first Dense's weights to itself, which is added where that
class is asked for. A class number would be a single input, and 7 would be "more" than 3.
"""

import math

import keras
from keras import layers


def conditional_generator(latent_dim, classes, image_shape):
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    x = layers.concatenate([z, y])
    for units in (64, 128):
        x = layers.Dense(units, use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.5)(x)
        x = layers.ReLU()(x)
    pixels = layers.Dense(math.prod(image_shape), "sigmoid")(x)
    return keras.Model([z, y], layers.Reshape(image_shape)(pixels))
