"""`play.html` in a real browser, opened from disk with no network: trained, walked, broken, mended."""

import contextlib

import pytest

from tools import play
from tools.export import browser

SIZES = {"wide": (1280, 800), "phone": (375, 740)}
READY = "!document.getElementById('train').disabled"
STEP = "Number(document.getElementById('now-step').textContent.replace(',', ''))"
IN_SIGHT = """ids => ids.every(id => {
    const {top, bottom} = document.getElementById(id).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
})"""
INK = """id => {
    const canvas = document.getElementById(id), {width, height} = canvas;
    return Array.from(canvas.getContext('2d').getImageData(0, 0, width, height).data).join()
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """The page, alone in a folder, as on a stick."""
    path = tmp_path_factory.mktemp("stick") / "play.html"
    path.write_bytes(play.page())
    return path


@contextlib.contextmanager
def opened(chromium, page_file, size="wide", **options):
    viewport = dict(zip(("width", "height"), SIZES[size], strict=True))
    with browser.page_without_network(chromium, viewport=viewport, **options) as page:
        page.set_default_timeout(300_000)
        page.goto(page_file.as_uri())
        page.wait_for_function(READY)
        yield page
        assert page.outside == [] and page.complaints == []


@pytest.mark.parametrize("size", SIZES)
def test_it_trains_pauses_and_walks(chromium, page_file, size):
    with opened(chromium, page_file, size) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
        noise, middle = page.evaluate(INK, "pictures"), page.evaluate(INK, "middle")
        page.click("#train")
        page.wait_for_function(f"{STEP} >= 30")
        page.wait_for_function(IN_SIGHT, arg=["train", "pictures"])  # what one presses, and what it shows
        page.click("#train")
        page.get_by_text("Paused after").wait_for()
        paused = page.evaluate(STEP)
        page.wait_for_timeout(500)
        assert page.evaluate(STEP) == paused >= 30
        assert page.evaluate(INK, "pictures") != noise and page.evaluate(INK, "middle") != middle
        for slider in ("way", "first", "second"):
            before = page.evaluate(INK, "middle")
            page.focus(f"#{slider}")
            page.keyboard.press("End")
            page.wait_for_function(f"before => ({INK})('middle') !== before", arg=before)
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]


def test_an_update_of_one_player_moves_that_one_alone(chromium, page_file):
    with opened(chromium, page_file) as page:
        before = page.evaluate(INK, "pictures")
        page.click("#update-g")
        page.get_by_text("One update of G, on 64 new latents").wait_for()
        after_g = page.evaluate(INK, "pictures")
        assert after_g != before
        assert (page.inner_text("#now-d"), page.inner_text("#now-step")) == ("–", "0")
        page.click("#update-d")
        page.get_by_text("One update of D, on 64 real digits and 64 fakes").wait_for()
        assert page.inner_text("#now-d") != "–"


def test_the_same_seed_is_the_same_game(chromium, page_file):
    with opened(chromium, page_file) as page:
        first = page.evaluate(INK, "pictures")
        for seed, same in (("2", False), ("1", True)):
            page.fill("#seed", seed)
            page.click("#anew")
            page.get_by_text(f"A new game with seed {seed}:").wait_for()
            assert (page.evaluate(INK, "pictures") == first) == same


def test_a_guess_is_asked_before_and_answered_after(chromium, page_file):
    with opened(chromium, page_file) as page:
        assert page.locator("#blend-figure").is_hidden() and page.locator("#verdict").is_hidden()
        page.get_by_label("a drawing of its own").check()
        page.get_by_text("Your guess is kept. Train first").wait_for()
        assert "As you said" not in page.inner_text("#walk")
        page.get_by_label("the trap").check()
        page.get_by_label("D moved").check()
        assert "exactly 0" not in page.inner_text("#break")
        page.click("#provoke")
        page.get_by_text("exactly 0").wait_for()
        assert "Seen: D moved. As you said." in page.inner_text("#case-guess")
        assert "does not show it" not in page.inner_text("#verdict")
        page.wait_for_function(IN_SIGHT, arg=["provoke", "results"])
        page.click("#mend")
        page.get_by_text("it is the healthy run").wait_for()
        moved = page.locator("#results article dl div:last-child dd").all_inner_texts()
        assert len(moved) == 2 and float(moved[0]) > 1 and moved[1] == "0"


def test_the_keyboard_reaches_everything(chromium, page_file):
    with opened(chromium, page_file) as page:
        seen = set()
        for _ in range(45):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.id || document.activeElement.name || ''"))
        buttons = {"train", "update-d", "update-g", "anew", "from-other", "to-other", "directions", "provoke"}
        assert buttons | {"seed", "way", "first", "second", "fault"} <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system(chromium, page_file, scheme):
    with opened(chromium, page_file, color_scheme=scheme) as page:
        back = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, back[4:-1].split(", "))) > 600) == (scheme == "light")


def test_a_browser_that_cannot_run_it_says_so(chromium, page_file):
    with browser.page_without_network(chromium) as page:
        page.add_init_script("delete window.Worker")
        page.goto(page_file.as_uri())
        page.get_by_role("alert").wait_for()
        assert "of 2023 or later" in page.inner_text("#alarm")


def test_it_trains_without_webassembly(chromium, page_file, tmp_path):
    slow = tmp_path / "play.html"
    text = page_file.read_text(encoding="utf-8")
    assert text.count("new WebAssembly.Module(") == 2, "in the worker, and in the page's own script"
    slow.write_text(text.replace("new WebAssembly.Module(", "new NoAssembly("), encoding="utf-8")
    with opened(chromium, slow) as page:
        assert "multiplied by JavaScript" in page.inner_text("#engine")
        page.click("#train")
        page.wait_for_function(f"{STEP} >= 2")
