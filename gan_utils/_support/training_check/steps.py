"""The steps of a training recipe in any form, for `check_training` to take."""

import contextlib
import itertools

import keras
import numpy as np

from gan_utils._support.probing import score_of
from gan_utils._support.training_check.memory import Memory
from gan_utils._support.training_check.scores import Scores, input_shape, rows
from gan_utils._support.training_check.watching import Watch, as_numbers, eagerly

ALONE = (
    "it trains D alone, on images without a way back to G, so that no gradient comes through. Train a model "
    "of G followed by D, as gan_utils.build_combined makes"
)


class Recipe:
    """The steps of a recipe, by whose they are: "D", "G" or "both". As a context manager it puts all back."""

    def __init__(self, generator, discriminator, combined, real_images, d_step, g_step, step):
        _check_arguments(generator, discriminator, combined, real_images, d_step, g_step, step)
        self.generator, self.discriminator, self.combined = generator, discriminator, combined
        self.players = {"D": discriminator, "G": generator}
        self.real_images = np.asarray(real_images) if isinstance(real_images, list) else real_images
        n = rows(self.real_images)
        self.sizes = n, max(1, n // 3), n
        self.own_steps = d_step is not None and g_step is not None
        self.steps = {
            "D": (lambda n: d_step(self.reals(n))) if d_step else self._usual_d_step,
            "G": g_step or self._usual_g_step,
            "both": lambda n: step(self.reals(n)),
        }
        self.memory = Memory()
        self.memory.add(generator, discriminator, combined, d_step, g_step, step)
        self.watch = Watch(generator, discriminator, self.memory)
        self.scores = Scores(generator, discriminator, self.reals(n), self.watch, self.memory)
        self.turns = ("both",) if step else ("D", "G")
        self.taken, self.trainable, self.optimizers = set(), {}, {turn: [] for turn in self.turns}
        self.targets, self.latent_shape = [], input_shape(generator) or input_shape(combined)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.memory.put_back()

    def reals(self, n):
        return keras.tree.map_structure(lambda array: array[:n], self.real_images)

    def build(self):
        """Take each step once where a player has no weights yet: its first step makes them."""
        if not all(model.weights for model in self.players.values()):
            for turn in self.turns:
                self.take(turn)
            self.memory.add(*self.players.values())
            self.taken.clear()

    def take(self, turn, size=None, look=False):
        """Take one step; with `look` so that numbers can be seen. AssertionError with the likely cause where
        it stops, or leaves NaN.
        """
        if not look:
            self._take(turn, size or self.sizes[0])
            return
        given = self.real_images
        try:
            self._take(turn, size or self.sizes[0], look=True)
        except AssertionError:
            self.real_images = keras.tree.map_structure(keras.ops.convert_to_tensor, given)  # as if compiled
            self._take(turn, size or self.sizes[0], look=True)
        finally:
            self.real_images = given

    def _take(self, turn, size, look=False):
        try:
            with self.watch, eagerly() if look else contextlib.nullcontext():
                self.steps[turn](size)
        except Exception as error:
            self.optimizers[turn] += self.watch.optimizers
            raise AssertionError(self._why_stopped(turn, size, error)) from error
        self.optimizers[turn] += self.watch.optimizers
        self.taken.add(turn)
        for player in "DG" if turn == "both" else turn:
            model = self.players[player]
            self.trainable[player] = [(w.path, id(w)) for w in model.trainable_weights or model.weights]
        for player, weights in self.watch.weights().items():
            spoilt = [w for w in weights.values() if not np.isfinite(w).all()]
            if spoilt:
                raise AssertionError(
                    f"{_whose(turn)} with a batch of {size} makes {len(spoilt)} weights of {player} NaN or "
                    f"infinite: a loss takes the logarithm of what is not positive, or a learning rate is "
                    f"too large. Take BinaryCrossentropy(from_logits=True) for a D that ends in Dense(1)"
                )
        self.scores.see(turn)
        if turn == "D":
            given = [y for model, _, y, _ in self.watch.trained if model is self.discriminator]
            given = given or (self.watch.targets if look else [])
            self.targets += [score_of(keras.tree.flatten(y)) for y in given if y is not None]

    def look(self, turn):
        """Take one step to see what passes in it. It may not bear that; then nothing is seen."""
        with contextlib.suppress(AssertionError):
            self.take(turn, look=True)

    def take_alone(self, player):
        """Take a step that moves one player alone."""
        other = self.players["G" if player == "D" else "D"]
        weights = other.get_weights()
        self.take(player if player in self.turns else "both")
        if player not in self.turns:
            other.set_weights(weights)

    def score_of_fakes(self):
        """D's scores of what G draws now; None where they cannot be had."""
        scores = self.scores.of_fakes()
        if scores is None and self.scores.d_inputs:  # D takes more: as its own step puts it together
            weights = [(model, model.get_weights()) for model in self.players.values()]
            self.memory.put_random_back()
            self.look(self.turns[0])
            for model, values in weights:
                model.set_weights(values)
            batch = self.scores.d_batch()
            scores = None if batch is None else self.scores.of(batch[1])
        return scores

    def losses(self):
        """The losses that compare targets with D's scores, as far as they were seen in the latest step."""
        named = [getattr(model, "loss", None) for model, *_ in self.watch.trained]
        named = [keras.losses.get(loss) for loss in named if isinstance(loss, str) or callable(loss)]
        return [*named, *self.watch.losses]

    def check_scores(self):
        """Raise AssertionError unless the combined model scores with D's present weights."""
        latents = self.scores.latents()
        if self.combined is None or not self.scores.is_plain() or latents is None:
            return
        images = self.generator.predict_on_batch(latents)
        expected = self.discriminator.predict_on_batch(images)
        found = self.combined.predict_on_batch(latents)
        if not np.allclose(found, expected, rtol=1e-3, atol=1e-3):
            raise AssertionError(
                f"combined scores with another D than the present one: mean score {np.mean(found):.3f}, "
                f"but D says {np.mean(expected):.3f}. Is there a copy of D in it? Put the discriminator "
                f"itself there, as gan_utils.build_combined does"
            )

    def _usual_d_step(self, n):
        reals = as_numbers(self.reals(n))
        fakes = self.generator.predict_on_batch(self._usual_latents(n))
        targets = np.repeat([[1.0], [0.0]], n, axis=0).astype("float32")
        self.discriminator.train_on_batch(np.concatenate([reals, fakes]), targets)

    def _usual_g_step(self, n):
        self.combined.train_on_batch(self._usual_latents(n), np.ones((n, 1), "float32"))

    def _usual_latents(self, n):
        if self.latent_shape is None:
            raise ValueError("generator takes several inputs, or is not built: give d_step and g_step")
        return np.random.default_rng(n).standard_normal((n, *self.latent_shape), dtype="float32")

    def _why_stopped(self, name, size, error):
        whose = _whose(name)
        lines = str(error).strip().splitlines() or [""]
        said = (
            lines[-1].strip() if lines[0] == "in user code:" else lines[0]
        )  # TensorFlow's, of what it traces
        told = f"{whose} with a batch of {size} stops with {type(error).__name__}: {said[:300]}"
        if name == "G" and [m for m, *_ in self.watch.trained if m is self.discriminator]:
            return f"{whose} does not reach G: {ALONE}. ({told})"
        shared = self.optimizers.get("D", []), self.optimizers.get("G", [])
        shared = {id(o) for o in shared[0]} & {id(o) for o in shared[1]}
        if shared or "nknown variable" in str(error):  # Keras's words on TensorFlow
            return (
                f"D and G share one optimizer, which Keras builds for the weights of its first step alone: "
                f"give each player an optimizer of its own. ({told})"
            )
        if name == "D" and len(self.discriminator.trainable_weights) < len(self.trainable.get("D", ())):
            return f"{told}. D's `trainable` flag was changed after its step had been traced"
        if "No gradients provided" in str(error):
            return (
                f"no gradient reaches the weights that {whose} gives to its optimizer. Is there a NumPy "
                f"array, predict or stop_gradient on the way from them to the loss? ({told})"
            )
        if not self.taken and self.own_steps:
            told += ". d_step gets real images, and g_step a number: have they changed places?"
        return told


def _whose(turn):
    return "The step" if turn == "both" else f"{turn}'s update"


def _check_arguments(generator, discriminator, combined, real_images, d_step, g_step, step):
    for name, model in (("generator", generator), ("discriminator", discriminator), ("combined", combined)):
        if not isinstance(model, keras.Model) and not (name == "combined" and model is None):
            hint = "; name the steps: d_step=, g_step=" if callable(model) else ""
            hint = "; the images go to real_images" if hasattr(model, "shape") else hint
            raise TypeError(f"{name}: a {type(model).__name__} came; what serves is a Keras model{hint}")
    if real_images is None:
        raise TypeError("real_images is missing: give images that D's updates learn from, as x_train[:64]")
    if isinstance(real_images, keras.Model) or not keras.tree.flatten(real_images):
        raise TypeError(f"real_images: a {type(real_images).__name__} came; what serves is an array (n, ...)")
    if not all(hasattr(array, "shape") for array in keras.tree.flatten(real_images)) and not isinstance(
        real_images, list
    ):
        raise TypeError(f"real_images: a {type(real_images).__name__} came; what serves is an array (n, ...)")
    sizes = {len(array) for array in keras.tree.flatten(real_images)}
    if len(sizes) != 1 or min(sizes) < 2:
        raise ValueError(
            f"real_images: {sorted(sizes)} images came; what serves is one number of them, from 2"
        )
    for name, function in (("d_step", d_step), ("g_step", g_step), ("step", step)):
        if function is not None and not callable(function):
            raise TypeError(
                f"{name}: a {type(function).__name__} came; what serves is a function, not its result"
            )
    if step is not None and (d_step is not None or g_step is not None):
        raise TypeError("step: it came beside d_step or g_step; give either step, or d_step and g_step")
    if step is None and combined is None:
        missing = [name for name, given in (("d_step", d_step), ("g_step", g_step)) if given is None]
        if missing:
            raise TypeError(f"combined or {' and '.join(missing)} is missing: who trains the players?")
    given = [("generator", generator), ("discriminator", discriminator)]
    given += [("combined", combined)] if combined is not None else []
    for order in itertools.permutations(given) if not _fit(*[model for _, model in given]) else ():
        if _fit(*[model for _, model in order]):
            moved = [name for (name, _), (other, _) in zip(given, order, strict=True) if name != other]
            raise ValueError(
                f"{' and '.join(moved)} have changed places, as their shapes tell: the generator draws what "
                f"the discriminator takes, and combined goes from latents to a score"
            )
    used = [("discriminator", discriminator, d_step), ("combined", combined, g_step)]
    for name, model, function in used if step is None else ():
        if function is None and not model.compiled:
            raise ValueError(f"{name} is not compiled: its step needs an optimizer and a loss")


def _fit(generator, discriminator, combined=None):
    """Do the shapes, as far as they are known, make one chain?"""
    ends = [
        (input_shape(model), getattr(model, "output_shape", (None,))[1:])
        for model in (generator, discriminator, combined or discriminator)
    ]
    whole = combined is None or (ends[0][0], ends[1][1]) == ends[2]
    return ends[0][1] == ends[1][0] and whole
