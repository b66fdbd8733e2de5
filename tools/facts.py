"""Writes what is known elsewhere into the texts that tell it: `make facts`.

Into each notebook, the repository's address of pyproject.toml: the badges that open it in Colab and Binder,
and the line that installs the project where it is missing. Into README and guide, between marks, what the
notebooks say of themselves: their table, minutes, exercises.
"""

import json
import re
import tomllib
from urllib.parse import quote

import nbformat

from tools.series import LESSON, ROOT, about, exercises, find_notebooks, find_taught, number

BRANCH = "main"
INSTALL = re.compile(r"%pip install --quiet .*")
BADGES = re.compile(r"\[!\[Open in Colab\][^\n]*")
BLOCK = re.compile(r"(?<=<!-- facts: )([\w-]+)( -->\n).*?(?=<!-- end of facts -->)", re.DOTALL)


def repository():
    """The address in pyproject.toml, and the owner/name at its end."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    address = project["urls"]["Repository"].removesuffix("/")
    return address, "/".join(address.split("/")[-2:])


def web_address(path, root=ROOT):
    """The address of a file or folder of the repository, which lies here as `path` below `root`."""
    kind = "tree" if (root / path).is_dir() else "blob"
    return f"{repository()[0]}/{kind}/{BRANCH}/{quote(path)}"


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


def table(*rows):
    """Markdown of a table, its head first."""
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def notebooks():
    """The table of the notebooks, for the README."""
    rows, seconds = [("notebook", "its question", "what you build", "machine time")], 0
    for path in find_notebooks():
        said = about(nbformat.read(path, as_version=4))
        link = f"[{said.title}](notebooks/{path.name})<br>{badges(path.stem, 'notebooks/')}"
        rows.append((link, said.question, said.builds, f"{said.seconds} s"))
        seconds += said.seconds
    return (
        f"{table(*rows)}\n\nSeconds from a cold kernel to the last cell, as `make notebooks` printed them on "
        f"two cores of a shared\nserver; {seconds} s in all, set-up apart."
    )


def series():
    """What the series is, for the guide."""
    links = ", ".join(f"[{number(path)}](../notebooks/{path.name})" for path in find_taught())
    read = [nbformat.read(path, as_version=4) for path in find_taught()]
    lessons, tasks = sum(about(one).lessons for one in read), sum(len(exercises(one)) for one in read)
    return (
        f"The notebooks {links}, stored with all their outputs, make {lessons} lessons of {LESSON} minutes;\n"
        f"{tasks} exercises in them have checks."
    )


def self_study():
    """Minutes of each notebook for who reads alone, for the guide."""
    rows = []
    for path in find_taught():
        notebook = nbformat.read(path, as_version=4)
        reading = LESSON * about(notebook).lessons
        trying = sum(exercise.minutes for exercise in exercises(notebook))
        rows.append((number(path), reading, trying, reading + trying))
    total = ["all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])]
    head = ("notebook", "read and run", "exercises", "together")
    return f"{table(head, *rows, total)}\n\nThat is {total[-1] / 60:.0f} hours."


BLOCKS = {"notebooks": notebooks, "series": series, "self-study": self_study}


def updated(path):
    """The text of a notebook or a document with the facts as they are now."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return BLOCK.sub(lambda found: f"{found[1]}{found[2]}\n{BLOCKS[found[1]]()}\n\n", text)
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        source = BADGES.sub(lambda _: badges(path.stem, ""), source)
        source = INSTALL.sub(lambda _: install(), source)
        cell["source"] = source.splitlines(keepends=True)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def find_texts():
    """The files with facts in them."""
    return [*find_notebooks(), ROOT / "README.md", ROOT / "docs" / "instructors.md"]


def main():
    for path in find_texts():
        path.write_text(updated(path), encoding="utf-8")


if __name__ == "__main__":
    main()
