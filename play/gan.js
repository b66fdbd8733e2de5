// The training of gan_utils/gan.py: one step is an update of D, then one of G.

import { discriminatorLoss, generatorLoss, sigmoid } from "./losses.js";
import { buildDiscriminator, buildGenerator, LATENT_DIM } from "./networks.js";
import { fastArithmetic, plainArithmetic } from "./product.js";
import { Random } from "./random.js";

const EVERY = 10; // steps, from one update of the average to the next

// Adam; with a weight decay it is AdamW. `rate` may be changed at any time.
export class Adam {
  updates = 0;

  constructor(network, { rate, decay = 0, beta1 = 0, beta2 = 0.9 }) {
    Object.assign(this, { network, rate, decay, beta1, beta2 });
    const empty = () => network.trainable.map((weights) => new weights.constructor(weights.length));
    [this.means, this.squares] = [empty(), empty()]; // of the gradients, and of their squares
  }

  update() {
    const { rate, decay, beta1, beta2 } = this, updates = ++this.updates;
    const corrected = (rate * Math.sqrt(1 - beta2 ** updates)) / (1 - beta1 ** updates); // both began at 0
    this.network.trainable.forEach((weights, k) => {
      const gradients = this.network.gradients[k], means = this.means[k], squares = this.squares[k];
      for (let i = 0; i < weights.length; i++) {
        const gradient = gradients[i];
        means[i] += (1 - beta1) * (gradient - means[i]);
        squares[i] += (1 - beta2) * (gradient * gradient - squares[i]);
        weights[i] -= rate * decay * weights[i] + (corrected * means[i]) / (Math.sqrt(squares[i]) + 1e-7);
      }
    });
  }
}

// Two players. What a laboratory changes is a setting: learning rates, G's loss, BatchNorm in either network,
// whether D's updates move it.
export class GAN {
  step = 0;
  // one number an update: of its batch alone, from before the weights move
  curves = { dLoss: [], gLoss: [], dAccuracy: [] };
  inputs = new Map();

  constructor({
    seed = 1, batchSize = 64, average = 0.998, gLoss = generatorLoss, dTrains = true,
    gRate = 2e-3, dRate = 1e-3, decay = 0.2, beta1 = 0, gBatchNorm = true, dBatchNorm = false,
    arithmetic = fastArithmetic() ?? plainArithmetic(),
  } = {}) {
    Object.assign(this, { arithmetic, batchSize, average, gLoss, dTrains });
    this.random = new Random(seed);
    this.generator = buildGenerator(arithmetic, this.random, { batchNorm: gBatchNorm });
    this.discriminator = buildDiscriminator(arithmetic, this.random, { batchNorm: dBatchNorm });
    this.generatorOptimizer = new Adam(this.generator, { rate: gRate, beta1 });
    this.discriminatorOptimizer = new Adam(this.discriminator, { rate: dRate, decay, beta1 });
    this.averages = this.generator.weights.map((weights) => weights.slice());
    this.both = arithmetic.array(2 * batchSize * 784); // D's batch: real images, then as many fakes
    this.latents = arithmetic.array(batchSize * LATENT_DIM);
    this.slopes = arithmetic.array(2 * batchSize);
  }

  // One step on real images (n, 784) in [0, 1]. Latents (n, 64) for either player may be given.
  trainOnBatch(realImages, dLatents, gLatents) {
    this.updateDiscriminator(realImages, dLatents);
    this.updateGenerator(gLatents);
    this.step++;
    this.updateAverage();
  }

  // An update of D alone. G draws with BatchNorm's moving statistics, and nothing of it changes.
  updateDiscriminator(realImages, latents) {
    const { batchSize: n, both, slopes, discriminator } = this;
    both.set(realImages);
    both.set(this.generator.forward(this.drawLatents(latents), n), n * 784);
    const logits = discriminator.forward(both, 2 * n, true);
    let loss = 0, right = 0;
    for (let i = 0; i < 2 * n; i++) {
      const target = i < n ? 1 : 0; // real = 1, fake = 0
      loss += discriminatorLoss.value(logits[i], target) / (2 * n);
      right += logits[i] > 0 === (target === 1);
      slopes[i] = discriminatorLoss.slope(logits[i], target) / (2 * n);
    }
    if (this.dTrains) {
      discriminator.backward(slopes, 2 * n);
      this.discriminatorOptimizer.update();
    }
    this.curves.dLoss.push(loss);
    this.curves.dAccuracy.push(right / (2 * n));
  }

  // An update of G alone, on latents of its own: the slopes go back through D, which does not move.
  updateGenerator(latents) {
    const loss = this.generatorGradients(this.drawLatents(latents));
    this.generatorOptimizer.update();
    this.curves.gLoss.push(loss);
  }

  generatorGradients(latents) {
    const { batchSize: n, generator, discriminator, gLoss } = this, slopes = this.slopes.subarray(0, n);
    const logits = discriminator.forward(generator.forward(latents, n, true), n, true);
    let loss = 0;
    for (let i = 0; i < n; i++) {
      loss += gLoss.value(logits[i]) / n;
      slopes[i] = gLoss.slope(logits[i]) / n;
    }
    generator.backward(discriminator.backward(slopes, n, { weights: false, inputs: true }), n);
    return loss;
  }

  drawLatents(given) {
    if (given) this.latents.set(given);
    else this.random.normal(this.latents);
    return this.latents;
  }

  // The average of G's weights over time, which draws better than the latest: _support/averaging.py.
  updateAverage() {
    const { step, average } = this;
    if (!average || step % EVERY) return;
    const decay = step === EVERY ? 0 : Math.min(average ** EVERY, step / (step + 10 * EVERY));
    this.generator.weights.forEach((weights, k) => {
      const averages = this.averages[k];
      for (let i = 0; i < weights.length; i++) averages[i] = weights[i] + decay * (averages[i] - weights[i]);
    });
  }

  // Images (n, 784) of latents (n, 64): by the averaged weights, where there are such, or by the latest.
  generate(latents, averaged = true) {
    const { generator } = this, n = latents.length / LATENT_DIM;
    const latest = generator.weights.map((weights) => weights.slice());
    const given = averaged && this.average && this.step >= EVERY ? this.averages : latest;
    generator.weights.forEach((weights, k) => weights.set(given[k]));
    const images = generator.forward(this.input("z", latents), n).slice();
    generator.weights.forEach((weights, k) => weights.set(latest[k]));
    return images;
  }

  // D(x) for images (n, 784): the probabilities of "real".
  discriminate(images) {
    const n = images.length / 784;
    return this.discriminator.forward(this.input("x", images), n).slice().map(sigmoid);
  }

  input(name, values) { // a copy where the arithmetic can multiply it
    const key = `${name} ${values.length}`;
    if (!this.inputs.has(key)) this.inputs.set(key, this.arithmetic.array(values.length));
    this.inputs.get(key).set(values);
    return this.inputs.get(key);
  }
}
