"""The contracts once more on JAX, which compiles pure functions and would bake in what it is not handed."""

import os
import re
import subprocess
import sys
from pathlib import Path

SUITE = ["tests/test_contracts.py", "tests/test_gradients.py"]


def test_contracts_hold_on_jax():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITE]
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    root = Path(__file__).parents[1]
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=900)
    assert result.returncode == 0, result.stdout + result.stderr
    assert re.fullmatch(r"\d\d passed in .*", result.stdout.splitlines()[-1]), "none skipped, none forgotten"
