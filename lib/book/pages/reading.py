"""How long a page takes to read, said below its title where its notebook's box does not say it."""

from copy import copy
from math import ceil

from bs4 import BeautifulSoup

from lib.book.lessons.in_pages import MINUTES_A_VIEW, WORDS_A_MINUTE

# Nobody reads these from end to end; the front page says all in its two screens.
LOOKED_UP = {"changelog", "downloads", "environment", "glossary", "references"}
FRONT = "chapters/index"
FOLDED = "details, .workshop, .quiz, .source-line, script, style"


def say_minutes(page: BeautifulSoup, name: str) -> None:
    """Say below the title how long a page takes, by its words, figures and tables in sight."""
    chapters, _, rest = name.partition("/")
    title = page.select_one("article h1")
    if chapters != "chapters" or rest in LOOKED_UP or name == FRONT or title is None:
        return
    if page.select_one("article .about"):
        return
    line = page.new_tag("p", attrs={"class": "reading"})
    minutes = _minutes(page)
    line.string = f"Reading: about {minutes} minute{'s' * (minutes > 1)}"
    title.insert_after(line)


def _minutes(page: BeautifulSoup) -> int:
    article = copy(page.select_one("article"))
    views = len(article.select("figure, table"))
    for part in article.select(FOLDED):
        views -= len(part.select("figure, table"))
        part.decompose()
    return ceil(len(article.get_text(" ").split()) / WORDS_A_MINUTE + views * MINUTES_A_VIEW)
