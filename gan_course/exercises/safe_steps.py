"""Notebook 02: the steps of D and of G; after each, who has moved, and where to?"""

import contextlib
import warnings
from collections import namedtuple
from itertools import chain
from unittest import mock

import keras
import numpy as np
from keras import layers, ops

from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call, hints_for_errors

# By whose step it is: the share of D's weights that moves, and of G's.
WANTED = {"D": (1, 0), "G": (0, 1)}
RATE = 0.1
COPY = "g_step asks another D than the one that d_step trains: is there a copy of it?"

# A step: whose, the shares that moved, and a hint if they went elsewhere than they should, or None.
Move = namedtuple("Move", "player shares amiss")


@exercise(
    first_step="Begin with d_step alone: what should the flags say at the moment when Keras traces it?",
    praise="Each step sees to the flags itself: in any order, at any batch size, whatever was frozen before.",
    seconds=60,
)
def safe_steps(answer):
    """`answer(discriminator, combined)`: two functions, d_step(images, targets), g_step(latents, targets)."""
    with warnings.catch_warnings(), _optimizers_made() as made:
        warnings.simplefilter("ignore")  # Keras's own, of a D without trainable weights: the hints say more
        traced = _Pair(answer, made)
        _require_in_turn(*traced.play("D8 G8 D3 G3"))

        # Eagerly Keras looks at the flags in every step, as it does wherever a step has to be traced anew.
        how = "right for D, G, D, G in turn. But G may come first, or D have two steps in a row: "
        _require_in_any_order(how, *_Pair(answer, made, eager=True).play("G8 D8 D5 G8 G5 D8"))
        traced.require_advice_of_this_d()
        how = "right where D was frozen as a whole. But other recipes freeze its layers one by one: there "
        how += "D's own flag still says True, and to set what stands there already may do nothing: "
        _require_in_any_order(how, *_Pair(answer, made, eager=True, one_by_one=True).play("D8 G8 D8"))


class _Pair:
    """A tiny G and D as a freeze-first recipe leaves them, the answer's two steps, all optimizers made."""

    def __init__(self, answer, made, eager=False, one_by_one=False):
        self.generator, self.discriminator = _network(3, 8, 6, "sigmoid"), _network(6, 5, 1, None)
        self.combined = keras.Sequential([self.generator, self.discriminator])
        for model in (self.discriminator, self.combined):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(optimizer=keras.optimizers.SGD(RATE), loss=loss, run_eagerly=eager)
        self.made, self.taken = made, {"D": 0, "G": 0}
        self.first_d = self.discriminator.get_weights()
        self.given = {"D": self.discriminator.optimizer, "G": self.combined.optimizer}
        for frozen in self.discriminator.layers if one_by_one else [self.discriminator]:
            frozen.trainable = False
        steps = call(answer, self.discriminator, self.combined)
        if not isinstance(steps, (tuple, list)) or len(steps) != 2 or not all(callable(s) for s in steps):
            raise Hint("it should return two functions, d_step and g_step, and call neither.")
        self.steps = dict(zip("DG", steps, strict=True))

    def play(self, schedule, target_of_g=None):
        """Take these steps; return the moves, and the hint if one stopped."""
        moves = []
        for player, *size in schedule.split():
            size = int("".join(size))
            before, batch = self.weights(), self._batch(player, size, target_of_g)
            optimizers = len(self.made), self._counts()
            try:
                with hints_for_errors(f"{player.lower()}_step stops at a batch of {size} with"):
                    self.steps[player](*(part.copy() for part in batch))
            except Hint as hint:
                return moves, self._in_the_other_order() or str(hint)
            pairs = [zip(*model, strict=True) for model in zip(before, self.weights(), strict=True)]
            shares = tuple(np.mean([not np.array_equal(*pair) for pair in model]) for model in pairs)
            amiss = self._amiss(player, before, batch, *optimizers) if shares == WANTED[player] else None
            moves.append(Move(player, shares, amiss))
            self.taken[player] += 1
        return moves, None

    def require_advice_of_this_d(self):
        """Turn D round, so that what was more real is more fake: now G has to learn the opposite."""
        *others, kernel, bias = self.discriminator.get_weights()
        self.discriminator.set_weights([*others, -kernel, -bias])
        logits = [self.combined(_numbers(8, 3))]
        _, stopped = self.play("G8 " * 10, target_of_g=1)
        logits.append(self.combined(_numbers(8, 3)))
        if stopped or ops.mean(logits[1]) <= ops.mean(logits[0]):
            raise Hint(stopped or COPY)

    def weights(self):
        return [model.get_weights() for model in (self.discriminator, self.generator)]

    def _batch(self, player, size, target_of_g):
        """Inputs and targets; those of G are mixed too, or nobody would see whether it heeds what comes."""
        targets = (np.arange(size) < size // 2).astype("float32")[:, None]
        if player == "G" and target_of_g is not None:
            targets[:] = target_of_g
        return _numbers(size, 6 if player == "D" else 3), targets

    def _counts(self):
        return [int(optimizer.iterations) for optimizer in self.made]

    def _amiss(self, player, before, batch, number, counts):
        """The hint if the right weights have moved, but not as they should; or None."""
        step = f"{player.lower()}_step"
        if len(self.made) > number and self.taken[player]:
            return (
                f"the right weights move, but {step} begins anew all the time, with a new optimizer, which "
                "knows nothing of what Adam, say, remembers of earlier steps. What makes it?"
            )
        steps = sum(self._counts()) - sum(counts)
        if steps > 1:
            return f"{step} makes {steps} steps at one call: one batch, one step."
        given = self.made.index(self.given[player])
        exactly = self._counts()[given] > counts[given]
        if not exactly and self.taken[player]:
            return None  # an optimizer of the answer's own, which may remember earlier steps
        (inputs, targets), n = batch, len(batch[0])
        slips = {
            None: batch,
            f"{step} trains with targets of 1, whatever targets come.": (inputs, np.ones_like(targets)),
            f"{step} trains with targets of 0, whatever targets come.": (inputs, np.zeros_like(targets)),
            f"{step} turns the targets round: they should go in as they come.": (inputs, 1 - targets),
        }
        rows = {k: (inputs[:k], targets[:k]) for k in (1, 2, 3, n // 2, n - 1)}
        slips |= {
            f"{step} trains on {k} of {n} rows: where are the others?": some for k, some in rows.items()
        }
        after = self.weights()
        for hint, other in slips.items():
            if _as_far(before, after, _after(before, player, *other), exactly):
                return hint
        of_first_d = _after([self.first_d, before[1]], player, *batch)
        if player == "G" and _as_far(before[1:], after[1:], of_first_d[1:], exactly):
            return COPY
        return f"{step} moves the right weights, but not where its batch leads: does all go in, as it comes?"

    def _in_the_other_order(self):
        if any(self.taken.values()):
            return None
        try:
            with hints_for_errors():
                self.steps["G"](_numbers(8, 6), np.ones((8, 1), "float32"))
            return "the two come in the other order: first d_step, which gets images, then g_step."
        except Hint:
            return None


@contextlib.contextmanager
def _optimizers_made():
    """A list of the optimizers that are made meanwhile; nothing else could tell a new one in every step."""
    made, init = [], keras.optimizers.Optimizer.__init__

    def note(self, *arguments, **settings):
        made.append(self)
        init(self, *arguments, **settings)

    with mock.patch.object(keras.optimizers.Optimizer, "__init__", note):
        yield made


def _network(inputs, hidden, outputs, activation):
    # The weights come from NumPy: the same in every network, and every time.
    stack = [layers.Dense(hidden, "tanh", kernel_initializer="zeros")]
    stack += [layers.Dense(outputs, activation, kernel_initializer="zeros")]
    model = keras.Sequential([keras.Input((inputs,)), *stack])
    rng = np.random.default_rng(outputs)
    model.set_weights([rng.normal(0, 1, w.shape) for w in model.get_weights()])
    return model


def _after(weights, player, inputs, targets):
    """The weights of D and G where this step should lead: the gradient by the chain rule, layer by layer."""
    (d1, d1_bias, d2, d2_bias), (g1, g1_bias, g2, g2_bias) = weights
    latents, images = inputs, inputs
    if player == "G":
        drawn = np.tanh(latents @ g1 + g1_bias)
        images = 1 / (1 + np.exp(-(drawn @ g2 + g2_bias)))
    seen = np.tanh(images @ d1 + d1_bias)
    at_2 = (1 / (1 + np.exp(-(seen @ d2 + d2_bias))) - targets) / len(targets)
    at_1 = at_2 @ d2.T * (1 - seen**2)
    slopes = [images.T @ at_1, at_1.sum(axis=0), seen.T @ at_2, at_2.sum(axis=0)]
    if player == "G":
        at_2 = at_1 @ d1.T * images * (1 - images)
        at_1 = at_2 @ g2.T * (1 - drawn**2)
        slopes = [latents.T @ at_1, at_1.sum(axis=0), drawn.T @ at_2, at_2.sum(axis=0)]
    moved = [w - RATE * slope for w, slope in zip(weights["DG".index(player)], slopes, strict=True)]
    return [moved, weights[1]] if player == "D" else [weights[0], moved]


def _as_far(before, after, right, exactly):
    """Whether weights went where they should; of an optimizer of unknown kind, in the same direction each."""
    before, after, right = (
        np.concatenate([np.ravel(w) for w in chain(*ws)]) for ws in (before, after, right)
    )
    if exactly:
        return np.allclose(after, right, rtol=1e-5, atol=1e-5)  # float32
    clear = abs(right - before) > 1e-5
    return (np.sign(after - before) == np.sign(right - before))[clear].all()


def _numbers(n, width):
    return np.random.default_rng(n).standard_normal((n, width), dtype="float32")


def _require_in_any_order(how, moves, stopped):
    for number, (player, shares, amiss) in enumerate(moves, start=1):
        if shares != WANTED[player]:
            order = ", ".join(move.player for move in moves[:number])
            of_d, of_g = ({0: "none", 1: "all"}.get(share, "some") for share in shares)
            raise Hint(f"{how}step {number} of {order} moves {of_d} of D's weights and {of_g} of G's.")
        if amiss:
            raise Hint(amiss)
    if stopped:
        raise Hint(stopped)


def _require_in_turn(moves, stopped):
    """Raise the hint for what went wrong in D, G, D, G at two batch sizes."""
    by_d = [move.shares for move in moves if move.player == "D"]
    by_g = [move.shares for move in moves if move.player == "G"]
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
        raise Hint("g_step moves D too, for G's sake: what did the flag say when it was traced?")
    if any(g == 0 for _, g in by_g):
        raise Hint("g_step moves nothing of G: a flag goes down to all that a model holds. Whose is down?")
    if any(g < 1 for _, g in by_g):
        raise Hint("g_step moves some of G's weights and not all: whose flags are down?")
    if stopped:
        raise Hint(stopped)
    if by_d[1][0] == 0:
        raise Hint("D learns from batches of 8, and no more when one of 3 comes: what happens at a new size?")
    amiss = [move.amiss for move in moves if move.amiss]
    if amiss:
        raise Hint(amiss[0])
