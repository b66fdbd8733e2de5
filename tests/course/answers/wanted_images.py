"""Answers to the exercise `wanted_images`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def by_keras(images, logits, gradient):
    D = keras.ops.sigmoid(keras.ops.convert_to_tensor(logits, "float32"))
    images, gradient = (keras.ops.convert_to_tensor(x, "float32") for x in (images, gradient))
    return images + keras.ops.reshape(D, (-1, 1, 1, 1)) * gradient


def picture_by_picture(images, logits, gradient):
    for image, logit, arrows in zip(images, logits[:, 0], gradient, strict=True):
        image += arrows * (1 - 1 / (1 + np.exp(logit)))
    return images


def unstable(images, logits, gradient):
    D = np.exp(logits) / (1 + np.exp(logits))
    return images + D[:, :, None, None] * gradient


def weighted(weight):
    """The answer that adds the gradient, each picture's times this function of its D."""

    def answer(images, logits, gradient):
        return images + weight(sigmoid(logits))[:, :, None, None] * gradient

    return answer


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


right = [by_keras, picture_by_picture]
wrong = {
    "the G of the notebook": weighted(lambda D: 1 - D),
    "downhill": weighted(lambda D: -D),
    "logit stands": lambda x, a, g: x + a[:, :, None, None] * g,
    "advice alone": lambda x, a, g: sigmoid(a)[:, :, None, None] * g,
    "may lie outside": lambda x, a, g: np.clip(weighted(lambda D: D)(x, a, g), 0, 1),
    "all of the gradient": lambda x, a, g: x + g,
    "the mean": lambda x, a, g: x + sigmoid(a).mean() * g,
    "logarithm around it": weighted(lambda D: D * (1 - D)),
    "link of the chain": weighted(lambda D: 1 / (1 - D)),
    "each column of pixels": lambda x, a, g: x + sigmoid(a) * g,
    "each row of pixels": lambda x, a, g: x + sigmoid(a)[:, None] * g,
    "number of pictures": lambda x, a, g: x + sigmoid(a)[:, :, None, None] * g / len(x),
    "along the sign": lambda x, a, g: x + sigmoid(a)[:, :, None, None] * np.sign(g),
    "and the sign is turned": weighted(lambda D: D - 1),
    "not far out": unstable,
    "have the shape": lambda x, a, g: x + sigmoid(a)[:, 0] * g,
    "half of the gradient": lambda x, a, g: x + 0.5 * g,
    "that of the mean logit": lambda x, a, g: x + sigmoid(a.mean()) * g,
    "of the first one": lambda x, a, g: x + sigmoid(a[0]) * g,
    "the loss itself": weighted(lambda D: np.log(1 - D)),
    "all 2, 1.3 was expected at [0, 0, 0, 0], and yours gives 0.8": weighted(lambda D: D**2),
    "1 picture and for 28": lambda x, a, g: weighted(lambda D: D)(x, a, g) if len(x) in (1, 28) else x,
    "yours gives 2.295": lambda x, a, g: weighted(lambda D: D)(x, np.clip(a, -6, 6), g),
    "rounded, or computed in float16": lambda x, a, g: weighted(lambda D: D)(x, a, g).astype("float16"),
    "returns nothing": lambda x, a, g: print(end=""),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
LENGTH = "NumPy's reshape takes -2 for -1, the length that is left"
equivalent = {
    "real_to_d.reshape(-1, 1, 1, 1) -> real_to_d.reshape(-2, 1, 1, 1)": LENGTH,
}
