"""The check of the last exercise of notebook 02: after each step, who has moved?"""

import warnings

import keras
import numpy as np
from keras import layers, ops

from gan_utils.check.verdict import Hint, call, exercise

__all__ = ["safe_steps"]

WANTED = {"D": (1, 0), "G": (0, 1)}  # by whose step it is: the share of D's weights that moves, and of G's


@exercise(
    first_step="Begin with d_step alone: what should the flags say at the moment when Keras traces it?",
    praise="Each step sees to the flags itself: in any order, at any batch size, whatever was frozen before.",
)
def safe_steps(answer):
    """`answer(discriminator, combined)`: two functions, d_step(images, targets), g_step(latents, targets)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own, of a D without trainable weights: the hints say more
        traced = _Pair(answer)
        _judge(*traced.play("D8 G8 D3 G3"))
        traced.check_optimizers()

        # Eagerly Keras looks at the flags in every step, as it does wherever a step has to be traced anew.
        if not _all_right(*_Pair(answer, eager=True).play("G8 D8 D8 G8 G8 D8")):
            raise Hint("right for D, G, D, G in turn. But if G comes first, or D has two steps in a row?")
        traced.check_advice()
        if not _all_right(*_Pair(answer, eager=True, one_by_one=True).play("D8 G8 D8")):
            raise Hint(
                "right after `discriminator.trainable = False`. Other recipes freeze the layers one by one: "
                "D's own flag still says True, and to set what stands there already may do nothing."
            )


class _Pair:
    """A tiny G and D as a freeze-first recipe leaves them, and the answer's two steps for them."""

    def __init__(self, answer, eager=False, one_by_one=False):
        self.generator, self.discriminator = _network(3, 8, 6, "sigmoid"), _network(6, 5, 1, None)
        self.combined = keras.Sequential([self.generator, self.discriminator])
        for model in (self.discriminator, self.combined):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, run_eagerly=eager)
        for frozen in self.discriminator.layers if one_by_one else [self.discriminator]:
            frozen.trainable = False
        steps = call(answer, self.discriminator, self.combined)
        if not isinstance(steps, (tuple, list)) or len(steps) != 2 or not all(callable(s) for s in steps):
            raise Hint("it should return two functions, d_step and g_step, and call neither.")
        self.steps = dict(zip("DG", steps, strict=True))
        self.taken = {"D": 0, "G": 0}

    def play(self, schedule):
        """Take these steps; return what each moved, as (player, shares), and the hint if one stopped."""
        moves = []
        for player, size in schedule.split():
            before = self._weights()
            try:
                self._step(player, int(size))
                shares = tuple(map(_share_moved, before, self._weights()))
            except Exception as error:
                return moves, self._explain(player, size, error)
            moves.append((player, shares))
        return moves, None

    def check_advice(self):
        """Turn D round, so that what was more real is more fake: now G has to learn the opposite."""
        *others, kernel, bias = self.discriminator.get_weights()
        self.discriminator.set_weights([*others, -kernel, -bias])
        before = self._mean_logit()
        _, stopped = self.play("G8 " * 10)
        if stopped:
            raise Hint(stopped)
        if self._mean_logit() <= before:
            raise Hint("g_step asks another D than the one that d_step trains: is there a copy of it?")

    def check_optimizers(self):
        for player, model in (("D", self.discriminator), ("G", self.combined)):
            if 0 < int(model.optimizer.iterations) < self.taken[player]:
                raise Hint(
                    f"the right weights move, but {player}'s optimizer begins anew all the time, and forgets "
                    "what Adam, say, remembers of earlier steps. What in your step makes a new one?"
                )

    def _step(self, player, size):
        inputs, targets = _numbers(size, 6 if player == "D" else 3), np.ones((size, 1), "float32")
        if player == "D":
            targets[size // 2 :] = 0
        self.steps[player](inputs, targets)
        self.taken[player] += 1

    def _explain(self, player, size, error):
        if not any(self.taken.values()):
            try:
                self.steps["G"](_numbers(8, 6), np.ones((8, 1), "float32"))
                return "the two come in the other order: first d_step, which gets images, then g_step."
            except Exception:
                pass
        said = " ".join(str(error).strip().splitlines()[:1])
        return f"{player.lower()}_step stops at a batch of {size} with {type(error).__name__}: {said}"

    def _weights(self):
        models = self.discriminator, self.generator
        return [[weights.tobytes() for weights in model.get_weights()] for model in models]

    def _mean_logit(self):
        logits = self.discriminator(self.generator(_numbers(8, 3)))
        return float(ops.convert_to_numpy(logits).mean())


def _network(inputs, hidden, outputs, activation):
    # The weights come from NumPy: Keras's initializers would draw from the student's random numbers.
    stack = [layers.Dense(hidden, "tanh", kernel_initializer="zeros")]
    stack += [layers.Dense(outputs, activation, kernel_initializer="zeros")]
    model = keras.Sequential([keras.Input((inputs,)), *stack])
    rng = np.random.default_rng(outputs)
    model.set_weights([rng.normal(0, 1, w.shape) for w in model.get_weights()])
    return model


def _share_moved(before, after):
    return np.mean([a != b for a, b in zip(before, after, strict=True)])


def _numbers(n, width):
    return np.random.default_rng(n).standard_normal((n, width), dtype="float32")


def _all_right(moves, stopped):
    return not stopped and all(shares == WANTED[player] for player, shares in moves)


def _judge(moves, stopped):
    """Raise the hint for what went wrong in D, G, D, G at two batch sizes."""
    by_d = [shares for player, shares in moves if player == "D"]
    by_g = [shares for player, shares in moves if player == "G"]
    if any(g for _, g in by_d):
        raise Hint("d_step moves G: is it the right model that is trained there?")
    d_idle, d_pushed = bool(by_d) and not any(d for d, _ in by_d), any(d for d, _ in by_g)
    if d_idle and d_pushed:
        raise Hint("D stays as it is in d_step and moves in g_step: which way round is the flag?")
    if d_idle:
        raise Hint("D never learns: d_step moves none of its weights. Who has set its flag, and to what?")
    if any(0 < d < 1 for d, _ in by_d):
        raise Hint("d_step moves some of D's weights and not all: whose flags are still down?")
    if d_pushed:
        raise Hint(
            "g_step moves D too, towards taking fakes for real: what did the flag say when it was traced?"
        )
    if any(g == 0 for _, g in by_g):
        raise Hint(
            "g_step moves nothing of G: a flag goes down to all that a model holds. Whose did you set?"
        )
    if any(g < 1 for _, g in by_g):
        raise Hint("g_step moves some of G's weights and not all: whose flags are down?")
    if stopped:
        raise Hint(stopped)
    if by_d[1][0] == 0:
        raise Hint("D learns from batches of 8, and no more when one of 3 comes: what happens at a new size?")
