"""Reading large data files block by block, the needed columns only, in bounded memory.

Text becomes categories while it is read, so that a column of five million ports takes no more
than its numbers. Where the files are too large to keep, each row's number is hashed, and of each
subclass the rows with the smallest hashes stay: every row has the same chance, and the sample
depends neither on the order of the files nor on the size of a block.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from lib.datasets import schema
from lib.datasets.registry import Variant
from lib.errors import ReaderError

BLOCK_BYTES = 4 * 2**20
HEADING_BYTES = 2**16
TYPES = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
}
DTYPES = {"integer": np.dtype("int64"), "number": np.dtype("float64")}
WHOLE_NUMBER = re.compile(r"(\d+)\.0")
LARGEST = np.iinfo(np.uint64).max
# The constants of SplitMix64.
STEP = 0x9E3779B97F4A7C15
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Content:
    """What the files of a variant hold.

    Attributes
    ----------
    frame : pandas.DataFrame
        The kept columns; every row, or those that the reservoir drew, by the number of the row.
    counts : dict of str to dict of str to int
        All rows of the files by class and subclass.
    """

    frame: pd.DataFrame
    counts: dict[str, dict[str, int]]


def read(paths: Sequence[Path], variant: Variant) -> Content:
    """Read the files of a variant as one table.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        In reading order.
    variant : Variant
        With ``kept`` columns and ``subclass_counts``; with a ``reservoir`` a sample is drawn.

    Returns
    -------
    Content
        The frame and the counts.

    Raises
    ------
    ReaderError
        If a file is empty, lacks its heading or a needed column, has another separator or
        encoding, a damaged row, text or nothing among numbers, or a class nobody registered.
    """
    table = _Table(variant)
    for path in paths:
        for block in _blocks(path, variant):
            table.add(path, block)
    return Content(table.frame(), table.counts())


def in_order(paths: Iterable[Path], variant: Variant) -> list[Path]:
    """Return files in the order of the row numbers that they begin with, whatever their names.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The files of a variant that has a ``key``.

    Returns
    -------
    list of pathlib.Path
        In reading order.

    Raises
    ------
    ReaderError
        As for `read`.
    """
    return sorted(paths, key=lambda path: _first_key(path, variant))


def _first_key(path: Path, variant: Variant) -> int:
    names, heading = _layout(path, variant)
    with path.open(encoding=variant.encoding, errors="replace", newline="") as lines:
        rows = csv.reader(lines, delimiter=variant.separator)
        row = next((row for number, row in enumerate(rows) if number >= heading and row), None)
    if row is None:
        raise schema.empty_error(path, variant, "has a heading but no data")
    try:
        return int(row[names.index(variant.key)])
    except (ValueError, IndexError):
        raise _value_error(path, variant, variant.key) from None


# From a file to blocks of columns.


def needed(variant: Variant) -> list[str]:
    """Return the columns that are read: those kept, and the row's number where there is one.

    Parameters
    ----------
    variant : Variant
        With ``kept`` columns.

    Returns
    -------
    list of str
        The kept columns in their order, then the `key`.
    """
    return [*variant.kept, *([variant.key] if variant.key else [])]


def _types(variant: Variant) -> dict[str, str]:
    return {column.name: column.type for column in variant.columns}


def _layout(path: Path, variant: Variant) -> tuple[list[str], int]:
    """Return the columns of a file in its order, and how many lines its heading takes."""
    cells = _first_cells(path, variant)
    if set(cells) & set(variant.column_names):
        _check_needed(path, cells, variant)
        return cells, 1
    if len(cells) == 1:
        raise schema.separator_error(path, cells[0], _row_count(path), variant)
    if len(cells) != len(variant.columns):
        raise ReaderError(
            f"{path}: the first line is no heading and has {len(cells)} columns, not "
            f"{len(variant.columns)} ({_beginning(cells)}). {schema.REMEDY}"
        )
    if variant.heading == "required":
        raise ReaderError(
            f"{path} has no heading: it begins with {_beginning(cells)}, where "
            f"{_beginning(variant.column_names)} should stand. {schema.REMEDY} If you cut it into "
            "pieces, put the heading on top of each."
        )
    return variant.column_names, 0


def _row_count(path: Path) -> int:
    with path.open("rb") as opened:
        lines = sum(block.count(b"\n") for block in iter(lambda: opened.read(2**20), b""))
    return max(lines - 1, 0)


def _first_cells(path: Path, variant: Variant) -> list[str]:
    with path.open("rb") as opened:
        line = opened.readline(HEADING_BYTES)
    if not line.strip():
        raise schema.empty_error(path, variant, "is empty")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _encoding_error(path, variant) from None
    return [cell.strip() for cell in next(csv.reader([text], delimiter=variant.separator))]


def _beginning(cells: Sequence[str]) -> str:
    return repr(",".join(cells[:4])[:60] + ",…")


def _encoding_error(path: Path, variant: Variant) -> ReaderError:
    return ReaderError(
        f"{path} is not {variant.encoding.upper()} text. {schema.REMEDY} "
        f"If you converted it, save it as {variant.encoding.upper()}."
    )


def _check_needed(path: Path, found: list[str], variant: Variant) -> None:
    wanted = needed(variant)
    missing = [name for name in wanted if name not in found]
    if missing:
        extra = [name for name in found if name not in variant.column_names]
        raise ReaderError(f"{path}: {schema.heading_difference(missing, extra)}. {schema.REMEDY}")
    twice = [name for name in wanted if found.count(name) > 1]
    if twice:
        raise ReaderError(f"{path}: column {twice[0]!r} stands there twice. {schema.REMEDY}")


def _blocks(path: Path, variant: Variant) -> Iterator[pa.RecordBatch]:
    names, heading = _layout(path, variant)
    types, damaged = _types(variant), []
    rows = 0
    try:
        with _open(path, variant, (names, heading), types, damaged) as reader:
            for block in reader:
                rows += block.num_rows
                yield block
    except pa.ArrowInvalid as problem:
        raise _reading_error(path, variant, str(problem), damaged) from None
    if not rows:
        raise schema.empty_error(path, variant, "has a heading but no data")


def _open(path, variant, layout, types, damaged, include=None) -> arrow_csv.CSVStreamingReader:
    """Open a file for reading in blocks; rows of a wrong length are noted in `damaged`."""
    names, heading = layout
    wanted = include or needed(variant)

    def note(row) -> str:
        damaged.append(row)
        return "error"

    return arrow_csv.open_csv(
        path,
        arrow_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=names, skip_rows=heading),
        arrow_csv.ParseOptions(delimiter=variant.separator, invalid_row_handler=note),
        arrow_csv.ConvertOptions(
            include_columns=wanted,
            column_types={name: TYPES[types[name]] for name in wanted},
            strings_can_be_null=False,
        ),
    )


# What was wrong with a file.


def _reading_error(path: Path, variant: Variant, problem: str, damaged: list) -> ReaderError:
    if damaged:
        row = damaged[0]
        return ReaderError(
            f"{path}: a row has {row.actual_columns} columns, not {row.expected_columns} "
            f"({row.text[:60]!r}…); the file is damaged there, or was cut off. {schema.REMEDY}"
        )
    if "UTF8" in problem:
        return _encoding_error(path, variant)
    for name in needed(variant):
        if _types(variant)[name] != "text" and _unreadable(path, variant, name):
            return _value_error(path, variant, name)
    return ReaderError(f"{path} cannot be read ({problem}). {schema.REMEDY}")


def _texts(path: Path, variant: Variant, name: str) -> Iterator[pd.Series]:
    """Yield one column as text, block by block."""
    reader = _open(path, variant, _layout(path, variant), {name: "text"}, [], [name])
    with reader:
        for block in reader:
            yield block.column(0).cast(pa.string()).to_pandas()


def _is_no_number(texts: pd.Series, integer: bool) -> pd.Series:
    values = pd.to_numeric(texts, errors="coerce")
    return values.isna() | (integer & (values % 1 != 0))


def _unreadable(path: Path, variant: Variant, name: str) -> list[str]:
    """Return the texts of a number column that are no numbers, every one that occurs."""
    integer = _types(variant)[name] == "integer"
    return [
        text
        for texts in _texts(path, variant, name)
        for text in texts[_is_no_number(texts, integer)]
    ]


def _held(path: Path, name: str, wrong: Sequence[str], wanted: str) -> ReaderError:
    examples = ", ".join(repr(text[:40]) for text in list(dict.fromkeys(wrong))[:3])
    return ReaderError(
        f"{path}: column {name!r} holds {examples} in {schema.rows_text(len(wrong))}; {wanted}. "
        f"{schema.REMEDY}"
    )


def _value_error(path: Path, variant: Variant, name: str) -> ReaderError:
    kind = "an integer" if _types(variant)[name] == "integer" else "a number"
    wrong = _unreadable(path, variant, name)
    return _held(path, name, wrong, f"every value must be {kind}")


def _class_error(path: Path, variant: Variant, name: str, known: Sequence[str]) -> ReaderError:
    wrong = [
        text
        for texts in _texts(path, variant, name)
        for text in texts[~texts.map(tidied).isin(known)]
    ]
    return _held(path, name, wrong, f"only {', '.join(known)} may stand there")


# From text to categories.


def kept(frame: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Return the kept columns of rows that were read in another way, in the form of `read`.

    Parameters
    ----------
    frame : pandas.DataFrame
        With at least the kept columns.
    variant : Variant
        Says which columns these are, and of which type.

    Returns
    -------
    pandas.DataFrame
        The kept columns in their order, rows numbered from 0; texts are tidied, and categories in
        alphabetical order.
    """
    types = _types(variant)
    columns = {
        name: _categories(frame[name]) if types[name] == "text" else frame[name].to_numpy()
        for name in variant.kept
    }
    return pd.DataFrame(columns)


def _categories(texts: pd.Series) -> pd.Categorical:
    codes, distinct = pd.factorize(texts.fillna(""))
    levels = _Levels()
    return levels.categorical(levels.codes(pa.DictionaryArray.from_arrays(codes, list(distinct))))


# From blocks to one table.


def tidied(text: str) -> str:
    """Return a text without padding, and a port such as ``"80.0"`` as ``"80"``.

    Parameters
    ----------
    text : str
        A cell as it stands in the file.

    Returns
    -------
    str
        Empty for an empty cell; only whole numbers with ``.0`` at the end are shortened.
    """
    text = text.strip()
    whole = WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text


class _Levels:
    """The texts of one column, numbered as they first occur, over all blocks."""

    def __init__(self, known: Iterable[str] = ()):
        self.number = {text: number for number, text in enumerate(known)}
        self.spelled: dict[str, int] = dict(self.number)

    def codes(self, column: pa.DictionaryArray) -> np.ndarray:
        """Return a block's texts as numbers, in as few bytes as they need so far."""
        texts = column.dictionary.to_pylist()
        for text in texts:
            if text not in self.spelled:
                self.spelled[text] = self.number.setdefault(tidied(text), len(self.number))
        smallest = np.min_scalar_type(max(len(self.number), 1))
        table = np.fromiter(map(self.spelled.__getitem__, texts), smallest, len(texts))
        return table[column.indices.to_numpy()]

    def categorical(self, codes: np.ndarray) -> pd.Categorical:
        """Return texts as categories in alphabetical order, those that occur."""
        texts = np.array(list(self.number), dtype=object)
        occur = np.flatnonzero(np.bincount(codes, minlength=len(texts)))
        order = occur[np.argsort(texts[occur])]
        rank = np.zeros(len(texts), dtype=np.min_scalar_type(-len(order) - 1))
        rank[order] = np.arange(len(order))
        return pd.Categorical.from_codes(rank[codes], texts[order].tolist())


class _Table:
    """The rows read so far, and their counts."""

    def __init__(self, variant: Variant):
        subclasses = dict.fromkeys(n for each in variant.subclass_counts.values() for n in each)
        self.variant = variant
        self.known = {
            variant.class_column: list(variant.subclass_counts),
            variant.subclass_column: list(subclasses),
        }
        self.levels = {
            name: _Levels(self.known.get(name, ()))
            for name in variant.kept
            if _types(variant)[name] == "text"
        }
        self.counted = np.zeros(tuple(map(len, self.known.values())), dtype=np.int64)
        self.rows = _Drawn(variant, self.counted.size) if variant.reservoir else _All(variant)

    def add(self, path: Path, block: pa.RecordBatch) -> None:
        """Take in a block of a file."""
        columns = {name: self._array(path, name, block) for name in block.schema.names}
        group = np.ravel_multi_index(
            [columns[name].astype(np.intp) for name in self.known], self.counted.shape
        )
        self.counted += np.bincount(group, minlength=self.counted.size).reshape(self.counted.shape)
        self.rows.add(columns, group)

    def _array(self, path: Path, name: str, block: pa.RecordBatch) -> np.ndarray:
        column = block.column(name)
        if name not in self.levels:
            if column.null_count:
                raise _value_error(path, self.variant, name)
            return column.to_numpy()
        codes, known = self.levels[name].codes(column), self.known.get(name)
        if known and len(self.levels[name].number) > len(known):
            raise _class_error(path, self.variant, name, known)
        return codes

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the rows read by class and subclass, those that occur."""
        classes, subclasses = self.known.values()
        found = {
            one: {sub: int(n) for sub, n in zip(subclasses, row, strict=True) if n}
            for one, row in zip(classes, self.counted, strict=True)
        }
        return {one: counted for one, counted in found.items() if counted}

    def frame(self) -> pd.DataFrame:
        """Return the rows; text takes its final form column by column, to save memory."""
        columns = self.rows.columns()
        for name in self.variant.kept:
            values = columns.pop(name)
            columns[name] = self.levels[name].categorical(values) if name in self.levels else values
        return pd.DataFrame({name: columns[name] for name in self.variant.kept}, copy=False)


class _All:
    """Keeps every row, in arrays as long as the registry says that the files are."""

    def __init__(self, variant: Variant):
        self.kept, self.length = variant.kept, max(variant.rows, 1)
        self.arrays: dict[str, np.ndarray] = {}
        self.filled = 0

    def add(self, columns: dict[str, np.ndarray], group: np.ndarray) -> None:
        """Copy a block's rows, so that the block itself can go."""
        end = self.filled + len(group)
        while end > self.length:
            self.length *= 2
        for name in self.kept:
            self._room(name, columns[name].dtype)[self.filled : end] = columns[name]
        self.filled = end

    def _room(self, name: str, dtype: np.dtype) -> np.ndarray:
        """Return the column's array, of the length and of a type that the new rows need."""
        old = self.arrays.get(name, np.empty(0, dtype))
        wanted = np.promote_types(old.dtype, dtype)
        if len(old) < self.length or old.dtype != wanted:
            self.arrays[name] = np.empty(self.length, wanted)
            self.arrays[name][: self.filled] = old[: self.filled]
        return self.arrays[name]

    def columns(self) -> dict[str, np.ndarray]:
        """Return one array a column."""
        return {name: values[: self.filled] for name, values in self.arrays.items()}


class _Drawn:
    """Keeps, of each group of rows, those whose hashed number is smallest."""

    def __init__(self, variant: Variant, groups: int):
        self.key, self.reservoir = variant.key, variant.reservoir
        self.limits = np.full(groups, LARGEST)
        subclasses = sum(map(len, variant.subclass_counts.values()))
        self.capacity = 2 * self.reservoir.rows * subclasses
        self.parts: list[dict[str, np.ndarray]] = []

    def add(self, columns: dict[str, np.ndarray], group: np.ndarray) -> None:
        """Keep the rows of a block that may stay, and see to it that they do not become many."""
        chance = hashed(columns[self.key], self.reservoir.seed)
        stay = chance < self.limits[group]
        chosen = columns | {"group": group, "chance": chance}
        self.parts.append({name: values[stay] for name, values in chosen.items()})
        if sum(len(part["group"]) for part in self.parts) > self.capacity:
            self._settle()

    def _settle(self) -> None:
        """Drop all but the smallest of each group, and note what a row must fall below."""
        joined = {n: np.concatenate([part[n] for part in self.parts]) for n in self.parts[0]}
        order = np.lexsort((joined["chance"], joined["group"]))
        group = joined["group"][order]
        place = np.arange(len(order)) - np.searchsorted(group, group)
        last = order[place == self.reservoir.rows - 1]
        self.limits[joined["group"][last]] = joined["chance"][last]
        kept = order[place < self.reservoir.rows]
        self.parts = [{name: values[kept] for name, values in joined.items()}]

    def columns(self) -> dict[str, np.ndarray]:
        """Return one array a column, rows by their number."""
        self._settle()
        (joined,) = self.parts
        order = np.argsort(joined[self.key])
        return {name: values[order] for name, values in joined.items()}


def hashed(keys: np.ndarray, seed: int) -> np.ndarray:
    """Turn row numbers into numbers that look random, another for each row (SplitMix64).

    Parameters
    ----------
    keys : numpy.ndarray of int
        Shape (rows,).
    seed : int
        Another seed gives other numbers.

    Returns
    -------
    numpy.ndarray of uint64
        Shape (rows,); different keys have different numbers.
    """
    start = np.uint64((seed + 1) * STEP % 2**64)
    value = keys.astype(np.uint64) + start
    for shift, factor in MIXING:
        value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return value ^ (value >> np.uint64(31))
