"""Stopped, failed, killed: what was trained is there, and training goes on as if nothing had happened."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

import gan_utils as gu
from tests.library.small_gan import small_gan

EPOCHS, BATCH_SIZE = 3, 32  # four batches of 32 and one of 22: fifteen steps


pytestmark = pytest.mark.usefixtures("interruptible")


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:150]


def state(gan):
    """Everything that decides how training goes on, and everything it leaves behind."""
    variables = [*gan.generator.variables, *gan.discriminator.variables]
    variables += [*gan.generator_optimizer.variables, *gan.discriminator_optimizer.variables]
    variables += gan.averaged_generator.variables
    arrays = [keras.ops.convert_to_numpy(v) for v in variables] + [gan.order]
    arrays += [frame for _, frame in gan.frames]
    return arrays, [gan.random.bit_generator.state, gan.position, gan.step, gan.curves]


def assert_same(gan, other):
    (arrays, rest), (other_arrays, other_rest) = state(gan), state(other)
    assert rest == other_rest
    for a, b in zip(arrays, other_arrays, strict=True):
        np.testing.assert_array_equal(a, b)


def fit(gan, images, epochs=EPOCHS, callbacks=()):
    gan.fit(images, epochs=epochs, batch_size=BATCH_SIZE, callbacks=list(callbacks), verbose=0)


@pytest.fixture(scope="module")
def uninterrupted(images):
    gan = small_gan()
    fit(gan, images)
    return gan


class At(keras.callbacks.Callback):
    """Do something when a GAN has trained so many steps."""

    def __init__(self, step, action):
        super().__init__()
        self.step, self.action = step, action

    def on_train_batch_end(self, batch, logs=None):
        if self.model.step == self.step:
            self.action()


def epochs_left(gan):
    """A broken-off epoch counts as one."""
    done = gan.step // 5
    return EPOCHS - done


def raise_(error):
    raise error


@pytest.mark.parametrize("step", [*(pytest.param(step, marks=pytest.mark.slow) for step in (2, 5, 14)), 7])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_stopped_between_steps_and_called_again(error, step, images, uninterrupted):
    gan = small_gan()
    with pytest.raises(error):
        fit(gan, images, callbacks=[At(step, lambda: raise_(error))])
    assert gan.step == step == len(gan.curves["d_loss"])
    assert gan.frames[-1][0] == {2: 2, 5: 5, 7: 5, 14: 10}[step]
    fit(gan, images, epochs_left(gan))
    assert_same(gan, uninterrupted)


@pytest.mark.parametrize(
    ("player", "method"),
    [
        ("real_fake", "train_on_batch"),
        ("combined", "train_on_batch"),
    ],
)
def test_stop_in_the_middle_of_a_step_waits_for_its_end(player, method, images, uninterrupted, monkeypatch):
    gan, calls = small_gan(), []
    model = getattr(gan, player)
    original = getattr(model, method)

    def interrupted(*arguments, **named):
        calls.append(None)
        if len(calls) == 8:
            signal.raise_signal(signal.SIGINT)
        return original(*arguments, **named)

    monkeypatch.setattr(model, method, interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit(gan, images)
    assert len(gan.curves["g_loss"]) == gan.step
    fit(gan, images, epochs_left(gan))
    assert_same(gan, uninterrupted)


def test_steps_in_a_thread_leave_interrupts_alone(images):
    gan = small_gan()
    worker = threading.Thread(target=gan.train_on_batch, args=[images[:10]])
    worker.start()
    worker.join()
    assert gan.step == 1 and signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("kill_at", [4, 6, 13])
def test_an_exception_leaves_the_last_checkpoint(kill_at, images, uninterrupted, tmp_path):
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "gan.keras", save_freq=3)
    with pytest.raises(RuntimeError):
        fit(small_gan(), images, callbacks=[checkpoint, At(kill_at, lambda: raise_(RuntimeError))])
    loaded = gu.GAN.load(tmp_path / "gan.keras")
    assert loaded.step == kill_at // 3 * 3
    fit(loaded, images, epochs_left(loaded))
    assert_same(loaded, uninterrupted)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_leaves_the_last_checkpoint(images, uninterrupted, tmp_path):
    program = f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parents[2])!r})
        from tests.library.test_saving_and_resuming import At, fit, gu, keras, small_gan
        images = gu.load_images("digits").images[:150]
        checkpoint = keras.callbacks.ModelCheckpoint({str(tmp_path / "gan.keras")!r}, save_freq=2)
        fit(small_gan(), images, callbacks=[checkpoint, At(9, lambda: os.kill(os.getpid(), signal.SIGKILL))])
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=300)
    assert killed.returncode == -signal.SIGKILL
    loaded = gu.GAN.load(tmp_path / "gan.keras")
    assert loaded.step == 8
    fit(loaded, images, epochs_left(loaded))
    assert_same(loaded, uninterrupted)


SAVING_FOR_EVER = """
import os, random, signal, sys, time
import numpy as np
import keras
from keras import layers
import gan_utils as gu
from gan_utils._support import settings

settings.BACKENDS += ("numpy",)  # which cannot train, and is not asked to
folder, kills = sys.argv[1], int(sys.argv[2])
generator = keras.Sequential([keras.Input((2,)), layers.Dense(4, "sigmoid"), layers.Reshape((2, 2, 1))])
discriminator = keras.Sequential([keras.Input((2, 2, 1)), layers.Flatten(), layers.Dense(1)])
gan = gu.GAN(generator, discriminator, seed=0)

def set_all(number):
    gan.step = number
    for model in (generator, discriminator, gan.averaged_generator):
        model.set_weights([np.full_like(w, number) for w in model.get_weights()])
    gan.curves = {name: [float(number)] * 3 for name in gan.curves}

def found():
    loaded = gu.GAN.load(folder)
    numbers = {loaded.step, *np.concatenate(list(loaded.curves.values())).tolist()}
    for model in (loaded.generator, loaded.discriminator, loaded.averaged_generator):
        numbers |= {float(x) for w in model.get_weights() for x in w.ravel()}
    return numbers

rng, number, counts = random.Random(0), 0, {"in the old one": 0, "in a new one": 0}
began = time.perf_counter()
set_all(0)
gan.save(folder)
seconds = time.perf_counter() - began
for _ in range(kills):
    first = number
    child = os.fork()
    if not child:
        while True:
            number += 1
            set_all(number)
            gan.save(folder)
    time.sleep(rng.uniform(0, 2 * seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    numbers = found()
    assert len(numbers) == 1 and min(numbers) >= first, f"a mixture of {numbers}"
    number = int(min(numbers))
    counts["in the old one" if number == first else "in a new one"] += 1
    assert len(os.listdir(os.path.dirname(folder))) <= 3, os.listdir(os.path.dirname(folder))
gan.save(folder)
assert os.listdir(os.path.dirname(folder)) == [os.path.basename(folder)], "the next save tidies up"
print(counts)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
@pytest.mark.parametrize("kills", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_saving_killed_at_random_moments_leaves_old_or_new(kills, tmp_path):
    # Keras's NumPy backend saves the same way, starts in no time and may be forked.
    folder = tmp_path / "gan"
    result = subprocess.run(
        [sys.executable, "-c", SAVING_FOR_EVER, str(folder / "saved"), str(kills)],
        env=os.environ | {"KERAS_BACKEND": "numpy"}, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    print(f"{kills} kills found the saved GAN", result.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file size")
def test_a_full_disk_leaves_the_old_one(images, tmp_path):
    import resource

    gan = small_gan()
    gan.save(tmp_path / "gan")
    fit(gan, images)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for limit in (10, 3000, 50_000):
        try:  # the kernel refuses to write on, as on a full disk, with an OSError of another number
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
            with pytest.raises(OSError):
                gan.save(tmp_path / "gan")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert gu.GAN.load(tmp_path / "gan").step == 0
        assert [path.name for path in tmp_path.iterdir()] == ["gan"], "nothing half is left"
    signal.signal(signal.SIGXFSZ, ignored)
    gan.save(tmp_path / "gan")
    assert_same(gu.GAN.load(tmp_path / "gan"), gan)


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_numbers_that_are_not_finite_stop_training(player, images, tmp_path):
    gan = small_gan()
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "gan.keras", save_freq=1)

    def spoil():
        model = getattr(gan, player)
        model.set_weights([w * np.nan for w in model.get_weights()])

    with pytest.raises(FloatingPointError, match=r"d_loss: NaN or infinite at step 8, .*learning rates"):
        fit(gan, images, callbacks=[checkpoint, At(7, spoil)])
    assert all(np.isfinite(values[:7]).all() for values in gan.curves.values())
    assert gu.GAN.load(tmp_path / "gan.keras").step == 7
    with pytest.raises(FloatingPointError, match=r"NaN or infinite: it is not saved"):
        gan.save(tmp_path / "gan.keras")
    assert gu.GAN.load(tmp_path / "gan.keras").step == 7, "the last finite one is kept"


def test_a_rate_beyond_all_bounds_is_named(images):
    gan = small_gan(discriminator_optimizer=keras.optimizers.SGD(1e30))
    with pytest.raises(FloatingPointError, match=r"at step [1-9]"):
        fit(gan, images)


def test_other_images_begin_a_new_epoch(images):
    gan = small_gan()
    with pytest.raises(KeyboardInterrupt):
        fit(gan, images, callbacks=[At(2, lambda: raise_(KeyboardInterrupt))])
    gan.fit(images[:100], batch_size=50, verbose=0)
    assert gan.step == 2 + 2 and len(gan.order) == gan.position == 100


@pytest.mark.parametrize("name", ["a folder with spaces", "数字 生成", "über/tief"])
def test_saving_under_any_name(name, images, tmp_path):
    gan = small_gan()
    gan.train_on_batch(images[:10])
    gan.save(tmp_path / name)
    gan.save(tmp_path / name)
    assert_same(gu.GAN.load(tmp_path / name), gan)


def test_a_process_that_is_deaf_to_interrupts_stays_so(images):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gan = small_gan()
    fit(gan, images, callbacks=[At(2, lambda: signal.raise_signal(signal.SIGINT))])
    assert gan.step == 15 and signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def resumed(make, images, tmp_path, **losses):
    """The largest difference that two passes, a save and two passes more leave to four in one go."""
    weights = []
    for saves in (False, True):
        gan = make()
        gan.fit(images, 2, 50, verbose=0)
        if saves:
            gan.save(tmp_path / "gan")
            gan = gu.GAN.load(tmp_path / "gan", **losses)
        gan.fit(images, 2, 50, verbose=0)
        weights.append([*gan.generator.get_weights(), *gan.discriminator.get_weights()])
    return max(abs(a - b).max() for a, b in zip(*weights, strict=True)), gan


def test_weights_that_are_not_to_decay_are_known_to_a_loaded_gan(images, tmp_path):
    def make():
        optimizer = keras.optimizers.AdamW(1e-2, weight_decay=5.0)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return small_gan(discriminator_optimizer=optimizer)

    assert resumed(make, images, tmp_path)[0] == 0


def test_the_clip_of_the_page_is_there_in_a_loaded_gan(images, tmp_path):
    page = (Path(__file__).parents[2] / "docs/losses.md").read_text(encoding="utf-8")
    blocks, names = re.findall(r"^```python\n(.+?)^```", page, re.MULTILINE | re.DOTALL), {}
    exec(blocks[0], names)
    exec(next(block for block in blocks if "Clip" in block), names)
    names["gan"].fit(images, 2, 10, verbose=0)
    names["gan"].save(tmp_path / "gan")
    gan = gu.GAN.load(tmp_path / "gan", d_loss=names["critic"], g_loss=names["critic"])
    gan.discriminator_optimizer.learning_rate = 1.0  # without the clip they would be far away
    gan.fit(images, 2, 10, verbose=0)
    assert max(abs(w).max() for w in gan.discriminator.get_weights()) <= 0.01 + 1e-7


def test_what_was_put_on_a_weight_itself_is_refused_and_not_lost(tmp_path):
    gan = small_gan()
    gan.save(tmp_path / "gan")
    for kind, hook in (("constraint", lambda w: w), ("regularizer", keras.regularizers.L2(1.0))):
        kernel = gan.discriminator.layers[1].kernel
        setattr(kernel, kind, hook)
        with pytest.raises(
            ValueError, match=rf"^discriminator: the {kind} of .* serves .* kernel_{kind}=\.\.\."
        ):
            gan.save(tmp_path / "gan")
        setattr(kernel, kind, None)
    assert gu.GAN.load(tmp_path / "gan").step == 0


def test_hooks_that_layers_know_of_are_saved(tmp_path):
    """Of layers within layers, too."""
    unit = keras.constraints.UnitNorm()
    dense = layers.SpectralNormalization(layers.Dense(4, kernel_constraint=unit))
    cell = layers.RNN(layers.SimpleRNNCell(4, recurrent_regularizer="l2", kernel_constraint=unit))
    d = [keras.Input((28, 28, 1)), layers.Reshape((28, 28)), cell, dense, layers.Dense(1)]
    gan = gu.GAN(gu.build_generator(4), keras.Sequential(d))
    gan.save(tmp_path / "gan")
    assert len(gu.GAN.load(tmp_path / "gan").real_fake.losses) == 1


def test_a_loss_that_compile_was_given_by_name_comes_back(images, tmp_path):
    gan = small_gan()
    gan.real_fake.compile(keras.optimizers.Adam(1e-3), "mse")
    gan.fit(images, 1, 50, verbose=0)
    gan.save(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan")
    logits = np.array([[3.0]], "float32")
    assert np.array(loaded.real_fake.loss(np.ones((1, 1)), logits)) == 4


def test_a_gan_whose_weights_are_nan_says_so(images):
    gan = small_gan(generator_optimizer=keras.optimizers.SGD(1e30))
    with pytest.raises(FloatingPointError):
        gan.fit(images, 3, 50, verbose=0)
    assert gan.status == f"NaN or infinite at step {gan.step}: load what was saved last"
