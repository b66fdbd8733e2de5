"""environment.yml agrees with pyproject.toml; environment.py decides rightly and says what to do."""

import ast
import importlib.metadata as metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from tools.setup import environment

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
posix = pytest.mark.skipif(os.name == "nt", reason="stands in for programs with shell scripts")


def test_environment_yml_installs_what_notebooks_need_in_the_versions_of_the_lock():
    (pip,) = [entry["pip"] for entry in CONDA["dependencies"] if isinstance(entry, dict)]
    assert pip == ["-c constraints.txt", f"-e .[{environment.EXTRAS}]"]


def test_environment_yml_declares_only_python_and_pip_itself():
    python, pip = [entry for entry in CONDA["dependencies"] if isinstance(entry, str)]
    name, version = python.split("=")
    assert (name, pip) == ("python", "pip")
    assert version in SpecifierSet(PROJECT["requires-python"])
    assert CONDA["channels"] == ["conda-forge", "nodefaults"]


def test_environment_yml_says_who_needs_each_line():
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line.lstrip().startswith("- ") and not line.endswith("pip:")]
    assert listed and all(" # " in line for line in listed)


def test_the_script_names_the_versions_of_pyproject():
    wanted = SpecifierSet(PROJECT["requires-python"])
    for minor in range(9, 20):
        suitable = environment.OLDEST <= (3, minor) <= environment.NEWEST
        assert suitable == (f"3.{minor}" in wanted), f"3.{minor}"


def test_an_old_python_can_read_the_script():
    source = (ROOT / "tools" / "setup" / "environment.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))


def fake_python(folder, name, version="3 12", ensurepip=True, pip="exit 0"):
    """A stand-in for an interpreter: a shell script that answers what environment.py asks."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / name
    tells = f"echo {version}" if version else "exit 127"
    lines = [
        "#!/bin/sh",
        'case "$*" in',
        f"  *version_info*) {tells} ;;",
        f"  *ensurepip*) exit {int(not ensurepip)} ;;",
        '  *"-m venv"*) mkdir -p "$3/bin"; touch "$3/pyvenv.cfg"; cp "$0" "$3/bin/python" ;;',
        '  *"pip --version"*) exit 0 ;;',
        f'  *"pip install"*) echo installing >> "{folder}/calls"; {pip} ;;',
        "  *) exit 1 ;;",  # the check for what is installed: not everything
        "esac",
    ]
    script.write_text("\n".join(lines))
    script.chmod(0o755)
    return script


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A PATH on which nothing lies but the interpreters that a test puts there."""
    folder = tmp_path / "path"
    folder.mkdir()
    for tool in ("sh", "mkdir", "touch", "cp", "rm"):
        (folder / tool).symlink_to(shutil.which(tool))
    monkeypatch.setenv("PATH", str(folder))
    return folder


@posix
def test_the_first_python_that_runs_and_fits_is_taken(only):
    fake_python(only, "python3.12", version=None)  # pyenv's shims are there and fail
    fake_python(only, "python3.13", ensurepip=False)
    fake_python(only, "python3", version="3 9")
    chosen = fake_python(only, "python", version="3 11")
    assert environment.find_python() == (str(chosen), (3, 11))


@posix
@pytest.mark.parametrize(
    ("pythons", "asked", "told"),
    [
        ({}, "", ["no suitable Python found", "3.11 to 3.13", "PYTHON="]),
        ({"python3": {"version": "3 10"}}, "", ["python3 is 3.10", "install Python 3.11 to 3.13"]),
        ({"python3": {"ensurepip": False}}, "", ["apt install python3.12-venv"]),
        ({"python3": {}, "old": {"version": "3 14"}}, "old", ["PYTHON=old", "old is 3.14"]),
        ({"python3": {}}, "absent", ["PYTHON=absent", "does not run"]),
    ],
)
def test_an_unsuitable_python_is_one_clear_line(only, pythons, asked, told):
    for name, answers in pythons.items():
        fake_python(only, name, **answers)
    with pytest.raises(environment.Problem) as problem:
        environment.find_python(asked)
    assert "\n" not in str(problem.value)
    assert [part for part in told if part not in str(problem.value)] == []


@posix
def test_a_second_call_installs_nothing(only, tmp_path, capsys):
    fake_python(only, "python3")
    venv = tmp_path / "an environment"
    environment.prepare(str(venv))
    assert "installed in" in capsys.readouterr().out
    environment.prepare(str(venv))
    assert capsys.readouterr().out == ""
    assert (only / "calls").read_text() == "installing\n"

    (venv / ".gan-notebooks").write_text("of another pyproject.toml")
    environment.prepare(str(venv))
    assert (only / "calls").read_text() == "installing\n" * 2


@posix
def test_a_target_that_needs_more_has_it_installed_and_nothing_is_lost(only, tmp_path):
    fake_python(only, "python3", pip=f'echo "$*" >> "{only}/asked"')
    venv, asked = tmp_path / "venv", only / "asked"
    for extras in ("notebooks", "lock,test", "notebooks,lock", "notebooks", "test"):
        environment.prepare(str(venv), "", extras)
    lines = asked.read_text().splitlines()
    assert [re.search(r"\[(.+)\]$", line)[1] for line in lines] == ["notebooks", "lock,notebooks,test"]


@posix
def test_pip_installs_and_builds_in_the_versions_of_the_lock(only, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONSTRAINT", "/of/the/house.txt")
    monkeypatch.setattr(environment, "LOCK", str(tmp_path / "of a day.txt"))
    Path(environment.LOCK).write_text("keras==3.15.1\n")
    fake_python(only, "python3", pip=f'echo "$PIP_CONSTRAINT, $PIP_BUILD_CONSTRAINT" >> "{only}/told"')
    environment.prepare(str(tmp_path / "venv"))
    lock = f"{tmp_path.as_uri()}/of%20a%20day.txt"  # pip takes a space for the end of a name
    assert (only / "told").read_text() == f"/of/the/house.txt {lock}, {lock}\n"

    Path(environment.LOCK).write_text("keras==3.15.2\n")  # the lock of another day
    environment.prepare(str(tmp_path / "venv"))
    assert len((only / "told").read_text().splitlines()) == 2


@pytest.mark.parametrize("changed", ["", "numpy", "setuptools", "not-installed"])
def test_what_was_made_here_follows_the_lock(tmp_path, changed):
    found = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in metadata.distributions()}
    if changed:
        found[changed] = "0.0.1"
    lines = ["# written by make lock", *(f"{name}=={version}" for name, version in found.items())]
    lines.append("keras==0.1 ; python_version < '3'")
    lock = tmp_path / "constraints.txt"
    lock.write_text("\n".join(lines) + "\n", encoding="utf-8")
    check = [sys.executable, "-I", "-c", environment.CHECK, ROOT, "notebooks", lock]
    done = subprocess.run(check, capture_output=True, text=True)
    assert (done.returncode == 0) == (changed != "numpy"), done.stderr
    assert (f"numpy==0.0.1 but {metadata.version('numpy')}" in done.stderr) == (changed == "numpy")


@posix
def test_a_complete_environment_without_a_stamp_is_left_as_it_is(tmp_path, monkeypatch):
    conda = tmp_path / "conda"  # like one made from environment.yml: no pyvenv.cfg, no stamp
    (conda / "bin").mkdir(parents=True)
    (conda / "conda-meta").mkdir()
    python = conda / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')  # with the packages of this very one
    python.chmod(0o755)
    monkeypatch.setattr(environment, "install", lambda *asked: pytest.fail("installed into it"))
    environment.prepare(str(conda))
    assert (conda / ".gan-notebooks").read_text() == f"{environment.fingerprint()} notebooks"


@posix
def test_a_broken_environment_is_made_anew(only, tmp_path):
    fake_python(only, "python3")
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    (venv / environment.MADE_HERE).touch()
    (venv / "bin" / "python").symlink_to(tmp_path / "removed-python")
    environment.prepare(str(venv))
    assert environment.version_of(str(venv / "bin" / "python")) == (3, 12)


@pytest.mark.parametrize("asked", ["", sys.executable])
def test_a_folder_of_other_things_is_not_touched(tmp_path, monkeypatch, asked):
    monkeypatch.setattr(environment, "install", lambda *asked: pytest.fail("installed into it"))
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(environment.Problem, match="holds other things"):
        environment.prepare(str(tmp_path), asked)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@posix
@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("NewConnectionError: Failed", ["no package index can be reached"]),
        ("OSError: [Errno 28] No space left on device", ["the disk is full"]),
        ("error: metadata-generation-failed", ["  error: metadata-generation-failed", "pip install failed"]),
    ],
)
def test_when_pip_fails_the_reason_is_told(only, tmp_path, printed, told):
    fake_python(only, "python3", pip=f"echo '{printed}'; exit 1")
    with pytest.raises(environment.Problem) as problem:
        environment.prepare(str(tmp_path / "venv"))
    lines = str(problem.value).splitlines()
    assert len(lines) == len(told) and all(line.startswith(t) for line, t in zip(lines, told, strict=True))
    assert not (tmp_path / "venv" / ".gan-notebooks").exists()


@posix
def test_an_environment_of_another_python_is_not_silently_used(only, tmp_path):
    fake_python(only, "python3")
    fake_python(only, "other", version="3 13")
    environment.prepare(str(tmp_path / "venv"))
    with pytest.raises(environment.Problem, match=r"has Python 3\.12, not that of PYTHON=other"):
        environment.prepare(str(tmp_path / "venv"), "other")


def make(*arguments):
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True)


@posix
@pytest.mark.parametrize("target", ["notebooks", "test"])
def test_make_stops_at_an_unsuitable_python(tmp_path, target):
    result = make(target, f"VENV={tmp_path}/my venv", "PYTHON=no-such-python")
    assert result.returncode != 0
    first, *rest = result.stderr.splitlines()
    assert first == "PYTHON=no-such-python: Python 3.11 to 3.13 is needed, but this does not run"
    assert all(line.startswith("make: ***") for line in rest)
    assert not (tmp_path / "my venv").exists()


@posix
def test_make_alone_lists_its_targets():
    listed = make().stdout
    for target in ["notebooks", "test", "lab", "slides", "mnist", "lint", "clean", "help"]:
        assert re.search(rf"^  {target} +\S", listed, flags=re.MULTILINE), target
