"""Notebook 04: a tour of latents on the sphere."""

import numpy as np

from gan_course.checking.comparing import agree, as_array, first_difference, try_cases
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call
from gan_course.sphere import angle_between, sphere_walk, straight_walk, turned

SIZES = (
    (3, 5),
    (5, 4),
    (2, 9),
    (4, 2),
    (3, 1),
    (3, 7),
)  # k stops with n latents a leg; no product stands twice
ROUNDING = 1e-5  # what arccos and the sines lose in float32, for norms up to 10


@exercise(
    first_step="Begin with one leg, from stops[0] to stops[1]: at which n values of t do you stand still?",
    praise="Every picture of the film is drawn where G has trained, and the last leads back to the first.",
)
def tour(answer):
    """`answer(stops, n)`: (k n, 64); from each of the k stops, (k, 64), n latents towards the next."""
    rng = np.random.default_rng(0)
    equal, unequal = [], []
    for (k, n), norm in zip(SIZES, (8, 5, 7, 9, 8, 6), strict=True):
        directions = _unit(rng.standard_normal((k, 64)) + 0.7 * rng.standard_normal(64))
        unequal.append(((directions * rng.uniform(6, 10, (k, 1))).astype("float32"), n))
        if n == 7:  # two legs of more than a right angle
            directions[1] = _unit(0.8 * directions[1:2] - directions[:1])
        equal.append(((norm * directions).astype("float32"), n))

    def right(stops, n):
        return _tour(sphere_walk, stops, n)

    slips = {hint: lambda stops, n, way=way: _tour(way, stops, n) for hint, way in WAYS.items()} | {
        "each leg ends on the next stop, and the next leg begins there: that picture stands still for "
        "twice as long.": lambda stops, n: _tour(sphere_walk, stops, n, np.linspace(0, 1, n)),
        "each leg begins one step late: its first latent is the stop itself.": (
            lambda stops, n: _tour(sphere_walk, stops, n, np.arange(1, n + 1) / n)
        ),
        "each leg begins at its stop, and then walks towards the one before.": (
            lambda stops, n: _tour(sphere_walk, stops, n, step=-1)
        ),
        "the tour goes round the other way: the legs follow the order of stops.": (
            lambda stops, n: right(stops[::-1], n)
        ),
        "the latents come in the order of t, one of each leg in turn: first the whole first leg, then the "
        "second.": lambda stops, n: right(stops, n).reshape(-1, n, 64).swapaxes(0, 1).reshape(-1, 64),
        "all legs have the angle of the first: each pair of stops has its own.": (
            lambda stops, n: _tour(lambda a, b, t: turned(a, b, t, angle_between(*stops[:2])), stops, n)
        ),
    }
    # With stops of one norm there is one way along the sphere.
    try_cases(
        answer,
        equal,
        right,
        slips,
        "where do equal steps lead, and how long are the latents there?",
        _latents,
        atol=ROUNDING,
    )
    for stops, n in unequal:
        with np.errstate(all="ignore"):
            _require_unequal(_latents(call(answer, stops, n), (len(stops) * n, 64)), stops, n)


def _latents(result, shape):
    k, n = next((k, n) for k, n in SIZES if k * n == shape[0])
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
        came = np.shape(result)
    except Exception:
        came = None  # as_array says what is wrong
    if came != shape and came in slips:
        raise Hint(f"with {k} stops and n = {n}: {slips[came]}")
    array = as_array(result, shape, f"the tour of {k} stops with n = {n}", finite=False)
    if np.isnan(array).any():
        raise Hint(
            "NaN: arccos takes numbers from -1 to 1 alone. What makes a @ b the cosine of an angle? (Or is "
            "it the angle between a stop and itself?)"
        )
    return array


def _require_unequal(result, stops, n):
    """Where two stops differ in norm, the norm may go over as it likes; the directions are a sphere's."""
    case = {"stops": stops, "n": n}
    first = result.copy()
    first[::n] = stops
    if not agree(result, first, atol=ROUNDING):
        raise Hint("each leg begins at its stop, as long as that is.", first_difference(case, first, result))
    norms, ends = np.linalg.norm(result, axis=1).reshape(-1, n), np.linalg.norm(stops, axis=1)
    for leg, (a, b) in zip(norms, zip(ends, np.roll(ends, -1), strict=True), strict=True):
        if leg.min() < min(a, b) - ROUNDING or leg.max() > max(a, b) + ROUNDING:
            far = leg[np.argmax(abs(leg - (a + b) / 2))]
            raise Hint(
                f"a latent has the norm {far:.2f}, and the stops of its leg have {a:.2f} and {b:.2f}: do you "
                "take each stop as long as it is?"
            )
        if n > 3 and abs(np.diff([*leg, b])).max() > 0.6 * abs(b - a):
            raise Hint(
                f"a leg from the norm {a:.2f} to {b:.2f} jumps on its way: its norms are {leg.round(2)}."
            )
    # The formula may be given the stops as they are, or their directions: both serve.
    ways = [_tour(sphere_walk, stops, n), _tour(sphere_walk, _unit(stops), n)]
    if not any(agree(_unit(result), _unit(way), atol=ROUNDING / 5) for way in ways):
        example = first_difference(case, ways[0], result)
        raise Hint(
            "right where all stops are of one norm, and not where they differ: by what is a @ b divided?",
            example,
        )


def _tour(way, stops, n, times=None, step=1):
    stops, times = np.asarray(stops, "float64"), np.arange(n) / n if times is None else times
    legs = zip(stops, np.roll(stops, -step, axis=0), strict=True)
    return np.concatenate([way(a, b, times[:, None]) for a, b in legs])


def _unit(latents):
    return latents / np.linalg.norm(latents, axis=-1, keepdims=True)


WAYS = {
    "the way is straight: look at the norms half-way. Where has G trained?": straight_walk,
    "the norms are right, but the steps are not of one size: equal angles, not equal parts of the straight "
    "way.": lambda a, b, t: np.linalg.norm(a) * _unit(straight_walk(a, b, t)),
    "each leg goes backwards, from the next stop to its own.": lambda a, b, t: sphere_walk(b, a, t),
    "the angle is in degrees: in what does np.sin measure?": (
        lambda a, b, t: turned(a, b, t, np.degrees(angle_between(a, b)))
    ),
    "every leg is treated as a quarter turn: how large is the angle between these two stops?": (
        lambda a, b, t: turned(a, b, t, np.pi / 2)
    ),
    "the angle is right only where it is below a right one: what does the sign of a @ b say?": (
        lambda a, b, t: turned(a, b, t, min(angle_between(a, b), np.pi - angle_between(a, b)))
    ),
    "the first latents are shorter than their stops: what stands below the line of the formula?": (
        lambda a, b, t: sphere_walk(a, b, t) * np.sin(angle_between(a, b))
    ),
    "all norms are 1: those are directions. How long are latents in 64 dimensions?": (
        lambda a, b, t: _unit(sphere_walk(a, b, t))
    ),
}
