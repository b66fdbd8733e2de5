"""Locks the versions of a day on which everything worked: `make lock` writes constraints.txt.

One file serves each supported Python and system: where these need different versions, a line says which is
whose (`numpy==2.4.6 ; python_full_version < '3.12'`), and pip reads it so: `pip install -c constraints.txt`.
`python -m tools.setup.lock --oldest` writes the oldest versions that pyproject.toml admits in its place, for
Python 3.11: the weekly tests install them, and nobody commits them.
"""

import argparse
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "constraints.txt"
LEFT_OUT = {"bench"}  # PyTorch: gigabytes, another build for each machine, and no notebook needs it
HEADER = "# Written by `make lock`; `make`, environment.yml and CI install these versions.\n"


def resolve(path, oldest=False):
    """Write to `path` a version of all that pyproject.toml asks for, to build the project included."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--upgrade", "--output-file", path]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", "3.11"]
    if oldest:  # of what is named there: what that needs in its turn has no floor here, and comes new
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
