"""Checks of the exercises: `course.check.accuracy(answer)` says right, not yet with a hint, or not tried yet.

A check looks at what an answer does, never at how it is written, and trains no network. There is one for each
file of gan_course/exercises, of the file's name.
"""

from importlib import import_module
from pkgutil import iter_modules

import gan_course.exercises
from gan_course.checking.feedback import Verdict

_NAMES = [module.name for module in iter_modules(gan_course.exercises.__path__)]
__all__ = ["Verdict", *_NAMES]

for _name in _NAMES:
    globals()[_name] = getattr(import_module(f"gan_course.exercises.{_name}"), _name)


def __dir__():
    return sorted(__all__)
