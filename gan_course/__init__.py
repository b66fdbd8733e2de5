"""What the notebooks use in class: checks, guesses, figures, sliders and buttons, laboratory, closing quiz.

The notebooks import it as `course`. It stands on `gan_utils`, which knows nothing of it.
"""

import gan_utils  # noqa: F401  it comes before Keras, whose start-up it keeps quiet
from gan_course import check, laboratory
from gan_course.debugger import debug_step
from gan_course.explorer import explore_latents
from gan_course.figures import STYLE, fingerprint, plot_gan, plot_signature, show, show_gif, signature_numbers
from gan_course.guess import Guess
from gan_course.laboratory import Laboratory
from gan_course.quiz import load_quiz

__all__ = [
    "STYLE",
    "Guess",
    "Laboratory",
    "check",
    "debug_step",
    "explore_latents",
    "fingerprint",
    "laboratory",
    "load_quiz",
    "plot_gan",
    "plot_signature",
    "show",
    "show_gif",
    "signature_numbers",
]


def __dir__():
    return sorted(__all__)
