"""What a widget calls when somebody moves a slider or presses a button."""

import html


def telling(told, action):
    """`action()` as a widget's callback. What it raises is logged where nobody looks: here it is also told.

    Args:
        told: an ipywidgets.HTML, where it is told.
        action: a function of no arguments.
    """

    def callback(_):
        try:
            action()
        except Exception as error:
            told.value = f'<b role="alert">{html.escape(f"{type(error).__name__}: {error}")}</b>'
            raise

    return callback
