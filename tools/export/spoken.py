"""Formulas in words: `words` makes them from MathML, for places that hold nothing but plain text.

What reads a page aloud takes the MathML itself, in its user's own way and language. The words are the name of
the formula there, and what a deck announces.
"""

import re
import unicodedata
import xml.etree.ElementTree as ET

SIGNS = {  # what is not said as Unicode calls it
    "×": "times", "·": "times", "⋅": "times", "/": "over", "±": "plus or minus", "*": "star",
    "~": "distributed as", "<": "is less than", ">": "is greater than", "→": "to", "←": "becomes",
    "∣": "given", "‖": "from", "∈": "in",
    "∂": "partial", "∇": "gradient", "∑": "sum", "∏": "product", "∫": "integral of", "⊤": "transposed",
    "…": "and so on", "𝔼": "expectation", "ℝ": "real numbers", "𝒩": "normal distribution", "⏟": "",
    "log": "log of", "ln": "natural log of", "exp": "exponential of", "sin": "sine of", "cos": "cosine of",
    "min": "minimum", "max": "maximum",
}  # fmt: skip
ACCENTS = {"~": "tilde", "¯": "bar", "^": "hat", "ˆ": "hat"}
LARGE = {"∑", "∏", "min", "max", "lim"}  # what stands below these is what they run over
POWERS = {"2": "squared", "star": "star", "transposed": "transposed", "prime": "prime"}
BRACKETS = {"(": "open parenthesis", ")": "close parenthesis", "[": "open bracket", "]": "close bracket"}
BRACKETS |= {"{": "open brace", "}": "close brace"}
KEPT = {*BRACKETS, *"|,.:;'"}  # what they enclose is seen when all is there
JOINS = r"\b(?:equals|plus|minus|times|over|becomes|to|is)\b"
SIMPLE = rf"((?:(?!{JOINS})[^()\[\]|])+?|minus \w+)"  # needs no brackets to be understood


def words(mathml):
    r"""The words of a formula: those of `D(x) = \frac12` are "D of x equals one half"."""
    text = squeezed(said(ET.fromstring(mathml)))
    text = re.sub(r"\| ([^|]*) \|", r"absolute value of \1 , end of absolute value ,", text)
    inner, before = rf"[(\[] {SIMPLE} [)\]]", None
    while text != before:
        before = text
        text = re.sub(rf"\bof {inner}", r"of \1", text)
        text = re.sub(rf"(?<!\S)(?!{JOINS}|(?:of|in) )([^\W\d_]\S*) {inner}", r"\1 of \2", text)
    text = re.sub(r"[()\[\]{}]", lambda sign: BRACKETS[sign[0]], text)
    text = re.sub(r"\s+([,.:;'])", r"\1", re.sub(r"([,:;])(\s*,)+", r"\1", text))
    return squeezed(text).strip(", ").removesuffix(" of")


def squeezed(text):
    return " ".join(text.split())


def said(node):
    """A node of MathML and all below in words; the signs in KEPT stay as they are."""
    tag = node.tag.partition("}")[2]
    parts = [squeezed(said(child)) for child in node]
    a, b, c = (*parts, "", "", "")[:3]
    if tag in ("mi", "mo", "mn", "mtext"):
        return symbol(squeezed(node.text or ""))
    if tag == "mspace":
        return "," if float(node.get("width").removesuffix("em")) >= 1 else ""
    if tag in ("msub", "munder") and node[0].text in LARGE:
        return f"{a} over {b} of"
    if tag == "munderover":
        return f"{a} from {b} to {c} of"
    if tag == "munder":
        return f"{a} , which is {b} ," if b else a
    if tag == "mover":
        return f"{a} {ACCENTS.get(node[1].text) or b}"
    if tag == "msub":
        return f"{a} sub {ended(b)}"
    if tag == "msup":
        return f"{a} {power(node[1], b)}"
    if tag == "msubsup":
        return f"{a} sub {b} {power(node[2], c)}"
    if tag == "mfrac":
        return fraction(a, b)
    if tag == "msqrt":
        return f"square root of {' '.join(parts)} , end of root ,"
    return " ".join(parts) + (" ;" if tag == "mtr" else "")


def symbol(text):
    """A letter, a number or a sign as it is said, Greek letters by their names."""
    text = SIGNS.get(text, text)
    plain = unicodedata.normalize("NFKC", text)
    if text in KEPT or len(plain) != 1 or (plain.isascii() and plain.isalnum()):
        return plain
    return re.sub(r"^greek (?:small|capital) letter | sign$", "", unicodedata.name(plain).lower())


def power(node, text):
    if node.tag.endswith("mtext"):  # a name, not a number
        return text
    return POWERS.get(text, f"to the power {ended(text)}")


def fraction(above, below):
    if (above, below) == ("1", "2"):
        return "one half"
    if re.search(rf"{JOINS}|,", f"{above} {below}"):
        return f"fraction , {above} , over {below} , end of fraction ,"
    return f"{above} over {below}"


def ended(text):
    """`text`, with a pause behind it if it is long."""
    return text if len(text.split()) < 3 else f"{text} ,"
