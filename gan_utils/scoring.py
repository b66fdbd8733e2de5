"""D's scores of reals, of fakes and of what G draws now, for `check_training` to read."""

import keras
import numpy as np

from gan_utils.probing import draw_inputs
from gan_utils.watching import as_numbers

ALIKE = 0.9  # the correlation above which an image that D is fed is one of the real ones, scaled perhaps


class Scores:
    """What D says of reals and of fakes, as they were seen at Keras's doors, or as they are likely to be.

    Attributes:
        d_inputs: the inputs of D in its latest step, a list, one for each call; None if they were not seen.
        scorer: (model, inputs), what was trained in G's latest step; None if it was not seen.
        are_turned: whether `turn_d_round` turned the scores of fakes as well, as G's step has them.
    """

    def __init__(self, generator, discriminator, real_images, watch, memory):
        self.generator, self.discriminator, self.real_images = generator, discriminator, real_images
        self.watch, self.memory = watch, memory
        self.d_inputs, self.scorer, self.are_turned = None, None, None

    def d_batch(self):
        """What D was trained on last, reals and fakes apart: (real inputs, fake inputs); None if not seen."""
        if not self.d_inputs:
            return None
        try:
            inputs = keras.tree.map_structure(lambda *parts: np.concatenate(parts), *self.d_inputs)
            is_real = _likeness(images_of(inputs), images_of(as_numbers(self.real_images))) > ALIKE
        except (ValueError, TypeError):  # of different structures or sizes
            return None
        if is_real.all() or not is_real.any():
            return None
        return [
            keras.tree.map_structure(lambda array, k=kind: array[k], inputs) for kind in (is_real, ~is_real)
        ]

    def likely_d_batch(self):
        """Real images as they are, and G's: what D sees if nothing is done to them; else None."""
        latents = self.latents()
        if latents is None or not self.is_plain():
            return None
        batch = as_numbers(self.real_images), self.draw(latents)
        return batch if batch[0] is not None and np.shape(batch[0])[1:] == batch[1].shape[1:] else None

    def latents(self):
        """What G was fed last, or something of its kind; None where that is not known."""
        seen = self.watch.fed.get(id(self.generator))
        if seen is None and self.scorer is not None and self._draws(self.scorer[1]):
            seen = self.scorer[1]
        if seen is not None:
            return seen
        shape = input_shape(self.generator)
        n = len(images_of(as_numbers(self.real_images)))
        return (
            None if shape is None else np.random.default_rng(n).standard_normal((n, *shape), dtype="float32")
        )

    def draw(self, latents):
        """G's images in training mode, as its step makes them, with the same random numbers each time."""
        weights = {id(w) for w in self.generator.weights}
        for variable in self.generator.variables:
            if id(variable) not in weights and id(variable) in self.memory.values:  # a seed of Dropout's
                variable.assign(self.memory.values[id(variable)][1])
        return keras.ops.convert_to_numpy(_call(self.generator, latents, True))

    def of(self, inputs):
        """D's scores, float64 (n,)."""
        return _scores(_call(self.discriminator, inputs, False))

    def of_fakes(self):
        """D's scores of what G draws now; None where they cannot be had."""
        latents = self.latents()
        if latents is not None and self.is_plain():
            return self.of(self.draw(latents))
        if self.scorer is None or self.scorer[1] is None:
            return None
        return _scores(_call(*self.scorer, True))

    def turn_d_round(self):
        """Change D's last weights so that its scores are turned round; False where none do this.

        `are_turned` then says whether the scores of fakes, as G's step has them, turned as well.
        """
        inputs = self.d_batch() or self.likely_d_batch()
        if inputs is None:
            return False
        before, fakes = self.of(inputs[0]), self.of_fakes()
        for last in range(1, 4):
            weights = self.discriminator.trainable_weights[-last:] or self.discriminator.weights[-last:]
            values = [np.copy(keras.ops.convert_to_numpy(w)) for w in weights]
            for weight, value in zip(weights, values, strict=True):
                weight.assign(-value)
            after = self.of(inputs[0])
            if np.ptp(before) > 0 and any(np.allclose(after, s - before, atol=1e-4) for s in (0, 1)):
                turned = self.of_fakes()
                self.are_turned = turned is None or not np.allclose(turned, fakes, atol=1e-6)
                return True
            for weight, value in zip(weights, values, strict=True):
                weight.assign(value)
        return False

    def d_probe(self):
        """A batch that D takes; None where that is not known."""
        shape, seen = input_shape(self.discriminator), self.d_batch()
        if shape is not None:
            return draw_inputs(shape)
        return None if seen is None else _first(seen[0])

    def g_probe(self):
        """A batch that G takes; None where that is not known."""
        shape, latents = input_shape(self.generator), self.latents()
        return draw_inputs(shape) if shape is not None else None if latents is None else _first(latents)

    def is_plain(self):
        """Whether D takes images and nothing else."""
        batch = self.d_inputs[-1] if self.d_inputs else getattr(self.discriminator, "input_shape", None)
        return not isinstance(batch, (list, dict)) and not (
            isinstance(batch, tuple) and isinstance(batch[0], tuple)
        )

    def _draws(self, inputs):
        try:
            return inputs is not None and _call(self.generator, inputs, False) is not None
        except Exception:  # whatever the network raises
            return False


def images_of(inputs):
    """Of what a network takes, the part with most numbers a row."""
    return max(keras.tree.flatten(inputs), key=lambda array: np.prod(array.shape[1:], dtype=float))


def _likeness(images, reals):
    """Of each image the largest correlation with a real one: 1 where it is one, however scaled."""
    rows = [x.reshape(len(x), -1).astype("float64") for x in (images, reals)]
    rows = [x - x.mean(axis=1, keepdims=True) for x in rows]
    rows = [x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in rows]
    return (rows[0] @ rows[1].T).max(axis=1)


def _call(model, inputs, training):
    try:
        return model(inputs, training=training)
    except TypeError:  # a class whose call has no such argument
        return model(inputs)


def _scores(outputs):
    flat = keras.tree.flatten(outputs)
    score = next((x for x in flat if x.shape[-1] == 1), flat[0])  # the verdict, where there are classes too
    return keras.ops.convert_to_numpy(score).astype("float64").reshape(len(score), -1).mean(axis=1)


def input_shape(model):
    """The shape of the one input of a model, without the batch; None where it has more or does not say."""
    try:
        shape = model.input_shape
    except (AttributeError, ValueError):
        return None
    plain = isinstance(shape, tuple) and all(isinstance(size, int) for size in shape[1:]) and shape[1:]
    return shape[1:] if plain else None


def _first(inputs, n=8):
    return keras.tree.map_structure(lambda array: array[:n], inputs)
