"""Sigmoid and softplus in float64, exact however far from 0 a logit lies."""

import numpy as np


def softplus(logits):
    return np.logaddexp(0, logits, dtype="float64")


def sigmoid(logits):
    return np.exp(-softplus(-logits))
