// The networks of the series, layer by layer as in gan_utils/networks.py, with their backward passes.
// A layer maps n rows of numbers to n rows: `forward`. `backward` takes the slopes of the loss at its outputs,
// leaves those at its weights in `gradients`, and returns those at its inputs.

import { transpose } from "./product.js";
import { sigmoid } from "./losses.js";

const LEAK = 0.2, MOMENTUM = 0.5, EPSILON = 1e-3;

class Layer {
  weights = []; // in Keras's order
  trainable = [];
  gradients = []; // of the trainable ones
  rooms = new Map();

  constructor(arithmetic) {
    this.arithmetic = arithmetic;
  }

  room(name, length) { // an array to work in, always the same
    const key = `${name} ${length}`;
    if (!this.rooms.has(key)) this.rooms.set(key, this.arithmetic.array(length));
    return this.rooms.get(key);
  }

  weight(length, value, trains = true) {
    const array = this.arithmetic.array(length).fill(value);
    this.weights.push(array);
    if (trains) {
      this.trainable.push(array);
      this.gradients.push(this.arithmetic.array(length));
    }
    return array;
  }
}

export class Dense extends Layer {
  constructor(arithmetic, random, inputs, units, { bias = true } = {}) {
    super(arithmetic);
    Object.assign(this, { inputs, units });
    this.kernel = this.weight(inputs * units, 0);
    const limit = Math.sqrt(6 / (inputs + units)); // Glorot and Bengio 2010
    for (let i = 0; i < this.kernel.length; i++) this.kernel[i] = (2 * random.uniform() - 1) * limit;
    this.bias = bias ? this.weight(units, 0) : null;
  }

  forward(x, n) {
    const y = this.room("y", n * this.units);
    this.arithmetic.multiply(x, this.kernel, y, n, this.inputs, this.units);
    if (this.bias) for (let i = 0; i < y.length; i++) y[i] += this.bias[i % this.units];
    this.x = x;
    return y;
  }

  backward(slopes, n, { weights = true, inputs = true } = {}) {
    const { arithmetic, kernel } = this;
    if (weights) {
      const turned = this.room("turned", n * this.inputs);
      transpose(this.x, turned, n, this.inputs);
      arithmetic.multiply(turned, slopes, this.gradients[0], this.inputs, n, this.units);
      if (this.bias) {
        const gradient = this.gradients[1].fill(0);
        for (let i = 0; i < slopes.length; i++) gradient[i % this.units] += slopes[i];
      }
    }
    if (!inputs) return null;
    const turned = this.room("turned kernel", kernel.length), d = this.room("d", n * this.inputs);
    transpose(kernel, turned, this.inputs, this.units);
    arithmetic.multiply(slopes, turned, d, n, this.units, this.inputs);
    return d;
  }
}

export class BatchNormalization extends Layer {
  constructor(arithmetic, units) {
    super(arithmetic);
    this.units = units;
    this.gamma = this.weight(units, 1);
    this.beta = this.weight(units, 0);
    this.movingMean = this.weight(units, 0, false);
    this.movingVariance = this.weight(units, 1, false);
  }

  forward(x, n, training) {
    const { units } = this, y = this.room("y", n * units), normed = this.room("normed", n * units);
    this.deviation = this.room("deviation", units);
    for (let j = 0; j < units; j++) {
      let mean = this.movingMean[j], variance = this.movingVariance[j];
      if (training) {
        let sum = 0, squares = 0;
        for (let i = j; i < x.length; i += units) sum += x[i];
        mean = sum / n;
        for (let i = j; i < x.length; i += units) squares += (x[i] - mean) ** 2;
        variance = squares / n;
        this.movingMean[j] += (1 - MOMENTUM) * (mean - this.movingMean[j]);
        this.movingVariance[j] += (1 - MOMENTUM) * (variance - this.movingVariance[j]);
      }
      const deviation = (this.deviation[j] = Math.sqrt(variance + EPSILON));
      for (let i = j; i < x.length; i += units) {
        normed[i] = (x[i] - mean) / deviation;
        y[i] = this.gamma[j] * normed[i] + this.beta[j];
      }
    }
    this.normed = normed;
    return y;
  }

  backward(slopes, n) { // of a batch in training, whose mean and variance depend on every row of it
    const { units, normed } = this, d = this.room("d", n * units), [dGamma, dBeta] = this.gradients;
    for (let j = 0; j < units; j++) {
      let along = 0, sum = 0;
      for (let i = j; i < d.length; i += units) {
        along += slopes[i] * normed[i];
        sum += slopes[i];
      }
      [dGamma[j], dBeta[j]] = [along, sum];
      const scale = this.gamma[j] / this.deviation[j];
      for (let i = j; i < d.length; i += units) d[i] = scale * (slopes[i] - (sum + normed[i] * along) / n);
    }
    return d;
  }
}

export class LeakyReLU extends Layer {
  constructor(arithmetic, leak = LEAK) {
    super(arithmetic);
    this.leak = leak;
  }

  forward(x) {
    const y = (this.y = this.room("y", x.length));
    for (let i = 0; i < x.length; i++) y[i] = x[i] > 0 ? x[i] : this.leak * x[i];
    return y;
  }

  backward(slopes) {
    const d = this.room("d", slopes.length);
    for (let i = 0; i < d.length; i++) d[i] = this.y[i] > 0 ? slopes[i] : this.leak * slopes[i];
    return d;
  }
}

export class ReLU extends LeakyReLU {
  constructor(arithmetic) {
    super(arithmetic, 0);
  }
}

export class Sigmoid extends Layer {
  forward(x) {
    const y = (this.y = this.room("y", x.length));
    for (let i = 0; i < x.length; i++) y[i] = sigmoid(x[i]);
    return y;
  }

  backward(slopes) {
    const d = this.room("d", slopes.length);
    for (let i = 0; i < d.length; i++) d[i] = slopes[i] * this.y[i] * (1 - this.y[i]);
    return d;
  }
}

export class Sequential {
  constructor(layers) {
    this.layers = layers;
    for (const list of ["weights", "trainable", "gradients"]) this[list] = layers.flatMap((layer) => layer[list]);
  }

  forward(x, n, training = false) {
    return this.layers.reduce((values, layer) => layer.forward(values, n, training), x);
  }

  // `weights` and `inputs`: which gradients are wanted, those at the weights, those at the network's input.
  backward(slopes, n, { weights = true, inputs = false } = {}) {
    return this.layers.reduceRight(
      (values, layer, i) => layer.backward(values, n, { weights, inputs: inputs || i > 0 }), slopes);
  }
}

export function buildDiscriminator(arithmetic, random, { batchNorm = false } = {}) {
  const block = (inputs, units) => [
    new Dense(arithmetic, random, inputs, units),
    ...(batchNorm ? [new BatchNormalization(arithmetic, units)] : []), // a fault of the laboratory
    new LeakyReLU(arithmetic),
  ];
  return new Sequential([...block(784, 256), ...block(256, 128), new Dense(arithmetic, random, 128, 1)]);
}

export function buildGenerator(arithmetic, random, { batchNorm = true } = {}) {
  const block = (inputs, units) => [
    new Dense(arithmetic, random, inputs, units, { bias: !batchNorm }), // BatchNorm brings a bias of its own
    ...(batchNorm ? [new BatchNormalization(arithmetic, units)] : []),
    new ReLU(arithmetic),
  ];
  const last = [new Dense(arithmetic, random, 256, 784), new Sigmoid(arithmetic)];
  return new Sequential([...block(LATENT_DIM, 128), ...block(128, 256), ...last]);
}

export const LATENT_DIM = 64;
