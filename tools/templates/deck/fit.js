// Makes each slide fit before reveal.js lays the slides out: pictures give way first, then everything shrinks,
// to no less than half size. Waits for the load event, because a picture has no height before.
window.addEventListener("load", () => {
  const [width, height] = [1280, 720];
  document.body.classList.add("measuring");
  document.querySelectorAll(".slides section").forEach((slide) => {
    if (slide.querySelector("section")) return;
    const content = document.createElement("div");
    content.append(...slide.childNodes);
    slide.append(content);
    const fits = () => slide.getBoundingClientRect().height <= height && slide.scrollWidth <= width;
    for (let picture = 560; !fits() && picture >= 320; picture -= 20) {
      content.style.setProperty("--picture", `${picture}px`);
    }
    for (let zoom = 1; !fits() && zoom > 0.5; zoom -= 0.02) content.style.zoom = zoom;
    if (!fits()) {
      console.warn("too much for one slide, split it:", content.textContent.trim().slice(0, 60));
      slide.style.overflowY = "auto";
      slide.style.maxHeight = `${height}px`;
    }
  });
  document.body.classList.remove("measuring");
  Reveal.initialize({
    width, height, margin: 0.03, center: false, hash: true, slideNumber: "c/t", transition: "none",
    pdfSeparateFragments: false, plugins: [RevealNotes],
  });
});
