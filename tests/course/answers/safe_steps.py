"""Answers to the exercise `safe_steps`: more that are right, and wrong ones, by a piece of their hint."""

import contextlib
import sys

import keras
import numpy as np

import gan_utils as gu

TENSORFLOW = keras.backend.backend() == "tensorflow"  # others look at the flags in every step


def down_and_up(discriminator, combined):
    def d_step(images, targets):
        discriminator.trainable = False
        discriminator.trainable = True
        return discriminator.train_on_batch(images, targets)

    def g_step(latents, targets):
        discriminator.trainable = False
        loss = combined.train_on_batch(latents, targets)
        discriminator.trainable = True
        return loss

    return [d_step, g_step]


def by_context(discriminator, combined):
    @contextlib.contextmanager
    def flags(value):
        before = [layer.trainable for layer in discriminator.layers]
        for layer in discriminator.layers:
            layer.trainable = value
        try:
            yield
        finally:
            for layer, flag in zip(discriminator.layers, before, strict=True):
                layer.trainable = flag

    def d_step(images, targets):
        discriminator.trainable = True
        with flags(True):
            discriminator.train_on_batch(images, targets)

    def g_step(latents, targets):
        with flags(False):
            combined.train_on_batch(latents, targets)

    return d_step, g_step


def offer_only_g(discriminator, combined):
    discriminator.trainable = False
    discriminator.trainable = True
    rebuilt = gu.build_combined(*combined.layers)
    rebuilt.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    return discriminator.train_on_batch, rebuilt.train_on_batch


def flagged(d_step=None, g_step=None, first=None, compile_anew=False):
    """An answer that sets D's flag so: before all, in d_step, in g_step; None leaves it alone."""

    def answer(discriminator, combined):
        def set_flag(value):
            if value is not None:
                discriminator.trainable = value

        def train(model, value, inputs, targets):
            set_flag(value)
            if compile_anew:
                model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(from_logits=True))
            return model.train_on_batch(inputs, targets)

        set_flag(first)
        return lambda *batch: train(discriminator, d_step, *batch), lambda *batch: train(
            combined, g_step, *batch
        )

    return answer


def primed(discriminator, combined):
    discriminator.trainable = True
    d_step, _ = flagged()(discriminator, combined)
    d_step(*batch_of(8))
    discriminator.trainable = False
    return d_step, combined.train_on_batch


def batch_of(size):
    return keras.ops.convert_to_numpy(keras.random.normal((size, 6), seed=0)), np.zeros((size, 1), "float32")


def last_layer(discriminator, combined):
    def d_step(images, targets):
        discriminator.trainable = True
        discriminator.layers[0].trainable = False
        return discriminator.train_on_batch(images, targets)

    return d_step, flagged(g_step=False)(discriminator, combined)[1]


def all_down(discriminator, combined):
    def g_step(latents, targets):
        combined.trainable = False
        return combined.train_on_batch(latents, targets)

    return flagged(d_step=True)(discriminator, combined)[0], g_step


def both_at_once(discriminator, combined):
    d_step, g_step = flagged(True, False)(discriminator, combined)
    return lambda images, targets: (d_step(images, targets), g_step(images[:, :3], targets)), g_step


def with_a_copy(discriminator, combined):
    copy = keras.models.clone_model(discriminator)
    copy.set_weights(discriminator.get_weights())
    frozen = keras.Sequential([combined.layers[0], copy])
    copy.trainable = False
    frozen.compile(optimizer="sgd", loss=keras.losses.BinaryCrossentropy(from_logits=True))
    discriminator.trainable = False
    discriminator.trainable = True
    return discriminator.train_on_batch, frozen.train_on_batch


def turned_over(discriminator, combined):
    def turn(model, *batch):
        discriminator.trainable = not discriminator.trainable
        return model.train_on_batch(*batch)

    return lambda *batch: turn(discriminator, *batch), lambda *batch: turn(combined, *batch)


def with_batches(of_d=None, of_g=None):
    """A right answer, but for the batches that a function makes of inputs and targets."""

    def answer(discriminator, combined):
        d_step, g_step = down_and_up(discriminator, combined)

        def changed(step, change):
            return lambda *batch: [step(*other) for other in (change(*batch) if change else [batch])]

        return changed(d_step, of_d), changed(g_step, of_g)

    return answer


def new_every_time(discriminator, combined):
    """A model of its own for every step of G; the weights are those of the given layers."""

    def g_step(latents, targets):
        for layer in discriminator.layers:
            layer.trainable = False
        model = keras.Sequential([*combined.layers[0].layers, *discriminator.layers])
        model.compile(optimizer="sgd", loss=keras.losses.BinaryCrossentropy(from_logits=True))
        model.train_on_batch(latents, targets)

    return down_and_up(discriminator, combined)[0], g_step


def leaving(discriminator, combined):
    def g_step(latents, targets):
        sys.exit("done")

    return flagged(d_step=True)(discriminator, combined)[0], g_step


def same_optimizer(discriminator, combined):
    """Keras 2's habit, to compile again after each change of a flag, and no optimizer is lost."""

    def train(model, value, batch):
        for layer in discriminator.layers:
            layer.trainable = value
        discriminator.trainable = value
        model.compile(optimizer=model.optimizer, loss=model.loss)
        model.train_on_batch(*batch)

    return lambda *batch: train(discriminator, True, batch), lambda *batch: train(combined, False, batch)


def by_fit(discriminator, combined):
    def d_step(images, targets):
        for part in (discriminator, *discriminator.layers):
            part.trainable = True
        discriminator.fit(images, targets, verbose=0)

    def g_step(latents, targets):
        discriminator.trainable = True
        discriminator.trainable = False
        combined.fit(latents, targets, verbose=0)

    return d_step, g_step


right = [by_fit, same_optimizer, down_and_up, by_context, offer_only_g]
wrong = {
    "never learns": flagged(),
    "which way round": flagged(d_step=False, g_step=True),
    "g_step moves D too": flagged(first=True),
    "some of D's weights": last_layer,
    "nothing of G": all_down,
    "the right model": both_at_once,
    "the other order": lambda d, combined: flagged(True, False)(d, combined)[::-1],
    "a copy of it": with_a_copy,
    "What makes it": flagged(d_step=True, g_step=False, compile_anew=True),
    "two steps in a row": turned_over,
    "d_step trains with targets of 1": with_batches(lambda x, y: [(x, np.ones_like(y))]),
    "g_step trains with targets of 1": with_batches(of_g=lambda z, y: [(z, np.ones_like(y))]),
    "g_step trains with targets of 0": with_batches(of_g=lambda z, y: [(z, np.zeros_like(y))]),
    "d_step turns the targets round": with_batches(lambda x, y: [(x, 1 - y)]),
    "g_step turns the targets round": with_batches(of_g=lambda z, y: [(z, 1 - y)]),
    "d_step trains on 2 of 8 rows": with_batches(lambda x, y: [(x[:2], y[:2])]),
    "g_step trains on 4 of 8 rows": with_batches(of_g=lambda z, y: [(z[: len(z) // 2], y[: len(z) // 2])]),
    "d_step makes 2 steps": with_batches(lambda x, y: [(x, y)] * 2),
    "g_step makes 2 steps": with_batches(of_g=lambda z, y: [(z, y)] * 2),
    "d_step makes 8 steps": with_batches(lambda x, y: zip(x[:, None], y[:, None], strict=True)),
    "g_step moves the right weights, but not where": with_batches(of_g=lambda z, y: [(np.ones_like(z), y)]),
    "d_step moves the right weights, but not where": with_batches(lambda x, y: [(x, 0.9 * y)]),
    "g_step begins anew": new_every_time,
    "g_step stops at a batch of 8 with SystemExit: done, at your line": leaving,
    "return two functions": lambda d, combined: combined,
    "d_step stops at a batch of 8 with TypeError": lambda d, combined: (lambda images: None, lambda z: None),
    "returns nothing": lambda d, combined: print(end=""),
    "stops with TypeError": lambda discriminator: (discriminator.train_on_batch, None),
}
if keras.backend.backend() != "torch":  # which looks at the flags in every step: D never learns
    wrong["what happens at a new size" if TENSORFLOW else "stops at a batch of 8"] = primed
if TENSORFLOW:  # elsewhere a flag that is set to what it says already is handed down to the layers
    wrong["one by one"] = flagged(d_step=True, g_step=False)

# Changes to the solution that leave it right: what changes, and why it makes no difference.
equivalent = {
    "swapped: for layer in discriminator.layers: | discriminator.trainable = value": (
        "the model hands its flag down to its layers: in either order all end at the value"
    ),
}
takes_long = True  # for each such change Keras builds or traces models
