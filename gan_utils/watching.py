"""What a recipe's own steps do to G and D: which models they train, what these are fed, with which losses.

A recipe has inputs of its own making: scaled images, classes, latents of another distribution. They are seen
by standing at Keras's doors while its steps run: `train_on_batch`, `fit`, `predict_on_batch`, `predict`, and
the call of a model. What passes there as numbers is kept; what is symbolic, inside a compiled step, is not.
"""

import contextlib
from unittest import mock

import keras
import numpy as np

DOORS = ("train_on_batch", "fit", "predict_on_batch", "predict")


class Watch:
    """Stand at the doors, as a context manager.

    Attributes, each of the latest step, begun by `begin`:
        trained: list of (model, inputs, targets), as they were given to `train_on_batch` or `fit`.
        fed: id of a model -> the latest inputs that it was called with as numbers.
        losses: losses of Keras that compared targets with scores, in a compiled step when it was traced.
    """

    def __init__(self, generator, discriminator, memory):
        self.players, self.memory = (generator, discriminator), memory
        self.fed, self.losses, self.trained, self.inside = {}, [], [], False
        self.stack = contextlib.ExitStack()

    def begin(self):
        self.trained = []

    def __enter__(self):
        for name in DOORS:
            self._stand_at(keras.Model, name, self._at_door)
        self._stand_at(keras.layers.Layer, "__call__", self._at_call)
        self._stand_at(keras.losses.Loss, "__call__", self._at_loss)
        return self

    def __exit__(self, *error):
        self.stack.close()

    def _stand_at(self, owner, name, passing):
        original = getattr(owner, name)

        def door(this, *arguments, **named):
            return passing(name, original, this, arguments, named)

        self.stack.enter_context(mock.patch.object(owner, name, door))

    def _at_door(self, name, original, model, arguments, named):
        if self.inside:  # Keras's own methods call one another
            return original(model, *arguments, **named)
        inputs = named.get("x", arguments[0] if arguments else None)
        targets = named.get("y", arguments[1] if len(arguments) > 1 else None)
        self.memory.add(model)
        self._keep(model, inputs)
        if name in ("train_on_batch", "fit"):
            self.trained.append((model, as_numbers(inputs), as_numbers(targets)))
        self.inside = True
        try:
            return original(model, *arguments, **named)
        finally:
            self.inside = False

    def _at_call(self, name, original, layer, arguments, named):
        is_player = any(layer is player for player in self.players)
        is_new = is_player and not layer.built
        result = original(layer, *arguments, **named)
        if is_player and arguments:
            self._keep(layer, arguments[0] if len(arguments) == 1 else list(arguments))
            if is_new and as_numbers(result) is not None:
                self.memory.add(layer)
        return result

    def _at_loss(self, name, original, loss, arguments, named):
        score = arguments[1] if len(arguments) > 1 else named.get("y_pred")
        whole = type(loss).__module__.startswith("keras.src.trainers")  # Keras's sum of a model's losses
        if tuple(getattr(score, "shape", ()))[1:] == (1,) and not whole:
            self.losses.append(loss)
        return original(loss, *arguments, **named)

    def _keep(self, model, inputs):
        inputs = as_numbers(inputs)
        if inputs is None:
            return
        if any(model is player for player in self.players) and not model.built:
            model(inputs)  # so that its first weights can be put back
            self.memory.add(model)
        self.fed[id(model)] = inputs


def as_numbers(structure):
    """Copies as NumPy arrays, in the same structure; None where it holds anything symbolic, or no arrays."""
    try:
        arrays = keras.tree.map_structure(lambda x: np.array(keras.ops.convert_to_numpy(x)), structure)
    except Exception:  # each backend raises something else for a tensor without a value
        return None
    flat = keras.tree.flatten(arrays)
    return arrays if flat and all(array.ndim and array.dtype != object for array in flat) else None
