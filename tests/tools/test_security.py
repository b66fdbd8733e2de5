"""Nothing is unpickled, nothing listens to the network without a token."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import keras
import psutil
import pytest
from keras import layers

import gan_utils as gu
from tools.lab.__main__ import OPTIONS

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "unpickles": r"\b(pickle|cloudpickle|joblib|dill|shelve)\b|allow_pickle\s*=\s*True|read_pickle",
    "loads code from files": r"safe_mode\s*=\s*False|enable_unsafe_deserialization|\b(eval|exec)\(",
    "NumPy may unpickle": r"np\.load\((?![^\n]*allow_pickle=False)",
}


def sources():
    for path in sorted(ROOT.glob("[!.]*/**/*.py")):
        if not {"build", "tests"} & set(path.relative_to(ROOT).parts):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield (
            path.relative_to(ROOT),
            "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"),
        )


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_that_we_ship(what):
    texts = list(sources())
    assert len(texts) > 20
    found = [f"{path}: {match[0]}" for path, text in texts for match in re.finditer(FORBIDDEN[what], text)]
    assert not found, f"{what}: {found}"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("unpickles", "import pickle"),
        ("unpickles", "np.load(path, allow_pickle=True)"),
        ("loads code from files", "keras.models.load_model(path, safe_mode=False)"),
        ("NumPy may unpickle", "np.load(path)"),
    ],
)
def test_the_search_finds_what_it_should(what, code):
    assert re.search(FORBIDDEN[what], code)
    assert not re.search(FORBIDDEN["NumPy may unpickle"], "np.load(path, allow_pickle=False)")


def test_a_saved_gan_with_code_in_it_is_not_run(tmp_path, capsys):
    """A Lambda layer holds Python code: Keras's safe mode refuses to load it."""
    network = [keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)]
    gan = gu.GAN(
        keras.Sequential([keras.Input((2,)), layers.Dense(4, "sigmoid"), layers.Reshape((2, 2, 1))]),
        keras.Sequential([*network, layers.Lambda(lambda x: print("run") or x)]),
    )
    gan.save(tmp_path / "gan")
    capsys.readouterr()
    with pytest.raises(ValueError, match=r"is damaged.*[Ll]ambda"):
        gu.GAN.load(tmp_path / "gan")
    assert "run" not in capsys.readouterr().out


def test_lab_listens_to_this_machine_alone_and_wants_a_token(tmp_path):
    """As `make lab` starts it, without a browser."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = (tmp_path / "log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *OPTIONS, "--no-browser", f"--port={port}", "--allow-root"],
        cwd=ROOT, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        address, status = f"http://127.0.0.1:{port}/api/contents", None
        for _ in range(240):
            try:
                status = urllib.request.urlopen(address, timeout=5).status
            except urllib.error.HTTPError as error:
                status = error.code
            except OSError:
                time.sleep(0.25)
                continue
            break
        log.seek(0)
        told = log.read()
        assert status == 403, f"without a token: {status}\n{told}"
        token = re.search(r"token=(\w{40,})", told)[1]
        assert urllib.request.urlopen(f"{address}?token={token}", timeout=5).status == 200
        assert listening(port) == {"127.0.0.1"}
    finally:
        server.terminate()
        server.wait(30)


def listening(port):
    connections = psutil.net_connections("tcp")
    return {c.laddr.ip for c in connections if c.status == "LISTEN" and c.laddr.port == port}
