"""The lock serves every Python and system, make installs what is imported, a wheel holds the package."""

import ast
import importlib.metadata as metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.setup import environment, lock

ROOT = Path(__file__).parents[2]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, EXTRAS = DECLARED["project"], DECLARED["project"]["optional-dependencies"]
OURS = {"gan_course", "gan_utils", "tools"}
LINES = lock.LOCK.read_text(encoding="utf-8").splitlines()
SYSTEMS = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "linux on ARM": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}
MACHINES = {"linux": "x86_64", "linux on ARM": "aarch64", "macOS": "arm64", "Windows": "AMD64"}


def locked(minor, system):
    """What the lock says for a Python and a system: name -> version."""
    version = {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.9"}
    place = {**SYSTEMS[system], **version, "platform_machine": MACHINES[system]}
    pins = [Requirement(line) for line in LINES if not line.startswith("#")]
    pins = [pin for pin in pins if pin.marker is None or pin.marker.evaluate(place)]
    versions = {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}
    assert len(versions) == len(pins), "two versions of one package"
    return versions


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("minor", range(environment.OLDEST[1], environment.NEWEST[1] + 1))
def test_the_lock_has_a_version_of_each_dependency_that_serves(minor, system):
    versions = locked(minor, system)
    wanted = [*PROJECT["dependencies"], *DECLARED["build-system"]["requires"]]
    wanted += [line for extra in EXTRAS.keys() - lock.LEFT_OUT for line in EXTRAS[extra]]
    for requirement in map(Requirement, wanted):
        version = versions.get(canonicalize_name(requirement.name))
        assert version and requirement.specifier.contains(version), f"{requirement}: {version}: make lock"


def test_the_lock_names_no_host_and_no_folder():
    assert len(LINES) > 100 and LINES[0].startswith("#")
    shape = re.compile(r"[a-z0-9-]+==[\w.!+]+( ; [\w\s.<>=!'()*]+)?")
    odd = [line for line in LINES[1:] if not shape.fullmatch(line)]
    assert odd == [] and "/" not in LINES[0] and ":" not in LINES[0]


def needed(extras):
    """All that is installed for these extras, by what is installed here says of itself."""
    names, waiting = set(), [*PROJECT["dependencies"], *(line for e in extras for line in EXTRAS[e])]
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        here = [{"extra": extra} for extra in ["", *requirement.extras]]
        if name in names or (requirement.marker and not any(map(requirement.marker.evaluate, here))):
            continue
        names.add(name)
        for line in metadata.requires(name) or []:
            marker = Requirement(line).marker
            if marker is None or any(map(marker.evaluate, here)):
                waiting.append(line.partition(";")[0])
    return names


def test_the_lock_knows_what_the_dependencies_need_in_their_turn():
    versions = locked(sys.version_info[1], {"win32": "Windows", "darwin": "macOS"}.get(sys.platform, "linux"))
    assert needed(["notebooks", "test"]) - versions.keys() == set()


def imported(path, seen=()):
    """The packages that a module of ours imports when it starts, by itself or through another one of ours."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            found += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in found:
            package = name.partition(".")[0]
            beside, own = path.with_name(f"{package}.py"), ROOT / f"{name.replace('.', '/')}.py"
            for file in (beside, own):
                if file.exists() and file not in seen:
                    names |= imported(file, (*seen, path))
            if not beside.exists() and package not in OURS | sys.stdlib_module_names:
                names.add(package)
    return names


def targets():
    """Of each target of the Makefile that runs a module of ours: name, extras, file."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name, extras, recipe in re.findall(r"^([a-z-]+): environment-([a-z-]+).*\n((?:\t.*\n)+)", text, re.M):
        for module in re.findall(r"\$\(RUN\) -m (tools[\w.]+)", recipe):
            path = module.replace(".", "/")
            script = f"{path}/__main__.py" if (ROOT / path).is_dir() else f"{path}.py"
            yield pytest.param(extras.split("-"), script, id=name)
        for script in re.findall(r"\$\(RUN\) (benchmarks/\w+\.py)", recipe):
            yield pytest.param(extras.split("-"), script, id=name)


@pytest.mark.parametrize(("extras", "script"), [*targets()])
def test_a_target_installs_what_its_script_imports(extras, script):
    assert set(extras) <= EXTRAS.keys()
    here = {"notebooks", "test"}  # the others are not, in `make test`
    installed = needed(set(extras) & here)
    brings = metadata.packages_distributions()
    for name in imported(ROOT / script):
        assert {canonicalize_name(brought) for brought in brings[name]} & installed, f"{script}: {name}"


def test_students_install_neither_jax_nor_scikit_learn_nor_scipy_nor_sphinx():
    assert environment.EXTRAS == "notebooks"
    assert needed(["notebooks"]) & {"jax", "jaxlib", "scikit-learn", "scipy", "sphinx", "pytest"} == set()


def tracked(*folders):
    """The files that git tracks, those that are there."""
    command = ["git", "ls-files", "-z", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


def build_wheel(folder):
    """The project's wheel, built in `folder` from what git tracks, without network."""
    source = folder / "source"
    for name in tracked():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--wheel-dir", folder, source]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_a_wheel_holds_the_package_and_its_licence_and_nothing_else(tmp_path):
    with zipfile.ZipFile(build_wheel(tmp_path)) as wheel:
        names = set(wheel.namelist())
        licence = [name for name in names if name.endswith("/licenses/LICENSE")]
        assert wheel.read(*licence) == (ROOT / "LICENSE").read_bytes()
    package = tracked("gan_utils") | tracked("gan_course")
    assert len(package) > 20 and {Path(name).suffix for name in package} == {".py", ".npz", ".typed"}
    about = licence[0].partition("/")[0]
    files = ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE", "top_level.txt")
    assert names == package | {f"{about}/{file}" for file in files}
