"""The numbers of a step are those of its own batch: each compiled step begins with its metrics reset."""

import contextlib
from collections.abc import Iterator

import keras


def reset(model: keras.Model, targets, outputs) -> None:
    """Reset the metrics of `model`; for its `compute_loss`, where it is compiled and costs nothing."""
    for metric in model.metrics:
        if not getattr(metric, "built", True):  # else the first step recorded would not reset it
            metric.update_state(targets, outputs)
        metric.reset_state()


@contextlib.contextmanager
def reset_by_the_step(model: keras.Model) -> Iterator[None]:
    """Within it Keras does not reset them once more: outside of what is compiled, that takes time."""
    vars(model)["reset_metrics"] = lambda: None
    try:
        yield
    finally:
        del vars(model)["reset_metrics"]
