"""Ways between two latents: straight, and along the sphere around 0 on which latents lie."""

import numpy as np


def angle_between(a, b):
    """The angle between two latents, from 0 to pi."""
    return np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))


def straight_walk(a, b, t):
    """The latent at t, from 0 to 1, on the straight way from a to b."""
    return (1 - t) * a + t * b


def sphere_walk(a, b, t):
    """The latent at t, from 0 to 1, on the way from a to b along the sphere."""
    angle = angle_between(a, b)
    if np.sin(angle) < 1e-3:  # from a latent to itself there is no way to go
        return straight_walk(a, b, t)
    return turned(a, b, t, angle)


def turned(a, b, t, angle):
    """The walk along the sphere from a to b, were this the angle between them."""
    return np.sin((1 - t) * angle) / np.sin(angle) * a + np.sin(t * angle) / np.sin(angle) * b
