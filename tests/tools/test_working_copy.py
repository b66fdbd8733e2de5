"""A student's copies: nothing stands below a question, no work is ever lost, nothing is touched elsewhere."""

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks.canary import prints
from tests.tools.test_links import soup
from tools import student_files
from tools.build_folder import LIST
from tools.lab import __main__ as lab
from tools.lab import working_copy
from tools.series import ROOT, find_notebooks
from tools.student_files import gather, on_the_web

PATHS = find_notebooks()
ELSEWHERE = {"in the checkout": lab.in_the_checkout, "on the web": on_the_web(ROOT)}
WORK = "a week of work"
posix = pytest.mark.skipif(os.name == "nt", reason="links want rights there, files in use stay")


def contents(folder):
    """What lies in a folder: path -> bytes; None for a folder."""
    paths = sorted(folder.rglob("*"))
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in paths
    }


# What a student gets.


def test_outputs_are_gone_and_all_else_stays():
    files, told = gather(PATHS, lambda path, here: "x")
    assert told == []
    for path in PATHS:
        committed = nbformat.read(path, as_version=4)
        given = nbformat.reads(files[path.name].decode("utf-8"), as_version=4)
        nbformat.validate(given)
        assert given.metadata == committed.metadata
        for before, after in zip(committed.cells, given.cells, strict=True):
            assert (after.id, after.cell_type, after.metadata) == (
                before.id,
                before.cell_type,
                before.metadata,
            )
            if after.cell_type == "code":
                assert (after.outputs, after.execution_count, after.source) == ([], None, before.source)
        assert any(cell.get("outputs") for cell in committed.cells)
    assert {name for name in files if name.endswith(".ipynb")} == {path.name for path in PATHS}
    assert {"docs/glossary.md", "docs/cheatsheet.md", "docs/questions.md", "images/colab.svg"} <= files.keys()


@pytest.mark.parametrize("where", ELSEWHERE)
def test_every_link_leads_somewhere(where, tmp_path):
    """Inside the folder; else to the web, or from the working copy to the checkout, where something lies."""
    folder, inside, outside = tmp_path / "given", 0, set()
    files, _ = gather(PATHS, ELSEWHERE[where])
    working_copy.make(folder, files)
    for name in files:
        if not name.endswith((".md", ".ipynb")):
            continue
        page = soup(folder / name)
        links = [tag["href"] for tag in page.select("a[href]")] + [
            tag["src"] for tag in page.select("img[src]")
        ]
        for link in filter(lambda link: not urlsplit(link).scheme, links):
            path = unquote(urlsplit(link).path)
            if os.path.normpath(os.path.join(os.path.dirname(name), path)).startswith(".."):
                there = os.path.normpath((lab.FOLDER / name).parent / path)
                assert os.path.exists(there) and ROOT in Path(there).parents, f"{name}: {link}"
                outside.add(link)
            elif path:
                assert ((folder / name).parent / path).exists(), f"{name}: {link}"
                inside += 1
    assert inside > 10 and bool(outside) == (where == "in the checkout")


def test_links_are_seen_and_others_left(tmp_path):
    for name in (
        "docs/a page.md",
        "notebooks/solutions/one.py",
        "notebooks/images/b.svg",
        "notebooks/02.ipynb",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True), (tmp_path / name).touch()
    text = (
        "[a](../docs/a%20page.md#top) [s](solutions/one.py) [f](solutions) "
        '![b](images/b.svg "B") [n](02.ipynb) '
        '<img src="images/b.svg"> [w](https://x.org/a) [g](gone.md) `f[0](x)` [t](#top)'
    )
    assert student_files.relinked(
        text, "notebooks/01.ipynb", tmp_path, lambda path, here: f"{here}>{path}"
    ) == (
        "[a](docs/a%20page.md#top) [s](01.ipynb>notebooks/solutions/one.py) "
        "[f](01.ipynb>notebooks/solutions) "
        '![b](images/b.svg "B") [n](02.ipynb) '
        '<img src="images/b.svg"> [w](https://x.org/a) [g](gone.md) `f[0](x)` [t](#top)'
    )
    assert (
        student_files.relinked("[n](../notebooks/02.ipynb#x)", "docs/a page.md", tmp_path, None)
        == "[n](../02.ipynb#x)"
    )


# How it is laid.


def executed(text, answer="..."):
    """The bytes of a small notebook, executed."""
    cells = [new_markdown_cell(text, id="text"), new_code_cell(answer, id="answer", outputs=prints("42\n"))]
    return nbformat.writes(new_notebook(cells=cells)).encode()


@pytest.fixture
def make_lab(tmp_path, monkeypatch, capsys):
    """`make lab` in a small checkout, until JupyterLab would open; returns the lines that it prints."""
    root = tmp_path / "my checkout ü"
    for folder in ("notebooks/images", "docs"):
        (root / folder).mkdir(parents=True)
    (root / "notebooks/images/b.svg").write_text("<svg/>")
    (root / "docs/words.md").write_text("# Words\n")
    (root / "notebooks/01_one.ipynb").write_bytes(executed("[Words](../docs/words.md) ![b](images/b.svg)"))
    (root / "notebooks/02_two.ipynb").write_bytes(executed("Two"))
    (root / "thesis.txt").write_text(WORK)

    def run():
        lab.main(["--an-option"])
        *told, options = capsys.readouterr().out.splitlines()
        assert all(option in options for option in [*lab.OPTIONS, "--an-option"])
        return told

    run.root, run.folder = root, root / "my_notebooks"
    run.sources = root / "notebooks"
    monkeypatch.setattr(lab, "ROOT", root), monkeypatch.setattr(lab, "FOLDER", run.folder)
    monkeypatch.setattr(lab, "find_notebooks", lambda: sorted(run.sources.glob("*.ipynb")))
    monkeypatch.setattr("jupyterlab.labapp.main", print)
    return run


def texts(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


def test_the_first_time(make_lab):
    before = contents(make_lab.root)
    assert make_lab() == []
    after = contents(make_lab.root)
    made = {"01_one.ipynb", "02_two.ipynb", "docs", "docs/words.md", "images", "images/b.svg", LIST}
    assert after.keys() - before.keys() == {"my_notebooks", *(f"my_notebooks/{name}" for name in made)}
    assert {name: after[name] for name in before} == before, "nothing else is touched"
    assert texts(make_lab.folder / "01_one.ipynb")[0] == "[Words](docs/words.md) ![b](images/b.svg)"
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"{lab.FOLDER.name}/" in ignored
    assert make_lab() == [] and contents(make_lab.root) == after, "the second time nothing happens"


RUN = {"cells": [{"cell_type": "code", "source": "...", "outputs": prints("42")}]}
KINDS = [
    WORK,
    "",
    "{broken",
    "[" * 100_000,
    '{"cells": [1]}',
    executed("Two", "x = 42").decode(),
    json.dumps(RUN),
]


@pytest.mark.parametrize("work", KINDS, ids=range(len(KINDS)))
def test_work_survives(make_lab, work):
    """A second time, a new notebook, another one, a notebook that is no more; whatever stands in hers."""
    make_lab()
    hers, source = make_lab.folder / "02_two.ipynb", make_lab.sources / "02_two.ipynb"
    hers.write_text(work, encoding="utf-8")
    assert make_lab() == [] and hers.read_text("utf-8") == work
    source.write_bytes(executed("Two, said better"))
    told = make_lab()
    assert told == [
        "my_notebooks/02_two.ipynb has changed since you began yours, which stays: the new one is "
        "new_02_two.ipynb"
    ]
    new = make_lab.folder / "new_02_two.ipynb"
    assert hers.read_text("utf-8") == work and texts(new) == ["Two, said better", "..."]
    before = contents(make_lab.folder)
    assert make_lab() == [] and contents(make_lab.folder) == before, "it is said once"
    new.unlink()
    assert make_lab() == [] and not new.exists(), "she does not want it"
    source.write_bytes(executed("Two, and better still"))
    assert len(make_lab()) == 1 and texts(new)[0] == "Two, and better still"
    source.write_bytes(executed("Two, once more"))
    assert len(make_lab()) == 1 and texts(new)[0] == "Two, once more", "nothing was done in that one"
    new.write_text("work goes on here", encoding="utf-8")
    source.write_bytes(executed("Two, the last time"))
    assert "new_2_02_two.ipynb" in make_lab()[0] and new.read_text("utf-8") == "work goes on here"
    source.unlink()
    assert make_lab() == []
    for broken in ("<<<<<<< HEAD", "", "[]", "{}", '{"cells": 1, "nbformat": 4, "nbformat_minor": 5}'):
        source.write_text(broken)
        assert make_lab()[0].startswith("notebooks/02_two.ipynb is no notebook, a merge has")
    assert hers.read_text("utf-8") == work and new.read_text("utf-8") == "work goes on here"


def test_what_nobody_has_worked_in_gives_way(make_lab):
    make_lab()
    (make_lab.sources / "02_two.ipynb").write_bytes(executed("Two, said better"))
    (make_lab.root / "docs/words.md").write_text("# More words\n")
    assert make_lab() == [
        "my_notebooks/02_two.ipynb is the new one now; you had changed nothing in it",
        "my_notebooks/docs/words.md is the new one now; you had changed nothing in it",
    ]
    assert texts(make_lab.folder / "02_two.ipynb")[0] == "Two, said better"
    opened = nbformat.read(make_lab.folder / "02_two.ipynb", as_version=4)
    opened.metadata.language_info = {"name": "python", "version": "3.99"}  # as JupyterLab saves it
    nbformat.write(opened, make_lab.folder / "02_two.ipynb")
    (make_lab.sources / "02_two.ipynb").write_bytes(executed("Two, even better"))
    assert "nothing in it" in make_lab()[0] and len(list(make_lab.folder.glob("*.ipynb"))) == 2
    (make_lab.sources / "02_two.ipynb").write_bytes(executed("Two, even better").replace(b"42", b"43"))
    assert make_lab() == [], "other outputs are nothing new to her"


def test_what_was_deleted_or_renamed_is_made_anew(make_lab):
    make_lab()
    hers = make_lab.folder / "02_two.ipynb"
    hers.write_text(WORK), hers.rename(make_lab.folder / "02_mine.ipynb")
    shutil.rmtree(make_lab.folder / "docs")
    assert make_lab() == []
    assert texts(hers)[0] == "Two" and (make_lab.folder / "docs/words.md").exists()
    assert (make_lab.folder / "02_mine.ipynb").read_text() == WORK


@pytest.mark.parametrize("listed", [None, b"", b"half a li", b"\0\xff"])
def test_without_the_list_nothing_is_lost(make_lab, listed):
    make_lab()
    before = contents(make_lab.folder)
    (make_lab.folder / LIST).unlink()
    if listed is not None:
        (make_lab.folder / LIST).write_bytes(listed)
    (make_lab.folder / "02_two.ipynb").write_text(WORK)
    assert "which stays" in make_lab()[0] and make_lab() == []
    assert (make_lab.folder / "02_two.ipynb").read_text() == WORK
    after = contents(make_lab.folder)
    assert {n for n in after if after[n] != before.get(n)} - {LIST} == {"02_two.ipynb", "new_02_two.ipynb"}


def test_other_things_of_hers_stay(make_lab):
    make_lab.folder.mkdir()
    for name in ("02_TWO (2).ipynb", ".hidden", ".01_one.ipynb.part", "new_02_two.ipynb", "02_two.ipynb"):
        (make_lab.folder / name).write_text(WORK)
    assert "the new one is new_2_02_two.ipynb" in make_lab()[0]
    assert sum(content == WORK.encode() for content in contents(make_lab.folder).values()) == 5


# What is in the way.


def refused(make_lab, match):
    before = contents(make_lab.root)
    with pytest.raises(SystemExit, match=match) as stopped:
        make_lab()
    assert "\n" not in str(stopped.value)
    assert contents(make_lab.root) == before


def test_a_file_in_the_place_of_the_folder(make_lab):
    make_lab.folder.write_text(WORK)
    refused(make_lab, r"my_notebooks cannot hold your copies \(.+\): move it, or copy the project")


@pytest.mark.parametrize("name", ["02_two.ipynb", "images"])
def test_folders_and_files_in_the_way_of_some(make_lab, name):
    way = make_lab.folder / name
    if name == "images":
        make_lab.folder.mkdir(), way.write_text(WORK)
    else:
        way.mkdir(parents=True), (way / "mine.txt").write_text(WORK)
    before = contents(make_lab.folder)
    (told,) = make_lab()
    blocked = {"images": "images/b.svg"}.get(name, name)
    assert told == f"my_notebooks/{blocked} cannot be laid: what has its name is in the way, move it"
    assert (make_lab.folder / "01_one.ipynb").exists(), "the others are laid"
    assert {key: value for key, value in contents(make_lab.folder).items() if key in before} == before


@posix
@pytest.mark.skipif(os.name != "nt" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_checkout(make_lab):
    make_lab.root.chmod(0o555)
    try:
        refused(make_lab, r"my_notebooks cannot hold your copies \(Permission denied\)")
    finally:
        make_lab.root.chmod(0o755)


def test_no_right_to_write(make_lab, monkeypatch):
    """As a read-only checkout, also for root, who may write everywhere."""

    def refuse(*arguments, **options):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    make_lab.folder.mkdir()
    monkeypatch.setattr(working_copy, "open", refuse, raising=False)
    refused(make_lab, r"my_notebooks cannot hold your copies \(Permission denied\)")


@posix
def test_links(make_lab, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    make_lab()
    shutil.copy(make_lab.folder / "02_two.ipynb", outside / "two")
    for name, end in (("02_two.ipynb", "two"), ("01_one.ipynb", "nowhere")):
        (make_lab.folder / name).unlink(), (make_lab.folder / name).symlink_to(outside / end)
    before = contents(outside)
    for source in ("01_one.ipynb", "02_two.ipynb"):
        (make_lab.sources / source).write_bytes(executed("New"))
    told = make_lab()
    assert "01_one.ipynb cannot be laid" in told[0] and "new_02_two.ipynb" in told[1]
    assert (make_lab.folder / "02_two.ipynb").is_symlink() and contents(outside) == before
    assert texts(make_lab.folder / "new_02_two.ipynb")[0] == "New"


@posix
def test_a_folder_that_she_keeps_elsewhere(make_lab, tmp_path):
    (tmp_path / "cloud").mkdir()
    make_lab.folder.symlink_to(tmp_path / "cloud")
    assert make_lab() == [] and (tmp_path / "cloud/01_one.ipynb").exists()
    make_lab.folder.unlink(), make_lab.folder.symlink_to(tmp_path / "gone")
    refused(make_lab, r"my_notebooks cannot hold your copies")


# Whole or not at all.


def names_and_wholes(folder, files):
    """The files there, each of them whole; those that are still written are hidden."""
    there = {name: content for name, content in contents(folder).items() if content is not None}
    seen = {name for name in there if not os.path.basename(name).startswith(".")}
    assert all(there[name] == files[name] for name in seen)
    return seen


@contextmanager
def full(path, mode):
    """An `open` for a disk that is full in the middle of one file."""
    with open(path, mode) as file:
        if ".2.ipynb." in str(path):
            file.write(b"half of it")
            raise OSError(errno.ENOSPC, "No space left on device")
        yield file


def interrupt(*paths):
    raise KeyboardInterrupt


def test_a_full_disk_and_an_interrupt_leave_no_half(tmp_path, monkeypatch):
    files, folder = {f"{i}.ipynb": b"x" * 1000 for i in range(4)}, tmp_path / "copies"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(os, "link", interrupt)
        working_copy.make(folder, files)
    assert contents(folder).keys() == {LIST}
    with monkeypatch.context() as patch:
        patch.setattr(working_copy, "open", full, raising=False)
        assert working_copy.make(folder, files) == [
            "copies/2.ipynb cannot be written: No space left on device"
        ]
    assert contents(folder).keys() == files.keys() - {"2.ipynb"} | {LIST}
    assert names_and_wholes(folder, files) == files.keys() - {"2.ipynb"}
    assert working_copy.make(folder, files) == [] and names_and_wholes(folder, files) == files.keys()


def test_where_files_cannot_be_linked(tmp_path, monkeypatch):
    """As on a stick formatted with FAT."""

    def refuse(*paths):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert working_copy.make(tmp_path / "copies", {"a.md": b"a"}) == []
    assert (tmp_path / "copies/a.md").read_bytes() == b"a"
    (tmp_path / "copies/a.md").write_bytes(b"hers")
    with pytest.raises(FileExistsError):
        working_copy.put(tmp_path / "copies/a.md", b"b")
    assert (tmp_path / "copies/a.md").read_bytes() == b"hers"
    assert set(contents(tmp_path / "copies")) == {"a.md", LIST}


def test_who_comes_second_does_not_write_over_it(tmp_path, monkeypatch):
    """The file appears, with work in it, after it was looked for."""
    path, real = tmp_path / "copies/a.ipynb", os.path.lexists
    path.parent.mkdir(), path.write_bytes(b"hers")
    looks = iter([False])
    monkeypatch.setattr(os.path, "lexists", lambda name: next(looks, None) if name == path else real(name))
    working_copy.make(path.parent, {"a.ipynb": b"ours"})
    assert path.read_bytes() == b"hers" and (path.parent / "new_a.ipynb").read_bytes() == b"ours"


MAKE = """
import os, sys, time
from pathlib import Path
from tools.lab import working_copy
files = {f"{i}.ipynb": bytes([65 + i]) * 300_000 for i in range(20)}
link = os.link
os.link = lambda *paths: time.sleep(0.003) or link(*paths)  # so that others come in between
print("ready", flush=True)
sys.stdin.readline()
print(working_copy.make(Path(sys.argv[1]), files))
"""
FILES = {f"{i}.ipynb": bytes([65 + i]) * 300_000 for i in range(20)}


def starts(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", MAKE, str(folder)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    return process


@posix
def test_several_at_the_same_time(tmp_path):
    processes = [starts(tmp_path / "copies") for _ in range(4)]
    for process in processes:
        process.stdin.write("\n"), process.stdin.flush()
    assert [process.communicate()[0] for process in processes] == ["[]\n"] * 4
    assert contents(tmp_path / "copies").keys() == FILES.keys() | {LIST}
    assert names_and_wholes(tmp_path / "copies", FILES) == FILES.keys()
    for path in (tmp_path / "copies").glob("*.ipynb"):
        path.write_bytes(b"hers")
    assert working_copy.make(tmp_path / "copies", FILES) == [], "all are on the list"


@posix
def test_killed_at_any_moment(tmp_path):
    cut_short = 0
    for i in range(0, len(FILES), 2):
        folder = tmp_path / f"copies {i}"
        process = starts(folder)
        process.stdin.write("\n"), process.stdin.flush()
        while len(list(folder.glob("*.ipynb"))) < i:
            time.sleep(0.001)
        process.kill(), process.communicate()
        there = names_and_wholes(folder, FILES) if folder.exists() else set()
        cut_short += 0 < len(there) < len(FILES)
        for partial in folder.glob(".*.part"):
            os.utime(partial, (0, 0))  # a day later
        assert working_copy.make(folder, FILES) == []
        assert contents(folder).keys() == FILES.keys() | {LIST}
        assert names_and_wholes(folder, FILES) == FILES.keys()
    assert cut_short, "no kill came half-way"


# Around it.


def test_make_clean_leaves_them(make_lab):
    make_lab()
    before = contents(make_lab.folder)
    for part in ("tools", "Makefile"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, make_lab.root / part)
    for folder in ("benchmarks", "examples", "gan_course", "gan_utils", "tests"):
        (make_lab.root / folder).mkdir()
    command = [sys.executable, "tools/build_folder.py"] if os.name == "nt" else ["make", "clean"]
    subprocess.run(command, cwd=make_lab.root, check=True, capture_output=True)
    assert contents(make_lab.folder) == before
