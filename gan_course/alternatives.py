"""What figures and films of the lessons show, for readers who do not see them; `show` finds it by its name.

They stand here and not in the notebooks, where they would tell a student what is to be seen before it is
drawn. Each says what is seen, with numbers of the run in braces, which the cell gives to `show`.
"""

# Notebook 01
ALTERNATIVES = {}

# Notebook 02
ALTERNATIVES |= {}

# Notebook 03
ALTERNATIVES |= {}

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
    "lab-figure": "{rows} rows of twelve pictures, a row for each run. Rows whose pictures hardly differ: "
    "{alike}. Rows in which they differ as much as real digits do, or nearly: {unlike}.",
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


def describe(name: str, **numbers) -> str:
    """The text of this name with its numbers filled in; what is no name here is a text itself."""
    return ALTERNATIVES[name].format(**numbers) if name in ALTERNATIVES else name
