"""Pages and decks hold all they need, and nothing of what a notebook shows is lost on the way."""

import base64
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.export import decks, pages, printed
from tools.export.readable import readable
from tools.export.references import references
from tools.export.typeset import MathError, markdown2html, typeset
from tools.notes import Note
from tools.series import ROOT

GIF = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def on_slide(cell, slide_type="slide", *tags):
    cell.metadata.update(slideshow={"slide_type": slide_type}, tags=list(tags))
    return cell


@pytest.fixture
def notebook():
    picture = new_output("display_data", {"image/png": PNG, "text/plain": "a curve"})
    picture.metadata = {"image/png": {"alt": "a curve that rises & falls"}}
    film = new_output(
        "display_data", {"text/html": f'<img src="data:image/gif;base64,{GIF}" alt="the film">'}
    )
    bare_film = new_output("display_data", {"image/gif": GIF}, metadata={"alt": "another film"})
    formula = new_output("display_data", {"text/latex": r"$\displaystyle L_G$", "text/plain": "Math"})
    rewritten = [new_output("stream", name="stdout", text=text) for text in ("\r1/2", "\r2/2\n")]
    log = "\n".join(f"step {i}" for i in range(60))
    return new_notebook(
        cells=[
            on_slide(new_markdown_cell("# 05 The *judge* $D$\n\nA lead with [a link](https://example.org).")),
            on_slide(
                new_markdown_cell(
                    "## Loss\n\n$$L_D = \\frac{1}{2} x$$\n\n| a | $b_i$ |\n|---|---|\n| 1 | 2 |"
                )
            ),
            on_slide(new_markdown_cell("Ask the room first."), "notes"),
            on_slide(new_code_cell("draw()", outputs=[picture, film, bare_film]), "slide", "hide-input"),
            on_slide(new_code_cell("train('$x$')", outputs=[*rewritten, formula]), "subslide"),
            on_slide(new_code_cell("report()", outputs=[new_output("stream", text=log)])),
            on_slide(
                new_markdown_cell("<details><summary>Why?</summary>\n\nBecause.\n\n</details>"), "fragment"
            ),
        ]
    )


def page_of(notebook):
    about = pages.summary("05_judge", notebook)
    other = {"name": "06_end", "title": "The end <of it>"}
    return pages.export_page(notebook, about, Path(), following=other)


@pytest.fixture(params=["page", "deck"])
def made(request, notebook):
    written = (
        page_of(notebook) if request.param == "page" else decks.export_deck(notebook, "05_judge", Path())
    )
    return BeautifulSoup(written, "html.parser")


def test_nothing_is_loaded(made):
    assert pages.loads(str(made)) == []
    scripts = "".join(script.get_text() for script in made.find_all("script"))
    assert not re.search(r"\bimport\s*\(|require\(\s*[\"'{\[]|mathjax", scripts, flags=re.IGNORECASE)


@pytest.mark.parametrize(
    "written",
    [
        '<script src="https://cdn.org/x.js"></script>',
        '<link rel="stylesheet" href="theme.css">',
        "<style>@import url(https://fonts.org/a.css);</style>",
        '<style>@import "a.css";</style>',
        '<p style="background: url(picture.png)">',
        '<img src="figure.png" alt="">',
        '<iframe src="//video.org"></iframe>',
    ],
)
def test_what_would_be_loaded_is_found(written):
    (address,) = pages.loads(written + '<a href="https://example.org">a link</a>')
    assert address in written


def test_a_picture_from_the_web_is_refused(notebook):
    notebook.cells[0].source += "\n\n![a face](https://example.org/face.png)"
    with pytest.raises(pages.ExportError, match=r"05_judge.*https://example\.org/face\.png"):
        page_of(notebook)


def test_formulas_are_drawings_that_are_said_in_words(made):
    formulas = {math.annotation.get_text(): math["aria-label"] for math in made("math")}
    assert (
        formulas.items()
        >= {
            "D": "D",
            r"L_D = \frac{1}{2} x": "L sub D equals one half x",
            "b_i": "b sub i",
            "L_G": "L sub G",
        }.items()
    )
    assert all(svg["aria-hidden"] == "true" for svg in made.select("svg.math"))
    assert len(made.select(".formula > math + svg")) == len(made("math")) == len(made.select("svg.math"))
    for code in made(["script", "style", "pre", "code", "annotation"]):
        code.extract()
    assert not re.search(r"\$|\\[a-z]", made.get_text())


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        ("D(G(z))", "D of G of z"),
        (r"D^*(x)", "D star of x"),
        (r"p_\text{data}(x)", "p sub data of x"),
        (r"\log(1 - D)", "log of open parenthesis 1 minus D close parenthesis"),
        (r"-\log D^*", "minus log of D star"),
        (r"\ln 2 = 0.69", "natural log of 2 equals 0.69"),
        (r"\min_G \max_D V(D, G)", "minimum over G of maximum over D of V of D, G"),
        (r"\frac{h - \mu}{2}", "fraction, h minus mu, over 2, end of fraction"),
        (r"\sqrt{\sigma^2 + \varepsilon}", "square root of sigma squared plus epsilon, end of root"),
        (r"|a|^2", "absolute value of a, end of absolute value, squared"),
        (r"\sum_i x_i^2", "sum over i of x sub i squared"),
        (r"\bar\theta \leftarrow \tilde x", "theta bar becomes x tilde"),
        (r"z \sim \mathcal{N}(0, I)", "z distributed as normal distribution of 0, I"),
        (r"P(y \mid x)", "P of y given x"),
        (r"W_2^\top", "W sub 2 transposed"),
        (
            r"\underbrace{(1-D) a}_{\text{advice}}",
            "open parenthesis 1 minus D close parenthesis a, which is advice",
        ),
        (r"a \qquad b", "a, b"),
        (r"A \otimes B", "A circled times B"),  # no sign goes unsaid
    ],
)
def test_a_formula_is_said_as_in_class(tex, words):
    assert BeautifulSoup(typeset(tex), "html.parser").math["aria-label"] == words


def test_signs_that_a_screen_reader_takes_for_others_are_written_as_they_are_meant():
    said = BeautifulSoup(typeset(r"P(y \mid x), z \sim p, w^\top"), "html.parser").math
    said.annotation.decompose()
    assert said.get_text() == "P(y|x),z∼p,wT"


def test_pictures_and_films_stay_with_their_text_alternative(made):
    shown = {image["alt"]: image["src"] for image in made.find_all("img")}
    assert shown["a curve that rises & falls"] == f"data:image/png;base64,{PNG}"
    assert shown["the film"] == shown["another film"] == f"data:image/gif;base64,{GIF}"


def test_a_film_has_a_still_for_those_who_want_no_motion(made):
    films = made.select('img[src^="data:image/gif"]')
    stills = [film.find_previous_sibling("source") for film in films]
    assert len(films) == 2 and all(still["media"] == "(prefers-reduced-motion: reduce)" for still in stills)
    assert all(still["srcset"].startswith("data:image/png") for still in stills)


def test_the_still_of_a_film_is_its_last_frame():
    frames = [Image.new("L", (2, 2), shade) for shade in (0, 90, 200)]
    frames[0].save(film := io.BytesIO(), "GIF", save_all=True, append_images=frames[1:], duration=100)
    coded = base64.b64encode(film.getvalue()).decode()
    shown = BeautifulSoup(readable(f'<img alt="" src="data:image/gif;base64,{coded}">'), "html.parser")
    still = base64.b64decode(shown.source["srcset"].partition(",")[2])
    assert Image.open(io.BytesIO(still)).getpixel((1, 1)) == 200


def test_there_is_one_title_and_below_it_the_parts(notebook):
    notebook.cells[3] = on_slide(new_markdown_cell("# Part b"))
    for written in (page_of(notebook), decks.export_deck(notebook, "05_judge", Path())):
        made = BeautifulSoup(written, "html.parser")
        assert len(made("h1")) == 1 and made.select_one("h2.part").get_text().startswith("Part b")


def test_a_long_page_has_a_list_of_its_headings():
    written = "# A\n\n## One $D$\n\n### Of it\n\n## Two\n\n# Part\n\n## Three"
    (whole,) = contents_of(written)
    assert whole.summary.get_text() == "On this page" and not whole.details.has_attr("open")
    lines = whole.select("details > ul > li")
    assert [line.a["href"] for line in lines] == ["#One-$D$", "#Two", "#Part", "#Three"]
    assert [line.a.get_text() for line in lines][1:] == ["Two", "Part", "Three"] and lines[0].a.math
    assert [link["href"] for link in whole.select("li li a")] == ["#Of-it"]
    assert contents_of("# A\n\n## One\n\n## Two\n\n## Three") == []


def contents_of(written):
    notebook = new_notebook(cells=[new_markdown_cell(written)])
    return BeautifulSoup(page_of(notebook), "html.parser").select("h1 + nav")


def test_a_page_can_be_read_from_its_text_on(notebook):
    page = BeautifulSoup(page_of(notebook), "html.parser")
    assert page.body.find("a")["href"] == "#text" and page.main["id"] == "text"


def test_an_empty_corner_of_a_table_is_no_heading_and_its_rows_have_names(made):
    cells = "| | a |\n|---|---|\n| one | 1 |\n\n| b | |\n|---|---|\n| 2 | 3 |"
    tables = BeautifulSoup(readable(markdown2html(cells)), "html.parser")("table")
    assert [cell.name for cell in tables[0].select("th, td")] == ["td", "th", "th", "td"]
    assert tables[0].tbody.th["scope"] == "row"
    assert [cell.name for cell in tables[1].select("th, td")] == ["th", "td", "td", "td"]
    assert all(table.parent["class"] == ["table"] for table in made("table"))


def test_titles_language_and_details(made):
    assert made.html["lang"] == "en"
    assert made.title.string.startswith("05 The judge D")
    assert made.details.get_text(" ", strip=True) == "Why? Because."


def test_a_progress_bar_is_shown_as_it_ended(made):
    assert "2/2" in made.get_text()
    assert "1/2" not in made.get_text()


def test_the_page_leads_on_and_shows_all_code(notebook):
    page = BeautifulSoup(page_of(notebook), "html.parser")
    assert {a["href"]: a.get_text() for a in page.select("nav a")} == {
        "index.html": "The GAN notebooks",
        "06_end.html": "The end <of it> →",
    }
    assert "draw()" in page.get_text()


def test_the_index_shows_what_each_notebook_is_about(notebook):
    index = BeautifulSoup(pages.export_index([pages.summary("05_judge", notebook)]), "html.parser")
    (entry,) = index.select("li a")
    assert entry["href"] == "05_judge.html"
    assert " ".join(entry.get_text().split()) == "05 The judge D A lead with a link."
    assert entry.img["alt"] == "another film"
    assert pages.loads(str(index)) == []


def test_the_cover_is_the_picture_of_the_cell_that_says_so(notebook):
    assert pages.summary("05_judge", notebook)["picture"]["alt"] == "another film"
    picture = new_output("display_data", {"image/png": PNG}, metadata={"alt": "the cover"})
    notebook.cells.insert(3, on_slide(new_code_cell("draw()", outputs=[picture]), "skip", "cover"))
    assert pages.summary("05_judge", notebook)["picture"]["alt"] == "the cover"


def test_the_deck_has_its_slides_notes_and_hidden_code(notebook):
    deck = BeautifulSoup(decks.export_deck(notebook, "05_judge", Path()), "html.parser")
    assert len(deck.select(".slides > section")) == 4
    assert len(deck.select(".slides > section > section")) == 5
    assert deck.select_one("aside.notes").get_text(strip=True) == "Ask the room first."
    assert "draw()" not in deck.select_one(".slides").get_text()
    assert "train(" in deck.select_one(".slides").get_text()


def test_a_deck_of_one_giant_slide_is_refused(notebook):
    for cell in notebook.cells:
        cell.metadata.pop("slideshow")
    with pytest.raises(pages.ExportError, match=r"05_judge.*slide type"):
        decks.export_deck(notebook, "05_judge", Path())


@pytest.mark.parametrize(
    "tex",
    [
        r"\unknown x",
        r"\frac{a}{b",
        "x}",
        "x^",
        r"\left( x",
        r"\mathbin{x}",
        "a & b",
        r"\begin{foo}x\end{foo}",
        "",
    ],
)
def test_tex_that_cannot_be_drawn_is_an_error(tex):
    with pytest.raises(MathError, match=re.escape(repr(tex))):
        typeset(tex)


@pytest.mark.parametrize(
    "source",
    ["it costs $5", "<td>$x$</td>", "| a | b |\n|---|---|\n| $p(y|x)$ | 1 |", r"\begin{align} x"],
)
def test_tex_that_would_be_left_over_is_an_error(source):
    with pytest.raises(MathError):
        markdown2html(source)


def test_dollars_in_code_and_prices_are_no_formulas():
    assert markdown2html(r"`$HOME`, \$5 or \$6").strip() == "<p><code>$HOME</code>, &#36;5 or &#36;6</p>"


@pytest.mark.parametrize("where", ["markdown", "output"])
def test_a_bad_formula_is_told_with_its_notebook_and_cell(notebook, where):
    if where == "markdown":
        notebook.cells[1].source += r" and $\unknown$"
    else:
        notebook.cells[1] = new_code_cell(
            "", outputs=[new_output("display_data", {"text/latex": r"$\unknown$"})]
        )
    with pytest.raises(pages.ExportError, match=r"05_judge.*cell 2.*unknown"):
        page_of(notebook)


def test_an_inline_formula_stands_on_the_line():
    def below(tex):  # how far the drawing reaches under the line, in em
        return -float(re.search(r"vertical-align:(-?[\d.]+)em", typeset(tex))[1])

    assert below("x") < 0.05 < 0.15 < below("y") < below(r"\frac{1}{y}")


def lesson():
    """A notebook of four slides, and its notes: 2, 3, 4 and 5 minutes, of which the 4 are cut first."""
    cells = [
        on_slide(new_markdown_cell("# 05 The judge", id="title")),
        on_slide(
            new_markdown_cell("## Why *noise*?\n\nSee Ioffe and Szegedy (2015, section 3).", id="noise")
        ),
        on_slide(new_markdown_cell("## Losses of $D$", id="losses")),
        on_slide(new_markdown_cell("More of it.", id="more")),
        on_slide(new_markdown_cell("## Part two", id="two")),
        on_slide(new_markdown_cell("## Its end", id="end")),
        on_slide(new_markdown_cell("## The end", id="last")),
        on_slide(
            new_markdown_cell(
                "### Further reading\n\n- S. Ioffe, C. Szegedy (2015), *Batch normalization*, "
                "[arXiv:1502.03167](https://arxiv.org/abs/1502.03167): both faces.\n",
                id="reading",
            ),
            "skip",
        ),
    ]
    notes = {
        "title": Note(2, "", "Say hello."),
        "noise": Note(3, "", ""),
        "losses": Note(4, "", "Or not.", cut=True),
        "two": Note(5, "# Part two", ""),
    }
    return new_notebook(cells=cells), notes


def lesson_slides(lecturer=""):
    deck = decks.export_deck(lesson()[0], "05_judge", Path(), lesson()[1], lecturer)
    slides = BeautifulSoup(deck, "html.parser").select(".slides section:not(:has(section))")
    return {slide["id"]: slide for slide in slides}


def test_slides_are_named_by_their_cells_and_last_as_planned():
    seconds = {name: slide["data-timing"] for name, slide in lesson_slides().items()}
    assert list(seconds) == (
        ["title", "title-outline", "noise", "losses", "more", "two", "two-outline", "end", "last"]
    )
    planned = {name: long for name, long in seconds.items() if long != "0"}
    assert planned == {"title": "120", "noise": "180", "two": "300"}


def test_the_speaker_reads_when_it_comes_and_what_is_cut_first():
    said = {
        name: [" ".join(aside.get_text(" ").split()) for aside in slide.select("aside.notes")]
        for name, slide in lesson_slides().items()
    }
    assert said["title"] == ["0:00 · 2 min Say hello."] and said["noise"] == ["0:02 · 3 min"]
    assert said["losses"] == ["4 min · cut first , when time is short Or not."] and said["more"] == []
    assert said["two"] == ["0:00 · 5 min"]  # a class of its own
    (plan,) = said["title-outline"]
    assert plan.startswith("5 min are planned") and "0:02 Why noise ? 3 0:05 Losses of" in plan
    assert plan.endswith("0 (+4)")


def test_each_class_begins_with_what_comes():
    slides = lesson_slides()
    entries = {
        name: [(link["href"], link.get_text()) for link in slides[name].select("li a")]
        for name in ("title-outline", "two-outline")
    }
    assert [address for address, _ in entries["title-outline"]] == ["#/noise", "#/losses"]
    assert entries["title-outline"][0][1] == "Why noise?"
    assert [text for _, text in entries["two-outline"]] == ["Its end", "The end"]


def test_the_first_slide_has_the_licence_and_the_lecturer():
    foot = lesson_slides("Emmy <Noether>")["title"].select_one(".celltag_colophon").get_text()
    assert "Emmy <Noether> · " in foot and "CC BY 4.0" in foot and "MIT" in foot
    slides = lesson_slides()
    assert "·" not in slides["title"].select_one(".celltag_colophon").get_text().partition("text and")[0][:17]
    assert sum(len(slide.select(".celltag_colophon")) for slide in slides.values()) == 1


def test_a_slide_names_the_works_that_its_text_cites():
    sources = {
        name: [link["href"] for link in slide.select(".celltag_sources a")]
        for name, slide in lesson_slides().items()
    }
    assert {name: found for name, found in sources.items() if found} == {
        "noise": ["https://arxiv.org/abs/1502.03167"]
    }


GROWS = '<!-- to scale --><svg width="9"><g>a</g><g class="fragment" aria-label="then b">b</g></svg>'


def drawn_on_a_slide(svg, folder):
    (folder / "it.svg").write_text(svg, encoding="utf-8")
    cell = on_slide(new_markdown_cell('## It grows\n\n![first "a"](it.svg)', id="it"))
    deck = decks.export_deck(
        new_notebook(cells=[on_slide(new_markdown_cell("# 05", id="t")), cell]), "05", folder
    )
    return BeautifulSoup(deck, "html.parser").select_one("#it")


def test_the_layers_of_a_picture_come_one_at_a_click(tmp_path):
    slide = drawn_on_a_slide(GROWS, tmp_path)
    assert not slide.select("img") and slide.svg["aria-label"] == 'first "a"' and "to scale" not in str(slide)
    assert [layer["aria-label"] for layer in slide.select("svg > g.fragment")] == ["then b"]
    whole = drawn_on_a_slide(GROWS.replace("fragment", "whole"), tmp_path)
    assert whole.img["alt"] == 'first "a"' and not whole.select("svg")


@pytest.mark.parametrize(
    "foreign", ["<style>g {}</style>", "<script>a()</script>", '<use href="#a"/>', '<g id="a"/>']
)
def test_a_picture_that_grows_brings_nothing_that_could_meet_the_decks_own(tmp_path, foreign):
    with pytest.raises(ValueError, match=r'first "a".*it may not have'):
        drawn_on_a_slide(GROWS.replace("<g>", f"{foreign}<g>"), tmp_path)


@pytest.mark.parametrize("path", sorted(ROOT.glob("notebooks/images/*.svg")), ids=lambda path: path.stem)
def test_pictures_are_on_a_slide_and_each_of_their_layers_is_told(path):
    texts = [
        p.read_text("utf-8") for p in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/notes/*.md")]
    ]
    assert any(f"](images/{path.name})" in text for text in texts)
    root = ET.parse(path).getroot()
    if layers := [child for child in root if child.get("class") == "fragment"]:
        assert [layer.get("aria-label") for layer in root if not layer.get("aria-label")] == []
        sizes = [float(one.get("font-size")) for one in root.iter() if one.get("font-size")]
        assert min(sizes) >= 24 and len(layers) > 1 and root.get("font-size")
        assert float(root.get("width")) <= 1208  # a slide without its margins


def test_works_are_cited_by_their_authors():
    text = (
        "## Further reading\n\n"
        "- I. Goodfellow et al. (2014), *Nets*, [a](https://a.org): it.\n"
        "- J. H. Lim and J. C. Ye (2017), *Geometric GAN*, [b](https://b.org).\n"
        "- M. Arjovsky, S. Chintala and L. Bottou (2017), *Wasserstein GAN*, [c](https://c.org), "
        "and I. Gulrajani et al. (2017), *Improved*, [d](https://d.org).\n"
    )
    found = references(new_notebook(cells=[new_markdown_cell(text)]))
    assert [one.authors for one in found] == (
        ["Goodfellow et al.", "Lim and Ye", "Arjovsky et al.", "Gulrajani et al."]
    )
    assert [one.place for one in found if one.is_named_in("Arjovsky\net al. (2017, section 3)")] == ["c"]
    assert not any(one.is_named_in("Arjovsky and Bottou (2017); Goodfellow et al. (2016)") for one in found)


def table(text):
    """The rows of the table that a print becomes, and what stays text."""
    made = BeautifulSoup(printed.as_html(text), "html.parser")
    rows = [[cell.get_text() for cell in row.select("td, th")] for row in made.select("tr")]
    return rows, [part.get_text() for part in made.select("p, pre")]


PRINTS = [
    (
        [
            "before: mean -9.1",
            " SGD,  obvious: mean  -9.1 after 20 steps",
            " SGD, another: mean  1.0 after 20 steps",
            "Adam, another: mean    6.1 after 20 steps",
            "4 s",
        ],
        [
            ["", "mean … after 20 steps"],
            ["SGD, obvious", "-9.1"],
            ["SGD, another", "1.0"],
            ["Adam, another", "6.1"],
        ],
        ["before: mean -9.1", "4 s"],
    ),
    (
        [
            "against    noise: accuracy 1.00 (reals 1.00, fakes 1.00)",
            "against   halves: accuracy 0.90 (reals 0.93, fakes 0.86)",
        ],
        [
            ["against", "accuracy", "reals", "fakes"],
            ["noise", "1.00", "1.00", "1.00"],
            ["halves", "0.90", "0.93", "0.86"],
        ],
        [],
    ),
    (
        ["logit  2.00   D = 0.881   target 1", "logit -0.50   D = 0.378   target 0"],
        [["logit", "D", "target"], ["2.00", "0.881", "1"], ["-0.50", "0.378", "0"]],
        [],
    ),
    (
        ["          a     b c", "   one    1   -2", "   two  inf  3e-5"],
        [["", "a", "b c"], ["one", "1", "-2"], ["two", "inf", "3e-5"]],
        [],
    ),
    (
        ["D's update: G unchanged  D changed", "G's update: G changed    D unchanged"],
        [["", "G", "D"], ["D's update", "unchanged", "changed"], ["G's update", "changed", "unchanged"]],
        [],
    ),
    (
        [
            " 1 in a call: 1.4 s for 12 steps, then 8.4 ms a step",
            "12 in a call: 2.3 s for 12 steps, then 3.5 ms a step",
        ],
        [
            ["", "for 12 steps", "then … a step"],
            ["1 in a call", "1.4 s", "8.4 ms"],
            ["12 in a call", "2.3 s", "3.5 ms"],
        ],
        [],
    ),
    (
        ["Dense    (None, 7, 7)", "ReLU     (None, 7)", "Reshape  (None, 49)"],
        [["Dense", "(None, 7, 7)"], ["ReLU", "(None, 7)"], ["Reshape", "(None, 49)"]],
        [],
    ),
    (
        ["of D    1 in 2", "of G    then none"],
        [],
        ["of D    1 in 2\nof G    then none"],
    ),
    (
        ["all 6 of D moved, none of G", "all 8 of G moved, none of D"],
        [],
        ["all 6 of D moved, none of G", "all 8 of G moved, none of D"],
    ),
    (
        ["raw: a pixel by 0.05", "averaged: a pixel by 0.01"],
        [],
        ["raw: a pixel by 0.05", "averaged: a pixel by 0.01"],
    ),
    (["a < b"], [], ["a < b"]),
    ([], [], []),
]


@pytest.mark.parametrize(("lines", "rows", "said"), PRINTS)
def test_lines_of_one_pattern_are_a_table_and_all_else_is_text(lines, rows, said):
    assert table("\n".join(lines)) == (rows, said)


def test_a_deck_shows_tables_and_no_console(notebook):
    log = "".join(f"step {i}: L_D {i / 60:.2f}, L_G {1 - i / 60:.2f}\n" for i in range(60))
    notebook.cells[5].outputs = [new_output("stream", text=log)]
    deck = BeautifulSoup(decks.export_deck(notebook, "05_judge", Path()), "html.parser")
    assert not deck.select(".slides .jp-RenderedText") and len(deck.select("table.printed tr")) == 61
