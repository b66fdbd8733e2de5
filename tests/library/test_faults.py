"""Is the suite able to go red? faults.py holds faults in training, of which the tests must catch every one.

Takes minutes: `make test-slow`. What caught each is printed at the end.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.library.faults import FAULTS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SUITE = [f"tests/library/test_{name}.py" for name in ("gradients", "contracts", "gan")]


def run(fault, suite=SUITE, backend=None):
    """The suite on GANs with this fault, stopped at the first failure."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.library.faults",
    ]
    environment = os.environ | {"FAULT": fault, "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"KERAS_BACKEND": backend} if backend else {}
    return subprocess.run(
        [*command, *suite], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900
    )


def test_without_a_fault_all_is_green():
    result = run("")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(fault, record_property):
    result = run(fault)
    assert result.returncode == 1, f"{fault} was not caught:\n{result.stdout}{result.stderr}"
    failed = [line.split(" - ")[0] for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert failed and "NameError" not in result.stdout, result.stdout
    record_property(fault, f"caught by {failed[0].removeprefix('FAILED tests/library/')}")


COMPILED = ["tests/library/test_gan.py", "-k", "hand_written_loop and compiled"]
# What the loop alone runs: `train_on_batch` of the GAN or of a model; and a number that no hand has computed.
IN_THE_LOOP_ALONE = {
    "g_trains_in_step_of_d",
    "primed_then_frozen",
    "d_never_trains",
    "g_skips_every_second_step",
    "last_batch_left_out",
    "accuracy_at_one_half",
    "average_trains",
    "average_starts_at_zero",
}


@pytest.fixture(params=["tensorflow", "jax"])
def compiler(request):
    """A backend that compiles the step."""
    if not importlib.util.find_spec(request.param):
        pytest.skip(f"{request.param} is not installed")
    return request.param


def test_without_a_fault_the_compiled_step_is_green(compiler):
    assert run("", COMPILED, compiler).returncode == 0


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - IN_THE_LOOP_ALONE))
def test_a_fault_in_the_compiled_step_is_caught(fault, compiler):
    result = run(fault, COMPILED, compiler)
    assert result.returncode == 1, f"{fault} was not caught:\n{result.stdout}{result.stderr}"
    assert "FAILED" in result.stdout and "NameError" not in result.stdout, result.stdout
