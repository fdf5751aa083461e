"""What a table shows, said above it: a cell's ``caption`` in its metadata, or a box below it.

Sphinx would number captions, and "Table 1" is the paper's. So each build puts the words below the
table, where roles and links are resolved, and moves them into it once the page is written.
"""

from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from sphinx.errors import ExtensionError

CAPTION = "caption"
PLACE = "table-caption"


def put_below(page: NotebookNode) -> None:
    """Put the caption of each cell that has one below the cell."""
    cells = []
    for number, cell in enumerate(page.cells):
        cells.append(cell)
        if caption := cell.metadata.get(CAPTION):
            text = f":::{{div}} {PLACE}\n{caption}\n:::"
            cells.append(new_markdown_cell(text, id=f"{CAPTION}-{number:03d}"))
    page.cells = cells


def move_into_tables(page: BeautifulSoup) -> None:
    """Move each caption into the table above it; a table of claims says itself what it shows."""
    for words in page.select(f"article div.{PLACE}"):
        table = _table_of(words)
        caption = page.new_tag("caption")
        for part in list((words.find("p") or words).contents):
            caption.append(part.extract())
        table.insert(0, caption)
        words.decompose()


def _table_of(words: Tag) -> Tag:
    """Return the table that was last begun, unless a cell without one stands between."""
    table = words.find_previous(lambda tag: tag.name == "table" or "cell" in tag.get("class", []))
    if table is None or table.name != "table" or table.caption:
        said = " ".join(words.get_text().split())[:60]
        raise ExtensionError(f"No table without a caption stands above the caption {said!r}.")
    return table
