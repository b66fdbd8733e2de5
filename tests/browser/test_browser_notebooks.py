"""The notebooks in JupyterLab, in a real browser: `make test-browser`.

Every request that leaves this machine is refused, and told. Screenshots of all figures go to build/browser/.
"""

import re
import shutil
import signal
import time

import nbformat
import pytest

from tests.browser.in_jupyterlab import ROOT, opened, started
from tools.series import find_notebooks

SHOTS = ROOT / "build" / "browser"
NAMES = [path.stem for path in find_notebooks()]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab_folder(tmp_path_factory):
    """A copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    for part in ("notebooks", "docs"):
        shutil.copytree(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def lab(lab_folder):
    """JupyterLab on it; yields its address."""
    # A shell starts its background jobs deaf to interrupts, and kernels would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with started(lab_folder) as address:
        yield address


STATE = """() => {
    const widget = window.jupyterapp.shell.currentWidget;
    const cells = [...widget.content.model.cells].filter(cell => cell.type === "code");
    const outputs = cells.map(cell => [...Array(cell.outputs.length).keys()].map(i => cell.outputs.get(i)));
    return {
        counts: cells.map(cell => cell.executionCount),
        idle: widget.sessionContext.session?.kernel?.status === "idle",
        errors: outputs.flat().filter(output => output.type === "error").map(error => error.toJSON().evalue),
    };
}"""


def run_all(page, seconds=900):
    """Run > Run All Cells by the menu, and wait for the last cell. Returns what STATE says then."""
    page.evaluate("window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = page.evaluate(STATE)
        if state["errors"] or (state["idle"] and all(state["counts"])):
            return state
        page.wait_for_timeout(1000)
    pytest.fail(f"not done after {seconds} s: {state}")


def pictures_after(page, picture, act):
    """The picture's address before and after `act`, waited for."""
    before = picture.get_attribute("src")
    act()
    for _ in range(100):
        if picture.get_attribute("src") != before:
            break
        page.wait_for_timeout(100)
    return before, picture.get_attribute("src")


def wait_for(text, words, seconds=10):
    """Wait until these words stand in a text of the page."""
    for _ in range(10 * seconds):
        if words in text.inner_text():
            return
        text.page.wait_for_timeout(100)
    pytest.fail(f"{words!r} is not in {text.inner_text()!r}")


def drag_a_slider(page):
    explorer = page.locator(".gan-explorer")
    picture, read = explorer.locator("img"), explorer.locator(".widget-html-content")
    wait_for(read, "read as 4")
    handle = explorer.locator(".noUi-handle").first

    def drag():
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 400, box["y"] + box["height"] / 2, steps=5)
        page.mouse.up()

    before, after = pictures_after(page, picture, drag)
    assert before != after, "the slider was dragged, and the picture is the same"
    wait_for(read, "read as 8")  # the end of the walk


def step_the_debugger(page):
    debugger = page.locator(".gan-debugger")
    picture, told = debugger.locator("img"), debugger.locator(".widget-html-content")
    first = picture.evaluate(BYTES)
    for name, steps in (("Update D", "D 1, G 0"), ("Update G", "D 1, G 1"), ("10 of each", "D 11, G 11")):
        before, after = pictures_after(page, picture, debugger.get_by_role("button", name=name).click)
        assert before != after
        wait_for(told, steps)
    pictures_after(page, picture, debugger.get_by_role("button", name="Start again").click)
    wait_for(told, "D 0, G 0")
    assert picture.evaluate(BYTES) == first


# A picture's address is another blob each time: what counts is what it holds.
BYTES = "async picture => (await fetch(picture.src)).text()"


@pytest.mark.parametrize("name", NAMES)
def test_run_all_reaches_the_last_cell(chromium, lab, name):
    with opened(chromium, lab, f"notebooks/{name}.ipynb") as page:
        state = run_all(page)
        assert state["errors"] == []
        assert state["counts"] == list(range(1, len(state["counts"]) + 1))
        assert page.locator(".jp-Dialog").count() == 0
        shots = SHOTS / name
        shutil.rmtree(shots, ignore_errors=True)
        shots.mkdir(parents=True)
        figures = page.locator(".jp-RenderedImage img, .jp-RenderedHTML img, .gan-explorer, .gan-debugger")
        assert figures.count() >= 4
        hidden = [figure for figure in figures.all() if not figure.is_visible()]
        assert len(hidden) == page.locator(".gan-live").count(), "a picture stands back for its widget alone"
        for i, figure in enumerate(figure for figure in figures.all() if figure.is_visible()):
            figure.screenshot(path=shots / f"{i:02d}.png")
            if figure.evaluate("element => element.tagName") == "IMG":
                assert figure.evaluate("image => image.naturalWidth") > 0
        if name == "03_losses":
            step_the_debugger(page)
        if name == "04_training":
            drag_a_slider(page)
        assert page.outside == []


WIDGET = """import gan_course as course
import gan_utils as gu
gan = gu.GAN(gu.build_generator(8), gu.build_discriminator(), seed=0)
course.explore_latents(gan, gu.load_images("digits"))"""
MAKE = """import gan_utils as gu
gan = gu.GAN(gu.build_generator(8), gu.build_discriminator(), seed=0)"""
FIT = "gan.fit(gu.load_images('digits').images, epochs=20)"


def written(folder, *sources):
    """A notebook of these cells beside the others, by the path that JupyterLab knows it by."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=metadata), folder / "notebooks" / "own.ipynb"
    )
    return "notebooks/own.ipynb"


def command(page, name):
    page.evaluate(f"void window.jupyterapp.commands.execute({name!r})")  # or it would wait for the end


@pytest.mark.parametrize("trusted", [True, False])
def test_a_notebook_that_was_closed_shows_the_picture(chromium, lab, lab_folder, trusted):
    path = written(lab_folder, WIDGET)
    with opened(chromium, lab, path) as page:
        command(page, "notebook:run-all-cells")
        page.wait_for_selector(".gan-explorer img", timeout=120_000)
        assert not page.locator(".jp-RenderedImage").is_visible(), "the widget stands in its place"
        command(page, "docmanager:save")
        page.wait_for_timeout(2000)
        page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        page.wait_for_timeout(2000)
    if not trusted:  # as it is on another machine
        notebook = nbformat.read(lab_folder / path, as_version=4)
        notebook.cells.append(nbformat.v4.new_markdown_cell("From elsewhere."))
        nbformat.write(notebook, lab_folder / path)
    with opened(chromium, lab, path) as page:
        page.wait_for_timeout(4000)
        page.screenshot(path=SHOTS / f"reopened-{'' if trusted else 'un'}trusted.png")
        picture = page.locator(".jp-RenderedImage img")
        assert picture.is_visible() and picture.evaluate("image => image.naturalWidth") > 800
        assert "rror" not in page.locator(".jp-OutputArea").first.inner_text()


def test_stop_is_one_line_and_the_same_cell_goes_on(chromium, lab, lab_folder):
    path = written(lab_folder, MAKE, FIT, "print('the cell below')")
    with opened(chromium, lab, path) as page:
        command(page, "notebook:run-all-cells")
        cell = page.locator(".jp-CodeCell").nth(1)
        said = cell.locator(".jp-OutputArea")
        wait_for(said, "d_loss", seconds=120)
        page.get_by_role("button", name="Interrupt the kernel").click()
        wait_for(said, "stopped at step", seconds=30)
        page.screenshot(path=SHOTS / "stopped.png")
        bar, told = filter(str.strip, said.inner_text().splitlines())
        step = int(re.fullmatch(r"stopped at step (\d+); run again to go on", told)[1])
        assert bar.strip().startswith(f"{step}/3140")
        assert "the cell below" not in page.locator(".jp-Notebook .jp-OutputArea").last.inner_text()
        cell.locator(".cm-content").click()
        command(page, "notebook:run-cell")
        wait_for(said, "d_loss", seconds=60)
        begun = int(re.search(r"(\d+)/3140", said.inner_text())[1])
        page.get_by_role("button", name="Interrupt the kernel").click()
        wait_for(said, "stopped at step", seconds=30)
        page.screenshot(path=SHOTS / "stopped-again.png")
        assert begun > step


def test_a_request_to_the_outside_would_be_seen(chromium, lab):
    with opened(chromium, lab, f"notebooks/{NAMES[0]}.ipynb") as page:
        page.evaluate("fetch('https://example.org/').catch(() => null)")
        page.wait_for_timeout(500)
        assert page.outside == ["https://example.org/"]


def test_nobody_is_asked_about_news_at_the_first_start(chromium, lab):
    with opened(chromium, lab, f"notebooks/{NAMES[0]}.ipynb") as page:
        page.wait_for_timeout(8000)  # JupyterLab asks some seconds after it has opened
        assert page.locator(".Toastify__toast").all_inner_texts() == []
