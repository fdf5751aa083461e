"""What Sphinx adds to the pages: source links, stamps, and blanks at which no line ends.

Below each figure and table stands a line with links to the cell and to the functions of
``lib`` that made it, at the commit that is built.
"""

import re
from html import escape, unescape
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from lib.book.pages import sharing
from lib.book.pages.source_links import NotebookSource, Place
from lib.book.publish.repository import file_address
from lib.book.stamps.pages import read_stamp, summary
from lib.claims.tables import unbroken
from lib.common.paths import ROOT

# Where the stamp's line leads to.
ENVIRONMENT = "chapters/environment"
# What cannot be told from its text alone.
NAMED = ("code", "lib", "data")


def source_line(places: list[Place]) -> nodes.paragraph:
    """Return a line of links to lines of source."""
    line = nodes.paragraph("", "Source: ", classes=["source-line"])
    for number, place in enumerate(places):
        line += [nodes.Text(", ")] if number else []
        link = file_address(place.path, place.first, place.last)
        line += nodes.reference("", place.name.removeprefix("lib."), refuri=link, internal=False)
    return line


def _add_source_lines(app: Sphinx, doctree: nodes.document) -> None:
    """Put a line of links after each cell that shows a figure or a table."""
    page = Path(app.srcdir) / f"{app.env.docname}.ipynb"
    source = ROOT / f"{app.env.docname}.py"
    if not page.exists() or not source.exists():
        return
    numbers = _numbers_of_cells(page)
    notebook = NotebookSource(source)
    if len(numbers) != len(notebook.cells):  # a page that was made with other code
        return
    for cell in list(doctree.findall(nodes.container)):
        number = numbers.get(cell.get("cell_index"))
        if cell.get("nb_element") == "cell_code" and number is not None and _shows(cell):
            line = source_line([notebook.cell(number), *notebook.functions(number)])
            cell.parent.insert(cell.parent.index(cell) + 1, line)


def _keep_numbers_whole(app: Sphinx, doctree: nodes.document) -> None:
    """Let no line of prose end within a number such as 1 000, or before its percent sign."""
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, nodes.FixedTextElement | nodes.literal | nodes.raw):
            text.parent.replace(text, nodes.Text(unbroken(text)))


def _numbers_of_cells(page: Path) -> dict[int, int]:
    """Return for each code cell of a page its number among those of the source."""
    cells = nbformat.read(page, as_version=4).cells
    written = (
        index
        for index, cell in enumerate(cells)
        # A run with parameters of its own has one cell more than the source.
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    )
    return {index: number for number, index in enumerate(written)}


def _shows(cell: nodes.container) -> bool:
    """Whether a cell's output has an image or a table."""
    return any(
        isinstance(shown, nodes.image) or "<table" in shown.astext()
        for output in cell.children
        if output.get("nb_element") == "cell_code_output"
        for shown in output.findall(lambda node: isinstance(node, nodes.image | nodes.raw))
    )


def _add_stamp(app: Sphinx, name: str, _template, context: dict, _doctree) -> None:
    stamp = read_stamp(Path(app.srcdir) / f"{name}.ipynb")
    if stamp:
        link = _link_to_environment(app.env, name, app)
        context["theme_extra_footer"] = stamp_html(stamp, link) + context["theme_extra_footer"]


def _add_version(app: Sphinx, name: str, _template, context: dict, doctree) -> None:
    """Say which version of the book this is, and how to cite the page."""
    if doctree is None:
        return
    found = sharing.CHANGELOG in app.env.found_docs
    changelog = app.builder.get_relative_uri(name, sharing.CHANGELOG) if found else ""
    title = re.sub("<[^>]+>", "", context["title"])
    base, year = app.config.html_baseurl or "", app.config.copyright
    # Before the licences, which stand last.
    said = sharing.foot(unescape(title), name, base, year, changelog)
    context["theme_extra_footer"] = said + context["theme_extra_footer"]


def _link_to_environment(env: BuildEnvironment, name: str, app: Sphinx) -> str:
    if ENVIRONMENT not in env.found_docs:
        return ""
    address = app.builder.get_relative_uri(name, ENVIRONMENT)
    return f'<a href="{address}#{anchor_of(name)}">Environment</a>'


def anchor_of(name: str) -> str:
    """Return the id that a page's row has on the environment page."""
    return nodes.make_id(f"stamp-{'-'.join(name.split('/')[-2:])}")


def stamp_html(stamp: dict, link: str = "") -> str:
    """Return a stamp as one line of HTML."""
    short = summary(stamp)
    del short["packages"]  # their number alone says little
    words = (f"{name} {text}" if name in NAMED else text for name, text in short.items())
    parts = [f"<span>{escape(word)}</span>" for word in words] + [link] * bool(link)
    return f'<p class="page-stamp">{" · ".join(parts)}</p>'


def setup(app: Sphinx) -> dict:
    """Register with Sphinx; `lib.book.pages.directives` does so."""
    app.connect("doctree-read", _add_source_lines)
    app.connect("doctree-read", _keep_numbers_whole)
    app.connect("html-page-context", _add_version)
    app.connect("html-page-context", _add_stamp)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
