"""README, ARCHITECTURE, CONTRIBUTING and the others name what is there, versions agree, YAML can be read."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
FOLDERS = "gan_utils|gan_course|play|notebooks|tests|tools|benchmarks|docs|examples"
YAML = [
    *ROOT.glob("*.yml"),
    *ROOT.glob(".*.yaml"),
    *ROOT.glob(".github/**/*.yml"),
    *ROOT.glob("tests/**/*.yml"),
]
STANDS_FOR = {"NN_name": "[0-9][0-9]_*", "NN": "[0-9][0-9]", "NAME": "*"}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def is_there(path):
    """Whether something lies there; NN and NAME stand for any, as in `notebooks/notes/NN.md`."""
    for name, pattern in STANDS_FOR.items():
        path = path.replace(name, pattern)
    return any(ROOT.glob(path.rstrip("/")))


def is_target(name):
    return re.search(rf"^{name}:", MAKEFILE, re.MULTILINE) or name.startswith("environment-")


def paths(text):
    """What a text names in backticks as a file or folder of ours."""
    return re.findall(rf"`((?:{FOLDERS})/[\w./*-]*)", text)


def named_targets(text):
    """The targets of `make TARGET` in backticks, in blocks of commands and in workflows."""
    return re.findall(r"(?:`|^|run: )make ([a-z][a-z-]*)", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    text = page.read_text(encoding="utf-8")
    assert [path for path in paths(text) if not is_there(path)] == []
    assert [target for target in named_targets(text) if not is_target(target)] == []


def test_what_is_not_there_would_be_noticed():
    assert paths("see `tests/library/test_gan.py`, `gu.GAN` and `tools/`") == [
        "tests/library/test_gan.py",
        "tools/",
    ]
    for path in ("gan_utils/gan.py", "notebooks/notes/NN.md", "notebooks/NN_name.ipynb", "tests/"):
        assert is_there(path), path
    assert not is_there("gan_utils/gone.py") and not is_there("notebooks/NAME.txt")
    assert is_target("test") and not is_target("tests")
    named = named_targets("`make test`\nmake lint  # all\nyou make a mess\n- run: make clean X=1")
    assert named == ["test", "lint", "clean"]


def test_every_folder_stands_in_the_tree():
    tree = (
        (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    )
    for folder in FOLDERS.split("|"):
        assert re.search(rf"^{folder}/ ", tree, re.MULTILINE), folder


def test_the_steps_that_lead_the_way_lead_there():
    """What CONTRIBUTING says under "Find your way", done."""
    said = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Find your way")[2]
    assert "`model.learner.trainable_weights`" in said and "the `learner` is G" in said
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](gan_utils/networks.py)" in readme.partition("## Why the classic recipe fails")[2]
    networks = (ROOT / "gan_utils/networks.py").read_text(encoding="utf-8")
    assert "trainable_weights = property(lambda model: model.learner.trainable_weights)" in networks
    combined = networks.partition("class Combined(")[2].partition("\nclass ")[0]
    assert "learner = property(lambda model: model.layers[0])" in combined
    notes = (ROOT / "notebooks/notes/02.md").read_text(encoding="utf-8").partition("How many arrows")[0]
    assert notes.rpartition("\n## ")[2].startswith("diagram ")
    assert '"id": "diagram"' in (ROOT / "notebooks/02_generator.ipynb").read_text(encoding="utf-8")


def test_the_newest_changes_are_those_of_this_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    number, day = re.search(r"^## \[(.+)\] - (unreleased|\d{4}-\d\d-\d\d)$", changes, re.MULTILINE).groups()
    assert PYPROJECT["project"]["version"] == number + ".dev0" * (day == "unreleased")


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_is_read_and_names_targets_that_there_are(path):
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text)
    assert [target for target in named_targets(text) if not is_target(target)] == []


def test_lint_is_asked_in_every_change():
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8"))
    assert {"run": "make lint PYTHON=python"} in workflow["jobs"]["lint"]["steps"]
    assert workflow["jobs"]["lint"]["if"] == "github.event_name != 'schedule'"


def test_hooks_are_commands_of_the_environment_and_fetch_nothing():
    (own,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    installed = {
        re.match(r"[\w-]+", line)[0] for line in PYPROJECT["project"]["optional-dependencies"]["lint"]
    }
    assert own["repo"] == "local" and {hook["language"] for hook in own["hooks"]} == {"system"}
    for hook in own["hooks"]:
        assert re.match(r"python -m (\w+)", hook["entry"])[1] in installed
