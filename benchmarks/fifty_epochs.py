"""TensorFlow's DCGAN tutorial to its end, beside the DCGAN of this series for as many epochs: on a GPU.

    KERAS_BACKEND=jax GAN_UTILS_DATA=mnist.npz python benchmarks/fifty_epochs.py [--epochs 50] [--seeds 1 2 3]

The tutorial's networks, Adam, batch and losses are its own, written for JAX: fakes in training mode, the
same for both players, which step at once. Ours is `GAN.fit(steps_per_execution=20)`, with its averaged
generator. Prints distances by the judge of `gan_utils.quality`, and the seconds of training, with compiling.
"""

import argparse
import json
import time
from pathlib import Path

import gan_utils as gu
import jax
import keras
import numpy as np
import rivals
from jax import numpy as jnp

CALL = 20  # steps


class Tutorial:
    """The tutorial's GAN, trained as its author does it."""

    def __init__(self, images, seed):
        keras.utils.set_random_seed(seed)
        self.generator, self.discriminator, *optimizers, self.batch = rivals.tensorflow_tutorial()
        self.images, self.random = jnp.asarray(images), np.random.default_rng(seed)
        self.epoch_steps = len(images) // self.batch  # its last batch, of 96, is left out
        players = self.generator, self.discriminator
        for player, optimizer in zip(players, optimizers, strict=True):
            optimizer.build(player.trainable_variables)
        self.parts = [
            part
            for player, optimizer in zip(players, optimizers, strict=True)
            for part in (player.trainable_variables, player.non_trainable_variables, optimizer.variables)
        ]
        self.state = [[v.value for v in part] for part in self.parts], jax.random.key(seed)
        self.scan = jax.jit(lambda state, many: jax.lax.scan(self._step, state, many))
        self.optimizers = optimizers

    def _step(self, state, real_images):
        (g, g_states, g_memory, d, d_states, d_memory), key = state
        key, drawn = jax.random.split(key)
        latents = jax.random.normal(drawn, (len(real_images), self.generator.input_shape[1]))
        judge = self.discriminator.stateless_call

        def draw(g):
            return self.generator.stateless_call(g, g_states, latents, training=True)

        def g_loss(g):
            fake_images, moved = draw(g)
            logits, d_moved = judge(d, d_states, fake_images, training=True)  # D's states: of its dropout
            return jnp.mean(jax.nn.softplus(-logits)), (moved, d_moved, fake_images)

        g_slopes, (g_moved, d_moved, fake_images) = jax.grad(g_loss, has_aux=True)(g)

        def d_loss(d):
            # the dropout of the fakes is that of g_loss, as there the logits are the same
            fake_logits, _ = judge(d, d_states, fake_images, training=True)
            real_logits, moved = judge(d, d_moved, real_images, training=True)
            return jnp.mean(jax.nn.softplus(-real_logits)) + jnp.mean(jax.nn.softplus(fake_logits)), moved

        d_slopes, d_moved = jax.grad(d_loss, has_aux=True)(d)
        g_optimizer, d_optimizer = self.optimizers
        g, g_memory = g_optimizer.stateless_apply(g_memory, g_slopes, g)
        d, d_memory = d_optimizer.stateless_apply(d_memory, d_slopes, d)
        return ([g, g_moved, g_memory, d, d_moved, d_memory], key), 0

    def fit(self, epochs):
        # anew: `predict` has taken their arrays away
        self.state = [[v.value for v in part] for part in self.parts], self.state[1]
        for _ in range(epochs):
            order = self.random.permutation(len(self.images))
            for start in range(0, self.epoch_steps, CALL):
                chosen = order[start * self.batch : min(start + CALL, self.epoch_steps) * self.batch]
                batches = self.images[chosen].reshape(-1, self.batch, 28, 28, 1)
                self.state, _ = self.scan(self.state, batches)
        jax.block_until_ready(self.state)
        for part, values in zip(self.parts, self.state[0], strict=True):
            for variable, value in zip(part, values, strict=True):
                variable.assign(value)

    def draw(self, latents):
        return self.generator.predict(latents, batch_size=500, verbose=0)


class Ours:
    """The DCGAN of this series, as `GAN` trains it."""

    def __init__(self, images, seed):
        keras.utils.set_random_seed(seed)
        self.gan = gu.GAN(*rivals.our_networks("DCGAN"), seed=seed)
        self.generator, self.images, self.batch = self.gan.generator, images, 64
        self.epoch_steps = -(-len(images) // self.batch)

    def fit(self, epochs):
        self.gan.fit(self.images, epochs, self.batch, steps_per_execution=CALL, verbose=0)

    def draw(self, latents):
        return self.gan.generate(latents=latents)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--images", type=int, help="train with so many alone, to try this script")
    parser.add_argument("--out", type=Path, help="a .json for all figures")
    asked = parser.parse_args()
    data, rows = gu.load_images(), []
    images = data.images[: asked.images]
    print(f"{data.name}, {len(images):,} images; Keras {keras.__version__} on {jax.devices()[0].device_kind}")
    for seed in asked.seeds:
        for name, kind in (("tutorial", Tutorial), ("ours", Ours)):
            player = kind(images, seed)
            latents = np.random.default_rng(0).standard_normal((10_000, player.generator.input_shape[1]))
            done, seconds = 0, 0.0
            for until in sorted({min(asked.epochs, n) for n in (1, 5, 15, asked.epochs)}):
                began = time.perf_counter()
                player.fit(until - done)
                seconds, done = seconds + time.perf_counter() - began, until
                found = gu.evaluate_quality(player.draw(latents.astype("float32")), data)
                steps = done * player.epoch_steps
                row = {
                    "name": name,
                    "seed": seed,
                    "epochs": done,
                    "steps": steps,
                    "seconds": round(seconds, 1),
                }
                rows.append(row | {key: float(found[key]) for key in ("fid", "recognised")})
                print(rows[-1], flush=True)
                if asked.out:
                    asked.out.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
