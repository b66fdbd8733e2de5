"""What do the players learn from a recipe's steps? Found by trying values in a loss, and steps in turn."""

import keras
import numpy as np

from gan_utils._support.probing import output_range, random_weights
from gan_utils._support.training_check.scores import images_of, scale
from gan_utils._support.training_check.watching import moved

NOT = (
    ", and its loss takes them for probabilities: below 0 and above 1 nothing is learned. Give "
    "BinaryCrossentropy(from_logits=True) and end D in Dense(1); or end D in a sigmoid"
)
LOGIT = f"D ends in a logit{NOT}".replace("takes them for probabilities", "takes it for a probability")
STEPS = 6  # of one player alone, after which it must be seen where it goes
NOISY = 6  # steps of each kind, where random numbers cannot be put back
FAR = 20.0  # a logit that is as good as certain


def check_ending(discriminator, inputs, losses):
    """Raise AssertionError where one of the losses was not made for what D ends in.

    Args:
        discriminator: Keras model.
        inputs: a batch of what it takes, or None: then nothing is found.
        losses: Keras losses or functions (targets, scores) -> loss.
    """
    if inputs is None:
        return
    low, high = output_range(discriminator, inputs)
    if low == high:
        raise AssertionError(
            f"D says {low:g} of every image, whatever its weights: the softmax of one score is always 1. End "
            f"it in Dense(1), with BinaryCrossentropy(from_logits=True)"
        )
    for loss in losses:
        wants_probability = _is_flat_outside(loss)
        if wants_probability and (low < -0.5 or high > 1.5):
            raise AssertionError(
                LOGIT if np.isinf([low, high]).all() else f"D's scores go {_between(low, high)}{NOT}"
            )
        if not wants_probability and np.isfinite([low, high]).any() and _wants_more(loss, low, high):
            raise AssertionError(
                f"the scores of D stay {_between(low, high)} whatever its weights, and its loss wants them "
                f"to go further, as a logit does: remove the sigmoid, or whatever bounds D's end; or, if it "
                f"is a sigmoid, give BinaryCrossentropy(from_logits=False)"
            )


def check_range(generator, latents, real_images, fake_images, drawn):
    """Raise AssertionError where real images have values that G's ending cannot make.

    Args:
        drawn: what G made, of which `fake_images` is what D was shown; None where that is not known.
    """
    if latents is None:
        return
    low, high = output_range(generator, latents, trials=6)
    least, most = float(np.min(real_images)), float(np.max(real_images))
    bounded = np.isfinite([low, high]).all()
    if bounded and low < -0.5 and least >= -1e-3 and most <= 1.5 * high:
        raise AssertionError(
            f"the real images go from {least:g} to {most:g}, and G draws between {low:.2g} and {high:.2g}: D "
            f"tells them apart by that alone. Scale them to G's range, as 2 * images - 1, or end G in a "
            f"sigmoid"
        )
    added = max(0, np.max(fake_images) - high, low - np.min(fake_images))  # noise, say, to both
    if drawn is not None:  # grey as yet, so that with noise, too, it stays between low and high
        added = max(added, np.abs(fake_images - drawn).max())
    slack = added + (0.2 * (high - low) if bounded else 0)
    low_share, high_share = np.quantile(real_images, [0.005, 0.995])
    if low_share >= low - slack and high_share <= high + slack:
        return
    cure = {(0, 1): "divide them by 255", (-1, 1): "divide them by 127.5 and subtract 1"}
    told = f"the real images go from {least:g} to {most:g}, and G draws only {_between(low, high)}"
    known = cure.get((round(low), round(high))) if most > 2 else None
    advice = f"Are they 0..255? Then {known}" if known else "Scale them to G's range, or end G in another way"
    raise AssertionError(f"{told}: D tells them apart by that alone. {advice}")


def check_targets(recipe):
    """Raise where all that D was shown had one and the same target."""
    values = np.unique(np.concatenate([np.ravel(x) for x in recipe.targets])) if recipe.targets else ()
    if len(values) != 1:
        return
    is_real = recipe.scores.which_are_real()
    told = f"D's update gives real and fake images the same target, {values[0]:g}"
    if is_real is not None and (is_real.all() or not is_real.any()):
        told = (
            f"D's update shows it {'no fakes' if is_real.all() else 'no reals'}, with the same target for all"
        )
    raise AssertionError(f"{told}: D learns to say that always. Show it both: reals with 1, fakes with 0")


def check_fakes(recipe):
    """Raise where nothing that D is shown comes from G: with other weights of G, D would see the same."""
    is_real = recipe.scores.which_are_real()
    if is_real is None or (recipe.scores.drawn and not is_real.all()):
        return
    try:
        first, again, other = (_shown_to_d(recipe, size) for size in (None, None, 1))
        blind = np.array_equal(first, other) if np.array_equal(first, again) else _only_noise(recipe)
    except AssertionError:  # the recipe cannot bear such weights
        return
    if blind:
        raise AssertionError(
            "D's update shows D no image of this generator: its fakes stay as they are when G changes. Is "
            "there a copy of G? Draw them in each step, as generator.predict_on_batch(latents) does"
        )


def _shown_to_d(recipe, size=None):
    """The images of D's update: as all is now, or with random weights of G, so many times the usual size."""
    recipe.memory.put_back()
    rng = np.random.default_rng(0)
    for weight in recipe.generator.trainable_weights or recipe.generator.weights if size else ():
        weight.assign(size * random_weights(rng, weight))
    recipe.take(recipe.turns[0], look=not recipe.watch.trains_d)
    return images_of(recipe.scores.inputs_of_d())


def _only_noise(recipe):
    """Whether what D sees is as different from step to step with small weights of G as with large ones.

    Some random numbers cannot be put back, as those of tf.random.normal: D sees other images in each step.
    Those of this G would be nearly one image with small weights, and black and white with large ones.
    """
    small, large = ([_shown_to_d(recipe, size) for _ in range(NOISY)] for size in (0.01, 10))
    if len({images.shape for images in small + large}) > 1:
        return False
    spreads = [np.std(images, axis=0).mean() for images in (small, large)]
    apart = np.abs(np.mean(small, axis=0) - np.mean(large, axis=0)).mean()
    return max(spreads) < 1.25 * min(spreads) and apart < max(spreads)


def check_directions(recipe):
    """D's updates must part reals from fakes, and G's updates lead its fakes to the side of the reals."""
    batch = recipe.scores.d_batch() or recipe.scores.likely_d_batch()
    if batch is None:
        return
    layer = recipe.scores.last_layer(batch[0])
    # In the midst of a training few steps may lead elsewhere first; a fault is there after more of them, too.
    for steps in (STEPS, 6 * STEPS):
        way, change = _directions(recipe, layer, batch, steps)
        if way * change >= 0:
            return
    higher, lower = ("higher", "lower") if way > 0 else ("lower", "higher")
    raise AssertionError(
        f"the two steps do not go together: D's updates make reals score {higher} than fakes, and G's "
        f"steps make the score of its fakes {lower} still. One of them has the wrong sign or the wrong "
        f"targets: G's update wants for its fakes the target that D's update has for reals"
    )


def _directions(recipe, layer, batch, steps):
    """Where D's updates lead reals, beside fakes, and what G's do to its fakes' score: above 0 or below."""
    _start(recipe, layer)
    before = [recipe.scores.of(part) for part in batch]
    for _ in range(steps):
        recipe.take_alone("D")
    real, fake = (
        np.mean(recipe.scores.of(part) - scores) for part, scores in zip(batch, before, strict=True)
    )
    way = _sign(real - fake, before)
    change = _change_of_fakes(recipe) if way else 0
    if not change or layer is None:
        return way, change
    # With D's last layer turned round, what was more real is more fake, and G has to learn the opposite.
    # What it does in both cases comes from elsewhere: a loss of classes, say, or momentum.
    _start(recipe, layer)
    for _ in range(steps):
        recipe.take_alone("D")
    fakes = recipe.score_of_fakes()
    scale(layer, -1)
    asks_d = not np.allclose(recipe.score_of_fakes(), fakes, atol=1e-6)
    told = (change + _change_of_fakes(recipe)) / 2
    if not asks_d or abs(told) < (0.15 if recipe.scores.is_alone() else 1e-3) * abs(change):
        raise AssertionError(
            "G's update asks another D than the present one: is there a copy of D, or were its weights "
            "of an earlier time compiled in? Put the discriminator itself into the model that trains G"
        )
    return way, told


def _start(recipe, layer):
    """Go back to the start, with a D that is undecided: then its scores lie on no side of their targets."""
    recipe.memory.put_back()
    if layer is not None:
        scale(layer, 0.01)


def _change_of_fakes(recipe):
    """What steps of G do to the mean score of its fakes, by D as it is; 0 if not known, or rounding."""
    earlier = recipe.generator.get_weights()
    for _ in range(STEPS):
        recipe.take_alone("G")
    after, later = recipe.score_of_fakes(), recipe.generator.get_weights()
    recipe.generator.set_weights(earlier)
    before = recipe.score_of_fakes()
    recipe.generator.set_weights(later)
    if after is None or before is None:
        return 0
    change = np.mean(after) - np.mean(before)
    return change if _sign(change, [before]) else 0


def check_gradient(recipe):
    """Let D score all alike too high, then too low: one of the two must move it."""
    batch = recipe.scores.d_batch() or recipe.scores.likely_d_batch()
    layer = recipe.scores.last_layer(batch[0]) if batch and not recipe.watch.trains_d else None
    bias = getattr(layer, "bias", None)
    if bias is None:
        return
    far = 3 + max(np.abs(recipe.scores.of(part)).max() for part in batch)
    for side in (far, -far):
        recipe.memory.put_back()
        bias.assign(keras.ops.convert_to_numpy(bias) + side)
        before = recipe.watch.weights()["D"]
        recipe.take_alone("D")
        if moved(before, recipe.watch.weights()["D"]):
            return
    raise AssertionError(LOGIT)


def _sign(change, scores):
    """Of a change of mean scores: 1 or -1; 0 where it is no more than rounding."""
    size = max(1e-3, *(np.abs(s).mean() for s in scores))
    return 0 if abs(change) < 1e-6 * size else int(np.sign(change))


def _between(low, high):
    if np.isinf(high):
        return f"above {low:.2g}"
    return f"below {high:.2g}" if np.isinf(low) else f"between {low:.2g} and {high:.2g}"


def _value(loss, target, score):
    target, score = (np.full((4, 1), x, "float32") for x in (target, score))
    return float(keras.ops.convert_to_numpy(keras.ops.mean(loss(target, score))))


def _is_flat_outside(loss):
    """Is this a loss of probabilities: the same, or no number, beyond 0 and 1, and not between them?"""
    try:
        inside = _value(loss, 1, 0.3) > _value(loss, 1, 0.7)
        outside = [(_value(loss, 1, near), _value(loss, 1, far)) for near, far in ((2, 6), (-2, -6))]
    except Exception:  # of the user's own, for other shapes perhaps: then nothing is found
        return False
    return inside and all(not np.isfinite(near - far) or abs(near - far) < 1e-5 for near, far in outside)


def _wants_more(loss, low, high):
    """Does the loss fall clearly, for one target at least, beyond where D's scores end?"""
    inside = np.linspace(max(low, -FAR), min(high, FAR), 41)
    try:
        for target in (0, 1):
            best = min(_value(loss, target, score) for score in inside)
            if best - min(_value(loss, target, score) for score in (-FAR, *inside, FAR)) > 0.2:
                return True
    except Exception:
        return False
    return False
