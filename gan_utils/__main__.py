"""`python -m gan_utils doctor`: what the notebooks will find on this machine, and what is wrong with it."""

import contextlib
import importlib.metadata
import io
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import keras

from gan_utils._support import machine
from gan_utils._support.downloads import keras_folder
from gan_utils._support.settings import BACKENDS, why_this_backend, wrong_settings
from gan_utils.data import load_images

MISSED_BY = dict.fromkeys(("ipykernel", "jupyterlab"), "the notebooks need it, training does not")
LEAST_DISK, LEAST_MEMORY = 0.5, 2.0  # GiB; a notebook's kernel holds about one


def examine() -> Iterator[tuple[str, str, str | None]]:
    """Yield (what, what was found, what is wrong and what to do, or None), a line of the report each."""
    python = platform.python_version()
    supported = (3, 11) <= sys.version_info[:2] <= (3, 13)
    yield "Python", python, None if supported else "3.11 to 3.13 are tested: TensorFlow has wheels for these"
    for name in ("keras", "numpy", "matplotlib", "imageio", "ipykernel", "jupyterlab"):
        yield name, *_version(name)
    backend = keras.backend.backend()
    known = None if backend in BACKENDS else f"not tested: set KERAS_BACKEND to one of {', '.join(BACKENDS)}"
    yield "backend", f"{backend} {_version(backend)[0]}, {why_this_backend()}", known
    yield from wrong_settings()
    computes_on = machine.devices()
    yield "devices", *computes_on
    yield from machine.gpus(computes_on[0])
    slow = os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0" and backend == "tensorflow"
    cure = "TF_ENABLE_ONEDNN_OPTS=0 makes training slower: unset it" if slow else None
    yield "cores", str(machine.cores()), cure
    yield "memory", *_enough(machine.memory(), LEAST_MEMORY, "close other programs and notebooks")
    for what, folder in (("here", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free / 2**30
        yield f"disk, {what}", *_enough(free, LEAST_DISK, f"make room where {folder} is")
    yield "Keras's folder", *machine.writable(keras_folder())
    yield "data", *_data()


def _version(name):
    try:
        return importlib.metadata.version(name), None
    except importlib.metadata.PackageNotFoundError:
        missed_by = MISSED_BY.get(name, "training needs it")
        return "missing", f"make environment, or pip install {name}: {missed_by}"


def _enough(gib, least, cure):
    if gib is None:
        return "unknown", None
    return f"{gib:.1f} GiB", None if gib >= least else f"less than {least:g} GiB: {cure}"


def _data():
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the line that says which data it took
            dataset = load_images()
    except ValueError as error:
        return "none", str(error)
    return f"{dataset.name}, {len(dataset.images):,} images", None


def main(arguments: Sequence[str]) -> int:
    if arguments != ["doctor"]:
        print("usage: python -m gan_utils doctor", file=sys.stderr)
        return 2
    problems = 0
    for what, found, problem in examine():
        print(f"{what:>15}  {found}" + (f"\n{'!':>15}  {problem}" if problem else ""))
        problems += problem is not None
    print(f"\n{problems} to mend, marked !" if problems else "\nAll is well.")
    return min(problems, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
