"""The editions of the notebooks, for the class and for whoever teaches it, in build/editions/.

    python -m tools.editions [--no-run] [NOTEBOOK ...]

student/     the notebooks without outputs, so that no answer stands below its question.
solution/    the solutions of notebooks/solutions/ in place of the blanks, each below its reasoning; executed,
             and made only if every check answers "right".
instructor/  the solution edition with the speaker notes of notebooks/notes/ below their cells.

With --no-run nothing is executed, and the last two store no outputs. Pages and pictures that the notebooks
link to lie with them: each folder can be handed on alone, and what else they link to is on the web.
"""

import argparse
import ast
import asyncio
import copy
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_markdown_cell

from tools import build_folder
from tools.build_folder import BUILD
from tools.kernels import kernel_environment
from tools.notes import notes_of, strangers
from tools.run_notebooks import Failure, execute
from tools.series import as_bytes, exercises, find_notebooks
from tools.student_files import gather, on_the_web, relink, without_outputs

EDITIONS = ("student", "solution", "instructor")
ASIDE = {"slide_type": "skip"}  # no deck shows what an edition adds


class EditionError(Exception):
    """An edition that cannot be made: of which notebook, and why."""


def import_lines(tree):
    """What a tree of Python imports, one line for each name."""
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []:
            one = copy.copy(node)
            one.names = [alias]
            yield ast.unparse(one)


def read_solution(path):
    """The reasoning (Markdown), the import lines and the code of a solution's file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    kinds = (ast.Import, ast.ImportFrom)
    opening = [node for node in tree.body[1:] if isinstance(node, kinds)] or tree.body[:1]
    code = "\n".join(text.splitlines()[opening[-1].end_lineno :])
    title, _, reasoning = ast.get_docstring(tree).partition("\n")
    title = re.sub(r" \(notebook \d+\)\.$", "", title)
    return f"#### Solution: {title}\n{reasoning}", list(import_lines(tree)), code.strip("\n")


def fill(source, name, code):
    """The source of an exercise cell with `code` in place of the statement that leaves `name` blank."""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        bound = [getattr(target, "id", None) for target in getattr(node, "targets", [])]
        if name in (getattr(node, "name", None), *bound):
            return "\n".join([*lines[: node.lineno - 1], code, *lines[node.end_lineno :]])
    raise EditionError(f"the exercise {name} has no blank of this name")


def solved(notebook, folder):
    """A copy, without outputs, with the solutions that lie in `folder` in place of the blanks.

    Raises:
        EditionError: an exercise without a solution, or without a blank.
    """
    notebook = without_outputs(copy.deepcopy(notebook))
    names, cells, imported = {one.cell.id: one.name for one in exercises(notebook)}, [], set()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            python = TransformerManager().transform_cell(cell.source)  # which may hold a %magic
            imported |= set(import_lines(ast.parse(python)))
        if name := names.get(cell.id):
            path = folder / f"{name}.py"
            if not path.exists():
                raise EditionError(f"the exercise {name} has no solution, notebooks/solutions/{name}.py")
            reasoning, imports, code = read_solution(path)
            lacking = "\n".join(line for line in imports if line not in imported)
            cell.source = fill(cell.source, name, f"{lacking}\n\n\n{code}" if lacking else code)
            cell.metadata.tags = [*cell.metadata.tags, "solution"]
            about = {"tags": ["solution"], "slideshow": ASIDE}
            cells.append(new_markdown_cell(reasoning, id=f"solution-{name}", metadata=about))
        cells.append(cell)
    notebook.cells = cells
    return notebook


def not_right(notebook):
    """What the checks of an executed notebook say, where it is not "right"."""
    for one in exercises(notebook):
        said = [out.data["text/plain"] for out in one.cell.outputs if out.output_type == "execute_result"]
        if not said or not said[0].startswith(f"{one.name}: right."):
            yield said[0] if said else f"{one.name}: the cell shows no verdict"


def annotated(notebook, notes):
    """A copy with what is to be said, of `notes` from `notes_of`, below the cells it belongs to.

    Raises:
        EditionError: a note for a cell that is not there.
    """
    if lost := strangers(notes, notebook):
        raise EditionError(f"notes for cells that are not there: {', '.join(lost)}")
    notebook, cells = copy.deepcopy(notebook), []
    for cell in notebook.cells:
        cells.append(cell)
        note = notes.get(cell.id)
        if note and note.speaker:
            minutes = f", {note.minutes} min" if note.minutes else ""
            text = f"**For the instructor{minutes}.**\n\n{note.speaker}"
            quoted = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
            about = {"tags": ["instructor"], "slideshow": ASIDE}
            cells.append(new_markdown_cell(quoted, id=f"notes-{cell.id}"[:64], metadata=about))
    notebook.cells = cells
    return notebook


def run(notebook, name):
    """The notebook, executed on the embedded digits. Raises Failure, or EditionError for a wrong answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{name}.ipynb")
        nbformat.write(notebook, path)
        executed, _ = asyncio.run(execute(path, kernel_environment(folder, embedded=True)))
    if wrong := list(not_right(executed)):
        raise EditionError("\n  ".join(["not every check answers right", *wrong]))
    return executed


def make(path, target, with_outputs=True):
    """Make the editions of the notebook at `path` in the folder `target`, and return their files."""
    files = {edition: target / edition / path.name for edition in EDITIONS}
    build_folder.clear(files.values())  # whoever finds a file there finds this run's
    root = path.parents[1]
    committed, elsewhere = nbformat.read(path, as_version=4), on_the_web(root)
    try:
        given, told = gather([path], elsewhere)
        if told:
            raise EditionError("; ".join(told))
        notes = notes_of(path)
        solution = solved(committed, path.parent / "solutions")
        annotated(solution, notes)  # if it cannot be done, better now than minutes later
        solution = run(solution, path.stem) if with_outputs else solution
    except (EditionError, ValueError) as error:
        raise EditionError(f"{path.stem}: {error}") from error
    made = {"solution": solution, "instructor": annotated(solution, notes)}
    for edition, notebook in made.items():
        relink(notebook, path.relative_to(root).as_posix(), root, elsewhere)
        build_folder.write(files[edition], as_bytes(notebook))
    build_folder.write(files["student"], given[path.name])
    for name, content in given.items():
        for edition in EDITIONS if not name.endswith(".ipynb") else ():
            build_folder.write(target / edition / name, content)
    return list(files.values())


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", metavar="NOTEBOOK", help="default: all of notebooks/")
    parser.add_argument("--no-run", action="store_true", help="execute nothing, store no outputs")
    options = parser.parse_args(arguments)
    try:
        for path in find_notebooks(options.paths):
            for file in make(path, BUILD / "editions", with_outputs=not options.no_run):
                print(f"{file.relative_to(BUILD.parent)}  {file.stat().st_size / 1e3:.0f} kB", flush=True)
    except (EditionError, Failure) as error:
        sys.exit(str(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("\nstopped")


if __name__ == "__main__":
    main(sys.argv[1:])
