"""Where MNIST is looked for, and what is said of a file that is not it."""

import numpy as np
import pytest

from gan_utils import load_images
from gan_utils._support import downloads

pytestmark = pytest.mark.usefixtures("empty_home")


def cache(small_mnist):
    """Put the file where Keras would have put it."""
    path = downloads.keras_folder() / "datasets" / "mnist.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(small_mnist.read_bytes())
    return path


def test_auto_takes_the_digits_without_a_socket(no_socket, capsys):
    assert load_images().name == "digits"
    assert load_images(split="test").name == "digits"
    line = 'Data: digits (for MNIST, run "make mnist", or load_images("mnist") once)\n'
    assert capsys.readouterr().out == 2 * line


@pytest.mark.parametrize("folder", [True, False])
@pytest.mark.parametrize("name", ["auto", "mnist"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_variable_names_mnist(name, split, folder, small_mnist, monkeypatch, no_socket, capsys):
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist.parent if folder else small_mnist))
    dataset = load_images(name, split)
    with np.load(small_mnist) as file:
        np.testing.assert_array_equal(np.round(dataset.images[..., 0] * 255), file[f"x_{split}"])
        np.testing.assert_array_equal(dataset.labels, file[f"y_{split}"])
    assert dataset.name == "mnist"
    assert dataset.images.dtype == "float32"
    assert dataset.labels.dtype == "int64"
    assert capsys.readouterr().out == ("Data: mnist\n" if name == "auto" else "")


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_cached_mnist_is_taken(name, small_mnist, no_socket):
    cache(small_mnist)
    assert load_images(name).name == "mnist"


def test_digits_by_name_are_digits(small_mnist, monkeypatch):
    cache(small_mnist)
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist))
    digits = load_images("digits")
    assert digits.name == "digits"
    assert len(digits.images) == 10_000


def truncated(path):
    path.write_bytes(path.read_bytes()[:2000])


def bit_flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 255
    path.write_bytes(content)


class Unpickled:
    def __reduce__(self):
        return print, ("code from a file was run",)


def pickled(path):
    np.savez(path, **dict.fromkeys(downloads.MNIST, np.array([Unpickled()])))


def other_pixels(path):
    with np.load(path) as file:
        arrays = dict(file)
    arrays["x_test"][3, 14, 14] ^= 1
    np.savez(path, **arrays)


def other_shape(path):
    with np.load(path) as file:
        arrays = dict(file)
    arrays["x_train"] = arrays["x_train"].reshape(-1, 784)
    np.savez(path, **arrays)


def one_array_short(path):
    with np.load(path) as file:
        np.savez(path, x_train=file["x_train"])


def bare_array(path):
    with open(path, "wb") as file:
        np.save(file, np.zeros((20, 28, 28), "uint8"))


def a_folder(path):
    path.unlink()
    path.mkdir()


DAMAGES = [truncated, bit_flipped, pickled, other_pixels, other_shape, one_array_short, bare_array, a_folder]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_named(damage, small_mnist, monkeypatch):
    damage(small_mnist)
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist.parent))
    for name in ("auto", "mnist"):
        with pytest.raises(
            ValueError, match=r"GAN_UTILS_DATA is .*mnist\.npz does not serve .*what serves is"
        ):
            load_images(name)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_cache_is_passed_over_by_auto_alone(damage, small_mnist, no_socket, capsys):
    damage(cache(small_mnist))
    assert load_images().name == "digits"
    passed_over, taken = capsys.readouterr().out.splitlines()
    assert "cached mnist.npz is damaged" in passed_over
    assert taken.startswith("Data: digits")
    with pytest.raises(ValueError, match=r"mnist\.npz does not serve .*delete it and try again"):
        load_images("mnist")


def test_no_code_is_taken_from_a_file(small_mnist, monkeypatch, capsys):
    pickled(small_mnist)
    monkeypatch.setenv("GAN_UTILS_DATA", str(small_mnist))
    with pytest.raises(ValueError, match="does not serve"):
        load_images()
    assert not capsys.readouterr().out


def test_variable_that_leads_nowhere(tmp_path, monkeypatch):
    for path in (tmp_path / "no" / "such", tmp_path):
        monkeypatch.setenv("GAN_UTILS_DATA", str(path))
        with pytest.raises(ValueError, match=r"GAN_UTILS_DATA is .*No such file.*what serves is"):
            load_images()
