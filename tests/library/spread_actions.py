"""What can be done in a process of a spread training: see `spread_training`."""

import keras
import numpy as np

import gan_utils as gu
from gan_utils._support import processes
from tests.library.small_gan import small_gan
from tests.library.test_steps_per_execution import arrays


def spread(distribution, devices, mesh, interleaved):
    """Set Keras's distribution: none for one device, the data over all, or also the weights, over a mesh."""
    if mesh:
        mesh = distribution.DeviceMesh(tuple(mesh), ["batch", "model"], distribution.list_devices())
        layouts = distribution.LayoutMap(mesh)
        layouts[r".*dense(_1|_2)?/kernel"] = (None, "model")  # all but the last of D, which has one column
        distribution.set_distribution(
            distribution.ModelParallel(layout_map=layouts, batch_dim_name="batch", auto_shard_dataset=False)
        )
    elif devices > 1:
        found = distribution.list_devices()
        found = found[::2] + found[1::2] if interleaved else found
        distribution.set_distribution(distribution.DataParallel(devices=found))


class Batches:
    """What `fit` can go through again and again."""

    def __init__(self, *batches):
        self.batches = batches

    def __iter__(self):
        return iter(self.batches)


class Spread:
    """A process: its number, the data, and what the test gives it.

    folder: to save in, and to load from. epochs, batch_size, steps: of `train`. average, d_steps: of the GAN.
    seeds, counts: for each process its seed, and how many images it has.
    """

    def __init__(
        self, process, data, folder=None, epochs=2, batch_size=64, steps=1, seeds=(1,), counts=(150,), **gan
    ):
        self.process, self.data, self.folder = process, data, folder
        self.epochs, self.batch_size, self.steps = epochs, batch_size, steps
        self.seed, self.count = seeds[process % len(seeds)], counts[process % len(counts)]
        self.arguments = {"average": 0.9} | gan

    def begin(self):
        self.gan = small_gan(seed=self.seed, **self.arguments)

    def train(self):
        images = self.data.images[: self.count]
        self.gan.fit(
            images,
            self.epochs,
            self.batch_size,
            verbose=2 * (self.epochs == 1),
            steps_per_execution=self.steps,
        )
        return self.gan.step

    def load(self):
        self.gan = gu.GAN.load(self.folder)
        return self.gan.step

    def save(self):
        self.gan.save(self.folder)
        return processes.is_first()

    def of_the_first(self):
        """What process 0 does alone, while the others train on."""
        return [self.use(), self.save()] if self.process == 0 else None

    def use(self):
        """All that is no training, with numbers that no number of devices divides."""
        gan, images = self.gan, self.data.images
        drawn = gan.generate(61, seed=3)
        quality = gu.evaluate_quality(drawn, self.data)
        gradient = gu.input_gradient(gan.discriminator, images[:5])
        read = gu.classify(images[:31], self.data)
        frame = gan.frames[-1][1] if gan.frames else drawn
        return [float(abs(x).sum()) for x in (drawn, gradient, read, frame / 255)] + [quality["fid"]]

    def check(self):
        gan = self.gan
        gu.check_training(gan.generator, gan.discriminator, gan.combined, self.data.images[:64])

    def train_until_one_has_enough(self):
        """Clocks that differ by far."""
        seconds = 0.01 if self.process else 100
        self.gan.fit(self.data.images[:640], 500, 16, callbacks=[gu.StopAfter(seconds)], verbose=0)
        return self.gan.step < 20_000

    def refused(self):
        """What `begin` or `train` raise."""
        try:
            self.begin()
            self.train()
        except ValueError as error:
            return str(error)
        return "not refused"

    def load_from_a_disk_of_its_own(self):
        """What process 0 has saved the others do not see."""
        try:
            gu.GAN.load(f"{self.folder}{'_elsewhere' * self.process}")
        except ValueError as error:
            return str(error)
        return "not refused"

    def other_batches(self):
        """In each process the same images in an order of its own."""
        self.begin()
        order = np.random.default_rng(self.process).permutation(64)
        try:
            self.gan.fit(Batches(self.data.images[:64][order]), 1, 64, verbose=0)
        except ValueError as error:
            return str(error)
        return "not refused"

    def batches_of_other_lengths(self):
        """The same batches, of which process 1 has one more; nobody can tell how many there are."""
        self.begin()
        images = self.data.images
        try:
            parts = [images[i : i + 64] for i in range(0, 64 * (3 + self.process), 64)]
            self.gan.fit(Batches(*parts), 1, 64, verbose=0)
        except ValueError as error:
            return str(error)
        return "not refused"

    def log(self):
        """With the callback that each process is given."""
        callbacks = [keras.callbacks.CSVLogger(self.folder, append=True)]
        self.gan.fit(self.data.images[:128], 2, 64, callbacks=callbacks, verbose=0)

    def spread_too_late(self):
        """Of a GAN built on one device, and of one that has trained on all, the distribution is changed."""
        distribution, said = keras.distribution, []
        everywhere = distribution.distribution()
        some = distribution.DataParallel(devices=distribution.list_devices()[:2])
        for first, then in ((None, everywhere), (everywhere, some)):
            distribution.set_distribution(first)
            gan = small_gan()
            if first:
                gan.fit(self.data.images[:8], 1, 4, verbose=0)
            before, step = gan.generator.get_weights(), gan.step
            distribution.set_distribution(then)
            for steps in (1, 2):
                try:
                    gan.fit(self.data.images[:8], 1, 4, verbose=0, steps_per_execution=steps)
                except ValueError as error:
                    said.append("built before the distribution was set" in str(error))
            distribution.set_distribution(first)
            said.append(all(map(np.array_equal, before, gan.generator.get_weights())) and gan.step == step)
            gan.fit(self.data.images[:8], 1, 4, verbose=0)
            said.append(gan.step == step + 2)
        distribution.set_distribution(everywhere)
        return said

    def built_too_early(self):
        distribution = keras.distribution.distribution()
        keras.distribution.set_distribution(None)
        networks = gu.build_generator(4), gu.build_discriminator()
        keras.distribution.set_distribution(distribution)
        try:
            gu.GAN(*networks)
        except ValueError as error:
            return str(error)

    def save_again_and_again(self):
        """Until it is killed."""
        while True:
            self.gan.fit(self.data.images[: self.count], 1, self.batch_size, verbose=0)
            self.gan.save(self.folder)
            if self.process == 0:
                print("saved", self.gan.step, flush=True)

    def arrays(self):
        return arrays(self.gan) | {"film": np.array([images for _, images in self.gan.frames])}
