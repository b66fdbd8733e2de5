"""The glossary: every notebook links to it, and every term stands in the notebook that it names."""

import json
import re

import pytest

from tools.series import ROOT, find_notebooks, find_taught, number

NOTEBOOKS = find_notebooks()
ROWS = re.findall(
    r"^\| (?!sign|term|---)(.+?) \| .+ \| (\d\d) \|$",
    (ROOT / "docs" / "glossary.md").read_text("utf-8"),
    re.M,
)


def prose(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_links_to_the_glossary(path):
    assert "](../docs/glossary.md)" in prose(path).split("\n## ")[0]


@pytest.mark.parametrize(("term", "notebook"), ROWS)
def test_every_term_stands_where_the_glossary_says(term, notebook):
    (path,) = (path for path in find_taught() if number(path) == notebook)
    text = prose(path).lower().replace("\\theta_g", "\\theta")
    for word in re.findall(r"\$([^$]+)\$", term) or [term]:
        assert word.lower() in text, f"{word} is not in {path.name}"


def test_the_glossary_was_read():
    assert len(ROWS) > 40
    terms = [term.strip("`") for term, _ in ROWS if "$" not in term]
    assert terms == sorted(terms, key=str.lower)
