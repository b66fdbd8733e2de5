"""A real browser for what only a browser can tell or make: Chromium or Chrome, driven by Playwright."""

import shutil
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class NoBrowser(Exception):
    """There is none, and how to get one."""


@contextmanager
def launched():
    """Yield a headless browser of Playwright's: the system's, else the one that Playwright brings."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise NoBrowser('Playwright is missing: pip install -e ".[browser]"') from error
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)), playwright.chromium.executable_path)
        if not Path(path).exists():
            raise NoBrowser(
                "no Chromium or Chrome found: install one, or say python -m playwright install chromium"
            )
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_without_network(browser, allowed=("file:", "data:", "blob:"), **options):
    """Yield a page whose requests to anywhere else are refused and listed in `page.outside`.

    What the page's scripts complain of is listed in `page.complaints`.
    """
    context = browser.new_context(**options)
    page = context.new_page()
    page.outside, page.complaints = [], []

    def guard(route):
        if route.request.url.startswith(tuple(allowed)):
            route.continue_()
        else:
            page.outside.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
