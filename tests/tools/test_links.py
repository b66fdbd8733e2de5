"""Every relative link of a text in the repository leads to what is there, to a heading if it names one."""

import subprocess
from functools import cache
from urllib.parse import unquote, urlsplit

import mistune
import nbformat
import pytest
from bs4 import BeautifulSoup

from tools.series import ROOT
from tools.site import github_id

COMMAND = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "*.ipynb"]
LISTED = subprocess.run(COMMAND, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
TEXTS = [ROOT / name for name in LISTED if "fixtures" not in name and (ROOT / name).is_file()]
read = mistune.create_markdown(escape=False, plugins=["table"])


@cache
def soup(path):
    """The HTML of a document, or of a notebook's Markdown."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return BeautifulSoup(read(text), "html.parser")


def headings(path):
    """The names of the headings: GitHub's of a document, Jupyter's of a notebook."""
    words = ["-".join(tag.get_text().split()) for tag in soup(path).select("h1, h2, h3, h4, h5, h6")]
    return set(words if path.suffix == ".ipynb" else map(github_id, words))


def dead(path):
    """The links of a text that lead nowhere."""
    folder = (
        path.parent.parent if path.parent.name == "notes" else path.parent
    )  # notes go into a notebook's deck
    links = [tag["href"] for tag in soup(path).select("a[href]")] + [tag["src"] for tag in soup(path)("img")]
    for link in links:
        parts = urlsplit(link)
        if parts.scheme in ("https", "mailto", "data"):
            continue
        end = folder / unquote(parts.path) if parts.path else path
        known = end.exists() and (not parts.fragment or unquote(parts.fragment) in headings(end))
        if parts.scheme or parts.netloc or not known:
            yield link


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(path):
    assert list(dead(path)) == []


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("there.md", True),
        ("there.md#what-is-it-müller-or-gu", True),
        ("#a-guide", True),
        ("there.ipynb#Why-noise?", True),
        ("https://arxiv.org/abs/1406.2661", True),
        ("gone.md", False),
        ("there.md#gone", False),
        ("#gone", False),
        ("there.ipynb#why-noise", False),
        ("http://arxiv.org", False),
        ("//arxiv.org", False),
    ],
)
def test_a_dead_link_is_found(link, leads, tmp_path):
    (tmp_path / "there.md").write_text("# There\n\n## What *is* it, Müller, or `gu`?\n", encoding="utf-8")
    cells = [nbformat.v4.new_markdown_cell("# 01\n\n## Why noise?")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "there.ipynb")
    path = tmp_path / "guide.md"
    path.write_text(f"# A guide\n\n| a |\n| - |\n| [b]({link}) |\n", encoding="utf-8")
    assert list(dead(path)) == [link] * (not leads)
