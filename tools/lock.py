"""Locks the versions of a day on which everything worked: `make lock` writes constraints.txt.

One file serves each supported Python and system: where they need different versions, a line says for which
(`numpy==2.4.6 ; python_full_version < '3.12'`), and pip reads it as it stands, `pip install -c constraints.txt`.
`python tools/lock.py --oldest` writes the oldest versions that pyproject.toml admits instead, for this very
Python: the weekly tests install them, and nobody commits them.
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "constraints.txt"
LEFT_OUT = {"bench"}  # PyTorch: gigabytes that differ from machine to machine, and no notebook needs it
OLDEST_PYTHON = "3.11"
HEADER = """\
# Written by `make lock`: what `make`, environment.yml and CI install, on each Python and system that is supported.
"""


def resolve(path, oldest=False):
    """Write to `path` a version of everything that pyproject.toml asks for, to build the project included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "-", "--upgrade", "--quiet"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--output-file", path]
    for extra in sorted(set(project["project"]["optional-dependencies"]) - LEFT_OUT):
        command += ["--extra", extra]
    if oldest:  # of what is named there: what these need in their turn has no floor that anyone tested
        command += ["--resolution", "lowest-direct", "--only-binary", ":all:"]
    else:
        command += ["--universal", "--python-version", OLDEST_PYTHON]
    build = "\n".join(project["build-system"]["requires"])
    subprocess.run(command, input=build, cwd=ROOT, text=True, check=True)
    path.write_text(HEADER + path.read_text(encoding="utf-8"), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--oldest", action="store_true", help="the oldest of everything, for this Python")
    resolve(LOCK, **vars(parser.parse_args()))


if __name__ == "__main__":
    main()
