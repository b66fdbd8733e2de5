"""The tools create, empty and overwrite what is new, empty or their own; of all else they say what it is."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml
from keras import layers

import gan_utils as gu
from tools import build_folder
from tools.setup import environment

ROOT = Path(__file__).parents[2]
PARTS = ["tools", "Makefile", "constraints.txt", "pyproject.toml"]
# with a file each
FOLDERS = ["benchmarks", "docs", "examples", "gan_course", "gan_utils", "notebooks", "tests"]
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no make")


def contents(folder):
    """What lies in a folder: path -> bytes; None for a folder."""
    paths = [path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts]
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in paths}


@pytest.fixture
def checkout(tmp_path):
    """A checkout with work of its owner's in it, which git does not track."""
    folder = tmp_path / "my checkout"
    folder.mkdir()
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, folder / part)
    for part in FOLDERS:
        (folder / part).mkdir()
        (folder / part / "of the project.txt").write_text("months of work")
    for name in ("thesis.txt", "notebooks/my own.ipynb", "notebooks/.ipynb_checkpoints/01-checkpoint.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("years of work")
    return folder


def make(folder, *arguments, **variables):
    kept = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", **variables}
    command = ["make", "-C", str(folder), "--no-print-directory", *arguments]
    return subprocess.run(command, env=kept, capture_output=True, text=True, timeout=120)


def without_pip(folder, mark=False):
    """An environment as `uv venv` makes it: Python, but no pip, and something of its owner's."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (folder / "precious.txt").write_text("years of work")
    if mark:
        (folder / environment.MADE_HERE).touch()
    return folder


def refused(result, told):
    lines = [line for line in result.stderr.splitlines() if not re.fullmatch(r"make: \*\*\* \[.*", line)]
    assert result.returncode != 0 and len(lines) == 1, result.stderr
    assert told in lines[0], lines[0]


@posix
@pytest.mark.parametrize("venv", ["", " ", "\t"])
def test_an_empty_venv(checkout, venv):
    before = contents(checkout)
    for target in ("notebooks", "doctor", "environment", "clean"):
        refused(make(checkout, f"VENV={venv}", target), "VENV is empty")
        refused(make(checkout, target, VENV=venv), "VENV is empty")
    assert contents(checkout) == before
    with pytest.raises(environment.Problem, match="VENV is empty"):
        environment.prepare(venv)


@posix
def test_the_checkout_itself_with_an_environment_without_pip(checkout):
    without_pip(checkout)
    before = contents(checkout)
    for venv in (".", "./", "../my checkout", str(checkout)):
        refused(make(checkout, f"VENV={venv}", "doctor"), "an environment without a working Python and pip")
    assert contents(checkout) == before


@posix
@pytest.mark.parametrize("venv", [".", "..", "notebooks", "notebooks/../docs", "thesis.txt", "/", "/usr"])
def test_what_is_no_environment(checkout, venv):
    before = contents(checkout.parent)
    result = make(checkout, f"VENV={venv}", "doctor")
    assert result.returncode != 0 and len(result.stderr.splitlines()) == 2, result.stderr
    assert re.search("other things|this is a file|no environment", result.stderr), result.stderr
    assert contents(checkout.parent) == before


@posix
def test_somebodys_environment_without_pip_is_left_as_it_is(checkout):
    for mine in (checkout / ".venv", checkout.parent / "mine"):
        before = contents(without_pip(mine))
        refused(make(checkout, f"VENV={mine}", "doctor"), "was not made here")
        assert contents(mine) == before
    refused(make(checkout, "doctor"), "VENV=.venv: ")


@posix
def test_a_home_that_the_shell_did_not_put_in(checkout):
    before = contents(checkout)
    refused(make(checkout, "VENV=~/x", "doctor", HOME=str(checkout.parent)), "write $HOME")
    assert contents(checkout) == before and not (checkout.parent / "x").exists()


@posix
def test_an_environment_that_serves_another_checkout(checkout, tmp_path):
    venv = without_pip(tmp_path / "shared")
    (site,) = venv.glob("lib/python*/site-packages")
    (site / "__editable__.gan_notebooks.pth").write_text(str(ROOT))
    before = contents(venv)
    refused(make(checkout, f"VENV={venv}", "doctor"), f"serves the checkout in {ROOT}")
    assert contents(venv) == before
    (site / "__editable__.gan_notebooks.pth").write_text(str(tmp_path / "gone"))
    refused(make(checkout, f"VENV={venv}", "doctor"), "was not made here")


def test_only_what_was_made_here_is_emptied(tmp_path, monkeypatch):
    made, outside = without_pip(tmp_path / "made", mark=True), tmp_path / "outside"
    outside.mkdir(), (outside / "thesis.txt").write_text("years of work")
    if os.name != "nt":
        (made / "link").symlink_to(outside), (made / "lib" / "link").symlink_to(outside)
    environment.empty(str(made))
    assert os.listdir(made) == [environment.MADE_HERE]
    assert (outside / "thesis.txt").read_text() == "years of work"
    environment.empty(str(tmp_path / "new"))
    assert os.listdir(tmp_path / "new") == [environment.MADE_HERE]


def test_no_python_and_nothing_is_emptied(tmp_path, monkeypatch):
    made = without_pip(tmp_path / "made", mark=True)
    before = contents(made)
    monkeypatch.setattr(environment, "CANDIDATES", [])
    with pytest.raises(environment.Problem, match="no suitable Python"):
        environment.create(str(made))
    assert contents(made) == before


@posix
def test_make_clean_leaves_what_is_not_ours(checkout):
    build_folder.write(checkout / "build/slides/01.html", b"a deck")
    build_folder.write(checkout / "build/editions/student/01.ipynb", b"to work in")
    build_folder.write(checkout / "build/site/deep/page.html", b"a page")
    (checkout / "build/editions/student/01.ipynb").write_text("worked in for a week")
    (checkout / "build/notes.txt").write_text("years of work")
    (checkout / ".pytest_cache").mkdir()
    before = contents(checkout)
    result = make(checkout, "clean")
    assert result.returncode == 0, result.stderr
    gone = {path.as_posix() for path in set(before) - set(contents(checkout))}
    emptied = ("build/site/deep", "page.html"), ("build/slides", "01.html")
    files = {f"{folder}/{name}" for folder, made in emptied for name in (made, ".gan-notebooks")}
    assert gone == files | {"build/site", "build/site/deep", "build/slides", ".pytest_cache"}
    told = "left alone: {}, not made by our tools, or changed since\n"
    assert result.stdout == told.format("build/editions/student/01.ipynb") + told.format("build/notes.txt")


@posix
def test_links_to_elsewhere_are_not_followed(tmp_path):
    build_folder.write(tmp_path / "mine/page.html", b"made for somebody else")
    for name in ("build", "other/link"):
        link = tmp_path / name
        link.parent.mkdir(exist_ok=True), link.symlink_to(tmp_path / "mine")
        assert build_folder.remove(tmp_path / name.partition("/")[0]) == [link]
    assert (tmp_path / "mine/page.html").read_bytes() == b"made for somebody else"


def test_a_file_is_written_over_only_as_it_was_made(tmp_path):
    path = tmp_path / "build/a name with spaces.html"
    build_folder.write(path, b"one")
    build_folder.write(path, b"two")
    assert path.read_bytes() == b"two"
    path.write_bytes(b"changed by hand")
    other, strange = tmp_path / "build/other.html", tmp_path / "build/strange.html"
    build_folder.write(other, b"ours")
    strange.write_bytes(b"not ours")
    for attempt in (
        lambda: build_folder.write(path, b"three"),
        lambda: build_folder.clear([other, path]),
        lambda: build_folder.write(strange, b"ours now?"),
        lambda: build_folder.write(path / "below a file.html", b"x"),
    ):
        with pytest.raises(SystemExit, match="move it"):
            attempt()
    assert [p.read_bytes() for p in (path, other, strange)] == [b"changed by hand", b"ours", b"not ours"]


@pytest.mark.parametrize(
    "tool",
    ["run_notebooks", "export/decks", "editions", "site", "export/slides_pdf"],
)
def test_every_tool_that_makes_files_lists_them(tool):
    # What does not go through build_folder is in the list below, with its reason.
    assert "build_folder.write(" in (ROOT / "tools" / f"{tool}.py").read_text(encoding="utf-8")


def test_a_notebook_that_is_changed_while_it_runs_is_not_stored(tmp_path, monkeypatch):
    import nbformat

    from tools import run_notebooks

    path = tmp_path / "05_small.ipynb"
    cells = [
        nbformat.v4.new_markdown_cell("# A small one\n\nIt has a lead."),
        nbformat.v4.new_code_cell(f"open({str(path)!r}, 'a').write(' ')"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    monkeypatch.setattr(run_notebooks, "BUILD", tmp_path / "build")
    with pytest.raises(run_notebooks.Failure, match="was changed while it ran"):
        run_notebooks.make([path], store=True)
    assert path.read_bytes().endswith(b" ")


@pytest.fixture(scope="module")
def gan():
    generator = keras.Sequential(
        [keras.Input((2,)), layers.Dense(4, activation="sigmoid"), layers.Reshape((2, 2, 1))]
    )
    discriminator = keras.Sequential([keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)])
    return gu.GAN(generator, discriminator, seed=0)


def saved_with(name, gan, folder):
    gan.save(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("years of work")
    return folder


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "figures/best.png", "generator (2).keras"])
def test_saving_over_a_gan_and_files_of_the_user(name, gan, tmp_path):
    folder = saved_with(name, gan, tmp_path / "gan")
    before = contents(tmp_path)
    with pytest.raises(FileExistsError, match=re.escape(name.split("/")[0]) + ".*would be lost"):
        gan.save(folder)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("settings", ["{}", "[]", '{"step": 3}', "not JSON", ""])
def test_saving_over_somebody_elses_gan_json(settings, gan, tmp_path):
    (tmp_path / "gan").mkdir()
    (tmp_path / "gan" / "gan.json").write_text(settings)
    with pytest.raises(FileExistsError, match="would be lost"):
        gan.save(tmp_path / "gan")
    assert (tmp_path / "gan" / "gan.json").read_text() == settings


def test_saving_over_what_a_file_manager_left(gan, tmp_path):
    gan.save(tmp_path / "gan")
    (tmp_path / "gan" / ".DS_Store").touch()
    gan.save(tmp_path / "gan")
    assert gu.GAN.load(tmp_path / "gan").step == gan.step


@pytest.mark.parametrize("is_saved", [False, True])
@pytest.mark.parametrize("name", [".", "./", "../here", "{}"])
def test_saving_into_the_folder_one_works_in(name, is_saved, gan, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    if is_saved:
        gan.save(here)
    monkeypatch.chdir(here)
    with pytest.raises(FileExistsError, match="the one you work in: name one in it"):
        gan.save(name.format(here))
    assert Path.cwd() == here


@pytest.mark.parametrize("folder", ["", "/", None, 3, b"gan"])
def test_saving_under_no_name(folder, gan):
    with pytest.raises(ValueError, match="what serves is the name of a folder"):
        gan.save(folder)
    with pytest.raises(ValueError, match="what serves is the name of a folder"):
        gu.GAN.load(folder)


def test_saving_at_home_through_a_link_and_into_an_empty_folder(gan, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path)), monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    gan.save("~/at home")
    assert gu.GAN.load("~/at home").step == gan.step and (tmp_path / "at home").is_dir()
    (tmp_path / "disk").mkdir()
    if os.name != "nt":
        (tmp_path / "link").symlink_to(tmp_path / "disk")
        gan.save("link"), gan.save("link")
        assert (tmp_path / "link").is_symlink() and (tmp_path / "disk" / "gan.json").is_file()
    with pytest.raises(FileExistsError, match="is a file"):
        gan.save(tmp_path / "at home" / "gan.json")
    with pytest.raises(FileExistsError, match="overwrite is False"):
        gan.save("~/at home", overwrite=False)


# Every call that can remove or overwrite a file: where it stands, and what keeps it from other people's work.
DESTRUCTIVE = re.compile(
    r"rmtree|unlink|rmdir|os\.remove|--clear|\brm -|git clean|shutil\.(move|copy)|truncate\(|os\.replace"
    r"|\.rename\(|\.replace\(\w+\)|write_text|write_bytes|\bopen\([^)\n]*[\"'][wax]b?[\"']|savez|nbformat\.write\("
    r"|\.save\(|save_classifier\(|savefig\(|imwrite\(|to_file\("
)
GUARDED = yaml.safe_load((ROOT / "tests" / "tools" / "destructive_calls.yml").read_text(encoding="utf-8"))


def destructive_calls():
    """File -> the lines that can remove or overwrite something, as often as they stand there."""
    paths = [ROOT / "Makefile"]
    for folder in ("tools", "gan_utils", "gan_course"):
        paths += (ROOT / folder).rglob("*.py")
    for path in paths:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        if found := [line for line in lines if DESTRUCTIVE.search(line.partition("  # ")[0])]:
            yield path.relative_to(ROOT).as_posix(), sorted(found)


def test_every_destructive_call_is_listed_with_what_guards_it():
    listed = {file: sorted(call["line"] for call in calls) for file, calls in GUARDED.items()}
    assert dict(destructive_calls()) == listed
    assert all(len(call["guard"]) > 10 for calls in GUARDED.values() for call in calls)


@pytest.mark.parametrize(
    "line",
    [
        "shutil.rmtree(folder, ignore_errors=True)",
        "\trm -rf build",
        'run([python, "-m", "venv", "--clear"])',
        'open(path, "w")',
        "path.write_text(text)",
        "partial.replace(path)",
        "os.replace(a, b)",
        "os.remove(path)",
        "np.savez_compressed(path, **arrays)",
        "shutil.copyfile(a, b)",
    ],
)
def test_the_search_sees_what_it_should(line):
    assert DESTRUCTIVE.search(line)
    assert not DESTRUCTIVE.search('text.replace("a", "b")') and not DESTRUCTIVE.search('open(path, "rb")')


def test_these_tests_leave_the_numbers_of_the_gan_alone(gan):
    assert gan.step == 0 and all(np.isfinite(w).all() for w in gan.generator.get_weights())
