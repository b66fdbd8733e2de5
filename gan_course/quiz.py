"""The runs of the closing quiz of notebook 04, recorded by tools/data/make_quiz.py."""

from pathlib import Path

import numpy as np


def load_quiz() -> dict[str, dict]:
    """The recorded runs, by letter.

    Returns:
        dict, letter -> dict of "numbers" (name -> float) and "curves" (name -> float32 (steps,)). Runs A to F
        also have "pictures", uint8 (12, 28, 28, 1), and "classes", int (10,): how many of 500 pictures a
        classifier read as 0, 1, ... 9. X to Z are games in one dimension.
    """
    runs = {}
    with np.load(Path(__file__).with_name("quiz.npz"), allow_pickle=False) as file:
        for key in file:
            letter, kind, *name = key.split("/")
            run = runs.setdefault(letter, {"numbers": {}, "curves": {}})
            if kind == "numbers":
                run["numbers"][name[0]] = file[key].item()
            elif kind == "curves":
                run["curves"][name[0]] = file[key]
            else:
                run[kind] = file[key]
    return dict(sorted(runs.items()))
