"""Gathers the site, build/site/: an index, the page to play with, notebooks as pages, decks and files, docs/.

    python -m tools.site

Nothing is executed: the committed notebooks hold their outputs. Links inside the site are relative, so that
it works from disk and under any address. What is wrong with it is told at the end, and is an error.
"""

import json
import re
import sys
from posixpath import dirname, join, normpath, relpath
from urllib.parse import unquote, urlsplit

import nbformat
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook

from tools import build_folder, play
from tools.build_folder import BUILD
from tools.export.decks import deck_of, slides_of
from tools.export.pages import ExportError, export_index, export_page, loads, summary
from tools.export.typeset import markdown2html
from tools.facts import BRANCH, badges, repository, web_address
from tools.notes import notes_of
from tools.series import ROOT, find_notebooks, find_taught, number

SITE = BUILD / "site"
PLAY, TO_PLAY = "play.html", "Play: watch a GAN learn, break it and mend it, on any phone"
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s]+)")  # in Markdown


def find_documents():
    """The glossary, and what else docs/ holds to read."""
    return sorted((ROOT / "docs").glob("*.md"))


def places():
    """Where in the site a reader finds what lies in the repository."""
    pages = [*find_notebooks(), *find_documents()]
    return {path.relative_to(ROOT).as_posix(): f"{path.stem}.html" for path in pages}


def address(link, source, page):
    """Where a link in the text of `source`, a path in the repository, leads from `page` of the site.

    Raises ExportError for a link to what the repository does not have.
    """
    parts = urlsplit(link)
    if parts.scheme or not parts.path:
        return link
    path = normpath(join(dirname(source), unquote(parts.path)))
    ending = f"#{parts.fragment}" if parts.fragment else ""
    if path in places():
        return relpath(places()[path], dirname(page) or ".") + ending
    if path.startswith("..") or not (ROOT / path).exists():
        raise ExportError(f"{source}: a link to {link}, which is not there")
    return web_address(path) + ending


def relinked(written, source, page):
    """The HTML `written` of what `source` says, with the links of its text as they lead from `page`."""
    soup = BeautifulSoup(written, "html.parser")
    for link in soup.select("main a[href], .slides a[href]"):
        link["href"] = address(link["href"], source, page)
    return str(soup)


def with_github_ids(written):
    """HTML whose headings are named as GitHub names them, since documents link to them by those names."""
    soup = BeautifulSoup(written, "html.parser")
    for link in soup.select("a.anchor-link, .toc a"):
        if link.parent.has_attr("id"):
            link.parent["id"] = github_id(unquote(link.parent["id"]))
        link["href"] = "#" + github_id(unquote(link["href"][1:]))
    return str(soup)


def with_slides(written):
    """HTML in whose tables the ids of cells lead to slides, in rows that name a notebook by its number."""
    soup, slides = BeautifulSoup(written, "html.parser"), slides_by_number()
    for row in soup.select("main tr"):
        numbers = [cell.get_text() for cell in row("td") if cell.get_text() in slides]
        for name in row("code") if len(numbers) == 1 else []:
            if place := slides[numbers[0]].get(name.get_text()):
                name.wrap(soup.new_tag("a", href=place))
    return str(soup)


def slides_by_number():
    """Number of a notebook -> id of a cell -> address of the slide where the cell stands, in the site."""
    found = {}
    for path in find_taught():
        slides, _ = slides_of(nbformat.read(path, as_version=4), notes_of(path))
        deck = f"slides/{path.stem}.slides.html"
        found[number(path)] = {cell.id: f"{deck}#/{slide.name}" for slide in slides for cell in slide.cells}
    return found


def github_id(words):
    """What GitHub makes of the words of a heading, joined by hyphens, to name its place."""
    return re.sub(r"[^\w-]", "", words.lower())


def document(path):
    """A document as a notebook of one cell, which becomes a page as the notebooks do."""
    return new_notebook(cells=[new_markdown_cell(path.read_text(encoding="utf-8"))])


def gather():
    """All files of the site, their bytes by their paths. Raises ExportError."""
    files = {}
    documents = [(path, document(path)) for path in find_documents()]
    abouts = [summary(path.stem, written) for path, written in documents]
    links = [(about["title"], f"{about['name']}.html") for about in abouts]
    for (path, written), about in zip(documents, abouts, strict=True):
        source, page = f"docs/{path.name}", f"{path.stem}.html"
        made = export_page(written, about, path.parent, links=links)
        files[page] = with_slides(relinked(with_github_ids(made), source, page))

    notebooks = {path: nbformat.read(path, as_version=4) for path in find_notebooks()}
    pages = [notebook_summary(path, notebook) for path, notebook in notebooks.items()]
    for i, (path, notebook) in enumerate(notebooks.items()):
        page, deck, file = f"{path.stem}.html", pages[i].get("deck"), pages[i]["file"]
        before, after = pages[i - 1] if i else None, pages[i + 1] if i + 1 < len(pages) else None
        own = [("Slides", deck)] * bool(deck) + [("Notebook file", file)]
        made = export_page(notebook, pages[i], path.parent, before, after, own + links)
        files[page] = relinked(made, file, page)
        if deck:
            files[deck] = with_way_to_play(relinked(deck_of(path), file, deck), deck)
        files[file] = path.read_bytes()
        for picture in pictures(path):
            files[join(dirname(file), picture)] = (path.parent / picture).read_bytes()
    files[PLAY] = play.page()
    site = {"documents": abouts, "repository": repository()[0], "play": PLAY}
    site["readme"] = address("README.md", "", "index.html")
    files["index.html"] = export_index(pages, site)
    return {name: made if isinstance(made, bytes) else made.encode() for name, made in files.items()}


def with_way_to_play(written, deck):
    """A deck's HTML with a link on its last slide, before the notes, to the page on which one can play."""
    soup = BeautifulSoup(written, "html.parser")
    last = soup.select(".slides section:not(:has(section))")[-1]
    line = BeautifulSoup(
        f'<p class="play"><a href="{relpath(PLAY, dirname(deck))}">{TO_PLAY}</a></p>', "html.parser"
    )
    notes = last.select_one("aside.notes")
    notes.insert_before(line) if notes else last.append(line)
    return str(soup)


def notebook_summary(path, notebook):
    """What the index tells of a notebook, and the ways to it."""
    buttons = markdown2html(badges(path.stem, "notebooks/"), embed_images=True, path=str(ROOT))
    return {
        **summary(path.stem, notebook),
        **({"deck": f"slides/{path.stem}.slides.html"} if number(path) else {}),
        "file": f"notebooks/{path.name}",
        "badges": buttons.strip().removeprefix("<p>").removesuffix("</p>"),
    }


def pictures(path):
    """The pictures that lie beside a notebook and that its Markdown shows."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return sorted({link for link in PICTURE.findall(text) if not urlsplit(link).scheme})


def write(files, folder):
    """Puts `files`, bytes by their paths, into `folder`, and nothing stays there of an earlier run."""
    if left := build_folder.remove(folder):
        sys.exit(f"{left[0]} is not as this tool made it: move it to where it is safe, then run this again")
    for name, content in files.items():
        build_folder.write(folder / name, content)


def faults(folder):
    """What is wrong with the site in `folder`, a line each: dead links, files that nothing leads to."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("[!.]*") if path.is_file())
    pages = {name: (folder / name).read_text(encoding="utf-8") for name in names if name.endswith(".html")}
    soups = {name: BeautifulSoup(page, "html.parser") for name, page in pages.items()}
    ids = {name: set() for name in names}
    ids |= {name: {tag["id"] for tag in soup.find_all(id=True)} for name, soup in soups.items()}
    named, ways, found = named_addresses(), {}, []
    for name in names:
        ways[name] = set()
        links = pictures(folder / name) if name.endswith(".ipynb") else []
        if name in soups:
            links = [tag["href"] for tag in soups[name].find_all("a", href=True)]
            found += [f"{name} loads {loaded}" for loaded in loads(pages[name])]
        for link in sorted(set(links)):
            path = unquote(urlsplit(link).path)
            end = normpath(join(dirname(name), path)) if path else name
            problem = fault(link, end, ids, named)
            if problem:
                found.append(f"{name} leads to {link}, {problem}")
            elif end in names:
                ways[name].add(end)
    reached, ahead = set(), {"index.html"}
    while ahead:
        reached |= ahead
        ahead = set().union(*(ways.get(name, ()) for name in ahead)) - reached
    return found + [f"nothing leads to {name}" for name in names if name not in reached]


def fault(link, end, ids, named):
    """What is wrong with a link to the file `end`, if anything; `ids` names the places in each file."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return "" if parts.scheme == "https" and (link in named or is_ours(link)) else "which no source names"
    if end.startswith(("/", "..")):
        return "which is outside"
    if end not in ids:
        return "which is not there"
    place = unquote(parts.fragment).removeprefix("/")  # a deck's address names a slide as #/id
    if parts.fragment and not {parts.fragment, place} & ids[end]:
        return "a place that is not there"
    return ""


def named_addresses():
    """The addresses that the committed texts name: documents, notebooks, what the slides say."""
    notes = (ROOT / "notebooks" / "notes").glob("*.md")
    sources = [ROOT / "README.md", *find_documents(), *find_notebooks(), *notes]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    return set(re.findall(r"https://[^\s()<>\"\\]+", text))


def is_ours(link):
    """Whether a link leads to the repository on the web, or to a file there that is here, too."""
    ours = repository()[0]
    path = re.match(rf"{re.escape(ours)}/(?:blob|tree)/{BRANCH}/([^#]+)", link)
    return link == ours or bool(path and (ROOT / unquote(path[1])).exists())


def main():
    try:
        files = gather()
    except (ExportError, ValueError) as error:
        sys.exit(str(error))
    write(files, SITE)
    if found := faults(SITE):
        sys.exit("\n".join(found))
    size = sum(map(len, files.values()))
    print(f"{SITE.relative_to(ROOT) / 'index.html'}  {len(files)} files, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
