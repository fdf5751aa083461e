"""Tables of the book's own directives, as Sphinx's nodes, each with its caption."""

from collections.abc import Iterable, Sequence

from docutils import nodes

from lib.book.pages.captions import PLACE

Cell = str | list[nodes.Node]


def table(
    caption: str, head: Sequence[Cell], rows: Iterable[Sequence[Cell]]
) -> list[nodes.Element]:
    """Lay cells out as a table with one line of headings; its caption follows, and is moved in."""
    group = nodes.tgroup("", cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    words = nodes.container("", nodes.paragraph("", caption), classes=[PLACE])
    return [nodes.table("", group, classes=["colwidths-auto"]), words]


def _row(cells: Sequence[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *_paragraphs(cell)) for cell in cells))


def _paragraphs(cell: Cell) -> list[nodes.paragraph]:
    if isinstance(cell, str):
        return [nodes.paragraph("", cell)]
    return [nodes.paragraph("", "", link) for link in cell]
