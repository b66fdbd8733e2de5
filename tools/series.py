"""The series as its notebooks tell it: which there are, what each is about, its exercises.

A notebook named `NN_name.ipynb` is taught: it has a place in the series, a deck, speaker notes, minutes in
the instructor's guide. One without a number lies beside the series, and comes after it. The first cell holds
the title, the question and what is built; the metadata of the file hold the rest:

    "gan_notebooks": {"lessons": 1, "seconds": 33}    lessons of 90 minutes; seconds that the machine works

Nothing else says which notebooks there are: tools, tests, README and guide ask here.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
LESSON = 90  # minutes
EXERCISE = re.compile(r"### Exercise (\d+) · .*\n\n\*(\d+) minutes · level (\d) of 3\*")


def find_notebooks(paths=()):
    """The notebooks named, else all: those with a number in their order, then the others."""
    found = sorted((ROOT / "notebooks").glob("*.ipynb"), key=lambda path: (not number(path), path.name))
    return [Path(path).resolve() for path in paths] or found


def find_taught():
    """The notebooks with a number."""
    return [path for path in find_notebooks() if number(path)]


def number(path):
    """The two digits that a notebook's name begins with, or ""."""
    found = re.match(r"\d\d(?=_)", path.name)
    return found[0] if found else ""


def as_bytes(notebook):
    """A notebook as the file that Jupyter would write."""
    return f"{nbformat.writes(notebook).rstrip()}\n".encode()


@dataclass(frozen=True)
class About:
    """What a notebook says of itself; "" and 0 where it says nothing."""

    title: str
    question: str
    builds: str
    lessons: int
    seconds: int


def about(notebook):
    """What a notebook, a node of nbformat's, says of itself in its first cell and its metadata."""
    first = notebook.cells[0].source if notebook.cells else ""

    def said(pattern):
        found = re.search(pattern, first, re.MULTILINE)
        return found[1] if found else ""

    question = said(r"^\*\*The question of this notebook: (.+)\*\*$")
    facts = notebook.metadata.get("gan_notebooks", {})
    return About(
        title=said(r"^# (.+)$"),
        question=question[:1].upper() + question[1:],
        builds=said(r"^- \*\*You will build:\*\* (.+)\.$"),
        lessons=facts.get("lessons", 0),
        seconds=facts.get("seconds", 0),
    )


@dataclass(frozen=True)
class Exercise:
    """An exercise: the name of its check, what its heading says (0 without one), its cell, the code above."""

    name: str
    number: int
    minutes: int
    level: int
    cell: NotebookNode
    above: tuple


def exercises(notebook):
    """The exercises of a notebook, a node of nbformat's, in their order: the code cells tagged `exercise`."""
    found, above, heading = [], [], (0, 0, 0)
    for cell in notebook.cells:
        if "exercise" in cell.metadata.get("tags", []):
            name = cell.id.removeprefix("exercise-")
            found.append(Exercise(name, *heading, cell, tuple(above)))
            heading = (0, 0, 0)
        elif cell.cell_type == "code":
            above.append(cell.source)
        elif said := EXERCISE.match(cell.source):
            heading = tuple(map(int, said.groups()))
    return found
