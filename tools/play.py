"""Puts the modules of play/ and the digits into one page, `play.html`, which asks for nothing from anywhere.

`site` puts it among its files: `make pages`.

The modules are plain JavaScript, as a browser or Node runs them. In the page each of the two scripts, what is
seen and the worker behind it, is its modules one after the other, those first on which others stand.
"""

import base64
import re
import zlib
from pathlib import Path

import numpy as np

from gan_utils._support.downloads import digits_arrays

PLAY = Path(__file__).resolve().parents[1] / "play"
IMPORT = re.compile(r'^import (?:\{[^}]*\} from )?"\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|class|function)\b)", re.MULTILINE)
DIGITS = 3750  # of the embedded ten thousand: as many as leave the page well under a megabyte


def modules(name, above=()):
    """The modules that `name` of play/ stands on, each before those that import it, and itself at the end."""
    if name in above:
        raise ValueError(f"play/{name} imports itself, by way of {', '.join(above)}")
    found = []
    for other in IMPORT.findall((PLAY / name).read_text(encoding="utf-8")):
        found += [one for one in modules(other, (*above, name)) if one not in found]
    return [*found, name]


def script(name):
    """One script of the module `name` and of all that it imports. Raises ValueError where that cannot be."""
    parts = []
    for module in modules(name):
        text = EXPORT.sub("", IMPORT.sub("", (PLAY / module).read_text(encoding="utf-8")))
        if left := re.search(r"^(import|export)\b.*", text, re.MULTILINE):
            raise ValueError(f"play/{module}: {left[0]!r} is more than this tool can join")
        if "</script" in text:
            raise ValueError(f"play/{module} holds </script, which would end the script in the page")
        parts.append(f"// {module}\n{text}")
    joined = "\n".join(parts)
    named = re.findall(r"^(?:async )?(?:const|class|function) (\w+)", joined, re.MULTILINE)
    if twice := sorted({one for one in named if named.count(one) > 1}):
        raise ValueError(f"play/{name}: two modules have a name of their own for {', '.join(twice)}")
    return joined


def packed_digits(count=DIGITS):
    """The first digits of the training split, 16 shades of grey, two pixels a byte, deflated, as text."""
    shades = np.round(digits_arrays()["x_train"][:count] / 17).astype("uint8").reshape(-1, 2)
    return base64.b64encode(zlib.compress((shades[:, 0] << 4 | shades[:, 1]).tobytes(), 9)).decode()


def page():
    """The page, as bytes."""
    html = (PLAY / "play.html").read_text(encoding="utf-8")
    parts = {
        "style": (PLAY / "play.css").read_text(encoding="utf-8"),
        "digits": packed_digits(),
        "worker": script("worker.js"),
        "script": script("page.js"),
    }
    for name, content in parts.items():
        mark = f"<!-- {name} -->" if name == "digits" else f"/* {name} */"
        if html.count(mark) != 1:
            raise ValueError(f"play/play.html must have {mark} once")
        html = html.replace(mark, content)
    return html.encode()
