"""What a step costs where the arithmetic is nearly free: on a GPU, with JAX or PyTorch; no TensorFlow needed.

    KERAS_BACKEND=jax python benchmarks/gpu.py [--batches 64 512] [--calls 20] [--out FILE.json]

Per network and batch size: our loop, and many steps in a call (`steps_per_execution`); on JAX a hand-written
fused step, and a scan of many; on PyTorch the same step, eager. Under four minutes. The images
are random numbers: what they show costs nothing. `make bench` runs it on the CPU.
"""

import argparse
import json
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
import step_times


def device():
    backend = keras.backend.backend()
    versions = f"Keras {keras.__version__}, {backend} {metadata.version(backend)}"
    if backend == "jax":
        import jax

        return f"{versions}, {jax.devices()[0].device_kind}"
    if backend == "torch":
        import torch

        return f"{versions}, {torch.cuda.get_device_name() if torch.cuda.is_available() else 'cpu'}"
    return f"{versions}, cpu"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 512])
    parser.add_argument("--calls", type=int, nargs="+", default=[20])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each way")
    parser.add_argument("--out", type=Path, help="a .json for all figures")
    asked = parser.parse_args()
    most = max(asked.calls) * max(asked.batches)
    images = np.random.default_rng(0).uniform(size=(most, 28, 28, 1)).astype("float32")
    print(device())
    rows = [
        row
        for name in ("MLP", "DCGAN")
        for batch in asked.batches
        for row in step_times.measure(name, batch, asked.calls, images, asked.seconds)
    ]
    if asked.out:
        results = {"machine": device(), "steps": rows}
        asked.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
