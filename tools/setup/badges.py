"""Writes the repository's address, which stands in pyproject.toml, into the notebooks and the README.

    python tools/badges.py

In each notebook: the badges that open it in Colab and Binder, and the line that installs the project where
it is missing. In the README: the badges of each notebook.
"""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "main"
INSTALL = re.compile(r"%pip install --quiet .*")
BADGES = re.compile(r"\[!\[Open in Colab\][^\n]*")


def repository():
    """The address in pyproject.toml, and the owner/name at its end."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project["urls"]["Repository"].removesuffix("/")
    return address, "/".join(address.split("/")[-2:])


def badges(name, folder):
    """One line of Markdown for the notebook `name`; `folder` leads from the text's place to notebooks/."""
    _, place = repository()
    colab = f"https://colab.research.google.com/github/{place}/blob/{BRANCH}/notebooks/{name}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{place}/{BRANCH}?labpath=notebooks%2F{name}.ipynb"
    images = (f"![Open in {site}]({folder}images/{site.lower()}.svg)" for site in ("Colab", "Binder"))
    return " ".join(f"[{image}]({link})" for image, link in zip(images, (colab, binder), strict=True))


def install():
    """The line of a notebook's first code cell that installs the project."""
    return f"%pip install --quiet git+{repository()[0]}"


def updated(path):
    """The text of a notebook or of the README with the present address in it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return re.sub(
            r"(\(notebooks/(\w+)\.ipynb\)<br>)[^|\n]*",
            lambda found: found[1] + badges(found[2], "notebooks/") + " ",
            text,
        )
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        source = BADGES.sub(lambda _: badges(path.stem, ""), source)
        source = INSTALL.sub(lambda _: install(), source)
        cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def main():
    for path in [*sorted((ROOT / "notebooks").glob("*.ipynb")), ROOT / "README.md"]:
        path.write_text(updated(path), encoding="utf-8")


if __name__ == "__main__":
    main()
