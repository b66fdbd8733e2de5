"""Which networks and optimizers train together: what `build_combined` and `GAN` refuse, and the cure."""

import keras
import numpy as np
from keras import layers

from gan_utils._support import devices, probing
from gan_utils._support.value_ranges import IMAGES


def check_pair(generator, discriminator):
    """Raise unless G's images fit D, and D ends in a logit and judges each image alone.

    Raises:
        TypeError: one of the two is not a Keras model.
        ValueError: anything else; the message names the cure.
    """
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        _check_network(name, model)
    if len(generator.input_shape) != 2:
        raise ValueError(f"generator must take latents (n, latent_dim); its input is {generator.input_shape}")
    image_shape, taken = generator.output_shape[1:], _input_shape(discriminator, generator)
    if image_shape != taken[1:]:
        raise ValueError(
            f"generator makes images {image_shape}, but discriminator "
            f"takes images {taken[1:]}: give both the same image_shape"
        )
    sizes = (*generator.input_shape[1:], *image_shape)
    if not all(sizes):
        raise ValueError(f"generator maps {sizes[:1]} to {sizes[1:]}: each size must be known and at least 1")
    if generator.name == discriminator.name:
        raise ValueError(
            f"generator and discriminator have one name, {generator.name!r}, and are to stand in one model: "
            f"give one of them another, as in keras.Sequential([...], name='generator')"
        )
    shared = {id(w) for w in generator.weights} & {id(w) for w in discriminator.weights}
    if shared:
        raise ValueError(
            f"generator and discriminator share {len(shared)} weights, so that a step of either would move "
            f"both: build each from layers of its own"
        )
    scores = _output_shape(discriminator, image_shape)
    if scores != (None, 1):
        raise ValueError(f"discriminator must end in one logit, output shape (None, 1), not {scores}")
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        _check_channels(name, model, image_shape)
    images = probing.draw_inputs(image_shape)
    _check_logit(discriminator, images)
    _check_company(discriminator, images)


def check_generator(generator, value_range=IMAGES):
    """Raise ValueError unless G's images keep to its range and use it, and depend on the latents.

    Its weights are no matter, nor is a rounding error.
    """
    latents = probing.draw_inputs(generator.input_shape[1:])
    tried = [*probing.outputs_of_other_weights(generator, latents, trials=6)]
    if not tried:  # it cannot be run like this
        return
    low, high = probing.range_of(tried)
    least, greatest = value_range
    span = greatest - least
    if low < least - 1e-3 * span or high > greatest + 1e-3 * span:
        cure = 'end it in a sigmoid, as in Dense(..., activation="sigmoid")'
        if value_range != IMAGES:
            cure += ", and leave value_range away"
        elif low > -1.001 and high < 1.001:
            cure = f"give GAN(..., value_range=(-1, 1)), or {cure}"
        raise ValueError(
            f"generator must make images in [{least:g}, {greatest:g}], but {_told(low, high)}: {cure}; "
            f"the images to train on are in [0, 1] either way"
        )
    if value_range != IMAGES and (low > least + span / 4 or high < greatest - span / 4):
        raise ValueError(
            f"value_range: ({least:g}, {greatest:g}) came, of which generator cannot draw a part: "
            f"{_told(low, high)}; what serves is value_range=({round(low):g}, {round(high):g})"
        )
    rounding = 1e-6 * span  # PyTorch's sigmoid rounds one row otherwise than another
    if all(np.ptp(images, axis=0).max() <= rounding for images in tried):
        raise ValueError("generator makes the same image of all latents: let its first layer take them in")


def check_players(generator, discriminator, value_range=IMAGES):
    """Raise unless a GAN trains both as they want to be trained, and G makes images in their range."""
    check_generator(generator, value_range)
    if value_range != IMAGES and network_told_the_class(generator) is not None:
        raise ValueError(
            f"value_range: {value_range} came for a generator of pairs, in which the class stands beside the "
            f"pixels as 0 and 1; what serves is a G(z, y) that ends in a sigmoid, and value_range left away"
        )
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        check_strategy(model)
        for method in ("train_step", "compute_loss", "compute_metrics"):
            if getattr(type(model), method, None) is not getattr(keras.Model, method, None):
                raise TypeError(
                    f"{name} has a {method} of its own, which would not be run: each player is trained "
                    f"through a model in which the other is frozen; what serves is a loss, as in "
                    f"GAN(..., d_loss=...), or metrics for gan.real_fake.compile"
                )
    check_devices(generator, discriminator)


def check_devices(generator, discriminator):
    """Raise ValueError unless both lie where the distribution that is set now would train them."""
    devices.check_distribution()
    for name, model in (("generator", generator), ("discriminator", discriminator)):
        devices.check_weights(name, model.variables)


def check_strategy(model):
    """Return the model, or raise ValueError where a strategy of TensorFlow's would split its batches."""
    strategy = getattr(model, "distribute_strategy", None)  # there is none on the other backends
    if strategy is not None and "Default" not in type(strategy).__name__:
        raise ValueError(
            f"{type(strategy).__name__}: a GAN cannot be built or trained under a strategy of tf.distribute, "
            f"which splits its batches: leave its scope; several devices serve on JAX "
            f"(KERAS_BACKEND=jax) with keras.distribution.set_distribution"
        )
    return model


def needs_company(generator):
    """Does G in training normalize by the statistics of its batch, which one image alone has not?"""
    return probing.sees_company(generator, probing.draw_inputs(generator.input_shape[1:]), modes=(True,))


def check_both_train(gan):
    """Raise ValueError where a network has nothing to train, or would not be trained as it was compiled."""
    for name, model in (("generator", gan.generator), ("discriminator", gan.discriminator)):
        check_strategy(model)
        if not model.trainable_weights:
            raise ValueError(
                f"{name} has no trainable weights and would learn nothing: set {name}.trainable = False "
                f"and then True, which reaches every layer; the combined model needs no flag"
            )
    check_optimizers(gan)
    if gan.discriminator.optimizer is not gan.real_fake.optimizer:
        raise ValueError(
            "discriminator has been compiled anew, but is trained through gan.real_fake: "
            "gan.real_fake.compile(optimizer, loss) in its place, which compiles both; or give them to a new "
            "GAN(..., discriminator_optimizer=..., d_loss=...)"
        )


def check_optimizers(gan):
    """Raise ValueError where an optimizer has memories of other weights than those it is to train."""
    for name, model in (("combined", gan.combined), ("real_fake", gan.real_fake)):
        optimizer = unwrapped(model.optimizer)
        known = {id(v) for v in optimizer._trainable_variables}
        if optimizer.built and known != {id(v) for v in model.trainable_variables}:
            raise ValueError(
                f"gan.{name}: its optimizer was begun for other weights than it is to train now: layers were "
                f"frozen or thawed since, or another GAN has it, too. What serves is a new one, "
                f"gan.{name}.compile(optimizer, gan.{name}.loss), or the `trainable` flags as they were"
            )


def dtype_policy(*models):
    """The precision of the networks' layers, float16 if any has it: there losses are scaled.

    Not that of the models themselves: a loaded one has Keras's policy at that moment, whatever was saved.
    """
    found = [one for model in models for one in model._flatten_layers() if not isinstance(one, keras.Model)]
    policies = [layer.dtype_policy for layer in found if layer.weights] or [models[0].dtype_policy]
    return max(policies, key=lambda policy: policy.compute_dtype == "float16")


def accuracy(metrics=None):
    """The metrics of D: what a GAN reads as "accuracy", by default, or those that came, if it is there.

    Raises:
        ValueError: they do not measure it.
    """
    if metrics is None:
        return [keras.metrics.BinaryAccuracy(name="accuracy", threshold=0.0)]  # a logit of 0 is D = 1/2
    if not any(isinstance(m, keras.Metric) and m.name == "accuracy" for m in metrics):
        raise ValueError(
            f"metrics: {metrics!r} came; a GAN reads d_accuracy from it: leave it away, or add "
            f"keras.metrics.BinaryAccuracy(name='accuracy', threshold=0.0)"
        )
    return metrics


def check_batch(argument, size, least):
    """Raise ValueError unless there are enough images for a generator that `needs_company`."""
    if size < least:
        raise ValueError(
            f"{argument} must hold at least {least} images; it is {size}: generator normalizes by its batch, "
            f"as BatchNormalization does, and would make the same image of all latents if each came alone"
        )


def check_split(images, d_steps):
    """Return how many images each of D's updates gets; ValueError where they cannot be shared out."""
    if images % d_steps:
        raise ValueError(
            f"real_images: {images} came; what serves is a multiple of d_steps = {d_steps}, as many for each "
            f"of D's updates: real_images[:{images - images % d_steps}]"
        )
    return images // d_steps


def clone(generator):
    """A second generator of the same kind, for the average."""
    try:
        return keras.models.clone_model(generator, clone_function=_clone_layer, recursive=True)
    except Exception as error:
        raise TypeError(
            f"generator cannot be copied for the average ({type(error).__name__}): a layer or class of your "
            f"own lacks get_config, or **kwargs in __init__; add them, or give average=0"
        ) from error


def _clone_layer(layer):
    """A layer like it; itself where it has no state, as a Lambda, which Keras would not copy, has none."""
    return layer.__class__.from_config(layer.get_config()) if getattr(layer, "variables", ()) else layer


def network_told_the_class(generator):
    """The network G(z, y) that makes a generator one of pairs; None where there is no such network in it."""
    for inner in generator.layers:
        shapes = getattr(inner, "input_shape", None) if isinstance(inner, keras.Model) else None
        if isinstance(shapes, list) and len(shapes) == 2:
            latent_dim, classes = (np.prod(shape[1:]) for shape in shapes)
            ends = latent_dim + classes, np.prod(inner.output_shape[1:]) + classes
            if (generator.input_shape[1], generator.output_shape[1]) == ends:
                return inner
    return None


def own_optimizers(generator_optimizer, discriminator_optimizer):
    """Each player's, see `_own_optimizer`; ValueError where both were given one object."""
    if isinstance(generator_optimizer, keras.Optimizer) and generator_optimizer is discriminator_optimizer:
        raise ValueError("generator_optimizer and discriminator_optimizer are one object, give each its own")
    return (
        _own_optimizer("generator_optimizer", generator_optimizer),
        _own_optimizer("discriminator_optimizer", discriminator_optimizer),
    )


def unwrapped(optimizer):
    """The optimizer itself, where another one scales its loss."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def updates_made(optimizer):
    """How many an optimizer has made, those among them that it only gathers (gradient_accumulation_steps)."""
    return int(unwrapped(optimizer)._iterations)


def build_optimizer(model):
    """The optimizer of a compiled model, built, as Keras would in the first step."""
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    return model.optimizer


def _own_optimizer(argument, given):
    """The Keras optimizer that was given or named, or None; TypeError or ValueError where it cannot serve."""
    if given is None:
        return None
    serves = 'what serves is a Keras optimizer or its name, as "adam"'
    if isinstance(given, type):
        raise TypeError(f"{argument}: the class {given.__name__} came; {serves}: {given.__name__}()")
    try:
        optimizer = keras.optimizers.get(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{argument}: {given!r} came; {serves}") from error
    if optimizer.built:
        raise ValueError(f"{argument} has trained other weights already, and knows no others: give a new one")
    inner = unwrapped(optimizer)
    if getattr(inner, "use_ema", False) and not inner.ema_overwrite_frequency:
        raise ValueError(
            f"{argument} has use_ema=True, an average that only Keras's own fit would put into the weights: "
            f"what serves is GAN(..., average=0.998), or ema_overwrite_frequency as well"
        )
    return optimizer


def _check_network(name, model):
    if not isinstance(model, keras.Model):
        kind = type(model)
        hint = (
            ": build it with `import keras`, not tf.keras" if kind.__module__.startswith("tf_keras") else ""
        )
        raise TypeError(f"{name} must be a Keras model, not {kind.__name__}{hint}")
    if not model.built:
        raise ValueError(f"{name} is not built yet: begin it with keras.Input, so that its shapes are known")
    for end in ("input", "output"):
        shape = getattr(model, f"{end}_shape", ())
        if isinstance(shape, (list, dict)):
            raise ValueError(f"{name} must have one {end}; its {end}s have the shapes {shape}")
    for tensor in getattr(model, "inputs", None) or []:
        if not keras.backend.is_float_dtype(tensor.dtype):
            raise ValueError(
                f"{name} takes {tensor.dtype}, but must take floating point: no dtype in its keras.Input"
            )
    for weight in model.weights:
        if weight.dtype in ("float16", "bfloat16"):
            raise ValueError(
                f"{name} has weights of {weight.dtype}, too coarse to train (keras.json may say so): call "
                f'keras.config.set_floatx("float32") before you build it; what is fast and serves is '
                f'keras.config.set_dtype_policy("mixed_{weight.dtype}")'
            )
    if name == "generator" and not hasattr(model, "input_shape"):
        raise ValueError(
            "generator is of a class of its own, so that its shapes are unknown: give "
            "keras.Model(z, generator(z)) with z = keras.Input((latent_dim,)) in its place"
        )


def _check_channels(name, model, image_shape):
    """Where keras.json sets channels_first, layers that do not say otherwise take rows for channels."""
    if keras.config.image_data_format() == "channels_first" and image_shape[-1] in (1, 3):
        for layer in _all_layers(model):
            if getattr(layer, "data_format", "") == "channels_first" and not isinstance(
                layer, layers.Flatten
            ):
                raise ValueError(
                    f"{name}: layer {layer.name!r} reads channels_first, as keras.json says, but images "
                    f'are {image_shape}: keras.config.set_image_data_format("channels_last") comes first'
                )


def _input_shape(discriminator, generator):
    return getattr(discriminator, "input_shape", generator.output_shape)  # a class of one's own has none


def _output_shape(discriminator, image_shape):
    if hasattr(discriminator, "output_shape"):
        return discriminator.output_shape
    try:
        return discriminator.compute_output_spec(keras.KerasTensor((None, *image_shape))).shape
    except Exception as error:
        raise ValueError(f"discriminator cannot take images {image_shape}: {error}") from error


def _check_logit(discriminator, images):
    low, high = probing.output_range(discriminator, images)
    if np.isfinite([low, high]).any():
        raise ValueError(
            f"discriminator must end in a logit, without bound in both directions, but {_told(low, high)}: "
            f"end it in Dense(1) without an activation; the losses here apply the sigmoid themselves, "
            f"without loss of precision"
        )


def _told(low, high):
    """What was found of a network's range, and what it comes from."""
    whatever = "whatever its weights"
    if not np.isfinite([low, high]).any():
        return f"its outputs have no bounds {whatever}: it ends in no activation"
    if not np.isfinite(low):
        return f"its outputs are never above {high + 0:.2g} {whatever}: it ends in a log_sigmoid or the like"
    if not np.isfinite(high):
        end = "a ReLU" if low > -0.1 else "an ELU"
        return f"its outputs are never below {low + 0:.2g} {whatever}: it ends in {end} or the like"
    end = "a sigmoid" if low > -0.1 else "a tanh"
    return f"its outputs stay within {low + 0:.2g}..{high + 0:.2g} {whatever}: it ends in {end} or the like"


def _check_company(discriminator, images):
    normalized = [
        layer for layer in _all_layers(discriminator) if isinstance(layer, layers.BatchNormalization)
    ]
    # A layer that is frozen with the whole of D will normalize when D is thawed.
    frozen = not discriminator.trainable and normalized
    if frozen or probing.sees_company(discriminator, images):
        found = f" (layer {normalized[0].name!r} is BatchNormalization)" if normalized else ""
        raise ValueError(
            f"discriminator scores an image by the company it comes in{found}: something in it mixes the "
            f"images of a batch, which are half real in its own steps and all fake in the generator's, so "
            f"that G learns from another D than the one trained; use none, or LayerNormalization"
        )


def _all_layers(model):
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _all_layers(layer)
