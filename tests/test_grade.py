"""`tools/grade.py` says of submitted notebooks what the checks say, whatever the notebooks say themselves."""

import csv
import json
import os
import subprocess
import sys

import editions
import grade
import judge
import nbformat
import notebook_rules as rules
import pytest
from canary import make_notebook
from nbformat.v4 import new_code_cell, new_output

FIRST = rules.REPOSITORY / "notebooks" / "01_discriminator.ipynb"
EXERCISES = ["logit_of_verdict", "count_weights", "real_and_fake_batch", "accuracy", "retouch"]

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


verdict = gu.check.Verdict("count_weights", "right", "Every weight is counted.")
gu.check.count_weights = lambda answer: verdict
print(verdict)
gu.check.count_weights(count_weights)
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
        "gu.check.accuracy(count_weights)",
        "real_and_fake_batch": "import socket\nsocket.getaddrinfo('localhost', 9)\nSOLUTION",
        "accuracy": "import subprocess\nsubprocess.run(['true'])\nSOLUTION",
        "retouch": "SOLUTION\nimport os\nos._exit(0)",
    },
}
WANTED = {
    "ada": ["right"] * 5,
    "bob": ["not tried"] * 5,
    "cem": ["not yet", "not yet", "error", "error", "not tried"],
    "dee": ["too slow", "right", "error", "error", "error"],
    "eve": ["not tried"] * 5,
}


def submit(path, notebook, answers):
    """Write a notebook with these sources in its exercises, each of which claims to be right."""
    for name, cell in editions.exercises(notebook).items():
        answer = answers.get(name, "SOLUTION")
        cell.source = answer and answer.replace("SOLUTION", cell.source)
        claim = f"{name}: right. As everybody can see."
        cell.outputs = [new_output("execute_result", {"text/plain": claim}, execution_count=1)]
    notebook.cells = [cell for cell in notebook.cells if cell.source is not None]
    if "before" in answers:
        notebook.cells[3:3] = [new_code_cell("this is no Python"), new_code_cell(answers["before"])]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """What grade.py prints, and the rows of its file, on the notebooks of five students."""
    folder = tmp_path_factory.mktemp("submitted")
    committed = nbformat.read(FIRST, as_version=4)
    submit(folder / "bob.ipynb", nbformat.from_dict(committed), {})
    for student, answers in SUBMITTED.items():
        solved = editions.solved(committed, FIRST.parent / "solutions")
        submit(folder / student / "my notebook.ipynb", solved, answers)
    for place in ("eve", "ada/.ipynb_checkpoints"):
        (folder / place).mkdir()
        (folder / place / "empty.ipynb").write_text("{}")
    command = [sys.executable, grade.__file__, str(folder), "--limit", "10"]
    variables = os.environ | {"KERAS_BACKEND": "numpy"}  # starts in half the time
    result = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
    with open(folder / "grades.csv", newline="", encoding="utf-8") as file:
        return result.stdout, {row["student"]: row for row in csv.DictReader(file)}


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
        [student, *" ".join(rows[student][name] for name in EXERCISES).split()] for student in WANTED
    ]


def test_of_two_answers_the_better_one_counts(tmp_path, monkeypatch):
    for name, states in {"first": ["right", "error"], "second": ["error", "not yet"]}.items():
        for path in (tmp_path / f"{name}.ipynb", tmp_path / "ada" / "week 1" / f"{name}.ipynb"):
            submit(path, make_notebook((json.dumps(states), {}, [])), {})
    monkeypatch.setattr(grade, "ask", lambda cells, names, limit: json.loads(cells[-1][1]))
    assert grade.grade(tmp_path, ["one", "two"], limit=1) == {
        "ada/week 1": {"one": "right", "two": "not yet"},
        "first": {"one": "right", "two": "error"},
        "second": {"one": "error", "two": "not yet"},
    }


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
    source = "%time answer = build(2) + first\ngu.check.answer(answer)"
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
        ("other", "if gu.check.one(one):\n    print(1)"),
        ("exercise-one", "one = 1\ngu.check.one(one)\n"),
        ("new", "one = 2\n\ngu.check.one(one)  # again"),
    ]
    assert judge.place_of("one", cells) == 1
    cells[1] = ("also-new", cells[1][1])
    assert judge.place_of("one", cells) == 2
    assert judge.place_of("one", cells[:1]) is None
