// The laboratory of notebook 04 (gan_course/laboratory.py): a GAN with one thing broken, and its signature.

import { saturatingLoss } from "./losses.js";
import { GAN } from "./gan.js";
import { LATENT_DIM } from "./networks.js";
import { Random } from "./random.js";

export const STEPS = 200;
const HEALTHY = { gRate: 2e-3, dRate: 1e-3, beta1: 0.5, decay: 0, average: 0 };

// What each switch changes. `headStart`: updates of D before G's first.
export const FAULTS = {
  healthy: {},
  "D too strong": { gRate: 2e-5 },
  saturated: { dRate: 1e-2, headStart: 50, gLoss: saturatingLoss },
  "G too strong": { dRate: 1e-6 },
  collapse: { gRate: 5e-3, gBatchNorm: false },
  "rates too high": { gRate: 0.1, dRate: 0.1 },
  "BatchNorm in D": { dBatchNorm: true },
  trap: { dTrains: false },
};

// What mends it: nothing but this is changed. Elsewhere the cure is to take the fault out.
export const CURES = {
  saturated: { dRate: 1e-2, headStart: 50 },
  collapse: { gRate: 5e-3 },
};

export class Patient {
  // `nextBatch` returns 64 real images.
  constructor(settings, seed, nextBatch, arithmetic) {
    const { headStart = 0, ...changed } = settings;
    this.gan = new GAN({ ...HEALTHY, ...changed, seed, arithmetic });
    this.nextBatch = nextBatch;
    this.start = this.gan.discriminator.weights.map((weights) => weights.slice());
    this.latents = new Random(1).normal(new Float32Array(64 * LATENT_DIM));
    for (let i = 0; i < headStart; i++) this.gan.updateDiscriminator(nextBatch());
    this.gan.curves = { dLoss: [], gLoss: [], dAccuracy: [] }; // those of the steps alone
  }

  // The numbers of notebook 04: means of the curves' last 20 steps, D(G(z)), diversity, gradient, "D moved".
  signature() {
    const { gan, latents } = this, { curves, discriminator, generator } = gan;
    const numbers = Object.fromEntries(
      Object.entries(curves).map(([name, values]) => [name, mean(values.slice(-20))]));
    const pictures = gan.generate(latents);
    numbers["D(G(z))"] = mean([...gan.discriminate(pictures)]);
    numbers.diversity = spread(pictures) / spread(this.nextBatch());
    const statistics = [generator, discriminator].map(({ weights }) => weights.map((array) => array.slice()));
    gan.generatorGradients(gan.drawLatents(latents));
    numbers.gradient = norm(generator.gradients);
    [generator, discriminator].forEach(({ weights }, k) => weights.forEach((array, i) => array.set(statistics[k][i])));
    const now = discriminator.weights;
    numbers["D moved"] = norm(now.map((weights, k) => weights.map((weight, i) => weight - this.start[k][i])));
    return { numbers, pictures };
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function norm(arrays) {
  return Math.sqrt(arrays.reduce((sum, array) => array.reduce((s, value) => s + value * value, sum), 0));
}

// The mean distance of two of the images.
function spread(images) {
  const n = images.length / 784;
  let sum = 0;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < a; b++) {
      let squares = 0;
      for (let i = 0; i < 784; i++) squares += (images[a * 784 + i] - images[b * 784 + i]) ** 2;
      sum += 2 * Math.sqrt(squares);
    }
  }
  return sum / n ** 2; // over all pairs, as gan_course/laboratory.py takes it
}
