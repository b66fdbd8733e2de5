"""Prints the decks of build/slides/ as PDF, one page a slide, and as a handout with what is to be said.

    python -m tools.export.slides_pdf [DECK ...]

Needs a browser: see `browser.py`.
"""

import sys
from pathlib import Path

from tools import build_folder
from tools.build_folder import BUILD, ROOT
from tools.export.browser import NoBrowser, launched, page_without_network

KINDS = {"pdf": "?print-pdf", "handout.pdf": "?print-pdf&showNotes=separate-page"}


def print_deck(browser, deck):
    """Write the PDFs of one deck beside it; yield their paths."""
    for ending, query in KINDS.items():
        target = deck.with_name(deck.name.replace("html", ending))
        with page_without_network(browser, viewport={"width": 1280, "height": 720}) as page:
            page.goto(deck.as_uri() + query)
            page.wait_for_selector(".reveal.ready .pdf-page", state="attached")
            build_folder.write(target, page.pdf(prefer_css_page_size=True, print_background=True))
        yield target


def main(paths):
    decks = [Path(path).resolve() for path in paths] or sorted((BUILD / "slides").glob("*.slides.html"))
    if not decks:
        sys.exit("there are no decks in build/slides: make slides")
    try:
        with launched() as browser:
            for deck in decks:
                for made in print_deck(browser, deck):
                    print(f"{made.relative_to(ROOT)}  {made.stat().st_size / 1e6:.1f} MB", flush=True)
    except NoBrowser as reason:
        sys.exit(str(reason))


if __name__ == "__main__":
    main(sys.argv[1:])
