"""What must hold of every executed notebook and every page of prose."""

import re
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from lib.common.paths import ROOT

LONGEST_CELL = 15
# Pixels of an image, at which the style's smallest words are ten pixels high on a phone.
WIDEST_FIGURE = 640
# What an image must have, and where a cell's options say it.
WORDS = (
    ("alternative text", "image", "alt"),
    ("a caption", "figure", "caption"),
    ("a figure name", "figure", "name"),
)
# What a reader takes from a finding: so many sentences, and numbers among them.
MOST_SENTENCES, MOST_NUMBERS = 5, 6
FINDING = re.compile(r"^:::+ ?\{admonition\}[^\n]*\n:class: finding\n(.*?)^:::", re.S | re.M)
SENTENCE_END = re.compile(r"[.?!][*)]*(?=\s+[*[{(]*[A-Z0-9`]|\s*\Z)")
RESULT = re.compile(r"\{(?:book|published)\}`")
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


def _code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            yield number, cell


def not_executed(notebook: NotebookNode) -> list[str]:
    """Name the code cells that were not executed, or not in order from 1 without a gap."""
    return [
        f"cell {number} has execution count {cell.execution_count}, expected {expected}"
        for expected, (number, cell) in enumerate(_code_cells(notebook), start=1)
        if cell.execution_count != expected
    ]


def errors_shown(notebook: NotebookNode) -> list[str]:
    """Name the cells with an error output or with anything on standard error."""
    return [
        f"cell {number} shows {output.get('ename') or 'standard error'}: "
        f"{(output.get('evalue') or output.get('text', ''))[:80]!r}"
        for number, cell in _code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def figures_without_words(notebook: NotebookNode) -> list[str]:
    """Name the cells with an image that lack alternative text, a caption or a name."""
    problems = []
    for number, cell in _code_cells(notebook):
        if any(kind.startswith("image/") for out in cell.outputs for kind in out.get("data", {})):
            options = cell.metadata.get("mystnb", {})
            problems += [
                f"cell {number} shows an image without {name}"
                for name, option, key in WORDS
                if not str(options.get(option, {}).get(key) or "").strip()
            ]
    return problems


def figures_too_wide(notebook: NotebookNode) -> list[str]:
    """Name the cells with an image whose words would be too small on a phone."""
    return [
        f"cell {number} shows an image {width} pixels wide; draw at most {WIDEST_FIGURE}"
        for number, cell in _code_cells(notebook)
        for width in map(_width, cell.outputs)
        if width > WIDEST_FIGURE
    ]


def _width(output: NotebookNode) -> int:
    """Return how wide a PNG image is shown: as stated, else as its bytes 16 to 19 say; or 0."""
    stated = output.get("metadata", {}).get("image/png", {}).get("width")
    if stated:
        return stated
    start = b64decode(output.get("data", {}).get("image/png", ""))[:20]
    return int.from_bytes(start[16:], "big")


def long_cells(notebook: NotebookNode) -> list[str]:
    """Name the code cells that are longer than a reader takes in at once."""
    return [
        f"cell {number} has {length} lines, at most {LONGEST_CELL} are wanted"
        for number, cell in _code_cells(notebook)
        if (length := len(cell.source.splitlines())) > LONGEST_CELL
    ]


def numbers_typed(notebook: NotebookNode) -> list[str]:
    """Name the results that were typed into markdown cells instead of computed."""
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
    """
    allowed = {match["number"] for match in ALLOWED_NUMBER.finditer(text)}
    found = (match[0] for match in TYPED_NUMBER.finditer(NOT_PROSE.sub(" ", text)))
    return [
        f"{number!r} is typed into the text; show it by a role such as {{book}} or {{published}}"
        for number in found
        if number.split("%")[0].strip() not in allowed and number not in allowed
    ]


def machine_paths(notebook: NotebookNode) -> list[str]:
    """Name the outputs that show a path of the machine that they were made on."""
    return [
        f"cell {number} shows a path of this machine: {path!r}"
        for number, text in output_texts(notebook)
        for path in paths_in(text)
    ]


def paths_in(text: str) -> list[str]:
    """Return absolute paths in a text, of this machine or of the usual places."""
    places = (str(ROOT), sys.prefix, tempfile.gettempdir(), str(Path.home()))
    here = [place for place in places if len(place) > 5 and place in text]
    return list(dict.fromkeys([*here, *(match[0] for match in ABSOLUTE_PATH.finditer(text))]))


def long_finding(text: str) -> list[str]:
    """Name the findings of a page's prose that say more than a reader takes from them."""
    problems = []
    for finding in FINDING.findall(text):
        for kind, most, found in (
            ("sentences", MOST_SENTENCES, len(SENTENCE_END.findall(finding))),
            ("numbers", MOST_NUMBERS, len(RESULT.findall(finding))),
        ):
            if found > most:
                problems.append(f"the finding has {found} {kind}, at most {most} are wanted")
    return problems


def long_findings(notebook: NotebookNode) -> list[str]:
    """Name the findings of a notebook that say more than a reader takes from them."""
    markdown = (cell for cell in notebook.cells if cell.cell_type == "markdown")
    return [problem for cell in markdown for problem in long_finding(cell.source)]


def output_texts(notebook: NotebookNode) -> Iterator[tuple[int, str]]:
    """Yield every text output with the number of its cell."""
    for number, cell in _code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            texts = [output.get("text", ""), *output.get("traceback", [])]
            texts += [data[kind] for kind in TEXTS if kind in data]
            yield from ((number, str(text)) for text in texts)


CHECKS = (
    not_executed, errors_shown, figures_without_words, figures_too_wide, long_cells, numbers_typed,
    long_findings, machine_paths,
)  # fmt: skip


def problems_of(notebook: NotebookNode) -> list[str]:
    """Return everything that must not be in a published notebook."""
    return [problem for check in CHECKS for problem in check(notebook)]
