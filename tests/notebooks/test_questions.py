"""The twenty questions: short answers, each with cells that show it. The cheat sheet: its code runs."""

import ast
import inspect
import json
import re
from functools import cache
from urllib.parse import unquote

import matplotlib.pyplot as plt
import pytest

import gan_utils as gu
from tools.series import ROOT

TEXTS = {name: (ROOT / f"docs/{name}.md").read_text(encoding="utf-8") for name in ("questions", "cheatsheet")}
CODE = "\n".join(re.findall(r"^```python\n(.+?)^```", TEXTS["cheatsheet"], re.M | re.S))
PLACE = re.compile(r"\]\(\.\./(notebooks/[^)#]+)#?([^)]*)\),\s+cells?\s+((?:(?:,|and|\s)*`[\w-]+`)+)")
LONGEST = 60  # words of an answer


def questions(text):
    """(question, answer, where to look) of each heading of the third level."""
    for part in re.split(r"^#{2,3} ", text, flags=re.M)[1:]:
        question, *paragraphs = part.strip().split("\n\n")
        if paragraphs:
            yield question, *paragraphs


@cache
def cells(path):
    """The cells of a notebook: (id, headings that it stands under, what it says and prints)."""
    above, found = {}, []  # the level of each heading above
    for cell in json.loads((ROOT / path).read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            for marks, heading in re.findall(r"^(#+) (.+)$", text, re.M):
                above = {name: level for name, level in above.items() if level < len(marks)}
                above["-".join(heading.split())] = len(marks)
        printed = ["".join(output.get("text", "")) for output in cell.get("outputs", [])]
        found.append((cell["id"], set(above), "\n".join([text, *printed])))
    return found


def faults(question, answer, look):
    """What is wrong with a question's answer, and with where it leads."""
    if not question.endswith("?"):
        yield "no question"
    if len(answer.split()) > LONGEST:
        yield f"{len(answer.split())} words"
    shown, places = "", PLACE.findall(look)
    if not places or len(places) != look.count("](../notebooks/"):
        yield "a link that names no cell"
    for path, fragment, named in places:
        if not (ROOT / path).exists():
            yield f"no {path}"
            continue
        heading = unquote(fragment)
        under = {name: text for name, above, text in cells(path) if not heading or heading in above}
        wanted = re.findall("`(.+?)`", named)
        yield from (f"no cell {name} under {heading or path}" for name in wanted if name not in under)
        shown += "\n".join(under.get(name, "") for name in wanted)
    printed = [float(number) for number in re.findall(r"\d+\.?\d*", shown)]
    claimed = re.sub(r"`[^`]*`|\b(?:19|20)\d\d\b", "", answer)
    for number in re.findall(r"\d+\.\d+|\d\d+", claimed):
        digits = len(number.partition(".")[2])
        if number not in {f"{one:.{digits}f}" for one in printed}:
            yield f"{number} stands in none of its cells"


def calls(code):
    """The calls of gan_utils in a piece of code, and of the GAN that it makes: (what is called, the call)."""
    for call in ast.walk(ast.parse(code)):
        if isinstance(call, ast.Call):
            whose, _, name = ast.unparse(call.func).partition(".")
            if whose in ("gu", "gan"):
                yield f"{whose}.{name}", call


def bind(name, call):
    """Give a function the arguments of a call, without calling it: TypeError where it does not take them."""
    owner, *names = name.split(".")
    function = gu.GAN if owner == "gan" else gu
    for one in names:
        function = getattr(function, one)
    itself = [None] if owner == "gan" else []
    inspect.signature(function).bind(*itself, *call.args, **{one.arg: one for one in call.keywords})


QUESTIONS = list(questions(TEXTS["questions"]))


@pytest.mark.parametrize(("question", "answer", "look"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_an_answer_is_short_and_stands_in_its_cells(question, answer, look):
    assert list(faults(question, answer, look)) == []


def test_there_are_twenty_questions():
    assert len({question for question, *_ in QUESTIONS}) == TEXTS["questions"].count("\n### ") == 20


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_what_is_named_of_the_package_is_public(text):
    names = set(re.findall(r"\bgu\.(\w+)", text))
    assert names and names <= set(gu.__all__)


def test_the_cheat_sheet_calls_what_there_is():
    found = list(calls(CODE))
    assert len({name for name, _ in found}) >= 12
    for name, call in found:
        bind(name, call)


def test_the_cheat_sheet_runs(tmp_path, monkeypatch):
    """Two steps by hand and two of `fit`, without what takes seconds: compiling, and measuring quality."""
    digits, code, names = gu.load_images("digits"), CODE, {}
    few = gu.Dataset(digits.images[:128], digits.labels[:128], digits.name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gu, "load_images", lambda: few)
    monkeypatch.setattr(gu, "evaluate_quality", lambda images, dataset: {})
    for long, short in {
        "range(1000)": "range(2)",
        "epochs=72": "epochs=1",
        "execution=12": "execution=1",
    }.items():
        assert long in code
        code = code.replace(long, short)
    exec(code, names)
    plt.close("all")
    assert names["D"].optimizer.iterations == names["combined"].optimizer.iterations == 2
    assert gu.GAN.load("gan").step == 2


GOOD = (
    "Why?",
    "It is 0.693.",
    "See [03](../notebooks/03_losses.ipynb#Mean-or-sum:-ln-2-or-2-ln-2), cell `mean-or-sum-run`.",
)


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        (0, "?", ".", "no question"),
        (1, "It", "It " * 60, "62 words"),
        (1, "0.693", "0.694", "0.694 stands in none of its cells"),
        (1, "0.693", "77", "77 stands in none of its cells"),
        (2, ", cell `mean-or-sum-run`", "", "a link that names no cell"),
        (2, "03_losses", "05_gone", "no notebooks/05_gone.ipynb"),
        (2, "sum:", "sums:", "no cell mean-or-sum-run under Mean-or-sums:-ln-2-or-2-ln-2"),
        (2, "-run`", "`, `ln2`", "no cell ln2 under Mean-or-sum:-ln-2-or-2-ln-2"),
    ],
)
def test_a_fault_is_found(part, old, new, fault):
    assert list(faults(*GOOD)) == []
    bad = [text.replace(old, new) if i == part else text for i, text in enumerate(GOOD)]
    assert fault in list(faults(*bad))


@pytest.mark.parametrize("code", ["gu.gone()", "gu.plot_images()", "gan.fit(images, steps=3)", "gan.gone()"])
def test_a_call_of_what_is_not_there_is_found(code):
    ((name, call),) = calls(code)
    with pytest.raises((AttributeError, TypeError)):
        bind(name, call)
