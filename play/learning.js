// First part: the game itself.

import { drawCurves, drawPictures, whenLooksChange } from "./drawing.js";
import { Guess } from "./guess.js";
import { LN_2 } from "./losses.js";
import { Trainer } from "./trainer.js";

export const LEGIBLE = 700; // steps, after which the digits can be read
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export const find = (id) => document.getElementById(id);
export const percent = (share) => `${Math.round(100 * share)} %`;
export const last = (values, count = 20) =>
  values.slice(-count).reduce((sum, value) => sum + value, 0) / Math.min(count, values.length);

export function setUpDigits(script, packed, alarm) {
  const buttons = ["train", "update-d", "update-g", "anew"].map(find);
  const listeners = []; // who wants to know that G is another
  let training = false, look = null, guess = null;

  const trainer = new Trainer(script, show, alarm);
  const tell = (told) => (find("told").textContent = told);

  function show(now) {
    look = now;
    const { step, curves, pictures, verdicts } = now, canvas = find("pictures");
    drawPictures(canvas, pictures, canvas.clientWidth < 420 ? 6 : 9, verdicts);
    drawGame(find("losses"), find("accuracy"), curves);
    find("now-step").textContent = Math.min(curves.dLoss.length, curves.gLoss.length).toLocaleString("en"); // single updates, too
    const number = (values, write) => (values.length ? write(last(values)) : "–");
    find("now-d").textContent = number(curves.dLoss, (value) => value.toFixed(2));
    find("now-g").textContent = number(curves.gLoss, (value) => value.toFixed(2));
    find("now-accuracy").textContent = number(curves.dAccuracy, percent);
    const real = verdicts.reduce((sum, verdict) => sum + verdict, 0) / verdicts.length;
    canvas.setAttribute("aria-label",
      `Thirty-six pictures by G after ${step} steps; D gives them a probability of real of ${percent(real)} on average.`);
    if (training && step >= LEGIBLE && !guess.done) {
      guess.done = true;
      const dLoss = last(curves.dLoss, 100);
      guess.compare("near ln 2 = 0.69", `After ${step} steps L_D is ${dLoss.toFixed(2)}: it has not fallen to 0, because G became better, too.`);
    }
    listeners.forEach((listener) => listener(now));
  }

  function ask() {
    guess = new Guess(find("digits-guess"), "When the digits can be read, where will L_D be?",
      ["near 0", "near ln 2 = 0.69", "above 2"]);
    guess.done = false;
  }

  async function train() {
    if (training) {
      training = false;
      name();
      show(await trainer.ask("pause"));
      tell(`Paused after ${look.step} steps.`);
      return;
    }
    training = true;
    name();
    tell(`Training. After some ${LEGIBLE} steps the digits can be read.`);
    bringIntoSight(find("pictures"), find("train"));
    await trainer.ask("train", { every: CALM.matches ? 2000 : 150 });
  }

  function name() {
    find("train").textContent = training ? "Pause" : "Train";
    for (const id of ["update-d", "update-g"]) find(id).disabled = training;
  }

  async function update(player) {
    bringIntoSight(find("pictures"), find("train"));
    const now = await trainer.ask("update", { player });
    show(now);
    const loss = player === "D" ? now.curves.dLoss.at(-1) : now.curves.gLoss.at(-1);
    tell(player === "D"
      ? `One update of D, on 64 real digits and 64 fakes: loss ${loss.toFixed(2)}, accuracy `
        + `${percent(now.curves.dAccuracy.at(-1))}. G stays; D's verdicts change.`
      : `One update of G, on 64 new latents: loss ${loss.toFixed(2)}. The pictures change; D stays.`);
  }

  async function anew() {
    training = false;
    const seed = Math.min(9999, Math.max(0, Math.round(Number(find("seed").value) || 0)));
    find("seed").value = seed;
    ask();
    show(await trainer.ask("start", { seed }));
    name();
    tell(`A new game with seed ${seed}: all weights are random.`);
  }

  async function begin() {
    ask();
    const { count, arithmetic } = await trainer.ask("load", { packed });
    await anew();
    buttons.forEach((button) => (button.disabled = false));
    tell("Ready. Guess, and press Train.");
    find("engine").textContent = `${count.toLocaleString("en")} digits are part of the page. The matrices are multiplied by ${arithmetic}.`;
  }

  find("train").addEventListener("click", train);
  find("update-d").addEventListener("click", () => update("D"));
  find("update-g").addEventListener("click", () => update("G"));
  find("anew").addEventListener("click", anew);
  find("seed").addEventListener("keydown", ({ key }) => key === "Enter" && find("anew").click());
  whenLooksChange(() => look && show(look));
  begin().catch((error) => alarm(error.message));
  return {
    generate: async (latents) => (await trainer.ask("draw", { latents, averaged: true })).pictures,
    step: () => look?.step ?? 0,
    listen: (listener) => listeners.push(listener),
  };
}

// Scrolls down until `what` is seen, as far as the `button` that was pressed stays in sight.
export function bringIntoSight(what, button) {
  const below = what.getBoundingClientRect().bottom - innerHeight, above = button.getBoundingClientRect().top;
  const by = Math.min(below + 8, above - 8);
  if (below > 0 && by > 0) scrollBy({ top: by });
}

// Both losses with ln 2, and D's accuracy.
export function drawGame(losses, accuracy, curves) {
  drawCurves(losses, [
    { values: curves.dLoss, colour: "d" },
    { values: curves.gLoss, colour: "g", dash: [6, 4] },
  ], { line: LN_2, lineName: "ln 2" });
  drawCurves(accuracy, [{ values: curves.dAccuracy, colour: "d" }], { line: 0.5, lineName: "guessing", percent: true });
  if (!curves.dLoss.length && !curves.gLoss.length) return;
  const [d, g, right] = [curves.dLoss, curves.gLoss, curves.dAccuracy].map((values) => values.length ? last(values) : NaN);
  losses.setAttribute("aria-label", `Losses over ${curves.dLoss.length} steps, beside the line ln 2 = 0.69; of late L D ${d.toFixed(2)}, L G ${g.toFixed(2)}.`);
  accuracy.setAttribute("aria-label", `D's accuracy over ${curves.dAccuracy.length} steps; of late ${percent(right)}.`);
}
