"""What a student gets: the notebooks without outputs, so that each question stands with nothing below it, and
the pages and pictures that they link to.

The files lie together in one folder: the notebooks at its top, the rest below as in the repository. Links
between them stay inside. A link to what is not among them leads to where `elsewhere` says, a function of the
path in the repository and of the place in the folder that the link is to lead from.
"""

import re
from posixpath import dirname, join, normpath, relpath, splitext
from urllib.parse import quote, unquote, urlsplit

import nbformat

from tools.facts import web_address
from tools.series import as_bytes

LINK = re.compile(r'(\]\(|\b(?:src|href)=")([^()\s"#]+)')  # in Markdown and its HTML, without the #heading
PICTURES = (".gif", ".jpg", ".png", ".svg")


def place(source):
    """Where in the student's folder something lies that lies at `source` in the repository, both with /."""
    return source.removeprefix("notebooks/")


def comes_along(source):
    """Whether a student gets what lies at `source` if something links to it."""
    folder, (_, ending) = dirname(source), splitext(source)
    return ending in PICTURES or (folder, ending) in (("notebooks", ".ipynb"), ("docs", ".md"))


def linked(text, source, root):
    """What a text links to that is there: each link, as it is written, and its path in the repository."""
    for _, link in LINK.findall(text):
        path = normpath(join(dirname(source), unquote(link)))
        if not urlsplit(link).scheme and (root / path).exists():
            yield link, path


def relinked(text, source, root, elsewhere):
    """The text of what lies at `source`, with its links as they lead from the student's folder."""
    here = place(source)
    there = {
        link: quote(relpath(place(path), dirname(here) or "."))
        if comes_along(path)
        else elsewhere(path, here)
        for link, path in linked(text, source, root)
    }
    return LINK.sub(lambda found: found[1] + there.get(found[2], found[2]), text)


def relink(notebook, source, root, elsewhere):
    """Change the links of a notebook, a node of nbformat's, to lead from the student's folder."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = relinked(cell.source, source, root, elsewhere)


def on_the_web(root):
    """An `elsewhere` for a folder that is handed on: the repository's address."""

    def address(path, here):
        return web_address(path, root)

    return address


def gather(paths, elsewhere):
    """The files of the notebooks at `paths` and of what they link to, and what is wrong with others.

    Returns:
        The bytes of the files by their places in the folder; a line for each that cannot be read.
    """
    root, files, told = paths[0].parents[1], {}, []
    waiting = [path.relative_to(root).as_posix() for path in paths]
    seen = set(waiting)
    for source in waiting:
        content, text = (root / source).read_bytes(), ""
        try:
            if source.endswith(".ipynb"):
                notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
                text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
                relink(notebook, source, root, elsewhere)
                content = as_bytes(without_outputs(notebook))
            elif source.endswith(".md"):
                text = content.decode("utf-8")
                content = relinked(text, source, root, elsewhere).encode("utf-8")
        except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError):
            kind = "notebook" if source.endswith(".ipynb") else "text"
            told.append(f"{source} is no {kind}, a merge has left its marks in it perhaps: git status says")
            continue
        files[place(source)] = content
        for _, path in linked(text, source, root):
            if comes_along(path) and path not in seen:
                seen.add(path), waiting.append(path)
    return files, told


def without_outputs(notebook):
    """The notebook, a node of nbformat's, as if it had never been run."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook
