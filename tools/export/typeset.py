"""Markdown to HTML with its formulas drawn as SVG when the page is built: no MathJax, so no network.

Beside the drawing stands the formula as MathML, unseen: screen readers say it, and it can be copied.

Ziamath reads much TeX, not all, and draws some of the rest wrongly instead of complaining; what cannot be
drawn right is an error here, so that no page ever shows raw TeX or a hole.
"""

import html
import re
from functools import cache

import ziamath
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath, MathInlineParser
from ziamath.tex import tex2mml

from tools.export.spoken import words

ziamath.config.svg2 = False  # plain paths: glyphs shared by id break where two formulas meet on a page
ziamath.config.precision = 1
ENVIRONMENTS = {
    "align",
    "align*",
    "aligned",
    "bmatrix",
    "cases",
    "equation",
    "equation*",
    "matrix",
    "pmatrix",
}
FORMULA = re.compile(r'<span class="formula">.*?<annotation[^>]*>(.*?)</annotation>.*?</svg></span>')
NAME = re.compile(r' id="[^"]*"| href="#[^"]*"')
EM = 46  # drawing units to an em of the text around; 50 is the size drawn at, as STIX letters are small


class MathError(ValueError):
    """TeX that cannot be drawn, and why."""


@cache
def typeset(tex, display=False):
    """HTML of the formula `tex`: an SVG to see, sized in em, and MathML to hear, with the TeX."""
    tex = tex.strip()
    if tex.startswith(r"\displaystyle"):  # IPython's Math puts this before what it shows
        tex, display = tex.removeprefix(r"\displaystyle").strip(), True
    readable = mended(tex)
    try:
        mathml = tex2mml(readable, inline=not display).replace('rowspacing="3pt"', 'rowspacing="0.6em"')
        drawing = ziamath.Math(mathml, size=50)
        svg = drawing.svgxml()
    except Exception as error:  # it raises whatever its parsers raise, an XML error for a stray &
        raise MathError(f"{tex!r}: {type(error).__name__} {error}".rstrip()) from error
    if unknown := re.findall(r"\\\w*", mathml):
        raise MathError(f"{tex!r}: unknown command {unknown[0]}")
    if not svg.findall(".//path"):
        raise MathError(f"{tex!r}: nothing would be drawn")
    _, top, _, height = map(float, svg.get("viewBox").split())
    left, right = extent(svg)
    size = {"width": right - left, "height": height, "vertical-align": -(top + height)}
    style = ";".join(f"{name}:{value / EM:.3f}em" for name, value in size.items())
    body = drawing.svg().partition(">")[2].replace('"black"', '"currentColor"')
    drawn = (
        f'<svg class="{"math display" if display else "math"}" aria-hidden="true" '
        f'viewBox="{left:.1f} {top} {right - left:.1f} {height}" style="{style}">{body}'
    )
    return f'<span class="formula">{heard(mathml, tex)}{drawn}</span>'


def heard(mathml, tex):
    """MathML as screen readers take it: named in words, with the TeX that it comes from."""
    inside = mathml.partition(">")[2].removesuffix("</math>")
    for drawn, meant in {"&#x02223;": "|", "&#x0007E;</mi>": "∼</mi>", "&#x022A4;": "T"}.items():
        inside = inside.replace(drawn, meant)  # else said as "divides", "tilde" and "down tack"
    return (
        f'<math aria-label="{html.escape(words(mathml))}"><semantics>{inside}'
        f'<annotation encoding="application/x-tex">{html.escape(tex)}</annotation></semantics></math>'
    )


def mended(tex):
    """TeX that ziamath draws as TeX would; MathError where it would draw something else and say nothing."""
    braces = re.sub(r"\\.", "", tex)
    if braces.count("{") != braces.count("}"):
        raise MathError(f"{tex!r}: braces do not match")
    if unknown := set(re.findall(r"\\begin\{(.*?)\}", tex)) - ENVIRONMENTS:
        raise MathError(f"{tex!r}: unknown environment {min(unknown)}")
    if r"\operatorname*" in tex:
        raise MathError(f"{tex!r}: \\operatorname* comes out wrong; write \\arg\\min or \\underset")
    tex = re.sub(r"((?:[\[(=,;&]|\\(?:to|approx|quad))\s*)-", r"\1{-}", tex)  # a sign, not a difference
    tex = re.sub(r"\\\\\s*\[.*?\]", r"\\\\ ", tex)  # the height of a row, which would be drawn
    tex = re.sub(r"\{align\*?\}", "{aligned}", tex)  # no numbers at the formulas, as in Jupyter
    return tex.replace(r"\nabla", r"{\nabla}")  # else its index stands apart


def extent(svg):
    """Where ink begins and ends from left to right: ziamath leaves room around operators, log among them."""
    xs = [float(x) for path in svg.iter("path") for x in re.findall(r"-?[\d.]+", path.get("d"))[::2]]
    for bar in svg.iter("rect"):
        xs += [float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))]
    return min(xs) - 2, max(xs) + 2


class Renderer(IPythonRenderer):
    """nbconvert's Markdown renderer, with formulas as SVG."""

    def inline_math(self, body):
        return typeset(body)

    def block_math(self, body):
        return typeset(body, display=True)

    def latex_environment(self, name, body):
        return typeset(rf"\begin{{{name}}}{body}\end{{{name}}}", display=True)

    def heading(self, text, level, **attrs):
        """As nbconvert writes it, but a formula counts in the heading's name by its TeX, as in Jupyter."""
        written, named = (
            super(Renderer, self).heading(inside, level, **attrs)
            for inside in (text, FORMULA.sub(lambda formula: f"${formula[1]}$", text))
        )
        for wrong, right in zip(NAME.findall(written), NAME.findall(named), strict=True):
            written = written.replace(wrong, right)
        return written

    def text(self, text):
        return super().text(no_tex(text))

    def block_html(self, html):
        return self.as_it_is(html, super().block_html)

    def inline_html(self, html):
        return self.as_it_is(html, super().inline_html)

    def as_it_is(self, html, embed):
        """HTML unchanged but for its pictures: with them nbconvert closes every tag, <details> too early."""
        return embed(no_tex(html)) if "<img" in html else no_tex(html)


class InlineParser(MathInlineParser):
    r"""Keeps an escaped `\$`, a price, apart from a dollar sign that no formula took up."""

    def parse_escape(self, m, state):
        if "$" not in m[0]:
            return super().parse_escape(m, state)
        state.append_token({"type": "inline_html", "raw": m[0].replace("\\$", "&#36;").replace("\\", "")})
        return m.end()


def no_tex(text):
    """`text`, once sure that it holds no TeX: Jupyter would typeset it, and a page would show it raw."""
    if found := re.search(r"\$.{0,40}|\\(begin|\(|\[).{0,40}", text):
        raise MathError(f"{found[0]!r}: a $ without its partner, or TeX in HTML tags; a dollar sign is \\$")
    if found := re.search(r"^\|[ :|-]*--.*", text, flags=re.MULTILINE):
        raise MathError(f"{found[0]!r}: a table that falls apart; does a formula in it hold a |, not \\mid?")
    return text


def markdown2html(source, **options):
    """HTML of Markdown `source`; `options` are those of nbconvert's IPythonRenderer. Raises MathError."""
    renderer = Renderer(escape=False, **options)
    return MarkdownWithMath(renderer=renderer, inline=InlineParser(hard_wrap=False)).render(source)
