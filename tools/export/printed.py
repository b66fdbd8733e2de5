"""What a cell prints, as a slide shows it: lines of one pattern as a table, all else as text.

Lines that differ in nothing but a name in front and some values are rows of a table, and the words that they
share are its heads. So are columns under a line of heads. A table by mistake would be worse than none: what
fits neither rule is left as it was printed.
"""

import html
import re

SHAPE = r"\((?:None|\d+)(?:, \d+)*,?\)"
TOKEN = re.compile(rf"{SHAPE}|\[[^\]]*\]|\S+")
NUMBER = re.compile(rf"{SHAPE}|[(\[]?[<-]?[\d,]*\.?\d+(e[+-]?\d+)?%?[)\],;:]?|-?inf[,;]?|\[[-\d., ]*\][,;)]?")
ALWAYS_A_VALUE = re.compile(r".*(\.\d|\de[+-]|%|inf\b|\[|\()")  # other numbers only where they change
UNITS = ("s", "ms", "%")
NAME_ENDS = (" {2,}", ": +", r"(?<=\s)(?=-?\d)")  # two spaces, a colon, before the first number
GAP = re.compile(r"\S {2,}\S")


def as_html(text):
    """HTML of the printed `text`: with tables where these hold half of its lines, else as text."""
    lines = [line for line in text.rstrip().splitlines() if line.strip()]
    parts, said, in_tables, at = [], [], 0, 0
    while at < len(lines):
        used, table = columns(lines[at:]) or pattern(lines[at:]) or (0, "")
        if used:
            parts += [paragraph(said), table]
            said = []
        else:
            said.append(lines[at])
        in_tables += used
        at += used or 1
    parts = [*parts, paragraph(said)] if 2 * in_tables >= len(lines) else [paragraph(lines)]
    return f'<div class="printed">{"".join(parts)}</div>'


def paragraph(lines):
    """Lines as they are: in letters of one width where several are set out in columns, else as text."""
    if sum(bool(GAP.search(line)) for line in lines) > 1:
        return f"<pre>{html.escape(chr(10).join(lines))}</pre>"
    return "\n".join(f"<p>{html.escape(' '.join(line.split()))}</p>" for line in lines)


def table_of(heads, rows):
    """An HTML table; the first column names the rows."""
    escaped = [[html.escape(cell) for cell in row] for row in rows]
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' if cell else "<td></td>" for cell in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in rest)}</tr>'
        for first, *rest in escaped
    )
    top = f"<thead><tr>{head}</tr></thead>" if any(heads) else ""
    return f'<table class="printed">{top}<tbody>{body}</tbody></table>'


def columns(lines):
    """(lines used, table) where a line of heads stands above two lines or more of as many columns."""
    fields = [re.split(" {2,}", line.strip()) for line in lines]
    wide = len(fields[1]) if len(fields) > 1 else 0
    if wide < 3 or len(fields[0]) not in (wide - 1, wide) or any(map(NUMBER.fullmatch, fields[0])):
        return None
    end = next((i for i, row in enumerate(fields) if i and len(row) != wide), len(fields))
    if end < 3 or not all(NUMBER.fullmatch(cell) for row in fields[1:end] for cell in row[1:]):
        return None
    return end, table_of([""] * (wide - len(fields[0])) + fields[0], fields[1:end])


def pattern(lines):
    """(lines used, table) where the first lines, two or more, differ only in their names and their values."""
    for end in range(len(lines), 1, -1):
        found = [rows_of(lines[:end], name_end) for name_end in NAME_ENDS]
        if table := max(found[:2], key=lambda table: len(table[0]) if table else 0) or found[2]:
            return end, table_of(*table)
    return None


def rows_of(lines, name_end):
    """(heads, rows) of lines whose names end at `name_end`; None where they are no table."""
    parts = [re.split(name_end, line.strip(), maxsplit=1) for line in lines]
    if any(len(part) != 2 for part in parts):
        return None
    names = [" ".join(part[0].split()) for part in parts]
    heads, values = values_of([part[1] for part in parts])
    if heads.count("") > 1 or len(heads) < (2 if len(lines) == 2 or name_end == NAME_ENDS[-1] else 1):
        return None
    if len(set(names)) == 1:  # no name, but what the first column holds
        return [names[0], *heads[1:]], values
    first = names[0].split(" ")[0]
    shared = all(re.fullmatch(re.escape(first) + r" \S+", name) for name in names)
    names = [name.removeprefix(first).strip() if shared else name for name in names]
    rows = [[name, *row] for name, row in zip(names, values, strict=True)]
    return [first if shared else "", *heads], rows


def values_of(rests):
    """The heads, and the values of each line; no heads where the lines have no pattern in common."""
    lines = [TOKEN.findall(rest) for rest in rests]
    if len({len(tokens) for tokens in lines}) != 1:
        return [], []
    heads, places, before = [], [], []
    for place, tokens in enumerate(zip(*lines, strict=True)):
        numbers = all(map(NUMBER.fullmatch, tokens))
        if len(set(tokens)) > 1 or (numbers and all(map(ALWAYS_A_VALUE.match, tokens))):
            heads.append([before, []])
            places.append((place, numbers))
            before = []
        elif places and place == places[-1][0] + 1 and tokens[0].strip(",;()") in UNITS:
            continue  # goes with its number
        else:
            before.append(tokens[0])
            if places and re.search(r"[,;]$|^[^(]*\)$", tokens[0]):  # said of the value before
                heads[-1][1], before = heads[-1][1] + before, []
    if not places or len({numbers for _, numbers in places}) > 1:
        return [], []
    heads[-1][1] = heads[-1][1] + before
    return [head(*words) for words in heads], [[value(line, place) for place, _ in places] for line in lines]


def value(tokens, place):
    """The value at a place of a line, with its unit."""
    found = tokens[place].strip(",;:")
    found = found if found.count("(") == found.count(")") else found.strip("()")
    unit = tokens[place + 1].strip(",;()") if place + 1 < len(tokens) else ""
    return f"{found} {unit}" if unit in UNITS else found


def head(before, behind):
    """The words around a value as the head of its column."""
    before, behind = (" ".join(words).strip(" ,;=:") for words in (before, behind))
    said = " … ".join(filter(None, [before.removeprefix("and "), behind]))
    return said if said.count("(") == said.count(")") else said.strip("()")
