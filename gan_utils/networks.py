"""The networks of the series, and the combined model that trains the generator through the discriminator.

Every generator maps latents z (n, latent_dim) to images (n, *image_shape) in [0, 1]; every discriminator maps
images to one logit each, (n, 1): above 0 it says "real", below 0 "fake", and D(x) = sigmoid(logit).
"""

import math

import keras
import numpy as np
from keras import layers, ops

from gan_utils._support import devices, gradients, network_checks, step_metrics
from gan_utils._support.image_checks import check_count
from gan_utils._support.settings import CHANNELS_LAST

Shape = tuple[int, ...]
LEAK = 0.2  # slope of LeakyReLU left of zero (Radford et al. 2015)
# G is drawn with BatchNorm's moving statistics but trains with each batch's own, so that D learns on other
# images than G is trained on. The statistics must keep up with weights that move quickly: with 0.9 the
# convolutional pair lost classes of the embedded digits, with Keras's 0.99 they lag a hundred steps behind.
BATCH_NORM_MOMENTUM = 0.5


def build_discriminator(image_shape: Shape = (28, 28, 1)) -> keras.Sequential:
    """Dense discriminator: image -> 256 -> 128 -> one logit. Built, not compiled; no BatchNorm."""
    return keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Flatten(**CHANNELS_LAST),
            layers.Dense(256),
            layers.LeakyReLU(negative_slope=LEAK),
            layers.Dense(128),
            layers.LeakyReLU(negative_slope=LEAK),
            layers.Dense(1),
        ],
        name="discriminator",
    )


def build_generator(latent_dim: int = 64, image_shape: Shape = (28, 28, 1)) -> keras.Sequential:
    """Dense generator: latents (n, latent_dim) -> 128 -> 256 -> images (n, *image_shape) in [0, 1]."""
    check_count("latent_dim", latent_dim)
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *dense_block(128),
            *dense_block(256),
            layers.Dense(math.prod(image_shape), activation="sigmoid"),
            layers.Reshape(image_shape),
        ],
        name="generator",
    )


def build_dcgan_discriminator(image_shape: Shape = (28, 28, 1)) -> keras.Sequential:
    """Convolutional discriminator: strided 4x4 convolutions, of 16, 32, ... channels, a dense layer, a logit.

    After DCGAN (Radford et al. 2015, section 3), without its BatchNorm: the combined model needs a
    discriminator that treats every image alone. And with a hidden dense layer, as in the networks for MNIST
    of Chen et al. (2016, arXiv:1606.03657, appendix C.1): convolutions see strokes, the dense layer sees
    whether they make a digit. Two convolutions halve height and width, which must be multiples of 4; more
    follow until the shorter is 8 or less, or odd: 28 -> 7, 32 -> 8, 48 -> 6, 64 -> 8.
    """
    convolutions = []
    for channels in _channels(image_shape):
        convolutions += [
            layers.Conv2D(channels, 4, strides=2, padding="same", **CHANNELS_LAST),
            layers.LeakyReLU(negative_slope=LEAK),
        ]
    return keras.Sequential(
        [
            keras.Input(image_shape),
            *convolutions,
            layers.Flatten(**CHANNELS_LAST),
            layers.Dense(128),
            layers.LeakyReLU(negative_slope=LEAK),
            layers.Dense(1),
        ],
        name="dcgan_discriminator",
    )


def build_dcgan_generator(latent_dim: int = 64, image_shape: Shape = (28, 28, 1)) -> keras.Sequential:
    """Convolutional generator: latents -> 128 -> a small map of 32 or more channels -> images in [0, 1].

    After DCGAN (Radford et al. 2015, section 3), with a sigmoid for the paper's tanh because our images lie
    in [0, 1], and a hidden dense layer. It is `build_dcgan_discriminator` turned round, for the same sizes.
    """
    check_count("latent_dim", latent_dim)
    *fewer, most = _channels(image_shape)
    height, width = (side // 2 ** len([*fewer, most]) for side in image_shape[:2])
    convolutions = []
    for channels in reversed(fewer):
        convolutions += [
            layers.Conv2DTranspose(channels, 4, strides=2, padding="same", use_bias=False, **CHANNELS_LAST),
            layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
            layers.ReLU(),
        ]
    return keras.Sequential(
        [
            keras.Input((latent_dim,)),
            *dense_block(128),
            *dense_block(height * width * most),
            layers.Reshape((height, width, most)),
            *convolutions,
            layers.Conv2DTranspose(
                image_shape[2], 4, strides=2, padding="same", activation="sigmoid", **CHANNELS_LAST
            ),
        ],
        name="dcgan_generator",
    )


class _OneTrains:
    """Two networks, of which `learner` trains and the other, `frozen`, does not.

    A network is frozen by what this model *offers* to an optimizer, not by its `trainable` flags: those are
    shared with the network itself, and Keras 3 reads them whenever it traces a step, so that freezing D in
    one model would stop its training in the other. Frozen weights must stand among the non-trainable ones,
    because a backend that compiles pure functions (JAX) would otherwise bake their present values in.
    """

    trainable_weights = property(lambda model: model.learner.trainable_weights)
    trainable_variables = property(lambda model: model.learner.trainable_variables)
    non_trainable_weights = property(lambda model: _without(model.weights, model.trainable_weights))
    non_trainable_variables = property(lambda model: _without(model.variables, model.trainable_variables))

    @property
    def losses(self):  # what the frozen network adds to its own, as by `add_loss`, is not the learner's
        return _without(super().losses, self.frozen.losses)

    def train_on_batch(self, x, y=None, *arguments, **named):
        with devices.shared_out((x, y)) as (x, y), step_metrics.reset_by_the_step(self):
            return super().train_on_batch(x, y, *arguments, **named)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if training:  # each step reports its own batch
            step_metrics.reset(self, y, y_pred)
        return super().compute_loss(x, y, y_pred, sample_weight, training)


@keras.saving.register_keras_serializable("gan_utils")
class Combined(_OneTrains, keras.Sequential):
    """Generator followed by the frozen discriminator: z -> G(z) -> logit. `build_combined` makes one.

    It takes the layers [generator, discriminator], in this order, and checks nothing.
    """

    learner = property(lambda model: model.layers[0])
    frozen = property(lambda model: model.layers[1])


class RealFake(_OneTrains, keras.Model):
    """Trains D: real images, and fakes drawn by the frozen G, go through D in one batch.

    The mirror image of `Combined`. Real images (n, ...) and latents (n, latent_dim) -> 2 n logits, those of
    the real images first. G draws in inference mode: BatchNormalization uses its moving statistics, and
    nothing of G changes. If a fake is not finite, no logit is: a ReLU in D may turn NaN into 0, and hide it.
    """

    frozen = property(lambda model: model.generator)

    def __init__(self, generator: keras.Model, discriminator: keras.Model) -> None:
        super().__init__(name="real_fake", dtype=network_checks.dtype_policy(discriminator), autocast=False)
        self.generator, self.learner = generator, discriminator
        self.built = True  # for both are

    def compile(self, optimizer="rmsprop", loss=None, metrics=None, **arguments):
        """As Keras's; compiles D, too. The default metric is "accuracy", where a logit of 0 is D = 1/2."""
        super().compile(optimizer, loss, metrics=network_checks.accuracy(metrics), **arguments)
        self.learner.compile(self.optimizer, loss, metrics=network_checks.accuracy(), auto_scale_loss=False)

    def call(self, inputs, training=False):
        real_images, latents = inputs
        fake_images = ops.stop_gradient(self.generator(latents, training=False))
        images = ops.concatenate([ops.cast(x, self.compute_dtype) for x in (real_images, fake_images)])
        logits = self.learner(images, training=training)
        return ops.where(ops.all(ops.isfinite(fake_images)), logits, np.nan)


def build_combined(generator: keras.Model, discriminator: keras.Model) -> Combined:
    """Chain `generator` and the frozen `discriminator` into one model, not compiled.

    Training it moves the generator alone, at any batch size and before or after the discriminator's own
    steps, and it always scores with the discriminator's present weights. No `trainable` flag is touched. The
    numbers it reports are of the latest batch alone. (SpectralNormalization rescales its kernel in each call
    of a training step, whoever trains: such a layer of the discriminator does so here, too.)

    Args:
        generator: built Keras model, latents (n, latent_dim) -> images (n, ...).
        discriminator: built Keras model, images (n, ...) -> one logit each, (n, 1).

    Raises:
        TypeError: one of the two is not a Keras model.
        ValueError: the two do not fit together or share weights, or the discriminator has more than one
            output, does not end in a logit, or scores an image by the company it comes in, as
            BatchNormalization does. The last two are found by trying, without a trace.
    """
    network_checks.check_pair(generator, discriminator)
    combined = Combined([generator, discriminator], name="combined")
    combined.dtype_policy = network_checks.dtype_policy(generator, discriminator)
    return combined


def input_gradient(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """The gradient of each output, a logit, with respect to its own input; float32 of the inputs' shape.

    For a discriminator: which pixels to brighten (above 0) and to darken, for the image to look more real.
    Computed in inference mode, on any backend; the model is not changed.
    """
    return gradients.input_gradient(model, inputs)


def dense_block(units):
    # No bias: BatchNorm subtracts the mean, and with it any bias, then adds one of its own.
    return [
        layers.Dense(units, use_bias=False),
        layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM),
        layers.ReLU(),
    ]


def _without(variables, excluded):
    excluded = {id(v) for v in excluded}
    return [v for v in variables if id(v) not in excluded]


def _channels(image_shape):
    """Channels after each halving of height and width: [16, 32] or more; see `build_dcgan_discriminator`."""
    if len(image_shape) != 3 or image_shape[0] % 4 or image_shape[1] % 4:
        raise ValueError(
            f"image_shape must be (height, width, channels) with height and width multiples of 4, "
            f"because the convolutions halve them twice; it is {tuple(image_shape)}"
        )
    height, width, channels = image_shape[0] // 4, image_shape[1] // 4, [16, 32]
    while min(height, width) > 8 and height % 2 == width % 2 == 0:
        height, width, channels = height // 2, width // 2, [*channels, 2 * channels[-1]]
    return channels
