"""Answers to `conditional_generator`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np
from keras import layers, ops


class AsAClass(keras.Model):
    """z and y meet as a sum, and tanh is brought to [0, 1]."""

    def __init__(self, latent_dim, classes, image_shape):
        super().__init__()
        self.of_z, self.of_y = layers.Dense(32), layers.Dense(32, use_bias=False)
        self.to_pixels = layers.Dense(int(np.prod(image_shape)), activation="tanh")
        self.fold = layers.Reshape(image_shape)

    def call(self, inputs):
        z, y = inputs
        return (self.fold(self.to_pixels(ops.relu(self.of_z(z) + self.of_y(y)))) + 1) / 2


def convolutional(latent_dim, classes, image_shape):
    height, width, channels = image_shape
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    small = layers.Dense(height * width * 4, activation="leaky_relu")(layers.Concatenate()([y, z]))
    small = layers.Reshape((height, width, 4))(small)
    return keras.Model([z, y], layers.Conv2D(channels, 3, padding="same", activation="sigmoid")(small))


def network(latent_dim, classes, image_shape, last="sigmoid", fold=None, order=1, use=lambda z, y: [z, y]):
    """A right answer, and by its options the wrong ones."""
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    hidden = layers.Dense(32, activation="tanh")(layers.Concatenate()(use(z, y)))
    fold = image_shape if fold is None else fold
    pixels = layers.Dense(int(np.prod(fold)), activation=last)(hidden)
    return keras.Model([z, y][::order], layers.Reshape(fold)(pixels))


def slip(**options):
    return lambda *sizes: network(*sizes, **options)


def with_numbers(latent_dim, classes, image_shape):
    z, y = keras.Input((latent_dim,)), keras.Input((1,), dtype="int32")
    embedded = layers.Flatten()(layers.Embedding(classes, 4)(y))
    inner = network(latent_dim, 4, image_shape)
    return keras.Model([z, y], inner([z, embedded]))


def one_row(latent_dim, classes, image_shape):
    row = keras.Input((latent_dim + classes,))
    pixels = layers.Dense(int(np.prod(image_shape)), activation="sigmoid")(row)
    return keras.Model(row, layers.Reshape(image_shape)(pixels))


def neighbours(latent_dim, classes, image_shape):
    return network(latent_dim, classes, image_shape, use=lambda z, y: [z - ops.mean(z, axis=0), y])


def narrow(latent_dim, classes, image_shape):
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    x = layers.Concatenate()([z, y])
    for _ in range(9):
        x = layers.Dense(8, activation="sigmoid")(x)
    pixels = layers.Dense(int(np.prod(image_shape)), activation="sigmoid")(x)
    return keras.Model([z, y], layers.Reshape(image_shape)(pixels))


def y_from_zero(latent_dim, classes, image_shape):
    # As where a class is to scale what is there, and at first changes nothing.
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    x = layers.Dense(32)(z) + layers.Dense(32, kernel_initializer="zeros")(y)
    pixels = layers.Dense(int(np.prod(image_shape)), activation="sigmoid")(layers.LeakyReLU()(x))
    return keras.Model([z, y], layers.Reshape(image_shape)(pixels))


def without_weights(latent_dim, classes, image_shape):
    z, y = keras.Input((latent_dim,)), keras.Input((classes,))
    brightness = ops.sigmoid(ops.sum(z, axis=1) + ops.sum(y * ops.arange(classes, dtype="float32"), axis=1))
    pixels = ops.repeat(brightness[:, None], int(np.prod(image_shape)), axis=1)
    return keras.Model([z, y], layers.Reshape(image_shape)(pixels))


def frozen(*sizes):
    model = network(*sizes)
    model.trainable = False
    return model


def frozen_at_the_end(*sizes):
    model = network(*sizes)
    model.layers[-2].trainable = False
    return model


class Dicing(AsAClass):
    def call(self, inputs):
        z, y = inputs
        return super().call((z + keras.random.normal((len(z), 1), seed=self.seeds), y))

    def build(self, input_shape=None):
        self.seeds = keras.random.SeedGenerator(0)


class Folding(AsAClass):
    def call(self, inputs):
        z, y = inputs
        return super().call((z, ops.reshape(y, (16, 2))))


right = [AsAClass, convolutional, network, narrow, y_from_zero]
wrong = {
    "where does y go in": slip(use=lambda z, y: [z, z]),
    "where does z go in": slip(use=lambda z, y: [y, y]),
    "is all of y used": slip(use=lambda z, y: [z, y[:, :1]]),
    "the other order": slip(order=-1),
    "range of tanh": slip(last="tanh"),
    "nothing holds them": slip(last=None),
    "above 1": slip(last="relu"),
    "add up to 1": slip(last="softmax"),
    "axis of the colours": lambda n, classes, shape: network(n, classes, shape, fold=shape[:2]),
    "lie in one row": lambda n, classes, shape: network(n, classes, shape, fold=(int(np.prod(shape)),)),
    "28 x 28": slip(fold=(28, 28, 1)),
    "pictures are grey": lambda n, classes, shape: network(n, classes, (*shape[:2], 1)),
    "should have the shape": lambda n, classes, shape: network(n, classes, shape[::-1]),
    "takes the number of the class": with_numbers,
    "one long row": one_row,
    "takes z alone": lambda n, classes, shape: one_row(n, 0, shape),
    "stops at z (16, 5)": lambda n, classes, shape: network(64, 10, shape),
    "looks at the others": neighbours,
    "has no weights": without_weights,
    "none of its weights": frozen,
    "cannot train": frozen_at_the_end,
    "throws dice": Dicing,
    "no grey between": lambda *sizes: network(*sizes, last=lambda x: ops.cast(x > 0, "float32")),
    "at your line": Folding,
    "the last tensor": lambda *sizes: network(*sizes).output,
    "with weights that can train": lambda n, classes, shape: np.zeros((1, *shape)),
    "stops with TypeError": lambda n, classes: network(n, classes, (28, 28, 1)),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
UP_TO_YOU = "what lies between the inputs and the pixels is up to you"
IN_TRAINING = "what BatchNorm averages counts in training, and nothing is trained"
equivalent = {
    "(64, 128) -> (128, 64)": UP_TO_YOU,
    "(64, 128) -> (128,)": UP_TO_YOU,
    "(64, 128) -> (64,)": UP_TO_YOU,
    "128 -> 127": UP_TO_YOU,
    "128 -> 129": UP_TO_YOU,
    "64 -> 63": UP_TO_YOU,
    "64 -> 65": UP_TO_YOU,
    "[z, y] -> [y, z]": "these are the parts of the long row, where any order will do, not the inputs",
    "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization()": IN_TRAINING,
    "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization(momentum=-0.25)": IN_TRAINING,
    "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization(momentum=1.25)": IN_TRAINING,
    "layers.Dense(units, use_bias=False) -> layers.Dense(units)": UP_TO_YOU,
    "layers.Dense(units, use_bias=False) -> layers.Dense(units, use_bias=True)": UP_TO_YOU,
    "layers.ReLU -> layers.LeakyReLU": UP_TO_YOU,
    "once: for units in (64, 128):": UP_TO_YOU,
    "swapped: for units in (64, 128): | pixels = layers.Dense(math.prod(image_shape), 'sigmoid')(x)": (
        "the hidden layers then lead nowhere, and one layer is a generator too"
    ),
    "swapped: x = layers.BatchNormalization(momentum=0.5)(x) | x = layers.ReLU()(x)": UP_TO_YOU,
    "swapped: x = layers.Dense(units, use_bias=False)(x) | "
    "x = layers.BatchNormalization(momentum=0.5)(x)": UP_TO_YOU,
    "without: for units in (64, 128):": UP_TO_YOU,
    "without: x = layers.BatchNormalization(momentum=0.5)(x)": UP_TO_YOU,
    "without: x = layers.Dense(units, use_bias=False)(x)": UP_TO_YOU,
    "without: x = layers.ReLU()(x)": UP_TO_YOU,
}
takes_long = True  # for each such change Keras builds or traces models
