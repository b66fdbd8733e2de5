"""Figures of the lessons: how they are shown, the diagram of the GAN, what a run looks like in one row."""

import base64
import html
import io
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from gan_course.alternatives import describe
from gan_utils._support.fonts import find_letters
from gan_utils.plots import COLORS, plot_images, running_mean

# For plt.style.use: on a slide that is 1,280 pixels wide no letter of a figure is under 18 pixels.
STYLE = {
    "font.size": 13,
    **dict.fromkeys(["axes.titlesize", "figure.titlesize", "figure.labelsize"], "medium"),
    "figure.constrained_layout.use": True,
}

# A notebook keeps a widget by its name alone: opened without its kernel, JupyterLab says "model not found" in
# its place. So it is an output of its own, below the picture; this decides which of the two is to be seen.
ONE_OF_TWO = """<style class="gan-widget-below">
.jp-OutputArea-child:has(style.gan-widget-below) { display: none }
.jp-OutputArea-child:has(+ .jp-OutputArea-child .gan-live) { display: none }
:has(> * > style.gan-widget-below) + * + * > .jupyter-widgets:not(:has(*)) { display: none }
</style>"""


def show(figure: Figure, alt: str, controls: Callable | None = None, **numbers) -> None:
    """Display a matplotlib figure and close it.

    Args:
        figure: the figure.
        alt: what is to be seen, in a sentence; or the name of such a text in `alternatives.py`.
        controls: function of the module ipywidgets -> widget, which is displayed in the figure's place where
            a kernel is alive.
        numbers: what the named text has in braces.
    """
    display, _ = _ipython()
    alt = describe(alt, **numbers)
    picture, widget = {"image/png": base64.b64encode(draw_png(figure)).decode(), "text/plain": alt}, None
    if controls is not None:
        try:
            import ipywidgets
        except ImportError:
            print("For sliders and buttons: pip install ipywidgets, then restart the kernel.")
        else:
            widget = controls(ipywidgets).add_class("gan-live")
            display({"text/html": ONE_OF_TWO}, raw=True)
    display(picture, metadata={"image/png": {"alt": alt}}, raw=True)
    if widget is not None:
        view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
        display({"application/vnd.jupyter.widget-view+json": view}, raw=True)


def _ipython():
    try:
        from IPython.display import HTML, display  # here: who trains in a script need not have it
    except ImportError:
        raise ImportError(
            "course.show and show_gif show what a notebook shows: pip install ipython"
        ) from None
    return display, HTML


def draw_png(figure: Figure) -> bytes:
    """A matplotlib figure as the bytes of a PNG; closes it."""
    find_letters(figure)
    drawn, png = io.BytesIO(), io.BytesIO()
    with warnings.catch_warnings():  # find_letters has said it, in one line for all
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing", UserWarning)
        figure.savefig(drawn, format="png", dpi=100, bbox_inches="tight")
    plt.close(figure)
    # 256 colours look the same, in half the bytes: a notebook holds dozens of figures.
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(png, "png", optimize=True)
    return png.getvalue()


def show_gif(path: str | Path, alt: str, **numbers) -> None:
    """Show a GIF, from the page itself: an image/gif output would be lost in HTML pages and slides.

    Args:
        path: the file, as `save_gif` returns it.
        alt, numbers: as of `show`.

    Raises:
        TypeError: path is no path.
    """
    display, HTML = _ipython()
    if not isinstance(path, (str, Path)):
        raise TypeError(
            f"path: a {type(path).__name__} came; what serves is what save_gif(frames, path) returns"
        )
    alt = describe(alt, **numbers)
    data = base64.b64encode(Path(path).read_bytes()).decode()
    style = "width: 22em; image-rendering: pixelated"
    display(HTML(f'<img src="data:image/gif;base64,{data}" alt="{html.escape(alt)}" style="{style}">'))


def plot_gan(shapes: Mapping[str, str] | None = None) -> Figure:
    """Draw the whole GAN: data and G feed D, whose verdict trains both.

    Args:
        shapes: dict of labels for the arrows "z", "x", "G(z)" and "logit", as {"z": "(64, 64)"}.

    Returns:
        The figure.
    """
    shapes = shapes or {}
    figure, axes = plt.subplots(figsize=(10, 3.4))
    axes.set(xlim=(0, 9.7), ylim=(0.1, 3.2))
    axes.axis("off")
    boxes = {
        "noise $z$": (0.7, 0.9, COLORS["reference"]),
        "generator $G$\nthe forger": (3.0, 0.9, COLORS["G"]),
        "real data $x$": (3.0, 2.6, COLORS["real"]),
        "discriminator $D$\nthe inspector": (6.0, 1.75, COLORS["D"]),
        "$D$'s verdict\nreal 1, fake 0": (8.8, 1.75, COLORS["reference"]),
    }
    for text, (x, y, color) in boxes.items():
        style = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": color, "linewidth": 2.5}
        axes.text(x, y, text, ha="center", va="center", fontsize=14, bbox=style)
    arrows = [  # from, to, where the label stands, label
        ((1.25, 0.9), (2.1, 0.9), (1.65, 1.02), "z"),
        ((3.9, 1.15), (5.0, 1.7), (3.95, 1.55), "G(z)"),
        ((3.75, 2.55), (5.0, 2.0), (5.1, 2.4), "x"),
        ((7.0, 1.9), (7.85, 1.9), (7.42, 2.02), "logit"),
    ]
    for start, end, (x, y), label in arrows:
        axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.5})
        axes.text(x, y, shapes.get(label, ""), ha="center", fontsize=13)
    learning = [  # D learns from the verdict; what G learns from comes back through D
        ((8.6, 1.25), (6.4, 1.2), COLORS["D"], "arc3,rad=-0.3"),
        ((7.85, 1.6), (7.0, 1.6), COLORS["G"], "arc3"),
        ((5.0, 1.45), (3.95, 0.75), COLORS["G"], "arc3,rad=-0.2"),
    ]
    for start, end, color, way in learning:
        arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 1.5, "linestyle": "--"}
        axes.annotate("", end, start, arrowprops=arrow | {"connectionstyle": way})
    axes.text(5.2, 0.5, "dashed: what each learns from", ha="center", fontsize=13)
    return figure


def plot_signature(
    curves: Mapping[str, ArrayLike], pictures: np.ndarray, class_counts: ArrayLike, title: str
) -> Figure:
    """Draw what a run looks like: losses, accuracy, classes, pictures.

    Args:
        curves: dict of "d_loss", "g_loss" and "d_accuracy", one float a step.
        pictures: (n, height, width, 1) in [0, 1], or uint8; the first twelve are shown.
        class_counts: (10,), how many of a larger number of pictures a classifier read as 0, 1, ... 9.
        title: what stands above.

    Returns:
        The figure.
    """
    figure, (losses, accuracy, classes, grid) = plt.subplots(
        1, 4, figsize=(11, 3), width_ratios=(1.4, 1.1, 1.1, 1.2), layout="constrained"
    )
    for name, color, style, label in (("d_loss", "D", "-", "$L_D$"), ("g_loss", "G", "--", "$L_G$")):
        losses.plot(*running_mean(curves[name], 10), color=COLORS[color], linestyle=style, label=label)
    losses.axhline(np.log(2), color=COLORS["reference"], linestyle=":", label="ln 2")
    _scale_losses(losses, [*curves["d_loss"], *curves["g_loss"]])
    losses.set(xlabel="step", ylabel="loss")
    above = {"loc": "lower center", "bbox_to_anchor": (0.5, 1), "borderaxespad": 0, "frameon": False}
    losses.legend(**above, ncols=3, handlelength=1.2, handletextpad=0.4, columnspacing=0.8)
    accuracy.plot(*running_mean(curves["d_accuracy"], 10), color=COLORS["D"])
    accuracy.axhline(0.5, color=COLORS["reference"], linestyle=":")
    accuracy.set(xlabel="step", ylim=(-0.05, 1.05), title="D's accuracy")
    classes.bar(range(10), class_counts, color=COLORS["fake"])
    most = np.max(class_counts) / np.sum(class_counts)
    classes.set(xlabel="class read", xticks=range(10), yticks=[], title=f"classes, up to {most:.0%}")
    plot_images(pictures[:12], columns=4, title="pictures", axes=grid)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    find_letters(figure)
    return figure


def _scale_losses(axes, losses):
    """A plain axis up to ten; where losses are larger, one that goes by powers of ten."""
    lowest, highest = min(0, *losses), max(2, *losses)
    if max(-lowest, highest) > 10:
        axes.set_yscale("symlog", linthresh=1)  # from -1 to 1 linear
        powers = [10**power for power in range(9) if 10**power <= max(-lowest, highest)]
        marks = [mark for power in powers for mark in ((power, 3 * power) if len(powers) < 4 else (power,))]
        ticks = [mark for mark in (*(-m for m in reversed(marks)), 0, *marks) if lowest <= mark <= highest]
        axes.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        highest *= 1.2
    axes.set_ylim(1.1 * lowest - 0.1, highest + 0.1)
    axes.grid(axis="y", alpha=0.4)


def signature_numbers(
    curves: Mapping[str, ArrayLike], pictures: np.ndarray, class_counts: ArrayLike
) -> dict[str, float]:
    """What `plot_signature` shows of the same arguments, in numbers, for its alternative text."""
    numbers = {}
    for name, values in curves.items():
        numbers |= {
            f"{name}_first": float(np.mean(values[:10])),
            f"{name}_last": float(np.mean(values[-10:])),
        }
    flat = np.asarray(pictures[:12], "float64").reshape(min(12, len(pictures)), -1)
    differences = np.linalg.norm(flat[:, None] - flat[None], axis=2)
    numbers["differ"] = float(differences.mean() / np.linalg.norm(flat, axis=1).mean())
    most = int(np.argmax(class_counts))
    return numbers | {"most": most, "most_share": class_counts[most] / np.sum(class_counts)}


def fingerprint(images: ArrayLike) -> str:
    """One line of numbers that tells images apart: nbval compares text where it cannot compare pictures.

    Args:
        images: (n, ...), any numbers.
    """
    images = np.asarray(images, dtype="float64")
    low, high = images.min(), images.max()
    return f"{len(images)} images in {low:.2f}..{high:.2f}, mean {images.mean():.3f}, sd {images.std():.3f}"
