"""`fit` on images that come in batches: the same training as ever, however they are cut up."""

import keras
import numpy as np
import pytest

import gan_utils as gu
from tests.library.small_gan import small_gan


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:100]


class Cut:
    """Pieces of an array, again and again."""

    def __init__(self, images, size):
        self.images, self.size, self.passes = images, size, 0

    def __iter__(self):
        self.passes += 1
        return (self.images[i : i + self.size] for i in range(0, len(self.images), self.size))


class CutWithLength(Cut):
    def __len__(self):
        return -(-len(self.images) // self.size)


class Pieces(keras.utils.PyDataset):
    def __init__(self, images, size):
        super().__init__()
        self.images, self.size, self.begins, self.ends = images, size, 0, 0

    def __len__(self):
        return -(-len(self.images) // self.size)

    def __getitem__(self, i):
        return self.images[i * self.size :][: self.size], np.zeros(self.size)

    def on_epoch_begin(self):
        self.begins += 1

    def on_epoch_end(self):
        self.ends += 1


def tf_data(images, size):
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((images, np.zeros(len(images)))).batch(size)


@pytest.fixture(scope="module")
def by_hand(images):
    return in_order(images)


def in_order(images, epochs=3, batch_size=16, **arguments):
    """What the same images train in this order: the loop by hand."""
    gan = small_gan(**arguments)
    for _ in range(epochs):
        for i in range(0, len(images), batch_size):
            gan.train_on_batch(images[i : i + batch_size])
    return gan


def assert_same(gan, other, tolerance=0.0):
    assert gan.step == other.step
    for name, curve in other.curves.items():
        np.testing.assert_allclose(gan.curves[name], curve, atol=tolerance, rtol=0)


@pytest.mark.parametrize("size", [7, 1000])
@pytest.mark.parametrize(
    "cut", [Cut, *(pytest.param(kind, marks=pytest.mark.slow) for kind in (CutWithLength, Pieces)), tf_data]
)
def test_the_same_as_by_hand(cut, size, images, by_hand):
    gan = small_gan()
    history = gan.fit(cut(images, size), epochs=3, batch_size=16, verbose=0)
    assert_same(gan, by_hand)
    assert gan.status == "trained for 21 steps" and len(history.history["d_loss"]) == 3
    assert gan.position == 0 and not len(gan.order)


def test_each_pass_starts_them_again(images):
    cut, pieces = Cut(images, 9), Pieces(images, 9)
    small_gan().fit(cut, epochs=3, batch_size=16, verbose=0)
    small_gan().fit(pieces, epochs=3, batch_size=16, verbose=0)
    assert (cut.passes, pieces.begins, pieces.ends) == (3, 3, 3)


def test_many_steps_in_a_call(images):
    gan = small_gan(dropout=False)
    gan.fit(Cut(images, 7), epochs=3, batch_size=16, steps_per_execution=4, verbose=0)
    assert_same(gan, in_order(images, dropout=False), tolerance=1e-3)


def test_several_updates_of_d_and_a_rest_that_joins(images):
    """101 images: the last one alone would be too small for a step, and joins."""
    images = np.concatenate([images, images[:1]])
    gan = small_gan(d_steps=2)
    gan.fit(Cut(images, 7), epochs=1, batch_size=10, verbose=0)
    expected = small_gan(d_steps=2)
    for i in range(0, 80, 20):
        expected.train_on_batch(images[i : i + 20])
    expected.train_on_batch(images[80:100])
    assert_same(gan, expected)


@pytest.mark.parametrize("dtype, told", [("uint8", "uint8 up to 255"), ("float32", "float32 up to 255")])
def test_bytes_are_divided(dtype, told, images, capsys):
    gan, by_hand = small_gan(), in_order(np.round(images * 255).astype(dtype) / np.float32(255))
    gan.fit(Cut(np.round(images * 255).astype(dtype), 16), epochs=3, batch_size=16)
    assert_same(gan, by_hand, tolerance=1e-6)
    assert f"Images of {told} came: all are divided by 255." in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong, message",
    [
        (lambda x: (x > 0.5).astype("uint8"), r'dtype uint8 came.*: batch\.astype\("float32"\)'),
        (lambda x: x * np.float32(1.0000002), r"values from 0 to 1\.0000002 came.*: np\.clip\(batch, 0, 1\)"),
    ],
)
def test_what_is_not_of_255_is_not_divided(wrong, message, images):
    """Masks of 0 and 1, and what a rounding error leads beyond 1: divided by 255 they would be black."""
    with pytest.raises((TypeError, ValueError), match=message):
        small_gan().fit(Cut(wrong(images), 16), batch_size=16, verbose=0)


def test_each_batch_in_the_same_memory(images, by_hand):
    class Reused(Cut):
        def __iter__(self):
            memory = np.empty_like(self.images[: self.size])
            for piece in super().__iter__():
                memory[: len(piece)] = piece
                yield memory[: len(piece)]

    gan = small_gan()
    gan.fit(Reused(images, 7), epochs=3, batch_size=16, verbose=0)
    assert_same(gan, by_hand)


def test_more_come_than_before(images):
    """How many came of the first is no limit for the second, of which as little is known."""
    gan = small_gan()
    gan.fit(Cut(images[:20], 10), batch_size=10, verbose=0)
    gan.fit(Cut(images, 10), batch_size=50, verbose=0)
    assert gan.step == 2 + 2


def test_what_is_in_range_stays(images, capsys):
    small_gan().fit(Cut(images, 16), epochs=1, batch_size=16)
    assert "Images of float32 up to 1 came: they are taken as they are." in capsys.readouterr().out


def test_keras_reads_a_folder(images, tmp_path):
    """The result of `image_dataset_from_directory` as it comes: with labels, 0 to 255, shuffled each time."""
    pytest.importorskip("tensorflow")
    for label in "ab":
        (tmp_path / label).mkdir()
        for i in range(20):
            keras.utils.save_img(tmp_path / label / f"{i}.png", images[i])
    folder = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(28, 28), color_mode="grayscale", batch_size=8, verbose=False
    )
    gan = small_gan()
    gan.fit(folder, epochs=2, batch_size=16, verbose=0)
    assert gan.step == 6


class Break(keras.callbacks.Callback):
    def __init__(self, at):
        super().__init__()
        self.at = at

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self.at:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    "at, size",
    [(10, 7), *(pytest.param(*way, marks=pytest.mark.slow) for way in ((1, 7), (7, 16), (21, 16)))],
)
def test_broken_off_and_gone_on_with(at, size, images, by_hand, tmp_path):
    gan, cut = small_gan(), Cut(images, size)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(cut, epochs=3, batch_size=16, callbacks=[Break(at)], verbose=0)
    gan.save(tmp_path / "gan")
    for other in (gan, gu.GAN.load(tmp_path / "gan")):
        if at < 21:
            other.fit(Cut(images, size), epochs=3, batch_size=16, verbose=0)
        assert_same(other, by_hand)
        assert other.status == "trained for 21 steps"


@pytest.mark.parametrize(
    "cut, of", [(lambda images: images, "7"), (lambda images: Cut(images, 16), "Unknown")]
)
def test_broken_off_the_bar_counts_the_last_step(cut, of, images, capsys):
    with pytest.raises(KeyboardInterrupt, match="stopped at step 3"):
        small_gan().fit(cut(images), batch_size=16, callbacks=[Break(3)])
    assert f"3/{of}" in capsys.readouterr().out.splitlines()[-1]


def test_fewer_come_than_before(images):
    """The pass under way is over, where the images that it had are all that come now."""
    gan = small_gan()
    with pytest.raises(KeyboardInterrupt):
        gan.fit(Cut(images, 16), epochs=2, batch_size=16, callbacks=[Break(3)], verbose=0)
    gan.fit(Cut(images[:48], 16), epochs=2, batch_size=16, verbose=0)
    assert gan.step == 3 + 6 and gan.status.startswith("trained")


def test_a_fit_that_cannot_begin_leaves_the_one_before(images):
    gan, whole = small_gan(), small_gan()
    whole.fit(images, epochs=2, batch_size=16, verbose=0)
    with pytest.raises(KeyboardInterrupt):
        gan.fit(images, epochs=2, batch_size=16, callbacks=[Break(3)], verbose=0)
    with pytest.raises(ValueError, match="0 came in all"):
        gan.fit(Cut(images[:0], 16), batch_size=16, verbose=0)
    gan.fit(images, epochs=2, batch_size=16, verbose=0)
    assert_same(gan, whole)


def test_from_an_array_to_batches_and_back(images):
    gan = small_gan()
    for some in (images, Cut(images, 16), images):
        with pytest.raises(KeyboardInterrupt):
            gan.fit(some, batch_size=16, callbacks=[Break(gan.step + 2)], verbose=0)
    gan.fit(images, batch_size=16, verbose=0)
    assert gan.step == 6 + 5


class Endless(Pieces):
    num_batches = property(lambda pieces: None)


@pytest.mark.parametrize(
    "make, kind, message",
    [
        (
            lambda images: iter([images]),
            TypeError,
            "a list_iterator came, which can be gone through only once",
        ),
        (lambda images: (x for x in [images]), TypeError, "a generator came"),
        (lambda images: Endless(images, 8), ValueError, "a Endless without end came"),
        (lambda images: tf_data(images, 8).repeat(), ValueError, "without end came.*repeat"),
        (lambda images: tf_data(images, 8).unbatch(), ValueError, "they came one at a time.*batch"),
        (lambda images: tf_data(images, 8).take(0), ValueError, "0 came in all; what serves is 2"),
        (lambda images: Cut(images[:1], 8), ValueError, "1 came in all; what serves is 2"),
    ],
)
def test_what_cannot_be_trained_on(make, kind, message, images):
    gan = small_gan()
    with pytest.raises(kind, match=rf"^images: .*{message}.*\Z"):
        gan.fit(make(images), batch_size=16, verbose=0)
    assert gan.step == 0 and gan.discriminator_optimizer.iterations == 0


@pytest.mark.parametrize(
    "batch, message",
    [
        (lambda x: {"image": x}, "a dict of 'image'"),
        (lambda x: 2 * x - 1, "values from -1 to 1"),
        (lambda x: x[..., 0], "shape"),
        (lambda x: np.full_like(x, np.nan), "NaN"),
    ],
)
def test_a_batch_that_cannot_be_trained_on(batch, message, images):
    class Wrong(Cut):
        def __iter__(self):
            return map(batch, super().__iter__())

    gan = small_gan()
    with pytest.raises((TypeError, ValueError), match=message):
        gan.fit(Wrong(images, 8), batch_size=16, verbose=0)
    assert gan.step == 0


def test_bytes_after_a_dark_batch_are_refused(images):
    """The first batch decides; what does not fit it later is told, not taken for white."""
    gan = small_gan()
    with pytest.raises(ValueError, match=r"^batch: values from 0 to 255 came"):
        gan.fit(Cut(np.concatenate([0 * images[:16], 255 * images]), 16), batch_size=16, verbose=0)
