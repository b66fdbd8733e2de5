"""What a check says of an answer, and the few tools that every check is made of."""

import dis
import functools
import re
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check returns; a cell that ends in a check shows it as one line of text.

    exercise: the name of the check.
    state: "right", "not yet" or "not tried yet".
    message: the hint, or the first step to take; what the right answer is good for.
    """

    exercise: str
    state: str
    message: str

    def __bool__(self):
        return self.state == "right"

    def __repr__(self):
        return f"{self.exercise}: {self.state}. {self.message}"


class Hint(Exception):
    """An answer is wrong: the likely slip, in words that do not give the solution."""


def exercise(first_step, praise):
    """Make a check of a function that raises `Hint` where an answer is wrong and returns where it is right.

    Args:
        first_step: what to do first, for whoever has not tried yet.
        praise: what the right answer has shown, in a sentence.
    """

    def decorate(checker):
        @functools.wraps(checker)
        def check(answer):
            say = functools.partial(Verdict, checker.__name__)
            if is_blank(answer):
                return say("not tried yet", first_step)
            try:
                checker(answer)
            except Hint as hint:
                return say("not yet", str(hint))
            return say("right", praise)

        return check

    return decorate


def is_blank(answer):
    """Whether this is what stands in the notebook untouched: `...`, or a function that holds nothing else."""
    if answer is None or answer is ...:
        return True
    code = getattr(answer, "__code__", None)
    return code is not None and _operations(code) == _operations(_blank.__code__)


def _blank(): ...


def _operations(code):
    # Without the docstring, but with what is returned: `return 3` is an answer.
    return [(i.opname, None if i.argval is ... else i.argval) for i in dis.get_instructions(code)]


def call(answer, *arguments):
    """The result of the student's function on copies of the arguments; whatever goes wrong becomes a hint."""
    if not callable(answer):
        raise Hint(f"the check needs the function itself, and this is of type {type(answer).__name__}.")
    try:
        result = answer(*[a.copy() if isinstance(a, np.ndarray) else a for a in arguments])
    except (Exception, SystemExit) as error:
        # One line, without the colours that Keras gives its errors.
        said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().partition("\n")[0]
        raise Hint(f"your function stops with {type(error).__name__}: {said}") from error
    if result is None or result is ...:
        raise Hint("your function returns nothing: does it end in a return?")
    return result


def as_array(result, shape, what="the result"):
    """The result as a float array of this shape; a tensor of any backend will do."""
    try:
        if isinstance(result, (str, bytes)):  # which NumPy would read
            raise TypeError
        array = np.asarray(result, dtype="float64")
    except Exception as error:
        raise Hint(f"{what} should be numbers, and is of type {type(result).__name__}.") from error
    if array.shape != shape:
        wanted = f"have the shape {shape}" if shape else "be one number"
        raise Hint(f"{what} should {wanted}, and has the shape {array.shape}.")
    if not np.isfinite(array).all():
        raise Hint(f"{what} holds NaN or infinity.")
    return array


def compare(result, right, slips, otherwise):
    """Pass where `result` is `right`; else raise the hint of the slip that explains it, or `otherwise`.

    Args:
        result, right: arrays of one shape.
        slips: dict, hint -> what an answer with that slip would give.
        otherwise: the hint where no slip fits.
    """
    if np.allclose(result, right, rtol=1e-4, atol=1e-6):
        return
    for hint, value in slips.items():
        if np.allclose(result, value, rtol=1e-4, atol=1e-6):
            raise Hint(hint)
    raise Hint(otherwise)
