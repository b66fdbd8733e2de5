"""Answers to the exercise `retouch`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def by_keras(images, gradient, budget):
    return keras.ops.clip(keras.ops.convert_to_tensor(images) + budget * keras.ops.sign(gradient), 0.0, 1.0)


def by_dividing(images, gradient, budget):
    images += budget * gradient / (np.abs(gradient) + 1e-12)
    return np.minimum(np.maximum(images, 0), 1)


def towards_white_or_black(images, gradient, budget):
    target = np.where(gradient > 0, 1, 0)
    return images + np.clip(target - images, -budget, budget)


def add(change):
    """The answer that adds `change(images, gradient, budget)` and stays in [0, 1]."""
    return lambda images, gradient, budget: np.clip(images + change(images, gradient, budget), 0, 1)


def normalised(axis):
    return add(lambda x, g, b: b * g / np.abs(g).max(axis=axis, keepdims=True))


@np.errstate(invalid="ignore")
def dividing_by_zero(images, gradient, budget):
    return budget * gradient / np.abs(gradient)


right = [by_keras, by_dividing, towards_white_or_black]
wrong = {
    "the logit falls": add(lambda x, g, b: -b * np.sign(g)),
    "is 0.03": add(lambda x, g, b: g),
    "is 0.003": add(lambda x, g, b: b * g),
    "of 0.1, and 1 of": normalised(None),
    "of 0.1, and 3 of": normalised((1, 2, 3)),
    "of 0.1, and 0 of": add(lambda x, g, b: 0.05 * np.sign(g)),
    "over the budget": add(lambda x, g, b: 2 * b * np.sign(g)),
    "it leaves [0, 1]": lambda x, g, b: x + b * np.sign(g),
    "-0.1 to 1.": lambda x, g, b: np.minimum(x + b * np.sign(g), 1),
    "0 to 1.1": lambda x, g, b: np.maximum(x + b * np.sign(g), 0),
    "the change alone": lambda x, g, b: b * np.sign(g),
    "come back as they were": lambda x, g, b: np.clip(x, 0, 1),
    "an image go the same way": add(lambda x, g, b: b),
    "all that change": add(lambda x, g, b: b * (g > 0)),
    "the same change": add(lambda x, g, b: b * np.sign(g[0])),
    "black pixels": lambda x, g, b: np.clip(x + b * np.sign(g) * x, 0, 1),
    "one logit gets 0 %": add(lambda x, g, b: b * np.sign(g) * (np.arange(len(g)) == 0).reshape(-1, 1, 1, 1)),
    "have the gradient 0": add(dividing_by_zero),
    "changes by 0.1002": add(lambda x, g, b: (b * np.sign(g) + x).astype("float16") - x),
    "99.99 %": add(lambda x, g, b: 0.9999 * b * np.sign(g)),
    "pixels go against": add(lambda x, g, b: b * np.sign(g - g.mean())),
    "against their gradient": add(
        lambda x, g, b: b * np.sign(g - np.median(g, axis=(1, 2, 3), keepdims=True))
    ),
    "99.87 %": add(lambda x, g, b: b * np.sign(np.round(g, 3))),
    "98.16 %": add(lambda x, g, b: 0.981 * b * np.sign(g)),
    "yours gives 0.5": add(lambda x, g, b: b * np.sign(g) * (abs(x - 0.5) > 1e-3)),
    "should have the shape": lambda x, g, b: np.clip(x + b * np.sign(g), 0, 1).reshape(len(x), -1),
    "stops with": lambda x, g: np.clip(x + 0.05 * np.sign(g), 0, 1),
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
equivalent = {
    "np.clip(images + budget * direction, 0, 1) -> np.clip(0, images + budget * direction, 1)": (
        "the larger of the two, and 1 at most: it is all one which of the two is called the limit"
    ),
}
