"""The core stays small enough to be read in one sitting, imports run one way, what is public is listed."""

import ast
import importlib.util
import inspect
import os
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import keras
import pytest

import gan_course
import gan_utils
from gan_utils._support.moved import MOVED_TO_THE_COURSE

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "gan_utils").glob("*.py"))
PACKAGES = ("gan_utils", "gan_course", "tools")
OURS = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FILES = [path for path in OURS if path.relative_to(ROOT).parts[0] != "tools"]


def module(path):
    """The name of a file as an import has it, as gan_course.checking.comparing."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path):
    """The modules of ours that a file imports, wherever in it."""
    modules, found = set(map(module, OURS)), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return (found & modules) - {module(path)}


def room(path):
    """What stands for a file in ARCHITECTURE.md: the folder below a package that it lies in, else itself."""
    return module(path.parent) if len(path.relative_to(ROOT).parts) > 2 else module(path)


def arrows():
    """What each room imports: {room: rooms}."""
    rooms, found = {module(path): room(path) for path in OURS}, {}
    for path in OURS:
        found.setdefault(room(path), set()).update(rooms[name] for name in imports(path))
    return {name: others - {name} for name, others in found.items()}


def drawn_arrows():
    """The lines of ARCHITECTURE.md: by package; what is of the same one goes without its name."""
    lines = []
    for package in PACKAGES:

        def short(name, package=package):
            return "__init__" if name == package else name.removeprefix(f"{package}.")

        lines.append(package)
        for name, others in sorted(arrows().items()):
            if name.split(".")[0] == package:
                lines.append(f"  {short(name):<24} -> {', '.join(sorted(map(short, others))) or 'nothing'}")
    return "\n".join(lines)


def test_the_page_shows_the_arrows():
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    drawn = page.partition("<!-- arrows -->\n\n```text\n")[2].partition("\n```\n")[0]
    assert drawn == drawn_arrows(), f"put this into the block of ARCHITECTURE.md:\n\n{drawn_arrows()}\n"


def test_the_core_is_read_in_one_sitting():
    assert len(CORE) <= 9
    assert sum(len(path.read_text(encoding="utf-8").splitlines()) for path in CORE) < 1200


@pytest.mark.parametrize("path", FILES, ids=module)
def test_files_are_pure_keras(path):
    """Six modules alone know the backends, and import each only where it is the one in use."""
    text = path.read_text(encoding="utf-8")
    knows = path.stem in ("gradients", "compiled_steps", "devices", "processes", "torch_random", "watching")
    before = "" if knows else r"\s*"
    assert not re.search(rf"^{before}(import|from) (tensorflow|jax|torch)\b", text, re.MULTILINE)


def test_imports_run_one_way():
    """No file imports itself by way of others, no room either; no package knows of those after it."""
    TopologicalSorter({module(path): imports(path) for path in OURS}).prepare()  # raises CycleError
    TopologicalSorter(arrows()).prepare()
    for path in OURS:
        later = PACKAGES[PACKAGES.index(module(path).split(".")[0]) + 1 :]
        assert not [name for name in imports(path) if name.split(".")[0] in later], path


def test_the_private_room_has_a_map():
    """What its `__init__` says names each of its files, and no other."""
    support = ROOT / "gan_utils/_support"
    *_, listed = (support / "__init__.py").read_text(encoding="utf-8").partition("\n\n")
    named = {name.strip() for line in listed.splitlines() for name in line[:50].partition("  ")[0].split(",")}
    there = {path.stem for path in support.glob("*.py")} - {"__init__"} | {"training_check/"}
    assert named - {"", '"""'} == there


def test_dir_shows_what_is_public():
    for package in (gan_utils, gan_course):
        assert dir(package) == sorted(package.__all__)
        assert len(dir(package)) <= 30 and all(hasattr(package, name) for name in dir(package))


def test_what_is_public_has_types():
    public = [getattr(package, name) for package in (gan_utils, gan_course) for name in dir(package)]
    functions = [thing for thing in public if inspect.isfunction(thing)]
    for one in filter(inspect.isclass, public):
        named = {name: thing for name, thing in vars(one).items() if name == "__init__" or name[0] != "_"}
        functions += [
            thing for name, thing in named.items() if inspect.isfunction(thing) and name[:3] != "on_"
        ]  # those of a callback are Keras's
    assert len(functions) > 40
    for function in functions:
        called = inspect.signature(function)
        free = [
            p.name for p in called.parameters.values() if p.annotation is p.empty and p.kind != p.VAR_KEYWORD
        ]
        assert set(free) <= {"self"}, f"{function.__qualname__}: {free} without a type"
        assert called.return_annotation is not called.empty or function.__name__ == "__init__", function


def test_what_moved_to_the_course_is_said_in_one_line():
    assert set(MOVED_TO_THE_COURSE) <= set(gan_course.__all__)
    for name in MOVED_TO_THE_COURSE:
        with pytest.raises(AttributeError, match=rf"is now in gan_course: .*course\.{name}$"):
            getattr(gan_utils, name)


def test_importing_is_quiet():
    code = "import gan_utils, keras; keras.ops.ones(3)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("module", "version", "said"),
    [
        ("keras", "3.7.0", "gan_utils needs Keras 3.8 or newer; this is 3.7.0: pip install --upgrade keras"),
        pytest.param(
            "keras", "2.15.0", "gan_utils needs Keras 3.8 or newer; this is 2.15.0", marks=pytest.mark.slow
        ),
        pytest.param(
            "tensorflow",
            "2.17.1",
            "gan_utils needs TensorFlow 2.18 or newer; this is 2.17.1",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_an_old_version_is_refused_in_one_line(module, version, said):
    if module == "tensorflow" and keras.backend.backend() != module:
        pytest.skip("another backend: no TensorFlow is asked for its version")
    code = f"import {module}; {module}.__version__ = {version!r}; "
    code += "del keras.ops; import gan_utils" if version.startswith("2.15") else "import gan_utils"  # Keras 2
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert result.returncode == 1
    assert f"ImportError: {said}" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("variables", "marked"),
    [
        ({}, 0),
        pytest.param({"GAN_UTILS_DATA": "nowhere"}, 1, marks=pytest.mark.slow),
        ({"KERAS_BACKEND": "numpy", "KERAS_HOME": f"{__file__}/x"}, 2),
    ],
)
def test_the_doctor_says_what_is_wrong(variables, marked):
    marked += sum(not importlib.util.find_spec(name) for name in ("ipykernel", "jupyterlab"))
    result = subprocess.run(
        [sys.executable, "-m", "gan_utils", "doctor"],
        env=os.environ | variables, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert result.returncode == min(marked, 1), result.stdout + result.stderr
    assert result.stdout.count("\n              !  ") == marked
    for word in ("Python", "keras", "backend", "devices", "cores", "memory", "disk", "data"):
        assert word in result.stdout
    assert ("All is well" in result.stdout) == (marked == 0)
