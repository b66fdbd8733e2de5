"""A tour on the sphere (notebook 04).

Two things decide whether the film can run for ever. From each stop t goes through 0, 1/n, ..., (n - 1)/n
and not up to 1: at t = 1 stands the next stop, and with it the next leg begins. And the last stop has a
next one, too, the first. Each leg is walked on the sphere: omega is the angle between its two stops, so
their dot product is divided by both norms before arccos turns it into an angle. Equal steps of t are then
equal angles, and a latent in between is about as long as its stops are, while the straight way would cut
through the inside.
"""

import numpy as np


def tour(stops, n):
    t = np.arange(n)[:, None] / n
    legs = []
    for here, there in zip(stops, np.roll(stops, -1, axis=0), strict=True):
        omega = np.arccos(here @ there / (np.linalg.norm(here) * np.linalg.norm(there)))
        legs.append((np.sin((1 - t) * omega) * here + np.sin(t * omega) * there) / np.sin(omega))
    return np.concatenate(legs)
