"""The pages of the site in a real browser, from disk and from a server, with no network."""

import base64
import contextlib
import functools
import http.server
import io
import threading
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from tests.browser.accessibility import SIZES as READERS
from tests.browser.accessibility import violations
from tests.tools.test_site import DOCUMENTS, NOTEBOOKS, PAGES, TAUGHT, small_site
from tools import site as tool
from tools.export import browser
from tools.export.pages import export_page

SIZES = [(1280, 720), (1920, 1080), (1024, 768), (360, 740)]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The whole site, in a folder as deep as a project's on a server."""
    folder = tmp_path_factory.mktemp("server") / "gan-notebooks"
    tool.write(tool.gather(), folder)
    return folder


LOOK = r"""() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push("overflow");
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode());) {
        if (node.parentElement.closest("pre, code, script, style, annotation")) continue;
        if (/\$|\\[a-z(\[]/i.test(node.data)) found.push(`raw TeX: ${node.data.trim()}`);
    }
    const shown = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0;
    };
    for (const formula of document.querySelectorAll("svg.math"))
        if (!shown(formula)) found.push("no formula");
    for (const image of document.images)
        if (!image.naturalWidth || !shown(image)) found.push("no image");
    return found;
}"""


def look(page):
    """What is wrong with the page that is open, as a browser shows it."""
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    return [*page.evaluate(LOOK), *page.complaints, *(f"asks for {address}" for address in page.outside)]


@contextlib.contextmanager
def opened(chromium, address, size, **options):
    with browser.page_without_network(
        chromium, viewport=dict(zip(("width", "height"), size, strict=True)), **options
    ) as page:
        page.goto(address)
        yield page


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_all_of_itself(site, chromium, name, size):
    with opened(chromium, (site / f"{name}.html").as_uri(), size) as page:
        assert look(page) == []
        assert page.locator("h1").count() == 1 and page.locator("main").count() == 1
        if name in (*TAUGHT, "glossary"):
            assert page.locator("svg.math").count() > 20


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", []),
        ('<div style="width: 1281px; height: 1px"></div>', ["overflow"]),
        (r"<p>It is \frac{1}{2}.</p>", [r"raw TeX: It is \frac{1}{2}."]),
        ("<p>It costs $x$.</p>", ["raw TeX: It costs $x$."]),
        ('<svg class="math" width="0" height="10"></svg>', ["no formula"]),
        ('<details><svg class="math" width="0" height="10"></svg></details>', ["no formula"]),
        ('<img src="data:image/png;base64,AAAA" alt="a">', ["no image"]),
        ("<script>throw 'a fault'</script>", ["a fault"]),
        ("<script>console.error('a fault')</script>", ["a fault"]),
        (
            '<link rel="preload" href="https://elsewhere.org/" as="fetch">',
            ["asks for https://elsewhere.org/"],
        ),
    ],
)
def test_a_fault_of_a_page_is_seen(chromium, tmp_path, text, told):
    folder = small_site(tmp_path / "site", text=f"<style>body {{ margin: 0 }}</style>{text}")
    with opened(chromium, (folder / "b.html").as_uri(), SIZES[0]) as page:
        page.wait_for_timeout(200)
        assert [line for line in look(page) if "ERR_FAILED" not in line] == told


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def served(site):
    """The address of the site on a server of this machine, where it lies in a folder of its own."""
    handler = functools.partial(QuietHandler, directory=site.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{site.name}/"
        server.shutdown()


@pytest.mark.parametrize("size", [SIZES[0], SIZES[3]], ids=["wide", "phone"])
@pytest.mark.parametrize("way", ["disk", "server"])
def test_every_link_of_the_index_arrives(site, served, chromium, way, size):
    base = served if way == "server" else f"{site.as_uri()}/"
    titles = {f"{name}.html": f"{h1_of(site / f'{name}.html')} – The GAN notebooks" for name in PAGES[1:]}
    titles["play.html"] = "Watch a GAN learn – The GAN notebooks"
    titles |= {f"slides/{n}.slides.html": f"{h1_of(site / f'{n}.html')} – slides" for n in TAUGHT}
    with opened(chromium, f"{base}index.html", size, allowed=(base, "data:")) as page:
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        inside = [link for link in links if not urlsplit(link).scheme]
        assert len(inside) == 1 + 2 * len(NOTEBOOKS) + len(TAUGHT) + len(DOCUMENTS)
        for link in inside:
            if link.endswith(".ipynb") and way == "server":
                with page.expect_download() as download:
                    page.click(f'a[href="{link}"]')
                assert Path(download.value.path()).read_bytes() == (site / link).read_bytes()
                continue
            page.click(f'a[href="{link}"]')
            page.wait_for_url(lambda url: url.partition("#")[0] == urljoin(base, link))  # noqa: B023
            if link.endswith(".ipynb"):  # which lies on the disk already: Chromium shows it as text
                assert page.inner_text("body").startswith('{\n "cells": [')
            else:
                assert page.title() == titles.pop(link)
            page.goto(f"{base}index.html")
        assert titles == {} and page.outside == [] and page.complaints == []


def h1_of(path):
    heading = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").h1
    heading.a.decompose()
    return heading.get_text().strip()


def test_the_index_can_be_walked_by_keyboard(site, chromium):
    with opened(chromium, (site / "index.html").as_uri(), SIZES[0]) as page:
        ways = "all => all.map(way => way.getAttribute('href'))"  # a button has none
        for link in page.eval_on_selector_all("a[href], button", ways):
            page.keyboard.press("Tab")
            at, outline = page.evaluate(
                "[document.activeElement.getAttribute('href'),"
                " parseFloat(getComputedStyle(document.activeElement).outlineWidth)]"
            )
            assert at == link and outline >= 2


@pytest.mark.parametrize(("size", "look"), [("screen", "light"), ("screen", "dark"), ("phone", "light")])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_shuts_nobody_out(site, chromium, name, size, look):
    with opened(chromium, (site / f"{name}.html").as_uri(), READERS[size], color_scheme=look) as page:
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        page.wait_for_timeout(100)  # until what opened is named
        assert violations(page) == []


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
        ('<p style="color: #aaa; background: #fff">faint</p>', "color-contrast"),
        ("<h4>a level too deep</h4>", "heading-order"),
        ("<table><tr><th></th><th>a</th></tr><tr><td>1</td><td>2</td></tr></table>", "empty-table-header"),
        (f'<pre style="width: 90px; overflow: auto">{"wide " * 40}</pre>', "scrollable-region-focusable"),
    ],
)
def test_what_shuts_readers_out_is_found(chromium, tmp_path, planted, rule):
    folder = small_site(tmp_path / "site", text=f"<main>{planted}</main>")
    with opened(chromium, (folder / "b.html").as_uri(), READERS["screen"]) as page:
        assert rule in "\n".join(violations(page))


@pytest.fixture
def lesson(tmp_path):
    """A page with a film, a folded answer, and a table and an output that are wide; its address."""
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (0, 90, 200)]
    frames[0].save(film := io.BytesIO(), "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    shown = new_output("display_data", {"image/gif": base64.b64encode(film.getvalue()).decode()})
    shown.metadata = {"image/gif": {"alt": "a film"}}
    table = (
        "| | "
        + " | ".join(f"heading{i}" for i in range(20))
        + " |\n"
        + "|---" * 21
        + "|\n"
        + "| row " * 21
        + "|"
    )
    cells = [
        new_markdown_cell(f"# A lesson\n\n[a link](https://example.org)\n\n{table}"),
        new_code_cell("", outputs=[shown, new_output("stream", text="wide " * 40)]),
        new_markdown_cell("<details><summary>Why?</summary>\n\nBecause.\n\n</details>"),
    ]
    written = export_page(new_notebook(cells=cells), {"name": "05", "title": "A lesson"}, tmp_path)
    (tmp_path / "05.html").write_text(written, encoding="utf-8")
    return (tmp_path / "05.html").as_uri()


SHOWN = "document.querySelector('.film img').currentSrc.slice(0, 14)"


def test_a_film_can_be_stopped_and_rests_where_no_motion_is_wanted(chromium, lesson):
    with opened(chromium, lesson, READERS["screen"], reduced_motion="no-preference") as page:
        seen = [page.evaluate(SHOWN)]
        for name in ("Stop the film", "Play the film"):
            page.get_by_role("button", name=name).press("Space")
            page.wait_for_timeout(50)
            seen.append(page.evaluate(SHOWN))
        assert seen == ["data:image/gif", "data:image/png", "data:image/gif"]
    with opened(chromium, lesson, READERS["screen"], reduced_motion="reduce") as page:
        assert page.evaluate(SHOWN) == "data:image/png"
        page.get_by_role("button", name="Play the film").click()
        page.wait_for_timeout(50)
        assert page.evaluate(SHOWN) == "data:image/gif"


def test_all_that_tab_comes_to_is_seen_and_what_scrolls_is_reached(chromium, lesson):
    at = """() => {
        const here = document.activeElement, {outlineStyle, outlineWidth} = getComputedStyle(here);
        return [here.ariaLabel ?? here.innerText, outlineStyle !== "none" && parseFloat(outlineWidth)];
    }"""
    reached = []
    with opened(chromium, lesson, READERS["phone"]) as page:
        while len(reached) < 20 and (not reached or reached[-1][0] != "Why?"):
            page.keyboard.press("Tab")
            reached.append(page.evaluate(at))
            if reached[-1][0].startswith("table"):
                page.keyboard.press("ArrowRight")
                page.wait_for_function("document.querySelector('.table').scrollLeft > 0")
    assert [name for name, _ in reached] == [
        "Skip to the text",
        "The GAN notebooks",
        "a link",
        "table, scrolls to the side",
        "■ Stop the film",
        "code or printed text, scrolls to the side",
        "Why?",
    ]
    assert min(width for _, width in reached) >= 2
    with opened(chromium, lesson, (1920, 1080)) as page:  # nothing is too wide here but the table
        page.evaluate(
            "document.querySelector('pre').textContent = 'short'; dispatchEvent(new Event('resize'))"
        )
        assert page.locator("pre[tabindex]").count() == 0


def test_the_link_at_the_top_skips_what_stands_above_the_text(chromium, lesson):
    with opened(chromium, lesson, READERS["screen"]) as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "a link"


def test_folded_answers_are_printed(chromium, lesson):
    with opened(chromium, lesson, READERS["screen"]) as page:
        page.evaluate(
            "addEventListener('beforeprint', () => (window.open_ = document.querySelector('details').open))"
        )
        page.pdf()
        assert page.evaluate("window.open_") is True
        assert page.evaluate("document.querySelector('details').open") is False


def test_a_page_is_dark_where_its_reader_is_and_pictures_stay_on_white(chromium, lesson):
    ground = "name => getComputedStyle(document.querySelector(name)).backgroundColor"
    looks = f"['body', '.film img'].map({ground})"
    grounds = {}
    for look in ("light", "dark"):
        with opened(chromium, lesson, READERS["screen"], color_scheme=look) as page:
            grounds[look], picture = page.evaluate(looks)
            page.emulate_media(media="print")
            assert page.evaluate(looks)[0] == "rgb(255, 255, 255)"
    assert picture == "rgb(255, 255, 255)"
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 24, 29)"}
