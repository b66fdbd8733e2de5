"""The files of the exercises, found by name: checks, solutions, and the answers that checks are tried with.

An answers file holds `right`, a list of answers besides the solution; `wrong`, a dict, piece of the hint ->
answer; and, where there are any, `equivalent`, a dict: change to the solution that leaves it right -> why. In
one with `takes_long` the changes are tried among the slow tests.
"""

import functools
import importlib.util
from pathlib import Path

from tests.notebooks import notebook_rules as rules

NOTEBOOKS = rules.REPOSITORY / "notebooks"
SOLUTIONS, ANSWERS = NOTEBOOKS / "solutions", Path(__file__).with_name("answers")
CHECKS = rules.REPOSITORY / "gan_course" / "exercises"


def names(folder):
    """The exercises that have a file in this folder."""
    return sorted(path.stem for path in folder.glob("[!_]*.py"))


NAMES = names(CHECKS)


def source_of_solution(name):
    return (SOLUTIONS / f"{name}.py").read_text(encoding="utf-8")


def solution(name):
    return getattr(_load(SOLUTIONS / f"{name}.py"), name)


def answers(name):
    return _load(ANSWERS / f"{name}.py")


@functools.cache
def _load(path):
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
