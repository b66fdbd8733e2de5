"""The editions in JupyterLab, in a real browser: each cell drawn, each formula typeset, nothing asked for."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.browser.in_jupyterlab import opened, started
from tools import editions
from tools.series import find_notebooks

NOTEBOOKS = find_notebooks()
GOOD = "We minimise $L_D$."

pytestmark = pytest.mark.browser

LOOK = r"""() => {
    const panel = window.jupyterapp.shell.currentWidget, cells = [...panel.content.widgets];
    const raw = [], words = cells.filter(cell => cell.node.innerText.trim()).length;
    const texts = document.createTreeWalker(panel.node, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode, element = text.parentElement;
        if (!element.closest(".jp-RenderedMarkdown, .jp-RenderedLatex")) continue;
        if (element.closest("code, pre, mjx-container")) continue;
        if (/\$[^$]+\$|\\[a-zA-Z(\[]/.test(text.data)) raw.push(text.data.trim().slice(0, 60));
    }
    return {
        cells: cells.length, words, raw,
        formulas: panel.node.querySelectorAll("mjx-container").length,
        unknown: [...panel.node.querySelectorAll("mjx-merror, mjx-container [style*='red']")].length,
        pictures: [...panel.node.querySelectorAll(".jp-Cell img")].filter(img => !img.naturalWidth).length,
        dialogs: document.querySelectorAll(".jp-Dialog").length,
    };
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab on the three editions, those with solutions not executed; yields its address and folder."""
    folder = tmp_path_factory.mktemp("lab")
    for path in NOTEBOOKS:
        editions.make(path, folder / "editions", with_outputs=False)
    with started(folder) as address:
        yield address, folder


def faults(chromium, address, path, cells):
    """What is wrong with a notebook as JupyterLab shows it, one line each, and what was seen."""
    with opened(chromium, address, path) as page:
        for _ in range(100):  # formulas are typeset one after the other
            look = page.evaluate(LOOK)
            if not look["raw"] and look["formulas"] and look["words"] == cells and not look["pictures"]:
                break
            page.wait_for_timeout(100)
        told = [f"asked for {address}" for address in page.outside]
        told += [f"complained: {text}" for text in page.complaints]
    told += [f"raw TeX: {text}" for text in look["raw"]]
    told += ["TeX that MathJax does not know"] * bool(look["unknown"])  # it draws a command in red
    if not look["formulas"]:
        told.append("no formula is typeset")
    if (look["cells"], look["words"]) != (cells, cells):
        told.append(f"of {cells} cells {look['cells']} are there and {look['words']} show something")
    told += ["pictures not loaded"] * bool(look["pictures"]) + ["a dialog is open"] * bool(look["dialogs"])
    return told, look


@pytest.mark.parametrize("edition", editions.EDITIONS)
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_an_edition_opens_whole(chromium, lab, edition, name):
    address, folder = lab
    path = f"editions/{edition}/{name}.ipynb"
    cells = len(nbformat.read(folder / path, as_version=4).cells)
    told, look = faults(chromium, address, path, cells)
    print(f"\n{name}  {edition:10}  cells {look['cells']}  formulas {look['formulas']}", end="")
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        (r"$\unknown{x}$", "TeX that MathJax does not know"),
        (r"The loss \frac{1}{2}", r"raw TeX: The loss \\frac"),
        ("![a face](https://example.org/face.png)", "asked for https://example.org/face.png"),
        ("![a face](face.png)", "pictures not loaded"),
        ("<!-- nothing -->", "of 3 cells 3 are there and 2 show something"),
    ],
)
def test_a_planted_fault_is_found(chromium, lab, planted, said):
    address, folder = lab
    for source in ("Sound.", planted):
        cells = [new_markdown_cell(GOOD), new_markdown_cell(source), new_code_cell("1 + 1")]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        nbformat.write(new_notebook(cells=cells, metadata=kernel), folder / "planted.ipynb")
        told, _ = faults(chromium, address, "planted.ipynb", 3)
        if source == "Sound.":
            assert told == []
    assert re.search(said, "\n".join(told)), told
