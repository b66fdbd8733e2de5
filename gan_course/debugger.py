"""The updates of a GAN in the plane, one at a time: as buttons where a kernel is alive, else as a picture."""

import functools

import keras
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from numpy.typing import ArrayLike

from gan_course.figures import draw_png, show
from gan_course.widget_errors import telling
from gan_utils._support.training_check.memory import remember
from gan_utils.losses import discriminator_loss, generator_loss
from gan_utils.networks import input_gradient
from gan_utils.plots import COLORS

D_COLORS = LinearSegmentedColormap.from_list("D from 0 to 1", [COLORS["fake"], "white", COLORS["real"]])


def debug_step(
    generator: keras.Model, discriminator: keras.Model, combined: keras.Model, real_points: ArrayLike
) -> None:
    """Make the updates of a GAN in the plane one at a time, and see what each of them changes.

    The picture has the real points; the fakes G(z) of 60 latents that stay the same; D(x) as colours, with a
    line where it is 1/2; and on every third fake an arrow, the way in which G's loss pushes it, downhill:
    (1 - D) * d logit / dx, the longest always drawn as long; below stands how large that push is. An update
    takes all real points, and as many new fakes.

    Args:
        generator: built Keras model, latents (n, latent_dim) -> points (n, 2).
        discriminator, combined: compiled; points -> one logit each (n, 1), and `build_combined` of the two.
        real_points: float (n, 2), a few hundred.

    Raises:
        ValueError: real_points have another shape, or are not finite; a model is not compiled.
    """
    debugger = StepDebugger(generator, discriminator, combined, real_points)
    figure, losses = debugger.figure()
    show(figure, "plane-debugger", debugger.controls, **losses)


class StepDebugger:
    """What `debug_step` shows, and the updates that its buttons make."""

    def __init__(self, generator, discriminator, combined, real_points):
        self.generator, self.discriminator, self.combined = generator, discriminator, combined
        self.real_points = real = np.asarray(real_points, dtype="float32")
        if real.ndim != 2 or real.shape[1] != 2 or not np.isfinite(real).all():
            raise ValueError(f"real_points must be finite, of shape (n, 2), not {real.shape}")
        for name, model in (("discriminator", discriminator), ("combined", combined)):
            if not model.compiled:
                raise ValueError(f"{name} is not compiled: its updates need an optimizer and a loss")
        self.put_back = remember(generator, discriminator, combined)
        self.start_again()
        self.latents = self.new_latents(60, np.random.default_rng(0))
        self.n = len(real)
        self.targets = np.repeat([[1.0], [0.0]], self.n, axis=0).astype("float32")  # first the reals
        low, high = real.min(axis=0), real.max(axis=0)
        reach = 0.7 * (high - low).max() or 1.0  # leaves room for fakes that err
        self.frame = [middle + side for middle in (low + high) / 2 for side in (-reach, reach)]

    def start_again(self):
        self.put_back()
        self.random, self.d_updates, self.g_updates = np.random.default_rng(1), 0, 0

    def new_latents(self, n, random):
        return random.standard_normal((n, self.generator.input_shape[1]), dtype="float32")

    def update_d(self):
        fakes = self.generator.predict_on_batch(self.new_latents(self.n, self.random))
        self.discriminator.train_on_batch(np.concatenate([self.real_points, fakes]), self.targets)
        self.d_updates += 1

    def update_g(self):
        self.combined.train_on_batch(self.new_latents(self.n, self.random), self.targets[: self.n])
        self.g_updates += 1

    def step(self, times=10):
        _repeat(times, self.update_d, self.update_g)

    def push(self, points):
        """(1 - D) * d logit / dx at points (n, 2)."""
        logits = self.discriminator.predict_on_batch(points)
        return (1 - np.tanh(logits / 2)) / 2 * input_gradient(self.discriminator, points)

    def draw(self, axes):
        """Draw the present state. Returns L_D and L_G on the points that are shown."""
        x, y = np.meshgrid(np.linspace(*self.frame[:2], 101), np.linspace(*self.frame[2:], 101))
        logits = self.discriminator.predict_on_batch(np.stack([x.ravel(), y.ravel()], axis=1))
        d = (1 + np.tanh(logits.reshape(x.shape) / 2)) / 2  # the sigmoid, without overflow
        axes.imshow(d, cmap=D_COLORS, vmin=0, vmax=1, alpha=0.5, extent=self.frame, origin="lower")
        if d.min() < 0.5 < d.max():  # else there is no such line
            axes.contour(x, y, d, levels=[0.5], colors="black", linestyles="--")
        axes.plot([], "k--", label="D = 1/2")
        fakes = self.generator.predict_on_batch(self.latents)
        axes.scatter(*self.real_points.T, 20, COLORS["real"], label="real", ec="white", lw=0.5)
        axes.scatter(*fakes.T, 34, COLORS["fake"], marker="^", label="fake", ec="white", lw=0.5)
        axes.plot([], "k", marker="$\\rightarrow$", markersize=16, linestyle="none", label="push of G's loss")
        push = self.push(fakes)[::3]  # an arrow for each would hide the fakes
        longest = np.hypot(*push.T).max()  # drawn as long as a sixth of the frame, so that it can be seen
        scale = 6 * longest / (self.frame[1] - self.frame[0]) or 1.0
        arrows = {"angles": "xy", "scale_units": "xy", "width": 0.007, "minlength": 0.1}
        axes.quiver(*fakes[::3].T, *push.T, scale=scale, **arrows)
        axes.set(xlim=self.frame[:2], ylim=self.frame[2:], ylabel="$x_2$")
        axes.set_xlabel(f"$x_1$\nlongest arrow: {longest:.2g}")
        real_logits, fake_logits = map(self.discriminator.predict_on_batch, (self.real_points, fakes))
        return float(discriminator_loss(real_logits, fake_logits)), float(generator_loss(fake_logits))

    def figure(self):
        """Four states in a row; and their losses, as the alternative text names them."""
        names = "at the start", "D updated once", "then G once", "after 100 of each"
        moves = self.start_again, self.update_d, self.update_g, functools.partial(self.step, 99)
        figure, panels = plt.subplots(1, 4, figsize=(11, 4.3), sharey=True, layout="constrained")
        losses = {}
        try:
            for i, (axes, name, move) in enumerate(zip(panels, names, moves, strict=True)):
                move()
                losses[f"d{i}"], losses[f"g{i}"] = self.draw(axes)
                axes.set_title(f"{name}\n$L_D$ {losses[f'd{i}']:.2f}, $L_G$ {losses[f'g{i}']:.2f}")
                axes.label_outer()
        finally:
            self.start_again()
        return _with_legend(figure, panels), losses

    def controls(self, ipywidgets):
        actions = {"Update D": self.update_d, "Update G": self.update_g}
        actions |= {f"10 x {who}": functools.partial(_repeat, 10, actions[f"Update {who}"]) for who in "DG"}
        actions |= {"10 of each": self.step, "Start again": self.start_again}
        told, picture = ipywidgets.HTML(), ipywidgets.Image(layout={"align_self": "flex-start"})

        def act(action):
            action()
            figure, axes = plt.subplots(figsize=(7, 6.4), layout="constrained")
            d_loss, g_loss = self.draw(axes)
            picture.value = draw_png(_with_legend(figure, axes))
            told.value = (
                f"updates: D {self.d_updates}, G {self.g_updates}. L_D {d_loss:.3f}, L_G {g_loss:.3f}"
            )

        buttons = [ipywidgets.Button(description=name) for name in actions]
        for button, action in zip(buttons, actions.values(), strict=True):
            button.on_click(telling(told, functools.partial(act, action)))
        act(self.start_again)
        return ipywidgets.VBox([ipywidgets.HBox(buttons), told, picture]).add_class("gan-debugger")


def _repeat(times, *updates):
    for _ in range(times):
        for update in updates:
            update()


def _with_legend(figure, panels):
    axes = figure.axes[0]
    figure.colorbar(axes.images[0], ax=panels, ticks=[0, 0.5, 1], label="D(x), from fake to real")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)
    return figure
