"""The checks of notebook 02; the last of them has a module of its own."""

import itertools
import warnings

import keras
import numpy as np
from keras import ops

from gan_utils.check.verdict import Hint, as_array, call, compare, exercise

__all__ = ["batch_norm", "conditional_generator", "wanted_images"]


@exercise(
    first_step="Begin with one unit and the values 1, 2, 3, 6: what is their mean, what is their variance?",
    praise="Whatever comes in, each unit leaves with mean beta and standard deviation gamma, or just under.",
)
def batch_norm(answer):
    """`answer(values, gamma, beta, epsilon)`: BatchNorm of values (n, units) in training mode."""
    rng = np.random.default_rng(0)
    gamma, beta, epsilon = rng.uniform(0.5, 2, 4), rng.normal(0, 2, 4), 0.5
    by_hand = "by hand 1, 2, 3, 6 with gamma 2, beta 10 and epsilon 0.5 become 8, 9, 10, 13. And by yours?"

    values = rng.normal(2, 3, (4, 4))  # square, so that a mean over the wrong axis fits and can be named
    mean, variance = values.mean(axis=0), values.var(axis=0)
    row_mean, row_variance = values.mean(axis=1), values.var(axis=1)
    normal, root = (values - mean) / np.sqrt(variance + epsilon), np.sqrt(variance + epsilon)
    of_rows = ((values.T - row_mean) / np.sqrt(row_variance + epsilon)).T
    compare(
        as_array(call(answer, values, gamma, beta, epsilon), values.shape),
        gamma * normal + beta,
        {
            "each row has its own mean here. BatchNorm looks at one unit and asks the whole batch.": (
                gamma * of_rows + beta
            ),
            "the mean is one number a row, and NumPy lays it along the columns. Which axis is the batch?": (
                gamma * (values - row_mean) / np.sqrt(row_variance + epsilon) + beta
            ),
            "there is one mean and one variance for all values: each unit has its own.": (
                gamma * (values - values.mean()) / np.sqrt(values.var() + epsilon) + beta
            ),
            "it divides by the variance: is that a width, in the units of h?": (
                gamma * (values - mean) / (variance + epsilon) + beta
            ),
            "epsilon is on the wrong side of the root: look at the formula once more.": (
                gamma * (values - mean) / (np.sqrt(variance) + epsilon) + beta
            ),
            "epsilon has no effect. What would become of a unit that is the same for the whole batch?": (
                gamma * (values - mean) / np.sqrt(variance) + beta
            ),
            "the variance divides by n - 1, as if for an estimate. BatchNorm takes the plain mean, over n.": (
                gamma * (values - mean) / np.sqrt(values.var(axis=0, ddof=1) + epsilon) + beta
            ),
            "the squares are not those of the distances from the mean.": (
                gamma * (values - mean) / np.sqrt(np.mean(values**2, axis=0) + epsilon) + beta
            ),
            "the middle of the batch is not moved to 0: what has to go before the division?": (
                gamma * values / root + beta
            ),
            "gamma and beta have changed places: which of them scales, and which shifts?": (
                beta * normal + gamma
            ),
            "the shift is scaled too: which of the two comes last?": gamma * (normal + beta),
            "it is normal now, with mean 0 and deviation 1. Two learned numbers a unit are still to come.": (
                normal
            ),
            "that is the other face, inference with averages that have not moved yet: mean 0, variance 1.": (
                gamma * values / np.sqrt(1 + epsilon) + beta
            ),
        },
        by_hand,
    )

    values = rng.normal(-1, 2, (9, 4))
    values[:, 1] = 3  # the same for the whole batch
    normal = (values - values.mean(axis=0)) / np.sqrt(values.var(axis=0) + epsilon)
    for batch, wanted in ((values, gamma * normal + beta), (values[:1], beta[None])):
        result = as_array(call(answer, batch, gamma, beta, epsilon), batch.shape)
        compare(
            result,
            wanted,
            {},
            f"right for a batch of 4 and wrong for one of {len(batch)}: what is fixed at 4?",
        )


@exercise(
    first_step="Begin with the loss of one picture, log(1 - D): how fast does it fall when the logit rises?",
    praise="And so a D that is sure of its case, D near 0, gives this G next to no advice: notebook 03.",
)
def wanted_images(answer):
    """`answer(images, logits, gradient)`: what a G that lowers log(1 - D) is told to draw."""
    rng = np.random.default_rng(0)

    def batch(n):
        return rng.random((n, 28, 28, 1)), rng.normal(0, 2, (n, 1)), rng.normal(0, 0.5, (n, 28, 28, 1))

    images, logits, gradient = batch(28)  # as many as rows and columns: a D on the wrong axis fits
    D = 1 / (1 + np.exp(-logits))
    own = D[:, :, None, None]
    with np.errstate(all="ignore"):  # an overflow that comes to the right end is no mistake
        result = as_array(call(answer, images, logits, gradient), images.shape)
    compare(
        result,
        images + own * gradient,
        {
            "so learns the G of the notebook, by -log D. This one lowers log(1 - D): what is its slope?": (
                images + (1 - own) * gradient
            ),
            "the sign: it tells G to look more fake. Which way is downhill?": images - own * gradient,
            "the logit stands where a probability belongs.": images + logits[:, :, None, None] * gradient,
            "that is the advice alone: what is it added to?": own * gradient,
            "the pixels are cut off at 0 or 1. This is a direction to go in: a target may lie outside.": (
                np.clip(images + own * gradient, 0, 1)
            ),
            "it adds all of the gradient. How much the loss heeds the logit is a factor too.": (
                images + gradient
            ),
            "all pictures have one D here, the mean: each has its own.": images + D.mean() * gradient,
            "that is the slope of 1 - D: the loss has a logarithm around it.": (
                images + own * (1 - own) * gradient
            ),
            "that slope is by D, and the gradient is that of the logit: a link of the chain is missing.": (
                images + gradient / (1 - own)
            ),
            "each column of pixels has another picture's D: look at the shapes that meet.": (
                images + D * gradient
            ),
            "each row of pixels has another picture's D: look at the shapes that meet.": (
                images + D[:, :, None] * gradient
            ),
            "it divides by the number of pictures: what one is told does not depend on how many there are.": (
                images + own * gradient / 28
            ),
            "that is the nudge along the sign: how large the gradient is counts here.": (
                images + own * np.sign(gradient)
            ),
        },
        "try one pixel by hand: brightness 0.3, gradient 2, logit 0, so D = 1/2. It should become 1.3.",
    )

    images, _, gradient = batch(5)
    certain = np.array([[1000.0], [-1000.0], [1000.0], [0.0], [-1000.0]])
    with np.errstate(all="ignore"):
        result = call(answer, images, certain, gradient)
    result = as_array(result, images.shape, "the result for 5 pictures with logits of 1000, -1000 and 0")
    share = np.array([1, 0, 1, 0.5, 0])[:, None, None, None]
    compare(
        result, images + share * gradient, {}, "logits of 1000 and -1000 give something else: where is D?"
    )


@exercise(
    first_step="Begin with the two inputs: how long is z, how long is y, and how long are both side by side?",
    praise="Any sizes, and each class draws something else. What it should draw, a D that sees y has to say.",
)
def conditional_generator(answer):
    """`answer(latent_dim, classes, image_shape)`: a Keras model, [z, one-hot y] -> images in [0, 1]."""
    for sizes in ((5, 3, (6, 4, 1)), (3, 7, (4, 5, 3))):
        _check_conditional(call(answer, *sizes), *sizes)


def _check_conditional(model, latent_dim, classes, image_shape):
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

    bold = np.concatenate([_draw(model, 30 * z, y) for y in asked])
    as_array(bold, bold.shape, "what it draws for large z")
    if bold.min() < 0:
        around = "-1 to 1 is the range of tanh" if np.abs(bold).max() <= 1 else "nothing holds them"
        raise Hint(f"there are pixels below 0, where black ends: {around}.")
    if bold.max() > 1:
        raise Hint("there are pixels above 1, where white ends: what keeps a number between 0 and 1?")
    if np.allclose(bold.reshape(len(bold), -1).sum(axis=1), 1, atol=1e-3):
        raise Hint("the pixels of each picture add up to 1, as shares do: each should be free to be white.")

    drawn = np.stack([_draw(model, z, y) for y in asked])  # (classes, n, ...)
    if _same(drawn, drawn[:, :1]):
        raise Hint("all latents give the same picture: where does z go in?")
    if _same(drawn, drawn[:1]):
        raise Hint("whatever is asked for, the picture is the same: where does y go in?")
    for a, b in itertools.combinations(range(classes), 2):
        if _same(drawn[a], drawn[b]):
            raise Hint(f"classes {a} and {b} of {classes} look the same, others do not: is all of y used?")
    alone = _draw(model, z[:1], asked[0][:1])
    if alone.shape[0] != 1 or not np.allclose(alone[0], drawn[0, 0], atol=1e-3):
        raise Hint(
            "the same z and y give another picture in a batch of 1: what looks at the others, or throws dice?"
        )


def _same(a, b):
    return np.abs(a - b).max() < 1e-6


def _draw(model, z, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras's own, of inputs in another structure: the hints say more
        try:
            return ops.convert_to_numpy(model([z, y], training=False))
        except Exception as error:
            raise Hint(_other_inputs(model, z, y) or _says(error, z, y)) from error


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
            model(inputs, training=False)
            return hint
        except Exception:
            continue
    return None


def _says(error, z, y):
    said = " ".join(str(error).strip().splitlines()[:1])
    return f"it stops at z {z.shape} and y {y.shape} with {type(error).__name__}: {said}"
