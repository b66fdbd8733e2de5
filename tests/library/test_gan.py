import json
import re
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import gan_utils as gu
from gan_utils._support import saving
from tests.library.small_gan import small_gan
from tests.library.wrong_images import WRONG_IMAGES


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:150]


def assert_same_weights(a, b):
    for first, second in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("steps", [1, 2], ids=["loop", "compiled"])
def test_fit_is_the_hand_written_loop(images, steps):
    gan, twin = small_gan(average=0.9), small_gan()
    gan.fit(images, epochs=5, batch_size=64, verbose=0, steps_per_execution=steps)
    rng, numbers = np.random.default_rng(1), []
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    generator, discriminator = twin.generator, twin.discriminator
    combined = gu.build_combined(generator, discriminator)
    discriminator.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.2, beta_1=0.0, beta_2=0.9), loss)
    combined.compile(keras.optimizers.Adam(2e-3, beta_1=0.0, beta_2=0.9), loss)
    for _ in range(5):
        order = rng.permutation(150)
        for start in (0, 64, 128):
            real_images = images[order[start : start + 64]]
            n = len(real_images)
            fake_images = generator.predict_on_batch(rng.standard_normal((n, 4), dtype="float32"))
            targets = np.concatenate([np.ones((n, 1), "float32"), np.zeros((n, 1), "float32")])
            both = np.concatenate([real_images, fake_images])
            d_logs = discriminator.train_on_batch(both, targets, return_dict=True)
            latents, real = rng.standard_normal((n, 4), dtype="float32"), np.ones((n, 1), "float32")
            g_logs = combined.train_on_batch(latents, real, return_dict=True)
            numbers.append((d_logs["loss"], g_logs["loss"]))
            if len(numbers) == 10:
                average = generator.get_weights()  # it begins here, and is not brought up to date before 20
    for by_hand, trained in (
        (generator.get_weights(), gan.generator),
        (discriminator.get_weights(), gan.discriminator),
        (average, gan.averaged_generator),
    ):
        for first, second in zip(by_hand, trained.get_weights(), strict=True):
            if steps == 1:
                np.testing.assert_array_equal(first, second)
            else:
                np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)
    for name, values in zip(("d_loss", "g_loss"), zip(*numbers, strict=True), strict=True):
        np.testing.assert_allclose(gan.curves[name], values, rtol=1e-4)


def test_history_and_curves(images):
    gan = small_gan()
    history = gan.fit(images, epochs=2, batch_size=64, verbose=0)
    assert history is gan.history
    assert set(history.history) == {"d_loss", "g_loss", "d_accuracy"}
    assert all(len(values) == 2 for values in history.history.values())
    assert all(len(values) == gan.step == 6 for values in gan.curves.values())
    weighted = np.average(gan.curves["d_loss"][:3], weights=[64, 64, 22])
    assert history.history["d_loss"][0] == pytest.approx(weighted)
    gan.fit(images, epochs=1, batch_size=150, verbose=0)
    assert gan.step == len(gan.curves["g_loss"]) == 7


def test_frames_show_the_same_latents(images):
    gan = small_gan()
    gan.fit(images, epochs=2, batch_size=64, verbose=0)
    steps = [step for step, _ in gan.frames]
    assert steps == [0, 1, 2, 3, 4, 6]
    assert all(frame.shape == (36, 28, 28, 1) and frame.dtype == np.uint8 for _, frame in gan.frames)
    latest = np.round(gan.generate(latents=gan.frame_latents) * 255).astype("uint8")
    np.testing.assert_array_equal(gan.frames[-1][1], latest)


def test_keras_callbacks(images, tmp_path):
    seen = []
    stop = keras.callbacks.EarlyStopping(monitor="d_loss", mode="max", patience=0, baseline=100)
    batch = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append((batch, logs)))
    log = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = small_gan().fit(images, epochs=5, batch_size=50, callbacks=[stop, batch, log], verbose=0)
    assert len(history.epoch) == 2, "d_loss does not reach 100 in the second epoch either"
    assert [i for i, _ in seen] == [0, 1, 2, 0, 1, 2]
    assert set(seen[0][1]) == {"d_loss", "g_loss", "d_accuracy"}
    assert (tmp_path / "log.csv").read_text().startswith("epoch,d_accuracy,d_loss,g_loss")


def test_model_checkpoint_saves_a_gan(images, tmp_path):
    checkpoint = keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", verbose=0)
    gan = small_gan()
    gan.fit(images, epochs=2, batch_size=50, callbacks=[checkpoint], verbose=0)
    assert_same_weights(gu.GAN.load(tmp_path / "best.keras").generator, gan.generator)


def test_stop_keeps_what_was_trained(images):
    def interrupt(batch, logs):
        if batch == 1:
            raise KeyboardInterrupt

    gan = small_gan()
    with pytest.raises(KeyboardInterrupt):
        gan.fit(
            images,
            batch_size=50,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=interrupt)],
        )
    assert gan.step == 2 == len(gan.curves["d_loss"])
    gan.fit(images, batch_size=50, verbose=0)
    assert gan.step == 3, "the epoch that was broken off is finished"


@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_progress(images, capsys, verbose):
    small_gan().fit(images, epochs=2, batch_size=50, verbose=verbose)
    printed = capsys.readouterr().out
    assert ("d_loss" in printed and "g_loss" in printed and "d_accuracy" in printed) == (verbose > 0)
    if verbose == 1:
        assert "6/6" in printed


@pytest.mark.parametrize("batch_size", [64, 10])  # stopped before the average begins, and after
def test_save_and_load_go_on_bit_for_bit(images, tmp_path, batch_size):
    gan = small_gan(average=0.5)
    gan.fit(images, batch_size=batch_size, verbose=0)
    gan.save(tmp_path / "a gan")
    loaded = gu.GAN.load(tmp_path / "a gan")
    assert loaded.step == gan.step and loaded.curves == gan.curves and len(loaded.frames) == len(gan.frames)
    for trained in (gan, loaded):
        trained.fit(images, epochs=4, batch_size=batch_size, verbose=0)
    assert_same_weights(gan.generator, loaded.generator)
    assert_same_weights(gan.discriminator, loaded.discriminator)
    np.testing.assert_array_equal(gan.generate(5, seed=0), loaded.generate(5, seed=0))
    assert gan.curves == loaded.curves


def test_saved_models_stand_alone(images, tmp_path):
    gan = small_gan()
    gan.fit(images, batch_size=64, verbose=0)
    gan.save(tmp_path / "gan")
    averaged = keras.models.load_model(tmp_path / "gan" / "averaged_generator.keras")
    latents = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(averaged.predict_on_batch(latents), gan.generate(latents=latents))
    discriminator = keras.models.load_model(tmp_path / "gan" / "discriminator.keras")
    assert discriminator.trainable_weights, "saved ready to train"


@pytest.fixture
def numbered(images, tmp_path):
    """A function: a trained GAN, saved, as if the format had another number; None for the first edition."""
    gan = small_gan()
    gan.fit(images, batch_size=64, verbose=0)

    def save(number):
        gan.save(tmp_path / "gan")
        path = tmp_path / "gan" / "gan.json"
        settings = json.loads(path.read_text(encoding="utf-8"))
        assert settings.pop("format") == saving.FORMAT
        path.write_text(json.dumps(settings if number is None else settings | {"format": number}))
        return gan, tmp_path / "gan"

    return save


def test_a_save_of_the_first_edition_which_had_no_number_is_read(numbered):
    gan, folder = numbered(None)
    assert_same_weights(gan.generator, gu.GAN.load(folder).generator)
    gan.save(folder)  # and may be saved over


def test_a_save_in_a_newer_format_is_refused_by_its_number_in_one_line(numbered):
    newer = saving.FORMAT + 1
    with pytest.raises(ValueError, match=rf"^format: {newer} came, .* reads 1 to {saving.FORMAT}: .*\Z"):
        gu.GAN.load(numbered(newer)[1])


def test_a_number_that_is_none_is_damage(numbered):
    with pytest.raises(ValueError, match="is damaged"):
        gu.GAN.load(numbered("two")[1])


def test_saving_does_not_overwrite_what_is_no_gan(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match="thesis"):
        small_gan().save(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter.txt").exists()
    with pytest.raises(FileNotFoundError, match="no saved GAN"):
        gu.GAN.load(tmp_path / "thesis")


@pytest.mark.parametrize("steps", [1, 5])
def test_whatever_draws_draws_with_the_average(images, tmp_path, steps):
    gan = small_gan(average=0.9)
    gan.fit(images, epochs=4, batch_size=30, verbose=0, steps_per_execution=steps)
    raw = gan.generator.predict_on_batch(gan.frame_latents)
    averaged = gan.averaged_generator.predict_on_batch(gan.frame_latents)
    assert gan.step == 20 and abs(raw - averaged).max() > 0.02
    gan.save(tmp_path / "gan")
    forger = keras.models.load_model(tmp_path / "gan" / "averaged_generator.keras")
    loaded = gu.GAN.load(tmp_path / "gan")
    for draw in (gan.generate, loaded.generate, lambda latents: forger.predict_on_batch(latents)):
        np.testing.assert_array_equal(draw(latents=gan.frame_latents), averaged)
    np.testing.assert_array_equal(gan.frames[-1][1], np.round(255 * averaged).astype("uint8"))


def test_averaging_follows_the_formula(images):
    gan, plain = small_gan(average=0.9), small_gan(average=0)
    latents = np.ones((3, 4), "float32")
    averages = None
    for step in range(1, 61):
        for trained in (gan, plain):
            trained.train_on_batch(images[:16])
        weights = plain.generator.get_weights()
        if step % 10 == 0:
            decay = min(0.9**10, step / (step + 100)) if averages else 0
            averages = [
                decay * a + (1 - decay) * w for a, w in zip(averages or weights, weights, strict=True)
            ]
        expected = averages or weights  # before the tenth step there is no average yet
        for average, weight in zip(expected, gan.averaged_generator.get_weights(), strict=True):
            np.testing.assert_allclose(average, weight, rtol=1e-4, atol=1e-6)
    assert 60 / 160 > 0.9**10 > 10 / 110, "both branches of the decay were taken"
    assert_same_weights(gan.generator, plain.generator)  # averaging does not disturb training
    expected = plain.generator.predict_on_batch(latents)
    np.testing.assert_array_equal(plain.generate(latents=latents), expected)


def test_stop_after_stops(images):
    gan = small_gan()
    gan.train_on_batch(images[:50])  # compiled: steps take milliseconds from here
    history = gan.fit(images, epochs=10**6, batch_size=50, callbacks=[gu.StopAfter(0.5)], verbose=0)
    assert 1 < gan.step < 10**4 and len(history.epoch) < 10**6
    more = gan.step
    gan.fit(images, epochs=10**6, batch_size=50, callbacks=[gu.StopAfter(1e-9)], verbose=0)
    assert gan.step == more + 1, "at the end of the first step that ends too late"
    with pytest.raises(ValueError, match="seconds must be above 0; it is 0"):
        gu.StopAfter(0)


def test_generate(images):
    gan = small_gan()
    assert gan.generate().shape == (16, 28, 28, 1)
    assert gan.generate(2500, seed=1).shape == (2500, 28, 28, 1)
    np.testing.assert_array_equal(gan.generate(4, seed=2), gan.generate(4, seed=2))
    assert not np.array_equal(gan.generate(4), gan.generate(4))
    state = gan.random.bit_generator.state
    gan.generate(4)
    assert gan.random.bit_generator.state == state, "drawing does not disturb training"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n": 0}, ValueError, "n must be at least 1"),
        ({"n": 2.5}, TypeError, "n must be a whole number"),
        ({"latents": np.zeros((3, 5))}, ValueError, r"latents must have shape \(n, 4\).*\(3, 5\)"),
        ({"latents": np.zeros(4)}, ValueError, "latents must have shape"),
        ({"latents": np.zeros((0, 4))}, ValueError, "latents must have shape"),
        ({"latents": np.full((3, 4), np.nan)}, ValueError, "NaN"),
        ({"latents": np.zeros((3, 4)), "n": 3}, ValueError, "not both"),
    ],
)
def test_generate_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        small_gan().generate(**arguments)


REFUSED = ["uint8", "0..255", "-1..1", "no channels", "NaN", "infinity"]
BAD_IMAGES = {name: WRONG_IMAGES[name][:2] for name in REFUSED} | {
    "colour": (np.zeros((64, 28, 28, 3)), "shape (64, 28, 28, 3)"),
    "empty": (np.zeros((0, 28, 28, 1)), "empty"),
}


@pytest.mark.parametrize("case", BAD_IMAGES)
@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_bad_images_change_no_weight(method, case):
    images, came = BAD_IMAGES[case]
    gan = small_gan()
    before = gan.generator.get_weights() + gan.discriminator.get_weights()
    argument = "images" if method == "fit" else "real_images"
    error = TypeError if came.startswith("dtype") else ValueError
    with pytest.raises(error, match=f"{argument}.*{re.escape(came)}"):
        getattr(gan, method)(images)
    after = gan.generator.get_weights() + gan.discriminator.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert gan.step == 0 and not gan.frames


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be from 1 to 150"),
        ({"batch_size": 151}, ValueError, "batch_size must be from 1 to 150"),
        ({"batch_size": "64"}, TypeError, "batch_size must be a whole number"),
    ],
)
def test_fit_refuses(images, arguments, error, message):
    gan = small_gan()
    with pytest.raises(error, match=message):
        gan.fit(images, **arguments)
    assert gan.step == 0


@pytest.mark.parametrize("batch_size", [64, 256])
def test_the_page_on_many_devices_begins_from_the_rates_of_gan(batch_size):
    page = (Path(__file__).parents[2] / "docs/many.md").read_text(encoding="utf-8")
    block = re.search(r"^```python\n(growth.+?)^```", page, re.MULTILINE | re.DOTALL)[1]
    names = {"gu": gu, "keras": keras, "shape": (28, 28, 1), "generator": gu.build_dcgan_generator()}
    exec(block, names | {"options": SimpleNamespace(batch_size=batch_size)}, made := {})
    ours = gu.GAN(gu.build_generator(), gu.build_discriminator())
    for player in ("generator_optimizer", "discriminator_optimizer"):
        of_ours, of_the_page = (getattr(gan, player).get_config() for gan in (ours, made["gan"]))
        growth = of_the_page.pop("learning_rate") / of_ours.pop("learning_rate")
        assert np.isclose(growth, (batch_size / 64) ** 0.5)
        assert of_the_page == of_ours | {"name": of_the_page["name"]}


def test_settings_are_checked():
    with pytest.raises(ValueError, match="average"):
        small_gan(average=1)
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="are one object"):
        small_gan(generator_optimizer=adam, discriminator_optimizer=adam)


def test_a_frozen_discriminator_is_refused_not_trained_in_vain(images):
    gan = small_gan()
    gan.discriminator.trainable = False
    with pytest.raises(ValueError, match="discriminator has no trainable weights"):
        gan.train_on_batch(images[:64])
