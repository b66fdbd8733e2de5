"""Checks of the exercises: `gu.check.accuracy(answer)` says right; not yet, with a hint; or not tried yet.

A check looks at what an answer does, never at how it is written, and trains no network.
"""

from gan_utils.check.conditional import *  # noqa: F403
from gan_utils.check.dcgan import *  # noqa: F403
from gan_utils.check.discriminator import *  # noqa: F403
from gan_utils.check.forger import *  # noqa: F403
from gan_utils.check.generator import *  # noqa: F403
from gan_utils.check.losses import *  # noqa: F403
from gan_utils.check.recipe import *  # noqa: F403
from gan_utils.check.saddle import *  # noqa: F403
from gan_utils.check.training import *  # noqa: F403
from gan_utils.check.turn import *  # noqa: F403
from gan_utils.check.verdict import Verdict  # noqa: F401
from gan_utils.check.walk import *  # noqa: F403
