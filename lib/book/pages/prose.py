"""Numbers in sentences and cells, grouped by a space that never breaks at the end of a line."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, NavigableString, Tag

from lib.book.pages.html_tables import grid
from lib.common.numerals import COMMA, NARROW, tidy

SENTENCES = "article :is(p, li, dt, dd, figcaption, summary)"
PRINTED = "article div.cell_output pre"
# What is quoted as a program has it, or drawn, or laid out by a script of its own.
CODE = ["code", "pre", "script", "style", "svg", "kbd"]
LEFT_AS_IT_IS = [*CODE, "table"]
SPACED = re.compile(r"(?<![\w.,\u202f])(\d{1,3})((?:[ \u00a0]\d{3})+)(?!\.\d|\w)")
# A number of a cell in the form of 1,000, and before it what is quoted, which stays as printed.
GROUPED = re.compile(r"“[^”]*”|(?<![\d.,])\d{1,3}(?:,\d{3})+(?!,?\d)")
QUOTED_OR_SPACED = re.compile(rf"“[^”]*”|{SPACED.pattern}")
# The head of a column that holds what a paper prints; one "as printed" holds runs.
PAPER = re.compile(r"(?:^|, )(?:paper|printed|published)\b")


def group_numbers(page: BeautifulSoup) -> None:
    """Write 1,000 and 1 000 in sentences and cells with a narrow space that does not break.

    What cells have printed is written as the numbers of tables are: without a zero below zero.
    """
    for text in [text for each in page.select(PRINTED) for text in each.find_all(string=True)]:
        text.replace_with(tidy(text))
    texts = {id(text): text for each in page.select(SENTENCES) for text in each.strings}
    for text in texts.values():
        if not _is_set_apart(text, LEFT_AS_IT_IS):
            _replace(text, SPACED.sub(_narrow, COMMA.sub(NARROW, text)))
    for table in page.select("article table"):
        _group_cells(table)


def _is_set_apart(text: NavigableString, names: list[str]) -> bool:
    """Whether a text is mathematics, or stands in one of the elements named."""
    return bool(text.find_parent(names) or text.find_parent(class_="math"))


def _replace(text: NavigableString, grouped: str) -> None:
    if grouped != text:
        text.replace_with(grouped)


def _narrow(found: re.Match) -> str:
    return re.sub("[ \u00a0]", NARROW, found[0])


def _group_cells(table: Tag) -> None:
    """Group the numbers of a table but for code and for what a paper prints."""
    printed = {id(text) for text in _as_printed(table)}
    for text in table.find_all(string=True):
        if id(text) not in printed and not _is_set_apart(text, CODE):
            _replace(text, _outside_quotes(text))


def _outside_quotes(text: str) -> str:
    """Return a text in which the numbers that no quotation marks enclose are grouped."""
    return _each(QUOTED_OR_SPACED, "[ \u00a0]", _each(GROUPED, ",", text))


def _each(pattern: re.Pattern, parting: str, text: str) -> str:
    """Return a text with the narrow space for what parts the digits of each number."""
    return pattern.sub(
        lambda found: found[0] if found[0][0] == "“" else re.sub(parting, NARROW, found[0]), text
    )


def _as_printed(table: Tag) -> Iterator[NavigableString]:
    """Return the texts of a table that a paper prints, without what this book says below them."""
    heads, body = grid(table.select("thead tr")), grid(table.select("tbody tr"))
    columns = {
        number
        for row in heads
        for number, head in enumerate(row)
        if PAPER.search(head.get_text(" ", strip=True))
    }
    cells = [row[number] for row in body for number in columns if number < len(row)]
    values = [
        source.parent
        for source in table.select(".claims-value > .claims-source")
        if source.get_text() == "paper"
    ]
    for text in [text for each in cells + values for text in each.find_all(string=True)]:
        if not text.find_parent(class_="claims-judged"):
            yield text
