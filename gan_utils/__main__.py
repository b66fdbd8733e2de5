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

from gan_utils._support.downloads import keras_folder
from gan_utils._support.settings import BACKENDS, wrong_settings
from gan_utils.data import load_images

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
    yield "backend", f"{backend} {_version(backend)[0]}", known
    yield from wrong_settings()
    yield "devices", *_devices()
    slow = os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0" and backend == "tensorflow"
    yield "cores", str(_cores()), "TF_ENABLE_ONEDNN_OPTS=0 makes training slower: unset it" if slow else None
    yield "memory", *_enough(_memory(), LEAST_MEMORY, "close other programs and notebooks")
    for what, folder in (("here", Path.cwd()), ("temporary", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free / 2**30
        yield f"disk, {what}", *_enough(free, LEAST_DISK, f"make room where {folder} is")
    yield "Keras's folder", *_writable(keras_folder())
    yield "data", *_data()


def _version(name):
    try:
        return importlib.metadata.version(name), None
    except importlib.metadata.PackageNotFoundError:
        return "missing", "make environment, or pip install -e '.[notebooks]', installs it"


def _devices():
    try:
        return ", ".join(keras.distribution.list_devices()), None
    except (AttributeError, NotImplementedError):  # a backend that Keras cannot ask
        return "unknown", None


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _memory():
    """GiB that this machine has; None where it does not say, as on Windows."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def _enough(gib, least, cure):
    if gib is None:
        return "unknown", None
    return f"{gib:.1f} GiB", None if gib >= least else f"less than {least:g} GiB: {cure}"


def _writable(folder):
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return str(folder), None
    return str(folder), "cannot be written, so no download is kept: name another folder in KERAS_HOME"


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
