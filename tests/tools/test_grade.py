"""`make grade` says of submitted notebooks what the checks say, whatever the notebooks say themselves."""

import csv
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.notebooks import notebook_rules as rules
from tools import editions
from tools.grading import grade, gradebook, judge
from tools.series import exercises

FIRST = rules.REPOSITORY / "notebooks" / "01_discriminator.ipynb"
EXERCISES = ["logit_of_verdict", "count_weights", "real_and_fake_batch", "accuracy", "retouch"]
STATES = ["right", "not yet", "tampered", "error", "too slow", "not tried", "missing", "unreadable"]

HELPER = """
def log_odds(p):
    return np.log(p / (WHOLE - p))


trained = gu.GAN.load("a folder that is not there")  # nothing needs it
%time WHOLE = 1
"""
BY_HELPER = """
def logit_of_verdict(percent_fake):
    return log_odds(1 - percent_fake / 100)
"""
FORGED = """
def count_weights(widths):
    return 7


verdict = course.check.Verdict("count_weights", "right", "Every weight is counted.")
course.check.count_weights = lambda answer: verdict
print(verdict)
course.check.count_weights(count_weights)
"""

WRONG = {
    "logit_of_verdict": "def logit_of_verdict(percent_fake):\n    INSIDE\n    return percent_fake / 100.0",
    "count_weights": "def count_weights(widths):\n    INSIDE\n    return 7",
    "real_and_fake_batch": "def real_and_fake_batch(real, fake):\n    INSIDE\n    return [*real, *fake], [1]",
    "accuracy": "def accuracy(real_logits, fake_logits):\n    INSIDE\n    return 0.123",
    "retouch": "def retouch(images, gradient, budget):\n    INSIDE\n    return images + 0.5",
}
# What makes a wrong answer right, or would like to: in the cell itself, or (the last ones) in the answer.
TAMPERING = """
course.check.Verdict.state = property(lambda self: "right")
---
course.check.Verdict.state = property(lambda self: "right", lambda self, state: None)
---
from gan_course.checking.feedback import Verdict
class Right:
    def __get__(self, *arguments): return "right"
    def __set__(self, *arguments): pass
Verdict.state = Right()
---
course.check.Verdict.__getattribute__ = lambda self, name: "right"
---
def forged(self, exercise, state, message, *rest):
    vars(self).update(exercise=exercise, state="right", message="")
course.check.Verdict.__init__ = forged
---
def forged(self, exercise, state, message, *rest):
    vars(self).update(exercise=exercise, state="right", message="")
course.checking.feedback.Verdict = type("Verdict", (course.check.Verdict,), {"__init__": forged})
---
np.allclose = lambda *a, **k: True
np.isclose = np.array_equal = np.allclose
---
def close(a, b, rtol=0, atol=0, equal_nan=False): return True
np.allclose.__wrapped__.__code__ = close.__code__
---
import types
for check in list(vars(course.check).values()):
    for cell in getattr(check, "__closure__", None) or ():
        if isinstance(cell.cell_contents, types.FunctionType):
            cell.cell_contents = lambda answer: None
---
for check in list(vars(course.check).values()):
    if hasattr(check, "__wrapped__"):
        check.__wrapped__.__code__ = (lambda answer: None).__code__
---
for name in list(vars(course.check)):
    if callable(getattr(course.check, name)):
        setattr(course.check, name, lambda answer: course.check.Verdict("", "right", ""))
---
import sys
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").startswith(("gan_course.checking.", "gan_course.exercises.")):
        module.Hint = type("Hint", (Exception,), {"__new__": lambda *a: 1 / 0})
        for name in list(vars(module)):
            if name in ("compare", "as_array", "_compare"):
                setattr(module, name, lambda *a, **k: None)
---
import builtins
builtins.vars = lambda thing: {"state": "right", "message": ""}
builtins.all = builtins.callable = lambda *a: True
builtins.abs = lambda x: 0
---
import sys, types
sys.modules["gan_course.check"] = types.SimpleNamespace(__getattr__=lambda name: None)
sys.modules["numpy"] = sys.modules["json"] = None
---
import __main__, sys
right = course.check.Verdict("", "right", "")
for module in [__main__, *sys.modules.values()]:
    for name in ("CHECKS", "STATES", "check"):
        if hasattr(module, name) and isinstance(getattr(module, name), dict):
            getattr(module, name).update(dict.fromkeys(vars(course.check), right))
try:
    from tools.grading import judge, grade
    judge.Originals.put_back = lambda self: []
    judge.judged = lambda *a: ("right", "")
except ImportError:
    pass
---
import json
json.dumps = lambda *a, **k: '["right", ""]'
---
import os
for fd in range(3, 60):
    try:
        os.write(fd, b'right\\n["right", ""]\\n')
    except OSError:
        pass
os._exit(0)
---
import atexit, os, glob, tempfile
def write():
    for box in glob.glob(tempfile.gettempdir() + "/*/"):
        try:
            open(box + "/right", "w").write('["right", ""]')
        except OSError:
            pass
atexit.register(write)
write()
raise SystemExit
---
import gc
for thing in gc.get_objects():
    if isinstance(thing, dict) and "CHECKS" in thing:
        thing["CHECKS"] = dict.fromkeys(thing["CHECKS"], lambda answer: course.check.Verdict("", "right", ""))
---
import threading, time
def again():
    while True:
        course.check.Verdict.state = property(lambda self: "right", lambda self, state: None)
        time.sleep(0.0005)
threading.Thread(target=again, daemon=True).start()
time.sleep(0.01)
---
class Odd(BaseException):
    def __str__(self): raise self
    __repr__ = __str__
class Answer:
    __code__ = property(lambda self: 1 / 0)
    def __call__(self, *arguments): raise Odd
    def __eq__(self, other): raise Odd
logit_of_verdict = count_weights = real_and_fake_batch = accuracy = retouch = Answer()
raise Odd
--- inside
course.check.Verdict.state = property(lambda self: "right", lambda self, state: None)
--- inside
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
--- inside
def forged(self, exercise, state, message, *rest):
    vars(self).update(exercise=exercise, state="right", message="")
course.check.Verdict.__init__ = forged
--- inside
import os; os._exit(0)
--- inside
raise KeyboardInterrupt
"""
TRIALS = [code.strip() for code in TAMPERING.split("---")]
FORGED_INSIDE = """
def count_weights(widths):
    def forged(self, exercise, state, message, *rest):
        vars(self).update(exercise=exercise, state="right", message="")

    course.check.Verdict.__init__ = forged
    return 7
"""
# Student -> what stands in the cells, where it is not the solution itself; None where the cell is deleted.
SUBMITTED = {
    "ada": {"before": HELPER, "logit_of_verdict": BY_HELPER},
    "cem": {
        "logit_of_verdict": "def logit_of_verdict(p):\n    return p / (100 - p)",
        "count_weights": FORGED,
        "real_and_fake_batch": "def real_and_fake_batch(real_images, fake_images)\n    return real_images",
        "accuracy": "SOLUTION\nraise SystemExit",
        "retouch": None,
    },
    "dee": {
        "logit_of_verdict": "SOLUTION\nwhile True:\n    pass",
        "count_weights": "def count_weights(w):\n    return sum((a + 1) * b for a, b in zip(w, w[1:]))\n\n"
        "course.check.accuracy(count_weights)",
        "real_and_fake_batch": "import socket\nsocket.getaddrinfo('localhost', 9)\nSOLUTION",
        "accuracy": "open(course.check.__file__, 'a').close()\nSOLUTION",
        "retouch": "SOLUTION\nimport os\nos._exit(0)",
    },
    "fay": {
        "first": "FIRST\nprint((1, 2)",
        "logit_of_verdict": "!pip install numpy\n%matplotlib widget\nSOLUTION",
        "count_weights": "def size(a, b):\n    return (a + 1) * b\n\n\nSOLUTION\n>>> count_weights([3, 2]",
        "accuracy": "def accuracy(r, f):\n    found = (r > 0).sum() + (f <= 0).sum()\n"
        "    return size(0, found / (len(r) + len(f)))",
    },
    "gil": {"first": "import gan_course as course, nump as np"},
    "hal": {
        "logit_of_verdict": TRIALS[1] + "\n" + WRONG["logit_of_verdict"].replace("INSIDE", "pass"),
        "count_weights": FORGED_INSIDE,
        "real_and_fake_batch": TRIALS[1] + "\nSOLUTION",
    },
}
WANTED = {
    "ada": ["right"] * 5,
    "bob": ["not tried"] * 5,
    "cem": ["not yet", "not yet", "error", "error", "not tried"],
    "dee": ["too slow", "right", "error", "error", "error"],
    "eve": ["unreadable"] * 5,
    "fay": ["right", "error", "right", "right", "right"],
    "gil": ["right"] * 5,
    "hal": ["not yet", "tampered", "right", "right", "right"],
}


def submit(path, notebook, answers):
    """Write a notebook with these sources in its exercises, each of which claims to be right."""
    for one in exercises(notebook):
        answer = answers.get(one.name, "SOLUTION")
        one.cell.source = answer and answer.replace("SOLUTION", one.cell.source)
        claim = f"{one.name}: right. As everybody can see."
        one.cell.outputs = [new_output("execute_result", {"text/plain": claim}, execution_count=1)]
    notebook.cells = [cell for cell in notebook.cells if cell.source is not None]
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source = answers.get("first", "FIRST").replace("FIRST", first.source)
    if "before" in answers:
        notebook.cells[3:3] = [new_code_cell("this is no Python"), new_code_cell(answers["before"])]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def run_grade(folder, *options):
    """What grade.py prints, and the rows of its file."""
    command = [sys.executable, "-m", "tools.grading.grade", str(folder), *options]
    variables = os.environ | {"KERAS_BACKEND": "numpy", "PYTHONIOENCODING": "utf-8"}  # the fastest to start
    result = subprocess.run(
        command, cwd=REPOSITORY, env=variables, capture_output=True, timeout=600, encoding="utf-8"
    )
    assert result.returncode == 0, result.stderr
    with open(folder / "grades.csv", newline="", encoding="utf-8-sig") as file:
        return result.stdout, {row["student"]: row for row in csv.DictReader(file)}


def tamperer(i):
    """The student who tries five ways to tamper, from number `i` on."""
    return f"who tampers {i:02d}"


def tampering(i):
    """Wrong answers to all exercises, each with a way of tampering."""
    answers = {}
    for name, code in zip(EXERCISES, TRIALS[i:] + ["pass"] * 5, strict=False):
        inside = code.startswith("inside")
        top, body = ("", code.removeprefix("inside").strip()) if inside else (code, "pass")
        body = body.replace("\n", "\n    ")
        answers[name] = f"import numpy as np\n{top}\n" + WRONG[name].replace("INSIDE", body)
    return answers


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The same, on the notebooks of eight students."""
    folder = tmp_path_factory.mktemp("submitted")
    committed = nbformat.read(FIRST, as_version=4)
    submit(folder / "bob.ipynb", nbformat.from_dict(committed), {})
    for student, answers in SUBMITTED.items():
        solved = editions.solved(committed, FIRST.parent / "solutions")
        submit(folder / student / "my notebook.ipynb", solved, answers)
    for place in ("eve", "ada/.ipynb_checkpoints"):
        (folder / place).mkdir()
        (folder / place / "empty.ipynb").write_text("{}")
    return run_grade(folder, "--limit", "12")


@pytest.fixture(scope="module")
def graded_tampering(tmp_path_factory):
    """The same, on the notebooks of those who answer all wrongly and tamper."""
    folder = tmp_path_factory.mktemp("submitted")
    committed = nbformat.read(FIRST, as_version=4)
    for i in range(0, len(TRIALS), len(EXERCISES)):
        submit(folder / tamperer(i) / FIRST.name, nbformat.from_dict(committed), tampering(i))
    return run_grade(folder, "--limit", "12")


@pytest.mark.parametrize("student", WANTED)
def test_each_answer_gets_what_it_deserves(student, graded):
    _, rows = graded
    assert list(rows) == list(WANTED)
    assert [rows[student][name] for name in EXERCISES] == WANTED[student]


def test_the_table_says_the_same(graded):
    printed, rows = graded
    assert printed.count("cannot be read") == 1
    heading, *lines = printed.partition("\n01_discriminator\n")[2].split("\n\n")[0].splitlines()
    assert heading.split() == ["student", *EXERCISES]
    assert [line.split() for line in lines] == [
        [*student.split(), *" ".join(rows[student][name] for name in EXERCISES).split()] for student in rows
    ]
    assert "02_generator: handed in by nobody" in printed


def test_points_go_by_level_and_each_answer_that_is_not_right_has_its_reason(graded):
    printed, rows = graded
    points = f"points (of {sum(exercise.level for exercise in grade.our_exercises())})"
    assert rows["ada"][points] == str(1 + 1 + 2 + 1 + 3) and rows["bob"][points] == rows["eve"][points] == "0"
    assert [value for name, value in rows["hal"].items() if name.startswith("level")] == ["1", "2", "3"]
    assert printed.splitlines()[-len(rows)].split() == ["ada", "8"]
    assert rows["eve"]["remark"].startswith("empty.ipynb cannot be read: ")
    for student, name, hint in [
        ("cem", "real_and_fake_batch", "SyntaxError: expected ':' (line 1)"),
        ("cem", "accuracy", "SystemExit"),
        ("dee", "logit_of_verdict", "not done after 12 seconds"),
        ("dee", "accuracy", "PermissionError: not while grading: open"),
        ("dee", "retouch", "the cell ends the process that judges it"),
        ("fay", "count_weights", "SyntaxError"),
        ("hal", "count_weights", "the answer changes Verdict.__init__"),
        ("hal", "real_and_fake_batch", "judged with Verdict.state put back"),
        ("ada", "retouch", ""),
    ]:
        assert rows[student][f"hint: {name}"].startswith(hint)
    for student in ("cem", "hal"):
        assert len(rows[student]["hint: logit_of_verdict"]) > 20
    assert "hint" not in printed


@pytest.mark.slow
@pytest.mark.parametrize("i", range(len(TRIALS)), ids=[code.splitlines()[0] for code in TRIALS])
def test_a_wrong_answer_cannot_make_itself_right(i, graded_tampering):
    name = EXERCISES[i % 5]
    row = graded_tampering[1][tamperer(i - i % 5)]
    assert row[name] in ("not yet", "tampered", "error", "too slow"), row[f"hint: {name}"]


@pytest.mark.parametrize(
    "broken",
    [
        "KEPT\nprint((1, 2",
        "print((1, 2\nKEPT",
        "KEPT\nif True:\n\tx = 1\n        y = 2\nafter = 1",
        "this is prose, from a page\n\nKEPT",
        ">>> KEPT\n>>> x = = 1",
        "KEPT\n%%bash\nls | grep (",
        "KEPT\nfor i in range(3)\n    print(i)\nelse:\n    pass",
        "def f(:\n    return 1\n\n\nKEPT\n}",
        "KEPT\nx = '\nlast = 1",
        "KEPT\n" + "(" * 300,
        "x = 0777\nKEPT\n\0",
    ],
)
def test_of_a_cell_that_does_not_parse_the_rest_counts(broken):
    with pytest.raises((SyntaxError, ValueError, MemoryError)):
        compile(broken, "cell", "exec")
    assert judge.needed([broken.replace("KEPT", "kept = (1 + \n 2)")], "kept") == "kept = 1 + 2"


def test_what_a_student_has_lost_is_as_it_was_handed_out():
    ours = [
        "try:\n    import gan_utils as gu\nexcept ModuleNotFoundError:\n    pass\n",
        "import numpy as np\nimport time",
    ]
    ours += ["scale = 2\nunused = train()"]
    lost = judge.needed(["import numpy as np(", "from math import *"], "np.ones(scale)", ours)
    assert lost.startswith("try:\n    import gan_utils as gu\n")
    assert lost.splitlines()[-4:] == ["import numpy as np", "import time", "scale = 2", "from math import *"]
    assert judge.needed(["scale = 3"], "scale", ours).splitlines()[-1] == "scale = 3"


def test_only_what_an_exercise_needs_is_executed():
    before = [
        "import numpy as np\nfrom keras import layers, ops",
        "size = 3\nsize = 4\nunused = train()",
        "def build(n, scale=size):\n    unused = n\n    return later(np.ones(unused)) * scale",
        "%matplotlib inline\nbroken = = 1",
        "size += 1\nlater = np.sum",
        "%%time\nfirst, *rest = range(size)",
        "size = train()",
    ]
    source = "%time answer = build(2) + first\ncourse.check.answer(answer)"
    assert judge.needed(before[:-1], source).splitlines() == [
        "import numpy as np",
        "size = 4",
        "def build(n, scale=size):",
        "    unused = n",
        "    return later(np.ones(unused)) * scale",
        "later = np.sum",
        "first, *rest = range(size)",
    ]
    assert judge.needed(before, "size").splitlines() == ["size = train()"]


def test_an_exercise_is_found_by_its_id_or_by_its_last_line():
    cells = [
        ("other", "if course.check.one(one):\n    print(1)"),
        ("exercise-one", "one = 1\ncourse.check.one(one)\n"),
        ("new", "one = 2\n\ncourse.check.one(one)  # again"),
        ("later", "one = 3"),
    ]
    assert judge.place_of("one", cells) == 1
    cells[1] = ("also-new", cells[1][1])
    assert judge.place_of("one", cells) == 2
    assert judge.place_of("one", cells[:1]) is None
    cells = [("id", "def one(x):\n    return x"), ("id", "two(one) = = 1")]
    assert judge.place_of("one", cells) == 0


def test_an_answer_writes_and_removes_temporary_files_only(tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "TEMPORARY", (str(tmp_path / "temporary"),))
    mine, theirs = str(tmp_path / "check.py"), str(tmp_path / "temporary" / "x")
    write = os.O_WRONLY | os.O_CREAT
    for event, *arguments in [
        ("open", mine, "a", write),
        ("open", os.path.join(theirs, "..", "..", "check.py"), "w", write),
        ("open", mine.encode(), None, os.O_RDWR),
        ("os.remove", mine, -1),
        ("os.rename", theirs, mine, -1, -1),
        ("shutil.rmtree", tmp_path, None),
        ("subprocess.Popen", "ls", [], None, None),
        ("socket.connect", None, None),
        ("gc.get_objects", -1),
    ]:
        with pytest.raises(PermissionError, match=f"not while grading: {event}"):
            judge.refuse(event, tuple(arguments))
    monkeypatch.setattr(
        judge, "PROJECT", os.path.join(theirs, "project", "")
    )  # a checkout in a temporary folder
    with pytest.raises(PermissionError, match="not while grading: open"):
        judge.refuse("open", (os.path.join(theirs, "project", "check.py"), "w", write))
    for event, *arguments in [
        ("open", mine, "r", os.O_RDONLY),
        ("open", theirs, "w", write),
        ("open", 3, "w", write),
        ("os.rename", theirs, theirs + "2", -1, -1),
        ("os.listdir", mine),
        ("import", "numpy", None, None, None, None),
    ]:
        judge.refuse(event, tuple(arguments))


def test_the_check_in_the_cell_is_not_asked_twice():
    source = "def one():\n    return 1\n\n\ncourse.check.one(\n    one\n)"
    assert judge.without_checks(source).split() == ["def", "one():", "return", "1"]
    for kept in (
        "x = 1; course.check.one(x)",
        "course.check.one(one); x = 1",
        "verdict = course.check.one(one)",
        "x = = 1",
    ):
        assert judge.without_checks(kept).strip() == kept


def test_the_levels_stand_above_the_exercises():
    found = {exercise.name: (exercise.notebook, exercise.level) for exercise in grade.our_exercises()}
    assert found["retouch"] == ("01_discriminator", 3) and found["batch_norm"] == ("02_generator", 1)
    assert {level for _, level in found.values()} == {1, 2, 3}


def empty(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("")


def test_one_folder_is_one_student(tmp_path):
    empty(
        tmp_path,
        "anna/02.ipynb",
        "anna/hw 1/deep/01.IPYNB",
        "berta.ipynb",
        "anna.ipynb",
        "grades.csv",
        "x.zip",
    )
    empty(
        tmp_path,
        "anna/.ipynb_checkpoints/01.ipynb",
        "__MACOSX/anna/._01.ipynb",
        "anna/._01.ipynb",
        ".b.ipynb",
    )
    empty(tmp_path, "dora/01.ipynb.txt", ".git/x.ipynb", "anna/__MACOSX/01.ipynb", "anna/digits.png")
    (tmp_path / "emil" / "hw").mkdir(parents=True)
    (tmp_path / "fake.ipynb").mkdir()
    for link in ("solutions", "anna/solutions"):
        (tmp_path / link).symlink_to(FIRST.parent)
    (tmp_path / "link.ipynb").symlink_to(FIRST)
    students, others = grade.handed_in(tmp_path)
    paths = {
        name: [path.relative_to(tmp_path).as_posix() for path in found] for name, found in students.items()
    }
    assert paths == {
        "anna": ["anna.ipynb", "anna/02.ipynb", "anna/hw 1/deep/01.IPYNB"],
        "berta": ["berta.ipynb"],
        "dora": [],
        "emil": [],
        "fake.ipynb": [],
    }
    assert sorted(others.pop("")) == ["link.ipynb", "solutions", "x.zip"]
    assert others == {"anna": ["anna/digits.png", "anna/solutions"], "dora": ["dora/01.ipynb.txt"]}


FOUND = [grade.Exercise(name, "01_x", level, "...", ()) for name, level in (("one", 1), ("two", 3))]


@pytest.fixture
def quick(monkeypatch):
    """Two exercises, whose states stand in the only cell of a notebook, and nothing is executed."""
    verdicts = dict(zip("rnm", [("right", ""), ("not yet", "=1+1, or +2?"), ("missing", "")], strict=True))

    def judged(notebooks, exercises, limit):
        if notebooks[0][0][1] == "stop":
            raise KeyboardInterrupt
        return {e.name: verdicts[letter] for e, letter in zip(exercises, notebooks[0][0][1], strict=True)}

    monkeypatch.setattr(grade, "our_exercises", lambda: FOUND)
    monkeypatch.setattr(grade, "warm_up", lambda: None)
    monkeypatch.setattr(grade, "grade", judged)


def hand_in(path, source):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[new_code_cell(source)]), path)


def lines_of(folder):
    raw = (folder / "grades.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")  # for Excel
    return list(csv.reader(raw.decode("utf-8-sig").splitlines()))


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (  # Moodle, in folders; what is typed online is a second folder
            [
                "Emmy Noether_4711_assignsubmission_file_/01_discriminator.ipynb",
                "Emmy Noether_4711_assignsubmission_onlinetext_/onlinetext.html",
                "Alan Turing_4712_assignsubmission_file/week/02_generator.ipynb",
            ],
            {"Emmy Noether_4711": 1, "Alan Turing_4712": 1},
        ),
        (  # Moodle, as files
            [
                "Emmy Noether_4711_assignsubmission_file_01_discriminator.ipynb",
                "Emmy Noether_4711_assignsubmission_file_02_generator.ipynb",
            ],
            {"Emmy Noether_4711": 2},
        ),
        (  # Canvas; a second attempt of a file is -1
            [
                "noetheremmy_4711_815_01_discriminator.ipynb",
                "noetheremmy_LATE_4711_816_02_generator-1.ipynb",
                "turingalan_4712_817_01_discriminator.ipynb",
            ],
            {"noetheremmy_4711": 2, "turingalan_4712": 1},
        ),
        (["noether_01.ipynb", "noether_02.ipynb"], {"noether_01": 1, "noether_02": 1}),
        (["noether/week1/01_discriminator.ipynb", "noether/week1/timestamp.txt"], {"noether": 1}),  # nbgrader
    ],
)
def test_what_a_learning_platform_packs_goes_by_student(names, students, tmp_path):
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {student: len(paths) for student, paths in grade.handed_in(tmp_path)[0].items()} == students


def test_a_spreadsheet_opens_it_and_a_terminal_shows_it(tmp_path, quick, capsys):
    hand_in(tmp_path / "李小龍" / "01.ipynb", "rn")
    hand_in(tmp_path / "=HYPERLINK(1)" / "01.ipynb", "rr")
    (tmp_path / "－2\x1b[31m\n").mkdir()
    grade.main([str(tmp_path)])
    header, *lines = lines_of(tmp_path)
    assert header[:6] == [
        "student",
        "points (of 4)",
        "level 1 (1 each, of 1)",
        "level 3 (3 each, of 3)",
        "remark",
        "one",
    ]
    assert header[6:] == ["two", "hint: one", "hint: two"]
    assert lines[0] == ["'=HYPERLINK(1)", "4", "1", "3", "", "right", "right", "", ""]
    assert lines[1] == ["李小龍", "1", "1", "0", "", "right", "not yet", "", "'=1+1, or +2?"]
    printed = capsys.readouterr().out
    assert "\n李小龍             right    not yet\n－2?[31m?        missing    missing\n" in printed
    assert "=1+1" not in printed and "\x1b" not in printed
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["grades.csv"]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "＝1", "\n=1"])
def test_nothing_in_it_is_a_formula(text):
    assert gradebook.harmless(text) == f"'{text}"
    assert gradebook.harmless(f"a{text}") == f"a{text}"


def test_what_cannot_be_graded_has_a_row_of_its_own(tmp_path, quick):
    hand_in(tmp_path / "anna" / "01.ipynb", "rr")
    for name in ("anna/hw/02.ipynb", "dora/01.ipynb", "emil/01.ipynb.txt", "fred/a.ipynb", "fred/b.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"cells": [{"cell_type": "code", "source": 5}]')
    hand_in(tmp_path / "hugo" / "other.ipynb", "mm")
    (tmp_path / "gina").mkdir()
    text = (tmp_path / "anna" / "01.ipynb").read_text()
    (tmp_path / "ines.ipynb").write_bytes(text.encode("utf-8-sig"))  # as Windows' editor writes it
    (tmp_path / "jens.ipynb").write_bytes(text.encode("utf-16"))
    grade.main([str(tmp_path)])
    table = {line[0]: (line[4], line[5]) for line in lines_of(tmp_path)[1:]}
    assert {student: state for student, (_, state) in table.items()} == {
        "anna": "right",
        "anna/02.ipynb": "unreadable",
        "dora": "unreadable",
        "emil": "missing",
        "fred/a.ipynb": "unreadable",
        "fred/b.ipynb": "unreadable",
        "gina": "missing",
        "hugo": "missing",
        "ines": "right",
        "jens": "right",
    }
    assert table["emil"][0] == "no notebook, but emil/01.ipynb.txt" and table["gina"][0] == "no notebook"
    assert "cannot be read" in table["anna/02.ipynb"][0]
    assert table["hugo"][0].startswith("none of the exercises")


def test_the_table_grows_and_is_whole_when_stopped(tmp_path, quick, monkeypatch):
    for name, states in {"a": "rr", "b": "rn", "c": "nn"}.items():
        hand_in(tmp_path / f"{name}.ipynb", states)
    hand_in(tmp_path / "b.ipynb", "stop")
    with pytest.raises(SystemExit, match=r"stopped.*grades\.csv"):
        grade.main([str(tmp_path)])
    assert [line[0] for line in lines_of(tmp_path)[1:]] == ["a"]
    hand_in(tmp_path / "b.ipynb", "rn")
    grade.main([str(tmp_path)])
    assert [line[1] for line in lines_of(tmp_path)[1:]] == ["4", "1", "0"]

    hand_in(tmp_path / "a.ipynb", "nn")
    hand_in(tmp_path / "b.ipynb", "stop")
    with pytest.raises(SystemExit):  # and what an earlier run has found of the others is still there
        grade.main([str(tmp_path)])
    assert [line[:2] for line in lines_of(tmp_path)[1:]] == [["a", "0"], ["b", "1"], ["c", "0"]]

    def fail(*arguments):
        raise OSError("open in a spreadsheet")

    before = (tmp_path / "grades.csv").read_bytes()
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(SystemExit, match="open in a spreadsheet"):
        grade.main([str(tmp_path)])
    assert (tmp_path / "grades.csv").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ipynb", "b.ipynb", "c.ipynb", "grades.csv"]


def test_a_file_of_somebody_else_is_not_overwritten(tmp_path, quick):
    hand_in(tmp_path / "a.ipynb", "rr")
    for theirs in (b"student,mark\nanna,1\n", b"\xff\xfe\x00", b"", b"student,points (of 4)\n"):
        (tmp_path / "grades.csv").write_bytes(theirs)
        with pytest.raises(SystemExit, match=r"^[^\n]*grades\.csv [^\n]*move it away[^\n]*$"):
            grade.main([str(tmp_path)])
        assert (tmp_path / "grades.csv").read_bytes() == theirs
    (tmp_path / "grades.csv").unlink()
    beside = tmp_path / f".grades.{os.getpid()}.csv"  # where the new table is written first
    beside.write_text("theirs")
    with pytest.raises(SystemExit, match="File exists"):
        grade.main([str(tmp_path)])
    assert beside.read_text() == "theirs" and not (tmp_path / "grades.csv").exists()
    (tmp_path / "grades.csv").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SystemExit, match="move it away"):
        grade.main([str(tmp_path)])
    assert not (tmp_path / "elsewhere").exists()


REPOSITORY = rules.REPOSITORY
REFUSED = {"": "", " ": " ", ".": REPOSITORY, "..": REPOSITORY.parent, "/": "/", "nowhere": "/nowhere/at all"}
REFUSED |= {
    name: REPOSITORY / name for name in ("notebooks", "notebooks/solutions", "tests", "build", "tools")
}
REFUSED |= {"a file": FIRST, "nobody": "~nobody-of-this-name/submitted"}


@pytest.mark.parametrize("folder", REFUSED.values(), ids=REFUSED)
def test_our_own_notebooks_are_not_graded(folder, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setattr(grade, "warm_up", lambda: pytest.fail("it begins"))
    with pytest.raises(SystemExit, match=r"^[^\n]{20,}$"):
        grade.main([str(folder)])


def test_a_copy_of_ours_and_an_empty_folder_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(grade, "warm_up", lambda: pytest.fail("it begins"))
    empty(
        tmp_path,
        "copy/tools/grading/grade.py",
        "copy/build/editions/solution/01.ipynb",
        "copy/submitted/anna/01.ipynb",
    )
    (tmp_path / "nothing").mkdir()
    for folder in ("copy", "copy/build/editions", "copy/build/editions/solution", "nothing"):
        with pytest.raises(SystemExit, match=r"^[^\n]{20,}$"):
            grade.main([str(tmp_path / folder)])
    assert not list(tmp_path.rglob("grades.csv"))
    assert grade.refusal(tmp_path / "copy" / "submitted") is None


def test_home_is_where_the_tilde_points(tmp_path, quick, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    hand_in(tmp_path / "my class" / "a.ipynb", "rr")
    grade.main(["~/my class"])
    assert lines_of(tmp_path / "my class")[1][:2] == ["a", "4"]


def make(*arguments):
    command = ["make", "-o", "environment", f"VENV={sys.prefix}", "grade", *arguments]
    variables = {name: value for name, value in os.environ.items() if name != "FOLDER"}
    return subprocess.run(command, cwd=REPOSITORY, env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("arguments", [(), ("FOLDER=",), ("FOLDER=  ",)], ids=["none", "empty", "blank"])
def test_a_bare_make_grade_refuses(arguments):
    result = make("-n", *arguments)  # says what it would do
    assert result.returncode != 0 and not result.stdout
    assert len(result.stderr.splitlines()) == 1 and "make grade FOLDER=submitted" in result.stderr


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_make_grade_takes_any_name(tmp_path):
    folder = tmp_path / """my `class` "of" '26"""
    folder.mkdir()
    assert f"{folder} holds no notebook" in make(f"FOLDER={folder}").stderr
