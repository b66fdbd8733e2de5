"""The passes of `GAN.fit` over the data: order, callbacks, film; and steps that are done whole."""

import contextlib
import functools
import math
import signal
import sys
import threading
import zlib

import keras
import numpy as np

from gan_utils._support import averaging, compiled_steps
from gan_utils._support.callbacks import LOGS, OneBar, check_callbacks
from gan_utils._support.image_checks import check_count, check_images
from gan_utils._support.network_checks import check_batch, check_both_train


@contextlib.contextmanager
def interrupts_wait():
    """Hold an interrupt (Ctrl-C, Jupyter's Stop) back until the block is done.

    Between D's update and G's it would leave half a step behind, which no later call could complete.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or previous is None:
        yield  # interrupts do not come here, or are not Python's
        return
    waiting = []
    signal.signal(signal.SIGINT, lambda *_: waiting.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if waiting:
            signal.raise_signal(signal.SIGINT)


def whole_step(train_on_batch):
    """Decorate a step of a GAN, or many: interrupts wait for its end, and what an error breaks off is told.

    What is decorated takes the GAN, images, and `steps`, where it makes more than one.
    """

    @functools.wraps(train_on_batch)
    def step(gan, real_images, **steps):
        check_whole(gan)
        number, updates = gan.step, int(gan.discriminator_optimizer.iterations)
        with interrupts_wait():
            try:
                return train_on_batch(gan, real_images, **steps)
            except BaseException as error:
                first, last = number + 1, number + steps.get("steps", 1)
                which = f"step {first}" if first == last else f"the call of steps {first} to {last}"
                gan.broken_step = f"{which} broke off half-way ({type(error).__name__})"
                if gan.step > number or int(gan.discriminator_optimizer.iterations) == updates:
                    gan.broken_step = None  # both players have made their update, or neither
                raise

    return step


def note_step(gan, *numbers):
    """Count a step that both players have made, and return its numbers by their names.

    Raises:
        FloatingPointError: one of them is NaN or infinite.
    """
    logs = {name: float(number) for name, number in zip(LOGS, numbers, strict=True)}
    gan.step += 1
    for name, value in logs.items():
        gan.curves[name].append(value)
    for name, value in logs.items():
        if not math.isfinite(value):
            raise FloatingPointError(
                f"{name}: NaN or infinite at step {gan.step}, the weights grew beyond all bounds. Load what "
                f"was saved last, and give both optimizers smaller learning rates or clipnorm=1"
            )
    return logs


def check_whole(gan):
    """Raise RuntimeError if D made an update in the latest step and G did not."""
    if gan.broken_step:
        raise RuntimeError(
            f"{gan.broken_step}: D has made an update that G has not, or that is not counted. What serves is "
            f"GAN.load of what was saved last; or gan.broken_step = None, to go on with both as they are"
        )


def status(gan):
    """One line: how far training has come, and what to do where it was broken off."""
    if gan.broken_step:
        return gan.broken_step
    if gan.plan and gan.plan["done"] < gan.plan["epochs"]:
        return f"the training was stopped at step {gan.step}: run its fit again to go on"
    return f"trained for {gan.step} steps" if gan.step else "not trained yet: run its fit"


def fit_gan(gan, images, epochs, batch_size, callbacks, verbose, steps_per_execution):
    """See `GAN.fit`. `gan.order`, `gan.position` and `gan.plan` hold what a broken-off one needs to go on."""
    images = check_images(images, gan.image_shape)
    check_count("epochs", epochs)
    check_count("batch_size", batch_size, largest=len(images))
    check_batch("batch_size: a batch", batch_size, gan.least_batch)
    check_count("steps_per_execution", steps_per_execution)
    if batch_size * gan.d_steps > len(images):
        raise ValueError(
            f"batch_size: {batch_size} came; a step takes d_steps = {gan.d_steps} such batches of "
            f"{len(images)} images: what serves is at most {len(images) // gan.d_steps}"
        )
    callbacks = check_callbacks(callbacks)
    check_whole(gan)
    _make_plan(gan, images, epochs, batch_size)
    bar = OneBar(gan.plan["steps"], gan.plan["steps"] - _steps_left(gan))
    if verbose == 1 and not any(isinstance(c, keras.callbacks.ProgbarLogger) for c in callbacks):
        callbacks.append(bar)
    params = {"epochs": epochs, "steps": _steps(gan, len(images)), "verbose": verbose}
    callbacks = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=verbose == 2, model=gan, **params
    )
    gan.stop_training = False
    try:
        _make_passes(gan, images, batch_size, steps_per_execution, callbacks)
    except KeyboardInterrupt:
        if bar in callbacks.callbacks:  # it ends its line
            bar.steps = gan.plan["steps"] - _steps_left(gan)
            bar.on_train_end()
        raise _stop(gan) from None
    return gan.history


def _make_plan(gan, images, epochs, batch_size):
    """Make `gan.plan`, or go on with the one that is there, where the same fit was broken off."""
    some = images[:: math.ceil(len(images) / 100)]
    known = [len(images), zlib.crc32(np.ascontiguousarray(some))]
    asked = {"epochs": int(epochs), "batch_size": int(batch_size), "images": known}
    if gan.plan.get("images", known) != known or len(gan.order) != len(images):
        gan.order, gan.position = gan.order[:0], 0  # a pass over other images is not finished with these
    if not (gan.plan.items() >= asked.items() and gan.plan["done"] < epochs):
        gan.plan = asked | {"done": 0}
        gan.plan["steps"] = _steps_left(gan)


def _steps_left(gan):
    """Steps that `gan.plan` has left to do, the rest of the pass under way among them."""
    rest = _steps(gan, len(gan.order) - gan.position)
    whole = gan.plan["epochs"] - gan.plan["done"] - bool(rest)
    return whole * _steps(gan, gan.plan["images"][0]) + rest


def _steps(gan, n):
    """Steps that n images make: what is too small for a step of its own joins the last one."""
    size, least = gan.plan["batch_size"] * gan.d_steps, gan.least_batch * gan.d_steps
    return max(1, math.ceil((n + 1 - least) / size)) if n >= least else 0


def _make_passes(gan, images, batch_size, steps_per_execution, callbacks):
    if not gan.frames:
        gan.keep_frame()
    size, least, epoch_logs = batch_size * gan.d_steps, gan.least_batch * gan.d_steps, {}
    callbacks.on_train_begin()
    for epoch in range(gan.plan["done"], gan.plan["epochs"]):
        callbacks.on_epoch_begin(epoch)
        if len(gan.order) - gan.position < least:
            with interrupts_wait():
                gan.order, gan.position = gan.random.permutation(len(images)).astype("int32"), 0
        batches, sizes = [], []
        while gan.position < len(images):
            callbacks.on_train_batch_begin(len(batches))
            with interrupts_wait():
                left, begun = len(images) - gan.position, gan.step
                full = left // size - (0 < left % size < least)  # a rest too small for a step joins the last
                steps = min(full, steps_per_execution) or 1
                chosen = gan.order[gan.position :][: steps * size if full else left]
                taken = images[chosen[: len(chosen) // gan.d_steps * gan.d_steps]]
                if steps_per_execution == 1:
                    logs = [gan.train_on_batch(taken)]
                else:
                    logs = _train_on_batches(gan, taken, steps=steps)
                gan.position += len(chosen)
                gan.plan["done"] += gan.position == len(images)
                # Frames at steps 1, 2, 4, 8, ..., for most happens at the beginning; and after each epoch.
                if gan.step.bit_length() > begun.bit_length() or gan.position == len(images):
                    gan.keep_frame()
            batches += [list(log.values()) for log in logs]
            sizes += steps * [len(chosen) / steps]
            callbacks.on_train_batch_end(len(batches) - 1, logs[-1])
            if gan.stop_training:
                break
        epoch_logs = dict(zip(LOGS, np.average(batches, axis=0, weights=sizes).tolist(), strict=True))
        callbacks.on_epoch_end(epoch, epoch_logs)
        if gan.stop_training:
            gan.keep_frame()
            gan.plan["done"] = gan.plan["epochs"]  # it has ended as it was asked to
            break
    callbacks.on_train_end(epoch_logs)


@whole_step
def _train_on_batches(gan, real_images, *, steps):
    """So many steps of `GAN.train_on_batch` in one compiled call; a list of what each would return."""
    check_both_train(gan)
    n = len(real_images) // (steps * gan.d_steps)
    real_images = real_images.reshape(steps, gan.d_steps, n, *gan.image_shape)
    # A generator of random numbers gives the same ones at once as one after the other.
    latents = gan.random.standard_normal((steps, gan.d_steps + 1, n, gan.latent_dim), dtype="float32")
    decays = [averaging.decay(gan.average, gan.step + 1 + i) for i in range(steps)]
    if not gan._compiled_steps or not gan._compiled_steps.fits():
        gan._compiled_steps = compiled_steps.CompiledSteps(gan)
    numbers = gan._compiled_steps(real_images, latents, np.array(decays, keras.config.floatx()))
    return [note_step(gan, *row) for row in numbers]


def _stop(gan):
    """A KeyboardInterrupt that IPython and Python tell in one line; it ends a Run All, or a program."""
    done = gan.plan["done"] == gan.plan["epochs"]
    told = f"stopped at step {gan.step}" + (", the last" if done else "; run again to go on")
    stop = KeyboardInterrupt(told)
    stop._render_traceback_ = lambda: [told]  # what IPython shows
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _tell_in_one_line
    return stop


def _tell_in_one_line(kind, error, trace):
    if hasattr(error, "_render_traceback_"):
        print(*error._render_traceback_(), file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)
