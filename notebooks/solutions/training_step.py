"""One turn of algorithm 1 (notebook 04).

Lines 1 to 3 of the algorithm are repeated, so they go into a loop over the batches: latents, fakes from G
as it is now, and an update of D on as many fakes as there are reals. Lines 4 and 5 stand behind the loop, for
G makes one update, however many D has made. It needs latents of its own: those of D's last update belong to
pictures that D has just learned to reject, and G would prepare for these only. The last batch may be
smaller, so the number of fakes is read off each batch. G's update may have any number of latents; here it is
that of the last batch. Nothing is returned: what an update leaves behind is in the weights.
"""

import numpy as np


def training_step(generator, discriminator, combined, real_batches, rng):
    def draw(n):
        return rng.standard_normal((n, generator.input_shape[1]), dtype="float32")

    for reals in real_batches:
        fakes = generator.predict_on_batch(draw(len(reals)))
        real_then_fake = np.repeat([[1.0], [0.0]], len(reals), axis=0)
        discriminator.train_on_batch(np.concatenate([reals, fakes]), real_then_fake)
    all_real = np.ones((len(reals), 1))
    combined.train_on_batch(draw(len(all_real)), all_real)
