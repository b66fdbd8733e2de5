"""Makes the environment of the notebooks: `python tools/setup/environment.py VENV [PYTHON [EXTRAS]]`.

VENV is a folder that is new or empty, or an environment: one that was made here, which may be made anew, or
somebody's own (conda's, say), which is installed into and never emptied. One that serves another checkout is
left alone, and so is any other folder.

EXTRAS are those of pyproject.toml that are needed, "notebooks,test" say; the versions stand in
constraints.txt. Where VENV holds all that is asked for, this installs nothing and needs no network: a stamp
in VENV tells so at once, and where there is none (a conda environment, say) the installed packages are asked.

Only the standard library, in words that Python 3.6 reads, so that it can say itself what is wrong.
"""

import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXTRAS = "notebooks"  # what students need; the Makefile says what each of its targets needs
LOCK = os.path.join(ROOT, "constraints.txt")
OLDEST, NEWEST = (3, 11), (3, 13)  # requires-python in pyproject.toml; a test compares them
MADE_HERE = ".made-by-gan-notebooks"  # only a folder that holds this is ever emptied
CANDIDATES = ["python3.12", "python3.13", "python3.11", "python3", "python"]

# Run by the environment's own Python, which has tomllib. Exit status 0: everything is installed, and where a
# lock is named, as it says. (Python 3.11 brings a setuptools, which only building the project needs.)
CHECK = r"""
import importlib.metadata as metadata, importlib.util, pathlib, sys, tomllib
from packaging.requirements import Requirement

root, extras = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2].split(",")
project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
metadata.version(project["name"])
package = pathlib.Path(importlib.util.find_spec("gan_utils").origin).resolve()
assert package.is_relative_to(root), f"gan_utils is installed from {package}"
wanted = project["dependencies"] + [line for e in extras for line in project["optional-dependencies"][e]]
for requirement in map(Requirement, wanted):
    if requirement.marker is None or requirement.marker.evaluate():
        version = metadata.version(requirement.name)
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} but {version}"
installed = {d.metadata["Name"].lower().replace("_", "-"): d.version for d in metadata.distributions()}
locked = open(sys.argv[3], encoding="utf-8").read().splitlines() if sys.argv[3:] else []
for pin in [Requirement(line) for line in locked if not line.startswith("#")]:
    version = installed.get(pin.name)
    if version and pin.name != "setuptools" and (pin.marker is None or pin.marker.evaluate()):
        assert pin.specifier.contains(version, prereleases=True), f"{pin} but {version}"
"""

# Prints the checkout that gan_utils is imported from, if it is, and one that is still there.
SERVES = r"""
import importlib.util, pathlib
spec = importlib.util.find_spec("gan_utils")
root = pathlib.Path(spec.origin).resolve().parents[1] if spec and spec.origin else None
print(root if root and (root / "pyproject.toml").exists() else "")
"""

NO_INDEX = re.compile(
    "NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|Name or service not known|getaddrinfo"
    "|Temporary failure in name resolution|Network is unreachable|Connection refused|ProxyError|SSLError"
    "|Connection(Reset)?Error|Read timed out|Max retries exceeded"
)
DISK_FULL = re.compile("No space left on device|Errno 28|not enough space on the disk")


class Problem(Exception):
    """What is wrong and what to do about it, in one line for the reader."""


def version_text(version):
    return ".".join(map(str, version))


SUITABLE = f"Python {version_text(OLDEST)} to {version_text(NEWEST)}"


def version_of(python):
    """The (major, minor) of an interpreter; None where it does not run, as pyenv's shims may not."""
    code = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        output = subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL, timeout=60)
        major, minor = output.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def succeeds(*command):
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def find_python(asked=""):
    """The interpreter to make an environment with: the one asked for, else the first suitable one."""
    seen, problem = [], None
    for name in [asked] if asked else CANDIDATES:
        python = shutil.which(name)
        version = python and version_of(python)
        if not version:
            continue
        text = version_text(version)
        if not OLDEST <= version <= NEWEST:
            seen.append(f"{name} is {text}")
        elif succeeds(python, "-c", "import ensurepip, venv"):
            return python, version
        else:
            problem = (
                f"{name} (Python {text}) cannot make environments, its ensurepip is missing: on Debian and "
                f"Ubuntu `sudo apt install python{text}-venv`, or name another with PYTHON="
            )
    if not problem and asked:
        problem = f"PYTHON={asked}: {SUITABLE} is needed, but {seen[0] if seen else 'this does not run'}"
    if not problem:
        found = ", ".join(seen) or "none runs"
        problem = f"no suitable Python found ({found}): install {SUITABLE}, or name one with PYTHON="
    raise Problem(problem)


def interpreter(venv):
    """Where an environment keeps its Python: POSIX, Windows, conda on Windows."""
    places = [os.path.join("bin", "python"), os.path.join("Scripts", "python.exe"), "python.exe"]
    paths = [os.path.join(venv, place) for place in places]
    return next(filter(os.path.exists, paths), paths[os.name == "nt"])


def empty(venv):
    """Remove all that VENV holds, if it was made here; else say what it is instead."""
    mark = os.path.join(venv, MADE_HERE)
    if os.path.lexists(venv) and not os.path.isdir(venv):
        raise Problem(f"VENV={venv}: this is a file; name a folder")
    if os.path.isdir(venv) and os.listdir(venv) and not os.path.isfile(mark):
        what = "an environment without a working Python and pip" if is_environment(venv) else "other things"
        raise Problem(
            f"VENV={venv}: this folder holds {what}, and was not made here, so it is left alone: "
            f"name another, or mend or remove it yourself"
        )
    os.makedirs(venv, exist_ok=True)
    with open(mark, "w"):
        pass  # first, and it is never removed: or a run that is stopped would lock the next one out
    for name in os.listdir(venv):
        path = os.path.join(venv, name)
        if name != MADE_HERE:
            (shutil.rmtree if os.path.isdir(path) and not os.path.islink(path) else os.remove)(path)


def is_environment(venv):
    """Whether a folder is one by its looks: venv and its kin, conda."""
    return any(os.path.exists(os.path.join(venv, name)) for name in ("pyvenv.cfg", "conda-meta"))


def create(venv, asked=""):
    """Make VENV, or make it anew where it was made here and does not run."""
    python, version = find_python(asked)
    empty(venv)
    say(f"{venv}: a new environment with Python {version_text(version)} ({python})")
    process = subprocess.run([python, "-m", "venv", venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if process.returncode:
        raise Problem(explain(process.stdout.decode(errors="replace").splitlines(), "python -m venv"))


def explain(lines, what):
    """Why a command failed: one line where that can be told, else below the last lines that it printed."""
    output = "\n".join(lines)
    if DISK_FULL.search(output):
        return "the disk is full: the environment needs about 3 GB; make room, then run this again"
    if NO_INDEX.search(output):
        return "no package index can be reached: check the network and `pip config list`, then run this again"
    last = ["  " + line for line in list(lines)[-12:]]
    return "\n".join([*last, what + " failed, its last lines are above: mend that, then run this again"])


def install(python, extras):
    """Install the project and what it needs in the versions of the lock, with one live line on a terminal."""
    size = "3" if "test" in extras else "2.5"
    say(f"installing what pyproject.toml names for {extras}: about {size} GB on disk, a few minutes, once")
    start, last = time.time(), collections.deque(maxlen=60)
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "-e", ROOT + "[" + extras + "]"]
    # Not by -c: pip builds the project in an environment of its own, which would not hear of it. As an
    # address, because pip takes a space in these variables for the end of a name.
    lock = pathlib.Path(LOCK).as_uri()
    variables = dict(os.environ)
    for name in ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT"):  # the second: pip from 25.3 on
        variables[name] = " ".join(filter(None, [os.environ.get(name), lock]))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=variables)
    for line in process.stdout:
        last.append(line.decode(errors="replace").rstrip())
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 1
            sys.stdout.write("\r\x1b[K" + last[-1].strip()[:width])
            sys.stdout.flush()
    if sys.stdout.isatty():
        sys.stdout.write("\r\x1b[K")
    if process.wait():
        raise Problem(explain(last, "pip install"))
    say(f"installed in {time.time() - start:.0f} s")


def fingerprint():
    """What a stamp begins with; it goes stale when what it tells of changes, or the folder is moved."""
    known = hashlib.sha256(ROOT.encode())
    for path in (os.path.join(ROOT, "pyproject.toml"), LOCK):
        with open(path, "rb") as file:
            known.update(file.read())
    return known.hexdigest()


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def serves(venv):
    """The folder of the checkout whose gan_utils VENV imports, or nothing."""
    try:
        said = subprocess.check_output([interpreter(venv), "-I", "-c", SERVES], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        return ""
    return said.decode(errors="replace").strip()


def prepare(venv, asked="", extras=EXTRAS):
    """Leave VENV able to run what needs these extras; install only what is missing."""
    if not venv.strip():
        raise Problem("VENV is empty (no conda environment is active?): name a folder, or leave it away")
    if venv.startswith("~"):
        raise Problem(f"VENV={venv}: your shell has not put your home in place of ~; write $HOME")
    if asked:
        find_python(asked)
    if not version_of(interpreter(venv)):
        create(venv, asked)
    if not is_environment(venv):
        raise Problem(f"VENV={venv}: there is a Python, but no environment, here; name another folder")
    version = version_of(interpreter(venv))
    has = f"{venv} has Python {version_text(version)}"
    if not OLDEST <= version <= NEWEST:
        raise Problem(f"{has}, not {SUITABLE}: remove it, or name another with VENV=")
    if asked and version_of(asked) != version:
        raise Problem(f"{has}, not that of PYTHON={asked}: remove it, or name another with VENV=")
    stamp = os.path.join(venv, ".gan-notebooks")
    known, _, held = read(stamp).partition(" ")
    wanted = set(extras.split(","))
    if known == fingerprint():
        if wanted <= set(held.split(",")):
            return
        wanted.update(held.split(","))  # what is there stays there
    extras = ",".join(sorted(wanted))
    other = serves(venv)
    if other and os.path.realpath(other) != os.path.realpath(ROOT):
        raise Problem(f"VENV={venv}: this environment serves the checkout in {other}; name another folder")
    lock = [LOCK] if os.path.isfile(os.path.join(venv, MADE_HERE)) else []  # others need not follow it
    if not succeeds(interpreter(venv), "-I", "-c", CHECK, ROOT, extras, *lock):
        if not succeeds(interpreter(venv), "-m", "pip", "--version"):
            create(venv, asked)  # the last one was stopped half-way
        install(interpreter(venv), extras)
    with open(stamp, "w") as file:
        file.write(fingerprint() + " " + extras)


def say(line):
    print(line, flush=True)


def main(arguments):
    try:
        prepare(*arguments)
    except Problem as problem:
        sys.exit(str(problem))
    except OSError as error:
        sys.exit(explain([str(error)], "making the environment"))
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on from here")


if __name__ == "__main__":
    main(sys.argv[1:] or [os.path.join(ROOT, ".venv")])
