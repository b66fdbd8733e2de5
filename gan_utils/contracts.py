"""Does a training step do what it says? A check for any GAN in Keras, the reader's own included.

It looks at what the steps do: who moves, and which way the scores of D go. Which labels a recipe gives to
real and fake is its own affair, so that directions are compared with each other: D's steps change the
difference between its scores of reals and of fakes, and G's steps must change the score of its fakes to the
side on which D puts the reals.
"""

import numpy as np

from gan_utils.endings import check_ending, check_range
from gan_utils.recipes import Recipe
from gan_utils.scoring import images_of

STEPS = 6  # of one player alone, after which it must be seen where it goes
FLAG = (
    "Keras looks at the `trainable` flags when it traces a step, and again for each new batch size. Set "
    "discriminator.trainable = True before each step of D and False before each step of G, or take "
    "gan_utils.build_combined, which needs no flag"
)


def check_training(
    generator, discriminator, combined=None, real_images=None, *, d_step=None, g_step=None, step=None
):
    """Try a recipe's steps at two batch sizes in turn, and print who moved.

    Recipes that fail it print plausible losses all the same: see notebook 02. It judges what the steps do,
    whatever the networks are called or made of. Everything that can be found from the arguments is put back
    as it was, also after an error: weights, flags, optimizers, metrics, random states.

    Args:
        generator: Keras model, latents -> images. Whatever else it takes, the recipe's own steps know.
        discriminator: Keras model, images -> one score each: a logit, a probability, a critic's score.
        combined: compiled Keras model, latents (n, latent_dim) -> scores, which trains the generator. With
            it alone, D's step is `discriminator.train_on_batch` with targets 1 for reals and 0 for fakes.
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
        told = _check_together(recipe) if step else _check_in_turn(recipe)
    print(told)


def _check_in_turn(recipe):
    moved = {"D": {}, "G": {}}
    for size in recipe.sizes:
        for _ in range(2):  # where D's last layer starts at zero, its first step moves nothing else
            for name in moved:
                moved[name].setdefault(size, set()).update(_check_step(recipe, name, size))
        for name in moved:
            _check_nothing_stuck(recipe, name, size, moved[name][size])
    way = _check_d_way(recipe, lambda: recipe.take("D"))
    _check_g_way(recipe, way, lambda: recipe.take("G"))
    _check_copy(recipe, way)
    told = [
        f"{name}'s step: all {len(recipe.trainable[name])} trainable weights of {name} moved, "
        f"none of the {len(recipe.players[other].weights)} weights of {other}"
        for name, other in (("D", "G"), ("G", "D"))
    ]
    return "\n".join(told)


def _check_together(recipe):
    for size in recipe.sizes:
        moved = {"D": set(), "G": set()}
        for _ in range(2):
            before = recipe.weights()
            recipe.take("both", size)
            if recipe.taken == 1:
                _check_what_d_sees(recipe)
            for name, model in recipe.players.items():
                moved[name] |= _moved(model, before[name], recipe.weights()[name])
                if not moved[name]:
                    raise _idle(recipe, name, "The step", size)
        for name in moved:
            _check_nothing_stuck(recipe, name, size, moved[name])
    way = _check_d_way(recipe, lambda: recipe.take("both"))
    _check_g_way(recipe, way, lambda: recipe.take("both"))
    return "The step: " + ", ".join(
        f"all {len(recipe.trainable[name])} trainable weights of {name} moved" for name in recipe.players
    )


def _check_step(recipe, name, size):
    """Take one step and return the paths of the weights that it moved."""
    other = "G" if name == "D" else "D"
    before = recipe.weights()
    recipe.take(name, size)
    after = recipe.weights()
    if recipe.taken == 1:
        _check_what_d_sees(recipe)
    if name == "G":
        recipe.check_scores()
    moved = _moved(recipe.players[name], before[name], after[name])
    crossed = _moved(recipe.players[other], before[other], after[other])
    if not moved:
        raise _idle(recipe, name, f"{name}'s step", size, crossed)
    if crossed:
        total = len(recipe.players[other].weights)
        told = f"{name}'s step with a batch of {size} moved {len(crossed)} of {total} weights of {other}"
        if name == "G":
            raise AssertionError(f"{told}: D is not frozen there, and learns to take fakes for real. {FLAG}")
        raise AssertionError(
            f"{told}: draw the fakes with generator.predict_on_batch and train the discriminator alone"
        )
    return moved


def _check_what_d_sees(recipe):
    check_ending(recipe.discriminator, recipe.scores.d_probe(), recipe.losses())
    if seen := recipe.scores.d_batch():
        check_range(recipe.generator, recipe.scores.g_probe(), *map(images_of, seen))


def _moved(model, before, after):
    """The paths of weights that changed; not of statistics, which a call in training mode moves."""
    trained = {id(v) for layer in model._flatten_layers() for v in layer._trainable_variables}
    pairs = zip(model.weights, before, after, strict=True)
    return {w.path for w, a, b in pairs if id(w) in trained and not np.array_equal(a, b)}


def _idle(recipe, name, whose, size, crossed=()):
    """The error for a player that does not move, with the likely cause and its cure."""
    model = recipe.players[name]
    told = f"{whose} with a batch of {size} moved 0 of {len(model.weights)} weights of {name}"
    if crossed and recipe.own_steps:
        other = "G" if name == "D" else "D"
        return AssertionError(
            f"{told} and {len(crossed)} of {other}: if d_step and g_step have changed places, change them"
        )
    trained = [other for other, *_ in recipe.watch.trained]
    holders = [other for other in trained if {id(w) for w in model.weights} & {id(w) for w in other.weights}]
    if trained and not holders:
        return AssertionError(
            f"{told}: it trains another model, {trained[0].name!r}. Is there a copy of {name}? Train the "
            f"network itself"
        )
    rates = [float(m.optimizer.learning_rate) for m in holders if hasattr(m.optimizer, "learning_rate")]
    if rates and not any(rates):
        return AssertionError(f"{told}: the learning rate of its optimizer is 0. Try 1e-4 to 2e-3")
    if name == "G" and holders and model.trainable_weights:
        return AssertionError(
            f"{told}, though its flags are up: no gradient comes through D. Is there a NumPy array, or "
            f"predict, between G's images and D's score? Or was its flag down, when traced? {FLAG}"
        )
    return AssertionError(f"{told}: nothing moved at all, so its `trainable` flag was down. {FLAG}")


def _check_nothing_stuck(recipe, name, size, moved):
    """Raise where a whole layer stood still in all steps of a batch size, with its flag up."""
    layers = {}
    for path in recipe.trainable[name]:
        layers.setdefault(path.rpartition("/")[0], []).append(path)
    # A bias alone may have no gradient, as a critic's last one; nor has what nothing uses, at any size.
    stuck = [path for paths in layers.values() if not moved & set(paths) for path in paths]
    if stuck:
        raise AssertionError(
            f"{name}'s step with a batch of {size} moved {len(moved)} of "
            f"{len(recipe.players[name].weights)} weights of {name}: nothing moved {', '.join(stuck)}. {FLAG}"
        )


def _check_d_way(recipe, take):
    """Let D step, and return 1 where the scores of reals rise against those of fakes, -1 where they fall."""
    batch = recipe.scores.d_batch() or recipe.scores.likely_d_batch()
    if batch is None:
        return 0
    before = [recipe.scores.of(part) for part in batch]
    for _ in range(STEPS):
        take()
    real, fake = (
        np.mean(recipe.scores.of(part) - scores) for part, scores in zip(batch, before, strict=True)
    )
    return _sign(real - fake, before)


def _check_g_way(recipe, way, take):
    change = _change_of_fakes(recipe, take) if way else 0
    if change == -way:
        higher, lower = ("higher", "lower") if way > 0 else ("lower", "higher")
        raise AssertionError(
            f"the two steps do not go together: D's steps make reals score {higher} than fakes, and G's "
            f"steps make the score of its fakes {lower} still. One of them has the wrong sign or the wrong "
            f"targets: G's step wants for its fakes the target that D's step has for reals"
        )


def _check_copy(recipe, way):
    """Turn D round, so that what was more real is more fake: now G has to learn the opposite."""
    if not way:
        return
    recipe.memory.put_back()  # G's optimizer would remember, and go on, the other way
    for _ in range(2):
        recipe.take("D")
    if not recipe.scores.turn_d_round():
        return
    if not recipe.scores.are_turned or _change_of_fakes(recipe, lambda: recipe.take("G")) == -way:
        raise AssertionError(
            "G's step asks another D than the present one: is there a copy of D, or were its weights of an "
            "earlier time compiled in? Put the discriminator itself into the model that trains G"
        )


def _change_of_fakes(recipe, take):
    """The sign of what steps of G do to the scores of its fakes, by D as it is after them."""
    earlier = recipe.generator.get_weights()
    for _ in range(STEPS):
        take()
    after = recipe.scores.of_fakes()
    later = recipe.generator.get_weights()
    recipe.generator.set_weights(earlier)
    before = recipe.scores.of_fakes()
    recipe.generator.set_weights(later)
    return 0 if after is None or before is None else _sign(np.mean(after - before), [before])


def _sign(change, scores):
    """Of a change of mean scores: 1 or -1; 0 where it is no more than rounding."""
    size = max(1e-3, *(np.abs(s).mean() for s in scores))
    return 0 if abs(change) < 1e-6 * size else int(np.sign(change))
