"""Reading a data file as text and holding it against its registered columns."""

import difflib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from lib.common.errors import ReaderError
from lib.common.wording import shown
from lib.datasets.opening import line_count, source
from lib.datasets.registry import Column, Variant

DTYPES = {"text": "str", "integer": "int64", "number": "float64"}
NULLABLE_DTYPES = {"text": "str", "integer": "Int64", "number": "float64"}
LONGEST = 80  # signs of a heading that are shown
WHOLE = r"^(\s*-?\d+)\.0+(\s*)$"


def remedy(variant: Variant) -> str:
    """Say what to do about a file that is not as published."""
    return f"Use the file as published, not an edited or re-saved copy. {variant.how_to_get}"


def rows_text(count: int) -> str:
    """Return a number of rows as text, such as ``"1 row"``."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def value_error(path: Path, name: str, wrong: Sequence, wanted: str, remedy: str) -> ReaderError:
    """Return the error for the values of a column that may not stand there, naming three."""
    if not len(wrong):
        return ReaderError(f"{shown(path)}: column {name!r} cannot be read; {wanted}. {remedy}")
    examples = ", ".join(repr(str(value)[:40]) for value in list(dict.fromkeys(wrong))[:3])
    return ReaderError(
        f"{shown(path)}: column {name!r} holds {examples} in {rows_text(len(wrong))}; {wanted}. "
        f"{remedy}"
    )


def wanted_values(column: Column) -> str:
    """Say what may stand in a column."""
    if column.values:
        return f"only {', '.join(map(str, column.values))} may stand there"
    return f"every value must be {'an integer' if column.type == 'integer' else 'a number'}"


def encoding_error(path: Path, variant: Variant, affected: str = "") -> ReaderError:
    """Return the error for a file that is not of the declared encoding."""
    name = variant.encoding.upper()
    return ReaderError(
        f"{shown(path)} is not {name} text{affected}. {remedy(variant)} "
        f"If you converted it, save it as {name}."
    )


def dtype(column: Column) -> str:
    """Return the pandas dtype that a registered column is read as."""
    return (NULLABLE_DTYPES if column.nullable else DTYPES)[column.type]


def frame_schema(variant: Variant) -> pa.DataFrameSchema:
    """Return the pandera schema of a variant, columns in file order."""
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
    """Read one file of a variant and check it."""
    path = Path(path)
    if path.is_dir():
        raise ReaderError(
            f"{shown(path)} is a folder, not a file: no column and 0 rows can be read. "
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
    """Return the error for a file without rows."""
    return ReaderError(
        f"{shown(path)} {state}: 0 rows in every column from {variant.columns[0].name!r} to "
        f"{variant.columns[-1].name!r}, expected {variant.rows:,}. Get the file again. "
        f"{variant.how_to_get}"
    )


def _read_text(path: Path, variant: Variant) -> pd.DataFrame:
    try:
        return _parse(path, variant)
    except pd.errors.EmptyDataError:
        raise empty_error(path, variant, "is empty") from None
    except UnicodeDecodeError:
        raise _damaged_text(path, variant) from None
    except pd.errors.ParserError as problem:
        raise ReaderError(
            f"{shown(path)}: the rows do not all have {len(variant.columns)} columns, from "
            f"{variant.columns[0].name!r} to {variant.columns[-1].name!r}; at least 1 row is "
            f"damaged ({shown(str(problem).strip())}). {remedy(variant)}"
        ) from None


def _parse(path: Path, variant: Variant, **options) -> pd.DataFrame:
    with source(path) as stream:
        return pd.read_csv(
            stream,
            sep=variant.separator,
            encoding=variant.encoding,
            dtype="str",
            keep_default_na=False,
            index_col=False,
            skip_blank_lines=False,
            **options,
        )


def _damaged_text(path: Path, variant: Variant) -> ReaderError:
    """Say which columns and how many rows hold bytes that are not the declared encoding."""
    columns, count = "every column", line_count(path)
    try:
        damaged = _parse(path, variant, encoding_errors="replace").apply(
            lambda values: values.str.contains("\ufffd")
        )
        if damaged.to_numpy().any():
            affected = damaged.columns[damaged.any()]
            columns, count = f"column {', '.join(map(repr, affected))}", damaged.any(axis=1).sum()
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeError):
        pass
    affected = f": {columns}, {rows_text(count)} with bytes that cannot be read"
    return encoding_error(path, variant, affected)


def _check_heading(path: Path, text: pd.DataFrame, variant: Variant) -> None:
    found, rows = list(text.columns), f"this concerns all {rows_text(len(text))}. {remedy(variant)}"
    expected = [c.name for c in variant.columns if not c.optional or c.name in found]
    if found == expected or (not variant.ordered and sorted(found) == sorted(expected)):
        return
    if len(found) == 1 and len(expected) > 1:
        raise separator_error(path, found[0], len(text), variant)
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    if not missing and not extra:
        first = next(a for a, b in zip(found, expected, strict=False) if a != b)
        raise ReaderError(
            f"{shown(path)}: the columns are in another order, first at {first!r}; {rows}"
        )
    raise ReaderError(
        f"{shown(path)}: {heading_difference(missing, extra)}; {rows} If you renamed a column, "
        "give it its old name back."
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
        f"{shown(path)} should hold {variant.name}, but the columns of its {rows_text(len(text))} "
        f"({shown(', '.join(found)[: 9 * LONGEST])}) are those of {other.name}; two files may be "
        f"swapped. Name it {names}, and put the right file in its place."
    )


def separator_error(path: Path, heading: str, count: int, variant: Variant) -> ReaderError:
    """Return the error for a file whose columns run together."""
    marks = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
    used = max(marks, key=heading.count)
    if used not in heading:
        return ReaderError(
            f"{shown(path)} has a single column, {heading[:LONGEST]!r}, in all {rows_text(count)}; "
            f"{len(variant.columns)} are expected. {remedy(variant)}"
        )
    name = marks[used]
    return ReaderError(
        f"{shown(path)} is separated by {name}, not by {variant.separator!r}: column "
        f"{variant.columns[0].name!r} and the others run together in all {rows_text(count)}. "
        f"{remedy(variant)} "
        f"If you exported it, export it with {variant.separator!r} between the columns."
    )


def heading_difference(missing: list[str], extra: list[str]) -> str:
    """Say which columns are missing, or else which ones nobody expects."""
    pairs = {name: difflib.get_close_matches(name, extra, n=1) for name in missing}
    told = [
        f"column {name!r} is missing"
        + (f" (there is {close[0][:LONGEST]!r} instead)" if close else "")
        for name, close in pairs.items()
    ]
    if not told:
        told = [f"column {name[:LONGEST]!r} is not expected" for name in extra]
    more = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more


def _check_values(path: Path, text: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    text = _empty_to_missing(text, variant)
    for cells in (text, None):
        try:
            cells = _whole(text, variant) if cells is None else cells
            return frame_schema(variant).validate(cells, lazy=True)
        except pa.errors.SchemaErrors as problem:
            failures = problem.failure_cases
    raise _failed(path, failures, variant)


def _whole(text: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Return cells as text in which whole numbers that were saved as ``5.0`` are integers."""
    names = [each.name for each in variant.columns if each.type == "integer" and each.name in text]
    return text.assign(**{n: text[n].str.replace(WHOLE, r"\1\2", regex=True) for n in names})


def _empty_to_missing(text: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Turn empty cells into missing ones where the registry allows them."""
    names = [each.name for each in variant.columns if each.nullable and each.name in text]
    return text.assign(**{name: text[name].where(text[name] != "") for name in names})


def _failed(path: Path, failures: pd.DataFrame, variant: Variant) -> ReaderError:
    """Condense pandera's failure cases into one message about the first column concerned."""
    columns = {column.name: column for column in variant.columns}
    affected = [name for name in columns if name in set(failures["column"])]
    column, cases = columns[affected[0]], failures[failures["column"] == affected[0]]
    unreadable = cases["check"].astype(str).str.startswith("coerce_dtype")
    if unreadable.any():  # the values were not turned into numbers, so other checks say nothing
        cases = cases[unreadable]
    cases = cases[cases["index"].notna()].drop_duplicates("index")
    others = f"Other columns concerned: {', '.join(affected[1:])}. " if affected[1:] else ""
    wrong = list(cases["failure_case"])
    return value_error(path, column.name, wrong, wanted_values(column), others + remedy(variant))
