"""Several devices and processes train as one does (Keras's own engine on JAX); the rest needs one device."""

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import imageio.v3 as imageio
import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils._support import devices
from tests.library.small_gan import small_gan

ROOT = Path(__file__).parents[2]
SUMMED_OTHERWISE = 1e-4  # of an array's largest: Keras's cross-entropy on JAX rounds to single precision
pytestmark = pytest.mark.skipif(
    not importlib.util.find_spec("jax"), reason="jax is not installed: pip install jax"
)


def start(**given):
    command = [sys.executable, "-m", "tests.library.spread_training", json.dumps(given)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, **pipes)


def run(**given):
    """What it printed, line by line as {action: what it said}."""
    return said(start(**given))


def run_together(processes, outs=(), **given):
    """The same of each process, of which the first ones write what they have made into `outs`."""
    given |= {"address": free_address(), "processes": processes}
    outs = [*outs, *[None] * processes]
    return [said(p) for p in [start(process=i, out=outs[i], **given) for i in range(processes)]]


def said(process):
    out, err = process.communicate(timeout=1200)
    assert process.returncode == 0, out + err
    return dict(re.findall(r"^\d (\w+): (.*)$", out, re.M)) | {"printed": out}


def free_address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def differences(path, other):
    """The names of what two trainings made that is not the same to within rounding."""
    with np.load(path) as a, np.load(other) as b:
        assert sorted(a) == sorted(b)
        apart = {name: abs(a[name] - b[name].astype(float)).max() for name in a}
        # A film has whole numbers of 0 to 255, of which rounding may move one by one.
        allowed = {name: 1 if name == "film" else SUMMED_OTHERWISE * abs(a[name]).max() for name in a}
        return [name for name in apart if apart[name] > allowed[name]]


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One device: 150 images in batches of 64, of which the last has 22; then another pass."""
    folder = tmp_path_factory.mktemp("alone")
    do = ["begin", "train", "save", "use", "load", "train"]
    told = run(do=do, folder=str(folder / "gan"), out=str(folder / "all.npz"), epochs=8)
    return folder, told


@pytest.mark.slow
def test_four_devices_train_as_one_and_one_of_them_does_the_rest(alone, tmp_path):
    folder, told = alone
    do = ["begin", "train", "save", "use", "load", "train", "check", "built_too_early", "spread_too_late"]
    spread = run(devices=4, do=do, folder=str(tmp_path / "gan"), out=str(tmp_path / "all.npz"), epochs=8)
    assert spread["train"] == told["train"] == "48"
    assert differences(folder / "all.npz", tmp_path / "all.npz") == []
    np.testing.assert_allclose(json.loads(spread["use"]), json.loads(told["use"]), rtol=1e-6)
    assert "built before the distribution was set" in spread["built_too_early"]
    assert json.loads(spread["spread_too_late"].lower()) == [True] * 8


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "others"),
    [
        ({"devices": 1}, (2, 4)),
        ({"devices": 2}, (1, 4)),
        ({"devices": 4}, (1, 2)),
        ({"processes": 2}, (1, 2)),
    ],
)
def test_what_some_have_saved_others_go_on_with(given, others, alone, tmp_path):
    folder, saved = str(tmp_path / "gan"), ["begin", "train", "save"]
    run_together(do=saved, folder=folder, epochs=8, **{"processes": 1} | given)
    for number in others:
        path = str(tmp_path / f"{number}.npz")
        told = run(devices=number, do=["load", "train"], folder=folder, out=path, epochs=8)
        assert told["load"] == "24" and differences(alone[0] / "all.npz", path) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "given",
    [
        {"devices": 3, "d_steps": 2, "batch_size": 10, "average": 0},
        {"devices": 4, "mesh": [2, 2]},
        {"devices": 4, "steps": 3},
        {"devices": 4, "steps": 3, "scan": True},
        {"processes": 2, "steps": 4, "scan": True},
        {"processes": 2},
        {"processes": 2, "steps": 3, "d_steps": 2, "batch_size": 16},
        {"processes": 3, "average": 0},
        {"processes": 4, "steps": 3},
        {"processes": 2, "devices": 2, "batch_size": 20},
        {"processes": 2, "seeds": [1, 2]},
    ],
    ids=lambda given: " ".join(f"{name}={value}" for name, value in given.items()),
)
def test_however_it_is_spread_it_is_the_same_training(given, tmp_path):
    like = {name: given[name] for name in ("d_steps", "batch_size", "average", "steps") if name in given}
    one, spread = (str(tmp_path / name) for name in ("one.npz", "spread.npz"))
    run(do=["begin", "train", "train"], out=one, epochs=4, **like)
    do = ["begin", "train", "of_the_first", "save", "load", "train"]
    given = {"processes": 1, "folder": str(tmp_path / "gan"), "epochs": 4} | given
    told = run_together(do=do, outs=[spread], **given)
    assert [one["save"] for one in told] == [str(i == 0) for i in range(given["processes"])]
    assert differences(one, spread) == []


@pytest.mark.slow
def test_processes_agree_on_the_end_and_on_what_they_train(tmp_path):
    first, second = run_together(2, do=["begin", "train_until_one_has_enough"], folder=str(tmp_path))
    assert first["train_until_one_has_enough"] == second["train_until_one_has_enough"] == "True"
    for told in run_together(2, do=["refused"], counts=[150, 151]):
        assert "numbers that fit was given differ from process to process" in told["refused"]
    for told in run_together(2, do=["other_batches"]):
        assert "batches differ from process to process" in told["other_batches"]
    for told in run_together(2, do=["batches_of_other_lengths"]):
        assert "batches differ from process to process" in told["batches_of_other_lengths"]
    run_together(2, do=["begin", "log"], folder=str(tmp_path / "log.csv"))
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 3, "a head, and a line for each epoch"
    for told in run_together(2, do=["refused"], devices=2, mesh=[2, 2]):
        assert "kernel is split among processes" in told["refused"]
    for told in run_together(2, do=["refused"], devices=2, interleaved=True):
        assert "the mesh has other processes' devices between those of this one" in told["refused"]
    for told in run_together(
        2, do=["begin", "save", "load_from_a_disk_of_its_own"], folder=str(tmp_path / "gan")
    ):
        assert (
            "what serves is a folder on a disk that all processes share"
            in told["load_from_a_disk_of_its_own"]
        )


@pytest.mark.slow
def test_process_0_alone_speaks(tmp_path):
    first, second = run_together(2, do=["begin", "train"], devices=2, epochs=1, batch_size=50)
    assert "batch_size: 50 does not divide among 4 devices: each computes all; 52 does" in first["printed"]
    assert "d_loss" in first["printed"]
    lines = [line for line in second["printed"].splitlines() if not line.startswith("[Gloo]")]
    assert lines == ["1 begin: None", "1 train: 3"]


def test_processes_that_would_share_nothing_are_refused(monkeypatch):
    monkeypatch.setattr(devices, "processes", lambda: 2)
    with pytest.raises(ValueError, match=r"^2 processes train, .* keras.distribution.DataParallel\(\)"):
        small_gan()


@pytest.mark.skipif(keras.backend.backend() == "jax", reason="that is the backend which serves")
def test_a_distribution_is_refused_where_the_backend_is_not_jax(monkeypatch):
    monkeypatch.setattr(keras.distribution, "distribution", object)
    with pytest.raises(ValueError, match=r"^keras.distribution is set, .* what serves is KERAS_BACKEND=jax"):
        small_gan()


@pytest.mark.slow
def test_a_process_that_dies_leaves_the_last_save_whole(tmp_path):
    given = {"folder": str(tmp_path / "gan"), "processes": 2, "address": free_address()}
    both = [start(process=i, do=["begin", "save_again_and_again"], **given) for i in range(2)]
    saved = (line for line in both[0].stdout if line.startswith("saved"))
    for _ in range(3):
        next(saved)
    both[1].send_signal(signal.SIGKILL)
    time.sleep(0.5)
    for process in both:
        process.kill()
        process.communicate()
    one = run(do=["load", "train"], folder=given["folder"])
    assert int(one["load"]) >= 9


@pytest.fixture
def pictures(tmp_path):
    """A folder of small pictures, enough to measure quality by."""
    (tmp_path / "pictures").mkdir()
    for i, image in enumerate(gu.load_images("digits").images[:300]):
        imageio.imwrite(tmp_path / "pictures" / f"{i}.png", (255 * image[..., 0]).astype("uint8"))
    return tmp_path / "pictures"


@pytest.mark.slow
def test_the_script_to_copy_ends_at_an_error(tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--images", "nowhere", "--processes", "2"]
    result = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert re.search(r"^process \d ended with 1: ended the others; run again to go on$", result.stderr, re.M)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--processes", "2", "--process", "0"], "--address: none came"),
        (["--processes", "2", "--process", "0", "--address", "10.0.0.1"], "--address: 10.0.0.1 came"),
        (["--process", "1"], "--process: 1 came; what serves is a number below that of --processes"),
        (["--processes", "2", "--process", "2", "--address", "127.0.0.1:1"], "--process: 2 came"),
        (["--folder", "mine"], "--folder: mine came; what serves is a name that ends in .keras"),
    ],
)
def test_the_script_to_copy_refuses_what_cannot_train(given, told, tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "many.py"), *given]
    result = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2 and told in result.stderr


@pytest.mark.slow
def test_the_script_to_copy_saves_where_ctrl_c_has_stopped_it(pictures, tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--images", str(pictures)]
    script += ["--processes", "2", "--batch-size", "4", "--epochs", "100000"]
    where = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    launcher = subprocess.Popen(script, **pipes, **where, start_new_session=True)
    settings = tmp_path / "many.keras" / "gan.json"
    for _ in range(1200):
        if settings.is_file():
            break
        time.sleep(0.2)
    time.sleep(2)  # into the next pass
    os.killpg(launcher.pid, signal.SIGINT)  # as a terminal does
    out, err = launcher.communicate(timeout=120)
    assert launcher.returncode == 130, out + err
    stopped = int(re.search(r"stopped at step (\d+); run again to go on", err)[1])
    assert json.loads(settings.read_text())["step"] == stopped


@pytest.mark.slow
def test_the_script_to_copy_ends_at_ctrl_c_wherever_it_comes(tmp_path):
    """Also to the one that started the others alone; and while these are not yet training."""
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--processes", "2", "--epochs", "100000"]
    where = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "text": True}
    for seconds in (0, 2, 10):
        launcher = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **where)
        assert "waits for all 2" in launcher.stdout.readline()
        time.sleep(seconds)
        launcher.send_signal(signal.SIGINT)
        out, err = launcher.communicate(timeout=150)
        assert launcher.returncode == 130, out + err


@pytest.mark.slow
def test_the_script_to_copy_ends_at_ctrl_c_while_process_0_measures(tmp_path):
    (tmp_path / "pictures").mkdir()
    for i, image in enumerate(gu.load_images("digits").images[:600]):  # enough to train what measures them
        imageio.imwrite(tmp_path / "pictures" / f"{i}.png", (255 * image[..., 0]).astype("uint8"))
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--processes", "2", "--epochs", "1"]
    where = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    launcher = subprocess.Popen([*script, "--images", str(tmp_path / "pictures")], **pipes, **where)
    for _ in range(6000):
        if (tmp_path / "many.png").is_file() or launcher.poll() is not None:
            break
        time.sleep(0.02)
    launcher.send_signal(signal.SIGINT)
    out, err = launcher.communicate(timeout=60)
    assert launcher.returncode == 130 and "distance" not in out and "Traceback" not in err, out + err
    assert json.loads((tmp_path / "many.keras" / "gan.json").read_text())["step"] > 0


@pytest.mark.slow
def test_the_script_to_copy_ends_where_its_port_is_taken(tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--processes", "2", "--process", "0"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        script += ["--address", address]
        result = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert result.returncode == 1 and f"--address: {address} came, " in result.stderr


@pytest.mark.slow
def test_the_script_to_copy_says_that_few_pictures_are_not_measured(pictures, tmp_path):
    for picture in sorted(pictures.iterdir())[100:]:
        picture.unlink()
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--images", str(pictures), "--epochs", "1"]
    result = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.search(
        r"^step \d+: not measured, dataset: the test split holds \d+ images;", result.stdout, re.M
    )
    assert (tmp_path / "many.png").is_file()


@pytest.mark.slow
def test_the_script_to_copy_goes_on_after_a_process_was_killed(pictures, tmp_path):
    script = [sys.executable, str(ROOT / "examples" / "many.py"), "--images", str(pictures)]
    script += ["--processes", "2", "--batch-size", "32", "--epochs"]
    where = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(ROOT)}, "text": True}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    launcher = subprocess.Popen([*script, "100000"], **pipes, **where)
    settings = tmp_path / "many.keras" / "gan.json"
    for _ in range(1200):
        if settings.is_file() and launcher.poll() is None:
            break
        time.sleep(0.2)
    second = subprocess.check_output(["pgrep", "-P", str(launcher.pid), "-f", "process=1"], text=True)
    os.kill(int(second), signal.SIGKILL)
    out, err = launcher.communicate(timeout=60)
    assert err.splitlines()[-1] == "process 1 ended with -9: ended the others; run again to go on", out + err
    saved = json.loads(settings.read_text())["step"]

    again = subprocess.run([*script, "1"], **pipes, **where, timeout=600)
    assert again.returncode == 0, again.stdout + again.stderr
    assert re.search(rf"processes: 2, devices: 2; the training was stopped at step {saved}", again.stdout)
    assert re.search(r"step \d+: Fréchet distance [\d.]+, floor [\d.]+", again.stdout)
    assert (tmp_path / "many.png").is_file()
