// A question before the experiment, as course.Guess asks it: the answer stays hidden until the experiment has spoken.

let asked = 0;

export class Guess {
  // Asks `question` in `place`, with a button for each of `choices`; `onGuess` is called at each guess.
  constructor(place, question, choices, onGuess = () => {}) {
    Object.assign(this, { choices, guess: null, said: document.createElement("p") });
    const fields = document.createElement("fieldset"), legend = document.createElement("legend");
    legend.append(...typeset(question));
    fields.append(legend);
    const name = `guess-${++asked}`;
    for (const choice of choices) {
      const label = document.createElement("label"), input = document.createElement("input");
      Object.assign(input, { type: "radio", name, value: choice });
      input.addEventListener("change", () => {
        this.guess = choice;
        onGuess();
      });
      label.append(input, ...typeset(` ${choice}`));
      fields.append(label);
    }
    this.fields = fields;
    this.said.setAttribute("role", "status");
    place.replaceChildren(fields, this.said);
  }

  // Says `told`, and keeps the guess open.
  tell(told) {
    this.said.replaceChildren(...typeset(told));
    this.said.className = "answer";
  }

  // Says what was measured, beside the guess. `told` is a sentence.
  compare(right, told) {
    this.fields.disabled = true;
    const verdict = this.guess === null ? "You made no guess; the next one?"
      : this.guess === right ? "As you said." : `You said: ${this.guess}.`;
    this.tell(`${told} ${verdict}`);
  }
}

// Text with L_D and L_G set as in a book, and `code` as code.
export function typeset(text) {
  return text.split(/(L_[DG]|`[^`]+`)/).map((part) => {
    if (part.startsWith("`")) {
      const code = document.createElement("code");
      code.textContent = part.slice(1, -1);
      return code;
    }
    if (!/^L_[DG]$/.test(part)) return part;
    const span = document.createElement("span"), sub = document.createElement("sub");
    sub.textContent = part[2];
    span.append("L", sub);
    return span;
  });
}
