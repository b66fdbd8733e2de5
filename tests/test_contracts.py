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


@pytest.fixture(params=PAIRS)
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
        gan.combined.train_on_batch(latents(n), targets(n, 1))  # and D goes on learning after G's step


def test_a_generator_step_moves_all_of_g_and_nothing_of_d(gan, real_images):
    for n in SIZES:
        (g_before, statistics_before), d_before = snapshot(gan.generator), snapshot(gan.discriminator)
        gan.combined.train_on_batch(latents(n), targets(n, 1))
        (g_after, statistics_after), d_after = snapshot(gan.generator), snapshot(gan.discriminator)
        assert all(moved(g_before, g_after)), f"batch of {n}"
        assert all(moved(statistics_before, statistics_after)), (
            "BatchNorm's moving statistics follow G's steps"
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


def test_the_combined_model_scores_with_d_as_it_is_now(gan, real_images):
    for _ in range(5):
        gan.train_on_batch(real_images)
    z = latents(64)
    images = gan.generator.predict_on_batch(z)
    np.testing.assert_allclose(
        gan.combined.predict_on_batch(z), gan.discriminator.predict_on_batch(images), rtol=1e-4, atol=1e-4
    )
    # The reported g_loss is that of the present weights: G in training mode, D after its latest step.
    expected = float(gu.generator_loss(gan.discriminator(gan.generator(z, training=True))))
    gan.combined.reset_metrics()
    reported = gan.combined.train_on_batch(z, targets(64, 1), return_dict=True)["loss"]
    assert float(reported) == pytest.approx(expected, rel=1e-3)


def test_the_reported_numbers_are_this_batchs(gan, real_images):
    for step in range(3):
        rng = np.random.default_rng()
        rng.bit_generator.state = gan.random.bit_generator.state  # the latents that the step will draw
        fake_images = gan.generator.predict_on_batch(rng.standard_normal((64, 8), dtype="float32"))
        real_logits = gan.discriminator.predict_on_batch(real_images)
        fake_logits = gan.discriminator.predict_on_batch(fake_images)
        logs = gan.train_on_batch(real_images)
        loss = (np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()) / 2
        accuracy = ((real_logits > 0).mean() + (fake_logits <= 0).mean()) / 2
        assert logs["d_loss"] == pytest.approx(loss, rel=1e-3), f"step {step}"
        assert logs["d_accuracy"] == pytest.approx(accuracy, abs=1e-6), f"step {step}"
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
