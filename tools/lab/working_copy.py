"""A student's own copies of the notebooks, without outputs, in my_notebooks/, which git does not see.

What is missing there is laid there, whole or not at all. What has been laid is the student's from the first
change on: it is never written over and never removed. If the notebook that it comes from has changed since,
the new one is laid beside it, once, as new_NAME.ipynb. A file in which nothing was changed gives way to the
new one.

The list `.gan-notebooks` has of each file the fingerprint of what was laid or offered last; without it
nothing is lost, and some new files may be laid beside old ones in vain.
"""

import hashlib
import json
import os
import posixpath
import secrets
import time
from contextlib import suppress
from itertools import count

from tools.build_folder import LIST, as_list, listed


def make(folder, files):
    """Lay what `files` has, bytes by name, into the folder, where it is missing; return what is to be told.

    Raises:
        OSError: the folder cannot be made, or not be written to.
    """
    folder.mkdir(exist_ok=True)
    remove_unfinished(folder, files)
    laid, told = listed(folder), []
    write_list(folder, laid)  # before anything else: can it be written?
    for name, content in files.items():
        try:
            told += [f"{folder.name}/{said}" for said in lay(folder, name, content, laid)]
        except (FileExistsError, NotADirectoryError):
            told.append(f"{folder.name}/{name} cannot be laid: what has its name is in the way, move it")
        except OSError as error:
            told.append(f"{folder.name}/{name} cannot be written: {error.strerror}")
        write_list(folder, laid)
    return told


def write_list(folder, laid):
    put(folder / LIST, as_list(laid), over=True)


def lay(folder, name, content, laid):
    """Lay one file where it is missing, or beside an older one with work in it; return what is to be told.

    `laid` is the list, and is brought up to date.
    """
    path, new = folder / name, fingerprint(content)
    if not os.path.lexists(path):
        with suppress(FileExistsError):  # somebody else was quicker
            put(path, content)
            laid[name] = new
            return []
    if not path.is_file():
        raise FileExistsError
    if new in (fingerprint(path.read_bytes()), laid.get(name)):  # it is here, or was offered before
        laid[name] = new
        return []
    if has_no_work(path, laid.get(name)):
        put(path, content, over=True)
        laid[name] = new
        return [f"{name} is the new one now; you had changed nothing in it"]
    beside = next(
        other
        for other in names_beside(name)
        if not os.path.lexists(folder / other) or has_no_work(folder / other, new, laid.get(other))
    )
    lay(folder, beside, content, laid)
    laid[name] = new
    return [f"{name} has changed since you began yours, which stays: the new one is {beside}"]


def has_no_work(path, *laid):
    """Whether a file is still what was laid, one of these fingerprints. A link is its owner's."""
    return path.is_file() and not path.is_symlink() and fingerprint(path.read_bytes()) in laid


def fingerprint(content):
    """The SHA-256 of a file, or of a notebook's cells: JupyterLab writes its versions beside them."""
    with suppress(ValueError, TypeError, KeyError, RecursionError):  # it is no notebook
        cells = [cell | {"source": "".join(cell["source"])} for cell in json.loads(content)["cells"]]
        content = json.dumps(cells, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()


def names_beside(name):
    """For a/b.ipynb: a/new_b.ipynb, a/new_2_b.ipynb and so on: JupyterLab cuts the ends of long names."""
    folder, file = posixpath.split(name)
    return (posixpath.join(folder, f"new_{i}_{file}" if i > 1 else f"new_{file}") for i in count(1))


def put(path, content, over=False):
    """Write a file, which is there at once and whole; one that is there already goes only if `over`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(partial, "xb") as file:
            file.write(content)
        if over:
            os.replace(partial, path)
        else:
            give_name(partial, path)
    finally:
        with suppress(FileNotFoundError):
            os.remove(partial)


def give_name(partial, path):
    """Give a file its name, unless there is one of this name: FileExistsError."""
    try:
        os.link(partial, path)  # in one step, while a renamed file would take the place of another
    except FileExistsError:
        raise
    except OSError:  # a stick formatted with FAT knows no links, and Windows does not rename onto a file
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(partial, path)


def remove_unfinished(folder, files):
    """Remove what runs have left that were killed while they wrote, long enough ago to be sure."""
    for path in [folder / name for name in (LIST, *files)]:
        for partial in path.parent.glob(f".{path.name}.{'[0-9a-f]' * 8}.part"):
            with suppress(FileNotFoundError):  # its run has just removed it
                if time.time() - partial.stat().st_mtime > 3600:
                    os.remove(partial)
