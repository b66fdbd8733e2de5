"""Speaker notes: keyed by cells that are there, with minutes and slides that make a lesson."""

import re
import xml.etree.ElementTree as ET

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks import notebook_rules as rules
from tools.export import decks, pages
from tools.notes import Note, notes_of, read_notes
from tools.series import LESSON, about, find_taught

NOTEBOOKS = rules.REPOSITORY / "notebooks"
NOTED = [path for path in find_taught() if notes_of(path)]  # test_series.py misses the others'


def written(tmp_path, text):
    path = tmp_path / "05.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_notes_are_read_by_cell(tmp_path):
    text = "# 05\n\n## title · 3 min\n\n> # A\n> b\n\nSay this.\n\nAnd ask.\n\n"
    text += "## loss · 2 min · cut first\n\nOnly said.\n\n## end\n\n> Shown"
    assert read_notes(written(tmp_path, text)) == {
        "title": Note(3, "# A\nb", "Say this.\n\nAnd ask."),
        "loss": Note(2, "", "Only said.", cut=True),
        "end": Note(0, "Shown", ""),
    }
    assert read_notes(tmp_path / "06.md") == {}


@pytest.mark.parametrize(
    "text", ["## two words", "## title · 3 minutes", "## title · cut first", "## a\n\n## a"]
)
def test_notes_that_cannot_be_read_are_refused(tmp_path, text):
    with pytest.raises(ValueError, match=r"05\.md"):
        read_notes(written(tmp_path, text))


def test_a_slide_has_its_own_text_and_what_to_say_is_an_aside():
    cells = [new_markdown_cell("# Title\n\nDense prose.", id="title"), new_code_cell("draw()", id="draw")]
    for cell in cells:
        cell.metadata.slideshow = {"slide_type": "slide"}
    notes = {"title": Note(1, "# Title", "Say hello."), "draw": Note(2, "What do you see?", "")}
    deck = BeautifulSoup(decks.export_deck(new_notebook(cells=cells), "05", NOTEBOOKS, notes), "html.parser")
    assert deck.select_one("aside.notes").get_text(" ", strip=True) == "0:00 · 1 min Say hello."
    deck.select_one("aside.notes").extract()
    slides = deck.select(".slides > section")
    assert len(slides) == 2 and "Dense prose" not in deck.select_one(".slides").get_text()
    assert slides[1].get_text().index("What do you see?") < slides[1].get_text().index("draw()")
    with pytest.raises(pages.ExportError, match="notes for cells that are not there: gone"):
        decks.export_deck(new_notebook(cells=cells), "05", NOTEBOOKS, {"gone": Note(1, "", "Hello.")})


@pytest.mark.parametrize("path", NOTED, ids=lambda path: path.stem)
def test_minutes_and_slides_make_the_lessons(path):
    notebook, notes = nbformat.read(path, as_version=4), notes_of(path)
    lessons = about(notebook).lessons
    slides, _ = decks.slides_of(notebook, notes)
    begins = [i for i, slide in enumerate(slides) if slide.first_of_session]
    assert len(begins) == lessons
    for begin, end in zip(begins, [*begins[1:], None], strict=True):
        planned = sum(slide.planned for slide in slides[begin:end])
        assert LESSON - 12 <= planned <= LESSON - 5, f"{slides[begin].name}: {planned} minutes"
        assert planned < sum(slide.minutes for slide in slides[begin:end]), "nothing is cut first"
    deck = BeautifulSoup(decks.deck_of(path), "html.parser")
    slides = [section for section in deck.select(".slides section") if not section.select("section")]
    assert 20 * lessons <= len(slides) <= 35 * lessons
    assert sum(bool(slide.select("aside.notes")) for slide in slides) >= 0.8 * len(slides)


def test_the_picture_of_batchnorm_has_the_numbers_of_its_cell_to_scale():
    (path,) = (rules.REPOSITORY / "notebooks").glob("02_*.ipynb")
    (cell,) = (cell for cell in nbformat.read(path, as_version=4).cells if cell.id == "batchnorm-by-hand")
    printed = [
        [float(number) for number in re.findall(r"-?\d+\.?\d*", line)]
        for line in cell.outputs[0].text.splitlines()
    ]
    drawn = ET.parse(rules.REPOSITORY / "notebooks/images/batchnorm.svg").getroot()
    rows = [[(float(c.get("cx")) - 483) / 115 for c in layer.findall(".//{*}circle")] for layer in drawn]
    values, averages, training, inference = [1, 2, 3, 6], *printed
    for row, expected in zip([rows[0], rows[2], rows[3]], [values, training, inference], strict=True):
        assert row == pytest.approx(expected, abs=0.01)
    written = " ".join(drawn.itertext()).replace("−", "-")
    assert all(f"{number:g}" in written for number in [*values, *averages, *training, *inference])
