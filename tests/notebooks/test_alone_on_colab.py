"""One notebook alone in an empty folder, where TensorFlow and Jupyter are and this project is not: Colab.

The first cell installs the project, here from a wheel in place of the address. What was there must stay as it
was, and every cell must run. The versions are those that Colab had of late: colab.txt.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.test_lock import build_wheel
from tools import facts
from tools.series import find_notebooks
from tools.setup import environment

# TensorFlow 2.20 says at any level of its log that one rewriting of a graph was not done; it costs nothing.
NO_HARM = re.compile("WARNING: All log messages before absl|E0000 .*meta_optimizer.*remapper failed")


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The folder of an environment like Colab's, and a wheel of this project."""
    folder = tmp_path_factory.mktemp("colab")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    venv = Path(environment.interpreter(str(folder / "venv")))
    command = [venv, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    done = subprocess.run(
        [*command, "-r", Path(__file__).with_name("colab.txt")],
        capture_output=True,
        text=True,
        timeout=1200,
    )
    if done.returncode:
        pytest.fail(environment.explain(done.stderr.splitlines(), "pip install"), pytrace=False)
    return venv, build_wheel(folder)


def outside(home):
    """The environment variables of somebody who has no checkout of ours, and no network."""
    ours = re.compile("PYTHON|JUPYTER|VIRTUAL_ENV|KERAS|GAN_UTILS|NOTEBOOK_GUARD")
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "PIP_NO_INDEX": "1"}


@pytest.mark.slow
@pytest.mark.parametrize("path", find_notebooks(), ids=lambda path: path.stem)
def test_a_notebook_alone_on_colab_runs_through(path, colab, tmp_path):
    venv, wheel = colab
    pip = [venv, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "uninstall", "--quiet", "--yes", "gan-notebooks"], check=True, capture_output=True)
    before = subprocess.check_output([*pip, "freeze"], text=True).splitlines()

    text = path.read_text(encoding="utf-8")
    assert text.count(facts.install()) == 1
    text = text.replace(facts.install(), json.dumps(f"%pip install --quiet {wheel.as_uri()}")[1:-1])
    alone, home = tmp_path / "alone" / path.name, tmp_path / "home"
    alone.parent.mkdir()
    home.mkdir()
    alone.write_text(text, encoding="utf-8")
    execute = "from nbclient.cli import main; main()"  # what `jupyter execute` starts
    command = [venv, "-c", execute, "--timeout=900", "--inplace", alone.name]
    done = subprocess.run(command, cwd=alone.parent, env=outside(home), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]

    cells = json.loads(alone.read_text(encoding="utf-8"))["cells"]
    cells = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    said = [output["text"] for cell in cells for output in cell["outputs"] if output.get("name") == "stderr"]
    said = [line for text in said for line in "".join(text).splitlines()]
    assert [line for line in said if not NO_HARM.match(line)] == []
    after = subprocess.check_output([*pip, "freeze"], text=True).splitlines()
    assert [line.partition(" @ ")[0] for line in after if line not in before] == ["gan-notebooks"]
    assert set(before) < set(after)
