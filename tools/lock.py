"""Locks the versions of a day on which everything worked: `make lock` writes constraints.txt.

One file serves each supported Python and system: where they need different versions, a line says for which
(`numpy==2.4.6 ; python_full_version < '3.12'`), and pip reads it as it stands, `pip install -c constraints.txt`.
`python tools/lock.py --oldest` writes the oldest that pyproject.toml admits, for Python 3.11, in its place: the
weekly tests install that, and nobody commits it.
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "constraints.txt"
LEFT_OUT = {"bench"}  # PyTorch: gigabytes, another build for each machine, and no notebook needs it
HEADER = "# Written by `make lock`: what `make`, environment.yml and CI install. pip install -c constraints.txt\n"


def resolve(path, oldest=False):
    """Write to `path` a version of all that pyproject.toml asks for, to build the project included."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade", "--python-version", "3.11"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--output-file", path]
    if oldest:  # of what is named there; what that needs in turn comes new, for nobody tested how old it may be
        command += ["--resolution", "lowest-direct", "--only-binary", ":all:"]
    else:
        command += ["--universal"]
    for extra in sorted(declared["project"]["optional-dependencies"].keys() - LEFT_OUT):
        command += ["--extra", extra]
    build = "\n".join(declared["build-system"]["requires"])
    done = subprocess.run([*command, "pyproject.toml", "-"], input=build, cwd=ROOT, text=True)
    if done.returncode:
        sys.exit("uv found no versions that go together, see above; the lock is as it was")
    path.write_text(HEADER + path.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--oldest", action="store_true", help="the oldest of everything")
    resolve(LOCK, **vars(parser.parse_args()))
