"""Speaker notes and slide texts, notebooks/notes/NN.md, keyed by the ids of the cells they belong to.

    ## cell-id · 4 min · cut first

    > What the slide shows in place of the cell's text, or above its code.

    What to say, in full sentences; what to ask, and the answer to expect.

Both parts may be missing, and so may the minutes. *Cut first* marks what is left out when time is short: the
minutes planned for a class go without it. Students do not meet any of it in their notebooks.
"""

import re
from dataclasses import dataclass

from tools.series import number

HEAD = re.compile(r"^## (?P<cell>[\w-]+)(?: · (?P<minutes>\d+) min(?P<cut> · cut first)?)?$", re.MULTILINE)


@dataclass(frozen=True)
class Note:
    """What belongs to one cell: minutes of class, Markdown for the slide, Markdown for the speaker."""

    minutes: int
    slide: str
    speaker: str
    cut: bool = False

    @property
    def planned(self):
        """Minutes in the plan of the class: none for what is cut first."""
        return 0 if self.cut else self.minutes


def read_notes(path):
    """The notes of a notebook, by cell id, in their order; none where the file is missing.

    Raises:
        ValueError: a cell id that comes twice, a heading that is none.
    """
    if not path.exists():
        return {}
    text = path.read_text(encoding="utf-8")
    if wrong := [line for line in text.splitlines() if line.startswith("## ") and not HEAD.match(line)]:
        raise ValueError(f"{path.name}: {wrong[0]!r} is not of the form '## cell-id · 4 min · cut first'")
    heads = list(HEAD.finditer(text))
    notes = {}
    for head, end in zip(heads, [*(h.start() for h in heads[1:]), len(text)], strict=True):
        if head["cell"] in notes:
            raise ValueError(f"{path.name}: the cell {head['cell']} comes twice")
        lines = text[head.end() : end].strip("\n").splitlines()
        quoted = next((i for i, line in enumerate(lines) if not line.startswith(">")), len(lines))
        slide = "\n".join(re.sub("^> ?", "", line) for line in lines[:quoted])
        speaker = "\n".join(lines[quoted:]).strip()
        notes[head["cell"]] = Note(int(head["minutes"] or 0), slide.strip(), speaker, bool(head["cut"]))
    return notes


def strangers(notes, notebook):
    """Ids of notes for cells that the notebook does not have, sorted."""
    return sorted(notes.keys() - {cell.id for cell in notebook.cells})


def notes_path(path):
    """Where the notes of the notebook at `path` lie."""
    return path.parent / "notes" / f"{number(path)}.md"


def notes_of(path):
    """The notes of the notebook at `path`."""
    return read_notes(notes_path(path))
