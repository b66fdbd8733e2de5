"""The logit of a verdict (notebook 01).

Three things lie between "13 % fake" and its logit. Percent are hundredths: 13 % is a probability of 0.13.
That is the probability of fake, and D(x) is the probability of real, what is left to 1: 0.87. And the
logit is the sigmoid backwards, the logarithm of D against 1 - D, here of 87 against 13.

In D / (1 - D) the hundredths cancel: 87 for real against 13 for fake will do. NumPy's operations take a
whole array at once; `math.log` takes one number only.
"""

import numpy as np


def logit_of_verdict(percent_fake):
    percent_real = 100 - percent_fake
    return np.log(percent_real / percent_fake)
