"""The checks of notebook 04 that read the signs of a run; the others are in turn.py, walk.py and dcgan.py."""

import re

import numpy as np

from gan_course.check.running import Hint, hints_for_errors
from gan_course.check.verdict import exercise

__all__ = ["balance", "diagnosis"]

# The key to the closing quiz: tools/make_quiz.py records the runs by it.
_DIGITS = "G too strong, healthy, freeze trap, mode collapse, D too strong, learning rate too high"
_AT_LN_2 = "D is too weak, D never learns, G is right"
DIAGNOSES = dict(zip("ABCDEFXYZ", f"{_DIGITS}, {_AT_LN_2}".split(", "), strict=True))

# How the laboratory calls three of them, and others may.
ALSO = {
    "collapse": "mode collapse",
    "trap": "freeze trap",
    "freeze first": "freeze trap",
    "freeze first trap": "freeze trap",
    "rate too high": "learning rate too high",
    "rates too high": "learning rate too high",
    "learning rates too high": "learning rate too high",
}

# What tells two diagnoses apart.
SIGNS = [
    ({"freeze trap", "G too strong"}, "Both have an accuracy below a half: how far have D's weights moved?"),
    ({"freeze trap", "D too strong"}, "Who wins, D or G? The accuracy says, or D(G(z))."),
    ({"freeze trap", "mode collapse"}, "Both draw one pattern: does D still fall for it?"),
    ({"freeze trap", "healthy"}, "Does D learn at all? Look at its accuracy, and at how far it has moved."),
    ({"G too strong", "D too strong"}, "Is it D that is right about everything, or G that fools it?"),
    ({"G too strong", "mode collapse"}, "Both draw one pattern: is it taken for real, or found out?"),
    ({"G too strong", "healthy"}, "L_G close to 0 is no good sign. What does the accuracy say?"),
    ({"D too strong", "mode collapse"}, "Both are seen through by D: have the pictures anything in common?"),
    ({"D too strong", "healthy"}, "Noise is diverse, too: what does D make of the fakes?"),
    ({"mode collapse", "healthy"}, "Look at the diversity, and lay the pictures side by side."),
    ({"learning rate too high", "healthy"}, "Follow the curves: in what are the losses counted?"),
    ({"learning rate too high", "freeze trap"}, "Follow the curves, and see how far D's weights have moved."),
    ({"learning rate too high", "G too strong"}, "Who is ahead, and does it stay so from step to step?"),
    ({"learning rate too high", "D too strong"}, "A large L_G: does it climb steadily, or jump?"),
    ({"learning rate too high", "mode collapse"}, "See how large the losses are, and how far D has moved."),
    ({"G is right", "D is too weak"}, "The losses are the same: what would a fresh and larger D find?"),
    ({"G is right", "D never learns"}, "The losses are the same: has this D ever been able to say no?"),
    ({"D is too weak", "D never learns"}, "Neither sees the difference: which of the two has ever moved?"),
]


@exercise(
    first_step="Begin with one run that you are sure of: which of A to F has drawn beginnings of digits?",
    praise="Nine of nine: no single number told them apart, and at ln 2 not even all the curves.",
)
def diagnosis(answer):
    """`answer`: dict, the letter of each run -> the diagnosis, in the words of `DIAGNOSES`."""
    if not isinstance(answer, dict):
        raise Hint(
            f'a dict is wanted, {{"A": "...", "B": "..."}}, and this is of type {type(answer).__name__}.'
        )
    given = {re.sub("^RUN ", "", str(letter).strip().upper()): word for letter, word in answer.items()}
    given = {letter: word for letter, word in given.items() if word is not None and word is not ...}
    missing, strange = sorted(DIAGNOSES.keys() - given.keys()), sorted(given.keys() - DIAGNOSES.keys())
    if strange:
        raise Hint(f"there is no run {strange[0]}: the letters are {', '.join(DIAGNOSES)}.")
    if missing:
        raise Hint(f"{', '.join(missing)} without a diagnosis: every run should have one, if only a guess.")
    given = {letter: _word(letter, given[letter]) for letter in DIAGNOSES}
    wrong = [letter for letter in DIAGNOSES if given[letter] != DIAGNOSES[letter]]
    if wrong:
        pair = {given[wrong[0]], DIAGNOSES[wrong[0]]}
        sign = next(sign for words, sign in SIGNS if words == pair)
        right = len(DIAGNOSES) - len(wrong)
        raise Hint(f"{right} of {len(DIAGNOSES)} are right. Look at {wrong[0]} once more. {sign}")


def _word(letter, word):
    """The diagnosis as it stands in the key, whatever its capitals, blanks and signs."""
    choices = [DIAGNOSES[other] for other in DIAGNOSES if (other in "XYZ") == (letter in "XYZ")]
    written = {_bare(choice): choice for choice in choices}
    bare = _bare(ALSO.get(_bare(word), word))
    if bare not in written:
        listed = ", ".join(sorted(choices))
        raise Hint(f'{letter}: "{str(word)[:40]}" is none of the words to choose from: {listed}.')
    return written[bare]


def _bare(word):
    words = re.sub(r"[^a-z0-9]+", " ", str(word).lower()).split()
    return " ".join(word for word in words if word not in ("is", "the", "a"))


RANGES = {"d_loss": (0, np.inf), "d_accuracy": (0, 1), "D(G(z))": (0, 1), "diversity": (0, 1)}
NUMBERS = "d_loss", "g_loss", "d_accuracy", "D(G(z))", "diversity"


@exercise(
    first_step="Begin with the run as it is given: look at its pictures, and ask which of the three G would "
    "complain of.",
    praise="D is still ahead, and G can follow: that is the balance of a game in which both learn.",
)
def balance(answer):
    """`answer`: the dict of numbers that `provoke` returns as the last of three; five of them will do."""
    numbers = _numbers_of(answer)
    L_D, L_G, accuracy, fooled, diversity = (numbers[name] for name in NUMBERS)
    moved = numbers.get("D moved")
    if diversity < 0.2 and accuracy < 0.5:
        raise Hint(
            f"G fools D with one picture, diversity {diversity:.2g}: that is no balance, but D's defeat."
        )
    if diversity < 0.2:
        raise Hint(f"a diversity of {diversity:.2g}: G draws one picture. What keeps its pictures apart?")
    if fooled < 0.01 and abs(L_G) < 0.01:
        raise Hint("L_G and D(G(z)) are both next to nothing: what is left of the gradient of this loss?")
    if fooled < 0.01 and accuracy > 0.95:
        raise Hint(f"D still wins, L_G is {L_G:.3g} and D(G(z)) next to nothing: why can G not answer?")
    stand_still = _stand_still(L_G, accuracy, fooled) if moved is None else moved < 1.5
    if stand_still and accuracy > 0.95:
        raise Hint(
            f"D is right in {accuracy:.0%}, as before. A diversity of {diversity:.2f} is that of a healthy "
            "run, and of grey noise, too: look at the pictures."
        )
    if stand_still:
        signs = f"D(G(z)) is {fooled:.2g}" if moved is None else f"has moved by {moved:.2g} only"
        raise Hint(
            f"D no longer wins, but {signs}, and G? Look at the pictures: two who stand still are in "
            "balance, too."
        )
    if max(L_D, L_G) > 8:
        raise Hint(f"L_D is {L_D:.3g} and L_G {L_G:.3g}: losses that large come of steps that overshoot.")
    if accuracy > 0.95:
        raise Hint(
            f"G has begun to move, and D is still right in {accuracy:.0%}: the right way, but too little."
        )
    if accuracy < 0.6:
        raise Hint(f"an accuracy of {accuracy:.2f}: D hardly knows the fakes, and G learns from nobody else.")
    if diversity < 0.3:
        raise Hint(f"D can be fooled now, but a diversity of {diversity:.3f} is little: pictures are alike.")
    if not 0.01 < fooled < 0.99:
        raise Hint(
            f"D(G(z)) is {fooled:.3f}: at the end one of the two was far ahead. A little less, or more?"
        )

    if moved is not None and not 20 < moved < 50:
        raise Hint(
            f"D has moved by {moved:.3g}, and with the rate that it has in that run it goes 25 to 45: is "
            "this that run, with one argument changed and no other?"
        )


def _stand_still(L_G, accuracy, fooled):
    """Whether the numbers are those of grey noise: D's verdict is one and the same of all fakes.

    Then D(G(z)) is exp(-L_G). Where the pictures differ, the mean of D lies well above that.
    """
    return (L_G < 1.5 or accuracy > 0.95) and fooled < 1.2 * np.exp(-L_G)


def _numbers_of(answer):
    if isinstance(answer, (tuple, list)):
        raise Hint("that is all that provoke returns: the numbers of the run are the last of the three.")
    if not isinstance(answer, dict):
        raise Hint(f"the dict of numbers is wanted, and this is of type {type(answer).__name__}.")
    missing = [name for name in NUMBERS if name not in answer]
    if missing:
        raise Hint(f"no {', '.join(missing)} in it: hand over the dict that provoke returns, as it is.")
    numbers = {}
    for name in (*NUMBERS, "D moved"):
        if name in answer:
            with hints_for_errors(f"{name} should be one number:"):
                numbers[name] = float(answer[name])
    for name, value in numbers.items():
        if not np.isfinite(value):
            raise Hint(
                f"{name} is {value}: the weights have grown beyond all bounds. Which rate was too much?"
            )
        low, high = RANGES.get(name, (-np.inf, np.inf))
        if not low <= value <= high:
            raise Hint(f"{name} is {value:.4g}: in no run can it lie outside {low} to {high}.")
    return numbers
