"""A GAN as a folder: two Keras models that stand alone, and the state that exact resuming needs besides.

    generator.keras, discriminator.keras     for keras.models.load_model
    averaged_generator.keras                 the one to draw with, where averaging is on
    state.npz                                both optimizers, random states of layers, curves, frames
    gan.json                                 settings, and the state of the NumPy generator

The combined model is not saved: it would bring a second copy of the discriminator. It is built anew.
"""

import json
import shutil
from pathlib import Path

import keras
import numpy as np


def save_gan(gan, folder, overwrite=True):
    """Write `gan` beside `folder`, and move it into place once it is whole.

    An older one in its place is removed just before: killed between the two, `folder.partial` is left.

    Raises:
        FileExistsError: the folder is there and overwrite is False, or it holds something else than a GAN.
    """
    folder = Path(folder)
    if folder.exists() and not (overwrite and (folder / "gan.json").is_file()):
        raise FileExistsError(
            f"folder {str(folder)!r} exists and is not a saved GAN to overwrite: choose another"
        )
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name, model in _models(gan).items():
        model.save(partial / f"{name}.keras")
    np.savez(partial / "state.npz", **_arrays(gan))
    settings = {
        "average": gan.average,
        "averaged": bool(gan.averages),
        "step": gan.step,
        "frame_steps": [step for step, _ in gan.frames],
        "random": gan.random.bit_generator.state,
        "optimizers": {name: keras.optimizers.serialize(o) for name, o in _optimizers(gan).items()},
    }
    (partial / "gan.json").write_text(json.dumps(settings, indent=1, default=float), encoding="utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    partial.rename(folder)


def load_gan(cls, folder):
    """Build the GAN that `save_gan` wrote into `folder`.

    Raises:
        FileNotFoundError: there is no saved GAN in it.
    """
    folder = Path(folder)
    if not (folder / "gan.json").is_file():
        raise FileNotFoundError(f"no saved GAN in folder {str(folder)!r}: it would hold a gan.json")
    settings = json.loads((folder / "gan.json").read_text(encoding="utf-8"))
    optimizers = {
        name: keras.optimizers.deserialize(config) for name, config in settings["optimizers"].items()
    }
    gan = cls(
        keras.models.load_model(folder / "generator.keras", compile=False),
        keras.models.load_model(folder / "discriminator.keras", compile=False),
        average=settings["average"],
        **optimizers,
    )
    if gan.average and settings["averaged"]:
        averaged = keras.models.load_model(folder / "averaged_generator.keras", compile=False)
        gan.averages = averaged.get_weights()
    gan.step = settings["step"]
    gan.random.bit_generator.state = settings["random"]
    gan.combined.optimizer.build(gan.combined.trainable_variables)
    gan.discriminator.optimizer.build(gan.discriminator.trainable_variables)
    with np.load(folder / "state.npz", allow_pickle=False) as state:
        for name, variable in _variables(gan).items():
            variable.assign(state[name])
        gan.curves = {name: state[f"curves/{name}"].tolist() for name in gan.curves}
        gan.frame_latents = state["frame_latents"]
        gan.frames = list(zip(settings["frame_steps"], state["frames"], strict=True))
    return gan


def _models(gan):
    models = {"generator": gan.generator, "discriminator": gan.discriminator}
    if gan.average:
        models["averaged_generator"] = gan.averaged_generator
    return models


def _optimizers(gan):
    return {
        "generator_optimizer": gan.combined.optimizer,
        "discriminator_optimizer": gan.discriminator.optimizer,
    }


def _variables(gan):
    """Everything that a .keras file does not keep, under names that do not depend on Keras's counters."""
    variables = {}
    for name, optimizer in _optimizers(gan).items():
        variables |= {f"{name}/{i}": v for i, v in enumerate(optimizer.variables)}
    for name, model in _models(gan).items():
        weights = {id(v) for v in model.weights}
        others = [v for v in model.variables if id(v) not in weights]  # the seed states of Dropout, say
        variables |= {f"{name}/{i}": v for i, v in enumerate(others)}
    return variables


def _arrays(gan):
    arrays = {name: keras.ops.convert_to_numpy(v) for name, v in _variables(gan).items()}
    arrays |= {f"curves/{name}": np.array(values) for name, values in gan.curves.items()}
    arrays["frame_latents"] = gan.frame_latents
    arrays["frames"] = np.array([images for _, images in gan.frames])
    return arrays
