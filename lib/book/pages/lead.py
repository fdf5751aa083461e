"""The picture that a page opens with: drawn further down, shown below the finding.

A cell with the tag ``lead`` draws it; where it is drawn, a line leads back to it.
"""

import posixpath
import re
from collections.abc import Mapping

from bs4 import BeautifulSoup, Tag

TAG = "tag_lead"
BELOW = "article div.admonition.finding"
NUMBER = re.compile(r"\d+(?:\.\d+)*")
LINK = re.compile(r'(<a\b[^>]*\bhref="([^"#]*)#([^"]+)"[^>]*>(?:<span[^>]*>)?Fig\. )\d+(?:\.\d+)*')
LINE = '<p class="led"><a href="#{id}">{name}</a>, at the top of this page, is drawn here.</p>'


def raise_figure(page: BeautifulSoup) -> None:
    """Move the figure of the cell that is tagged as the page's lead below the finding."""
    finding, figure = page.select_one(BELOW), page.select_one(f"article .{TAG} figure[id]")
    if not finding or not figure:
        return
    number = figure.select_one(".caption-number")
    name = number.get_text(strip=True).rstrip(".") if number else "The figure"
    line = BeautifulSoup(LINE.format(id=figure["id"], name=name), "html.parser")
    figure.replace_with(line)
    finding.insert_after(figure)


def number_in_order(page: BeautifulSoup) -> dict[str, str]:
    """Give the figures of a page numbers in the order in which they stand; return the new ones.

    Sphinx has numbered them in the order in which they are drawn.
    """
    figures = page.select("article figure[id]")
    captions = [(each["id"], each.select_one(".caption-number")) for each in figures]
    numbered = [(id, caption, _number(caption)) for id, caption in captions if caption]
    in_order = sorted((number for _, _, number in numbered), key=_parts)
    changed = {}
    for (id, caption, before), number in zip(numbered, in_order, strict=True):
        if number != before:
            caption.string = caption.get_text().replace(before, number)
            changed[id] = number
    return changed


def _number(caption: Tag) -> str:
    return NUMBER.search(caption.get_text())[0]


def _parts(number: str) -> list[int]:
    return [int(part) for part in number.split(".")]


def renumber_links(text: str, name: str, changed: Mapping[tuple[str, str], str]) -> str:
    """Return a page whose links to figures say their new numbers.

    ``changed`` has them by the page's name, such as ``chapters/index.html``, and the figure's id.
    """

    def told(link: re.Match) -> str:
        page = posixpath.join(posixpath.dirname(name), link[2]) if link[2] else name
        number = changed.get((posixpath.normpath(page), link[3]))
        return f"{link[1]}{number}" if number else link[0]

    return LINK.sub(told, text)
