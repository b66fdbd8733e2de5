"""Several devices, as `keras.distribution` spreads a training over them (on JAX): who computes what.

Training is shared out: each device takes its part of every batch. All else (drawing, reading with a
classifier, gradients of inputs, trying a recipe) runs on one device, whatever the distribution, so that any
number of images serves and one process alone can do it.
"""

import contextlib
import copy
import itertools
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import distribution, tree


@contextlib.contextmanager
def on_one_device() -> Iterator[None]:
    """Compute without a distribution, in a block or a decorated function; what it makes is on one device."""
    before = distribution.distribution()
    distribution.set_distribution(None)
    try:
        yield
    finally:
        distribution.set_distribution(before)


def check_distribution() -> None:
    """Raise ValueError where a distribution cannot train here, or processes would share nothing."""
    shared = distribution.distribution()
    if shared is None:
        if processes() > 1:
            raise ValueError(
                f"{processes()} processes train, and each would do all the work; what serves, before the "
                f"networks are built, is keras.distribution.set_distribution(...), as of a "
                f"keras.distribution.DataParallel()"
            )
    elif keras.backend.backend() != "jax":
        raise ValueError(
            f"keras.distribution is set, which needs another backend than {keras.backend.backend()!r}: what "
            f"serves is KERAS_BACKEND=jax, or keras.distribution.set_distribution(None)"
        )


def check_weights(name: str, variables: list[keras.Variable]) -> None:
    """Raise ValueError unless a network's weights lie on all devices, and each process has all of them."""
    shared = distribution.distribution()
    if shared is None:
        return
    everywhere = distribution.TensorLayout([], shared.device_mesh).backend_layout.device_set
    for variable in variables:
        if variable.value.sharding.device_set != everywhere:
            raise ValueError(
                f"{name} was built before the distribution was set, so that it lies on other devices: "
                f"what serves is keras.distribution.set_distribution(...) before it is built; a GAN that has "
                f"trained can be saved, and loaded after that call"
            )
        if not (variable.value.is_fully_replicated or variable.value.is_fully_addressable):
            raise ValueError(
                f"{name}: {variable.path} is split among processes, of which none could draw or save; what "
                f"serves is keras.distribution.DataParallel, or ModelParallel within one process"
            )


def processes() -> int:
    """How many processes train together."""
    if keras.backend.backend() != "jax":
        return 1
    import jax

    return jax.process_count()


@contextlib.contextmanager
def shared_out(batch: Any) -> Iterator[Any]:
    """Within it, Keras's `train_on_batch` shares `batch` among the devices: the part that this process gives.

    Every process has the whole batch, and gives what its own devices take. A batch that does not divide among
    the devices is computed whole by each of them: the same update, and each image counts once.

    Args:
        batch: nested NumPy arrays (n, ...), for all devices of all processes.
    """
    shared = distribution.distribution()
    if shared is None:
        yield batch
        return
    if all(len(array) % _shards(shared) == 0 for array in tree.flatten(batch)):
        yield tree.map_structure(lambda array: array[_rows_here(shared, array.shape)], batch)
        return
    distribution.set_distribution(_with_whole_batches(shared))
    try:
        yield batch
    finally:
        distribution.set_distribution(shared)


def _with_whole_batches(shared):
    """The same distribution, but for the data, which each device takes whole."""
    other = copy.copy(shared)
    other.get_data_layout = lambda shape: distribution.TensorLayout([None] * len(shape), shared.device_mesh)
    return other


def _shards(shared):
    """In how many parts a batch is cut."""
    return dict(zip(shared.device_mesh.axis_names, shared.device_mesh.shape, strict=True))[
        shared.batch_dim_name
    ]


def _rows_here(shared, shape):
    """Which rows of a batch the devices of this process take, as a slice."""
    layout = shared.get_data_layout(shape).backend_layout
    indices = layout.addressable_devices_indices_map(shape).values()
    parts = sorted({index[0].indices(shape[0])[:2] for index in indices})
    if any(stop != start for (_, stop), (start, _) in itertools.pairwise(parts)):
        raise ValueError(
            "keras.distribution: the mesh has other processes' devices between those of this one; what "
            "serves is the order of keras.distribution.list_devices()"
        )
    return slice(parts[0][0], parts[-1][1])


def told(batch_size: int) -> str | None:
    """A line for the user where a batch cannot be shared out."""
    shared = distribution.distribution()
    parts = 1 if shared is None else _shards(shared)
    if not batch_size % parts:
        return None
    serves = batch_size + parts - batch_size % parts
    return f"batch_size: {batch_size} does not divide among {parts} devices: each computes all; {serves} does"


def put(array: np.ndarray, axis: int | None = None) -> Any:
    """An array for a compiled JAX function: shared out along `axis` where it divides, else everywhere."""
    shared = distribution.distribution()
    if shared is None:
        return array
    import jax

    axes = [None] * array.ndim
    if axis is not None and array.shape[axis] % _shards(shared) == 0:
        axes[axis] = shared.batch_dim_name
    layout = distribution.TensorLayout(axes, shared.device_mesh).backend_layout
    return jax.make_array_from_callback(array.shape, layout, lambda index: array[index])


def layouts(values: list[Any]) -> Any:
    """What a compiled JAX function that returns (values, numbers) keeps to, as `out_shardings` of `jax.jit`.

    Were it left to choose, each assignment would lay a weight out anew, all at once and in any order, and
    several processes without GPUs would lose their way.
    """
    shared = distribution.distribution()
    if shared is None:
        return None
    everywhere = distribution.TensorLayout([], shared.device_mesh).backend_layout
    return [value.sharding for value in values], everywhere


def here(values: list[Any]) -> list[Any]:
    """Variables, or their values, as one device here has them; unchanged without a distribution."""
    if distribution.distribution() is None:
        return values
    return [np.asarray(getattr(value, "value", value)) for value in values]
