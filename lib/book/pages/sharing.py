"""What a page says of itself to those who pass it on: description, card, and how to cite it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup, SoupStrainer, Tag

from lib.book.pages import slopes
from lib.book.stamps.citation import citation as read_citation

# What a search engine and a network show of a description.
LONGEST = 200
CARDS = "cards"
# The shape of a card that networks ask for, and its margin.
CARD_SIZE = (1200, 630)
MARGIN = 60
INK, FACE, ACCENT = "#1b2733", "#ffffff", "#005a9c"
PARAGRAPH = "section > p:not(.source-line, .reading)"
CHANGELOG = "chapters/changelog"
FRONT = "chapters/index"
# The book in a sentence: what the right ends of the front page's slopes say.
OF_THE_BOOK = (
    "Three papers on IoT intrusion detection, re-executed. On a later part of a flood, without "
    "date and time or on runs not trained on, none of their models is shown to score above its "
    "rival."
)
PICTURE = 'figure img[alt][src$=".png"]'
PANEL = "figure .slope"
# Where the slopes stand on a card, across and down, and how many times finer they are drawn first.
SLOPES_AT, SLOPES_SIZE, FINER = (MARGIN, 280), (1100, 280), 3
LOOKS = {"paper": (ACCENT, 3), "rival": ("#b3541e", 2), "guess": ("#6b6b6b", 2)}
AXIS = ("#c9d1d9", 1)
ANCHORS = {"start": "rs", "end": "ms"}
# Blanks at which a line may end; the narrow one within a number is none.
BLANK = re.compile(r"[ \n]+")


@dataclass(frozen=True)
class Summary:
    """A page in a few words: its title, its finding or first paragraph, its first figure."""

    title: str
    text: str
    figure: str = ""
    alt: str = ""
    panels: tuple[Tag, ...] = ()  # of the slopes, where no other figure is to be had


@cache
def citation() -> dict:
    """Return the book's own citation, as ``CITATION.cff`` has it."""
    return read_citation()


def summary_of(page: BeautifulSoup) -> Summary | None:
    """Return what a page is about; nothing for one without an article of its own."""
    article = page.select_one("article.bd-article")
    heading = article and article.find("h1")
    if heading is None:
        return None
    return Summary(_words(heading), _finding(article), **_picture(article))


def _picture(article: BeautifulSoup | Tag) -> dict:
    """Return the first figure of a page, or else its slopes, and what is told of it."""
    if image := article.select_one(PICTURE):
        return {"figure": image["src"], "alt": image["alt"]}
    panels = tuple(article.select(PANEL))
    told = " ".join(panel.svg["aria-label"] for panel in panels)
    return {"alt": told, "panels": panels} if panels else {}


def _picture_of_chapter(place: Path) -> dict:
    """Return the first figure of a chapter's pages, in their order, for one that has none."""
    for path in sorted(place.glob("[0-9]*.html")):
        figures = SoupStrainer("figure")
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser", parse_only=figures)
        if found := _picture(page):
            return found
    return {}


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
    return BLANK.sub(" ", "".join(strings)).strip(" ")


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return whole sentences of a text up to a length, or, where the first is longer, its start."""
    if len(text) <= longest:
        return text
    sentences = _fitting(re.split(r"(?<=[.?!])[ \n]+", text), longest)
    return sentences or f"{_fitting(BLANK.split(text), longest - 2)} …"


def _fitting(parts: list[str], longest: int) -> str:
    """Return the first parts of a text that fit into a length, with blanks between."""
    kept = ""
    for part in parts:
        longer = f"{kept} {part}".strip(" ")
        if len(longer) > longest:
            break
        kept = longer
    return kept


def share(page: BeautifulSoup, name: str, folder: Path, base: str) -> None:
    """Put a page's description and its card, which is drawn into a folder, into its head."""
    summary = summary_of(page)
    if summary is None or not base:
        return
    if name == FRONT:
        summary = replace(summary, text=OF_THE_BOOK)
    elif not summary.figure and name.count("/") > 1:
        summary = replace(summary, **_picture_of_chapter((folder / name).parent))
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
    """Draw a page's title and finding beside its first figure, or above its slopes."""
    # Imported here: a build that has nothing to do should not wait for it. Matplotlib brings it.
    from PIL import Image, ImageDraw

    drawing = Image.new("RGB", CARD_SIZE, FACE)
    pen = ImageDraw.Draw(drawing)
    pen.rectangle((0, 0, 20, CARD_SIZE[1]), fill=ACCENT)
    room, end = CARD_SIZE[0] - 2 * MARGIN, CARD_SIZE[1] - 120
    if summary.figure and (place / summary.figure).exists():
        room -= _paste_figure(drawing, place / summary.figure) + 30
    elif summary.panels:
        drawing.paste(_drawn_slopes(summary.panels), SLOPES_AT)
        end = SLOPES_AT[1] - 30
    below = _write(pen, summary.title, (MARGIN, 50), room, _font(36, bold=True), 4)
    lines = (end - below) // 34
    _write(pen, shortened(summary.text, 260), (MARGIN, below + 24), room, _font(24), lines)
    pen.text((MARGIN, CARD_SIZE[1] - 60), citation()["title"], font=_font(22), fill=ACCENT)
    card.parent.mkdir(parents=True, exist_ok=True)
    drawing.quantize(64).save(card, optimize=True)


def _paste_figure(drawing, path: Path) -> int:
    """Put a figure at the right of a card, and return how wide it is there."""
    from PIL import Image

    with Image.open(path) as figure:
        # Of a tall figure the upper part, which can still be read.
        height = min(figure.height, round(1.1 * figure.width))
        picture = figure.convert("RGB").crop((0, 0, figure.width, height))
    picture.thumbnail((540, 460), Image.Resampling.LANCZOS)
    top = (CARD_SIZE[1] - 60 - picture.height) // 2
    drawing.paste(picture, (CARD_SIZE[0] - 30 - picture.width, max(top, 20)))
    return picture.width


def _drawn_slopes(panels: tuple[Tag, ...]):
    """Draw the panels of the slopes side by side, as the page's SVG has them."""
    from PIL import Image, ImageDraw

    width, height = SLOPES_SIZE
    picture = Image.new("RGB", (FINER * width, FINER * height), FACE)
    pen = ImageDraw.Draw(picture)
    for number, panel in enumerate(panels):
        _draw_panel(pen, panel, FINER * width * number // len(panels), len(panels))
    return picture.resize(SLOPES_SIZE, Image.Resampling.LANCZOS)


def _draw_panel(pen, panel: Tag, left: int, count: int) -> None:
    """Draw one panel: its title, and below it the lines, points and words of its SVG."""
    top = 60 * FINER
    across = FINER * SLOPES_SIZE[0] / count / slopes.WIDTH
    down = (FINER * SLOPES_SIZE[1] - top) / slopes.HEIGHT

    def at(tag: Tag, x: str, y: str) -> tuple[float, float]:
        return left + across * float(tag[x]), top + down * float(tag[y])

    title, metric = panel.p.find_all(string=True)
    pen.text((left, 0), title.strip(), font=_font(18 * FINER, bold=True), fill=INK)
    pen.text((left, 25 * FINER), metric, font=_font(16 * FINER), fill=INK)
    for line in panel.select("line"):
        colour, width = _look(line)
        ends = [at(line, "x1", "y1"), at(line, "x2", "y2")]
        pen.line(ends, fill=colour, width=width * FINER)
    for circle in panel.select("circle"):
        pen.circle(at(circle, "cx", "cy"), 5 * FINER, fill=_look(circle)[0])
    for text in panel.select("text"):
        anchor = ANCHORS.get("".join(text.get("class", [])), "ls")
        colour = _look(text)[0] if text.parent.name == "g" else INK
        words = {"font": _font(16 * FINER), "fill": colour, "anchor": anchor}
        pen.text(at(text, "x", "y"), text.get_text(), **words)


def _look(tag: Tag) -> tuple[str, int]:
    """Return the colour and width of what belongs to a line of the slopes, or to its axes."""
    return LOOKS["".join(tag.parent["class"])] if tag.parent.name == "g" else AXIS


@cache
def _font(size: int, bold: bool = False):
    from matplotlib import get_data_path
    from PIL import ImageFont

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / name, size)


def _write(pen, text: str, at: tuple[int, int], room: int, font, most: int) -> int:
    """Write a text in lines that fit, at most so many, and return where it ends."""
    lines = in_lines(text, room, lambda line: pen.textlength(line, font=font))
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    pen.multiline_text(at, "\n".join(lines), font=font, fill=INK, spacing=8)
    return round(pen.multiline_textbbox(at, "\n".join(lines), font=font, spacing=8)[3])


def in_lines(text: str, room: float, length: Callable[[str], float]) -> list[str]:
    """Return a text in lines no longer than there is room for, but for a single longer word."""
    lines = [""]
    for word in BLANK.split(text):
        longer = f"{lines[-1]} {word}".strip(" ")
        if length(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


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
