// Second part: what lies between two latents, and beside them.

import { drawPictures } from "./drawing.js";
import { Guess } from "./guess.js";
import { find, LEGIBLE } from "./learning.js";
import { LATENT_DIM } from "./networks.js";
import { Random } from "./random.js";

const ASIDE = 1; // the farthest angle aside, in radians

export function setUpWalk(game) {
  const random = new Random(4);
  const draw = () => random.normal(new Float32Array(LATENT_DIM));
  let [from, to, first, second] = [draw(), draw(), draw(), draw()], busy = false, again = false;
  const guess = new Guess(find("walk-guess"), "Half-way between two digits, what will G draw?",
    ["both at once, half as bright", "a drawing of its own", "noise"], reveal);

  function reveal() {
    find("blend-figure").hidden = false;
    if (game.step() < LEGIBLE) {
      guess.tell("Your guess is kept. Train first, then compare the picture on the way with the blend of both.");
    } else {
      guess.compare("a drawing of its own",
        "Compare: the blend shows both pictures at once, while G draws whole strokes on the way, a drawing of its own.");
    }
    update();
  }

  async function update() {
    if (busy) return void (again = true);
    busy = true;
    do {
      again = false;
      const [way, a, b] = ["way", "first", "second"].map((id) => Number(find(id).value) / 100);
      let z = between(from, to, way);
      z = between(z, beside(z, first), (2 / Math.PI) * ASIDE * a);
      z = between(z, beside(z, second), (2 / Math.PI) * ASIDE * b);
      const latents = new Float32Array(3 * LATENT_DIM);
      [from, z, to].forEach((latent, k) => latents.set(latent, k * LATENT_DIM));
      const pictures = await game.generate(latents);
      ["from", "middle", "to"].forEach((id, k) => drawPictures(find(id), pictures.slice(784 * k, 784 * k + 784), 1));
      const blend = pictures.slice(0, 784).map((pixel, i) => (1 - way) * pixel + way * pictures[2 * 784 + i]);
      drawPictures(find("blend"), blend, 1);
      find("middle").setAttribute("aria-label", `Picture at ${Math.round(100 * way)} % of the way.`);
    } while (again);
    busy = false;
  }

  const other = (change) => () => { change(); update(); };
  find("from-other").addEventListener("click", other(() => (from = draw())));
  find("to-other").addEventListener("click", other(() => (to = draw())));
  find("directions").addEventListener("click", other(() => ([first, second] = [draw(), draw()])));
  for (const id of ["way", "first", "second"]) find(id).addEventListener("input", update);
  game.listen(({ step }) => {
    if (guess.guess !== null && step >= LEGIBLE && !guess.fields.disabled) reveal();
    find("walk-told").textContent = step < LEGIBLE ? `G has not learned enough yet: train it above, for ${LEGIBLE} steps or so.` : "";
    update();
  });
}

// On the sphere, where latents lie: a share of the way from z to other, at equal angles.
export function between(z, other, share) {
  const length = (vector) => Math.hypot(...vector);
  const angle = Math.acos(Math.max(-1, Math.min(1, dot(z, other) / (length(z) * length(other)))));
  if (angle < 1e-6) return z;
  const [a, b] = [Math.sin((1 - share) * angle), Math.sin(share * angle)].map((part) => part / Math.sin(angle));
  return z.map((value, i) => a * value + b * other[i]);
}

// A latent as long as z and at a right angle to it, towards `direction`.
export function beside(z, direction) {
  const along = dot(direction, z) / dot(z, z);
  const across = direction.map((value, i) => value - along * z[i]);
  const scale = Math.sqrt(dot(z, z) / dot(across, across));
  return across.map((value) => scale * value);
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
