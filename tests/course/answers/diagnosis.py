"""Answers to the exercise `diagnosis`: more that are right, and wrong ones, by a piece of their hint."""

from gan_course.exercises.diagnosis import DIAGNOSES as KEY
from gan_course.exercises.diagnosis import SIGNS


def letter_of(word):
    return next(letter for letter in KEY if KEY[letter] == word)


def taken_for(word, other):
    """The key, but for the run `word`, which is taken for the other."""
    return KEY | {letter_of(word): other}


def first_of(words):
    """The two words, the one that stands first in the key before the other."""
    return sorted(words, key=letter_of)


right = [
    {f" {letter.lower()}": f" {word.upper()} " for letter, word in KEY.items()},
    dict(reversed(KEY.items())),
    # As the laboratory calls its runs, and its headings.
    KEY | {"D": "collapse", "C": "trap", "F": "rates too high"},
    KEY | {"D": "Mode-Collapse", "C": "The trap", "F": "Learning rates too high", "E": "$D$ too strong"},
    {f"run {letter}": f"`{word}`".replace(" is ", " ") for letter, word in KEY.items()},
]
wrong = {sign: taken_for(*first_of(words)) for words, sign in SIGNS}
wrong |= {
    "7 of 9 are right": KEY | {"A": KEY["B"], "B": KEY["A"]},
    "1 of 9 are right": KEY | {a: KEY[b] for a, b in zip("ABCDEFXY", "BCDEFAYX", strict=True)},
    "F, Z without a diagnosis": {letter: word for letter, word in KEY.items() if letter not in "FZ"},
    "C without a diagnosis": KEY | {"C": ...},
    "no run G": KEY | {"G": "healthy"},
    'A: "saturated" is none': KEY | {"A": "saturated"},
    'A: "BatchNorm in D" is none': KEY | {"A": "BatchNorm in D"},
    'Y: "trap" is none': KEY | {"Y": "trap"},
    'E: "too strong" is none': KEY | {"E": "too strong"},
    'X: "healthy" is none': KEY | {"X": "healthy"},
    'B: "1.0" is none': KEY | {"B": 1.0},
    "of type list": list(KEY.values()),
    "of type str": "A is healthy",
}
