"""Guess first, then run: a question whose answer the reader can only find out by experiment."""

import difflib
import math
import numbers
import re

import numpy as np

NUMBER = re.compile(r"([+-]?\d+(?:\.\d+|,\d{1,2})?)\s*(?:%|per ?cent)?", re.IGNORECASE)


class Guess:
    """A reader's guess, kept until the experiment has spoken. Nobody has to guess.

    Args:
        guess: `...` as long as nobody has guessed; then a number, or one of `choices`. "15 %" is 15, since
            numbers are asked for in per cent. Of a choice, capitals, blanks and a letter amiss do not matter.
        choices: what one may choose from; none where a number is asked for.

    Raises:
        ValueError: the guess is none of the choices, or NaN, or infinite.
        TypeError: a number is asked for and something else came.
    """

    def __init__(self, guess: object, *choices: str) -> None:
        self.guess, self.choices = guess, choices
        wanted = f"one of {', '.join(map(repr, choices))}" if choices else "a number"
        if guess is ... or guess is None:
            print(f"Your guess goes in place of the three dots: {wanted}.")
            return
        self.guess = _choice(guess, choices) if choices else _number(guess)
        came = " ".join(repr(guess).split())  # an array has several lines
        if self.guess is None:
            raise (ValueError if choices else TypeError)(f"guess: {came} came; what serves is {wanted}")
        if not choices and not math.isfinite(self.guess):
            raise ValueError(f"guess: {came} came; what serves is a number that is finite")
        print(f"Your guess, {repr(self.guess) if choices else f'{self.guess:.6g}'}, is kept.")

    def compare(self, measured: float | str) -> None:
        """Print what was measured beside the guess.

        Args:
            measured: a number; or, where there are choices, one of them.

        Raises:
            ValueError: measured is none of the choices.
        """
        if self.choices and measured not in self.choices:
            raise ValueError(f"measured: {measured!r} came, which is none of the choices {self.choices}")
        told = f"Measured: {measured if self.choices else f'{measured:.3g}'}."
        if self.guess is ... or self.guess is None:
            print(told, "You made no guess; the next one?")
        elif self.choices:
            print(told, "As you said." if self.guess == measured else f"You said {self.guess}.")
        else:
            print(told, f"You said {self.guess:.3g}: {self._distance(measured)}.")

    def _distance(self, measured):
        difference = self.guess - measured
        if abs(difference) <= 0.1 * abs(measured):
            return "within a tenth of it"
        return f"{abs(difference):.2g} too {'high' if difference > 0 else 'low'}"


def _choice(guess, choices):
    """The choice that is meant, or None: the one that it is but for typing, or by far the nearest one."""
    if not isinstance(guess, str):
        return None
    near = {
        choice: difflib.SequenceMatcher(None, _plain(guess), _plain(choice)).ratio() for choice in choices
    }
    best, *others = sorted(near, key=near.get, reverse=True)
    far = near[best] - max((near[other] for other in others), default=0) > 0.1
    return best if near[best] == 1 or (near[best] > 0.85 and far) else None


def _plain(text):
    return " ".join(re.sub(r"[_\-'\"]", " ", str(text)).rstrip(" .!?").casefold().split())


def _number(guess):
    """A float of what was typed, or of a number of NumPy's or a backend's; None if it is none."""
    if isinstance(guess, bool):
        return None
    if isinstance(guess, str):
        found = NUMBER.fullmatch(guess.strip())
        return float(found[1].replace(",", ".")) if found else None
    try:
        number = np.asarray(float(guess) if isinstance(guess, numbers.Real) else guess)
        return float(number) if number.ndim == 0 and number.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        return None
