"""Tables of the book's own directives, as Sphinx's nodes."""

from collections.abc import Iterable, Sequence

from docutils import nodes

Cell = str | list[nodes.Node]


def table(head: Sequence[Cell], rows: Iterable[Sequence[Cell]]) -> nodes.table:
    """Lay cells out as a table with one line of headings.

    Parameters
    ----------
    head : sequence of str
        One heading a column; an empty one where the column needs none.
    rows : iterable of sequences
        Each as long as `head`. A cell is a text, or a list of links that stand one below the
        other.

    Returns
    -------
    docutils.nodes.table
        Its columns are as wide as what they hold.
    """
    group = nodes.tgroup("", cols=len(head))
    group += [nodes.colspec(colwidth=1) for _ in head]
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["colwidths-auto"])


def _row(cells: Sequence[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *_paragraphs(cell)) for cell in cells))


def _paragraphs(cell: Cell) -> list[nodes.paragraph]:
    if isinstance(cell, str):
        return [nodes.paragraph("", cell)]
    return [nodes.paragraph("", "", link) for link in cell]
