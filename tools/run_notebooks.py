"""Executes the notebooks from cold kernels and makes pages of them.

    python -m tools.run_notebooks [--store] [NOTEBOOK ...]

Leaves in build/ the executed notebooks, a page of each with an index, and the last GIF of each that has one.
`--store` also puts the outputs into the notebooks themselves, which is how the committed ones are made.
"""

import argparse
import asyncio
import atexit
import base64
import contextlib
import io
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from PIL import Image

from tools import build_folder
from tools.build_folder import BUILD
from tools.export.pages import ExportError, export_index, export_page, summary
from tools.kernels import ThisPython, kernel_environment
from tools.series import as_bytes, find_notebooks
from tools.student_files import without_outputs

CELL_TIMEOUT = 600  # seconds
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Failure(Exception):
    """A notebook that did not run through: which, where, and the end of the error."""


class Progress:
    """How far a notebook is: one line, written over on a terminal, elsewhere repeated now and then."""

    def __init__(self, name, cells):
        self.name, self.cells, self.cell = name, cells, 0
        self.start = self.told = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self.start

    def tell(self):
        where = f"cell {self.cell} of {self.cells}" if self.cell else "starts"
        line = f"{self.name}  {where}  {self.seconds:.0f} s"
        if sys.stdout.isatty():
            print(f"\r\x1b[K{line}", end="", flush=True)
        elif time.monotonic() - self.told > 15:
            self.told = time.monotonic()
            print(line, flush=True)

    def end(self, how):
        over = "\r\x1b[K" if sys.stdout.isatty() else ""
        print(f"{over}{self.name}  {how} in {self.seconds:.0f} s", flush=True)


async def execute(path, variables, timeout=CELL_TIMEOUT):
    """The notebook at `path`, executed by a new kernel in the notebook's folder, and the seconds it took."""
    notebook = nbformat.read(path, as_version=4)
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.source.strip()]
    without_outputs(notebook)  # nothing from an earlier run may pass for this one's
    progress = Progress(path.stem, len(code))

    stopped = []

    def on_notebook_start(notebook):
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        with contextlib.suppress(NotImplementedError):  # on Windows Ctrl-C arrives by itself
            loop.add_signal_handler(signal.SIGINT, lambda: stopped.append(task.cancel()))

    def on_cell_start(cell, cell_index):
        if stopped:  # before 3.12 Python can lose the cancellation, if the cell before ends at that moment
            asyncio.current_task().cancel()
        if cell_index in code:
            progress.cell = code.index(cell_index) + 1

    async def tick():
        while True:
            progress.tell()
            await asyncio.sleep(0.5)

    client = NotebookClient(
        notebook,
        km=AsyncKernelManager(kernel_spec_manager=ThisPython()),
        resources={"metadata": {"path": str(path.parent)}},
        timeout=timeout,
        shutdown_kernel="immediate",
        coalesce_streams=True,
        record_timing=False,
        store_widget_state=False,
        on_notebook_start=on_notebook_start,
        on_cell_start=on_cell_start,
    )
    client.log.disabled = True  # what it logs is said below
    ticking = asyncio.ensure_future(tick())
    with tempfile.TemporaryFile() as log:  # what the kernel says outside of cells
        try:
            await client.async_execute(cleanup_kc=True, env=variables, stdout=log, stderr=log)
        except CellExecutionError:
            outputs = notebook.cells[code[progress.cell - 1]].outputs
            reason = end_of(next(output.traceback for output in outputs if output.output_type == "error"))
        except CellTimeoutError:
            reason = f"the cell ran for more than {timeout} seconds"
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        except RuntimeError:  # nbclient's DeadKernelError, or the kernel did not even start
            atexit.unregister(client._cleanup_kernel)  # nbclient would clean up twice, and complain
            if stopped:  # nbclient takes a cancelled task for a dead kernel
                raise KeyboardInterrupt from None
            log.seek(0)
            said = [
                line for line in log.read().decode(errors="replace").splitlines() if "WARNING" not in line
            ]
            reason = end_of([*said, "the kernel died, out of memory perhaps"])
        else:
            progress.end(f"{len(code)} cells")
            return tidy(notebook), progress.seconds
        finally:
            ticking.cancel()
    progress.end("failed")
    if not progress.cell:
        raise Failure(f"{path.name}, before its first cell\n{reason}")
    first = next(filter(str.strip, notebook.cells[code[progress.cell - 1]].source.splitlines()))
    raise Failure(f"{path.name}, cell [{progress.cell}] of {len(code)}, {first.strip()}\n{reason}")


def end_of(traceback, lines=15):
    """The last lines of a kernel's messages, in colour only on a terminal."""
    text = "\n".join(traceback)
    if not sys.stderr.isatty():
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
    return "\n".join(text.rstrip().splitlines()[-lines:])


def tidy(notebook):
    """`notebook` without what tells of the machine or of the hour and would make each run a change in git."""
    notebook.metadata.update(METADATA)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
            if png := output.get("data", {}).get("image/png"):
                output.data["image/png"] = smaller(png)
        if "outputs" in cell:  # a widget of its own leaves nothing behind
            cell.outputs = [output for output in cell.outputs if output.get("data") != {}]
    return notebook


def smaller(png):
    """The same pixels in fewer letters: no alpha where all is opaque, no colours where all is grey."""
    image, made = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA"), io.BytesIO()
    *colours, alpha = image.split()
    if alpha.getextrema() == (255, 255):
        image = colours[0] if len({colour.tobytes() for colour in colours}) == 1 else image.convert("RGB")
    image.save(made, "png", optimize=True)
    return min(png, base64.b64encode(made.getvalue()).decode(), key=len)


def last_gif(notebook):
    """The bytes of the last GIF that the notebook shows by an HTML img; None where it shows none."""
    shown = [
        "".join(output.get("data", {}).get("text/html", ""))
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    ]
    gifs = re.findall(r"data:image/gif;base64,([A-Za-z0-9+/=\s]+)", "\n".join(shown))
    return base64.b64decode(gifs[-1]) if gifs else None


def make(paths, store=False, timeout=CELL_TIMEOUT):
    """Execute the notebooks at `paths` in turn and put what comes of each into build/. Raises Failure."""
    notebooks = BUILD / "notebooks"
    index = BUILD / "index.html"
    results = {index: "start here"}
    old = [BUILD / f"{path.stem}.{ending}" for path in paths for ending in ("html", "gif")]
    old += [notebooks / path.name for path in paths]
    build_folder.clear([index, *old])  # whoever finds a file there finds this run's
    abouts = [summary(path.stem, nbformat.read(path, as_version=4)) for path in paths]
    sources = [path.read_bytes() for path in paths]
    executed = []
    for i, path in enumerate(paths):
        with tempfile.TemporaryDirectory() as folder:
            notebook, seconds = asyncio.run(
                execute(path, kernel_environment(folder, embedded=store), timeout)
            )
        executed.append(notebook)
        copy, page, gif = notebooks / path.name, BUILD / f"{path.stem}.html", BUILD / f"{path.stem}.gif"
        build_folder.write(copy, as_bytes(notebook))
        before, after = abouts[i - 1] if i else None, abouts[i + 1] if i + 1 < len(paths) else None
        build_folder.write(page, export_page(notebook, abouts[i], path.parent, before, after).encode())
        results |= {page: f"executed in {seconds:.0f} s", copy: "executed"}
        if film := last_gif(notebook):
            build_folder.write(gif, film)
            results[gif] = "the last GIF that the notebook shows"
    pages = [summary(path.stem, notebook) for path, notebook in zip(paths, executed, strict=True)]
    build_folder.write(index, export_index(pages).encode())
    if store:
        for path, source, notebook in zip(paths, sources, executed, strict=True):
            if path.read_bytes() != source:
                raise Failure(f"{path.name} was changed while it ran: see {notebooks} for its outputs")
            path.write_bytes(as_bytes(notebook))
            results[path] = "the outputs stored"
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", nargs="*", metavar="NOTEBOOK", help="default: all of notebooks/")
    parser.add_argument("--store", action="store_true", help="put the outputs into the notebooks, too")
    parser.add_argument("--timeout", type=int, default=CELL_TIMEOUT, help="seconds that a cell may take")
    arguments = parser.parse_args()
    paths = find_notebooks(arguments.paths)
    if not paths:
        sys.exit("there is no notebook in notebooks/")
    start = time.monotonic()
    try:
        results = make(paths, arguments.store, arguments.timeout)
    except (Failure, ExportError) as error:
        sys.exit(str(error))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("\nstopped")
    print(f"\nMade in {time.monotonic() - start:.0f} s:")
    for path, note in results.items():
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        print(f"  {shown!s:45} {path.stat().st_size / 1e3:7.0f} kB  {note}")


if __name__ == "__main__":
    main()
