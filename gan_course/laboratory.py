"""The laboratory of notebook 04: a GAN with one thing broken, and the signature that this leaves."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import layers, ops

import gan_utils as gu
from gan_course.figures import plot_signature, show, signature_numbers

BATCH_SIZE, LATENT_DIM = 64, 64
BCE = keras.losses.BinaryCrossentropy(from_logits=True)
ONES, ZEROS = np.ones((BATCH_SIZE, 1), "float32"), np.zeros((BATCH_SIZE, 1), "float32")


class Run(NamedTuple):
    """What a training of the laboratory leaves.

    players: G, D and the combined model, trained.
    curves: dict of "d_loss", "g_loss" and "d_accuracy", lists of one float a step.
    pictures: float32 (500, 28, 28, 1), G's of the laboratory's latents.
    classes: int (10,), how many of the pictures a classifier reads as 0, 1, ... 9.
    numbers: dict, name -> float: the means of the curves' last 20 steps, "D(G(z))", "diversity" (the mean
        distance of two pictures, that of real images being 1), "gradient" (the norm of that of L_G on G's
        weights) and "D moved" (how far D's weights are from where they began).
    """

    players: tuple[keras.Model, keras.Model, keras.Model]
    curves: dict[str, list[float]]
    pictures: np.ndarray
    classes: np.ndarray
    numbers: dict[str, float]


class Runs(dict):
    """What runs left behind, by their names; one that is missing was stopped, and is asked for once more."""

    def __missing__(self, name):
        raise LookupError(f"the run {name!r} has not come to its end: run its cell again")


def train_on_batch(model, inputs, targets):
    """The logs of one update, of this batch alone: before Keras 3.15 they are running means otherwise."""
    model.reset_metrics()
    return model.train_on_batch(inputs, targets, return_dict=True)


def mixed_batch(D, real_images, fakes):
    """D's update on one batch of both kinds."""
    return train_on_batch(D, np.concatenate([real_images, fakes]), np.concatenate([ONES, ZEROS]))


def separate_batches(D, real_images, fakes):
    """D's two updates, on real images and on fakes: BatchNorm in D never sees both at once."""
    logs = [train_on_batch(D, real_images, ONES), train_on_batch(D, fakes, ZEROS)]
    return {name: np.mean([one[name] for one in logs]) for name in logs[0]}


class Laboratory:
    """Trains GANs that are broken in one place, for 200 steps each, and shows what each looks like.

    Args:
        dataset: the `Dataset` whose images are the real ones.
    """

    def __init__(self, dataset: gu.Dataset) -> None:
        self.dataset = dataset
        self.latents = np.random.default_rng(1).standard_normal((500, LATENT_DIM), dtype="float32")

    def provoke(self, name: str, **settings) -> tuple:
        """Train as `train` does; print the numbers of the run, and draw its signature.

        Args:
            name: what the run is called.
            **settings: what is changed, as in `train` and in `make_players`.

        Returns:
            The players (G, D, combined), the pictures and the numbers, as a `Run` has them.
        """
        run = self.train(**settings)
        print(f"{name}: " + ", ".join(f"{key} {value:.2g}" for key, value in run.numbers.items()))
        seen = run.curves, run.pictures, run.classes
        show(plot_signature(*seen, name), "signature", run=name, **signature_numbers(*seen))
        return run.players, run.pictures, run.numbers

    def train(
        self,
        steps: int = 200,
        head_start: int = 0,
        seed: int = 6,
        update_d: Callable = mixed_batch,
        **settings,
    ) -> Run:
        """The loop of part a, in which one thing may be changed.

        Args:
            steps: how many.
            head_start: how many updates D makes before G's first.
            seed: of the first weights, and of what is drawn along the way.
            update_d: function of D, real images and fakes -> D's logs; `mixed_batch` or `separate_batches`.
            **settings: what is changed, as in `make_players`.
        """
        keras.utils.set_random_seed(seed)
        rng = np.random.default_rng(seed)
        G, D, combined = make_players(**settings)
        images, d_start = self.dataset.images, D.get_weights()
        curves = {"d_loss": [], "g_loss": [], "d_accuracy": []}
        for step in range(-head_start, steps):
            real_images = images[rng.integers(len(images), size=BATCH_SIZE)]
            latents = rng.standard_normal((2, BATCH_SIZE, LATENT_DIM), dtype="float32")
            d_logs = update_d(D, real_images, G.predict_on_batch(latents[0]))
            if step >= 0:
                g_logs = train_on_batch(combined, latents[1], ONES)
                curves["d_loss"].append(float(d_logs["loss"]))
                curves["g_loss"].append(float(g_logs["loss"]))
                curves["d_accuracy"].append(float(d_logs["accuracy"]))
        return self._signature((G, D, combined), curves, d_start, settings.get("g_loss", BCE))

    def _signature(self, players: tuple, curves: dict, d_start: list, g_loss: Callable) -> Run:
        """Measure a trained GAN, as `Run` says. `d_start`: D's first weights; `g_loss`: G's loss function."""
        generator, discriminator, _ = players
        pictures = generator.predict_on_batch(self.latents)
        numbers = {curve: np.mean(values[-20:]) for curve, values in curves.items()}
        numbers["D(G(z))"] = float(ops.mean(ops.sigmoid(discriminator.predict_on_batch(pictures))))
        numbers["diversity"] = spread(pictures[:64]) / spread(self.dataset.images[:64])
        latents = self.latents[:BATCH_SIZE]
        numbers["gradient"] = gradient_norm(generator, discriminator, g_loss, latents)
        numbers["D moved"] = distance(d_start, discriminator.get_weights())
        classes = np.bincount(gu.classify(pictures, self.dataset).argmax(axis=1), minlength=10)
        return Run(players, curves, pictures, classes, numbers)


def make_players(
    g_rate: float = 2e-3,
    d_rate: float = 1e-3,
    g_loss: Callable = BCE,
    generator: Callable = gu.build_generator,
    discriminator: Callable = gu.build_discriminator,
    combine: Callable = gu.build_combined,
):
    """G, D and the combined model of both, compiled; all that one may get wrong is an argument."""
    g_adam, d_adam = (keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.9) for rate in (g_rate, d_rate))
    G, D = generator(), discriminator()
    D.compile(d_adam, BCE, metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)])
    combined = combine(G, D)
    combined.compile(g_adam, g_loss)
    return G, D, combined


def generator_without_batchnorm() -> keras.Model:
    """A generator of the same size without BatchNorm: nothing in it drives its pictures apart."""
    stack = [keras.Input((LATENT_DIM,)), layers.Dense(128, "relu"), layers.Dense(256, "relu")]
    return keras.Sequential([*stack, layers.Dense(784, "sigmoid"), layers.Reshape((28, 28, 1))])


def discriminator_with_batchnorm() -> keras.Model:
    """A discriminator of the usual size with BatchNorm, which `gu.build_combined` refuses."""
    stack = [keras.Input((28, 28, 1)), layers.Flatten()]
    for units in (256, 128):
        stack += [layers.Dense(units), layers.BatchNormalization(momentum=0.5), layers.LeakyReLU(0.2)]
    return keras.Sequential([*stack, layers.Dense(1)])


def unchecked(generator: keras.Model, discriminator: keras.Model) -> keras.Model:
    """The combined model of any two networks, as `gu.build_combined` makes it of those that it takes."""
    return gu.Combined([generator, discriminator])


def freeze_first(generator: keras.Model, discriminator: keras.Model) -> keras.Model:
    """The combined model of many tutorials, in which D never learns (notebook 02)."""
    discriminator.trainable = False
    return keras.Sequential([generator, discriminator])


def with_fresh_statistics(generator: keras.Model, latents: np.ndarray) -> keras.Model:
    """A copy of a dense generator, where BatchNorm's statistics are those of all these latents."""
    fresh, x = keras.models.clone_model(generator), latents
    fresh.set_weights(generator.get_weights())
    for layer in fresh.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.moving_mean.assign(x.mean(axis=0))
            layer.moving_variance.assign(x.var(axis=0))
        x = ops.convert_to_numpy(layer(x))
    return fresh


def gradient_norm(generator, discriminator, g_loss, latents):
    """One update by SGD with rate 1 moves the weights by the gradient; then all is put back (notebook 03)."""
    before = generator.get_weights(), discriminator.get_weights()
    start = [ops.convert_to_numpy(w) for w in generator.trainable_weights]
    probe = gu.Combined([generator, discriminator])
    probe.compile(keras.optimizers.SGD(1.0), g_loss)
    probe.train_on_batch(latents, np.ones((len(latents), 1), "float32"))
    norm = distance(start, [ops.convert_to_numpy(w) for w in generator.trainable_weights])
    generator.set_weights(before[0])
    discriminator.set_weights(before[1])
    return norm


def distance(weights, others):
    """How far two lists of weights are apart, as one vector each."""
    return np.sqrt(sum(np.sum((a - b) ** 2) for a, b in zip(weights, others, strict=True)))


def spread(images):
    """The mean distance of two of the images."""
    flat = images.reshape(len(images), -1)
    return np.mean(np.linalg.norm(flat[:, None] - flat[None], axis=2))
