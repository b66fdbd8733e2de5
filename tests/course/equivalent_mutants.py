"""Changes to a solution that leave it right, by exercise: what changes, and why it makes no difference."""

ORDER = "neither line needs the other"
LENGTH = "NumPy's reshape takes -2 for -1, the length that is left"
UP_TO_YOU = "what lies between the inputs and the pixels is up to you"
IN_TRAINING = "what BatchNorm averages counts in training, and nothing is trained"
A_RUN = "the numbers of a run: all those pass that such a run may have"
FILTERS = "how many filters there are, and of what size, is up to you"
KERNEL = "the size of the kernel is up to you"
BIAS = "BatchNorm takes the mean off, and a bias with it"

DENSE = "layers.Dense(4 * 4 * 128"
GROW, SAME, SIGMOID = "layers.Conv2DTranspose", "strides=2, padding='same'", "activation='sigmoid'"
PAIRS = "zip(stops, np.roll(stops, -1, axis=0)"

EQUIVALENT = {
    "accuracy": {
        "fake_logits < 0 -> fake_logits <= 0": "a logit of exactly 0 is neither right nor wrong",
        "real_logits > 0 -> real_logits >= 0": "a logit of exactly 0 is neither right nor wrong",
        "swapped: right_about_reals = np.mean(real_logits > 0) | "
        "right_about_fakes = np.mean(fake_logits < 0)": ORDER,
    },
    "conditional_generator": {
        "(64, 128) -> (128, 64)": UP_TO_YOU,
        "(64, 128) -> (128,)": UP_TO_YOU,
        "(64, 128) -> (64,)": UP_TO_YOU,
        "128 -> 127": UP_TO_YOU,
        "128 -> 129": UP_TO_YOU,
        "64 -> 63": UP_TO_YOU,
        "64 -> 65": UP_TO_YOU,
        "[z, y] -> [y, z]": "these are the parts of the long row, where any order will do, not the inputs",
        "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization()": IN_TRAINING,
        "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization(momentum=-0.25)": IN_TRAINING,
        "layers.BatchNormalization(momentum=0.5) -> layers.BatchNormalization(momentum=1.25)": IN_TRAINING,
        "layers.Dense(units, use_bias=False) -> layers.Dense(units)": UP_TO_YOU,
        "layers.Dense(units, use_bias=False) -> layers.Dense(units, use_bias=True)": UP_TO_YOU,
        "layers.ReLU -> layers.LeakyReLU": UP_TO_YOU,
        "once: for units in (64, 128):": UP_TO_YOU,
        "swapped: for units in (64, 128): | pixels = layers.Dense(math.prod(image_shape), 'sigmoid')(x)": (
            "the hidden layers then lead nowhere, and one layer is a generator too"
        ),
        "swapped: x = layers.BatchNormalization(momentum=0.5)(x) | x = layers.ReLU()(x)": UP_TO_YOU,
        "swapped: x = layers.Dense(units, use_bias=False)(x) | "
        "x = layers.BatchNormalization(momentum=0.5)(x)": UP_TO_YOU,
        "without: for units in (64, 128):": UP_TO_YOU,
        "without: x = layers.BatchNormalization(momentum=0.5)(x)": UP_TO_YOU,
        "without: x = layers.Dense(units, use_bias=False)(x)": UP_TO_YOU,
        "without: x = layers.ReLU()(x)": UP_TO_YOU,
    },
    "real_and_fake_batch": {
        "(np.arange(2 * count) < count).astype('float32') -> "
        "(np.arange(2 * count) < count).astype('float16')": ("float16 holds 0 and 1 exactly"),
        "(np.arange(2 * count) < count).astype('float32').reshape(-1, 1) -> "
        "(np.arange(2 * count) < count).astype('float32').reshape(-2, 1)": LENGTH,
        "swapped: images = np.concatenate([real_images, fake_images[:count]]) | "
        "targets = (np.arange(2 * count) < count).astype('float32').reshape(-1, 1)": ORDER,
    },
    "retouch": {
        "np.clip(images + budget * direction, 0, 1) -> np.clip(0, images + budget * direction, 1)": (
            "the larger of the two, and 1 at most: it is all one which of the two is called the limit"
        ),
    },
    "safe_steps": {
        "swapped: for layer in discriminator.layers: | discriminator.trainable = value": (
            "the model hands its flag down to its layers: in either order all end at the value"
        ),
    },
    "wanted_images": {
        "real_to_d.reshape(-1, 1, 1, 1) -> real_to_d.reshape(-2, 1, 1, 1)": LENGTH,
    },
    "balance": {
        "0.443 -> 1.1644999999999999": A_RUN,
        "2.6 -> 4.4": A_RUN,
        "2.6 -> 0.8": A_RUN,
        "1.12 -> 2.18": "the gradient is not judged",
        "1.12 -> 0.06000000000000005": "the gradient is not judged",
        "without the key 'gradient'": "the gradient is not judged",
        "without the key 'D moved'": "the five numbers before it will do, where the run is the right one",
    },
    "cost_gradient": {"len(logits) -> len(targets)": "there are as many"},
    "dcgan_generator": {
        "(64, 32) -> (32, 64)": FILTERS,
        "64 -> 65": FILTERS,
        "64 -> 63": FILTERS,
        "32 -> 33": FILTERS,
        "32 -> 31": FILTERS,
        "(4, 4, 128) -> (4, 4, 128)": "the first two of them, both 4, have changed places",
        f"{DENSE}, use_bias=False) -> {DENSE})": BIAS,
        f"{DENSE}, use_bias=False) -> {DENSE}, use_bias=True)": BIAS,
        f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 4, {SAME})": BIAS,
        f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 4, {SAME}, use_bias=True)": BIAS,
        f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(4, filters, {SAME}, use_bias=False)": FILTERS,
        f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 5, {SAME}, use_bias=False)": KERNEL,
        f"{GROW}(filters, 4, {SAME}, use_bias=False) -> {GROW}(filters, 3, {SAME}, use_bias=False)": KERNEL,
        f"{GROW}(3, 4, {SAME}, {SIGMOID}) -> {GROW}(3, 5, {SAME}, {SIGMOID})": KERNEL,
        f"{GROW}(3, 4, {SAME}, {SIGMOID}) -> {GROW}(3, 3, {SAME}, {SIGMOID})": KERNEL,
    },
    "tour": {
        "swapped: t = np.arange(n)[:, None] / n | legs = []": ORDER,
        f"{PAIRS}, strict=True) -> {PAIRS})": "there are as many nexts as stops",
        f"{PAIRS}, strict=True) -> {PAIRS}, strict=False)": "there are as many nexts as stops",
        "here @ there -> there @ here": "the product is the same either way",
    },
    "training_step": {
        "swapped: fakes = generator.predict_on_batch(draw(len(reals))) | "
        "real_then_fake = np.repeat([[1.0], [0.0]], len(reals), axis=0)": ORDER,
        "rng.standard_normal((n, generator.input_shape[1]), dtype='float32') -> "
        "rng.standard_normal((n, generator.input_shape[1]))": "Keras makes float32 of it",
        "np.repeat([[1.0], [0.0]], len(reals), axis=0) -> "
        "np.repeat([[1.0], [0.0]], len(reals))": "targets (2 n,) do as well as (2 n, 1)",
        "(len(reals), 1) -> (len(reals),)": "targets (n,) do as well as (n, 1)",
    },
}
