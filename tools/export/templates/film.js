// A film has a button that stops it: its last frame stands in its place, as it does from the beginning for readers
// who want no motion. Without scripts it moves for all others.
document.querySelectorAll(".film").forEach((film) => {
  const [still, button] = [film.querySelector("source"), document.createElement("button")];
  const rests = () => matchMedia(still.media).matches;
  const label = () => (button.textContent = rests() ? "▶ Play the film" : "■ Stop the film");
  button.className = "film-button";
  button.addEventListener("click", () => {
    still.media = rests() ? "not all" : "all";
    label();
  });
  button.addEventListener("keydown", (event) => event.stopPropagation()); // in a deck, the space bar turns the page
  matchMedia(still.media).addEventListener("change", label);
  label();
  (film.closest("a") ?? film).after(button);
});
