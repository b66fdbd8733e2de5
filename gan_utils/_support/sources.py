"""Where `fit` takes its images from: an array, in a new random order each pass; or batches, as they come.

Both tell how many images of the pass are left, and hand out the next ones. How far the pass has come is kept
in the GAN, `position` and for an array `order`, so that it can be saved, and gone on with.
"""

import math
import zlib

import keras
import numpy as np

from gan_utils._support import processes
from gan_utils._support.image_checks import check_images
from gan_utils._support.interrupts import interrupts_wait


def as_source(gan, images):
    """The `Array` or the `Batches` that was given to `fit`; TypeError or ValueError where it is neither."""
    an_array = any(hasattr(images, name) for name in ("__array__", "__array_interface__", "dtype"))
    has_parts = hasattr(images, "__iter__") or hasattr(images, "__getitem__")
    if an_array or not has_parts or isinstance(images, (str, list, tuple, dict)):
        return Array(gan, check_images(images, gan.image_shape))
    return Batches(gan, images)


class Array:
    """Images that are here all at once.

    known: what tells them from others, as json keeps it. images_a_pass: their number. most: it, as the limit
    of what a step takes. told: a line for the user, from `begin_pass` on.
    """

    told = None

    def __init__(self, gan, images):
        self.gan, self.images, self.images_a_pass = gan, images, len(images)
        self.most = len(images)
        some = images[:: math.ceil(len(images) / 100)]
        self.known = [len(images), zlib.crc32(np.ascontiguousarray(some))]

    def is_under_way(self):
        """Whether the GAN may be in the middle of a pass over them."""
        return len(self.gan.order) == len(self.images)

    def rest(self):
        """How many images are left of the pass under way, 0 between two passes."""
        return len(self.gan.order) - self.gan.position

    def begin_pass(self, least):
        """Go on with the pass under way, or begin one where it has fewer than `least` images left."""
        if self.rest() < least:
            with interrupts_wait():
                order = self.gan.random.permutation(len(self.images)).astype("int32")
                self.gan.order, self.gan.position = order, 0

    def left(self, enough):
        """How many images are left, as far as it matters whether they are `enough`."""
        return self.rest()

    def take(self, n):
        """The next n images."""
        return self.images[self.gan.order[self.gan.position :][:n]]

    def done(self, n):
        """Count n images that were trained on; whether the pass is over."""
        self.gan.position += n
        return not self.rest()


class Batches:
    """A tf.data.Dataset, a PyDataset, or another iterable of batches, which each pass starts again.

    Labels beside the images are left out. Where the first batch holds numbers up to 255, all are divided by
    255. Attributes and methods as of `Array`; images_a_pass is None until a pass has come to its end, and no
    limit, for others of this kind and length may come now.
    """

    most = None

    def __init__(self, gan, batches):
        self.gan, self.batches, self.divisor = gan, batches, None
        kind, number = type(batches).__name__, _number_of_batches(batches)
        if number == math.inf:
            raise ValueError(
                f"images: a {kind} without end came; what serves is one pass over them, as without .repeat()"
            )
        if number is None and hasattr(batches, "__next__") and iter(batches) is batches:
            raise TypeError(
                f"images: a {kind} came, which can be gone through only once; what serves is what each pass "
                f"can start again: an array, a tf.data.Dataset, a keras.utils.PyDataset, or an object whose "
                f"__iter__ begins anew"
            )
        self.known, self.images_a_pass = [kind, number], None
        if gan.plan.get("images") == self.known:
            self.images_a_pass = gan.plan.get("images a pass")

    def is_under_way(self):
        return not len(self.gan.order)

    def rest(self):
        return self.images_a_pass - self.gan.position if self.gan.position else 0

    def begin_pass(self, least):
        """Start the batches again, without those that the pass under way has had."""
        self._start()
        if self.left(least) < least and self.gan.position:  # fewer come than came before: that pass is over
            self.gan.position = 0
            self._start()
        if self.left(least) < least:
            raise ValueError(f"images: {self.left(least)} came in all; what serves is {least} or more")

    def left(self, enough):
        while sum(map(len, self.waiting)) < enough and (images := next(self.iterator, None)) is not None:
            self.waiting.append(images)
        # others may have shuffled them, or have fewer
        processes.check_alike("batches", self.waiting, "the same ones in each, shuffled with one seed")
        return sum(map(len, self.waiting))

    def take(self, n):
        images = np.concatenate(self.waiting) if len(self.waiting) > 1 else self.waiting[0]
        self.waiting = [images[n:]]
        return images[:n]

    def done(self, n):
        self.gan.position += n
        if self.left(1):
            return False
        self.images_a_pass = self.gan.plan["images a pass"] = self.gan.position
        self.gan.position = 0
        return True

    def _start(self):
        self.iterator, self.waiting = self._images(), []
        skipped = self.gan.position
        while skipped and (images := next(self.iterator, None)) is not None:
            self.waiting = [images[skipped:]]
            skipped -= min(skipped, len(images))

    def _images(self):
        """One pass: float32 (n, ...) in [0, 1]."""
        if isinstance(self.batches, keras.utils.PyDataset):
            self.batches.on_epoch_begin()
            yield from (self._checked(self.batches[i]) for i in range(self.batches.num_batches))
            self.batches.on_epoch_end()
        else:
            yield from map(self._checked, self.batches)

    def _checked(self, batch):
        images = batch[0] if isinstance(batch, (tuple, list)) else batch
        if isinstance(images, dict):
            raise TypeError(
                f"images: a batch came as a dict of {', '.join(map(repr, images))}; what serves is an array, "
                f"or (images, labels): of a tf.data.Dataset, .map(lambda batch: batch[...])"
            )
        images = images.numpy() if hasattr(images, "numpy") else np.asarray(images)
        if images.shape == self.gan.image_shape:
            raise ValueError(
                f"images: they came one at a time, of shape {images.shape}; what serves is batches (n, "
                f"{', '.join(map(str, images.shape))}), as of .batch(64)"
            )
        if self.divisor is None and images.size and images.dtype.kind in "uif":
            low, high = images.min(), images.max()
            # Rounding may lead beyond 1, and masks of 0 and 1 come as bytes: neither is of 255.
            in_bytes = low >= 0 and high <= 255 and (high > 16 if images.dtype.kind == "f" else high != 1)
            self.divisor = 255 if in_bytes else 1
            self.told = f"Images of {images.dtype} up to {high:g} came: " + (
                "all are divided by 255." if in_bytes else "they are taken as they are."
            )
        images = np.array(images)  # a copy, for the next batch may come in the same memory
        if self.divisor == 255:
            images = np.divide(images, 255, dtype="float32")
        return check_images(images, self.gan.image_shape, "batch")


def _number_of_batches(batches):
    """How many there are in a pass: a number, math.inf, or None where that cannot be told."""
    if isinstance(batches, keras.utils.PyDataset):
        return math.inf if batches.num_batches is None else int(batches.num_batches)
    if hasattr(batches, "cardinality"):  # a tf.data.Dataset's is -1 without end, -2 where it is unknown
        number = int(batches.cardinality())
        return number if number >= 0 else {-1: math.inf}.get(number)
    try:
        return len(batches)
    except TypeError:
        return None
