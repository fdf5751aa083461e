"""What directives that draw a figure as SVG share: the figure, with a caption and its name."""

from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective


class Drawn(SphinxDirective):
    """A figure whose drawing is made at build time; its content ends with the caption."""

    has_content = True
    option_spec: ClassVar = {"name": directives.unchanged}

    def figure(self, drawing: str, caption: str) -> list[nodes.Node]:
        """Return the figure of a drawing in HTML; roles of the caption are resolved."""
        figure = nodes.figure("", nodes.raw("", drawing, format="html"))
        words, _ = self.state.inline_text(" ".join(caption.split()), self.lineno)
        figure += nodes.caption("", "", *words)
        self.add_name(figure)
        return [figure]
