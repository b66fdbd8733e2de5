"""What Keras is told by the environment and by its file keras.json, where that does not serve us.

It is asked before Keras can be imported, and so does not import it at the top.
"""

import importlib.util
import json
import os
import sys

from gan_utils._support.downloads import keras_folder

BACKENDS = ("tensorflow", "jax", "torch")
CHANNELS_LAST = {"data_format": "channels_last"}  # our images are so, whatever keras.json says
chosen = []  # why another backend was taken than the one named, if one was


def choose_backend():
    """Take a backend that is installed, if the one that Keras would take is not; KERAS_BACKEND has its way.

    Keras writes "tensorflow" into keras.json by itself, so that nobody need have meant it.
    """
    named, by = _named_backend()
    installed = [backend for backend in BACKENDS if _is_installed(backend)]
    if "keras" in sys.modules or by == "KERAS_BACKEND" or named not in BACKENDS or named in installed:
        return
    if installed:
        os.environ["KERAS_BACKEND"] = installed[0]
        chosen.append(f"because {named}, which {by} names, is not installed")


def why_this_backend():
    """Whose choice Keras's backend is, for the doctor."""
    return chosen[0] if chosen else f"which {_named_backend()[1]} names"


def why_keras_does_not_start(error):
    """One line for the exception that `import keras` raised: what is to blame, and what serves."""
    if getattr(error, "name", None) == "keras":
        return "Keras is not installed: pip install keras tensorflow"
    file = keras_folder() / "keras.json"
    backend, by = _named_backend()
    if not any(map(_is_installed, BACKENDS)):
        return (
            "No backend of Keras is installed: pip install tensorflow; or pip install jax, or torch, "
            "and set KERAS_BACKEND to its name"
        )
    if isinstance(error, ImportError) or backend not in BACKENDS:
        return (
            f"backend: {backend!r}, which {by} names, cannot be imported ({_first_line(error)}); "
            f"what serves is one of {', '.join(BACKENDS)}, where it is installed: "
            f"pip install {backend if backend in BACKENDS else 'tensorflow'}"
        )
    return f"{file} does not serve ({type(error).__name__}: {_first_line(error)}): mend it, or delete it"


def wrong_settings():
    """Yield (what, what was found, why it does not serve and what does), for the doctor."""
    import keras

    file = keras_folder() / "keras.json"
    if file.is_file() and _read(file) is None:
        yield "keras.json", str(file), "cannot be read, and is passed over: mend it, or delete it"
    if keras.config.floatx() in ("float16", "bfloat16"):
        yield "floatx", keras.config.floatx(), f"too coarse for weights: write float32 in {file}"
    if keras.config.image_data_format() != "channels_last":
        yield (
            "image format",
            keras.config.image_data_format(),
            f"layers of your own would take an image's rows for its channels: write channels_last in {file}",
        )
    if os.environ.get("TF_USE_LEGACY_KERAS", "").lower() in ("1", "true"):
        yield (
            "tf.keras",
            "TF_USE_LEGACY_KERAS",
            "makes it Keras 2, whose networks do not serve here: unset it",
        )


def check_backend():
    """Raise ValueError unless Keras's backend can train."""
    import keras

    if keras.backend.backend() not in BACKENDS:
        raise ValueError(
            f"Keras's backend {keras.backend.backend()!r} cannot train: set KERAS_BACKEND to one of "
            f"{', '.join(BACKENDS)}, and start anew"
        )


def _named_backend():
    """The backend that Keras will take, and who names it."""
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    file = keras_folder() / "keras.json"
    settings = _read(file) or {}
    return settings.get("backend", "tensorflow"), str(file) if "backend" in settings else "Keras"


def _is_installed(backend):
    spec = importlib.util.find_spec(backend)
    return spec is not None and spec.origin is not None  # a folder that pip left behind has none


def _read(file):
    """What keras.json says; None where it is not there or not what Keras writes."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return settings if isinstance(settings, dict) else None


def _first_line(error):
    return str(error).strip().split("\n")[0]
