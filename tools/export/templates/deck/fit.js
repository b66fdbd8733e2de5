// Makes each slide fit before reveal.js lays the slides out. Waits for the load event: a picture has no height before.
//
// Pictures are as large as the slide lets them be. On a full slide the text gives way, down to 18 px for its output,
// until the small print of the figures, 13 points at 100 dots to the inch, has 18 px as well. A picture may stand
// beside the text, and a line of code is broken only where nothing else serves.
window.addEventListener("load", () => {
  const [width, height] = [1280, 720];
  const legible = 18 / (100 * 13 / 72);
  document.body.classList.add("measuring");
  document.querySelectorAll(".slides section").forEach((slide) => {
    if (slide.querySelector("section")) return;
    const content = document.createElement("div");
    content.append(...slide.childNodes);
    slide.append(content);
    const figures = [...content.querySelectorAll("img:not([src^='data:image/gif'])")];
    const enlarged = (image) => Math.min(image.width / image.naturalWidth, image.height / image.naturalHeight);
    const fits = () => slide.getBoundingClientRect().height <= height && content.scrollWidth <= content.clientWidth;
    const set = ({ layout, text, picture }) => {
      content.className = layout;
      content.style.fontSize = `${text}em`;
      content.style.setProperty("--picture", `${picture}px`);
    };
    const layouts = ["whole", "whole beside", "wrapped", "wrapped beside"];
    let best = { layout: "wrapped", text: 1, picture: 640, seen: 0 };
    for (const layout of layouts.filter((layout) => figures.length === 1 || !layout.includes("beside"))) {
      const least = best.seen || layout.startsWith("whole") ? 0.79 : 0.5;
      for (let text = 1; text >= least && best.seen < legible; text -= 0.02) {
        let picture = 640;
        for (set({ layout, text, picture }); !fits() && picture > 160; set({ layout, text, picture })) picture -= 4;
        const seen = fits() ? Math.min(legible, ...figures.map(enlarged)) : 0;
        if (seen > best.seen) best = { layout, text, picture, seen };
      }
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
    width, height, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none",
    pdfSeparateFragments: false, plugins: [RevealNotes],
  });
});
