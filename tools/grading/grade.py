"""Grades the notebooks that students hand in, by the checks of the exercises.

    python -m tools.grading.grade FOLDER [--limit SECONDS]

Of each notebook under FOLDER it says, exercise by exercise:

right, not yet   what the check says of the answer
tampered         the check said "right", and while it judged, something that it relies on was changed
error            the cell stops with an exception, or leaves no answer of the exercise's name
too slow         not done when the time that an exercise has was over, 120 seconds
not tried        the cell is as it was, or is not there
missing          no notebook with this exercise was handed in
unreadable       the file is no notebook

A student is a folder in FOLDER, however deep the notebooks lie in it, or the name of a file in FOLDER itself.
What Moodle and Canvas put into the archive of an assignment, in folders or as files, goes by student as well.
If an exercise is there twice, the better answer counts. Prints tables, and writes FOLDER/grades.csv as it
goes: points, states, hints. "right" gives as many points as the exercise has levels, all else none.

What a notebook has stored, or prints, counts for nothing. An exercise's cell is executed anew, in a process
of its own and an empty folder, after those statements of earlier cells that define the names it uses. What
is lost with a cell that does not parse is taken from our notebook. (What an earlier cell does to a thing that
has its name already, `model.compile()` say, is not done.) The installed check judges the answer.

What this protects against: an answer reaches no other answer. Nor does it reach its own verdict by putting
something else in the place of what judges it: that is put back before the check is asked, and looked for
afterwards.

What this does not protect against: STUDENTS' CODE RUNS ON YOUR MACHINE, with your rights. It can read, change
and delete your files, and fill the memory. Network, other programs and writing outside the temporary folder
are refused, which stops accidents, not attacks. And it runs in the process that judges it: whoever sets out
to can still forge a "right" of this one exercise, by walking up the call stack, say, or by a change that
undoes itself. Use an account or a container that has nothing to lose, and read the answers before much
depends on them.
"""

import argparse
import json
import multiprocessing
import os
import re
import secrets
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.grading import gradebook, judge
from tools.series import ROOT, exercises, find_notebooks

# Of two answers the one whose state comes first counts.
STATES = ["right", "not yet", "tampered", "too slow", "error", "not tried", "missing", "unreadable"]
OURS = ("benchmarks", "build", "docs", "examples", "gan_course", "gan_utils")  # no student's work
OURS += ("notebooks", "play", "tests", "tools")
# Copying a process takes a moment, starting one takes seconds; but macOS's own libraries do not survive it.
PROCESSES = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
# Moodle: "Emmy Noether_4711_assignsubmission_file_", a folder, or what begins like that. Canvas, a file, with
# _LATE or without: "noetheremmy_LATE_4711_815_01_discriminator". The first number is the student's.
MOODLE = re.compile(r"(.+_\d+)_assignsubmission_(?:file|onlinetext)")
CANVAS = re.compile(r"([^_]+)(?:_LATE)?_(\d+)_\d+_.")
AT_ONCE = 2
START = 300  # seconds that a process may take to import what it needs


@dataclass(frozen=True)
class Exercise:
    """An exercise as it stands in our notebook: its blank cell, and the code above it."""

    name: str
    notebook: str
    level: int
    blank: str
    before: tuple


def our_exercises():
    """Yield the exercises of our notebooks, in their order."""
    for path in find_notebooks():
        for one in exercises(nbformat.read(path, as_version=4)):
            yield Exercise(one.name, path.stem, one.level, one.cell.source, one.above)


def refusal(folder):
    """Why nothing can be graded in this folder, or None."""
    if not os.path.exists(folder):
        return f"there is no folder {folder}"
    if not os.path.isdir(folder):
        return f"{folder} is no folder: name the one that holds what students handed in"
    folder = folder.resolve()
    if ROOT.is_relative_to(folder):
        return f"{folder} holds our own notebooks: collect what students handed in into a folder of its own"
    for root in (folder, *folder.parents):
        ours = [
            (root / name).resolve() for name in OURS if (root / "tools" / "grading" / "grade.py").exists()
        ]
        if ours and (root == folder or any(folder.is_relative_to(path) for path in ours)):
            return f"{folder} belongs to the project itself: name a folder with what students handed in"
    return None


def stop(error):
    raise error


def student_of(name):
    """The student whose folder or file has this name, which Moodle or Canvas gave it or somebody else."""
    if found := MOODLE.match(name) or CANVAS.match(name):
        return "_".join(found.groups())
    return name


def handed_in(folder):
    """Student -> paths of notebooks, perhaps none; and what else lies in the folder."""
    students, others = {}, {}
    for place, folders, files in os.walk(folder, onerror=stop):
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(n for n in folders if not n.startswith((".", "__MACOSX")) and n not in links)
        for name in [*sorted(files), *links]:
            path = Path(place, name)
            inside = path.relative_to(folder).parts
            student = student_of(path.stem if len(inside) == 1 else inside[0])
            if name.startswith(".") or inside == ("grades.csv",):
                continue
            if path.suffix.lower() == ".ipynb" and path.is_file() and not path.is_symlink():
                students.setdefault(student, []).append(path)
            else:
                others.setdefault(student if len(inside) > 1 else "", []).append("/".join(inside))
        if Path(place) == folder:
            for name in folders:
                students.setdefault(student_of(name), [])
    return dict(sorted(students.items())), others


def read_cells(path):
    """The id and the source of each code cell of a notebook. Raises an exception of some kind or other."""
    raw = path.read_bytes()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of cells without ids
        notebook = nbformat.reads(raw.decode(json.detect_encoding(raw)), as_version=4)
    return [(cell.get("id"), "".join(cell.source)) for cell in notebook.cells if cell.cell_type == "code"]


def warm_up():
    """Import what every check needs. Without gan_utils: it starts the device, which no copy survives."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ |= {
        "MPLBACKEND": "agg",
        "CUDA_VISIBLE_DEVICES": "-1",
    }  # two at once would fight for its memory
    if PROCESSES.get_start_method() == "fork":
        stderr, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)  # past sys.stderr: the backend's start-up messages
        try:
            import keras  # noqa: F401
            import matplotlib.pyplot  # noqa: F401
        finally:
            os.dup2(stderr, 2), os.close(stderr), os.close(nothing)


class Trial:
    """An answer being judged, in a process of its own."""

    def __init__(self, exercise, before, source, limit):
        self.folder, self.box = [tempfile.TemporaryDirectory(ignore_cleanup_errors=True) for _ in range(2)]
        self.file = Path(self.box.name, secrets.token_hex())
        self.limit, self.end, self.started = limit, time.monotonic() + START, False
        self.ready, ready = PROCESSES.Pipe(duplex=False)
        arguments = (ready, str(self.file), self.folder.name, exercise.name, before, source)
        self.process = PROCESSES.Process(target=judge.run, args=arguments, daemon=True)
        self.process.start()
        ready.close()

    def verdict(self):
        """The state and the hint, or None as long as there is none."""
        alive = self.process.is_alive()
        if not self.started and self.ready.poll():
            try:
                self.started = self.ready.recv_bytes() == b"ready"
                self.end = time.monotonic() + self.limit
            except EOFError:
                self.process.join()
                alive = False
        if alive and time.monotonic() < self.end:
            return None
        if not self.started:
            sys.exit("the checks do not start; python -m gan_utils doctor says what is wrong")
        if alive:
            return "too slow", f"not done after {self.limit:g} seconds"
        try:
            state, hint = json.loads(self.file.read_text(encoding="ascii"))
            if state in STATES:
                return state, " ".join(str(hint).split())[:500]
        except (OSError, ValueError):
            pass
        return "error", "the cell ends the process that judges it"

    def close(self):
        self.process.kill()
        self.process.join()
        self.ready.close()
        self.folder.cleanup(), self.box.cleanup()


def judge_all(answers, limit):
    """Yield, of each (exercise, before, source), the exercise's name, the state and the hint; two at once."""
    waiting, running = list(answers), {}
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                exercise, before, source = waiting.pop(0)
                running[Trial(exercise, before, source, limit)] = exercise.name
            for trial in list(running):
                if found := trial.verdict():
                    trial.close()
                    yield running.pop(trial), *found
            time.sleep(0.01)
    finally:
        for trial in running:
            trial.close()


def grade(notebooks, exercises, limit):
    """The state and the hint of each exercise in the notebooks of one student, each a list of cells."""
    row, answers = {}, []
    for cells in notebooks:
        places = {exercise: judge.place_of(exercise.name, cells) for exercise in exercises}
        here = {exercise.notebook for exercise, place in places.items() if place is not None}
        for exercise, place in places.items():
            if exercise.notebook in here:
                row.setdefault(exercise.name, ("not tried", ""))
            if place is not None and cells[place][1].strip() not in ("", exercise.blank.strip()):
                before, source = [source for _, source in cells[:place]], cells[place][1]
                try:
                    before = judge.needed(before, source, exercise.before)
                except judge.NO_PYTHON:
                    before = ""  # the cell itself does not parse: the process will say so
                answers.append((exercise, before, source))
    for name, *found in judge_all(answers, limit):
        row[name] = min(row[name], tuple(found), key=lambda found: STATES.index(found[0]))
    return {exercise.name: row.get(exercise.name, ("missing", "")) for exercise in exercises}


def rows_of(student, paths, others, exercises, limit):
    """Yield (name, remark, row) for a student, and for each notebook of theirs that cannot be read."""
    notebooks, broken, names = [], {}, [exercise.name for exercise in exercises]
    for path in paths:
        print(gradebook.printable(f"{student}: {path.name}"), flush=True)
        try:
            notebooks.append(read_cells(path))
        except Exception as error:
            broken[path] = f"cannot be read: {judge.told(error)}"
            print(f"  {broken[path]}")
    if notebooks:
        row = grade(notebooks, exercises, limit)
        nothing = all(state == "missing" for state, _ in row.values())
        yield student, "none of the exercises is in what was handed in" if nothing else "", row
    elif not broken:
        remark = f"no notebook, but {', '.join(others[:3])}" if others else "no notebook"
        yield student, remark, dict.fromkeys(names, ("missing", ""))
    for path, remark in broken.items():
        name = f"{student}/{path.name}" if notebooks or len(broken) > 1 else student
        yield name, f"{path.name} {remark}", dict.fromkeys(names, ("unreadable", ""))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--limit", type=float, default=120, help="seconds for an exercise")
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows no Chinese
    if not options.folder.strip():
        sys.exit("grade which folder? python -m tools.grading.grade submitted")
    folder = Path(os.path.expanduser(options.folder))
    if reason := refusal(folder):
        sys.exit(reason)
    asked = list(our_exercises())
    try:
        students, others = handed_in(folder)
        if not students:
            sys.exit(f"{folder} holds no notebook, and no folder of a student")
        book = gradebook.Book(folder / "grades.csv", asked)
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    for name in others.get("", []):
        print(gradebook.printable(f"passed over: {name}"))
    warm_up()
    try:
        for student, paths in students.items():
            for line in rows_of(student, paths, others.get(student, []), asked, options.limit):
                book.add(*line)
    except KeyboardInterrupt:
        sys.exit(f"\nstopped; what was graded is in {book.path}")
    finally:
        book.show()
    book.close()


if __name__ == "__main__":
    main(sys.argv[1:])
