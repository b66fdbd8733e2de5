import numpy as np
import pytest

import gan_utils as gu
from tests.library.small_gan import small_gan

REAL = np.array([[2.0], [-1.0], [0.3]], "float32")
FAKE = np.array([[-2.0], [0.5], [8.0]], "float32")


def bce(logits, target):
    """-log p of the right answer, in float64 from probabilities."""
    p = 1 / (1 + np.exp(-np.float64(logits)))
    return -np.log(p if target else 1 - p).mean()


def test_losses_against_the_formulas():
    assert float(gu.discriminator_loss(REAL, FAKE)) == pytest.approx(
        (bce(REAL, 1) + bce(FAKE, 0)) / 2, rel=1e-5
    )
    assert float(gu.generator_loss(FAKE)) == pytest.approx(bce(FAKE, 1), rel=1e-5)


def test_losses_are_what_gan_trains_on():
    gan = small_gan()
    targets = np.array([[1.0]] * 3 + [[0.0]] * 3, "float32")
    d_loss = float(gan.real_fake.loss(targets, np.concatenate([REAL, FAKE])))
    assert float(gu.discriminator_loss(REAL, FAKE)) == pytest.approx(d_loss, rel=1e-6)
    g_loss = float(gan.combined.loss(np.ones((3, 1)), FAKE))
    assert float(gu.generator_loss(FAKE)) == pytest.approx(g_loss, rel=1e-6)


def test_know_nothing_costs_ln_2():
    zeros = np.zeros((4, 1), "float32")
    assert float(gu.discriminator_loss(zeros, zeros)) == pytest.approx(np.log(2))
    assert float(gu.generator_loss(zeros)) == pytest.approx(np.log(2))


def test_losses_stay_exact_where_probabilities_round():
    far = np.array([[200.0]], "float32")
    assert float(gu.generator_loss(-far)) == pytest.approx(200)
    assert float(gu.discriminator_loss(-far, far)) == pytest.approx(200)
    assert float(gu.discriminator_loss(far, -far)) == 0
