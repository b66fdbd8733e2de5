// What is too wide for the screen scrolls aside; with a name and a place in the order of Tab, arrow keys can do it.
const wide = {".table": "table", pre: "code or printed text", ".jp-RenderedHTML": "output"};
const name = () => Object.entries(wide).forEach(([kind, what]) => document.querySelectorAll(kind).forEach((box) => {
  const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "visible";
  const named = {tabindex: 0, role: "group", "aria-label": `${what}, scrolls to the side`};
  for (const [key, value] of Object.entries(named)) {
    if (scrolls) box.setAttribute(key, value);
    else box.removeAttribute(key);
  }
}));
name();
addEventListener("resize", name);
document.addEventListener("toggle", name, true); // an answer that was folded had no width

// Folded answers are printed, and folded again.
const folded = [];
addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((box) => {
  folded.push(box);
  box.open = true;
}));
addEventListener("afterprint", () => folded.splice(0).forEach((box) => (box.open = false)));
