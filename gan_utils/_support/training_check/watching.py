"""What a recipe's own steps do to G and D: which models they train, what these are fed, with which losses.

A recipe has inputs of its own making: scaled images, classes, latents of another distribution. They are seen
by standing at Keras's doors while a step runs: `train_on_batch`, `fit`, `predict_on_batch`, `predict`, the
call of a model and of a loss. What passes there as numbers is kept; what is symbolic, inside a compiled step,
is not: `eagerly` runs the same step so that it passes as numbers.
"""

import contextlib
import functools
from unittest import mock

import keras
import numpy as np

DOORS = ("train_on_batch", "fit", "predict_on_batch", "predict")


class Watch:
    """Stand at the doors while one step runs, as a context manager.

    Attributes, all but the last two of the latest step:
        trained: list of (model, inputs, targets, players moved), as given to `train_on_batch` or `fit`.
        judged, drawn: lists of D's inputs and of G's outputs, where they passed as numbers.
        optimizers: those that were asked to move something.
        losses, targets: losses (targets, scores) -> loss that were taken of scores (n, 1), and their targets.
        trains_d: whether D was ever trained by `train_on_batch` or `fit`.
        fed: id of a model -> the latest inputs that it was called with as numbers.
    """

    def __init__(self, generator, discriminator, memory):
        self.generator, self.discriminator, self.memory = generator, discriminator, memory
        self.fed, self.inside, self.trains_d = {}, False, False
        self.stack = contextlib.ExitStack()
        self._forget()

    def _forget(self):
        self.trained, self.judged, self.drawn, self.losses, self.targets = [], [], [], [], []
        self.optimizers = []

    def __enter__(self):
        self._forget()
        for name in DOORS:
            self._stand_at(keras.Model, name, self._at_door)
        self._stand_at(keras.layers.Layer, "__call__", self._at_call)
        self._stand_at(keras.Model, "stateless_call", self._at_stateless_call)
        for name in ("apply", "stateless_apply"):
            self._stand_at(keras.optimizers.Optimizer, name, self._at_apply)
        self._stand_at(keras.losses.Loss, "__call__", self._at_loss)
        self._stand_at(keras.src.backend.nn, "binary_crossentropy", self._at_cross_entropy)
        for owner, name, places in _cross_entropies():
            self._stand_at(owner, name, functools.partial(self._at_own_cross_entropy, places))
        return self

    def __exit__(self, *error):
        self.stack.close()

    def _stand_at(self, owner, name, passing):
        original = getattr(owner, name)

        def door(*arguments, **named):
            return passing(name, original, *arguments, **named)

        self.stack.enter_context(mock.patch.object(owner, name, door))

    def _at_door(self, name, original, model, *arguments, **named):
        if self.inside:  # Keras's own methods call one another
            return original(model, *arguments, **named)
        inputs = named.get("x", arguments[0] if arguments else None)
        targets = named.get("y", arguments[1] if len(arguments) > 1 else None)
        self.memory.add(model)
        self._keep(model, inputs)
        trains = name in ("train_on_batch", "fit")
        before, whom = self.weights() if trains else None, set()
        if trains:
            self.trains_d |= model is self.discriminator
            self.optimizers += [model.optimizer] if is_stock(model) else []
            self.trained.append((model, as_numbers(inputs), as_numbers(targets), whom))
        self.inside = True
        try:
            result = original(model, *arguments, **named)
        finally:
            self.inside = False
        if trains:
            after = self.weights()
            called = rescaled(self.discriminator, before["D"], after["D"])
            whom |= {player for player in after if moved(before[player], after[player]) - called}
        elif model is self.generator:
            self._draw(result)
        return result

    def _at_call(self, name, original, layer, *arguments, **named):
        is_player = layer is self.generator or layer is self.discriminator
        is_new = is_player and not layer.built
        result = original(layer, *arguments, **named)
        if is_player and arguments:
            self._pass(layer, arguments, result)
            if is_new and as_numbers(result) is not None:
                self.memory.add(layer)
        return result

    def _at_stateless_call(self, name, original, model, *arguments, **named):
        result = original(model, *arguments, **named)
        if model is self.generator or model is self.discriminator:
            self._pass(model, arguments[2:], result[0])
        return result

    def _at_apply(self, name, original, optimizer, *arguments, **named):
        self.optimizers.append(optimizer)
        return original(optimizer, *arguments, **named)

    def _at_loss(self, name, original, loss, *arguments, **named):
        whole = type(loss).__module__.startswith("keras.src.trainers")  # Keras's sum of a model's losses
        target, score = [*arguments, *named.values()][:2]
        if not whole:
            self._lose(loss, target, score)
        return original(loss, *arguments, **named)

    def _at_cross_entropy(self, name, original, target, output, from_logits=False):
        self._lose(functools.partial(original, from_logits=from_logits), target, output)
        with mock.patch.object(self, "_lose", lambda *others: None):  # in which Keras takes others' losses
            return original(target, output, from_logits=from_logits)

    def _at_own_cross_entropy(self, places, _, original, *arguments, **named):
        given = dict(zip(places, arguments, strict=False)) | named
        whose = {place: place.startswith(("label", "target")) for place in places}

        def loss(target, score):
            values = {place: target if is_target else score for place, is_target in whose.items()}
            return original(**keras.tree.map_structure(keras.ops.convert_to_tensor, values))

        self._lose(loss, *(given[place] for place in sorted(places, key=whose.get, reverse=True)))
        return original(*arguments, **named)

    def _lose(self, loss, target, score):
        if tuple(getattr(score, "shape", ()))[1:] == (1,):
            self.losses.append(loss)
            self.targets.append(as_numbers(target))

    def _pass(self, player, arguments, result):
        inputs = arguments[0] if len(arguments) == 1 else list(arguments)
        self._keep(player, inputs)
        if player is self.generator:
            self._draw(result)
        elif (inputs := as_numbers(inputs)) is not None:
            self.judged.append(inputs)

    def _draw(self, result):
        if (images := as_numbers(result)) is not None:
            self.drawn.append(images)

    def _keep(self, model, inputs):
        inputs = as_numbers(inputs)
        if inputs is None:
            return
        if (model is self.generator or model is self.discriminator) and not model.built:
            model(inputs)  # so that its first weights can be put back
            self.memory.add(model)
        self.fed[id(model)] = inputs

    def weights(self):
        """Copies of what the two players learn, by player; of statistics, which any call may move, none."""
        return {"D": _learned(self.discriminator), "G": _learned(self.generator)}


def _learned(model):
    variables = {id(v): v for layer in model._flatten_layers() for v in layer._trainable_variables}
    return {key: np.copy(keras.ops.convert_to_numpy(v)) for key, v in variables.items()}


def moved(before, after):
    """The ids of the weights of one player that changed."""
    return {key for key, value in after.items() if key in before and not np.array_equal(before[key], value)}


def rescaled(model, before, after):
    """The ids of kernels that were multiplied by a number, and no more.

    Spectral normalization does so in each call of a training step, whoever trains.
    """
    norms = [one for one in model._flatten_layers() if isinstance(one, keras.layers.SpectralNormalization)]
    found = {id(getattr(norm, "kernel", None)) for norm in norms} & before.keys() & after.keys()

    def same_direction(a, b):
        a, b = (array / max(np.linalg.norm(array), 1e-12) for array in (a, b))
        return np.allclose(a, b, rtol=0, atol=1e-6 * abs(a).max())

    return {key for key in found if same_direction(before[key], after[key])}


def is_stock(model):
    """Whether a model trains as Keras does: one loss, one optimizer."""
    return type(model).train_step is keras.Model.train_step


def _cross_entropies():
    """Losses of the backend's own: where they live, their names, and those of their first two arguments."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return [(tf.nn, "sigmoid_cross_entropy_with_logits", ("labels", "logits"))]
    if keras.backend.backend() == "torch":
        from torch.nn import functional

        names = "binary_cross_entropy_with_logits", "binary_cross_entropy"
        return [(functional, name, ("input", "target")) for name in names]
    return []


@contextlib.contextmanager
def eagerly():
    """Run what is compiled operation by operation, so that numbers pass through it."""
    if keras.backend.backend() == "jax":
        import jax

        with jax.disable_jit():
            yield
    elif keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        was_eager = tf.config.functions_run_eagerly()
        tf.config.run_functions_eagerly(True)
        try:
            yield
        finally:
            tf.config.run_functions_eagerly(was_eager)
    else:
        yield


def as_numbers(structure):
    """Copies as NumPy arrays, in the same structure; None where it holds anything symbolic, or no arrays."""
    try:
        arrays = keras.tree.map_structure(lambda x: np.array(keras.ops.convert_to_numpy(x)), structure)
    except Exception:  # each backend raises something else for a tensor without a value
        return None
    flat = keras.tree.flatten(arrays)
    return arrays if flat and all(array.ndim and array.dtype != object for array in flat) else None
