"""Records the runs of notebook 04's closing quiz into gan_course/quiz.npz: `python -m tools.data.make_quiz`.

The quiz is recorded so that its cell cannot give the answers away, and everybody gets the same curves. Which
letter is which run stands in gan_course/exercises/diagnosis.py alone.

Other machines round otherwise, and give other runs: notebook 04 is to be executed again then.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers

import gan_course as course
import gan_utils as gu
from gan_course.exercises.diagnosis import DIAGNOSES
from gan_course.laboratory import distance, freeze_first, generator_without_batchnorm, train_on_batch
from gan_utils._support.pictures import to_bytes

TARGET = Path(course.__file__).with_name("quiz.npz")


def digits():
    """The runs of the laboratory, by diagnosis, none with the settings or the seed of the notebook."""
    lab = course.Laboratory(gu.load_images())
    settings = {
        "healthy": {},
        "D too strong": {"g_rate": 3e-5},
        "G too strong": {"d_rate": 2e-6},
        "mode collapse": {"g_rate": 7e-3, "generator": generator_without_batchnorm},
        "learning rate too high": {"g_rate": 0.07, "d_rate": 0.07},
        "freeze trap": {"combine": freeze_first},
    }
    usual = {"steps": 300, "g_rate": 1e-3, "d_rate": 5e-4}
    for seed, (diagnosis, changed) in enumerate(settings.items(), start=20):
        run = lab.train(seed=seed, **usual | changed)
        pictures = to_bytes(run.pictures[:12])
        named = {"numbers": run.numbers, "curves": run.curves, "pictures": pictures, "classes": run.classes}
        yield diagnosis, named


def build_discriminator(units, activation="leaky_relu", bias=0.0):
    """D of one number x, with hidden layers of these widths; D = 1/2 everywhere to begin with."""
    bias = keras.initializers.Constant(bias)
    hidden = [layers.Dense(n, activation, bias_initializer=bias) for n in units]
    return keras.Sequential([keras.Input((1,)), *hidden, layers.Dense(1, kernel_initializer="zeros")])


def build_generator():
    """G(z) = 4 z + 1, to begin with: four times too wide."""
    dense = layers.Dense(1, kernel_initializer=keras.initializers.Constant(4.0), bias_initializer="ones")
    return keras.Sequential([keras.Input((1,)), dense])


def found_by_a_fresh_d(real, fake):
    """By how much a fresh and larger D gets below ln 2, on samples that it has not seen (notebook 03)."""
    fresh, half = build_discriminator((32, 32)), len(real) // 2
    fresh.compile(keras.optimizers.Adam(5e-3), keras.losses.BinaryCrossentropy(from_logits=True))
    targets = np.repeat([[1.0], [0.0]], half, axis=0)
    fresh.fit(np.concatenate([real[:half], fake[:half]]), targets, batch_size=500, epochs=5, verbose=0)
    logits = [fresh.predict_on_batch(part[half:]) for part in (real, fake)]
    return np.log(2) - float(gu.discriminator_loss(*logits))


def one_dimension():
    """The runs at ln 2, as notebook 03 has them, and one more with a discriminator that is dead."""
    discriminators = {
        "G is right": lambda: build_discriminator((32, 32)),
        "D is too weak": lambda: build_discriminator(()),
        # Every ReLU off, for any x that comes: only the last bias is left to learn.
        "D never learns": lambda: build_discriminator((32,), "relu", bias=-100.0),
    }
    real_then_fake, ones = np.repeat([[1.0], [0.0]], 256, axis=0), np.ones((256, 1))
    for seed, (diagnosis, build) in enumerate(discriminators.items(), start=30):
        keras.utils.set_random_seed(seed)
        rng = np.random.default_rng(seed)
        generator, discriminator = players = build_generator(), build()
        combined = gu.build_combined(*players)
        for model in (discriminator, combined):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            model.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), loss)
        starts, curves = [player.get_weights() for player in players], {"d_loss": [], "g_loss": []}
        for _ in range(500):
            fakes = generator.predict_on_batch(rng.standard_normal((256, 1)))
            both = np.concatenate([rng.normal(1, 1, (256, 1)), fakes])
            curves["d_loss"].append(float(train_on_batch(discriminator, both, real_then_fake)["loss"]))
            latents = rng.standard_normal((256, 1))
            curves["g_loss"].append(float(train_on_batch(combined, latents, ones)["loss"]))
        numbers = {name: np.mean(losses[-100:]) for name, losses in curves.items()}
        fakes = generator.predict_on_batch(rng.standard_normal((40000, 1)))
        numbers["fresh judge: ln 2 - L_D"] = found_by_a_fresh_d(rng.normal(1, 1, (40000, 1)), fakes)
        g_moved, d_moved = (
            distance(start, player.get_weights()) for start, player in zip(starts, players, strict=True)
        )
        yield diagnosis, {"numbers": numbers | {"D moved": d_moved, "G moved": g_moved}, "curves": curves}


def main():
    letters = {diagnosis: letter for letter, diagnosis in DIAGNOSES.items()}
    arrays = {}
    for diagnosis, run in [*digits(), *one_dimension()]:
        letter = letters[diagnosis]
        print(letter, diagnosis, {name: float(f"{value:.3g}") for name, value in run["numbers"].items()})
        for kind in ("numbers", "curves"):
            for name, values in run.pop(kind).items():
                arrays[f"{letter}/{kind}/{name}"] = np.array(values, "float32")
        arrays |= {f"{letter}/{name}": values for name, values in run.items()}
    np.savez_compressed(TARGET, **arrays)


if __name__ == "__main__":
    main()
