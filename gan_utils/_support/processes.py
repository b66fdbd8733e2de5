"""Several processes that train together (`keras.distribution.initialize`, on JAX): what they agree on.

Each runs the same program on the same images with the same random numbers, and trains its part of every
batch; so the training is that of one process, whatever their number, and so is what is saved.
"""

import contextlib
import json
import random
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from gan_utils._support.devices import processes
from gan_utils._support.network_checks import build_optimizer


def is_first() -> bool:
    """Whether this is process 0, which prints and saves."""
    if processes() == 1:
        return True
    import jax

    return jax.process_index() == 0


def share_state(gan: Any) -> None:
    """Give each process the random state and the frames' latents of process 0, whatever their seeds were.

    Raises:
        ValueError: the networks' weights differ.
    """
    if processes() == 1:
        return
    weights = [*gan.generator.get_weights(), *gan.discriminator.get_weights()]
    check_alike(
        "weights", weights, "keras.utils.set_random_seed with one seed, before the networks are built"
    )
    for model in (gan.real_fake, gan.combined):  # a process alone, that saves, could not
        build_optimizer(model)
    state = json.dumps(gan.random.bit_generator.state).encode().ljust(1000)
    first = _of_all(np.frombuffer(state, "uint8"))[0].tobytes()
    gan.random.bit_generator.state = json.loads(first)
    gan.frame_latents = _of_all(gan.frame_latents)[0]


@contextlib.contextmanager
def drawn_alike() -> Iterator[None]:
    """Layers that are built in this block begin with the same weights in all processes.

    Keras draws the seeds of initializers from Python's generator, which has moved on in a process that has
    built something alone; and JAX stops where weights shall lie on all devices and differ.
    """
    state = random.getstate()
    random.seed(0)
    try:
        yield
    finally:
        random.setstate(state)


def any_of(*flags: bool) -> list[bool]:
    """For each flag, whether it is set in any process."""
    if processes() == 1:
        return list(flags)
    return _of_all(np.array(flags)).any(axis=0).tolist()


def wait() -> None:
    """Until all processes have come here."""
    if processes() > 1:
        _of_all(np.zeros(1))


def check_alike(what: str, parts: list[Any], serves: str) -> None:
    """Raise ValueError in every process unless all have the same arrays, numbers and texts."""
    if processes() == 1:
        return
    digest = 0
    for part in parts:
        data = part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode()
        digest = zlib.crc32(data, digest)
    if len(set(_of_all(np.array([digest], "uint32")).ravel().tolist())) > 1:
        raise ValueError(f"{what} differ from process to process; what serves is {serves}")


def _of_all(array: np.ndarray) -> Any:
    """What each process has, (processes, ...): all wait for the last to ask."""
    from jax.experimental import multihost_utils

    return np.asarray(multihost_utils.process_allgather(array))
