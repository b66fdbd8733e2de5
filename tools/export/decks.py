"""Notebooks as slide decks of reveal.js, one HTML file each, that load nothing from anywhere.

    python -m tools.export.decks [NOTEBOOK ...]     makes build/slides/NAME.slides.html

What a slide shows and what is to be said come from notebooks/notes/. Nothing is executed.
"""

import copy
import re
import sys
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat.v4 import new_markdown_cell

from tools import build_folder
from tools.build_folder import BUILD
from tools.export.pages import ExportError, SelfContained, export, picture, style, summary, template
from tools.notes import notes_of
from tools.series import ROOT, find_notebooks, find_taught

REVEAL = Path(__file__).resolve().parent / "reveal.js"


class DeckExporter(SelfContained, SlidesExporter):
    pass


def with_notes(notebook, name, notes):
    """A copy with the slide texts in place of the cells' own, and what is to be said as cells of notes."""
    notebook, cells = copy.deepcopy(notebook), []
    if strangers := notes.keys() - {cell.id for cell in notebook.cells}:
        raise ExportError(f"{name}: notes for cells that are not there: {', '.join(sorted(strangers))}")
    for cell in notebook.cells:
        if "hide-input" in cell.metadata.get("tags", []) and any(map(picture, cell.get("outputs", []))):
            # What is printed beside a picture is for the tests; the room looks at the picture.
            cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
        note = notes.get(cell.id)
        if note and note.slide:
            text = new_markdown_cell(note.slide, metadata={"slideshow": dict(cell.metadata.slideshow)})
            cells.append(text)
            if cell.cell_type == "code":
                cell.metadata.slideshow = {"slide_type": "-"}
                cells.append(cell)
        else:
            cells.append(cell)
        if note and note.speaker:
            cells.append(new_markdown_cell(note.speaker, metadata={"slideshow": {"slide_type": "notes"}}))
    notebook.cells = cells
    return notebook


def export_deck(notebook, name, folder, notes=None):
    """A notebook as a deck of reveal.js; its cells say in their `slide_type` where slides start.

    `notes`, from `read_notes`, hold what a slide shows in place of a cell's text, and what is to be said.
    """
    title = summary(name, notebook)["title"]
    notebook = with_notes(notebook, name, notes or {})
    if not any(cell.metadata.get("slideshow", {}).get("slide_type") == "slide" for cell in notebook.cells):
        raise ExportError(f"{name}: no cell has the slide type Slide, all of it would be one slide")
    base, theme, runtime, notes = (
        (REVEAL / name).read_text(encoding="utf-8")
        for name in ("reveal.css", "white.css", "reveal.js", "notes.js")
    )
    theme = re.sub(r"@import[^;]*;", "", theme)  # a font from beside the file; deck.css names the system's
    exporter = DeckExporter(
        "deck",
        exclude_input_prompt=True,
        exclude_anchor_links=True,
        config={"TagRemovePreprocessor": {"enabled": True, "remove_input_tags": {"hide-input"}}},
    )
    return export(
        exporter,
        notebook,
        name,
        folder,
        title=title,
        style="\n".join([base, theme, style("common.css", "deck/deck.css")]),
        script="\n".join(
            [runtime, notes, template("film.js", "formulas.js", "deck/fit.js", "deck/announce.js")]
        ),
    )


def deck_of(path):
    """The deck of the notebook at `path`, with the notes that lie beside it."""
    return export_deck(nbformat.read(path, as_version=4), path.stem, path.parent, notes_of(path))


def main(paths):
    try:
        for path in find_notebooks(paths) if paths else find_taught():
            deck = BUILD / "slides" / f"{path.stem}.slides.html"
            build_folder.write(deck, deck_of(path).encode())
            print(f"{deck.relative_to(ROOT)}  {deck.stat().st_size / 1e6:.1f} MB", flush=True)
    except (ExportError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
