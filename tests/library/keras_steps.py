"""Training by the package, step for step, on latents and images that others can be given as well."""

import keras
import numpy as np

import gan_utils as gu
from tests.library.test_steps_per_execution import set_floats

# Even in double precision, Keras keeps learning rates and decays in single, and on JAX the cross-entropy.
# Where a gradient is nearly 0, as at a few of 478,000 weights, Adam's first step magnifies that, to a
# thousandth of its length.
NOISE = 2e-6


def keras_steps(steps, seed=5, dtype="float64"):
    """Train the dense pair of the series, and return all that went in and came out.

    Returns a dict:
        "G", "D": the first weights, lists of arrays in Keras's order; "G 1", "D 1": after one step;
            "G after", "D after", "average": at the end.
        "images" (steps, 64, 784), "latents" (steps, 2, 64, 64), for D and then for G: what went in, float32.
        "curves" (steps, 3): D's loss, G's loss, D's accuracy.
    """
    set_floats(dtype)
    try:
        keras.utils.set_random_seed(seed)
        gan = gu.GAN(gu.build_generator(64), gu.build_discriminator(), seed=seed)
        found = {"G": gan.generator.get_weights(), "D": gan.discriminator.get_weights()}
        digits = gu.load_images("digits").images
        rng = np.random.default_rng(seed)
        found["latents"] = rng.standard_normal((steps, 2, 64, 64), dtype="float32")  # as the GAN will draw
        found["images"] = digits[np.random.default_rng(0).integers(len(digits), size=(steps, 64))]
        for batch in found["images"]:
            gan.train_on_batch(batch)
            if gan.step == 1:
                found |= {"G 1": gan.generator.get_weights(), "D 1": gan.discriminator.get_weights()}
        found |= {"G after": gan.generator.get_weights(), "D after": gan.discriminator.get_weights()}
        found["average"] = gan.averaged_generator.get_weights()
        found["curves"] = np.transpose([gan.curves[name] for name in ("d_loss", "g_loss", "d_accuracy")])
        found["images"] = found["images"].reshape(steps, 64, 784)
        return found
    finally:
        set_floats("float32")


def farthest(weights, others):
    """How far two networks are apart: of all arrays the largest distance, relative to the array's norm."""
    pairs = zip(weights, others, strict=True)
    return max(np.linalg.norm(a - b) / max(np.linalg.norm(b), 1e-9) for a, b in pairs)
