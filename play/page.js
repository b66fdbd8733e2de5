// The page: three parts, of which the first two share a game.

import { setUpBreaking } from "./breaking.js";
import { setUpDigits } from "./learning.js";
import { setUpWalk } from "./walking.js";

const text = (id) => document.getElementById(id).textContent;

function alarm(what) {
  const place = document.getElementById("alarm");
  place.textContent = `This browser cannot run the page: ${what}. It takes a Chrome, Edge, Firefox or Safari of 2023 or later.`;
  place.hidden = false;
}

try {
  const digits = setUpDigits(text("worker"), text("packed"), alarm);
  setUpWalk(digits);
  setUpBreaking(text("worker"), text("packed"), alarm);
} catch (error) {
  alarm(error.message);
}
