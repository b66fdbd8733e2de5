"""The cost of one image, labels +1 and -1 (notebook 03).

For a real image the cost is softplus(-s), for a fake it is softplus(s): the two differ in the sign of the
logit, and nothing else. The label carries just that sign, so softplus(-label * s) is both of them. The
product label * s is called the margin: above 0 where D is right, below where it is wrong, and the cost
falls with it.

What is left is to compute softplus so that nothing overflows, as in the section on binary cross-entropy:
the exponential may only be taken of something that is never above 0. `np.logaddexp(0, ...)` does the same,
and so does `keras.ops.softplus`. There is no mean, for each image was to keep its own cost.
"""

import numpy as np


def signed_cost(labels, logits):
    wrong_by = -labels * logits
    return wrong_by.clip(min=0) + np.log1p(np.exp(-abs(wrong_by)))
