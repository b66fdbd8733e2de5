// A tagged PDF has no MathML: on paper a formula's drawing says the words, as a picture does.
addEventListener("beforeprint", () => document.querySelectorAll(".formula svg").forEach((drawing) => {
  drawing.ariaHidden = null;
  drawing.role = "img";
  drawing.ariaLabel = drawing.previousSibling.ariaLabel;
}));
addEventListener("afterprint", () => document.querySelectorAll(".formula svg").forEach((drawing) => {
  drawing.ariaHidden = "true";
  drawing.role = drawing.ariaLabel = null;
}));
