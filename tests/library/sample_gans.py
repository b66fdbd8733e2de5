"""GAN recipes as people write them in Keras, in their smallest form: some are right, some are not.

`RECIPES` maps a name to a function of real images (n, 28, 28, 1) in [0, 1]. It returns the keyword arguments
of `gan_utils.check_training`. `WORDS` maps the name of each recipe that is wrong to words, of which the
message must hold one; what is not there is right. `python tests/library/sample_gans.py [name ...]` prints the
verdicts.

    d_step(real_images)   the recipe's own step of D, on these reals and as many fakes
    g_step(n)             the recipe's own step of G, on n latents
    step(real_images)     one step of both, where the recipe has them in one piece
"""

import functools
import sys
import warnings

import keras
import numpy as np
from keras import layers, ops

import gan_utils as gu

Z = 16
IMAGE = (28, 28, 1)
RECIPES, WORDS = {}, {}
random = np.random.default_rng(0)


def right(recipe):
    RECIPES[recipe.__name__] = recipe
    return recipe


def wrong(*words):
    def note(recipe):
        WORDS[recipe.__name__] = words
        return right(recipe)

    return note


# Networks, losses, batches


def latents(n):
    return random.standard_normal((n, Z)).astype("float32")


def generator(last="sigmoid"):
    return keras.Sequential(
        [
            keras.Input((Z,)),
            layers.Dense(64),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(784, activation=last),
            layers.Reshape(IMAGE),
        ]
    )


def discriminator(last=None, **dense):
    return keras.Sequential(
        [
            keras.Input(IMAGE),
            layers.Flatten(),
            layers.Dense(64),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, activation=last, **dense),
        ]
    )


def ends_in(*ends):
    """A D whose sigmoid or the like hides behind other layers."""
    image = keras.Input(IMAGE)
    return keras.Sequential([image, discriminator(), *ends])


def bce(from_logits=True, **more):
    return keras.losses.BinaryCrossentropy(from_logits=from_logits, **more)


def adam(rate=1e-3):
    return keras.optimizers.Adam(rate, beta_1=0.5)


def column(n, value):
    return np.full((n, 1), value, "float32")


def batch(g, real, fake_target=0.0):
    n = len(real)
    images = np.concatenate([real, g.predict_on_batch(latents(n))])
    return images, np.concatenate([column(n, 1 - fake_target), column(n, fake_target)])


def stacked(*models):
    return keras.Sequential([keras.Input((Z,)), *models])


def toggled(
    d_loss=None, g_loss=None, d=None, g=None, d_optimizer=None, g_optimizer=None, make=batch, target=1.0
):
    """The flag set before every call of the recipe's own steps."""
    g, d, d_loss = g or generator(), d or discriminator(), d_loss or bce()
    d.compile(d_optimizer or adam(), d_loss)
    d.trainable = False
    gan = stacked(g, d)
    gan.compile(g_optimizer or adam(), g_loss or d_loss)

    def d_step(real):
        d.trainable = True
        d.train_on_batch(*make(g, real))

    def g_step(n):
        d.trainable = False
        gan.train_on_batch(latents(n), column(n, target))

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


# The eleven that the project was given


@right
def flag_before_every_step(_):
    return toggled()


@right
def probability_with_its_own_loss(_):
    """D ends in a sigmoid, nested one model deep, and the loss is told so: another convention, and right."""
    image = keras.Input(IMAGE)
    return toggled(bce(from_logits=False), d=keras.Model(image, discriminator("sigmoid")(image)))


@wrong("sigmoid")
def sigmoid_taken_for_a_logit(_):
    d = discriminator("sigmoid")
    return toggled(bce(), d=keras.Sequential([keras.Input(IMAGE), d, layers.Dropout(0.0)]))


@wrong("from_logits")
def logit_taken_for_a_probability(_):
    return toggled("binary_crossentropy")


@wrong("trainable")
def freeze_first(_):
    g, d = generator(), discriminator()
    d.compile(adam(), bce())
    d.trainable = False
    gan = stacked(g, d)
    gan.compile(adam(), bce())
    return dict(generator=g, discriminator=d, combined=gan)


@wrong("trainable")
def one_step_then_frozen(real):
    g, d = generator(), discriminator()
    d.compile(adam(), bce())
    d.train_on_batch(*batch(g, real[:64]))
    d.trainable = False
    gan = stacked(g, d)
    gan.compile(adam(), bce())
    return dict(generator=g, discriminator=d, combined=gan)


@wrong("optimizer of its own")
def one_optimizer_for_both(_):
    """Keras stops G's first step with a ValueError about an unknown variable."""
    shared = adam()
    return toggled(d_optimizer=shared, g_optimizer=shared)


@wrong("wrong sign")
def generator_wants_to_be_caught(_):
    return toggled(target=0.0)


@right
def last_layer_starts_at_zero(_):
    """Healthy: the first gradient of D's last bias is exactly 0 on a balanced batch."""
    return toggled(d=discriminator(kernel_initializer="zeros"))


def wasserstein(sign, score):
    return ops.mean(sign * score)


def signed(g, real):
    images, targets = batch(g, real)
    return images, 1 - 2 * targets  # reals -1, fakes +1: the reals' score rises


def clip_weights(d, bound=0.05):
    for weight in d.trainable_weights:
        weight.assign(ops.clip(weight, -bound, bound))


@right
def clipped_critic(_):
    """Wasserstein with clipping (Arjovsky et al. 2017): no probability anywhere, targets -1 and 1."""
    rmsprop = functools.partial(keras.optimizers.RMSprop, 5e-4)
    recipe = toggled(wasserstein, d_optimizer=rmsprop(), g_optimizer=rmsprop(), make=signed, target=-1.0)
    train = recipe["d_step"]

    def d_step(real):
        train(real)
        clip_weights(recipe["discriminator"])

    return recipe | dict(d_step=d_step)


def conditional_pair():
    z, y, x = keras.Input((Z,)), keras.Input((10,)), keras.Input(IMAGE)
    g = keras.Model([z, y], layers.Reshape(IMAGE)(layers.Dense(784, "sigmoid")(layers.Concatenate()([z, y]))))
    hidden = layers.Dense(64, "leaky_relu")(layers.Concatenate()([layers.Flatten()(x), y]))
    return g, keras.Model([x, y], layers.Dense(1)(hidden))


def classes(n):
    return np.eye(10, dtype="float32")[random.integers(10, size=n)]


@right
def asked_for_a_class(_, g_target=1.0):
    """Two inputs each, G(z, y) and D(x, y): the steps are the recipe's own."""
    g, d = conditional_pair()
    d.compile(adam(), bce())
    z, y = keras.Input((Z,)), keras.Input((10,))
    d.trainable = False
    gan = keras.Model([z, y], d([g([z, y]), y]))
    gan.compile(adam(), bce())

    def d_step(real):
        d.trainable = True
        n, y = len(real), classes(len(real))
        images = np.concatenate([real, g.predict_on_batch([latents(n), y])])
        d.train_on_batch([images, np.concatenate([y, y])], np.repeat([[1.0], [0.0]], n, axis=0))

    def g_step(n):
        d.trainable = False
        gan.train_on_batch([latents(n), classes(n)], column(n, g_target))

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


# Right: other losses, targets, rates, networks


@right
def labels_swapped_throughout(_):
    return toggled(make=functools.partial(batch, fake_target=1.0), target=0.0)


@right
def slow_sgd(_):
    return toggled(d_optimizer=keras.optimizers.SGD(1e-5), g_optimizer=keras.optimizers.SGD(1e-5))


@right
def slow_adam(_):
    return toggled(d_optimizer=adam(1e-6), g_optimizer=adam(1e-6))


@right
def fast_adam(_):
    return toggled(d_optimizer=adam(1e-2), g_optimizer=adam(1e-2))


@right
def momentum(_):
    return toggled(
        d_optimizer=keras.optimizers.SGD(1e-2, momentum=0.9), g_optimizer=keras.optimizers.SGD(1e-2, 0.9)
    )


@right
def least_squares(_):
    return toggled("mse")


def hinge(real_is, score):
    return ops.mean(ops.relu(1 - (2 * real_is - 1) * score))


@right
def hinge_loss(_):
    return toggled(hinge, g_loss=lambda _, score: -ops.mean(score))


@right
def keras_hinge(_):
    return toggled("hinge", g_loss=lambda _, score: -ops.mean(score), make=lambda g, x: (
        (b := batch(g, x))[0], 2 * b[1] - 1
    ))  # fmt: skip


def smooth(g, real):
    images, targets = batch(g, real)
    return images, 0.9 * targets


@right
def one_sided_smoothing(_):
    return toggled(make=smooth)


def flip(g, real):
    images, targets = batch(g, real)
    return images, np.where(random.random(targets.shape) < 0.1, 1 - targets, targets)


@right
def noisy_labels(_):
    return toggled(make=flip)


def noise(g, real):
    images, targets = batch(g, real)
    return images + 0.3 * random.standard_normal(images.shape).astype("float32"), targets


@right
def instance_noise(_):
    return toggled(make=noise)


@right
def saturating_loss_of_g(_):
    """G makes log(1 - D) small, as in algorithm 1 of Goodfellow et al. 2014."""
    return toggled(g_loss=lambda _, logit: -ops.mean(ops.softplus(logit)))


@right
def dropout_in_d(_):
    d = keras.Sequential(
        [
            keras.Input(IMAGE),
            layers.Flatten(),
            layers.Dense(64, "leaky_relu"),
            layers.Dropout(0.4),
            layers.Dense(32, "leaky_relu"),
            layers.Dropout(0.4),
            layers.Dense(1, "sigmoid"),
        ]
    )
    return toggled("binary_crossentropy", d=d)


def dcgan(norm=True):
    """G and D of the ports of Radford et al. 2015, BatchNorm in both."""
    g = keras.Sequential([keras.Input((Z,)), layers.Dense(7 * 7 * 8, use_bias=False)])
    d = keras.Sequential([keras.Input(IMAGE), layers.Conv2D(8, 4, 2, "same")])
    g.add(layers.BatchNormalization(momentum=0.8))
    g.add(layers.ReLU())
    g.add(layers.Reshape((7, 7, 8)))
    g.add(layers.Conv2DTranspose(8, 4, 2, "same"))
    g.add(layers.BatchNormalization(momentum=0.8))
    g.add(layers.ReLU())
    g.add(layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh"))
    d.add(layers.LeakyReLU(negative_slope=0.2))
    d.add(layers.Conv2D(16, 4, 2, "same"))
    if norm:
        d.add(layers.BatchNormalization(momentum=0.8))
    d.add(layers.LeakyReLU(negative_slope=0.2))
    d.add(layers.Flatten())
    d.add(layers.Dense(1, "sigmoid"))
    return g, d


def scaled(g, real):
    return batch(g, 2 * real - 1)


@right
def dcgan_with_batchnorm_scaled_in_the_step(_):
    g, d = dcgan()
    return toggled(
        "binary_crossentropy", g=g, d=d, make=scaled, d_optimizer=adam(2e-4), g_optimizer=adam(2e-4)
    )


@right
def tanh_and_images_scaled_before(real):
    return toggled(g=generator("tanh")) | dict(real_images=2 * real[:64] - 1)


@right
def bytes_scaled_in_the_step(real):
    recipe = toggled(make=lambda g, x: batch(g, x.astype("float32") / 255))
    return recipe | dict(real_images=(real[:64] * 255).astype("uint8"))


@right
def reals_and_fakes_in_separate_calls(_, d=None, loss=None, fake_target=0.0, show=("real", "fake")):
    recipe = toggled(loss, d=d)
    g, d = recipe["generator"], recipe["discriminator"]

    def d_step(real):
        d.trainable = True
        n = len(real)
        if "real" in show:
            d.train_on_batch(real, column(n, 1))
        if "fake" in show:
            d.train_on_batch(g.predict(latents(n), verbose=0), column(n, fake_target))

    return recipe | dict(d_step=d_step)


@right
def separate_calls_with_batchnorm(real):
    """As eriklindernoren's DCGAN: D's BatchNorm sees reals alone, then fakes alone."""
    g, d = dcgan()
    recipe = toggled("binary_crossentropy", g=g, d=d, d_optimizer=adam(2e-4), g_optimizer=adam(2e-4))

    def d_step(real):
        d.trainable = True
        d.train_on_batch(real, column(len(real), 1))
        d.train_on_batch(g.predict_on_batch(latents(len(real))), column(len(real), 0))

    return recipe | dict(d_step=d_step, real_images=2 * real[:64] - 1)


@right
def several_steps_of_d(_):
    recipe = toggled()
    once = recipe["d_step"]

    def d_step(real):
        for _ in range(3):
            once(real)

    return recipe | dict(d_step=d_step)


@right
def fit_in_place_of_train_on_batch(_):
    recipe = toggled()
    g, d = recipe["generator"], recipe["discriminator"]

    def d_step(real):
        d.trainable = True
        d.fit(*batch(g, real), epochs=1, batch_size=len(real), verbose=0)

    return recipe | dict(d_step=d_step)


@right
def compiled_anew_before_each_step(_):
    """Slow, and Adam forgets its moments; who moves is right."""
    recipe = toggled()
    g, d = recipe["generator"], recipe["discriminator"]

    def d_step(real):
        d.trainable = True
        d.compile(adam(), bce())
        d.train_on_batch(*batch(g, real))

    return recipe | dict(d_step=d_step)


@right
def built_by_the_package(_):
    """combined needs no flag; D's update is the usual one."""
    g, d = generator(), discriminator()
    d.compile(adam(), bce())
    gan = gu.build_combined(g, d)
    gan.compile(adam(), bce())
    return dict(generator=g, discriminator=d, combined=gan)


@right
def no_input_layer(_):
    g = keras.Sequential([layers.Dense(64, "relu"), layers.Dense(784, "sigmoid"), layers.Reshape(IMAGE)])
    d = keras.Sequential([layers.Flatten(), layers.Dense(64, "leaky_relu"), layers.Dense(1)])
    d.compile(adam(), bce())
    gan = keras.Sequential([g, d])
    gan.compile(adam(), bce())

    def d_step(real):
        d.trainable = True
        d.train_on_batch(*batch(g, real))

    def g_step(n):
        d.trainable = False
        gan.train_on_batch(latents(n), column(n, 1))

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


class Drawing(keras.Model):
    def __init__(self):
        super().__init__()
        self.stack = [layers.Dense(64, "relu"), layers.Dense(784, "sigmoid"), layers.Reshape(IMAGE)]

    def call(self, z, training=False):
        for layer in self.stack:
            z = layer(z)
        return z


class Judge(keras.Model):
    def __init__(self, end=None):
        super().__init__()
        self.flatten, self.hidden, self.end = (
            layers.Flatten(),
            layers.Dense(64, "leaky_relu"),
            layers.Dense(1, end),
        )

    def call(self, x, training=False):
        return self.end(self.hidden(self.flatten(x)))


@right
def classes_of_ones_own(_):
    d = Judge()
    d(
        np.zeros((1, *IMAGE))
    )  # built while it may learn: a variable that is made frozen stays so on TensorFlow
    return toggled(g=Drawing(), d=d)


@right
def inputs_by_name(_):
    z, y, x = keras.Input((Z,)), keras.Input((10,)), keras.Input(IMAGE)
    merged = layers.Concatenate()([z, y])
    g = keras.Model({"z": z, "y": y}, layers.Reshape(IMAGE)(layers.Dense(784, "sigmoid")(merged)))
    hidden = layers.Dense(64, "leaky_relu")(layers.Concatenate()([layers.Flatten()(x), y]))
    d = keras.Model({"x": x, "y": y}, layers.Dense(1)(hidden))
    d.compile(adam(), bce())
    d.trainable = False
    gan = keras.Model({"z": z, "y": y}, d({"x": g({"z": z, "y": y}), "y": y}))
    gan.compile(adam(), bce())

    def d_step(real):
        d.trainable = True
        n, y = len(real), classes(len(real))
        images = np.concatenate([real, g.predict_on_batch({"z": latents(n), "y": y})])
        d.train_on_batch({"x": images, "y": np.concatenate([y, y])}, np.repeat([[1.0], [0.0]], n, axis=0))

    def g_step(n):
        d.trainable = False
        gan.train_on_batch({"z": latents(n), "y": classes(n)}, column(n, 1))

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


@right
def auxiliary_classes(_, g_target=1.0):
    """ACGAN (Odena et al. 2017): D says real or fake, and which class."""
    z, y, x = keras.Input((Z,)), keras.Input((10,)), keras.Input(IMAGE)
    g = keras.Model([z, y], layers.Reshape(IMAGE)(layers.Dense(784, "sigmoid")(layers.Concatenate()([z, y]))))
    hidden = layers.Dense(64, "leaky_relu")(layers.Flatten()(x))
    d = keras.Model(x, [layers.Dense(1, "sigmoid")(hidden), layers.Dense(10, "softmax")(hidden)])
    losses = ["binary_crossentropy", "categorical_crossentropy"]
    d.compile(adam(), losses)
    d.trainable = False
    gan = keras.Model([z, y], d(g([z, y])))
    gan.compile(adam(), losses)

    def d_step(real):
        d.trainable = True
        n, y = len(real), classes(len(real))
        d.train_on_batch(real, [column(n, 1), classes(n)])
        d.train_on_batch(g.predict_on_batch([latents(n), y]), [column(n, 0), y])

    def g_step(n):
        d.trainable = False
        y = classes(n)
        gan.train_on_batch([latents(n), y], [column(n, g_target), y])

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


@right
def patches(_):
    """PatchGAN (Isola et al. 2017): a score for each region, (n, 7, 7, 1)."""
    d = keras.Sequential([keras.Input(IMAGE), layers.Conv2D(8, 4, 2, "same"), layers.LeakyReLU()])
    d.add(layers.Conv2D(1, 4, 2, "same"))
    g = generator()
    d.compile(adam(), bce())
    d.trainable = False
    gan = stacked(g, d)
    gan.compile(adam(), bce())

    def targets(n, value):
        return np.full((n, 7, 7, 1), value, "float32")

    def d_step(real):
        d.trainable = True
        d.train_on_batch(real, targets(len(real), 1))
        d.train_on_batch(g.predict_on_batch(latents(len(real))), targets(len(real), 0))

    def g_step(n):
        d.trainable = False
        gan.train_on_batch(latents(n), targets(n, 1))

    return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


@right
def pretrained_layer_in_d(_):
    g = generator()
    features = layers.Dense(32, "relu")
    features.trainable = False
    d = keras.Sequential([keras.Input(IMAGE), layers.Flatten(), features, layers.Dense(16, "leaky_relu")])
    d.add(layers.Dense(1))
    d.compile(adam(), bce())
    gan = gu.build_combined(g, d)
    gan.compile(adam(), bce())

    def d_step(real):
        d.train_on_batch(*batch(g, real))

    return dict(generator=g, discriminator=d, combined=gan, d_step=d_step)


@right
def points_in_the_plane(_):
    g = keras.Sequential([keras.Input((2,)), layers.Dense(32, "relu"), layers.Dense(2)])
    d = keras.Sequential([keras.Input((2,)), layers.Dense(32, "relu"), layers.Dense(1)])
    d.compile(adam(), bce())
    gan = gu.build_combined(g, d)
    gan.compile(adam(), bce())
    angle = random.uniform(0, 2 * np.pi, 64)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1) + 2
    return dict(generator=g, discriminator=d, combined=gan, real_images=ring.astype("float32"))


class Trainer:
    """The steps as methods of an object that is no Keras model."""

    def __init__(self, g, d):
        self.g, self.d, self.random = g, d, np.random.default_rng(3)
        d.compile(adam(), bce())
        d.trainable = False
        self.gan = stacked(g, d)
        self.gan.compile(adam(), bce())

    def train_d(self, real):
        self.d.trainable = True
        self.d.train_on_batch(*batch(self.g, real))

    def train_g(self, n, target=1.0):
        self.d.trainable = False
        self.gan.train_on_batch(self.random.standard_normal((n, Z)).astype("float32"), column(n, target))


@right
def methods_of_an_object(_):
    trainer = Trainer(generator(), discriminator())
    g_step = functools.partial(trainer.train_g, target=1.0)
    return dict(generator=trainer.g, discriminator=trainer.d, d_step=trainer.train_d, g_step=g_step)


@right
def both_in_one_step(_):
    recipe = toggled()
    d_step, g_step = recipe.pop("d_step"), recipe.pop("g_step")

    def step(real):
        d_step(real)
        g_step(len(real))

    return recipe | dict(step=step)


# Custom steps: gradients by the backend's own means


class Custom:
    """What the custom steps below have in common: two networks, two optimizers, losses as keras.io's."""

    def __init__(
        self, g=None, d=None, loss=None, scale=None, fakes_by=None, scored_by=None, g_target=1.0,
        optimizers=None, d_moves=None, fake_target=0.0, half=False, cut=False,
    ):  # fmt: skip
        self.g, self.d, self.loss = g or generator(), d or discriminator(), loss or bce()
        self.scale = scale or (lambda x: x)
        self.fakes_by, self.scored_by, self.moves = fakes_by or self.g, scored_by or self.d, d_moves or self.d
        self.g_target, self.fake_target, self.cut = g_target, fake_target, cut
        self.d_optimizer, self.g_optimizer = optimizers or (adam(), adam())
        self.trained = {"d": self.moves, "g": self.g}
        self.half = half

    def weights(self, player):
        weights = self.trained[player].trainable_variables
        return weights[:2] if self.half and player == "g" else weights

    def d_loss(self, call, real, z):
        fake = call(self.fakes_by, z)
        scores = call(self.d, ops.concatenate([self.scale(ops.cast(real, "float32")), fake]))
        ones = ops.ones((len(real), 1))
        return self.loss(ops.concatenate([ones, self.fake_target * ones]), scores)

    def g_loss(self, call, z):
        images = call(self.g, z)
        images = ops.stop_gradient(images) if self.cut else images
        return self.loss(self.g_target * ops.ones((len(z), 1)), call(self.scored_by, images))

    def d_step(self, real):
        self.run("d", self.d_optimizer, real, latents(len(real)))

    def g_step(self, n):
        self.run("g", self.g_optimizer, latents(n))

    def step(self, real):
        self.d_step(real)
        self.g_step(len(real))

    def recipe(self, together=False):
        steps = dict(step=self.step) if together else dict(d_step=self.d_step, g_step=self.g_step)
        return dict(generator=self.g, discriminator=self.d, **steps)


if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    class Loop(Custom):
        """A GradientTape under tf.function, as in TensorFlow's DCGAN tutorial."""

        def run(self, player, optimizer, *inputs):
            if not optimizer.built:
                optimizer.build(self.weights(player))
            self.compiled(player, optimizer, *inputs)

        @tf.function
        def compiled(self, player, optimizer, *inputs):
            def call(model, x):
                return model(x, training=True)

            with tf.GradientTape() as tape:
                loss = self.d_loss(call, *inputs) if player == "d" else self.g_loss(call, *inputs)
            gradients = tape.gradient(loss, self.weights(player))
            optimizer.apply_gradients(zip(gradients, self.weights(player), strict=True))
            return loss

    class WithTrainStep(keras.Model):
        """As keras.io's DCGAN: one model, two optimizers, a train_step of its own, for train_on_batch."""

        def __init__(self, scale=1.0, g_target=1.0, d=None, loss=None):
            super().__init__()
            self.generator, self.discriminator = generator(), d or discriminator()
            self.scale, self.g_target, self.seed = scale, g_target, keras.random.SeedGenerator(1337)
            self.compile(adam(), adam(), loss or bce())

        def compile(self, d_optimizer, g_optimizer, loss_fn):
            super().compile()
            self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
            self.d_metric = keras.metrics.Mean(name="d_loss")

        @property
        def metrics(self):
            return [self.d_metric]

        def train_step(self, data):
            real = data[0] if isinstance(data, tuple) else data
            n = tf.shape(real)[0]
            fake = self.generator(keras.random.normal((n, Z), seed=self.seed))
            images = tf.concat([fake, tf.cast(real, "float32") * self.scale], axis=0)
            labels = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], axis=0)  # 1 is fake there
            labels += 0.05 * tf.random.uniform(tf.shape(labels))
            with tf.GradientTape() as tape:
                d_loss = self.loss_fn(labels, self.discriminator(images))
            grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
            self.d_optimizer.apply_gradients(zip(grads, self.discriminator.trainable_weights, strict=True))
            z = keras.random.normal((n, Z), seed=self.seed)
            with tf.GradientTape() as tape:
                scores = self.discriminator(self.generator(z))
                g_loss = self.loss_fn((1 - self.g_target) * tf.ones((n, 1)), scores)
            grads = tape.gradient(g_loss, self.generator.trainable_weights)
            self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights, strict=True))
            self.d_metric.update_state(d_loss)
            return {"d_loss": self.d_metric.result()}

elif keras.backend.backend() == "jax":
    import jax

    class Loop(Custom):
        """Stateless calls under jax.jit, as in Keras's guide to training loops in JAX."""

        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            self.update = jax.jit(self.pure, static_argnums=0)

        def pure(self, player, state, slots, *inputs):
            optimizer = self.d_optimizer if player == "d" else self.g_optimizer

            def loss(values):
                now = dict(state) | {str(id(v)): x for v, x in zip(self.weights(player), values, strict=True)}

                def call(model, x):
                    mine = model.trainable_variables, model.non_trainable_variables
                    values = [[now.get(str(id(v)), v.value) for v in group] for group in mine]
                    return model.stateless_call(*values, x, training=True)[0]

                return self.d_loss(call, *inputs) if player == "d" else self.g_loss(call, *inputs)

            values = [state[str(id(v))] for v in self.weights(player)]
            return optimizer.stateless_apply(slots, jax.grad(loss)(values), values)

        def run(self, player, optimizer, *inputs):
            if not optimizer.built:
                optimizer.build(self.weights(player))
            models = self.g, self.d, self.fakes_by, self.scored_by
            state = {str(id(v)): v.value for model in models for v in model.variables}
            values, slots = self.update(player, state, [v.value for v in optimizer.variables], *inputs)
            for variable, value in zip(self.weights(player), values, strict=True):
                variable.assign(value)
            for variable, value in zip(optimizer.variables, slots, strict=True):
                variable.assign(value)


if keras.backend.backend() in ("tensorflow", "jax"):

    @right
    def custom_loop(_):
        return Loop().recipe()

    @right
    def custom_loop_in_one_step(_):
        return Loop().recipe(together=True)

    @right
    def custom_loop_that_scales_bytes(real):
        loop = Loop(g=generator("tanh"), scale=lambda x: x / 127.5 - 1)
        return loop.recipe() | dict(real_images=(real[:64] * 255).astype("uint8"))

    @right
    def custom_loop_with_classes_of_ones_own(_):
        loop = Loop(g=Drawing(), d=Judge("sigmoid"), loss=bce(from_logits=False))
        loop.g(latents(2)), loop.d(np.zeros((2, *IMAGE), "float32"))
        return loop.recipe(together=True)

    @wrong("255")
    def custom_loop_on_bytes(real):
        return Loop().recipe() | dict(real_images=(real[:64] * 255).astype("uint8"))

    @wrong("sigmoid")
    def custom_loop_with_a_sigmoid_too_many(_):
        return Loop(d=discriminator("sigmoid")).recipe(together=True)

    @wrong("sigmoid")
    def custom_loop_with_a_sigmoid_too_many_by_a_function(_):
        def loss(labels, scores):
            return ops.mean(ops.binary_crossentropy(labels, scores, from_logits=True))

        return Loop(d=ends_in(layers.Lambda(ops.sigmoid)), loss=loss).recipe()

    @wrong("from_logits")
    def custom_loop_without_a_sigmoid(_):
        return Loop(loss=lambda t, p: ops.mean(ops.binary_crossentropy(t, p))).recipe()

    @wrong("copy", "another D")
    def custom_loop_scored_by_a_copy(_):
        d = discriminator()
        return Loop(d=d, scored_by=keras.models.clone_model(d)).recipe()

    @wrong("copy")
    def custom_loop_with_fakes_of_a_copy(_):
        g = generator()
        copy = keras.models.clone_model(g)
        copy.set_weights(g.get_weights())
        return Loop(g=g, fakes_by=copy).recipe()

    @wrong("wrong sign")
    def custom_loop_that_wants_to_be_caught(_):
        return Loop(g_target=0.0).recipe(together=True)

    @wrong("same target")
    def custom_loop_with_one_label(_):
        return Loop(fake_target=1.0).recipe()

    @wrong("moved")
    def custom_loop_that_moves_the_wrong_player(_):
        g = generator()
        return Loop(g=g, d_moves=g).recipe()

    @wrong("optimizer of its own")
    def custom_loop_with_one_optimizer(_):
        shared = adam()
        return Loop(optimizers=(shared, shared)).recipe()

    @wrong("nothing moved")
    def custom_loop_of_half_a_generator(_):
        return Loop(half=True).recipe()

    @wrong("gradient")
    def custom_loop_with_the_gradient_cut(_):
        return Loop(cut=True).recipe()


if keras.backend.backend() == "tensorflow":

    @right
    def own_train_step(_):
        gan = WithTrainStep()
        return dict(generator=gan.generator, discriminator=gan.discriminator, step=gan.train_on_batch)

    @right
    def own_train_step_that_scales_bytes(real):
        gan = WithTrainStep(scale=1 / 255)
        images = (real[:64] * 255).astype("uint8")
        return dict(
            generator=gan.generator,
            discriminator=gan.discriminator,
            step=gan.train_on_batch,
            real_images=images,
        )

    @wrong("255")
    def own_train_step_on_bytes(real):
        gan = WithTrainStep()
        images = (real[:64] * 255).astype("uint8")
        return dict(
            generator=gan.generator,
            discriminator=gan.discriminator,
            step=gan.train_on_batch,
            real_images=images,
        )

    @wrong("wrong sign")
    def own_train_step_of_the_wrong_sign(_):
        gan = WithTrainStep(g_target=0.0)
        return dict(generator=gan.generator, discriminator=gan.discriminator, step=gan.train_on_batch)

    @wrong("sigmoid")
    def own_train_step_with_a_sigmoid_too_many(_):
        gan = WithTrainStep(d=ends_in(layers.Activation("sigmoid")))
        return dict(generator=gan.generator, discriminator=gan.discriminator, step=gan.train_on_batch)

    @right
    def noise_on_both(_):
        """Instance noise, while G is grey: what D sees of G stays between 0 and 1, and reals do not."""
        g, d = generator(), discriminator()
        return dict(generator=g, discriminator=d) | with_tapes(
            g, d, see=lambda x: x + 0.1 * tf.random.normal(tf.shape(x))
        )

    @wrong("sigmoid")
    def sigmoid_and_the_loss_of_the_backend(_):
        g, d = generator(), discriminator("sigmoid")
        return dict(generator=g, discriminator=d) | with_tapes(g, d)

    def with_tapes(g, d, see=lambda x: x):
        d_optimizer, g_optimizer = adam(), adam()

        def cost(target, images):
            logits = d(see(images), training=True)
            targets = target * tf.ones_like(logits)
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(targets, logits))

        def update(optimizer, model, tape, loss):
            weights = model.trainable_weights
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

        def d_step(real):
            fake = g(tf.random.normal((len(real), Z)), training=True)
            with tf.GradientTape() as tape:
                loss = cost(1.0, tf.constant(real)) + cost(0.0, fake)
            update(d_optimizer, d, tape, loss)

        def g_step(n):
            with tf.GradientTape() as tape:
                loss = cost(1.0, g(tf.random.normal((n, Z)), training=True))
            update(g_optimizer, g, tape, loss)

        return dict(d_step=d_step, g_step=g_step)

    class CompiledMethods:
        """A trainer whose steps are compiled methods, for classes 0 to 9; G is trained through `judge`."""

        def __init__(self, judge=None, g_target=1.0):
            CompiledMethods.latest = self  # TensorFlow would let it go: its compiled methods do not hold it
            latent, image, kind = keras.Input((Z,)), keras.Input(IMAGE), keras.Input((), dtype="int32")
            joined = layers.Concatenate()([latent, layers.Embedding(10, 8)(kind)])
            fake = layers.Reshape(IMAGE)(layers.Dense(784, "sigmoid")(layers.Dense(64, "relu")(joined)))
            self.g = keras.Model([latent, kind], fake)
            joined = layers.Concatenate()([layers.Flatten()(image), layers.Embedding(10, 8)(kind)])
            self.d = keras.Model([image, kind], layers.Dense(1)(layers.Dense(64, "relu")(joined)))
            self.judge = judge(self.d) if judge else self.d
            self.d_optimizer, self.g_optimizer, self.g_target, self.loss = adam(), adam(), g_target, bce()
            self.d_optimizer.build(self.d.trainable_weights)
            self.g_optimizer.build(self.g.trainable_weights)

        def draw(self, n):
            kinds = tf.random.uniform([n], 0, 10, tf.int32)
            return self.g([tf.random.normal((n, Z)), kinds]), kinds

        @tf.function
        def d_step(self, real):
            fake, kinds = self.draw(len(real))
            with tf.GradientTape() as tape:
                real_logits, fake_logits = self.d([real, kinds]), self.d([fake, kinds])
                loss = self.loss(tf.ones_like(real_logits), real_logits)
                loss += self.loss(tf.zeros_like(fake_logits), fake_logits)
            self.d_optimizer.apply(tape.gradient(loss, self.d.trainable_weights))

        @tf.function
        def g_step(self, n):
            with tf.GradientTape() as tape:
                fake, kinds = self.draw(n)
                logits = self.judge([fake, kinds])
                loss = self.loss(self.g_target * tf.ones_like(logits), logits)
            self.g_optimizer.apply(tape.gradient(loss, self.g.trainable_weights))

        def recipe(self):
            return dict(generator=self.g, discriminator=self.d, d_step=self.d_step, g_step=self.g_step)

    @right
    def compiled_methods(_):
        return CompiledMethods().recipe()

    @wrong("wrong sign")
    def compiled_methods_of_the_wrong_sign(_):
        return CompiledMethods(g_target=0.0).recipe()

    @wrong("copy")
    def compiled_methods_and_a_copy_of_d(_):
        recipe = CompiledMethods(judge=keras.models.clone_model).recipe()
        CompiledMethods.latest.judge.set_weights(recipe["discriminator"].get_weights())
        return recipe

    @right
    def gradient_penalty(_):
        """WGAN-GP (Gulrajani et al. 2017), with a penalty between reals and fakes."""
        g, d = generator(), discriminator()
        d_optimizer, g_optimizer = adam(1e-4), adam(1e-4)

        @tf.function
        def d_step(real):
            n = len(real)
            fake = g(tf.random.normal((n, Z)), training=True)
            with tf.GradientTape() as tape:
                share = tf.random.uniform((n, 1, 1, 1))
                between = share * real + (1 - share) * fake
                with tf.GradientTape() as inner:
                    inner.watch(between)
                    score = d(between, training=True)
                norm = tf.sqrt(tf.reduce_sum(inner.gradient(score, between) ** 2, axis=[1, 2, 3]) + 1e-12)
                loss = (
                    tf.reduce_mean(d(fake)) - tf.reduce_mean(d(real)) + 10 * tf.reduce_mean((norm - 1) ** 2)
                )
            weights = d.trainable_weights
            d_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

        @tf.function
        def g_step(n):
            with tf.GradientTape() as tape:
                loss = -tf.reduce_mean(d(g(tf.random.normal((n, Z)), training=True), training=True))
            weights = g.trainable_weights
            g_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))

        return dict(generator=g, discriminator=d, d_step=d_step, g_step=g_step)


# Wrong: flags


@wrong("trainable", "frozen")
def never_frozen(_):
    recipe = toggled()
    g, d = recipe["generator"], recipe["discriminator"]
    d.trainable = True
    gan = stacked(g, d)
    gan.compile(adam(), bce())

    def g_step(n):
        gan.train_on_batch(latents(n), column(n, 1))

    return recipe | dict(g_step=g_step)


@wrong("trainable", "frozen")
def never_frozen_in_one_step(_):
    recipe = never_frozen(_)
    d_step, g_step = recipe.pop("d_step"), recipe.pop("g_step")
    return recipe | dict(step=lambda real: (d_step(real), g_step(len(real))))


@wrong("trainable")
def toggled_once(_):
    """The flag goes up before the first step of D and down before the first of G, and then stays."""
    recipe = toggled()
    g, d, g_step = recipe["generator"], recipe["discriminator"], recipe["g_step"]
    d.trainable = True

    def d_step(real):
        d.train_on_batch(*batch(g, real))

    return recipe | dict(d_step=d_step, g_step=g_step)


@wrong("trainable", "frozen")
def flag_of_the_combined_model(_):
    g, d = generator(), discriminator()
    d.compile(adam(), bce())
    gan = stacked(g, d)
    gan.trainable = False
    gan.compile(adam(), bce())
    return dict(generator=g, discriminator=d, combined=gan)


@wrong("trainable")
def frozen_layer_by_layer(_):
    g, d = generator(), discriminator()
    d.compile(adam(), bce())
    for layer in d.layers:
        layer.trainable = False
    gan = stacked(g, d)
    gan.compile(adam(), bce())
    return dict(generator=g, discriminator=d, combined=gan)


@wrong("trainable", "frozen")
def flag_the_wrong_way_round(_):
    recipe = toggled()
    g, d = recipe["generator"], recipe["discriminator"]
    gan = stacked(g, d)
    gan.compile(adam(), bce())

    def d_step(real):
        d.trainable = False
        d.train_on_batch(*batch(g, real))

    def g_step(n):
        d.trainable = True
        gan.train_on_batch(latents(n), column(n, 1))

    return recipe | dict(d_step=d_step, g_step=g_step)


# Wrong: rates


@wrong("learning rate")
def rate_of_d_is_zero(_):
    return toggled(d_optimizer=adam(0.0))


@wrong("learning rate")
def rate_of_g_is_zero(_):
    return toggled(g_optimizer=adam(0.0))


@wrong("learning rate")
def rate_ends_at_once(_):
    return toggled(d_optimizer=adam(keras.optimizers.schedules.PiecewiseConstantDecay([2], [1e-3, 0.0])))


# Wrong: who is asked


@wrong("copy", "another D")
def scored_by_a_copy(_):
    recipe = toggled()
    copy = keras.models.clone_model(recipe["discriminator"])
    copy.trainable = False
    gan = stacked(recipe["generator"], copy)
    gan.compile(adam(), bce())
    return recipe | dict(g_step=lambda n: gan.train_on_batch(latents(n), column(n, 1)))


def with_a_copy(make):
    g = generator()
    copy = keras.models.clone_model(g)
    copy.set_weights(g.get_weights())
    return toggled(g=g, make=lambda _, real: make(copy, real))


@wrong("copy")
def fakes_by_a_copy(_):
    return with_a_copy(batch)


def latents_never_again(n):
    """As those of tf.random.normal, whose state nobody can put back."""
    return np.random.default_rng().standard_normal((n, Z)).astype("float32")


def batch_of_new_fakes(g, real):
    n = len(real)
    images = np.concatenate([real, keras.ops.convert_to_numpy(g(latents_never_again(n), training=True))])
    return images, np.concatenate([column(n, 1), column(n, 0)])


@right
def fakes_never_again(_):
    return toggled(make=batch_of_new_fakes)


@right
def fakes_and_noise_never_again(_):
    def make(g, real):
        images, targets = batch_of_new_fakes(g, real)
        noise = np.random.default_rng().standard_normal(images.shape)
        return images + 0.3 * noise.astype("float32"), targets

    return toggled(make=make)


@wrong("copy")
def fakes_by_a_copy_never_again(_):
    return with_a_copy(batch_of_new_fakes)


@right
def generator_that_begins_grey(_):
    """Its last layer begins with zeros: with the other sign, too, it draws what it drew."""
    zeros = layers.Dense(784, "sigmoid", kernel_initializer="zeros")
    g = keras.Sequential([keras.Input((Z,)), layers.Dense(64, "relu"), zeros, layers.Reshape(IMAGE)])
    return toggled(g=g)


@wrong("another model", "copy")
def trains_a_copy_of_g(_):
    recipe = toggled()
    d = recipe["discriminator"]
    gan = stacked(keras.models.clone_model(recipe["generator"]), d)
    gan.compile(adam(), bce())

    def g_step(n):
        d.trainable = False
        gan.train_on_batch(latents(n), column(n, 1))

    return recipe | dict(g_step=g_step)


@wrong("places")
def steps_have_changed_places(_):
    recipe = toggled()
    return recipe | dict(d_step=recipe["g_step"], g_step=recipe["d_step"])


@wrong("places")
def steps_have_changed_places_and_take_anything(real):
    recipe = toggled()
    d_step, g_step = recipe["d_step"], recipe["g_step"]
    return recipe | dict(d_step=lambda x: g_step(len(x)), g_step=lambda n: d_step(real[:n]))


@wrong("no image", "fakes")
def noise_for_fakes(_):
    def make(g, real):
        fake = random.random(real.shape).astype("float32")
        return np.concatenate([real, fake]), np.repeat([[1.0], [0.0]], len(real), axis=0)

    return toggled(make=make)


@wrong("no image", "fakes", "same target")
def reals_alone(_):
    return reals_and_fakes_in_separate_calls(_, show=("real",))


@wrong("no image", "reals", "same target")
def fakes_alone(_):
    return reals_and_fakes_in_separate_calls(_, show=("fake",))


@wrong("gradient")
def gradient_cut_by_predict(_):
    recipe = toggled()
    g, d = recipe["generator"], recipe["discriminator"]

    def g_step(n):
        d.trainable = False
        d.train_on_batch(g.predict_on_batch(latents(n)), column(n, 1))

    return recipe | dict(g_step=g_step)


# Wrong: targets


@wrong("wrong sign")
def targets_of_d_reversed(_):
    return toggled(make=functools.partial(batch, fake_target=1.0))


@wrong("same target")
def one_label(_):
    return toggled(make=lambda g, real: (batch(g, real)[0], column(2 * len(real), 1)))


@wrong("same target")
def one_label_in_separate_calls(_):
    return reals_and_fakes_in_separate_calls(_, fake_target=1.0)


@wrong("wrong sign")
def class_asked_for_and_g_wants_to_be_caught(_):
    return asked_for_a_class(_, g_target=0.0)


@wrong("wrong sign")
def auxiliary_classes_and_g_wants_to_be_caught(_):
    return auxiliary_classes(_, g_target=0.0)


# Wrong: endings


@wrong("sigmoid")
def sigmoid_by_a_layer(_):
    return toggled(d=ends_in(layers.Activation("sigmoid")))


@wrong("sigmoid")
def sigmoid_by_a_function(_):
    return toggled(d=ends_in(layers.Lambda(lambda x: 1 / (1 + ops.exp(-x)))))


@wrong("sigmoid")
def hard_sigmoid(_):
    return toggled(d=ends_in(layers.Activation("hard_sigmoid"), layers.Flatten()))


@wrong("sigmoid")
def tanh_and_cross_entropy(_):
    return toggled("binary_crossentropy", d=discriminator("tanh"))


@wrong("sigmoid", "bounds")
def relu_and_cross_entropy(_):
    return toggled(d=discriminator("relu"))


@wrong("softmax")
def softmax_of_one(_):
    return toggled("binary_crossentropy", d=discriminator("softmax"))


@wrong("from_logits")
def cross_entropy_by_hand(_):
    def loss(t, p):
        p = ops.clip(p, 1e-7, 1 - 1e-7)
        return -ops.mean(t * ops.log(p) + (1 - t) * ops.log(1 - p))

    return toggled(loss)


@wrong("NaN", "from_logits")
def cross_entropy_of_a_logit_by_hand(_):
    return toggled(lambda t, p: -ops.mean(t * ops.log(p) + (1 - t) * ops.log(1 - p)))


@wrong("NaN")
def loss_is_nan(_):
    return toggled(lambda t, p: ops.mean(p) * float("nan"))


# Wrong: images


@wrong("255")
def images_in_bytes(real):
    return toggled() | dict(real_images=(255 * real[:64]).astype("uint8"))


@wrong("255")
def images_up_to_255(real):
    return toggled(g=generator("tanh")) | dict(real_images=255 * real[:64])


@wrong("scale", "Scale")
def images_from_minus_one_and_sigmoid(real):
    return toggled() | dict(real_images=2 * real[:64] - 1)


@wrong("scale", "Scale")
def images_from_zero_and_tanh(_):
    return toggled(g=generator("tanh"))


def verdict(name, images, seed):
    """Run `check_training` on a recipe; return whether it is judged rightly, and what was said."""
    global random
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arguments = {"real_images": images[:64]} | RECIPES[name](images)
        try:
            gu.check_training(**arguments)
        except AssertionError as error:
            return name in WORDS and any(word in str(error) for word in WORDS[name]), str(error)
        except Exception as error:  # a check that breaks has no verdict
            return False, f"{type(error).__name__}: {error}"
    return name not in WORDS, "passes"


if __name__ == "__main__":
    import contextlib
    import io

    arguments = sys.argv[1:]
    seeds = [int(a) for a in arguments if a.isdigit()] or [0]
    names = [a for a in arguments if not a.isdigit()] or list(RECIPES)
    images = gu.load_images("digits").images[:256]
    for name in names:
        for seed in seeds:
            with contextlib.redirect_stdout(io.StringIO()):
                good, said = verdict(name, images, seed)
            print(
                f"{'ok   ' if good else 'WRONG'} {name} {seed}: {said if not good else said[:100]}",
                flush=True,
            )
