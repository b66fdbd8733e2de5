"""The passes of `GAN.fit` over the data: order, callbacks, film; and steps that are done whole."""

import contextlib
import math
import signal
import threading

import keras
import numpy as np

from gan_utils.callbacks import OneBar
from gan_utils.data import check_count, check_images
from gan_utils.pairs import check_batch


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


def fit_gan(gan, images, epochs, batch_size, callbacks, verbose):
    """See `GAN.fit`. `gan.order` and `gan.position` hold what a broken-off epoch needs to go on."""
    images = check_images(images, gan.image_shape)
    check_count("epochs", epochs)
    check_count("batch_size", batch_size, largest=len(images))
    least = gan.least_batch
    check_batch("batch_size: a batch", batch_size, least)
    callbacks = list(callbacks or []) + ([OneBar()] if verbose == 1 else [])
    params = {
        "epochs": epochs,
        "steps": max(1, math.ceil((len(images) + 1 - least) / batch_size)),
        "verbose": verbose,
    }
    callbacks = keras.callbacks.CallbackList(
        callbacks, add_history=True, add_progbar=verbose == 2, model=gan, **params
    )
    gan.stop_training = False
    if not gan.frames:
        gan.keep_frame()
    epoch_logs = {}
    callbacks.on_train_begin()
    for epoch in range(epochs):
        callbacks.on_epoch_begin(epoch)
        if len(gan.order) != len(images) or len(images) - gan.position < least:
            with interrupts_wait():
                gan.order, gan.position = gan.random.permutation(len(images)).astype("int32"), 0
        batches, sizes = [], []
        while gan.position < len(images):
            callbacks.on_train_batch_begin(len(batches))
            with interrupts_wait():
                chosen = gan.order[gan.position : gan.position + batch_size]
                if len(images) - gan.position - batch_size < least:  # one image more, not a batch of one
                    chosen = gan.order[gan.position :]
                logs = gan.train_on_batch(images[chosen])
                gan.position += len(chosen)
                # Frames at steps 1, 2, 4, 8, ..., for most happens at the beginning; and after each epoch.
                if gan.step & (gan.step - 1) == 0 or gan.position == len(images):
                    gan.keep_frame()
            batches.append(list(logs.values()))
            sizes.append(len(chosen))
            callbacks.on_train_batch_end(len(batches) - 1, logs)
            if gan.stop_training:
                break
        epoch_logs = dict(zip(logs, np.average(batches, axis=0, weights=sizes).tolist(), strict=True))
        callbacks.on_epoch_end(epoch, epoch_logs)
        if gan.stop_training:
            gan.keep_frame()
            break
    callbacks.on_train_end(epoch_logs)
    return gan.history
