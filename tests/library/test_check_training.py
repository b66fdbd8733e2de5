"""check_training judges recipes as people write them, and leaves all as it was; on the backend of the day."""

import functools
import importlib.util
import itertools
import os
import random
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils._support.training_check.memory import remember
from tests.library import sample_gans

ELEVEN = [*sample_gans.RECIPES][:11]
OTHERS = [
    "least_squares",
    "fakes_by_a_copy",
    "fakes_by_a_copy_never_again",
    "generator_that_begins_grey",
    "fakes_never_again",
    "custom_loop_on_bytes",
    "never_frozen_in_one_step",
    "one_label",
]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:256]


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        *((name, 0) for name in ELEVEN),
        *(pytest.param(name, 0, marks=pytest.mark.slow) for name in OTHERS),
        *(pytest.param(name, 1, marks=pytest.mark.slow) for name in ELEVEN),
    ],
)
def test_a_recipe_is_judged_rightly(name, seed, images):
    good, said = sample_gans.verdict(name, images, seed)
    assert good, said


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("name", sample_gans.RECIPES)
def test_each_recipe_is_judged_rightly(name, seed, images):
    good, said = sample_gans.verdict(name, images, seed)
    assert good, said


@pytest.mark.slow
def test_each_recipe_is_judged_rightly_on_jax():
    if not importlib.util.find_spec("jax"):
        pytest.skip("jax is not installed: pip install jax")
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "tests/library/sample_gans.py", *"01234"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    wrong = [line for line in result.stdout.splitlines() if not line.startswith("ok")]
    assert result.returncode == 0 and result.stdout and not wrong, "\n".join(wrong) + result.stderr[-2000:]


def everything(recipe):
    """Copies of all that a check may touch."""
    models = recipe["generator"], recipe["discriminator"]
    trainers = [cell.cell_contents for cell in recipe["d_step"].__closure__] if "d_step" in recipe else []
    variables = [v for model in models for v in model.variables]
    variables += [
        v for m in [*models, *trainers] for v in getattr(getattr(m, "optimizer", None), "variables", [])
    ]
    flags = [layer.trainable for model in models for layer in model._flatten_layers()]
    drawn = (
        random.getstate(),
        repr(np.random.mtrand._rand.get_state()),
        repr(sample_gans.random.bit_generator.state),
    )
    return [np.copy(keras.ops.convert_to_numpy(v)) for v in variables], flags, drawn


def assert_same(before, after):
    assert before[1:] == after[1:]
    assert all(np.array_equal(a, b) for a, b in zip(before[0], after[0], strict=True))


def train(recipe, images):
    for n in (32, 17):
        recipe["d_step"](images[:n])
        recipe["g_step"](n)


@pytest.mark.parametrize(
    "name",
    [
        "several_steps_of_d",
        pytest.param("dropout_in_d", marks=pytest.mark.slow),
        pytest.param("generator_wants_to_be_caught", marks=pytest.mark.slow),
    ],
)
def test_all_is_put_back_and_training_goes_on_as_if_nothing_had_been(name, images):
    ends = []
    for checked in (True, False):
        keras.utils.set_random_seed(0)
        sample_gans.random = np.random.default_rng(0)
        recipe = sample_gans.RECIPES[name](images)
        recipe["discriminator"].layers[1].trainable = False  # a mix of flags
        recipe["discriminator"].layers[1].trainable = True
        train(recipe, images)
        if checked:
            before = everything(recipe)
            try:
                gu.check_training(**recipe, real_images=images[:32])
            except AssertionError:
                assert name in sample_gans.WORDS
            assert_same(before, everything(recipe))
        train(recipe, images)
        ends.append(everything(recipe))
    assert_same(*ends)


def work_of_the_backend():
    """A function whose numbers come from the backend's generator, average, optimizer and gradients."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        generator, average = tf.random.Generator.from_seed(1), tf.Variable([1.0])
        return lambda: [generator.normal((3,)).numpy(), average.assign_add([1.0]).numpy()]
    if keras.backend.backend() == "torch":
        import torch

        generator, weight, layer = torch.Generator(), torch.nn.Parameter(torch.ones(3)), keras.layers.Dense(1)
        optimizer = torch.optim.Adam([weight])
        layer.build((1, 2))

        def work():
            weight.data.fill_(1)
            optimizer.zero_grad()
            (weight**2).sum().backward()
            optimizer.step()
            layer.kernel.value.sum().backward()  # gradients add up
            gradient = layer.kernel.value.grad[:, 0] + 0
            drawn = torch.randn(3, generator=generator), torch.randn(3)
            return [x.numpy() for x in (*drawn, weight.detach() + 0, gradient)]

        work()
        return work
    pytest.skip("JAX has keys, and no generators")


def test_what_belongs_to_the_backend_is_put_back():
    work = work_of_the_backend()
    put_back, found = remember(work), []
    for _ in range(3):  # what was put back once can be put back again
        found.append(np.concatenate(work()))
        put_back()
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt])
def test_all_is_put_back_after_an_exception_in_a_step(error, images):
    recipe = sample_gans.flag_before_every_step(images)
    train(recipe, images)
    steps, g_step = iter(range(3)), recipe["g_step"]

    def stops(n):
        g_step(n)
        if next(steps) == 2:
            raise error

    before = everything(recipe)
    with pytest.raises((AssertionError, KeyboardInterrupt)):
        gu.check_training(**recipe | dict(g_step=stops), real_images=images[:32])
    assert_same(before, everything(recipe))


def test_a_second_check_says_the_same(images):
    recipe = sample_gans.generator_wants_to_be_caught(images)
    said = []
    for _ in range(2):
        with pytest.raises(AssertionError) as caught:
            gu.check_training(**recipe, real_images=images[:32])
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_arguments_that_are_missing_or_have_changed_places_are_named(images):
    recipe = sample_gans.built_by_the_package(images)
    names = "generator", "discriminator", "combined", "real_images"
    things = [recipe["generator"], recipe["discriminator"], recipe["combined"], images[:8]]
    for order in itertools.permutations(range(4)):
        if order != (0, 1, 2, 3):
            with pytest.raises((TypeError, ValueError)) as caught:
                gu.check_training(*[things[i] for i in order])
            wrong = [name for i, name in enumerate(names) if order[i] != i]
            assert any(name in str(caught.value) for name in wrong), (order, str(caught.value))
    check = functools.partial(gu.check_training, *things[:2], real_images=images[:8])
    for named, word in (
        ({}, "combined or d_step and g_step is missing"),
        ({"d_step": len}, "combined or g_step is missing"),
        ({"d_step": 3, "g_step": len}, "d_step: a int came"),
        ({"step": len, "d_step": len}, "step: it came beside"),
        ({"combined": len}, "combined: a builtin_function_or_method came"),
    ):
        with pytest.raises((TypeError, ValueError), match=word):
            check(**named)
    with pytest.raises(TypeError, match="real_images is missing"):
        gu.check_training(*things[:3])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mlp", "dcgan"])
def test_a_gan_that_was_trained_passes(kind, images):
    keras.utils.set_random_seed(2)
    build = (gu.build_generator, gu.build_discriminator)
    build = (gu.build_dcgan_generator, gu.build_dcgan_discriminator) if kind == "dcgan" else build
    gan = gu.GAN(build[0](latent_dim=8), build[1](), seed=2)
    for step in range(200):
        gan.train_on_batch(images[step % 4 * 64 :][:64])
    gu.check_training(gan.generator, gan.discriminator, gan.combined, images[:64])


def test_spectral_normalization_is_not_taken_for_training(images, capsys):
    """It divides D's kernel in each call of a training step, of G's step as well."""
    norm = keras.layers.SpectralNormalization
    d = [keras.Input((28, 28, 1)), keras.layers.Flatten(), norm(keras.layers.Dense(16))]
    d = keras.Sequential([*d, keras.layers.LeakyReLU(0.2), norm(keras.layers.Dense(1))])
    gan = gu.GAN(gu.build_generator(8), d, seed=1)
    gu.check_training(gan.generator, d, gan.combined, images[:32])
    gu.check_training(gan.generator, d, real_images=images[:32], step=gan.train_on_batch)

    none_else = [keras.Input((28, 28, 1)), keras.layers.Flatten()]
    none_else = keras.Sequential([*none_else, norm(keras.layers.Dense(1, use_bias=False))])
    for judge in (d, none_else):
        judge.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        unfrozen = keras.Sequential([gan.generator, judge])
        unfrozen.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
        with pytest.raises(AssertionError, match="D is not frozen there"):
            gu.check_training(gan.generator, judge, unfrozen, images[:32])


def test_messages_are_short(images):
    for name in ("freeze_first", "one_optimizer_for_both", "logit_taken_for_a_probability"):
        _, said = sample_gans.verdict(name, images, 0)
        assert len(said) < 500 and "\n" not in said, said
