"""Generative adversarial networks in pure Keras 3, small enough to read in one sitting.

Read on in this order: data, networks, losses, gan; then quality, plots and conditional. Import this before
Keras: the backend's start-up messages, which would otherwise land in the notebook, are kept quiet.
"""

from gan_utils._support import startup  # noqa: F401  the first: it starts Keras quietly
from gan_utils._support.callbacks import StopAfter
from gan_utils._support.classifiers import train_classifier
from gan_utils._support.moved import MOVED_TO_THE_COURSE
from gan_utils._support.training_check.check_training import check_training
from gan_utils.conditional import (
    as_pairs,
    ask,
    build_conditional_discriminator,
    build_conditional_generator,
)
from gan_utils.data import Dataset, load_images
from gan_utils.gan import GAN
from gan_utils.losses import discriminator_loss, generator_loss
from gan_utils.networks import (
    Combined,
    build_combined,
    build_dcgan_discriminator,
    build_dcgan_generator,
    build_discriminator,
    build_generator,
    input_gradient,
)
from gan_utils.plots import COLORS, plot_images, plot_training, save_gif
from gan_utils.quality import classify, evaluate_quality

__all__ = [
    "COLORS",
    "GAN",
    "Combined",
    "Dataset",
    "StopAfter",
    "as_pairs",
    "ask",
    "build_combined",
    "build_conditional_discriminator",
    "build_conditional_generator",
    "build_dcgan_discriminator",
    "build_dcgan_generator",
    "build_discriminator",
    "build_generator",
    "check_training",
    "classify",
    "discriminator_loss",
    "evaluate_quality",
    "generator_loss",
    "input_gradient",
    "load_images",
    "plot_images",
    "plot_training",
    "save_gif",
    "train_classifier",
]


def __dir__():
    return sorted(__all__)


def __getattr__(name):
    if name in MOVED_TO_THE_COURSE:
        raise AttributeError(
            f"gan_utils.{name} is now in gan_course: import gan_course as course, then course.{name}"
        )
    raise AttributeError(f"module 'gan_utils' has no attribute {name!r}")
