"""Downloads into Keras's cache: once, verified, within seconds, or one sentence that says what to do."""

import gzip
import http.server
import socket
import threading
import time
from functools import partial

import numpy as np
import pytest

from gan_utils import load_images
from gan_utils._support import downloads

pytestmark = pytest.mark.usefixtures("empty_home")


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server on this machine in place of the one on the web; returns its folder."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        monkeypatch.setattr(downloads, "ORIGIN", f"http://127.0.0.1:{httpd.server_port}/")
        yield folder
        httpd.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Trickle(QuietHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b".")
                time.sleep(0.05)
        except OSError:
            pass


def test_mnist_is_downloaded_once(small_mnist, server, monkeypatch):
    (server / "mnist.npz").write_bytes(small_mnist.read_bytes())
    assert load_images("mnist").images.shape == (20, 28, 28, 1)
    (server / "mnist.npz").unlink()
    assert load_images("mnist", "test").name == "mnist"
    assert [path.name for path in (downloads.keras_folder() / "datasets").iterdir()] == ["mnist.npz"]


def serve_fashion(server, small_mnist, damage=lambda key, content: content):
    with np.load(small_mnist) as file:
        for key, name in downloads.FASHION_MNIST.items():
            array = file[key]
            header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
            (server / name).write_bytes(damage(key, gzip.compress(header + array.tobytes())))
        return file["x_test"], file["y_test"]


def test_fashion_mnist_is_downloaded_once(small_mnist, server):
    images, labels = serve_fashion(server, small_mnist)
    fashion = load_images("fashion_mnist", "test")
    assert fashion.name == "fashion_mnist"
    np.testing.assert_array_equal(np.round(fashion.images[..., 0] * 255), images)
    np.testing.assert_array_equal(fashion.labels, labels)
    for file in server.iterdir():
        file.unlink()
    load_images("fashion_mnist").images[:] = 0


def all_of_one_class(key, content):
    if key != "y_train":
        return content
    return gzip.compress(gzip.decompress(content)[:8] + bytes(20))


def half(key, content):
    return content[: len(content) // 2]


@pytest.mark.parametrize("damage", [all_of_one_class, half])
def test_wrong_fashion_mnist_stays_out_of_the_cache(damage, small_mnist, server):
    serve_fashion(server, small_mnist, damage)
    with pytest.raises(ConnectionError, match=r"could not be had .*does not serve"):
        load_images("fashion_mnist")
    cached = [path.name for path in (downloads.keras_folder() / "datasets" / "fashion-mnist").iterdir()]
    assert "train-labels-idx1-ubyte.gz" not in cached


def test_wrong_download_stays_out_of_the_cache(server, small_mnist):
    (server / "mnist.npz").write_bytes(b"<html>Welcome to this hotel's network</html>")
    with pytest.raises(ConnectionError, match=r"mnist\.npz could not be had .*does not serve"):
        load_images("mnist")
    assert not list((downloads.keras_folder() / "datasets").iterdir())


def test_silent_server_is_given_up(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(downloads, "ORIGIN", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        monkeypatch.setattr(downloads, "SILENT_SECONDS", 0.2)
        with pytest.raises(ConnectionError, match=r"could not be had .*timed out.*try again with a network"):
            load_images("mnist")


def test_trickling_server_is_given_up(monkeypatch):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trickle) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        monkeypatch.setattr(downloads, "ORIGIN", f"http://127.0.0.1:{httpd.server_port}/")
        monkeypatch.setattr(downloads, "DOWNLOAD_SECONDS", 0.4)
        with pytest.raises(ConnectionError, match=r"could not be had \(not here after 0.4 s\)"):
            load_images("mnist")
        httpd.shutdown()


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_no_network(name, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(downloads, "ORIGIN", f"http://127.0.0.1:{port}/")
    with pytest.raises(ConnectionError, match=r'refused.*try again with a network.*load_images\("digits"\)'):
        load_images(name)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_folder_that_cannot_be_written(name, tmp_path, monkeypatch, no_socket):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    with pytest.raises(ValueError, match=r"KERAS_HOME: .*cannot be written .*writable folder serves"):
        load_images(name)
