"""Pictures that grow on a slide, SVG with layers, `<g class="fragment" aria-label="...">`, one a click.

As an image an SVG is shown whole. Here it becomes part of the deck, where reveal.js treats its layers as it
treats all that comes at a click; on paper they are all there. So it must bring no names and no styles.
"""

import base64
import html
import re

IMAGE = re.compile(r'<img src="data:image/svg\+xml;base64,([^"]*)"[^>]*?alt="([^"]*)"[^>]*>')
LAYER = 'class="fragment"'
FOREIGN = re.compile(r"<style\b|<script\b|<foreignObject\b|\b(?:xlink:)?href=|\bid=|\bon\w+=")


def growing(written):
    """HTML with SVG of layers in place of its image, whose text says what is there at first."""
    return IMAGE.sub(lambda image: inline(image) or image[0], written)


def inline(image):
    """The SVG of an `img`, with the image's text; "" if it has no layers. Raises ValueError."""
    drawn = base64.b64decode(image[1]).decode()
    if LAYER not in drawn:
        return ""
    if found := FOREIGN.search(drawn):
        raise ValueError(f"a picture that grows, {html.unescape(image[2])!r}: it may not have {found[0]}")
    drawn = re.sub(r"<\?xml.*?\?>|<!--.*?-->", "", drawn, flags=re.DOTALL).strip()
    return drawn.replace("<svg", f'<svg class="growing" role="group" aria-label="{image[2]}"', 1)
