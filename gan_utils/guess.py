"""Guess first, then run: a question whose answer the reader can only find out by experiment."""


class Guess:
    """A reader's guess, kept until the experiment has spoken. Nobody has to guess.

    Args:
        guess: `...` as long as nobody has guessed; then a number, or one of `choices`.
        choices: what one may choose from; none where a number is asked for.

    Raises:
        ValueError: the guess is none of the choices.
        TypeError: a number is asked for and something else came.
    """

    def __init__(self, guess, *choices):
        self.guess, self.choices = guess, choices
        wanted = f"one of {', '.join(map(repr, choices))}" if choices else "a number"
        if guess is ... or guess is None:
            print(f"Your guess goes in place of the three dots: {wanted}.")
        elif choices and guess not in choices:
            raise ValueError(f"guess: {guess!r} came; what serves is {wanted}")
        elif not choices and not isinstance(guess, (int, float)):
            raise TypeError(f"guess: {guess!r} came; what serves is {wanted}")
        else:
            print(f"Your guess, {guess!r}, is kept.")

    def compare(self, measured):
        """Print what was measured, a number or one of the choices, beside the guess."""
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
