"""What the series is measured against: other networks, and other ways to take the same step.

TensorFlow and PyTorch are welcome here; the package itself is pure Keras.
"""

import csv
import time
from pathlib import Path

import gan_utils as gu
import keras
import numpy as np
from gan_utils._support import averaging
from keras import layers


def fused_step(generator, discriminator, g_optimizer, d_optimizer, jit_compile=False):
    """A hand-written step for TensorFlow, compiled as a whole: both players, one call.

    The same training as `GAN.train_on_batch`: fakes drawn in inference mode, one batch for D, fresh latents
    for G's update, both losses and the accuracy handed back. It keeps no averaged generator.
    """
    step = _fused(generator, discriminator, g_optimizer, d_optimizer, jit_compile)
    return lambda real_images: step(real_images).numpy().tolist()


def fused_steps(*players_and_optimizers, jit_compile=True):
    """The same for many batches (k, n, ...) in one call: a loop around the step, which alone XLA compiles."""
    import tensorflow as tf

    step = _fused(*players_and_optimizers, jit_compile)

    @tf.function
    def run(many):
        return tf.map_fn(step, many, parallel_iterations=1)

    return lambda many: run(tf.constant(many)).numpy()


def _fused(generator, discriminator, g_optimizer, d_optimizer, jit_compile):
    import tensorflow as tf

    d_optimizer.build(discriminator.trainable_variables)
    g_optimizer.build(generator.trainable_variables)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    latent_dim = generator.input_shape[1]

    @tf.function(jit_compile=jit_compile)
    def step(real_images):
        n = real_images.shape[0]
        fake_images = generator(tf.random.normal((n, latent_dim)), training=False)
        images = tf.concat([real_images, fake_images], 0)
        targets = tf.concat([tf.ones((n, 1)), tf.zeros((n, 1))], 0)
        with tf.GradientTape() as tape:
            logits = discriminator(images, training=True)
            d_loss = loss(targets, logits)
        d_weights = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(d_loss, d_weights), d_weights)
        with tf.GradientTape() as tape:
            fake_images = generator(tf.random.normal((n, latent_dim)), training=True)
            g_loss = loss(tf.ones((n, 1)), discriminator(fake_images, training=True))
        g_weights = generator.trainable_variables
        g_optimizer.apply(tape.gradient(g_loss, g_weights), g_weights)
        accuracy = tf.reduce_mean(tf.cast((logits > 0) == (targets > 0.5), tf.float32))
        return tf.stack([d_loss, g_loss, accuracy])

    return step


def own_steps(name, generator, discriminator, g_optimizer, d_optimizer):
    """The rival `name` as its author trains it, for many batches (k, n, ...) in one call.

    Compiled like ours, whatever it is at home: what differs is the training.
    """
    import tensorflow as tf

    for optimizer, player in ((d_optimizer, discriminator), (g_optimizer, generator)):
        optimizer.build(player.trainable_variables)
    latent_dim = generator.input_shape[1]

    def draw(n, training):
        return generator(tf.random.normal((n, latent_dim)), training=training)

    def loss(images, target):
        logits = discriminator(images, training=True)
        return tf.reduce_mean(tf.nn.softplus(-logits if target else logits))

    def update(player, optimizer, tape, value):
        optimizer.apply(tape.gradient(value, player.trainable_variables), player.trainable_variables)

    def classic(real_images):  # D learns from reals, then from fakes as `predict` draws them
        fake_images = draw(real_images.shape[0], training=False)
        for images, target in ((real_images, 1), (fake_images, 0)):
            with tf.GradientTape() as tape:
                value = loss(images, target)
            update(discriminator, d_optimizer, tape, value)
        with tf.GradientTape() as tape:
            value = loss(draw(real_images.shape[0], training=True), 1)
        update(generator, g_optimizer, tape, value)

    def series(real_images):  # one step of D on the mean of both losses; G is in training mode always
        fake_images = draw(real_images.shape[0], training=True)
        with tf.GradientTape() as tape:
            value = (loss(fake_images, 0) + loss(real_images, 1)) / 2
        update(discriminator, d_optimizer, tape, value)
        with tf.GradientTape() as tape:
            value = loss(draw(real_images.shape[0], training=True), 1)
        update(generator, g_optimizer, tape, value)

    def tutorial(real_images):  # the same fakes for both players, which step at once; the losses' sum for D
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fake_images = draw(real_images.shape[0], training=True)
            logits = discriminator(fake_images, training=True)
            g_value = tf.reduce_mean(tf.nn.softplus(-logits))
            d_value = loss(real_images, 1) + tf.reduce_mean(tf.nn.softplus(logits))
        update(generator, g_optimizer, g_tape, g_value)
        update(discriminator, d_optimizer, d_tape, d_value)

    ways = {"classic snippet": classic, "original series": series, "TensorFlow tutorial": tutorial}
    step = tf.function(ways[name], jit_compile=_xla_gains(name))

    @tf.function
    def run(many):
        for real_images in many:
            step(real_images)

    return lambda many: run(tf.constant(many))


def _xla_gains(name):
    return name != "TensorFlow tutorial"  # its wide convolutions take longer with it


def classic_step(gan):
    """The loop of most Keras tutorials, its trap mended: `predict`, D on reals, D on fakes, combined."""

    rng = np.random.default_rng()

    def step(real_images):
        n = len(real_images)
        latents = rng.standard_normal((n, gan.latent_dim), dtype="float32")
        fake_images = gan.generator.predict(latents, verbose=0)
        logs = [
            gan.discriminator.train_on_batch(real_images, np.ones((n, 1), "float32")),
            gan.discriminator.train_on_batch(fake_images, np.zeros((n, 1), "float32")),
        ]
        latents = rng.standard_normal((n, gan.latent_dim), dtype="float32")
        return logs, gan.combined.train_on_batch(latents, np.ones((n, 1), "float32"))

    return step


def torch_step(generator, discriminator, g_keras, d_keras):
    """Eager PyTorch, on a GPU if there is one: the same networks, layer for layer, and the same step.

    But for D's fakes, which G draws in training mode, as nearly all of PyTorch's GANs do.

    Args:
        g_keras, d_keras: Keras's Adam or AdamW, whose settings PyTorch's gets.

    Raises:
        ImportError: PyTorch is not installed (`pip install -e .[bench]`).
    """
    import torch
    from torch import nn

    device = "cuda" if torch.cuda.is_available() else "cpu"
    latent_dim, image_shape = generator.input_shape[1], tuple(generator.output_shape[1:])
    g, d = (nn.Sequential(*_torch_layers(model)).to(device) for model in (generator, discriminator))
    for model, twin in ((generator, g), (discriminator, d)):
        assert sum(p.numel() for p in twin.parameters()) == sum(
            np.prod(w.shape) for w in model.trainable_weights
        )
    g_optimizer, d_optimizer = _torch_adam(g_keras, g), _torch_adam(d_keras, d)
    loss = nn.BCEWithLogitsLoss()
    channels_first = (image_shape[2], *image_shape[:2])

    def draw(n):
        return g(torch.randn(n, latent_dim, device=device)).view(n, *channels_first)

    def step(real_images):
        n = len(real_images)
        real_images = torch.from_numpy(real_images).to(device).permute(0, 3, 1, 2)
        real, fake = torch.ones(n, 1, device=device), torch.zeros(n, 1, device=device)
        targets = torch.cat([real, fake])
        with torch.no_grad():
            fake_images = draw(n)
        d_optimizer.zero_grad()
        logits = d(torch.cat([real_images, fake_images]))
        d_loss = loss(logits, targets)
        d_loss.backward()
        d_optimizer.step()
        g_optimizer.zero_grad()
        g_loss = loss(d(draw(n)), real)
        g_loss.backward()
        g_optimizer.step()
        return d_loss.item(), g_loss.item(), ((logits > 0) == (targets > 0.5)).float().mean().item()

    return step


def _torch_adam(optimizer, model):
    import torch

    return torch.optim.AdamW(
        model.parameters(),
        lr=float(optimizer.learning_rate),
        betas=(optimizer.beta_1, optimizer.beta_2),
        eps=optimizer.epsilon,
        weight_decay=optimizer.weight_decay or 0,
    )


def _torch_layers(model):
    """PyTorch's counterparts of a Sequential's layers; "same" padding for kernels and strides of ours."""
    from torch import nn

    for layer in model.layers:
        shape = layer.input.shape if hasattr(layer, "input") else None
        if isinstance(layer, layers.Dense):
            yield nn.Linear(shape[1], layer.units, bias=layer.use_bias)
        elif isinstance(layer, (layers.Conv2D, layers.Conv2DTranspose)):
            transposed = isinstance(layer, layers.Conv2DTranspose)
            convolution = nn.ConvTranspose2d if transposed else nn.Conv2d
            kernel, stride = layer.kernel_size[0], layer.strides[0]
            extra = {"output_padding": (kernel - stride) % 2} if transposed else {}
            padding = (kernel - stride + 1) // 2
            yield convolution(shape[3], layer.filters, kernel, stride, padding, bias=layer.use_bias, **extra)
        elif isinstance(layer, layers.BatchNormalization):
            norm = nn.BatchNorm1d if len(shape) == 2 else nn.BatchNorm2d
            yield norm(shape[-1], eps=layer.epsilon, momentum=1 - layer.momentum)
        elif isinstance(layer, layers.LeakyReLU):
            yield nn.LeakyReLU(layer.negative_slope)
        elif isinstance(layer, layers.ReLU):
            yield nn.ReLU()
        elif isinstance(layer, layers.Dropout):
            yield nn.Dropout(layer.rate)
        elif isinstance(layer, layers.Flatten):
            yield nn.Flatten()
        elif isinstance(layer, layers.Reshape):
            height, width, channels = layer.target_shape
            yield nn.Unflatten(1, (channels, height, width))
        else:
            raise TypeError(f"no PyTorch counterpart for {layer}")
        if getattr(layer, "activation", None) is keras.activations.sigmoid:
            yield nn.Sigmoid()


def adam(rate, **settings):
    return keras.optimizers.Adam(rate, **settings)


def classic_snippet():
    """The shortest Keras GAN of blogs and answers: one hidden layer of 128 each, Keras's Adam; batch 32."""
    generator = keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(128, activation="relu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28, 1)),
        ]
    )
    discriminator = keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(1)]
    )
    return generator, discriminator, adam(1e-3), adam(1e-3), 32


def original_series():
    """The dense networks and the rate of the course that this series follows; batch 128."""

    def block(units):
        return [layers.Dense(units), layers.BatchNormalization(momentum=0.9), layers.ReLU()]

    generator = keras.Sequential(
        [
            keras.Input((64,)),
            *[layer for units in (128, 256, 512, 1024) for layer in block(units)],
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28, 1)),
        ]
    )
    discriminator = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten()])
    for units in (512, 256, 128):
        discriminator.add(layers.Dense(units))
        discriminator.add(layers.LeakyReLU(negative_slope=0.2))
    discriminator.add(layers.Dense(1))
    return generator, discriminator, adam(1e-5), adam(1e-5), 128


def tensorflow_tutorial():
    """TensorFlow's "Deep Convolutional Generative Adversarial Network" tutorial; batch 256."""

    def up(filters, strides):
        return [
            layers.Conv2DTranspose(filters, 5, strides=strides, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.3),
        ]

    def down(filters):
        return [
            layers.Conv2D(filters, 5, strides=2, padding="same"),
            layers.LeakyReLU(negative_slope=0.3),
            layers.Dropout(0.3),
        ]

    generator = keras.Sequential(
        [
            keras.Input((100,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.3),
            layers.Reshape((7, 7, 256)),
            *up(128, 1),
            *up(64, 2),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same", use_bias=False, activation="tanh"),
            layers.Rescaling(0.5, 0.5),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Rescaling(2, -1),
            *down(64),
            *down(128),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    return generator, discriminator, adam(1e-4), adam(1e-4), 256


NETWORKS = {
    "classic snippet": classic_snippet,
    "original series": original_series,
    "TensorFlow tutorial": tensorflow_tutorial,
}


def best_rate(name):
    """The rate for both players that was the best of three in rival_rates.py, with care."""
    with Path(__file__).with_name("rival_rates.csv").open(encoding="utf-8") as file:
        found = [row for row in csv.DictReader(file) if row["name"] == name]
    return float(min(found, key=lambda row: float(row["fid"]))["rate"])


class Rival:
    """A rival as its author trains it; or with `care`: our step, an averaged generator, and that rate."""

    def __init__(self, name, seed, care, rate=None):
        keras.utils.set_random_seed(seed)
        self.generator, discriminator, *optimizers, self.batch = NETWORKS[name]()
        self.average = keras.models.clone_model(self.generator) if care else None
        self.calls = 1 if name == "TensorFlow tutorial" else 16  # steps in a call of less than a second
        self.random, self.step = np.random.default_rng(seed), 0
        players = self.generator, discriminator, *optimizers
        if care:
            for optimizer in optimizers:
                optimizer.learning_rate = rate or best_rate(name)
        ours = fused_steps(*players, jit_compile=_xla_gains(name)) if care else None
        self.train = ours or own_steps(name, *players)

    def fit(self, images, seconds):
        """Train for so long, and for a call at least."""
        until = time.perf_counter() + seconds
        while True:
            self.train(images[self.random.integers(len(images), size=(self.calls, self.batch))])
            self.step += self.calls
            if self.average and self.step % 16 == 0:  # as GAN's, every tenth step there
                decay = min(0.998**16, self.step / (self.step + 160))
                averaging.update(self.average.weights, self.generator.weights, decay)
            if time.perf_counter() >= until:
                return

    def draw(self, latents):
        return (self.average or self.generator).predict(latents, batch_size=500, verbose=0)


def our_networks(name):
    """Generator and discriminator of the series, "MLP" or "DCGAN"."""
    if name == "MLP":
        return gu.build_generator(), gu.build_discriminator()
    return gu.build_dcgan_generator(), gu.build_dcgan_discriminator()
