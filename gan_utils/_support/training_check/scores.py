"""D's scores of reals, of fakes and of what G draws now, for `check_training` to read."""

import keras
import numpy as np

from gan_utils._support.probing import draw_inputs, score_of
from gan_utils._support.training_check.watching import as_numbers, is_stock

ALIKE = 0.4  # the distance, of two normalized images, below which one is the other, scaled perhaps


class Scores:
    """What D says of reals and of fakes, as they were seen at Keras's doors, or as they are likely to be.

    Attributes:
        d_inputs: the inputs of D in its latest step, a list, one for each call; None if they were not seen.
        drawn: G's images in that step, a list.
        scorer: (model, inputs), what was trained in G's latest step; None if it was not seen.
    """

    def __init__(self, generator, discriminator, real_images, watch, memory):
        self.generator, self.discriminator, self.real_images = generator, discriminator, real_images
        self.watch, self.memory = watch, memory
        self.d_inputs, self.drawn, self.scorer = None, [], None

    def see(self, name):
        """Keep what passed in the latest step, which was of "D", "G" or "both"."""
        trained = [(model, x) for model, x, *_ in self.watch.trained if x is not None]
        if name != "G":
            seen = [x for model, x in trained if model is self.discriminator] or self.watch.judged
            self.d_inputs, self.drawn = (seen, self.watch.drawn) if seen else (self.d_inputs, self.drawn)
        others = [(model, x) for model, x in trained if model is not self.discriminator and is_stock(model)]
        if name != "D" and others:
            self.scorer = others[-1]

    def d_batch(self):
        """What D was trained on last, reals and fakes apart: (real inputs, fake inputs); None if not seen."""
        is_real = self.which_are_real()
        if is_real is None or is_real.all() or not is_real.any():
            return None
        inputs = self.inputs_of_d()
        return [
            keras.tree.map_structure(lambda array, k=kind: array[k], inputs) for kind in (is_real, ~is_real)
        ]

    def which_are_real(self, surely=False):
        """Of each row that D was trained on last, whether it is a real image; None if they were not seen.

        What is neither, as a mixture for a gradient penalty, is what it is nearer to; if `surely`, fake.
        """
        try:
            reals = images_of(as_numbers(self.real_images))
            images = images_of(self.inputs_of_d())[..., : reals.shape[-1]]  # a class may be joined to them
            to_reals = _distance(images, reals)
            drawn = [images_of(x) for x in self.drawn]
            drawn = [x for x in drawn if x.shape[1:] == images.shape[1:]]
            to_fakes = _distance(images, np.concatenate(drawn)) if drawn else np.full(len(images), ALIKE)
        except (ValueError, TypeError):  # none seen, or of different structures or sizes
            return None
        return to_reals < (np.minimum(to_fakes, ALIKE) if surely else to_fakes)

    def inputs_of_d(self):
        return keras.tree.map_structure(lambda *parts: np.concatenate(parts), *self.d_inputs or ())

    def likely_d_batch(self):
        """Real images as they are, and G's: what D sees if nothing is done to them; else None."""
        latents, reals = self.latents(), as_numbers(self.real_images)
        if latents is None or reals is None or not self.is_plain():
            return None
        fakes = self.draw(latents)
        taken = input_shape(self.discriminator) or fakes.shape[1:]
        return (reals, fakes) if np.shape(reals)[1:] == fakes.shape[1:] == taken else None

    def latents(self):
        """What G was fed last, or something of its kind; None where that is not known."""
        seen = self.watch.fed.get(id(self.generator))
        if seen is None and self.scorer is not None and self._draws(self.scorer[1]):
            seen = self.scorer[1]
        if seen is not None:
            return seen
        shape, n = input_shape(self.generator), rows(self.real_images)
        return (
            None if shape is None else np.random.default_rng(n).standard_normal((n, *shape), dtype="float32")
        )

    def draw(self, latents):
        """G's images in training mode, as its step makes them, with the same random numbers each time."""
        self.memory.put_seeds_back()
        return keras.ops.convert_to_numpy(_call(self.generator, latents, True))

    def of(self, inputs):
        """D's scores, float64 (n,)."""
        return _scores(_call(self.discriminator, inputs, False))

    def of_fakes(self):
        """D's scores of what G draws now; None where they cannot be had."""
        latents = self.latents()
        try:
            if latents is not None and self.is_plain():
                return self.of(self.draw(latents))
            self.memory.put_seeds_back()
            return None if self.scorer is None else _scores(_call(*self.scorer, True))
        except Exception:  # D takes more than G's images: their classes beside them, say
            return None

    def last_layer(self, inputs):
        """D's layer that makes the score: with its weights turned round, the scores are too; or None."""
        before = self.of(inputs)
        for layer in reversed(list(self.discriminator._flatten_layers(include_self=False))):
            if not layer._trainable_variables:
                continue
            scale(layer, -1)
            after = self.of(inputs)
            scale(layer, -1)
            if np.ptp(before) > 0 and any(np.allclose(after, s - before, atol=1e-4) for s in (0, 1)):
                return layer
        return None

    def d_probe(self):
        """A batch that D takes; None where that is not known."""
        shape = input_shape(self.discriminator)
        return draw_inputs(shape) if shape else self.d_inputs and _first(self.d_inputs[0])

    def g_probe(self):
        """A batch that G takes; None where that is not known."""
        shape, latents = input_shape(self.generator), self.latents()
        return draw_inputs(shape) if shape else None if latents is None else _first(latents)

    def is_alone(self):
        """Whether the score is all that D says; else there are classes beside it."""
        return len(keras.tree.flatten(self.discriminator(self.d_probe()))) == 1

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


def scale(layer, factor):
    """Multiply the weights of a layer."""
    for variable in layer._trainable_variables:
        variable.assign(factor * keras.ops.convert_to_numpy(variable))


def rows(inputs):
    return len(keras.tree.flatten(inputs)[0])


def images_of(inputs):
    """Of what a network takes, the part with most numbers a row."""
    return max(keras.tree.flatten(inputs), key=lambda array: np.prod(array.shape[1:], dtype=float))


def _distance(images, others):
    """From each image to the nearest of the others, however scaled they are: 0 where it is one of them."""
    a, b = (x.reshape(len(x), -1).astype("float64") for x in (images, others))
    if a.shape[1] > 8:  # but points in the plane are as they are
        a, b = (x - x.mean(axis=1, keepdims=True) for x in (a, b))
        a, b = (x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12) for x in (a, b))
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squares, 0)).min(axis=1)


def _call(model, inputs, training):
    try:
        return model(inputs, training=training)
    except TypeError:  # a class whose call has no such argument
        return model(inputs)


def _scores(outputs):
    score = score_of(keras.tree.flatten(outputs))
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
