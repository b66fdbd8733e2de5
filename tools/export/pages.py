"""Notebooks as web pages, one file each, that load nothing from anywhere, and the index that leads to them.

`run_notebooks` exports what it has just executed, `site` the notebooks as they are stored.
"""

import base64
import copy
import html
import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import jinja2
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from tools.export.readable import readable
from tools.export.typeset import MathError, markdown2html

TEMPLATES = Path(__file__).resolve().parent / "templates"
PICTURES = ("image/gif", "image/svg+xml", "image/png", "image/jpeg")


class ExportError(Exception):
    """A notebook that cannot become a page or deck, with the place and the reason."""


@contextmanager
def place(name, number):
    """Says of TeX that cannot be typeset where it stands: in which notebook, in which cell from the top."""
    try:
        yield
    except MathError as error:
        raise ExportError(f"{name}, cell {number} from the top: cannot typeset {error}") from error


class SelfContained:
    """Mixed into nbconvert's exporters: formulas as SVG, code in colour, our templates."""

    def __init__(self, template, **options):
        config = Config(options.pop("config", {}))
        config.CoalesceStreamsPreprocessor.enabled = True  # a progress bar is one line, not hundreds
        super().__init__(
            config=config,
            template_name=template,
            extra_template_basedirs=[str(TEMPLATES)],
            embed_images=True,
            exclude_output_prompt=True,
            **options,
        )

    @jinja2.pass_context
    def markdown2html(self, context, source):
        cell, about = context["cell"], context["resources"]["metadata"]
        with place(about["name"], context["nb"].cells.index(cell) + 1):
            attachments = cell.get("attachments", {})
            return markdown2html(
                source,
                attachments=attachments,
                embed_images=True,
                path=about["path"],
                exclude_anchor_links=self.exclude_anchor_links,
            )


class PageExporter(SelfContained, HTMLExporter):
    pass


def summary(name, notebook):
    """What the index and the neighbours tell of a notebook: name, title, lead (HTML), picture (an img).

    The picture is that of the cell tagged `cover`, else the last that moves, else the first.
    """
    first = next((cell.source for cell in notebook.cells if cell.cell_type == "markdown"), "")
    with place(name, 1):
        soup = BeautifulSoup(markdown2html(first, exclude_anchor_links=True), "html.parser")
    lead = soup.find("p")
    for link in lead.find_all("a") if lead else []:
        link.unwrap()  # the whole entry is a link already
    for formula in soup.select("h1 .formula"):
        formula.replace_with(formula.annotation.get_text())
    covers = [cell for cell in notebook.cells if "cover" in cell.metadata.get("tags", [])]
    outputs = [output for cell in covers or notebook.cells for output in cell.get("outputs", [])]
    shown = "".join(output.get("data", {}).get("text/html") or picture(output) for output in outputs)
    pictures = BeautifulSoup(shown, "html.parser").find_all("img")
    moving = [image for image in pictures if image["src"].startswith("data:image/gif")]
    return {
        "name": name,
        "title": soup.h1.get_text().strip() if soup.h1 else name,
        "lead": lead.decode_contents() if lead else "",
        "picture": (moving[-1:] or pictures[:1] or [None])[0],
    }


def as_html(output):
    """HTML of an output that nbconvert would drop (GIF), leave without text alternative, or as raw TeX.

    Returns "" for text, and for what is HTML already the HTML as it is.
    """
    data = output.get("data", {})
    if "text/latex" in data and "text/html" not in data:
        return markdown2html(data["text/latex"])
    return data.get("text/html") or picture(output)


def picture(output):
    """The img of an output that is a picture; "" for any other. Its metadata may hold alt, width, height."""
    data = output.get("data", {})
    kind = next(filter(data.__contains__, PICTURES), None)
    if not kind:
        return ""
    about = {**output.metadata, **output.metadata.get(kind, {})}
    attributes = {name: about[name] for name in ("alt", "width", "height") if name in about}
    content = data[kind] if kind != "image/svg+xml" else base64.b64encode(data[kind].encode()).decode()
    attributes["src"] = f"data:{kind};base64,{content}".replace("\n", "")
    written = " ".join(f'{name}="{html.escape(str(value))}"' for name, value in attributes.items())
    return f"<img {written}>"


def prepared(notebook, name):
    """A copy whose pictures and formulas among the outputs are HTML."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)  # they need a network; their text stands in for them
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            with place(name, number):
                if shown := as_html(output):
                    output.data["text/html"] = shown
    return notebook


def export(exporter, notebook, name, folder, **resources):
    """HTML of `notebook`, whose pictures in Markdown lie in `folder`. Raises ExportError."""
    resources = {"metadata": {"name": name, "path": str(folder)}, **resources}
    page, _ = exporter.from_notebook_node(prepared(notebook, name), resources)
    page = readable(page)
    if missing := loads(page):
        raise ExportError(f"{name}: would be loaded from elsewhere: {', '.join(missing)}")
    return page


def loads(page):
    """The addresses that a browser would ask for to show the HTML `page`; links to follow do not count."""
    asked, styles = [], []
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        asked += [tag[key] for key in ("src", "srcset", "poster", "data") if tag.has_attr(key)]
        asked += [tag["href"]] if tag.name in ("link", "image", "use") and tag.has_attr("href") else []
        styles += [tag.get("style", ""), tag.get_text() if tag.name == "style" else ""]
    for style in styles:
        asked += re.findall(r"""(?:@import\s*|url\(\s*)["']?([^"')\s;]+)""", style)
    return [address for address in asked if not address.startswith(("data:", "#"))]


def template(*names):
    return "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


@cache
def style(*names):
    """CSS of the templates named, after that of the code's colours."""
    return colours("xcode") + template(*names)


@cache
def page_style():
    """CSS of pages, which are dark where the reader's system is, but not on paper."""
    dark = "@media screen and (prefers-color-scheme: dark) {\n%s}\n"
    return style("common.css", "page/page.css") + dark % (colours("github-dark") + template("page/dark.css"))


def colours(name):
    """CSS of the colours of code in a style of Pygments, which leaves the ground to ours."""
    rules = HtmlFormatter(style=name).get_style_defs(".highlight")
    return re.sub(r"^.*(background|linenos).*$", "", rules, flags=re.MULTILINE)


def export_page(notebook, about, folder, previous=None, following=None, links=()):
    """A notebook as a page; `about`, `previous` and `following` are summaries, the neighbours' linked to.

    `links`, pairs of a text and an address, stand at the top of the page.
    """
    return export(
        PageExporter("page"),
        notebook,
        about["name"],
        folder,
        title=about["title"],
        style=page_style(),
        script=template("film.js", "formulas.js", "page/page.js"),
        previous=previous,
        next=following,
        links=links,
    )


def export_index(summaries, site=None):
    """The page that leads to the others; `site` holds what else there is where all of it is gathered."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True)
    written = environment.get_template("index.html.j2").render(
        pages=summaries,
        site=site,
        style=page_style(),
        script=template("film.js", "formulas.js", "page/page.js"),
    )
    return readable(written)
