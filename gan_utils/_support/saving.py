"""A GAN as a folder: two Keras models that stand alone, and the state that exact resuming needs besides.

    generator.keras, discriminator.keras     for keras.models.load_model
    averaged_generator.keras                 the one to draw with, where averaging is on
    state.npz                                both optimizers, random states of layers and of PyTorch, curves,
                                             frames, the order of the images in the epoch under way
    gan.json                                 settings, position in that order, state of the NumPy generator,
                                             and the number of this format: see `FORMAT`

The combined model is not saved: it would bring a second copy of the discriminator. It is built anew.
"""

import json
import os
import shutil
from pathlib import Path

import keras
import numpy as np

from gan_utils._support import network_checks, processes, torch_random
from gan_utils._support.devices import on_one_device
from gan_utils._support.own_losses import loss_config, own_loss

FORMAT = 3  # what is written; 1, the first edition's, had no number. Whatever changes its meaning counts up
FILES = {"generator.keras", "discriminator.keras", "averaged_generator.keras", "state.npz", "gan.json"}
OF_TORCH = "torch_random/"
OF_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}  # left by file managers, and nobody's work


class _NewerFormat(ValueError):
    """A newer gan_utils saved it. What it wrote is whole, and this one cannot tell what it means."""


@on_one_device()
def save_gan(gan, folder, overwrite=True):
    """Write `gan` into a folder, whole or not at all: killed at any moment, `load_gan` finds old or new.

    It is written beside `folder` and moved into place; an older one makes room and is removed last. Of
    several processes the first one writes, and the others go on.

    Args:
        gan: a `GAN`.
        folder: where to, str or path: a folder that is not there yet, is empty, or holds a saved GAN and
            nothing else. "~" is your home.
        overwrite: False refuses to replace a saved GAN.

    Raises:
        FileExistsError: the folder holds something else, which would be lost; or a GAN, and overwrite is
            False; or it is the folder that Python works in.
        FloatingPointError: a weight is NaN or infinite: an older save is worth more than this one.
        ValueError: an optimizer was begun for other weights; or a constraint or regularizer was put on a
            weight, and not into its layer's configuration, so that it would be lost.
        OSError: it cannot be written, as on a full disk. An older save stays.
    """
    if not processes.is_first():
        return
    folder, old, new = _places(folder)
    _check_free(folder, overwrite)
    for name, model in _models(gan).items():
        if not all(np.isfinite(weight).all() for weight in model.get_weights()):
            raise FloatingPointError(f"{name} holds weights that are NaN or infinite: it is not saved")
        _check_configured(name, model)
    network_checks.check_optimizers(gan)
    shutil.rmtree(new, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        _write(gan, new)
        if folder.exists():
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


def _check_configured(name, model):
    """Raise ValueError for a constraint or regularizer that a layer of Keras's does not know of.

    A .keras file holds the configuration of each layer, from which it is built anew, and its weights.
    """
    kinds, of_keras = ("constraint", "regularizer"), list(_layers_of_keras(model))
    known = {
        id(getattr(layer, attribute, None))
        for layer in of_keras
        for attribute in dir(layer)
        if attribute.endswith(kinds)
    }
    for layer in of_keras:
        for variable in layer._trainable_variables:
            for kind in kinds:
                if getattr(variable, kind, None) is not None and id(getattr(variable, kind)) not in known:
                    raise ValueError(
                        f"{name}: the {kind} of {variable.path} was put on the weight itself, and would be "
                        f"lost: what serves is its layer's argument, as {variable.name}_{kind}=..., when it "
                        f"is built"
                    )


def _layers_of_keras(layer):
    """A layer and those within it; none within a class of one's own, which may put on them what it likes."""
    if type(layer).__module__.startswith("keras."):
        yield layer
        for inner in layer._layers:
            yield from _layers_of_keras(inner)


def _check_free(folder, overwrite):
    """Raise FileExistsError unless a GAN may be put in the place of what `folder` is now."""
    serves = "choose a new or empty folder"
    if folder == Path.cwd():
        raise FileExistsError(f"folder {str(folder)!r} is the one you work in: name one in it, as 'my_gan'")
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise FileExistsError(f"folder {str(folder)!r} is a file: {serves}")
    found = {path.name for path in folder.iterdir()} - OF_THE_SYSTEM
    others = found - FILES if _is_settings(folder / "gan.json") else found
    if others:
        raise FileExistsError(f"folder {str(folder)!r} holds {min(others)!r}, which would be lost: {serves}")
    if found and not overwrite:
        raise FileExistsError(f"folder {str(folder)!r} holds a saved GAN, and overwrite is False: {serves}")


def _is_settings(path):
    """Whether there is a gan.json, and one that `save_gan` wrote."""
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(settings, dict) and {"step", "random", "optimizers"} <= set(settings)


def _places(folder):
    """The folder, and beside it the hidden ones where the old one waits and the new one grows."""
    serves = isinstance(folder, (str, os.PathLike)) and os.fspath(folder)
    place = Path(folder).expanduser().resolve() if serves else Path()
    if not place.name:
        raise ValueError(f"folder: {folder!r} came; what serves is the name of a folder, as 'my_gan'")
    return place, *(place.with_name(f".{place.name}.gan_utils_{state}") for state in ("old", "new"))


def _write(gan, folder):
    for name, model in _models(gan).items():
        model.save(folder / f"{name}.keras")
    np.savez(folder / "state.npz", **_arrays(gan))
    settings = {
        "format": FORMAT,
        "average": gan.average,
        "d_steps": gan.d_steps,
        "value_range": gan.value_range,
        "losses": {"d_loss": loss_config(gan.real_fake.loss), "g_loss": loss_config(gan.combined.loss)},
        "step": gan.step,
        "position": gan.position,
        "plan": gan.plan,
        "frame_steps": [step for step, _ in gan.frames],
        "random": gan.random.bit_generator.state,
        "optimizers": {name: keras.optimizers.serialize(o) for name, o in _optimizers(gan).items()},
        "without_weight_decay": {name: _without_weight_decay(m) for name, m in _trained(gan).items()},
    }
    (folder / "gan.json").write_text(json.dumps(settings, indent=1, default=float), encoding="utf-8")


def _without_weight_decay(model):
    """Numbers of the weights that `exclude_from_weight_decay` has named, which no configuration holds."""
    optimizer = network_checks.unwrapped(model.optimizer)
    return [i for i, v in enumerate(model.trainable_variables) if not optimizer._use_weight_decay(v)]


class _LossMissing(ValueError):
    """A loss that only its owner has."""


def load_gan(cls, folder, **losses):
    """Build the GAN that `save_gan` wrote into `folder`, with `d_loss` and `g_loss` where they are not None.

    Raises:
        FileNotFoundError: there is no saved GAN in it.
        ValueError: what it holds is damaged, or was saved by a newer gan_utils, in a format unknown here;
            or a loss is the user's own and was not given.
    """
    losses = {name: own_loss(name, loss) for name, loss in losses.items() if loss is not None}
    folder, old, _ = _places(folder)
    processes.wait()  # the first may be saving it
    if not folder.exists() and (old / "gan.json").is_file():
        folder = old  # a save was killed between its two moves
    there = (folder / "gan.json").is_file()
    where = f"what lies in folder {str(folder)!r}"
    processes.check_alike(where, [there], "a folder on a disk that all processes share")
    if not there:
        raise FileNotFoundError(f"no saved GAN in folder {str(folder)!r}: it would hold a gan.json")
    try:
        with processes.drawn_alike():
            return _read(cls, folder, losses)
    except (_NewerFormat, _LossMissing):
        raise
    except Exception as error:  # damaged files raise whatever they like: BadZipFile, KeyError, TypeError, ...
        raise ValueError(
            f"the GAN in folder {str(folder)!r} is damaged, or needs a class of yours that is not registered "
            f"here ({type(error).__name__}: {error})"
        ) from error


def _read(cls, folder, losses):
    settings = json.loads((folder / "gan.json").read_text(encoding="utf-8"))
    number = settings.get("format", 1)
    if number > FORMAT:
        raise _NewerFormat(
            f"format: {number} came, in folder {str(folder)!r}; this gan_utils reads 1 to {FORMAT}: what "
            f"serves is the newer one that saved it"
        )
    kept = {
        name: _loss(name, config) for name, config in settings.get("losses", {}).items() if name not in losses
    }
    optimizers = {
        name: keras.optimizers.deserialize(config) for name, config in settings["optimizers"].items()
    }
    players = {
        name: keras.models.load_model(folder / f"{name}.keras", compile=False)
        for name in ("generator", "discriminator")
    }
    for name, excluded in settings.get("without_weight_decay", {}).items():
        if excluded:
            weights = players[name.removesuffix("_optimizer")].trainable_variables
            network_checks.unwrapped(optimizers[name]).exclude_from_weight_decay(
                [weights[i] for i in excluded]
            )
    gan = cls(
        **players,
        average=settings["average"],
        d_steps=settings.get("d_steps", 1),  # older ones have none
        value_range=settings.get("value_range", (0, 1)),
        **optimizers,
        **kept,
        **losses,
    )
    gan.step, gan.position = settings["step"], settings["position"]
    if gan.average:
        with on_one_device():
            averaged = keras.models.load_model(folder / "averaged_generator.keras", compile=False)
        gan.averaged_generator.set_weights(averaged.get_weights())
    gan.plan = settings.get("plan", {})
    gan.random.bit_generator.state = settings["random"]
    with np.load(folder / "state.npz", allow_pickle=False) as state:
        variables = _variables(gan)
        of_variables = {name for name in state.files if name.rpartition("/")[2].isdecimal()}
        if others := of_variables ^ variables.keys():
            raise ValueError(f"state.npz and the variables do not match: {', '.join(sorted(others))}")
        for name, variable in variables.items():
            variable.assign(state[name])
        gan.curves = {name: state[f"curves/{name}"].tolist() for name in gan.curves}
        gan.frame_latents, gan.order = state["frame_latents"], state["order"]
        gan.frames = list(zip(settings["frame_steps"], state["frames"], strict=True))
        of_torch = [name for name in state.files if name.startswith(OF_TORCH)]
        torch_random.put_back({name.removeprefix(OF_TORCH): state[name] for name in of_torch})
    return gan


def _loss(name, config):
    own = config.get("own") if isinstance(config, dict) else None
    if own is None:
        try:
            return keras.losses.deserialize(config)
        except Exception:  # of one that was registered where it was saved, and is not here
            own = config["registered_name"] if isinstance(config, dict) else config
    raise _LossMissing(
        f"{name}: this GAN was trained with a loss of its own, {own}, which is not saved; what serves is to "
        f"give it again: GAN.load(folder, {name}=...)"
    )


def _models(gan):
    models = {"generator": gan.generator, "discriminator": gan.discriminator}
    if gan.average:
        models["averaged_generator"] = gan.averaged_generator
    return models


def _trained(gan):
    return {"generator_optimizer": gan.combined, "discriminator_optimizer": gan.real_fake}


def _optimizers(gan):
    return {name: network_checks.build_optimizer(model) for name, model in _trained(gan).items()}


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
    arrays |= {"frame_latents": gan.frame_latents, "order": gan.order}
    arrays["frames"] = np.array([images for _, images in gan.frames])
    return arrays | {OF_TORCH + device: value for device, value in torch_random.state().items()}
