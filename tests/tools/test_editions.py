"""The editions: what stands in them, and that nothing of a solution or a speaker note reaches a student."""

import html
import re
import shutil
from typing import NamedTuple

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks import notebook_rules as rules
from tests.notebooks.canary import make_notebook, prints
from tools import editions
from tools.export import decks, pages
from tools.notes import Note, notes_of
from tools.series import exercises, find_notebooks

NOTEBOOKS = rules.REPOSITORY / "notebooks"
PATHS = find_notebooks()
FILES = [rules.REPOSITORY / "README.md", *(rules.REPOSITORY / "docs").rglob("*.md")]
FILES += (rules.REPOSITORY / "gan_utils").rglob("*.py")
FILES += (rules.REPOSITORY / "gan_course").rglob("*.py")
SHORTEST_SENTENCE = 6  # words; shorter ones are anyone's


class Text(NamedTuple):
    """What a student's file says: code with each gap one blank, prose as lower-case words."""

    where: str
    code: str
    prose: str


def squeezed(text):
    return " ".join(text.split())


def words(text):
    return " ".join(["", *re.findall(r"\w+", text.lower()), ""])  # no word ends in the middle


def strings(node):
    """Every text in a tree of lists and dicts, keys among them."""
    if isinstance(node, str):
        yield html.unescape(node)
    elif isinstance(node, (dict, list)):
        for child in [*node, *node.values()] if isinstance(node, dict) else node:
            yield from strings(child)


def text_of_html(where, page):
    """All that is written in HTML, shown or not; the prose without the asides, where a deck has its notes."""
    soup = BeautifulSoup(page, "html.parser")
    for formula in soup("math"):
        formula.replace_with(f" {formula.annotation.get_text()} ")
    values = strings([dict(tag.attrs) for tag in soup.find_all(True)])
    attributes = "\n".join(value for value in values if not value.startswith("data:"))
    code = "".join(soup.find_all(string=True))  # without gaps, as each word of code is an element of its own
    for aside in soup.select("aside.notes"):
        aside.decompose()
    prose = " ".join(soup.find_all(string=True))
    return Text(where, squeezed(f"{code}\n{attributes}"), words(f"{prose}\n{attributes}"))


def text_of_file(path):
    text = path.read_text(encoding="utf-8")
    return Text(path.name, squeezed(text), words(text))


def text_of_notebook(notebook):
    written = "\n".join(strings(notebook))
    return Text("notebook", squeezed(written), words(written))


def texts_of(notebook, notes, name="05_small"):
    """A notebook as a student gets it: the file, the page, the deck."""
    page = pages.export_page(notebook, pages.summary(name, notebook), NOTEBOOKS)
    deck = decks.export_deck(notebook, name, NOTEBOOKS, notes)
    return [text_of_notebook(notebook), text_of_html("page", page), text_of_html("deck", deck)]


def secret_lines():
    """The lines of the solutions: what counts as one says the rule, which finds them all in the files."""
    solutions = rules.read_solutions(NOTEBOOKS / "solutions")
    said = rules.leaks_no_solution(new_notebook(cells=[new_markdown_cell("\n".join(solutions))]), solutions)
    return {squeezed(line.partition(" leaks: ")[2]) for line in said}


def secret_sentences(notes):
    """The sentences of what is to be said, as words."""
    parts = [part for note in notes.values() for part in re.split(r"[.!?]\W*\s|\n\s*\n", note.speaker)]
    return {words(part) for part in parts if len(words(part).split()) >= SHORTEST_SENTENCE}


def leaks(texts, lines, sentences):
    lines = [(text.where, line) for text in texts for line in sorted(lines) if line in text.code]
    return lines + [(text.where, said) for text in texts for said in sorted(sentences) if said in text.prose]


@pytest.fixture(scope="module")
def secrets():
    return secret_lines(), set().union(*(secret_sentences(notes_of(path)) for path in PATHS))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_notebook_leaks(path, secrets):
    """Their pages and decks are those of the site: test_site.py."""
    text = text_of_notebook(nbformat.read(path, as_version=4))
    assert not (found := leaks([text], *secrets)), found


def test_no_file_of_the_package_or_the_documents_leaks(secrets):
    assert len(FILES) > 20
    assert not (found := leaks(list(map(text_of_file, FILES)), *secrets)), found


# The search finds what it should: leaks planted in a small notebook, and in what is made of it.

LINE = "return (right_about_reals + right_about_fakes) / 2"  # of the solution of `accuracy`
SENTENCE = "Let the room guess what $D$ says before you run *this* cell."
EVERYWHERE = {"notebook", "page", "deck"}


def shown(markup):
    return new_code_cell("1", outputs=[new_output("display_data", {"text/html": markup})])


PLANTED = {
    "nothing": (new_markdown_cell("Nothing here."), set()),
    "prose": (new_markdown_cell(f"Now write\n\n    {LINE}"), EVERYWHERE),
    "code": (new_code_cell(f"def accuracy(real_logits, fake_logits):\n    {LINE}"), EVERYWHERE),
    "output": (new_code_cell("1", outputs=prints(LINE.replace(" + ", "\n  + "))), EVERYWHERE),
    "metadata": (new_markdown_cell("", metadata={"answer": [LINE]}), {"notebook"}),
    "HTML": (shown(f"<p>{LINE.replace('/', '&#47;')}</p>"), EVERYWHERE),
    "attribute": (shown(f'<p title="{LINE}">It is well hidden.</p>'), EVERYWHERE),
    "comment": (shown(f"<p>Nothing here<!-- {LINE} --></p>"), EVERYWHERE),
    "note": (new_markdown_cell(f"First this.\n{SENTENCE.upper()}"), EVERYWHERE),
    "note in an output": (shown(f"<p>{SENTENCE}</p>"), EVERYWHERE),
    "note in metadata": (new_markdown_cell("", metadata={"note": {SENTENCE: 4}}), {"notebook"}),
}
NOTES = {
    "a note to be said": (Note(4, "", SENTENCE), set()),  # which is where notes belong
    "a note on a slide": (Note(4, f"## A slide\n\n{SENTENCE}", "Wait."), {"deck"}),
    "a solution to be said": (Note(4, "", f"The solution:\n\n    {LINE}"), {"deck"}),
    "a solution on a slide": (Note(4, f"    {LINE}", ""), {"deck"}),
}


def where_found(texts):
    sentences = secret_sentences({"code-1": Note(4, "", f"{SENTENCE} Why? Wait for hands.")})
    return {where for where, _ in leaks(texts, secret_lines(), sentences)}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_is_found(name):
    cell, where = PLANTED[name]
    notebook = make_notebook()
    notebook.cells[0].metadata["slideshow"] = {"slide_type": "slide"}
    notebook.cells.append(cell)
    assert where_found(texts_of(notebook, {})) == where


@pytest.mark.parametrize("name", NOTES)
def test_a_deck_holds_notes_in_asides_and_no_solution_even_there(name):
    note, where = NOTES[name]
    notebook = make_notebook()
    for cell in notebook.cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    assert where_found(texts_of(notebook, {"code-1": note})) == where


@pytest.mark.parametrize("planted", ["", f"# {SENTENCE}", f"    {LINE}  # as it should be"])
def test_a_leak_in_a_file_is_found(planted, tmp_path):
    path = tmp_path / "verdict.py"
    path.write_text(f"x = 1\n{planted}\n", encoding="utf-8")
    assert where_found([text_of_file(path)]) == ({"verdict.py"} if planted else set())


# What stands in the editions.


@pytest.fixture
def make(tmp_path, monkeypatch):
    """Makes the editions of a notebook with an exercise, its solution, a note and a page it links to."""
    monkeypatch.setenv("KERAS_BACKEND", "numpy")  # the fastest to start
    exercise = "def accuracy(real_logits, fake_logits):\n    ...  # it\n\n\ncourse.check.accuracy(accuracy)"
    notebook = make_notebook(("import gan_course as course", {}, []), (exercise, {"tags": ["exercise"]}, []))
    notebook.cells[0].source += "\n\n[Words](../docs/words.md#d) ![b](images/b.svg) [next](02.ipynb)"
    notebook.cells[-1].id = "exercise-accuracy"
    for folder in ("notebooks/solutions", "notebooks/notes", "notebooks/images", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    path, target = tmp_path / "notebooks/05_small.ipynb", tmp_path / "editions"
    nbformat.write(notebook, path)
    shutil.copy(NOTEBOOKS / "solutions/accuracy.py", tmp_path / "notebooks/solutions")
    note = f"## title · 4 min\n\n> A slide\n\n{SENTENCE}\n\n- Wait.\n"
    (tmp_path / "notebooks/notes/05.md").write_text(note, encoding="utf-8")
    (tmp_path / "docs/words.md").touch(), (tmp_path / "notebooks/images/b.svg").touch()
    return lambda **options: editions.make(path, target, **options)


def test_the_editions_of_a_small_notebook(make, tmp_path):
    student, *others = make()
    committed, given = map(rules.read_notebook, (tmp_path / "notebooks/05_small.ipynb", student))
    assert committed.cells[1].outputs and not list(rules.outputs(given))
    assert [cell.id for cell in given.cells] == [cell.id for cell in committed.cells]
    for edition in (student, *others):
        assert "[Words](docs/words.md#d) ![b](images/b.svg) [next](02.ipynb)" in edition.read_text("utf-8")
        assert all((edition.parent / link).exists() for link in ("docs/words.md", "images/b.svg"))
    solution, instructor = map(rules.read_notebook, others)
    *_, reasoning, cell = solution.cells
    assert reasoning.source.startswith("#### Solution: Accuracy from logits\n\nD says")
    assert cell.source.startswith("import numpy as np\n\n\ndef accuracy(real_logits, fake_logits):\n    r")
    assert cell.source.endswith(f"    {LINE}\n\n\ncourse.check.accuracy(accuracy)")
    assert cell.outputs[0].data["text/plain"].startswith("accuracy: right. ")
    note = instructor.cells.pop(1)
    assert note.source == f"> **For the instructor, 4 min.**\n>\n> {SENTENCE}\n>\n> - Wait."
    assert instructor == solution


def test_an_answer_that_is_not_right_is_no_solution(make, tmp_path):
    path = tmp_path / "notebooks/solutions/accuracy.py"
    path.write_text(path.read_text(encoding="utf-8").replace(") / 2", ")"), encoding="utf-8")
    with pytest.raises(editions.EditionError, match=r"05_small: not every check .*\n  accuracy: not yet\. "):
        make()
    assert not list((tmp_path / "editions").rglob("*.ipynb"))


def test_what_cannot_be_made_is_told(make, tmp_path):
    (tmp_path / "notebooks/notes/05.md").write_text("## elsewhere\n\nSay this.")
    with pytest.raises(editions.EditionError, match=r"05_small: notes for cells .* there: elsewhere"):
        make(with_outputs=False)
    (tmp_path / "notebooks/solutions/accuracy.py").unlink()
    with pytest.raises(editions.EditionError, match=r"exercise accuracy has no solution.*accuracy\.py"):
        make(with_outputs=False)
    with pytest.raises(editions.EditionError, match="the exercise other has no blank"):
        editions.fill("answer = ...\n\n\ncourse.check.answer(answer)", "other", "other = 1")


def test_the_editions_of_the_series(tmp_path, monkeypatch):
    monkeypatch.setattr(editions, "BUILD", tmp_path / "build")
    editions.main(["--no-run"])
    for path in PATHS:
        files = [tmp_path / "build/editions" / name / path.name for name in editions.EDITIONS]
        committed, student, solution, instructor = map(rules.read_notebook, (path, *files))
        ids = [{cell.id for cell in notebook.cells} for notebook in (committed, solution, instructor)]
        assert [cell.id for cell in student.cells] == [cell.id for cell in committed.cells]
        assert ids[1] - ids[0] == {f"solution-{one.name}" for one in exercises(committed)}
        assert ids[2] - ids[1] == {f"notes-{cell}" for cell, note in notes_of(path).items() if note.speaker}
        for notebook in (student, solution, instructor):
            assert not rules.has_unique_cell_ids(notebook) and not list(rules.outputs(notebook))
            nbformat.validate(notebook)
        for name, source in ((one.name, one.cell.source) for one in exercises(solution)):
            *_, code = editions.read_solution(NOTEBOOKS / "solutions" / f"{name}.py")
            assert code in source and source.endswith(f"\ncourse.check.{name}({name})")
