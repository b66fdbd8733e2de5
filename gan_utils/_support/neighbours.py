"""Who lies near whom: density and coverage (Naeem et al. 2020, arXiv:2002.09797), and nearest neighbours."""

import numpy as np

NEIGHBOURS = 5  # k of density and coverage, as in their paper


def density_coverage(real, fake):
    """Density and coverage of fake features (n, d) among real ones (m, d): equations 4 and 5 of the paper."""
    radius = np.concatenate([np.partition(d, NEIGHBOURS)[:, NEIGHBOURS] for d in _distances(real, real)])
    inside = np.zeros(len(fake))  # how many real images' balls hold this fake
    covered = np.zeros(len(real), bool)
    start = 0
    for distances in _distances(real, fake):
        within = distances < radius[start : start + len(distances), None]
        inside += within.sum(axis=0)
        covered[start : start + len(distances)] = within.any(axis=1)
        start += len(distances)
    return float(inside.mean() / NEIGHBOURS), float(covered.mean())


def nearest_distances(images, train_images):
    """For each image the Euclidean distance, in pixels, to the nearest training image."""
    sample, train = (x.reshape(len(x), -1) for x in (images, train_images))
    return np.concatenate([d.min(axis=1) for d in _distances(sample, train)])


def _distances(rows, columns, chunk=500):
    """Euclidean distances between rows and columns, a few rows at a time to bound the memory."""
    squares = np.array([np.sum(column**2) for column in columns])  # one by one: a copy of all is large
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        squared = np.sum(part**2, axis=1)[:, None] - 2 * part @ columns.T + squares
        yield np.sqrt(squared.clip(0))
