"""What our tools have made, so that nothing else is ever written over or removed.

    python tools/build_folder.py     removes what they made in build/ and leaves the rest: make clean

Each folder that they write to holds a list, `.gan-notebooks`: of each file the SHA-256 as it was made and the
name, as `sha256sum` prints them. A file that is not on the list, or was changed since, is somebody's work.

Only the standard library, in words that Python 3.6 reads: any Python can clean.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
LIST = ".gan-notebooks"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listed(folder):
    """What was made in a folder: name -> digest."""
    path = folder / LIST
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []
    return {name: made for made, _, name in (line.partition("  ") for line in lines)}


def as_list(made):
    """The bytes of a list, of name -> digest."""
    return "".join(f"{made[name]}  {name}\n" for name in sorted(made)).encode("utf-8")


def is_ours(path):
    """Whether there is a file, as one of our tools made it."""
    known = listed(path.parent).get(path.name)
    return known is not None and path.is_file() and not path.is_symlink() and digest(path) == known


def clear(paths):
    """Remove the files at `paths`, those that are there. If one of them is not ours, nothing goes."""
    paths = [path for path in paths if os.path.lexists(str(path))]
    for path in paths:
        if not is_ours(path):
            sys.exit(f"{path} is not as this tool made it: move it to where it is safe, then run this again")
    for path in paths:
        path.unlink()


def write(path, content):
    """Put bytes into a file that is new, or that our tools made, and list it."""
    clear([path])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        sys.exit(f"{path.parent} cannot be a folder, a file is in the way: move it, then run this again")
    made = dict(listed(path.parent), **{path.name: hashlib.sha256(content).hexdigest()})
    path.write_bytes(content)
    (path.parent / LIST).write_bytes(as_list(made))


def remove(folder):
    """Remove what our tools made below a folder, and each folder that is empty then; return what is left."""
    if folder.is_symlink():
        return [folder]
    left = []
    for place, folders, names in os.walk(str(folder), topdown=False):
        place = Path(place)
        left += [place / name for name in sorted(folders) if (place / name).is_symlink()]
        for path in sorted(place / name for name in names):
            if is_ours(path):
                path.unlink()
            elif path.name != LIST:
                left.append(path)
        stays = [path for path in place.iterdir() if path.name != LIST]
        if not stays:
            for path in place.iterdir():
                path.unlink()
            place.rmdir()
    return left


if __name__ == "__main__":
    left = remove(BUILD)
    for path in left[:10]:
        print(f"left alone: {path.relative_to(ROOT)}, not made by our tools, or changed since")
    if left[10:]:
        print(f"and {len(left) - 10} more")
