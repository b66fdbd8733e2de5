"""Answers to the exercise `training_step`: more that are right, and wrong ones, by a piece of their hint."""

import keras
import numpy as np


def draw(rng, n):
    return rng.standard_normal((n, 64), dtype="float32")


def step_of_d(generator, discriminator, real_images, latents, real=1.0, fake=0.0):
    n, m = len(real_images), len(latents)
    both = np.concatenate([real_images, generator.predict_on_batch(latents)])
    targets = np.concatenate([np.full((n, 1), real, "float32"), np.full((m, 1), fake, "float32")])
    return discriminator.train_on_batch(both, targets)


def step_of_g(combined, latents, target=1.0):
    return combined.train_on_batch(latents, np.full((len(latents), 1), target, "float32"))


def in_two_calls(generator, discriminator, combined, real_batches, rng):
    losses = []
    for real_images in real_batches:
        n = real_images.shape[0]
        fake_images = generator(rng.normal(size=(n, generator.input_shape[1])), training=False)
        losses.append(discriminator.train_on_batch(fake_images, keras.ops.zeros((n, 1))))
        losses.append(discriminator.train_on_batch(real_images, keras.ops.ones((n, 1)), return_dict=True))
    return losses, combined.train_on_batch(rng.normal(size=(64, 64)), np.ones(64))


def with_all_fakes_at_once(generator, discriminator, combined, real_batches, rng):
    # G stands still while D learns: its fakes may as well be drawn beforehand.
    sizes = [len(batch) for batch in real_batches]
    latents_of_g, latents = draw(rng, max(sizes)), draw(rng, sum(sizes))
    fakes = np.split(generator.predict(latents, verbose=0), np.cumsum(sizes)[:-1])
    while real_batches:
        real_images, fake_images = real_batches.pop(), fakes.pop()
        order = rng.permutation(2 * len(real_images))
        targets = np.array([0] * len(fake_images) + [1] * len(real_images))
        discriminator.train_on_batch(np.concatenate([fake_images, real_images])[order], targets[order])
    step_of_g(combined, latents_of_g)


def turn(of_d=None, of_g=None, real=1.0, fake=0.0, target=1.0, fakes=len):
    """A right turn, but for what is put in: functions with its arguments, and values."""

    def training_step(generator, discriminator, combined, real_batches, rng):
        if of_d:
            of_d(generator, discriminator, combined, real_batches, rng)
        else:
            for images in real_batches:
                step_of_d(generator, discriminator, images, draw(rng, fakes(images)), real, fake)
        if of_g:
            of_g(generator, discriminator, combined, real_batches, rng)
        else:
            step_of_g(combined, draw(rng, 20), target)

    return training_step


def same_latents(generator, discriminator, combined, real_batches, rng):
    latents = draw(rng, 64)
    for images in real_batches:
        step_of_d(generator, discriminator, images, latents[: len(images)])
    step_of_g(combined, draw(rng, 64))


def noise_of_d(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        latents = draw(rng, len(images))
        step_of_d(generator, discriminator, images, latents)
    step_of_g(combined, latents)


def g_in_the_loop(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        step_of_d(generator, discriminator, images, draw(rng, len(images)))
        step_of_g(combined, draw(rng, len(images)))


def g_first(generator, discriminator, combined, real_batches, rng):
    step_of_g(combined, draw(rng, 20))
    turn(of_g=lambda *players: None)(generator, discriminator, combined, real_batches, rng)


def d_through_combined(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        combined.train_on_batch(images, np.ones((len(images), 1)))
        combined.train_on_batch(draw(rng, len(images)), np.zeros((len(images), 1)))
    step_of_g(combined, draw(rng, 20))


def fakes_to_combined(generator, discriminator, combined, real_batches, rng):
    step_of_g(combined, generator.predict_on_batch(draw(rng, 20)))


def reals_only(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        discriminator.train_on_batch(images, np.ones((len(images), 1)))


def reals_then_fakes(generator, discriminator, combined, real_batches, rng):
    reals_only(generator, discriminator, combined, real_batches, rng)
    for images in real_batches:
        fake_images = generator.predict_on_batch(draw(rng, len(images)))
        discriminator.train_on_batch(fake_images, np.zeros((len(images), 1)))


def noise_for_fakes(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        both = np.concatenate([images, rng.random(images.shape, dtype="float32")])
        discriminator.train_on_batch(both, np.repeat([[1], [0]], len(images), axis=0))


def latents_for_fakes(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        discriminator.train_on_batch(images, np.ones((len(images), 1)))
        discriminator.train_on_batch(draw(rng, len(images)), np.zeros((len(images), 1)))


def all_batches_in_one(generator, discriminator, combined, real_batches, rng):
    images = np.concatenate(real_batches)
    step_of_d(generator, discriminator, images, draw(rng, len(images)))


def first_batch_only(generator, discriminator, combined, real_batches, rng):
    step_of_d(generator, discriminator, real_batches[0], draw(rng, len(real_batches[0])))


def first_batch_k_times(generator, discriminator, combined, real_batches, rng):
    for _ in real_batches:
        first_batch_only(generator, discriminator, combined, real_batches, rng)


def one_latent(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        step_of_d(generator, discriminator, images, np.repeat(draw(rng, 1), len(images), axis=0))


def half_of_the_reals(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        half = images[: len(images) // 2]
        step_of_d(generator, discriminator, half, draw(rng, len(half)))


def one_real_image(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        step_of_d(
            generator, discriminator, np.repeat(images[:1], len(images), axis=0), draw(rng, len(images))
        )


def flat_latents(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        step_of_d(generator, discriminator, images, rng.standard_normal(len(images)))


def too_few_targets(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        both = np.concatenate([images, generator.predict_on_batch(draw(rng, len(images)))])
        discriminator.train_on_batch(both, np.ones((len(images), 1)))


def wrong_order(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        both = np.concatenate([generator.predict_on_batch(draw(rng, len(images))), images])
        discriminator.train_on_batch(both, np.arange(len(both)) % 2)


def with_fit(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        fake_images = generator.predict_on_batch(draw(rng, len(images)))
        discriminator.fit(np.concatenate([images, fake_images]), np.repeat([1, 0], len(images)), epochs=1)


def generator_alone(generator, discriminator, combined, real_batches, rng):
    generator.train_on_batch(draw(rng, 20), np.ones((20, 1)))


def seeded_inside(generator, discriminator, combined, real_batches, rng):
    turn()(generator, discriminator, combined, real_batches, np.random.default_rng(0))


def own_randomness(generator, discriminator, combined, real_batches, rng):
    turn()(generator, discriminator, combined, real_batches, np.random.default_rng())


def uniform(of_g):
    def training_step(generator, discriminator, combined, real_batches, rng):
        for images in real_batches:
            latents = draw(rng, len(images)) if of_g else rng.random((len(images), 64))
            step_of_d(generator, discriminator, images, latents)
        step_of_g(combined, rng.uniform(-1, 1, (20, 64)) if of_g else draw(rng, 20))

    return training_step


def g_learns_from(latents):
    return turn(
        of_g=lambda generator, discriminator, combined, batches, rng: step_of_g(combined, latents(rng))
    )


def with_one_fit_a_step(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        n = len(images)
        both = np.concatenate([images, generator.predict(draw(rng, n), verbose=0)])
        discriminator.fit(both, np.repeat([[1.0], [0.0]], n, axis=0), batch_size=2 * n, epochs=1, verbose=0)
    losses = combined.fit(x=draw(rng, n), y=np.ones((n, 1)), verbose=0)
    return losses.history["loss"][-1]


def by_the_models_inputs(generator, discriminator, combined, real_batches, rng):
    latent_dim = generator.inputs[0].shape[-1]
    assert latent_dim == generator.input.shape[1] == combined.input_shape[-1] == 64
    assert discriminator.output_shape == combined.output_shape == (None, 1)
    assert combined.layers == [generator, discriminator] and discriminator.trainable_weights
    assert combined.evaluate(draw(rng, 4), np.ones((4, 1)), verbose=0) > 0
    generator.trainable = False
    for images in real_batches:
        latents = rng.standard_normal((len(images), latent_dim))
        step_of_d(generator, discriminator, images, latents.astype("float32"))
    generator.trainable = True
    step_of_g(combined, draw(rng, len(real_batches[0])))


def flag_and_back(generator, discriminator, combined, real_batches, rng):
    turn(of_g=lambda *players: None)(generator, discriminator, combined, real_batches, rng)
    discriminator.trainable = False
    step_of_g(combined, draw(rng, 20))
    discriminator.trainable = True


def flag_before_every_call(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        discriminator.trainable = True
        step_of_d(generator, discriminator, images, draw(rng, len(images)))
    discriminator.trainable = False
    step_of_g(combined, draw(rng, 20))


def never_back(generator, discriminator, combined, real_batches, rng):
    turn(of_g=lambda *players: None)(generator, discriminator, combined, real_batches, rng)
    discriminator.trainable = False
    step_of_g(combined, draw(rng, 20))


def never_back_in_combined(generator, discriminator, combined, real_batches, rng):
    turn(of_g=lambda *players: None)(generator, discriminator, combined, real_batches, rng)
    for layer in combined.layers[1].layers:
        layer.trainable = False
    step_of_g(combined, draw(rng, 20))


def down_before_d(generator, discriminator, combined, real_batches, rng):
    discriminator.trainable = False
    turn()(generator, discriminator, combined, real_batches, rng)
    discriminator.trainable = True


def g_down(generator, discriminator, combined, real_batches, rng):
    generator.trainable = False
    turn()(generator, discriminator, combined, real_batches, rng)
    generator.trainable = True


def combined_down(generator, discriminator, combined, real_batches, rng):
    turn(of_g=lambda *players: None)(generator, discriminator, combined, real_batches, rng)
    combined.trainable = False
    step_of_g(combined, draw(rng, 20))


def compiled_anew(generator, discriminator, combined, real_batches, rng):
    discriminator.trainable = True
    discriminator.compile("adam", "binary_crossentropy")
    turn()(generator, discriminator, combined, real_batches, rng)


def g_gets(number):
    """G's update has so many latents, of the sizes of all batches."""

    def of_g(generator, discriminator, combined, real_batches, rng):
        step_of_g(combined, draw(rng, number([len(batch) for batch in real_batches])))

    return turn(of_g=of_g)


def d_learns_from(latents):
    def of_d(generator, discriminator, combined, real_batches, rng):
        for images in real_batches:
            step_of_d(generator, discriminator, images, latents(rng, len(images)))

    return turn(of_d=of_d)


def one_number(rng, n):
    return np.repeat(rng.standard_normal((n, 1), dtype="float32"), 64, axis=1)


def weighted(generator, discriminator, combined, real_batches, rng):
    for images in real_batches:
        n = len(images)
        both = np.concatenate([images, generator.predict_on_batch(draw(rng, n))])
        weights = np.repeat([1.0, 0.5], n)
        discriminator.train_on_batch(both, np.repeat([1.0, 0.0], n), sample_weight=weights)


right = [in_two_calls, with_all_fakes_at_once, turn(), g_learns_from(lambda rng: draw(rng, 64))]
right += [with_one_fit_a_step, by_the_models_inputs, flag_and_back, flag_before_every_call]
right += [g_gets(max), g_gets(lambda sizes: round(np.mean(sizes))), g_gets(lambda sizes: 2 * sizes[0])]
wrong = {
    "which of the two is 1": turn(real=0.0, fake=1.0),
    "told 1 of all images": turn(fake=1.0),
    "told 0 of all images": turn(real=0.0),
    "targets other than 1 and 0": turn(real=0.9),
    "come in one order": turn(of_d=wrong_order),
    "need as many targets": turn(of_d=too_few_targets),
    "real images only": turn(of_d=reals_only),
    "on real images alone": turn(of_d=reals_then_fakes),
    "neither real ones": turn(of_d=noise_for_fakes),
    "D is handed latents": turn(of_d=latents_for_fakes),
    "the same number": turn(fakes=lambda images: 64),
    "not as many": turn(fakes=lambda images: len(images) // 2),
    "in two of its updates": same_latents,
    "the same fake more than once": turn(of_d=one_latent),
    "several batches in one": turn(of_d=all_batches_in_one),
    "D has seen 1, in 1 updates": turn(of_d=first_batch_only),
    "D has seen 1, in 3 updates": turn(of_d=first_batch_k_times),
    "D was shown [10, 10, 3]": turn(of_d=half_of_the_reals),
    "D was shown [1, 1, 1]": turn(of_d=one_real_image),
    "D never learns": d_through_combined,
    "combined is handed images": turn(of_g=fakes_to_combined),
    "G never learns": turn(of_g=lambda *players: None),
    'to hear "fake"': turn(target=0.0),
    "D's two words": turn(target=0.9),
    "has just been trained on": noise_of_d,
    "one for each of D's": g_in_the_loop,
    "before D has made": g_first,
    "from 1 latents": g_learns_from(lambda rng: draw(rng, 1)),
    "latents of D's update have bounds": uniform(of_g=False),
    "latents of G's update have bounds": uniform(of_g=True),
    "G's update are not standard normal": g_learns_from(lambda rng: 3 * draw(rng, 20)),
    "as the first": seeded_inside,
    "do not come from rng": own_randomness,
    "generator takes inputs": turn(of_d=flat_latents),
    "fit makes 2 updates of these 40 rows, 32 at a time": turn(of_d=with_fit),
    "discriminator.trainable is False when D makes update 4": never_back,
    "discriminator.layers[i].trainable is False when D makes update 4": never_back_in_combined,
    "discriminator.trainable is False when D makes update 1": down_before_d,
    "combined.trainable is False when G makes": combined_down,
    "generator.trainable is False when G makes": g_down,
    "is compiled anew": compiled_anew,
    "G gets 47 latents, and with twice as many such batches 107": g_gets(sum),
    "with twice as many such batches 42": g_gets(lambda sizes: 7 * len(sizes)),
    "G learns from 3 latents": g_gets(len),
    "G learns from 141 latents": g_gets(lambda sizes: 3 * sum(sizes)),
    "numbers stand more than once": d_learns_from(one_number),
    "standard deviation 0.90": d_learns_from(lambda rng, n: draw(rng, n) * np.float32(0.9)),
    "mean 0.1": d_learns_from(lambda rng, n: draw(rng, n) + np.float32(0.1)),
    "from -2.50 to 2.50": d_learns_from(lambda rng, n: draw(rng, n).clip(-2.5, 2.5)),
    "from -5.97 to 8.45": d_learns_from(lambda rng, n: rng.laplace(0, np.sqrt(0.5), (n, 64))),
    "some images weigh more": turn(of_d=weighted),
    "is not compiled": turn(of_g=generator_alone),
    "stops with TypeError": lambda generator, discriminator: draw(generator, 1),
    "the function itself": 0.69,
}

# Changes to the solution that leave it right: what changes, and why it makes no difference.
ORDER = "neither line needs the other"
equivalent = {
    "swapped: fakes = generator.predict_on_batch(draw(len(reals))) | "
    "real_then_fake = np.repeat([[1.0], [0.0]], len(reals), axis=0)": ORDER,
    "rng.standard_normal((n, generator.input_shape[1]), dtype='float32') -> "
    "rng.standard_normal((n, generator.input_shape[1]))": "Keras makes float32 of it",
    "np.repeat([[1.0], [0.0]], len(reals), axis=0) -> "
    "np.repeat([[1.0], [0.0]], len(reals))": "targets (2 n,) do as well as (2 n, 1)",
    "(len(reals), 1) -> (len(reals),)": "targets (n,) do as well as (n, 1)",
}
