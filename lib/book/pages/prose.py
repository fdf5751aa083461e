"""Numbers in sentences, grouped as those of tables are, and never broken at the end of a line."""

import re

from bs4 import BeautifulSoup

from lib.book.pages.html_tables import COMMA, NARROW, tidy

SENTENCES = "article :is(p, li, dt, dd, figcaption, summary)"
PRINTED = "article div.cell_output pre"
# What is quoted as a program has it, or drawn, or laid out by a script of its own.
LEFT_AS_IT_IS = ["code", "pre", "script", "style", "svg", "kbd", "table"]
SPACED = re.compile(r"(?<![\d.,\u202f])(\d{1,3})((?:[ \u00a0]\d{3})+)(?![\d.]\d|\d)")


def group_numbers(page: BeautifulSoup) -> None:
    """Write 1,000 and 1 000 in the sentences of a page with a narrow space that does not break.

    What cells have printed is written as the numbers of tables are: without a zero below zero.
    """
    for text in [text for each in page.select(PRINTED) for text in each.find_all(string=True)]:
        text.replace_with(tidy(text))
    texts = {id(text): text for each in page.select(SENTENCES) for text in each.strings}
    for text in texts.values():
        if not text.find_parent(LEFT_AS_IT_IS) and not text.find_parent(class_="math"):
            grouped = SPACED.sub(_narrow, COMMA.sub(NARROW, text))
            if grouped != text:
                text.replace_with(grouped)


def _narrow(found: re.Match) -> str:
    return found[1] + re.sub("[ \u00a0]", NARROW, found[2])
