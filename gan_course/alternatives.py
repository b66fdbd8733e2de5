"""What figures and films of the lessons show, for readers who do not see them; `show` finds it by its name.

They stand here and not in the notebooks, where they would tell a student what is to be seen before it is
drawn. Each says what is seen, with numbers of the run in braces, which the cell gives to `show`.
"""

# Notebook 01
ALTERNATIVES = {
    "diagram": "Diagram: noise z enters the generator G; its pictures and real data enter the discriminator "
    "D, which gives a verdict, real 1 or fake 0. Dashed arrows lead from the verdict back to D, and through "
    "D to G.",
    "data-grid": "Ten rows of ten handwritten digits, one row for each class from 0 to 9, white on black.",
    "pixel-model": "Three rows of ten: real sevens; ten times the average seven, blurred; and what is drawn "
    "from it: loose dots in the region of a seven.",
    "descent-figure": "The cost minus log p falls from 4.6 at p = 0.01 to 0 at p = 1. The dots of gradient "
    "descent begin at p = {first:.2f} with a cost of {at_first:.2f}, far apart, and crowd towards p = "
    "{last:.2f}.",
    "leaky-figure": "Left the values, right the slopes of ReLU, dashed, and LeakyReLU, solid. Above zero "
    "they are the same, with slope 1; below zero ReLU has value and slope 0, LeakyReLU falls gently, with "
    "slope 0.2.",
    "forger-grid": "Five rows of ten pictures: real digits; grey noise; scattered white dots; two digits on "
    "top of each other, grey where only one of them has ink; and digits put together from two halves, some "
    "with a break in the middle.",
    "league-losses": "Four curves of the cost over 300 updates, which begin near ln 2 (halves: "
    "{first:.2f}). Those of noise and shuffled drop to 0 and stay there; those of blends and halves fall "
    "slowly, to {blends:.2f} and {halves:.2f} in the last twenty updates.",
    "league-histograms": "Four histograms of D(x). Against noise and shuffled pixels the real images stand "
    "at 1, the fakes at 0. Against blends and halves the two overlap: {blends:.0%} and {halves:.0%} of the "
    "images have a D(x) between 0.1 and 0.9, of the first two {noise:.0%} and {shuffled:.0%}.",
    "cross-table-figure": "A table, four by four, of the share of fakes caught; one row for each judge, in "
    "the order noise, shuffled, blends, halves. The judge of noise: {caught[0][0]:.2f}, {caught[0][1]:.2f}, "
    "{caught[0][2]:.2f}, {caught[0][3]:.2f}. The judge of shuffled: {caught[1][0]:.2f}, {caught[1][1]:.2f}, "
    "{caught[1][2]:.2f}, {caught[1][3]:.2f}. The judge of blends: {caught[2][0]:.2f}, {caught[2][1]:.2f}, "
    "{caught[2][2]:.2f}, {caught[2][3]:.2f}. The judge of halves: {caught[3][0]:.2f}, {caught[3][1]:.2f}, "
    "{caught[3][2]:.2f}, {caught[3][3]:.2f}.",
    "sensitivity-figure": "Five digits made of two halves, and below each the gradient of the logit, from "
    "-{limit:.1f} to {limit:.1f}: red and blue dots all over, a little stronger near the strokes; two lines "
    "mark the four rows around the seam.",
    "retouch-league": "Three rows of ten digits made of halves, almost alike; the retouched ones have faint "
    "grey specks.",
}

# Notebook 02
ALTERNATIVES |= {
    "diagram-with-shapes": "Diagram with array shapes, solid and dashed arrows: 64 latents of 64 numbers go "
    "to G; its 64 pictures and 64 real ones go to D, which gives 128 logits. Dashed arrows show what each "
    "player learns from.",
    "frequency-figure": "Left a bell curve of z, with the part above 0.84 marked, {above:.0%} of it; in the "
    "middle the length of the bar, which rises steeply from 0 to 1 at z = 0.84; right the lengths drawn: "
    "one heap at 0, a smaller one at 1, and {part:.0%} in between.",
    "untrained-grid": "Two rows of ten squares of grey noise, hardly different, with pixels from {low:.2f} "
    "to {high:.2f}.",
    "nudge-figure": "Five grey fakes; below each the gradient, from -{largest:.2f} to {largest:.2f}, red "
    "(brighten) in a blot in the middle and blue (darken) around it, nearly the same five times; below that "
    "the nudged fakes, a pale blot in grey noise.",
    "fixed-figure": "Ten pictures without BatchNorm (diversity {without:.2f}) and ten with it "
    "({with_it:.2f}), all alike: a pale ragged blot in grey noise; no digit.",
    "turns-figure": "Share of fakes that D calls real, over 1,000 updates. In turns it jumps between 0 and "
    "1, five times, and is below 0.1 for {turns:.0%} of the time; with one update each it is so for "
    "{each:.0%}, with peaks between.",
    "turns-images": "Four rows of twelve: real digits; the grey blots drawn against the fixed D, diversity "
    "{fixed:.2f}; after turns, one white blot twelve times, {turns:.2f}; after one update each in "
    "alternation, rough strokes of different forms, {each:.2f}.",
}

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
    "flat from about 6 on. Five dots, losses of trained discriminators, lie at most {off:.3f} away from it.",
    "motion-figure": "Six pictures of the fakes over the two humps of the data, at -2 and 2. At first a "
    "spike near 0; at step 50 nine in ten between {low:.1f} and {high:.1f}; at the end {left:.0%} of them "
    "lie left of 0, nearly all near one of the two humps. D(x) is high at the edges at step 20, and on the "
    "humps at the end. JSD: {divergences}.",
    "plane-debugger": "Four pictures of the plane: three blobs of real points, the fakes, every third with "
    "an arrow, D as colours. At the start L_D is {d0:.2f} and L_G {g0:.2f}; after an update of D, which "
    "turns colours and arrows, {d1:.2f} and {g1:.2f}; after one of G, which moves the fakes, {d2:.2f} and "
    "{g2:.2f}; after 100 of each, with fakes around all three blobs, {d3:.2f} and {g3:.2f}.",
    "ln2-figure": "Left: two curves of L_D over 500 steps; that of the D with hidden layers dips to "
    "{dip:.2f}, and both end at {end:.2f}. Middle: fakes of width {good:.2f}, on the data. Right: fakes of "
    "width {bad:.2f}, far too wide.",
    "saddle-figure": "Paths of both players, 500 steps from (1, 0). Product game: at once spirals outwards "
    "to distance {p0:.1f}, one update each circles at {p1:.2f}, R1 runs into the saddle. Dirac-GAN: at once "
    "and one update each wind inwards to {d0:.2f} and {d1:.2f}, R1 runs into the saddle.",
    "other-losses-figure": "Two panels, four losses over the score of a fake from -4 to 4. For D all rise to "
    "the right but least squares, a parabola around 0, and hinge is 0 left of -1. For G all fall at the "
    "left: the slope at -4 is {slopes}.",
    "optimistic-figure": "In the product game at once the path spirals outwards, to distance {out:.1f}. "
    "{yours}",
}

# Notebook 04
ALTERNATIVES |= {
    "whole-gan-diagram": "Diagram of the GAN with shapes: z (64, 64) enters G; images (64, 28, 28, 1) "
    "from G and from the data enter D; out come 128 logits.",
    "film": "Animation of {frames} frames, from step 0 to step {steps}: {pictures} pictures by G, "
    "of the same latents each time.",
    "curves-figure": "Two panels. Left, both losses: L_D begins near {early:.2f} and ends near {d_loss:.2f}, "
    "just below the dotted line at ln 2, and L_G ends near {g_loss:.2f}, above it. Right: D's accuracy ends "
    "near {d_accuracy:.2f}.",
    "samples-figure": "A grid of a hundred generated pictures, ten rows of ten.",
    "you-against-d-figure": "Two rows of ten pictures, some of them real digits and some generated.",
    "walk-figure": "Four rows of twelve pictures, each a walk: from a 4 to an 8 straight and on the sphere, "
    "from a 6 to a 3 straight and on the sphere.",
    "frames-figure": "Twelve pictures of the film at step {step}: pale blobs, nearly the same twelve times.",
    "lab-figure": "{rows} numbered rows of ten pictures, a row for each run. Rows whose pictures hardly "
    "differ: {alike}. Rows whose pictures differ more than 0.6 times as much as real digits do: {unlike}.",
    "quiz-ln2": "Three panels, runs X, Y and Z: in each, L_D and L_G end within {off:.2f} of ln 2.",
    "average-figure": "The same twelve latents drawn four times, a row each: {rows}.",
    "dcgan-figure": "Six rows of twelve pictures: two of real digits, two by the dense generator, two by the "
    "convolutional one.",
    "tour-film": "Animation of {frames} frames: a 2 turns into a 0, a 7, a 4, an 8, and into that 2 again.",
    "signature": "{run}: four panels. L_D begins at {d_loss_first:.2g} and ends at {d_loss_last:.2g}, "
    "L_G begins at {g_loss_first:.2g} and ends at {g_loss_last:.2g}; D's accuracy ends at "
    "{d_accuracy_last:.2f}; of 500 fakes {most_share:.0%} are read as {most}; twelve of them, which "
    "differ by {differ:.2f} of their own length on average.",
}

# Ask for a digit
ALTERNATIVES |= {
    "ask-pairs": "Five digits, {labels}; below each a bar of ten fields, of which its label's is white.",
    "ask-grid": "Ten rows of ten drawn digits, a row for each class that was asked for, a column for each "
    "latent z; a classifier reads {right} of the hundred as requested.",
    "ask-share": "Ten by ten numbers, what was asked for against what was read: {share:.1f} % lie on the "
    "diagonal; fewest, {least} of 200, for the {worst}.",
    "ask-slant-figure": "200 points, the slant of the 7 against that of the 4; they correlate by {same:.2f}.",
    "ask-number": "The number {number}, written three times, a row for each latent.",
}

# Your own images
ALTERNATIVES |= {
    "look-figure": "Forty small colour pictures: a dark circle, square or triangle on a light ground.",
    "own-film": "Animation: 36 pictures, redrawn as {steps:,} steps of training go on.",
    "own-grid": "Forty generated pictures: soft dark shapes on light grounds.",
    "own-few": "Two rows of eight pictures: what G draws, and below each the most similar of the twenty.",
}


def describe(name: str, **numbers) -> str:
    """The text of this name with its numbers filled in; what is no name here is a text itself."""
    return ALTERNATIVES[name].format(**numbers) if name in ALTERNATIVES else name
