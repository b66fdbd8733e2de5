"""The instructor's guide: minutes as in the notes, exercises as in the notebooks, nothing named in vain."""

import re

import nbformat
import pytest

from tools import series
from tools.notes import notes_of
from tools.series import LESSON, ROOT, find_taught

GUIDE = (ROOT / "docs" / "instructors.md").read_text(encoding="utf-8")
PATHS = {series.number(path): path for path in find_taught()}
PLAY = {"plane", "explore"}  # own work without an exercise
NOTES = {taught: notes_of(path) for taught, path in PATHS.items()}


def section(title):
    """What stands under a heading, up to the next of its kind or above."""
    level = title.partition(" ")[0]
    return re.split(rf"^#{{2,{len(level)}}} ", GUIDE.partition(f"\n{title}\n")[2], flags=re.MULTILINE)[0]


def rows(title):
    """The cells of the tables' lines under a heading, without the heads."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for i, row in enumerate(table[2:], 2) if table[i - 1][0] != row[0] != "---"]


def chosen(number, cells):
    """The ids that "`a` to `b`, `c`" stands for, in a notebook's notes."""
    order = list(NOTES[number])
    for part in cells.split(", "):
        first, *last = re.findall("`(.+?)`", part)
        yield from order[order.index(first) : order.index((last or [first])[0]) + 1]


def minutes(number, ids):
    return sum(NOTES[number][cell].minutes for cell in ids)


def clock(passed):
    return f"{passed // 60}:{passed % 60:02d}"


def exercises(number):
    """(exercise, minutes, level) of each exercise of a notebook."""
    found = series.exercises(nbformat.read(PATHS[number], as_version=4))
    return [(one.number, one.minutes, one.level) for one in found]


@pytest.mark.parametrize(("title", "length"), [("### Four weekly classes", 90), ("### Half a day", 240)])
def test_a_schedule_adds_up(title, length):
    passed, seen = 0, []
    for begins, taken, number, cells, _ in rows(title):
        assert begins == clock(passed)
        if number in NOTES:
            ids = list(chosen(number, cells))
            assert int(taken) == minutes(number, ids), begins
            seen += [(number, cell) for cell in ids]
        passed += int(taken or 0)
    assert passed == length and len(set(seen)) == len(seen)


def test_what_the_short_class_leaves_out_is_said():
    kept = {
        cell
        for _, _, number, cells, _ in rows("### Four weekly classes")
        if number
        for cell in chosen("04", cells)
    }
    prose = section("### Four weekly classes").rpartition("\n\n")[0].rpartition("|\n")[2]
    said = {cell for part in re.findall("`[^`]+` to `[^`]+`|`[^`]+`", prose) for cell in chosen("04", part)}
    assert said == NOTES["04"].keys() - kept
    assert f"leaves out {minutes('04', said)} minutes" in prose


def test_the_classes_are_all_of_the_decks():
    seen = []
    for _, number, cells, planned, slack, cut, own in rows("### Classes of ninety minutes"):
        ids, notes = list(chosen(number, cells)), NOTES[number]
        seen += [(number, cell) for cell in ids]
        assert int(planned) == sum(notes[cell].planned for cell in ids) == LESSON - int(slack)
        assert re.findall(r"`(.+?)` (\d+)", cut) == [(c, str(notes[c].minutes)) for c in ids if notes[c].cut]
        for cell, begins, long in re.findall(r"`(.+?)` (\d:\d\d), (\d+)", own):
            assert clock(sum(notes[before].planned for before in ids[: ids.index(cell)])) == begins
            assert notes[cell].minutes == int(long)
    told = dict.fromkeys(number for number, _ in seen)  # test_series.py misses the others
    assert seen == [(number, cell) for number in told for cell in NOTES[number]]


def test_every_plan_has_slack():
    slacks = [int(row[4]) for row in rows("### Classes of ninety minutes")]
    slacks += [
        int(row[1])
        for title in ("### Four weekly classes", "### Half a day")
        for row in rows(title)
        if "slack" in row[4]
    ]
    assert len(slacks) == 7 and min(slacks) >= 5


def test_exercises_get_the_minutes_that_they_claim():
    own = {row[0]: row[6] for row in rows("### Classes of ninety minutes")}
    for row in rows("## What each class needs"):
        asked = sum(map(int, re.findall(r"\((\d+) min", row[3])))
        given = sum(
            int(long) for name, long in re.findall(r"`(.+?)` \d:\d\d, (\d+)", own[row[0]]) if name not in PLAY
        )
        assert 0 < asked <= given, f"class {row[0]}: {asked} minutes are asked, {given} given"


def test_own_work_is_counted():
    classes = [
        int(n) for row in rows("### Classes of ninety minutes") for n in re.findall(r"\d, (\d+)", row[6])
    ]
    half = [int(row[1]) for row in rows("### Half a day") if "own work" in row[4]]
    said = f"Own work is {sum(half)} minutes here, against {sum(classes)} in the classes of ninety minutes"
    assert said in GUIDE, said


def test_every_exercise_has_its_class_or_is_for_home():
    named = {}
    for row in rows("## What each class needs"):
        for cell in row[3:5]:
            found = re.findall(r"(\d) \((\d+) min, level (\d)\)", cell)
            named.setdefault(cell[:2], []).extend(tuple(map(int, numbers)) for numbers in found)
    for number, found in named.items():  # test_series.py misses the others
        assert sorted(found) == exercises(number)


def test_what_is_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    commands = set(re.findall(r"(?:`|^|[a-z] )make ([a-z-]+)(?:`| [A-Z]|$)", GUIDE, re.MULTILINE))
    assert len(commands) > 8 and commands <= targets
    files = re.findall(r"(?:tools|benchmarks|notebooks|gan_utils|tests)/[\w/.]*", GUIDE)
    assert files and all((ROOT / file.rstrip(".")).exists() for file in files)


def test_the_measurement_has_its_place():
    assert GUIDE.count("<!-- classroom -->\n") == GUIDE.count("<!-- end -->") == 1
    assert GUIDE.index("<!-- classroom -->") < GUIDE.index("<!-- end -->")
