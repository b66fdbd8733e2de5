"""JupyterLab for tests in a browser: started on a folder as `make lab` starts it, its notebooks opened."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.export import browser
from tools.lab.__main__ import OPTIONS

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "for-this-test-alone"


@contextmanager
def started(folder, command=("jupyterlab", *OPTIONS)):
    """Start JupyterLab in `folder`, by a module with its arguments; yield its address."""
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True, exist_ok=True)  # all cells are drawn, so that all can be looked at
    (settings / "tracker.jupyterlab-settings").write_text(json.dumps({"windowingMode": "none"}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    extra = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    variables = {"KERAS_HOME": str(folder / "keras"), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings")}
    variables["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    log = (folder / "log").open("w+")
    server = subprocess.Popen(
        [sys.executable, "-m", *command, *extra, "--LabApp.expose_app_in_browser=True"],
        cwd=folder, stdout=log, stderr=log, env=os.environ | variables,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=5)
                break
            except OSError:
                time.sleep(0.25)
        else:
            log.seek(0)
            pytest.fail(f"JupyterLab did not start:\n{log.read()}")
        yield address
    finally:
        server.terminate()
        server.wait(30)


@contextmanager
def opened(chromium, lab, notebook):
    """A page with one notebook in JupyterLab, `notebook` its path there; `page.outside` lists what it asked
    of others."""
    with browser.page_without_network(
        chromium, (lab, "data:", "blob:"), viewport={"width": 1280, "height": 900}
    ) as page:
        page.goto(f"{lab}/lab/tree/{notebook}?token={TOKEN}&reset", timeout=120_000)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=120_000)
        ready = "window.jupyterapp.shell.currentWidget?.sessionContext?.isReady"
        page.wait_for_function(ready, timeout=120_000)
        yield page
