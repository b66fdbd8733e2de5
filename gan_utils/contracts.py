"""Does a training step do what it says? A check for any GAN in Keras, the reader's own included."""

import keras
import numpy as np


def check_training(generator, discriminator, combined, real_images):
    """Try both players' steps, at two batch sizes in turn, and print who moved.

    The published recipes that fail it print plausible losses all the same: see notebook 02. Everything is
    put back as it was: weights, optimizers, the states of random layers.

    Args:
        generator: Keras model, latents (n, latent_dim) -> images.
        discriminator: compiled Keras model, images -> logits (n, 1).
        combined: compiled Keras model, latents -> logits, which trains the generator.
        real_images: float (n, ...), as many as the larger batch shall have; the other has a third of them.

    Raises:
        AssertionError: D's step does not move every trainable weight of D, or moves anything of G; G's step
            the reverse; a `trainable` flag changed; or `combined` does not score with D's present weights.
    """
    players = {"D": discriminator, "G": generator}
    n, flags = len(real_images), _flags(players)
    put_back = remember(generator, discriminator, combined)
    try:
        for size in (n, max(1, n // 3), n):
            fake_images = generator.predict_on_batch(_latents(generator, size))
            both = np.concatenate([real_images[:size], fake_images])
            ones = np.ones((size, 1), "float32")
            targets = np.concatenate([ones, 0 * ones])
            _check_step("D", players, size, lambda x=both, y=targets: discriminator.train_on_batch(x, y))
            _check_scores(generator, discriminator, combined, size)
            latents = _latents(generator, size)
            _check_step("G", players, size, lambda x=latents, y=ones: combined.train_on_batch(x, y))
    finally:
        put_back()
    assert _flags(players) == flags, "a step changed a trainable flag"
    for name, other in (("D", "G"), ("G", "D")):
        print(
            f"{name}'s step: all {len(players[name].trainable_weights)} trainable weights of {name} moved, ",
            end="",
        )
        print(f"none of the {len(players[other].weights)} weights of {other}")


def _check_step(name, players, size, step):
    before = {player: _copies(model) for player, model in players.items()}
    step()
    for player, model in players.items():
        trainable = {id(w) for w in model.trainable_weights}
        moved = [not np.array_equal(a, b) for a, b in zip(before[player], _copies(model), strict=True)]
        told = f"{name}'s step with a batch of {size} moved {sum(moved)} of {len(moved)} weights of {player}"
        if player == name:
            stuck = [
                w.path for w, m in zip(model.weights, moved, strict=True) if id(w) in trainable and not m
            ]
            assert any(moved) and not stuck, f"{told}: nothing moved {', '.join(stuck) or 'at all'}"
        else:
            assert not any(moved), f"{told}, and should have moved none"


def _check_scores(generator, discriminator, combined, size):
    latents = _latents(generator, size)
    expected = discriminator.predict_on_batch(generator.predict_on_batch(latents))
    found = combined.predict_on_batch(latents)
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-3), (
        f"combined scores with another D than the present one: mean logit {np.mean(found):.3f}, "
        f"but D says {np.mean(expected):.3f}"
    )


def _latents(generator, n):
    return np.random.default_rng(n).standard_normal((n, generator.input_shape[1]), dtype="float32")


def _copies(model):
    return [np.copy(keras.ops.convert_to_numpy(w)) for w in model.weights]


def _flags(players):
    return {name: [layer.trainable for layer in model.layers] for name, model in players.items()}


def remember(generator, discriminator, combined):
    """A function that gives every variable of the models and of their optimizers the value it has now."""
    optimizers = combined.optimizer, discriminator.optimizer
    for model in (combined, discriminator):
        if not model.optimizer.built:  # Keras would build it in the first step
            model.optimizer.build(model.trainable_variables)
    variables = [v for owner in (generator, discriminator, *optimizers) for v in owner.variables]
    before = [np.copy(keras.ops.convert_to_numpy(v)) for v in variables]

    def put_back():
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)

    return put_back
