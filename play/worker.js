// What trains, beside the page and not in its way. It answers messages { id, what, ... } by { id, ... }.

import { batches, unpack } from "./digits.js";
import { GAN } from "./gan.js";
import { CURES, FAULTS, Patient } from "./laboratory.js";
import { LATENT_DIM } from "./networks.js";
import { fastArithmetic, plainArithmetic } from "./product.js";
import { Random } from "./random.js";

const arithmetic = fastArithmetic() ?? plainArithmetic();
const fixedLatents = new Random(36).normal(new Float32Array(36 * LATENT_DIM)); // drawn again and again
let pixels, gan, nextBatch, patient, training = false;

const answers = {
  // The digits, as they are packed in the page.
  async load({ packed }) {
    pixels = await unpack(packed);
    return { count: pixels.length / 784, arithmetic: arithmetic.name };
  },

  // A new game; `run` is one of the laboratory's, a fault by its name, or "cured" and the name.
  start({ seed, run }) {
    training = false;
    arithmetic.reset();
    nextBatch = batches(pixels, new Random(seed));
    const settings = CURES[run?.replace("cured ", "")] ?? {};
    patient = run ? new Patient(FAULTS[run] ?? settings, seed, nextBatch, arithmetic) : null;
    gan = patient ? patient.gan : new GAN({ seed, arithmetic });
    return look();
  },

  // Trains until step `until`, or a `pause`, and tells how it goes every `every` milliseconds.
  async train({ until = Infinity, every = 150 }) {
    if (training) return look();
    training = true;
    const game = gan;
    for (let told = performance.now(); training && game === gan && gan.step < until;) {
      const end = performance.now() + 30;
      do gan.trainOnBatch(nextBatch());
      while (performance.now() < end && gan.step < until);
      if (performance.now() - told > every) {
        postMessage(look());
        told = performance.now();
      }
      await new Promise((resolve) => setTimeout(resolve)); // messages get their turn
    }
    if (game === gan) training = false;
    return look();
  },

  pause() {
    training = false;
    return look();
  },

  // One update of one player alone.
  update({ player }) {
    if (player === "D") gan.updateDiscriminator(nextBatch());
    else gan.updateGenerator();
    return look(false);
  },

  draw({ latents, averaged }) {
    return { pictures: gan.generate(latents, averaged) };
  },

  signature() {
    return patient.signature();
  },
};

function look(averaged = true) {
  const pictures = gan.generate(fixedLatents, averaged);
  return { step: gan.step, curves: gan.curves, pictures, verdicts: gan.discriminate(pictures) };
}

onmessage = async ({ data: { id, what, ...details } }) => {
  try {
    postMessage({ id, ...(await answers[what](details)) });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
};
