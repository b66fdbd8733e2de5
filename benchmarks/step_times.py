"""Milliseconds a step: ours, in a loop and many in a call, beside what others write, on Keras's backend."""

import statistics
import time

import gan_utils as gu
import keras
import rivals


def measure(name, batch, calls, images, seconds=2.0):
    """Times of each way to train the networks `name`, taken in short turns, so that noise hits all alike.

    Args:
        name: "MLP" or "DCGAN".
        batch: real images a step.
        calls: list of how many steps go into a call.
        images: float32 (n, 28, 28, 1), n at least the largest number of calls times batch.
        seconds: for each way.

    Returns:
        list of dicts: network, batch, way, ms (a list of milliseconds a step), first_s, the seconds of the
        first call, which compiles.
    """
    ways = _ways(name, batch, calls, images)
    taken, first = {way: [] for way in ways}, {}
    for way, (step, _) in ways.items():
        began = time.perf_counter()
        step()
        first[way] = round(time.perf_counter() - began, 2)
    for turn in range(8):
        for way, (step, steps) in ways.items():
            step()  # finds the caches cold
            until = time.perf_counter() + seconds / 8
            while len(taken[way]) <= turn or time.perf_counter() < until:
                began = time.perf_counter()
                step()
                taken[way].append(round(1000 * (time.perf_counter() - began) / steps, 4))
    for way, ms in taken.items():
        print(
            f"{name:>6} {batch:>4}  {way:<22}{statistics.median(ms):8.3f} ms, first call {first[way]:.1f} s",
            flush=True,
        )
    return [
        {"network": name, "batch": batch, "way": way, "ms": ms, "first_s": first[way]}
        for way, ms in taken.items()
    ]


def _ways(name, batch, calls, images):
    """{way: (function, steps that it takes)}."""
    few, loop = images[:batch], _gan(name)
    ways = {"loop": (lambda: loop.train_on_batch(few), 1)}
    for k in (1, *calls):
        # Steps in a `fit`, which has work of its own.
        n = max(k, min(max(4 * k, 32), len(images) // batch) // k * k)
        way = "fit" if k == 1 else f"calls of {k}"
        ways[way] = _fit(_gan(name), images[: n * batch], batch, k), n
    rival = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()]
    many = {k: images[: k * batch].reshape(k, batch, *images.shape[1:]) for k in calls}
    return ways | rival(name, few, many)


def _gan(name, jit_compile=None):
    keras.utils.set_random_seed(0)
    gan = gu.GAN(*rivals.our_networks(name), seed=0)
    if jit_compile is not None:  # else as Keras has it: JAX compiles, TensorFlow on a CPU leaves XLA out
        gan.real_fake.jit_compile = gan.combined.jit_compile = jit_compile
    return gan


def _players(name):
    """Generator, discriminator and an optimizer for each, as ours."""
    gan = _gan(name)
    optimizers = gan.generator_optimizer, gan.discriminator_optimizer
    return *rivals.our_networks(name), *(type(o).from_config(o.get_config()) for o in optimizers)


def _fit(gan, images, batch, steps):
    return lambda: gan.fit(images, batch_size=batch, steps_per_execution=steps, verbose=0)


def _tensorflow(name, few, many):
    loop, classic = _gan(name, jit_compile=True), rivals.classic_step(_gan(name))
    plain, xla = (rivals.fused_step(*_players(name), jit_compile) for jit_compile in (False, True))
    ways = {
        "loop, XLA": (lambda: loop.train_on_batch(few), 1),
        "fused": (lambda: plain(few), 1),
        "fused, XLA": (lambda: xla(few), 1),
    }
    for k, batches in many.items():
        fused = rivals.fused_steps(*_players(name))
        ways[f"{k} fused"] = lambda fused=fused, batches=batches: fused(batches), k
    ways["classic"] = lambda: classic(few), 1
    try:
        return ways | _torch(name, few, many)
    except ImportError:
        print("PyTorch is not installed: left out")
        return ways


def _jax(name, few, many):
    import fused_jax

    ways = {}
    for k, batches in ({1: few[None]} | many).items():
        fused = fused_jax.fused_steps(*_players(name))
        ways["fused" if k == 1 else f"{k} fused"] = lambda fused=fused, batches=batches: fused(batches), k
    return ways


def _torch(name, few, many):
    eager = rivals.torch_step(*_players(name))
    return {"eager PyTorch": (lambda: eager(few), 1)}
