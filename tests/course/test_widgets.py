"""The widgets without a browser: what they draw is right, and what they touch is put back."""

import html
import sys

import imageio.v3 as imageio
import ipywidgets
import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import layers, ops
from matplotlib.contour import ContourSet
from matplotlib.quiver import Quiver

import gan_course as course
import gan_utils as gu
from gan_course import figures
from gan_course.debugger import StepDebugger
from gan_course.explorer import LatentExplorer
from gan_course.sphere import sphere_walk
from gan_utils._support import classifiers
from gan_utils._support.training_check.memory import remember

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def digits():
    return gu.load_images("digits")


@pytest.fixture(scope="module")
def explorer(digits):
    keras.utils.set_random_seed(0)
    return LatentExplorer(gu.GAN(gu.build_generator(8), gu.build_discriminator(), seed=0), digits)


def new_players():
    """G, D and both in the plane; smooth, so that differences are gradients."""
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(16, activation="swish") for _ in range(2)]
    generator = keras.Sequential([keras.Input((2,)), hidden[0], layers.Dense(2)])
    discriminator = keras.Sequential([keras.Input((2,)), hidden[1], layers.Dense(1)])
    combined = gu.build_combined(generator, discriminator)
    for model in (discriminator, combined):
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(1e-2, beta_1=0.5), loss)
    return generator, discriminator, combined


@pytest.fixture(scope="module")
def shared_players():
    """Three models, which Keras traces once for all tests, and what puts them back."""
    players = new_players()
    for model in players[1:]:
        model.optimizer.build(model.trainable_variables)
    return players, remember(*players)


@pytest.fixture
def players(shared_players):
    players, put_back = shared_players
    yield players
    put_back()


@pytest.fixture
def blobs():
    centres = np.array([[2.0, 0.0], [-2.0, 1.0]])
    return np.random.default_rng(0).normal(0, 0.3, (80, 2)) + np.repeat(centres, 40, axis=0)


@pytest.fixture
def debugger(players, blobs):
    debugger = StepDebugger(*players, blobs)
    debugger.step()  # so that there is something to see
    return debugger


def inside(widget):
    """The controls of a widget by their descriptions, and its picture and text as "picture" and "told"."""
    names = {ipywidgets.Image: "picture", ipywidgets.HTML: "told"}
    if hasattr(widget, "children"):
        return {name: part for child in widget.children for name, part in inside(child).items()}
    return {names.get(type(widget)) or widget.description: widget}


def state(*owners):
    variables = [variable for owner in owners for variable in owner.variables]
    return [np.copy(ops.convert_to_numpy(variable)) for variable in variables]


def equal(before, after):
    return all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


# explore_latents


def test_the_walk_goes_from_one_end_to_the_other_on_the_sphere():
    a, b = np.random.default_rng(0).standard_normal((2, 64))
    b *= np.linalg.norm(a) / np.linalg.norm(b)
    assert np.array_equal(sphere_walk(a, b, 0), a) and np.array_equal(sphere_walk(a, b, 1), b)
    way = np.array([sphere_walk(a, b, t) for t in np.linspace(0, 1, 11)])
    assert np.allclose(np.linalg.norm(way, axis=1), np.linalg.norm(a))
    steps = np.linalg.norm(np.diff(way, axis=0), axis=1)
    assert np.allclose(steps, steps[0])
    assert np.allclose(sphere_walk(a, a, 0.3), a)


def test_the_ends_are_the_clearest_of_two_thousand(explorer, digits):
    latents = np.random.default_rng(3).standard_normal((2000, 8), dtype="float32")
    surest = gu.classify(explorer.gan.generate(latents=latents), digits).max(axis=0)
    found = gu.classify(explorer.gan.generate(latents=explorer.digits), digits)
    assert np.allclose(found.diagonal(), surest, rtol=1e-3)


def test_pictures_change_more_in_the_two_directions_than_in_others(explorer):
    assert np.allclose(explorer.directions @ explorer.directions.T, np.eye(2), atol=1e-5)
    latents = np.random.default_rng(1).standard_normal((200, 8), dtype="float32")

    def change(direction):
        sides = [explorer.gan.generate(latents=latents + side * direction) for side in (-0.5, 0.5)]
        return np.linalg.norm(sides[1] - sides[0])

    others = np.linalg.svd(explorer.directions)[2][2:]  # all that stand at right angles to the two
    assert min(map(change, explorer.directions)) > max(map(change, others))


def test_what_the_sliders_say_is_what_is_drawn(explorer, digits):
    parts = inside(explorer.controls(ipywidgets))

    def check(latent):
        image = explorer.gan.generate(latents=latent[None])[0, ..., 0]
        pixels = imageio.imread(parts["picture"].value)
        assert pixels.shape == (280, 280)
        assert np.abs(pixels[5::10, 5::10] - 255 * image).max() < 0.6, "rounding alone"
        assert np.array_equal(pixels, np.kron(pixels[::10, ::10], np.ones((10, 10)))), "squares, no blur"
        (probabilities,) = gu.classify(image[None, ..., None], digits)
        assert parts["told"].value == f"read as {probabilities.argmax()}, {probabilities.max():.0%} sure"

    check(explorer.digits[4])
    parts["walk, t"].value = 1
    check(explorer.digits[8])
    parts["to"].value, parts["from"].value = 3, 6
    check(explorer.digits[3])
    parts["walk, t"].value = 0
    check(explorer.digits[6])
    parts["walk, t"].value, parts["direction 1"].value, parts["direction 2"].value = 0.3, 2, -1
    u, v = explorer.directions
    check(sphere_walk(explorer.digits[6], explorer.digits[3], 0.3) + 2 * u - v)


def test_every_control_redraws(explorer):
    parts = inside(explorer.controls(ipywidgets))
    assert len(parts) == 5 + 2
    # An untrained G may draw one picture that is the surest of several digits.
    others = [d for d in range(10) if not np.isin(explorer.digits[d], explorer.digits[[4, 8]]).any()]
    start, end = others[0], others[-1]
    values = {"walk, t": 0.5, "from": start, "to": end, "direction 1": 2, "direction 2": -2}
    for name, value in values.items():
        before = parts["picture"].value
        parts[name].value = value
        assert parts["picture"].value != before, name


def test_a_change_that_raises_says_so_in_the_widget(explorer, monkeypatch):
    parts = inside(explorer.controls(ipywidgets))
    before, told = parts["picture"].value, parts["told"].value

    def tear(**_):
        raise RuntimeError("a <torn> cable")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="torn"):
        patch.setattr(explorer.gan, "generate", tear)
        parts["walk, t"].value = 1
    assert "RuntimeError: a <torn> cable" in html.unescape(parts["told"].value)
    assert "<torn>" not in parts["told"].value and parts["picture"].value == before
    parts["walk, t"].value = 0
    assert parts["told"].value == told, "the next change that succeeds clears it"


def test_the_picture_of_the_explorer_shows_where_its_images_come_from(explorer):
    figure = explorer.figure()
    left, right = figure.axes
    grid = left.images[0].get_array()
    assert grid.shape == (5 * 29 - 1, 5 * 29 - 1)
    # u grows to the right and v upwards; the 4 itself stands in the middle
    for row, column, u, v in ((0, 0, -3, 3), (0, 4, 3, 3), (4, 4, 3, -3), (2, 2, 0, 0)):
        expected = explorer.gan.generate(
            latents=(explorer.digits[4] + np.array([u, v]) @ explorer.directions)[None]
        )
        assert np.allclose(grid[row * 29 :][:28, column * 29 :][:, :28], expected[0, ..., 0], atol=1e-4)
    assert [label.get_text() for label in left.get_yticklabels()] == ["3", "1.5", "0", "-1.5", "-3"]
    labels = [label.get_text() for label in right.get_xticklabels()]
    walk = [sphere_walk(explorer.digits[4], explorer.digits[8], t) for t in np.linspace(0, 1, 8)]
    read = gu.classify(explorer.gan.generate(latents=walk), explorer.dataset).argmax(axis=1)
    assert [label.split("\n")[1].split(",")[0] for label in labels] == [str(digit) for digit in read]
    assert left.get_xlabel() and left.get_ylabel() and right.get_xlabel()
    plt.close(figure)


def test_a_data_set_of_ones_own_is_explored(tmp_path, monkeypatch):
    """Three classes of small colour pictures, read by a classifier of their own."""
    monkeypatch.setattr(classifiers, "LEAST_STEPS", 30)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    labels = np.arange(120) % 3
    images = np.random.default_rng(0).uniform(0, 0.2, (120, 8, 8, 3)).astype("float32")
    images[np.arange(120), :, :, labels] += 0.7
    gan = gu.GAN(gu.build_generator(4, (8, 8, 3)), gu.build_discriminator((8, 8, 3)), seed=0)
    explorer = LatentExplorer(gan, gu.Dataset(images, labels, "digits"))
    assert explorer.digits.shape == (3, 4) and explorer.ends == (0, 2)
    plt.close(explorer.figure())
    parts = inside(explorer.controls(ipywidgets))
    assert [value for _, value in parts["to"].options] == [0, 1, 2]
    assert imageio.imread(parts["picture"].value).shape == (80, 80, 3)


def test_without_labels_it_walks_between_what_differs_most(tmp_path, monkeypatch):
    monkeypatch.setattr(classifiers, "LEAST_STEPS", 30)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    images = np.random.default_rng(0).random((120, 8, 8, 3), dtype="float32")
    gan = gu.GAN(gu.build_generator(4, (8, 8, 3)), gu.build_discriminator((8, 8, 3)), seed=0)
    explorer = LatentExplorer(gan, gu.Dataset(images, None, "pictures"))
    assert len(np.unique(explorer.digits, axis=0)) == len(explorer.names) == 10
    plt.close(explorer.figure())
    parts = inside(explorer.controls(ipywidgets))
    assert not any("read as" in str(part.value) for part in parts.values())
    alts = []
    monkeypatch.setattr("gan_course.explorer.show", lambda figure, alt, controls: alts.append(alt))
    course.explore_latents(gan, explorer.dataset)
    plt.close("all")
    assert alts[0].endswith("a walk, from the picture 4 to a picture 8.")


# debug_step


def test_the_arrows_are_the_gradient(debugger):
    figure, axes = plt.subplots()
    debugger.draw(axes)
    (arrows,) = (artist for artist in axes.collections if isinstance(artist, Quiver))
    fakes = debugger.generator.predict_on_batch(debugger.latents)[::3]  # an arrow on every third
    assert len(fakes) == 20 and np.allclose(arrows.get_offsets(), fakes)
    d = ops.convert_to_numpy(ops.sigmoid(debugger.discriminator.predict_on_batch(fakes)))
    expected = (1 - d) * gu.input_gradient(debugger.discriminator, fakes)
    drawn = np.stack([arrows.U, arrows.V], axis=1)
    assert np.abs(drawn - expected).max() < 1e-2 * np.abs(expected).max()
    score = debugger.discriminator.predict_on_batch
    assert (score(fakes + 1e-2 * drawn) > score(fakes)).all(), "they point to where D says real"
    plt.close(figure)


def test_the_colours_are_d_and_the_points_are_where_they_are(debugger, blobs):
    figure, axes = plt.subplots()
    losses = debugger.draw(axes)
    (picture,) = axes.images
    left, right, bottom, top = picture.get_extent()
    assert picture.origin == "lower" and picture.get_clim() == (0, 1)
    corners = np.array([[left, bottom], [right, bottom], [left, top], [right, top]], "float32")
    d = ops.convert_to_numpy(ops.sigmoid(debugger.discriminator.predict_on_batch(corners)))
    assert np.allclose(picture.get_array()[[0, 0, -1, -1], [0, -1, 0, -1]], d[:, 0], atol=1e-5)
    real, fake = (axes.collections[i].get_offsets() for i in (-3, -2))
    assert np.allclose(real, blobs) and ((corners[0] < blobs) & (blobs < corners[3])).all()
    assert np.allclose((corners[0] + corners[3]) / 2, (blobs.min(axis=0) + blobs.max(axis=0)) / 2)
    logits = [debugger.discriminator.predict_on_batch(np.asarray(points)) for points in (real, fake)]
    expected = gu.discriminator_loss(*logits), gu.generator_loss(logits[1])
    assert np.allclose(losses, [float(loss) for loss in expected], rtol=1e-5)
    plt.close(figure)


@pytest.mark.parametrize(("bias", "lines"), [(-30, 0), (0, 1), (30, 0)])
def test_a_line_is_drawn_where_d_crosses_a_half(debugger, bias, lines, recwarn):
    # Asked for a level that does not occur, matplotlib before 3.11 warns, and draws another one.
    debugger.discriminator.layers[-1].bias.assign([bias])
    figure, axes = plt.subplots()
    assert np.isfinite(debugger.draw(axes)).all()
    assert sum(isinstance(artist, ContourSet) for artist in axes.collections) == lines
    plt.close(figure)
    assert not [warning for warning in recwarn if issubclass(warning.category, UserWarning | RuntimeWarning)]


def test_each_button_moves_whom_it_says(players, blobs):
    generator, discriminator, combined = players
    parts = inside(StepDebugger(*players, blobs).controls(ipywidgets))
    moved = {"Update D": (False, True), "Update G": (True, False), "10 of each": (True, True)}
    shape = imageio.imread(parts["picture"].value).shape
    for name, (g_moved, d_moved) in moved.items():
        before = state(generator), state(discriminator), parts["picture"].value
        parts[name].click()
        assert equal(before[0], state(generator)) != g_moved, name
        assert equal(before[1], state(discriminator)) != d_moved, name
        assert parts["picture"].value != before[2], name
        assert imageio.imread(parts["picture"].value).shape == shape, "the page does not jump"
    assert combined.optimizer.iterations == discriminator.optimizer.iterations == 11
    assert parts["told"].value.startswith("updates: D 11, G 11. L_D 0.")
    for name in ("10 x D", "10 x G"):
        parts[name].click()
    assert parts["told"].value.startswith("updates: D 21, G 21.")


def test_each_update_lowers_its_players_loss(players, blobs):
    debugger = StepDebugger(*players, blobs)
    figure, axes = plt.subplots()
    d_loss, _ = debugger.draw(axes)
    for _ in range(10):
        debugger.update_d()
    d_loss_later, g_loss = debugger.draw(axes)
    for _ in range(10):
        debugger.update_g()
    _, g_loss_later = debugger.draw(axes)
    assert d_loss_later < d_loss - 0.01 and g_loss_later < g_loss - 0.01
    plt.close(figure)


def test_start_again_restores_every_bit(blobs):
    players = generator, discriminator, combined = new_players()
    owners = generator, discriminator, discriminator.optimizer, combined.optimizer
    parts = inside(StepDebugger(*players, blobs).controls(ipywidgets))
    for name in ("Update D", "Update G", "Start again"):  # which builds the optimizers
        parts[name].click()
    start, picture = state(*owners), parts["picture"].value
    parts["10 of each"].click()
    trained = state(*owners)
    parts["Start again"].click()
    assert equal(start, state(*owners)) and parts["picture"].value == picture
    assert parts["told"].value.startswith("updates: D 0, G 0.")
    parts["10 of each"].click()
    assert equal(trained, state(*owners)), "the same latents come again"


def test_a_step_that_raises_says_so_in_the_widget(players, blobs, monkeypatch):
    parts = inside(StepDebugger(*players, blobs).controls(ipywidgets))
    monkeypatch.setattr(players[1], "train_on_batch", lambda *_: 1 / 0)
    parts["Update D"].click()
    assert "ZeroDivisionError: division by zero" in parts["told"].value


@pytest.mark.parametrize("breaks", [False, True])
def test_the_picture_leaves_the_models_as_they_were(players, blobs, displayed, monkeypatch, breaks):
    generator, discriminator, combined = players
    discriminator.train_on_batch(blobs, np.ones((80, 1)))  # an optimizer with something to remember
    combined.optimizer.build(combined.trainable_variables)
    owners = generator, discriminator, discriminator.optimizer, combined.optimizer
    before = state(*owners)
    if breaks:
        monkeypatch.setattr(combined, "train_on_batch", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            course.debug_step(*players, blobs)
    else:
        course.debug_step(*players, blobs)
    assert equal(before, state(*owners))
    plt.close("all")


def test_the_four_panels_are_four_states(debugger):
    figure, losses = debugger.figure()
    panels = [axes for axes in figure.axes if axes.get_title()]
    titles = [axes.get_title().split("\n")[0] for axes in panels]
    assert titles == ["at the start", "D updated once", "then G once", "after 100 of each"]
    d = [axes.images[0].get_array() for axes in panels]
    fakes = [axes.collections[-2].get_offsets() for axes in panels]
    assert not equal(d[0], d[1]) and equal(d[1], d[2]) and not equal(d[2], d[3])
    assert equal(fakes[0], fakes[1]) and not equal(fakes[1], fakes[2]) and not equal(fakes[2], fakes[3])
    debugger.step(100)
    assert equal(fakes[3], debugger.generator.predict_on_batch(debugger.latents))
    other, axes = plt.subplots()
    assert np.allclose(debugger.draw(axes), [losses["d3"], losses["g3"]])
    plt.close(other)
    plt.close(figure)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        (np.zeros((5, 3)), r"real_points must be finite, of shape \(n, 2\), not \(5, 3\)"),
        (np.zeros(5), r"not \(5,\)"),
        (np.full((5, 2), np.nan), "must be finite"),
    ],
)
def test_points_that_do_not_serve_are_refused(players, points, said):
    with pytest.raises(ValueError, match=said):
        course.debug_step(*players, points)


def test_models_without_an_optimizer_are_refused(players, blobs):
    generator, discriminator, _ = players
    with pytest.raises(ValueError, match="combined is not compiled"):
        course.debug_step(generator, discriminator, gu.build_combined(generator, discriminator), blobs)


# Both


@pytest.mark.parametrize("name", ["gan-explorer", "gan-debugger"])
@pytest.mark.parametrize("installed", [True, False])
def test_the_picture_is_an_output_and_the_widget_another(
    name, installed, explorer, players, blobs, displayed, monkeypatch, capsys
):
    if not installed:
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
    if name == "gan-explorer":
        course.explore_latents(explorer.gan, explorer.dataset)
    else:
        course.debug_step(*players, blobs)
    *style, ((bundle,), options) = displayed[: 1 + installed]
    assert options["raw"] and options["metadata"]["image/png"]["alt"] == bundle["text/plain"]
    assert len(bundle["text/plain"]) > 50 and "ipywidgets" not in bundle["text/plain"]
    assert imageio.imread(figures.base64.b64decode(bundle["image/png"])).shape[1] > 800
    assert len(bundle) == 2, "what is kept when the kernel has gone is a picture, and names no widget"
    assert len(displayed) == 1 + 2 * installed
    if installed:
        (((live,), _),) = displayed[2:]
        classes = ipywidgets.widgets.widget._instances[live[WIDGET]["model_id"]]._dom_classes
        assert list(live) == [WIDGET] and {name, "gan-live"} <= set(classes)
        (((style,), _),) = style
        assert list(style) == ["text/html"] and "script" not in style["text/html"].lower()
        assert style["text/html"].startswith("<style") and "url" not in style["text/html"]
    said = capsys.readouterr().out.splitlines()
    assert len(said) == (not installed) and all("pip install ipywidgets" in line for line in said)
    assert not plt.get_fignums()
