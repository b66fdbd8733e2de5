"""The contracts on the other backends: JAX compiles pure functions, PyTorch compiles nothing."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SUITE = [f"tests/library/test_{name}.py" for name in ("contracts", "gradients", "own_losses")]


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_contracts_hold(backend):
    if not importlib.util.find_spec(backend):
        pytest.skip(f"{backend} is not installed: pip install {backend}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITE]
    environment = os.environ | {"KERAS_BACKEND": backend}
    root = Path(__file__).parents[2]
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.fullmatch(r"\d\d passed in .*", result.stdout.splitlines()[-1]), "none skipped, none forgotten"
