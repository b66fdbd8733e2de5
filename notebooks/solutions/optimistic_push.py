"""Arriving at once, without a penalty (notebook 03).

Both step at once, so each answers to where the other one is, and by the time the step has been made the
other is elsewhere. That lag is what widens the circle. But the other's move can be foreseen: since the last
step the push has changed by push - last_push, and if the other goes on as before, it will change by as much
again. So answer to the push that is about to come: push + (push - last_push).

In numbers: from step to step the radius shrinks by the factor 1 - rate^2 / 2, nearly, where push alone
makes it grow by 1 + rate^2 / 2. Other mixtures arrive too. With a * push + b * last_push and a small rate,
(a + b)(a + 3 b) must be below 0: last_push with a minus, and more than a third of a.

This is optimistic gradient descent (Daskalakis, Ilyas, Syrgkanis and Zeng 2018, "Training GANs with
Optimism", arXiv:1711.00141). In a game as simple as this one it is a cure. In a GAN the push comes from a
batch, and its change is in part mere chance.
"""


def optimistic_push(push, last_push):
    change = push - last_push
    return push + change
