"""Keras callbacks for `GAN.fit`."""

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
