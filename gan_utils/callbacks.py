"""Keras callbacks for `GAN.fit`."""

import time

import keras


class OneBar(keras.callbacks.Callback):
    """One progress bar for a whole `fit`, with the latest batch's losses and accuracy.

    Keras draws one an epoch; a GAN trains for many short ones, of which none is the last.
    """

    def on_train_begin(self, logs=None):
        target = self.params["epochs"] * self.params["steps"]
        names = ("d_loss", "g_loss", "d_accuracy")
        self.bar = keras.utils.Progbar(target, stateful_metrics=names, interval=0.2)
        self.steps, self.logs = 0, {}

    def on_train_batch_end(self, batch, logs=None):
        self.steps, self.logs = self.steps + 1, logs
        self.bar.update(self.steps, logs.items(), finalize=False)

    def on_train_end(self, logs=None):
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

    def __init__(self, seconds):
        super().__init__()
        if not seconds > 0:
            raise ValueError(f"seconds must be above 0; it is {seconds!r}")
        self.seconds = seconds

    def on_train_begin(self, logs=None):
        self.end = time.perf_counter() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        if time.perf_counter() >= self.end:
            self.model.stop_training = True
