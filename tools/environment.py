"""Makes the environment that the notebooks run in: `python tools/environment.py VENV [PYTHON]`.

Where VENV holds all that pyproject.toml asks for, this installs nothing and needs no network: a stamp in
VENV tells so at once, and where there is none (a conda environment, say) the installed packages are asked.

Only the standard library, in words that Python 3.6 reads, so that it can say itself what is wrong.
"""

import collections
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXTRAS = "notebooks,slides,test"
OLDEST, NEWEST = (3, 11), (3, 13)  # requires-python in pyproject.toml; a test compares them
CANDIDATES = ["python3.12", "python3.13", "python3.11", "python3", "python"]

# Run by the environment's own Python, which has tomllib. Exit status 0: everything is installed.
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


def create(venv, asked=""):
    """Make VENV, or make it anew where its Python does not run. Other people's folders are left alone."""
    ours = os.path.exists(os.path.join(venv, "pyvenv.cfg"))
    if not ours and os.path.isdir(venv) and os.listdir(venv):
        raise Problem(f"VENV={venv}: no working Python with pip in this folder; name another")
    python, version = find_python(asked)
    say(f"{venv}: a new environment with Python {version_text(version)} ({python})")
    process = subprocess.run(
        [python, "-m", "venv", "--clear", venv], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
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


def install(python):
    """Install the project and what it needs, with one live line on a terminal."""
    say("installing what pyproject.toml names: about 3 GB on disk, a few minutes, once")
    start, last = time.time(), collections.deque(maxlen=60)
    command = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    command += ["--progress-bar", "off", "-e", ROOT + "[" + EXTRAS + "]"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
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
    """What the stamp holds: it goes stale when pyproject.toml changes or the folder is moved."""
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return hashlib.sha256(file.read() + ROOT.encode()).hexdigest()


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def prepare(venv, asked=""):
    """Leave VENV able to run everything; install only what is missing."""
    if asked:
        find_python(asked)
    if not version_of(interpreter(venv)):
        create(venv, asked)
    version = version_of(interpreter(venv))
    has = f"{venv} has Python {version_text(version)}"
    if not OLDEST <= version <= NEWEST:
        raise Problem(f"{has}, not {SUITABLE}: remove it, or name another with VENV=")
    if asked and version_of(asked) != version:
        raise Problem(f"{has}, not that of PYTHON={asked}: remove it, or name another with VENV=")
    stamp = os.path.join(venv, ".gan-notebooks")
    if read(stamp) == fingerprint():
        return
    if not succeeds(interpreter(venv), "-I", "-c", CHECK, ROOT, EXTRAS):
        if not succeeds(interpreter(venv), "-m", "pip", "--version"):
            create(venv, asked)  # the last one was stopped half-way
        install(interpreter(venv))
    with open(stamp, "w") as file:
        file.write(fingerprint())


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
