"""The check of notebook 04 for a turn of algorithm 1: stand-ins note what they are handed."""

from collections import namedtuple

import keras
import numpy as np

from gan_utils.check.verdict import Hint, call, exercise

__all__ = ["training_step"]

LATENT_DIM = 64
IMAGE_SHAPE = (28, 28, 1)

# One call of train_on_batch: by whom; of each row what it is, ("real", (batch, row)), ("fake", its latent as
# bytes), ("latent", as bytes) or ("unknown", None); and its targets, an array (n,).
Update = namedtuple("Update", "player rows targets")


@exercise(
    first_step="Begin with the loop over real_batches: which lines of train_epoch belong inside it?",
    praise="D has k batches to learn from, then G one: with latents that nobody has seen before.",
)
def training_step(answer):
    """`answer(generator, discriminator, combined, real_batches, rng)`: one turn, k batches."""
    sizes, rng = [20, 20, 7], np.random.default_rng(0)
    latents = _play(answer, sizes, rng)
    if latents & _play(answer, [12, 9], rng):
        raise Hint("a second turn has the same latents as the first: do its draws go on where those ended?")
    if latents != _play(answer, sizes, np.random.default_rng(0)):
        raise Hint("all is in its place, but the latents do not come from rng: who could repeat the run?")


def _play(answer, sizes, rng):
    """Let the answer play one turn, judge it, and return the latents that were used, as bytes."""
    notes = _Notes(sizes)
    players = [_Network(notes, name) for name in ("generator", "discriminator", "combined")]
    real_batches = [batch.copy() for batch in notes.batches]

    def play(*arguments):
        answer(*arguments)
        return "whatever it returns"  # what counts is what it did

    call(play if callable(answer) else answer, *players, real_batches, rng)
    _judge_who_gets_what(notes.updates)
    _judge_d(_steps_of_d(notes.updates), sizes)
    _judge_g(notes.updates, len(sizes))
    return {key for update in notes.updates for kind, key in update.rows if kind in ("fake", "latent")}


class _Notes:
    """What there is to be recognized, and what has happened so far."""

    def __init__(self, sizes):
        rng = np.random.default_rng(len(sizes))
        self.batches = [rng.random((n, *IMAGE_SHAPE), dtype="float32") for n in sizes]
        self.images = {
            x.tobytes(): ("real", (i, j)) for i, batch in enumerate(self.batches) for j, x in enumerate(batch)
        }
        self.updates = []

    def draw(self, latents):
        """A picture for each latent, by which it is known again."""
        pixels = np.tile(1 / (1 + np.exp(-latents)), 13)[:, : np.prod(IMAGE_SHAPE)]
        images = pixels.reshape(-1, *IMAGE_SHAPE)
        self.images |= {x.tobytes(): ("fake", z.tobytes()) for x, z in zip(images, latents, strict=True)}
        return images

    def add(self, player, inputs, targets):
        if inputs.shape[1:] == (LATENT_DIM,):
            rows = [("latent", z.tobytes()) for z in inputs]
        else:
            rows = [self.images.get(x.tobytes(), ("unknown", None)) for x in inputs]
        if targets is None or np.shape(targets) not in ((len(rows),), (len(rows), 1)):
            came = "none" if targets is None else f"targets {np.shape(targets)}"
            raise ValueError(f"{len(rows)} inputs need as many targets, ({len(rows)}, 1); there came {came}")
        self.updates.append(Update(player, rows, np.asarray(targets, "float64").reshape(-1)))


class _Network:
    """Stands in for a Keras model: notes what it is handed, and computes next to nothing."""

    def __init__(self, notes, name):
        self.notes, self.name = notes, name
        self.input_shape = (None, *IMAGE_SHAPE) if name == "discriminator" else (None, LATENT_DIM)
        self.output_shape = (None, *IMAGE_SHAPE) if name == "generator" else (None, 1)

    def __getattr__(self, name):
        raise AttributeError(f"no {name}: what this model knows is predict_on_batch and train_on_batch")

    def __call__(self, inputs, training=None):
        return keras.ops.convert_to_tensor(self.predict_on_batch(inputs))

    def predict(self, inputs, **settings):
        return self.predict_on_batch(inputs)

    def predict_on_batch(self, x):
        inputs = _numbers(x)
        if inputs.shape[1:] != self.input_shape[1:]:
            raise ValueError(f"{self.name} takes inputs {self.input_shape}, not {inputs.shape}")
        return self.notes.draw(inputs) if self.name == "generator" else np.zeros((len(inputs), 1), "float32")

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        if self.name == "generator":
            raise ValueError("generator is not compiled: there are no targets for its images")
        self.notes.add(self.name, _numbers(x), None if y is None else _numbers(y))
        return {"loss": np.float32(0.7)} if return_dict else np.float32(0.7)

    def reset_metrics(self):
        pass


def _numbers(x):
    return np.asarray(keras.ops.convert_to_numpy(x), "float32")


def _of(player, updates):
    return [update for update in updates if update.player == player]


def _targets(kind, updates):
    rows = [row for update in updates for row in zip(update.rows, update.targets, strict=True)]
    return {target for (found, _), target in rows if found == kind}


def _judge_who_gets_what(updates):
    d, g = _of("discriminator", updates), _of("combined", updates)
    if not d:
        raise Hint("D never learns: combined moves G alone, whatever it is handed, and who moves D?")
    if not g:
        raise Hint("G never learns: through which model does D's verdict reach it?")
    if {kind for update in g for kind, _ in update.rows} != {"latent"}:
        raise Hint("combined is handed images. It begins with G: what does G take?")
    kinds = {kind for update in d for kind, _ in update.rows}
    if "latent" in kinds:
        raise Hint("D is handed latents: it judges images.")
    if "unknown" in kinds:
        raise Hint("D is handed images that are neither real ones, as they came, nor this generator's.")
    if len(kinds) == 1:
        raise Hint(f"D is shown {kinds.pop()} images only: from what could it learn to tell them?")
    told = _targets("real", d), _targets("fake", d)
    if told == ({0}, {1}):
        raise Hint("D is taught the wrong way round: which of the two is 1 in this course?")
    if told[0] == told[1] and len(told[0]) == 1:
        raise Hint(f"D is told {told[0].pop():.0f} of all images, real or fake: what could it learn?")
    if not told[0] | told[1] <= {0, 1}:
        raise Hint("D has targets other than 1 and 0: algorithm 1 knows no others.")
    if told != ({1}, {0}):
        raise Hint("some images carry the other kind's target: do images and targets come in one order?")


def _steps_of_d(updates):
    """D's steps, each a list of rows; one on reals and one on fakes, in a row, are one step in two halves."""
    steps, half = [], None
    for update in _of("discriminator", updates):
        kinds = {kind for kind, _ in update.rows}
        if half and len(kinds) == 1 and kinds != {half[0][0]}:
            steps.append(half + update.rows)
            half = None
        elif half:
            break
        elif len(kinds) == 1:
            half = update.rows
        else:
            steps.append(update.rows)
    if half:
        raise Hint(f"D has a step on {half[0][0]} images alone: each of its steps has both kinds.")
    return steps


def _judge_d(steps, sizes):
    k = len(sizes)
    reals = [{key for kind, key in step if kind == "real"} for step in steps]
    batches = [{batch for batch, _ in step} for step in reals]
    if any(len(batch) > 1 for batch in batches):
        raise Hint("D gets the images of several batches in one step: it should make a step for each.")
    if sorted(batch for (batch,) in batches) != list(range(k)):
        raise Hint(f"of {k} batches D has seen {len(set().union(*batches))}, in {len(steps)} steps.")
    fakes = [[key for kind, key in step if kind == "fake"] for step in steps]
    sizes = [sizes[batch] for (batch,) in batches]
    if [len(step) for step in reals] != sizes:
        seen = [len(step) for step in reals]
        raise Hint(f"the batches hold {sizes} real images, and D was shown {seen} of them.")
    made = [len(step) for step in fakes]
    if made != sizes:
        same = "always the same number" if len(set(made)) == 1 and k > 1 else "and not as many"
        raise Hint(f"D has {sizes} real images and {made} fakes beside them, {same}.")
    if any(len(set(step)) < len(step) for step in fakes):
        raise Hint("within one step D sees the same fake more than once: one latent for each.")
    if len(set().union(*fakes)) < sum(made):
        raise Hint("D sees the same fakes in two of its steps: what is drawn where?")
    _judge_latents("D", set().union(*fakes))


def _judge_g(updates, k):
    g = _of("combined", updates)
    if len(g) != 1:
        where = ", one for each of D's" if len(g) == k else ""
        raise Hint(f"G makes {len(g)} steps in one turn{where}: algorithm 1 has its line 5 outside the loop.")
    if updates[-1] is not g[0]:
        raise Hint("G makes its step before D has made all of its own.")
    told = _targets("latent", g)
    if told == {0}:
        raise Hint('G is trained to hear "fake": as what does it want its images to pass?')
    if told != {1}:
        raise Hint("G's targets are not all the same, or not one of D's two words.")
    latents = {key for _, key in g[0].rows}
    if latents & {key for update in _of("discriminator", updates) for _, key in update.rows}:
        raise Hint("G's step has latents whose pictures D has just been trained on: what does line 4 say?")
    if not 2 <= len(latents) <= 200:
        raise Hint(f"G learns from {len(latents)} latents: let it be about as many as D has images.")
    _judge_latents("G", latents)


def _judge_latents(player, latents):
    z = np.concatenate([np.frombuffer(key, "float32") for key in latents])
    numbers = f"from {z.min():.2f} to {z.max():.2f}, mean {z.mean():.2f}, standard deviation {z.std():.2f}"
    if np.abs(z).max() < 2:
        raise Hint(f"the latents of {player}'s step have bounds, as no normal distribution has: {numbers}.")
    if abs(z.mean()) > 0.25 or abs(z.std() - 1) > 0.25:
        raise Hint(f"the latents of {player}'s step are not standard normal: {numbers}.")
