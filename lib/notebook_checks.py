"""What must hold of every executed notebook and every page of prose."""

import re
import sys
import tempfile
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from bs4 import BeautifulSoup
from nbformat import NotebookNode

from lib.paths import ROOT

LONGEST_CELL = 15
# Pixels of an image, at which the style's smallest words are ten pixels high on a phone.
WIDEST_FIGURE = 640
# So many neighbouring values of one row count as that row being shown, unless many rows
# have the same ones: medians and constants are no row.
RUN_OF_VALUES = 6
ROWS_ALIKE = 10
TEXTS = ("text/plain", "text/html", "text/markdown", "text/latex", "application/json")
FOLDERS = "home|Users|root|tmp|var|mnt|opt|srv|private|usr|workspace|content|data"
ABSOLUTE_PATH = re.compile(rf"(?<![\w./:<>&;-])/(?:{FOLDERS})/[\w.-]+|[A-Z]:\\+Users\\")
TYPED_NUMBER = re.compile(
    r"(?<![\w.,])(?:0?\.\d{3,}|\d{1,3}\.\d+\s?(?:%|percent\b|per\scent\b))(?!\.?\d)"
)
ALLOWED_NUMBER = re.compile(r"<!--\s*typed number:\s*(?P<number>\S+)\s*,\s*(?P<reason>\S.*?)-->")
NOT_PROSE = re.compile(
    r"<!--.*?-->"  # comments
    r"|^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*\s*?$"  # fenced code and directives
    r"|\{[a-z:-]+\}`[^`]*`"  # roles, which compute what they show
    r"|(?P<tick>`+).+?(?P=tick)"  # code
    r"|\$[^$\n]+\$"  # formulas
    r"|\]\([^)]*\)|<https?:[^>]*>",  # link targets
    re.S | re.M,
)


def problems_of(notebook: NotebookNode) -> list[str]:
    """Return everything that must not be in a published notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.

    Returns
    -------
    list of str
        One sentence a problem, naming the cell; empty for a sound notebook.
    """
    checks = (
        not_executed,
        errors_shown,
        figures_without_words,
        figures_too_wide,
        long_cells,
        numbers_typed,
        machine_paths,
    )
    return [problem for check in checks for problem in check(notebook)]


def _code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            yield number, cell


def not_executed(notebook: NotebookNode) -> list[str]:
    """Name the code cells that were not executed, or not in order from 1 without a gap.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its execution counts.

    Returns
    -------
    list of str
        One sentence a cell; empty when all were executed in order.
    """
    return [
        f"cell {number} has execution count {cell.execution_count}, expected {expected}"
        for expected, (number, cell) in enumerate(_code_cells(notebook), start=1)
        if cell.execution_count != expected
    ]


def errors_shown(notebook: NotebookNode) -> list[str]:
    """Name the cells with an error output or with anything on standard error.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.

    Returns
    -------
    list of str
        One sentence an output, with the first 80 characters of its message.
    """
    return [
        f"cell {number} shows {output.get('ename') or 'standard error'}: "
        f"{(output.get('evalue') or output.get('text', ''))[:80]!r}"
        for number, cell in _code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def figures_without_words(notebook: NotebookNode) -> list[str]:
    """Name the cells with an image that lack alternative text, a caption or a name.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs; the words are in the cells' ``mystnb`` metadata.

    Returns
    -------
    list of str
        One sentence for each of the three that is missing or blank.
    """
    problems = []
    for number, cell in _code_cells(notebook):
        if any(kind.startswith("image/") for out in cell.outputs for kind in out.get("data", {})):
            options = cell.metadata.get("mystnb", {})
            words = {
                "alternative text": options.get("image", {}).get("alt"),
                "a caption": options.get("figure", {}).get("caption"),
                "a figure name": options.get("figure", {}).get("name"),
            }
            missing = [name for name, text in words.items() if not str(text or "").strip()]
            problems += [f"cell {number} shows an image without {name}" for name in missing]
    return problems


def figures_too_wide(notebook: NotebookNode) -> list[str]:
    """Name the cells with an image whose words would be too small on a phone.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.

    Returns
    -------
    list of str
        One sentence for each image that is wider than `WIDEST_FIGURE`.
    """
    return [
        f"cell {number} shows an image {width} pixels wide; draw at most {WIDEST_FIGURE}"
        for number, cell in _code_cells(notebook)
        for width in map(_width, cell.outputs)
        if width > WIDEST_FIGURE
    ]


def _width(output: NotebookNode) -> int:
    """Return the width of a PNG image, which its bytes 16 to 19 hold; 0 of other outputs."""
    start = b64decode(output.get("data", {}).get("image/png", ""))[:20]
    return int.from_bytes(start[16:], "big")


def long_cells(notebook: NotebookNode) -> list[str]:
    """Name the code cells that are longer than a reader takes in at once.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Outputs are not needed.

    Returns
    -------
    list of str
        One sentence a cell of more than `LONGEST_CELL` lines, blank lines and comments counted.
    """
    lengths = {number: len(cell.source.splitlines()) for number, cell in _code_cells(notebook)}
    return [
        f"cell {number} has {length} lines, at most {LONGEST_CELL} are wanted"
        for number, length in lengths.items()
        if length > LONGEST_CELL
    ]


def numbers_typed(notebook: NotebookNode) -> list[str]:
    """Name the results that were typed into markdown cells instead of computed.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Outputs are not needed.

    Returns
    -------
    list of str
        One sentence a number, see `numbers_in_prose`.
    """
    return [
        f"cell {number}: {problem}"
        for number, cell in enumerate(notebook.cells, start=1)
        if cell.cell_type == "markdown"
        for problem in numbers_in_prose(cell.source)
    ]


def numbers_in_prose(text: str) -> list[str]:
    """Find numbers in MyST text that look like results: ``0.974`` or ``97.4 %``.

    Roles, directives, code, formulas and link targets are not prose. A number that is
    a setting rather than a result is allowed by a comment in the same text which names
    it and says why: ``<!-- typed number: 0.001, the optimiser's epsilon -->``.

    Parameters
    ----------
    text : str
        A page or a markdown cell.

    Returns
    -------
    list of str
        One sentence a number.
    """
    allowed = {match["number"] for match in ALLOWED_NUMBER.finditer(text)}
    found = (match[0] for match in TYPED_NUMBER.finditer(NOT_PROSE.sub(" ", text)))
    return [
        f"{number!r} is typed into the text; show it by a role such as {{book}} or {{published}}"
        for number in found
        if number.split("%")[0].strip() not in allowed and number not in allowed
    ]


def machine_paths(notebook: NotebookNode) -> list[str]:
    """Name the outputs that show a path of the machine that they were made on.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.

    Returns
    -------
    list of str
        One sentence a path that `paths_in` finds.
    """
    return [
        f"cell {number} shows a path of this machine: {path!r}"
        for number, text in output_texts(notebook)
        for path in paths_in(text)
    ]


def paths_in(text: str) -> list[str]:
    """Return absolute paths in a text, of this machine or of the usual places.

    Parameters
    ----------
    text : str
        Any text output.

    Returns
    -------
    list of str
        Of each path only its beginning, once; empty where there is none.
    """
    places = (str(ROOT), sys.prefix, tempfile.gettempdir(), str(Path.home()))
    here = [place for place in places if len(place) > 5 and place in text]
    return list(dict.fromkeys([*here, *(match[0] for match in ABSOLUTE_PATH.finditer(text))]))


def output_texts(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield every text output with the number of its cell.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.

    Yields
    ------
    tuple of int and str
        The cell's number counts every cell, from 1. Of a rich output each of `TEXTS` comes by
        itself, and of an error each part of the traceback.
    """
    for number, cell in _code_cells(notebook):
        for output in cell.outputs:
            yield from ((number, text) for text in _texts(output))


def _texts(output: NotebookNode) -> Iterator[str]:
    if "text" in output:
        yield str(output.text)
    yield from map(str, output.get("traceback", []))
    yield from (str(value) for kind, value in output.get("data", {}).items() if kind in TEXTS)


def rows_shown(notebook: NotebookNode, frame) -> list[str]:
    """Name the outputs that show rows or device addresses of a data file.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        With its outputs.
    frame : pandas.DataFrame
        The data file's rows, as read.

    Returns
    -------
    list of str
        One sentence an output; the values themselves are not repeated.
    """
    length = min(RUN_OF_VALUES, frame.shape[1])
    runs, addresses = runs_of_values(frame), addresses_of(frame)
    problems = []
    for number, text in output_texts(notebook):
        lines = list(_lines_and_columns(text))
        if any(run in runs for line in lines for run in _runs(line, length)):
            problems.append(f"cell {number} shows a row of the data")
        if addresses & {word.strip(".:") for word in re.split(r"[^\w.:]+", text.lower())}:
            problems.append(f"cell {number} shows an address of a device")
    return problems


def runs_of_values(frame) -> set[tuple[str, ...]]:
    """Return the runs of neighbouring values by which a row of a frame can be told.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data file's rows; of a narrow file a run is the whole row.

    Returns
    -------
    set of tuple of str
        In lower case, numbers to four digits; without the runs that occur more than `ROWS_ALIKE`
        times and those in which more than one value is a repetition.
    """
    length = min(RUN_OF_VALUES, frame.shape[1])
    columns = [
        column.map({value: _token(str(value)) for value in column.unique()}).tolist()
        for _, column in frame.items()
    ]
    windows = (columns[i : i + length] for i in range(len(columns) - length + 1))
    counts = Counter(run for window in windows for run in zip(*window, strict=True))
    return {run for run, count in counts.items() if count <= ROWS_ALIKE and _telling(run)}


def _telling(run: tuple[str, ...]) -> bool:
    """Whether a run says which row it is from: a row of zeros does not."""
    return len(set(run)) >= len(run) - 1


def addresses_of(frame) -> set[str]:
    """Return the hardware and internet addresses in a frame, in lower case.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data file's rows.

    Returns
    -------
    set of str
        Those that fill a whole cell; empty where there is none.
    """
    form = re.compile(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|\d{1,3}(?:\.\d{1,3}){3}")
    values = (
        str(value).strip().lower() for _, column in frame.items() for value in column.unique()
    )
    return {value for value in values if form.fullmatch(value)}


def _token(text: str) -> str:
    """Write numbers to four digits, as a table would show them rounded."""
    text = text.strip().lower()
    try:
        return f"{float(text.replace(',', '')):.4g}"
    except ValueError:
        return text


def _lines_and_columns(text: str) -> Iterator[list[str]]:
    tables = BeautifulSoup(text, "html.parser").find_all("table") if "<table" in text else []
    grids = [
        [[cell.get_text() for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        for table in tables
    ] or [[re.split(r"[\s|,;]+", line.strip()) for line in text.splitlines()]]
    for grid in grids:
        rows = [[_token(cell) for cell in row] for row in grid]
        yield from rows
        yield from (list(column) for column in zip_longest(*rows, fillvalue=""))


def _runs(line: Iterable[str], length: int) -> Iterator[tuple[str, ...]]:
    line = list(line)
    for start in range(len(line) - length + 1):
        yield tuple(line[start : start + length])
