"""The rival on JAX: a hand-written step for both players, compiled as a whole, and a scan of many of them."""

import jax
import keras
import numpy as np
from jax import numpy as jnp


def fused_steps(generator, discriminator, g_optimizer, d_optimizer, seed=0):
    """Return a function of real images (k, n, ...) that takes k steps in one call: numbers (k, 3).

    The same training as `GAN.train_on_batch`, without an average; latents are drawn inside the call.
    """
    g_optimizer.build(generator.trainable_variables)
    d_optimizer.build(discriminator.trainable_variables)
    bce = keras.losses.BinaryCrossentropy(from_logits=True)
    latent_dim = generator.input_shape[1]
    d_fixed = [v.value for v in discriminator.non_trainable_variables]

    def judge(d, images):
        return discriminator.stateless_call(d, d_fixed, images, training=True)[0]

    def step(state, real_images):
        g, statistics, g_state, d, d_state, key = state
        n = len(real_images)
        key, *keys = jax.random.split(key, 3)
        for_d, for_g = (jax.random.normal(one, (n, latent_dim)) for one in keys)
        fake_images, _ = generator.stateless_call(g, statistics, for_d, training=False)
        images = jnp.concatenate([real_images, fake_images])
        targets = jnp.concatenate([jnp.ones((n, 1)), jnp.zeros((n, 1))])

        def d_loss(d):
            logits = judge(d, images)
            return bce(targets, logits), logits

        def g_loss(g):
            fake_images, moved = generator.stateless_call(g, statistics, for_g, training=True)
            return bce(jnp.ones((n, 1)), judge(d, fake_images)), moved

        (d_value, logits), slopes = jax.value_and_grad(d_loss, has_aux=True)(d)
        d, d_state = d_optimizer.stateless_apply(d_state, slopes, d)
        (g_value, statistics), slopes = jax.value_and_grad(g_loss, has_aux=True)(g)
        g, g_state = g_optimizer.stateless_apply(g_state, slopes, g)
        accuracy = jnp.mean((logits > 0) == (targets > 0.5))
        return (g, statistics, g_state, d, d_state, key), jnp.stack([d_value, g_value, accuracy])

    scan, one = jax.jit(lambda state, many: jax.lax.scan(step, state, many)), jax.jit(step)

    def run(state, many):
        if jax.default_backend() != "cpu":
            return scan(state, many)
        numbers = []  # on a CPU a scan runs convolutions on one core
        for real_images in many:
            state, found = one(state, real_images)
            numbers.append(found)
        return state, numbers

    parts = (
        generator.trainable_variables,
        generator.non_trainable_variables,
        g_optimizer.variables,
        discriminator.trainable_variables,
        d_optimizer.variables,
    )
    state = (*([v.value for v in part] for part in parts), jax.random.key(seed))

    def steps(real_images):
        nonlocal state
        state, numbers = run(state, real_images)
        return np.asarray(numbers)

    return steps
