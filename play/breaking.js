// Third part: the laboratory's seven faults as switches.

import { CASES } from "./cases.js";
import { drawPictures, whenLooksChange } from "./drawing.js";
import { Guess, typeset } from "./guess.js";
import { STEPS } from "./laboratory.js";
import { bringIntoSight, drawGame, find, percent } from "./learning.js";
import { Trainer } from "./trainer.js";

const SEED = 6; // notebook 04's
const NUMBERS = { // what each is called, and how it is written
  dLoss: ["L_D", written], gLoss: ["L_G", written], dAccuracy: ["accuracy", percent], "D(G(z))": ["D(G(z))", written],
  diversity: ["diversity", written], gradient: ["gradient", written],
  "D moved": ["D moved", (number) => (number === 0 ? "0" : written(number))], // here 0 is exact
};

export function setUpBreaking(script, packed, alarm) {
  const runs = {}; // what has been run, by name: { numbers, pictures, curves }
  let chosen = Object.keys(CASES)[0], trainer = null, guess = null, busy = false, redraw = () => {};

  const tell = (told) => find("case-told").replaceChildren(...typeset(told));

  async function run(name, title) {
    if (runs[name]) return runs[name];
    if (!trainer) {
      trainer = new Trainer(script, ({ step }) => tell(`${find("case-told").dataset.title}: step ${step} of ${STEPS}.`), alarm);
      await trainer.ask("load", { packed });
    }
    find("case-told").dataset.title = title;
    tell(`${title}: begins.`);
    await trainer.ask("start", { seed: SEED, run: name });
    const { curves } = await trainer.ask("train", { until: STEPS, every: 1500 });
    return (runs[name] = { ...(await trainer.ask("signature")), curves });
  }

  const act = (action) => async () => {
    if (busy) return;
    busy = true;
    able();
    try {
      await action();
    } catch (error) {
      alarm(error.message);
    }
    busy = false;
    able();
  };

  const provoke = act(async () => {
    const name = chosen, { title, right, holds } = CASES[name];
    const healthy = await run("healthy", "The healthy run"), sick = await run(name, `Broken, ${title}`);
    const holding = holds(sick.numbers, healthy.numbers);
    tell(`Broken: ${STEPS} steps, beside a healthy run with the same seed.`);
    guess.compare(right, `Seen: ${right}.`);
    show(name, holding);
  });

  const mend = act(async () => {
    const name = chosen, cured = cureOf(name), { number } = CASES[name];
    await run(cured, cured === "healthy" ? "The healthy run" : "Mended");
    tell(cured === "healthy"
      ? "Mended: with the fault taken out, and the same seed, it is the healthy run."
      : `Mended: nothing but what the cure says is changed, and trained anew for ${STEPS} steps. The ${number} `
        + `was ${written(runs[name].numbers[number])}; now it is ${written(runs[cured].numbers[number])}.`);
    show(name, null, true);
  });

  function able() {
    find("provoke").disabled = busy;
    find("mend").disabled = busy || !runs[chosen];
    for (const input of find("switches").querySelectorAll("input")) input.disabled = busy;
  }

  function choose(name) {
    chosen = name;
    const { change, question, choices } = CASES[name];
    find("change").replaceChildren(...typeset(change));
    guess = new Guess(find("case-guess"), question, choices);
    find("verdict").hidden = find("legend").hidden = true;
    tell(runs.healthy ? "Guess, and break it." : "Guess, and break it. A healthy run for comparison is made first.");
    find("results").replaceChildren();
    redraw = () => {};
    able();
  }

  function show(name, holding, withCure = false) {
    const { signature, cure } = CASES[name], verdict = find("verdict");
    const paragraph = (strong, text) => {
      const p = document.createElement("p"), b = document.createElement("b");
      b.textContent = `${strong} `;
      p.append(b, ...typeset(text));
      return p;
    };
    const lines = [paragraph("Signature.", signature), paragraph("Cure.", cure)];
    if (holding === false) lines.push(paragraph("This run", "does not show it as clearly as the text says: look at the numbers."));
    if (holding !== null) verdict.replaceChildren(...lines);
    verdict.hidden = find("legend").hidden = false;
    const healed = withCure && cureOf(name) === "healthy";
    const columns = [[healed ? "mended: the healthy run" : "healthy", runs.healthy], ["broken", runs[name]]];
    if (withCure && !healed) columns.push(["mended", runs[cureOf(name)]]);
    find("results").replaceChildren(...columns.map(([title, found]) => card(title, found)));
    redraw = () => {
      for (const [i, [, found]] of columns.entries()) {
        const place = find("results").children[i];
        drawPictures(place.querySelector(".many"), found.pictures.slice(0, 784 * 12), 6);
        drawGame(place.querySelector(".losses"), place.querySelector(".accuracy"), found.curves);
      }
    };
    redraw();
    bringIntoSight(find("results"), find("provoke"));
  }

  find("provoke").addEventListener("click", provoke);
  find("mend").addEventListener("click", mend);
  for (const [name, { title }] of Object.entries(CASES)) {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "fault", value: name, checked: name === chosen });
    input.addEventListener("change", () => choose(name));
    label.append(input, ` ${title}`);
    find("switches").append(label);
  }
  choose(chosen);
  whenLooksChange(() => redraw());
}

export const cureOf = (name) => (CASES[name].mended ? `cured ${name}` : "healthy");

function card(title, { numbers }) {
  const article = document.createElement("article"), heading = document.createElement("h3");
  heading.textContent = title;
  const canvas = (name, label) => {
    const element = document.createElement("canvas");
    element.className = name;
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", label);
    return element;
  };
  const list = document.createElement("dl");
  for (const [key, [name, write]] of Object.entries(NUMBERS)) {
    const dt = document.createElement("dt"), dd = document.createElement("dd"), row = document.createElement("div");
    dt.append(...typeset(name));
    dd.textContent = write(numbers[key]);
    row.append(dt, dd);
    list.append(row);
  }
  const pictures = canvas("many", `Twelve pictures of the run ${title}, with a diversity of ${written(numbers.diversity)}.`);
  const sheet = document.createElement("div"), curves = document.createElement("div");
  sheet.className = "sheet";
  curves.append(canvas("losses", ""), canvas("accuracy", ""));
  sheet.append(curves, list);
  article.append(heading, pictures, sheet);
  return article;
}

function written(number) {
  if (Math.abs(number) < 0.001) return number < 0 ? "above −0.001" : "below 0.001";
  return Number(number.toPrecision(2)).toLocaleString("en");
}
