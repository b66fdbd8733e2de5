"""The site that `make pages` gathers: every link leads somewhere, nothing is loaded, nothing leaks."""

import re

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.tools.test_editions import (
    LINE,
    leaks,
    secret_lines,
    secret_sentences,
    text_of_html,
)
from tools import build_folder, site
from tools.export import pages
from tools.notes import notes_of
from tools.series import ROOT, find_notebooks, find_taught

NOTEBOOKS = [path.stem for path in find_notebooks()]
TAUGHT = [path.stem for path in find_taught()]
DOCUMENTS = [path.stem for path in site.find_documents()]
PAGES = ["index", *NOTEBOOKS, *DOCUMENTS]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The whole site, made over one of an earlier run, in a folder as deep as a project's on a server."""
    folder = tmp_path_factory.mktemp("server") / "gan-notebooks"
    build_folder.write(folder / "slides" / "old.html", b"of an earlier run")
    site.write(site.gather(), folder)
    return folder


@pytest.mark.slow
def test_the_site_is_whole_and_has_no_fault(made):
    assert site.faults(made) == []
    files = {path.relative_to(made).as_posix() for path in made.rglob("[!.]*") if path.is_file()}
    pictures = {f"notebooks/images/{path.name}" for path in (ROOT / "notebooks/images").iterdir()}
    texts = [path.read_text(encoding="utf-8") for path in find_notebooks()]  # not the decks
    pictures = {name for name in pictures if any(name.removeprefix("notebooks/") in text for text in texts)}
    assert files == {
        site.PLAY,
        *(f"{name}.html" for name in PAGES),
        *(f"slides/{name}.slides.html" for name in TAUGHT),
        *(f"notebooks/{name}.ipynb" for name in NOTEBOOKS),
        *pictures,
    }
    for name in [f"notebooks/{name}.ipynb" for name in NOTEBOOKS] + sorted(pictures):
        assert (made / name).read_bytes() == (ROOT / name).read_bytes()


@pytest.mark.slow
def test_the_index_leads_to_all_that_there_is(made):
    index = BeautifulSoup((made / "index.html").read_text(encoding="utf-8"), "html.parser")
    links = [link["href"] for link in index.select("a[href]")]
    for name in NOTEBOOKS:
        assert links.count(f"{name}.html") == links.count(f"notebooks/{name}.ipynb") == 1
        assert links.count(f"slides/{name}.slides.html") == (name in TAUGHT)
        for service in ("colab.research.google.com", "mybinder.org"):
            assert sum(f"//{service}/" in link and name in link for link in links) == 1
    assert set(DOCUMENTS) >= {"glossary"} and all(f"{name}.html" in links for name in DOCUMENTS)
    assert links[0] == site.PLAY, "what needs nothing comes first"
    for name in TAUGHT:
        deck = BeautifulSoup((made / f"slides/{name}.slides.html").read_text(encoding="utf-8"), "html.parser")
        last = deck.select(".slides section:not(:has(section))")[-1]
        assert last.select_one("p.play a")["href"] == f"../{site.PLAY}"
    assert any(link.endswith("/README.md#start") for link in links)
    assert "\n## Start\n" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"git clone {site.repository()[0]}\n" in index.select_one(".commands").get_text()


@pytest.mark.slow
def test_every_picture_is_described_and_every_notebook_has_one_in_the_index(made):
    for path in made.rglob("*.html"):
        pictures = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find_all("img")
        assert all(img["alt"] and "No description" not in img["alt"] for img in pictures), path.name
    index = BeautifulSoup((made / "index.html").read_text(encoding="utf-8"), "html.parser")
    for entry in index.select("li > a"):
        assert entry.img and entry.strong.get_text() not in NOTEBOOKS and len(entry.get_text().split()) > 10


def test_links_written_for_the_repository_lead_on_in_the_site():
    ours = site.repository()[0]
    glossary = ("docs/glossary.md", "glossary.html")
    first = "notebooks/01_discriminator.ipynb"
    for link, source, page, leads in [
        ("02_generator.ipynb#Why-noise?", first, "01_discriminator.html", "02_generator.html#Why-noise?"),
        ("../docs/glossary.md", first, "slides/01_discriminator.slides.html", "../glossary.html"),
        ("../notebooks/03_losses.ipynb", *glossary, "03_losses.html"),
        ("../README.md#start", *glossary, f"{ours}/blob/main/README.md#start"),
        ("../gan_course/exercises", *glossary, f"{ours}/tree/main/gan_course/exercises"),
        ("#start", *glossary, "#start"),
        ("https://arxiv.org/abs/1406.2661", *glossary, "https://arxiv.org/abs/1406.2661"),
    ]:
        assert site.address(link, source, page) == leads
    for link in ("../notebooks/05.ipynb", "../../elsewhere.md"):
        with pytest.raises(pages.ExportError, match=f"docs/glossary.md: a link to {re.escape(link)}"):
            site.address(link, *glossary)


def test_headings_of_documents_are_named_as_on_github(tmp_path):
    path = tmp_path / "guide.md"
    path.write_text(
        "# A guide\n\nSee [there](#what-is-it-müller-or-gu).\n\n## What *is* it, Müller, or `gu`?\n"
    )
    made = pages.export_page(site.document(path), {"name": "guide", "title": "A guide"}, tmp_path)
    heading = BeautifulSoup(site.with_github_ids(made), "html.parser").h2
    assert heading["id"] == "what-is-it-müller-or-gu" and heading.a["href"] == "#" + heading["id"]


# Faults planted in a small site.


def small_site(folder, link="", text="", name=None):
    """A site of two pages and a notebook; `link` and `text` go into the second page, `name` is a file."""
    folder.mkdir()
    download = '<a href="a.ipynb">the file</a>'
    (folder / "index.html").write_text(f'<title>I</title><a href="b.html#here">b</a> {download}')
    (folder / "b.html").write_text(
        f'<title>B</title><h1 id="here">B</h1><a href="index.html">i</a> {text}'
        + (f'<a href="{link}">link</a>' if link else "")
    )
    (folder / "a.ipynb").write_text('{"cells": []}')
    if name:
        (folder / name).write_text("<a href='index.html'>index</a>")
    return folder


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ({}, None),
        ({"link": "a.ipynb"}, None),
        ({"link": "https://arxiv.org/abs/1406.2661"}, None),
        ({"link": "gone.html"}, "which is not there"),
        ({"link": "index.html#gone"}, "a place that is not there"),
        ({"link": "#gone"}, "a place that is not there"),
        ({"link": "../index.html"}, "which is outside"),
        ({"link": "/index.html"}, "which is outside"),
        ({"link": "file:///index.html"}, "which no source names"),
        ({"link": "https://elsewhere.org/"}, "which no source names"),
        ({"link": "http://arxiv.org/abs/1406.2661"}, "which no source names"),
        ({"link": "//arxiv.org/abs/1406.2661"}, "which no source names"),
        ({"text": '<img src="https://elsewhere.org/a.png">'}, "b.html loads https://elsewhere.org/a.png"),
        ({"name": "old.html"}, "nothing leads to old.html"),
    ],
)
def test_a_planted_fault_is_found(planted, told, tmp_path):
    told = f"b.html leads to {planted['link']}, {told}" if told and "link" in planted else told
    assert site.faults(small_site(tmp_path / "site", **planted)) == [told] * bool(told)


def test_only_files_that_are_here_are_ours_on_the_web():
    ours = site.repository()[0]
    assert site.is_ours(ours) and site.is_ours(f"{ours}/blob/main/README.md#start")
    assert not site.is_ours(f"{ours}/blob/main/gone.md") and not site.is_ours(f"{ours}x/blob/main/README.md")


@pytest.mark.slow
def test_nothing_leaks_into_the_site(made):
    lines = secret_lines()
    sentences = set().union(*(secret_sentences(notes_of(path)) for path in find_taught()))
    paths = [path for path in made.rglob("*.html") if path.name != site.PLAY]  # whose text is all its own
    texts = [text_of_html(path.name, path.read_text(encoding="utf-8")) for path in paths]
    assert len(texts) == len(PAGES) + len(TAUGHT) and all(len(text.code) > 1_000 for text in texts)
    assert len(lines) > 100 and len(sentences) > 100
    assert leaks(texts, lines, sentences) == []
    planted = f"<pre>{LINE}</pre><p>{sorted(sentences)[0]}</p>"
    assert len(leaks([text_of_html("planted", planted)], lines, sentences)) == 2


def test_the_workflow_publishes_what_make_pages_made():
    text = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    build, deploy = (jobs[name]["steps"] for name in ("build", "deploy"))
    assert [step["run"] for step in build if "run" in step] == ["make pages PYTHON=python"]
    assert build[-1]["with"]["path"] == site.SITE.relative_to(ROOT).as_posix()
    assert jobs["deploy"]["permissions"] == {"pages": "write", "id-token": "write"} and len(deploy) == 1
    assert yaml.safe_load(text)["permissions"] == {"contents": "read"} and "permissions" not in jobs["build"]
    assert not re.search("continue-on-error|always|\\|\\|", text)
