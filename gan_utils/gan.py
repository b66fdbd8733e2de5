"""Training: two players, two optimizers, `train_on_batch` on two Keras models in turn.

One step is `GAN.train_on_batch`; the passes of `GAN.fit` over the data are in `_support/fitting.py`, and the
same step compiled whole, many in one call, in `_support/compiled_steps.py`.
"""

from os import PathLike
from typing import Any

import keras
import numpy as np

from gan_utils._support import averaging, callbacks, devices, fitting, network_checks, processes, saving
from gan_utils._support.image_checks import check_count, check_images
from gan_utils._support.own_losses import own_loss
from gan_utils._support.pictures import to_bytes
from gan_utils._support.settings import check_backend
from gan_utils._support.value_ranges import check_value_range, to_images, to_networks
from gan_utils.networks import RealFake, build_combined

FRAME_IMAGES = 36  # a 6x6 grid in the training film


class GAN:
    """A generator and a discriminator trained against each other (Goodfellow et al. 2014, algorithm 1).

    Args:
        generator: latents (n, latent_dim) -> images (n, ...) in value_range.
        discriminator: images -> one logit each (n, 1). Neither BatchNormalization nor a final sigmoid.
        generator_optimizer, discriminator_optimizer: new Keras optimizers, one each, or their names, as
            "adam"; by default Adam(2e-3) and AdamW(1e-3, weight_decay=0.2), both with beta_1 = 0 and
            beta_2 = 0.9 (as Gulrajani et al. 2017, arXiv:1704.00028, algorithm 1): found by the sweep in
            benchmarks/. Without weight decay of D the digits got much worse again within minutes.
        average: decay of the averaged generator per step (Yazici et al. 2018, arXiv:1806.04498), in [0, 1);
            0 turns averaging off. The average is brought up to date every tenth step.
        seed: seeds the latents and the order of the data.
        d_loss, g_loss: losses in Keras's form, of (targets, logits), both (n, 1): a function, a Keras loss or
            its name; by default those of `gan_utils.losses`. D's targets are 1 for the real half of its batch
            and 0 for the fake half, G's are 1.
        d_steps: updates of D for one of G, each on images and latents of its own.
        value_range: the networks' own, (-1, 1) where G ends in a tanh. What you give and get is in [0, 1].

    Attributes:
        generator: the generator whose weights train.
        combined, real_fake: compiled models, of which `train_on_batch` trains the first for G, the second for
            D: each player is trained through a model in which the other is frozen.
        discriminator: compiled with `real_fake`, with the same optimizer and loss, for loops of your own.
        generator_optimizer, discriminator_optimizer: each player's.
        step: number of steps trained.
        curves: dict of "d_loss", "g_loss", "d_accuracy", one float a step, over the GAN's whole life.
        frames: list of (step, uint8 images (36, ...)) that `fit` keeps of one fixed latent batch.
        history: Keras's History of the latest `fit`.
        status: one line, how far training has come, and what to do where it was broken off.
        broken_step: None, or what an error broke in two: D has made its update, and G has not.
        d_steps, average, value_range: as given. latent_dim: int. image_shape: the shape of one image.
        random, order, position, plan, frame_latents, least_batch: what `fit` and `save` need to go on.

    Raises:
        TypeError, ValueError: as `build_combined`; a generator whose images leave value_range, or are all the
            same; an optimizer given to both players, or that has trained, or with use_ema; a loss that does
            not fall where logits go the right way; `average` outside [0, 1); `d_steps` below 1; what Keras is
            set to cannot train: its backend, its floatx, a strategy of TensorFlow's.
    """

    def __init__(
        self,
        generator: keras.Model,
        discriminator: keras.Model,
        generator_optimizer: keras.Optimizer | str | None = None,
        discriminator_optimizer: keras.Optimizer | str | None = None,
        average: float = 0.998,
        seed: int | None = None,
        *,
        d_loss: Any = None,
        g_loss: Any = None,
        d_steps: int = 1,
        value_range: tuple[float, float] = (0, 1),
    ):
        check_backend()
        devices.check_distribution()
        check_count("d_steps", d_steps)
        self.combined = build_combined(generator, discriminator)
        self.generator, self.discriminator = generator, discriminator
        self.value_range = check_value_range(value_range)
        network_checks.check_players(generator, discriminator, self.value_range)
        averaging.check_average(average)
        g_optimizer, d_optimizer = network_checks.own_optimizers(generator_optimizer, discriminator_optimizer)
        self.combined.compile(
            g_optimizer or keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9), own_loss("g_loss", g_loss)
        )
        self.real_fake = RealFake(generator, discriminator)
        self.real_fake.compile(
            d_optimizer or keras.optimizers.AdamW(1e-3, weight_decay=0.2, beta_1=0.0, beta_2=0.9),
            own_loss("d_loss", d_loss),
        )
        self.d_steps = int(d_steps)
        self.latent_dim, self.image_shape = generator.input_shape[1], generator.output_shape[1:]
        self.average = average
        self.least_batch = 2 if network_checks.needs_company(generator) else 1
        self._averaged_generator = averaging.begin(generator, average)
        self.random = np.random.default_rng(seed)
        self.frame_latents = self._draw_latents(FRAME_IMAGES, np.random.default_rng(seed))
        self.step, self.frames = 0, []
        self.order, self.position = np.zeros(0, "int32"), 0  # of the images in this epoch; how many are done
        self.curves = {"d_loss": [], "g_loss": [], "d_accuracy": []}
        self.plan = {}  # of the latest `fit`: what was asked, and how many of its epochs are done
        self.history, self.stop_training, self.broken_step = None, False, None
        processes.share_state(self)
        self._compiled_steps = None  # what `fit` runs where steps_per_execution is above 1

    __getattr__ = callbacks.missing_attribute
    status = property(fitting.status)
    generator_optimizer = property(lambda gan: gan.combined.optimizer)
    discriminator_optimizer = property(lambda gan: gan.real_fake.optimizer)

    @property
    def averaged_generator(self) -> keras.Model:
        """The generator that `generate` draws with: averaged weights, or `generator` where average is 0."""
        no_average_yet = self.step < averaging.EVERY or not self.average
        if no_average_yet and self._averaged_generator is not self.generator:
            self._averaged_generator.set_weights(self.generator.get_weights())
        return self._averaged_generator

    @fitting.whole_step
    def train_on_batch(self, real_images: np.ndarray) -> dict[str, float]:
        """One step: `d_steps` updates of D, each on a batch of its own, then one of G.

        Args:
            real_images: float (d_steps * n, ...) in [0, 1], of the discriminator's input shape. D's first
                update takes the first n of them and n fakes, its second the next n; G's takes n latents.

        Returns:
            dict of floats, of this batch alone: "d_loss" (L_D, before D's last update), "g_loss" (L_G, after
            it and before G's update) and "d_accuracy" (share of the last 2 n images that D got right, where a
            logit above 0 says "real" whatever the loss: so let least squares aim at -1 and 1, not 0 and 1).

        Raises:
            TypeError, ValueError: as `check_images`; no trainable weights, or others than at first; one image
                where G normalizes by the batch; a number that d_steps does not divide. Nothing changed.
            FloatingPointError: fake images or losses are NaN or infinite: the weights are spoilt.
            RuntimeError: an error broke the step before this one in two; see `broken_step`.
        """
        real_images = check_images(real_images, self.image_shape, "real_images")
        network_checks.check_both_train(self)
        n = network_checks.check_split(len(real_images), self.d_steps)
        network_checks.check_batch("real_images: a batch", n, self.least_batch)

        # D's update: n real images (target 1) and as many fakes (target 0), in one batch. G is frozen.
        real, fake = np.ones((n, 1), "float32"), np.zeros((n, 1), "float32")
        for batch in np.split(to_networks(real_images, self.value_range), self.d_steps):
            latents = self._draw_latents(n, self.random)
            d_logs = self.real_fake.train_on_batch(
                (batch, latents), np.concatenate([real, fake]), return_dict=True
            )

        # G's update: fresh latents, all targets 1. D is frozen.
        g_logs = self.combined.train_on_batch(self._draw_latents(n, self.random), real, return_dict=True)

        logs = fitting.note_step(self, d_logs["loss"], g_logs["loss"], d_logs["accuracy"])
        decay = averaging.decay(self.average, self.step)
        if decay < 1:
            averaging.update(self._averaged_generator.weights, self.generator.weights, decay)
        return logs

    def fit(
        self,
        images: Any,
        epochs: int = 1,
        batch_size: int = 64,
        callbacks: list[keras.callbacks.Callback] | None = None,
        verbose: int = 1,
        steps_per_execution: int = 1,
    ) -> keras.callbacks.History:
        """Train for `epochs` passes over `images`, in a new random order each time.

        Interrupting it (Stop in Jupyter) takes effect between two steps and keeps what was trained. The same
        call again, with the same images, epochs and batch_size, goes on with what is left, bit for bit as if
        nothing had happened, also of a GAN that was loaded. Any other call makes `epochs` passes of its own;
        over the same images, the first of them is the rest of the one that was broken off.

        Args:
            images: float (N, ...) in [0, 1], of the discriminator's input shape. Or batches, for more than
                fits into memory: a tf.data.Dataset, a PyDataset, or an iterable that each pass starts again,
                of images or (images, labels), in [0, 1] or 0..255, in their own order. A fit that goes on
                leaves out as many as it had: exact where this order never changes.
            epochs: number of passes. The last step of each takes fewer images where they run out, and leaves
                out d_steps - 1 at the most.
            batch_size: real images for each update of D, 1 to N / d_steps.
            callbacks: list of Keras callbacks. Their logs hold d_loss, g_loss and d_accuracy, of the batch or
                as the epoch's means; their model is this GAN, with `stop_training` and `save`. Those of
                Keras's that need more than that are refused, with what serves.
            verbose: 0 is silent, 1 one progress bar for all epochs, 2 a line for each.
            steps_per_execution: steps from one turn of callbacks, film and Stop to the next: in one compiled
                call on TensorFlow, and with JAX on a GPU; elsewhere one after the other, by the two models'
                `train_step`. The same training to within rounding.

        Returns:
            Keras's History: `.history` holds the epochs' means. `curves` has every step.

        Raises:
            TypeError, ValueError: as `check_images`; epochs or batch_size out of range; callbacks, as above.
            FloatingPointError, RuntimeError: as `train_on_batch`.
            KeyboardInterrupt: it was interrupted; shown in one line, "stopped at step n; run again to go on".
        """
        return fitting.fit_gan(self, images, epochs, batch_size, callbacks, verbose, steps_per_execution)

    def generate(
        self, n: int | None = None, seed: int | None = None, latents: np.ndarray | None = None
    ) -> np.ndarray:
        """Draw images from the averaged generator. Training has its own random numbers and is not disturbed.

        Args:
            n: how many; 16 by default.
            seed: for the same images again.
            latents: float (n, latent_dim), instead of n and seed.

        Returns:
            float32 (n, ...) in [0, 1].

        Raises:
            TypeError, ValueError: n no whole number from 1 on; latents misshapen, not finite, or beside n.
        """
        if latents is None:
            n = 16 if n is None else n
            check_count("n", n)
            latents = self._draw_latents(n, np.random.default_rng(seed))
        elif n is not None or seed is not None:
            raise ValueError("give either latents, or n and seed, not both")
        latents = np.asarray(latents, dtype="float32")
        if latents.ndim != 2 or latents.shape[1] != self.latent_dim or len(latents) == 0:
            raise ValueError(f"latents must have shape (n, {self.latent_dim}), n from 1, not {latents.shape}")
        if not np.isfinite(latents).all():
            raise ValueError("latents holds NaN or infinity; draw them from a standard normal distribution")
        generator = network_checks.check_strategy(self.averaged_generator)
        chunks = np.split(latents, range(1000, len(latents), 1000))  # bounds the memory
        with devices.on_one_device():
            outputs = np.concatenate([generator.predict_on_batch(chunk) for chunk in chunks])
        return to_images(outputs, self.value_range)

    def keep_frame(self) -> None:
        """Draw the fixed latents once more, for `frames`."""
        if not self.frames or self.frames[-1][0] != self.step:
            images = self.generate(latents=self.frame_latents)
            self.frames.append((self.step, to_bytes(images)))

    def save(self, folder: str | PathLike, overwrite: bool = True) -> None:
        """Save all that training needs to go on: two Keras models and the state, in a folder.

        A layer of yours that draws without a seed, as keras.random.normal(shape) does, goes on with other
        numbers.

        Args:
            folder: a path that is new, an empty folder, or a saved GAN alone, which is replaced whole.
            overwrite: False refuses to replace one.

        Raises:
            FileExistsError: something else lies there. OSError: it cannot be written; what was there stays.
            FloatingPointError: weights are NaN or infinite. RuntimeError: see `broken_step`.
            ValueError: layers were frozen or thawed after training began; a constraint on a weight alone.
        """
        fitting.check_whole(self)
        saving.save_gan(self, folder, overwrite)

    @classmethod
    def load(cls, folder: str | PathLike, *, d_loss: Any = None, g_loss: Any = None) -> "GAN":
        """Load what `save` saved; training goes on as if it had not been interrupted.

        Keras's own losses, and those registered with it, come back with it; a function of yours does not:
        give it again as `d_loss` or `g_loss`. ValueError or FileNotFoundError: no saved GAN that this
        version reads.
        """
        return saving.load_gan(cls, folder, d_loss=d_loss, g_loss=g_loss)

    def _draw_latents(self, n, random):
        return random.standard_normal((n, self.latent_dim), dtype="float32")
