"""Letters that matplotlib's own font has not, as Chinese ones, from another font of this machine."""

import functools
import warnings

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text


def find_letters(figure):
    """Let each text of a figure fall back on a font that has its letters; where none has, warn in one line.

    Without this, a box stands for each letter, and matplotlib warns of one after the other.
    """
    lost = ""
    for text in figure.findobj(Text):
        letters = text.get_text()
        if letters.isascii():
            continue
        families = text.get_fontfamily()
        paths = [font_manager.findfont(font_manager.FontProperties(family=[family])) for family in families]
        missing = {c for c in letters if c.isprintable() and all(ord(c) not in _letters(p) for p in paths)}
        if missing:
            others, unknown = _fonts_with("".join(sorted(missing)))
            text.set_fontfamily([*families, *others])
            lost += "".join(c for c in dict.fromkeys(letters) if c in unknown and c not in lost)
    if lost:
        _warn_of(lost)


@functools.cache  # once for the same letters, however often a figure is drawn
def _warn_of(lost):
    warnings.warn(
        f"no font of this machine has {lost!r}, and boxes will stand there: install Noto Sans CJK, say, "
        f"and delete the folder that matplotlib.get_cachedir() names",
        stacklevel=4,
    )


@functools.lru_cache(maxsize=100)
def _letters(path):
    try:
        return frozenset(FT2Font(path).get_charmap())
    except Exception:  # a font of pictures, say, which matplotlib cannot draw with
        return frozenset()


@functools.cache
def _fonts_with(letters):
    """Families, few and plain ones first, that have these letters; and the letters that none has."""
    fonts = [font for font in font_manager.fontManager.ttflist if "Last Resort" not in font.name]  # boxes
    fonts.sort(
        key=lambda font: (font.style != "normal", abs(int(font.weight) - 400), "Sans" not in font.name)
    )
    found, left = [], {ord(letter) for letter in letters}
    while left and (best := max(fonts, key=lambda font: len(left & _letters(font.fname)), default=None)):
        if not left & _letters(best.fname):
            break
        found.append(best.name)
        left -= _letters(best.fname)
    return found, {chr(number) for number in left}
