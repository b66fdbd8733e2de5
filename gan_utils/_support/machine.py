"""What the machine has, for the doctor: cores, memory, devices, and a GPU that the backend may not see."""

import os
import subprocess
from pathlib import Path

import keras

CURES = {
    "tensorflow": 'pip install "tensorflow[and-cuda]"',
    "jax": 'pip install "jax[cuda12]"',
    "torch": "take the wheel for CUDA, as https://pytorch.org/get-started/locally has it",
}


def cores():
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def memory():
    """GiB that this machine has; None where it does not say, as on Windows."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (AttributeError, ValueError, OSError):
        return None


def writable(folder):
    """Where the folder is; what is wrong if nothing can be written there."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if existing.is_dir() and os.access(existing, os.W_OK):
        return str(folder), None
    return str(folder), "cannot be written, so no download is kept: name another folder in KERAS_HOME"


def devices():
    """What the backend computes on, as "gpu:0" or "cpu:0"; what is wrong with it, or None."""
    try:
        if keras.backend.backend() == "torch":  # which Keras cannot ask
            return str(keras.ops.zeros(1).device), None
        return ", ".join(keras.distribution.list_devices()), None
    except (AttributeError, NotImplementedError):
        return "unknown", None
    except (RuntimeError, AssertionError) as error:  # JAX_PLATFORMS names what is not there
        asked = f"JAX_PLATFORMS={os.environ.get('JAX_PLATFORMS', '')} names what is not there: unset it"
        return "none", str(error).strip().split("\n")[0] or asked


def gpus(computes_on):
    """Yield (what, its name, what to do if the backend computes on the processor all the same, or None)."""
    names = _nvidia_gpus()
    if not names:
        return
    backend = keras.backend.backend()
    unused = computes_on.startswith("cpu") and backend in CURES
    yield "GPU", ", ".join(names), f"{backend} does not use it: {_cure(backend)}" if unused else None


def _nvidia_gpus():
    """The names of the GPUs that NVIDIA's driver knows."""
    try:
        asked = ["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"]
        said = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True).stdout
        if names := [line.strip() for line in said.splitlines() if line.strip()]:
            return names
    except (OSError, subprocess.SubprocessError):  # it is not there, or knows of no driver
        pass
    lines = [
        line.partition(":")
        for file in Path("/proc/driver/nvidia/gpus").glob("*/information")
        for line in file.read_text().splitlines()
    ]
    names = [value.strip() for name, _, value in lines if name == "Model"]
    return names or ["NVIDIA"] * Path("/dev/nvidia0").exists()


def _cure(backend):
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return "CUDA_VISIBLE_DEVICES hides it, unset it"
    platforms = os.environ.get("JAX_PLATFORMS", "")
    if backend == "jax" and platforms and not {"cuda", "gpu"} & set(platforms.split(",")):
        return f"JAX_PLATFORMS={platforms} leaves it out, unset it"
    if os.name == "nt" and backend != "torch":
        return f"on Windows it does so in WSL2 only; there {CURES[backend]}"
    return f"{CURES[backend]}; if that is there already, NVIDIA's driver is too old for it"
