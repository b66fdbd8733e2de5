"""The series is what lies in notebooks/: another is taken in, and what it lacks is said in one place."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.notebooks.test_guide import rows
from tools import series
from tools.notes import notes_of, notes_path
from tools.series import ROOT, about, exercises, find_notebooks, find_taught, number

STUB = Path(__file__).with_name("fixtures") / "05_stub.ipynb"
FOLDERS = ("gan_course/exercises", "notebooks/solutions", "tests/course/answers")  # a file an exercise


def missing():
    """What the notebooks want and do not have yet, and what no notebook wants any more, a line each."""
    names = set()
    for path in find_notebooks():
        notebook = nbformat.read(path, as_version=4)
        for one in exercises(notebook):
            names.add(one.name)
            yield from missing_of(one, path)
        if number(path):
            yield from missing_in_class(path, notebook)
    for folder in FOLDERS:
        there = {path.stem for path in (ROOT / folder).glob("[!_]*.py")}
        yield from (f"{folder}/{name}.py" for name in sorted(names - there))
        yield from (f"{folder}/{name}.py has no exercise: remove it" for name in sorted(there - names))


def missing_of(one, path):
    """What an exercise lacks."""
    if not one.level:
        yield f"{path.name}: '### Exercise 1 · Title' above {one.cell.id}, then '*5 minutes · level 1 of 3*'"


def missing_in_class(path, notebook):
    """What a notebook that is taught lacks."""
    for fact, value in vars(about(notebook)).items():
        if not value:
            yield f"{path.name}: its {fact}, in the first cell or in the metadata (tools/series.py)"
    if not 3 <= len(exercises(notebook)) <= 6:
        yield f"{path.name}: three to six exercises"
    if not notes_of(path):
        yield f"{notes_path(path).relative_to(ROOT).as_posix()}: what to say, and in how many minutes"
    if number(path) not in [row[1] for row in rows("### Classes of ninety minutes")]:
        yield f"docs/instructors.md: a line for {number(path)} under 'Classes of ninety minutes'"
    if number(path) not in [cell[:2] for row in rows("## What each class needs") for cell in row[3:5]]:
        yield f"docs/instructors.md: its exercises in a line for {number(path)} under 'What each class needs'"


def test_nothing_is_missing():
    lines = list(missing())
    assert not lines, "to be written:\n" + "\n".join(lines)


def test_those_without_a_number_come_last_and_are_not_taught(monkeypatch, tmp_path):
    (tmp_path / "notebooks").mkdir()
    for name in ("10_end", "02_middle", "beside", "2_odd", "01_begin"):
        (tmp_path / "notebooks" / f"{name}.ipynb").touch()
    monkeypatch.setattr(series, "ROOT", tmp_path)
    assert [path.stem for path in find_taught()] == ["01_begin", "02_middle", "10_end"]
    assert [path.stem for path in find_notebooks()[3:]] == ["2_odd", "beside"]


def test_an_exercise_is_told_with_its_heading():
    (one,) = exercises(nbformat.read(STUB, as_version=4))
    assert (one.name, one.number, one.minutes, one.level, len(one.above)) == ("doubled", 1, 5, 1, 2)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the project with a notebook 05, and one without a number; not another file was touched."""
    folder = tmp_path_factory.mktemp("copy") / "project"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and (not name.startswith("benchmarks/") or name.endswith((".md", ".py"))):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for path in (folder / "notebooks").glob("*.ipynb"):  # their pictures would take seconds
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        nbformat.write(notebook, path)
    shutil.copy(STUB, folder / "notebooks")
    beside = nbformat.read(STUB, as_version=4)
    beside.cells[0].source = beside.cells[0].source.replace("05 · A stub", "Beside the series")
    del beside.cells[-2:]
    nbformat.write(beside, folder / "notebooks" / "beside.ipynb")
    return folder


TAKE_IN = """
import sys
import pytest
from tools import editions, facts, series, site
from tools.notes import notes_of
facts.main()
def deck_of(path, whole=site.deck_of):  # those of the others would take seconds
    empty = "".join(f'<section id="{cell}"></section>' for cell in notes_of(path))
    return whole(path) if path.stem == "05_stub" else f'<div class="slides">{empty}</div>'
site.deck_of = deck_of
site.main()
beside, stub = series.find_notebooks(["notebooks/beside.ipynb", "notebooks/05_stub.ipynb"])
editions.make(beside, editions.BUILD / "editions", with_outputs=False)
try:
    editions.make(stub, editions.BUILD / "editions", with_outputs=False)
except editions.EditionError as error:
    print(error)
chosen = "(05_stub or beside or series or guide or glossary or facts)"
chosen += " and not (taken_in or first_cell or knows_the_address or beside.ipynb)"  # slow ones, one for git
options = ["-q", "--color=no", "-p", "no:cacheprovider", "-k", chosen]
sys.exit(pytest.main([*options, "tests/notebooks", "notebooks"]))
"""
WANTED = [
    "05_stub.ipynb: three to six exercises",
    "notebooks/notes/05.md: what to say, and in how many minutes",
    "docs/instructors.md: a line for 05 under 'Classes of ninety minutes'",
    "docs/instructors.md: its exercises in a line for 05 under 'What each class needs'",
    "gan_course/exercises/doubled.py",
    "notebooks/solutions/doubled.py",
    "tests/course/answers/doubled.py",
]


@pytest.mark.slow
def test_another_notebook_is_taken_in_and_what_it_lacks_is_said_at_once(copy):
    variables = os.environ | {"PYTHONPATH": str(copy), "KERAS_BACKEND": "numpy"}  # the fastest to start
    command = [sys.executable, "-c", TAKE_IN]
    done = subprocess.run(command, cwd=copy, env=variables, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr

    readme, guide = ((copy / name).read_text("utf-8") for name in ("README.md", "docs/instructors.md"))
    assert "| [05 · A stub](notebooks/05_stub.ipynb)<br>[![Open in Colab]" in readme
    assert "| Who has to know of a fifth notebook? | a function that doubles | 4 s |" in readme
    assert "[05](../notebooks/05_stub.ipynb)" in guide and "\n| 05 | 90 | 5 | 95 |\n" in guide
    site = copy / "build" / "site"
    for name in ("05_stub.html", "beside.html", "slides/05_stub.slides.html", "notebooks/05_stub.ipynb"):
        assert (site / name).is_file() and f'href="{name}"' in (site / "index.html").read_text("utf-8")
    assert not (site / "slides" / "beside.slides.html").exists()
    assert 'href="05_stub.html" rel="next"' in (site / "04_training.html").read_text("utf-8")
    assert (copy / "build" / "editions" / "instructor" / "beside.ipynb").is_file()
    lacks = "05_stub: the exercise doubled has no solution, notebooks/solutions/doubled.py"
    assert lacks in done.stdout.splitlines()

    assert re.findall(r"^FAILED (\S+::.+?)(?: - |$)", done.stdout, re.MULTILINE) == [
        "tests/notebooks/test_series.py::test_nothing_is_missing",
        "notebooks/05_stub.ipynb::Cell 2",  # its exercise, whose check is to be written
    ], done.stdout
    assert "has no attribute 'doubled'" in done.stdout
    said = done.stdout.partition("to be written:\n")[2].splitlines()
    assert [line.removeprefix("E").strip() for line in said[: len(WANTED)]] == WANTED
