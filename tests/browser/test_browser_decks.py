"""The decks in a real browser, opened from disk with no network: every slide, every build, three sizes."""

import base64
import io
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image

import gan_course as course
from tests.browser.accessibility import violations
from tools.export import browser, slides_pdf
from tools.export.decks import deck_of, export_deck
from tools.export.readable import readable
from tools.notes import Note
from tools.series import find_taught

NOTEBOOKS = find_taught()
SIZES = [(1280, 720), (1920, 1080), (1024, 768)]
LEGIBLE = 24  # pixels at 1280x720: what can be read from the back of a room
SMALL_PRINT = 18  # the same of the letters in figures
FIGURE_TEXT = course.STYLE["font.size"] / 72 * 100  # pixels: our figures' smallest print, at 100 dots an inch
NO_LETTERS = ["Ten rows of ten handwritten digits", "A grid of a hundred generated"]  # how their alt begins

pytestmark = pytest.mark.browser

# What stands on the slide as it is now: how far its worst box reaches beyond the stage, or beyond a box that
# cuts it off; its smallest text; TeX that nobody typeset; formulas of no size; pictures that did not load.
# A formula has the size of its letters, not of their indices; a GIF shows pixels, no text.
LOOK = r"""([figureText, noLetters]) => {
    const slide = Reveal.getCurrentSlide(), stage = document.querySelector(".slides").getBoundingClientRect();
    const screen = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
    const found = {beyond: -9999, worst: "", text: [9999, ""], figure: [9999, ""], wrong: []};
    const seen = node => node.checkVisibility({visibilityProperty: true}) && !node.closest("aside, math");
    const measure = (element, rects, what) => {
        const boxes = [stage, screen];
        for (let box = element; box !== slide; box = box.parentElement) {
            if (getComputedStyle(box).overflow !== "visible" && !box.closest("svg"))
                boxes.push(box.getBoundingClientRect());
        }
        for (const rect of rects) for (const box of boxes) {
            const aside = Math.max(box.left - rect.left, rect.right - box.right);
            const over = Math.max(aside, box.top - rect.top, rect.bottom - box.bottom);
            if (rect.width && over > found.beyond) Object.assign(found, {beyond: over, worst: what});
        }
    };
    const tex = formula => formula.parentElement.querySelector("annotation")?.textContent ?? "";
    const size = (pixels, what, kind = "text") => {
        if (pixels < found[kind][0]) found[kind] = [pixels, what];
    };
    const scale = slide.getBoundingClientRect().width / slide.offsetWidth;
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode, element = text.parentElement, words = text.data.trim().slice(0, 50);
        if (!words || !seen(element)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        measure(element, range.getClientRects(), words);
        size(parseFloat(getComputedStyle(element).fontSize) * element.currentCSSZoom * scale, words);
        const raw = !element.closest("code, pre") && /\$|\\[a-zA-Z(\[]/.test(text.data);
        if (raw) found.wrong.push("raw TeX: " + words);
    }
    for (const element of slide.querySelectorAll("svg, img, table, pre, hr, video, canvas")) {
        if (!seen(element)) continue;
        const rect = element.getBoundingClientRect();
        const what = element.getAttribute("alt")?.slice(0, 50) ?? element.tagName;
        measure(element.parentElement, [rect], what);
        if (element.matches("svg.math")) {
            for (const path of element.querySelectorAll("path, rect"))
                measure(element.parentElement, [path.getBoundingClientRect()], tex(element));
            if (!rect.width || !rect.height) found.wrong.push("formula not drawn: " + tex(element));
            size(rect.width / element.viewBox.baseVal.width * 46, tex(element));
        }
        if (element.matches("img")) {
            if (!element.naturalWidth) found.wrong.push("picture not loaded: " + what);
            const enlarged = Math.min(rect.width / element.naturalWidth, rect.height / element.naturalHeight);
            const bare = noLetters.some(start => what.startsWith(start));
            const film = element.src.startsWith("data:image/gif");
            if (!bare && !film) size(enlarged * figureText, what, "figure");
        }
    }
    return {...found, slide: Reveal.getSlidePastCount() + 1, title: slide.querySelector("h1, h2")?.innerText};
}"""


@pytest.fixture
def small(tmp_path):
    """Writes a deck of two slides with notes, `planted` on the second; returns its path."""

    def write(planted=""):
        cells = [
            new_markdown_cell("# A deck", id="first"),
            new_markdown_cell("## So $x^2$\n\nPLANTED", id="second"),
        ]
        for cell in cells:
            cell.metadata.slideshow = {"slide_type": "slide"}
        notes = {"first": Note(1, "", "Say hello."), "second": Note(1, "", "Now ask.")}
        written = export_deck(new_notebook(cells=cells), "05_small", Path(), notes)
        path = tmp_path / "05_small.slides.html"
        path.write_text(written.replace("PLANTED", planted), encoding="utf-8")
        return path

    return write


def slides_of(deck):
    """The sections of a deck's HTML that are slides, not stacks of them."""
    return BeautifulSoup(deck.read_text(encoding="utf-8"), "html.parser").select("section:not(:has(section))")


def show(page, deck):
    page.goto(deck.as_uri())
    page.wait_for_selector(".reveal.ready")
    page.add_style_tag(content="* { transition: none !important; }")  # builds appear at once


def looks(page):
    """Step through the deck by its own key, and look at each slide and each build of it."""
    while True:
        yield page.evaluate(LOOK, [FIGURE_TEXT, NO_LETTERS])
        if page.evaluate("Reveal.isLastSlide() && !Reveal.availableFragments().next"):
            return
        page.keyboard.press("Space")


def faults(page, deck):
    """What is wrong with a deck at the page's size, one line each, and the looks."""
    show(page, deck)
    seen = list(looks(page))
    told = [f"asked for {address}" for address in page.outside]
    told += [f"complained: {text}" for text in page.complaints]
    for look in seen:
        told += [f"slide {look['slide']}: {text}" for text in look["wrong"]]
        if look["beyond"] > 0.5:
            told.append(f"slide {look['slide']}: {look['worst']!r} reaches {look['beyond']:.1f} px too far")
        for (pixels, what), least in ((look["text"], LEGIBLE), (look["figure"], SMALL_PRINT)):
            if page.viewport_size["width"] == 1280 and pixels < least - 0.05:
                told.append(f"slide {look['slide']}: {what!r} has {pixels:.1f} px")
    return list(dict.fromkeys(told)), seen


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """The decks, as `make slides` writes them."""
    folder = tmp_path_factory.mktemp("slides")
    for path in NOTEBOOKS:
        (folder / f"{path.stem}.slides.html").write_text(deck_of(path), encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_every_slide_fits_and_can_be_read(chromium, decks, name):
    told, deck = {}, decks / f"{name}.slides.html"
    for width, height in SIZES:
        with browser.page_without_network(chromium, viewport={"width": width, "height": height}) as page:
            told[width], seen = faults(page, deck)
        assert {look["slide"] for look in seen} == set(range(1, len(slides_of(deck)) + 1))
        print(
            f"\n{name}  {width}x{height}  slides {seen[-1]['slide']}  "
            f"builds {len(seen) - seen[-1]['slide']}  "
            f"worst overflow {max(look['beyond'] for look in seen):.1f} px  "
            f"smallest text {min(look['text'][0] for look in seen):.1f} px, "
            f"in figures {min(look['figure'][0] for look in seen):.1f} px",
            end="",
        )
    assert not any(told.values()), "\n".join(f"{width}: {line}" for width in told for line in told[width])


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ('<p style="position: absolute; right: -1px">edge</p>', "'edge' reaches 1.0 px too far"),
        ('<p style="position: absolute; top: 701px">foot</p>', "'foot' reaches .* px too far"),
        ('<p class="fragment" style="position: absolute; right: -1px">build</p>', "'build' reaches 1.0 px"),
        ('<div style="height: 50px; overflow: auto">one<br>two</div>', "'two' reaches .* px too far"),
        ("<p>the loss $L_D$</p>", r"raw TeX: the loss \$L_D\$"),
        ('<annotation>y</annotation><svg class="math" viewBox="0 0 9 9" width="0"></svg>', "not drawn: y"),
        ('<img alt="a face" src="https://example.org/face.png">', "asked for https://example.org/face.png"),
        ('<img alt="a face" src="data:image/png;base64,AAAA">', "picture not loaded: a face"),
        (f'<img alt="a curve" src="data:image/png;base64,{PNG}" width="0.5">', "'a curve' has 9.0 px"),
        ('<p style="font-size: 15px">small print</p>', "'small print' has 15.0 px"),
        ('<p style="font-size: 23px">almost</p>', "'almost' has 23.0 px"),
        ('<p style="zoom: 0.5">half</p>', r"'half' has \d\d.0 px"),
        ('<script>throw new Error("broken")</script>', "complained: broken"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(chromium, small, planted, said):
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        assert faults(page, small())[0] == []
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        told = "\n".join(faults(page, small(planted))[0])
    assert re.search(said, told), told


EMPTY = ".backgrounds { display: none }"  # else axe-core cannot tell on what ground a text stands
SLIDES = "Reveal.getSlides().map(slide => Object.values(Reveal.getIndices(slide)).slice(0, 2))"
REVEALED = "document.querySelectorAll('.present .fragment').forEach(build => build.classList.add('visible'))"


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_no_slide_shuts_anybody_out(chromium, decks, name):
    deck, told = decks / f"{name}.slides.html", []
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, deck)
        page.add_style_tag(content=EMPTY)
        told += violations(page)
        for h, v in page.evaluate(SLIDES):
            page.evaluate(f"Reveal.slide({h}, {v})")
            page.evaluate(REVEALED)
            told += [f"{h}/{v}: {line}" for line in violations(page, ".slides")]
    with browser.page_without_network(chromium, viewport={"width": 375, "height": 740}) as page:
        show(page, deck)  # on a phone, all slides stand one below the other
        assert page.locator(".scroll-page").count() > 20
        told += [f"phone: {line}" for line in violations(page)]
    assert told == []


def test_a_slide_that_shuts_readers_out_is_found(chromium, small):
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, small('<p style="color: #bbb">faint</p>'))
        page.add_style_tag(content=EMPTY)
        page.keyboard.press("Space")
        assert "color-contrast" in "\n".join(violations(page, ".slides"))


def test_what_is_announced_holds_formulas_and_no_answer_ahead(chromium, small):
    planted = (
        f"""<img alt="a curve" src="data:image/png;base64,{PNG}"><p>ask</p><p class="fragment">answer</p>"""
    )
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, small(planted))
        page.keyboard.press("Space")
        status = page.locator(".aria-status")
        for said in ("So x squared a curve ask", "answer"):
            page.wait_for_function(
                "said => document.querySelector('.aria-status').textContent === said", arg=said
            )
            page.keyboard.press("Space")
        page.keyboard.press("ArrowLeft")
        assert "answer" in status.text_content()
        assert page.complaints == []


def test_the_arrows_and_the_film_of_a_deck_can_be_used_without_a_mouse(chromium, small):
    frames = [Image.new("L", (40, 40), shade) for shade in (0, 90)]
    frames[0].save(film := io.BytesIO(), "GIF", save_all=True, append_images=frames[1:], duration=100)
    coded = base64.b64encode(film.getvalue()).decode()
    planted = readable(f'<img alt="a film" src="data:image/gif;base64,{coded}">')
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, small(planted))
        page.keyboard.press("Space")
        button = page.get_by_role("button", name="Stop the film")
        button.press("Space")
        page.get_by_role("button", name="Play the film").wait_for()
        assert page.evaluate("Reveal.getIndices().h") == 1
        page.keyboard.press("Tab")  # to the number of the slide, a link
        page.keyboard.press("Tab")
        look = "(here => [here.ariaLabel, getComputedStyle(here).outlineStyle])(document.activeElement)"
        assert page.evaluate(look) == ["previous slide", "solid"]


def test_the_speaker_view_works_from_disk(chromium, small):
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, small())
        with page.context.expect_page() as opening:
            page.keyboard.press("s")
        speaker = opening.value
        speaker.on("pageerror", lambda error: page.complaints.append(str(error)))
        notes = speaker.locator(".speaker-controls-notes .value")
        notes.get_by_text("Say hello.").wait_for()
        page.keyboard.press("Space")
        notes.get_by_text("Now ask.").wait_for()
        speaker.frame_locator("#current-slide iframe").locator("section.present.present h2").wait_for()
        assert notes.get_by_text("Say hello.").count() == 0
        assert notes.get_by_text("0:01 · 1 min").count() == 1
        speaker.locator(".pacing").wait_for()
        assert page.outside == page.complaints == []


def pages(pdf):
    """How many pages a PDF of Chromium's has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


@pytest.mark.parametrize("size", [(1280, 720), (375, 667)])
@pytest.mark.parametrize("place", ["13", "league"])
def test_an_address_opens_its_slide(chromium, decks, size, place):
    deck = decks / f"{NOTEBOOKS[0].stem}.slides.html"
    names = [slide["id"] for slide in slides_of(deck)]
    phone = {"is_mobile": True, "has_touch": True} if size[0] < 435 else {}
    with browser.page_without_network(
        chromium, viewport={"width": size[0], "height": size[1]}, **phone
    ) as page:
        page.goto(f"{deck.as_uri()}#/{place}")
        page.wait_for_selector(".reveal.ready")
        page.wait_for_timeout(500)
        name = names[int(place) - 1] if place.isdigit() else place
        assert page.evaluate("Reveal.getCurrentSlide().id") == name
        assert page.evaluate("Reveal.isScrollView()") == bool(phone)
        middle = page.evaluate(
            "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('[id]').id"
        )
        assert middle.removeprefix("cell-id=").partition("-slide")[0] == name


def test_g_leads_to_the_slide_of_a_name(chromium, decks):
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        show(page, decks / f"{NOTEBOOKS[0].stem}.slides.html")
        page.keyboard.press("g")
        page.keyboard.type("league")
        page.keyboard.press("Enter")
        page.wait_for_function("Reveal.getCurrentSlide().id === 'league'")


@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_one_page_a_slide_with_its_notes_or_its_questions_alone(chromium, decks, name):
    deck = decks / f"{name}.slides.html"
    slides = slides_of(deck)
    made = list(slides_pdf.print_deck(chromium, deck))
    assert [path.name for path in made] == [f"{name}.slides.{kind}" for kind in slides_pdf.KINDS]
    for path in made:
        assert pages(path) == len(slides)
        assert re.search(rb"/Marked true", path.read_bytes()) and b"/Outlines" in path.read_bytes()

    noted = sum(bool(slide.select("aside.notes")) for slide in slides)
    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        slides_pdf.open_to_print(page, deck, "handout.pdf")
        said = page.locator(".pdf-page .speaker-notes-pdf")
        places = said.evaluate_all(
            """all => all.map(one => {
                const page = one.closest(".pdf-page"), words = one.innerText.split(/\\s+/).length;
                const [box, sheet, slide] = [one, page, page.querySelector("section")]
                    .map(part => part.getBoundingClientRect());
                return [box.top - slide.bottom, sheet.bottom - box.bottom, words];
            })"""
        )
        edges = (
            "all => all.map(one => one.getBoundingClientRect().left - one.closest('.pdf-page').offsetLeft)"
        )
        margins = page.locator(".pdf-page section > .content").evaluate_all(edges)
    assert len(places) == noted and all(above >= 0 and below >= 0 for above, below, _ in places)
    assert sum(words > 20 for _, _, words in places) >= 0.8 * noted
    assert len(margins) == len(slides) and min(margins) >= 36

    with browser.page_without_network(chromium, viewport={"width": 1280, "height": 720}) as page:
        shown = {}
        for kind in ("pdf", "questions.pdf"):
            slides_pdf.open_to_print(page, deck, kind)
            seen = "all => all.filter(one => one.checkVisibility({visibilityProperty: true})).length"
            shown[kind] = page.locator(".pdf-page .fragment").evaluate_all(seen)
    assert shown["pdf"] > 0 == shown["questions.pdf"]
