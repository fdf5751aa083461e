"""The last hand on each page that Sphinx has written: tables, lead figure, code switch, icons."""

import re
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.application import Sphinx

from lib.book.lessons.making import PAGES, colab
from lib.book.pages import (
    access,
    captions,
    html_tables,
    icons,
    images,
    lead,
    prose,
    reading,
    sharing,
    weight,
    workshop,
)

# Folders of files that are no pages of the book.
OTHERS = {"_static", "_sources", "downloads"}
TAGLINE = "Three papers on intrusion detection for the Internet of Things, run again"
# A file's sentence at the top of a page, and as many as follow each other.
REAL_FILE = re.compile(r"This page was run on the real file (\S+ \(sha256 \w+…\))\.")
REAL_FILES = re.compile(rf"(?:{REAL_FILE.pattern}(?: |$))+")
COLAB = "https://colab.research.google.com/"


def finish(page: BeautifulSoup, static: Path) -> None:
    """Give a page the book's tables, one switch for its code, its name and drawn icons."""
    workshop.fold(page)
    join_files(page)
    lead.raise_figure(page)
    images.say_numbers(page)
    html_tables.restyle(page)
    captions.move_into_tables(page)
    html_tables.name_folds(page)
    prose.group_numbers(page)
    for brand in page.select(".navbar-brand"):
        line = page.new_tag("p", attrs={"class": "tagline"})
        line.string = TAGLINE
        brand.insert_after(line)
    _launch(page)
    access.name_parts(page)
    icons.draw(page, static)


def join_files(page: BeautifulSoup) -> None:
    """Name in one sentence all the files on which a page was run."""
    for line in page.select("article .banner p"):
        found = REAL_FILES.search(line.get_text())
        files = REAL_FILE.findall(found[0]) if found else []
        if len(files) > 1:
            told = f"This page was run on the real files {', '.join(files[:-1])} and {files[-1]}. "
            line.string = line.get_text().replace(found[0], told).strip()


def _launch(page: BeautifulSoup) -> None:
    """Let the launch buttons open a page's edition, which finds the book wherever it is opened."""
    for button in page.select(f'a[href^="{COLAB}"][href$=".ipynb"]'):
        _, found, path = button["href"].partition("/chapters/")
        if found:
            button["href"] = colab(f"{PAGES}/{path}")


def _finish_all(app: Sphinx, problem: Exception | None) -> None:
    if problem or app.builder.format != "html":
        return
    folder, changed = Path(app.outdir), {}
    plain = weight.plain_tokens((folder / "_static" / "pygments.css").read_text(encoding="utf-8"))
    for path in sorted(folder.rglob("*.html")):
        if OTHERS.isdisjoint(path.relative_to(folder).parts):
            page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            finish(page, folder / "_static")
            images.state_sizes(page, path.parent)
            name = path.relative_to(folder).with_suffix("").as_posix()
            reading.say_minutes(page, name)
            numbers = lead.number_in_order(page)
            changed |= {(f"{name}.html", id): number for id, number in numbers.items()}
            if name != "search":
                weight.lighten(page, plain)
            if name != "404":
                sharing.share(page, name, folder, app.config.html_baseurl or "")
            path.write_text(str(page), encoding="utf-8")
    for path in folder.rglob("*.html") if changed else ():
        text = path.read_text(encoding="utf-8")
        new = lead.renumber_links(text, path.relative_to(folder).as_posix(), changed)
        if new != text:
            path.write_text(new, encoding="utf-8")
    style = folder / "_static" / weight.STYLE
    if style.exists():
        css = weight.without_comments(style.read_text(encoding="utf-8"))
        style.write_text(css, encoding="utf-8")
    for path in [folder / "_static" / icons.SCRIPT, *folder.glob("_static/**/*.map")]:
        path.unlink(missing_ok=True)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx; `lib.book.pages.directives` does so."""
    # After the theme, which writes the style of code when all else is built.
    app.connect("build-finished", _finish_all, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
