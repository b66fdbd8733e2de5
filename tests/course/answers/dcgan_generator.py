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
    large = keras.Sequential([layers.Conv2DTranspose(3, 8, 4, "same", activation=keras.activations.sigmoid)])
    return keras.Model(z, large(small(z)))


def no_dense_at_all():
    x = z = keras.Input((100,))
    x = layers.Reshape((1, 1, 100))(x)
    for filters, strides, padding in ((12, 1, "valid"), (8, 2, "same"), (4, 2, "same")):
        x = layers.Conv2DTranspose(filters, 4, strides=strides, padding=padding, use_bias=False)(x)
        x = ops.relu(layers.BatchNormalization()(x))
    return keras.Model(z, layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="sigmoid")(x))


def from_one_pixel():
    x = z = keras.Input((100,))
    x = ops.relu(layers.BatchNormalization()(layers.Dense(20, use_bias=False)(x)))
    x = ops.reshape(x, (-1, 1, 1, 20))
    for filters, strides, padding in ((12, 1, "valid"), (8, 2, "same"), (4, 2, "same")):
        x = layers.Conv2DTranspose(filters, 4, strides=strides, padding=padding, use_bias=False)(x)
        x = ops.maximum(layers.BatchNormalization(axis=3)(x), 0)
    return keras.Model(z, ops.sigmoid(layers.Conv2DTranspose(3, 4, strides=2, padding="same")(x)))


def one_relu_for_all():
    """One layer at three places, and the paper's first weights."""
    relu, x = layers.ReLU(), (z := keras.Input((100,)))
    first = {"kernel_initializer": keras.initializers.RandomNormal(0, 0.02), "use_bias": False}
    gammas = keras.initializers.RandomNormal(1, 0.02)
    x = layers.Reshape((8, 8, 12))(layers.Dense(8 * 8 * 12, **first)(x))
    x = relu(layers.BatchNormalization(gamma_initializer=gammas)(x))
    x = layers.Conv2DTranspose(6, 4, strides=2, padding="same", **first)(x)
    x = layers.Dropout(0.2)(relu(layers.BatchNormalization(gamma_initializer=gammas, momentum=0.9)(x)))
    x = relu(layers.BatchNormalization(center=False)(layers.Conv2D(6, 3)(layers.ZeroPadding2D(1)(x))))
    return keras.Model(z, layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="sigmoid")(x))


def tanh_by_hand():
    x = z = keras.Input((100,))
    for part in (*first_map(), *bigger(), *pixels("tanh")):
        x = part(x)
    return keras.Model(z, (x + 1) / 2)


def frozen():
    model = nested()
    model.layers[1].layers[0].trainable = False
    return model


def of_no_latents():
    zero = layers.Lambda(lambda z: 0 * z + 1)
    return keras.Sequential([keras.Input((100,)), zero, *first_map(), *bigger(), *pixels()])


def cut_to_size():
    large = [layers.Conv2DTranspose(3, 4, 2, activation="sigmoid"), layers.Cropping2D(1)]
    return keras.Sequential([keras.Input((100,)), *first_map(), *bigger(), *large])


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


class Block(layers.Layer):
    """What a generator has four times, as a layer of one's own."""

    def __init__(self):
        super().__init__()
        self.inner = bigger()

    def call(self, x):
        for layer in self.inner:
            x = layer(x)
        return x


def hidden(*parts):
    """A right generator with these in the place of BatchNorm and ReLU behind its middle layer."""
    return stack(
        first_map, lambda: [layers.Conv2DTranspose(6, 4, 2, "same"), *(part() for part in parts)], pixels
    )


def enlarged(enlarge):
    return stack(
        first_map,
        lambda: [*block(layers.Conv2D(12, 3, padding="same")), enlarge()],
        bigger,
        lambda: pixels(strides=1),
    )


right = [
    without_input,
    nested,
    tanh_moved_into_the_range,
    from_one_pixel,
    one_relu_for_all,
    cut_to_size,
    tanh_by_hand,
    from_one_pixel(),
    stack(first_map, bigger, pixels),
    stack(lambda: block(layers.Dense(32)), first_map, bigger, pixels),
    stack(first_map, lambda: bigger(activation=layers.Activation(lambda x: ops.maximum(x, 0))), pixels),
    stack(first_map, bigger, bigger, lambda: [layers.Conv2D(3, 3, padding="same", activation="sigmoid")]),
    hidden(layers.ReLU, layers.BatchNormalization),
]
wrong = {
    "UpSampling2D makes 16 x 16 of 8 x 8": stack(
        as_it_came, upsampled, upsampled, lambda: pixels("tanh", strides=1)
    ),
    "a pooling layer": stack(
        first_map, bigger, bigger, bigger, lambda: [layers.MaxPooling2D()], lambda: pixels(strides=1)
    ),
    "a Dense layer makes a map of 32 x 32: 8 x 8": stack(first_map, bigger, bigger, dense_pixels),
    "a Dense layer makes a map of 16 x 16": stack(lambda: first_map(16), pixels),
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
    "and has the shape (3, 28, 28, 3)": stack(lambda: first_map(7), bigger, pixels),
    "and has the shape (3, 32, 32, 1)": stack(
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
    "no Dense layer makes the map of 1 x 1": no_dense_at_all,
    "a Dense layer makes the pixels": stack(
        first_map, bigger, bigger, lambda: [layers.Dense(3, activation="sigmoid")]
    ),
    "4 Dense layers": stack(
        lambda: block(layers.Dense(32)), first_map, *[lambda: block(layers.Dense(9))] * 2, bigger, pixels
    ),
    "Reshape makes 16 x 16": enlarged(lambda: layers.Reshape((16, 16, 3))),
    "Lambda makes 16 x 16": enlarged(lambda: layers.Lambda(lambda x: ops.repeat(ops.repeat(x, 2, 1), 2, 2))),
    "Resizing makes 16 x 16": enlarged(lambda: layers.Resizing(16, 16)),
    "ZeroPadding2D makes 16 x 16": enlarged(lambda: layers.ZeroPadding2D(4)),
    "strides take it from 32": stack(
        first_map, lambda: [layers.Conv2DTranspose(3, 25, activation="sigmoid")]
    ),
    "makes 6 of 1e+03": hidden(layers.BatchNormalization, lambda: layers.Activation("relu6")),
    "is it BatchNorm, on the last axis": hidden(lambda: layers.BatchNormalization(axis=1), layers.ReLU),
    "is it switched off": hidden(lambda: layers.BatchNormalization(trainable=False), layers.ReLU),
    "behind hidden layer 1 (Dense) stands BatchNormalization, which leaves": stack(
        lambda: [
            layers.Dense(8 * 8 * 12),
            layers.BatchNormalization(epsilon=1.0),
            layers.ReLU(),
            layers.Reshape((8, 8, 12)),
        ],
        bigger,
        pixels,
    ),
    "stands LayerNormalization": hidden(layers.LayerNormalization, layers.ReLU),
    "stands GroupNormalization": hidden(lambda: layers.GroupNormalization(-1), layers.ReLU),
    "stands UnitNormalization": hidden(layers.UnitNormalization, layers.ReLU),
    "makes 0.999 of 1e+03": hidden(
        layers.BatchNormalization, layers.ReLU, lambda: layers.Activation("softsign")
    ),
    "makes -0.154 of -0.5": hidden(layers.BatchNormalization, lambda: layers.Activation("gelu")),
    "what Block does": stack(first_map, lambda: [Block()], pixels),
    "from -3.5 to -3 the function at the end stands still": stack(
        first_map, bigger, lambda: pixels("hard_sigmoid")
    ),
    "from -0.5 to 0 the": stack(first_map, bigger, lambda: pixels(lambda x: ops.clip(x, 0, 1))),
    "from -4.5 to -4 the": stack(
        first_map,
        bigger,
        lambda: pixels(None),
        lambda: [layers.Lambda(lambda x: ops.clip(x / 8 + 0.5, 0, 1))],
    ),
    "inputs (5, 100)": lambda: keras.Sequential(
        [keras.Input((100,), batch_size=5), *first_map(), *bigger(), *pixels()]
    ),
    "Dense is frozen": frozen,
    "does it depend on them": of_no_latents,
    "treats both sides alike": stack(
        first_map, bigger, lambda: pixels(None), lambda: [layers.LeakyReLU(0.2), layers.Activation("sigmoid")]
    ),
    "Conv2D makes 8 x 8 of 16 x 16": stack(
        first_map,
        bigger,
        lambda: block(layers.Conv2D(6, 3, strides=2, padding="same")),
        bigger,
        bigger,
        lambda: pixels(strides=1),
    ),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
FILTERS = "how many filters there are, and of what size, is up to you"
BIAS = "BatchNorm takes the mean off, and a bias with it"
KERNEL = "the size of the kernel is up to you"
DENSE = "layers.Dense(4 * 4 * 128"
GROW, SAME, SIGMOID = "layers.Conv2DTranspose", "strides=2, padding='same'", "activation='sigmoid'"
equivalent = {
    "(64, 32) -> (32, 64)": FILTERS,
    "64 -> 65": FILTERS,
    "64 -> 63": FILTERS,
    "32 -> 33": FILTERS,
    "32 -> 31": FILTERS,
    "(4, 4, 128) -> (4, 4, 128)": "the first two of them, both 4, have changed places",
    f"{DENSE}, use_bias=False) -> {DENSE})": BIAS,
    f"{DENSE}, use_bias=False) -> {DENSE}, use_bias=True)": BIAS,
    f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 4, {SAME})": BIAS,
    f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 4, {SAME}, use_bias=True)": BIAS,
    f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(4, filters, {SAME}, use_bias=False)": FILTERS,
    f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 5, {SAME}, use_bias=False)": KERNEL,
    f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 3, {SAME}, use_bias=False)": KERNEL,
    f"{GROW}(3, 4, {SAME}, {SIGMOID}) -> {GROW}(3, 5, {SAME}, {SIGMOID})": KERNEL,
    f"{GROW}(3, 4, {SAME}, {SIGMOID}) -> {GROW}(3, 3, {SAME}, {SIGMOID})": KERNEL,
}
takes_long = True  # for each such change Keras builds or traces models
