// Makes each slide fit before reveal.js lays the slides out. Waits for the load event: a picture has no height before.
//
// Text is as large as its slide lets it be, and never below 24 px. Pictures are as large as the slide lets them be; the
// text of a full slide gives way until the small print of the figures, 13 points at 100 dots to the inch, has 18 px. What
// is drawn or printed may stand beside the text, and a line of code is broken only where nothing else serves.
window.addEventListener("load", () => {
  const [width, height] = [1280, 720];
  const legible = 18 / (100 * 13 / 72);
  const [least, most] = [24 / 34, 40 / 34];

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

  document.body.classList.add("measuring");
  document.querySelectorAll(".highlight pre").forEach(hang);
  document.querySelectorAll(".slides section").forEach((slide) => {
    if (slide.querySelector("section")) return;
    const content = arrange(slide);
    const all = (selector) => [...content.querySelectorAll(selector)];
    const figures = all("img:not([src^='data:image/gif'])");
    const films = all("img").length - figures.length;
    const enlarged = (image) => Math.min(image.width / image.naturalWidth, image.height / image.naturalHeight);
    const fits = () => slide.getBoundingClientRect().height <= height + 0.5 && content.scrollWidth <= content.clientWidth;
    const set = ({ layout, text, picture }) => {
      content.className = `content ${layout}`;
      content.style.fontSize = `${text}em`;
      content.style.setProperty("--picture", `${picture}px`);
    };
    const layouts = ["whole"];
    const printed = all(".body > * .jp-OutputArea").length;
    if (figures.length === 1 || (!films && !figures.length && printed === 1 && all(".highlight").length === 0)) layouts.push("beside");
    if (!films && !figures.length && printed > 1) layouts.push("columns");
    const wrapped = layouts.map((layout) => `wrapped ${layout}`).map((layout) => layout.replace(" whole", ""));
    let best = { layout: "wrapped tight", text: least, picture: 640, seen: 0 };
    const look = (layout, text) => {
      let picture = 640;
      const pictures = figures.length + films;
      for (set({ layout, text, picture }); !fits() && pictures && picture > 160; set({ layout, text, picture })) picture -= 4;
      const seen = fits() ? Math.min(legible, ...figures.map(enlarged)) : 0;
      if (seen > best.seen * 1.04) best = { layout, text, picture, seen };
    };
    // With a figure its letters decide, and text gives way; without one the size of the text does.
    const tried = [[layouts, figures.length + films ? 1 : most, 28 / 34], [layouts, 28 / 34, least], [wrapped, 1, least]];
    for (const [some, from, to] of [...tried, [["wrapped tight"], least, least]]) {
      const sizes = Array.from({ length: Math.round((from - to) / 0.02) + 1 }, (_, i) => Math.max(to, from - 0.02 * i));
      if (figures.length) some.forEach((layout) => sizes.forEach((text) => best.seen < legible && look(layout, text)));
      else sizes.forEach((text) => some.forEach((layout) => best.seen < legible && look(layout, text)));
      if (best.seen && some === wrapped) break;
    }
    set(best);
    if (!best.seen) {
      console.warn("too much for one slide, split it:", content.textContent.trim().slice(0, 60));
      slide.style.overflowY = "auto";
      slide.style.maxHeight = `${height}px`;
    }
  });
  document.body.classList.remove("measuring");
  Reveal.initialize({
    width, height, margin: 0, center: false, hash: true, hashOneBasedIndex: true, slideNumber: "c/t", transition: "none",
    defaultTiming: 0, pdfSeparateFragments: false, plugins: [RevealNotes],
  });
});
