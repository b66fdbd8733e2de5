"""The process that runs a student's code for tools/grade.py: python tools/judge.py CELLS EXERCISE ...

CELLS is a file of JSON, the id and the source of each code cell of a notebook. Says "ready", and then of each
exercise in a line: right, not yet, not tried or error.
"""

import ast
import contextlib
import json
import os
import re
import symtable
import sys
from pathlib import Path

from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell

from gan_utils import check

CHECKS = dict(vars(check))  # as they are now: no cell puts others in their places
TIMING = re.compile(r"^(%%.*|%time )", re.MULTILINE)  # would hide what the rest of cell or line defines
REFUSED = ("os.exec", "os.fork", "os.posix_spawn", "os.system", "socket.", "subprocess.")  # audit events


def refuse(event, arguments):
    if event.startswith(REFUSED):
        raise PermissionError(f"not while grading: {event}")


def python(cell):
    """The source of a cell as plain Python."""
    return TransformerManager().transform_cell(TIMING.sub("", cell))


def names(code):
    """The global names that Python code binds, and those that it uses, in its functions too."""
    tables = [symtable.symtable(code, "cell", "exec")]
    for table in tables:
        tables += table.get_children()
    bound = {s.get_name() for s in tables[0].get_symbols() if s.is_assigned() or s.is_imported()}
    seen = [s for t in tables for s in t.get_symbols() if t is tables[0] or s.is_global()]
    return bound, {s.get_name() for s in seen if s.is_referenced()}


def needed(before, source):
    """Those statements of the cells `before` that define what the cell `source` uses, as code.

    Where several bind a name, the last one before its use counts. Where none does before, which in a function
    need not be wrong, the first one after it.
    """
    statements = []
    for cell in before:
        with contextlib.suppress(SyntaxError, ValueError):  # a cell that does not run defines nothing
            nodes = [node for node in ast.parse(python(cell)).body if not isinstance(node, ast.AugAssign)]
            statements += [(code, *names(code)) for code in map(ast.unparse, nodes)]
    chosen, wanted = set(), [(name, len(statements)) for name in names(python(source))[1]]
    for name, place in wanted:  # which grows meanwhile
        order = [*reversed(range(place)), *range(place, len(statements))]
        found = next((i for i in order if name in statements[i][1]), None)
        if found is not None and found not in chosen:
            chosen.add(found)
            wanted += [(other, found) for other in statements[found][2]]
    return "\n".join(statements[i][0] for i in sorted(chosen))


def place_of(name, cells):
    """The number of the cell with the exercise: by its id, or (Colab gives new ids) by its last line."""
    last_lines = [source.rstrip().rpartition("\n")[2] for _, source in cells]
    ids = [i for i, (cell_id, _) in enumerate(cells) if cell_id == f"exercise-{name}"]
    calls = [i for i, line in enumerate(last_lines) if line.startswith(f"gu.check.{name}(")]
    return (ids or calls or [None])[-1]


def state(name, cells, shell):
    """What the check says of the answer that stands in the exercise's cell."""
    place = place_of(name, cells)
    source = "" if place is None else cells[place][1]
    if not source.strip():
        return "not tried"
    with contextlib.suppress(BaseException):  # SystemExit, too
        shell.reset(new_session=False)
        shell.run_cell(needed([cell for _, cell in cells[:place]], source), silent=True)
        if shell.run_cell(source, silent=True).success:
            return CHECKS[name](shell.user_ns[name]).state.replace("tried yet", "tried")
    return "error"


def main(path, *exercises):
    cells, shell = json.loads(Path(path).read_text()), InteractiveShell.instance()
    answers, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1), os.dup2(nothing, 2)  # what cells print goes nowhere
    sys.addaudithook(refuse)
    os.write(answers, b"ready\n")
    for name in exercises:
        os.write(answers, f"{state(name, cells, shell)}\n".encode())
    os._exit(0)  # whatever threads a cell has left behind


if __name__ == "__main__":
    main(*sys.argv[1:])
