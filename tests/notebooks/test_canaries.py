"""The gate over the notebooks is shown to go red: broken notebooks, each refused for the right reason.

Here those that nbval and conftest.py must catch, each run by a pytest of its own with the repository's
options; test_notebook_rules.py has those that can be seen without running them.
"""

import os
import subprocess
import sys
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
    said: str  # by pytest
    status: int = 1
    stored: str | None = None  # what the notebook says that the cell printed, compared if given
    tags: tuple = ()
    cell_seconds: int = 300
    data: str | None = None  # GAN_UTILS_DATA


CANARIES = {
    "good": Canary(LOOPBACK, "Notebook cells: 1 compared, 2 only run", status=0),
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
        "Notebook cells: 1 compared, 2 only run (on GAN_UTILS_DATA)",
        status=0,
        stored="2\n",
        tags=("data-output",),
        data="elsewhere",
    ),
}


def run_gate(canary, path):
    """Run pytest, as the repository would, on a notebook with this cell and a good one on either side."""
    checked = canary.stored is not None
    tags = [*canary.tags, "nbval-check-output"] if checked else []
    stored = prints(canary.stored) if checked else []
    notebook = make_notebook((canary.source, {"tags": tags}, stored), ("print('still here')", {}, []))
    nbformat.write(notebook, path)
    # conftest.py is found by itself only for notebooks that lie in the repository.
    options = ["-c", "pyproject.toml", "-p", "conftest", "-p", "no:cacheprovider", "--color=no"]
    options.append(f"--nbval-cell-timeout={canary.cell_seconds}")
    environment = {key: value for key, value in os.environ.items() if key != "GAN_UTILS_DATA"}
    if canary.data:
        environment["GAN_UTILS_DATA"] = canary.data
    command = [sys.executable, "-m", "pytest", *options, str(path)]
    return subprocess.run(command, cwd=rules.REPOSITORY, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every canary's run by name, two at a time."""
    folder = tmp_path_factory.mktemp("canaries")
    paths = [folder / f"{name.replace(' ', '_')}.ipynb" for name in CANARIES]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CANARIES, pool.map(run_gate, CANARIES.values(), paths), strict=True))


@pytest.mark.parametrize("name", CANARIES)
def test_canary(name, runs):
    run = runs[name]
    assert CANARIES[name].said in run.stdout, run.stdout + run.stderr
    assert run.returncode == CANARIES[name].status, run.stdout
