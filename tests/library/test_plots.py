import base64
import re
import warnings
from pathlib import Path

import imageio.v3 as imageio
import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.text import Text

import gan_course as course
import gan_utils as gu
from gan_course import figures
from gan_utils import plots
from gan_utils._support import fonts

ROOT = Path(__file__).resolve().parents[2]
SMALLER = r"(?:font|label|title)size=(?:\d\b|1[0-2]\b|.(?:xx?-)?small)"  # a font's size below the style's


@pytest.fixture
def displayed(monkeypatch):
    """What is handed to IPython's display."""
    calls = []
    monkeypatch.setattr(figures, "display", lambda *args, **kwargs: calls.append((args, kwargs)))
    return calls


def test_show_displays_a_png_with_its_alternative_text(displayed):
    figure, _ = plt.subplots()
    course.show(figure, "An empty plot.")
    (((bundle,), options),) = displayed
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "An empty plot."
    assert options["raw"] and options["metadata"] == {"image/png": {"alt": "An empty plot."}}
    assert not plt.fignum_exists(figure.number)


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
    figure = gu.plot_images(np.zeros((6, 28, 28, 1)), columns=3, row_labels=["real", "fake"], title="Both")
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


@pytest.mark.parametrize("highest", [0.0, 1.5, 40_000.0])
def test_plot_signature_fits_any_loss(highest):
    rng = np.random.default_rng(0)
    curves = {"d_loss": np.linspace(-highest, 0, 300), "g_loss": np.linspace(0, highest, 300)}
    curves["d_accuracy"] = np.ones(300)
    figure = course.plot_signature(curves, rng.random((15, 28, 28, 1)), np.arange(10), "a run")
    losses, accuracy, classes, pictures = figure.axes
    assert losses.get_ylim()[1] >= max(2, highest) and losses.get_ylim()[0] < min(0, -highest)
    assert [patch.get_height() for patch in classes.patches] == list(range(10))
    assert pictures.images[0].get_array().shape == (3 * 29 - 1, 4 * 29 - 1)  # twelve of the fifteen
    assert accuracy.get_title() == "D's accuracy" and figure.get_suptitle() == "a run"
    plt.close(figure)


def test_plot_gan_writes_the_shapes():
    figure = course.plot_gan({"z": "(64, 7)"})
    assert "(64, 7)" in [text.get_text() for text in figure.axes[0].texts]
    plt.close(figure)


def test_gif_goes_from_first_frame_to_last_and_is_shown_with_its_text(tmp_path, displayed):
    frames = [(step, np.full((6, 28, 28, 1), 40 * step, "uint8")) for step in range(5)]
    path = gu.save_gif(frames, tmp_path / "film.gif", columns=3)
    film = imageio.imread(path, index=None)
    assert film.shape[0] == 5 and film[0].max() < film[-1].max()
    course.show_gif(path, 'digits, "drawn"')
    ((page,), _) = displayed[0]
    assert page.data.startswith('<img src="data:image/gif;base64,R0lGOD')
    assert 'alt="digits, &quot;drawn&quot;"' in page.data


def test_fingerprint_tells_images_apart():
    images = np.random.default_rng(0).random((10, 28, 28, 1))
    assert course.fingerprint(images) == course.fingerprint(images.copy())
    assert course.fingerprint(images) != course.fingerprint(images**2)
    assert course.fingerprint(images).startswith("10 images")


def test_no_print_in_a_figure_is_smaller_than_the_style():
    """The decks' test relies on it: it measures pictures, and cannot read what stands in them."""
    with plt.style.context(course.STYLE):
        curves = {name: np.ones(60) for name in ("d_loss", "g_loss", "d_accuracy")}
        figures = [course.plot_gan({"z": "(64, 64)"}), gu.plot_training(curves)]
        figures.append(course.plot_signature(curves, np.zeros((12, 28, 28, 1)), np.ones(10), "a run"))
        for figure in figures:
            sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
            assert len(sizes) > 5 and min(sizes) >= course.STYLE["font.size"]
            plt.close(figure)
    notebooks = [nbformat.read(path, as_version=4) for path in ROOT.glob("notebooks/*.ipynb")]
    sources = [cell.source for notebook in notebooks for cell in notebook.cells]
    sources += [path.read_text(encoding="utf-8") for path in ROOT.glob("gan_utils/*.py")]
    assert not [found for source in sources for found in re.findall(SMALLER, source)]


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


def test_a_film_of_nothing_and_no_path_are_refused():
    with pytest.raises(ValueError, match=r"frames: none came; what serves is GAN\.frames"):
        gu.save_gif([], "film.gif")
    with pytest.raises(TypeError, match=r"path: a list came; what serves is what save_gif"):
        course.show_gif([(0, PICTURES)], "digits")
    with pytest.raises(ValueError, match="columns must be at least 1"):
        gu.plot_images(PICTURES, columns=0)


@pytest.mark.filterwarnings("error")
def test_letters_come_from_a_font_that_has_them():
    """No font here may have Chinese letters; one of matplotlib's has letters that its first lacks."""
    for title in ("Zahlen, schön: 7 − 4", "ᶁ"):
        figure = gu.plot_images(PICTURES, title=title, row_labels=[title])
        figures.draw_png(figure)
    texts = figure.axes[0].title, figure.axes[0].get_yticklabels()[0]
    assert all(len(text.get_fontfamily()) == 2 for text in texts)


@pytest.mark.parametrize("title", ["生成的数字", "数字 ᶁ"])
def test_letters_that_no_font_has_are_told_in_one_line(title, monkeypatch):
    installed = [font for font in fonts.font_manager.fontManager.ttflist if "mpl-data" in font.fname]
    monkeypatch.setattr(fonts.font_manager.fontManager, "ttflist", installed)
    for cached in (fonts._fonts_with, fonts._warn_of):
        cached.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        figures.draw_png(gu.plot_images(PICTURES, title=title))
    lost = title.split()[0]
    assert [str(w.message) for w in told if "no font" in str(w.message)] == [str(w.message) for w in told]
    assert len(told) == 1 and f"no font of this machine has {lost!r}" in str(told[0].message)
    fonts._fonts_with.cache_clear()
