"""A whole GAN in NumPy: it learns to draw digits that nobody wrote. To be read from top to bottom.

    python micro_gan.py     needs NumPy alone; draws to micro_gan.png

These are the dense networks of `gan_utils` and its way to train them, with all that Keras does for you
written out. The comments name the notebook, and the cell in it, in which you have met a line.
"""

import zlib
from pathlib import Path

import numpy as np


def dense(rng, n, m):  # first weights: random, the smaller the more are summed (Glorot and Bengio 2010)
    return (rng.uniform(-1, 1, (n, m)) * np.sqrt(6 / (n + m))).astype("float32"), np.zeros(m, "float32")


def build_discriminator(rng):  # 01 build-discriminator
    return [*dense(rng, 784, 256), *dense(rng, 256, 128), *dense(rng, 128, 1)]  # W b W b W b


def build_generator(rng):  # 02 build-generator; gamma, beta, moving mean and moving variance follow a W
    (W1, b1), (W2, b2) = dense(rng, 64, 128), dense(rng, 128, 256)
    return [W1, b1 + 1, b1, 0 * b1, b1 + 1, W2, b2 + 1, b2, 0 * b2, b2 + 1, *dense(rng, 256, 784)]


def sigmoid(a):  # 01 sigmoid
    return 1 / (1 + np.exp(-a))


def softplus(a):  # 03 bce-stable: log(1 + e^a), which never overflows
    return np.maximum(a, 0) + np.log1p(np.exp(-abs(a)))


def discriminator(D, x):  # images (n, 784) -> logits (n, 1); and what each layer was given
    inputs = [x]
    for W, b in (D[0:2], D[2:4]):
        a = inputs[-1] @ W + b
        inputs.append(np.maximum(a, 0.2 * a))  # 01 leaky
    return inputs[-1] @ D[4] + D[5], inputs


def discriminator_backward(D, inputs, slope):  # 02 chain-rule: from the logits to weights and pixels
    gradients = []
    for W, h in ((D[4], inputs[2]), (D[2], inputs[1]), (D[0], inputs[0])):
        gradients = [h.T @ slope, slope.sum(axis=0), *gradients]
        slope = slope @ W.T
        if h is not inputs[0]:
            slope = np.where(h > 0, slope, 0.2 * slope)
    return gradients, slope


def generator(G, z, training=False):  # 02 latents: (n, 64) -> images (n, 784); and what each layer was given
    h, blocks = z, []
    for W, gamma, beta, moving_mean, moving_variance in (G[0:5], G[5:10]):  # 02 blocks
        a, mean, variance = h @ W, moving_mean, moving_variance
        if training:  # 02 batchnorm-by-hand: its own mean and variance, to which the moving ones go half-way
            mean, variance = a.mean(axis=0), a.var(axis=0)
            moving_mean += 0.5 * (mean - moving_mean)
            moving_variance += 0.5 * (variance - moving_variance)
        normed, deviation = (a - mean) / np.sqrt(variance + 1e-3), np.sqrt(variance + 1e-3)
        blocks.append((h, normed, deviation))
        h = np.maximum(gamma * normed + beta, 0)
    return sigmoid(h @ G[10] + G[11]), (blocks, h)


def generator_backward(G, inputs, x, slope):  # 02 chain-rule: from the pixels to the weights that train
    blocks, h = inputs
    slope = slope * x * (1 - x)  # of the sigmoid
    gradients, slope = [h.T @ slope, slope.sum(axis=0)], slope @ G[10].T
    for (W, gamma, beta), (h, normed, deviation) in ((G[5:8], blocks[1]), (G[0:3], blocks[0])):
        slope = slope * (gamma * normed + beta > 0)  # of ReLU; and of BatchNorm, where mean and variance move
        d_gamma, d_beta = (slope * normed).sum(axis=0), slope.sum(axis=0)
        slope = gamma / deviation * (slope - (d_beta + normed * d_gamma) / len(h))
        gradients, slope = [h.T @ slope, d_gamma, d_beta, *gradients], slope @ W.T
    return gradients


class Adam:  # 04 models-by-hand; with a decay, it is AdamW
    def __init__(self, weights, rate, decay=0.0, beta_1=0.0, beta_2=0.9):
        self.settings, self.updates = (rate, decay, beta_1, beta_2), 0
        self.weights = [(w, 0 * w, 0 * w) for w in weights]  # with averages of the gradient and of its square

    def apply(self, gradients):
        self.updates, (rate, decay, beta_1, beta_2) = self.updates + 1, self.settings
        corrected = rate * (1 - beta_2**self.updates) ** 0.5 / (1 - beta_1**self.updates)  # both began at 0
        for (w, m, v), g in zip(self.weights, gradients, strict=True):
            m += (1 - beta_1) * (g - m)
            v += (1 - beta_2) * (g * g - v)
            w -= corrected * m / (np.sqrt(v) + 1e-7) + rate * decay * w


def train_on_batch(G, D, g_adam, d_adam, real_images, latents):  # 04 algorithm: an update of D, then of G
    both = np.concatenate([real_images, generator(G, latents[0])[0]])  # 01 train-discriminator
    targets = np.repeat(np.float32([[1], [0]]), len(real_images), axis=0)  # 01 d-as-classifier
    logits, inputs = discriminator(D, both)
    d_loss, d_accuracy = softplus((1 - 2 * targets) * logits).mean(), np.mean((logits > 0) == targets)
    d_adam.apply(discriminator_backward(D, inputs, (sigmoid(logits) - targets) / len(both))[0])  # 03 losses

    fake_images, g_inputs = generator(G, latents[1], training=True)  # 02 two-steps, combined-by-hand
    logits, inputs = discriminator(D, fake_images)
    _, slope = discriminator_backward(D, inputs, (sigmoid(logits) - 1) / len(logits))
    g_adam.apply(generator_backward(G, g_inputs, fake_images, slope))
    return d_loss, softplus(-logits).mean(), d_accuracy  # 03 two-generator-losses


def train(images, steps, seed=1):  # 04 loop-by-hand
    rng = np.random.default_rng(seed)
    G, D = build_generator(rng), build_discriminator(rng)
    g_adam, d_adam = Adam(G[0:3] + G[5:8] + G[10:12], 2e-3), Adam(D, 1e-3, decay=0.2)
    average = [w.copy() for w in G]
    for step in range(1, steps + 1):
        real_images = images[rng.integers(len(images), size=64)].reshape(64, 784) / np.float32(255)
        latents = rng.standard_normal((2, 64, 64), dtype="float32")
        d_loss, g_loss, d_accuracy = train_on_batch(G, D, g_adam, d_adam, real_images, latents)
        if step % 10 == 0:  # 04 average
            decay = min(0.998**10, step / (step + 100)) if step > 10 else 0
            for mean, w in zip(average, G, strict=True):
                mean += (1 - decay) * (w - mean)
        if step % 100 == 0:
            print(f"step {step:5}: L_D {d_loss:.3f}, L_G {g_loss:.3f}, D is right about {d_accuracy:.0%}")
    return average


def png(pixels):  # bytes (height, width) -> the file of a grey picture
    def chunk(name, data):
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    size = np.array(pixels.shape[::-1], ">u4").tobytes() + bytes([8, 0, 0, 0, 0])  # 8 bits a pixel
    rows = zlib.compress(np.insert(pixels, 0, 0, axis=1).tobytes())  # no filter, says the 0 before each row
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


if __name__ == "__main__":
    digits = Path(__file__).parent / "gan_utils" / "_support" / "digits.npz"
    average = train(np.load(digits)["x_train"], steps=1000)  # 01 load-data
    x, _ = generator(average, np.random.default_rng(0).standard_normal((100, 64)))  # 04 samples
    grid = np.round(255 * x).astype("uint8").reshape(10, 10, 28, 28).swapaxes(1, 2).reshape(280, 280)
    Path("micro_gan.png").write_bytes(png(grid))
