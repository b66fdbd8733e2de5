"""What a network does, whatever its layers are called: found out by running it, not by reading it.

A sigmoid may be a layer, a function, nested, or followed by Flatten; the statistics of a batch may be taken
by BatchNormalization, in a custom layer or by hand. So the network is run on a few inputs with weights that
are not its own, large and of both signs: what is bounded still is, and what is not shows. Keras's
`stateless_call` does this without a trace: no weight, moving statistic or seed of a layer changes. Where a
network cannot be run like this, nothing is found, and nothing is refused for it.
"""

import inspect

import keras
import numpy as np

from gan_utils._support import torch_random

BATCH = 8
TRIALS = 100  # a logit has either sign in each, so that it keeps to one in all of them only by a miracle
FAR = 1.8  # a score that goes beyond on both sides is a logit: sigmoid(1.8) = 0.86


def draw_inputs(shape):
    """A batch for the probes: one half in [0, 1] as images are, the other normal and 100 times larger."""
    rng = np.random.default_rng(0)
    inputs = rng.random((BATCH, *shape), dtype="float32")
    inputs[BATCH // 2 :] = 100 * rng.standard_normal((BATCH - BATCH // 2, *shape), dtype="float32")
    return inputs


def output_range(model, inputs, trials=TRIALS):
    """The least and the greatest output that any weights were found to give.

    Args:
        model: built Keras model of one output.
        inputs: a batch of what it takes; a list of batches where it has several inputs.
        trials: the number of sets of weights to try, at most.

    Returns:
        (least, greatest), floats: (0.0, 1.0) of what ends in a sigmoid, (-1.0, 1.0) of a tanh, (0.0, inf) of
        a ReLU; (-inf, inf) of a logit, and of a model that cannot be run. An output beyond `FAR` counts as
        infinite.
    """
    return range_of(outputs_of_other_weights(model, inputs, trials))


def range_of(tried):
    """`output_range` from the outputs for one set of weights after the other, as far as they are needed."""
    least, greatest = np.inf, -np.inf
    for outputs in tried:
        least, greatest = min(least, np.nanmin(outputs)), max(greatest, np.nanmax(outputs))
        if least < -FAR and greatest > FAR:
            break
    if least > greatest:  # not one output
        return -np.inf, np.inf
    return (-np.inf if least < -FAR else float(least)), (np.inf if greatest > FAR else float(greatest))


def outputs_of_other_weights(model, inputs, trials):
    """Yield the outputs (n, ...) for one set of weights after the other, except where all are NaN."""
    rng = np.random.default_rng(0)
    for trial in range(trials):
        # Neither kind alone serves: its own weights may be zero, and a layer may not bear new ones.
        draw = _own if trial % 2 else random_weights
        outputs = _run(model, inputs, _weights(model, draw, rng, size=10.0 ** (trial // 2 % 3)))
        if outputs is None:
            return
        if not np.isnan(outputs).all():
            yield outputs


def sees_company(model, inputs, modes=(True, False)):
    """Does what comes out for one input depend on the other inputs of its batch?

    In the middle of a batch of inputs that are nearly the same, nothing may change when the first and the
    last are replaced. Dropout and noise do not disturb this, for a stateless call draws them again alike.

    Args:
        model: built Keras model of one input and one output.
        inputs: a batch of what it takes, at least three.
        modes: what the model is called with as `training`: both, or one of them.
    """
    rng = np.random.default_rng(1)
    crowd = inputs[:1] + 1e-3 * rng.standard_normal(inputs.shape, dtype="float32")
    changed = np.concatenate([inputs[-1:], crowd[1:-1], inputs[1:2]])
    for weights in (None, _weights(model, random_weights, rng)):
        for training in modes:
            first, second = (_run(model, batch, weights, training) for batch in (crowd, changed))
            if first is None or second is None or not np.isfinite([first, second]).all():
                continue
            difference = abs(second - first)[1:-1].max()
            if difference > 1e-5 * abs(first).max():
                # A layer may have random numbers that Keras does not know of.
                noise = abs(_run(model, crowd, weights, training) - first).max()
                if difference > 10 * noise:
                    return True
    return False


def _run(model, inputs, weights=None, training=False):
    """The outputs as a float64 array, with other weights where they are given; None where it cannot run."""
    weights = weights or {}
    variables = model.trainable_variables, model.non_trainable_variables
    values = [[weights.get(id(v), v.value) for v in group] for group in variables]
    mode = {"training": training} if "training" in inspect.signature(model.call).parameters else {}
    drawn_from = torch_random.state()
    try:
        outputs, _ = model.stateless_call(*values, inputs, **mode)
        outputs = score_of(keras.tree.flatten(outputs))
        return keras.ops.convert_to_numpy(outputs).astype("float64")
    except Exception:  # whatever a layer of the user's raises: training will raise it again
        return None
    finally:
        torch_random.put_back(drawn_from)  # so that the next one draws alike


def score_of(outputs):
    """Of several outputs the score, (n, 1), which may have classes beside it."""
    return next((x for x in outputs if x.shape[-1] == 1), outputs[0])


def _weights(model, draw, rng, size=1.0):
    changed = model.trainable_weights or model.weights
    changed = [w for w in changed if keras.backend.is_float_dtype(w.dtype)]
    return {id(w): np.float32(size) * draw(rng, w) for w in changed}


def random_weights(rng, weight):
    """Random numbers that keep the size of what a layer is given; for a bias as large as one."""
    return rng.standard_normal(weight.shape, dtype="float32") / np.float32(np.prod(weight.shape[:-1])) ** 0.5


def _own(rng, weight):
    return np.float32(rng.choice([-1, 1])) * keras.ops.convert_to_numpy(weight).astype("float32")
