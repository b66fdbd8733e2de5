"""One training on one device, on all devices of a machine, or on many machines: the same script.

    python examples/many.py                    all devices of this machine: a laptop's CPU, one GPU, eight
    python examples/many.py --processes 2      two processes on this machine, started and watched from here
    python examples/many.py --processes 16 --process 3 --address 10.0.0.1:1234
                                               the fourth of sixteen, by hand: on each machine, its own number

Run the same command again to go on from what was saved last. docs/many.md says what to choose.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from pathlib import Path


def train(options):
    """What each process does: the same in all of them. Keras gives each its part of every batch."""
    os.environ["KERAS_BACKEND"] = "jax"
    if options.processes > 1:  # Ctrl-C loses nothing outside `fit`, and JAX may be deaf to it
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    import jax
    import keras
    from jax.experimental import multihost_utils

    if options.processes > 1 and options.process == 0:
        try:  # what listens there already would end JAX without a word
            socket.create_server(("", int(options.address.rpartition(":")[2]))).close()
        except OSError as error:
            told = error.strerror.lower()
            sys.exit(f"--address: {options.address} came, {told}; what serves is a free port")
    if options.processes > 1:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")  # how processes without GPUs speak
        print(f"process {options.process} waits for all {options.processes} at {options.address}", flush=True)
        keras.distribution.initialize(options.address, options.processes, options.process)
    import gan_utils as gu

    first = options.process in (None, 0)
    keras.utils.set_random_seed(1)
    keras.distribution.set_distribution(keras.distribution.DataParallel())  # before the networks are built
    images = gu.load_images(options.images) if first else quietly(gu.load_images, options.images)

    try:
        gan = gu.GAN.load(options.folder)
    except FileNotFoundError:  # nothing was saved yet
        shape = images.images.shape[1:]
        generator = gu.build_dcgan_generator(image_shape=shape)
        gan = gu.GAN(generator, gu.build_dcgan_discriminator(shape), seed=1)
    if first:
        print(f"processes: {options.processes}, devices: {len(jax.devices())}; {gan.status}")

    # Saved by process 0, after each pass over the images.
    callbacks = [keras.callbacks.ModelCheckpoint(options.folder)]
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        gan.fit(
            images.images,
            epochs=options.epochs,
            batch_size=options.batch_size,
            callbacks=callbacks,
            steps_per_execution=16,
        )
    except KeyboardInterrupt as stopped:  # in all processes at the same step
        gan.save(options.folder)
        if first:
            print(stopped, file=sys.stderr)
        return 130
    if options.processes > 1:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    if first:  # it can do alone whatever does not train
        gu.plot_images(gan.generate(36, seed=1)).savefig(Path(options.folder).with_suffix(".png"))
        try:
            quality = gu.evaluate_quality(gan.generate(1000, seed=1), images)
            print(f"step {gan.step}: Fréchet distance {quality['fid']:.1f}, floor {quality['fid_floor']:.1f}")
        except ValueError as error:  # from 400 pictures on there are enough that were kept from training
            print(f"step {gan.step}: not measured, {error}")
    if options.processes > 1:  # else JAX ends the first after five minutes, if the others are done so long
        multihost_utils.sync_global_devices("all are done")
    return 0


def launch(options):
    """Start the processes on this machine; when one fails, end the others and say so in one line.

    They compute on its CPU, because each would claim all GPUs: for these, start one process.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(number) == signal.SIG_DFL:  # nohup has it ignored
            signal.signal(number, lambda *_: sys.exit("ended, and the others with it"))
    processes = []
    try:
        for i in range(options.processes):
            command = [sys.executable, *sys.argv, f"--process={i}", f"--address={address}"]
            environment = {"JAX_PLATFORMS": "cpu"} | os.environ
            # In a session of its own, where Ctrl-C does not come: it is handed on, once.
            processes.append(subprocess.Popen(command, env=environment, start_new_session=True))
        while True:
            ended = [(process.poll(), i) for i, process in enumerate(processes) if process.poll() is not None]
            failed = [(code, i) for code, i in ended if code]
            if failed:  # one that was killed, below 0, is why others fail
                return "process {1} ended with {0}: ended the others; run again to go on".format(*min(failed))
            if len(ended) == len(processes):
                return None
            time.sleep(0.2)
    except KeyboardInterrupt:
        # All stop at the same step, and process 0 saves; a second one ends them at once.
        with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            for process in processes:
                with contextlib.suppress(ValueError):  # on Windows it comes to all by itself
                    process.send_signal(signal.SIGINT)
            began = time.monotonic()
            while all(process.poll() is None for process in processes) and time.monotonic() < began + 300:
                time.sleep(0.2)
            for process in processes:  # one that waits for what has ended would wait for long
                process.wait(30)
        return 130
    finally:
        for process in processes:
            process.kill()
            process.wait()


def quietly(function, *arguments):
    """Call it without what it prints: process 0 prints it."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        return function(*arguments)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", default="digits", help="as load_images takes it: a name, or a folder")
    parser.add_argument(
        "--folder",
        default="many.keras",
        help="where to save: a name that ends in .keras, on a disk that all processes share",
    )
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch-size", type=int, default=64, help="of all devices together")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--process", type=int, help="which of them this one is, from 0")
    parser.add_argument("--address", help="host:port of process 0, which the others can reach")
    options = parser.parse_args()
    if not options.folder.endswith(".keras"):  # as Keras's ModelCheckpoint wants it
        parser.error(f"--folder: {options.folder} came; what serves is a name that ends in .keras")
    if options.processes > 1 and options.process is None:
        sys.exit(launch(options))
    if options.process is not None and not 0 <= options.process < options.processes:
        parser.error(f"--process: {options.process} came; what serves is a number below that of --processes")
    host, _, port = (options.address or "").rpartition(":")
    if options.processes > 1 and not (host and port.isdecimal() and int(port) < 65536):
        came = options.address or "none"
        parser.error(f"--address: {came} came; what serves is host:port of process 0, the same for all")
    try:
        sys.exit(train(options))
    except Exception:
        if options.processes == 1:
            raise
        traceback.print_exc()
        sys.stderr.flush()
        # At an ordinary end JAX would wait for the others, and they wait for this one.
        os._exit(1)
