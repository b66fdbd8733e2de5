"""Does a training step do what it says? A check for any GAN in Keras, the reader's own included.

It looks at what the steps do: who moves, and which way the scores of D go. Which labels a recipe gives to
real and fake is its own affair, so that directions are compared with each other: D's updates change the
difference between its scores of reals and of fakes, and G's updates must change the score of its fakes to the
side on which D puts the reals.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike

from gan_utils._support.devices import on_one_device
from gan_utils._support.training_check.learning import (
    check_directions,
    check_ending,
    check_fakes,
    check_gradient,
    check_range,
    check_targets,
)
from gan_utils._support.training_check.scores import images_of
from gan_utils._support.training_check.steps import ALONE, Recipe
from gan_utils._support.training_check.watching import is_stock, moved, rescaled

FLAG = (
    "Keras looks at the `trainable` flags when it traces a step: at the first batch, and again at one that "
    "fits no earlier trace. Set discriminator.trainable = True before each step of D and False before each "
    "step of G, or take gan_utils.build_combined, which needs no flag"
)


@on_one_device()
def check_training(
    generator: keras.Model,
    discriminator: keras.Model,
    combined: keras.Model | None = None,
    real_images: ArrayLike | tuple | dict | None = None,
    *,
    d_step: Callable[[Any], object] | None = None,
    g_step: Callable[[int], object] | None = None,
    step: Callable[[Any], object] | None = None,
) -> None:
    """Try a recipe's steps at two batch sizes in turn, and print who moved.

    Recipes that fail it print plausible losses all the same: see notebook 02. It judges what the steps do,
    whatever the networks are called or made of. Everything that can be found from the arguments is put back
    as it was, also after an error: weights, flags, optimizers, metrics, random states; not Python's own
    numbers and lists, as a counter or a store of old fakes.

    Some faults are not seen: a copy of G that draws D's fakes where G itself draws in the same `step`; on
    PyTorch, gradients that are never set to zero; reals that are missing where no loss of Keras's or of the
    backend's gets D's targets. In the other direction, steps that train a player only now and then, or keep
    weights of their own beside the models, are taken for faults: give them without that.

    Args:
        generator: Keras model, latents -> images. Whatever else it takes, the recipe's own steps know.
        discriminator: Keras model, images -> one score each: a logit, a probability, a critic's score.
        combined: compiled Keras model, latents (n, latent_dim) -> scores, which trains the generator. With
            it alone, D's update is `discriminator.train_on_batch` with targets 1 for reals and 0 for fakes.
        real_images: array (n, ...), or a tuple or dict of them, as many as the larger batch shall have; the
            other has a third of them.
        d_step: function, the recipe's own step of D on the batch of real images that it is given.
        g_step: function, the recipe's own step of G on as many latents as the number that it is given.
        step: function, the recipe's step of both on the batch of real images that it is given, in place of
            d_step and g_step.

    Raises:
        AssertionError: the recipe has a fault. The message names it and the cure: a player that does not
            move, or moves in the other's step; a step that goes the wrong way; a score that comes from a
            copy of D; an ending of D that its loss was not made for; real images that G cannot reach.
        TypeError, ValueError: an argument is missing, is of another kind, or stands in another's place.
    """
    recipe = Recipe(generator, discriminator, combined, real_images, d_step, g_step, step)
    with recipe:
        _check_who_moves(recipe)
        check_targets(recipe)
        check_fakes(recipe)
        check_directions(recipe)
        check_gradient(recipe)
    for name, other in (("D", "G"), ("G", "D")):
        told = f"{name}'s update: all {len(recipe.trainable[name])} trainable weights of {name} moved"
        others = f", none of the {len(recipe.players[other].weights)} weights of {other}"
        print(told + others * (step is None))


def _check_who_moves(recipe):
    recipe.build()
    for size in recipe.sizes:
        so_far = {"D": set(), "G": set()}
        for _ in range(2):  # where D's last layer starts at zero, its first step moves nothing else
            for turn in recipe.turns:
                for name, ids in _check_step(recipe, turn, size).items():
                    so_far[name] |= ids
        for name, ids in so_far.items():
            _check_nothing_stuck(recipe, name, size, ids)


def _check_step(recipe, turn, size):
    """Take one step and return the ids of the weights that it moved, by player."""
    is_first, before = turn not in recipe.taken, recipe.watch.weights()
    recipe.take(turn, size)
    now = recipe.watch.weights()
    ids = {name: moved(before[name], after) for name, after in now.items()}
    whose = f"{turn}'s update" if turn != "both" else "The step"
    idle = [name for name in ids if turn in (name, "both") and not ids[name]]
    if idle:
        if "D" in idle and recipe.discriminator.trainable_weights:
            check_ending(recipe.discriminator, recipe.scores.d_probe(), recipe.losses())
        crossed = ids["G" if turn == "D" else "D"] if turn != "both" else ()
        raise _idle(recipe, idle[0], f"{whose} with a batch of {size}", crossed)
    if turn != "both":
        called = rescaled(recipe.discriminator, before["D"], now["D"])
        _check_crossed(recipe, turn, size, ids["G" if turn == "D" else "D"] - called)
    elif [whom for model, _, _, whom in recipe.watch.trained if len(whom) == 2 and is_stock(model)]:
        raise AssertionError(
            f"The step with a batch of {size}, where it trains G, moves D with it: D is not frozen there, "
            f"and learns to take fakes for real. {FLAG}"
        )
    if is_first:
        _check_what_is_seen(recipe, turn)
    if turn == "G":
        recipe.check_scores()
    return ids


def _check_crossed(recipe, turn, size, crossed):
    other = "G" if turn == "D" else "D"
    total = len(recipe.players[other].weights)
    told = f"{turn}'s update with a batch of {size} moved {len(crossed)} of {total} weights of {other}"
    if crossed and turn == "G":
        raise AssertionError(f"{told}: D is not frozen there, and learns to take fakes for real. {FLAG}")
    if crossed:
        raise AssertionError(
            f"{told}: draw the fakes with generator.predict_on_batch and train the discriminator alone"
        )


def _check_what_is_seen(recipe, turn):
    scores = recipe.scores
    if not (scores.scorer if turn == "G" else scores.d_inputs):
        recipe.look(turn)
    check_ending(recipe.discriminator, scores.d_probe(), recipe.losses())
    is_real = scores.which_are_real(surely=True) if turn != "G" else None
    if is_real is not None and is_real.any() and not is_real.all():
        images = images_of(scores.inputs_of_d())
        reals, fakes = images[is_real], images[~is_real]
        drawn = np.concatenate([images_of(x) for x in scores.drawn]) if scores.drawn else None
        drawn = drawn if np.shape(drawn) == fakes.shape else None
        check_range(recipe.generator, scores.g_probe(), reals, fakes, drawn)


def _idle(recipe, name, told, crossed):
    """The error for a player that does not move, with the likely cause and its cure."""
    model = recipe.players[name]
    told = f"{told} moved 0 of {len(model.weights)} weights of {name}"
    if crossed and recipe.own_steps:
        other = "G" if name == "D" else "D"
        return AssertionError(
            f"{told} and {len(crossed)} of {other}: if d_step and g_step have changed places, change them"
        )
    trained = [other for other, *_ in recipe.watch.trained]
    holders = [other for other in trained if {id(w) for w in model.weights} & {id(w) for w in other.weights}]
    if name == "G" and trained and all(other is recipe.discriminator for other in trained):
        return AssertionError(f"{told}: {ALONE}")
    if trained and not holders:
        return AssertionError(
            f"{told}: it trains another model, {trained[0].name!r}. Is there a copy of {name}? Train the "
            f"network itself"
        )
    rates = [float(o.learning_rate) for o in recipe.watch.optimizers if hasattr(o, "learning_rate")]
    if rates and min(rates) == 0:
        return AssertionError(f"{told}: the learning rate of its optimizer is 0. Try 1e-4 to 2e-3")
    if model.trainable_weights and (name == "G" or not trained):
        return AssertionError(
            f"{told}, though its flags are up: no gradient reaches it. Is there a NumPy array, predict or "
            f"stop_gradient on the way from {name} to its loss, or does its optimizer get other weights? Or "
            f"was its flag down, when traced? {FLAG}"
        )
    return AssertionError(f"{told}: nothing moved at all, so its `trainable` flag was down. {FLAG}")


def _check_nothing_stuck(recipe, name, size, ids):
    """Raise where a whole layer stood still in all steps of a batch size, with its flag up."""
    layers = {}
    for path, key in recipe.trainable[name]:
        layers.setdefault(path.rpartition("/")[0], []).append((path, key))
    # A bias alone may have no gradient, as a critic's last one; nor has what nothing uses, at any size.
    stuck = [path for group in layers.values() if not ids & {key for _, key in group} for path, _ in group]
    if stuck:
        raise AssertionError(
            f"{name}'s update with a batch of {size} moved {len(ids)} of "
            f"{len(recipe.players[name].weights)} weights of {name}: nothing moved {', '.join(stuck)}. Give "
            f"all trainable weights of {name} to its optimizer, and each layer a part in its output. {FLAG}"
        )
