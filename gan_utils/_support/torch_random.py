"""PyTorch's own random numbers: a Dropout without a seed draws from them there, and has no state itself."""

import keras
import numpy as np


def state():
    """{device: uint8 array} of the processor's generator and of that of Keras's device; {} elsewhere."""
    return {device: np.array(module.get_rng_state()) for device, module in _modules().items()}


def put_back(states):
    """Go back to where `state` was called; of a device that is not here nothing is put back."""
    for device, module in _modules().items():
        if device in states:
            import torch

            module.set_rng_state(torch.from_numpy(states[device].copy()))


def _modules():
    if keras.backend.backend() != "torch":
        return {}
    import torch

    device = keras.ops.zeros(()).device.type
    return {"cpu": torch} if device == "cpu" else {"cpu": torch, device: getattr(torch, device)}
