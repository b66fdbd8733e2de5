"""The contracts on the other backends: JAX compiles pure functions, PyTorch compiles nothing."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("contracts", "gradients", "own_losses", "conditional", "steps_per_execution")
SUITE = [f"tests/library/test_{room}.py" for room in ROOMS]
# Who trains whom, by which gradient, in the loop and in the compiled step.
FIRST = "step_moves or gradient and not own_losses or test_it_is_the_same_training_as_the_loop and 17"
# The DCGAN adds convolutions to what the MLP's contracts hold: one training of it shows that they serve. What
# is about arguments and callbacks alone no backend sees.
ALL = (
    "not dcgan and not conditional and not steps_per_execution or reported_numbers or step_trains or go_on "
    "or same_training or fault_in_it"
)


@pytest.mark.parametrize(
    "chosen", [FIRST, pytest.param(ALL, marks=pytest.mark.slow)], ids=["the first", "all"]
)
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_contracts_hold(backend, chosen):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    slow = "not slow" if chosen == FIRST else ""  # of what is chosen, the slow ones too
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITE]
    command += ["-k", chosen, "-m", slow]
    environment = os.environ | {"KERAS_BACKEND": backend}
    root = Path(__file__).parents[2]
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=1800)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.match(r"\d+ passed, \d+ deselected in ", result.stdout.splitlines()[-1]), (
        "none skipped, none forgotten"
    )
