"""How the mean cost changes with each logit (notebook 03).

A real image costs softplus(-s), and the notebook has the slope of that: -(1 - D), or D - 1. A fake costs
softplus(s), which is minus the saturating loss, so its slope is D. One formula for both: D - y, what D said
less what it should have said. It holds for y = 0.9 as well, for the cost is then 0.9 of the one and 0.1 of
the other: 0.9 (D - 1) + 0.1 D = D - 0.9. (Along the way D(1 - D), the slope of the sigmoid, has cancelled;
with a squared error it would stay, and be zero just where D is sure and wrong.)

The batch's cost is the mean of n costs, and each logit stands in one of them only: hence 1/n.

D has to survive logits of -1000: exp(1000) would overflow. Here the sigmoid is written with tanh, which has
no exponential that can. `keras.ops.sigmoid` is safe as well.
"""

import numpy as np


def cost_gradient(targets, logits):
    probability_of_real = (1 + np.tanh(logits / 2)) / 2
    return (probability_of_real - targets) / len(logits)
