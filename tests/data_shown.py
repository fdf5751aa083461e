"""Whether an executed notebook shows rows of a data file, or addresses of devices."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import zip_longest

import numpy as np
import pandas as pd
from bs4 import BeautifulSoup
from nbformat import NotebookNode

from lib.book.publish.page_checks import output_texts

# So many neighbouring values of one row count as that row being shown, unless many rows
# have the same ones: medians and constants are no row.
RUN_OF_VALUES = 6
ROWS_ALIKE = 10


class Rows:
    """The rows of a data file as a table would show them, to be looked for in many pages."""

    def __init__(self, frame: pd.DataFrame):
        self.length = min(RUN_OF_VALUES, frame.shape[1])
        self.addresses = _addresses_of(frame)
        self._columns = [_tokens_of(column) for _, column in frame.items()]

    def alike(self, runs: set[tuple[str, ...]]) -> Counter:
        """Count how often each of some runs of neighbouring values is in a row."""
        wanted = {token for run in runs for token in run}
        found = [
            np.array([token in wanted for token in tokens], dtype=bool)[codes]
            for codes, tokens in self._columns
        ]
        counts = Counter()
        for first in range(len(self._columns) - self.length + 1):
            window = slice(first, first + self.length)
            rows = np.flatnonzero(np.logical_and.reduce(found[window]))
            columns = (tokens[codes[rows]].tolist() for codes, tokens in self._columns[window])
            counts.update(run for run in zip(*columns, strict=True) if run in runs)
        return counts


def rows_shown(notebook: NotebookNode, rows: Rows) -> list[str]:
    """Name the outputs that show rows or device addresses of a data file."""
    texts = list(output_texts(notebook))
    shown = [
        {run for line in _lines_and_columns(text) for run in _runs(line, rows.length)}
        for _, text in texts
    ]
    counts = rows.alike({run for runs in shown for run in runs if _telling(run)})
    problems = []
    for (number, text), runs in zip(texts, shown, strict=True):
        if any(0 < counts[run] <= ROWS_ALIKE for run in runs):
            problems.append(f"cell {number} shows a row of the data")
        if rows.addresses & {word.strip(".:") for word in re.split(r"[^\w.:]+", text.lower())}:
            problems.append(f"cell {number} shows an address of a device")
    return problems


def _tokens_of(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the number of its token, and the tokens."""
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return codes, np.array([_token(str(value)) for value in values], dtype=object)


def _telling(run: tuple[str, ...]) -> bool:
    """Whether a run says which row it is from: a row of zeros does not."""
    return len(set(run)) >= len(run) - 1


def _addresses_of(frame: pd.DataFrame) -> set[str]:
    """Return the hardware and internet addresses in a frame, in lower case."""
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
