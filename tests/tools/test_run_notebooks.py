"""`make notebooks` leaves what it promises, and says where it stopped when it must stop."""

import asyncio
import base64
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import imageio.v3 as imageio
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import build_folder, run_notebooks, series

TOOLS = Path(__file__).parents[2] / "tools"
GIF = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


@pytest.fixture
def project(tmp_path):
    """A project of its own with the tools in it, so that its build/ and notebooks/ are not ours."""
    shutil.copytree(TOOLS, tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def write(project, name, *sources):
    cells = [new_markdown_cell(f"# About {name}\n\nIt shows $x$."), *map(new_code_cell, sources)]
    path = project / "notebooks" / f"{name}.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


class Result(NamedTuple):
    """What a command leaves behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(project, monkeypatch, capsys):
    """The tool as the command line starts it, in this process, which has imported it already."""
    monkeypatch.setattr(series, "ROOT", project)
    monkeypatch.setattr(run_notebooks, "BUILD", project / "build")
    monkeypatch.chdir(project)

    def command(*arguments, **variables):
        monkeypatch.setattr(sys, "argv", ["run_notebooks", *arguments])
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        try:
            run_notebooks.main()
        except SystemExit as stop:  # whose text Python prints
            return Result(1, capsys.readouterr().out, f"{stop}\n")
        return Result(0, *capsys.readouterr())

    return command


def test_what_is_made_and_said(project, run):
    sources = [
        f'from IPython.display import HTML\nHTML(\'<img src="data:image/gif;base64,{GIF}" alt="film">\')',
        "import sys; print(sys.executable)",
    ]
    before = write(project, "01_first", "x = 1", "x + 1").read_bytes()
    write(project, "02_second", "import os; print(os.environ['GAN_UTILS_DATA'])", *sources)
    result = run(GAN_UTILS_DATA="../data")
    assert result.returncode == 0, result.stderr

    build = project / "build"
    made = {path.relative_to(build).as_posix() for path in build.rglob("[!.]*") if path.is_file()}
    assert made == {
        "index.html",
        *("01_first.html", "02_second.html", "02_second.gif"),
        *("notebooks/01_first.ipynb", "notebooks/02_second.ipynb"),
    }
    for name in made:
        assert re.search(rf"build.{re.escape(name)} +\d+ kB".replace("/", "."), result.stdout), name
    assert re.search(r"02_second  3 cells in \d+ s", result.stdout)
    assert (build / "02_second.gif").read_bytes().startswith(b"GIF89a")
    assert 'href="02_second.html"' in (build / "01_first.html").read_text(encoding="utf-8")

    executed = nbformat.read(build / "notebooks" / "01_first.ipynb", as_version=4)
    assert executed.cells[2].outputs[0].data["text/plain"] == "2"
    second = nbformat.read(build / "notebooks" / "02_second.ipynb", as_version=4)
    assert second.cells[1].outputs[0].text.strip() == str(project.parent / "data")
    assert second.cells[3].outputs[0].text.strip() == sys.executable
    assert (project / "notebooks" / "01_first.ipynb").read_bytes() == before
    assert sorted(path.name for path in (project / "notebooks").iterdir()) == [
        "01_first.ipynb",
        "02_second.ipynb",
    ]


def test_a_cell_that_fails_stops_it_and_is_named(project, run):
    write(project, "01_bad", "1 + 1", "", "# a comment\nx = {}\nx['missing']", "print('never')")
    write(project, "02_never", "1")
    page = project / "build" / "01_bad.html"
    build_folder.write(page, b"an earlier run's")
    result = run()
    assert result.returncode == 1
    first, *_, last = result.stderr.splitlines()
    assert first == "01_bad.ipynb, cell [2] of 3, # a comment"
    assert last == "KeyError: 'missing'"
    assert "\x1b" not in result.stdout + result.stderr and "nbclient" not in result.stderr
    assert "02_never" not in result.stdout
    assert not page.exists()


@pytest.mark.parametrize(
    ("source", "told"),
    [("import os\nos._exit(3)", "the kernel died"), ("import time\ntime.sleep(60)", "more than 1 seconds")],
)
def test_a_kernel_that_dies_or_hangs_is_a_failure(project, source, told):
    path = write(project, "01_bad", "1 + 1", source)
    with pytest.raises(run_notebooks.Failure) as failure:
        asyncio.run(run_notebooks.execute(path, dict(os.environ), timeout=1))
    assert str(failure.value).startswith(f"01_bad.ipynb, cell [2] of 2, {source.splitlines()[0]}")
    assert told in str(failure.value).splitlines()[-1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no program `false`")
def test_a_kernel_that_does_not_start_is_a_failure(project, monkeypatch):
    path = write(project, "01_bad", "1 + 1")
    monkeypatch.setattr(run_notebooks.sys, "executable", shutil.which("false"))
    with pytest.raises(run_notebooks.Failure, match=r"01_bad\.ipynb, before its first cell"):
        asyncio.run(run_notebooks.execute(path, dict(os.environ)))


def test_a_formula_that_cannot_be_drawn_is_one_line(project, run):
    path = write(project, "01_bad", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(new_markdown_cell(r"Here is $\unknown$."))
    nbformat.write(notebook, path)
    result = run()
    assert result.returncode == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("01_bad, cell 3 from the top: cannot typeset") and r"\\unknown" in line


def test_stored_outputs_tell_nothing_of_the_hour_or_the_machine(project, run):
    path = write(
        project,
        "01_first",
        "for i in range(3):\n    print(i, flush=True)",
        "import os\nprint(os.environ.get('GAN_UTILS_DATA'), 'keras' in os.environ.get('KERAS_HOME', ''))",
    )
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = {
        "widgets": {"state": {}},
        "language_info": {"name": "python", "version": "3.11.7"},
        "kernelspec": {"name": "my-kernel", "display_name": "Mine"},
    }
    notebook.cells[1].metadata = {"execution": {"iopub.status.busy": "2026-01-01"}, "tags": ["keep"]}
    nbformat.write(notebook, path)
    ids = [cell.id for cell in notebook.cells]
    result = run("--store", GAN_UTILS_DATA="/elsewhere", KERAS_HOME="/home/someone/keras")
    assert result.returncode == 0, result.stderr

    stored = nbformat.read(path, as_version=4)
    assert stored.metadata == run_notebooks.METADATA
    assert [cell.metadata for cell in stored.cells] == [{}, {"tags": ["keep"]}, {}]
    assert [output.text for output in stored.cells[1].outputs] == ["0\n1\n2\n"]
    assert stored.cells[2].outputs[0].text == "None False\n"
    assert [cell.execution_count for cell in stored.cells[1:]] == [1, 2]
    assert [cell.id for cell in stored.cells] == ids
    first = path.read_bytes()
    assert run("--store").returncode == 0
    assert path.read_bytes() == first


def test_a_stored_picture_is_the_same_in_fewer_bytes():
    rng = np.random.default_rng(0)
    grey = np.repeat(rng.integers(0, 256, (20, 20, 1), dtype="uint8"), 3, axis=2)
    opaque = np.full((20, 20, 1), 255, "uint8")
    coloured = np.concatenate([rng.integers(0, 256, (20, 20, 3), dtype="uint8"), opaque], axis=2)
    seen_through = np.concatenate([grey, opaque // 2], axis=2)
    sizes = []
    for pixels in (np.concatenate([grey, opaque], axis=2), coloured, seen_through):
        png = base64.b64encode(imageio.imwrite("<bytes>", pixels, extension=".png")).decode()
        stored = run_notebooks.smaller(png)
        read = imageio.imread(base64.b64decode(stored), mode="RGBA", extension=".png")
        np.testing.assert_array_equal(read, pixels)
        sizes.append(len(stored) / len(png))
    assert sizes[0] < 0.6 and sizes[1] < 1 and sizes[2] <= 1


def test_a_widget_of_its_own_leaves_nothing_behind():
    widget, text = (
        {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}},
        {"text/plain": "a picture"},
    )
    cell = nbformat.v4.new_code_cell("show()")
    cell.outputs = [nbformat.v4.new_output("display_data", data) for data in (widget, text, widget | text)]
    cell.outputs.append(nbformat.v4.new_output("stream", text="said"))
    left = run_notebooks.tidy(nbformat.v4.new_notebook(cells=[cell])).cells[0].outputs
    assert [output.get("data") for output in left] == [text, text, None]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_ends_it_and_its_kernel(project):
    write(
        project,
        "01_long",
        "import os; open('pid', 'w').write(str(os.getpid()))",
        "import time; time.sleep(60)",
    )
    command = [sys.executable, "-m", "tools.run_notebooks"]
    process = subprocess.Popen(command, cwd=project, stderr=subprocess.PIPE, text=True)
    pid = project / "notebooks" / "pid"
    deadline = time.monotonic() + 60
    while not (pid.exists() and pid.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[1].strip() == "stopped"
    assert process.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


LOSES_IT = """if True:
    import asyncio, nbclient
    from tools import run_notebooks

    execute_cell = nbclient.NotebookClient.async_execute_cell

    async def lose(*arguments, **named):
        done = await execute_cell(*arguments, **named)
        try:
            await asyncio.sleep(5)
        except asyncio.CancelledError:
            pass
        return done

    nbclient.NotebookClient.async_execute_cell = lose
    run_notebooks.main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one process")
def test_ctrl_c_that_comes_as_a_cell_ends_is_not_lost(project):
    """As `asyncio.wait_for` may lose it, which nbclient uses, before Python 3.12."""
    interrupt = "import os, signal, threading\n"
    interrupt += "threading.Timer(1, os.kill, (os.getppid(), signal.SIGINT)).start()"
    write(project, "01_long", interrupt, "import time; time.sleep(60)")
    result = subprocess.run(
        [sys.executable, "-c", LOSES_IT], cwd=project, capture_output=True, text=True, timeout=50
    )
    assert (result.returncode, result.stderr.strip()) == (1, "stopped")


def test_no_other_kernel_is_taken_for_this_python(project, monkeypatch, tmp_path):
    other = tmp_path / "jupyter" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text(
        '{"argv": ["no-such-python"], "display_name": "x", "language": "python"}'
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    path = write(project, "01_first", "import sys; sys.executable")
    notebook, _ = asyncio.run(run_notebooks.execute(path, dict(os.environ)))
    assert notebook.cells[1].outputs[0].data["text/plain"] == repr(sys.executable)
