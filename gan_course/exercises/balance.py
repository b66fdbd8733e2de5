"""Notebook 04: a run in which D wins, mended by one argument."""

import numpy as np

from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, hints_for_errors

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
