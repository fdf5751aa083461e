"""Any text file with a table in it, as text: padding, spelling and order are kept."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError
from lib.datasets.opening import line_count

# What is read at most; of a longer file, whole blocks of rows at even distances.
MOST_CELLS, MOST_ROWS, BLOCK = 12_000_000, 400_000, 1_000
MOST_CLASSES = 100
MARKS = ",;\t|"
# How files begin that people take for a table, and what makes one of them.
PACKED = (
    (b"\x1f\x8b", "is packed with gzip. Unpack it first"),
    (b"BZh", "is packed with bzip2. Unpack it first"),
    (b"\xfd7zXZ", "is packed with xz. Unpack it first"),
    (b"PK\x03\x04", "is a zip archive or a workbook. Unpack it, or save the sheet as CSV in UTF-8"),
    (b"PAR1", "is a Parquet file. Save it as CSV in UTF-8"),
)
OTHER_FORMS = (
    (
        re.compile(r"#(separator|fields)\b"),
        "is a log of Zeek. Keep the names behind #fields as its first line, and no other line that "
        "begins with #; part its last column where the labels stand in it",
    ),
    (
        re.compile(r"@relation\b", re.IGNORECASE),
        "is an ARFF file. Write the names of its attributes as the first line, with commas "
        "between, and below it the lines that follow @data",
    ),
    (re.compile(r'"?sep=', re.IGNORECASE), "begins with a line for Excel alone. Take it out"),
    (re.compile(r"\s*[{\[]"), "is JSON. Save it as CSV in UTF-8"),
)
NUMBER = re.compile(r"-?\d+(\.\d+)?( \(\d+\))?")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class TextTable:
    """A file's columns as text, and how it was read."""

    frame: pd.DataFrame
    labels: np.ndarray
    label: str
    rows_in_file: int
    encoding: str
    separator: str
    ignored: tuple[str, ...]


def read_text_table(path: Path, label: str, ignored: Sequence[str] = ()) -> TextTable:
    """Read a delimited file as text, in bounded memory.

    Parameters
    ----------
    path : Path
        A file with a line of column names.
    label : str
        The column of the classes.
    ignored : sequence of str
        Columns to leave out.

    Returns
    -------
    TextTable
        Without the label among its columns; rows without a label are left out.

    Raises
    ------
    ReaderError
        Where there is no such file, table or column, or the column holds no classes.
    """
    head = _head_of(path)
    encoding = _encoding(path, head)
    names, separator = _columns(path, head, encoding)
    column = _one_of(names, label, path)
    left_out = tuple(_one_of(names, each, path) for each in ignored)
    if column in left_out or len(names) < 2 + len(left_out):
        raise ReaderError(f"{path}: the label and one more column have to be left to look at.")
    width = max(len(names), _width_of_rows(head.decode(encoding, errors="replace"), separator))
    frame, rows = _read(path, encoding, separator, width)
    frame = _named(frame, names, path)
    labels = frame.pop(column).str.strip()
    frame = frame.drop(columns=list(left_out))
    if labels.nunique() == 1 and len(labels):
        raise ReaderError(f"the column {column!r} of {path} holds one value only: {labels.iloc[0]}")
    if labels.nunique() > MOST_CLASSES:
        raise ReaderError(
            f"the column {column!r} of {path} holds {labels.nunique():,} values, and is no label. "
            f"At most {MOST_CLASSES} classes are looked at."
        )
    known = (labels != "").to_numpy()
    frame, labels = frame[known].reset_index(drop=True), labels[known].to_numpy(dtype=object)
    if len(labels) < 20 or len(set(labels)) < 2:
        raise ReaderError(
            f"{path} has {len(labels)} labelled rows; an audit needs 20 of 2 classes."
        )
    return TextTable(frame, labels, column, rows, encoding, separator, left_out)


def _head_of(path: Path) -> bytes:
    try:
        with open(path, "rb") as stream:
            head = stream.read(1 << 16)
    except OSError as problem:
        raise ReaderError(f"{path} cannot be read: {problem.strerror}.") from None
    if not head.strip():
        raise ReaderError(f"{path} is empty.")
    return head


def _encoding(path: Path, head: bytes) -> str:
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    for mark, what in PACKED:
        if head.startswith(mark):
            raise ReaderError(f"{path} {what}.")
    if b"\x00" in head:
        raise ReaderError(f"{path} is no text: it holds zero bytes. Save it as CSV in UTF-8.")
    try:
        with open(path, encoding="utf-8") as stream:
            while stream.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _columns(path: Path, head: bytes, encoding: str) -> tuple[list[str], str]:
    """Return the names of the columns, each once, and what separates them."""
    first = head.decode(encoding, errors="replace").lstrip("\r\n").splitlines()[0]
    for form, what in OTHER_FORMS:
        if form.match(first):
            raise ReaderError(f"{path} {what}.")
    separator = max(MARKS, key=first.count)
    fields = pd.read_csv(
        StringIO(first), sep=separator, header=None, dtype=str, keep_default_na=False
    )
    names = [str(name).strip() for name in fields.iloc[0]]
    if len(names) < 2:
        raise ReaderError(
            f"{path} has one column only, {first[:60]!r}. Columns are told apart by comma, "
            "semicolon, tab or bar."
        )
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        name = name or f"column {place + 1}"
        seen[name] = seen.get(name, 0) + 1
        names[place] = f"{name} ({seen[name]})" if seen[name] > 1 else name
    return names, separator


def _width_of_rows(text: str, separator: str) -> int:
    """Return how many fields the first row has; names may be fewer, and pandas would cut it off."""
    try:
        rows = csv.reader(StringIO(text.lstrip("\r\n"), newline=None), delimiter=separator)
        return len([fields for _, fields in zip(range(2), filter(None, rows), strict=False)][-1])
    except (csv.Error, IndexError):
        return 0


def _named(frame: pd.DataFrame, names: list[str], path: Path) -> pd.DataFrame:
    """Return the columns under their names; what lies beyond these has to be empty."""
    if (frame.iloc[:, len(names) :] != "").to_numpy().any():
        raise ReaderError(
            f"{path}: its first line names {len(names)} columns, and its rows have "
            f"{frame.shape[1]} fields. Write a name for each field there."
        )
    return frame.iloc[:, : len(names)].set_axis(names, axis=1)


def _one_of(names: list[str], label: str, path: Path) -> str:
    wanted = label.strip()
    if wanted in names:
        return wanted
    alike = [name for name in names if name.lower() == wanted.lower()]
    if len(alike) == 1:
        return alike[0]
    shown = ", ".join(names[:40]) + (", ..." if len(names) > 40 else "")
    values = any(NUMBER.fullmatch(name) for name in names)
    hint = " If these are values, put a line of names above them." if values else ""
    raise ReaderError(f"{path} has no column {label!r}. Its columns: {shown}.{hint}")


def _read(path: Path, encoding: str, separator: str, width: int) -> tuple[pd.DataFrame, int]:
    """Return the rows, or even blocks of them, and how many rows the file has."""
    lines = max(line_count(path), 1)
    most = min(MOST_ROWS, MOST_CELLS // width)
    step = -(-lines // most)
    parts, rows = [], 0
    try:
        chunks = pd.read_csv(
            path,
            sep=separator,
            header=0,
            names=range(width),
            index_col=False,
            dtype=str,
            keep_default_na=False,
            encoding=encoding,
            encoding_errors="replace",
            chunksize=BLOCK,
            low_memory=False,
        )
        for number, chunk in enumerate(chunks):
            rows += len(chunk)
            if number % step == 0:
                parts.append(chunk)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as problem:
        raise ReaderError(f"{path} is no sound table: {' '.join(str(problem).split())}") from None
    if not parts:
        raise ReaderError(f"{path} has a line of names and no rows.")
    # Where a line has too few fields, what lacks is empty.
    return pd.concat(parts, ignore_index=True).fillna(""), rows
