"""The pictures that G is told to draw, with the other loss (notebook 02).

The notebook's G lowers -log D, whose slope at the logit a is -(1 - D). This one lowers log(1 - D). With
D = 1 / (1 + exp(-a)) we have 1 - D = 1 / (1 + exp(a)), so that log(1 - D) = -log(1 + exp(a)), and the slope
of that at a is -exp(a) / (1 + exp(a)), which is -D. The chain rule goes on from the logit to the pixels: the
gradient of the loss on a picture is -D times the gradient of the logit. Downhill is the other way, so the
advice is D times the gradient of the logit, and it is added to G's own picture.

Each picture has a D of its own, one number for all its pixels: an array (n, 1, 1, 1) fits to (n, 28, 28, 1),
and (n, 1) does not. Where n is 28 NumPy would take even that, and give each column of pixels another D.

Now look at a G that begins: D takes its pictures for fakes, D is near 0, and so is D times anything. With
-log D the factor is 1 - D instead, which is then near 1. Notebook 03 makes more of it.
"""

import numpy as np


def wanted_images(images, logits, gradient):
    real_to_d = 1 / (1 + np.exp(-logits))
    return images + real_to_d.reshape(-1, 1, 1, 1) * gradient
