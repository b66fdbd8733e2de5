"""BatchNorm by hand (notebook 02).

A batch is a table, one row a picture, one column a unit. BatchNorm treats each unit by itself and compares
it over the batch, so mean and variance run down the columns, axis 0, and each unit has one of both. The
variance is the plain mean of the squared distances, as NumPy's `var` has it by default. Epsilon joins the
variance before the root is taken: a unit that is the same for the whole batch has variance 0, and is divided
by the root of epsilon instead of by 0. Then gamma scales, and beta, which comes last, shifts. NumPy lays
arrays of shape (units,) along the rows of (n, units) by itself.
"""

import numpy as np


def batch_norm(values, gamma, beta, epsilon):
    distance = values - np.mean(values, axis=0)
    variance = np.mean(distance**2, axis=0)
    return gamma * distance / np.sqrt(variance + epsilon) + beta
