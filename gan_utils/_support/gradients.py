"""Gradients by the backend's own differentiation. Here, in `compiled_steps` and in `training_check/watching`
are lines for each backend; in `devices` and `processes` for JAX.

Keras differentiates inside `train_on_batch` and offers nothing else; that would compile anew for each model.
"""

import keras
import numpy as np
from keras import ops

from gan_utils._support.devices import on_one_device
from gan_utils._support.settings import check_backend


@on_one_device()
def input_gradient(model, inputs):
    """d model(x) / dx, of each output with respect to its own input, in inference mode; a float32 array.

    Args:
        model: a Keras model, inputs (n, ...) -> one number each, (n, 1). It is not changed.
        inputs: float (n, ...).
    """
    check_backend()
    # The sum over the batch has each output's own gradient, for no output depends on another's input.
    inputs = np.asarray(inputs, keras.config.floatx())
    gradient = _DIFFERENTIATE[keras.backend.backend()](lambda x: ops.sum(model(x, training=False)), inputs)
    return gradient.astype("float32", copy=False)


def _tensorflow(function, inputs):
    import tensorflow as tf

    inputs = tf.convert_to_tensor(inputs)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(inputs)
    return tape.gradient(value, inputs).numpy()


def _jax(function, inputs):
    import jax

    return np.asarray(jax.grad(function)(jax.numpy.asarray(inputs)))


def _torch(function, inputs):
    import torch

    inputs = ops.convert_to_tensor(inputs).clone().requires_grad_()
    return torch.autograd.grad(function(inputs), inputs)[0].cpu().numpy()


_DIFFERENTIATE = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
