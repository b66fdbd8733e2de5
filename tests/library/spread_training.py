"""What the tests of devices and processes run in processes of their own: one training, spread as it is told.

    python -m tests.library.spread_training '{"devices": 4, "do": ["train", "use"], "folder": ...}'

It writes what training has made to `out`, and prints what each of `do` has to say.
"""

import json
import os
import sys


def main(
    devices=1,
    processes=1,
    process=0,
    address=None,
    mesh=None,
    interleaved=False,
    scan=False,
    do=(),
    out=None,
    **given,
):
    os.environ |= {
        "KERAS_BACKEND": "jax",
        "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        "JAX_PLATFORMS": "cpu",
    }
    import jax
    import keras
    import numpy as np

    import gan_utils as gu  # before the processes meet: that must not start JAX

    if processes > 1:
        jax.config.update("jax_cpu_collectives_implementation", "gloo")
        keras.distribution.initialize(address, processes, process)
    jax.config.update("jax_enable_x64", True)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    from tests.library import spread_actions

    if scan:  # as on a GPU
        jax.default_backend = lambda: "gpu"
    spread_actions.spread(keras.distribution, devices * processes, mesh, interleaved)
    spread = spread_actions.Spread(process, gu.load_images("digits"), **given)
    for action in do:
        print(f"{process} {action}:", getattr(spread, action)(), flush=True)
    if out:
        np.savez(out, **spread.arrays())


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
