"""Many steps in one compiled call: the same training, callbacks and resuming as of the loop."""

import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils._support import compiled_steps
from tests.library.small_gan import small_gan

LEAST = 1e-12  # of an array's largest; doubles are rounded at 1e-16


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:150]


@pytest.fixture
def doubles():
    """All in float64: fifty steps in float32 magnify its rounding until it looks like another training."""
    set_floats("float64")
    yield
    set_floats("float32")


def set_floats(dtype):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_enable_x64", dtype == "float64")


def arrays(gan):
    """All that training has made, by name."""
    parts = {
        "G": gan.generator.get_weights(),
        "D": gan.discriminator.get_weights(),
        "the average": gan.averaged_generator.get_weights(),
        "G's optimizer": map(keras.ops.convert_to_numpy, gan.generator_optimizer.variables),
        "D's optimizer": map(keras.ops.convert_to_numpy, gan.discriminator_optimizer.variables),
        "curves": map(np.array, gan.curves.values()),
        "order": [gan.order],
    }
    return {f"{part} {i}": array for part, found in parts.items() for i, array in enumerate(found)}


def differences(gan, other):
    """The names of what is not the same to within rounding."""
    a, b = arrays(gan), arrays(other)
    assert a.keys() == b.keys()
    return [name for name in a if abs(a[name] - b[name]).max() > LEAST * abs(a[name]).max()]


@pytest.mark.parametrize(
    ("batch_size", "steps", "epochs", "arguments"),
    [  # of 150 images: two steps of 64 and one of 22; seven of 20, or of two times 10, and one of 10
        (64, 3, 17, {"dropout": False}),
        (20, 16, 7, {}),
        pytest.param(10, 2, 7, {"d_steps": 2, "dropout": False}, marks=pytest.mark.slow),
        pytest.param(64, 2, 2, {"average": 0}, marks=pytest.mark.slow),
    ],
)
def test_it_is_the_same_training_as_the_loop(
    batch_size, steps, epochs, arguments, images, doubles, monkeypatch
):
    if keras.backend.backend() == "jax" and batch_size < 64:  # as on a GPU
        monkeypatch.setattr("jax.default_backend", lambda: "gpu")  # for which the steps are scanned
        monkeypatch.setattr(
            compiled_steps, "PART", 300_000
        )  # so that 7 times 20 images go there in two parts
    loop, compiled = (small_gan(**{"average": 0.9} | arguments) for _ in range(2))
    asked = {"epochs": epochs, "batch_size": batch_size, "verbose": 0}
    loop.fit(images, **asked)
    compiled.fit(images, steps_per_execution=steps, **asked)
    assert loop.step == compiled.step == epochs * (3 if batch_size == 64 else 8)
    assert differences(loop, compiled) == []
    assert loop.random.bit_generator.state == compiled.random.bit_generator.state
    for name, values in loop.history.history.items():
        np.testing.assert_allclose(values, compiled.history.history[name], rtol=1e-9)


def shifted_latent(real_images, latents, decays):
    return real_images, np.roll(latents, 1, axis=0), decays


def another_latent_for_g(real_images, latents, decays):
    return real_images, latents[:, ::-1], decays


def skipped_average(real_images, latents, decays):
    return real_images, latents, np.where(decays == decays.min(), 1, decays).astype(decays.dtype)


def average_every_step(real_images, latents, decays):
    return real_images, latents, np.minimum(decays, decays.dtype.type(0.9))


def swapped_order(real_images, latents, decays):
    return real_images[::-1], latents, decays


AVERAGE = {f"the average {i}" for i in range(7)}
FAULTS = shifted_latent, another_latent_for_g, skipped_average, average_every_step, swapped_order


def test_a_fault_in_it_would_be_seen(images, doubles):
    loop, compiled, seen = small_gan(average=0.9), small_gan(average=0.9), []
    asked = {"epochs": 2, "batch_size": 20, "verbose": 0}  # seven steps each, the tenth in the second
    loop.fit(images[:140], **asked)
    run = compiled_steps.CompiledSteps(compiled)  # the optimizers have all their variables now
    owners = compiled.generator, compiled.discriminator, compiled._averaged_generator
    owners += compiled.generator_optimizer, compiled.discriminator_optimizer
    variables = [v for owner in owners for v in owner.variables]

    def watched(real_images, draw_latents, decays):
        batches = real_images, draw_latents(len(decays)), decays
        seen.append((batches, [keras.ops.convert_to_numpy(v) + 0 for v in variables]))
        return run_with(*batches)

    def run_with(real_images, latents, decays):
        left = iter(latents)
        return run(real_images, lambda steps: np.stack([next(left) for _ in range(steps)]), decays)

    watched.fits = run.fits
    compiled._compiled_steps = watched
    compiled.fit(images[:140], steps_per_execution=7, **asked)
    assert differences(loop, compiled) == []
    batches, before = seen[-1]
    for fault in FAULTS:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        run_with(*fault(*batches))
        found = differences(loop, compiled)
        assert found and (set(found) <= AVERAGE) == ("average" in fault.__name__), fault


@pytest.mark.parametrize("player", ["real_fake", pytest.param("combined", marks=pytest.mark.slow)])
def test_what_is_compiled_anew_trains_as_it_was_compiled(player, images, doubles):
    loop, compiled = small_gan(dropout=False), small_gan(dropout=False)
    for gan, steps in ((loop, 1), (compiled, 3)):
        asked = {"batch_size": 50, "verbose": 0, "steps_per_execution": steps}
        gan.fit(images, **asked)
        model = getattr(gan, player)
        model.compile(keras.optimizers.SGD(0.1), model.loss)
        gan.fit(images, **asked)
    assert differences(loop, compiled) == []


def test_callbacks_film_and_bar_come_between_calls(images, capsys):
    seen, gan = [], small_gan()
    begins = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: seen.append(("begin", batch, gan.step)),
        on_train_batch_end=lambda batch, logs: seen.append(("end", batch, gan.step, *sorted(logs))),
    )
    gan.fit(images, batch_size=20, callbacks=[begins], steps_per_execution=3)
    names = "d_accuracy", "d_loss", "g_loss"
    assert seen == [
        ("begin", 0, 0), ("end", 2, 3, *names),
        ("begin", 3, 3), ("end", 5, 6, *names),
        ("begin", 6, 6), ("end", 6, 7, *names),  # the last whole one
        ("begin", 7, 7), ("end", 7, 8, *names),  # ten images are left
    ]  # fmt: skip
    assert [step for step, _ in gan.frames] == [0, 3, 6, 8], "steps 2, 4 and 8 were passed"
    assert "8/8" in capsys.readouterr().out
    assert all(len(values) == 8 for values in gan.curves.values())


def test_a_limit_ends_it_after_a_call(images):
    gan = small_gan()
    gan.fit(images, epochs=9, batch_size=20, callbacks=[gu.StopAfter(1e-9)], verbose=0, steps_per_execution=5)
    assert gan.step == 5


def test_it_goes_on_as_if_it_had_not_been_stopped(images, tmp_path):
    def stop(batch, logs):
        if gan.step >= 11:
            raise KeyboardInterrupt

    whole, gan = small_gan(average=0.9), small_gan(average=0.9)
    asked = {"epochs": 4, "batch_size": 20, "verbose": 0, "steps_per_execution": 4}
    whole.fit(images, **asked)
    with pytest.raises(KeyboardInterrupt, match="stopped at step 12; run again to go on"):
        gan.fit(images, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=stop)], **asked)
    gan.save(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan")
    for trained in (gan, loaded):
        trained.fit(images, **asked)
        for name, array in arrays(whole).items():
            np.testing.assert_array_equal(array, arrays(trained)[name], err_msg=name)


def test_rates_that_fall_go_on_falling_in_calls_and_from_a_save(images, doubles, tmp_path):
    def begin():
        rates = [keras.optimizers.schedules.InverseTimeDecay(rate, 2, 1.0) for rate in (1e-2, 2e-2)]
        g, d = keras.optimizers.Adam(rates[0]), keras.optimizers.AdamW(rates[1])
        return small_gan(dropout=False, generator_optimizer=g, discriminator_optimizer=d)

    loop, calls = begin(), begin()
    loop.fit(images, epochs=4, batch_size=20, verbose=0)
    calls.fit(images, epochs=2, batch_size=20, verbose=0, steps_per_execution=4)
    calls.save(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan")
    loaded.fit(images, epochs=2, batch_size=20, verbose=0, steps_per_execution=4)
    assert differences(loop, loaded) == []
    assert float(loaded.generator_optimizer.learning_rate) == pytest.approx(1e-2 / (1 + 32 / 2))


def test_nan_is_told_with_its_step(images):
    gan = small_gan(discriminator_optimizer=keras.optimizers.SGD(1e30))
    with pytest.raises(FloatingPointError, match=r"loss: NaN or infinite at step [1-8],"):
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=8)
    assert gan.step < 8 and len(gan.curves["d_loss"]) == gan.step


def test_nan_does_not_reach_the_average(images):
    gan = small_gan(average=0.9)
    gan.fit(images, epochs=2, batch_size=20, verbose=0, steps_per_execution=8)  # 16 steps
    clean = gan.generate(4, seed=0)
    gan.generator.set_weights([np.nan * weight for weight in gan.generator.get_weights()])
    with pytest.raises(FloatingPointError, match="at step 17,"):
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=8)
    np.testing.assert_array_equal(gan.generate(4, seed=0), clean)


class WithoutXLA(keras.layers.Layer):
    """As a user's layer that calls Python, and does not say so."""

    def call(self, x):
        import tensorflow as tf

        return x + tf.ensure_shape(tf.numpy_function(lambda: np.float32(0), [], tf.float32), ())


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the other backends have no such layers")
def test_a_layer_that_xla_cannot_compile_is_trained_without(images):
    losses = []
    for steps in (1, 4):
        generator = small_gan().generator  # which seeds what follows
        layers = [keras.Input((28, 28, 1)), WithoutXLA(), keras.layers.Flatten(), keras.layers.Dense(1)]
        gan = gu.GAN(generator, keras.Sequential(layers), seed=1)
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=steps)
        losses.append(gan.curves["d_loss"])
    np.testing.assert_allclose(*losses, rtol=1e-4)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="it compiles nothing")
def test_a_second_fit_compiles_nothing_anew(images):
    gan, traced = small_gan(), []
    train_step = gan.combined.train_step
    gan.combined.train_step = lambda *data: traced.append(True) or train_step(*data)
    asked = {"batch_size": 50, "verbose": 0, "steps_per_execution": 3}
    gan.fit(images, **asked)
    first = len(traced)
    gan.fit(images, epochs=3, **asked)
    assert len(traced) == first > 0


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX always uses XLA, PyTorch never")
def test_xla_compiles_the_networks_of_the_package():
    for G, D in (
        (gu.build_generator(), gu.build_discriminator()),
        (gu.build_dcgan_generator(), gu.build_dcgan_discriminator()),
    ):
        assert compiled_steps._xla_serves(gu.GAN(G, D))
    assert not compiled_steps._xla_serves(small_gan()), "Dropout's random numbers would be others"


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="its errors, and its second try")
def test_a_step_that_fails_after_an_update_is_not_tried_again(images):
    import tensorflow as tf

    calls = tf.Variable(-(10**6))

    def fails_in_step_2(targets, logits):
        with tf.control_dependencies([tf.debugging.assert_less(calls.assign_add(1), 2)]):
            return keras.losses.binary_crossentropy(targets, logits, from_logits=True)

    gan = small_gan(d_loss=fails_in_step_2)  # with Dropout, so without XLA, which leaves asserts out
    gan.fit(images, batch_size=50, verbose=0, steps_per_execution=3)
    calls.assign(0)
    with pytest.raises(tf.errors.InvalidArgumentError):
        gan.fit(images, batch_size=50, verbose=0, steps_per_execution=3)
    assert calls.numpy() == 2 and gan.broken_step.startswith("the call of steps 4 to 6 broke off half-way")


def test_a_call_that_fails_before_it_trains_leaves_a_whole_step(images):
    gan = small_gan()
    gan.fit(images, batch_size=20, verbose=0, steps_per_execution=4)
    steps = gan._compiled_steps
    run, steps.run = steps.run, lambda *batches: 1 / 0
    with pytest.raises(ZeroDivisionError):
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=4)
    assert gan.broken_step is None and gan.step == 8
    steps.run = lambda *batches: (run(*batches), 1 / 0)
    with pytest.raises(ZeroDivisionError):
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=4)
    assert gan.broken_step == "the call of steps 9 to 12 broke off half-way (ZeroDivisionError)"
    with pytest.raises(RuntimeError, match="broke off"):
        gan.fit(images, batch_size=20, verbose=0, steps_per_execution=4)


@pytest.mark.parametrize(("given", "error"), [(0, ValueError), (1.5, TypeError), ("auto", TypeError)])
def test_what_is_no_number_of_steps_is_refused(given, error, images):
    with pytest.raises(error, match=r"^steps_per_execution must be"):
        small_gan().fit(images, steps_per_execution=given)
