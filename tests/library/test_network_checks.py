"""Which networks `GAN` and `build_combined` take, and which they refuse: by what these do, not by names."""

import random

import keras
import numpy as np
import pytest
from keras import layers, ops

import gan_utils as gu
from gan_utils._support import probing

SHAPE = (6, 5, 1)


def stack(*end, shape=SHAPE):
    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(8), layers.LeakyReLU(), *end])


def graph(end):
    """D as a functional graph: `end` takes the hidden units and gives the score."""
    images = keras.Input(SHAPE)
    return keras.Model(images, end(layers.Dense(8, "relu")(layers.Flatten()(images))))


def score(hidden):
    return layers.Dense(1)(hidden)


class OwnClass(keras.Model):
    def __init__(self, end=None):
        super().__init__()
        self.flatten, self.hidden, self.score = layers.Flatten(), layers.Dense(8, "relu"), layers.Dense(1)
        self.end = end or (lambda scores: scores)

    def call(self, images):
        return self.end(self.score(self.hidden(self.flatten(images))))


def own_class(end=None):
    discriminator = OwnClass(end)
    discriminator(np.zeros((2, *SHAPE), "float32"))
    return discriminator


def generator(*end):
    end = end or (layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE))
    return keras.Sequential([keras.Input((3,)), layers.Dense(8, "relu"), *end])


class Mean(layers.Layer):
    """The statistics of a batch, by hand."""

    def call(self, x):
        return x - ops.mean(x, axis=0, keepdims=True)


class Norm(layers.Layer):
    """BatchNormalization where no list of layers shows it."""

    def __init__(self, **options):
        super().__init__(**options)
        self.norm = layers.BatchNormalization()

    def build(self, shape):
        self.norm.build(shape)

    def call(self, x, training=False):
        return self.norm(x, training=training)


class MinibatchDiscrimination(layers.Layer):
    """Salimans et al. 2016, arXiv:1606.03498, section 3.2."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 20))

    def call(self, x):
        features = ops.reshape(ops.matmul(x, self.kernel), (-1, 5, 4))
        distances = ops.sum(ops.abs(features[:, None] - features[None]), axis=3)
        return ops.concatenate([x, ops.sum(ops.exp(-distances), axis=1)], axis=1)


class MinibatchDeviation(layers.Layer):
    """Karras et al. 2018, arXiv:1710.10196, section 3."""

    def call(self, x):
        deviation = ops.mean(ops.sqrt(ops.var(x, axis=0) + 1e-8))
        return ops.concatenate([x, ops.zeros_like(x[:, :1]) + deviation], axis=1)


class SpectralNorm(layers.Layer):
    """Dense with its kernel divided by its norm in each call, and no bias: the hardest logit to drive."""

    def __init__(self, units):
        super().__init__()
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units))

    def call(self, x):
        return ops.matmul(x, self.kernel / ops.sqrt(ops.sum(self.kernel**2)))


SIGMOID = r"stay within 0\.\.1 whatever its weights: it ends in a sigmoid or the like: end it in Dense\(1\)"
TANH = r"stay within -1\.\.1 whatever its weights: it ends in a tanh"
RELU = "never below .*0.* whatever its weights: it ends in a ReLU"
NO_LOGITS = {
    "sigmoid": (lambda: stack(layers.Dense(1, "sigmoid")), SIGMOID),
    "a layer": (lambda: stack(layers.Dense(1), layers.Activation("sigmoid")), SIGMOID),
    "nested": (lambda: stack(keras.Sequential([keras.Sequential([layers.Dense(1, "sigmoid")])])), SIGMOID),
    "a function": (lambda: graph(lambda hidden: ops.sigmoid(score(hidden))), SIGMOID),
    "by hand": (lambda: graph(lambda hidden: 1 / (1 + ops.exp(-score(hidden)))), SIGMOID),
    "a Lambda": (lambda: stack(layers.Dense(1), layers.Lambda(lambda x: ops.sigmoid(x))), SIGMOID),
    "then Flatten": (lambda: stack(layers.Dense(1, "sigmoid"), layers.Flatten()), SIGMOID),
    "then Reshape": (lambda: stack(layers.Dense(1, "sigmoid"), layers.Reshape((1,))), SIGMOID),
    "then Dropout": (lambda: stack(layers.Dense(1, "sigmoid"), layers.Dropout(0.3)), SIGMOID),
    "from zero": (lambda: stack(layers.Dense(1, "sigmoid", kernel_initializer="zeros")), SIGMOID),
    "own class": (lambda: own_class(ops.sigmoid), SIGMOID),
    "softmax of two": (lambda: graph(lambda h: layers.Dense(2, "softmax")(h)[:, :1]), SIGMOID),
    "clipped to 0..1": (lambda: graph(lambda hidden: ops.clip(score(hidden), 0, 1)), SIGMOID),
    "hard_sigmoid": (lambda: stack(layers.Dense(1, "hard_sigmoid")), SIGMOID),
    "softmax": (lambda: stack(layers.Dense(1, "softmax")), r"stay within 1\.\.1"),
    "tanh": (lambda: stack(layers.Dense(1, "tanh")), TANH),
    "softsign": (lambda: stack(layers.Dense(1, "softsign")), TANH),
    "clipped": (lambda: graph(lambda hidden: ops.clip(score(hidden), -1, 1)), TANH),
    "2 sigmoid - 1": (lambda: graph(lambda hidden: 2 * ops.sigmoid(score(hidden)) - 1), TANH),
    "arctan": (lambda: graph(lambda hidden: ops.arctan(score(hidden))), r"stay within -1\.6\.\.1\.6"),
    "relu": (lambda: stack(layers.Dense(1, "relu")), RELU),
    "relu6": (lambda: stack(layers.Dense(1), layers.ReLU(6.0)), RELU),
    "softplus": (lambda: stack(layers.Dense(1, "softplus")), RELU),
    "squared": (lambda: graph(lambda hidden: ops.square(score(hidden))), RELU),
    "elu": (lambda: stack(layers.Dense(1, "elu")), "never below -1 .* an ELU"),
    "selu": (lambda: stack(layers.Dense(1, "selu")), r"never below -1\.8 .* an ELU"),
    "log_sigmoid": (lambda: stack(layers.Dense(1, "log_sigmoid")), "never above 0 .*log_sigmoid"),
}


@pytest.mark.parametrize("case", NO_LOGITS)
@pytest.mark.parametrize("build", [gu.GAN, pytest.param(gu.build_combined, marks=pytest.mark.slow)])
def test_a_discriminator_must_end_in_a_logit(case, build):
    make, message = NO_LOGITS[case]
    with pytest.raises(ValueError, match=f"discriminator must end in a logit.*{message}"):
        build(generator(), make())


COMPANY = {
    "BatchNormalization": lambda: stack(layers.BatchNormalization(), layers.Dense(1)),
    "nested": lambda: stack(keras.Sequential([layers.BatchNormalization()]), layers.Dense(1)),
    "in a layer": lambda: stack(Norm(), layers.Dense(1)),
    "TimeDistributed": lambda: keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.TimeDistributed(layers.BatchNormalization()),
            layers.Flatten(),
            layers.Dense(1),
        ]
    ),
    "before zeros": lambda: stack(layers.BatchNormalization(), layers.Dense(1, kernel_initializer="zeros")),
    "beside Dropout": lambda: stack(layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(1)),
    "last": lambda: stack(layers.Dense(1), layers.BatchNormalization()),
    "by hand": lambda: stack(Mean(), layers.Dense(1)),
    "the largest": lambda: graph(lambda hidden: score(hidden - ops.max(hidden, axis=0))),
    "the next one": lambda: graph(lambda hidden: score(hidden) - score(ops.roll(hidden, 1, axis=0))),
    "the first one": lambda: stack(layers.Dense(1), layers.Lambda(lambda scores: scores - scores[:1])),
    "minibatch discrimination": lambda: stack(MinibatchDiscrimination(), layers.Dense(1)),
    "minibatch deviation": lambda: stack(MinibatchDeviation(), layers.Dense(1)),
}


@pytest.mark.parametrize("case", COMPANY)
@pytest.mark.parametrize("build", [gu.GAN, gu.build_combined])
def test_a_discriminator_must_judge_each_image_alone(case, build):
    with pytest.raises(ValueError, match=r"by the company it comes in.*use none, or LayerNormalization"):
        build(generator(), COMPANY[case]())


def test_dropout_hides_no_company():
    for seed in range(10):  # on PyTorch some were accepted: its Dropout drew anew in each trial
        keras.utils.set_random_seed(seed)
        with pytest.raises(ValueError, match="by the company it comes in"):
            gu.build_combined(generator(), COMPANY["beside Dropout"]())


def test_networks_that_cannot_be_tried_are_not_refused_for_it(monkeypatch):
    monkeypatch.setattr(probing, "_run", lambda *arguments, **more: None)
    gu.GAN(generator(), stack(layers.Dense(1)))


def test_batch_normalization_frozen_with_the_whole_of_d_is_refused():
    discriminator = stack(layers.BatchNormalization(), layers.Dense(1))
    discriminator.trainable = False
    with pytest.raises(ValueError, match=r"layer 'batch_normalization.*' is BatchNormalization"):
        gu.build_combined(generator(), discriminator)


def frozen_normalization():
    discriminator = stack(layers.BatchNormalization(), layers.Dense(1))
    discriminator.layers[-2].trainable = False  # as in a network trained before: it is no longer of a batch
    return discriminator


LOGITS = {
    "dense": lambda: gu.build_discriminator(SHAPE),
    "from zero": lambda: stack(layers.Dense(1, kernel_initializer="zeros")),
    "no bias": lambda: stack(layers.Dense(1, use_bias=False)),
    "from zero, no bias": lambda: stack(layers.Dense(1, use_bias=False, kernel_initializer="zeros")),
    "nested": lambda: stack(keras.Sequential([keras.Sequential([layers.Dense(1)])])),
    "own class": own_class,
    "Dropout": lambda: stack(layers.Dropout(0.5), layers.Dense(1), layers.Dropout(0.1)),
    "noise": lambda: stack(layers.GaussianNoise(0.5), layers.GaussianDropout(0.2), layers.Dense(1)),
    "LayerNormalization": lambda: stack(layers.LayerNormalization(), layers.Dense(1, use_bias=False)),
    "UnitNormalization": lambda: stack(layers.UnitNormalization(), layers.Dense(1)),
    "SpectralNormalization": lambda: stack(layers.SpectralNormalization(layers.Dense(1))),
    "a norm of one's own": lambda: stack(SpectralNorm(16), layers.Activation("tanh"), SpectralNorm(1)),
    "BatchNormalization, frozen": frozen_normalization,
    "leaky": lambda: stack(layers.Dense(1), layers.LeakyReLU(negative_slope=0.2)),
    "sigmoid inside": lambda: stack(layers.Dense(8, "sigmoid"), layers.Dense(1)),
    "tanh inside": lambda: stack(layers.Dense(8, "tanh"), layers.Dense(1, use_bias=False)),
    "a logit kept within 10": lambda: graph(lambda hidden: 10 * ops.tanh(score(hidden))),
    "deep": lambda: stack(*[layers.Dense(8, "relu") for _ in range(20)], layers.Dense(1)),
    "Dot": lambda: graph(lambda hidden: layers.Dot(axes=1)([layers.Dense(8)(hidden), hidden])),
    "maxima": lambda: graph(lambda hidden: ops.max(layers.Dense(4)(hidden), axis=1, keepdims=True)),
    "convolutions": lambda: keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.RandomTranslation(0.1, 0.1),
            layers.Conv2D(8, 3),
            layers.GroupNormalization(4),
            layers.Conv2D(1, 3),
            layers.GlobalAveragePooling2D(),
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "case", [case if i % 2 else pytest.param(case, marks=pytest.mark.slow) for i, case in enumerate(LOGITS)]
)
def test_logits_of_every_kind_are_taken_and_train(case):
    keras.utils.set_random_seed(0)
    gan = gu.GAN(generator(), LOGITS[case](), seed=0)
    before = gan.discriminator.get_weights()
    images = np.random.default_rng(0).random((8, *SHAPE), dtype="float32")
    gan.train_on_batch(images)
    assert any(not np.array_equal(a, b) for a, b in zip(before, gan.discriminator.get_weights(), strict=True))


def test_a_conditional_pair_is_taken():
    networks = gu.build_conditional_generator(4, SHAPE, 3), gu.build_conditional_discriminator(SHAPE, 3)
    assert gu.GAN(*networks).image_shape == (33,)


def test_a_network_that_cannot_be_run_is_not_refused_for_that():
    class Exotic(layers.Layer):
        def compute_output_shape(self, shape):
            return shape

        def call(self, x):
            raise NotImplementedError

    discriminator = stack(Exotic(), layers.Dense(1))
    images = probing.draw_inputs(SHAPE)
    assert probing.output_range(discriminator, images) == (-np.inf, np.inf)
    assert probing.sees_company(discriminator, images) is False
    gu.build_combined(generator(), discriminator)


def test_probing_leaves_no_trace():
    """Weights, moving statistics, seeds of layers, Keras's random numbers, NumPy's and Python's."""

    def state_after(build):
        keras.utils.set_random_seed(1)
        keras.random.normal((3,))
        normalized = layers.BatchNormalization(), layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE)
        players = generator(*normalized), LOGITS["noise"]()
        build(*players)
        arrays = [keras.ops.convert_to_numpy(v) for player in players for v in player.variables]
        numbers = keras.random.normal((3,)), np.random.random(3), random.random()  # noqa: NPY002
        return [*arrays, *map(np.asarray, numbers)]

    unseen = state_after(lambda *players: gu.Combined(players))
    for a, b in zip(unseen, state_after(gu.build_combined), strict=True):
        np.testing.assert_array_equal(a, b)


# --- what GAN asks beyond build_combined ------------------------------------------------------------------

NO_IMAGES = {
    "tanh": ([layers.Dense(30, "tanh")], r"within -1\.\.1 .* a tanh"),
    "linear": ([layers.Dense(30)], "no bounds.*no activation"),
    "relu": ([layers.Dense(30, "relu")], "never below 0 .*a ReLU"),
    "softplus": ([layers.Dense(30, "softplus")], "never below 0"),
    "elu": ([layers.Dense(30, "elu")], "never below -1"),
    "nested": ([keras.Sequential([layers.Dense(30, "tanh")])], "a tanh"),
    "from zero": ([layers.Dense(30, kernel_initializer="zeros")], "no bounds"),
    "a scaled sigmoid": ([layers.Dense(30, "sigmoid"), layers.Rescaling(1.5)], r"within 0\.\.1\.5"),
}


@pytest.mark.parametrize("case", NO_IMAGES)
def test_a_generator_must_keep_to_0_and_1(case):
    end, message = NO_IMAGES[case]
    player = generator(*end, layers.Reshape(SHAPE))
    with pytest.raises(ValueError, match=rf"must make images in \[0, 1\].*{message}.*end it in a sigmoid"):
        gu.GAN(player, gu.build_discriminator(SHAPE))
    gu.build_combined(player, gu.build_discriminator(SHAPE))  # of points in the plane, for one


IMAGES = {
    "hard_sigmoid": [layers.Dense(30, "hard_sigmoid")],
    "half a tanh": [layers.Dense(30, "tanh"), layers.Rescaling(0.5, 0.5)],
    "clipped": [layers.Dense(30), layers.Lambda(lambda x: ops.clip(x, 0, 1))],
    "from zero": [layers.Dense(30, "sigmoid", kernel_initializer="zeros")],
    "softmax": [layers.Dense(30, "softmax")],
}


@pytest.mark.parametrize("case", IMAGES)
def test_generators_of_every_kind_are_taken(case):
    images = gu.GAN(generator(*IMAGES[case], layers.Reshape(SHAPE)), gu.build_discriminator(SHAPE)).generate(
        3
    )
    assert images.min() >= 0 and images.max() <= 1


def test_a_frame_never_wraps_round(monkeypatch):
    """Whatever a generator that cannot be tried may draw."""
    gan = gu.GAN(generator(), gu.build_discriminator(SHAPE))
    drawn = np.linspace(-0.71, 1.73, 36 * 30, dtype="float32").reshape(36, *SHAPE)
    monkeypatch.setattr(gan, "generate", lambda latents: drawn)
    gan.keep_frame()
    frame = gan.frames[0][1]
    assert frame.dtype == "uint8" and np.all(np.diff(frame.ravel().astype(int)) >= 0)


Z, X = keras.Input((3,)), keras.Input(SHAPE)
HIDDEN = layers.Flatten()(X)
SHARED = layers.Dense(30)
UNFIT = {
    "same image": (
        lambda: generator(layers.Lambda(lambda x: 0 * x), layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE)),
        lambda: gu.build_discriminator(SHAPE),
        "generator makes the same image of all latents",
    ),
    "shared weights": (
        lambda: keras.Sequential([keras.Input((30,)), SHARED, layers.Reshape(SHAPE)]),
        lambda: keras.Sequential([keras.Input(SHAPE), layers.Flatten(), SHARED, layers.Dense(1)]),
        "generator and discriminator share 2 weights",
    ),
    "bytes": (
        generator,
        lambda: keras.Sequential([keras.Input(SHAPE, dtype="uint8"), layers.Flatten(), layers.Dense(1)]),
        "discriminator takes uint8, but must take floating point",
    ),
    "two inputs": (
        lambda: keras.Model([Z, X], X),
        lambda: gu.build_discriminator(SHAPE),
        r"generator must have one input; its inputs have the shapes \[\(None, 3\), \(None, 6, 5, 1\)\]",
    ),
    "two outputs": (
        generator,
        lambda: keras.Model(X, [layers.Dense(1)(HIDDEN), layers.Dense(1)(HIDDEN)]),
        "discriminator must have one output",
    ),
    "no latents": (
        lambda: keras.Sequential([keras.Input((0,)), layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE)]),
        lambda: gu.build_discriminator(SHAPE),
        r"generator maps \(0,\) to \(6, 5, 1\): each size must be known and at least 1",
    ),
    "any size": (
        generator,
        lambda: keras.Sequential([keras.Input((None, None, 1)), layers.GlobalMaxPooling2D()]),
        r"discriminator takes images \(None, None, 1\): give both the same",
    ),
    "own class, unbuilt": (generator, OwnClass, "discriminator is not built yet"),
    "own class of G": (
        lambda: own_class(),
        lambda: gu.build_discriminator(SHAPE),
        "generator is of a class of its own.*keras.Model",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNFIT)
def test_networks_that_cannot_be_trained_are_refused_in_one_line(case):
    make, judge, message = UNFIT[case]
    with pytest.raises(ValueError, match=message) as raised:
        gu.GAN(make(), judge())
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_coarse_weights_are_refused_and_mixed_precision_serves(dtype):
    policy = keras.config.dtype_policy()
    try:
        keras.config.set_dtype_policy(dtype)
        with pytest.raises(
            ValueError, match=rf'weights of {dtype}.*set_floatx\("float32"\).*"mixed_{dtype}"'
        ):
            gu.GAN(generator(), gu.build_discriminator(SHAPE))
        keras.config.set_dtype_policy(f"mixed_{dtype}")
        gan = gu.GAN(generator(), gu.build_discriminator(SHAPE), seed=0)
        logs = gan.train_on_batch(np.ones((3000, *SHAPE), "float32"))  # their sum is beyond float16
    finally:
        keras.config.set_dtype_policy(policy)
    assert all(0 <= value < 2 for value in logs.values())
    assert gan.generate(2).dtype == gan.generate(2).dtype == np.float32
    assert gu.input_gradient(gan.discriminator, np.ones((2, *SHAPE), "float32")).dtype == np.float32


def test_layers_that_take_rows_for_channels_are_refused():
    keras.config.set_image_data_format("channels_first")
    try:
        images = keras.Input((8, 8, 1))
        hidden = layers.Flatten()(layers.Conv2D(2, 3, padding="same")(images))
        with pytest.raises(ValueError, match=r"discriminator: layer 'conv2d.*set_image_data_format"):
            gu.GAN(gu.build_generator(3, (8, 8, 1)), keras.Model(images, layers.Dense(1)(hidden)))
        networks = gu.build_dcgan_generator(3, (8, 8, 1)), gu.build_dcgan_discriminator((8, 8, 1))
        gu.GAN(*networks).train_on_batch(np.ones((4, 8, 8, 1), "float32"))
    finally:
        keras.config.set_image_data_format("channels_last")


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="a strategy of TensorFlow's")
def test_a_strategy_of_tensorflows_is_refused():
    import tensorflow as tf

    gan = gu.GAN(generator(), gu.build_discriminator(SHAPE))
    before = gan.generator.get_weights() + gan.discriminator.get_weights()
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])  # one device: two would need another process
    refused = pytest.raises(ValueError, match=r"^MirroredStrategy: .*JAX .*keras.distribution")
    with strategy.scope():
        player, judge = generator(), gu.build_discriminator(SHAPE)
        with refused:
            gu.GAN(generator(), gu.build_discriminator(SHAPE))
        for use in (gan.generate, lambda: gan.train_on_batch(PHOTOS), lambda: gan.fit(PHOTOS, batch_size=3)):
            with refused:
                use()
    with refused:
        gu.GAN(player, judge)
    after = gan.generator.get_weights() + gan.discriminator.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)) and gan.step == 0
    assert gan.generate(5).shape == (5, *SHAPE)


def test_optimizers_by_name_are_one_each():
    same = keras.optimizers.serialize(keras.optimizers.SGD(0.25))
    for given, kind in (("adam", keras.optimizers.Adam), (same, keras.optimizers.SGD)):
        gan = gu.GAN(generator(), gu.build_discriminator(SHAPE), given, given)
        optimizers = gan.combined.optimizer, gan.discriminator.optimizer
        assert all(isinstance(one, kind) for one in optimizers) and optimizers[0] is not optimizers[1]
        gan.train_on_batch(np.ones((4, *SHAPE), "float32"))


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (keras.optimizers.Adam, TypeError, r"the class Adam came; what serves is .*: Adam\(\)"),
        ("adm", ValueError, "'adm' came; what serves is a Keras optimizer or its name"),
        (0.001, ValueError, "0.001 came; what serves is"),
    ],
)
def test_what_is_no_optimizer_is_refused(given, error, message):
    for argument in ("generator_optimizer", "discriminator_optimizer"):
        with pytest.raises(error, match=f"^{argument}: {message}"):
            gu.GAN(generator(), gu.build_discriminator(SHAPE), **{argument: given})


def test_an_optimizer_trains_one_network_only():
    optimizer = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="are one object"):
        gu.GAN(generator(), gu.build_discriminator(SHAPE), optimizer, optimizer)
    gu.GAN(generator(), gu.build_discriminator(SHAPE), optimizer).train_on_batch(
        np.ones((4, *SHAPE), "float32")
    )
    for argument in ("generator_optimizer", "discriminator_optimizer"):
        with pytest.raises(
            ValueError, match=f"^{argument} has trained other weights already.*give a new one"
        ):
            gu.GAN(generator(), gu.build_discriminator(SHAPE), **{argument: optimizer})


class Uncopied(layers.Layer):
    """A layer as many write it: no get_config, no **kwargs."""

    def __init__(self, units):
        super().__init__()
        self.dense = layers.Dense(units, "sigmoid")

    def call(self, x):
        return self.dense(x)


def test_a_generator_that_cannot_be_copied():
    def make():
        return generator(Uncopied(30), layers.Reshape(SHAPE))

    with pytest.raises(TypeError, match=r"cannot be copied for the average .*get_config.*or give average=0"):
        gu.GAN(make(), gu.build_discriminator(SHAPE))
    assert gu.GAN(make(), gu.build_discriminator(SHAPE), average=0).generate(2).shape == (2, *SHAPE)


# --- batches of one ---------------------------------------------------------------------------------------


def normalized(*norm):
    normal = generator(*norm, layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE))
    return gu.GAN(normal, gu.build_discriminator(SHAPE), seed=0)


PHOTOS = np.random.default_rng(0).random((9, *SHAPE), dtype="float32")


@pytest.mark.parametrize("norm", [layers.BatchNormalization, Mean, Norm])
def test_a_batch_of_one_is_refused_where_g_normalizes_by_the_batch(norm):
    gan = normalized(norm())
    before = gan.generator.get_weights() + gan.discriminator.get_weights()
    with pytest.raises(
        ValueError, match="real_images: a batch must hold at least 2 images; it is 1: generator"
    ):
        gan.train_on_batch(PHOTOS[:1])
    with pytest.raises(
        ValueError, match="batch_size: a batch must hold at least 2 images; it is 1: generator"
    ):
        gan.fit(PHOTOS, batch_size=1)
    after = gan.generator.get_weights() + gan.discriminator.get_weights()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True)) and gan.step == 0


@pytest.mark.parametrize(
    ("norm", "batch_size", "sizes"),
    [
        (layers.BatchNormalization, 4, [4, 5]),
        pytest.param(layers.BatchNormalization, 8, [9], marks=pytest.mark.slow),
        pytest.param(layers.BatchNormalization, 7, [7, 2], marks=pytest.mark.slow),
        (layers.LayerNormalization, 4, [4, 4, 1]),
        pytest.param(layers.LayerNormalization, 1, [1] * 9, marks=pytest.mark.slow),
    ],
)
def test_a_last_batch_of_one_is_joined_to_the_one_before(norm, batch_size, sizes):
    gan, seen = normalized(norm()), []
    train_on_batch = gan.train_on_batch
    gan.train_on_batch = lambda batch: seen.append(len(batch)) or train_on_batch(batch)
    history = gan.fit(PHOTOS, epochs=2, batch_size=batch_size, verbose=0)
    assert seen == 2 * sizes and history.params["steps"] == len(sizes) and gan.step == len(seen)


def test_a_broken_off_pass_goes_on_with_the_joined_batch(tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = True

    keras.utils.set_random_seed(0)
    stopped = normalized(layers.BatchNormalization())
    keras.utils.set_random_seed(0)
    whole = normalized(layers.BatchNormalization())
    whole.fit(PHOTOS, batch_size=4, verbose=0)
    stopped.fit(PHOTOS, batch_size=4, verbose=0, callbacks=[Stop()])
    assert stopped.step == 1
    stopped.save(tmp_path / "gan")
    loaded = gu.GAN.load(tmp_path / "gan")
    loaded.fit(PHOTOS, batch_size=4, verbose=0)
    assert loaded.step == whole.step == 2 and loaded.curves == whole.curves


class OwnStep(keras.Sequential):
    def train_step(self, *arguments):
        return super().train_step(*arguments)


class OwnLoss(keras.Sequential):
    def compute_loss(self, *arguments, **named):
        return 1e6 * super().compute_loss(*arguments, **named)


@pytest.mark.parametrize(("kind", "method"), [(OwnStep, "train_step"), (OwnLoss, "compute_loss")])
def test_a_train_step_of_ones_own_is_refused_and_not_passed_over(kind, method):
    own = kind([keras.Input(SHAPE), *gu.build_discriminator(SHAPE).layers])
    with pytest.raises(TypeError, match=rf"^discriminator has a {method} of its own.* d_loss="):
        gu.GAN(generator(), own)
    gu.build_combined(generator(), own)  # in a loop of one's own it is run


def test_a_player_compiled_anew_is_told_and_not_passed_over():
    gan, images = gu.GAN(generator(), gu.build_discriminator(SHAPE)), np.ones((4, *SHAPE), "float32")
    gan.discriminator.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
    for train in (gan.train_on_batch, lambda x: gan.fit(x, verbose=0, batch_size=2, steps_per_execution=2)):
        with pytest.raises(ValueError, match=r"^discriminator has been compiled anew, .* gan.real_fake"):
            train(images)
    with pytest.raises(ValueError, match=r"^metrics: \['accuracy'\] came; .*BinaryAccuracy\(name='accuracy'"):
        gan.real_fake.compile("sgd", gan.real_fake.loss, metrics=["accuracy"])
    gan.real_fake.compile("sgd", gan.real_fake.loss)
    assert set(gan.train_on_batch(images)) == {"d_loss", "g_loss", "d_accuracy"}
    assert (
        gan.discriminator.optimizer is gan.discriminator_optimizer
        and gan.discriminator_optimizer.iterations == 1
    )


def test_many_grey_fakes_are_no_fault_in_half_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:  # added up, their pixels are more than the largest number of float16, 65,504
        gan = gu.GAN(gu.build_generator(), gu.build_discriminator(), seed=0)
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(list(gan.train_on_batch(np.ones((256, 28, 28, 1), "float32")).values())).all()


@pytest.mark.parametrize("eagerly", [False, True])
@pytest.mark.parametrize("whose", ["g_loss", "d_loss"])
def test_what_a_network_adds_to_its_own_loss_is_not_added_to_that_of_the_other(whose, eagerly):
    images, losses = np.random.default_rng(0).uniform(size=(6, *SHAPE)).astype("float32"), []
    for weight in (0.0, 100.0):
        keras.utils.set_random_seed(1)
        added = {name: keras.regularizers.L2(weight * (name == whose)) for name in ("g_loss", "d_loss")}
        g = [keras.Input((3,)), *generator().layers]
        g += [layers.ActivityRegularization(l2=added["g_loss"].l2)]
        d = [keras.Input(SHAPE), layers.Flatten()]
        d += [layers.Dense(8, activity_regularizer=added["d_loss"]), layers.LeakyReLU(), layers.Dense(1)]
        gan = gu.GAN(keras.Sequential(g), keras.Sequential(d), seed=1)
        gan.real_fake.run_eagerly = gan.combined.run_eagerly = eagerly
        losses.append(gan.train_on_batch(images))
    other = {"g_loss": "d_loss", "d_loss": "g_loss"}[whose]
    assert losses[0][whose] + 1 < losses[1][whose]
    if whose == "g_loss":  # D steps first
        assert losses[0][other] == losses[1][other]
    else:  # from another D, then, but without the penalty
        assert abs(losses[0][other] - losses[1][other]) < 0.5


def test_weight_decay_by_a_regularizer_is_counted_whole_for_each_player():
    """Such a loss is made anew whenever it is asked for, and may lie where another one lay."""
    decay = {"kernel_regularizer": keras.regularizers.L2(1.0)}
    g = [keras.Input((3,)), *[layers.Dense(8, **decay) for _ in range(4)]]
    g = keras.Sequential([*g, layers.Dense(30, "sigmoid"), layers.Reshape(SHAPE)])
    d = [keras.Input(SHAPE), layers.Flatten(), *[layers.Dense(8, **decay) for _ in range(6)], layers.Dense(1)]
    gan = gu.GAN(g, keras.Sequential(d))
    assert (len(gan.combined.losses), len(gan.real_fake.losses)) == (4, 6)


def test_layers_frozen_after_training_began_are_refused_before_the_save_is_lost(tmp_path):
    images = np.random.default_rng(0).uniform(size=(6, *SHAPE)).astype("float32")
    for name in ("generator", "discriminator"):
        gan = gu.GAN(generator(), gu.build_discriminator(SHAPE), seed=1)
        gan.train_on_batch(images)
        gan.save(tmp_path / name)
        network, model = getattr(gan, name), {"generator": gan.combined, "discriminator": gan.real_fake}[name]
        dense = next(layer for layer in network.layers if isinstance(layer, layers.Dense))
        dense.trainable = False
        before = gan.generator.get_weights() + gan.discriminator.get_weights()
        again = rf"^gan.{model.name}: .* frozen or thawed since.* gan.{model.name}.compile\(optimizer, "
        for use in (
            lambda: gan.train_on_batch(images),  # noqa: B023  all of it is used at once
            lambda: gan.fit(images, batch_size=3, steps_per_execution=2, verbose=0),  # noqa: B023
            lambda: gan.save(tmp_path / name),  # noqa: B023
        ):
            with pytest.raises(ValueError, match=again):
                use()
        after = gan.generator.get_weights() + gan.discriminator.get_weights()
        assert all(map(np.array_equal, before, after)) and gan.broken_step is None
        assert gu.GAN.load(tmp_path / name).step == 1, "what was saved is as it was"
        model.compile("sgd", model.loss)
        kernel = np.copy(dense.kernel)
        gan.fit(images, batch_size=4, verbose=0)
        assert np.array_equal(kernel, dense.kernel) and gan.step == 3
        gan.save(tmp_path / name)
        assert gu.GAN.load(tmp_path / name).step == 3


def test_one_optimizer_for_two_gans_is_refused_before_it_steps():
    images, optimizer = np.random.default_rng(0).uniform(size=(6, *SHAPE)), keras.optimizers.Adam()
    first, second = (gu.GAN(generator(), gu.build_discriminator(SHAPE), optimizer) for _ in range(2))
    first.train_on_batch(images.astype("float32"))
    with pytest.raises(ValueError, match=r"^gan.combined: .* another GAN has it"):
        second.train_on_batch(images.astype("float32"))
    assert second.step == 0 and second.broken_step is None


def test_an_average_of_keras_that_nothing_would_use_is_refused():
    with pytest.raises(ValueError, match=r"^generator_optimizer has use_ema=True.* average=0.998"):
        gu.GAN(generator(), gu.build_discriminator(SHAPE), keras.optimizers.Adam(use_ema=True))
    gu.GAN(
        generator(),
        gu.build_discriminator(SHAPE),
        keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=5),
    )


def test_two_networks_of_one_name_are_refused():
    z, x = keras.Input((3,)), keras.Input(SHAPE)
    g = keras.Model(z, generator()(z), name="player")
    d = keras.Model(x, gu.build_discriminator(SHAPE)(x), name="player")
    with pytest.raises(ValueError, match=r"^generator and discriminator have one name, 'player'"):
        gu.build_combined(g, d)


def test_a_class_within_a_functional_generator_may_draw_from_minus_1_to_1():
    class Inner(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.shape = layers.Dense(30, "tanh"), layers.Reshape(SHAPE)

        def call(self, latents):
            return self.shape(self.dense(latents))

    z = keras.Input((3,))
    gan = gu.GAN(
        keras.Model(z, Inner()(z)), gu.build_discriminator(SHAPE), average=0, value_range=(-1, 1), seed=1
    )
    assert gan.generate(3).shape == (3, *SHAPE)


def test_flags_and_counters_of_a_generator_are_averaged_by_taking_them_over():
    @keras.saving.register_keras_serializable("tests")
    class Counting(layers.Layer):
        def build(self, shape):
            self.steps = self.add_weight(shape=(), initializer="zeros", dtype="int32", trainable=False)
            self.begun = self.add_weight(shape=(), initializer="zeros", dtype="bool", trainable=False)

        def call(self, x, training=False):
            if training:
                self.steps.assign(self.steps + 1)
                self.begun.assign(True)
            return x

    g = keras.Sequential([keras.Input((3,)), Counting(), *generator().layers])
    gan = gu.GAN(g, gu.build_discriminator(SHAPE), average=0.5)
    images = np.random.default_rng(0).uniform(size=(60, *SHAPE)).astype("float32")
    gan.fit(images, batch_size=3, verbose=0)
    steps, begun = gan.averaged_generator.layers[0].weights
    assert int(steps) == 20 and np.array(begun)


def test_it_is_the_networks_precision_that_counts_and_not_that_of_the_day(tmp_path):
    images = np.random.default_rng(0).uniform(size=(6, *SHAPE)).astype("float32")
    keras.config.set_dtype_policy("mixed_float16")
    try:
        players = generator(), gu.build_discriminator(SHAPE)
        keras.config.set_dtype_policy("float32")
        scaled = gu.GAN(*players)
        plain = gu.GAN(generator(), gu.build_discriminator(SHAPE))
        gu.GAN(gu.build_conditional_generator(2), gu.build_conditional_discriminator()).save(
            tmp_path / "pair"
        )
        for gan, name in ((scaled, "scaled"), (plain, "plain")):
            gan.train_on_batch(images)
            gan.save(tmp_path / name)
        keras.config.set_dtype_policy("mixed_float16")
        loaded = gu.GAN.load(tmp_path / "plain")
        loaded.train_on_batch(images)
        pair = gu.GAN.load(tmp_path / "pair")
    finally:
        keras.config.set_dtype_policy("float32")
    for gan, scales in (
        (scaled, True),
        (plain, False),
        (loaded, False),
        (pair, False),
        (gu.GAN.load(tmp_path / "scaled"), True),
    ):
        for optimizer in (gan.generator_optimizer, gan.discriminator_optimizer):
            assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) == scales


@pytest.mark.parametrize("steps", [1, 2])
def test_mixed_precision_scales_the_loss_of_both_players_once(steps):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        gan = gu.GAN(generator(), gu.build_discriminator(SHAPE), seed=1)
    finally:
        keras.config.set_dtype_policy("float32")
    optimizers = gan.generator_optimizer, gan.discriminator_optimizer
    assert all(isinstance(o, keras.optimizers.LossScaleOptimizer) for o in optimizers)
    assert not any(isinstance(o.inner_optimizer, keras.optimizers.LossScaleOptimizer) for o in optimizers)
    images = np.random.default_rng(0).uniform(size=(12, *SHAPE)).astype("float32")
    before = gan.discriminator.get_weights()
    gan.fit(images, batch_size=4, verbose=0, steps_per_execution=steps)
    assert gan.step == 3 and not all(map(np.array_equal, before, gan.discriminator.get_weights()))
