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
    "signature": "{run}: four panels. L_D begins at {d_loss_first:.2g} and ends at {d_loss_last:.2g}, "
    "L_G begins at {g_loss_first:.2g} and ends at {g_loss_last:.2g}; D's accuracy ends at "
    "{d_accuracy_last:.2f}; of 500 fakes {most_share:.0%} are read as {most}; twelve of them, which "
    "differ by {differ:.2f} of their own length on average.",
}


def describe(name: str, **numbers) -> str:
    """The text of this name with its numbers filled in; what is no name here is a text itself."""
    return ALTERNATIVES[name].format(**numbers) if name in ALTERNATIVES else name
