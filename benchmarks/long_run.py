"""Do memory and time stay flat? 20,000 steps of a small GAN in one process: `make bench-flat`.

Prints resident memory and the median milliseconds of a step for each tenth of the run. What comes before the
second tenth (compiling, the caches of the allocator) is not counted as growth.
"""

import statistics
import time

import gan_utils as gu
import keras
import psutil
from keras import layers

STEPS, TENTHS = 20_000, 10


def small_gan():
    keras.utils.set_random_seed(0)
    block = [layers.Dense(16, use_bias=False), layers.BatchNormalization(), layers.ReLU()]
    generator = [keras.Input((8,)), *block, layers.Dense(784, "sigmoid"), layers.Reshape((28, 28, 1))]
    discriminator = [keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(16), layers.LeakyReLU()]
    return gu.GAN(keras.Sequential(generator), keras.Sequential([*discriminator, layers.Dense(1)]), seed=0)


def main():
    images = gu.load_images("digits").images
    gan, process = small_gan(), psutil.Process()
    batches = [images[start : start + 16] for start in range(0, 9_600, 16)] + [images[9_600:9_610]]
    rows = []
    for _ in range(TENTHS):
        times = []
        for step in range(STEPS // TENTHS):
            began = time.perf_counter()
            gan.train_on_batch(batches[step % len(batches)])
            times.append(1000 * (time.perf_counter() - began))
        rows.append((process.memory_info().rss / 1e6, statistics.median(times)))
        print(f"steps {gan.step:>6,}: {rows[-1][0]:6.1f} MB, {rows[-1][1]:.2f} ms a step", flush=True)
    memory, times = zip(*rows[1:], strict=True)
    print(f"memory: {memory[-1] - memory[0]:+.1f} MB from the second tenth to the last")
    spread = max(times) / min(times) - 1
    print(
        f"step time: {times[-1] / times[0] - 1:+.1%}; between the slowest and the fastest tenth {spread:.1%}"
    )


if __name__ == "__main__":
    main()
