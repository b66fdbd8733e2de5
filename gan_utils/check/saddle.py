"""The check of the game at the end of notebook 03."""

import numpy as np

from gan_utils.check.verdict import Hint, as_array, call, exercise

__all__ = ["optimistic_push"]


@exercise(
    first_step="Return push alone, and read how far out that leads. Then: what does last_push add?",
    praise="Both arrive, at once and with no penalty: each answers to where the other is about to be.",
)
def optimistic_push(answer):
    """`answer(push, last_push)`: what a player steps along in place of `push`, an array of the same shape.

    Any answer passes with which both players of V = theta psi come to rest at the saddle, if it goes the way
    of the push where that stays the same. (With both pushes reversed the game alone would look as good.)
    The idea: Daskalakis et al. 2018, arXiv:1711.00141.
    """
    same = np.array([2.0, -1.0, 0.5])
    unchanged = as_array(call(answer, same, same), (3,))
    changed = as_array(call(answer, np.array([2.0, 0.0, 4.0]), np.array([0.0, 3.0, 1.0])), (3,))
    if not (unchanged.any() or changed.any()):
        raise Hint("it is always zero: who does not move does not arrive.")
    if not unchanged.any():
        raise Hint("where the push stays the same it is zero: nobody would get down a plain slope with it.")
    if (np.sign(unchanged) != np.sign(same)).any():
        raise Hint("where the push stays the same, that is the way to go; yours goes another.")
    distances = _play(answer)
    if distances[-1].max() > 0.05:
        raise Hint(_how_it_went(distances[:, 0]) + _why(distances[-1, 0], *changed / (2, 3, 1)))


def _play(answer, steps=5000, rate=0.1):
    """Both at once: the distances from the saddle after each step, from three starts; until it is decided."""
    theta, psi = np.array([1.0, -0.3, 0.3]), np.array([0.0, 0.0, 0.4])
    last_g, last_d, distances = -psi, theta, []
    for _ in range(steps):
        push_g, push_d = -psi, theta
        theta = theta + rate * as_array(call(answer, push_g, last_g), (3,))
        psi = psi + rate * as_array(call(answer, push_d, last_d), (3,))
        last_g, last_d = push_g, push_d
        distances.append(np.hypot(theta, psi))
        if not 0.01 < distances[-1].max() < 500:
            break
    return np.array(distances)


def _how_it_went(distances):
    # Where it leads outwards, 500 steps show it, as in the notebook.
    steps = min(500, len(distances)) if distances[-1] > 1 else len(distances)
    return f"distance 1 at first, {distances[steps - 1]:.3g} after {steps:,} steps: "


def _why(distance, now, last, of_both):
    """The slip, where now * push + last * last_push (of 4 and 1: of_both) ended at this distance."""
    slips = {
        "that is push alone, and while you step, the other one moves on.": (1, 0),
        "that is last_push alone: older news than push.": (0, 1),
        "the mean of both looks back: it answers to where the other one was.": (0.5, 0.5),
        "the sum of both looks back, and makes the steps twice as long.": (1, 1),
        "have the two pushes changed places? Which of them is the newer?": (-1, 2),
    }
    for hint, weights in slips.items():
        if np.allclose((now, last), weights):
            return hint
    if not np.isclose(of_both, 4 * now + last):
        return "the players do not arrive. What does the change from last_push to push foretell?"
    if np.isclose(last, 0):
        return "a longer or a shorter step is no other way: the same spiral, walked faster or more slowly."
    if last > 0:
        return "last_push carries it on, like momentum; here that is the way outwards."
    if distance < 0.99:
        return "inwards, but not there yet. Are the steps too short, or do they look too little ahead?"
    return "it uses the change of the push, but in what proportion? How far ahead is one step?"
