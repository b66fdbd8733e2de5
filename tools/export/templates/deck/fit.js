// Makes each slide fit before reveal.js lays the slides out. Waits for the load event: a picture has no height before.
//
// Text is as large as its slide lets it be, and never below 24 px. Pictures are as large as the slide lets them be; the
// text of a full slide gives way until the small print of the figures, 13 points at 100 dots to the inch, has 18 px. What
// is drawn or printed may stand beside the text, and a line of code is broken only where nothing else serves.
window.addEventListener("load", () => {
  const [width, height] = [1280, 720];
  const legible = 18 / (100 * 13 / 72);
  const least = 24 / 34;

  // The heading stands at the top, what is below it in the middle of the rest; the foot of a slide stays where it is.
  const arrange = (slide) => {
    const [content, body] = [document.createElement("div"), document.createElement("div")];
    const heading = slide.querySelector("h2, h3");
    body.className = "body";
    body.append(...[...slide.childNodes].filter((node) => !node.matches?.("aside, .celltag_sources, .celltag_colophon")));
    if (heading) content.append(heading);
    content.append(body);
    slide.prepend(content);
    return content;
  };

  // A broken line of code goes on four letters further in than it began.
  const hang = (pre) => {
    const lines = [[]];
    for (const node of [...pre.childNodes]) {
      const parts = node.nodeType === Node.TEXT_NODE ? node.data.split("\n") : [node];
      parts.forEach((part, i) => {
        if (i) lines.push([]);
        if (part !== "") lines.at(-1).push(part);
      });
    }
    if (!lines.at(-1).length) lines.pop();
    pre.replaceChildren(...lines.flatMap((parts, i) => {
      const line = document.createElement("span");
      line.className = "line";
      line.append(...parts);
      const begin = line.textContent.search(/\S|$/);
      line.style.setProperty("--in", `${begin + 4}ch`);
      return i ? ["\n", line] : [line];
    }));
  };

  // What follows a formula without a space stays on its line: D's.
  const hold = (formula) => {
    const [, word, rest] = formula.nextSibling?.data?.match(/^(\S+)(.*)$/s) ?? [];
    if (!word) return;
    const whole = document.createElement("span");
    whole.className = "unbroken";
    formula.nextSibling.data = rest;
    formula.replaceWith(whole);
    whole.append(formula, word);
  };

  document.body.classList.add("measuring");
  document.querySelectorAll(".slides svg.math:not(.display)").forEach(hold);
  document.querySelectorAll(".highlight pre").forEach(hang);
  document.querySelectorAll(".slides section").forEach((slide) => {
    if (slide.querySelector("section")) return;
    slide.classList.add("now");
    const content = arrange(slide);
    const all = (selector) => [...content.querySelectorAll(selector)];
    const figures = all("img:not([src^='data:image/gif'])");
    const films = all("img").length - figures.length;
    const enlarged = (image) => Math.min(image.width / image.naturalWidth, image.height / image.naturalHeight);
    const shrunk = (svg) => svg.getBoundingClientRect().width < parseFloat(svg.style.width) * parseFloat(getComputedStyle(svg).fontSize) - 1;
    const formulas = all("svg.display");
    const parts = [content, ...content.querySelector(".body").children];
    const fits = () => slide.getBoundingClientRect().height <= height + 0.5
      && parts.every((part) => part.scrollWidth <= part.clientWidth) && !formulas.some(shrunk);
    const set = ({ layout, text, picture }) => {
      content.className = `content ${layout}`;
      content.style.fontSize = `${text}em`;
      content.style.setProperty("--picture", `${picture}px`);
    };
    const pictures = figures.length + films;
    const prints = all(".printed > *").length && all(".body > * .jp-OutputArea").length;
    const other = figures.length === 1 ? "beside" : pictures || all(".highlight").length ? "" : ["", "aside", "columns"][Math.min(prints, 2)];
    let best = { layout: "wrapped tight", text: least, picture: 640, seen: 0 };
    const look = (layout, text) => {
      const at = (picture) => (set({ layout, text, picture }), fits());
      let [small, large] = [160, 640];
      if (!at(large) && pictures) {
        while (large - small > 4) [small, large] = at((small + large) / 2) ? [(small + large) / 2, large] : [small, (small + large) / 2];
        large = small;
      }
      const seen = at(large) ? Math.min(legible, ...figures.map(enlarged)) : 0;
      if (seen > best.seen * 1.04 || (seen === legible && seen > best.seen)) best = { layout, text, picture: large, seen };
    };
    // With a figure its letters decide, and text gives way; without one the size of the text does.
    const wide = [["whole", 40, 30], [other, 36, 26], ["whole", 28, 24], [other, 24, 24]];
    const close = [...(films && !figures.length ? [["beside", 34, 24]] : []), ["whole", 34, 24], [other, 34, 24], ["whole tight", 30, 24], [other && `${other} tight`, 30, 24]];
    const tries = pictures ? close : wide;
    for (const [layout, from, to] of [...tries, ["wrapped", 34, 24], [`wrapped ${other}`, 34, 24], ["wrapped tight", 24, 24]]) {
      if (best.seen && layout.includes("wrapped")) break;
      for (let px = layout ? from : 0; px >= to && best.seen < legible; px -= 1) look(layout, px / 34);
    }
    set(best);
    slide.classList.remove("now");
    if (!best.seen) {
      console.warn("too much for one slide, split it:", content.textContent.trim().slice(0, 60));
      slide.style.overflowY = "auto";
      slide.style.maxHeight = `${height}px`;
    }
  });
  document.body.classList.remove("measuring");
  const asked = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
  const opened = document.getElementById(asked) ?? document.querySelectorAll(".slides section[id]")[asked - 1];
  Reveal.initialize({
    width, height, margin: 0, center: false, hash: true, hashOneBasedIndex: true, slideNumber: "c/t", transition: "none",
    defaultTiming: 0, pdfSeparateFragments: false, plugins: [RevealNotes],
  }).then(() => {
    if (!Reveal.isScrollView() || !opened) return; // on a phone reveal.js forgets which slide was asked for
    requestAnimationFrame(() => opened.closest(".scroll-page").scrollIntoView({ behavior: "instant" }));
  });
});
