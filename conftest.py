"""The notebooks as tests: how nbval starts their kernels, and which stored outputs it compares.

It stands here, not in tests/, so that `pytest notebooks` runs under the same rules as `pytest`.
"""

import importlib.util
import os
import tempfile
from pathlib import Path
from unittest import mock

import pytest

try:
    from nbval.plugin import IPyNbCell

    from tools.kernels import kernel_environment
except ImportError:  # where a package is tested and no notebook, as on a GPU's image, Jupyter may be missing
    IPyNbCell = ()  # nothing is one

    def pytest_addoption(parser):  # those in pyproject.toml
        for option in ("--nbval-lax", "--nbval-current-env"):
            parser.addoption(option, action="store_true")
        parser.addoption("--nbval-cell-timeout")


ROOT = Path(__file__).resolve().parent
GUARD = ROOT / "tests" / "guard"
DATA = os.environ.get("GAN_UTILS_DATA")
DECLARED = "tensorflow" if importlib.util.find_spec("tensorflow") else "another backend"
BACKEND = os.environ.get("KERAS_BACKEND") or DECLARED
# What is stored comes from the embedded digits and from TensorFlow: tag of the texts that differ elsewhere.
ELSEWHERE = {
    tag: where
    for tag, where, differs in (
        ("data-output", "GAN_UTILS_DATA", DATA),
        ("backend-output", BACKEND, BACKEND != "tensorflow"),
    )
    if differs
}

scratch = pytest.StashKey[tempfile.TemporaryDirectory]()
counts = pytest.StashKey[dict]()


def pytest_configure(config):
    config.stash[scratch] = tempfile.TemporaryDirectory(prefix="gan_notebooks_")
    config.stash[counts] = {"compared": 0, "only run": 0}


def pytest_unconfigure(config):
    config.stash[scratch].cleanup()


def pytest_collection_modifyitems(items):
    for item in items:
        if isinstance(item, IPyNbCell) and ELSEWHERE.keys() & item.cell.metadata.get("tags", []):
            item.options["check"] = False


def guarded_environment(config):
    """What a kernel starts with: the same data on every machine, and the guard."""
    folder, shared = Path(config.stash[scratch].name), ROOT.parent / "shared"
    variables = kernel_environment(folder / "keras", embedded=not DATA)
    if DATA and Path(variables["GAN_UTILS_DATA"]).is_relative_to(shared):
        shared = folder / "nothing"
    return variables | {
        "PYTHONPATH": os.pathsep.join(filter(None, [str(GUARD), os.environ.get("PYTHONPATH")])),
        "NOTEBOOK_GUARD_REFUSALS": str(folder / "refusals"),
        "NOTEBOOK_GUARD_FOLDER": str(shared),
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    if not isinstance(item, IPyNbCell):
        return (yield)
    with mock.patch.dict(os.environ, guarded_environment(item.config)):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    if not isinstance(item, IPyNbCell):
        return (yield)
    refusals = Path(item.config.stash[scratch].name, "refusals")
    try:
        result = yield
    finally:
        if refusals.exists():
            refused = refusals.read_text()
            refusals.unlink()
            item.raise_cell_error("Cell reached for what its readers do not have", refused)
    if item.parent.timed_out:  # nbval interrupts such a cell; one that stops politely would pass
        item.raise_cell_error(f"Timeout of {item.config.option.nbval_cell_timeout:g} seconds exceeded")
    compared = item.options["check"] and item.cell.outputs
    item.config.stash[counts]["compared" if compared else "only run"] += 1
    return result


def pytest_terminal_summary(terminalreporter, config):
    if sum(config.stash[counts].values()):
        told = ", ".join(f"{count} {what}" for what, count in config.stash[counts].items())
        elsewhere = f" (on {', '.join(ELSEWHERE.values())})" if ELSEWHERE else ""
        terminalreporter.write_line(f"Notebook cells: {told}{elsewhere}")
