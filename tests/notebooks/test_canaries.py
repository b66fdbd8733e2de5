"""The gate over the notebooks is shown to go red: broken notebooks, each refused for the right reason.

Here those that nbval and conftest.py must catch, each run by a pytest of its own with the repository's
options; test_notebook_rules.py has those that can be seen without running them.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import nbformat
import pytest

from tests.notebooks import notebook_rules as rules
from tests.notebooks.canary import make_notebook, prints

LOOPBACK = """
import socket
with socket.create_server(("localhost", 0)) as server:
    socket.create_connection(server.getsockname()).close()
"""
IN_SECRET = """
try:
    import socket
    socket.create_connection(("example.invalid", 80))
except OSError:
    pass
"""
STOPS_POLITELY = """
import time
try:
    time.sleep(60)
except KeyboardInterrupt:  # as a training loop may, to keep what was trained
    print("stopped")
"""
SHARED = rules.REPOSITORY.parent / "shared" / "data.npz"


class Canary(NamedTuple):
    source: str
    said: str  # by pytest, of the cells that fail; "" where none does
    stored: str | None = None  # what the notebook says that the cell printed, compared if given
    tags: tuple = ()
    cell_seconds: int = 300
    variables: tuple = ()  # of the environment, (name, value)


CANARIES = {
    "good": Canary(LOOPBACK, ""),
    "wrong output": Canary("print(1)", "Cell outputs differ", stored="2\n"),
    "raises": Canary("assert 1 == 2, 'no'", "Cell execution caused an exception"),
    "over its time": Canary("import time; time.sleep(60)", "Timeout of 3 seconds exceeded", cell_seconds=3),
    "stops politely": Canary(STOPS_POLITELY, "Timeout of 3 seconds exceeded", cell_seconds=3),
    "kernel dies": Canary("import os; os._exit(1)", "Timeout of 3 seconds exceeded", cell_seconds=3),
    "connects": Canary(
        "import socket; socket.socket().connect(('192.0.2.1', 9))",
        "Traceback:\nsocket.connect ('192.0.2.1', 9)",
    ),
    "connects in secret": Canary(IN_SECRET, "Traceback:\nsocket.getaddrinfo 'example.invalid'"),
    "needs shared": Canary(f"open({str(SHARED)!r})", "Cell reached for what its readers do not have"),
    "other digits": Canary("print(1)", "Cell outputs differ", stored="2\n", tags=("data-output",)),
    "other data": Canary(
        "print(1)",
        "",
        stored="2\n",
        tags=("data-output",),
        variables=(("GAN_UTILS_DATA", "elsewhere"),),
    ),
    "TensorFlow": Canary("print(1)", "Cell outputs differ", stored="2\n", tags=("backend-output",)),
    "other backend": Canary(
        "print(1)",
        "",
        stored="2\n",
        tags=("backend-output",),
        variables=(("KERAS_BACKEND", "jax"),),
    ),
}


COUNTED = {
    "good": "8 compared, 9 only run",
    "other data": "1 compared, 2 only run (on GAN_UTILS_DATA)",
    "other backend": "1 compared, 2 only run (on jax)",
}


def write(canary, path):
    """Write a notebook with this cell and a good one on either side."""
    checked = canary.stored is not None
    tags = [*canary.tags, "nbval-check-output"] if checked else []
    stored = prints(canary.stored) if checked else []
    notebook = make_notebook((canary.source, {"tags": tags}, stored), ("print('still here')", {}, []))
    nbformat.write(notebook, path)


def run_gate(folder, cell_seconds, variables):
    """Run pytest, as the repository would, on the notebooks of a folder: what it prints, and its verdicts."""
    # conftest.py is found by itself only for notebooks that lie in the repository.
    options = ["-c", "pyproject.toml", "-p", "conftest", "-p", "no:cacheprovider", "--color=no"]
    options += [f"--nbval-cell-timeout={cell_seconds}", f"--junitxml={folder / 'verdicts.xml'}"]
    elsewhere = "GAN_UTILS_DATA", "KERAS_BACKEND"
    environment = {key: value for key, value in os.environ.items() if key not in elsewhere} | dict(variables)
    command = [sys.executable, "-m", "pytest", *options, str(folder)]
    run = subprocess.run(command, cwd=rules.REPOSITORY, env=environment, capture_output=True, text=True)
    return run.stdout, ET.parse(folder / "verdicts.xml").getroot()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What pytest says of each canary, by name: those with the same options in one run, two at a time."""
    together = {}
    for name, canary in CANARIES.items():
        together.setdefault((canary.cell_seconds, canary.variables), []).append(name)
    folders = [tmp_path_factory.mktemp("canaries") for _ in together]
    for folder, names in zip(folders, together.values(), strict=True):
        for name in names:
            write(CANARIES[name], folder / f"{name.replace(' ', '_')}.ipynb")
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(run_gate, folders, *zip(*together, strict=True)))
    return {name: run for names, run in zip(together.values(), done, strict=True) for name in names}


@pytest.mark.parametrize("name", CANARIES)
def test_canary(name, runs):
    printed, verdicts = runs[name]
    file = f"{name.replace(' ', '_')}.ipynb"
    cells = [
        case for case in verdicts.iter("testcase") if file in f"{case.get('file')}{case.get('classname')}"
    ]
    said = [f"{failure.get('message')}\n{failure.text}" for case in cells for failure in case]
    assert len(cells) == 3 and bool(said) == bool(CANARIES[name].said), printed
    assert CANARIES[name].said in "\n".join(said), printed


@pytest.mark.parametrize(("name", "counts"), COUNTED.items())
def test_cells_are_counted(name, counts, runs):
    assert f"Notebook cells: {counts}\n" in runs[name][0], runs[name][0]
