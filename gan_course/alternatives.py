"""What figures and films of the lessons show, for readers who do not see them; `show` finds it by its name.

They stand here and not in the notebooks, where they would tell a student what is to be seen before it is
drawn. Each says what is seen, with numbers of the run in braces, which the cell gives to `show`.
"""

# Notebook 01
ALTERNATIVES = {}

# Notebook 02
ALTERNATIVES |= {}

# Notebook 03
ALTERNATIVES |= {
    "two-slopes": "Two falling curves over the logit of a fake. At -6 the obvious loss is flat, with a slope "
    "of {obvious:.3f}, and the other is steep, with {other:.3f}; at 6 it is the other way round.",
    "lesson-figure": "Two S-curves over the logit: the pull of the saturating loss rises from 0 to 1, that "
    "of the non-saturating one falls from 1 to 0. Dots: at 100 % fake {sure[0]:.4f} and {sure[1]:.4f}, at "
    "70 % fake {unsure[0]:.1f} and {unsure[1]:.1f}.",
    "perfect-figure": "The gradient norm over the updates of D, both axes logarithmic. Saturating: from "
    "{saturating[0]:.1e} down to {saturating[1]:.1e}. Non-saturating: from {other[0]:.1f} up to "
    "{other[1]:.1f}.",
    "optimal-figure": "Two bell curves, the reals narrow around 1, the fakes wide around -0.5. Over them the "
    "optimal D, which rises to {highest:.2f} and falls again at the right, and the learned D, at most "
    "{near:.2f} away from it where samples are and {far:.2f} elsewhere.",
    "jsd-figure": "A curve that falls from {start:.2f} at distance 0 to {middle:.2f} at distance 4 and is "
    "flat from there on. Five dots, losses of trained discriminators, lie at most {off:.3f} away from it.",
    "motion-figure": "Six pictures of the fakes over the two humps of the data, at -2 and 2. At first a "
    "spike near 0; at step 50 between {low:.1f} and {high:.1f}; at the end {left:.0%} of them lie on the "
    "left hump, the others on the right. D(x) is high at the edges at step 20, and on the humps at the "
    "end. JSD: {divergences}.",
    "plane-debugger": "Four pictures of the plane: three blobs of real points, the fakes with an arrow each, "
    "D as colours. At the start L_D is {d0:.2f} and L_G {g0:.2f}; after an update of D, which turns "
    "colours and arrows, {d1:.2f} and {g1:.2f}; after one of G, which moves the fakes, {d2:.2f} and "
    "{g2:.2f}; after 100 of each, with fakes around all three blobs, {d3:.2f} and {g3:.2f}.",
    "ln2-figure": "Left: two curves of L_D over 500 steps; that of the D with hidden layers dips to "
    "{dip:.2f}, and both end at {end:.2f}. Middle: fakes of width {good:.2f}, on the data. Right: fakes of "
    "width {bad:.2f}, far too wide.",
    "saddle-figure": "Paths of both players, 500 steps from (1, 0). Product game: at once spirals outwards "
    "to distance {p0:.1f}, one step each circles at {p1:.2f}, R1 runs into the saddle. Dirac-GAN: at once "
    "and one step each wind inwards to {d0:.2f} and {d1:.2f}, R1 runs into the saddle.",
    "other-losses-figure": "Two panels, four losses over the score of a fake from -4 to 4. For D all rise to "
    "the right but least squares, a parabola around 0, and hinge is 0 left of -1. For G all fall at the "
    "left: the slope at -4 is {slopes}.",
    "optimistic-figure": "In the product game at once the path spirals outwards, to distance {out:.1f}. "
    "{yours}",
}

# Notebook 04
ALTERNATIVES |= {}


def describe(name: str, **numbers) -> str:
    """The text of this name with its numbers filled in; what is no name here is a text itself."""
    return ALTERNATIVES[name].format(**numbers) if name in ALTERNATIVES else name
