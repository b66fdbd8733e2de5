"""Whatever an answer does, its check ends, in seconds, in a hint that says what and where."""

import _thread
import contextlib
import linecache
import random
import sys
import threading
import time
import warnings

import keras
import numpy as np
import pytest

import gan_course as course
import gan_utils as gu
from gan_course.checking import running
from gan_course.checking.comparing import apart, as_array, shown, try_cases
from gan_course.checking.feedback import Verdict, exercise
from gan_course.checking.running import Hint, call


def twice(answer):
    """`answer(values, more)`: twice the values."""

    def right(values, more):
        return 2 * values

    cases = [(np.array([1.0]), {"some": [np.ones(2)]}), (np.arange(20.0), {"some": [np.ones(3)]})]
    try_cases(answer, cases, right, {"once more than once.": lambda values, more: values})


double = exercise(first_step="Begin.", praise="Double.")(twice)
in_a_hurry = exercise(first_step="Begin.", praise="Double.", seconds=0.2)(twice)


def raising(error):
    def answer(values, more):
        raise error

    return answer


class Silent(Exception):
    def __str__(self):
        raise KeyboardInterrupt


class Rude:
    """An object that answers no question."""

    def refuse(self, *arguments, **settings):
        raise SystemExit("no")

    __array__ = __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __float__ = __hash__ = refuse
    shape = dtype = property(refuse)


def folding(values, more):
    return keras.layers.Reshape((5,))(np.ones((2, 6)))


def deep(values, more):
    return deep(values, more)


def into_the_library(values, more):
    return gu.build_generator(0)


SAID = {
    "ValueError: too much, at your line": raising(ValueError("too much\nand more")),
    "stops with ValueError, at your line": raising(ValueError()),
    "stops with KeyError: 'x', at your line": raising(KeyError("x")),
    "stops with Silent, at your line": raising(Silent("x")),
    "stops with SystemExit: 3, at your line": raising(SystemExit(3)),
    "stops with KeyboardInterrupt, at your line": raising(KeyboardInterrupt()),
    "stops with GeneratorExit, at your line": raising(GeneratorExit()),
    "stops with StopIteration, at your line": raising(StopIteration()),
    "stops with RecursionError": deep,
    ": `return deep(values, more)`": deep,
    "ValueError: The total size of the tensor must be unchanged": folding,
    "`return keras.layers.Reshape((5,))(np.ones((2, 6)))`": folding,
    "stops with TypeError: <lambda>() takes 1 positional": lambda values: values,
    "(for values = [1], more = ": lambda values, more: values + values[7],
    "is of type Rude": lambda values, more: Rude(),
    "is of type generator": lambda values, more: (v for v in values),
    "is of type object": lambda values, more: object(),
    "holds text": lambda values, more: ["2"],
    "holds complex numbers": lambda values, more: 2j * values,
    "rows of unequal lengths": lambda values, more: [[1], [1, 2]],
    "returns nothing": lambda values, more: values.sort(),
    "the function itself": 7,
    "this is of type Rude": Rude(),
    "holds something else": lambda values, more: [Rude()],
    ": `return gu.build_generator(0)`": into_the_library,
    "once more than once. For values = [1], more": lambda values, more: values,
    "and yours gives [nan]": lambda values, more: np.nan * values,
    "rounded, or computed in float16": lambda values, more: 2.001 * values,
}


@pytest.mark.parametrize("said", SAID)
def test_whatever_goes_wrong_is_said_in_a_line(said):
    verdict = double(SAID[said])
    assert (
        verdict.state == "not yet" and said in verdict.message and "cannot be judged" not in verdict.message
    )
    assert "\n" not in verdict.message and ":," not in verdict.message and not verdict.message.endswith(":")


def pass_by(values, more):
    while True:
        pass


def sleep_on(values, more):
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.05)


@pytest.mark.parametrize("endless", [pass_by, sleep_on])
def test_an_endless_loop_is_stopped(endless):
    threads = threading.active_count()
    for where in (in_a_hurry, in_another_thread):
        verdict = where(endless)
        assert verdict.state == "not yet"
        assert "still at work after 0.2 seconds, at your line" in verdict.message
        assert "restart the kernel" not in verdict.message
    assert threading.active_count() <= threads


def in_another_thread(answer):
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(in_a_hurry(answer)))
    thread.start()
    thread.join()
    return verdicts[0]


def test_what_cannot_be_stopped_is_left_behind():
    free = threading.Event()

    def whatever_comes(values, more):
        while not free.is_set():
            with contextlib.suppress(BaseException):
                free.wait(0.1)

    for endless in (whatever_comes, lambda values, more: free.wait(60)):
        verdict = in_a_hurry(endless)
        assert "still at work" in verdict.message and "restart the kernel" in verdict.message
    free.set()


def test_the_students_own_stop_stops_the_check(interruptible):
    threads = threading.active_count()
    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        double(pass_by)
    timer.join()
    assert threading.active_count() <= threads


def test_an_answer_changes_nothing_that_the_check_uses():
    def greedy(values, more):
        result = 2 * values
        values[:] = more["some"][0][0] = 9
        more["some"].clear()
        more.clear()
        np.seterr(all="raise")
        return result

    assert double(greedy) and double(greedy)
    assert np.geterr()["divide"] != "raise"


def test_a_check_leaves_no_trace():
    def drawing(values, more):
        np.random.default_rng()
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        keras.random.normal((2,))
        warnings.simplefilter("error")
        return 2 * values

    def state():
        numpy_state = np.random.get_state()  # noqa: NPY002
        return random.getstate(), numpy_state[1].tolist(), numpy_state[2:], list(warnings.filters)

    keras.utils.set_random_seed(3)
    first = keras.ops.convert_to_numpy(keras.random.normal((2,)))
    keras.utils.set_random_seed(3)
    before = state()
    assert double(drawing)
    assert state() == before
    solution = course.check.conditional_generator
    assert not solution(lambda *sizes: keras.random.normal((2,)))
    assert state() == before
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(keras.random.normal((2,))), first)


def test_the_line_is_that_of_a_cell():
    # As a kernel compiles a cell: its lines are known to linecache, by a name that is no file's.
    source = "def answer(values, more):\n    scale = 2\n    return values[scale]\n"
    linecache.cache["<ipython-input-7-abc>"] = len(source), None, source.splitlines(keepends=True), ""
    namespace = {}
    exec(compile(source, "<ipython-input-7-abc>", "exec"), namespace)
    assert "at your line 3: `return values[scale]`" in double(namespace["answer"]).message


def test_numbers_are_shown_as_far_as_they_differ():
    assert apart(0.5, 0.5000001) == ("0.5", "0.5000001")
    assert apart(np.array([1.0, 2]), np.array([1.0, 2.00001])) == ("[1, 2]", "[1, 2.00001]")
    assert shown(233985.0) == "233985" and shown(np.float32(1.5)) == "1.5" and shown([3, 2]) == "[3, 2]"


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("the sign: which way?", "The sign: which way?"),
        ("a target of 0.9 counts as 1.", "A target of 0.9 counts as 1."),
        ("g_step asks another D.", "g_step asks another D."),
        ("k need not be whole.", "k need not be whole."),
        ("3 of 4 are wrong.", "3 of 4 are wrong."),
    ],
)
def test_a_hint_is_a_sentence_and_a_name_stays_as_it_is(hint, said):
    assert repr(Verdict("one", "not yet", hint)) == f"one: not yet. {said}"


def test_an_array_is_made_of_whatever_holds_numbers():
    for result in (
        [1, 2],
        (1.0, 2),
        np.array([1, 2], object),
        keras.ops.array([1.0, 2.0]),
        np.float16([1, 2]),
    ):
        assert as_array(result, (2,)).tolist() == [1, 2]
    assert as_array(True, ()) == 1
    with pytest.raises(Hint, match=r"should have the shape \(3,\), and has the shape \(2,\)"):
        as_array([1, 2], (3,))


def test_an_error_of_the_checks_own_is_no_crash():
    @exercise(first_step="", praise="")
    def broken(answer):
        return answer == 3

    assert (
        "cannot be judged: what came of it stops with SystemExit: no, at your line" in broken(Rude()).message
    )
    assert running.described(SystemExit()) == "SystemExit" and sys.exc_info() == (None, None, None)
    assert call(lambda: 3) == 3
