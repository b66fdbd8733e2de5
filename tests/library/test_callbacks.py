"""Keras callbacks given to `GAN.fit`: each works, or is refused by name before any weight moves."""

import inspect

import keras
import numpy as np
import pytest
from keras.callbacks import (
    BackupAndRestore,
    CallbackList,
    CSVLogger,
    EarlyStopping,
    History,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    ReduceLROnPlateau,
    RemoteMonitor,
    SwapEMAWeights,
    TensorBoard,
    TerminateOnNaN,
)

import gan_utils as gu
from tests.library.test_saving_and_resuming import assert_same, small_gan


@pytest.fixture(scope="module")
def images():
    return gu.load_images("digits").images[:100]


def fit(gan, images, *callbacks, epochs=3, verbose=0):
    return gan.fit(images, epochs=epochs, batch_size=50, callbacks=list(callbacks), verbose=verbose)


class Slower(LearningRateScheduler):
    pass


REFUSED = {  # made in a folder; what it is told
    "TensorBoard": (lambda folder: TensorBoard(folder), r"TensorBoard: .*what serves is .*CSVLogger"),
    "a schedule": (
        lambda _: LearningRateScheduler(lambda epoch, rate: rate / 2),
        r"LearningRateScheduler: a GAN has two optimizers; what serves is .*schedules\.ExponentialDecay",
    ),
    "a subclass": (
        lambda _: Slower(lambda epoch: 1e-3),
        r"Slower, a LearningRateScheduler: .*what serves is",
    ),
    "a plateau": (lambda _: ReduceLROnPlateau("d_loss"), r"ReduceLROnPlateau: .*what serves is .*schedules"),
    "a backup": (lambda folder: BackupAndRestore(folder), r"BackupAndRestore: .*what serves is .*GAN\.load"),
    "averages": (lambda _: SwapEMAWeights(), r"SwapEMAWeights: .*what serves is GAN\(\.\.\., average"),
    "weights only": (
        lambda folder: ModelCheckpoint(folder / "a.weights.h5", save_weights_only=True),
        r"ModelCheckpoint with save_weights_only: .*what serves is .*ModelCheckpoint\('gan\.keras'\)",
    ),
    "best weights": (
        lambda _: EarlyStopping("g_loss", mode="min", restore_best_weights=True),
        r"EarlyStopping with restore_best_weights: .*monitor='g_loss', mode='min', save_best_only=True",
    ),
    "val_loss": (
        lambda _: EarlyStopping(),
        r"EarlyStopping: monitor='val_loss' came; .*one of d_loss, g_loss",
    ),
    "a slip": (lambda _: EarlyStopping("dloss", mode="max"), r"monitor='dloss' came; .* d_accuracy"),
    "best of val_loss": (
        lambda folder: ModelCheckpoint(folder / "best.keras", save_best_only=True),
        r"ModelCheckpoint: monitor='val_loss' came",
    ),
    "no direction": (lambda _: EarlyStopping("d_loss"), r"EarlyStopping: mode='auto' came; .*mode='max'"),
    "a class": (
        lambda _: CSVLogger,
        r"CSVLogger'> came; what serves is an object of it, CSVLogger\(\.\.\.\)",
    ),
    "a function": (lambda _: lambda epoch, logs: None, r"LambdaCallback\(on_epoch_end=\.\.\.\)"),
    "None": (lambda _: None, "callbacks: None came"),
    "a word": (lambda _: "early stopping", "callbacks: 'early stopping' came; what serves is a list"),
}


@pytest.mark.parametrize(
    "case",
    [case if i % 4 == 0 else pytest.param(case, marks=pytest.mark.slow) for i, case in enumerate(REFUSED)],
)
def test_refused_by_name_before_any_weight_moves(case, images, tmp_path):
    make, said = REFUSED[case]
    gan, other, moved = small_gan(), small_gan(), []
    seen = LambdaCallback(on_train_batch_begin=lambda batch, logs: moved.append(batch))
    with pytest.raises((TypeError, ValueError), match=said) as caught:
        fit(gan, images, CallbackList([make(tmp_path)]) if case == "a plateau" else make(tmp_path), seen)
    assert isinstance(caught.value, ValueError) != (case in ("a class", "a function", "None", "a word"))
    assert str(caught.value).startswith("callbacks: ") and "\n" not in str(caught.value)
    assert gan.step == 0 and not moved and not gan.frames
    assert_same(gan, other)
    fit(gan, images, epochs=1)  # nor is anything spoilt
    assert gan.step == 2


def test_every_callback_of_keras_is_judged_here():
    here = inspect.getsource(inspect.getmodule(test_every_callback_of_keras_is_judged_here))
    known = {name for name in dir(keras.callbacks) if name.isidentifier() and name[0].isupper()}
    assert {name for name in known if name not in here} <= {"Callback", "OrbaxCheckpoint"}


def test_what_keras_offers_and_a_gan_serves(images, tmp_path):
    gan, began = small_gan(), []
    history, more = History(), History()
    said = fit(
        gan,
        images,
        history,
        TerminateOnNaN(),
        CSVLogger(tmp_path / "log.csv"),
        LambdaCallback(on_epoch_begin=lambda epoch, logs: began.append(epoch)),
        ModelCheckpoint(tmp_path / "at {epoch}.keras", verbose=0),
        ModelCheckpoint(tmp_path / "best.keras", "d_accuracy", mode="max", save_best_only=True),
        EarlyStopping("g_loss", mode="min", baseline=-1.0, patience=2),
        CallbackList([more], add_history=False),
    )
    assert began == history.epoch == more.epoch == [0, 1] and said is gan.history
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0].startswith("epoch,d_accuracy,d_loss,g_loss") and len(rows) == 3
    assert [gu.GAN.load(tmp_path / f"at {epoch}.keras").step for epoch in (1, 2)] == [2, 4]
    best = int(np.argmax(history.history["d_accuracy"]))
    assert gu.GAN.load(tmp_path / "best.keras").step == 2 * (best + 1)


def test_what_is_told_to_serve_serves(images, tmp_path):
    rate = keras.optimizers.schedules.ExponentialDecay(2e-3, 1, 0.5)
    gan = small_gan(generator_optimizer=keras.optimizers.Adam(rate))
    best = ModelCheckpoint("best.keras", monitor="g_loss", mode="min", save_best_only=True)
    best.filepath = str(tmp_path / best.filepath)
    fit(gan, images, best, ModelCheckpoint(tmp_path / "gan.keras"))
    assert np.isclose(float(gan.combined.optimizer.learning_rate), 2e-3 * 0.5**6)
    assert gu.GAN.load(tmp_path / "best.keras").step in (2, 4, 6)
    loaded = gu.GAN.load(tmp_path / "gan.keras")
    assert_same(gan, loaded)
    for one in (gan, loaded):
        one.train_on_batch(images[:50])
    assert_same(gan, loaded)


def test_one_alone_and_many_in_each_other(images):
    seen = []
    count = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(epoch))
    gan = small_gan()
    for callbacks in (count, (count,), [[count], (count,)], CallbackList([count]), None, []):
        gan.fit(images, batch_size=50, callbacks=callbacks, verbose=0)
    assert len(seen) == 1 + 1 + 2 + 1


@pytest.mark.parametrize("kind", ["a function", "a class"])
def test_a_measure_of_ones_own_may_be_watched(kind, images):
    class Measure(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["fid"] = float(epoch)

    measure = Measure()
    if kind == "a function":
        measure = LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(fid=float(epoch)))
    history = fit(small_gan(), images, measure, EarlyStopping("fid", mode="min"), epochs=5)
    assert history.history["fid"] == [0.0, 1.0], "it grew in the second epoch"
    with pytest.raises(ValueError, match="monitor='fid' came"):  # written too late to be seen
        fit(small_gan(), images, EarlyStopping("fid", mode="min"), measure)


def test_numbers_that_are_not_finite_end_it_with_or_without_keras_help(images):
    gan = small_gan()
    gan.generator.set_weights([w * np.nan for w in gan.generator.get_weights()])
    with pytest.raises(FloatingPointError, match="NaN or infinite at step 1"):
        fit(gan, images, TerminateOnNaN())


def test_a_progress_bar_of_keras_replaces_ours(images, capsys):
    fit(small_gan(), images, ProgbarLogger(), verbose=1)
    printed = capsys.readouterr().out
    assert "Epoch 3/3" in printed and "2/2" in printed and "6/6" not in printed


def test_a_server_that_does_not_answer_ends_nothing(images):
    pytest.importorskip("requests")
    gan = small_gan()
    with pytest.warns(UserWarning, match="Could not reach"):
        fit(gan, images, RemoteMonitor("http://127.0.0.1:9"), epochs=1)
    assert gan.step == 2


class Reaches(keras.callbacks.Callback):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def on_epoch_end(self, epoch, logs=None):
        getattr(self.model, self.name)


@pytest.mark.parametrize(
    ("name", "serves"),
    [
        ("optimizer", "gan.discriminator.optimizer or gan.combined.optimizer"),
        ("get_weights", "gan.generator.get_weights or gan.discriminator.get_weights or gan.combined"),
        ("predict", "gan.generator.predict or"),
        ("layers", "gan.generator.layers or"),
    ],
)
def test_a_callback_that_takes_a_gan_for_a_model_is_told_where_to_look(name, serves, images):
    gan = small_gan()
    with pytest.raises(AttributeError, match=f"a GAN has no attribute '{name}'; what serves is {serves}"):
        fit(gan, images, Reaches(name))
    assert gan.step == 2, "nothing is lost"


def test_what_nobody_has_is_an_ordinary_error():
    gan = small_gan()
    with pytest.raises(AttributeError, match=r"^a GAN has no attribute 'genrate'$") as caught:
        gan.genrate  # noqa: B018
    assert caught.value.obj is gan and caught.value.name == "genrate"  # Python adds: did you mean 'generate'?
    assert not hasattr(gan, "optimizer") and not hasattr(gan, "_repr_html_")
    assert not hasattr(gu.GAN.__new__(gu.GAN), "generator"), "as copy and pickle try it"
