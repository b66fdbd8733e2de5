"""The checks, checked: solutions and other right answers pass, and each slip gets a hint of its own."""

import functools
import inspect

import numpy as np
import pytest

import gan_course as course
from gan_course.checking.comparing import agree, apart
from gan_course.checking.running import copied
from tests.course import exercise_files as files
from tests.course.exercise_files import NAMES
from tests.notebooks import notebook_rules as rules
from tools.series import exercises, find_notebooks

TABLE = []


@pytest.fixture(scope="module", autouse=True)
def table(request):
    """Print, after the tests, how many answers each exercise was tried with."""
    yield
    lines = [f"{'exercise':<26}{'right':>7}{'hints':>7}{'not tried':>11}"]
    lines += [f"{name:<26}{right:>7}{wrong:>7}{1:>11}" for name, right, wrong in TABLE]
    with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(lines))


@functools.cache
def verdicts_on_wrong_answers(name):
    """The verdicts, by the piece of the hint that is expected."""
    check = getattr(course.check, name)
    return {hint: check(answer) for hint, answer in files.answers(name).wrong.items()}


def check_example(answer, verdict):
    """If the hint shows an example, it is one on which this answer fails, and just as the hint says."""
    example = verdict.example
    if example is None:
        return
    with np.errstate(all="ignore"):
        came = np.array(answer(*map(copied, example.arguments.values())), "float64")
    came = came if came.shape == np.shape(example.came) else came[example.where]
    assert agree(came, example.came), verdict
    assert not agree(came, example.expected, rtol=1e-9, atol=1e-9), verdict
    expected, came = apart(example.expected, example.came)
    assert expected != came and expected in verdict.message and came in verdict.message, verdict


@pytest.mark.parametrize("name", NAMES)
def test_the_check_knows_right_from_wrong(name):
    check = getattr(course.check, name)
    answers = files.answers(name)
    for answer in (files.solution(name), *answers.right):
        verdict = check(answer)
        assert verdict and verdict.state == "right", verdict
    verdicts = verdicts_on_wrong_answers(name)
    for hint, verdict in verdicts.items():
        assert verdict.state == "not yet" and not verdict, f"{hint}: {verdict}"
        assert hint in verdict.message, f"{hint!r} is not in {verdict!r}"
        assert "cannot be judged" not in verdict.message and "by hand" not in verdict.message, verdict
        check_example(answers.wrong[hint], verdict)
    messages = [verdict.message for verdict in verdicts.values()]
    assert len(set(messages)) == len(messages) >= 5, "five wrong answers at the least, each with its own hint"
    assert len(answers.right) >= 1
    TABLE.append((name, 1 + len(answers.right), len(messages)))


@pytest.mark.parametrize("name", NAMES)
def test_no_parameter_has_one_value_only(name):
    """Whatever a check tries, it tries with two values of each parameter: what is hard-coded is found out."""
    solution = files.solution(name)
    if not callable(solution) or not inspect.signature(solution).parameters:
        return
    seen = {parameter: set() for parameter in inspect.signature(solution).parameters}

    def noting(*arguments):
        for values, argument in zip(seen.values(), arguments, strict=True):
            parts = argument if isinstance(argument, (list, tuple)) else [argument]
            if any(isinstance(part, np.ndarray) for part in parts):
                values.add((len(parts), *map(np.shape, parts)))
            elif isinstance(argument, (int, float, list, tuple)):
                values.add(repr(argument))
        return solution(*arguments)

    assert getattr(course.check, name)(noting)
    if name != "optimistic_push":  # its array holds a number for each of two players
        assert all(len(values) != 1 for values in seen.values()), seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("blank", [None, ..., lambda *arguments: ...], ids=["None", "...", "function"])
def test_an_untouched_answer_is_not_tried_yet(name, blank):
    verdict = getattr(course.check, name)(blank)
    assert verdict.state == "not tried yet" and verdict.message and not verdict


@pytest.mark.parametrize("name", NAMES)
def test_no_hint_gives_the_solution(name):
    # A line of the solution that stands in what the check says would be one that need not be found.
    verdicts = getattr(course.check, name)(None), *verdicts_on_wrong_answers(name).values()
    said = [verdict.message for verdict in verdicts]
    text = files.source_of_solution(name).partition('"""\n\n')[2]
    for line in filter(None, (line.strip().removeprefix("return ") for line in text.splitlines())):
        assert len(line) < 8 or not any(line in message for message in said), line


def test_each_stored_exercise_is_not_tried_yet():
    for path in find_notebooks():
        for one in exercises(rules.read_notebook(path)):
            (output,) = one.cell.outputs
            assert rules.texts(output)[0].startswith(f"{one.name}: not tried yet. "), path.stem
            assert f"course.check.{one.name}(" in one.cell.source.splitlines()[-1]
