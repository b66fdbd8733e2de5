"""A forger with a budget (notebook 01).

To first order the logit changes by the sum, over all pixels, of gradient times change. Each pixel has a
term of its own and a budget of its own, so each can be settled by itself: to make its term as large as
can be, go up where the gradient is above 0 and down where it is below, and spend the whole budget either
way. How large the gradient is does not matter, only its sign: a pixel that counts for little still counts
for something, and there are 784 of them. Where the gradient is 0 the sign is 0, and nothing moves.

What then lies outside [0, 1] is cut off. That costs nothing that could be had: a black pixel cannot get
darker.

This is the fast gradient sign method of I. Goodfellow, J. Shlens and C. Szegedy (2014), *Explaining and
harnessing adversarial examples*, arXiv:1412.6572: a change that the eye hardly sees, and the judge is
fooled.
"""

import numpy as np


def retouch(images, gradient, budget):
    direction = np.sign(gradient)
    return np.clip(images + budget * direction, 0, 1)
