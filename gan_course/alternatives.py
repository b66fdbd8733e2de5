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
    "-{limit:.1f} to {limit:.1f}: red and blue dots all over, a little stronger near the strokes.",
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
ALTERNATIVES |= {}

# Notebook 04
ALTERNATIVES |= {}


def describe(name: str, **numbers) -> str:
    """The text of this name with its numbers filled in; what is no name here is a text itself."""
    return ALTERNATIVES[name].format(**numbers) if name in ALTERNATIVES else name
