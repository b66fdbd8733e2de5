"""Notebook 03: two players who arrive at the saddle of V = theta psi, without a penalty."""

import numpy as np

from gan_course.checking.comparing import agree, as_array, shown
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call

STARTS = (1.0, 0.0), (-0.3, 0.0), (0.3, -0.4)  # theta, psi
STEPS, RATE, ARRIVED = 5000, 0.1, 0.05


@exercise(
    first_step="Return push alone, and read how far out that leads. Then: what does last_push add?",
    praise="Both arrive, at once and with no penalty: each answers to where the other is about to be.",
    seconds=60,
)
def optimistic_push(answer):
    """`answer(push, last_push)`: what the players step along in place of `push`; arrays (2,), G's and D's.

    Any answer passes with which both players of V = theta psi come to rest at the saddle, if each goes the
    way of its own push where that stays the same. (With both pushes reversed the game alone would look as
    good.) The idea: Daskalakis et al. 2018, arXiv:1711.00141.
    """
    unchanged = [np.array(push) for push in ([2.0, -1.0], [-0.01, 3.0], [0.5, 0.02])]
    stepped = [as_array(call(answer, push, push), (2,)) for push in unchanged]
    now, last = _ask(answer, [2.0, 0], [0, 0]), _ask(answer, [0, 0], [3.0, 0])
    if not (np.any(stepped) or now.any() or last.any()):
        raise Hint("It is always zero: a player that does not move does not arrive.")
    if not np.any(stepped):
        raise Hint("Where the push stays the same it is zero: nobody would get down a plain slope with it.")
    _require_apart(answer)
    for push, step in zip(unchanged, stepped, strict=True):
        if (np.sign(step) != np.sign(push)).any():
            raise Hint(
                f"Where push and last_push are both {shown(push)}, that is the way to go; yours goes "
                f"another, {shown(step)}."
            )
    for start in STARTS:
        distances = _play(answer, start)
        if distances[-1] > ARRIVED:
            raise Hint(_how_it_went(distances) + _why(distances, answer))


def _ask(answer, push, last_push):
    return as_array(call(answer, np.array(push, "float64"), np.array(last_push, "float64")), (2,))


def _require_apart(answer):
    """Each player's step stays what it is when the other's pushes change."""
    for me, other in ((0, 1), (1, 0)):
        pushes = np.array([[1.0, 2.0], [3.0, -2.0]])  # of now and of last time
        step = _ask(answer, *pushes)[me]
        pushes[:, other] = -3, 1
        changed = _ask(answer, *pushes)[me]
        if not agree(step, changed):
            raise Hint(
                f"{'GD'[me]}'s step changes from {shown(step)} to {shown(changed)} when {'GD'[other]} alone "
                "is pushed elsewhere: each player knows its own two pushes, and no others."
            )


def _play(answer, start):
    """Both at once: the distances from the saddle, at first and after each step; until it is decided."""
    place, last_push, distances = np.array(start), None, [np.hypot(*start)]
    for _ in range(STEPS):
        push = np.array([-place[1], place[0]])
        place = place + RATE * as_array(call(answer, push, push if last_push is None else last_push), (2,))
        last_push = push
        distances.append(np.hypot(*place))
        if not 0.01 < distances[-1] < 500:
            break
    return np.array(distances)


def _how_it_went(distances):
    # Where it leads outwards, 500 steps show it, as in the notebook.
    steps = min(500, len(distances) - 1) if distances[-1] > distances[0] else len(distances) - 1
    return f"Distance {shown(distances[0])} at first, {distances[steps]:.3g} after {steps:,} steps: "


def _why(distances, answer):
    """The slip, where the answer is now * push + last * last_push."""
    now, last = _ask(answer, [2, 2], [0, 0]) / 2, _ask(answer, [0, 0], [3, 3]) / 3
    if not agree((now[0], last[0]), (now[1], last[1])):
        return "G and D step by different rules. One would do for both."
    now, last = now[0], last[0]
    slips = {
        "that is push alone, and while you step, the other one moves on.": (1, 0),
        "that is last_push alone: older news than push.": (0, 1),
        "the mean of both looks back: it answers to where the other one was.": (0.5, 0.5),
        "the sum of both looks back, and makes the steps twice as long.": (1, 1),
        "have the two pushes changed places? Which of them is the newer?": (-1, 2),
    }
    for hint, weights in slips.items():
        if agree((now, last), weights):
            return hint
    if not agree(_ask(answer, [4, -1], [1, 5]), now * np.array([4, -1]) + last * np.array([1, 5])):
        return "the players do not arrive. What does the change from last_push to push foretell?"
    if abs(last) < 1e-6:
        return "a longer or a shorter step is no other way: the same spiral, walked faster or more slowly."
    if last > 0:
        return "last_push carries it on, like momentum; here that is the way outwards."
    if distances[-1] < distances[0]:
        return "inwards, but not there yet. Are the steps too short, or do they look too little ahead?"
    if (now + last) * (now + 3 * last) < 0:  # then short enough steps arrive
        return "the proportion would serve, but steps as long as these overshoot."
    return "it uses the change of the push, but in what proportion? How far ahead is one step?"
