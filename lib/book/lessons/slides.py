"""The slides of a lesson: one page of HTML that needs nothing else, no network and no server."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader
from markdown_it import MarkdownIt
from PIL import Image

from lib.book.lessons.source import Lesson, Slide
from lib.book.lessons.words import plain, resolved, site
from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS

TEMPLATE = "deck.html.j2"
PNG = "image/png"


@dataclass(frozen=True)
class Figure:
    """A published figure, as it goes into a slide."""

    image: str
    words: str
    caption: str


def deck(lesson: Lesson, root: Path = CHAPTERS) -> str:
    """Return the slides of a lesson as HTML."""
    markdown = MarkdownIt("commonmark").enable("table")
    folder = f"chapters/{lesson.chapter}"
    shown = [
        {
            "title": plain(slide.title, folder),
            "body": markdown.render(plain(slide.text, folder)),
            "note": markdown.render(plain(slide.note, folder)),
            "figure": figure_of(slide, lesson, root),
        }
        for slide in lesson.slides
    ]
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    return environment.get_template(TEMPLATE).render(
        title=plain(lesson.title, folder), slides=shown, home=f"{site()}{folder}/lesson.html"
    )


def figure_of(slide: Slide, lesson: Lesson, root: Path = CHAPTERS) -> Figure | None:
    """Return the published figure that a slide names, if it names one."""
    if not slide.figure:
        return None
    page = root / lesson.chapter / f"{slide.page}.ipynb"
    for cell in nbformat.read(page, as_version=4).cells if page.exists() else ():
        options = cell.metadata.get("mystnb", {})
        if options.get("figure", {}).get("name") == slide.figure:
            images = [out.data[PNG] for out in cell.outputs if PNG in out.get("data", {})]
            image = _upper(b64decode("".join(images[0].split()), validate=True), slide.top)
            words, caption = options["image"]["alt"], options["figure"]["caption"]
            return Figure(image, resolved(words), plain(caption, f"chapters/{lesson.chapter}"))
    raise ReaderError(f"{lesson.chapter}: the page {slide.page} has no figure {slide.figure!r}.")


def _upper(image: bytes, top: float) -> str:
    """Return the upper part of a PNG image in base64."""
    if top < 1:
        with Image.open(BytesIO(image)) as whole:
            stream = BytesIO()
            whole.crop((0, 0, whole.width, round(whole.height * top))).save(stream, "png")
            image = stream.getvalue()
    return b64encode(image).decode("ascii")
