"""Grades the notebooks that students hand in, by the checks of the exercises.

    python tools/grade.py FOLDER [--limit SECONDS]

Of each notebook under FOLDER it says, exercise by exercise:

right, not yet   what the check says of the answer
not tried        the cell is as it was, or is not there
error            the cell stops with an exception, or leaves no answer of the exercise's name
too slow         not done when the time that a notebook has was over, 120 seconds

A student is a folder, or the name of a file in FOLDER itself. Prints tables, and writes FOLDER/grades.csv.

What a notebook has stored, or prints, counts for nothing. An exercise's cell is executed anew, by itself, in
an empty folder, after those statements of earlier cells that define the names it uses. (What an earlier cell
does to a thing that has its name already, `model.compile()` say, is not done.) The installed check judges it.

What this does not protect against: STUDENTS' CODE RUNS ON YOUR MACHINE, with your rights. It can read, change
and delete your files, and fill the memory. Network and other programs are refused, which stops accidents, not
attacks. And it runs in the process that judges it: whoever sets out to forge a "right" there can. Use an
account or a container that has nothing to lose, and read the answers before much depends on them.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

TOOLS = Path(__file__).resolve().parent
STATES = ["right", "not yet", "too slow", "error", "not tried"]  # of two answers the first in this row counts


def exercises_of(path):
    """The names of the exercises in one of our notebooks, in their order."""
    cells = nbformat.read(path, as_version=4).cells
    exercises = [cell for cell in cells if "exercise" in cell.metadata.get("tags", [])]
    return [cell.id.removeprefix("exercise-") for cell in exercises]


def ask(cells, names, limit):
    """The states of the first of these exercises, as far as one process comes, and of one at least."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as settings:
        question = Path(settings, "cells.json")
        question.write_text(json.dumps(cells))
        judge = subprocess.Popen(
            [sys.executable, str(TOOLS / "judge.py"), str(question), *names],
            cwd=folder,
            env=os.environ | {"IPYTHONDIR": settings, "MPLBACKEND": "agg"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            errors="replace",
        )
        if judge.stdout.readline() != "ready\n":
            sys.exit("the checks do not start; python -m gan_utils doctor says what is wrong")
        ending = "error"
        try:
            judge.wait(limit)
        except subprocess.TimeoutExpired:
            judge.kill()
            ending = "too slow"
        said = judge.stdout.read().splitlines() or [ending]
    return [state if state in STATES else "error" for state in said]


def grade(folder, names, limit):
    """A table of all notebooks under a folder: student -> exercise -> state."""
    table = {}
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        student = path.relative_to(folder).parent.as_posix()
        row = table.setdefault(path.stem if student == "." else student, dict.fromkeys(names, "not tried"))
        print(path.relative_to(folder), flush=True)
        try:
            cells = nbformat.read(path, as_version=4).cells
            cells = [(cell.get("id"), cell.source) for cell in cells if cell.cell_type == "code"]
        except Exception as error:
            print(f"  cannot be read: {type(error).__name__}: {error}")
            continue
        left = names
        while left:
            states = ask(cells, left, limit)
            for name, state in zip(left, states, strict=False):  # the rest is for the next process
                row[name] = min(row[name], state, key=STATES.index)
            left = left[len(states) :]
    return table


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=float, default=120, help="seconds for a notebook")
    options = parser.parse_args(arguments)
    if TOOLS.parent.is_relative_to(options.folder.resolve()):  # as an empty name would be
        parser.error(f"{options.folder} holds this project; name the folder that was handed in")
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    ours = sorted((TOOLS.parent / "notebooks").glob("*.ipynb"))
    series = {path.stem: exercises_of(path) for path in ours}
    names = [name for found in series.values() for name in found]
    table = grade(options.folder, names, options.limit)
    width = max(map(len, ["student", *table]))
    for title, found in series.items():
        print(f"\n{title}\n{'student':<{width}}" + "".join(f"  {name:>9}" for name in found))
        for student, row in table.items():
            states = "".join(f"  {row[name]:>{max(9, len(name))}}" for name in found)
            print(f"{student:<{width}}{states}")
    with open(options.folder / "grades.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student", *names])
        writer.writerows([student, *row.values()] for student, row in table.items())


if __name__ == "__main__":
    main(sys.argv[1:])
