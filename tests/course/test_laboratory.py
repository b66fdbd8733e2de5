"""The laboratory: it measures what it says, puts back what it touches, and repeats itself to the bit."""

import keras
import numpy as np
import pytest
from keras import layers

import gan_course as course
import gan_utils as gu
from gan_course import laboratory


def test_a_run_is_measured_shown_and_repeated_by_its_seed(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *args, **kwargs: shown.append(kwargs))
    lab = course.Laboratory(gu.load_images("digits"))
    (_, D, combined), pictures, numbers = lab.provoke("ahead", head_start=7, seed=3)
    assert (int(D.optimizer.iterations), int(combined.optimizer.iterations)) == (207, 200)
    assert f"ahead: d_loss {numbers['d_loss']:.2g}, " in capsys.readouterr().out
    assert f"ahead: four panels. L_D begins at {np.mean(lab.train(10, 7, 3).curves['d_loss']):.2g}" in str(
        shown
    )
    again = lab.train(head_start=7, seed=3)
    assert np.array_equal(again.pictures, pictures) and again.numbers == numbers
    assert pictures.shape == (500, 28, 28, 1) and again.classes.sum() == 500
    assert [len(values) for values in again.curves.values()] == [200] * 3
    assert numbers["d_loss"] == np.mean(again.curves["d_loss"][-20:]) and numbers["D moved"] > 1


def test_separate_batches_are_two_updates_and_their_logs_are_means():
    D = gu.build_discriminator()
    D.compile("sgd", laboratory.BCE, metrics=[keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)])
    reals, fakes = np.random.default_rng(0).random((2, 64, 28, 28, 1), dtype="float32")
    one = laboratory.train_on_batch(D, np.concatenate([reals, fakes]), np.repeat([[1.0], [0.0]], 64, axis=0))
    D.optimizer.learning_rate = 0.0
    mixed, separate = laboratory.mixed_batch(D, reals, fakes), laboratory.separate_batches(D, reals, fakes)
    assert int(D.optimizer.iterations) == 4 and one.keys() == mixed.keys() == separate.keys()
    assert all(np.isclose(separate[name], mixed[name], rtol=1e-4) for name in mixed)


def test_the_gradient_is_that_of_the_formula_and_the_weights_are_put_back():
    generator = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    discriminator = keras.Sequential([keras.Input((1,)), layers.Dense(1, use_bias=False)])
    weights = [np.array([[0.7]], "float32")], [np.array([[-1.3]], "float32")]
    generator.set_weights(weights[0])
    discriminator.set_weights(weights[1])
    z = np.random.default_rng(0).standard_normal((64, 1), dtype="float32")
    d = 1 / (1 + np.exp(1.3 * 0.7 * z))
    norm = laboratory.gradient_norm(generator, discriminator, laboratory.BCE, z)
    assert np.isclose(norm, abs(np.mean((1 - d) * 1.3 * z)), rtol=1e-4)
    assert np.array_equal(generator.get_weights(), weights[0])
    assert np.array_equal(discriminator.get_weights(), weights[1])


def test_spread_and_distance_are_means_and_lengths():
    assert np.isclose(laboratory.spread(np.array([[[0.0, 0]], [[3, 4]]])), 2.5), "5 apart, and 0 from itself"
    assert laboratory.distance([np.zeros(2), np.zeros((1, 1))], [np.array([2.0, 1]), np.array([[2.0]])]) == 3


def test_a_run_that_was_stopped_is_asked_for_once_more():
    runs = laboratory.Runs(healthy=1)
    assert runs["healthy"] == 1
    with pytest.raises(LookupError, match="the run 'trap' has not come to its end: run its cell again"):
        runs["trap"]


def test_fresh_statistics_are_those_of_the_latents():
    generator = gu.build_generator(64)
    latents = np.random.default_rng(0).standard_normal((200, 64), dtype="float32")
    before = generator.get_weights()
    fresh = laboratory.with_fresh_statistics(generator, latents)
    assert laboratory.distance(before, generator.get_weights()) == 0, "the generator is left as it is"
    one_batch = keras.ops.convert_to_numpy(generator(latents, training=True))
    assert np.allclose(fresh.predict_on_batch(latents), one_batch, atol=1e-4)


def test_batchnorm_in_d_is_refused_and_goes_unchecked_where_asked_for():
    generator, discriminator = gu.build_generator(64), laboratory.discriminator_with_batchnorm()
    with pytest.raises(ValueError, match="BatchNorm"):
        gu.build_combined(generator, discriminator)
    assert laboratory.unchecked(generator, discriminator).output_shape == (None, 1)
