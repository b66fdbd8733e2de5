// The seven ways to break the game, in the words of notebook 04: what is changed, a question before it runs, the
// signature, the cure. `holds` says of a run's numbers, and of the healthy run's, whether its text is true of it;
// `number` is what to compare after a cure of its own.

export const CASES = {
  "D too strong": {
    title: "D too strong",
    change: "G gets a hundredth of its learning rate.",
    question: "What will L_G do?",
    choices: ["climb and climb", "stay near ln 2", "fall to 0"],
    right: "climb and climb",
    signature: "D is right about everything, L_G climbs, and the pictures are still noise. Yet the gradient is "
      + "larger than in the healthy run: the lesson arrives, and this G is only too slow to follow it.",
    cure: "Bring the two rates near each other.",
    holds: (run, healthy) => run.dAccuracy > 0.95 && run.gLoss > 4 && run.gradient > healthy.gradient,
  },
  saturated: {
    title: "a loss that saturates",
    change: "G gets the obvious loss, log(1 − D), and D ten times its rate and a head start of 50 updates.",
    question: "How large will the gradient be that reaches G?",
    choices: ["larger than in the healthy run", "about the same", "practically 0"],
    right: "practically 0",
    signature: "The same accuracy and the same noise as with D too strong, but another illness: the gradient is "
      + "practically 0. The loss could not pass on what D knew.",
    cure: "The non-saturating loss, −log D. The fast D and its head start may stay.",
    number: "gradient",
    holds: (run) => run.dAccuracy > 0.95 && run.gradient < 1e-3 && run["D(G(z))"] < 1e-3,
    mended: (run) => run.gradient > 0.1 && run.diversity > 0.2,
  },
  "G too strong": {
    title: "G too strong",
    change: "D gets a thousandth of its learning rate.",
    question: "What will L_G be after 200 steps?",
    choices: ["close to 0", "close to ln 2", "above 2"],
    right: "close to 0",
    signature: "L_G is close to 0, and its gradient, too: G draws one pattern that fools this D, and has nothing "
      + "left to learn from it. D moved, but only a little.",
    cure: "Give D its rate back.",
    holds: (run) => run.gLoss < 0.3 && run["D(G(z))"] > 0.7 && run["D moved"] > 0 && run["D moved"] < 0.5,
  },
  collapse: {
    title: "mode collapse",
    change: "BatchNorm is taken out of G, and its learning rate raised.",
    question: "Which number will show it?",
    choices: ["D's accuracy", "L_G", "the diversity"],
    right: "the diversity",
    signature: "Nearly one picture for every z. The losses alone could say “D too strong”; the small diversity "
      + "shows what it is.",
    cure: "BatchNorm in G. (The learning rate is not to blame.)",
    number: "diversity",
    holds: (run, healthy) => run.diversity < 0.3 && run.diversity < 0.8 * healthy.diversity,
    mended: (run, sick) => run.diversity > 1.5 * sick.diversity,
  },
  "rates too high": {
    title: "learning rates too high",
    change: "D gets a hundred times its learning rate, G fifty times.",
    question: "Which of the curves will show it first?",
    choices: ["the losses", "D's accuracy", "neither"],
    right: "the losses",
    signature: "The losses reach tens and thousands, almost from the start, and D's weights have moved very far: "
      + "each update overshoots, and the next one has to make up for it.",
    cure: "Divide both rates by ten until the losses come down to the order of ln 2.",
    holds: (run, healthy) =>
      Math.max(run.dLoss, run.gLoss) > 5 && run["D moved"] > 5 * healthy["D moved"],
  },
  "BatchNorm in D": {
    title: "BatchNorm in D",
    change: "D gets BatchNorm, and judges a picture by the others in its batch.",
    question: "D's batch is half real and half fake, G's all fake. In which will D be the better judge?",
    choices: ["in the mixed batch", "in the batch of fakes", "in both alike"],
    right: "in the mixed batch",
    signature: "Two numbers that cannot both be true of one judge: D is right about nearly everything, yet L_G is "
      + "low, as if G fooled D. Among fakes alone, D is lenient, and it is there that G learns.",
    cure: "No BatchNorm in D.",
    holds: (run) => run.dAccuracy > 0.95 && run.gLoss < 1,
  },
  trap: {
    title: "the trap",
    change: "D's flag `trainable` is False, as in many tutorials. D's updates are made, and nothing of D moves.",
    question: "Which number gives it away?",
    choices: ["D moved", "L_G", "D's accuracy"],
    right: "D moved",
    signature: "From the curves alone this is “G too strong”. What gives it away is “D moved”: exactly 0.",
    cure: "Leave D's flag alone, and ask `gu.check_training` who moves.",
    holds: (run) => run["D moved"] === 0 && run.gLoss < 0.3,
  },
};
