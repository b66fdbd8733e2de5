"""`micro_gan.py`, the GAN in a hundred lines of NumPy, trains as the package does."""

import ast
import io
import json
import re
import subprocess
import sys
import types
from pathlib import Path

import imageio.v3 as iio
import keras
import numpy as np
import pytest

import gan_utils as gu
import micro_gan
from tests.library.keras_steps import NOISE, farthest, keras_steps

ROOT = Path(__file__).parents[2]
SOURCE = (ROOT / "micro_gan.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def packaged():
    """Fifty steps of the package, in double precision."""
    return keras_steps(50)


def micro_steps(micro, packaged, steps):
    """The same steps by `micro`, from the same weights: curves, G and D."""
    G, D = ([w.astype("float64") for w in packaged[player]] for player in ("G", "D"))
    g_adam, d_adam = micro.Adam(G[0:3] + G[5:8] + G[10:12], 2e-3), micro.Adam(D, 1e-3, decay=0.2)
    batches = zip(packaged["images"][:steps], packaged["latents"][:steps], strict=True)
    curves = [micro.train_on_batch(G, D, g_adam, d_adam, images, latents) for images, latents in batches]
    return np.array(curves), G, D


def check_one_step(micro, packaged):
    curves, G, D = micro_steps(micro, packaged, 1)
    np.testing.assert_allclose(curves, packaged["curves"][:1], rtol=1e-5)
    for ours, theirs in zip(G + D, packaged["G 1"] + packaged["D 1"], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=NOISE)
    assert farthest(G, packaged["G 1"]) < 1e-6 and farthest(D, packaged["D 1"]) < 1e-6


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="Keras's Dense is in single precision there")
def test_one_step_is_the_package_s(packaged):
    check_one_step(micro_gan, packaged)
    assert farthest(packaged["G 1"], packaged["G"]) > 1e-3, "it moved"


def test_fifty_steps_are_the_package_s(packaged):
    curves, G, D = micro_steps(micro_gan, packaged, 50)
    np.testing.assert_allclose(curves, packaged["curves"], rtol=1e-5)
    assert farthest(G, packaged["G after"]) < 1e-5 and farthest(D, packaged["D after"]) < 1e-5


def test_the_average_is_the_package_s(packaged, monkeypatch):
    made = {f"build_{player}": packaged[player[0].upper()] for player in ("generator", "discriminator")}
    for name, weights in made.items():
        monkeypatch.setattr(micro_gan, name, lambda rng, weights=weights: [w.copy() for w in weights])
    batches = iter(zip(packaged["images"], packaged["latents"], strict=True))
    step = micro_gan.train_on_batch
    monkeypatch.setattr(
        micro_gan, "train_on_batch", lambda *players_and_data: step(*players_and_data[:4], *next(batches))
    )
    average = micro_gan.train(np.zeros((64, 28, 28), "uint8"), steps=50)
    assert farthest(average, packaged["average"]) < 1e-5 < farthest(average, packaged["G after"])


MUTANTS = {
    "a sign": ("sigmoid(logits) - 1)", "1 - sigmoid(logits))"),
    "labels exchanged": ("[[1], [0]]", "[[0], [1]]"),
    "reals alone": (" / len(both))[0])", " / len(both) * targets)[0])"),
    "no bias correction": ("rate * (1 - beta_2**self.updates) ** 0.5 / (1 - beta_1**self.updates)", "rate"),
    "no decay": (" + rate * decay * w", ""),
    "fakes in training mode": ("generator(G, latents[0])", "generator(G, latents[0], training=True)"),
    "fakes in inference mode for G": ("latents[1], training=True", "latents[1]"),
    "the same latents": ("latents[1], training", "latents[0], training"),
    "mean and variance stand still": (" - (d_beta + normed * d_gamma) / len(h)", ""),
    "no leak on the way back": ("slope, 0.2 * slope)", "slope, 0)"),
    "no slope of the sigmoid": ("    slope = slope * x * (1 - x)  # of the sigmoid\n", ""),
    "moving variance stands still": ("moving_variance += 0.5", "moving_variance += 0.0"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_change_to_it_is_seen(packaged, name):
    old, new = MUTANTS[name]
    assert SOURCE.count(old) == 1
    mutant = types.ModuleType("mutant")
    exec(SOURCE.replace(old, new), mutant.__dict__)
    with pytest.raises(AssertionError):
        check_one_step(mutant, packaged)


def recognised(generator, count=500):
    """The share of digits drawn that the classifier reads with a confidence above 0.9."""
    images, _ = micro_gan.generator(generator, np.random.default_rng(3).standard_normal((count, 64)))
    digits = gu.load_images("digits")
    return np.mean(gu.classify(images.reshape(-1, 28, 28, 1).astype("float32"), digits).max(axis=1) > 0.9)


@pytest.mark.slow
def test_its_digits_are_legible(capsys):
    images = np.load(ROOT / "gan_utils" / "_support" / "digits.npz")["x_train"]
    assert recognised(micro_gan.train(images, steps=0)) < 0.2
    assert recognised(micro_gan.train(images, steps=500)) > 0.6
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 5 and printed[-1].startswith("step   500: L_D 0.")


def test_it_computes_in_single_precision():
    """A Python number in the wrong place, np.where(h > 0, 1, 0.2), makes doubles, and twice the time."""
    rng = np.random.default_rng(1)
    G, D = micro_gan.build_generator(rng), micro_gan.build_discriminator(rng)
    images, inputs = micro_gan.generator(G, rng.standard_normal((4, 64), dtype="float32"), training=True)
    logits, d_inputs = micro_gan.discriminator(D, images)
    gradients, slope = micro_gan.discriminator_backward(D, d_inputs, micro_gan.sigmoid(logits))
    gradients += micro_gan.generator_backward(G, inputs, images, slope)
    assert {array.dtype for array in [images, logits, slope, *gradients]} == {np.dtype("float32")}


def test_its_picture_is_a_png():
    grid = np.random.default_rng(0).integers(256, size=(20, 30)).astype("uint8")
    np.testing.assert_array_equal(iio.imread(io.BytesIO(micro_gan.png(grid))), grid)


def test_it_is_a_program_of_numpy_alone(tmp_path):
    short = tmp_path / "micro_gan.py"
    digits = tmp_path / "gan_utils" / "_support" / "digits.npz"
    digits.parent.mkdir(parents=True)
    digits.write_bytes((ROOT / "gan_utils" / "_support" / "digits.npz").read_bytes())
    short.write_text(SOURCE.replace("steps=1000", "steps=10"), encoding="utf-8")
    subprocess.run([sys.executable, short], cwd=tmp_path, check=True, timeout=60)
    assert iio.imread(tmp_path / "micro_gan.png").shape == (280, 280)
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [n.name for n in node.names])
    }
    assert imported - set(sys.stdlib_module_names) == {"numpy"}


def test_it_has_at_most_a_hundred_lines():
    body = SOURCE.split('"""\n', 2)[-1]
    assert sum(bool(line.strip()) for line in body.splitlines()) <= 100


def test_the_cells_that_it_names_are_there():
    ids = {
        path.name[:2]: {cell["id"] for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}
        for path in (ROOT / "notebooks").glob("0[1-4]_*.ipynb")
    }
    named = re.findall(r"# (0[1-4]) ([\w-]+)(?:, ([\w-]+))?", SOURCE)
    assert len(named) >= 18 and {notebook for notebook, *_ in named} == set(ids)
    assert [
        cell for notebook, *cells in named for cell in filter(None, cells) if cell not in ids[notebook]
    ] == []
