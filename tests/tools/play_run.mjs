// Runs the engine of a folder like play/ in Node, for test_play.py: node play_run.mjs FOLDER JOB, both paths.
// JOB is a file of JSON; arrays are raw files of doubles beside it, named in it. Prints JSON.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, file] = process.argv.slice(2);
const module = (name) => import(pathToFileURL(resolve(folder, `${name}.js`)));
const job = JSON.parse(readFileSync(file, "utf8"));
const doubles = (name) => {
  const bytes = readFileSync(join(dirname(file), name));
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};
const save = (name, arrays) =>
  writeFileSync(join(dirname(file), name), Buffer.concat(arrays.map((array) => Buffer.from(Float64Array.from(array).buffer))));

const { GAN } = await module("gan");
const { fastArithmetic, plainArithmetic } = await module("product");
const { Random } = await module("random");
const { batches, unpack } = await module("digits");
const jobs = {
  // Steps on given images and latents, from given weights.
  steps() {
    const arithmetic = job.fast ? fastArithmetic() : plainArithmetic(job.double ? Float64Array : Float32Array);
    const gan = new GAN({ arithmetic });
    const images = doubles("images"), latents = doubles("latents"), weights = doubles("weights");
    let start = 0;
    for (const array of [...gan.generator.weights, ...gan.discriminator.weights]) {
      array.set(weights.subarray(start, (start += array.length)));
    }
    for (let step = 0; step < job.steps; step++) {
      const [first, second] = [0, 1].map((k) => latents.subarray((2 * step + k) * 4096, (2 * step + k + 1) * 4096));
      gan.trainOnBatch(images.subarray(step * 64 * 784, (step + 1) * 64 * 784), first, second);
    }
    save("after", [...gan.generator.weights, ...gan.discriminator.weights, ...gan.averages]);
    return gan.curves;
  },

  // A game as the page plays it, and pictures of it.
  async train() {
    const pixels = await unpack(job.packed), arithmetic = fastArithmetic(), begun = performance.now();
    const gan = new GAN({ seed: job.seed, arithmetic }), nextBatch = batches(pixels, new Random(job.seed));
    for (let step = 0; step < job.steps; step++) gan.trainOnBatch(nextBatch());
    const seconds = (performance.now() - begun) / 1000;
    save("pictures", [gan.generate(new Random(3).normal(new Float32Array(500 * 64)))]);
    return { seconds, digits: pixels.length / 784, cpu: process.cpuUsage().user / 1e6 };
  },

  // Runs of the laboratory, and whether the page's texts are true of them.
  async laboratory() {
    const { CURES, FAULTS, Patient, STEPS } = await module("laboratory");
    const { CASES } = await module("cases");
    const pixels = await unpack(job.packed), runs = {}, arithmetic = fastArithmetic();
    for (const run of job.runs) {
      arithmetic.reset();
      const settings = FAULTS[run] ?? CURES[run.replace("cured ", "")];
      const patient = new Patient(settings, job.seed, batches(pixels, new Random(job.seed)), arithmetic);
      while (patient.gan.step < STEPS) patient.gan.trainOnBatch(patient.nextBatch());
      runs[run] = patient.signature().numbers;
    }
    const holds = {};
    for (const [name, { holds: held, mended }] of Object.entries(CASES)) {
      if (runs[name]) holds[name] = held(runs[name], runs.healthy);
      holds[`${name} of the healthy run`] = held(runs.healthy, runs.healthy);
      if (runs[`cured ${name}`]) holds[`cured ${name}`] = mended(runs[`cured ${name}`], runs[name]);
    }
    return { runs, holds, cases: Object.keys(CASES), faults: Object.keys(FAULTS) };
  },

  // The product in WebAssembly beside the plain one: the largest difference, by shapes.
  product() {
    const fast = fastArithmetic(), plain = plainArithmetic(), random = new Random(1);
    if (!fast) return null;
    return job.shapes.map(([n, k, m]) => {
      const [A, B, C] = [n * k, k * m, n * m].map((length) => fast.array(length)), other = new Float32Array(n * m);
      random.normal(A);
      random.normal(B);
      fast.multiply(A, B, C, n, k, m);
      plain.multiply(A, B, other, n, k, m);
      return other.reduce((most, value, i) => Math.max(most, Math.abs(value - C[i])), 0) / Math.sqrt(k);
    });
  },

  async names() {
    return Object.keys(await module(job.module));
  },
};
console.log(JSON.stringify(await jobs[job.what]()));
