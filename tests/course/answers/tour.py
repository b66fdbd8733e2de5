"""Answers to the exercise `tour`: more that are right, and wrong ones, by a piece of their hint."""

import numpy as np
from keras import ops


def angle(a, b):
    return np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))


def sphere(a, b, t):
    return (np.sin((1 - t) * angle(a, b)) * a + np.sin(t * angle(a, b)) * b) / np.sin(angle(a, b))


def straight(a, b, t):
    return (1 - t) * a + t * b


def walk(way=sphere, step=1, begin=lambda stops: stops, times=lambda n: np.arange(n) / n):
    """A tour, right but for what is put in."""

    def tour(stops, n):
        stops = begin(stops)
        return np.array(
            [way(stops[i], stops[(i + step) % len(stops)], t) for i in range(len(stops)) for t in times(n)]
        )

    return tour


def directions_and_norms(stops, n):
    """Turn the direction by equal angles, and let the norm go from the one to the other evenly."""
    norms = np.linalg.norm(stops, axis=1)
    units, t, legs = stops / norms[:, None], np.linspace(0, 1, n, endpoint=False)[:, None], []
    for i in range(len(stops)):
        a, b = units[i], units[i - len(stops) + 1]
        across = b - (a @ b) * a  # the part of b at right angles to a
        turned = t * angle(a, b)
        direction = np.cos(turned) * a + np.sin(turned) * across / np.linalg.norm(across)
        legs.append(straight(norms[i], norms[i - len(stops) + 1], t) * direction)
    return ops.concatenate([ops.convert_to_tensor(leg, "float32") for leg in legs])


def along_the_list(stops, n):
    latents = []
    for a, b in zip([*stops], [*stops[1:], stops[0]], strict=True):
        latents += [list(sphere(a, b, j / n)) for j in range(n)]
    return latents


def without_norms(a, b, t):
    omega = np.arccos(a @ b)
    return (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)


def in_degrees(a, b, t):
    omega = np.degrees(angle(a, b))
    return (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)


def for_equal_norms(a, b, t):
    omega = np.arccos(a @ b / np.linalg.norm(a) ** 2)
    return (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)


def of_norm_eight(way):
    return lambda a, b, t: 8 * way(a, b, t) / np.linalg.norm(way(a, b, t))


def of_its_norm(way):
    return lambda a, b, t: np.linalg.norm(a) * way(a, b, t) / np.linalg.norm(way(a, b, t))


def all_with_the_first_angle(stops, n):
    omega = angle(stops[0], stops[1])
    return walk(lambda a, b, t: (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega))(
        stops, n
    )


def by_fractions(stops, n):
    """By rotations of the direction, with norms in a geometric row."""
    latents = np.empty((len(stops), n, 64))
    for i, a in enumerate(stops):
        b = stops[(i + 1) % len(stops)]
        size_a, size_b = np.linalg.norm(a), np.linalg.norm(b)
        for j in range(n):
            direction = sphere(a / size_a, b / size_b, j / n)
            latents[i, j] = size_a ** (1 - j / n) * size_b ** (j / n) * direction
    return latents.reshape(-1, 64)


def to_the_norm(of):
    """Every latent of a leg scaled to one norm."""

    def way(a, b, t):
        return of(np.linalg.norm(a), np.linalg.norm(b)) * sphere(a, b, t) / np.linalg.norm(sphere(a, b, t))

    return way


def to_the_larger_but_for_the_first(a, b, t):
    return a if t == 0 else to_the_norm(max)(a, b, t)


def with_the_size_of_the_cosine(a, b, t):
    omega = np.arccos(abs(a @ b) / np.linalg.norm(a) / np.linalg.norm(b))
    return (np.sin((1 - t) * omega) * a + np.sin(t * omega) * b) / np.sin(omega)


def sinking(a, b, t):
    """Right where the norms are equal; where not, a norm that first sinks."""
    difference = np.linalg.norm(a) - np.linalg.norm(b)
    return sphere(a, b, t) * (1 - np.sin(np.pi * t) * abs(difference) / 20)


right = [directions_and_norms, along_the_list, walk(), by_fractions]
wrong = {
    "the way is straight": walk(straight),
    "not of one size": walk(of_its_norm(straight)),
    "twice as long": walk(times=lambda n: np.linspace(0, 1, n)),
    "one step late": walk(times=lambda n: np.linspace(0, 1, n + 1)[1:]),
    "towards the one before": walk(step=-1),
    "goes backwards": walk(lambda a, b, t: sphere(b, a, t)),
    "the other way": walk(begin=lambda stops: stops[::-1]),
    "-2.995 was expected at [10, 10], and yours gives 0.5232": walk(
        begin=lambda stops: np.roll(stops, 1, axis=0)
    ),
    "in the order of t": lambda stops, n: (
        walk()(stops, n).reshape(len(stops), n, 64).swapaxes(0, 1).reshape(-1, 64)
    ),
    "in degrees": walk(in_degrees),
    "a quarter turn": walk(lambda a, b, t: np.cos(t * np.pi / 2) * a + np.sin(t * np.pi / 2) * b),
    "by what is a @ b divided": walk(for_equal_norms),
    "angle of the first": all_with_the_first_angle,
    "below the line": walk(lambda a, b, t: np.sin(angle(a, b)) * sphere(a, b, t)),
    "all norms are 1": walk(lambda a, b, t: sphere(a, b, t) / np.linalg.norm(sphere(a, b, t))),
    "and yours gives -2.929": walk(of_norm_eight(sphere)),
    "arccos takes numbers": walk(without_norms),
    "where does it go from": lambda stops, n: walk()(stops, n)[:-n],
    "is it closed": lambda stops, n: np.concatenate([walk()(stops, n)[:-n], stops[-1:]]),
    "once more": lambda stops, n: np.concatenate([walk()(stops, n), stops[:1]]),
    "n + 1 latents": walk(times=lambda n: np.linspace(0, 1, n + 1)),
    "n - 1 latents": walk(times=lambda n: np.arange(1, n) / n),
    "one above the other": lambda stops, n: walk()(stops, n).reshape(len(stops), n, 64),
    "side by side": lambda stops, n: walk()(stops, n).reshape(len(stops), n, 64).swapaxes(0, 1),
    "that is one leg": lambda stops, n: walk()(stops, n)[:n],
    "where do equal steps": walk(times=lambda n: (np.arange(n) / n) ** 2),
    "have the shape": lambda stops, n: walk()(stops, n)[:, None],
    "should be numbers": lambda stops, n: "0123",
    "returns nothing": lambda stops, n: print(end=""),
    "stops with IndexError": lambda stops, n: [sphere(a, stops[i + 1], 0) for i, a in enumerate(stops)],
    "2.062 was expected at [0, 48], and yours gives 2.599": walk(to_the_norm(max)),
    "yours gives 2.802": walk(to_the_norm(lambda a, b: (a + b) / 2)),
    "yours gives 2.404": walk(to_the_norm(min)),
    "yours gives 2.774": walk(to_the_norm(lambda a, b: np.sqrt(a * b))),
    "do you take each stop as long": walk(sinking),
    "jumps on its way": walk(to_the_larger_but_for_the_first),
    "sign of a @ b": walk(with_the_size_of_the_cosine),
    "is something rounded": lambda stops, n: np.round(walk()(stops, n), 3),
    "a stop and itself": walk(step=2),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
ORDER = "neither line needs the other"
PAIRS = "zip(stops, np.roll(stops, -1, axis=0)"
equivalent = {
    "swapped: t = np.arange(n)[:, None] / n | legs = []": ORDER,
    f"{PAIRS}, strict=True) -> {PAIRS})": "there are as many nexts as stops",
    f"{PAIRS}, strict=True) -> {PAIRS}, strict=False)": "there are as many nexts as stops",
    "here @ there -> there @ here": "the product is the same either way",
}
