"""Checks of the exercises: `course.check.accuracy(answer)` says right, not yet with a hint, or not tried yet.

A check looks at what an answer does, never at how it is written, and trains no network.
"""

from gan_course.check.conditional import *  # noqa: F403
from gan_course.check.dcgan import *  # noqa: F403
from gan_course.check.discriminator import *  # noqa: F403
from gan_course.check.forger import *  # noqa: F403
from gan_course.check.generator import *  # noqa: F403
from gan_course.check.losses import *  # noqa: F403
from gan_course.check.recipe import *  # noqa: F403
from gan_course.check.saddle import *  # noqa: F403
from gan_course.check.training import *  # noqa: F403
from gan_course.check.turn import *  # noqa: F403
from gan_course.check.verdict import Verdict  # noqa: F401
from gan_course.check.walk import *  # noqa: F403
