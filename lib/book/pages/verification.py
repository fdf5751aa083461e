"""The MyST directives of the page on verification: negative controls and the last report."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from lib.book.pages.tables import table
from lib.book.publish import archive
from lib.book.verify import kept
from lib.book.verify.faults import CHECKS, FAULTS

HEAD = ("What is planted", "What it stands for", "What finds it")


class _PlantedFaults(SphinxDirective):
    """One row a fault of `lib.book.verify.faults`."""

    def run(self):
        rows = [(fault.fault, fault.simulates, CHECKS[fault.check]) for fault in FAULTS]
        return table("Faults that each verification plants and must find.", HEAD, rows)


class _LastVerification(SphinxDirective):
    """What the kept report says, with a link to it."""

    def run(self):
        text = kept.summary()
        if not text:
            return [nodes.paragraph("", "No complete verification has been kept yet.")]
        for path in kept.files():
            self.env.note_dependency(str(path))
        address = f"{'../' * self.env.docname.count('/')}{archive.FOLDER}/report.html"
        link = nodes.reference("", "The whole report", refuri=address, internal=True)
        return [nodes.paragraph("", "", nodes.Text(f"{text} "), link, nodes.Text("."))]


def setup(app: Sphinx) -> dict:
    """Register the directive with Sphinx."""
    app.add_directive("planted-faults", _PlantedFaults)
    app.add_directive("last-verification", _LastVerification)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
