"""Guess first, then run: the guess is kept and answered, and nobody has to guess."""

from fractions import Fraction

import keras
import numpy as np
import pytest

import gan_course as course


def told(capsys, guess, *choices, measured):
    course.Guess(guess, *choices).compare(measured)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("none", [..., None])
def test_who_does_not_guess_is_told_the_answer_all_the_same(capsys, none):
    asked, answered = told(capsys, none, "up", "down", measured="up")
    assert asked == "Your guess goes in place of the three dots: one of 'up', 'down'."
    assert answered == "Measured: up. You made no guess; the next one?"
    asked, answered = told(capsys, none, measured=0.1234)
    assert asked.endswith(": a number.") and answered.startswith("Measured: 0.123. You made no guess")


def test_a_choice_is_kept_and_answered(capsys):
    assert told(capsys, "up", "up", "down", measured="up") == [
        "Your guess, 'up', is kept.",
        "Measured: up. As you said.",
    ]
    assert told(capsys, "up", "up", "down", measured="down")[1] == "Measured: down. You said up."


@pytest.mark.parametrize(
    ("guess", "measured", "answer"),
    [
        (95, 100, "Measured: 100. You said 95: within a tenth of it."),
        (10, 100, "Measured: 100. You said 10: 90 too low."),
        (0.5, 0.25, "Measured: 0.25. You said 0.5: 0.25 too high."),
    ],
)
def test_a_number_is_kept_and_answered(capsys, guess, measured, answer):
    assert told(capsys, guess, measured=measured)[1] == answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15 %", 15), ("15%", 15), (" 15 ", 15), ("15.5 per cent", 15.5), ("15,5 %", 15.5), ("-3", -3),
        (np.float32(15), 15), (np.int64(15), 15), (np.array(15.0), 15), (Fraction(31, 2), 15.5),
        (keras.ops.convert_to_tensor(15.0), 15),
    ],
)  # fmt: skip
def test_a_number_may_be_typed_in_many_ways(capsys, typed, meant):
    kept, answer = told(capsys, typed, measured=15)
    assert kept == f"Your guess, {meant}, is kept." and f"You said {meant}: " in answer


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("relu at 0.1", "ReLU at 0.1"), (" ReLU  at 0.1. ", "ReLU at 0.1"), ("In None", "in none"),
        ("in nonne", "in none"), ("'in_all-four'", "in all four"), (np.str_("in none"), "in none"),
    ],
)  # fmt: skip
def test_a_choice_may_be_typed_in_many_ways(capsys, typed, meant):
    choices = "in none", "ReLU at 0.1", "both at 0.1", "in all four"
    assert told(capsys, typed, *choices, measured=meant) == [
        f"Your guess, {meant!r}, is kept.",
        f"Measured: {meant}. As you said.",
    ]


@pytest.mark.parametrize(
    "typed", ["healthy", "than healthy", "worse", "", "?", True, 1, ["worse"], np.ones(3)]
)
def test_a_choice_that_could_be_two_is_refused(typed):
    with pytest.raises(ValueError, match=r"came; what serves is one of 'worse than healthy', 'better"):
        course.Guess(typed, "worse than healthy", "better than healthy")


@pytest.mark.parametrize(
    "typed",
    ["relu at 0.1", "", "%", "1,000", True, np.True_, [15], np.ones((3, 3)), 1j, "nan", object(), print],
)
def test_what_is_no_number_is_refused_in_a_line(typed):
    with pytest.raises(TypeError, match="came; what serves is a number") as refused:
        course.Guess(typed)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("typed", [float("nan"), np.inf, np.float32("nan")])
def test_what_is_not_finite_is_refused(typed):
    with pytest.raises(ValueError, match="came; what serves is a number that is finite"):
        course.Guess(typed)


def test_what_cannot_be_a_guess_is_refused():
    with pytest.raises(ValueError, match="'sideways' came; what serves is one of 'up', 'down'"):
        course.Guess("sideways", "up", "down")
    with pytest.raises(TypeError, match="'many' came; what serves is a number"):
        course.Guess("many")
    with pytest.raises(ValueError, match="measured: 'sideways'"):
        course.Guess(..., "up", "down").compare("sideways")
