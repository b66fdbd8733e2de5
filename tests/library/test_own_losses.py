"""Least squares, hinge, a clipped critic: each a few lines, each trains, each gradient as derived by hand."""

import re

import keras
import numpy as np
import pytest
from keras import layers, ops

import gan_utils as gu
from tests.library.small_gan import small_gan
from tests.library.test_gradients import doubles, draw, gradient_by_differences, judge, tiny_gan
from tools.series import ROOT


# Least squares (Mao et al. 2017, arXiv:1611.04076, equation 2, with a = -1 and b = c = 1).
def least_squares(targets, logits):
    return (logits - (2 * targets - 1)) ** 2


# Hinge (Lim and Ye 2017, arXiv:1705.02894; Miyato et al. 2018, equations 16 and 17).
def hinge_d(targets, logits):
    return ops.mean(ops.relu(1 - (2 * targets - 1) * logits))


def hinge_g(targets, logits):
    return -logits[:, 0]


# A critic with clipped weights (Arjovsky et al. 2017, arXiv:1701.07875, algorithm 1).
def critic(targets, scores):
    return -ops.mean((2 * targets - 1) * scores)


def clipped(units):
    def clip(weights):
        return ops.clip(weights, -0.05, 0.05)

    return layers.Dense(units, kernel_constraint=clip, bias_constraint=clip)


def clipped_discriminator():
    return keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Flatten(), clipped(64), layers.LeakyReLU(0.2), clipped(1)]
    )


ROLES = ("generator", "discriminator")
# losses; the discriminator; what else the GAN is given
WAYS = {
    "least squares": (least_squares, least_squares, gu.build_discriminator, {}),
    "hinge": (hinge_d, hinge_g, gu.build_discriminator, {}),
    "clipped critic": (critic, critic, clipped_discriminator, {"d_steps": 3}),
}
# In NumPy: what D's loss makes of the logits of reals and of fakes, and G's of those of fakes.
BY_HAND = {
    "least squares": (lambda r: (r - 1) ** 2, lambda f: (f + 1) ** 2, lambda f: (f - 1) ** 2),
    "hinge": (lambda r: np.maximum(0, 1 - r), lambda f: np.maximum(0, 1 + f), lambda f: -f),
    "clipped critic": (lambda r: -r, lambda f: f, lambda f: -f),
}


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:600]


def test_the_page_says_the_same_and_its_gans_train(images):
    """The code of docs/losses.md, as a reader copies it, block by block."""
    page, names, trained = (ROOT / "docs/losses.md").read_text(encoding="utf-8"), {}, 0
    for block in re.findall(r"^```python\n(.+?)^```", page, re.MULTILINE | re.DOTALL):
        exec(block, names)
        if "gu.GAN(" in block:
            assert np.isfinite(list(names["gan"].train_on_batch(images[:20]).values())).all()
            trained += 1
    assert trained == 4
    targets, logits = np.array([[1.0], [1.0], [0.0]], "float32"), np.array([[0.5], [-2.0], [-3.0]], "float32")
    for ours in (least_squares, hinge_d, hinge_g, critic):
        of_the_page, of_ours = (
            float(np.mean(ops.convert_to_numpy(loss(targets, logits))))
            for loss in (names[ours.__name__], ours)
        )
        assert of_the_page == pytest.approx(of_ours, abs=1e-6), ours.__name__


@pytest.mark.parametrize(
    "way", [pytest.param("least squares", marks=pytest.mark.slow), "hinge", "clipped critic"]
)
def test_it_trains(way, images):
    d_loss, g_loss, build_discriminator, more = WAYS[way]
    keras.utils.set_random_seed(1)
    players = gu.build_generator(8), build_discriminator()
    if way == "clipped critic":  # Adam, too, but its authors found it unstable
        more = more | {f"{player}_optimizer": keras.optimizers.RMSprop(2e-3) for player in ROLES}
    gan = gu.GAN(*players, average=0, seed=1, d_loss=d_loss, g_loss=g_loss, **more)
    gu.check_training(*players, gan.combined, images[:48])
    before = gan.generate(100, seed=0)
    gan.fit(images, epochs=4, batch_size=32, verbose=0)
    after, mean = gan.generate(100, seed=0), images.mean(axis=0)
    real, fake = (gan.discriminator.predict_on_batch(x).mean() for x in (images[:100], before))
    assert real > fake, "D tells the digits from what G drew at first"
    away, nearer = (abs(x.mean(axis=0) - mean).mean() for x in (before, after))
    assert nearer < 0.6 * away, "and G draws what looks more like them"
    if way == "clipped critic":
        assert max(abs(w).max() for w in gan.discriminator.get_weights()) <= 0.05 + 1e-7


@pytest.mark.parametrize("d_steps", [1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_both_steps_follow_the_gradient_derived_by_hand(way, d_steps):
    """And each of D's updates has images and latents of its own, and begins where the one before it ended."""
    gan = tiny_gan(0.1, d_loss=WAYS[way][0], g_loss=WAYS[way][1], d_steps=d_steps)
    of_reals, of_fakes, of_g = BY_HAND[way]
    random, n = np.random.default_rng(5), 6
    real_images = np.random.default_rng(n).uniform(size=(d_steps * n, 2, 2, 1)).astype("float32")
    g, d = doubles(gan.generator), doubles(gan.discriminator)

    def d_loss():
        return (of_reals(judge(d, reals)).mean() + of_fakes(judge(d, fakes)).mean()) / 2

    def g_loss():
        return of_g(judge(d, draw(g, z, training=True))).mean()

    for reals in np.split(real_images, d_steps):  # noqa: B007  d_loss reads it
        fakes = draw(g, random.standard_normal((n, 2), dtype="float32"), training=False)
        last = d_loss()
        for weight, slope in zip(d, gradient_by_differences(d_loss, d), strict=True):
            weight -= 0.1 * slope
    z = random.standard_normal((n, 2), dtype="float32")
    g_slopes = gradient_by_differences(g_loss, g)
    logs = gan.train_on_batch(real_images)
    assert logs["d_loss"] == pytest.approx(last, rel=1e-3), "that of D's last step"
    assert logs["g_loss"] == pytest.approx(g_loss(), rel=1e-3)
    for by_hand, weight in zip(d, gan.discriminator.get_weights(), strict=True):
        np.testing.assert_allclose(weight, by_hand, rtol=1e-3, atol=1e-5)
    for i, (slope, before, after) in enumerate(zip(g_slopes, g, gan.generator.get_weights(), strict=True)):
        if i not in (3, 4):  # BatchNorm's moving statistics
            np.testing.assert_allclose(before - after, 0.1 * slope, rtol=1e-2, atol=1e-5)


def test_the_slope_of_a_linear_loss_waits_for_the_logits():
    """Compiled by TensorFlow, D's last layer might move before the loss has read it: see `InOrder`."""
    gan = small_gan(d_loss=critic, g_loss=critic)
    targets, logits = np.ones((2, 1), "float32"), np.array([[1e18], [-1e18]], "float32")
    assert float(critic(targets, logits)) == 0
    for loss in (gan.real_fake.loss, gan.combined.loss):
        assert float(loss(targets, logits)) == pytest.approx(1e6, rel=1e-3), (
            "there is a term with logits in it"
        )
        assert float(loss(targets, [[2.0], [1.0]])) == -1.5, "which does not count"
        assert loss.__name__ == "critic"
    assert small_gan(d_loss=hinge_d, g_loss=least_squares).real_fake.loss is hinge_d


def test_the_default_losses_are_those_of_the_package(images):
    gan = small_gan()
    named = small_gan(
        d_loss=keras.losses.BinaryCrossentropy(from_logits=True),
        g_loss=keras.losses.BinaryCrossentropy(from_logits=True),
        d_steps=1,
    )
    for trained in (gan, named):
        trained.fit(images[:150], batch_size=50, verbose=0)
    assert gan.curves == named.curves


@pytest.mark.parametrize(
    ("n", "batch_size", "d_steps", "sizes"),
    [
        (150, 20, 3, [60, 60, 30]),  # real images a step
        (125, 20, 3, [60, 63]),  # 5 are too few for a step of its own; 2 are left out
        (90, 30, 3, [90]),
    ],
)
def test_an_epoch_is_shared_out_among_ds_steps(images, monkeypatch, n, batch_size, d_steps, sizes):
    gan, seen, taken = small_gan(d_steps=d_steps), [], []
    d_step, step = gan.real_fake.train_on_batch, gan.combined.train_on_batch

    def watched(inputs, *arguments, **named):
        seen.append(inputs[0])
        return d_step(inputs, *arguments, **named)

    monkeypatch.setattr(gan.real_fake, "train_on_batch", watched)
    monkeypatch.setattr(
        gan.combined, "train_on_batch", lambda z, *a, **k: (taken.append(len(z)), step(z, *a, **k))[1]
    )
    gan.fit(images[:n], batch_size=batch_size, verbose=0)
    assert gan.step == gan.plan["steps"] == len(sizes)
    assert taken == [size // d_steps for size in sizes], "G takes as many latents as D's last step images"
    assert [len(batch) for batch in seen] == [size // d_steps for size in sizes for _ in range(d_steps)]
    shown = np.concatenate(seen).reshape(sum(sizes), -1)
    assert len(np.unique(shown, axis=0)) == len(shown), "each image once: every step of D has fresh ones"


def test_it_goes_on_bit_for_bit(images, tmp_path):
    def new():
        return small_gan(d_loss=hinge_d, g_loss=keras.losses.Hinge(), d_steps=2)

    whole, gan = new(), new()
    whole.fit(images[:150], epochs=3, batch_size=20, verbose=0)
    stop = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batch == 1 and raise_stop())
    with pytest.raises(KeyboardInterrupt):
        gan.fit(images[:150], epochs=3, batch_size=20, callbacks=[stop], verbose=0)
    gan.save(tmp_path / "gan")
    with pytest.raises(
        ValueError, match=r"^d_loss: .* loss of its own, hinge_d, .*\(folder, d_loss=\.\.\.\)$"
    ):
        gu.GAN.load(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan", d_loss=hinge_d)
    assert loaded.d_steps == 2 and isinstance(loaded.combined.loss, keras.losses.Hinge)
    loaded.fit(images[:150], epochs=3, batch_size=20, verbose=0)
    assert loaded.curves == whole.curves
    for a, b in zip(loaded.discriminator.get_weights(), whole.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def raise_stop():
    raise KeyboardInterrupt


def hinge(targets, logits):  # as Keras calls one of its own, which is another
    return 2 * hinge_d(targets, logits)


@pytest.mark.parametrize("loss", [hinge, lambda targets, logits: hinge_d(targets, logits)])
def test_what_keras_would_take_for_another_is_asked_for(loss, tmp_path, recwarn):
    small_gan(d_loss="mse", g_loss=loss).save(tmp_path / "gan")
    with pytest.raises(ValueError, match=r"^g_loss: this GAN was trained with a loss of its own"):
        gu.GAN.load(tmp_path / "gan")
    assert gu.GAN.load(tmp_path / "gan", g_loss=loss).real_fake.loss is keras.losses.mean_squared_error
    assert not [w for w in recwarn if "lambda" in str(w.message)]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (keras.losses.BinaryCrossentropy(), ValueError, "BinaryCrossentropy came, which does not fall where"),
        ("binary_crossentropy", ValueError, "does not fall where .*from_logits=True"),
        (lambda targets, logits: targets * logits, ValueError, "does not fall where the logit rises"),
        (
            lambda targets, logits: -targets * logits,
            ValueError,
            "does not fall where the logit falls for fake",
        ),
        (lambda targets, logits: logits * np.nan, ValueError, "does not fall"),
        (lambda logits: logits, ValueError, "stops with TypeError: .*what serves is a function of targets"),
        (lambda targets, logits: -logits[:1], ValueError, r"array of shape \(1, 1\) for 4 logits"),
        (keras.losses.MeanSquaredError(reduction=None), ValueError, "no reduction=None"),
        (keras.losses.Hinge, TypeError, r"the class Hinge came; .*: Hinge\(\)$"),
        ("wasserstein", ValueError, "'wasserstein' came; what serves is"),
        (3, ValueError, "3 came; what serves is"),
    ],
)
def test_a_loss_that_would_train_nothing_is_refused(given, error, message):
    with pytest.raises(error, match=f"^d_loss: .*{message}"):
        small_gan(d_loss=given)


def test_steps_that_cannot_be_shared_out_are_refused(images):
    with pytest.raises(ValueError, match="d_steps must be at least 1; it is 0"):
        small_gan(d_steps=0)
    gan = small_gan(d_steps=3)
    with pytest.raises(ValueError, match=r"^real_images: 64 came; .*d_steps = 3, .*: real_images\[:63\]$"):
        gan.train_on_batch(images[:64])
    with pytest.raises(ValueError, match=r"^batch_size: 64 came; .*d_steps = 3 .* of 150 .* at most 50$"):
        gan.fit(images[:150], verbose=0)
    assert gan.step == 0


def test_an_error_between_ds_steps_is_known(images, monkeypatch):
    gan, calls = small_gan(d_steps=2), []
    step = gan.real_fake.train_on_batch

    def fail(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise MemoryError
        return step(*arguments, **named)

    monkeypatch.setattr(gan.real_fake, "train_on_batch", fail)
    with pytest.raises(MemoryError):
        gan.train_on_batch(images[:64])
    with pytest.raises(RuntimeError, match="step 1 broke off half-way"):
        gan.train_on_batch(images[:64])
