// What reveal.js announces to screen readers leaves out formulas and the texts of pictures, and tells what is not yet
// revealed. This says what the slide shows, and of a build what has come.
Reveal.on("ready", () => {
  const status = document.querySelector(".aria-status");
  let shown = [Reveal.getCurrentSlide()];
  Reveal.on("slidechanged", ({ currentSlide }) => (shown = [currentSlide]));
  Reveal.on("fragmentshown", ({ fragments }) => (shown = fragments));
  const words = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.matches("aside, [aria-hidden=true], .fragment:not(.visible)")) return "";
    const said = node.ariaLabel ?? node.getAttribute("alt") ?? [...node.childNodes].map(words).join("");
    return getComputedStyle(node).display.startsWith("inline") ? said : ` ${said} `;
  };
  const announce = () => {
    const said = shown.map(words).join(" ").replace(/\s+/g, " ").trim();
    if (status.textContent !== said) status.textContent = said;
  };
  new MutationObserver(announce).observe(status, { childList: true });

  // A PDF is read aloud, too: there no slide is hidden.
  if (Reveal.isPrintView()) document.querySelectorAll(".slides section").forEach((slide) => (slide.ariaHidden = null));

  // On a phone the slides stand one below the other, in a body that scrolls: the arrow keys must reach it.
  const reach = () => (document.body.tabIndex = document.body.classList.contains("reveal-scroll") ? 0 : -1);
  Reveal.on("resize", reach);
  reach();
});
