"""A batch for the discriminator (notebook 01).

D judges each picture by itself, so reals and fakes go one after the other into one longer batch. At the
end of an epoch fewer reals may be left than the forger delivers. We cut the fakes to their number: D(x)
is the probability of real *where both come equally often*, and a batch of 13 reals and 31 fakes would
teach it to suspect everything.

The targets follow the order of the pictures: n ones for the reals, then n zeros. A column, (2n, 1), is
the shape of D's logits. If you shuffle, shuffle both with one permutation; for the mean cost over the
batch the order makes no difference.
"""

import numpy as np


def real_and_fake_batch(real_images, fake_images):
    count = len(real_images)
    images = np.concatenate([real_images, fake_images[:count]])
    targets = (np.arange(2 * count) < count).astype("float32").reshape(-1, 1)
    return images, targets
