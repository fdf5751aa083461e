"""Notebooks as pairs: the ``.py`` that is written and the ``.ipynb`` that is made from it."""

import ast
import re
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from lib.common.errors import ReaderError
from lib.common.paths import CHAPTERS, chapter_names

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
PARAMETERS = ("profile", "seed", "replicates")
LEAST = re.compile(r"at-least-(\d+)-replicates")
# What an author may write into a cell's metadata.
AUTHORED = ("tags", "mystnb", "caption")
# The tag of the cell that papermill adds after the parameters.
INJECTED = "injected-parameters"


@dataclass(frozen=True, order=True)
class Notebook:
    """One notebook of the book."""

    chapter: str
    stem: str

    @property
    def name(self) -> str:
        """Chapter and stem, as in progress lines and records."""
        return f"{self.chapter}/{self.stem}"

    @property
    def source(self) -> Path:
        """The authored ``.py`` file."""
        return CHAPTERS / self.chapter / f"{self.stem}.py"

    @property
    def page(self) -> Path:
        """The published ``.ipynb`` file beside the source; may not exist yet."""
        return self.source.with_suffix(".ipynb")


def find_notebooks(chosen: str | None = None) -> list[Notebook]:
    """Return some notebooks, or all of them, in reading order."""
    notebooks = [
        Notebook(chapter, source.stem)
        for chapter in chapter_names()
        for source in sorted((CHAPTERS / chapter).glob("[0-9]*.py"))
    ]
    if chosen is None:
        return notebooks
    names = [name.strip() for name in chosen.split(",")]
    for name in names:
        if not any(name in (book.chapter, book.name) for book in notebooks):
            raise ReaderError(_no_such(name, notebooks))
    return [book for book in notebooks if {book.chapter, book.name} & set(names)]


def _no_such(chosen: str, notebooks: list[Notebook]) -> str:
    chapter, stem, _ = chosen.partition("/")
    siblings = [book.name for book in notebooks if book.chapter == chapter]
    if stem and siblings:
        return f"There is no notebook {chosen!r}. Choose one of: {', '.join(siblings)}."
    chapters = ", ".join(dict.fromkeys(book.chapter for book in notebooks)) or "(none)"
    return f"There is no chapter {chosen!r}. Choose one of: {chapters}."


def read_source(path: Path) -> NotebookNode:
    """Convert a percent-format ``.py`` file to a notebook without outputs.

    Cell ids are numbered, so that the same source gives the same notebook.
    """
    try:
        notebook = jupytext.read(path, fmt="py:percent")
    except UnicodeDecodeError:
        raise ReaderError(f"{path.parent.name}/{path.name} is no text in UTF-8.") from None
    notebook.metadata = NotebookNode(kernelspec=NotebookNode(KERNEL))
    return _numbered(notebook)


def _numbered(notebook: NotebookNode) -> NotebookNode:
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number:03d}"
    return notebook


def has_tag(cell: NotebookNode, tag: str) -> bool:
    """Tell whether a cell has a tag."""
    return tag in cell.metadata.get("tags", [])


def parameter_defaults(notebook: NotebookNode, name: str) -> dict:
    """Return what the cell tagged ``parameters`` assigns."""
    try:
        (cell,) = (cell for cell in notebook.cells if has_tag(cell, "parameters"))
        defaults = {
            statement.targets[0].id: ast.literal_eval(statement.value)
            for statement in ast.parse(cell.source).body
            if isinstance(statement, ast.Assign)
        }
    except (ValueError, SyntaxError, AttributeError):
        defaults = {}
    if sorted(defaults) != sorted(PARAMETERS):
        raise ReaderError(
            f"{name} needs one cell tagged 'parameters' that assigns plain values to "
            f"{', '.join(PARAMETERS)} and nothing else."
        )
    return defaults


def least_replicates(notebook: NotebookNode) -> int:
    """Return how many replicates a page needs, by the tag ``at-least-N-replicates`` of a cell."""
    tags = (tag for cell in notebook.cells for tag in cell.metadata.get("tags", []))
    return max((int(found[1]) for tag in tags if (found := LEAST.fullmatch(tag))), default=1)


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Remove what differs between two runs of the same code: times, paths, versions."""
    clean = nbformat.from_dict(notebook)
    clean.metadata = NotebookNode(
        kernelspec=NotebookNode(KERNEL), language_info=NotebookNode(name="python")
    )
    for cell in clean.cells:
        cell.metadata = authored_metadata(cell)
    return _numbered(clean)


def with_outputs(source: NotebookNode, executed: NotebookNode) -> NotebookNode:
    """Put the outputs of an executed notebook under the present prose and captions."""
    fresh = deepcopy(source)
    fresh.metadata = deepcopy(executed.metadata)
    injected = [cell for cell in executed.cells if has_tag(cell, INJECTED)]
    ours = [cell for cell in fresh.cells if cell.cell_type == "code"]
    theirs = [
        cell for cell in executed.cells if cell.cell_type == "code" and not has_tag(cell, INJECTED)
    ]
    if len(ours) != len(theirs):
        return executed
    for cell, done in zip(ours, theirs, strict=True):
        cell.outputs, cell.execution_count = deepcopy(done.outputs), done.execution_count
    for cell in injected:
        place = next(n for n, cell in enumerate(fresh.cells) if has_tag(cell, "parameters"))
        fresh.cells.insert(place + 1, deepcopy(cell))
    return _numbered(fresh)


def authored_metadata(cell: NotebookNode) -> NotebookNode:
    """Return the part of a cell's metadata that its author wrote."""
    kept = {key: cell.metadata[key] for key in AUTHORED if cell.metadata.get(key)}
    return nbformat.from_dict(kept)


def pair_differences(source: NotebookNode, page: NotebookNode) -> list[str]:
    """Compare a source with its executed page, cell by cell."""
    problems = []
    if len(source.cells) != len(page.cells):
        problems.append(f"the source has {len(source.cells)} cells, the page {len(page.cells)}")
    for number, (ours, theirs) in enumerate(zip(source.cells, page.cells, strict=False), start=1):
        if ours.cell_type != theirs.cell_type:
            problems.append(f"cell {number} is {ours.cell_type} in the source only")
        elif ours.source != theirs.source:
            problems.append(f"cell {number} has another text in the page")
        elif authored_metadata(ours) != authored_metadata(theirs):
            problems.append(f"cell {number} has other tags or figure options in the page")
    return problems
