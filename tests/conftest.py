"""What several tests share: an empty home, no network, a small MNIST, interrupts, a browser."""

import hashlib
import os
import signal
import socket

import numpy as np
import pytest

from gan_utils._support import downloads
from tools.export import browser

# `make test` tells its flags and its depth to every make that a test starts, which then speaks of them.
for variable in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"):
    os.environ.pop(variable, None)


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """A Keras folder with nothing in it, and no data named by the environment."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("GAN_UTILS_DATA", raising=False)
    return tmp_path


@pytest.fixture
def no_socket(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def small_mnist(tmp_path, monkeypatch):
    """A file of forty images that passes for MNIST, since its shapes and digests stand in the tables."""
    rng = np.random.default_rng(7)
    shapes = {key: (20, *shape[1:]) for key, shape in downloads.SHAPES.items()}
    arrays = {
        key: rng.integers(256, size=shape).astype("uint8")
        if key.startswith("x")
        else np.repeat(np.arange(10), 2).astype("uint8")
        for key, shape in shapes.items()
    }
    monkeypatch.setattr(downloads, "SHAPES", shapes)
    digests = {key: hashlib.sha256(array.tobytes()).hexdigest() for key, array in arrays.items()}
    monkeypatch.setattr(downloads, "MNIST", digests)
    path = tmp_path / "given" / "mnist.npz"
    path.parent.mkdir()
    np.savez_compressed(path, **arrays)
    return path


@pytest.fixture
def interruptible():
    """A shell starts its background jobs deaf to interrupts; Jupyter and terminals do not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def chromium():
    """A real browser, for the tests marked `browser`."""
    try:
        with browser.launched() as chromium:
            yield chromium
    except browser.NoBrowser as reason:
        pytest.skip(str(reason))


def pytest_terminal_summary(terminalreporter):
    """What tests have noted with `record_property`: prints are lost where several run at a time."""
    for report in terminalreporter.stats.get("passed", []):
        for name, found in report.user_properties:
            terminalreporter.write_line(f"{name}: {found}")
