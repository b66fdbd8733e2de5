"""Compares an answer with a right one, case by case; what fails becomes the hint's example."""

import functools
import inspect
import numbers
from dataclasses import dataclass

import keras
import numpy as np

from gan_course.checking.running import Hint, call, hints_for_errors, require_callable


@dataclass(frozen=True, eq=False)
class Example:
    """A case on which an answer fails; `str` says it in a sentence.

    arguments: dict, name -> value, as the answer gets them.
    expected: the right result, or its element at `where`.
    came: the answer's.
    where: an index; () where the results are shown whole.
    """

    arguments: dict
    expected: float | np.ndarray
    came: float | np.ndarray
    where: tuple = ()

    def __str__(self):
        place = f" at {list(self.where)}" if self.where else ""
        expected, came = apart(self.expected, self.came)
        return f"For {self.inputs()}, {expected} was expected{place}, and yours gives {came}."

    def inputs(self):
        """The arguments: small ones whole, of large ones the element that goes with `where`, or the shape."""
        return ", ".join(f"{name}{self._shown(value)}" for name, value in self.arguments.items())

    def _shown(self, value):
        if not isinstance(value, np.ndarray) or value.size <= 8:
            return f" = {shown(value)}"
        if (value == value.flat[0]).all():
            return f" {value.shape}, all {shown(value.flat[0])}"
        where = [min(i, length - 1) for i, length in zip(self.where, value.shape, strict=False)]
        if len(where) == value.ndim and (value.ndim > 1 or len(self.where) == 1):
            return f"{where} = {shown(value[tuple(where)])}"
        return f" {value.shape}"


def shown(value, digits=4):
    """Numbers, and arrays of a few, as one reads them: 4 digits, nested lists."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return f"[{', '.join(shown(part, digits) for part in value)}]"
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Integral):
        whole = value == round(value, 0) and abs(value) < 1e15
        return f"{value + 0:.0f}" if whole else f"{value:.{digits}g}"
    return str(value)


def apart(expected, came):
    """Both in words, with as many digits as it takes to tell them apart."""
    for digits in range(4, 18):
        both = shown(expected, digits), shown(came, digits)
        if both[0] != both[1]:
            break
    return both


def as_array(result, shape, what="the result", finite=True):
    """The result as a float array of this shape; a tensor of any backend will do."""
    array = _as_numbers(result, what)
    if array.shape != shape:
        wanted = f"have the shape {shape}" if shape else "be one number"
        raise Hint(f"{what} should {wanted}, and has the shape {array.shape}.")
    if finite and not np.isfinite(array).all():
        raise Hint(f"{what} holds NaN or infinity.")
    return array


def one_number_each(result, shape):
    """The result as a float array (n, 1): one number for each of n images; (n,) will do."""
    n = shape[0]
    came = np.shape(keras.ops.convert_to_numpy(result) if keras.ops.is_tensor(result) else result)
    why = {
        (): "one number for the whole batch. Which one belongs to each image?",
        (1,): "the mean over axis 0 is that over the images. Which number belongs to each of them?",
        (n, n): "each image has met all the others. Do two arrays differ in shape?",
    }.get(came)
    if why:
        raise Hint(f"shape {came} for {n} images: {why}")
    array = as_array(result, (n,) if came == (n,) else shape, finite=False).reshape(shape)
    if np.isnan(array).any():
        raise Hint("NaN: infinity times 0 or divided by itself, or the logarithm of what is below 0?")
    if np.isinf(array).any():
        raise Hint("infinity: an exponential that overflows, a division by 0, or D rounded to 1?")
    return array


def column(numbers):
    """Numbers as an array (n, 1)."""
    return np.reshape(numbers, (-1, 1))


def _as_numbers(result, what):
    kind = ""
    try:
        with hints_for_errors():  # where its __array__ exits, say
            array = np.array(keras.ops.convert_to_numpy(result) if keras.ops.is_tensor(result) else result)
            kind = array.dtype.kind
            if kind not in "USMmcO" or (kind == "O" and all(isinstance(x, numbers.Real) for x in array.flat)):
                return array.astype("float64")
    except Hint:
        pass
    came = f"is of type {type(result).__name__}"
    if isinstance(result, (list, tuple, np.ndarray)):
        # NumPy would read the text, and halve the complex numbers.
        kinds = {"U": "text", "S": "text", "c": "complex numbers"}
        came = f"holds {kinds.get(kind, 'something else, or rows of unequal lengths')}"
    raise Hint(f"{what} should be numbers, and {came}.")


def agree(a, b, rtol=1e-5, atol=1e-6):
    """Whether two results are the same but for rounding.

    Keras computes in float32, 24 bits, which is 6e-8 of a number. A few operations make it 1e-6, and where
    large numbers have cancelled 1e-5; nothing that these exercises ask for loses more.
    """
    return np.shape(b) in ((), np.shape(a)) and np.allclose(a, b, rtol, atol, equal_nan=True)


def try_cases(answer, cases, right, slips=None, otherwise="", read=None, rtol=1e-5, atol=1e-6):
    """Pass where the answer agrees with `right` on every case; else raise a hint, with the first that fails.

    Args:
        answer: the student's function.
        cases: tuples of arguments, the smallest first: the first that fails is shown.
        right: the right function; its parameters have the names that the hint uses.
        slips: dict, hint -> the function with that slip. Its hint is raised where it explains *all* results.
        otherwise: the hint where no slip does; the example speaks for itself.
        read: makes a float array of a result and the shape of the right one, or raises `Hint`.
        rtol, atol: see `agree`; 0 where results are whole numbers.
    """
    require_callable(answer)
    read = read or functools.partial(as_array, finite=False)
    named = [dict(zip(inspect.signature(right).parameters, case, strict=True)) for case in cases]
    with np.errstate(all="ignore"):  # an overflow that comes to the right end is no mistake
        rights = [np.asarray(right(*case), "float64") for case in cases]
        results = [_result(answer, arguments, read, r) for arguments, r in zip(named, rights, strict=True)]
        pairs = list(zip(results, rights, strict=True))
        failed = [i for i, pair in enumerate(pairs) if not agree(*pair, rtol, atol)]
        if not failed:
            return
        example = first_difference(named[failed[0]], *reversed(pairs[failed[0]]), rtol, atol)
        for hint, slip in (slips or {}).items():
            if all(
                agree(result, slip(*case), rtol, atol) for result, case in zip(results, cases, strict=True)
            ):
                raise Hint(hint, example)
    off = np.concatenate([~np.isclose(*pair, rtol, atol).ravel() for pair in pairs])
    # All of it, that is: a curve that bends amiss far out is off in part.
    if off.mean() > 0.5 and all(agree(*pair, rtol=5e-3, atol=5e-3) for pair in pairs):
        otherwise = "nearly: is something rounded, or computed in float16?"
    raise Hint(otherwise, example)


def _result(answer, arguments, read, right):
    try:
        return read(call(answer, *arguments.values()), right.shape)
    except Hint as hint:
        raise Hint(f"{hint} (for {Example(arguments, 0, 0).inputs()})") from hint


def first_difference(arguments, expected, came, rtol=1e-5, atol=1e-6):
    """The example of a case that failed: all of a small result, of a large one what is furthest off."""
    if expected.size <= 8:
        return Example(arguments, expected[()], came[()])
    off = np.where(np.isclose(came, expected, rtol, atol, equal_nan=True), 0, abs(came - expected))
    where = tuple(int(i) for i in np.unravel_index(np.nan_to_num(off, nan=np.inf).argmax(), off.shape))
    return Example(arguments, expected[where], came[where], where)
