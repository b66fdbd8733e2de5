"""Mixed precision: weights of float32, arithmetic of 16 bits, and from a save exactly the same training."""

import keras
import numpy as np
import pytest

import gan_utils as gu
from tests.library.small_gan import small_gan


@pytest.fixture
def float32():
    policy = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)])
def test_it_trains_and_goes_on_exactly_from_a_save(policy, float32, tmp_path):
    images = gu.load_images("digits").images[:320]
    keras.config.set_dtype_policy(policy)
    gan = small_gan()
    before = gan.generator.get_weights()
    gan.fit(images, batch_size=16, verbose=0)
    gan.save(tmp_path / "gan")
    keras.config.set_dtype_policy("float32")  # a save keeps its own precision
    loaded = gu.GAN.load(tmp_path / "gan")
    assert all(f"mixed_{layer.compute_dtype}" == policy for layer in loaded.generator.layers)
    for one in (gan, loaded):
        one.fit(images[:80], batch_size=16, verbose=0)
    assert np.isfinite(list(gan.curves.values())).all() and gan.step == 25
    assert not any(map(np.array_equal, before, gan.generator.get_weights()))
    for name in ("generator", "discriminator", "averaged_generator"):
        for old, new in zip(
            getattr(gan, name).get_weights(), getattr(loaded, name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(old, new)
