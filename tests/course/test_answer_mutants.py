"""Each solution with one small wrong turn is refused by its check, or listed, with the reason, as right."""

import pytest

import gan_course as course
from tests.course import exercise_files as files
from tests.course.mutator import mutants
from tests.course.test_exercises import check_example

TABLE = []
TRIED = files.names(files.ANSWERS)
SLOW = [name for name in TRIED if getattr(files.answers(name), "takes_long", False)]
MARKED = [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in TRIED]


@pytest.fixture(scope="module", autouse=True)
def table(request):
    """Print, after the tests, how many wrong turns each check has refused."""
    yield
    lines = [f"{'solution':<26}{'mutants':>9}{'refused':>9}{'equivalent':>12}"]
    lines += [f"{name:<26}{refused + same:>9}{refused:>9}{same:>12}" for name, refused, same in TABLE]
    with request.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        print("\n" + "\n".join(lines))


@pytest.mark.parametrize("name", MARKED)
def test_every_wrong_turn_is_refused(name):
    passed, refused = set(), 0
    for description, code in mutants(files.source_of_solution(name), name):
        namespace = {"__name__": "mutant"}
        exec(code, namespace)
        verdict = getattr(course.check, name)(namespace[name])
        if verdict:
            passed.add(description)
            continue
        refused += 1
        assert verdict.message and "cannot be judged" not in verdict.message, f"{description}: {verdict}"
        check_example(namespace[name], verdict)
    listed = getattr(files.answers(name), "equivalent", {})
    assert all(listed.values()), "each reason is said"
    listed = set(listed)
    assert not passed - listed, f"praised, and not listed: {sorted(passed - listed)}"
    assert not listed - passed, f"listed, and refused or gone: {sorted(listed - passed)}"
    assert refused >= 5
    TABLE.append((name, refused, len(passed)))
