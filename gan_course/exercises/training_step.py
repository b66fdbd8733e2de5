"""Notebook 04: a turn of algorithm 1, with k updates of D."""

import math
from statistics import NormalDist

import numpy as np

from gan_course.checking.feedback import exercise
from gan_course.checking.recording_models import IMAGE_SHAPE, LATENT_DIM, Recording
from gan_course.checking.running import Hint, call


@exercise(
    first_step="Begin with the loop over real_batches: which lines of train_epoch belong inside it?",
    praise="D has k batches to learn from, then G one: with latents that nobody has seen before.",
    seconds=30,
)
def training_step(answer):
    """`answer(generator, discriminator, combined, real_batches, rng)`: one turn, k batches."""
    sizes, rng, recording = [20, 20, 7], np.random.default_rng(0), Recording()
    first = _play(answer, recording, sizes, rng)
    # The same models again: what has become of their flags?
    if _keys(first) & _keys(_play(answer, recording, [12, 9], rng)):
        raise Hint("a second turn has the same latents as the first: do its draws go on where those ended?")
    if _keys(first) != _keys(_play(answer, Recording(), sizes, np.random.default_rng(0))):
        raise Hint("all is in its place, but the latents do not come from rng: who could repeat the run?")
    _play(answer, recording, [9], rng)
    more = _play(answer, recording, [20] * 5 + [7], rng)
    few, many = len(first[-1].rows), len(more[-1].rows)
    if not 2 / 3 < many / few < 3 / 2:
        raise Hint(
            f"with batches of {sizes} images G gets {few} latents, and with twice as many such batches "
            f"{many}: let it be about as many as one batch has."
        )
    _require_standard_normal(recording.updates)


def _play(answer, recording, sizes, rng):
    """Let the answer play one turn, refuse what is wrong in it, and return its updates."""
    rng_of_images = np.random.default_rng(len(sizes))
    batches = [rng_of_images.random((n, *IMAGE_SHAPE), dtype="float32") for n in sizes]
    recording.know(batches)
    before = len(recording.updates)

    def play(*arguments):
        answer(*arguments)
        return "whatever it returns"  # what counts is what it did

    call(play if callable(answer) else answer, *recording.players, batches, rng)
    updates = recording.updates[before:]
    _require_inputs_and_targets(updates)
    _require_updates_of_d(_updates_of_d(updates), sizes)
    _require_update_of_g(updates, sizes)
    return updates


def _keys(updates):
    """The latents of some updates, those behind fakes included, as bytes."""
    return {key for update in updates for kind, key in update.rows if kind in ("fake", "latent")}


def _of(player, updates):
    return [update for update in updates if update.player == player]


def _targets(kind, updates):
    rows = [row for update in updates for row in zip(update.rows, update.targets, strict=True)]
    return {target for (found, _), target in rows if found == kind}


def _require_inputs_and_targets(updates):
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


def _updates_of_d(updates):
    """D's updates, each a list of rows; one on reals and one on fakes, in a row, are one in two halves."""
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
        raise Hint(f"D has an update on {half[0][0]} images alone: each of its updates has both kinds.")
    return steps


def _require_updates_of_d(steps, sizes):
    k = len(sizes)
    reals = [{key for kind, key in step if kind == "real"} for step in steps]
    batches = [{batch for batch, _ in step} for step in reals]
    if any(len(batch) > 1 for batch in batches):
        raise Hint("D gets the images of several batches in one update: it should make one for each.")
    if sorted(batch for (batch,) in batches) != list(range(k)):
        raise Hint(f"of {k} batches D has seen {len(set().union(*batches))}, in {len(steps)} updates.")
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
        raise Hint("within one update D sees the same fake more than once: one latent for each.")
    if len(set().union(*fakes)) < sum(made):
        raise Hint("D sees the same fakes in two of its updates: what is drawn where?")


def _require_update_of_g(updates, sizes):
    g, k = _of("combined", updates), len(sizes)
    if len(g) != 1:
        where = ", one for each of D's" if len(g) == k else ""
        raise Hint(
            f"G makes {len(g)} updates in one turn{where}: algorithm 1 has its line 5 outside the loop."
        )
    if updates[-1] is not g[0]:
        raise Hint("G makes its update before D has made all of its own.")
    told = _targets("latent", g)
    if told == {0}:
        raise Hint('G is trained to hear "fake": as what does it want its images to pass?')
    if told != {1}:
        raise Hint("G's targets are not all the same, or not one of D's two words.")
    latents = _keys(g)
    if latents & _keys(_of("discriminator", updates)):
        raise Hint("G's update has latents whose pictures D has just been trained on: what does line 4 say?")
    # A batch of the notebook has 64.
    if not min(sizes) / 2 <= len(latents) <= 2 * max(64, *sizes):
        raise Hint(f"G learns from {len(latents)} latents: let it be about as many as D has images.")


def _require_standard_normal(updates):
    for player, name in (("D", "discriminator"), ("G", "combined")):
        z = np.stack([np.frombuffer(key, "float32") for key in sorted(_keys(_of(name, updates)))])
        numbers = (
            f"from {z.min():.2f} to {z.max():.2f}, mean {z.mean():.2f}, standard deviation {z.std():.2f}"
        )
        if min(len(np.unique(row)) for row in z) < LATENT_DIM - 4:  # float32 has some numbers twice
            raise Hint(f"in a latent of {player}'s update some numbers stand more than once: draw all 64.")
        normal = NormalDist()
        # Both with one false alarm in 100,000: of so many numbers twelve should be larger than that; and
        # Kolmogorov and Smirnov's test.
        if np.abs(z).max() < normal.inv_cdf(1 - 6 / z.size):
            raise Hint(
                f"the latents of {player}'s update have bounds, as no normal distribution has: {numbers}."
            )
        share = np.arange(1, z.size + 1) / z.size
        distance = np.abs(share - [normal.cdf(x) for x in np.sort(z, axis=None)]).max()
        if distance > 2.5 / math.sqrt(z.size):
            raise Hint(f"the latents of {player}'s update are not standard normal: {numbers}.")
