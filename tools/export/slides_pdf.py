"""Prints the decks of build/slides/ as PDF: the slides, the questions alone, and a handout.

    python -m tools.export.slides_pdf [DECK ...]

slides.pdf             a page a slide, with all that appears on it
slides.questions.pdf   the same without what appears at a click: to be answered on paper
slides.handout.pdf     for who teaches: each slide, and below it what is to be said

All are tagged for screen readers, and have an outline. Needs a browser: see `browser.py`.
"""

import sys
from pathlib import Path

from tools import build_folder
from tools.build_folder import BUILD, ROOT
from tools.export.browser import NoBrowser, launched, page_without_network

QUESTIONS = """
html.reveal-print .reveal .slides .fragment { visibility: hidden !important; transition: none !important; }
"""
# The page is of the proportions of A4, the slide at its top.
HANDOUT = """
@page { size: 1280px 1810px; margin: 0; }
html.reveal-print .reveal .slides .pdf-page { height: 1808px !important; }
html.reveal-print .reveal .slides .pdf-page section {
  height: 720px !important; border-bottom: 2px solid #5a6270;
}
html.reveal-print .reveal .speaker-notes-pdf {
  top: 760px !important; bottom: auto !important; left: 80px !important; width: 1120px !important;
  max-height: none;
}
"""
KINDS = {  # the address's end, and the style that makes it what it is
    "pdf": ("?print-pdf", ""),
    "questions.pdf": ("?print-pdf", QUESTIONS),
    "handout.pdf": ("?print-pdf&showNotes=true", HANDOUT),
}


def open_to_print(page, deck, kind):
    """Have `page` show a deck as the PDF of this kind will."""
    query, style = KINDS[kind]
    page.goto(deck.as_uri() + query)
    page.wait_for_selector(".reveal.ready .pdf-page", state="attached")
    if style:
        page.add_style_tag(content=style)


def print_deck(browser, deck):
    """Write the PDFs of one deck beside it; yield their paths."""
    for kind in KINDS:
        target = deck.with_name(deck.name.replace("html", kind))
        with page_without_network(browser, viewport={"width": 1280, "height": 720}) as page:
            open_to_print(page, deck, kind)
            printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            build_folder.write(target, printed)
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
