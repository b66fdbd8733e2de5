"""Notebook 02: a generator that takes requests, for any sizes."""

import itertools
import math
import warnings

import keras
import numpy as np
from keras import ops

from gan_course.checking.comparing import as_array
from gan_course.checking.feedback import exercise
from gan_course.checking.running import Hint, call, hints_for_errors


@exercise(
    first_step="Begin with the two inputs: how long is z, how long is y, and how long are both side by side?",
    praise="Any sizes, and each class draws something else. What it should draw, a D that sees y has to say.",
    seconds=30,
)
def conditional_generator(answer):
    """`answer(latent_dim, classes, image_shape)`: a Keras model, [z, one-hot y] -> images in [0, 1]."""
    for sizes in ((5, 3, (6, 4, 1)), (3, 7, (4, 5, 3))):
        _require_conditional(call(answer, *sizes), *sizes)


def _require_conditional(model, latent_dim, classes, image_shape):
    if isinstance(model, keras.KerasTensor):
        raise Hint("that is the last tensor: which class of Keras ties it to the inputs it came from?")
    if not isinstance(model, keras.Model):
        raise Hint(f"a Keras model is wanted, with weights that can train; this is a {type(model).__name__}.")
    n = 16
    z = np.random.default_rng(0).standard_normal((n, latent_dim), dtype="float32")
    one_hot = np.eye(classes, dtype="float32")
    asked = [np.repeat(row[None], n, axis=0) for row in one_hot]

    images = _draw(model, z, asked[0])
    height, width, channels = image_shape
    shapes = {
        (n, height, width): "the axis of the colours is missing: image_shape has it, even where it is 1.",
        (n, height * width * channels): "the pixels lie in one row: they are still to be folded to pictures.",
        (n, 28, 28, 1): f"the pictures are 28 x 28, and {image_shape} was asked for.",
        (n, height, width, 1): f"the pictures are grey, and {channels} colours were asked for.",
    }
    if images.shape != (n, *image_shape) and images.shape in shapes:
        raise Hint(shapes[images.shape])
    as_array(images, (n, *image_shape), f"what it draws for image_shape {image_shape}")
    _require_can_train(model)
    _require_range(np.concatenate([_draw(model, 30 * z, y) for y in asked]))

    drawn = np.stack([_draw(model, z, y) for y in asked])  # (classes, n, ...)
    again = _draw(model, z, asked[0])
    alone = _draw(model, z[:1], asked[0][:1])
    if not np.allclose(again, drawn[0], atol=1e-5):  # float32, and batches may be computed in another order
        raise Hint("the same z and y give another picture each time: what throws dice there?")
    if alone.shape[0] != 1 or not np.allclose(alone[0], drawn[0, 0], atol=1e-5):
        raise Hint("the same z and y give another picture in a batch of 1: what looks at the others?")
    problem = _what_plays_no_part(drawn)
    if problem:
        # Its first weights may hide it, in narrow layers or by zeros to begin with: look with others.
        rng = np.random.default_rng(0)
        for weights in model.trainable_weights:
            width = 4 / math.sqrt(math.prod(weights.shape[:-1])) if len(weights.shape) > 1 else 0.5
            weights.assign(rng.normal(0, width, weights.shape))
        problem = _what_plays_no_part(np.stack([_draw(model, z, y) for y in asked]))
    if problem:
        raise Hint(problem)


def _require_can_train(model):
    if not model.weights:
        raise Hint("it has no weights: what is there to train?")
    if not model.trainable_weights:
        raise Hint("none of its weights can train: what has been said of trainable?")
    for layer in model.layers:
        if layer.weights and not layer.trainable:
            raise Hint(f"the weights of {layer.name} cannot train: what has been said of its trainable?")


def _require_range(images):
    as_array(images, images.shape, "what it draws for large z")
    if images.min() < 0:
        around = "-1 to 1 is the range of tanh" if np.abs(images).max() <= 1 else "nothing holds them"
        raise Hint(f"there are pixels below 0, where black ends: {around}.")
    if images.max() > 1:
        raise Hint("there are pixels above 1, where white ends: what keeps a number between 0 and 1?")
    if np.allclose(images.reshape(len(images), -1).sum(axis=1), 1, atol=1e-3):
        raise Hint("the pixels of each picture add up to 1, as shares do: each should be free to be white.")
    if np.isin(images, (0, 1)).mean() > 0.999:
        raise Hint("every pixel is 0 or 1, and no grey between: how would a gradient move that?")


def _what_plays_no_part(drawn):
    """What makes no difference to the pictures (classes, latents, ...), in a hint; None if all does."""
    if (drawn == drawn[:, :1]).all():
        return "all latents give the same picture: where does z go in?"
    if (drawn == drawn[:1]).all():
        return "whatever is asked for, the picture is the same: where does y go in?"
    for a, b in itertools.combinations(range(len(drawn)), 2):
        if (drawn[a] == drawn[b]).all():
            return f"classes {a} and {b} of {len(drawn)} look the same, others do not: is all of y used?"
    return None


def _draw(model, z, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own, of inputs in another structure: the hints say more
        try:
            with hints_for_errors(f"it stops at z {z.shape} and y {y.shape} with"):
                return ops.convert_to_numpy(model([z, y], training=False))
        except Hint as hint:
            raise Hint(_other_inputs(model, z, y) or str(hint)) from hint


def _other_inputs(model, z, y):
    """The hint for what the model takes in place of [z, y], if it takes anything."""
    labels, row = y.argmax(axis=1), np.concatenate([z, y], axis=1)
    slips = {
        "the inputs come in the other order: z first, then y.": [y, z],
        "it takes the number of the class; y comes one-hot, a row of 0 and 1.": [z, labels],
        "it takes z alone: where does the class go in?": z,
        "it takes one long row; z and y should come as two inputs, and meet inside.": row,
    }
    for hint, inputs in slips.items():
        try:
            with hints_for_errors():
                model(inputs, training=False)
            return hint
        except Hint:
            continue
    return None
