"""Figures of the lessons: what is displayed carries its text, and says what it should."""

import base64
import re
import warnings

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.text import Text

import gan_course as course
import gan_utils as gu
from gan_course import figures
from gan_utils._support import fonts
from tests.notebooks import notebook_rules as rules

SMALLER = r"(?:font|label|title)size=(?:\d\b|1[0-2]\b|.(?:xx?-)?small)"  # a font's size below the style's


def test_show_displays_a_png_with_its_alternative_text(displayed):
    figure, _ = plt.subplots()
    course.show(figure, "An empty plot.")
    (((bundle,), options),) = displayed
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == "An empty plot."
    assert options["raw"] and options["metadata"] == {"image/png": {"alt": "An empty plot."}}
    assert not plt.fignum_exists(figure.number)


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
    figure.draw_without_rendering()
    low, high = losses.get_ylim()
    ticks = [tick for tick in losses.get_yticks() if low <= tick <= high]
    assert len(ticks) >= 4, "a loss between two ticks can be read"
    frame, legend = losses.get_window_extent(), losses.get_legend().get_window_extent()
    assert legend.y0 >= frame.y1 - 1, "the legend hides no curve"
    assert legend.x1 < accuracy.get_window_extent().x0, "nor the next panel"
    plt.close(figure)


def test_signature_numbers_are_those_of_the_figure():
    curves = {"d_loss": np.arange(30.0), "g_loss": np.ones(30), "d_accuracy": np.ones(30)}
    one, two = np.zeros((2, 1, 28, 28, 1))
    one[0, 0, 0], two[0, 0, 1] = 1, 1
    numbers = figures.signature_numbers(curves, np.concatenate([one, two]), np.eye(10)[4] * 500)
    assert (numbers["d_loss_first"], numbers["d_loss_last"]) == (4.5, 24.5)
    assert numbers["most"] == 4 and numbers["most_share"] == 1
    assert np.isclose(numbers["differ"], 2**0.5 / 2), "half of the pairs are a picture and itself"


def test_plot_gan_writes_the_shapes():
    figure = course.plot_gan({"z": "(64, 7)"})
    assert "(64, 7)" in [text.get_text() for text in figure.axes[0].texts]
    plt.close(figure)


def test_a_gif_is_shown_with_its_text(tmp_path, displayed):
    path = gu.save_gif([(0, np.zeros((6, 28, 28, 1)))], tmp_path / "film.gif", columns=3)
    course.show_gif(path, 'digits, "drawn"')
    ((page,), _) = displayed[0]
    assert page.data.startswith('<img src="data:image/gif;base64,R0lGOD')
    assert 'alt="digits, &quot;drawn&quot;"' in page.data
    with pytest.raises(TypeError, match=r"path: a list came; what serves is what save_gif"):
        course.show_gif([(0, np.zeros((6, 28, 28, 1)))], "digits")


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
    notebooks = [nbformat.read(path, as_version=4) for path in rules.REPOSITORY.glob("notebooks/*.ipynb")]
    sources = [cell.source for notebook in notebooks for cell in notebook.cells]
    for package in ("gan_utils", "gan_course"):
        paths = (rules.REPOSITORY / package).rglob("*.py")
        sources += [path.read_text(encoding="utf-8") for path in paths]
    assert not [found for source in sources for found in re.findall(SMALLER, source)]


@pytest.mark.filterwarnings("error")
def test_letters_come_from_a_font_that_has_them():
    """No font here may have Chinese letters; one of matplotlib's has letters that its first lacks."""
    for title in ("Zahlen, schön: 7 − 4", "ᶁ"):
        figure = gu.plot_images(np.zeros((5, 28, 28, 1)), title=title, row_labels=[title])
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
        figures.draw_png(gu.plot_images(np.zeros((5, 28, 28, 1)), title=title))
    lost = title.split()[0]
    assert [str(w.message) for w in told if "no font" in str(w.message)] == [str(w.message) for w in told]
    assert len(told) == 1 and f"no font of this machine has {lost!r}" in str(told[0].message)
    fonts._fonts_with.cache_clear()
