"""A small notebook that keeps every rule, to be broken on purpose."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

CHECKED = {"tags": ["nbval-check-output"]}


def prints(text):
    return [new_output("stream", name="stdout", text=text)]


def make_notebook(*code):
    """A good notebook, executed as it seems, with cells of (source, metadata, outputs) after its own."""
    cells = [("print(6 * 7)", CHECKED, prints("42\n")), *code]
    return new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[new_markdown_cell("# A canary", id="title")]
        + [
            new_code_cell(
                source, metadata=metadata, outputs=stored, execution_count=count, id=f"code-{count}"
            )
            for count, (source, metadata, stored) in enumerate(cells, start=1)
        ],
    )
