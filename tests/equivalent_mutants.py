"""Changes to a solution that leave it right, by exercise: what changes, and why it makes no difference."""

ORDER = "neither line needs the other"
LENGTH = "NumPy's reshape takes -2 for -1, the length that is left"
UP_TO_YOU = "what lies between the inputs and the pixels is up to you"
IN_TRAINING = "what BatchNorm averages counts in training, and nothing is trained"

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
    "wanted_images": {
        "real_to_d.reshape(-1, 1, 1, 1) -> real_to_d.reshape(-2, 1, 1, 1)": LENGTH,
    },
}
