"""The two losses of the original GAN, from logits (Goodfellow et al. 2014, arXiv:1406.2661, section 3).

With D(x) = sigmoid(logit), -log D(x) = softplus(-logit) and -log(1 - D(x)) = softplus(logit): both stay
exact where computing D first would round it to 0 or 1. `GAN` trains on the same numbers through Keras's
BinaryCrossentropy(from_logits=True); a test holds the two equal.
"""

from typing import Any

from keras import ops

Tensor = Any  # an array of the backend's, for which Keras has no type, or whatever becomes one


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """L_D = 1/2 (E[-log D(x)] + E[-log(1 - D(G(z)))]), a scalar tensor.

    The binary cross-entropy averaged over a batch of as many fakes as reals (targets real = 1, fake = 0).
    Equal to -V(D, G) / 2 with the paper's value function V; ln 2 = 0.693 where D says 1/2 to everything.
    The paper and many tutorials use the sum of the two means, twice this.

    Args:
        real_logits: float (n, 1), D's logits for real images.
        fake_logits: float (m, 1), D's logits for generated images.
    """
    real_loss = ops.mean(ops.softplus(-ops.convert_to_tensor(real_logits)))
    fake_loss = ops.mean(ops.softplus(ops.convert_to_tensor(fake_logits)))
    return (real_loss + fake_loss) / 2


def generator_loss(fake_logits: Tensor) -> Tensor:
    """L_G = E[-log D(G(z))], the non-saturating loss, a scalar tensor.

    The binary cross-entropy with all targets 1 ("real"). The gradient of one image's loss at its logit is
    -(1 - D): largest where D is surest that the image is fake.

    Args:
        fake_logits: float (n, 1), D's logits for generated images.
    """
    return ops.mean(ops.softplus(-ops.convert_to_tensor(fake_logits)))
