"""A folder of one's own as a data set: what people have in folders, and what they get for it."""

import hashlib
import io
import os
import sys
from collections import Counter

import numpy as np
import pytest
from PIL import Image

import gan_utils as gu
from gan_utils._support import folders


def draw(seed, size=(100, 80), mode="RGB"):
    """A picture, width and height as Pillow has them, of a colour of its own with a spot."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(int(v) for v in rng.integers(0, 256, 3)))
    spot = Image.new("RGB", (size[0] // 3, size[1] // 3), tuple(int(v) for v in rng.integers(0, 256, 3)))
    picture.paste(spot, (int(rng.integers(0, size[0] // 2)), int(rng.integers(0, size[1] // 2))))
    return picture.convert(mode)


def fill(folder, n=60, classes=("",), suffix=".png", **how):
    for name in classes:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for i in range(n):
        draw(i, **how).save(folder / classes[i % len(classes)] / f"{i:03}{suffix}")
    return folder


def everything(dataset):
    return np.concatenate([dataset.images, dataset.test.images])


def one(folder, picture, name="one.png", **arguments):
    """How a picture comes out, beside sixty others: the image that only this folder holds."""
    before = everything(gu.load_images(fill(folder), **arguments))
    picture.save(folder / name) if isinstance(picture, Image.Image) else (folder / name).write_bytes(picture)
    known = Counter(image.tobytes() for image in before)
    new = [image for image in everything(gu.load_images(folder, **arguments)) if image.tobytes() not in known]
    assert len(new) == 1
    return new[0]


def test_subfolders_are_classes(tmp_path, capsys):
    dataset = gu.load_images(fill(tmp_path / "pets", 90, ("dogs", "Kätzchen", "小猫 und mehr")))
    assert dataset.class_names == dataset.test.class_names == ("Kätzchen", "dogs", "小猫 und mehr")
    assert dataset.images.dtype == np.float32 and dataset.images.shape[1:] == (32, 32, 3)
    assert dataset.labels.dtype == np.int64 and set(dataset.labels) == {0, 1, 2}
    assert dataset.name == "pets" and len(dataset.images) + len(dataset.test.images) == 90
    told = capsys.readouterr().out
    assert f"{len(dataset.images)} images to train and {len(dataset.test.images)} to test" in told
    assert "32x32x3" in told and " MB" in told and "3 classes" in told and "copies" not in told


def test_labels_are_of_their_images(tmp_path):
    for name, color in (("black", 0), ("white", 255)):
        (tmp_path / name).mkdir()
        for i in range(40):
            Image.new("L", (8, 8 + i), color).save(tmp_path / name / f"{i}.png")
    dataset = gu.load_images(tmp_path, image_size=(8, 8), color_mode="grayscale")
    assert dataset.images.shape[1:] == (8, 8, 1)
    for part in (dataset, dataset.test):
        np.testing.assert_array_equal(part.images.mean(axis=(1, 2, 3)), part.labels)


@pytest.mark.parametrize("classes", [("",), ("all",)])
def test_without_classes_there_are_no_labels(classes, tmp_path):
    dataset = gu.load_images(fill(tmp_path / "a", classes=classes))
    assert dataset.labels is None and dataset.test.labels is None and dataset.class_names is None
    np.testing.assert_array_equal(gu.load_images(str(tmp_path / "a"), "test").images, dataset.test.images)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".JPEG", ".gif", ".bmp", ".webp"])
def test_kinds_of_files(suffix, tmp_path):
    image = one(tmp_path, draw(1000), f"one{suffix}", image_size=(32, 40), crop_to_aspect_ratio=False)
    expected = np.asarray(draw(1000).resize((40, 32), Image.Resampling.LANCZOS)) / 255
    assert np.abs(image - expected).mean() < 0.03


def test_the_first_picture_of_an_animation(tmp_path):
    red, blue = (Image.new("RGB", (40, 40), color) for color in ("red", "blue"))
    file = io.BytesIO()
    red.save(file, "gif", save_all=True, append_images=[blue])
    np.testing.assert_array_equal(one(tmp_path, file.getvalue(), "a.gif")[16, 16], (1, 0, 0))


def test_a_turned_photograph_stands_upright(tmp_path):
    picture = Image.new("RGB", (40, 40), "black")
    picture.paste(Image.new("RGB", (40, 20), "white"), (0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # it was taken turned to the left
    file = io.BytesIO()
    picture.save(file, "jpeg", exif=exif)
    image = one(tmp_path, file.getvalue(), "a.jpg")
    assert image[:, 24:].mean() > 0.95 and image[:, :8].mean() < 0.05


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(mode, tmp_path):
    picture = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    picture.paste(Image.new("RGBA", (16, 32), (0, 0, 0, 255)), (0, 0))
    if mode == "P":
        picture = picture.quantize(4)
    image = one(tmp_path, picture.convert(mode) if mode == "LA" else picture)
    assert image[:, :14].max() < 0.1 and image[:, 18:].min() > 0.9


@pytest.mark.parametrize("color_mode, channels", [("rgb", 3), ("grayscale", 1)])
def test_sixteen_bits_and_grey(color_mode, channels, tmp_path):
    ramp = np.linspace(0, 65535, 32 * 32).reshape(32, 32).astype("uint16")
    image = one(tmp_path, Image.fromarray(ramp), color_mode=color_mode)
    assert image.shape == (32, 32, channels)
    np.testing.assert_allclose(image, np.repeat(ramp[..., None] / 65535, channels, axis=-1), atol=0.01)


def test_dark_sixteen_bits_stay_dark(tmp_path):
    """200 of 65,535 is black, whatever else is in the picture."""
    assert one(tmp_path, Image.fromarray(np.full((32, 32), 200, "uint16"))).max() < 0.01


def test_proportions(tmp_path):
    wide = Image.new("RGB", (96, 32), "black")
    wide.paste(Image.new("RGB", (32, 32), "red"), (32, 0))
    cropped, padded, squeezed = (
        one(tmp_path / str(i), wide, **how)
        for i, how in enumerate(({}, {"pad_to_aspect_ratio": True}, {"crop_to_aspect_ratio": False}))
        if not (tmp_path / str(i)).mkdir()
    )
    np.testing.assert_array_equal(cropped, np.broadcast_to((1, 0, 0), (32, 32, 3)))
    np.testing.assert_array_equal(padded[2, 16], (1, 1, 1))  # white above
    np.testing.assert_array_equal(padded[16, [2, 16, 29]], [(0, 0, 0), (1, 0, 0), (0, 0, 0)])
    np.testing.assert_array_equal(squeezed[5, [5, 16, 26]], [(0, 0, 0), (1, 0, 0), (0, 0, 0)])


@pytest.mark.parametrize("size", [(10_000, 60), (60, 10_000)])
def test_a_padded_panorama_is_a_line(size, tmp_path):
    image = one(tmp_path, Image.new("RGB", size, "red"), pad_to_aspect_ratio=True)
    lines = (image == (1, 0, 0)).all(axis=-1).all(axis=int(size[0] > size[1]))
    assert lines.sum() == 1 and (image == (1, 1, 1)).all(axis=-1).sum() == 32 * 31


def test_a_panorama_and_a_point(tmp_path):
    image = one(tmp_path / "a", Image.new("RGB", (10_000, 60), "red"))
    np.testing.assert_array_equal(image, np.broadcast_to((1, 0, 0), (32, 32, 3)))
    np.testing.assert_array_equal(one(tmp_path / "b", Image.new("RGB", (1, 1), "lime"))[0, 0], (0, 1, 0))


def test_copies_stay_together_and_are_counted(tmp_path, capsys):
    fill(tmp_path)
    for i in range(60):
        (tmp_path / f"copy of {i:03}.png").write_bytes((tmp_path / f"{i:03}.png").read_bytes())
    dataset = gu.load_images(tmp_path)
    assert "60 are copies of others" in capsys.readouterr().out
    train, test = ({image.tobytes() for image in part.images} for part in (dataset, dataset.test))
    assert train and test and not train & test
    before = dataset.test.images
    for path in tmp_path.glob("copy*"):
        path.unlink()
    assert {image.tobytes() for image in gu.load_images(tmp_path, "test").images} == {
        image.tobytes() for image in before
    }


def test_what_cannot_be_read_is_named_and_left_out(tmp_path, capsys, monkeypatch):
    fill(tmp_path)
    whole = draw(7, (400, 400))
    file = io.BytesIO()
    whole.save(file, "jpeg")
    (tmp_path / "cut off.jpg").write_bytes(file.getvalue()[:2000])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.gif").touch()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100 * 100)
    draw(8, (150, 100)).save(tmp_path / "bomb.png")
    for name in (".DS_Store", "notes.txt", "._000.png"):  # of the system, or no picture by its name
        (tmp_path / name).write_bytes(b"\x00")
    dataset = gu.load_images(tmp_path)
    told = capsys.readouterr().out
    assert len(everything(dataset)) == 60
    assert all(name in told for name in ("cut off.jpg", "text.png", "empty.gif", "bomb.png (too large)"))
    assert "DS_Store" not in told and "notes" not in told and "._" not in told


def test_what_is_no_picture_by_its_content(tmp_path, capsys):
    """Pillow would have Ghostscript run a page, whatever the file is called."""
    page = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    (fill(tmp_path) / "page.png").write_bytes(page)
    assert len(everything(gu.load_images(tmp_path))) == 60
    assert "page.png (no picture)" in capsys.readouterr().out


def test_a_class_that_may_not_be_read_is_named(tmp_path, capsys, monkeypatch):
    fill(tmp_path, 90, ("a", "b", "c"))
    scandir = os.scandir

    def closed(place):
        if os.path.basename(place) == "b":
            raise PermissionError(13, "Permission denied", place)
        return scandir(place)

    monkeypatch.setattr(os, "scandir", closed)
    dataset = gu.load_images(tmp_path)
    assert dataset.class_names == ("a", "c") and set(dataset.labels) == {0, 1}
    assert "b (may not be read)" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_links_are_named(tmp_path, capsys):
    fill(tmp_path / "there", 60, ("a", "b"))
    (tmp_path / "there" / "linked").symlink_to(fill(tmp_path / "elsewhere", 3), target_is_directory=True)
    (tmp_path / "there" / "a" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    assert gu.load_images(tmp_path / "there").class_names == ("a", "b")
    told = capsys.readouterr().out
    assert "linked (a link to a folder)" in told and "gone.png (No such file" in told


def test_a_folder_that_may_not_be_written(tmp_path):
    fill(tmp_path)
    os.chmod(tmp_path, 0o555)
    try:
        assert len(everything(gu.load_images(tmp_path))) == 60
    finally:
        os.chmod(tmp_path, 0o755)


def test_many_pictures_have_a_bar(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(folders, "MANY", 60)
    gu.load_images(fill(tmp_path))
    assert "60/60" in capsys.readouterr().out


def test_too_few(tmp_path):
    for n, there in ((0, "0 different"), (5, "5 different")):
        with pytest.raises(
            ValueError, match=rf"^name: the folder .* holds {there} pictures; .* 50 or more.*\Z"
        ):
            gu.load_images(fill(tmp_path, n))
    (tmp_path / "x.png").write_text("")
    with pytest.raises(ValueError, match=r"5 different pictures \(1 could not be read: x.png.*\Z"):
        gu.load_images(tmp_path)


def test_one_picture_many_times(tmp_path):
    for i in range(100):
        Image.new("RGB", (8, 8), "red").save(tmp_path / f"{i}.png")
    with pytest.raises(ValueError, match="holds 1 different pictures"):
        gu.load_images(tmp_path)


def test_pictures_beside_the_classes(tmp_path):
    fill(tmp_path, 60, ("a", "b"))
    draw(99).save(tmp_path / "lost.png")
    with pytest.raises(ValueError, match=r"subfolders, .* 1 pictures beside them \(lost.png\)"):
        gu.load_images(tmp_path)


@pytest.mark.parametrize(
    "arguments, kind, message",
    [
        ({"image_size": 32}, TypeError, "image_size: 32 came"),
        ({"image_size": (32.0, 32)}, TypeError, "image_size"),
        ({"image_size": (32, 32, 3)}, TypeError, "image_size"),
        ({"image_size": (0, 32)}, ValueError, "image_size"),
        ({"color_mode": "rgba"}, ValueError, "color_mode: 'rgba' came"),
        ({"crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, ValueError, "crop.*one of them"),
        ({"split": "validation"}, ValueError, "split"),
    ],
)
def test_other_arguments(arguments, kind, message, tmp_path):
    with pytest.raises(kind, match=rf"^{message}.*\Z"):
        gu.load_images(fill(tmp_path, 3), **arguments)


@pytest.mark.parametrize("name", ["digits", "auto", "mnist", "fashion_mnist"])
@pytest.mark.parametrize(
    "argument, value",
    [
        ("image_size", (32, 32)),
        ("color_mode", "rgb"),
        ("crop_to_aspect_ratio", False),
        ("pad_to_aspect_ratio", False),
    ],
)
def test_what_a_folder_takes_a_name_refuses(name, argument, value):
    """It would be passed over without a word, and the images come in their own size."""
    message = rf"^{argument}: .* came, but the images of '{name}' are .* without it, .*'\./{name}'\Z"
    with pytest.raises(ValueError, match=message):
        gu.load_images(name, **{argument: value})


@pytest.mark.parametrize(
    "name", ["no such thing", "", "mnits", None, 3, "~nobody of this name/pictures", "long" * 1000]
)
def test_neither_a_name_nor_a_folder(name):
    with pytest.raises(ValueError, match=r"^name: .* one of the data sets .* or the path of a folder .*\Z"):
        gu.load_images(name)


def test_a_file_for_a_folder(tmp_path):
    draw(1).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"is a file.*as"):
        gu.load_images(tmp_path / "a.png")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_that_leads_round(tmp_path):
    fill(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path)
    assert len(everything(gu.load_images(tmp_path))) == 60


def for_the_test_split():
    """A picture as a file that its content puts into the test split."""
    files = [io.BytesIO() for _ in range(100)]
    for i, file in enumerate(files):
        draw(1000 + i).save(file, "png")
    return next(f.getvalue() for f in files if hashlib.sha256(f.getvalue()).digest()[0] < 51)


@pytest.mark.parametrize("copied", [False, True])
def test_a_class_of_one_picture_is_trained_on(copied, tmp_path):
    """It can be in one part only; without it the training labels would have a gap."""
    fill(tmp_path, 80, ("a", "c", "b"))
    (tmp_path / "between").mkdir()
    places = [tmp_path / "between", *([tmp_path / "a"] if copied else [])]
    for place in places:
        (place / "one.png").write_bytes(for_the_test_split())
    dataset = gu.load_images(tmp_path)
    assert dataset.class_names == ("a", "b", "between", "c")
    assert sorted(set(dataset.labels)) == [0, 1, 2, 3] and 2 not in dataset.test.labels
    train, test = ({image.tobytes() for image in part.images} for part in (dataset, dataset.test))
    assert len(test) > 5 and not train & test


def test_classes_of_one_picture_each(tmp_path):
    dataset = gu.load_images(fill(tmp_path, 60, [f"{i:02}" for i in range(60)]))
    assert sorted(dataset.labels) == list(range(60)) and dataset.test.images.shape == (0, 32, 32, 3)


@pytest.mark.parametrize("classes", ["abc", "ab"])
def test_a_class_of_nothing_readable_is_none(classes, tmp_path):
    fill(tmp_path, 60, [name for name in classes if name != "b"])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "text.png").write_text("no picture")
    dataset = gu.load_images(tmp_path)
    if classes == "ab":
        assert dataset.class_names is None and dataset.labels is None
    else:
        assert dataset.class_names == ("a", "c") and set(dataset.labels) == {0, 1}
