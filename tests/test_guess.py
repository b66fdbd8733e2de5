"""Guess first, then run: the guess is kept and answered, and nobody has to guess."""

import pytest

import gan_utils as gu


def told(capsys, guess, *choices, measured):
    gu.Guess(guess, *choices).compare(measured)
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


def test_what_cannot_be_a_guess_is_refused():
    with pytest.raises(ValueError, match="'sideways' came; what serves is one of 'up', 'down'"):
        gu.Guess("sideways", "up", "down")
    with pytest.raises(TypeError, match="'many' came; what serves is a number"):
        gu.Guess("many")
    with pytest.raises(ValueError, match="measured: 'sideways'"):
        gu.Guess(..., "up", "down").compare("sideways")
