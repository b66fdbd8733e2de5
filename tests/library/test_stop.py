"""Stop: one quiet line, the same call goes on with what is left; and a step that an error breaks in two."""

import queue
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils._support import callbacks
from tests.library.test_saving_and_resuming import At, assert_same, fit, raise_, small_gan

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("interruptible")


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:150]  # in batches of 32, five steps a pass; three passes in `fit`


@pytest.fixture(scope="module")
def uninterrupted(images):
    gan = small_gan()
    fit(gan, images)
    return gan


def stop_at(gan, step, images, **arguments):
    stop = At(step, lambda: raise_(KeyboardInterrupt))
    arguments = {"epochs": 3, "batch_size": 32, "verbose": 0} | arguments
    with pytest.raises(KeyboardInterrupt, match=f"^stopped at step {step}; run again to go on$"):
        gan.fit(images, callbacks=[stop], **arguments)


@pytest.mark.parametrize("saved", [pytest.param(False, marks=pytest.mark.slow), True])
@pytest.mark.parametrize(
    "steps", [*(pytest.param([step], marks=pytest.mark.slow) for step in (1, 5, 7, 13)), [2, 3, 10, 11]]
)
def test_the_same_call_goes_on_with_what_is_left(steps, saved, images, uninterrupted, tmp_path):
    gan = small_gan()
    for step in steps:
        stop_at(gan, step, images)
        if saved:
            gan.save(tmp_path / "gan")
            gan = gu.GAN.load(tmp_path / "gan")
        assert gan.status == f"the training was stopped at step {step}: run its fit again to go on"
    fit(gan, images)
    assert_same(gan, uninterrupted)
    assert gan.history.epoch == list(range(steps[-1] // 5, 3)), "callbacks are told which epoch it is"
    assert gan.status == "trained for 15 steps"
    fit(gan, images)
    assert gan.step == 30, "what was done to its end begins anew"


def test_a_process_that_was_killed_is_gone_on_with(images, uninterrupted, tmp_path):
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "gan.keras", save_freq=2)
    with pytest.raises(RuntimeError):
        fit(small_gan(), images, callbacks=[checkpoint, At(9, lambda: raise_(RuntimeError))])
    gan = gu.GAN.load(tmp_path / "gan.keras")
    assert gan.step == 8
    fit(gan, images)
    assert_same(gan, uninterrupted)


@pytest.mark.parametrize(
    ("changed", "steps"),
    [
        ({"epochs": 2}, 3 + 5),  # the rest of the pass that was broken off, and one more
        ({"batch_size": 75}, 2 + 2 + 2),  # its 86 images, and two passes more
        pytest.param({"images": slice(50)}, 2 * 3, marks=pytest.mark.slow),
        pytest.param({"images": slice(None, None, -1)}, 5 * 3, marks=pytest.mark.slow),
    ],
)
def test_another_call_is_one_of_its_own(changed, steps, images, capsys):
    gan = small_gan()
    stop_at(gan, 2, images)
    others = images[changed.pop("images", slice(None))]
    if others is not images[:]:
        others = others[..., ::1]
    gan.fit(others, **({"epochs": 3, "batch_size": 32} | changed))
    assert gan.step == 2 + steps and len(gan.order) == gan.position == len(others)
    printed = capsys.readouterr().out
    assert f"{steps}/{steps}" in printed and f"0/{steps}" in printed


class Epochs(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.ended = []

    def on_epoch_end(self, epoch, logs=None):
        self.ended.append(epoch)


@pytest.mark.parametrize("when", ["in the step", "in a callback"])
@pytest.mark.parametrize(("step", "steps_per_execution"), [(5, 1), (10, 5), (15, 5)])
def test_an_epoch_that_has_ended_is_told_of_before_it_stops(
    when, step, steps_per_execution, images, monkeypatch, tmp_path
):
    """Else callbacks would never hear of it: the same call goes on with the next one."""
    gan, epochs, path = small_gan(), Epochs(), tmp_path / "gan.keras"
    callbacks = [
        epochs,
        keras.callbacks.ModelCheckpoint(path),
        keras.callbacks.CSVLogger(tmp_path / "log.csv"),
    ]
    if when == "in a callback":
        callbacks.append(At(step, lambda: signal.raise_signal(signal.SIGINT)))
    else:
        keep = gan.keep_frame

        def keep_frame():
            keep()
            if gan.step == step:
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(gan, "keep_frame", keep_frame)
    arguments = {"batch_size": 32, "verbose": 0, "steps_per_execution": steps_per_execution}
    said = "the last" if step == 15 else "run again to go on"
    with pytest.raises(KeyboardInterrupt, match=f"^stopped at step {step}[;,] {said}$"):
        gan.fit(images, epochs=3, callbacks=callbacks, **arguments)
    assert epochs.ended == list(range(step // 5))
    assert gu.GAN.load(path).step == step
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 1 + step // 5


def test_what_a_callback_ended_is_not_gone_on_with(images):
    gan = small_gan()

    def end():
        gan.stop_training = True

    fit(gan, images, callbacks=[At(7, end)])
    assert gan.step == 7 and gan.status == "trained for 7 steps"
    fit(gan, images)
    assert gan.step == 7 + 3 + 10


def test_the_bar_begins_where_it_was_stopped(images, capsys):
    gan = small_gan()
    stop_at(gan, 7, images, verbose=1)
    bar = capsys.readouterr().out.replace("\x1b[1m", "").rpartition("\r")[2]
    assert bar.startswith(" 7/15") and bar.endswith("\n"), "what is told next begins a line"
    gan.fit(images, epochs=3, batch_size=32)
    bar = capsys.readouterr().out.replace("\x1b[1m", "").replace("\b", "").split("\r")
    counts = [said.split()[0].rstrip("\x1b[0m") for said in bar if "/15" in said]
    assert counts[0] == "7/15" and counts[-1] == "15/15" and "0/15" not in counts


def test_the_time_of_a_step_is_that_of_the_steps_it_saw():
    bar = callbacks._GoingOn(1000)
    bar.begun = 900
    assert bar._estimate_step_duration(910, bar._start + 5) == pytest.approx(0.5)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("caught", [pytest.param(False, marks=pytest.mark.slow), True])
def test_ctrl_c_ends_a_script_in_one_line(caught):
    program = f"""
        import signal, sys, time
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.path.insert(0, {str(ROOT)!r})
        from tests.library.test_saving_and_resuming import At, fit, gu, small_gan
        def wait():
            print("waiting", flush=True)
            time.sleep(100)
        gan, images = small_gan(), gu.load_images("digits").images[:150]
        try:
            fit(gan, images, callbacks=[At(7, wait)])
        except KeyboardInterrupt as stop:
            if not {caught}:
                raise
            print(stop, gan.step)
            1 / 0  # any other error is told as ever
        print("it goes on as if nothing had happened")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as script:
        assert script.stdout.readline() == "waiting\n"
        script.send_signal(signal.SIGINT)
        out, err = script.communicate(timeout=300)
    told_by_tensorflow = ("absl", "0000 00:00")
    said = [
        line for line in err.splitlines() if line and not any(word in line for word in told_by_tensorflow)
    ]
    told = "stopped at step 7; run again to go on"
    if caught:
        assert out == f"{told} 7\n" and script.returncode == 1
        assert said[0].startswith("Traceback") and said[-1] == "ZeroDivisionError: division by zero"
    else:
        assert (out, said) == ("", [told]) and script.returncode == -signal.SIGINT


@pytest.fixture
def kernel():
    pytest.importorskip("ipykernel")
    from jupyter_client import KernelManager

    from tools.kernels import ThisPython

    manager = KernelManager(kernel_spec_manager=ThisPython())
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    client.interrupt = manager.interrupt_kernel
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def outputs(client, message, until=None, seconds=120):
    """Texts and errors that a cell sends, up to the text `until`, or to its end."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            said = client.get_iopub_msg(timeout=1)
        except queue.Empty:
            continue
        if said["parent_header"].get("msg_id") != message:
            continue
        kind, content = said["msg_type"], said["content"]
        if kind in ("stream", "error"):
            found.append(content)
        if kind == "status" and content["execution_state"] == "idle":
            return found
        if until and until in content.get("text", ""):
            return found
    pytest.fail(f"the cell did not come to an end: {found}")


def test_stop_in_a_kernel_is_one_line_and_ends_run_all(kernel):
    first = f"""
        import sys, time
        sys.path.insert(0, {str(ROOT)!r})
        from tests.library.test_saving_and_resuming import At, gu, small_gan
        gan, images = small_gan(), gu.load_images("digits").images[:150]
        def wait():
            print("waiting", flush=True)
            time.sleep(100)
    """
    said = outputs(kernel, kernel.execute(textwrap.dedent(first)))
    assert not [content for content in said if "ename" in content]
    cell = "gan.fit(images, epochs=3, batch_size=32, callbacks=[At(7, wait)]); print('done', gan.step)"
    running, after = kernel.execute(cell), kernel.execute("print('the cell below')")
    outputs(kernel, running, until="waiting")
    kernel.interrupt()
    said = outputs(kernel, running)
    (error,) = (content for content in said if "ename" in content)
    told = "stopped at step 7; run again to go on"
    assert (error["ename"], error["evalue"], error["traceback"]) == ("KeyboardInterrupt", told, [told])
    assert not [content for content in said if content.get("name") == "stderr"]
    states = {}
    while not {running, after} <= states.keys():  # a slow kernel has greeted twice
        reply = kernel.get_shell_msg(timeout=60)
        states[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert states[running] == "error" and states[after] in ("aborted", "error"), "Run All ends here"
    said = "".join(content["text"] for content in outputs(kernel, kernel.execute(cell)))
    assert "7/15" in said and " 0/15" not in said and said.endswith("done 15\n")


STOPPED = """
import keras
import gan_utils as gu
from gan_utils._support import callbacks

def stop(batch, logs):  # in each training that shows a bar, and in the first run of the laboratory
    if batch == {batch}:
        raise KeyboardInterrupt

def fit(gan, *arguments, fit=gu.GAN.fit, **named):
    stopping = [keras.callbacks.LambdaCallback(on_train_batch_begin=stop)]
    return fit(gan, *arguments, **named | ({{}} if named.get("verbose") == 0 else {{"callbacks": stopping}}))

def draw(*arguments, draw=course.laboratory.plot_signature):
    course.laboratory.plot_signature = draw
    raise KeyboardInterrupt

gu.GAN.fit, course.laboratory.plot_signature = fit, draw
"""


@pytest.mark.slow
@pytest.mark.parametrize("batch", [0, 12])  # between calls of twelve steps
def test_no_cell_of_04_fails_without_a_reason_after_a_stop(batch):
    nbclient = pytest.importorskip("nbclient")
    import nbformat
    from jupyter_client import AsyncKernelManager

    from tools.kernels import ThisPython

    notebook = nbformat.read(ROOT / "notebooks" / "04_training.ipynb", as_version=4)
    here = next(i for i, cell in enumerate(notebook.cells) if cell.id == "load-data")
    notebook.cells.insert(here, nbformat.v4.new_code_cell(STOPPED.format(batch=batch)))
    manager = AsyncKernelManager(kernel_spec_manager=ThisPython())
    client = nbclient.NotebookClient(notebook, km=manager, allow_errors=True, timeout=600)
    client.execute(cleanup_kc=True)  # else the kernel, which is not nbclient's own, lives on
    errors = {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }
    stopped = f"stopped at step {batch}; run again to go on"
    assert errors.pop("train-fit") == errors.pop("dcgan-train") == f"KeyboardInterrupt: {stopped}"
    assert errors.pop("healthy-run") == "KeyboardInterrupt: "
    print(*(f"{cell}: {error}" for cell, error in errors.items()), sep="\n")
    told = f"AssertionError: the training was stopped at step {batch}: run its fit again to go on"
    unfinished = "LookupError: the run 'healthy' has not come to its end: run its cell again"
    assert set(errors.values()) == {told, unfinished}
    assert {"samples-figure", "quality-asserts", "rates-run"} <= errors.keys(), "claims are still claims"


# A step that an error breaks in two


@pytest.mark.parametrize(
    "error",
    [
        *(pytest.param(e, marks=pytest.mark.slow) for e in (MemoryError, FloatingPointError)),
        KeyboardInterrupt,
    ],
)
@pytest.mark.parametrize("after", [False, True], ids=["before G's update", "after it"])
def test_half_a_step_is_known(error, after, images, tmp_path, monkeypatch):
    gan = small_gan()
    fit(gan, images[:64])
    gan.save(tmp_path / "gan")
    train_g = gan.combined.train_on_batch

    def broken(*arguments, **named):
        if after:
            train_g(*arguments, **named)
        raise error("a torn cable")

    before = gan.discriminator.get_weights()
    with monkeypatch.context() as patch:
        patch.setattr(gan.combined, "train_on_batch", broken)
        with pytest.raises(error):
            fit(gan, images[:64]) if after else gan.train_on_batch(images[:32])
    assert gan.step == 6 and not all(map(np.array_equal, before, gan.discriminator.get_weights()))
    said = (
        rf"^step 7 broke off half-way \({error.__name__}\): D has .* GAN\.load .*gan\.broken_step = None, .*$"
    )
    weights = gan.discriminator.get_weights()
    for call in (
        lambda: gan.train_on_batch(images[:32]),
        lambda: fit(gan, images),
        lambda: gan.save(tmp_path / "gan"),
    ):
        with pytest.raises(RuntimeError, match=said) as caught:
            call()
        assert "\n" not in str(caught.value)
    assert all(map(np.array_equal, weights, gan.discriminator.get_weights())), "nothing goes on by itself"
    assert gan.generate(3).shape == (3, 28, 28, 1) and gan.status.startswith("step 7 broke off")
    assert gu.GAN.load(tmp_path / "gan").step == 6, "what was saved is as it was"
    gan.broken_step = None
    gan.train_on_batch(images[:32])
    gan.save(tmp_path / "gan")
    assert gu.GAN.load(tmp_path / "gan").step == gan.step == 7


@pytest.mark.parametrize("gathers", [False, True])
def test_an_update_that_is_only_gathered_is_one(gathers, images, monkeypatch):
    more = {"gradient_accumulation_steps": 4} if gathers else {}
    gan = small_gan(discriminator_optimizer=keras.optimizers.Adam(1e-3, **more))
    gan.train_on_batch(images[:32])
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(gan.combined, "train_on_batch", lambda *_, **__: raise_(MemoryError))
        gan.train_on_batch(images[:32])
    assert gan.broken_step == "step 2 broke off half-way (MemoryError)"


def test_an_error_before_any_update_breaks_nothing(images, monkeypatch):
    gan = small_gan()
    gan.train_on_batch(images[:32])
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(gan.real_fake, "train_on_batch", lambda *_, **__: raise_(MemoryError))
        gan.train_on_batch(images)
    gan.train_on_batch(images[:32])  # in smaller batches it fits
    assert gan.step == 2 and gan.broken_step is None


def test_an_error_after_both_updates_breaks_nothing(images, monkeypatch):
    gan = small_gan()
    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr("gan_utils._support.averaging.decay", lambda *_: raise_(MemoryError))
        gan.train_on_batch(images[:32])
    assert gan.step == 1 == len(gan.curves["d_loss"])
    gan.train_on_batch(images[:32])
    assert gan.step == 2
