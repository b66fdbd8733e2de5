"""Each solution with one small wrong turn is refused by its check, or listed, with the reason, as right."""

import pytest

import gan_course as course
from tests.course.equivalent_mutants import EQUIVALENT
from tests.course.mutator import mutants
from tests.course.test_exercises import NAMES, NOTEBOOKS, check_example

TABLE = []
TAKE_LONG = "conditional_generator", "dcgan_generator", "safe_steps"  # Keras builds or traces models
MARKED = [pytest.param(name, marks=pytest.mark.slow if name in TAKE_LONG else ()) for name in NAMES]


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
    source = (NOTEBOOKS / "solutions" / f"{name}.py").read_text(encoding="utf-8")
    passed, refused = set(), 0
    for description, code in mutants(source, name):
        namespace = {"__name__": "mutant"}
        exec(code, namespace)
        verdict = getattr(course.check, name)(namespace[name])
        if verdict:
            passed.add(description)
            continue
        refused += 1
        assert verdict.message and "cannot be judged" not in verdict.message, f"{description}: {verdict}"
        check_example(namespace[name], verdict)
    listed = set(EQUIVALENT.get(name, {}))
    assert not passed - listed, f"praised, and not listed: {sorted(passed - listed)}"
    assert not listed - passed, f"listed, and refused or gone: {sorted(listed - passed)}"
    assert refused >= 5
    TABLE.append((name, refused, len(passed)))


def test_each_reason_is_said():
    assert set(EQUIVALENT) <= set(NAMES)
    assert all(reason for reasons in EQUIVALENT.values() for reason in reasons.values())
