"""Keras callbacks for `GAN.fit`: the bar, a time limit, and which of Keras's own a GAN cannot serve."""

import time

import keras

LOGS = ("d_loss", "g_loss", "d_accuracy")
SCHEDULE = (
    "a GAN has two optimizers; what serves is a schedule in each, as "
    "keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(2e-3, 1000, 0.9))"
)
SAVES = "a GAN is no Keras model; what serves is keras.callbacks.ModelCheckpoint('gan.keras')"
INSTEAD = {  # Keras's callbacks that ask their model for what a GAN has not, and what serves
    "BackupAndRestore": f"{SAVES} and, after a break, GAN.load('gan.keras') and the same fit again",
    "LearningRateScheduler": SCHEDULE,
    "OrbaxCheckpoint": f"{SAVES}, which saves the whole GAN in a folder of that name",
    "ReduceLROnPlateau": SCHEDULE,
    "SwapEMAWeights": "a GAN averages its generator itself; what serves is GAN(..., average=0.998)",
    "TensorBoard": "a GAN is no Keras model; what serves is keras.callbacks.CSVLogger('log.csv')",
}


def check_callbacks(callbacks):
    """Return callbacks, however nested, as a list, or say before training which one cannot serve, and why.

    Raises:
        TypeError: something that is no callback, as a class or a function.
        ValueError: one of Keras's that asks its model for what a GAN has not, or watches what is not logged.
    """
    found, more_logs = [], False  # whether one before this may write into the logs: its own measure, say
    for callback in keras.tree.flatten(callbacks if callbacks is not None else []):
        inner = callback.callbacks if isinstance(callback, keras.callbacks.CallbackList) else [callback]
        for one in inner:
            _check_is_callback(one)
            _check_serves(one, more_logs)
            own = type(one).__module__.partition(".")[0] not in ("keras", "gan_utils")
            more_logs |= own or isinstance(one, keras.callbacks.LambdaCallback)
            found.append(one)
    return found


def _check_is_callback(callback):
    if isinstance(callback, keras.callbacks.Callback):
        return
    serves = "a list of keras.callbacks.Callback objects"
    if isinstance(callback, type):
        serves = f"an object of it, {callback.__name__}(...)"
    elif callable(callback):
        serves = "keras.callbacks.LambdaCallback(on_epoch_end=...) with a function of epoch and logs"
    raise TypeError(f"callbacks: {callback!r} came; what serves is {serves}")


def _check_serves(callback, more_logs):
    name, kinds = type(callback).__name__, keras.callbacks
    for refused, instead in INSTEAD.items():
        if isinstance(callback, getattr(kinds, refused, ())):  # not every Keras has them all
            kind = "" if name == refused else f", a {refused}"
            raise ValueError(f"callbacks: {name}{kind}: {instead}")
    if getattr(callback, "save_weights_only", False) and isinstance(callback, kinds.ModelCheckpoint):
        raise ValueError(f"callbacks: {name} with save_weights_only: {SAVES}, which saves the whole GAN")
    if not isinstance(callback, (kinds.EarlyStopping, kinds.ModelCheckpoint)):
        return
    monitor, mode = callback.monitor, getattr(callback, "mode", None)
    if getattr(callback, "save_best_only", True) and monitor not in LOGS and not more_logs:
        raise ValueError(
            f"callbacks: {name}: monitor={monitor!r} came; what serves is one of {', '.join(LOGS)}, "
            f"with mode='min' or mode='max'"
        )
    if mode == "auto" and monitor.removeprefix("val_") != "loss":  # Keras asks at the end of the first epoch
        raise ValueError(
            f"callbacks: {name}: mode='auto' came; what serves is mode='min' or mode='max': "
            f"Keras cannot tell whether {monitor!r} shall fall or rise"
        )
    if getattr(callback, "restore_best_weights", False):
        raise ValueError(
            f"callbacks: {name} with restore_best_weights: a GAN is no Keras model; what serves is, beside "
            f"{name}, keras.callbacks.ModelCheckpoint('best.keras', monitor={monitor!r}, mode={mode!r}, "
            f"save_best_only=True), and GAN.load('best.keras') at the end"
        )


def missing_attribute(gan, name):
    """`GAN.__getattr__`: tell callbacks, and others who take a GAN for a Keras model, where to look."""
    parts = [part for part in ("generator", "discriminator", "combined", "real_fake") if part in vars(gan)]
    there = [f"gan.{part}.{name}" for part in parts if getattr(vars(gan)[part], name, None) is not None]
    serves = f"; what serves is {' or '.join(there)}" if there and not name.startswith("_") else ""
    raise AttributeError(f"a GAN has no attribute {name!r}{serves}", name=name, obj=gan)


class _GoingOn(keras.utils.Progbar):
    """Keras's bar for what was begun before: what it says of a step's time comes from its own steps."""

    begun = 0

    def _estimate_step_duration(self, current, now):
        return super()._estimate_step_duration(current - self.begun, now)


class OneBar(keras.callbacks.Callback):
    """One progress bar for a whole `fit`, with the latest batch's losses and accuracy.

    Keras draws one an epoch; a GAN trains for many short ones, of which none is the last.

    Args:
        target: number of steps.
        done: how many of them were done before.
    """

    def __init__(self, target, done):
        super().__init__()
        self.bar = _GoingOn(target, stateful_metrics=LOGS, interval=0.2)
        self.bar.begun = self.steps = done
        self.logs = {}

    def set_model(self, model):
        super().set_model(model)
        self.before = model.step - self.steps

    def on_train_begin(self, logs=None):
        self.bar.update(self.steps, finalize=False)

    def on_train_batch_end(self, batch, logs=None):
        self.steps, self.logs = self.model.step - self.before, logs
        self.bar.update(self.steps, logs.items(), finalize=False)

    def on_train_end(self, logs=None):
        self.steps = self.model.step - self.before  # an interrupt may have come before the step was told
        self.bar.update(self.steps, self.logs.items(), finalize=True)


class StopAfter(keras.callbacks.Callback):
    """Stop a `fit`, of a GAN or of any Keras model, at the first step that ends after so many seconds.

    Two networks trained for equal seconds are compared by what they cost. The same steps are not trained
    again on another day or machine: where a run must be repeatable, give epochs.

    Args:
        seconds: above 0, counted from the beginning of each `fit`.

    Raises:
        ValueError: seconds is not above 0.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        if not seconds > 0:
            raise ValueError(f"seconds must be above 0; it is {seconds!r}")
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.perf_counter() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() >= self.end:
            self.model.stop_training = True
