"""Records the runs of notebook 04's closing quiz into gan_course/quiz.npz: `python -m tools.data.make_quiz`.

The quiz is recorded so that its cell cannot give the answers away, and everybody gets the same curves. The
runs are made by the notebooks' own functions: those cells are executed here. Which letter is which run stands
in gan_course/check/training.py alone.

The runs in the file were recorded when the laboratory had 300 steps and half its present rates. To record
anew gives other runs, and notebook 04 is to be executed again then.
"""

import json
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell

import gan_course as course  # first, as in the notebooks
from gan_course.check.training import DIAGNOSES
from gan_utils._support.image_checks import to_bytes

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "gan_course" / "quiz.npz"
# The cells that define what is used here, some of which train for a few seconds besides.
LABORATORY = ["imports", "load-data", "lab", "lab-gradient", "lab-signature", "lab-logs", "lab-run"]
LABORATORY += ["healthy-run", "collapse-run", "trapped-run"]
ONE_DIMENSION = ["imports", "bce-probabilities", "bce-logits", "bce-keras", "judge", "jsd-function"]
ONE_DIMENSION += ["jsd-train", "motion-step", "ln2-train"]


def run_cells(name, ids, **variables):
    """Execute these cells of a notebook, beginning with `variables`; return all variables."""
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
    cells = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    shell = InteractiveShell.instance()
    shell.reset()
    shell.user_ns |= variables
    for cell_id in ids:
        shell.run_cell(cells[cell_id]).raise_error()
    return dict(shell.user_ns)


def digits():
    """The runs of the laboratory, by diagnosis, none with the settings or the seed of the notebook."""
    drawn, plot_signature = [], course.plot_signature
    course.plot_signature = lambda *signature: drawn.append(signature) or plot_signature(*signature)
    course.show = lambda figure, alt: plt.close(figure)
    names = run_cells("04_training", LABORATORY, batch_size=64, latent_dim=64)
    settings = {
        "healthy": {},
        "D too strong": {"g_rate": 3e-5},
        "G too strong": {"d_rate": 2e-6},
        "mode collapse": {"g_rate": 7e-3, "generator": names["generator_without_batchnorm"]},
        "learning rate too high": {"g_rate": 0.07, "d_rate": 0.07},
        "freeze trap": {"combine": names["freeze_first"]},
    }
    for seed, (diagnosis, changed) in enumerate(settings.items(), start=20):
        _, fakes, numbers = names["provoke"](diagnosis, seed=seed, **changed)
        curves, _, classes, _ = drawn[-1]
        pictures = to_bytes(fakes[:12])
        yield diagnosis, {"numbers": numbers, "curves": curves, "pictures": pictures, "classes": classes}


def dead_judge():
    """Every ReLU off, for any x that comes: only the last bias is left to learn."""
    hidden = keras.layers.Dense(32, "relu", bias_initializer=keras.initializers.Constant(-100.0))
    return keras.Sequential([keras.Input((1,)), hidden, keras.layers.Dense(1)])


def one_dimension():
    """The runs at ln 2, as notebook 03 has them, and one more with a discriminator that is dead."""
    names = run_cells("03_losses", ONE_DIMENSION)
    random = names["random"]
    judges = {
        "G is right": lambda: names["build_judge"]((32, 32)),
        "D is too weak": lambda: names["build_judge"](()),
        "D never learns": dead_judge,
    }
    for seed, (diagnosis, build) in enumerate(judges.items(), start=30):
        keras.utils.set_random_seed(seed)
        generator, judge = names["straight_generator"](), build()
        last = judge.layers[-1].kernel
        last.assign(np.zeros(last.shape))  # D = 1/2 to begin with
        starts = [np.concatenate([w.ravel() for w in model.get_weights()]) for model in (judge, generator)]
        pair = names["start_gan"](generator, judge, rate=1e-2)
        step = names["gan_step"]
        losses = [step(generator, judge, pair, random.normal(1, 1, (256, 1))) for _ in range(500)]
        real = random.normal(1, 1, (40000, 1))
        fake = generator.predict_on_batch(random.standard_normal((40000, 1)))
        fresh = names["train_judge"](real[:20000], fake[:20000])
        found = np.log(2) - names["judge_loss"](fresh, real[20000:], fake[20000:])
        ends = [np.concatenate([w.ravel() for w in model.get_weights()]) for model in (judge, generator)]
        moved = [np.linalg.norm(end - start) for start, end in zip(starts, ends, strict=True)]
        d_loss, g_loss = np.array(losses).T
        numbers = {"d_loss": d_loss[-100:].mean(), "g_loss": g_loss[-100:].mean()}
        numbers |= {"fresh judge: ln 2 - L_D": found, "D moved": moved[0], "G moved": moved[1]}
        yield diagnosis, {"numbers": numbers, "curves": {"d_loss": d_loss, "g_loss": g_loss}}


def main():
    letters = {diagnosis: letter for letter, diagnosis in DIAGNOSES.items()}
    arrays = {}
    for diagnosis, run in [*digits(), *one_dimension()]:
        letter = letters[diagnosis]
        print(letter, diagnosis, {name: float(f"{value:.3g}") for name, value in run["numbers"].items()})
        for kind in ("numbers", "curves"):
            for name, values in run.pop(kind).items():
                arrays[f"{letter}/{kind}/{name}"] = np.array(values, "float32")
        arrays |= {f"{letter}/{name}": values for name, values in run.items()}
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main()
