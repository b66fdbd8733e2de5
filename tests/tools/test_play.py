"""The engine of `play.html`, run in Node: its step is Keras's, its digits are legible, its texts are true."""

import base64
import json
import re
import shutil
import subprocess
import zlib

import numpy as np
import pytest

import gan_utils as gu
from tests.library.keras_steps import NOISE, farthest, keras_steps
from tools import play
from tools.export.pages import loads
from tools.series import ROOT

RUNNER = ROOT / "tests" / "tools" / "play_run.mjs"
NODE = shutil.which("node") or shutil.which("nodejs")
node = pytest.mark.skipif(not NODE, reason="no Node here: install it (apt-get install nodejs)")


def run(folder, what, play_folder=play.PLAY, **job):
    """What `play_run.mjs` prints of a job, whose files lie in `folder`."""
    (folder / "job.json").write_text(json.dumps({"what": what, **job}), encoding="utf-8")
    command = [NODE, RUNNER, play_folder, folder / "job.json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def packaged():
    """Twenty steps of the package, in double precision."""
    return keras_steps(20)


def play_steps(folder, packaged, steps, play_folder=play.PLAY, **settings):
    """The same steps by the page's engine: curves (steps, 3), the weights of G, of D, and G's average."""
    weights = np.concatenate([w.ravel() for w in packaged["G"] + packaged["D"]])
    for name, array in (
        ("weights", weights),
        ("images", packaged["images"]),
        ("latents", packaged["latents"]),
    ):
        (folder / name).write_bytes(array.astype("float64").tobytes())
    curves = run(folder, "steps", play_folder, steps=steps, **settings)
    flat, after = np.frombuffer((folder / "after").read_bytes()), []
    for like in packaged["G"] + packaged["D"] + packaged["G"]:
        after.append(flat[: like.size].reshape(like.shape))
        flat = flat[like.size :]
    players = (
        after[: len(packaged["G"])],
        after[len(packaged["G"]) : -len(packaged["G"])],
        after[-len(packaged["G"]) :],
    )
    return np.transpose([curves[name] for name in ("dLoss", "gLoss", "dAccuracy")]), *players


def check_one_step(folder, packaged, play_folder=play.PLAY):
    curves, G, D, _ = play_steps(folder, packaged, 1, play_folder, double=True)
    np.testing.assert_allclose(curves, packaged["curves"][:1], rtol=1e-4)
    for ours, theirs in zip(G + D, packaged["G 1"] + packaged["D 1"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=NOISE)
    assert farthest(G, packaged["G 1"]) < 1e-6 and farthest(D, packaged["D 1"]) < 1e-6, "Not equal"


@node
def test_one_step_is_keras_s_weight_by_weight(packaged, tmp_path):
    check_one_step(tmp_path, packaged)


@node
def test_twenty_steps_and_the_average_are_keras_s(packaged, tmp_path):
    curves, G, D, average = play_steps(tmp_path, packaged, 20, double=True)
    np.testing.assert_allclose(curves, packaged["curves"], rtol=1e-4)
    for ours, theirs in ((G, "G after"), (D, "D after"), (average, "average")):
        assert farthest(ours, packaged[theirs]) < 1e-4
    assert farthest(average, packaged["G after"]) > 1e-3, "the average is not the latest"


@node
def test_a_step_in_single_precision_is_keras_s_to_within_rounding(packaged, tmp_path):
    for fast in (False, True):
        curves, G, D, _ = play_steps(tmp_path, packaged, 1, fast=fast)
        np.testing.assert_allclose(curves, packaged["curves"][:1], rtol=1e-4)
        for ours, theirs in zip(G + D, packaged["G 1"] + packaged["D 1"], strict=True):
            # Adam steps as far for a gradient of 1e-9 as for 1: rounding turns a few round.
            assert np.mean(abs(ours - theirs) > 1e-4) < 1e-3


@node
def test_webassembly_multiplies_as_javascript_does(tmp_path):
    shapes = [
        (4, 1, 8),
        (8, 5, 16),
        (128, 784, 256),
        (784, 128, 256),
        (64, 256, 784),
        (3, 7, 5),
        (128, 128, 1),
    ]
    assert max(run(tmp_path, "product", shapes=shapes)) < 1e-5


MUTANTS = {  # the module; what stands in it; what is put in its place
    "a sign": ("losses", "slope: (logit) => sigmoid(logit) - 1", "slope: (logit) => 1 - sigmoid(logit)"),
    "a label": ("gan", "const target = i < n ? 1 : 0", "const target = i < n ? 0 : 1"),
    "the fake half is missing": ("gan", "both.set(this.generator.forward", "(this.generator.forward"),
    "no bias correction": (
        "gan",
        "(rate * Math.sqrt(1 - beta2 ** updates)) / (1 - beta1 ** updates)",
        "rate",
    ),
    "no decay of D": ("gan", "rate * decay * weights[i] + ", ""),
    "D is trained on G's latents": (
        "gan",
        "this.updateGenerator(gLatents)",
        "this.updateGenerator(dLatents)",
    ),
    "half a batch": ("gan", "gLoss.slope(logits[i]) / n", "(i % 2) * gLoss.slope(logits[i]) / n"),
    "mean and variance stand still": ("networks", " - (sum + normed[i] * along) / n)", ")"),
    "moving mean stands still": (
        "networks",
        "this.movingMean[j] += (1 - MOMENTUM)",
        "this.movingMean[j] += 0",
    ),
    "fakes for D in training mode": (
        "gan",
        "drawLatents(latents), n), n",
        "drawLatents(latents), n, true), n",
    ),
}


@node
@pytest.mark.parametrize("name", MUTANTS)
def test_a_change_to_it_is_seen(packaged, tmp_path, name):
    module, old, new = MUTANTS[name]
    shutil.copytree(play.PLAY, tmp_path / "play")
    path = tmp_path / "play" / f"{module}.js"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(AssertionError, match=r"Not equal|Mismatched"):
        check_one_step(tmp_path, packaged, tmp_path / "play")


SWITCHES = [
    "D too strong",
    "saturated",
    "G too strong",
    "collapse",
    "rates too high",
    "BatchNorm in D",
    "trap",
]


def recognised(folder, steps):
    """The share of 500 pictures of the page's game that the classifier reads with a confidence above 0.9."""
    found = run(folder, "train", packed=play.packed_digits(), seed=1, steps=steps)
    assert found["digits"] == play.DIGITS
    pictures = np.frombuffer((folder / "pictures").read_bytes()).reshape(-1, 28, 28, 1).astype("float32")
    return np.mean(gu.classify(pictures, gu.load_images("digits")).max(axis=1) > 0.9), found


@pytest.mark.slow
@node
def test_its_digits_are_legible(tmp_path, record_property):
    share, found = recognised(tmp_path, 700)
    record_property("play.html, 700 steps", f"{found['seconds']:.1f} s, {share:.0%} recognised")
    assert share > 0.6
    assert recognised(tmp_path, 0)[0] < 0.2, "noise is not legible"


@node
@pytest.mark.slow
def test_every_switch_does_what_its_text_says(tmp_path):
    """On the page's own seed. Of the healthy run none of the seven texts is true."""
    runs = ["healthy", *SWITCHES, "cured saturated", "cured collapse"]
    seed = int(re.search(r"const SEED = (\d+)", (play.PLAY / "breaking.js").read_text(encoding="utf-8"))[1])
    found = run(tmp_path, "laboratory", packed=play.packed_digits(), seed=seed, runs=runs)
    assert found["faults"] == ["healthy", *SWITCHES] and found["cases"] == SWITCHES
    of_healthy = {name: held for name, held in found["holds"].items() if name.endswith("of the healthy run")}
    assert not any(of_healthy.values()), of_healthy
    others = {name: held for name, held in found["holds"].items() if name not in of_healthy}
    assert set(others) == set(runs) - {"healthy"} and all(others.values()), (others, found["runs"])


def test_the_page_is_one_file_that_loads_nothing():
    page = play.page()
    assert len(page) < 1_000_000
    assert loads(page.decode()) == []
    assert not re.search(rb"https?://|//[a-z]+\.[a-z]+/", page)


def test_modules_are_joined_each_before_those_that_import_it(tmp_path, monkeypatch):
    joined = re.findall(r"^// (\w+\.js)$", play.script("worker.js"), re.MULTILINE)
    assert joined[-1] == "worker.js" and len(joined) == len(set(joined))
    for name in joined:
        for other in play.IMPORT.findall((play.PLAY / name).read_text(encoding="utf-8")):
            assert joined.index(other) < joined.index(name)
    monkeypatch.setattr(play, "PLAY", tmp_path)
    wrong = {
        "itself": 'import { a } from "./x.js";\n',
        "more than": 'import * as all from "./y.js";\n',
        "holds </script": 'const text = "</script>";\n',
        "name of their own for a": 'import { b } from "./y.js";\nconst a = 1;\n',
    }
    (tmp_path / "y.js").write_text("const a = 2;\nexport const b = 3;\n", encoding="utf-8")
    for told, text in wrong.items():
        (tmp_path / "x.js").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=told):
            play.script("x.js")


def test_its_digits_are_those_of_the_package():
    digits = gu.load_images("digits").images[: play.DIGITS].reshape(-1, 2)
    packed = np.frombuffer(zlib.decompress(base64.b64decode(play.packed_digits())), "uint8")
    pairs = np.stack([packed >> 4, packed & 15], axis=1)
    np.testing.assert_allclose(pairs / 15, digits, atol=0.5 / 15 + 1e-6)
