"""Is the suite able to go red? Each mutant is one fault in the training code; the tests must catch every one.

Takes minutes: `make test-slow`. The table of kills is printed at the end.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SUITE = [f"tests/library/test_{name}.py" for name in ("gradients", "contracts", "gan")]
BCE = "loss=keras.losses.BinaryCrossentropy(from_logits=True)"
D_TARGETS = 'targets = np.concatenate([np.ones((n, 1), "float32"), np.zeros((n, 1), "float32")])'
D_STEP = "d_logs = _train(self.discriminator, images, targets)"
RESET = "    if RESET_METRICS:\n        model.reset_metrics()\n"
LATENTS = "self._draw_latents(n, self.random)"
FAKES = "fake_images = self.generator.predict_on_batch(self._draw_latents(n, self.random))"
G_STEP = 'g_logs = _train(self.combined, self._draw_latents(n, self.random), np.ones((n, 1), "float32"))'
CHECK = "pairs.check_both_train(self.generator, self.discriminator)"
AVERAGE = "average += (1 - decay) * (weight - average)\n"
G_WEIGHTS = "return self.layers[0].trainable_weights"
G_VARIABLES = "return self.layers[0].trainable_variables"


def networks_of(kind):
    return f"return [w for model in self.layers for w in model.trainable_{kind}]"


# name: (file, {what stands there: what stands there in its place})
MUTANTS = {
    "labels swapped": (
        "gan",
        {D_TARGETS: D_TARGETS.replace("ones", "x").replace("zeros", "ones").replace("x", "zeros")},
    ),
    "G told fake": ("gan", {G_STEP: G_STEP.replace("np.ones", "np.zeros")}),
    "D trains in G's step": (
        "networks",
        {G_WEIGHTS: networks_of("weights"), G_VARIABLES: networks_of("variables")},
    ),
    "G trains in D's step": (
        "gan",
        {D_STEP: f"{D_STEP}; _train(self.combined, self._draw_latents(n, self.random), targets[:n])"},
    ),
    "metrics not reset": (
        "gan",
        {RESET: "    model.reset_metrics = lambda: None\n"},
    ),
    "noise reused": ("gan", {"random.standard_normal((n,": "np.random.default_rng(0).standard_normal((n,"}),
    "G fed with D's fakes": (
        "gan",
        {FAKES: FAKES.replace("(self._draw", "(z := self._draw"), G_STEP: G_STEP.replace(LATENTS, "z")},
    ),
    "primed, then frozen": (
        "gan",
        {CHECK: "self.discriminator.trainable = not self.step"},
    ),
    "D never trains": (
        "gan",
        {D_STEP: "d_logs = self.discriminator.test_on_batch(images, targets, return_dict=True)"},
    ),
    "sigmoid twice": (
        "gan",
        {
            # Keras sees through its own sigmoid, and takes the logits from before it
            BCE: "loss=lambda y, x: keras.losses.binary_crossentropy("
            "y, 1 / (1 + keras.ops.exp(-x)), from_logits=True)"
        },
    ),
    "no from_logits": ("gan", {BCE: "loss=keras.losses.BinaryCrossentropy()"}),
    "64 fakes always": (
        "gan",
        {FAKES: FAKES.replace("(n,", "(64,"), D_TARGETS: D_TARGETS.replace("zeros((n", "zeros((64")},
    ),
    "one optimizer for both": (
        "gan",
        {'pairs.own_optimizer("generator_optimizer", generator_optimizer)': "discriminator.optimizer"},
    ),
    "a copy of D in the combined model": (
        "networks",
        {
            "    return Combined([generator, discriminator]": "    copy = keras.models.clone_model("
            "discriminator)\n    copy.set_weights(discriminator.get_weights())\n"
            "    return Combined([generator, copy]"
        },
    ),
    "the average trains": (
        "gan",
        {AVERAGE: f"{AVERAGE}        self.generator.set_weights(self.averages)\n"},
    ),
    "the average starts at zero": ("gan", {"[w.copy() for w in self.gen": "[0 * w for w in self.gen"}),
    "loss summed": ("gan", {BCE: BCE.replace("True", 'True, reduction="sum"')}),
    "targets above 1": ("gan", {D_TARGETS: D_TARGETS.replace("[np.ones", "[np.float32(1.2) * np.ones")}),
    "smoothed targets": ("gan", {D_TARGETS: D_TARGETS.replace("[np.ones", "[np.float32(0.9) * np.ones")}),
    "fakes in training mode": (
        "gan",
        {FAKES: f"fake_images = keras.ops.convert_to_numpy(self.generator({LATENTS}, training=True))"},
    ),
    "accuracy at one half": ("gan", {"threshold=0.0": "threshold=0.5"}),
    "G skips every second step": ("gan", {G_STEP: f"{G_STEP} if self.step % 2 == 0 else d_logs"}),
    "the last batch left out": (
        "fitting",
        {"while gan.position < len(images)": "while gan.position + batch_size <= len(images)"},
    ),
    "always the same order": (
        "fitting",
        {"gan.random.permutation(len(images))": "__import__('numpy').arange(len(images))"},
    ),
}


@pytest.fixture(scope="module")
def kills():
    table = {}
    yield table
    print("\n\n| mutant | caught by |\n| --- | --- |")
    print("\n".join(f"| {name} | `{test}` |" for name, test in table.items()))


def run(folder, changes=None):
    """The suite in a copy of the project, stopped at the first failure."""
    for name in ("gan_utils", "gan_course", "tests", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, folder)
    if changes:
        file, replacements = changes
        path = folder / "gan_utils" / f"{file}.py"
        text = path.read_text(encoding="utf-8")
        for old, new in replacements.items():
            assert old in text, f"the code has changed, and the mutant must: {old}"
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *SUITE]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)


def test_the_code_as_it_is_passes(tmp_path):
    result = run(tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name, tmp_path, kills):
    result = run(tmp_path, MUTANTS[name])
    assert result.returncode == 1, f"{name} was not caught:\n{result.stdout}{result.stderr}"
    failed = [line.split(" - ")[0] for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert failed and "NameError" not in result.stdout and "SyntaxError" not in result.stdout, result.stdout
    kills[name] = failed[0].removeprefix("FAILED tests/library/")
