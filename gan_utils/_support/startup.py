"""Imports Keras and its backend quietly, and refuses versions that are too old."""

import contextlib
import logging
import os
import sys

from gan_utils._support.settings import choose_backend, why_keras_does_not_start


@contextlib.contextmanager
def _quiet_start():
    # TensorFlow's C++ start-up lines go straight to file descriptor 2, past sys.stderr, and Jupyter stores
    # them in the notebook. Turning off what they announce (oneDNN) would slow training by half. Level 3, for
    # at 2 the first convolutional step prints an error of the graph optimizer that costs nothing; errors that
    # matter arrive as Python exceptions.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    with open(os.devnull, "w") as null:
        os.dup2(null.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


choose_backend()
with _quiet_start():
    try:
        import keras
    except Exception as error:  # an ImportError of the backend's, or what Keras makes of its keras.json
        problem = why_keras_does_not_start(error)
        # This runs before `python -m gan_utils doctor`, which would not get to speak.
        doctor = sys.orig_argv[-3:] == ["-m", "gan_utils", "doctor"]
        raise (SystemExit(problem) if doctor else ImportError(problem)) from None

    # The first operation starts TensorFlow's device, which has lines of its own; Keras 2 has none, and is
    # refused below. JAX must not start yet: keras.distribution.initialize, which joins hosts, comes before.
    if hasattr(keras, "ops") and keras.backend.backend() == "tensorflow":
        keras.ops.zeros(1)

# TensorFlow warns of each model that is traced anew, and a notebook of many small networks traces many.
logging.getLogger("tensorflow").setLevel(logging.ERROR)

_installed = {"Keras": keras.__version__}
if keras.backend.backend() == "tensorflow":
    _installed["TensorFlow"] = sys.modules["tensorflow"].__version__
for _name, _version in _installed.items():
    _oldest = {"Keras": (3, 8), "TensorFlow": (2, 18)}[_name]
    if tuple(int(part) for part in _version.split(".")[:2]) < _oldest:
        raise ImportError(
            f"gan_utils needs {_name} {_oldest[0]}.{_oldest[1]} or newer; this is {_version}: "
            f"pip install --upgrade {_name.lower()}"
        )
