"""Latents under sliders: a walk from digit to digit, and off the way in two directions.

Two outputs, of which one is to be seen: widgets, which a notebook shows where their kernel is alive, and a
picture, which stands in their place everywhere else: on GitHub, in pages, in slides, when it is opened again.
"""

import imageio.v3 as imageio
import matplotlib.pyplot as plt
import numpy as np

from gan_course.figures import show
from gan_course.sphere import sphere_walk
from gan_course.widget_errors import telling
from gan_utils._support.pictures import to_bytes
from gan_utils.data import Dataset
from gan_utils.gan import GAN
from gan_utils.plots import plot_images
from gan_utils.quality import classify


def explore_latents(gan: GAN, dataset: Dataset) -> None:
    """Walk through latent space by hand: from one digit to another, and off the way in two directions.

    The picture is G's of the latent `sphere_walk(a, b, t) + u * direction_1 + v * direction_2`; under it
    stands what the data set's classifier reads. a and b are those of 2,000 latents whose pictures are most
    surely the chosen digits, or classes; without labels, of ten whose pictures differ most. The directions,
    of length 1, are those in which pictures change most: the first left singular vectors of
    latents^T @ (images - mean), the linear map that comes nearest to G.

    Args:
        gan: a `GAN`, trained on `dataset`, a `Dataset`.

    Raises:
        ValueError: the GAN's images have another shape than the data set's.
    """
    explorer = LatentExplorer(gan, dataset)
    start, end = (explorer.names[i] for i in explorer.ends)
    an = "an" if end.startswith(tuple("8aeiouAEIOU")) else "a"
    alt = f"Left: a generated {start}, its latent moved in two directions. "
    alt += f"Right: a walk, from the {start} to {an} {end}."
    show(explorer.figure(), alt, explorer.controls)


class LatentExplorer:
    """What `explore_latents` shows.

    Latents: `digits` (classes, latent_dim), called `names`; `directions` (2, latent_dim).
    """

    def __init__(self, gan, dataset):
        self.gan, self.dataset = gan, dataset
        latents = np.random.default_rng(3).standard_normal((2000, gan.latent_dim), dtype="float32")
        images = gan.generate(latents=latents)
        if dataset.labels is None:
            self.digits, self.names = latents[_farthest(images, 10)], [f"picture {i}" for i in range(10)]
        else:
            self.digits = latents[classify(images, dataset).argmax(axis=0)]
            self.names = dataset.class_names or [str(i) for i in range(len(self.digits))]
        self.ends = (4, 8) if len(self.digits) > 8 else (0, len(self.digits) - 1)  # of the walk, at first
        centred = (images - images.mean(axis=0)).reshape(len(images), -1)
        self.directions = np.linalg.svd(latents.T @ centred, full_matrices=False)[0].T[:2]

    def draw(self, places):
        """Images of places (start, end, t, u, v); what the classifier reads in each, and how sure it is."""
        latents = [
            sphere_walk(self.digits[start], self.digits[end], t) + np.array([u, v]) @ self.directions
            for start, end, t, u, v in places
        ]
        images = self.gan.generate(latents=latents)
        if self.dataset.labels is None:
            return images, ["" for _ in images]
        return images, [f"{self.names[p.argmax()]}, {p.max():.0%}" for p in classify(images, self.dataset)]

    def figure(self):
        sides, times = np.linspace(-3, 3, 5), np.linspace(0, 1, 8)
        start, end = self.ends
        moved, _ = self.draw([(start, end, 0, u, v) for v in sides[::-1] for u in sides])
        walked, read = self.draw([(start, end, t, 0, 0) for t in times])
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(11.5, 4.1), width_ratios=(2, 3), layout="constrained"
        )
        start, end = self.names[start], self.names[end]
        plot_images(moved, 5, f"a clear {start}, moved", [f"{v:g}" for v in sides[::-1]], left)
        reads = ", and what a classifier reads" if any(read) else ""
        plot_images(walked, len(times), f"a walk from {start} to {end}{reads}", axes=right)
        middles = (walked.shape[2] + 1) * (np.arange(len(times)) + 0.5)
        left.set_xticks(middles[:5], [f"{u:g}" for u in sides])
        left.set(xlabel="direction 1, $u$", ylabel="direction 2, $v$")
        labels = [f"{t:.2f}\n{words}" for t, words in zip(times, read, strict=True)]
        right.set(xlabel="walk, $t$", xticks=middles, xticklabels=labels)
        return figure

    def controls(self, ipywidgets):
        start, end = self.ends
        options = [(name, i) for i, name in enumerate(self.names)]
        controls = [
            ipywidgets.Dropdown(options=options, value=start, description="from"),
            ipywidgets.Dropdown(options=options, value=end, description="to"),
            ipywidgets.FloatSlider(min=0, max=1, step=0.02, description="walk, t"),
            ipywidgets.FloatSlider(min=-3, max=3, description="direction 1"),
            ipywidgets.FloatSlider(min=-3, max=3, description="direction 2"),
        ]
        picture, told = ipywidgets.Image(), ipywidgets.HTML()

        def redraw():
            (image,), (words,) = self.draw([[control.value for control in controls]])
            pixels = to_bytes(image).repeat(10, axis=0).repeat(10, axis=1)
            picture.value = imageio.imwrite("<bytes>", pixels.squeeze(), extension=".png")
            told.value = words and f"read as {words} sure"

        for control in controls:
            control.observe(telling(told, redraw), names="value")
        redraw()
        columns = ipywidgets.VBox(controls), ipywidgets.VBox([picture, told])
        return ipywidgets.HBox(columns).add_class("gan-explorer")


def _farthest(images, n):
    """Indices of n images, each the farthest from those before it."""
    flat = images.reshape(len(images), -1)
    chosen, distances = [0], np.full(len(flat), np.inf)
    while len(chosen) < n:
        distances = np.minimum(distances, ((flat - flat[chosen[-1]]) ** 2).sum(axis=1))
        chosen.append(int(distances.argmax()))
    return chosen
