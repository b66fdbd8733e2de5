import imageio.v3 as imageio
import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

import gan_utils as gu
from gan_utils import plots


@pytest.mark.parametrize(("channels", "shape"), [(1, (14, 8)), (3, (14, 8, 3))])
def test_tile(channels, shape):
    images = np.arange(1, 6, dtype="float32").reshape(5, 1, 1, 1) * np.ones((5, 4, 2, channels), "float32")
    grid = plots.tile(np.concatenate([images, images[:2]]), columns=3)
    assert grid.shape == shape, "three rows of three, one pixel apart"
    first = grid if channels == 1 else grid[..., 0]
    assert (
        first[0, 0] == 1 and first[0, 3] == 2 and first[5, 0] == 4 and first[4, 0] == 0 and first[13, 7] == 0
    )


def test_plot_images_labels_rows():
    figure = gu.plot_images(
        np.zeros((6, 28, 28, 1)), columns=3, row_labels=np.array(["real", "fake"]), title="Both"
    )
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["real", "fake"]
    assert axes.get_title() == "Both"
    plt.close(figure)


@pytest.mark.parametrize("steps", [1, 30, 500])
def test_plot_training_draws_both_losses_and_the_accuracy(steps):
    values = list(np.random.default_rng(0).random(steps))
    figure = gu.plot_training({name: values for name in ("d_loss", "g_loss", "d_accuracy")})
    losses, accuracy = figure.axes
    assert [line.get_label() for line in losses.lines] == ["$L_D$", "$L_G$", "ln 2"]
    assert len(accuracy.lines) == 2 and all(axes.get_xlabel() == "step" for axes in figure.axes)
    plt.close(figure)


def test_gif_goes_from_first_frame_to_last(tmp_path):
    frames = [(step, np.full((6, 28, 28, 1), 40 * step, "uint8")) for step in range(5)]
    path = gu.save_gif(frames, tmp_path / "film.gif", columns=3)
    film = imageio.imread(path, index=None)
    assert film.shape[0] == 5 and film[0].max() < film[-1].max()


PICTURES = np.random.default_rng(0).random((5, 28, 28, 1), dtype="float32")
FORMS = {
    "batch": PICTURES,
    "no channels": PICTURES[..., 0],
    "flat": PICTURES.reshape(5, 784),
    "one": PICTURES[0],
    "plane": PICTURES[0, ..., 0],
    "one flat": PICTURES[0].ravel(),
    "list": list(PICTURES),
    "bytes": np.uint8(PICTURES * 255),
    "whole numbers": np.int64(PICTURES * 255),
    "black and white": PICTURES > 0.5,
    "colour": np.repeat(PICTURES, 3, axis=3),
    "a tensor": keras.ops.convert_to_tensor(PICTURES),
    "a rounding error": PICTURES + np.float32(1e-6),
}


@pytest.mark.parametrize("form", FORMS)
def test_pictures_of_any_form_are_drawn(form, tmp_path):
    images = FORMS[form]
    figure = gu.plot_images(images, columns=5)
    height, width = figure.axes[0].images[0].get_array().shape[:2]
    assert height == 28 and (width + 1) % 29 == 0
    plt.close(figure)
    film = imageio.imread(
        gu.save_gif([(0, images), (1, images)], tmp_path / "film.gif", columns=5), index=None
    )
    assert film.shape[1:3] == (28, width)


def test_one_frame_and_plain_frames_make_a_film(tmp_path):
    dark, bright = np.zeros((2, 8, 8, 1), "float32"), np.ones((2, 8, 8, 1), "float32")
    for frames in ([(0, dark)], (0, dark), [dark], dark[None]):
        film = imageio.imread(gu.save_gif(frames, tmp_path / "film.gif"), index=None)
        assert len(film) == 1
    for frames in ([(0, dark), (1, bright)], [dark, bright], np.stack([dark, bright])):
        film = imageio.imread(gu.save_gif(frames, tmp_path / "film.gif"), index=None)
        assert len(film) == 2 and film[0].max() == 0 and film[1].max() == 255


@pytest.mark.parametrize(
    ("images", "error", "message"),
    [
        ([], ValueError, r"an array of shape \(0,\) came"),
        (2 * PICTURES - 1, ValueError, r"values from -0\.99.* came.*: \({0} \+ 1\) / 2"),
        (255 * PICTURES, ValueError, r"values from .* to 254.* came.*: {0} / 255"),
        (np.nan * PICTURES, ValueError, "values from nan to nan came"),
        (np.zeros((5, 794)), ValueError, r"shape \(5, 794\) came"),
        (PICTURES[None], ValueError, r"shape \(1, 5, 28, 28, 1\) came"),
        (np.full((2, 8, 8, 1), 300), ValueError, "values from 300 to 300 came"),
        ("digits", TypeError, "dtype <U6 came"),
        (None, TypeError, "dtype object came"),
    ],
)
def test_pictures_that_are_none_are_refused_in_one_line(images, error, message, tmp_path):
    with pytest.raises(error, match="^images: .*" + message.replace("{0}", "images")):
        gu.plot_images(images)
    with pytest.raises(error, match="^frames: .*" + message.replace("{0}", "frames")):
        gu.save_gif([(0, images)], tmp_path / "film.gif")
    assert not list(tmp_path.iterdir())


def test_a_film_of_nothing_and_no_columns_are_refused():
    with pytest.raises(ValueError, match=r"frames: none came; what serves is GAN\.frames"):
        gu.save_gif([], "film.gif")
    with pytest.raises(ValueError, match="columns must be at least 1"):
        gu.plot_images(PICTURES, columns=0)
