"""The MyST directive ``planted-faults``: the negative controls as a table."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lib.verification.faults import CHECKS, FAULTS

HEAD = ("What is planted", "What it stands for", "What finds it")


class _PlantedFaults(SphinxDirective):
    """One row a fault of `lib.verification.faults`."""

    def run(self):
        rows = [(fault.fault, fault.simulates, CHECKS[fault.check]) for fault in FAULTS]
        group = nodes.tgroup("", cols=len(HEAD))
        group += [nodes.colspec(colwidth=1) for _ in HEAD]
        group += nodes.thead("", _row(HEAD))
        group += nodes.tbody("", *map(_row, rows))
        return [nodes.table("", group, classes=["colwidths-auto"])]


def _row(cells: tuple[str, ...]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx.

    Parameters
    ----------
    app : sphinx.application.Sphinx
        The application.
    """
    app.add_directive("planted-faults", _PlantedFaults)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
