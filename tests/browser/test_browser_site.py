"""The pages of the site in a real browser, from disk and from a server, with no network."""

import contextlib
import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.tools.test_site import DOCUMENTS, NOTEBOOKS, PAGES, TAUGHT, small_site
from tools import site as tool
from tools.export import browser

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
        if (node.parentElement.closest("pre, code, script, style")) continue;
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
        assert page.locator("h1").count() and page.locator("main").count() == 1
        if name in (*NOTEBOOKS, "glossary"):
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
    titles |= {f"slides/{n}.slides.html": f"{h1_of(site / f'{n}.html')} – slides" for n in TAUGHT}
    with opened(chromium, f"{base}index.html", size, allowed=(base, "data:")) as page:
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        inside = [link for link in links if not urlsplit(link).scheme]
        assert len(inside) == 2 * len(NOTEBOOKS) + len(TAUGHT) + len(DOCUMENTS)
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
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        for link in links:
            page.keyboard.press("Tab")
            at, outline = page.evaluate(
                "[document.activeElement.getAttribute('href'),"
                " parseFloat(getComputedStyle(document.activeElement).outlineWidth)]"
            )
            assert at == link and outline >= 2
