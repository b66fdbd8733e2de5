"""Runs an answer so that whatever it does ends in a hint: errors, exits, endless loops."""

import contextlib
import ctypes
import linecache
import os
import random
import re
import sys
import sysconfig
import threading
import time
import traceback
import warnings

import numpy as np

import gan_utils
from gan_utils._support import torch_random

STILL = "it was still at work after {seconds:g} seconds{line}. A loop without an end, or a busy machine?"
RUNS_ON = " It could not be stopped, and runs on in the background: restart the kernel to be rid of it."


class Hint(Exception):
    """An answer is wrong: the likely slip, in words that do not give the solution.

    Args:
        text: the slip, a sentence.
        example: a case on which this answer fails; it becomes the next sentence.
    """

    def __init__(self, text, example=None):
        super().__init__(f"{text} {example}".strip() if example else text)
        self.example = example


class TimeUp(BaseException):
    """Raised inside an answer that takes too long; `except Exception` does not hold it."""


def call(function, *arguments):
    """The result of the student's function on copies of the arguments; whatever goes wrong becomes a hint."""
    require_callable(function)
    with hints_for_errors("your function stops with"):
        result = function(*map(copied, arguments))
    if result is None or result is ...:
        raise Hint("your function returns nothing: does it end in a return?")
    return result


def require_callable(function):
    if not callable(function):
        raise Hint(f"the check needs the function itself, and this is of type {type(function).__name__}.")


@contextlib.contextmanager
def hints_for_errors(stops="it stops with"):
    """For a block that runs a student's code: an error in it, SystemExit too, becomes a hint."""
    try:
        yield
    except (Hint, TimeUp):
        raise
    except BaseException as error:
        raise Hint(f"{stops} {described(error)}") from error


def copied(thing):
    """A copy of arrays, and of lists and dicts of them; models and random generators stay themselves."""
    if isinstance(thing, np.ndarray):
        return thing.copy()
    if isinstance(thing, dict):
        return {key: copied(value) for key, value in thing.items()}
    if type(thing) in (list, tuple):
        return type(thing)(map(copied, thing))
    return thing


def described(error):
    """One line: the type of an error, its cause, and the line of the student's on which it came up."""
    cause = _cause_of(error)
    frames = reversed(list(traceback.walk_tb(error.__traceback__)))
    return f"{type(error).__name__}{cause and f': {cause}'}{_line_of(frames)}"


def _cause_of(error):
    """What an error says, in a line, without what Keras and TensorFlow say around it; "" if nothing."""
    try:
        said = re.sub(r"\x1b\[[0-9;]*m", "", str(error))  # the colours that Keras gives its errors
    except TimeUp:
        raise
    except BaseException:  # it cannot be printed
        return ""
    around = r"\s|Exception encountered when calling|Graph execution error|Detected at node|<stack traces"
    lines = [line for line in said.splitlines() if line.strip()]
    line = next((line for line in lines if not re.match(around, line)), lines[0] if lines else "")
    line = re.sub(r"\{\{.*?\}\}|\[Op:\w*\]( name:)?", "", line).strip().rstrip(".")
    return line if len(line) <= 200 else f"{line[:200]} ..."


def _line_of(frames):
    """Of (frame, line number), the innermost first, the first that is the student's own, in words."""
    for frame, number in frames:
        file = frame.f_code.co_filename
        if _is_the_students(file):
            text = linecache.getline(file, number, frame.f_globals).strip()
            text = text if len(text) <= 80 else f"{text[:80]} ..."
            return f", at your line {number}{text and f': `{text}`'}"
    return ""


def _is_the_students(file):
    if file.startswith("<"):  # generated code, but for cells
        return file.startswith(("<ipython-input", "<stdin"))
    gan_course, library = os.path.dirname(os.path.dirname(__file__)), os.path.dirname(gan_utils.__file__)
    folders = gan_course, library, sysconfig.get_path("stdlib")
    installed = tuple(os.path.join(folder, "") for folder in folders)
    others = ("site-packages", "dist-packages", "__autograph_generated")
    return not file.startswith(installed) and not any(part in file for part in others)


@contextlib.contextmanager
def traceless():
    """Put back warnings' filters, and the random states of Python and NumPy, from which Keras draws seeds."""
    before = random.getstate(), np.random.get_state(), torch_random.state()  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])  # noqa: NPY002
        torch_random.put_back(before[2])


def within(seconds, work):
    """The result of `work()`, which runs in a thread; a hint if that takes longer.

    A thread, since its caller can go on whatever happens in it, on any system, in `time.sleep(10**9)` too.
    The student's Stop reaches the caller, and a KeyboardInterrupt of the answer's own does not. Keras keeps
    its seeds by thread, so those of the student are not used up. Out of reach is only a single operation that
    holds Python's lock without an end, `sum(itertools.count())` say.
    """
    done, outcome = threading.Event(), []

    def run():
        try:
            with contextlib.suppress(TimeUp):
                outcome.append(work())
        finally:
            done.set()

    worker = threading.Thread(target=run, daemon=True)
    end = time.monotonic() + seconds
    worker.start()
    try:
        while not done.wait(0.1):  # in short waits, or Windows would not hear of a Stop
            if time.monotonic() > end:
                frame = sys._current_frames().get(worker.ident)
                line = _line_of(traceback.walk_stack(frame)) if frame else ""
                stopped = _stop(worker, done)
                raise Hint(STILL.format(seconds=seconds, line=line) + ("" if stopped else RUNS_ON))
    except KeyboardInterrupt:
        _stop(worker, done)
        raise
    return outcome[0]


def _stop(worker, done):
    """Raise TimeUp in a thread until it ends, for a second; whether it has ended.

    What does not end: a single long operation, for an exception waits for the next line, and a loop around a
    bare `except:`, which catches this too.
    """
    for _ in range(20):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(TimeUp))
        if done.wait(0.05):
            return True
    return False
