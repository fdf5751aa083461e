"""The whole book as one document, for paper."""

import re
import shutil

import pytest
import yaml
from bs4 import BeautifulSoup

from lib.book.pages import printed
from lib.common.errors import ReaderError
from lib.common.paths import ROOT

CONFIGURATION = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
BASE = CONFIGURATION["html"]["baseurl"].rstrip("/") + "/"
PAGE = """<html><head><title>{name}</title><link rel="stylesheet" href="../_static/a.css"></head>
<body><article class="bd-article"><h1 id="top">{name}<a class="headerlink" href="#top">#</a></h1>
<script>1</script><div class="workshop">code</div><img src="../_images/a.png" loading="lazy">
<details class="admonition"><summary>Solution</summary>S.</details>
<table><tr><td><details><summary>exact</summary>Why.</details></td></tr></table>
<details class="hide"><summary>Show</summary>Long.</details>
<a href="#top">own</a><a href="two.html#top">other</a><a href="https://a.b/c">away</a>
<a href="../downloads/a.csv">file</a></article></body></html>"""


@pytest.fixture
def pages(tmp_path, monkeypatch):
    (tmp_path / "chapters").mkdir()
    for name in ("one", "two", "downloads"):
        (tmp_path / f"chapters/{name}.html").write_text(PAGE.format(name=name))
    names = ["chapters/one", "chapters/two", "chapters/downloads"]
    monkeypatch.setattr(printed, "page_names", lambda: names)
    return tmp_path


def test_links_between_pages_lead_inside_the_document(pages):
    whole = BeautifulSoup(printed.joined(pages), "html.parser")
    links = [each["href"] for each in whole.select(".whole")[0].select("a")]
    assert links == [
        "#chapters-one--top", "#chapters-two--top", "https://a.b/c", BASE + "downloads/a.csv",
    ]  # fmt: skip
    ids = [each["id"] for each in whole.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {each["src"] for each in whole.select("img")} == {"_images/a.png"}
    assert whole.select_one("link")["href"] == "_static/a.css"


def test_solutions_are_open_and_what_only_a_screen_can_do_is_gone(pages):
    whole = BeautifulSoup(printed.joined(pages), "html.parser")
    assert not whole.select("script, .workshop, .headerlink")
    opened = [each.summary.get_text() for each in whole.select("details[open]")]
    assert set(opened) == {"Solution"}
    assert len(opened) == 3


def test_the_order_is_that_of_the_contents():
    names = printed.page_names()
    assert names[0] == "chapters/index"
    assert names.index("chapters/02-classifiers-toniot/05_rebuilt") < names.index(
        "chapters/02-classifiers-toniot/02_reproduction"
    )
    assert len(names) == len(set(names))


def test_a_page_that_is_not_built_is_named(pages):
    (pages / "chapters/two.html").unlink()
    with pytest.raises(ReaderError, match=r"not built: chapters/two\. Run 'make site'"):
        printed.joined(pages)


def test_without_a_browser_it_is_said(pages, monkeypatch):
    monkeypatch.setattr(printed, "browser", lambda: None)
    with pytest.raises(ReaderError, match=r"printed by a browser\. Install one of chromium"):
        printed.print_book(pages)


def test_a_browser_that_prints_nothing_is_said_and_nothing_is_left(pages, monkeypatch):
    monkeypatch.setattr(printed, "browser", lambda: shutil.which("false"))
    with pytest.raises(ReaderError, match=r"printed nothing \(status 1\)"):
        printed.print_book(pages)
    assert not list(pages.glob(".whole*"))
    assert not (pages / "downloads").exists()


@pytest.mark.skipif(printed.browser() is None, reason="needs Chromium on the PATH")
def test_the_pdf_is_printed_and_named_among_the_downloads_once(pages):
    for _ in range(2):
        made = printed.print_book(pages)
    content = made.read_bytes()
    assert content.startswith(b"%PDF")
    # Each part of the book begins on a page of its own.
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 3
    page = BeautifulSoup((pages / "chapters/downloads.html").read_text(), "html.parser")
    assert [each["href"] for each in page.select("p.whole-book a")] == [f"../downloads/{made.name}"]
