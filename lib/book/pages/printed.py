"""The whole book as one PDF: all built pages in one document, which a browser prints."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import yaml
from bs4 import BeautifulSoup

from lib.book.publish.archive import FOLDER
from lib.common.errors import ReaderError
from lib.common.paths import ROOT

NAME = "does-it-still-hold.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Whoever is root may not start a browser with its sandbox.
FLAGS = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--no-pdf-header-footer", "--generate-pdf-document-outline"]
FLAGS += ["--run-all-compositor-stages-before-draw", "--virtual-time-budget=20000"]
PATIENCE = 300  # seconds
# What only a screen can do.
NOT_PRINTED = (
    "script, noscript, button, form, .headerlink, .workshop, .explore, .led, details.page-cite"
)
HEAD = """<!doctype html><html lang="en" data-theme="light" data-mode="light"><head>
<meta charset="utf-8"><title>{title}</title>{styles}<style>
@page {{ size: A4; margin: 18mm 16mm; @bottom-center {{ content: counter(page); }} }}
body {{ font-size: 10pt; }}
.whole {{ break-before: page; }} .whole:first-of-type {{ break-before: auto; }}
.bd-article {{ padding: 0; }} h1, h2, h3 {{ break-after: avoid; }}
</style></head><body>"""


def browser() -> str | None:
    """Return a browser on the PATH that can print, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def print_book(pages: Path) -> Path:
    """Print all pages of a built book, in their order, and lay the PDF among its downloads."""
    program = browser()
    if program is None:
        raise ReaderError(f"The PDF is printed by a browser. Install one of {', '.join(BROWSERS)}.")
    target = pages / FOLDER / NAME
    with tempfile.TemporaryDirectory(prefix="book-") as scratch:
        whole, made = pages / ".whole.html", Path(scratch) / NAME
        try:
            whole.write_text(joined(pages), encoding="utf-8")
            sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
            command = [program, *FLAGS, *sandbox, f"--user-data-dir={scratch}/profile"]
            command += [f"--print-to-pdf={made}", whole.as_uri()]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise ReaderError(
                f"{program} took more than {PATIENCE} s to print. Try again."
            ) from None
        finally:
            whole.unlink(missing_ok=True)
        if not made.exists() or not made.read_bytes().startswith(b"%PDF"):
            said = " ".join(done.stderr.split())[-300:]
            raise ReaderError(f"{program} printed nothing (status {done.returncode}). {said}")
        target.parent.mkdir(exist_ok=True)
        shutil.move(made, target)
    _link(pages, target)
    return target


def _link(pages: Path, target: Path) -> None:
    """Name the PDF on the page of downloads, once."""
    path = pages / "chapters" / "downloads.html"
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for old in page.select("p.whole-book"):
        old.decompose()
    size = f"{target.stat().st_size / 1e6:.0f} MB"
    line = (
        f'<p class="whole-book"><a href="../{FOLDER}/{NAME}">The whole book as a PDF</a>, {size}.'
    )
    page.select_one("article h1").insert_after(BeautifulSoup(f"{line}</p>", "html.parser"))
    path.write_text(str(page), encoding="utf-8")


def joined(pages: Path) -> str:
    """Return one document of all pages: links between them become links inside it."""
    names = page_names()
    missing = [name for name in names if not (pages / f"{name}.html").exists()]
    if missing:
        raise ReaderError(
            f"These pages are not built: {', '.join(missing)}. Run 'make site' first."
        )
    first = _parsed(pages, names[0])
    title = first.title.get_text(strip=True)
    parts = [_part(_parsed(pages, name), name, set(names)) for name in names]
    return (
        HEAD.format(title=title, styles=_styles(first, names[0]))
        + "".join(parts)
        + "</body></html>"
    )


def page_names() -> list[str]:
    """Return the pages of the table of contents, in order."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [contents["root"], *_files(contents.get("parts", []))]


def _files(entries: list) -> list[str]:
    found = []
    for entry in entries:
        found += [entry["file"]] if "file" in entry else []
        for inside in ("chapters", "sections"):
            found += _files(entry.get(inside, []))
    return found


def _parsed(pages: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((pages / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def _styles(page: BeautifulSoup, name: str) -> str:
    links = page.select('link[rel~="stylesheet"][href]')
    for link in links:
        link["href"] = _resolved(link["href"], name)
    return "".join(map(str, links))


def _resolved(address: str, name: str) -> str:
    """Return an address on a page as one from the root of the book."""
    if urlparse(address).scheme or address.startswith("#"):
        return address
    return normpath(str(PurePosixPath(name).parent / address))


def _part(page: BeautifulSoup, name: str, names: set[str]) -> str:
    article = page.select_one("article.bd-article") or page.select_one("article")
    for each in article.select(NOT_PRINTED):
        each.decompose()
    # Solutions and notes are read on paper, too; reasons of verdicts and long tables stay folded.
    for fold in article.select("details:not(.hide)"):
        if not fold.find_parent("table"):
            fold["open"] = ""
    for each in article.select("[id]"):
        each["id"] = _anchor(name, each["id"])
    for image in article.select("img[src]"):
        image["src"] = _resolved(image["src"], name)
        image["loading"] = "eager"
    for link in article.select("a[href]"):
        link["href"] = _inside(link["href"], name, names)
    return f'<div class="whole" id="{_anchor(name)}">{article}</div>'


def _anchor(name: str, id: str = "") -> str:
    return f"{name.replace('/', '-')}--{id}".rstrip("-")


def _inside(address: str, name: str, names: set[str]) -> str:
    """Return a link to another page as one inside the document, to a file as one on the web."""
    if address.startswith("#"):
        return f"#{_anchor(name, unquote(address[1:]))}"
    resolved = _resolved(address, name)
    path, fragment = urldefrag(resolved)
    page = unquote(path).removesuffix(".html")
    if page in names:
        return f"#{_anchor(page, unquote(fragment))}"
    # On paper beside no files: what is no page is looked up where the book is published.
    return urljoin(_published_at(), resolved)


def _published_at() -> str:
    configuration = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return configuration["html"]["baseurl"].rstrip("/") + "/"
