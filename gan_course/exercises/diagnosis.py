"""Notebook 04: what ails each of the nine runs of the closing quiz."""

import re

from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint

# The key to the closing quiz: tools/data/make_quiz.py records the runs by it. In two lines of words, since
# the solution's lines are to stand in no file of the package.
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
