"""The checks of notebook 01."""

import numpy as np

from gan_utils.check.verdict import as_array, call, compare, exercise

__all__ = ["accuracy"]


@exercise(
    first_step="Begin with one question to one image: for which logits does D say real?",
    praise="It counts both kinds, and needs no sigmoid: D = 1/2 is where the logit is 0.",
)
def accuracy(answer):
    """`answer(real_logits, fake_logits)`: the share of all images, (n, 1) each, that D got right."""
    rng = np.random.default_rng(0)
    real_logits, fake_logits = rng.normal(0.3, 1, (40, 1)), rng.normal(-1, 1, (40, 1))
    passed, caught = np.mean(real_logits > 0), np.mean(fake_logits < 0)
    result = as_array(call(answer, real_logits, fake_logits), ())
    compare(
        result,
        (passed + caught) / 2,
        {
            "those are the images that D got wrong: one minus that is wanted.": 1 - (passed + caught) / 2,
            "it counts what D calls real; but a fake called real is a mistake.": (passed + 1 - caught) / 2,
            "it looks at the real images only: half of the images are fake.": passed,
            "it looks at the fakes only: half of the images are real.": caught,
            "it compares the logits with 1/2. That is the limit for D, and what is the logit of D = 1/2?": (
                np.mean(real_logits > 0.5) + np.mean(fake_logits < 0.5)
            )
            / 2,
            "that is a number of images; the share of all of them is wanted.": 40 * (passed + caught),
            "it adds two shares: their mean is wanted.": passed + caught,
        },
        "try it by hand: reals with logits 2 and -1, fakes with -3 and 4. Two of these four are right.",
    )
