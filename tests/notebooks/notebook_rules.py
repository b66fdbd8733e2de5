"""What the committed notebooks promise: one function per promise, which returns what breaks it.

A notebook is nbformat's node as it lies in the file, read by `read_notebook` without repairs.
test_notebooks.py holds the notebooks to these rules, test_notebook_rules.py shows that each rule can fail.
"""

import ast
import getpass
import json
import re
import socket
import tempfile
from collections import Counter
from pathlib import Path

import nbformat

from gan_course.alternatives import ALTERNATIVES

REPOSITORY = Path(__file__).resolve().parents[2]
LARGEST_BYTES = 1_520_000
LONGEST_CELL = 25  # lines; 3 to 10 read best
LOOSENING_TAGS = {"nbval-skip", "nbval-ignore-output", "nbval-raises-exception", "raises-exception"}
LOOSENING_COMMENT = re.compile(r"^\s*#+\s*(NBVAL_|PYTEST_VALIDATE_)", re.MULTILINE)
IMPORT = re.compile(r"^\s*(?:import|from)\s+(gan_course|gan_utils|keras|tensorflow)\b", re.MULTILINE)
IMG_WITHOUT_ALT = re.compile(r"""<img\b(?![^>]*\balt=(?:"[^"]+"|'[^']+'))""")
SHORTEST_SOLUTION = 20  # characters; shorter lines are anyone's


def read_notebook(path):
    # nbformat.read would quietly add the ids that are missing and change those that come twice.
    return nbformat.v4.reads(Path(path).read_text(encoding="utf-8"))


def read_solutions(folder):
    """Return the text of every solution in a folder."""
    return [path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.py"))]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    """Yield (cell, output) for every stored output."""
    for cell in code_cells(notebook):
        for output in cell.outputs:
            yield cell, output


def tags(cell):
    return cell.metadata.get("tags", [])


def texts(output):
    """Return the stored texts of an output: what a stream or an error says, or each text of a bundle."""
    if output.output_type == "stream":
        return [output.text]
    if output.output_type == "error":
        return [output.ename, output.evalue, *output.traceback]
    data = [data for mime, data in output.data.items() if not mime.startswith("image/")]
    return [text if isinstance(text, str) else json.dumps(text) for text in data]


def is_film(output):
    """HTML that holds an image, as a GIF does: other bytes after every training."""
    return "<img" in output.get("data", {}).get("text/html", "")


def opens_with_a_title(notebook):
    first = notebook.cells[0]
    return (
        []
        if first.cell_type == "markdown" and first.source.startswith("# ")
        else ["no title in the first cell"]
    )


def runs_in_python3(notebook):
    name = notebook.metadata.get("kernelspec", {}).get("name")
    return [] if name == "python3" else [f"kernelspec is {name}"]


def has_unique_cell_ids(notebook):
    ids = Counter(cell.get("id") for cell in notebook.cells)
    return [
        f"cell id {cell_id} on {count} cells" for cell_id, count in ids.items() if count > 1 or not cell_id
    ]


def was_run_in_order(notebook):
    found = [cell.execution_count for cell in code_cells(notebook)]
    return [] if found == list(range(1, len(found) + 1)) else [f"execution counts are {found}"]


def stores_no_error(notebook):
    return [
        f"{cell.id} stores {output.ename}"
        for cell, output in outputs(notebook)
        if output.output_type == "error"
    ]


def stores_no_stderr(notebook):
    return [
        f"{cell.id} stores stderr: {output.text}"
        for cell, output in outputs(notebook)
        if output.get("name") == "stderr"
    ]


def fits_its_size(notebook):
    size = len(nbformat.v4.writes(notebook).encode())
    return [] if size < LARGEST_BYTES else [f"{size:,} bytes"]


def keeps_cells_short(notebook):
    lines = {cell.id: len(cell.source.splitlines()) for cell in code_cells(notebook)}
    return [f"{cell_id} has {count} lines" for cell_id, count in lines.items() if count > LONGEST_CELL]


def is_pure_keras_after_gan_utils(notebook):
    imports = [name for cell in code_cells(notebook) for name in IMPORT.findall(cell.source)]
    broken = ["imports tensorflow"] if "tensorflow" in imports else []
    if imports and imports[0] == "keras":
        broken.append("imports keras before gan_utils, which keeps the backend's start-up quiet")
    return broken


def describes_every_picture(notebook):
    broken = []
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        for mime in data:
            if mime.startswith("image/") and not output.metadata.get(mime, {}).get("alt", "").strip():
                broken.append(f"{cell.id}: {mime} without alt text")
        if IMG_WITHOUT_ALT.search(data.get("text/html", "")):
            broken.append(f"{cell.id}: <img> without alt text")
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and ("![](" in cell.source or IMG_WITHOUT_ALT.search(cell.source)):
            broken.append(f"{cell.id}: image without alt text")
    return broken


def shown(cell):
    """What a code cell gives to `course.show` and `course.show_gif` as alternative texts: pieces of code."""
    source = re.sub(r"^(\s*)[%!].*", r"\1pass", cell.source, flags=re.MULTILINE)  # %pip is no Python
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in ("course.show", "course.show_gif"):
            named = [keyword.value for keyword in call.keywords if keyword.arg == "alt"]
            yield (call.args[1:2] + named + [None])[0]


def describes_figures_by_name(notebook):
    """A text in the cell would tell a student what is to be seen, before it is drawn."""
    names = {ast.unparse(ast.Constant(name)) for name in ALTERNATIVES}
    return [
        f"{cell.id} describes its figure by {told[:40]}, which is no name in gan_course/alternatives.py"
        for cell in code_cells(notebook)
        for told in (ast.unparse(alt) if alt else "nothing" for alt in shown(cell))
        if told not in names
    ]


def loosens_no_check(notebook):
    """nbval's own ways out: each would let a cell fail, or not run, in silence."""
    return [
        f"{cell.id} loosens nbval's check"
        for cell in code_cells(notebook)
        if LOOSENING_TAGS & set(tags(cell)) or LOOSENING_COMMENT.search(cell.source)
    ]


def machine_patterns():
    """Return regular expressions for what only one machine has: its folders, its user, its name."""
    patterns = [
        r"(?<![\w.:/])/(?:home|Users|root|tmp|var/folders|mnt)/\w",
        r"\b[A-Za-z]:\\+Users\b",
        r"\bipykernel_\d+",
        r"<ipython-input-",
    ]
    folders = {str(Path.home()), tempfile.gettempdir(), str(REPOSITORY), str(REPOSITORY.parent)}
    patterns += [re.escape(folder) + r"(?!\w)" for folder in folders if len(folder) > 1]
    names = {getpass.getuser(), socket.gethostname()} - {"root", "user", "runner", "ubuntu", "localhost"}
    return patterns + [rf"\b{re.escape(name)}\b" for name in names if len(name) > 3]


def names_no_machine(notebook):
    stored = [("the notebook's metadata", [json.dumps(notebook.metadata)])]
    for cell in notebook.cells:
        pieces = [cell.source, json.dumps(cell.metadata)]
        for output in cell.get("outputs", []):
            pieces += [*texts(output), json.dumps(output.get("metadata", {}))]
        stored.append((cell.get("id"), pieces))
    pattern = re.compile("|".join(machine_patterns()))
    broken = []
    for where, pieces in stored:
        # Embedded pictures are random letters and slashes, which may spell anything.
        text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", "\n".join(pieces))
        broken += [f"{where} holds {found.group()!r}" for found in pattern.finditer(text)]
    return broken


def compares_or_explains_every_text(notebook, reasons):
    """`reasons` says by cell id why a cell's text is not compared."""
    # A figure speaks too: nbval leaves its pixels alone, but compares its alternative text.
    speaking = {cell.id for cell, output in outputs(notebook) if not is_film(output)}
    compared = {cell.id for cell in code_cells(notebook) if "nbval-check-output" in tags(cell)}
    unexplained = [
        f"{cell_id} has text that is neither compared nor explained"
        for cell_id in sorted(speaking - compared - reasons.keys())
    ]
    stale = [
        f"{cell_id} is explained but compared, silent or not there"
        for cell_id in reasons
        if cell_id not in speaking - compared
    ]
    return (
        unexplained + stale + [f"{cell_id}: no reason" for cell_id, reason in reasons.items() if not reason]
    )


def leaks_no_solution(notebook, solutions):
    """`solutions` are the texts of the solutions; their lines must stand nowhere in the notebook."""
    secret = {line.strip() for text in solutions for line in text.splitlines()}
    anyones = re.compile(r"(import|from|def)\s")  # an exercise begins with its own def
    secret = {line for line in secret if len(line) >= SHORTEST_SOLUTION and not anyones.match(line)}
    broken = [f"{cell.id} is tagged solution" for cell in notebook.cells if "solution" in tags(cell)]
    for cell in notebook.cells:
        stored = [cell.source, *(text for output in cell.get("outputs", []) for text in texts(output))]
        lines = {line.strip() for text in stored for line in text.splitlines()}
        broken += [f"{cell.id} leaks: {line}" for line in sorted(lines & secret)]
    return broken


RULES = [
    opens_with_a_title,
    runs_in_python3,
    has_unique_cell_ids,
    was_run_in_order,
    stores_no_error,
    stores_no_stderr,
    fits_its_size,
    keeps_cells_short,
    is_pure_keras_after_gan_utils,
    describes_every_picture,
    describes_figures_by_name,
    loosens_no_check,
    names_no_machine,
]
