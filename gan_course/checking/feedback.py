"""What a check says of an answer, and the decorator that makes a check of a function which raises hints."""

import dis
import functools
from dataclasses import dataclass, field

from gan_course.checking.comparing import Example
from gan_course.checking.running import Hint, TimeUp, described, traceless, within


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check returns; a cell that ends in a check shows it as one line of text.

    exercise: the name of the check.
    state: "right", "not yet" or "not tried yet".
    message: the hint, or the first step to take; what the right answer is good for.
    example: the case that the hint shows, on which the answer fails; None where it shows none.
    """

    exercise: str
    state: str
    message: str
    example: Example | None = field(default=None, compare=False)

    def __bool__(self):
        return self.state == "right"

    def __repr__(self):
        word = self.message.partition(" ")[0]
        is_code = "_" in word or (len(word) == 1 and word != "a")  # g_step, k: a name keeps its letters
        message = self.message if is_code else self.message[:1].upper() + self.message[1:]
        return f"{self.exercise}: {self.state}. {message}"


def exercise(first_step, praise, seconds=10):
    """Make a check of a function that raises `Hint` where an answer is wrong and returns where it is right.

    Args:
        first_step: what to do first, for whoever has not tried yet.
        praise: what the right answer has shown, in a sentence.
        seconds: how long the check may take, all calls of the answer together; a hundred times what a right
            answer needs on a laptop, ten times where Keras has to trace models.
    """

    def decorate(raise_hints):
        say = functools.partial(Verdict, raise_hints.__name__)

        def verdict_on(answer):
            try:
                if is_blank(answer):
                    return say("not tried yet", first_step)
                raise_hints(answer)
            except Hint as hint:
                return say("not yet", str(hint), hint.example)
            except TimeUp:
                raise
            except BaseException as error:  # out of an object of the student's, say, that cannot be compared
                return say("not yet", f"it cannot be judged: what came of it stops with {described(error)}")
            return say("right", praise)

        @functools.wraps(raise_hints)
        def check(answer) -> Verdict:
            try:
                with traceless():
                    return within(seconds, lambda: verdict_on(answer))
            except Hint as hint:
                return say("not yet", str(hint))

        return check

    return decorate


def is_blank(answer):
    """Whether this is what stands in the notebook untouched: `...`, or a function that holds nothing else.

    What it was compiled to is looked at, and not its source, which is not always to be had: code that was run
    by `exec` has none, and that of a lambda is the whole line around it.
    """
    if answer is None or answer is ...:
        return True
    code = getattr(answer, "__code__", None)
    return code is not None and _operations(code) == _operations(_blank.__code__)


def _blank(): ...


def _operations(code):
    # Without the docstring, but with what is returned: `return 3` is an answer.
    return [(i.opname, None if i.argval is ... else i.argval) for i in dis.get_instructions(code)]
