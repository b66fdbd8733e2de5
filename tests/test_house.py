"""The house of gan_utils stays as small and as tidy as it was planned."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gan_utils"
FILES = sorted(PACKAGE.rglob("*.py"))
LINES = """
mnist surroundings remedies data probing pairs networks losses
remembering watching scoring learning recipes contracts
callbacks fitting saving gan conditional quality fonts plots guess quiz
check.running check.cases check.verdict
check.discriminator check.forger check.generator check.conditional check.recipe check.losses check.saddle
check.training check.game check.turn check.walk check.reading check.dcgan check
widgets __init__ __main__
"""
ORDER = LINES.split()


def room(path):
    """The name of a file as an import has it, as check.losses."""
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", FILES, ids=room)
def test_files_are_short_and_pure_keras(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    assert not re.search(r"^\s*(import|from) (tensorflow|jax|torch)\b", text, re.MULTILINE)


def test_imports_run_one_way():
    assert sorted(ORDER) == sorted(map(room, FILES))
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        imported = re.findall(r"^from gan_utils\.([\w.]+) import", text, re.MULTILINE)
        imported += re.findall(r"^from gan_utils import (\w+)(?:  #.*)?$", text, re.MULTILINE)
        for name in imported:
            assert ORDER.index(name) < ORDER.index(room(path)), f"{room(path)} imports {name}"


def test_importing_is_quiet():
    code = "import gan_utils, keras; keras.ops.ones(3)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("module", "version", "said"),
    [
        ("keras", "3.7.0", "gan_utils needs Keras 3.8 or newer; this is 3.7.0: pip install --upgrade keras"),
        ("keras", "2.15.0", "gan_utils needs Keras 3.8 or newer; this is 2.15.0"),
        ("tensorflow", "2.17.1", "gan_utils needs TensorFlow 2.18 or newer; this is 2.17.1"),
    ],
)
def test_an_old_version_is_refused_in_one_line(module, version, said):
    code = f"import keras, tensorflow; {module}.__version__ = {version!r}; "
    code += "del keras.ops; import gan_utils" if version.startswith("2.15") else "import gan_utils"  # Keras 2
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
