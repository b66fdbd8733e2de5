"""`make lab` in a real browser: a question with nothing below it, its cell run, and what stays of it."""

import shutil

import nbformat
import pytest

from tests.browser.in_jupyterlab import ROOT, opened, started

PATH = "my_notebooks/01_discriminator.ipynb"
SHOTS = ROOT / "build" / "browser" / "working copy"
LAB = ("tools.lab",)

pytestmark = pytest.mark.browser


@pytest.fixture
def checkout(tmp_path):
    """A checkout with a space in its name, and what `make lab` needs of it."""
    folder = tmp_path / "my checkout"
    for part in ("docs", "notebooks", "tools"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    SHOTS.mkdir(parents=True, exist_ok=True)
    return folder


def save(page):
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")


def follow(page, link, leads):
    """Click on a link, by its words, in what is in front."""
    page.locator(".jp-Document:visible a", has_text=link).first.click(timeout=60_000)
    page.wait_for_function(f"window.jupyterapp.shell.currentWidget?.context?.path === {leads!r}")


def rewrite(path, old, new):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = notebook.cells[0].source.replace(old, new)
    nbformat.write(notebook, path)


def test_guess_before_you_see(chromium, checkout):
    source = checkout / "notebooks" / "01_discriminator.ipynb"
    with started(checkout, LAB) as lab, opened(chromium, lab, PATH) as page:
        page.locator("details").nth(4).wait_for(timeout=60_000)
        assert page.locator("details[open]").count() == 0
        assert page.locator(".jp-OutputArea-output").count() == 0
        page.screenshot(path=SHOTS / "before.png")
        save(page)  # as JupyterLab does by itself, though nothing was done
        follow(page, "glossary", "my_notebooks/docs/glossary.md")
        page.wait_for_selector(".jp-MarkdownViewer table")  # it is shown as a page
        page.screenshot(path=SHOTS / "glossary.png")
        follow(page, "twenty questions", "my_notebooks/docs/questions.md")
        follow(page, "The trap in many tutorials", "my_notebooks/02_generator.ipynb")
        assert page.outside == []
    rewrite(source, "# 01 ·", "# Better ·")
    with started(checkout, LAB) as lab, opened(chromium, lab, PATH) as page:
        page.wait_for_selector("h1:has-text('Better')")  # nothing was done in the old one
        cells = page.locator(".jp-CodeCell")
        cells.nth(0).locator(".cm-content").click()
        for _ in range(3):  # the imports, a text, the diagram
            page.keyboard.press("Shift+Enter")
        shown = cells.nth(1).locator(".jp-OutputArea-output img")
        shown.wait_for(timeout=120_000)
        assert page.locator(".jp-OutputArea-output").count() == 1, "what was not run shows nothing"
        page.locator("details summary").first.click()
        assert page.locator("details[open]").count() == 1
        shown.scroll_into_view_if_needed()
        page.screenshot(path=SHOTS / "after.png")
        save(page)
    rewrite(source, "# Better ·", "# Best ·")
    with started(checkout, LAB) as lab, opened(chromium, lab, PATH) as page:
        assert page.locator(".jp-OutputArea-output img").count() == 1, "hers, as she left it"
        assert page.locator("h1:has-text('Better')").count() == 1
        assert page.locator(".jp-DirListing-item", has_text="new_01_").count() == 1, "the new one is seen"
        page.screenshot(path=SHOTS / "updated.png")
    assert not list((checkout / "notebooks").rglob("*checkpoint*"))
