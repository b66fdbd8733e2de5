"""Accuracy from logits (notebook 01).

D says "real" where D(x) > 1/2, and D(x) is the sigmoid of the logit. The sigmoid of 0 is 1/2 and the sigmoid
rises, so D(x) > 1/2 is the same as a logit above 0: no sigmoid has to be computed. A real image is judged
rightly when its logit is above 0, a fake when it is below. There are as many fakes as reals, so the share of
all images is the mean of the two shares.
"""

import numpy as np


def accuracy(real_logits, fake_logits):
    right_about_reals = np.mean(real_logits > 0)
    right_about_fakes = np.mean(fake_logits < 0)
    return (right_about_reals + right_about_fakes) / 2
