"""The data's files: the embedded digits; MNIST and Fashion-MNIST, found or downloaded, and verified."""

import functools
import gzip
import hashlib
import os
import tempfile
import threading
import urllib.request
from pathlib import Path

import numpy as np

SHAPES = {"x_train": (60000, 28, 28), "y_train": (60000,), "x_test": (10000, 28, 28), "y_test": (10000,)}
MNIST = {  # SHA-256 of the raw bytes; the digest of a packed file would vary with who packed it
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
FASHION_MNIST = {
    "x_train": "train-images-idx3-ubyte.gz",
    "y_train": "train-labels-idx1-ubyte.gz",
    "x_test": "t10k-images-idx3-ubyte.gz",
    "y_test": "t10k-labels-idx1-ubyte.gz",
}
ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where Keras downloads them from
SILENT_SECONDS = 10  # a server that says nothing for so long is given up
DOWNLOAD_SECONDS = 60  # and so is a file that has not arrived by then, however busily it trickles


def keras_folder():
    """Return the Path of the folder where Keras caches: what KERAS_HOME names, else ~/.keras."""
    return Path(os.path.expanduser(os.environ.get("KERAS_HOME") or "~/.keras"))


def digits_arrays():
    """Return the four arrays of the digits embedded in this package, named as MNIST's."""
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        return dict(file)


def mnist_arrays(download):
    """Return MNIST's four arrays, named as Keras names them, or None.

    They come from the file or folder that the variable GAN_UTILS_DATA names, else from Keras's cache, else,
    if `download` says so, from the network.
    """
    if given := os.environ.get("GAN_UTILS_DATA"):
        path = os.path.expanduser(given)
        try:
            return _read(os.path.join(path, "mnist.npz") if os.path.isdir(path) else path, _parse_mnist)
        except ValueError as error:
            serves = "MNIST as Keras packs it, mnist.npz, or a folder that holds it, or no GAN_UTILS_DATA"
            raise ValueError(f"GAN_UTILS_DATA is {given!r}, but {error}; what serves is {serves}") from error
    try:
        return _cached(keras_folder() / "datasets" / "mnist.npz", _parse_mnist, download)
    except ValueError:
        if download:
            raise
        print('Keras\'s cached mnist.npz is damaged, so it is passed over: load_images("mnist") says more')
        return None


def fashion_mnist_arrays():
    """Return Fashion-MNIST's four arrays, named as MNIST's, from Keras's cache or the network."""
    folder = keras_folder() / "datasets" / "fashion-mnist"
    parsers = {key: functools.partial(_parse_idx, key) for key in FASHION_MNIST}
    return {key: _cached(folder / file, parsers[key], download=True) for key, file in FASHION_MNIST.items()}


def _cached(path, parse, download):
    """Read a file of Keras's cache; one that is not there is downloaded, or None."""
    if os.path.exists(path):
        try:
            return _read(path, parse)
        except ValueError as error:
            raise ValueError(f"{error}; delete it and try again") from error
    if not download:
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        workshop = tempfile.TemporaryDirectory(dir=path.parent)
    except OSError as error:
        raise ValueError(
            f"KERAS_HOME: {path.parent} cannot be written ({error}); a writable folder serves"
        ) from error
    with workshop as folder:  # a file enters the cache whole and verified, or not at all
        partial = Path(folder, path.name)
        try:
            partial.write_bytes(_download(ORIGIN + path.name))
            arrays = _read(partial, parse)
        except (OSError, ValueError) as error:
            raise ConnectionError(
                f"{ORIGIN}{path.name} could not be had ({error}): try again with a network, or put the file "
                f'at {path} yourself, or take load_images("digits"), which needs none'
            ) from error
        partial.replace(path)
    return arrays


def _read(path, parse):
    # Damaged archives raise whatever they like: zlib.error, EOFError, KeyError, OSError, ...
    try:
        return parse(path)
    except Exception as error:
        raise ValueError(f"{path} does not serve ({type(error).__name__}: {error})") from error


def _parse_mnist(path):
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: file[key] for key in MNIST}
    for key, array in arrays.items():
        if array.dtype != "uint8" or array.shape != SHAPES[key]:
            raise ValueError(f"{key} is {array.dtype} {array.shape}, MNIST's is uint8 {SHAPES[key]}")
        if hashlib.sha256(array.tobytes()).hexdigest() != MNIST[key]:
            raise ValueError(f"{key} differs from MNIST's")
    return arrays


def _parse_idx(key, path):
    """Read an array in the format of the MNIST web page: a big-endian header, then the bytes."""
    shape = SHAPES[key]
    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">i4").tobytes()
    with gzip.open(path) as file:
        content = file.read()
    if not content.startswith(header) or len(content) != len(header) + np.prod(shape):
        raise ValueError(f"not an IDX file of uint8 {shape}")
    array = np.frombuffer(content, "uint8", offset=len(header)).reshape(shape)
    if key.startswith("y") and not np.array_equal(np.bincount(array.ravel()), np.full(10, len(array) // 10)):
        raise ValueError(f"not {len(array) // 10} labels of each of ten classes")
    return array


def _download(url):
    """Return the bytes at a URL, or raise OSError in time."""
    result = []

    def fetch():
        try:
            with urllib.request.urlopen(url, timeout=SILENT_SECONDS) as response:
                result.append(response.read())
        except Exception as error:
            result.append(error)

    # A thread of its own, because a socket's time limit starts anew with every byte.
    worker = threading.Thread(target=fetch, daemon=True)
    worker.start()
    worker.join(DOWNLOAD_SECONDS)
    if not result:
        raise TimeoutError(f"not here after {DOWNLOAD_SECONDS} s")
    if isinstance(result[0], Exception):
        raise OSError(result[0])
    return result[0]
