"""Reading a data file as text and holding it against its registered columns."""

import difflib
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from lib.datasets.registry import Column, Variant
from lib.errors import ReaderError

DTYPES = {"text": "str", "integer": "int64", "number": "float64"}
NULLABLE_DTYPES = {"text": "str", "integer": "Int64", "number": "float64"}
REMEDY = "Use the official file as published (make data), not an edited or re-saved copy."


def rows_text(count: int) -> str:
    """Return a number of rows as text, such as ``"1 row"``.

    Parameters
    ----------
    count : int
        Not negative.

    Returns
    -------
    str
        With commas between thousands.
    """
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def dtype(column: Column) -> str:
    """Return the pandas dtype that a registered column is read as.

    Parameters
    ----------
    column : Column
        Its type, and whether cells may be empty, decide.

    Returns
    -------
    str
        Such as ``"int64"``, or ``"Int64"`` where integers may be missing.
    """
    return (NULLABLE_DTYPES if column.nullable else DTYPES)[column.type]


def frame_schema(variant: Variant) -> pa.DataFrameSchema:
    """Return the pandera schema of a variant, columns in file order.

    Parameters
    ----------
    variant : Variant
        From the registry.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Strict and ordered: no column may be added or stand elsewhere, and only an optional one may
        be missing.
    """
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                dtype(column),
                checks=pa.Check.isin(column.values) if column.values else None,
                nullable=column.nullable,
                required=not column.optional,
                coerce=column.type != "text",
            )
            for column in variant.columns
        },
        strict=True,
        ordered=True,
    )


def read(path: Path, variant: Variant, others: tuple[Variant, ...] = ()) -> pd.DataFrame:
    """Read one file of a variant and check it.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    variant : Variant
        What it should hold.
    others : tuple of Variant
        Other variants of the data set, to name the one that the file holds instead.

    Returns
    -------
    pandas.DataFrame
        One row a record, columns in file order; text untouched, padding included.

    Raises
    ------
    ReaderError
        If the file is empty, is a folder, has another encoding or separator, lacks or renames
        a column, holds text where numbers belong, or holds a value that is not allowed. The
        message names file, column, number of rows and remedy.
    """
    path = Path(path)
    if path.is_dir():
        raise ReaderError(
            f"{path} is a folder, not a file: no column and 0 rows can be read. "
            "Name the data file inside it, or move the folder away."
        )
    text = _read_text(path, variant)
    if not variant.ordered:
        text.columns = text.columns.str.strip()
    _check_other_form(path, text, variant, others)
    _check_heading(path, text, variant)
    if text.empty:
        raise empty_error(path, variant, "has a heading but no data")
    text = text[[name for name in variant.column_names if name in text]]
    return _check_values(path, text, variant)


def empty_error(path: Path, variant: Variant, state: str) -> ReaderError:
    """Return the error for a file without rows.

    Parameters
    ----------
    path : pathlib.Path
        The file, as the message names it.
    variant : Variant
        What the file should hold.
    state : str
        What follows the path in the message, such as ``"is empty"``.

    Returns
    -------
    ReaderError
        To be raised by the caller.
    """
    return ReaderError(
        f"{path} {state}: 0 rows in every column from {variant.columns[0].name!r} to "
        f"{variant.columns[-1].name!r}, expected {variant.rows:,}. Get the file again (make data)."
    )


def _read_text(path: Path, variant: Variant) -> pd.DataFrame:
    try:
        return _parse(path, variant)
    except pd.errors.EmptyDataError:
        raise empty_error(path, variant, "is empty") from None
    except UnicodeDecodeError:
        raise _encoding_error(path, variant) from None
    except pd.errors.ParserError as problem:
        raise ReaderError(
            f"{path}: the rows do not all have {len(variant.columns)} columns, from "
            f"{variant.columns[0].name!r} to {variant.columns[-1].name!r}; at least 1 row is "
            f"damaged ({str(problem).strip()}). {REMEDY}"
        ) from None


def _parse(path: Path, variant: Variant, **options) -> pd.DataFrame:
    return pd.read_csv(
        path,
        sep=variant.separator,
        encoding=variant.encoding,
        dtype="str",
        keep_default_na=False,
        index_col=False,
        skip_blank_lines=False,
        **options,
    )


def _encoding_error(path: Path, variant: Variant) -> ReaderError:
    """Say which columns and how many rows hold bytes that are not the declared encoding."""
    columns, count = "every column", path.read_bytes().count(b"\n")
    try:
        damaged = _parse(path, variant, encoding_errors="replace").apply(
            lambda values: values.str.contains("\ufffd")
        )
        if damaged.to_numpy().any():
            affected = damaged.columns[damaged.any()]
            columns, count = f"column {', '.join(map(repr, affected))}", damaged.any(axis=1).sum()
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError):
        pass
    return ReaderError(
        f"{path} is not {variant.encoding.upper()} text: {columns}, {rows_text(count)} with bytes "
        f"that cannot be read. {REMEDY} If you converted it, save it as {variant.encoding.upper()}."
    )


def _check_heading(path: Path, text: pd.DataFrame, variant: Variant) -> None:
    found = list(text.columns)
    expected = [c.name for c in variant.columns if not c.optional or c.name in found]
    if found == expected or (not variant.ordered and sorted(found) == sorted(expected)):
        return
    if len(found) == 1 and len(expected) > 1:
        raise separator_error(path, found[0], len(text), variant)
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if not missing and not extra:
        raise ReaderError(
            f"{path}: the columns are in another order, first at "
            f"{next(a for a, b in zip(found, expected, strict=False) if a != b)!r}; this concerns "
            f"all {rows_text(len(text))}. {REMEDY}"
        )
    raise ReaderError(
        f"{path}: {heading_difference(missing, extra)}; this concerns all {rows_text(len(text))}. "
        f"{REMEDY} If you renamed a column, give it its old name back."
    )


def _has_form(found: list[str], variant: Variant) -> bool:
    return all(column.name in found for column in variant.columns if not column.optional)


def _check_other_form(
    path: Path, text: pd.DataFrame, variant: Variant, others: tuple[Variant, ...]
) -> None:
    """Refuse a file that lacks this variant's columns and has those of another one."""
    found = list(text.columns)
    other = next((each for each in others if _has_form(found, each)), None)
    if other is None or _has_form(found, variant):
        return
    names = ", ".join(part.file_names[0] for part in other.parts)
    raise ReaderError(
        f"{path} should hold {variant.name}, but the columns of its {rows_text(len(text))} "
        f"({', '.join(found)}) are those of {other.name}; two files may be swapped. "
        f"Name it {names}, and put the right file in its place."
    )


def separator_error(path: Path, heading: str, count: int, variant: Variant) -> ReaderError:
    """Return the error for a file whose columns run together.

    Parameters
    ----------
    path : pathlib.Path
        The file, as the message names it.
    heading : str
        The first line as it was read, all columns in one; its most frequent mark is named as the
        separator.
    count : int
        Data rows of the file.
    variant : Variant
        What the file should hold.

    Returns
    -------
    ReaderError
        To be raised by the caller.
    """
    marks = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
    used = max(marks, key=heading.count)
    if used not in heading:
        return ReaderError(
            f"{path} has a single column, {heading!r}, in all {rows_text(count)}; "
            f"{len(variant.columns)} are expected. {REMEDY}"
        )
    name = marks[used]
    return ReaderError(
        f"{path} is separated by {name}, not by {variant.separator!r}: column "
        f"{variant.columns[0].name!r} and the others run together in all {rows_text(count)}. "
        f"{REMEDY} If you exported it, export it with {variant.separator!r} between the columns."
    )


def heading_difference(missing: list[str], extra: list[str]) -> str:
    """Say which columns are missing, or else which ones nobody expects.

    Parameters
    ----------
    missing : list of str
        Expected columns that the file lacks.
    extra : list of str
        Columns of the file that are not expected; one spelled like a missing one is named as what
        stands in its place.

    Returns
    -------
    str
        Part of a sentence: at most three columns, and how many more there are. Empty when both
        lists are.
    """
    pairs = {name: difflib.get_close_matches(name, extra, n=1) for name in missing}
    told = [
        f"column {name!r} is missing" + (f" (there is {close[0]!r} instead)" if close else "")
        for name, close in pairs.items()
    ]
    if not told:
        told = [f"column {name!r} is not expected" for name in extra]
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more


def _check_values(path: Path, text: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    try:
        return frame_schema(variant).validate(_empty_to_missing(text, variant), lazy=True)
    except pa.errors.SchemaErrors as problem:
        raise _value_error(path, problem.failure_cases, variant) from None


def _empty_to_missing(text: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Turn empty cells into missing ones where the registry allows them."""
    return text.assign(
        **{
            column.name: text[column.name].where(text[column.name] != "")
            for column in variant.columns
            if column.nullable and column.name in text
        }
    )


def _value_error(path: Path, failures: pd.DataFrame, variant: Variant) -> ReaderError:
    """Condense pandera's failure cases into one message about the first column concerned."""
    columns = {column.name: column for column in variant.columns}
    affected = [name for name in columns if name in set(failures["column"])]
    column, cases = columns[affected[0]], failures[failures["column"] == affected[0]]
    unreadable = cases["check"].astype(str).str.startswith("coerce_dtype")
    if unreadable.any():  # the values were not turned into numbers, so other checks say nothing
        cases = cases[unreadable]
    cases = cases[cases["index"].notna()].drop_duplicates("index")
    examples = ", ".join(repr(str(case)[:40]) for case in cases["failure_case"].unique()[:3])
    wanted = (
        f"only {', '.join(map(str, column.values))} may stand there"
        if column.values
        else f"every value must be {'an integer' if column.type == 'integer' else 'a number'}"
    )
    others = f" Other columns concerned: {', '.join(affected[1:])}." if affected[1:] else ""
    return ReaderError(
        f"{path}: column {column.name!r} holds {examples} in {rows_text(len(cases))}; {wanted}."
        f"{others} {REMEDY}"
    )
