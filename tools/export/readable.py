"""What pages and decks owe to readers who hear them, who use no mouse, or whom moving pictures disturb.

nbconvert's HTML has the outline of its notebook, tables without names for their rows, films that never rest.
"""

import base64
import html
import io

from bs4 import BeautifulSoup
from PIL import Image

LONG = 4  # headings below the title, from which on a page has a list of them
MOVING = 'img[src^="data:image/gif"]'


def readable(written):
    """The HTML of a page or deck with one title, a list of its headings, named rows, films that can rest."""
    soup = BeautifulSoup(written, "html.parser")
    for heading in soup.find_all("h1")[1:]:
        heading.name, heading["class"] = "h2", "part"
    for link in soup.select("a.anchor-link"):  # "¶": keyboards and screen readers have the list
        link["tabindex"], link["aria-hidden"] = "-1", "true"
    for table in soup.find_all("table"):
        name_rows(table)
        table.wrap(soup.new_tag("div", attrs={"class": "table"}))
    for film in soup.select(MOVING):
        let_rest(film, soup)
    if (title := soup.select_one("main h1")) and len(soup.select("main :is(h2, h3)[id]")) >= LONG:
        title.insert_after(contents(soup))
    return str(soup)


def name_rows(table):
    """Makes no headings of empty cells, and the names of the rows of what stands below an empty corner."""
    empty = [
        cell for cell in table.select("thead th") if not cell.get_text(strip=True) and not cell.find("img")
    ]
    names = table.select("tbody tr > td:first-child") if table.select_one("thead th") in empty else []
    for cell in empty:
        cell.name = "td"
    for cell in names:
        cell.name, cell["scope"] = "th", "row"


def let_rest(film, soup):
    """Puts the last frame of a film beside it, to be shown in its place where motion is not wanted."""
    with Image.open(io.BytesIO(base64.b64decode(film["src"].partition(",")[2]))) as frames:
        frames.seek(getattr(frames, "n_frames", 1) - 1)
        still = io.BytesIO()
        frames.convert("L" if is_grey(frames) else "RGB").save(still, "PNG", optimize=True)
    address = "data:image/png;base64," + base64.b64encode(still.getvalue()).decode()
    film.wrap(soup.new_tag("picture", attrs={"class": "film"}))
    film.insert_before(
        soup.new_tag("source", attrs={"media": "(prefers-reduced-motion: reduce)", "srcset": address})
    )


def is_grey(picture):
    red, green, blue = picture.convert("RGB").split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def contents(soup):
    """The headings below the title as a folded list of links, the lower ones within the higher."""
    lines = []
    for heading in soup.select("main :is(h2, h3)[id]"):
        words = BeautifulSoup(heading.decode_contents(), "html.parser")
        for link in words("a"):
            link.decompose()
        line = f'<a href="#{html.escape(heading["id"])}">{words.decode_contents()}</a>'
        if heading.name == "h2" or not lines:
            lines.append((heading.get("class", []), line, []))
        else:
            lines[-1][2].append(f"<li>{line}</li>")
    written = ""
    for kind, line, below in lines:
        lower = f"<ul>{''.join(below)}</ul>" if below else ""
        written += f'<li class="{" ".join(kind)}">{line}{lower}</li>'
    folded = f"<details><summary>On this page</summary><ul>{written}</ul></details>"
    return BeautifulSoup(f'<nav class="toc" aria-label="on this page">{folded}</nav>', "html.parser")
