"""Pages and decks hold all they need, and nothing of what a notebook shows is lost on the way."""

import base64
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tools.export import decks, pages
from tools.export.readable import readable
from tools.export.typeset import MathError, markdown2html, typeset

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
