"""What a notebook's *Further reading* names, to be found where a text cites it."""

import re
from dataclasses import dataclass

# - I. Goodfellow et al. (2014), *Generative adversarial nets*, [arXiv:1406.2661](https://arxiv.org/...)
ENTRY = re.compile(
    r"(?:^- |, and )([A-Z][^()*]+) \((\d{4})\), \*[^*]+\*, \[([^]]+)\]\(([^)]+)\)", re.MULTILINE
)
INITIALS = re.compile(r"\b(?:[A-Z]\. ?)+")


@dataclass(frozen=True)
class Reference:
    """A work: its authors as a text cites them, its year, the name of its place and the address."""

    authors: str
    year: str
    place: str
    address: str

    @property
    def link(self):
        """Markdown that names it on a slide."""
        return f"{self.authors} {self.year}, [{self.place}]({self.address})"

    def is_named_in(self, text):
        """Whether `text` cites it, as in "Radford et al. (2015)" or "(Radford et al. 2015, section 4)"."""
        authors = r"\s+".join(map(re.escape, self.authors.split()))
        return bool(re.search(rf"\b{authors},?\s*\(?{self.year}\b", text))


def references(notebook):
    """The works that a notebook, a node of nbformat's, lists with an address."""
    lists = [cell.source for cell in notebook.cells if "Further reading" in cell.source.partition("\n")[0]]
    return [
        Reference(cited(authors), year, place, address)
        for text in lists
        for authors, year, place, address in ENTRY.findall(text)
    ]


def cited(authors):
    """Authors as a text names them: one, two joined by "and", or the first and "et al."."""
    names = re.split(r", | and ", INITIALS.sub("", authors).strip())
    return " and ".join(names) if len(names) < 3 else f"{names[0]} et al."
