"""Reading large data files block by block, the needed columns only, in bounded memory.

Text becomes categories while it is read, so that a column of five million ports takes no more
than its numbers. Where the files are too large to keep, each row's number is hashed, and of each
subclass the rows with the smallest hashes stay: every row has the same chance, and the sample
depends neither on the order of the files nor on the size of a block.
"""

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from lib.common.errors import ReaderError
from lib.common.wording import shown
from lib.datasets import schema
from lib.datasets.opening import first_line, is_packed, line_count, source
from lib.datasets.registry import Column, Variant

BLOCK_BYTES = 4 * 2**20
HEADING_BYTES = 2**16
TYPES = {
    "text": pa.dictionary(pa.int32(), pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
}
WHOLE_NUMBER = re.compile(r"(\d+)\.0")
LARGEST = np.iinfo(np.uint64).max
# The constants of SplitMix64.
STEP = 0x9E3779B97F4A7C15
MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


@dataclass(frozen=True)
class Content:
    """What the files of a variant hold."""

    frame: pd.DataFrame
    counts: dict[str, dict[str, int]]


def read(paths: Sequence[Path], variant: Variant) -> Content:
    """Read the files of a variant as one table."""
    table = _Table(variant)
    for path in paths:
        for block in _blocks(path, variant):
            table.add(path, block)
    return Content(table.frame(), table.counts())


def in_order(paths: Iterable[Path], variant: Variant) -> list[Path]:
    """Return files in the order of the row numbers that they begin with, whatever their names."""
    return sorted(paths, key=lambda path: _first_key(path, variant))


def _first_key(path: Path, variant: Variant) -> int:
    names, heading = _layout(path, variant)
    with source(path) as stream:
        lines = io.TextIOWrapper(stream, variant.encoding, errors="replace", newline="")
        rows = csv.reader(lines, delimiter=variant.separator)
        row = next((row for number, row in enumerate(rows) if number >= heading and row), None)
    if row is None:
        raise schema.empty_error(path, variant, "has a heading but no data")
    try:
        value = float(row[names.index(variant.key)])
        return int(value) if value.is_integer() else int("")
    except (ValueError, IndexError, OverflowError):
        raise _value_error(path, variant, variant.key) from None


# From a file to blocks of columns.


def needed(variant: Variant) -> list[str]:
    """Return the columns that are read: those kept, and the row's number where there is one."""
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
        raise schema.separator_error(path, cells[0], max(line_count(path) - 1, 0), variant)
    if len(cells) != len(variant.columns):
        raise ReaderError(
            f"{shown(path)}: the first line is no heading and has {len(cells)} columns, not "
            f"{len(variant.columns)} ({_beginning(cells)}). {schema.remedy(variant)}"
        )
    if variant.heading == "required":
        raise ReaderError(
            f"{shown(path)} has no heading: it begins with {_beginning(cells)}, where "
            f"{_beginning(variant.column_names)} should stand. {schema.remedy(variant)} "
            "If you cut it into pieces, put the heading on top of each."
        )
    return variant.column_names, 0


def _first_cells(path: Path, variant: Variant) -> list[str]:
    line = first_line(path, HEADING_BYTES)
    if not line.strip():
        raise schema.empty_error(path, variant, "is empty")
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise schema.encoding_error(path, variant) from None
    return [cell.strip() for cell in next(csv.reader([text], delimiter=variant.separator))]


def _beginning(cells: Sequence[str]) -> str:
    return repr(",".join(cells[:4])[:60] + ",…")


def _check_needed(path: Path, found: list[str], variant: Variant) -> None:
    wanted = needed(variant)
    missing = [name for name in wanted if name not in found]
    if missing:
        extra = [name for name in found if name not in variant.column_names]
        raise ReaderError(
            f"{shown(path)}: {schema.heading_difference(missing, extra)}. {schema.remedy(variant)}"
        )
    twice = [name for name in wanted if found.count(name) > 1]
    if twice:
        raise ReaderError(
            f"{shown(path)}: column {twice[0]!r} stands there twice. {schema.remedy(variant)}"
        )


def _blocks(path: Path, variant: Variant) -> Iterator[pa.RecordBatch]:
    layout, rows = _layout(path, variant), 0
    types, damaged = _types(variant), []
    # Where integers cannot be read, they may have been saved as 5.0: then as numbers, from there.
    as_numbers = {name: "number" if kind == "integer" else kind for name, kind in types.items()}
    for chosen in (types, as_numbers):
        passed = 0
        try:
            with _open(path, variant, layout, chosen, damaged) as reader:
                for block in reader:
                    passed += block.num_rows
                    if passed > rows:
                        fresh = block.slice(max(rows - passed + block.num_rows, 0))
                        rows = passed
                        yield fresh if chosen is types else _with_integers(path, variant, fresh)
            break
        except pa.ArrowInvalid as problem:
            if damaged or "UTF8" in str(problem) or chosen is as_numbers:
                raise _reading_error(path, variant, str(problem), damaged) from None
    if not rows:
        raise schema.empty_error(path, variant, "has a heading but no data")


def _with_integers(path: Path, variant: Variant, block: pa.RecordBatch) -> pa.RecordBatch:
    """Return a block in which the integer columns, read as numbers, are integers again."""
    columns = {name: block.column(name) for name in block.schema.names}
    for name in (name for name in columns if _types(variant)[name] == "integer"):
        values = columns[name].to_numpy(zero_copy_only=False)
        if _not_whole(values).any():
            raise _value_error(path, variant, name)
        columns[name] = pa.array(values.astype(np.int64))
    return pa.RecordBatch.from_pydict(columns)


def _not_whole(values: np.ndarray) -> np.ndarray:
    """Tell which numbers are no integers, or too large for a number to hold each one."""
    with np.errstate(invalid="ignore"):
        return (values % 1 != 0) | (np.abs(values) > 2**53)


def _open(path, variant, layout, types, damaged, include=None) -> arrow_csv.CSVStreamingReader:
    """Open a file for reading in blocks; rows of a wrong length are noted in `damaged`."""
    names, heading = layout
    wanted = include or needed(variant)

    def note(row) -> str:
        damaged.append(row)
        return "error"

    return arrow_csv.open_csv(
        source(path) if is_packed(path) else path,
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
            f"{shown(path)}: a row has {row.actual_columns} columns, not {row.expected_columns} "
            f"({row.text[:60]!r}…); the file is damaged there, or was cut off. "
            f"{schema.remedy(variant)}"
        )
    if "UTF8" in problem:
        return schema.encoding_error(path, variant)
    for name in needed(variant):
        if _types(variant)[name] != "text" and _unreadable(path, variant, name):
            return _value_error(path, variant, name)
    return ReaderError(f"{shown(path)} cannot be read ({shown(problem)}). {schema.remedy(variant)}")


def _texts(path: Path, variant: Variant, name: str) -> Iterator[pd.Series]:
    """Yield one column as text, block by block."""
    reader = _open(path, variant, _layout(path, variant), {name: "text"}, [], [name])
    with reader:
        for block in reader:
            yield block.column(0).cast(pa.string()).to_pandas()


def _is_no_number(texts: pd.Series, integer: bool) -> pd.Series:
    values = pd.to_numeric(texts, errors="coerce")
    return values.isna() | (integer & _not_whole(values.to_numpy(float)))


def _unreadable(path: Path, variant: Variant, name: str) -> list[str]:
    """Return the texts of a number column that are no numbers, as far as the file can be read."""
    integer, found = _types(variant)[name] == "integer", []
    with contextlib.suppress(pa.ArrowInvalid):
        for texts in _texts(path, variant, name):
            found += list(texts[_is_no_number(texts, integer)])
    return found


def _value_error(path: Path, variant: Variant, name: str) -> ReaderError:
    wanted = schema.wanted_values(Column(name, _types(variant)[name]))
    wrong = _unreadable(path, variant, name)
    return schema.value_error(path, name, wrong, wanted, schema.remedy(variant))


def _class_error(path: Path, variant: Variant, name: str, known: Sequence[str]) -> ReaderError:
    blocks = _texts(path, variant, name)
    wrong = [text for texts in blocks for text in texts[~texts.map(tidied).isin(known)]]
    wanted = schema.wanted_values(Column(name, "text", values=tuple(known)))
    return schema.value_error(path, name, wrong, wanted, schema.remedy(variant))


# From text to categories.


def kept(frame: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Return the kept columns of rows that were read in another way, in the form of `read`."""
    columns = {name: frame[name].to_numpy() for name in variant.kept}
    for name in (name for name in columns if _types(variant)[name] == "text"):
        columns[name] = pd.Categorical(frame[name].fillna("").map(tidied))
    return pd.DataFrame(columns)


# From blocks to one table.


def tidied(text: str) -> str:
    """Return a text without padding, and a port such as ``"80.0"`` as ``"80"``."""
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
    """Turn row numbers into numbers that look random, another for each row (SplitMix64)."""
    start = np.uint64((seed + 1) * STEP % 2**64)
    value = keys.astype(np.uint64) + start
    for shift, factor in MIXING:
        value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return value ^ (value >> np.uint64(31))
