"""The house of gan_utils stays as small and as tidy as it was planned."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gan_utils"
FILES = sorted(PACKAGE.glob("*.py"))
ORDER = ["mnist", "data", "networks", "losses", "contracts", "callbacks", "fitting", "saving", "gan"]
ORDER += ["quality", "plots", "__init__", "__main__"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_short_and_pure_keras(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert not re.search(r"^\s*(import|from) (tensorflow|jax|torch)\b", text, re.MULTILINE)


def test_imports_run_one_way():
    assert sorted(ORDER) == sorted(path.stem for path in FILES)
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        rooms = re.findall(r"^from gan_utils\.(\w+) import", text, re.MULTILINE)
        rooms += re.findall(r"^from gan_utils import (\w+)$", text, re.MULTILINE)
        for room in rooms:
            assert ORDER.index(room) < ORDER.index(path.stem), f"{path.stem} imports {room}"


def test_importing_is_quiet():
    code = "import gan_utils, keras; keras.ops.ones(3)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("module", "version", "said"),
    [
        ("keras", "3.7.0", "gan_utils needs Keras 3.8 or newer; this is 3.7.0: pip install --upgrade keras"),
        ("tensorflow", "2.17.1", "gan_utils needs TensorFlow 2.18 or newer; this is 2.17.1"),
    ],
)
def test_an_old_version_is_refused_in_one_line(module, version, said):
    code = f"import keras, tensorflow; {module}.__version__ = {version!r}; import gan_utils"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert result.returncode == 1
    assert f"ImportError: {said}" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "marked"),
    [
        ({}, 0),
        ({"GAN_UTILS_DATA": "nowhere"}, 1),
        ({"KERAS_BACKEND": "numpy", "KERAS_HOME": f"{__file__}/x"}, 2),
    ],
)
def test_the_doctor_says_what_is_wrong(variables, marked):
    result = subprocess.run(
        [sys.executable, "-m", "gan_utils", "doctor"],
        env=os.environ | variables, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode == min(marked, 1), result.stdout + result.stderr
    assert result.stdout.count("\n              !  ") == marked
    for word in ("Python", "keras", "backend", "devices", "cores", "memory", "disk", "data"):
        assert word in result.stdout
    assert ("All is well" in result.stdout) == (marked == 0)
