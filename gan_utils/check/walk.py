"""The check of notebook 04 for a tour of latents on the sphere."""

import numpy as np

from gan_utils.check.verdict import Hint, as_array, call, exercise

__all__ = ["tour"]


@exercise(
    first_step="Begin with one leg, from stops[0] to stops[1]: at which n values of t do you stand still?",
    praise="Every picture of the film is drawn where G has trained, and the last leads back to the first.",
)
def tour(answer):
    """`answer(stops, n)`: (k n, 64); from each of the k stops, (k, 64), n latents towards the next."""
    rng = np.random.default_rng(0)
    for k, n, norm in ((3, 5, 8), (5, 4, 5)):
        directions = _unit(rng.standard_normal((k, 64)) + 0.7 * rng.standard_normal(64))
        # All of one norm first: there the way along the sphere is one and no other.
        stops = (norm * directions).astype("float32")
        _check_leg_by_leg(_latents_of(answer, stops, n), stops, n)
        stops = (directions * rng.uniform(6, 10, (k, 1))).astype("float32")
        _check_unequal(_latents_of(answer, stops, n), stops, n)


def _latents_of(answer, stops, n):
    k = len(stops)
    with np.errstate(all="ignore"):
        result = call(answer, stops, n)
    slips = {
        ((k - 1) * n, 64): "the tour is not closed: where does it go from the last stop?",
        ((k - 1) * n + 1, 64): "the tour ends at the last stop: is it closed?",
        (k * n + 1, 64): "the first stop stands at the end once more: an endless film would show it twice.",
        (k * (n + 1), 64): "n + 1 latents a leg: does the next stop belong to this leg?",
        (k * (n - 1), 64): "n - 1 latents a leg: the stop itself is one of its n.",
        (k, n, 64): "the legs lie one above the other, (k, n, 64): G takes one latent a row.",
        (n, k, 64): "the legs lie side by side, (n, k, 64): G takes one latent a row.",
        (n, 64): "that is one leg: the tour has as many as there are stops.",
    }
    try:
        array = np.asarray(result, "float64")
    except Exception:
        array = np.zeros(0)  # as_array says what is wrong
    if array.shape in slips:
        raise Hint(f"with {k} stops and n = {n}: {slips[array.shape]}")
    if array.shape == (k * n, 64) and np.isnan(array).any():
        raise Hint("NaN: arccos takes numbers from -1 to 1 alone. What makes a @ b the cosine of an angle?")
    return as_array(result, (k * n, 64), f"the tour of {k} stops with n = {n}")


def _check_leg_by_leg(result, stops, n):
    nexts, before = np.roll(stops, -1, axis=0), np.roll(stops, 1, axis=0)
    t, norm = np.arange(n) / n, np.linalg.norm(stops[0])
    right = _legs(_turn, stops, nexts, t)
    if np.allclose(result, right, rtol=0, atol=2e-3):
        return
    straight = _legs(lambda a, b, t: (1 - t) * a + t * b, stops, nexts, t)
    slips = {
        "the way is straight: look at the norms half-way. Where has G trained?": straight,
        "the norms are right, but the steps are not of one size: equal angles, not equal parts of the "
        "straight way.": norm * _unit(straight),
        "each leg ends on the next stop, and the next leg begins there: that picture stands still for "
        "twice as long.": _legs(_turn, stops, nexts, np.linspace(0, 1, n)),
        "each leg begins one step late: its first latent is the stop itself.": (
            _legs(_turn, stops, nexts, t + 1 / n)
        ),
        "each leg begins at its stop, and then walks towards the one before.": _legs(_turn, stops, before, t),
        "each leg goes backwards, from the next stop to its own.": _legs(_turn, nexts, stops, t),
        "the tour goes round the other way: the legs follow the order of stops.": (
            _legs(_turn, stops[::-1], np.roll(stops[::-1], -1, axis=0), t)
        ),
        "the latents come in the order of t, one of each leg in turn: first the whole first leg, then the "
        "second.": right.reshape(len(stops), n, 64).transpose(1, 0, 2).reshape(-1, 64),
        "the angle is in degrees: in what does np.sin measure?": (
            _legs(lambda a, b, t: _turn(a, b, t, np.degrees(_angle(a, b))), stops, nexts, t)
        ),
        "every leg is treated as a quarter turn: how large is the angle between these two stops?": (
            _legs(lambda a, b, t: _turn(a, b, t, np.pi / 2), stops, nexts, t)
        ),
        "all legs have the angle of the first: each pair of stops has its own.": (
            _legs(lambda a, b, t: _turn(a, b, t, _angle(*stops[:2])), stops, nexts, t)
        ),
        "the first latents are shorter than their stops: what stands below the line of the formula?": (
            _legs(lambda a, b, t: _turn(a, b, t) * np.sin(_angle(a, b)), stops, nexts, t)
        ),
        "all norms are 1: those are directions. How long are latents in 64 dimensions?": right / norm,
    }
    for hint, value in slips.items():
        if np.allclose(result, value, rtol=0, atol=2e-3):
            raise Hint(hint)
    wrong = np.argmax(np.abs(result - right).max(axis=1) > 1e-3)
    a, b, latent = stops[wrong // n], nexts[wrong // n], result[wrong]
    if wrong % n == 0:
        raise Hint(f"latent {wrong} should be stops[{wrong // n}] itself: each leg begins at its stop.")
    here, there, apart = (np.degrees(_angle(*pair)) for pair in ((a, latent), (latent, b), (a, b)))
    raise Hint(
        f"latent {wrong} has the norm {np.linalg.norm(latent):.2f}, and is {here:.0f} and {there:.0f} "
        f"degrees from the stops of its leg. They have the norm {norm:.0f}, and {apart:.0f} degrees between "
        f"them: where do equal steps lead?"
    )


def _check_unequal(result, stops, n):
    """Where two stops differ in norm, any norm between them will do; the directions are a sphere's."""
    nexts = np.roll(stops, -1, axis=0)
    lengths, length_of_next = np.linalg.norm(stops, axis=1), np.linalg.norm(nexts, axis=1)
    for i, norm in enumerate(np.linalg.norm(result, axis=1)):
        ends = lengths[i // n], length_of_next[i // n]
        if not 0.99 * min(ends) < norm < 1.01 * max(ends):
            raise Hint(
                f"one latent has the norm {norm:.2f}, and the stops of its leg have {ends[0]:.2f} and "
                f"{ends[1]:.2f}: do you take each stop as long as it is?"
            )
    # The formula may be given the stops as they are, or their directions: both serve.
    ways = [_legs(_turn, *pair, np.arange(n) / n) for pair in ((stops, nexts), (_unit(stops), _unit(nexts)))]
    if not any(np.allclose(_unit(result), _unit(way), rtol=0, atol=2e-4) for way in ways):
        raise Hint(
            "right where all stops are of one norm, and not where they differ: by what is a @ b divided?"
        )


def _unit(latents):
    return latents / np.linalg.norm(latents, axis=1, keepdims=True)


def _angle(a, b):
    return np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))


def _turn(a, b, t, angle=None):
    angle = _angle(a, b) if angle is None else angle
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


def _legs(way, starts, ends, t):
    return np.concatenate([way(a, b, t[:, None]) for a, b in zip(starts, ends, strict=True)])
