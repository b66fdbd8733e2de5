"""Interrupts (Ctrl-C, Jupyter's Stop) that wait for what must not be broken off."""

import contextlib
import signal
import threading


@contextlib.contextmanager
def interrupts_wait():
    """Hold an interrupt back until the block is done; the list that it yields tells whether one has come.

    Between D's update and G's it would leave half a step behind, which no later call could complete.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or previous is None:
        yield []  # interrupts do not come here, or are not Python's
        return
    waiting = []
    signal.signal(signal.SIGINT, lambda *_: waiting.append(True))
    try:
        yield waiting
    finally:
        signal.signal(signal.SIGINT, previous)
        if waiting:
            signal.raise_signal(signal.SIGINT)
