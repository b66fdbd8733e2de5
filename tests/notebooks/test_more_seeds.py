"""The notebooks with other random numbers, which is what another processor's rounding comes to in training.

No assert may depend on them; and what a notebook tells of trainings that it does not show is measured here.
`pytest -m slow tests/notebooks/test_more_seeds.py` prints it, and takes a quarter of an hour.
"""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import gan_course as course
import gan_utils as gu
from tests.notebooks import notebook_rules as rules
from tools.series import find_notebooks, number

NOTEBOOKS = {path.stem: path for path in find_notebooks()}
SEEDS = range(1, 6)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="told of TensorFlow, the default"),
]


@pytest.fixture
def run(monkeypatch):
    """Run code cells of a notebook, all or those with these ids, each seed raised by so many hundreds."""
    return runner(monkeypatch)


def runner(monkeypatch):
    keras_seed, numpy_seed = keras.utils.set_random_seed, np.random.default_rng
    monkeypatch.setattr("IPython.display.display", lambda *shown, **as_what: None)
    monkeypatch.setattr(course, "show", lambda *figure, **numbers: plt.close("all"))
    monkeypatch.setattr(course.laboratory, "show", course.show)
    plain = TransformerManager().transform_cell

    def run(name, ids, names, more):
        def seeded(seed=None):
            return numpy_seed(None if seed is None else seed + 100 * more)

        monkeypatch.setattr(keras.utils, "set_random_seed", lambda seed: keras_seed(seed + 100 * more))
        monkeypatch.setattr(np.random, "default_rng", seeded)
        (path,) = (path for stem, path in NOTEBOOKS.items() if stem.startswith(name))
        sources = {cell.id: cell.source for cell in rules.code_cells(rules.read_notebook(path))}
        for each in ids.split() or sources:
            exec(compile(plain(sources[each]), each, "exec"), names)  # as a kernel does
        return names

    return run


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_asserts_hold_with_other_random_numbers(name):
    for seed in SEEDS if number(NOTEBOOKS[name]) else [1]:
        # In a process of its own, as a kernel is: what TensorFlow has compiled it keeps to its end.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as own:
            own.submit(run_whole, name, seed).result()


def run_whole(name, more):
    with pytest.MonkeyPatch.context() as patch:
        runner(patch)(name, "", {}, more)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_forger_league(seed, run, record_property):
    """01 `league-notice` and `league-answer`."""
    ids = "imports load-data build-discriminator count-parameters train-discriminator blends forgers"
    names = run("01", ids, {}, seed)
    forgers = {"noise": "noise", "shuffled": "shuffled", "blends": "blend", "halves": "halves"}
    names["forgers"] = {name: names[f"{function}_forger"] for name, function in forgers.items()}
    run("01", "league-train league-accuracy cross-table cross-table-asserts", names, seed)
    accuracies, caught = names["accuracies"], names["caught_by"]
    record_property("accuracies", {name: round(float(found), 3) for name, found in accuracies.items()})
    record_property("caught", caught.round(2).tolist())
    assert min(accuracies, key=accuracies.get) == "halves" and accuracies["blends"] < 0.95


def test_turns_and_one_update_each(run, record_property):
    """02 `turns-notice`: what the D of one pair says to the G of another; and the notes of `fixed-notice`."""
    cells = "imports load-data latents build-generator count-parameters same-as-package-check two-steps"
    names = run("02", cells, {}, 0)
    run("02", "train-on-noise noise-verdict generator-step diversity fixed-train", names, 0)
    update_g, draw, logits_of = names["update_g"], names["draw"], names["logits_of"]
    players, drawn, pairs = [], [], {}  # drawn: by one G, after each hundredth of its updates

    def keep(build):
        return lambda: players.append(build()) or players[-1]

    def update_and_draw(combined, n):
        loss = update_g(combined, n)
        generator = combined.layers[0]
        if int(combined.optimizer.iterations) % 100 == 0:
            drawn.append(draw(generator, names["latents"]))
        return loss

    names["update_g"] = update_and_draw
    turns, each = ("D" * 100 + "G" * 100) * 5 + "D" * 100, "DG" * 500  # in turns, D has the last
    for schedule in turns, each:
        for seed in SEEDS:
            players.clear()
            drawn.clear()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(gu, "build_generator", keep(gu.build_generator))
                patch.setattr(gu, "build_discriminator", keep(gu.build_discriminator))
                run("02", "play", names, seed)
                names["play"](schedule)
            pairs.setdefault(schedule, []).append((*players, list(drawn)))
    names["update_g"] = update_g

    def caught(discriminator, fake_images):
        return float(np.mean(logits_of(discriminator, fake_images) < 0))

    def caught_of_others(by, of):
        """What each D of `by` catches of what each G of `of`, of another pair, draws at the end."""
        return [
            caught(discriminator, images[-1])
            for i, (_, discriminator, _) in enumerate(pairs[by])
            for j, (_, _, images) in enumerate(pairs[of])
            if i != j
        ]

    shares = {
        "each, of turns": caught_of_others(each, turns),
        "each, of each": caught_of_others(each, each),
        "turns, of turns": caught_of_others(turns, turns),
        "turns, of each": caught_of_others(turns, each),
        "turns, of all that its own G drew": [caught(d, x) for _, d, images in pairs[turns] for x in images],
    }
    for what, found in shares.items():
        record_property(f"caught by {what}", f"{np.mean(found):.2f} ({min(found):.2f} to {max(found):.2f})")
    mean = {what: np.mean(found) for what, found in shares.items()}
    assert mean["each, of turns"] > 0.9 and 0.5 < mean["each, of each"] < 0.9
    assert mean["turns, of turns"] < 0.1 and mean["turns, of each"] < 0.05
    assert mean["turns, of all that its own G drew"] > 0.85

    diversity, varied = names["diversity"], []
    for generator, _, images in pairs[each]:
        varied.append((diversity(images[-1]), diversity(names["train_against_fixed"](generator)[1])))
    record_property("diversity before and after the fixed D", np.round(varied, 2).tolist())
    assert min(after / before for before, after in varied) > 0.8


def test_a_healthy_run_may_look_collapsed_at_first(record_property):
    """04 `healthy-notice`."""
    train = gu.load_images()
    laboratory = course.laboratory.Laboratory(train)
    for steps, most, least in ((200, 1.0, 0.4), (400, 0.45, 0.15)):
        shares = [laboratory.train(steps, seed=seed).classes.max() / 500 for seed in range(40, 50)]
        record_property(f"largest class after {steps} steps", f"{min(shares):.2f} to {max(shares):.2f}")
        assert least <= min(shares) and max(shares) <= most


@pytest.mark.parametrize("smooth", [False, True], ids=["as it is", "smooth"])
def test_many_steps_in_a_call(smooth, run, record_property, monkeypatch):
    """04 `compiled-notice`: what rounding makes of twelve steps; where it is much, the bend at 0 is why."""
    if smooth:
        for bent in "ReLU", "LeakyReLU":
            monkeypatch.setattr(keras.layers, bent, lambda **slope: keras.layers.Activation("gelu"))
    found = []
    for seed in SEEDS:
        names = run("04", "imports load-data whole-gan-diagram models-by-hand loop-by-hand equal", {}, seed)
        found.append(float(run("04", "compiled-steps", names, seed)["rounding"]))
    record_property("differ by, of the way", [f"{each:.0e}" for each in found])
    assert max(found) < (1e-5 if smooth else 0.1) and sorted(found)[2] < 1e-5
