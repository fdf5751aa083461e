"""The built pages: complete, without warnings, and sound in a browser."""

import csv
import functools
import http.server
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import Project, copied
from waiting import PATIENCE

from lib import claims
from lib.book.lessons import slides, words
from lib.book.lessons.source import lessons, named_figures
from lib.book.notebooks import find_notebooks
from lib.book.pages.directives import text_of
from lib.book.pages.html_tables import MOST_ROWS
from lib.book.pages.workshop import MOST_METHOD_CELLS
from lib.common.files import state_of
from lib.common.numerals import grouped
from lib.common.paths import ROOT
from lib.notebook.records import Provenance, Record, reference

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Nothing but the pages that a test serves can be reached.
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 900}
PROJECTOR = {"width": 1280, "height": 720}
READABLE = 4.5
BASE = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
PREFIX = urlparse(BASE).path

# A page as it opens is at most so many screens of a desk; the front page and a chapter's less.
SCREENS, OF_FRONT, OF_INDEX = 10, 2, 3
FIRST_FIGURE = 2
# Pages that were longer when the limits came. A row may shrink, and goes once it is not needed.
with open(ROOT / "tests" / "page_limits.csv", newline="", encoding="utf-8") as stream:
    LEDGER = list(csv.DictReader(stream))
# Fonts differ a little from machine to machine.
SLACK = 1.03
HEAVIEST = 1_000_000  # bytes without figures
# How a program writes a number, and the book does not.
FORMS = {
    "infinite": re.compile(r"-?inf"),
    "negative zero": re.compile(r"[-\u2212]0(\.0+)?( ?%)?"),
    "power": re.compile(r"-?\d+(\.\d+)?e[-+]\d+"),
    "missing": re.compile(r"nan|NaN|NaT|None|<NA>"),
}
RAW_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
# Of a record, a claim or a file, in what a table says of a verdict.
NAME_OF_OURS = re.compile(r"\b[a-z]\w*(?:\.\w+){2,}|\b[\w-]+/\w+\b|" + RAW_NAME.pattern)
WHY = 'table.claims :is(.verdict-reason, [data-label="reason"], [data-label="note"])'
# A number in the form of 1,000, or with a blank at which a line can end or that is too wide.
GROUPED = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)|(?<![\w.,])\d{1,3}[ \u00a0]\d{3}\b")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium on the PATH (apt-get install chromium)"
)


@pytest.fixture(params=["quick_pages", "site_pages"], ids=["this run", "site"], scope="module")
def pages(request) -> Path:
    return request.getfixturevalue(request.param)


def documents(folder: Path) -> list[Path]:
    """Return the pages; a downloaded report is none, and has tests of its own."""
    others = {"_static", "downloads"}
    return sorted(path for path in folder.rglob("*.html") if others.isdisjoint(path.parts))


def parsed(path: Path) -> BeautifulSoup:
    """Return a page as a tree, which several tests look at and none may change."""
    return _tree(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=80)  # more than the pages of one book
def _tree(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


class TestBuild:
    def test_the_book_is_built_and_its_front_page_named(self, quick_run, whole_project):
        assert quick_run.returncode == 0, quick_run.stdout + quick_run.stderr
        front = whole_project.root / "_build/html/index.html"
        assert quick_run.stdout.splitlines()[-1].endswith(str(front))

    def test_every_page_of_the_contents_is_there(self, pages):
        text = (ROOT / "_toc.yml").read_text(encoding="utf-8")
        named = re.findall(r"(?:root|file): (\S+)", text)
        assert len(named) > 6
        missing = [name for name in named if not (pages / f"{name}.html").exists()]
        assert missing == []

    def test_a_second_book_is_quick(self, quick_run, whole_project):
        # The site was built before, so the pages were built again, and nothing executed.
        assert "Building the pages" in quick_run.stdout
        built = state_of(whole_project.root / "_build/html", "**/*")
        second = whole_project.run("book")
        assert "Executing" not in quick_run.stdout + second.stdout
        assert "up to date" in second.stdout
        assert state_of(whole_project.root / "_build/html", "**/*") == built

    def test_every_claim_is_once_on_the_first_page_or_the_summary_of_its_chapter(self, pages):
        shown = [
            row["data-claim"]
            for name in ("index", "summary")
            for page in pages.glob(f"chapters/*/{name}.html")
            for row in parsed(page).select("[data-claim]")
        ]
        assert sorted(shown) == sorted(claims.load())

    def test_links_to_this_book_lead_somewhere(self, pages):
        assert broken_links(pages) == []

    def test_a_notebook_page_can_be_launched_downloaded_and_edited(self, pages):
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        repository = config["repository"]["url"].removeprefix("https://github.com/")
        for notebook in find_notebooks():
            links = hrefs(pages / f"chapters/{notebook.name}.html")
            path = f"chapters/{notebook.name}.ipynb"
            edition = f"{repository}/blob/editions/pages/{notebook.name}.ipynb"
            launch = f"https://colab.research.google.com/github/{edition}"
            assert launch in links
            assert f"https://github.com/{repository}/edit/main/{path}" in links
            assert any(link.endswith(f"_sources/{path}") for link in links)

    def test_both_licences_are_in_the_footer(self, pages):
        for page in documents(pages):
            if "bd-article" in page.read_text(encoding="utf-8"):
                links = {a["href"] for a in parsed(page).select("footer a[rel~=license]")}
                assert len(links) == 2, page

    def test_every_image_in_a_page_has_alternative_text(self, pages):
        silent = [
            (page.name, image.get("src"))
            for page in documents(pages)
            for image in parsed(page).select("article img")
            if not image.get("alt", "").strip() or image["alt"] == image.get("src")
        ]
        assert silent == []

    def test_the_tables_of_verdicts_are_on_the_pages(self, pages):
        front = parsed(pages / "chapters/index.html")
        assert front.select(".board [data-paper=xmednn] tr.verdict")
        assert parsed(pages / "chapters/03-xmednn-ehms/summary.html").select("tr[data-claim]")

    def test_each_figure_and_table_leads_to_its_source(self, pages):
        for notebook in find_notebooks():
            page = parsed(pages / f"chapters/{notebook.name}.html")
            cells = page.select("article div.cell")
            shown = [each for each in cells if each.select(".cell_output img, .cell_output table")]
            assert shown
            for cell in shown:
                # That of a figure stands in its caption.
                line = cell.select_one("figcaption .source-line") or cell.find_next_sibling()
                assert "source-line" in line["class"], cell.get_text()[:200]
                assert f"/chapters/{notebook.name}.py#L" in line.a["href"]
            named = page.select(".source-line a[href*='/lib/']")
            assert len(named) > len(shown) / 2

    def test_each_page_says_in_its_footer_what_it_was_made_from(self, pages):
        for notebook in find_notebooks():
            page = pages / f"chapters/{notebook.name}.html"
            link = parsed(page).select_one("footer .page-stamp a")
            assert link is not None, f"{notebook.name} has no stamp: run make publish"
            name, anchor = link["href"].split("#")
            row = parsed(page.parent / name).select_one(f"tr#{anchor}")
            assert row.td.get_text() == notebook.name

    def test_the_downloads_are_beside_the_pages(self, pages):
        links = hrefs(pages / "chapters/downloads.html")
        files = {path.name for path in (pages / "downloads").iterdir()}
        assert {
            f"../downloads/{name}" for name in files if name.endswith((".csv", ".zip"))
        } <= links

    def test_a_page_keeps_few_cells_of_code_open(self, pages):
        for page in documents(pages):
            assert len(parsed(page).select("article .cell.tag_method")) <= MOST_METHOD_CELLS, page
            # Whatever else there is of code is behind the switch.
            for code in parsed(page).select("article .cell:not(.tag_method) > .cell_input"):
                assert {"workshop"} & {*code["class"], *code.parent["class"]}, page

    def test_tables_have_the_books_style(self, pages):
        for page in documents(pages):
            for table in parsed(page).select("article table"):
                assert table.find_parent(class_="table-box"), page
                assert all(cell.get("scope") for cell in table.select("th")), page
                assert not [cell for cell in table.select("th") if not cell.get_text(strip=True)]
                long = len(table.select("tbody tr")) > MOST_ROWS
                assert not long or table.find_parent("details"), page

    def test_each_table_of_a_run_says_what_it_shows(self, pages):
        for notebook in find_notebooks():
            page = parsed(pages / f"chapters/{notebook.name}.html")
            for table in page.select("article .cell_output table:not(.claims)"):
                assert table.caption, (notebook.name, table.get_text(" ", strip=True)[:80])

    @pytest.mark.parametrize("kind", FORMS)
    def test_no_table_has_a_number_as_a_program_writes_it(self, pages, kind):
        found = [
            (page.stem, cell.get_text())
            for page in documents(pages)
            for cell in parsed(page).select("article table:not(.claims) :is(td, th)")
            if FORMS[kind].fullmatch(cell.get_text(strip=True))
        ]
        assert found == []

    def test_no_page_has_more_names_of_columns_in_its_tables(self, site_pages):
        allowed = {row["page"]: int(row["raw_names"] or 0) for row in LEDGER}
        for page in documents(site_pages):
            name = str(page.relative_to(site_pages))
            assert len(raw_names(page)) <= allowed.get(name, 0), f"{name}: {raw_names(page)}"

    def test_no_reason_or_note_of_a_claim_has_a_name_of_a_program(self, pages):
        found = [
            (page.stem, name)
            for page in documents(pages)
            for text in texts_of(page, WHY)
            for name in NAME_OF_OURS.findall(text)
        ]
        assert found == []

    def test_the_numbers_of_tables_are_grouped_by_a_narrow_space(self, pages):
        ours = 'article table :is(th, td:not([data-label="paper"]), .claims-judged)'
        found = [
            (page.stem, text.strip())
            for page in documents(pages)
            for text in texts_of(page, ours)
            if GROUPED.search(re.sub("“[^”]*”", "", text))
        ]
        assert found == []

    def test_each_page_says_what_it_is_to_those_who_pass_it_on(self, pages):
        for page in documents(pages):
            name = page.relative_to(pages).as_posix()
            if "chapters/" not in name:
                continue
            head = parsed(page).head
            said = {tag["property"]: tag["content"] for tag in head.select("meta[property^=og]")}
            assert said["og:url"] == BASE + name
            assert head.select_one('link[rel="canonical"]')["href"] == BASE + name
            assert 20 < len(head.select_one("meta[name=description]")["content"]) <= 200, name
            card = pages / said["og:image"].removeprefix(BASE)
            assert card.read_bytes()[:4] == b"\x89PNG"
            assert parsed(page).select_one("footer details.page-cite"), name

    def test_the_sitemap_names_every_page(self, pages):
        named = re.findall(r"<loc>(.*?)</loc>", (pages / "sitemap.xml").read_text())
        shown = {
            BASE + page.relative_to(pages).as_posix() for page in pages.glob("chapters/**/*.html")
        }
        assert set(named) - {f"{BASE}index.html"} == shown

    def test_only_a_run_on_a_twin_says_so(self, quick_pages, site_pages):
        for notebook in find_notebooks():
            name = f"chapters/{notebook.name}.html"
            assert "was run on a synthetic twin" in (quick_pages / name).read_text()
            assert "was run on a synthetic twin" not in (site_pages / name).read_text()


def raw_names(page: Path) -> list[str]:
    """Return the names of a program in a page's tables, but for those that are set as code."""
    cells = parsed(page).select("article table:not(.claims) :is(td, th)")
    return [name for cell in cells if not cell.code for name in RAW_NAME.findall(cell.get_text())]


def texts_of(page: Path, selector: str) -> list[str]:
    """Return the texts of some elements of a page but for those that are set as code."""
    cells = parsed(page).select(selector)
    texts = [text for cell in cells for text in cell.find_all(string=True)]
    return [text for text in texts if not text.find_parent(["code", "pre", "svg"])]


def hrefs(page: Path) -> set[str]:
    return {link["href"] for link in parsed(page).select("a[href]")}


def broken_links(folder: Path) -> list[str]:
    """Return every link or image of a page that points to nothing in the folder."""
    names: dict[Path, frozenset[str]] = {}
    broken = []
    for page in documents(folder):
        for target in outline(page)[0]:
            if not _leads_somewhere(page, target, folder, names):
                broken.append(f"{page.relative_to(folder)} -> {target}")
    return broken


def outline(page: Path) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what a page links to, and the names in it that can be linked to."""
    return _outline(page.read_text(encoding="utf-8"))


@functools.cache
def _outline(text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    tree = _tree(text)
    targets = [tag["href"] for tag in tree.select("a[href], link[href]")]
    targets += [tag["src"] for tag in tree.select("img[src], script[src]")]
    names = {tag["id"] for tag in tree.select("[id]")}
    names |= {tag["name"] for tag in tree.select("a[name]")}
    return tuple(targets), frozenset(names)


def _leads_somewhere(page: Path, target: str, folder: Path, names: dict) -> bool:
    if urlparse(target).scheme or target.startswith("//") or target in ("#", ""):
        return True
    if target.startswith(PREFIX):  # the page for what is not there can stand anywhere
        target = str(folder / target.removeprefix(PREFIX))
    address, fragment = urldefrag(target)
    path = unquote(urlparse(urljoin(page.as_uri(), address or page.name)).path)
    file = Path(path) / "index.html" if Path(path).is_dir() else Path(path)
    if not file.is_file() or not file.is_relative_to(folder):
        return False
    if not fragment or file.suffix != ".html":
        return True
    if file not in names:
        names[file] = outline(file)[1]
    return unquote(fragment) in names[file]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves the book at its published path, with its own page for what is not there."""

    def translate_path(self, path):
        return super().translate_path("/" + path.removeprefix(PREFIX))

    def send_error(self, code, *_):
        page = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


@pytest.fixture
def phone(browser):
    """Return a function that opens a phone's browser, which keeps what it has once loaded."""
    opened = []

    def open_one(scheme: str):
        context = browser.new_context(viewport=PHONE, color_scheme=scheme)
        context.set_default_timeout(PATIENCE * 1000)
        opened.append(context)
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def address_of():
    """Return a function that serves a folder on this machine and returns its address."""
    servers = {}

    def serve(folder: Path) -> str:
        if folder in servers:
            return f"http://127.0.0.1:{servers[folder].server_port}{PREFIX}"
        handler = functools.partial(Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers[folder] = server
        return f"http://127.0.0.1:{server.server_port}{PREFIX}"

    yield serve
    for server in servers.values():
        server.shutdown()
        server.server_close()


# What is painted behind an element, and the contrast of its text with that.
CONTRAST = """
() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const over = (top, under, a) => top.map((v, i) => v * a + under[i] * (1 - a));
  const known = new Map();
  const behind = element => {
    if (!element) return [255, 255, 255];
    if (known.has(element)) return known.get(element);
    const [r, g, b, a = 1] = parse(getComputedStyle(element).backgroundColor);
    const under = a < 1 ? behind(element.parentElement) : [0, 0, 0];
    known.set(element, over([r, g, b], under, a));
    return known.get(element);
  };
  const bad = [];
  const kinds = "h1, h2, p, li, dt, dd, td, th, figcaption, code, pre span, a, .verdict";
  for (const element of document.querySelectorAll(`article :is(${kinds}), footer p`)) {
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || !element.checkVisibility() || element.matches(".headerlink")) continue;
    const [r, g, b, a = 1] = parse(getComputedStyle(element).color);
    const ground = behind(element);
    const [low, high] = [light(over([r, g, b], ground, a)), light(ground)].sort((x, y) => x - y);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < LEAST) {
      bad.push(`${contrast.toFixed(1)} ${element.tagName}.${element.className}: `
               + element.textContent.trim().slice(0, 40));
    }
  }
  return bad;
}
""".replace("LEAST", str(READABLE))

IMAGES = "() => [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
# Drawn figures of which no width is known, or that are shown with words too small to read.
WORDS = """
() => [...document.querySelectorAll("article figure img[src$='.png']")].filter(image => {
  const least = parseFloat(getComputedStyle(image).getPropertyValue("--least"));
  return image.checkVisibility() && !(image.getBoundingClientRect().width > least - 1);
}).map(image => image.src)
"""
# Figures that begin left of a box that cuts what is beyond it: no scrolling leads there.
CUT = """
() => [...document.querySelectorAll("article figure")].filter(figure => {
  if (!figure.checkVisibility()) return false;
  const from = figure.getBoundingClientRect().left;
  for (let box = figure.parentElement; box; box = box.parentElement) {
    const cuts = getComputedStyle(box).overflowX !== "visible" && box !== document.body;
    if (cuts && from < box.getBoundingClientRect().left - 1) return true;
  }
  return from < -1;
}).map(figure => figure.textContent.trim().slice(0, 40))
"""
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"


RESULTS = "chapters/03-xmednn-ehms/02_reproduction.html"
# Screens of the whole page, and those before its first figure.
HEIGHTS = """
() => {
  const figures = [...document.querySelectorAll("article figure :is(img, svg)")];
  const figure = figures.find(each => each.checkVisibility());
  const top = figure && figure.getBoundingClientRect().top + window.scrollY;
  return [document.documentElement.scrollHeight, top ?? 0].map(v => v / window.innerHeight);
}
"""
# What a page loads, but for its images.
WEIGHT = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(each => !/\\.(png|svg|jpg)/.test(each.name))
  .reduce((sum, each) => sum + each.decodedBodySize, 0)
"""
# A colour on its way from one to another is none that a reader sees, nor is a fold fading in.
AT_ONCE = "*, ::before, ::after { transition: none !important; animation: none !important }"
IN_SCHEME = "scheme => document.documentElement.dataset.theme === scheme"
SIZE = "name => parseFloat(getComputedStyle(document.querySelector(`article ${name}`)).fontSize)"


def limit_of(name: str) -> float:
    """Return how many screens a page may have as it opens."""
    if name == "chapters/index.html":
        return OF_FRONT
    return OF_INDEX if name.endswith("/index.html") else SCREENS


def violations(page) -> list[str]:
    """Return what axe finds in a page with all its folds open."""
    axe = pytest.importorskip("axe_playwright_python")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    page.evaluate("document.documentElement.dataset.code = 'open'")
    page.add_style_tag(content=AT_ONCE)
    page.evaluate((Path(axe.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def look(context, address: str, schemes: Sequence[str] = ("dark",)) -> dict[str, dict[str, list]]:
    """Open a page; return for each colour scheme what is wrong with it by kind."""
    page = context.new_page()
    loading = {"console": [], "elsewhere": []}
    home = urlparse(address).netloc

    # Only noted: to route the requests would keep the browser from keeping what it has loaded.
    def note(request):
        if urlparse(request.url).netloc not in (home, ""):
            loading["elsewhere"].append(request.url)

    page.on("request", note)
    page.on("console", lambda m: m.type == "error" and loading["console"].append(m.text))
    page.on("pageerror", lambda error: loading["console"].append(str(error)))
    page.emulate_media(color_scheme=schemes[0])
    page.goto(address, wait_until="load")
    found = {}
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(IN_SCHEME, arg=scheme)
        found[scheme] = loading | seen_in(page)
    page.close()
    return found


def seen_in(page) -> dict[str, list]:
    """Return what is wrong with an open page as it is painted now."""
    width, window = page.evaluate(WIDTHS)
    page.add_style_tag(content=AT_ONCE)
    return {
        "images": page.evaluate(IMAGES),
        "wide": [f"{width} px in {window} px"] if width > window else [],
        "contrast": page.evaluate(CONTRAST),
        "words": page.evaluate(WORDS),
        "cut": page.evaluate(CUT),
    }


def open_page(browser, **look):
    page = browser.new_page(**look)
    page.set_default_timeout(PATIENCE * 1000)
    return page


def problems(found: dict) -> dict:
    return {kind: what for kind, what in found.items() if what}


def named_documents(folder: Path) -> list[str]:
    """Return the names of the pages, but for the one that only forwards."""
    names = (str(path.relative_to(folder)) for path in documents(folder))
    return [name for name in names if name != "index.html"]


@dataclass
class OnADesk:
    """What a page is on a desk, as it opens and with all its folds open."""

    screens: float
    first_figure: float
    weight: int
    violations: dict[str, list[str]]


@pytest.fixture(scope="module")
def on_a_desk(site_pages, browser, address_of) -> dict[str, OnADesk]:
    """Return what each page of the site is on a desk; each is opened once for all questions."""
    found = {}
    for name in named_documents(site_pages):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(site_pages) + name, wait_until="load")
        found[name] = OnADesk(*page.evaluate(HEIGHTS), page.evaluate(WEIGHT), {})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function(IN_SCHEME, arg=scheme)
            found[name].violations[scheme] = violations(page)
        page.close()
    return found


@needs_browser
class TestBrowser:
    def test_every_page_is_sound_on_a_phone(self, pages, phone, address_of):
        home, context = address_of(pages), phone("dark")
        wrong = {}
        for number, name in enumerate(named_documents(pages)):
            # Every other page begins with the other, and so is found to heed what the reader set.
            schemes = ("dark", "light") if number % 2 else ("light", "dark")
            for scheme, found in look(context, home + name, schemes).items():
                if problems(found):
                    wrong[name, scheme] = problems(found)
        assert wrong == {}

    def test_no_page_is_longer_than_a_reader_stands(self, on_a_desk):
        allowed = {row["page"]: row for row in LEDGER}
        wrong, needless = {}, []
        for name in (name for name in on_a_desk if "chapters/" in name):
            page = on_a_desk[name]
            results = re.fullmatch(r"chapters/\d.*/\d\d_.*", name)
            row = allowed.get(name, {})
            for kind, found, limit in (
                ("screens", page.screens, limit_of(name)),
                ("first_figure", page.first_figure, FIRST_FIGURE if results else 1000),
            ):
                noted = float(row.get(kind) or 0)
                if found > max(limit, noted * SLACK):
                    wrong[name, kind] = round(found, 1)
                if noted and found <= limit / SLACK:
                    needless.append((name, kind, round(found, 1)))
        assert wrong == {}, "shorten these pages; tests/page_limits.csv may only shrink"
        assert needless == [], "take these out of tests/page_limits.csv"

    def test_figures_are_numbered_down_each_page(self, site_pages):
        for path in documents(site_pages):
            page = parsed(path)
            said = [each.get_text() for each in page.select("article figure .caption-number")]
            numbers = [[*map(int, re.findall(r"\d+", each))] for each in said]
            assert numbers == sorted(numbers), path
            assert len({*map(tuple, numbers)}) == len(numbers), path

    def test_a_link_to_a_figure_says_its_number(self, site_pages):
        numbers, links = {}, []
        for path in documents(site_pages):
            page = parsed(path)
            for figure in page.select("article figure[id]"):
                if number := figure.select_one(".caption-number"):
                    numbers[path.resolve(), figure["id"]] = number.get_text(strip=True)
            links += [(path, a) for a in page.select('article a[href*="#fig-"]')]
        told = [(p, a["href"], a.get_text(strip=True)) for p, a in links]
        told = [each for each in told if re.fullmatch(r"Fig\. [\d.]+", each[2])]
        assert told
        for path, href, text in told:
            place, _, id = href.partition("#")
            target = (path.parent / place).resolve() if place else path.resolve()
            assert numbers[target, id] == text, (path, href)

    def test_each_table_says_what_it_shows(self, site_pages):
        for path in documents(site_pages / "chapters"):
            page = parsed(path)
            for table in page.select("article table"):
                if not table.find_parent(class_=["board", "highlight"]):
                    assert table.caption, (path.name, table.get_text(" ", strip=True)[:80])

    def test_each_page_is_light(self, on_a_desk):
        heavy = {name: page.weight for name, page in on_a_desk.items() if page.weight > HEAVIEST}
        assert heavy == {}

    @pytest.mark.parametrize("scheme", ["dark", "light"])
    def test_axe_finds_nothing(self, on_a_desk, scheme):
        found = {name: page.violations[scheme] for name, page in on_a_desk.items()}
        assert problems(found) == {}

    def test_one_switch_opens_all_code_and_is_remembered(self, site_pages, browser, address_of):
        context = browser.new_context(viewport=DESK)
        page = open_page(context)
        home = address_of(site_pages)
        page.goto(home + RESULTS)
        code, switch = page.locator(".workshop").first, page.locator(".code-switch")
        assert not code.is_visible()
        assert page.locator("article details.above-input").count() == 0
        switch.focus()
        page.keyboard.press("Enter")
        assert code.is_visible()
        assert switch.inner_text().strip() == "Hide code"
        page.goto(home + RESULTS.replace("02_reproduction", "03_audit"))
        assert page.locator(".workshop .highlight").first.is_visible()
        page.emulate_media(media="print")
        assert not page.locator(".workshop .highlight").first.is_visible()
        context.close()

    def test_a_number_that_is_tapped_says_where_it_comes_from(self, pages, phone, address_of):
        context = phone("light")
        page = open_page(context)
        page.goto(address_of(pages) + "chapters/index.html")
        number, told = page.locator(".number-book").first, page.locator(".number-source")
        number.click()
        assert told.inner_text() == number.get_attribute("title")
        box = told.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
        page.locator("article h1").first.click()
        assert told.count() == 0
        number.click()
        page.keyboard.press("Escape")
        assert told.count() == 0
        page.close()

    def test_a_page_without_scripts_shows_its_code(self, site_pages, browser, address_of):
        context = browser.new_context(java_script_enabled=False)
        page = open_page(context)
        page.goto(address_of(site_pages) + RESULTS)
        assert page.locator(".workshop").first.is_visible()
        assert not page.locator(".code-switch").is_visible()
        context.close()

    def test_what_is_not_there_leads_back(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages) + "no/such/page.html")
        assert page.locator("h1").first.inner_text()
        page.locator(".navbar-brand").first.click()
        page.wait_for_url("**/chapters/index.html")
        page.close()

    def test_the_title_is_larger_than_what_is_below_it(self, pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(pages) + RESULTS)
        first, second = (page.evaluate(SIZE, name) for name in ("h1", "h2"))
        assert first > second > page.evaluate(SIZE, "section > p")
        page.close()

    def test_the_front_page_forwards(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages))
        page.wait_for_url("**/chapters/index.html")
        page.close()

    def test_the_finding_is_on_the_first_screen_and_all_on_two(self, pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(pages) + "chapters/index.html")
        # First the picture, then what was found in words; the board begins on the first screen.
        assert page.locator("article figure").first.bounding_box()["y"] < DESK["height"] / 4
        assert page.locator(".finding").bounding_box()["y"] < DESK["height"] * 0.6
        assert page.locator(".board").bounding_box()["y"] < DESK["height"]
        assert page.evaluate("document.documentElement.scrollHeight") <= 2 * DESK["height"]
        page.close()

    def test_every_card_of_the_board_is_in_sight(self, pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(pages) + "chapters/index.html")
        for width in (390, 600, 641, 800, 992, 1280, 1400):
            page.set_viewport_size({"width": width, "height": DESK["height"]})
            # At 992 pixels the theme slides its sidebar in.
            page.evaluate(
                "new Promise(requestAnimationFrame).then(() => Promise.allSettled("
                "document.getAnimations().map(animation => animation.finished)))"
            )
            for card in page.locator(".board-card").all():
                assert card.evaluate("card => card.scrollWidth - card.clientWidth") == 0, width
                box = card.bounding_box()
                assert box["x"] >= 0, width
                assert box["x"] + box["width"] <= width
        page.close()

    def test_cards_stand_side_by_side_on_a_desk(self, pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(pages) + "chapters/index.html")
        cards = [card.bounding_box() for card in page.locator(".board-card").all()]
        assert len({card["y"] for card in cards}) == 1
        page.close()

    def test_search_finds_a_word(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages) + "search.html?q=oversampling")
        page.wait_for_selector("#search-results li a")
        page.close()

    def test_code_can_be_copied(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages) + "chapters/how-to-use.html")
        page.wait_for_selector("article button.copybtn", state="attached")
        page.close()


LADDER = "chapters/01-spiking-botiot/03_audit.html"
# Pages with a ladder to step down: its records, its second and third rung, two of its rows.
LADDERS = {
    LADDER: ("botiot.ladder.{}.{}", ("no_copies", "later"), {"snn": "SNN", "rf": "random forest"}),
    "chapters/02-classifiers-toniot/03_audit.html": (
        "toniot.ladder.fridge.{}.{}",
        ("cleaned", "no_duplicates"),
        {"rf": "random forest", "clock": "clock only"},
    ),
    "chapters/03-xmednn-ehms/03_audit.html": (
        "xmednn.ladder.{}.{}",
        ("copies", "split_first"),
        {"dnn": "DNN", "threshold": "one threshold"},
    ),
}
HOSPITAL = "chapters/03-xmednn-ehms/03_audit.html"


@needs_browser
class TestExplore:
    @pytest.mark.parametrize("name", LADDERS)
    def test_the_ladder_is_stepped_down_and_shows_the_records(
        self, site_pages, browser, address_of, name
    ):
        records, rungs, rows = LADDERS[name]
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(site_pages) + name)
        place = page.locator(".explore").first
        said, published = place.locator("[role=status]"), reference()
        strip = place.locator("svg").first
        stands = strip.bounding_box()["x"]
        place.locator("input[type=range]").last.focus()
        for above, rung in pairwise(["printed", *rungs]):
            page.keyboard.press("ArrowRight")
            for row, title in rows.items():
                before, record = (
                    published[f"{records.format(each, row)}.balanced_accuracy"]
                    for each in (above, rung)
                )
                words = said.inner_text().replace("\N{MINUS SIGN}", "-")
                step = re.search(rf"{title} {record.mean:.3f} \(([-+]\d\.\d+)\)", words)[1]
                # The page holds each seed with five digits.
                assert float(step) == pytest.approx(record.mean - before.mean, abs=0.00052)
                assert record.protocol in said.inner_text()
            assert place.locator("line.step").count() == place.locator("tbody tr").count()
            # A dot that moved with its strip would show a step that the score did not take.
            assert strip.bounding_box()["x"] == stands
        place.get_by_role("button", name="Draw a seed").click()
        assert f"seed {record.provenance.seed}" in said.inner_text()
        assert f"{title} {record.values[0]:.3f}" in said.inner_text()
        assert place.locator("circle").count() == place.locator("tbody tr").count()
        place.get_by_role("button", name="All seeds").click()
        assert f"{title} {record.mean:.3f}" in said.inner_text()
        page.close()

    def test_a_setting_shows_what_is_printed_and_says_what_is_not(
        self, site_pages, browser, address_of
    ):
        page = open_page(browser, viewport=PHONE)
        page.goto(address_of(site_pages) + LADDER.replace("03_audit", "02_reproduction"))
        place = page.locator(".explore").first
        said, printed = place.locator("[role=status]"), claims.load()
        assert f"printed {printed['botiot.table_v.500_20.f1'].number}" in said.inner_text()
        samples, neurons = place.locator("input[type=range]").all()
        samples.fill("2")
        assert "spiking network not run" not in said.inner_text()
        assert "10 000 samples, 20 neurons" in said.inner_text()
        neurons.fill("1")
        value = printed["botiot.table_v.10000_72.f1"].number
        assert f"printed {value}" in said.inner_text()
        assert place.evaluate("place => place.scrollWidth <= place.clientWidth")
        page.close()

    def test_real_alarms_are_those_of_the_rates(self, site_pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(site_pages) + HOSPITAL)
        place = page.locator(".explore[data-kind=alarms]")
        said, published = place.locator("[role=status]"), reference()
        rates = {
            metric: published[f"xmednn.hospital.cut_set.xgb.{metric}"].mean
            for metric in ("fpr", "fnr")
        }
        place.locator("select").select_option(label="XGBoost")
        for step in (0, 40, 100):
            place.locator("input").fill(str(step))
            flows = page.evaluate(f"explorer.flowsOf({step})")
            found, wrong = (1 - rates["fnr"]) / flows, rates["fpr"] * (1 - 1 / flows)
            real = round(100 * found / (found + wrong))
            assert f"of 100 alarms {real} are real" in said.inner_text()
            assert place.locator("span.real").count() == real
            assert place.locator("output").inner_text().endswith(f" in {grouped(flows)}")
            assert f"in {grouped(10_000)} flows" in said.inner_text()
        page.close()

    def test_without_scripts_no_empty_figure_is_left(self, site_pages, browser, address_of):
        context = browser.new_context(java_script_enabled=False)
        page = open_page(context)
        page.goto(address_of(site_pages) + LADDER)
        assert not page.locator(".explore").first.is_visible()
        context.close()


# How high the slide is, and how large its picture is shown.
SLIDE = """
() => {
  const image = document.querySelector("section.now img");
  const box = image && image.getBoundingClientRect();
  const ratio = image && image.naturalWidth / image.naturalHeight;
  const width = image && Math.min(box.width, box.height * ratio);
  return {high: document.documentElement.scrollHeight, picture: image && [width, width / ratio]};
}
"""


@needs_browser
@pytest.mark.parametrize(
    "lesson", [each for each in lessons() if each.slides], ids=lambda lesson: lesson.chapter
)
def test_each_slide_is_seen_whole_and_its_picture_large(lesson, browser, tmp_path):
    (tmp_path / "slides.html").write_text(slides.deck(lesson), encoding="utf-8")
    page = open_page(browser, viewport=PROJECTOR)
    page.goto((tmp_path / "slides.html").as_uri())
    pictures = 0
    for slide in lesson.slides:
        assert page.locator("section.now h1").inner_text() == words.plain(slide.title, "chapters")
        seen = page.evaluate(SLIDE)
        assert seen["high"] <= PROJECTOR["height"], slide.title
        if seen["picture"]:
            pictures += 1
            assert min(seen["picture"]) >= 400, slide.title
        page.keyboard.press("ArrowRight")
    assert pictures == len([*named_figures(lesson)])
    page.close()


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """Return the address of the slides of a lesson that shows a figure."""
    lesson = next(each for each in lessons() if [*named_figures(each)])
    place = tmp_path_factory.mktemp("deck") / "slides.html"
    place.write_text(slides.deck(lesson), encoding="utf-8")
    return place.as_uri()


@needs_browser
class TestSlides:
    """The slides on an old projector, on a phone, on paper and by the keyboard."""

    @pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.chapter)
    def test_a_projector_of_four_to_three_shows_each_slide_whole(self, lesson, browser, tmp_path):
        (tmp_path / "slides.html").write_text(slides.deck(lesson), encoding="utf-8")
        page = open_page(browser, viewport={"width": 1024, "height": 768})
        page.goto((tmp_path / "slides.html").as_uri())
        for slide in lesson.slides:
            assert page.evaluate("document.documentElement.scrollHeight") <= 768, slide.title
            page.keyboard.press("ArrowRight")
        page.close()

    def test_each_slide_is_printed_with_its_number(self, deck, browser):
        page = open_page(browser, viewport=PROJECTOR)
        page.goto(deck)
        page.emulate_media(media="print")
        shown = page.evaluate(
            """[...document.querySelectorAll("section")].map(each =>
              [each.offsetHeight > 0, getComputedStyle(each, "::after").content])"""
        )
        assert len(shown) > 6
        assert all(
            seen and number == f'"Slide {place} of {len(shown)}"'
            for place, (seen, number) in enumerate(shown, 1)
        )
        page.close()

    def test_the_keyboard_leads_through_them(self, deck, browser):
        page = open_page(browser, viewport=PROJECTOR)
        page.goto(deck)
        last = page.locator("section").count()
        for key, place in (
            ("ArrowDown", 2),
            ("Space", 3),
            ("Shift+Space", 2),
            ("ArrowUp", 1),
            ("ArrowUp", 1),
            ("End", last),
            ("PageDown", last),
            ("Home", 1),
        ):
            page.keyboard.press(key)
            assert page.locator("#place").inner_text() == f"{place} of {last}", key
        page.keyboard.press("a")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("scrollY") == page.evaluate(
            """document.getElementById("slide-2").offsetTop"""
        )
        page.keyboard.press("a")
        assert page.locator("section:visible").count() == 1
        page.close()

    def test_a_finger_leads_back_and_words_can_be_read_on_a_phone(self, deck, phone):
        page = open_page(phone("light"))
        page.goto(deck)
        page.get_by_role("button", name="Next slide").click()
        assert page.locator("#place").inner_text().startswith("2 of")
        page.get_by_role("button", name="Slide before").click()
        assert page.locator("#place").inner_text().startswith("1 of")
        smallest = page.evaluate(
            """Math.min(...[...document.querySelectorAll("main *, footer *")].map(each =>
              parseFloat(getComputedStyle(each).fontSize)))"""
        )
        assert smallest >= 12
        page.close()


@pytest.fixture
def spoilt(site_pages, tmp_path):
    """Return a function that writes HTML into a copied page and returns the folder."""

    def spoil(html: str) -> Path:
        folder = tmp_path / "html"
        shutil.copytree(site_pages, folder)
        page = folder / "chapters/glossary.html"
        text = page.read_text(encoding="utf-8")
        assert "</article>" in text
        page.write_text(text.replace("</article>", f"{html}</article>"), encoding="utf-8")
        return folder

    return spoil


@needs_browser
class TestNegativeControls:
    """Each look at a page finds the fault that it is for."""

    @pytest.mark.parametrize(
        ("kind", "html"),
        [
            ("console", "<script>console.error('no')</script>"),
            ("console", "<script>nothing.at.all</script>"),
            ("elsewhere", "<script src='https://example.org/a.js'></script>"),
            ("images", "<img src='missing.png'>"),
            ("words", "<figure><img src='a.png' style='--least: 412px; width: 300px'></figure>"),
            ("words", "<figure><img src='of-no-known-width.png' width='300'></figure>"),
            (
                "cut",
                "<div style='overflow: auto'><figure style='margin-left: -1rem'>a</figure></div>",
            ),
            ("wide", "<div style='width: 900px'>wide</div>"),
            ("contrast", "<p style='color: #555; background: #333'>dim</p>"),
            ("axe", "<input type='text'>"),
            ("contrast", "<table><td style='color: rgba(255, 255, 255, .3)'>dim</td></table>"),
        ],
    )
    def test_a_fault_is_seen(self, spoilt, phone, address_of, kind, html):
        address = address_of(spoilt(html)) + "chapters/glossary.html"
        context = phone("dark")
        if kind == "axe":
            page = open_page(context)
            page.goto(address)
            assert violations(page)
        else:
            assert look(context, address)["dark"][kind]

    @pytest.mark.parametrize("target", ["nowhere.html", "index.html#nowhere", "../../../x"])
    def test_a_broken_link_is_seen(self, spoilt, target):
        assert len(broken_links(spoilt(f"<a href='{target}'>x</a>"))) == 1


FAULTS = {
    "{book}`no.such.record`": "no.such.record",
    "{run}`no.such.run`": "no.such.run",
    "{published}`no.such.claim`": "no.such.claim",
    "{verdict}`no.such.conclusion`": "no.such.conclusion",
    "{book}`sample.01_first.score|nonsense`": "nonsense",
    "{term}`no such term`": "no such term",
    "[text](missing-page.md)": "missing-page",
    "```{claims} no.such.*\n```": "no.such.*",
    "{cite}`nobody1900`": "nobody1900",
}


ROLES = (
    "# Sample\n\n{book}`sample.01_first.count` rows, "
    "{book}`sample.01_first.score|.1%`, {run}`sample.01_first.score`, "
    "{published}`xmednn.abstract.accuracy`.\n\n```{environment}\n```\n"
)


@pytest.fixture(scope="module")
def sample_site_once(sample_published_once, tmp_path_factory) -> Project:
    """Return the published sample with its site, whose front page shows what was measured."""
    project = copied(sample_published_once, tmp_path_factory.mktemp("site-of-sample"))
    project.write("chapters/index.md", ROLES)
    project.first_run = project.run("site")
    assert project.first_run.returncode == 0, project.first_run.stderr
    return project


class TestWarnings:
    def test_each_fault_in_a_page_fails_the_build(self, sample_site_once, tmp_path):
        project = copied(sample_site_once, tmp_path)
        front = (project.root / "_build/html/chapters/index.html").read_bytes()
        project.write("chapters/index.md", "# Sample\n\n" + "\n\n".join(FAULTS))
        result = project.run("site")
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        unnamed = [fault for fault, word in FAULTS.items() if word not in result.stderr]
        assert unnamed == []
        assert "chapters/index.md" in result.stderr
        # The pages that stood before still stand, and a repetition is no way around it.
        assert (project.root / "_build/html/chapters/index.html").read_bytes() == front
        assert project.run("site").returncode == 2

    def test_roles_show_what_was_measured(self, sample_site_once):
        page = parsed(sample_site_once.root / "_build/html/chapters/index.html").article
        assert "3 rows, 51.0 %, 0.510, 97.578 %." in " ".join(page.get_text().split())
        assert "numpy" in page.get_text()
        tip = page.select_one(".number-published")["title"]
        assert "Abstract" in tip


@pytest.mark.parametrize(
    ("values", "form", "deterministic", "text"),
    [
        ([0.5, 0.52], "", False, "0.510"),
        ([0.5, 0.52], ".1%", False, "51.0 %"),
        ([16318], "", True, "16,318"),
        ([1, 1, 2], "", False, "1.333"),
        ([-0.04, -0.02], "+.1%", False, "\N{MINUS SIGN}3.0 %"),
        ([2, 4], ".0f", False, "3"),
    ],
)
def test_a_number_is_written_for_a_sentence(values, form, deterministic, text):
    origin = Provenance("c/n", "d", "v", "", "real", "full", 1, len(values))
    record = Record("a.b", tuple(map(float, values)), "as printed", deterministic, origin)
    assert text_of(record, form) == text
