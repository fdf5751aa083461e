"""The built pages: complete, without warnings, and sound in a browser."""

import functools
import http.server
import re
import shutil
import threading
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
import yaml
from bs4 import BeautifulSoup
from waiting import PATIENCE

from lib import claims
from lib.directives import text_of
from lib.files import state_of
from lib.notebooks import find_notebooks
from lib.paths import ROOT
from lib.records import Provenance, Record

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
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
READABLE = 4.5

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
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


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

    def test_a_second_book_is_quick(self, quick_pages, site_pages, whole_project):
        # The site was built in between, so the pages are built again, and nothing executed.
        first = whole_project.run("book")
        built = state_of(whole_project.root / "_build/html", "**/*")
        second = whole_project.run("book")
        assert "Executing" not in first.stdout + second.stdout
        assert "up to date" in second.stdout
        assert state_of(whole_project.root / "_build/html", "**/*") == built

    def test_every_claim_is_on_the_summary_of_its_chapter(self, pages):
        missing = set(claims.load())
        for summary in pages.glob("chapters/*/summary.html"):
            shown = BeautifulSoup(summary.read_text(encoding="utf-8"), "html.parser")
            missing -= {row["data-claim"] for row in shown.select("[data-claim]")}
        assert missing == set()

    def test_links_to_this_book_lead_somewhere(self, pages):
        assert broken_links(pages) == []

    def test_a_notebook_page_can_be_launched_downloaded_and_edited(self, pages):
        config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
        repository = config["repository"]["url"].removeprefix("https://github.com/")
        for notebook in find_notebooks():
            links = hrefs(pages / f"chapters/{notebook.name}.html")
            path = f"chapters/{notebook.name}.ipynb"
            launch = f"https://colab.research.google.com/github/{repository}/blob/main/{path}"
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
        assert front.select("table.scoreboard tr[data-paper=xmednn]")
        assert parsed(pages / "chapters/03-xmednn-ehms/summary.html").select("tr[data-claim]")

    def test_each_figure_and_table_leads_to_its_source(self, pages):
        for notebook in find_notebooks():
            page = parsed(pages / f"chapters/{notebook.name}.html")
            cells = page.select("article div.cell")
            shown = [each for each in cells if each.select(".cell_output img, .cell_output table")]
            assert shown
            for cell in shown:
                line = cell.find_next_sibling()
                assert line["class"] == ["source-line"], cell.get_text()[:200]
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

    def test_only_a_run_on_a_twin_says_so(self, quick_pages, site_pages):
        for notebook in find_notebooks():
            name = f"chapters/{notebook.name}.html"
            assert "was run on a synthetic twin" in (quick_pages / name).read_text()
            assert "was run on a synthetic twin" not in (site_pages / name).read_text()


def hrefs(page: Path) -> set[str]:
    return {link["href"] for link in parsed(page).select("a[href]")}


def broken_links(folder: Path) -> list[str]:
    """Return every link or image of a page that points to nothing in the folder."""
    names: dict[Path, set[str]] = {}
    broken = []
    for page in documents(folder):
        tree = parsed(page)
        targets = [tag["href"] for tag in tree.select("a[href], link[href]")]
        targets += [tag["src"] for tag in tree.select("img[src], script[src]")]
        for target in targets:
            if not _leads_somewhere(page, target, folder, names):
                broken.append(f"{page.relative_to(folder)} -> {target}")
    return broken


def _leads_somewhere(page: Path, target: str, folder: Path, names: dict) -> bool:
    if urlparse(target).scheme or target.startswith("//") or target in ("#", ""):
        return True
    address, fragment = urldefrag(target)
    path = unquote(urlparse(urljoin(page.as_uri(), address or page.name)).path)
    file = Path(path) / "index.html" if Path(path).is_dir() else Path(path)
    if not file.is_file() or not file.is_relative_to(folder):
        return False
    if not fragment or file.suffix != ".html":
        return True
    if file not in names:
        tree = parsed(file)
        names[file] = {tag["id"] for tag in tree.select("[id]")}
        names[file] |= {tag["name"] for tag in tree.select("a[name]")}
    return unquote(fragment) in names[file]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Quiet(http.server.SimpleHTTPRequestHandler):
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
    servers = []

    def serve(folder: Path) -> str:
        handler = functools.partial(Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
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
WIDTHS = "() => [document.documentElement.scrollWidth, window.innerWidth]"


def look(context, address: str) -> dict[str, list]:
    """Open a page; return what is wrong with it by kind."""
    page = context.new_page()
    found = {"console": [], "elsewhere": [], "images": [], "wide": [], "contrast": []}
    home = urlparse(address).netloc

    def route(route):
        if urlparse(route.request.url).netloc in (home, ""):
            return route.continue_()
        found["elsewhere"].append(route.request.url)
        return route.abort()

    page.route("**/*", route)
    page.on("console", lambda m: m.type == "error" and found["console"].append(m.text))
    page.on("pageerror", lambda error: found["console"].append(str(error)))
    page.goto(address, wait_until="load")
    page.wait_for_function("document.documentElement.dataset.theme !== ''")
    found["images"] = page.evaluate(IMAGES)
    width, window = page.evaluate(WIDTHS)
    found["wide"] = [f"{width} px in {window} px"] if width > window else []
    found["contrast"] = page.evaluate(CONTRAST)
    found["theme"] = page.evaluate("document.documentElement.dataset.theme")
    page.close()
    return found


def open_page(browser, **look):
    page = browser.new_page(**look)
    page.set_default_timeout(PATIENCE * 1000)
    return page


def problems(found: dict) -> dict:
    return {kind: what for kind, what in found.items() if kind != "theme" and what}


@needs_browser
class TestBrowser:
    @pytest.mark.parametrize("scheme", ["dark", "light"])
    def test_every_page_is_sound_on_a_phone(self, pages, phone, address_of, scheme):
        home, context = address_of(pages), phone(scheme)
        wrong = {}
        for page in documents(pages):
            name = str(page.relative_to(pages))
            if name == "index.html":  # only forwards
                continue
            found = look(context, home + name)
            assert found["theme"] == scheme
            if problems(found):
                wrong[name] = problems(found)
        assert wrong == {}

    def test_the_front_page_forwards(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages))
        page.wait_for_url("**/chapters/index.html")
        page.close()

    def test_the_finding_is_on_the_first_screen(self, pages, browser, address_of):
        page = open_page(browser, viewport=DESK)
        page.goto(address_of(pages) + "chapters/index.html")
        board = page.locator("table.scoreboard").bounding_box()
        assert board["y"] + board["height"] < DESK["height"]
        assert page.locator("article p").first.bounding_box()["y"] < DESK["height"] / 2
        page.close()

    @pytest.mark.parametrize("width", [600, 641, 800, 992, 1280, 1400])
    def test_the_whole_scoreboard_is_in_sight(self, pages, browser, address_of, width):
        page = open_page(browser, viewport={"width": width, "height": DESK["height"]})
        page.goto(address_of(pages) + "chapters/index.html")
        box = page.locator(".claims-scroll:has(table.scoreboard)")
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0
        page.close()

    def test_search_finds_a_word(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages) + "search.html?q=oversampling")
        page.wait_for_selector("#search-results li a")
        page.close()

    def test_code_can_be_copied(self, pages, browser, address_of):
        page = open_page(browser)
        page.goto(address_of(pages) + "chapters/index.html")
        page.wait_for_selector("article button.copybtn", state="attached")
        page.close()


@pytest.fixture
def spoilt(quick_pages, tmp_path):
    """Return a function that writes HTML into a copied page and returns the folder."""

    def spoil(html: str) -> Path:
        folder = tmp_path / "html"
        shutil.copytree(quick_pages, folder)
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
            ("wide", "<div style='width: 900px'>wide</div>"),
            ("contrast", "<p style='color: #555; background: #333'>dim</p>"),
            ("contrast", "<table><td style='color: rgba(255, 255, 255, .3)'>dim</td></table>"),
        ],
    )
    def test_a_fault_is_seen(self, spoilt, phone, address_of, kind, html):
        found = look(phone("dark"), address_of(spoilt(html)) + "chapters/glossary.html")
        assert found[kind]

    @pytest.mark.parametrize("target", ["nowhere.html", "index.html#nowhere", "../../../x"])
    def test_a_broken_link_is_seen(self, spoilt, target):
        assert len(broken_links(spoilt(f"<a href='{target}'>x</a>"))) == 1


FAULTS = {
    "{book}`no.such.record`": "no.such.record",
    "{run}`no.such.run`": "no.such.run",
    "{published}`no.such.claim`": "no.such.claim",
    "{book}`sample.01_first.score|nonsense`": "nonsense",
    "{term}`no such term`": "no such term",
    "[text](missing-page.md)": "missing-page",
    "```{claims} no.such.*\n```": "no.such.*",
    "{cite}`nobody1900`": "nobody1900",
}


class TestWarnings:
    def test_each_fault_in_a_page_fails_the_build(self, published_project):
        assert published_project.run("site").returncode == 0
        front = (published_project.root / "_build/html/chapters/index.html").read_bytes()
        published_project.write("chapters/index.md", "# Sample\n\n" + "\n\n".join(FAULTS))
        result = published_project.run("site")
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        unnamed = [fault for fault, word in FAULTS.items() if word not in result.stderr]
        assert unnamed == []
        assert "chapters/index.md" in result.stderr
        # The pages that stood before still stand, and a repetition is no way around it.
        assert (published_project.root / "_build/html/chapters/index.html").read_bytes() == front
        assert published_project.run("site").returncode == 2

    def test_roles_show_what_was_measured(self, published_project):
        published_project.write(
            "chapters/index.md",
            "# Sample\n\n{book}`sample.01_first.count` rows, "
            "{book}`sample.01_first.score|.1%`, {run}`sample.01_first.score`, "
            "{published}`xmednn.abstract.accuracy`.\n\n```{environment}\n```\n",
        )
        result = published_project.run("site")
        assert result.returncode == 0, result.stderr
        page = parsed(published_project.root / "_build/html/chapters/index.html").article
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
        ([2, 4], ".0f", False, "3"),
    ],
)
def test_a_number_is_written_for_a_sentence(values, form, deterministic, text):
    origin = Provenance("c/n", "d", "v", "", "real", "full", 1, len(values))
    record = Record("a.b", tuple(map(float, values)), "as printed", deterministic, origin)
    assert text_of(record, form) == text
