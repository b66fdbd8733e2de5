"""The committed notebooks keep every promise of notebook_rules.py (and nbval runs them: conftest.py)."""

from pathlib import Path

import pytest
import yaml

from tests.notebooks import notebook_rules as rules
from tools.series import find_notebooks

NOTEBOOKS = rules.REPOSITORY / "notebooks"
REASONS = yaml.safe_load(Path(__file__).with_name("unchecked_cells.yml").read_text(encoding="utf-8"))


@pytest.fixture(params=[path.stem for path in find_notebooks()])
def notebook_name(request):
    return request.param


@pytest.fixture
def notebook(notebook_name):
    return rules.read_notebook(NOTEBOOKS / f"{notebook_name}.ipynb")


def test_reasons_are_for_notebooks_that_are_there():
    assert REASONS.keys() <= {path.stem for path in find_notebooks()}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_notebook_keeps_the_rule(rule, notebook):
    broken = rule(notebook)
    assert not broken, "\n".join(broken)


def test_every_text_is_compared_or_explained(notebook_name, notebook):
    broken = rules.compares_or_explains_every_text(notebook, REASONS.get(notebook_name, {}))
    assert not broken, "\n".join(broken)


def test_no_solution_leaks(notebook):
    broken = rules.leaks_no_solution(notebook, rules.read_solutions(NOTEBOOKS / "solutions"))
    assert not broken, "\n".join(broken)
