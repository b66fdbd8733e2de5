"""Notebooks as slide decks of reveal.js, one HTML file each, that load nothing from anywhere.

    python -m tools.export.decks [NOTEBOOK ...]     makes build/slides/NAME.slides.html

What a slide shows and what is to be said come from notebooks/notes/. A deck begins with its title and an
outline of its headings; so does a later slide whose text begins with "# ", as the first of another class.
Nothing is executed.
"""

import copy
import html
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import jinja2
import nbformat
from nbconvert.exporters import SlidesExporter
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat.v4 import new_markdown_cell, new_output

from tools import build_folder
from tools.build_folder import BUILD
from tools.export import printed
from tools.export.growing import growing
from tools.export.pages import ExportError, SelfContained, export, picture, style, summary, template
from tools.export.references import references
from tools.facts import repository, web_address
from tools.notes import Note, notes_of, strangers
from tools.series import ROOT, find_notebooks, find_taught

REVEAL = Path(__file__).resolve().parent / "reveal.js"
NO_NOTE = Note(0, "", "")


class DeckExporter(SelfContained, SlidesExporter):
    @jinja2.pass_context
    def markdown2html(self, context, source):
        return growing(super().markdown2html(context, source))


@dataclass
class Slide:
    """A slide: its cells, of which the first one names it, and what the notes have for each of them."""

    cells: list
    notes: dict
    first_of_session: bool = False

    @property
    def name(self):
        return self.cells[0].id

    @property
    def text(self):
        """The Markdown that it begins with."""
        return self.notes.get(self.name, NO_NOTE).slide or self.cells[0].source

    @property
    def own_notes(self):
        return [self.notes[cell.id] for cell in self.cells if cell.id in self.notes]

    @property
    def minutes(self):
        return sum(note.minutes for note in self.own_notes)

    @property
    def planned(self):
        return sum(note.planned for note in self.own_notes)


def slides_of(notebook, notes):
    """The slides of a notebook, and before them those cells that stand on none."""
    slides, before = [], []
    for cell in notebook.cells:
        if kind(cell) in ("slide", "subslide"):
            slides.append(Slide([cell], notes))
        else:
            (slides[-1].cells if slides else before).append(cell)
    for i, slide in enumerate(slides):
        slide.first_of_session = i == 0 or slide.text.startswith("# ")
    return slides, before


def kind(cell):
    """The slide type of a cell."""
    return cell.metadata.get("slideshow", {}).get("slide_type", "")


def clock(minutes):
    return f"{minutes // 60}:{minutes % 60:02d}"


def text_cell(text, name, slide_type="-", *tags):
    """A cell of Markdown that no notebook has."""
    about = {"slideshow": {"slide_type": slide_type}, "tags": list(tags)}
    return new_markdown_cell(text, id=name[:64], metadata=about)


def as_slides(notebook, name, notes, lecturer=""):
    """A copy in which each cell is what its slide shows: own texts, tables, notes, an outline, sources."""
    notebook = copy.deepcopy(notebook)
    if lost := strangers(notes, notebook):
        raise ExportError(f"{name}: notes for cells that are not there: {', '.join(lost)}")
    slides, cells = slides_of(notebook, notes)
    if not slides:
        raise ExportError(f"{name}: no cell has the slide type Slide, all of it would be one slide")
    known, passed = references(notebook), 0
    for i, slide in enumerate(slides):
        passed = 0 if slide.first_of_session else passed
        first, *rest = shown(slide, passed)
        passed += slide.planned
        first.metadata.slide = {"name": slide.name, "seconds": 60 * slide.planned}
        cells.append(first)
        if i == 0:
            cells.append(text_cell(colophon(lecturer), "colophon", "-", "colophon"))
        if sources := [one.link for one in known if one.is_named_in(said_on(slide))]:
            cells.append(text_cell(" · ".join(sources), f"{slide.name}-sources", "-", "sources"))
        cells += rest
        if slide.first_of_session and len(slides) > 1:
            session = [slide]
            for following in slides[i + 1 :]:
                if following.first_of_session:
                    break
                session.append(following)
            cells += outline(session)
    notebook.cells = cells
    return notebook


def shown(slide, passed):
    """The cells of a slide as they are shown, and what is to be said; `passed` minutes of class are over."""
    plan = f"**{clock(passed)} · {slide.minutes} min**" if slide.minutes else ""
    if slide.minutes and not slide.planned:
        plan = f"**{slide.minutes} min · cut first**, when time is short"
    for cell in slide.cells:
        note = slide.notes.get(cell.id, NO_NOTE)
        if note.slide:
            yield text_cell(note.slide, f"{cell.id}-slide", kind(cell))
            if cell.cell_type == "code":
                cell.metadata.slideshow = {"slide_type": "-"}
                yield with_printed(cell)
        else:
            yield with_printed(cell)
        if said := "\n\n".join(filter(None, [plan, note.speaker])):
            yield text_cell(said, f"{cell.id}-notes", "notes")
        plan = ""


def with_printed(cell):
    """The cell with what it prints as text and tables; next to a picture, without it.

    What is printed beside a picture is for the tests; the room looks at the picture.
    """
    if cell.cell_type != "code":
        return cell
    cell.source = re.sub(r"\n{3,}", "\n\n", cell.source)
    cell, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess_cell(cell, {}, 0)
    bare = "hide-input" in cell.metadata.get("tags", []) and any(map(picture, cell.outputs))
    outputs = [output for output in cell.outputs if not (bare and output.output_type == "stream")]
    cell.outputs = [
        new_output("display_data", {"text/html": printed.as_html(output.text)})
        if output.output_type == "stream" and output.name == "stdout" and output.text.strip()
        else output
        for output in outputs
    ]
    return cell


def said_on(slide):
    """All that is written for a slide, shown or not; not what stands in the notebook alone."""
    texts = [cell.source for cell in slide.cells if kind(cell) != "skip" and cell.cell_type == "markdown"]
    return "\n".join(texts + [text for note in slide.own_notes for text in (note.slide, note.speaker)])


def colophon(lecturer):
    """Who teaches, where it comes from, under which licence."""
    name = f"**{html.escape(lecturer.strip())}** · " if lecturer.strip() else ""
    licence = f"text and figures [CC BY 4.0]({web_address('LICENSE')}), code MIT"
    return f"{name}[The GAN notebooks]({repository()[0]}) · {licence}"


def outline(session):
    """The slide that says what comes, made from the headings, and for the speaker when it comes."""
    title, rows, passed = session[0].name, [], session[0].planned
    for slide in session[1:]:
        if heading := re.match(r"#{1,2} (.+)", slide.cells[0].source):
            rows.append([slide, heading[1], passed, 0, 0])
        if rows:
            rows[-1][3] += slide.planned
            rows[-1][4] += slide.minutes - slide.planned
        passed += slide.planned
    if len(rows) < 2:
        return
    entries = "\n".join(f"- [{heading}](#/{slide.name})" for slide, heading, *_ in rows)
    head = text_cell(f"## What comes\n\n{entries}", f"{title}-outline", "slide", "outline")
    head.metadata.slide = {"name": f"{title}-outline", "seconds": 0}
    yield head
    if passed:
        plan = [
            f"| {clock(at)} | {words} | {long}{f' (+{cut})' if cut else ''} |"
            for _, words, at, long, cut in rows
        ]
        table = "\n".join(["| from | | min |", "| --- | --- | --- |", *plan])
        said = f"**{passed} min** are planned. In brackets: what is cut first, to be added if there is time."
        yield text_cell(f"{said}\n\n{table}", f"{title}-outline-notes", "notes")


def export_deck(notebook, name, folder, notes=None, lecturer=""):
    """A notebook as a deck of reveal.js; its cells say in their `slide_type` where slides start.

    `notes`, from `read_notes`, hold what a slide shows in place of a cell's text, and what is to be said. The
    name of the `lecturer`, if there is one, stands on the first slide.
    """
    title = summary(name, notebook)["title"]
    notebook = as_slides(notebook, name, notes or {}, lecturer)
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
    """The deck of the notebook at `path`, with the notes that lie beside it.

    The environment may name the lecturer: `make slides LECTURER="Emmy Noether"`.
    """
    notebook, lecturer = nbformat.read(path, as_version=4), os.environ.get("LECTURER", "")
    return export_deck(notebook, path.stem, path.parent, notes_of(path), lecturer)


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
