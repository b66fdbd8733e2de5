"""Opens the student's copies of the notebooks in JupyterLab, and makes those that are missing: `make lab`.

    python -m tools.lab [OPTIONS]

The options are handed on to JupyterLab.
"""

import sys
from posixpath import dirname, join, relpath
from urllib.parse import quote

from tools.lab import working_copy
from tools.series import ROOT, find_notebooks
from tools.student_files import gather

FOLDER = ROOT / "my_notebooks"
OPTIONS = [
    "--ServerApp.ip=127.0.0.1",
    f"--LabApp.default_url=/lab/tree/{FOLDER.name}",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--LabApp.app_settings_dir={ROOT / 'tools' / 'lab'}",
]


def in_the_checkout(path, here):
    """The link to `path` of the repository, from the place `here` in the working copy."""
    return quote(relpath(path, dirname(join(FOLDER.name, here))))


def main(arguments):
    files, told = gather(find_notebooks(), in_the_checkout)
    try:
        told += working_copy.make(FOLDER, files)
    except OSError as error:
        why = error.strerror or error
        sys.exit(f"{FOLDER} cannot hold your copies ({why}): move it, or copy the project elsewhere")
    for line in told:
        print(line, flush=True)
    from jupyterlab.labapp import main as open_jupyterlab

    open_jupyterlab([*OPTIONS, f"--ServerApp.root_dir={ROOT}", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
