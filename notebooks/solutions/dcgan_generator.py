"""DCGAN's rules applied (notebook 04).

Six things are mended. UpSampling2D only repeats pixels: a transposed convolution with stride 2 takes its
place and that of the convolution behind it, and learns how to enlarge. The Dense layer gets its BatchNorm.
Behind it LeakyReLU becomes ReLU, and so does tanh behind the hidden convolution. BatchNorm leaves the
output, where it would give every batch the same mean and spread of each colour. And the last activation is
a sigmoid, because our pixels lie in [0, 1] and tanh goes below 0.

What was right may stay: the one Dense layer that makes the first, small map. Here it is 4 x 4, and three
strides of 2 make 32 x 32 of it. A layer with BatchNorm behind it needs no bias: BatchNorm subtracts it
again.
"""

import keras
from keras import layers


def dcgan_generator():
    def awake(x):
        return layers.ReLU()(layers.BatchNormalization()(x))

    latents = keras.Input((100,))
    x = awake(layers.Dense(4 * 4 * 128, use_bias=False)(latents))
    x = layers.Reshape((4, 4, 128))(x)
    for filters in (64, 32):
        x = awake(layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False)(x))
    images = layers.Conv2DTranspose(3, 4, strides=2, padding="same", activation="sigmoid")(x)
    return keras.Model(latents, images)
