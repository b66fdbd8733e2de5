"""Losses that a user hands in: taken as Keras takes them, and tried before anything is trained."""

import inspect

import keras
import numpy as np
from keras import ops

SERVES = 'what serves is a function of targets and logits, both (n, 1), a Keras loss or its name, as "mse"'
# targets, logits before and after a step the right way, and what that step is
STEPS = {
    "d_loss": (
        ([1, 1, 0, 0], [-2, -2, 0, 0], [-0.5, -0.5, 0, 0], "rises for real images, target 1"),
        ([1, 1, 0, 0], [0, 0, 2, 2], [0, 0, 0.5, 0.5], "falls for fake images, target 0"),
    ),
    "g_loss": (
        ([1, 1, 1, 1], [-2, -2, -2, -2], [-0.5, -0.5, -0.5, -0.5], "rises for fake images, target 1"),
    ),
}


def own_loss(argument, given):
    """Return a loss as `compile` takes it; for None the binary cross-entropy from logits.

    It must fall where a logit goes the right way. One that is made for probabilities, or for other targets,
    does not, and would train nothing without a word.

    Args:
        argument: "d_loss" or "g_loss".
        given: a function (targets, logits) -> scalar, (n,) or (n, 1); a Keras loss; its name; or None.

    Raises:
        TypeError: it is none of these.
        ValueError: it cannot be called so, or does not fall.
    """
    if given is None:
        return keras.losses.BinaryCrossentropy(from_logits=True)
    if isinstance(given, InOrder):
        return given
    if isinstance(given, type):
        raise TypeError(f"{argument}: the class {given.__name__} came; {SERVES}: {given.__name__}()")
    try:
        loss = keras.losses.get(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{argument}: {given!r} came; {SERVES}") from error
    for targets, before, after, step in STEPS[argument]:
        if not _value(argument, loss, targets, after) < _value(argument, loss, targets, before):
            raise ValueError(
                f"{argument}: {name_of(loss)} came, which does not fall where the logit {step}; what serves "
                f"takes logits, not probabilities (from_logits=True), and targets 1 and 0, not 1 and -1"
            )
    return InOrder(loss) if _is_linear(argument, loss) else loss


class InOrder:
    """A loss that is linear in the logits, as a critic's, with a term that is too small to count.

    The slope of a linear loss is known before there are logits, so that in some compiled steps of TensorFlow
    the last layer moves before the loss and the layers below have read it: of 140 steps of a tiny network 18
    reported another loss, and moved the first layer otherwise. The slope of this term waits for the logits.
    """

    def __init__(self, loss):
        self.loss, self.__name__ = loss, name_of(loss)

    def __call__(self, targets, logits):
        value = ops.convert_to_tensor(self.loss(targets, logits))
        return value + ops.cast(1e-30 * ops.mean(ops.square(ops.cast(logits, "float32"))), value.dtype)


def name_of(loss):
    return getattr(loss, "__name__", type(loss).__name__)


def loss_config(loss):
    """What `keras.losses.deserialize` takes; {"own": its name} where that would not give the same loss."""
    loss = keras.losses.get(loss.loss if isinstance(loss, InOrder) else loss)  # `compile` takes names, too
    if name_of(loss) == "<lambda>":  # Keras would write its bytes
        return {"own": "a lambda"}
    try:
        config = keras.losses.serialize(loss)
        again = keras.losses.deserialize(config)
    except Exception:  # of what is not registered it raises this or that
        return {"own": name_of(loss)}
    # Keras looks a function up by its name alone, and may find one of its own that is called the same.
    same = again is loss if inspect.isfunction(loss) else type(again) is type(loss)
    return config if same else {"own": name_of(loss)}


def _is_linear(argument, loss):
    targets = STEPS[argument][0][0]
    low, middle, high = (_value(argument, loss, targets, [logit] * 4) for logit in (-30, 0, 60))
    return np.isclose((high - middle) / 60, (middle - low) / 30, rtol=1e-5, atol=1e-7)


def _value(argument, loss, targets, logits):
    """The mean loss of a batch, as `compile` would train on it."""
    batch = [keras.ops.convert_to_tensor(np.array(x, "float32")[:, None]) for x in (targets, logits)]
    try:
        value = keras.ops.convert_to_numpy(loss(*batch))
    except Exception as error:
        said = (str(error).strip().splitlines() or [""])[0]
        raise ValueError(
            f"{argument}: {name_of(loss)} stops with {type(error).__name__}: {said}; {SERVES}"
        ) from error
    if value.ndim and (isinstance(loss, keras.losses.Loss) or len(value) != len(targets)):
        raise ValueError(
            f"{argument}: {name_of(loss)} gives an array of shape {value.shape} for {len(targets)} logits; "
            f"what serves is a scalar, or a number for each (of a Keras loss, its mean: no reduction=None)"
        )
    return float(value.mean())
