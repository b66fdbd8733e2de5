"""What `make facts` writes is up to date, badges among it; a first cell fetches the project."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from tests.notebooks import notebook_rules as rules
from tools import facts
from tools.series import find_notebooks

NOTEBOOKS = find_notebooks()

# Runs a piece of a notebook in IPython, where gan_utils is an empty module, there or missing, and %pip notes
# what it is asked for and brings it.
RUN = """
import sys, types
from IPython.core.interactiveshell import InteractiveShell

def pip(line):
    print("pip", line)
    for name in OURS:
        sys.modules[name] = types.ModuleType(name)

OURS = ("gan_course", "gan_utils")
source, state = sys.argv[1:]
shell = InteractiveShell.instance()
shell.register_magic_function(pip, "line", "pip")
for name in OURS:
    sys.modules[name] = types.ModuleType(name) if state == "there" else None
shell.run_cell(source).raise_error()
print(shell.user_ns["course"].__name__, shell.user_ns["gu"].__name__)
"""


@pytest.mark.parametrize("path", facts.find_texts(), ids=lambda path: path.stem)
def test_the_facts_are_up_to_date(path):
    assert facts.updated(path) == path.read_text(encoding="utf-8"), "make facts"


def test_every_fact_has_its_place_and_every_notebook_its_badges():
    texts = {path: path.read_text(encoding="utf-8") for path in facts.find_texts()}
    assert sorted(kind for text in texts.values() for kind, _ in facts.BLOCK.findall(text)) == sorted(
        facts.BLOCKS
    )
    readme = texts.pop(rules.REPOSITORY / "README.md")
    for site in ("colab.research.google.com", "mybinder.org/v2"):
        assert [texts[path].count(site) for path in NOTEBOOKS] == [1] * len(NOTEBOOKS)
        assert readme.count(site) == len(NOTEBOOKS)


def test_another_address_would_be_noticed(monkeypatch):
    monkeypatch.setattr(facts, "repository", lambda: ("https://github.com/a/b", "a/b"))
    for path in [*NOTEBOOKS, rules.REPOSITORY / "README.md"]:
        changed = facts.updated(path)
        assert changed != path.read_text(encoding="utf-8")
        assert "github.com/a/b" in changed or "github/a/b/blob" in changed


def test_no_other_file_knows_the_address():
    _, place = facts.repository()
    listed = subprocess.run(
        ["git", "grep", "-l", place], cwd=rules.REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    assert sorted(listed) == sorted(
        ["README.md", "pyproject.toml", *[f"notebooks/{p.name}" for p in NOTEBOOKS]]
    )


@pytest.mark.parametrize("site", ["colab", "binder"])
def test_badges_are_pictures(site):
    root = ET.parse(rules.REPOSITORY / "notebooks" / "images" / f"{site}.svg").getroot()
    assert root.get("aria-label") == f"Open in {site.title()}"


@pytest.mark.parametrize("state", ["missing", "there"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_first_cell_installs_the_project_where_it_is_missing(path, state):
    source, _, others = rules.code_cells(rules.read_notebook(path))[0].source.partition("\n\n")
    assert source.startswith("try:") and "gan_utils" not in others
    result = subprocess.run(
        [sys.executable, "-c", RUN, source, state],
        cwd=path.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    asked = [f"pip {facts.install().removeprefix('%pip ')}"] if state == "missing" else []
    assert result.stdout.split("\n")[:-1] == [*asked, "gan_course gan_utils"]
