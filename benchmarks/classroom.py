"""A class on one server: what a student needs of memory and of time. On Linux, half an hour on two cores:

    make classroom

gives each student what JupyterHub gives: a Jupyter server, and a kernel for one notebook after the other. One
student alone on two cores, then four at once on the same two. Writes the table, and what to order for a class
of thirty, into docs/instructors.md. `python benchmarks/classroom.py 01` runs that notebook only, and leaves
the guide alone.
"""

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from bench import machine
from jupyter_client import BlockingKernelClient

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "instructors.md"
MARKS = re.compile("(?<=<!-- classroom -->\n).*(?=<!-- end -->)", re.DOTALL)
CASES = [(1, 2), (4, 2)]  # students at once, cores for all of them
CLASS = 30
SPARE = 1.25  # of memory, for what students try beyond the cells
CELL_TIMEOUT = 1800  # seconds
GB = 1e9
LEGEND = """\
In each notebook: seconds from a cold kernel to the last cell, of the slowest student; then the largest memory
that one student's server and kernel held, libraries included. *Longest cell*: seconds of the cell that takes
longest. *CPU*: minutes that one student's processes computed, all notebooks together. *All*: the largest
memory of all the students together, where a page that several processes share counts once;
in the columns of the notebooks it counts in each."""


@dataclass
class Student:
    """A Jupyter server of one's own, on some of the cores, in a folder with the notebooks."""

    folder: Path
    cores: list
    peak: int = 0  # bytes of memory since `run` began
    shared: int = 0  # bytes now, each page divided by the number of processes that have it
    runs: list = field(default_factory=list)  # (seconds, bytes, seconds of the longest cell), a notebook each
    cpu: float = 0  # seconds

    def start(self):
        for part in ("notebooks", "docs"):
            shutil.copytree(ROOT / part, self.folder / part)
        self.runtime = self.folder / "runtime"
        variables = {name: value for name, value in os.environ.items() if name != "GAN_UTILS_DATA"}
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "KERAS_HOME", "JUPYTER_RUNTIME_DIR"):
            variables[name] = str(self.runtime if name == "JUPYTER_RUNTIME_DIR" else self.folder / name)
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
        with (self.folder / "log").open("w") as log:
            server = subprocess.Popen(command, cwd=self.folder, env=variables, stdout=log, stderr=log)
        os.sched_setaffinity(server.pid, self.cores)  # kernels inherit it
        self.process = psutil.Process(server.pid)
        for _ in range(240):
            if found := list(self.runtime.glob("jpserver-*.json")):
                self.server = json.loads(found[0].read_text())
                return
            time.sleep(0.25)
        raise RuntimeError((self.folder / "log").read_text())

    def ask(self, method, path, body=None):
        """What the server answers to a request of its API."""
        request = urllib.request.Request(
            self.server["url"] + path,
            method=method,
            data=json.dumps(body).encode() if body else None,
            headers={"Authorization": f"token {self.server['token']}"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or "null")

    def run(self, name):
        """Execute a notebook in a new kernel of the server."""
        notebook = nbformat.read(self.folder / "notebooks" / f"{name}.ipynb", as_version=4)
        self.peak, cells, began = 0, [], time.perf_counter()
        session = {"path": f"notebooks/{name}.ipynb", "name": "", "type": "notebook"}
        session = self.ask("POST", "api/sessions", session | {"kernel": {"name": "python3"}})
        client = BlockingKernelClient()
        client.load_connection_file(str(self.runtime / f"kernel-{session['kernel']['id']}.json"))
        client.start_channels(hb=False)  # a kernel that starts on a busy machine misses its heartbeats
        client.wait_for_ready(timeout=120)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell_began = time.perf_counter()
                reply = client.execute_interactive(
                    cell.source, allow_stdin=False, output_hook=lambda message: None, timeout=CELL_TIMEOUT
                )["content"]
                if reply["status"] != "ok":
                    raise RuntimeError(f"{name}, {cell.id}: {reply['ename']}: {reply['evalue']}")
                cells.append(time.perf_counter() - cell_began)
        self.runs.append((time.perf_counter() - began, self.peak, max(cells)))
        client.stop_channels()
        self.cpu += sum(sum(one.cpu_times()[:2]) for one in self.process.children(recursive=True))
        self.ask("DELETE", f"api/sessions/{session['id']}")

    def look(self):
        """Note the memory of the server and its kernel."""
        peak = shared = 0
        for process in [self.process, *self.process.children(recursive=True)]:
            try:
                memory = process.memory_full_info()
            except psutil.NoSuchProcess:  # a kernel that ended just now
                continue
            peak, shared = peak + memory.rss, shared + memory.pss
        self.peak, self.shared = max(self.peak, peak), shared

    def stop(self):
        self.cpu += sum(self.process.cpu_times()[:2])
        self.process.terminate()
        self.process.wait(60)


def measure(students, cores, names):
    """So many students at once, on so many cores: the students, and the largest memory of all together."""
    with tempfile.TemporaryDirectory(prefix="class") as folder:
        chosen = sorted(os.sched_getaffinity(0))[:cores]
        everybody = [Student(Path(folder, str(i)), chosen) for i in range(students)]
        together, failed = 0, []

        def learn(student):
            try:
                for name in names:
                    student.run(name)
            except Exception as error:
                failed.append(error)

        started = []
        try:
            for student in everybody:
                student.start()
                started.append(student)
            threads = [threading.Thread(target=learn, args=(student,)) for student in everybody]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                for student in everybody:
                    student.look()
                together = max(together, sum(student.shared for student in everybody))
                time.sleep(0.5)
        finally:
            for student in started:
                student.stop()
    if failed:
        raise failed[0]
    return everybody, together


def table_row(students, cores, everybody, together):
    """A line of the table."""
    notebooks = []
    for runs in zip(*(student.runs for student in everybody), strict=True):
        seconds, memory, _ = (max(column) for column in zip(*runs, strict=True))
        notebooks.append(f"{seconds:.0f} s, {memory / GB:.2f} GB")
    longest = max(cell for student in everybody for _, _, cell in student.runs)
    cpu = max(student.cpu for student in everybody) / 60
    figures = [f"{longest:.0f} s", f"{cpu:.1f} min", f"{together / GB:.2f} GB"]
    return f"| {' | '.join([str(students), str(cores), *notebooks, *figures])} |"


def column(name):
    return name[:2] if name[0].isdigit() else name.replace("_", " ")


def order(everybody, together):
    """What to order for a class, from a case with several students."""
    limit = SPARE * max(memory for student in everybody for _, memory, _ in student.runs) / GB
    each = SPARE * together / len(everybody) / GB
    return (
        f"With a quarter to spare: set a student's memory limit to {math.ceil(2 * limit) / 2:g} GB; a class "
        f"of {CLASS} needs {CLASS} x {each:.2f} = {CLASS * each:.0f} GB, and what the machine itself needs."
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("notebooks", nargs="*", help="01 02 ...; default: all, and the guide is written")
    wanted = tuple(parser.parse_args().notebooks)
    names = sorted(
        path.stem for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem.startswith(wanted or "")
    )
    columns = ["students at once", "cores", *map(column, names), "longest cell", "CPU", "all"]
    rows = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for students, cores in CASES:
        everybody, together = measure(students, cores, names)
        rows.append(table_row(students, cores, everybody, together))
        print(rows[-1], flush=True)
    head = f"`make classroom`: {machine()}."
    text = "\n".join(["", *rows, "", head, LEGEND, "", order(everybody, together), "", ""])
    print(text)
    if not wanted:
        guide = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(MARKS.sub(lambda _: text, guide), encoding="utf-8")


if __name__ == "__main__":
    main()
