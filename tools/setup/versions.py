"""Which versions does it run on? `make versions` installs each combination, tests it, and fills the README.

Each line is a temporary environment of its own, made from the package index and removed when its
tests are done: about an hour in all on two cores. `python -m tools.setup.versions 3.13` runs the lines that
hold the text only, and leaves the README alone. What a line does not name comes in its newest version.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.setup import lock

ROOT = Path(__file__).resolve().parents[2]
MARKS = "<!-- make versions -->\n", "<!-- end of versions -->"
LOCK, OLDEST_OF_ALL = "the lock", "the oldest of everything"  # a version of each package
TESTS = ("contracts", "gradients", "gan", "networks", "losses", "quality", "saving_and_resuming", "data")
OLDEST = ("keras==3.8.*", "tensorflow==2.18.*")
NEWEST = ("keras", "tensorflow")
LINES = [  # Python, backend, what pip is asked for
    ("3.11", "tensorflow", LOCK),
    ("3.12", "tensorflow", LOCK),
    ("3.13", "tensorflow", LOCK),
    ("3.11", "tensorflow", OLDEST_OF_ALL),
    ("3.11", "tensorflow", OLDEST),
    ("3.11", "tensorflow", NEWEST),
    ("3.12", "tensorflow", OLDEST),
    ("3.12", "tensorflow", NEWEST),
    ("3.13", "tensorflow", OLDEST),
    ("3.13", "tensorflow", ("keras==3.10.*", "tensorflow==2.20.*")),
    ("3.13", "tensorflow", NEWEST),
    ("3.11", "jax", (*OLDEST, "jax==0.4.*")),  # Keras 3.8's own fit needs a JAX of its time
    ("3.13", "jax", NEWEST),
    ("3.11", "torch", (*NEWEST, "torch")),
]
VERSIONS = """
import importlib.metadata as m, sys
names = ["keras", "tensorflow", "jax", "torch", "numpy"]
found = {d.metadata["Name"].lower(): d.version for d in m.distributions()}
print(*(found.get(n, "-").split("+")[0] for n in names))
"""


def try_line(folder, python, backend, wanted):
    """Install and test one combination in an empty folder: a row of the table."""
    made = subprocess.run([f"python{python}", "-m", "venv", folder], capture_output=True)
    if made.returncode:
        return f"| {python} | {backend} | {' '.join(wanted)} | | python{python} is not on this machine |"
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [bin_ / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    project = f"{ROOT}[notebooks,test]"
    tests, name = [ROOT / "tests" / "library" / f"test_{name}.py" for name in TESTS], ""
    if wanted in (LOCK, OLDEST_OF_ALL):
        tests.append(ROOT / "notebooks" / "01_discriminator.ipynb")
        name, versions = f", {wanted}", lock.LOCK
        if wanted == OLDEST_OF_ALL:
            versions = folder / "oldest.txt"
            lock.resolve(versions, oldest=True)
        wanted = ("-c", str(versions))
    done = subprocess.run([*pip, "-e", project, *wanted], capture_output=True, text=True)
    if done.returncode:
        why = "no wheel" if "No matching distribution" in done.stderr else "not installable"
        print(done.stderr[-2000:], file=sys.stderr)
        return f"| {python} | {backend} | {' '.join(wanted)} | | {why} |"
    versions = subprocess.run([bin_ / "python", "-c", VERSIONS], capture_output=True, text=True, check=True)
    keras, tensorflow, jax, torch, numpy = versions.stdout.split()
    other = {"tensorflow": tensorflow, "jax": jax, "torch": torch}[backend]
    environment = os.environ | {"KERAS_BACKEND": backend}
    tested = subprocess.run(
        [bin_ / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    print(tested.stdout[-6000:] if tested.returncode else tested.stdout[-200:], file=sys.stderr)
    result = re.sub(r"(, \d+ warnings?)? in .*|=", "", tested.stdout.strip().splitlines()[-1]).strip()
    return f"| {python}{name} | {backend} {other} | {keras} | {numpy} | {result} |"


def main():
    rows = ["| Python | backend | Keras | NumPy | tests |", "| --- | --- | --- | --- | --- |"]
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    for line in LINES:
        if only in str(line):
            with tempfile.TemporaryDirectory() as folder:
                rows.append(try_line(Path(folder), *line))
            print(rows[-1], flush=True)
    if not only:
        readme = ROOT / "README.md"
        before, rest = readme.read_text(encoding="utf-8").split(MARKS[0])
        after = rest.split(MARKS[1])[1]
        table = "\n".join(rows)
        readme.write_text(f"{before}{MARKS[0]}\n{table}\n\n{MARKS[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
