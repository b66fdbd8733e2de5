"""The passes of `GAN.fit` over the data: order, callbacks, film; and steps that are done whole."""

import contextlib
import functools
import math
import signal
import sys

import keras
import numpy as np

from gan_utils._support import averaging, compiled_steps, devices, processes
from gan_utils._support.callbacks import LOGS, OneBar, check_callbacks
from gan_utils._support.image_checks import check_count
from gan_utils._support.interrupts import interrupts_wait
from gan_utils._support.network_checks import check_batch, check_both_train, check_devices, updates_made
from gan_utils._support.sources import as_source
from gan_utils._support.value_ranges import to_networks


def whole_step(train_on_batch):
    """Decorate a step of a GAN, or many: interrupts wait for its end, and what an error breaks off is told.

    What is decorated takes the GAN, images, and `steps`, where it makes more than one.
    """

    @functools.wraps(train_on_batch)
    def step(gan, real_images, **steps):
        check_whole(gan)
        check_devices(gan.generator, gan.discriminator)
        number, updates = gan.step, updates_made(gan.discriminator_optimizer)
        with interrupts_wait():
            try:
                return train_on_batch(gan, real_images, **steps)
            except BaseException as error:
                first, last = number + 1, number + steps.get("steps", 1)
                which = f"step {first}" if first == last else f"the call of steps {first} to {last}"
                gan.broken_step = f"{which} broke off half-way ({type(error).__name__})"
                if gan.step > number or updates_made(gan.discriminator_optimizer) == updates:
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
    if not all(math.isfinite(values[-1]) for values in gan.curves.values() if values):
        return f"NaN or infinite at step {gan.step}: load what was saved last"
    if gan.plan and gan.plan["done"] < gan.plan["epochs"]:
        return f"the training was stopped at step {gan.step}: run its fit again to go on"
    return f"trained for {gan.step} steps" if gan.step else "not trained yet: run its fit"


def fit_gan(gan, images, epochs, batch_size, callbacks, verbose, steps_per_execution):
    """See `GAN.fit`. `gan.order`, `gan.position` and `gan.plan` hold what a broken-off one needs to go on."""
    source = as_source(gan, images)
    check_count("epochs", epochs)
    check_count("batch_size", batch_size, largest=source.most)
    check_batch("batch_size: a batch", batch_size, gan.least_batch)
    check_count("steps_per_execution", steps_per_execution)
    if source.most and batch_size * gan.d_steps > source.most:
        raise ValueError(
            f"batch_size: {batch_size} came; a step takes d_steps = {gan.d_steps} such batches of "
            f"{source.most} images: what serves is at most {source.most // gan.d_steps}"
        )
    callbacks = check_callbacks(callbacks)
    check_whole(gan)
    check_devices(gan.generator, gan.discriminator)
    asked = [source.known, epochs, batch_size, steps_per_execution]
    processes.check_alike(
        "images or numbers that fit was given",
        asked,
        "the same images and numbers, of which each takes its part",
    )
    if not processes.is_first():  # one bar, and one line an epoch in a file
        verbose, callbacks = 0, [c for c in callbacks if not isinstance(c, keras.callbacks.CSVLogger)]
    before = gan.plan, gan.order, gan.position
    _make_plan(gan, source, epochs, batch_size)
    try:
        source.begin_pass(gan.least_batch * gan.d_steps)
    except BaseException:  # of batches that cannot be trained on: the fit before can still be gone on with
        gan.plan, gan.order, gan.position = before
        raise
    for told in filter(None, (source.told, devices.told(batch_size))):
        if verbose:
            print(told)
    total = gan.plan["steps"]
    bar = OneBar(total, total - _steps_left(gan, source) if total else 0)
    if verbose == 1 and not any(isinstance(c, keras.callbacks.ProgbarLogger) for c in callbacks):
        callbacks.append(bar)
    params = {"epochs": epochs, "steps": _steps(gan, source.images_a_pass), "verbose": verbose}
    callbacks = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=verbose == 2, model=gan, **params
    )
    gan.stop_training = False
    try:
        # Alone in a step, a process would wait for ever: that one of several is interrupted, all must know.
        hold = interrupts_wait if processes.processes() > 1 else contextlib.nullcontext
        with hold() as interrupts:
            _make_passes(gan, source, batch_size, steps_per_execution, callbacks, interrupts)
    except KeyboardInterrupt:
        if bar in callbacks.callbacks:  # it ends its line
            bar.on_train_end()
        raise _stop(gan) from None
    return gan.history


def _make_plan(gan, source, epochs, batch_size):
    """Make `gan.plan`, or go on with the one that is there, where the same fit was broken off."""
    asked = {"epochs": int(epochs), "batch_size": int(batch_size), "images": source.known}
    if gan.plan.get("images", source.known) != source.known or not source.is_under_way():
        gan.order, gan.position = gan.order[:0], 0  # a pass over other images is not finished with these
    if not (gan.plan.items() >= asked.items() and gan.plan["done"] < epochs):
        gan.plan = asked | {"done": 0, "images a pass": source.images_a_pass}
        gan.plan["steps"] = _steps_left(gan, source)


def _steps_left(gan, source):
    """Steps that `gan.plan` has left to do, the rest of the pass under way among them; None where unknown."""
    if source.images_a_pass is None:
        return None
    rest = _steps(gan, source.rest())
    whole = gan.plan["epochs"] - gan.plan["done"] - bool(rest)
    return whole * _steps(gan, source.images_a_pass) + rest


def _steps(gan, n):
    """Steps that n images make: what is too small for a step of its own joins the last one."""
    if n is None:
        return None
    size, least = gan.plan["batch_size"] * gan.d_steps, gan.least_batch * gan.d_steps
    return max(1, math.ceil((n + 1 - least) / size)) if n >= least else 0


def _make_passes(gan, source, batch_size, steps_per_execution, callbacks, interrupts):
    if not gan.frames:
        gan.keep_frame()
    size, least, epoch_logs = batch_size * gan.d_steps, gan.least_batch * gan.d_steps, {}
    callbacks.on_train_begin()
    first = gan.plan["done"]  # its pass has begun
    for epoch in range(first, gan.plan["epochs"]):
        callbacks.on_epoch_begin(epoch)
        if epoch > first:
            source.begin_pass(least)
        batches, sizes, held, late = [], [], False, None
        while left := source.left((steps_per_execution + 1) * size):
            callbacks.on_train_batch_begin(len(batches))
            with interrupts_wait() as waiting:
                begun = gan.step
                full = left // size - (0 < left % size < least)  # a rest too small for a step joins the last
                steps = min(full, steps_per_execution) or 1
                n = steps * size if full else left
                taken = source.take(n)[: n // gan.d_steps * gan.d_steps]
                if steps_per_execution == 1:
                    logs = [gan.train_on_batch(taken)]
                else:
                    logs = _train_on_batches(gan, taken, steps=steps)
                ended = source.done(n)
                gan.plan["done"] += ended
                # Frames at steps 1, 2, 4, 8, ..., for most happens at the beginning; and after each epoch.
                if gan.step.bit_length() > begun.bit_length() or ended:
                    gan.keep_frame()
                if ended:  # callbacks are told so before it stops: what goes on begins with the next epoch
                    held, waiting[:] = bool(waiting), []
            batches += [list(log.values()) for log in logs]
            sizes += steps * [n / steps]
            try:
                callbacks.on_train_batch_end(len(batches) - 1, logs[-1])
            except KeyboardInterrupt as error:
                if not ended:
                    raise
                late = error
            if not ended and _stopped(gan, interrupts):
                break
        epoch_logs = dict(zip(LOGS, np.average(batches, axis=0, weights=sizes).tolist(), strict=True))
        callbacks.on_epoch_end(epoch, epoch_logs)
        if late:
            raise late
        if held:
            signal.raise_signal(signal.SIGINT)
        if _stopped(gan, interrupts):
            gan.keep_frame()
            gan.plan["done"] = gan.plan["epochs"]  # it has ended as it was asked to
            break
    callbacks.on_train_end(epoch_logs)


def _stopped(gan, interrupts):
    """Whether a callback has asked for the end, in any process; an interrupt in one is one in all."""
    gan.stop_training, interrupted = processes.any_of(gan.stop_training, bool(interrupts))
    if interrupted:
        raise KeyboardInterrupt
    return gan.stop_training


@whole_step
def _train_on_batches(gan, real_images, *, steps):
    """So many steps of `GAN.train_on_batch` in one compiled call; a list of what each would return."""
    check_both_train(gan)
    n = len(real_images) // (steps * gan.d_steps)
    real_images = to_networks(real_images, gan.value_range).reshape(steps, gan.d_steps, n, *gan.image_shape)
    decays = [averaging.decay(gan.average, gan.step + 1 + i) for i in range(steps)]

    def draw_latents(steps):  # the same numbers at once as one step after the other
        return gan.random.standard_normal((steps, gan.d_steps + 1, n, gan.latent_dim), dtype="float32")

    if not gan._compiled_steps or not gan._compiled_steps.fits():
        gan._compiled_steps = compiled_steps.CompiledSteps(gan)
    numbers = gan._compiled_steps(real_images, draw_latents, np.array(decays, keras.config.floatx()))
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
