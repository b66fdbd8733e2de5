"""The contracts of training, on KERAS_BACKEND's backend; `test_backends.py` runs them on JAX too."""

import keras
import numpy as np
import pytest

import gan_utils as gu

PAIRS = {
    "mlp": (gu.build_generator, gu.build_discriminator),
    "dcgan": (gu.build_dcgan_generator, gu.build_dcgan_discriminator),
}
SIZES = (64, 17, 64)  # a retrace between two equal shapes: where primed-then-frozen recipes break


@pytest.fixture(scope="module")
def real_images():
    return gu.load_images("digits").images[:64]


@pytest.fixture(params=["mlp", pytest.param("dcgan", marks=pytest.mark.slow)])
def gan(request):
    keras.utils.set_random_seed(1)
    build_generator, build_discriminator = PAIRS[request.param]
    return gu.GAN(build_generator(latent_dim=8), build_discriminator(), seed=1)


def snapshot(model):
    """Copies of a model's trainable and non-trainable weights."""
    kinds = model.trainable_weights, model.non_trainable_weights
    return [[np.copy(keras.ops.convert_to_numpy(w)) for w in weights] for weights in kinds]


def flat(kinds):
    return [weight for weights in kinds for weight in weights]


def moved(before, after):
    """Which weights changed, as a list of booleans."""
    return [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]


def targets(n, value=None):
    if value is None:
        return np.concatenate([np.ones((n, 1), "float32"), np.zeros((n, 1), "float32")])
    return np.full((n, 1), value, "float32")


def latents(n):
    return np.random.default_rng(n).standard_normal((n, 8), dtype="float32")


def test_a_discriminator_step_moves_all_of_d_and_nothing_of_g(gan, real_images):
    for n in SIZES:
        (d_before, _), g_before = snapshot(gan.discriminator), snapshot(gan.generator)
        fake_images = gan.generator.predict_on_batch(latents(n))
        gan.discriminator.train_on_batch(np.concatenate([real_images[:n], fake_images]), targets(n))
        (d_after, _), g_after = snapshot(gan.discriminator), snapshot(gan.generator)
        assert all(moved(d_before, d_after)), f"batch of {n}"
        assert not any(moved(flat(g_before), flat(g_after))), f"batch of {n}"
        gan.combined.train_on_batch(latents(n), targets(n, 1))  # and D goes on learning after G's update


def test_metrics_are_reset_in_the_compiled_step_alone(gan, real_images, monkeypatch):
    """Outside, Keras would call the backend for each of them: more than a tenth of the dense pair's step."""
    gan.train_on_batch(real_images)
    resets = []
    monkeypatch.setattr(keras.Model, "reset_metrics", lambda model: resets.append(model.name))
    numbers = gan.train_on_batch(real_images)
    assert not resets and numbers["d_loss"] != gan.curves["d_loss"][0]
    gan.combined.evaluate(latents(17), targets(17, 1), verbose=0)
    assert set(resets) == {"combined"}, "where nothing is trained, Keras does it"


def test_a_generator_step_moves_all_of_g_and_nothing_of_d(gan, real_images):
    for n in SIZES:
        (g_before, statistics_before), d_before = snapshot(gan.generator), snapshot(gan.discriminator)
        gan.combined.train_on_batch(latents(n), targets(n, 1))
        (g_after, statistics_after), d_after = snapshot(gan.generator), snapshot(gan.discriminator)
        assert all(moved(g_before, g_after)), f"batch of {n}"
        assert all(moved(statistics_before, statistics_after)), (
            "BatchNorm's moving statistics follow G's updates"
        )
        assert not any(moved(flat(d_before), flat(d_after))), f"batch of {n}"
        gan.discriminator.train_on_batch(
            np.concatenate([real_images[:n], gan.generator.predict_on_batch(latents(n))]), targets(n)
        )


def test_one_step_of_the_gan_moves_both_and_no_flag(gan, real_images):
    flags = [layer.trainable for model in (gan.generator, gan.discriminator) for layer in model.layers]
    for n in SIZES:
        before = snapshot(gan.generator)[0], snapshot(gan.discriminator)[0]
        gan.train_on_batch(real_images[:n])
        after = snapshot(gan.generator)[0], snapshot(gan.discriminator)[0]
        assert all(moved(before[0], after[0])) and all(moved(before[1], after[1])), f"batch of {n}"
    assert flags == [
        layer.trainable for model in (gan.generator, gan.discriminator) for layer in model.layers
    ]


def test_an_exception_in_a_step_leaves_the_flags(gan, real_images, monkeypatch):
    flags = [layer.trainable for model in (gan.generator, gan.discriminator) for layer in model.layers]

    def fail(*arguments, **named):
        raise MemoryError

    for model in (gan.real_fake, gan.combined):
        with monkeypatch.context() as patch, pytest.raises(MemoryError):
            patch.setattr(model, "train_on_batch", fail)
            gan.train_on_batch(real_images)
    assert flags == [
        layer.trainable for model in (gan.generator, gan.discriminator) for layer in model.layers
    ]
    gu.check_training(gan.generator, gan.discriminator, gan.combined, real_images)


def test_the_combined_model_scores_with_d_as_it_is_now(gan, real_images):
    for _ in range(5):
        gan.train_on_batch(real_images)
    z = latents(64)
    images = gan.generator.predict_on_batch(z)
    np.testing.assert_allclose(
        gan.combined.predict_on_batch(z), gan.discriminator.predict_on_batch(images), rtol=1e-4, atol=1e-4
    )
    # The reported g_loss is that of the present weights: G in training mode, D after its latest step.
    g_loss = gu.generator_loss(gan.discriminator(gan.generator(z, training=True)))
    expected = float(keras.ops.convert_to_numpy(g_loss))
    gan.combined.reset_metrics()
    reported = gan.combined.train_on_batch(z, targets(64, 1), return_dict=True)["loss"]
    assert float(reported) == pytest.approx(expected, rel=1e-3)


def test_the_reported_numbers_are_this_batchs_from_the_first_step_to_the_hundredth(gan, real_images):
    drawn = keras.models.clone_model(gan.generator)  # for a call with training=True moves the statistics
    for step in range(1, 101):
        real = real_images[:17] if step % 10 == 0 and step < 100 else real_images
        if step not in (1, 2, 20, 21, 100):
            gan.train_on_batch(real)
            continue
        rng = np.random.default_rng()
        rng.bit_generator.state = gan.random.bit_generator.state  # the latents that the step will draw
        fake_images = gan.generator.predict_on_batch(rng.standard_normal((len(real), 8), dtype="float32"))
        real_logits = gan.discriminator.predict_on_batch(real)
        fake_logits = gan.discriminator.predict_on_batch(fake_images)
        drawn.set_weights(gan.generator.get_weights())
        logs = gan.train_on_batch(real)
        loss = (np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()) / 2
        accuracy = ((real_logits > 0).mean() + (fake_logits <= 0).mean()) / 2
        g_images = drawn(rng.standard_normal((len(real), 8), dtype="float32"), training=True)
        g_logits = keras.ops.convert_to_numpy(
            gan.discriminator(g_images)
        )  # D after its step, G before its own
        assert logs["d_loss"] == pytest.approx(loss, rel=1e-3), f"step {step}"
        assert logs["d_accuracy"] == pytest.approx(accuracy, abs=1e-6), f"step {step}"
        assert logs["g_loss"] == pytest.approx(np.log1p(np.exp(-g_logits)).mean(), rel=1e-3), f"step {step}"
        assert all(isinstance(value, float) for value in logs.values())


def test_whoever_trains_the_combined_model_moves_g_alone(gan, real_images):
    d_before, g_before = flat(snapshot(gan.discriminator)), snapshot(gan.generator)[0]
    gan.combined.fit(latents(40), targets(40, 1), batch_size=16, verbose=0)
    assert not any(moved(d_before, flat(snapshot(gan.discriminator))))
    assert all(moved(g_before, snapshot(gan.generator)[0]))
    gan.discriminator.fit(real_images, targets(64, 1), batch_size=16, verbose=0)
    assert all(moved(d_before, flat(snapshot(gan.discriminator))))
    expected = gan.discriminator.predict(gan.generator.predict(latents(40), verbose=0), verbose=0)
    np.testing.assert_allclose(gan.combined.predict(latents(40), verbose=0), expected, rtol=1e-4, atol=1e-4)


def test_keras_own_loops_report_numbers_of_the_combined_model(gan):
    z, ones = latents(40), targets(40, 1)
    losses, seen = np.logaddexp(0, -gan.combined.predict(z, verbose=0)), []
    assert gan.combined.evaluate(z, ones, batch_size=16, verbose=0) == pytest.approx(losses.mean(), rel=1e-3)
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs["loss"]))
    history = gan.combined.fit(z, ones, batch_size=16, epochs=2, verbose=0, callbacks=[watch]).history
    assert history["loss"] == [seen[2], seen[5]] and min(seen) > 0, "those of the latest batch"


def test_a_metric_counts_the_latest_batch_alone_from_the_first_step_recorded(gan):
    """Before it has seen a batch Keras has not built what `compile` was given, and does not reset it."""
    combined, z, seen = gu.build_combined(gan.generator, gan.discriminator), latents(48), []
    middle = float(np.median(combined.predict(z, verbose=0)))
    share = keras.metrics.BinaryAccuracy(threshold=middle)
    combined.compile(keras.optimizers.SGD(0.0), loss="mse", metrics=[share])
    watch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(logs))
    combined.fit(z, targets(48, 1), batch_size=16, shuffle=False, verbose=0, callbacks=[watch])
    logits = [gan.discriminator(gan.generator(part, training=True)) for part in np.split(z, 3)]
    expected = [np.mean(keras.ops.convert_to_numpy(part) > middle) for part in logits]
    assert len(set(expected)) > 1
    assert [logs["binary_accuracy"] for logs in seen] == pytest.approx(expected)


def test_every_batch_has_as_many_fakes_and_targets_in_range(gan, real_images, monkeypatch):
    seen = []

    def watched(model):
        original = model.train_on_batch

        def train_on_batch(inputs, targets, **named):
            seen.append(([len(array) for array in keras.tree.flatten(inputs)], np.asarray(targets)))
            return original(inputs, targets, **named)

        monkeypatch.setattr(model, "train_on_batch", train_on_batch)

    watched(gan.real_fake)
    watched(gan.combined)
    for n in SIZES:
        gan.train_on_batch(real_images[:n])
        (d_inputs, d_targets), (g_inputs, g_targets) = seen[-2:]
        assert d_inputs == [n, n] and len(d_targets) == 2 * n and d_targets.sum() == n and g_inputs == [n]
        assert d_targets[:n].min() == 1 == g_targets.min() == g_targets.max() and d_targets[n:].max() == 0


def test_check_training_passes_ours_and_leaves_it_as_it_was(gan, real_images, capsys):
    gan.train_on_batch(real_images)
    optimizers = gan.discriminator_optimizer, gan.generator_optimizer

    def everything():
        variables = gan.generator.variables + gan.discriminator.variables
        variables += [v for optimizer in optimizers for v in optimizer.variables]
        return [np.copy(keras.ops.convert_to_numpy(v)) for v in variables]

    before = everything()
    gu.check_training(gan.generator, gan.discriminator, gan.combined, real_images)
    assert not any(moved(before, everything()))
    printed = capsys.readouterr().out
    assert "D's update: all" in printed and "G's update: all" in printed and "none of the" in printed


def freeze_first(generator, discriminator):
    """The recipe of most tutorials: right in Keras 2, and no discriminator is trained in Keras 3."""
    compiled(discriminator)
    discriminator.trainable = False
    return compiled(keras.Sequential([generator, discriminator]))


def never_frozen(generator, discriminator):
    return compiled(keras.Sequential([generator, compiled(discriminator)]))


def primed_then_frozen(generator, discriminator):
    compiled(discriminator)
    images = generator.predict_on_batch(latents(64))
    discriminator.train_on_batch(np.concatenate([images, images]), targets(64))
    discriminator.trainable = False
    return compiled(keras.Sequential([generator, discriminator]))


def scored_by_a_copy(generator, discriminator):
    copy = keras.models.clone_model(discriminator)
    copy.set_weights(compiled(discriminator).get_weights())
    return compiled(gu.build_combined(generator, copy))


def compiled(model):
    model.compile(keras.optimizers.Adam(1e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    return model


@pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
@pytest.mark.parametrize(
    ("recipe", "error", "message"),
    [
        (freeze_first, AssertionError, "D's update with a batch of 64 moved 0 of 6 weights of D"),
        (never_frozen, AssertionError, "G's update with a batch of 64 moved 6 of 6 weights of D"),
        (scored_by_a_copy, AssertionError, "combined scores with another D than the present one"),
        # TensorFlow trains nothing at the second size, PyTorch at none, and JAX refuses the retrace
        (primed_then_frozen, (AssertionError, ValueError), "moved 0 of 6 weights of D|optimizer"),
    ],
)
def test_published_recipes_fail_the_check(recipe, error, message, real_images):
    keras.utils.set_random_seed(1)
    generator, discriminator = gu.build_generator(latent_dim=8), gu.build_discriminator()
    with pytest.raises(error, match=message):
        gu.check_training(generator, discriminator, recipe(generator, discriminator), real_images)
