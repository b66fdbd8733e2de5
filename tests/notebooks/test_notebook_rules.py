"""Each rule of notebook_rules.py refuses a notebook that breaks it, and only that rule does."""

import json
import tempfile
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_output

from tests.notebooks import notebook_rules as rules
from tests.notebooks.canary import CHECKED, make_notebook, prints


def cell(notebook):
    return notebook.cells[1]


def picture(data, metadata):
    return new_output("display_data", data=data, metadata=metadata)


BROKEN = {}


def breaks(rule, said):
    """Register a function that breaks a good notebook, with the rule that must see it and what it says."""

    def register(function):
        BROKEN[function.__name__] = (function, rule, said)
        return function

    return register


@breaks(rules.opens_with_a_title, "no title")
def no_title(notebook):
    notebook.cells[0].source = "Once upon a time"


@breaks(rules.opens_with_a_title, "no title")
def code_first(notebook):
    del notebook.cells[0]


@breaks(rules.runs_in_python3, "kernelspec is my-venv")
def own_kernel(notebook):
    notebook.metadata.kernelspec.name = "my-venv"


@breaks(rules.has_unique_cell_ids, "cell id title on 2 cells")
def same_id_twice(notebook):
    cell(notebook).id = "title"


@breaks(rules.has_unique_cell_ids, "cell id None")
def no_id(notebook):
    del notebook.cells[0]["id"]


@breaks(rules.was_run_in_order, "[None, 1]")
def unrun(notebook):
    notebook.cells.insert(1, new_code_cell("print(1)", id="new", metadata=CHECKED))


@breaks(rules.was_run_in_order, "[2]")
def run_twice(notebook):
    cell(notebook).execution_count = 2


@breaks(rules.stores_no_error, "code-1 stores ValueError")
def stored_error(notebook):
    cell(notebook).outputs.append(new_output("error", ename="ValueError", evalue="no", traceback=["no"]))


@breaks(rules.stores_no_stderr, "code-1 stores stderr: oneDNN")
def stored_stderr(notebook):
    cell(notebook).outputs.append(new_output("stream", name="stderr", text="oneDNN custom operations are on"))


@breaks(rules.fits_its_size, "bytes")
def too_large(notebook):
    cell(notebook).outputs = prints("x" * rules.LARGEST_BYTES)


@breaks(rules.keeps_cells_short, "code-1 has 26 lines")
def long_cell(notebook):
    cell(notebook).source = "1\n" * 26


@breaks(rules.is_pure_keras_after_gan_utils, "tensorflow")
def tensorflow(notebook):
    cell(notebook).source = "import gan_utils\nimport tensorflow as tf"


@breaks(rules.is_pure_keras_after_gan_utils, "keras before gan_utils")
def keras_first(notebook):
    cell(notebook).source = "from keras import layers\nimport gan_utils"


@breaks(rules.describes_every_picture, "code-1: image/png without alt text")
def figure_without_alt(notebook):
    cell(notebook).outputs.append(
        picture({"image/png": "aGk=", "text/plain": "<Figure>"}, {"image/png": {"alt": " "}})
    )


@breaks(rules.describes_every_picture, "code-1: <img> without alt text")
def gif_without_alt(notebook):
    cell(notebook).outputs.append(picture({"text/html": '<img src="data:image/gif;base64,aGk=" alt="">'}, {}))


@breaks(rules.describes_every_picture, "title: image without alt text")
def markdown_image_without_alt(notebook):
    notebook.cells[0].source += "\n\n![](picture.png)"


@breaks(rules.describes_figures_by_name, "code-1 describes its figure by 'Ten rows of ten digits'")
def text_in_the_cell(notebook):
    cell(notebook).source = 'import gan_utils\ncourse.show(figure, "Ten rows of ten digits")'


@breaks(rules.describes_figures_by_name, "code-1 describes its figure by 'dat',")
def name_that_is_not_there(notebook):
    cell(notebook).source = "%pip install it\nfor _ in range(2):\n    course.show_gif(path, alt='dat')"


@breaks(rules.loosens_no_check, "code-1 loosens")
def expected_exception(notebook):
    cell(notebook).metadata.tags.append("raises-exception")


@breaks(rules.loosens_no_check, "code-1 loosens")
def skipped_by_comment(notebook):
    cell(notebook).source = "# NBVAL_SKIP\nprint(42)"


@breaks(rules.names_no_machine, "code-1 holds '/home/a")
def home_in_source(notebook):
    cell(notebook).source = "open('/home/ada/digits.npz')"


@breaks(rules.names_no_machine, "code-1 holds")
def own_home_in_output(notebook):
    cell(notebook).outputs = prints(f"written to {Path.home()}\n")


@breaks(rules.names_no_machine, "code-1 holds")
def temporary_folder_in_output(notebook):
    cell(notebook).outputs = [picture({"text/html": f"<b>{tempfile.gettempdir()}</b>"}, {})]


@breaks(rules.names_no_machine, "code-1 holds")
def repository_in_cell_metadata(notebook):
    cell(notebook).metadata["path"] = str(rules.REPOSITORY)


@breaks(rules.names_no_machine, "the notebook's metadata holds")
def windows_folder_in_metadata(notebook):
    notebook.metadata["path"] = r"C:\Users\ada"


@pytest.fixture
def good():
    notebook = make_notebook()
    cell(
        notebook
    ).source = 'import gan_utils\nimport keras\nprint(6 * 7)\ncourse.show(figure, "data-grid", n=7)'
    described = {"image/png": "aGk=", "text/plain": "<Figure size 640x480>"}
    cell(notebook).outputs.append(picture(described, {"image/png": {"alt": "Ten digits"}}))
    # An embedded picture is random text, which may look like a path.
    gif = '<img alt="A film" src="data:image/gif;base64,AAAA+/tmp/AAAA=">'
    cell(notebook).outputs.append(picture({"text/html": gif}, {}))
    return notebook


def complaints(notebook):
    return {rule: found for rule in rules.RULES if (found := rule(notebook))}


def test_good_notebook_keeps_every_rule(good):
    assert not complaints(good)
    assert not rules.compares_or_explains_every_text(good, {})


@pytest.mark.parametrize("name", BROKEN)
def test_broken_notebook_is_refused_by_its_rule_alone(name, good):
    function, rule, said = BROKEN[name]
    function(good)
    found = complaints(good)
    assert list(found) == [rule]
    assert said in "\n".join(found[rule])


def test_every_rule_has_its_broken_notebook():
    assert {rule for _, rule, _ in BROKEN.values()} == set(rules.RULES)


def test_notebook_is_read_as_it_lies_in_the_file(good, tmp_path):
    good.cells[0]["id"] = good.cells[1]["id"]
    (tmp_path / "n.ipynb").write_text(json.dumps(good))
    assert rules.has_unique_cell_ids(rules.read_notebook(tmp_path / "n.ipynb"))


def test_text_is_compared_or_explained(good):
    cell(good).metadata.tags.clear()
    silent = {"code-1": "its seconds differ from run to run"}
    assert not rules.compares_or_explains_every_text(good, silent)
    assert "neither compared nor explained" in rules.compares_or_explains_every_text(good, {})[0]
    assert "no reason" in rules.compares_or_explains_every_text(good, {"code-1": ""})[0]


@pytest.mark.parametrize("change", [lambda cell: None, lambda cell: cell.outputs.clear()])
def test_stale_explanation_is_refused(change, good):
    change(cell(good))
    assert "not there" in rules.compares_or_explains_every_text(good, {"code-1": "no reason left"})[0]
    assert "not there" in rules.compares_or_explains_every_text(good, {"gone": "no cell left"})[0]


def test_figures_are_compared_and_films_need_not_be(good):
    cell(good).metadata.tags.clear()
    del cell(good).outputs[0]
    assert "neither compared" in rules.compares_or_explains_every_text(good, {})[0]
    film = '<img src="data:image/gif;base64,R0lGOD" alt="digits">'
    cell(good).outputs[:] = [new_output("display_data", data={"text/html": film})]
    assert not rules.compares_or_explains_every_text(good, {})


def test_solution_leaks(good, tmp_path):
    solution = "fooled = generator_loss(fake_logits)  # the answer"
    (tmp_path / "01").mkdir()
    (tmp_path / "01" / "exercise.py").write_text(f"import numpy as np\n    {solution}\nx = 1\n")
    solutions = rules.read_solutions(tmp_path)
    cell(good).source += "\nimport numpy as np\nx = 1"  # anyone's lines
    assert not rules.leaks_no_solution(good, solutions)
    cell(good).outputs[0].text = f"one way:\n{solution}\n"
    assert rules.leaks_no_solution(good, solutions) == [f"code-1 leaks: {solution}"]


def test_cell_tagged_as_solution_is_a_leak(good):
    cell(good).metadata.tags.append("solution")
    assert rules.leaks_no_solution(good, []) == ["code-1 is tagged solution"]
