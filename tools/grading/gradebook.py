"""The table of tools/grading/grade.py: grades.csv, for a spreadsheet, and what it prints, for a terminal."""

import contextlib
import csv
import os
import unicodedata


class Book:
    """What each student has, written to a file as it grows.

    Raises:
        ValueError: there is another file of this name.
        OSError: the file cannot be written.
    """

    def __init__(self, path, exercises):
        self.path, self.exercises, self.rows, self.lines = path, exercises, {}, {}
        self.levels = sorted({exercise.level for exercise in exercises})
        names = [exercise.name for exercise in exercises]
        self.header = ["student", f"points (of {self.points()})"]
        self.header += [f"level {level} ({level} each, of {self.points(level)})" for level in self.levels]
        self.header += ["remark", *names, *(f"hint: {name}" for name in names)]
        self.earlier = self.read()
        self.write()  # before anything is graded: can it be?

    def points(self, level=None, row=None):
        """The points of a row, or those that can be had: as many for an exercise as it has levels."""
        asked = [e for e in self.exercises if level in (None, e.level)]
        return sum(e.level for e in asked if row is None or row[e.name][0] == "right")

    def add(self, student, remark, row):
        """Add a row: exercise -> state and hint."""
        self.rows[student] = row
        states, hints = zip(*(row[exercise.name] for exercise in self.exercises), strict=True)
        points = [self.points(level, row) for level in (None, *self.levels)]
        line = [harmless(student), *points, harmless(remark), *states, *map(harmless, hints)]
        self.lines[line[0]] = line
        try:
            self.write()
        except OSError as error:  # a spreadsheet has it open, say: the next row tries again
            print(f"  not written yet: {error}")

    def close(self):
        """Write the table without the lines of an earlier run that nothing has taken the place of."""
        self.earlier = {}
        self.write()

    def read(self):
        """The lines of an earlier run, by student."""
        if not os.path.lexists(self.path):
            return {}
        with contextlib.suppress(OSError, ValueError, csv.Error):
            if self.path.is_file() and not self.path.is_symlink():
                with open(self.path, newline="", encoding="utf-8-sig") as file:
                    header, *lines = csv.reader(file)
                if header == self.header:
                    print(f"{self.path} is here from an earlier run: its lines are replaced one by one")
                    return {line[0]: line for line in lines if line}
        raise ValueError(
            f"{self.path} is no table of these exercises, or another hand was in it: move it away"
        )

    def write(self):
        """Write the file whole or not at all."""
        beside = self.path.with_name(f".grades.{os.getpid()}.csv")
        beside.touch(exist_ok=False)
        try:
            with open(beside, "w", newline="", encoding="utf-8-sig", errors="backslashreplace") as file:
                csv.writer(file).writerows([self.header, *(self.earlier | self.lines).values()])
            os.replace(beside, self.path)
        except BaseException:  # a full disk, Ctrl-C
            beside.unlink()
            raise

    def show(self):
        """Print a table of states for each notebook, and one of points."""
        for title in dict.fromkeys(exercise.notebook for exercise in self.exercises):
            names = [exercise.name for exercise in self.exercises if exercise.notebook == title]
            rows = {student: [row[name][0] for name in names] for student, row in self.rows.items()}
            if {state for row in rows.values() for state in row} <= {"missing", "unreadable"}:
                print(f"\n{title}: handed in by nobody")
            else:
                print(f"\n{title}")
                show(names, rows)
        print()
        show([f"points of {self.points()}"], {s: [str(self.points(row=row))] for s, row in self.rows.items()})


def harmless(text):
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(tuple("=+-@\t\r\n＝＋－＠")) else text


def printable(text):
    """Text that stays in its line of the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def width(text):
    """The columns of a text in a terminal: two for a Chinese letter, none for an accent of its own."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)


def show(names, rows):
    """Print a table: its columns' names, and student -> what stands in them."""
    lines = [("student", names), *((printable(student), row) for student, row in rows.items())]
    first = max(width(student) for student, _ in lines)
    columns = [max(9, *map(len, column)) for column in zip(*(row for _, row in lines), strict=True)]
    for student, row in lines:
        cells = "".join(f"  {cell:>{column}}" for cell, column in zip(row, columns, strict=True))
        print(f"{student}{' ' * (first - width(student))}{cells}")
