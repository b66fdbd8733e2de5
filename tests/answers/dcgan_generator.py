"""Answers to the exercise `dcgan_generator`: more right ones, and wrong ones, by a piece of their hint."""

import keras
import numpy as np
from keras import layers, ops


def block(layer, norm=True, activation="relu"):
    stack = [layer, layers.BatchNormalization()] if norm else [layer]
    return [*stack, layers.Activation(activation)] if isinstance(activation, str) else [*stack, activation]


def first_map(size=8, **settings):
    return [
        *block(layers.Dense(size * size * 12, use_bias=False), **settings),
        layers.Reshape((size, size, 12)),
    ]


def bigger(filters=6, **settings):
    return block(layers.Conv2DTranspose(filters, 4, 2, "same"), **settings)


def pixels(activation="sigmoid", strides=2):
    return [layers.Conv2DTranspose(3, 4, strides, "same", activation=activation)]


def stack(*parts, latent_dim=100):
    """The builder of a Sequential of these parts, each a function that gives a list of layers."""

    def dcgan_generator():
        return keras.Sequential([keras.Input((latent_dim,)), *(layer for part in parts for layer in part())])

    return dcgan_generator


def without_input():
    hidden = [layers.Dense(64, activation="relu"), layers.BatchNormalization()]
    return keras.Sequential([*hidden, *first_map(4), *bigger(), *bigger(activation=layers.ReLU()), *pixels()])


def nested():
    z = keras.Input((100,))
    small = keras.Sequential([keras.Input((100,)), *first_map()])
    large = keras.Sequential(
        [layers.Conv2DTranspose(3, 8, 4, "same", activation=keras.activations.hard_sigmoid)]
    )
    return keras.Model(z, large(small(z)))


def no_dense_at_all():
    x = z = keras.Input((100,))
    x = layers.Reshape((1, 1, 100))(x)
    for filters, strides, padding in ((12, 1, "valid"), (8, 2, "same"), (4, 2, "same")):
        x = layers.Conv2DTranspose(filters, 4, strides=strides, padding=padding, use_bias=False)(x)
        x = ops.relu(layers.BatchNormalization()(x))
    x = layers.Conv2DTranspose(4, 4, strides=2, padding="same")(x)
    x = layers.Dense(3)(layers.ReLU()(layers.BatchNormalization()(x)))  # the same three weights at each pixel
    return keras.Model(z, ops.sigmoid(x))


def tanh_moved_into_the_range():
    half = layers.Rescaling(0.5, offset=0.5)
    return keras.Sequential([keras.Input((100,)), *first_map(), *bigger(), *pixels("tanh"), half])


def functional_without_norm():
    x = z = keras.Input((100,))
    x = layers.Reshape((8, 8, 12))(layers.ReLU()(layers.BatchNormalization()(layers.Dense(8 * 8 * 12)(x))))
    x = ops.relu(layers.BatchNormalization()(layers.Conv2DTranspose(6, 4, 2, "same")(x)))
    x = layers.ReLU()(layers.Conv2DTranspose(6, 4, 2, "same")(x))
    return keras.Model(z, layers.Conv2D(3, 3, padding="same", activation="sigmoid")(x))


def as_it_came():
    return [
        *block(layers.Dense(8 * 8 * 64), norm=False, activation=layers.LeakyReLU(0.2)),
        layers.Reshape((8, 8, 64)),
    ]


def upsampled():
    return [layers.UpSampling2D(), *block(layers.Conv2D(6, 4, padding="same"))]


def dense_pixels():
    return [layers.Flatten(), layers.Dense(32 * 32 * 3, activation="sigmoid"), layers.Reshape((32, 32, 3))]


def norm_at_the_end():
    return [*pixels(None), layers.BatchNormalization(), layers.Activation("sigmoid")]


class Subclass(keras.Model):
    def call(self, latents):
        return ops.zeros((len(latents), 32, 32, 3))


right = [
    without_input,
    no_dense_at_all,
    nested,
    tanh_moved_into_the_range,
    no_dense_at_all(),
    stack(first_map, bigger, pixels),
    stack(lambda: block(layers.Dense(32)), first_map, lambda: block(layers.Dense(9)), bigger, pixels),
    stack(first_map, lambda: bigger(activation=layers.Activation(lambda x: ops.maximum(x, 0))), pixels),
    stack(first_map, bigger, bigger, lambda: [layers.Conv2D(3, 3, padding="same", activation="sigmoid")]),
]
wrong = {
    "pixels are repeated": stack(as_it_came, upsampled, upsampled, lambda: pixels("tanh", strides=1)),
    "a pooling layer": stack(
        first_map, bigger, bigger, bigger, lambda: [layers.MaxPooling2D()], lambda: pixels(strides=1)
    ),
    "a Dense layer makes the pixels": stack(first_map, bigger, bigger, dense_pixels),
    "from 32 to 32": stack(lambda: first_map(32), lambda: pixels(strides=1)),
    "from 16 to 32": stack(lambda: first_map(16), pixels),
    "3 Dense layers": stack(*[lambda: block(layers.Dense(32))] * 2, first_map, bigger, pixels),
    "at the output": stack(first_map, bigger, norm_at_the_end),
    "BatchNorm behind hidden layer 1 (Dense)": stack(lambda: first_map(norm=False), bigger, pixels),
    "BatchNorm behind hidden layer 2 (Conv": stack(first_map, lambda: bigger(norm=False), pixels),
    "BatchNorm behind hidden layer 3": functional_without_norm,
    "behind hidden layer 1 (Dense) negative": stack(
        lambda: first_map(activation=layers.PReLU()), bigger, pixels
    ),
    "behind hidden layer 2 (Conv2DTranspose) negative": stack(
        first_map, lambda: bigger(activation=layers.LeakyReLU(0.2)), pixels
    ),
    "behind hidden layer 2 (Conv2DTranspose) stands": stack(
        first_map, lambda: bigger(activation="tanh"), pixels
    ),
    "behind hidden layer 1 (Dense) stands": stack(lambda: first_map(activation="sigmoid"), bigger, pixels),
    "no activation is seen behind hidden layer 2 (Conv2DTranspose)": stack(
        first_map, lambda: bigger(activation="linear"), pixels
    ),
    "the paper's range": stack(first_map, bigger, lambda: pixels("tanh")),
    "no function holds them": stack(first_map, bigger, lambda: pixels(None)),
    "one class of three": stack(first_map, bigger, lambda: pixels("softmax")),
    "squeeze them twice": stack(first_map, bigger, pixels, lambda: [layers.Activation("sigmoid")]),
    "(5, 28, 28, 3)": stack(lambda: first_map(7), bigger, pixels),
    "(5, 32, 32, 1)": stack(
        first_map, bigger, lambda: [layers.Conv2DTranspose(1, 4, 2, "same", activation="sigmoid")]
    ),
    "inputs (None, 64)": stack(first_map, bigger, pixels, latent_dim=64),
    "do not go through": keras.Sequential,
    "of type list": lambda: [*first_map(), *bigger(), *pixels()],
    "of type Dense": lambda: layers.Dense(3),
    "cannot be read": Subclass,
    "returns nothing": lambda: print(end=""),
    "stops with ValueError": stack(first_map, lambda: [layers.Reshape((5, 5, 5))]),
    "the function itself": first_map(),
    "of type ndarray": lambda: np.zeros((5, 32, 32, 3)),
}
