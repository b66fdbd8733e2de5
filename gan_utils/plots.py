"""Pictures of the series: one palette, grids of images, training curves, the training film.

The palette is Okabe and Ito's, told apart by the colour-blind too; where two curves meet they also differ
in line style, for grey print.
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from gan_utils._support.fonts import find_letters
from gan_utils._support.pictures import check_pictures, tile, to_bytes

COLORS = {
    "real": "#0072B2",  # blue
    "fake": "#D55E00",  # vermilion
    "D": "#009E73",  # green
    "G": "#CC79A7",  # pink
    "reference": "#666666",
}


def plot_images(
    images: ArrayLike,
    columns: int = 10,
    title: str | None = None,
    row_labels: Sequence[str] | None = None,
    axes: Axes | None = None,
) -> Figure:
    """Draw images (n, height, width, 1 or 3) in [0, 1], or uint8, as a grid. Returns the figure.

    Also images without channels, (n, height, width), flat ones, (n, 784), and one image alone. `columns` are
    in a row, `row_labels` stand beside the rows; it is drawn into `axes`, or a figure of its own. TypeError
    and ValueError say what came where it is none of these.
    """
    pictures = check_pictures(images)
    grid = tile(pictures, columns)
    if axes is None:
        _, axes = plt.subplots(figsize=(0.7 * columns, 0.7 * columns * grid.shape[0] / grid.shape[1]))
    axes.imshow(grid, cmap="gray", vmin=0, vmax=255 if grid.dtype == np.uint8 else 1, interpolation="nearest")
    axes.set_xticks([])
    height = pictures.shape[1] + 1
    labels = [] if row_labels is None else list(row_labels)
    axes.set_yticks([height * (i + 0.5) for i in range(len(labels))], labels)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    if title:
        axes.set_title(title)
    find_letters(axes.figure)
    return axes.figure  # type: ignore[return-value]  # a SubFigure, if `axes` lies in one


def plot_training(curves: Mapping[str, Sequence[float]], smooth: int = 50) -> Figure:
    """Draw the losses and D's accuracy, as running means over `smooth` steps. Returns the figure.

    The dotted lines are where the curves stand when D cannot tell real from fake: both losses at ln 2,
    accuracy 1/2.
    """
    figure, (losses, accuracy) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
    for name, color, style in (("d_loss", COLORS["D"], "-"), ("g_loss", COLORS["G"], "--")):
        label = {"d_loss": "$L_D$", "g_loss": "$L_G$"}[name]
        losses.plot(*running_mean(curves[name], smooth), color=color, linestyle=style, label=label)
    losses.axhline(np.log(2), color=COLORS["reference"], linestyle=":", label="ln 2")
    losses.set(xlabel="step", ylabel="loss", ylim=(0, None), title="losses")
    accuracy.plot(*running_mean(curves["d_accuracy"], smooth), color=COLORS["D"], label="D")
    accuracy.axhline(0.5, color=COLORS["reference"], linestyle=":", label="guessing")
    accuracy.set(xlabel="step", ylabel="share right", ylim=(0.4, 1.02), title="D's accuracy")
    for axes in (losses, accuracy):
        axes.legend()
    return figure


def save_gif(
    frames: Sequence[Any], path: str | PathLike[str], columns: int = 6, seconds: float = 8.0
) -> Path:
    """Write `GAN.frames` as an animated GIF that lasts `seconds` and then rests on the last frame.

    Args:
        frames: list of (step, images), as `GAN.frames`, or of images; these as `plot_images` takes them.
        path: of the file.
        columns: images in a row.
        seconds: above 0.
    """
    if isinstance(frames, tuple) and len(frames) == 2 and np.ndim(frames[0]) == 0:
        frames = [frames]
    images = [frame[1] if isinstance(frame, tuple) and len(frame) == 2 else frame for frame in frames]
    if not images:
        raise ValueError("frames: none came; what serves is GAN.frames, which `fit` fills")
    images = [check_pictures(of_one_step, "frames") for of_one_step in images]
    # Sixteen shades of grey are enough for the eye, and half the bytes.
    pictures = [tile((x if x.dtype == np.uint8 else to_bytes(x)) // 16 * 17, columns) for x in images]
    durations = [1000 * seconds / len(pictures)] * (len(pictures) - 1) + [3000]
    duration = durations if len(pictures) > 1 else 3000  # a list of one is not taken
    path = Path(path)
    imageio.imwrite(path, pictures, extension=".gif", duration=duration, loop=0)
    return path


def running_mean(values, smooth):
    """Means over `smooth` values each, and the steps they end at: (steps (m,), means (m,))."""
    smooth = max(1, min(smooth, len(values)))
    return np.arange(smooth, len(values) + 1), np.convolve(values, np.ones(smooth) / smooth, mode="valid")
