"""One exercise of one student, judged in a process of its own, which tools/grading/grade.py starts and ends.

The answer's code runs in the process that judges it. What judges is therefore put back to what it was when
the cells have run, before the check is asked, and looked at once more afterwards.
"""

import ast
import builtins
import contextlib
import copy
import functools
import inspect
import json
import os
import re
import signal
import symtable
import sys
import tempfile
from collections import deque
from types import CellType, FunctionType, ModuleType

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

TIMING = re.compile(r"^(%%.*|%time )", re.MULTILINE)  # would hide what the rest of cell or line defines
REFUSED = (
    "os.exec",
    "os.fork",
    "os.kill",
    "os.posix_spawn",
    "os.system",
    "socket.",
    "subprocess.",
    "gc.get_",
)
WATCHED = ("builtins", "gan_course", "gan_utils", "numpy", "keras")  # packages that decide what a check says
CHECKS = ("gan_course.check", "gan_course.exercises")  # how the names of the modules begin that hold checks
CHANGES = (
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
)
CHANGES += ("shutil.rmtree",)
TEMPORARY = (os.path.realpath(tempfile.gettempdir()), os.path.realpath(os.devnull), "/dev/shm")
PROJECT = os.path.join(
    os.path.realpath(os.path.join(__file__, "../../..")), ""
)  # may lie in a temporary folder
NO_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)  # what the parser says
LONGEST = 40  # lines of a broken cell that are tried together


def refuse(event, arguments):
    """An audit hook: no other process, no network, no file but temporary ones is written or removed."""
    if event == "open":
        writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        touched = arguments[:1] if writes else ()
    else:
        touched = arguments[:2] if event in CHANGES else ()
    paths = [os.path.realpath(os.fsdecode(p)) for p in touched if isinstance(p, (str, bytes, os.PathLike))]
    if event.startswith(REFUSED) or not all(map(is_temporary, paths)):
        raise PermissionError(f"not while grading: {event}")


def is_temporary(path):
    return path.startswith(TEMPORARY) and not path.startswith(PROJECT)


def python(cell):
    """The source of a cell as plain Python."""
    return TransformerManager().transform_cell(TIMING.sub("", cell))


@functools.cache
def statements(cell):
    """The statements of a cell; of one that does not parse, those that do."""
    with contextlib.suppress(*NO_PYTHON):
        return ast.parse(python(cell)).body
    lines = cell.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.strip() and not line[0].isspace()]
    starts, found = [*starts, len(lines)], []
    while len(starts) > 1:
        for end in range(min(len(starts) - 1, LONGEST), 0, -1):  # an else belongs to its if
            with contextlib.suppress(*NO_PYTHON):
                found += ast.parse(python("".join(lines[starts[0] : starts[end]]))).body
                break
        starts = starts[end:]
    return found


@functools.cache
def names(code):
    """The global names that Python code binds, and those that it uses, in its functions too."""
    tables, ahead = [], [symtable.symtable(code, "cell", "exec")]
    while ahead:
        tables.append(ahead.pop())
        ahead += tables[-1].get_children()
    bound = {s.get_name() for s in tables[0].get_symbols() if s.is_assigned() or s.is_imported()}
    seen = [s for t in tables for s in t.get_symbols() if t is tables[0] or s.is_global()]
    return bound, {s.get_name() for s in seen if s.is_referenced()}


def imports(statement):
    parts = [statement, *getattr(statement, "body", [])] if isinstance(statement, ast.Try) else [statement]
    return any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in parts)


def needed(before, source, ours=()):
    """Those statements of the cells `before` that define what the cell `source` uses, as code.

    Where several bind a name, the last one before its use counts. Where none does before, which in a function
    need not be wrong, the first one after it. The cells `ours` come first: what a student has lost, with a
    cell that does not parse, say, is as it was handed out. Their imports are always among what is needed.
    """
    found, chosen = [], set()
    for cells, always in ((ours, imports), (before, lambda node: ast.unparse(node).endswith("import *"))):
        for node in [node for cell in cells for node in statements(cell)]:
            if not isinstance(node, ast.AugAssign):
                if always(node):
                    chosen.add(len(found))
                found.append((ast.unparse(node), *names(ast.unparse(node))))
    wanted = [(name, len(found)) for name in names(python(source))[1]]
    wanted += [(name, place) for place in chosen for name in found[place][2]]
    while wanted:
        name, place = wanted.pop()
        order = [*reversed(range(place)), *range(place, len(found))]
        binds = next((i for i in order if name in found[i][1]), None)
        if binds is not None and binds not in chosen:
            chosen.add(binds)
            wanted += [(other, binds) for other in found[binds][2]]
    return "\n".join(found[i][0] for i in sorted(chosen))


def place_of(name, cells):
    """The number of the cell with the exercise: by its id, or (Colab gives new ids) by its last line, or by
    what it defines."""
    last_lines = [source.rstrip().rpartition("\n")[2] for _, source in cells]
    ids = [i for i, (cell_id, _) in enumerate(cells) if cell_id == f"exercise-{name}"]
    calls = [i for i, line in enumerate(last_lines) if line.startswith(f"course.check.{name}(")]
    if ids or calls:
        return (ids or calls)[-1]
    found = [(i, ast.unparse(node)) for i, (_, cell) in enumerate(cells) for node in statements(cell)]
    binds = [i for i, code in found if name in names(code)[0]]
    return (binds or [None])[-1]


def without_checks(source):
    """The source without the lines that ask a check, which takes as long as asking it here."""
    with contextlib.suppress(*NO_PYTHON):
        body, lines = ast.parse(python(source)).body, python(source).splitlines()
        calls = [node for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        calls = [node for node in calls if re.fullmatch(r"(\w+\.)?check\.\w+", ast.unparse(node.value.func))]
        for node in calls:
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
        if len(ast.parse("\n".join(lines)).body) == len(body) - len(calls):  # nothing else stood there
            return "\n".join(lines)
    return source


def parts(thing):
    """What something else can be put in place of: name -> what is there."""
    if isinstance(thing, CellType):
        with contextlib.suppress(ValueError):
            return {"cell_contents": thing.cell_contents}
        return {}  # it is empty
    if isinstance(thing, FunctionType):
        return {name: getattr(thing, name) for name in ("__code__", "__defaults__", "__kwdefaults__")}
    kinds = (ModuleType, property, staticmethod, classmethod)
    return {name: value for name, value in vars(thing).items() if callable(value) or isinstance(value, kinds)}


def inside(value):
    """The functions, classes and closures that a value consists of."""
    if isinstance(value, property):
        value = value.fget
    elif isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    elif not isinstance(
        value, (type, FunctionType, ModuleType)
    ):  # NumPy's functions are of a type of their own
        value = getattr(value, "__wrapped__", None)
    if isinstance(value, FunctionType):
        return [value, *(value.__closure__ or ())]
    return [value] if isinstance(value, type) else []


def leaves(value):
    """What a constant holds at the ends of its dicts, lists and tuples."""
    if isinstance(value, (dict, list, tuple)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value


def same(a, b):
    """Whether two constants are equal, part by part."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    return a is b or a == b


class Originals:
    """All that judges, as it is now: modules, classes, functions, and the constants of the checks."""

    def __init__(self):
        self.builtins = dict(vars(builtins))
        checks = [module for name, module in sys.modules.items() if name.startswith(CHECKS)]
        spaces = [*map(vars, checks), globals()]
        used = {m.__name__: m for space in spaces for m in space.values() if isinstance(m, ModuleType)}
        watched = {name: m for name, m in sys.modules.items() if name.partition(".")[0] in WATCHED}
        self.modules = used | {name: m for name, m in watched.items() if isinstance(m, ModuleType)}
        data = (dict, list, set, tuple, str, int, float, np.ndarray)
        self.constants = {
            (module, name): copy.deepcopy(value)
            for module in checks
            for name, value in vars(module).items()
            if isinstance(value, data) and not name.startswith("__")
        }
        self.kept, seen = [], set()
        todo = deque(
            [*self.modules.values(), sys.modules[__name__], Originals, Originals.put_back, parts, same]
        )
        todo += [
            leaf for value in self.constants.values() for leaf in leaves(value) if inspect.isfunction(leaf)
        ]
        while todo:
            thing = todo.popleft()
            if id(thing) not in seen:
                seen.add(id(thing))
                self.kept.append((thing, parts(thing), {*getattr(thing, "__dict__", ())}))
                found = [part for value in self.kept[-1][1].values() for part in inside(value)]
                todo += [p for p in found if isinstance(p, CellType) or p.__module__ in self.modules]

    def put_back(self):
        """Put everything in its place; return the names of what had been changed."""
        changed = []
        for name, value in self.builtins.items():  # without the help of any builtin
            if builtins.__dict__.get(name) is not value:
                builtins.__dict__[name] = value
                changed.append(f"builtins.{name}")
        for name, module in self.modules.items():
            if sys.modules.get(name) is not module:
                sys.modules[name] = module
                changed.append(f"sys.modules[{name!r}]")
        for owner, before, known in self.kept:
            now = parts(owner)
            for name in [name for name, value in before.items() if now.get(name) is not value]:
                setattr(owner, name, before[name])
                changed.append(f"{getattr(owner, '__name__', 'closure')}.{name}")
            if isinstance(owner, (ModuleType, type)):
                for name in vars(owner).keys() - known - {"__annotations__"}:  # which asking for them adds
                    if isinstance(owner, type) or name in self.builtins:  # it hides what was there
                        delattr(owner, name)
                        changed.append(f"{owner.__name__}.{name}")
        for (module, name), value in self.constants.items():
            if not same(getattr(module, name, None), value):
                setattr(module, name, copy.deepcopy(value))
                changed.append(f"{module.__name__}.{name}")
        return changed


def told(error):
    """What an exception says, in a line."""
    try:
        said = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().partition("\n")[0]
        said = re.sub(r"<ipython-input-\S*, ", "", said)
        return f"{type(error).__name__}: {said}".removesuffix(": ")
    except BaseException:
        return "an exception that cannot be printed"


def judged(name, check, before, source):
    """The state of an answer, and the hint or the reason."""
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    idle = ["system", "getoutput", "run_line_magic", "run_cell_magic"]  # what `!pip`, say, calls
    idle += ["showtraceback", "showsyntaxerror"]  # nobody reads it, and it takes seconds
    vars(shell).update(dict.fromkeys(idle, lambda *a, **k: None))
    put_back = Originals().put_back  # a local name, which no cell knows
    for module in ("judge", "grade", "__mp_main__"):
        sys.modules.pop(module, None)
    sys.addaudithook(refuse)
    try:
        for statement in ast.parse(before).body:  # one that fails costs no other
            shell.run_cell(ast.unparse(statement), silent=True)
        result = shell.run_cell(without_checks(source), silent=True)
        if not result.success:
            return "error", told(result.error_before_exec or result.error_in_exec)
        if name not in shell.user_ns:
            return "error", f"the cell leaves nothing named {name}"
        early = put_back()
        verdict = check(shell.user_ns[name])
        late = put_back()
        state, hint = verdict.state, verdict.message
    except BaseException as error:  # SystemExit, too
        put_back()
        return "error", told(error)
    if state == "right":
        hint = f"judged with {', '.join(early[:3])} put back, which the cells had changed" if early else ""
        if late:
            return "tampered", f"the answer changes {', '.join(late[:3])} while it is judged: read the cell"
    return state.replace("tried yet", "tried"), hint


def run(ready, file, folder, name, before, source):
    """Write the state and the hint of an answer into a file, whose name is known to nobody but who asks."""
    from gan_course import check  # starts the device: in this process, not in the one that it is a copy of

    check = getattr(check, name)
    ready.send_bytes(b"ready")
    ready.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for grade.py, which ends this
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 1), os.dup2(nothing, 2)  # what cells print goes nowhere
    said = json.dumps(judged(name, check, before, source))
    with open(file, "w", encoding="ascii") as file:
        file.write(said)
    os._exit(0)  # whatever threads a cell has left behind
