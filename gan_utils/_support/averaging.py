"""The average of the generator's weights over training, which draws better than the latest ones do.

Yazici et al. 2018, arXiv:1806.04498, equation 2: an exponential moving average, here brought up to date every
tenth step, which costs less and comes to nearly the same.
"""

from keras import distribution, ops
from keras.backend import is_float_dtype

from gan_utils._support import devices, network_checks

EVERY = 10  # steps


def check_average(average):
    """Raise ValueError unless it is a decay."""
    if not 0 <= average < 1:
        raise ValueError(f"average must be in [0, 1), where 0 is off; it is {average!r}")


def begin(generator, average):
    """The generator to draw with: a copy for the average; without average and distribution, itself.

    Under a distribution it lives on one device, so that a process can draw alone.
    """
    if not average and distribution.distribution() is None:
        return generator
    with devices.on_one_device():
        return network_checks.clone(generator)


def decay(average, step):
    """How much of itself the average keeps at the end of this step: 1 is all, where nothing is to do."""
    if not average or step % EVERY:
        return 1.0
    if step == EVERY:
        return 0.0  # it begins
    # Early on it is lower, or the average would long remember the untrained weights.
    return min(average**EVERY, step / (step + 10 * EVERY))


def update(averages, weights, decay):
    """Move Keras variables towards others of the same shapes."""
    old, latest = ([v.value for v in part] for part in (averages, weights))  # a variable's operators are slow
    for average, new in zip(averages, moved(old, devices.here(latest), decay), strict=True):
        average.assign(new)


def moved(averages, weights, decay):
    """The averages' new values; both are lists of arrays."""
    return [
        weight + ops.convert_to_tensor(decay, dtype=average.dtype) * (average - weight)
        if is_float_dtype(average.dtype)
        else ops.copy(weight)  # a counter, or a flag
        for average, weight in zip(averages, weights, strict=True)
    ]
