"""What a page says of itself to those who pass it on: description, card, and how to cite it."""

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag

from lib.common.paths import ROOT

# What a search engine and a network show of a description.
LONGEST = 200
CARDS = "cards"
# The shape of a card that networks ask for, and its margin.
CARD_SIZE = (1200, 630)
MARGIN = 60
INK, FACE, ACCENT = "#1b2733", "#ffffff", "#005a9c"
PARAGRAPH = "section > p:not(.source-line)"
CHANGELOG = "chapters/changelog"


@dataclass(frozen=True)
class Summary:
    """A page in a few words: its title, its finding or first paragraph, its first figure."""

    title: str
    text: str
    figure: str
    alt: str


@cache
def citation() -> dict:
    """Return the book's own citation, as ``CITATION.cff`` has it."""
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def summary_of(page: BeautifulSoup) -> Summary | None:
    """Return what a page is about; nothing for one without an article of its own."""
    article = page.select_one("article.bd-article")
    heading = article and article.find("h1")
    if heading is None:
        return None
    image = article.select_one("figure img[alt]")
    found = (image["src"], image["alt"]) if image else ("", "")
    return Summary(_words(heading), _finding(article), *found)


def _finding(article: Tag) -> str:
    """Return a page's finding, or else its first paragraph."""
    box = article.select_one(".admonition.finding") or _named_finding(article)
    texts = box.select("p:not(.admonition-title)") if box else article.select(PARAGRAPH)
    return next(filter(None, map(_words, texts)), "")


def _named_finding(article: Tag) -> Tag | None:
    titles = article.select(".admonition > .admonition-title")
    return next((title.parent for title in titles if _words(title) == "Finding"), None)


def _words(tag: Tag) -> str:
    """Return a tag's text in one line, without the sign of its link."""
    strings = (
        text for text in tag.find_all(string=True) if not text.find_parent(class_="headerlink")
    )
    return " ".join("".join(strings).split())


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return whole sentences of a text up to a length, or, where the first is longer, its start."""
    kept = ""
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or textwrap.shorten(text, longest, placeholder=" …")


def share(page: BeautifulSoup, name: str, folder: Path, base: str) -> None:
    """Put a page's description and its card, which is drawn into a folder, into its head."""
    summary = summary_of(page)
    if summary is None or not base:
        return
    card = folder / "_static" / CARDS / f"{name.replace('/', '-')}.png"
    text = shortened(summary.text or f"{summary.title}: {citation()['title']}")
    draw_card(summary, (folder / name).parent, card)
    properties = {
        "og:type": "article",
        "og:site_name": citation()["title"].partition("?")[0] + "?",
        "og:title": summary.title,
        "og:description": text,
        "og:url": f"{base}{name}.html",
        "og:image": f"{base}{card.relative_to(folder)}",
        "og:image:width": str(CARD_SIZE[0]),
        "og:image:height": str(CARD_SIZE[1]),
        "og:image:alt": f"{summary.title}. {summary.alt}".removesuffix(" "),
    }
    for name, content in properties.items():
        page.head.append(page.new_tag("meta", attrs={"property": name, "content": content}))
    named = {"description": text, "twitter:card": "summary_large_image"}
    for name, content in named.items():
        page.head.append(page.new_tag("meta", attrs={"name": name, "content": content}))


def draw_card(summary: Summary, place: Path, card: Path) -> None:
    """Draw a page's title and finding beside its first figure."""
    # Imported here: a build that has nothing to do should not wait for it. Matplotlib brings it.
    from PIL import Image, ImageDraw

    drawing = Image.new("RGB", CARD_SIZE, FACE)
    pen = ImageDraw.Draw(drawing)
    pen.rectangle((0, 0, 20, CARD_SIZE[1]), fill=ACCENT)
    shown = place / summary.figure
    room = CARD_SIZE[0] - 2 * MARGIN
    if summary.figure.endswith(".png") and shown.exists():
        with Image.open(shown) as figure:
            # Of a tall figure the upper part, which can still be read.
            height = min(figure.height, round(1.1 * figure.width))
            picture = figure.convert("RGB").crop((0, 0, figure.width, height))
        picture.thumbnail((540, 460), Image.Resampling.LANCZOS)
        top = (CARD_SIZE[1] - 60 - picture.height) // 2
        drawing.paste(picture, (CARD_SIZE[0] - 30 - picture.width, max(top, 20)))
        room -= picture.width + 30
    below = _write(pen, summary.title, (MARGIN, 50), room, _font(36, bold=True), 4)
    lines = (CARD_SIZE[1] - 120 - below) // 34
    _write(pen, shortened(summary.text, 260), (MARGIN, below + 24), room, _font(24), lines)
    pen.text((MARGIN, CARD_SIZE[1] - 60), citation()["title"], font=_font(22), fill=ACCENT)
    card.parent.mkdir(parents=True, exist_ok=True)
    drawing.quantize(64).save(card, optimize=True)


@cache
def _font(size: int, bold: bool = False):
    from matplotlib import get_data_path
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / name, size)


def _write(pen, text: str, at: tuple[int, int], room: int, font, most: int) -> int:
    """Write a text in lines that fit, at most so many, and return where it ends."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pen.textlength(longer, font=font) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    pen.multiline_text(at, "\n".join(lines), font=font, fill=INK, spacing=8)
    return round(pen.multiline_textbbox(at, "\n".join(lines), font=font, spacing=8)[3])


def bibtex(title: str, name: str, base: str, year: str) -> str:
    """Return how one page of the book is cited."""
    book = citation()
    authors = " and ".join(f"{{{each['name']}}}" for each in book["authors"])
    key = re.sub(r"\W+", "-", name.removeprefix("chapters/")).strip("-")
    fields = {
        "author": authors,
        "title": title,
        "booktitle": book["title"],
        "version": book["version"],
        "year": year,
        "url": f"{base}{name}.html",
    }
    lines = "".join(f"  {field} = {{{text}}},\n" for field, text in fields.items())
    return f"@incollection{{does-it-still-hold-{key},\n{lines}}}"


def foot(title: str, name: str, base: str, year: str, changelog: str) -> str:
    """Return the book's version and how to cite the page, as HTML for its foot."""
    version = escape(f"Version {citation()['version']}")
    link = f' · <a href="{escape(changelog)}">Changelog</a>' if changelog else ""
    entry = escape(bibtex(title, name, base, year))
    return (
        f'<p class="page-version">{version}{link}</p>'
        '<details class="page-cite"><summary>Cite this page</summary>'
        f'<pre tabindex="0">{entry}</pre></details>'
    )
