"""The MyST directives of the page on cost: a summary, a table and two figures."""

import base64
import io
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lib.book.cost.drawing import FIGURES, draw, told
from lib.book.cost.measured import Measured, cost_file, read
from lib.book.cost.scaling import Point
from lib.book.pages.tables import table
from lib.common.wording import in_minutes

NOT_MEASURED = "Not measured yet: `python -m lib bench --keep` does it."


class _CostDirective(SphinxDirective):
    """Reads the measured cost, and rebuilds its page when that changes."""

    def run(self):
        self.env.note_dependency(str(cost_file()))
        measured = read()
        if measured is None:
            return [nodes.paragraph("", NOT_MEASURED)]
        return self.shown(measured)


class _Summary(_CostDirective):
    """The two times of the whole book, in a sentence."""

    def shown(self, measured: Measured) -> list[nodes.Node]:
        book = measured.book
        text = (
            f"A complete verification, three papers and ten seeds, takes {in_minutes(book.ours)} "
            f"on {book.processors} cores. The same work done the plain way would take "
            f"{book.plain / 3600:.1f} hours, {book.ratio:.0f} times as long."
        )
        return [nodes.paragraph("", "", nodes.strong("", text))]


class _Works(_CostDirective):
    """One row for each group of networks."""

    def shown(self, measured: Measured) -> list[nodes.Node]:
        rows = [
            (
                work.name,
                f"{work.networks:,}",
                f"{work.plain / 60:,.0f}",
                f"{work.ours / 60:,.1f}",
                f"{work.plain / work.ours:.1f}",
            )
            for work in measured.book.works
        ]
        head = ("Networks", "Number", "Plain, min", "Here, core min", "Ratio")
        return table("Training of the networks, the plain way and as here.", head, rows)


class _Points(_CostDirective):
    """All points of a figure as a table."""

    required_arguments = 1

    def shown(self, measured: Measured) -> list[nodes.Node]:
        chosen = [one for one in measured.points if one.quantity == self.arguments[0]]
        quantity = self.arguments[0]
        head = (quantity.capitalize(), "Work", "Way", "Seconds", "Peak memory, MiB")
        caption = f"Time and memory by the number of {quantity}."
        return table(caption, head, [_point_row(one) for one in chosen])


def _point_row(point: Point) -> tuple[str, ...]:
    memory = "" if point.mebibytes is None else f"{point.mebibytes:,.0f}"
    return f"{point.value:,}", point.work, point.way, f"{point.seconds:.3f}", memory


class _Figure(_CostDirective):
    """One of `lib.book.cost.drawing.FIGURES`, with its caption."""

    required_arguments = 1
    option_spec: ClassVar = {"name": directives.unchanged}
    has_content = True

    def shown(self, measured: Measured) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(
                f"there is no figure {name!r} of the cost; there is {', '.join(FIGURES)}"
            )
        image = io.BytesIO()
        draw(name, measured.points).savefig(image, format="svg", metadata={"Date": None})
        uri = "data:image/svg+xml;base64," + base64.b64encode(image.getvalue()).decode("ascii")
        figure = nodes.figure("", nodes.image(uri=uri, alt=told(name, measured.points)))
        caption, _ = self.state.inline_text(" ".join(self.content), self.lineno)
        figure += nodes.caption("", "", *caption)
        self.add_name(figure)
        return [figure]


def setup(app: Sphinx) -> dict:
    """Register the directives with Sphinx."""
    app.add_directive("cost-summary", _Summary)
    app.add_directive("cost-networks", _Works)
    app.add_directive("cost-points", _Points)
    app.add_directive("cost-figure", _Figure)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
