"""The checks of notebook 04 that read the signs of a run; the others are in turn.py, walk.py and dcgan.py."""

import numpy as np

from gan_utils.check.verdict import Hint, exercise

__all__ = ["balance", "diagnosis"]

# The key to the closing quiz: tools/make_quiz.py records the runs by it.
_DIGITS = "G too strong, healthy, freeze trap, mode collapse, D too strong, learning rate too high"
_AT_LN_2 = "D is too weak, D never learns, G is right"
DIAGNOSES = dict(zip("ABCDEFXYZ", f"{_DIGITS}, {_AT_LN_2}".split(", "), strict=True))

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
    given = {str(letter).strip().upper(): word for letter, word in answer.items()}
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
    """The diagnosis as it stands in the key, whatever its capitals and blanks."""
    choices = [DIAGNOSES[other] for other in DIAGNOSES if (other in "XYZ") == (letter in "XYZ")]
    written = {choice.lower(): choice for choice in choices}
    word = " ".join(str(word).split())
    if word.lower() not in written:
        listed = ", ".join(sorted(choices))
        raise Hint(f'{letter}: "{word}" is none of the words to choose from: {listed}.')
    return written[word.lower()]


@exercise(
    first_step="Begin with the run as it is given: look at its pictures, and ask which of the three G would "
    "complain of.",
    praise="D is still ahead, and G can follow: that is the balance of a game in which both learn.",
)
def balance(answer):
    """`answer`: the dict of numbers that `provoke` returns as the last of three."""
    numbers = _numbers_of(answer)
    L_D, L_G, accuracy, fooled, diversity, moved = numbers.values()
    for name, value in numbers.items():
        if not np.isfinite(value):
            raise Hint(
                f"{name} is {value}: the weights have grown beyond all bounds. Which rate was too much?"
            )
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
    # Who is this slow has learned nothing: in the healthy run D's weights move by ten and more.
    if moved < 1.5 and accuracy > 0.95:
        raise Hint(
            "D is right about everything, as before. The diversity is that of a healthy run, and grey noise "
            "has it, too: look at the pictures."
        )
    if moved < 1.5:
        raise Hint(
            f"D no longer wins, but has moved by {moved:.2g} only, and G? Look at the pictures: two who "
            "stand still are in balance, too."
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
        raise Hint(
            f"D can be fooled now, but a diversity of {diversity:.2f} is little: the pictures are alike."
        )
    if not 0.01 < fooled < 0.99:
        raise Hint(
            f"D(G(z)) is {fooled:.3f}: at the end one of the two was far ahead. A little less, or more?"
        )


def _numbers_of(answer):
    if isinstance(answer, (tuple, list)):
        raise Hint("that is all that provoke returns: the numbers of the run are the last of the three.")
    if not isinstance(answer, dict):
        raise Hint(f"the dict of numbers is wanted, and this is of type {type(answer).__name__}.")
    keys = "d_loss", "g_loss", "d_accuracy", "D(G(z))", "diversity", "D moved"
    missing = [key for key in keys if key not in answer]
    if missing:
        raise Hint(f"no {', '.join(missing)} in it: hand over the dict that provoke returns, as it is.")
    try:
        return {key: float(answer[key]) for key in keys}
    except Exception as error:
        raise Hint("each of its values should be one number, as in the dict that provoke returns.") from error
