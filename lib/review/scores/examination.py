"""What a printed table of scores says about its test: an examination by arithmetic alone."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, sqrt

from lib.common.errors import ReaderError
from lib.methods.arithmetic import counts_printing_as
from lib.methods.intervals import Interval
from lib.review.scores.matrices import Fit, averaged_matrices, matrices_of, share_range
from lib.review.scores.table import READINGS, Row

AVERAGES = ("positive", "macro", "weighted")
# Shares of the rows that a test may have been: all whole percentages, and a third and two.
SHARES = sorted([*(Fraction(each, 100) for each in range(1, 100)), Fraction(1, 3), Fraction(2, 3)])
MOST_SIZES, MOST_MATRICES, MOST_INSTEAD, MOST_NEARLY = 10_000_000, 4, 50, 4
# Averages are tried on no more shares than this; where more can have the accuracies, few digits
# tell them apart.
MOST_AVERAGED_SHARES = 10
NONE = Fit((), 0, None)
NOT_GONE_THROUGH = ("", None)


def examine(
    table: Sequence[Row],
    rows: int,
    positives: int | None = None,
    average: str | None = None,
    test_share: float | None = None,
    separate: bool = False,
) -> dict:
    """Return what the digits of a table allow.

    Parameters
    ----------
    table : sequence of Row
        Models that were tried on the same test, unless `separate`.
    rows : int
        Rows of the test; with `test_share`, of the file that the test is a share of.
    positives : int, optional
        How many of these are of the class that precision, recall and F1 belong to.
    average : str, optional
        ``"positive"`` for scores of one class, ``"macro"``, ``"weighted"``. When left out, the
        averages are tried where the table fits no test as scores of one class.
    test_share : float, optional
        The share of the rows that is said to be the test, above 0 and at most 1.
    separate : bool
        Whether each row has a test of its own, as the folds of a cross-validation have.

    Returns
    -------
    dict
        Plain values, as the JSON of ``python -m lib examine`` has them.
    """
    _require_sense(table, rows, positives, test_share, separate)
    sizes = [rows] if test_share is None else sizes_of(test_share, rows)
    if not sizes:
        raise ReaderError(f"{float(test_share):.2%} of {rows:,} rows is no test.")
    known = positives if test_share in (None, 1) and not separate else None
    tests = []
    for each in AVERAGES if average is None else (average,):
        together = [sizes] if separate else [[size] for size in sizes]
        tests += [_test(table, several, each, known, separate) for several in together]
        if any(one["fits"] for one in tests):
            break
    fitted = next((one["average"] for one in tests if one["fits"]), average)
    fitting, gone_through = fitting_sizes(table, rows, positives, fitted, separate)
    fits = any(one["fits"] for one in tests) or any(not one["without"] for one in fitting)
    asked = sizes if average in (None, "positive") else []
    nearly = [one["rows"][0] for one in fitting if one["reading"] != "either"][:MOST_NEARLY]
    return {
        "rows": rows,
        "positives": positives,
        "separate": separate,
        "table": [
            {"name": row.name, "scores": {s: cell.text for s, cell in row.cells.items()}}
            for row in table
        ],
        "share": implied_share(table),
        "recall_is_accuracy": recall_is_accuracy(table),
        "tests": tests,
        "sizes": fitting,
        "gone_through": gone_through,
        "odd_cells": [] if fits else odd_cells(table, sorted({*asked, *nearly}), known, separate),
    }


def _require_sense(table, rows: int, positives, test_share, separate: bool) -> None:
    if not 2 <= rows <= MOST_SIZES:
        raise ReaderError(f"{rows:,} rows are not 2 to {MOST_SIZES:,}.")
    if positives is not None and not 0 < positives < rows:
        raise ReaderError(f"{positives:,} positive rows are not 1 to {rows - 1:,}, of {rows:,}.")
    if test_share is not None and not 0 < test_share <= 1:
        raise ReaderError(f"a test of {test_share:.2%} of the rows is not above 0 and at most all.")
    folds = round(1 / test_share) if separate and test_share else len(table)
    if len(table) > folds:
        raise ReaderError(
            f"{len(table)} rows are more than {folds} folds. Leave out what is no fold, such as "
            "their mean, and examine one model at a time."
        )


def sizes_of(share: "float | Fraction", rows: int) -> list[int]:
    """Return how many rows a share of a file can be, rounded down and up."""
    exact = Fraction(share).limit_denominator(10_000) * rows
    return [each for each in sorted({floor(exact), ceil(exact)}) if each >= 2]


def implied_share(table: Sequence[Row], reading: str = "either") -> dict:
    """Return the shares of positive rows that the rows imply, each alone and all together."""
    ranges = [share_range(row, reading) for row in table]
    found = [each for each in ranges if each is not None]
    low = max((each[0] for each in found), default=Fraction(0))
    high = min((each[1] for each in found), default=Fraction(1))
    together = len(found) == len(table) and low <= high
    return {
        "rows": [_ends(each) for each in ranges],
        "together": _ends((low, high)) if together else None,
    }


def _ends(ends: tuple[Fraction, Fraction] | None) -> list[float] | None:
    return (
        None
        if ends is None
        else [ends[0].numerator / ends[0].denominator, ends[1].numerator / ends[1].denominator]
    )


def recall_is_accuracy(table: Sequence[Row]) -> bool:
    """Tell whether every row prints its accuracy as its recall, as weighted averages must."""
    pairs = [(row.cells.get("accuracy"), row.cells.get("recall")) for row in table]
    return all(
        a and r and Fraction(a.text) / a.scale == Fraction(r.text) / r.scale for a, r in pairs
    )


def _test(table, sizes: list[int], average: str, positives: int | None, separate: bool) -> dict:
    """Return under which reading of the digits a table fits a test of so many rows."""
    readings = {
        reading: [_fit_of_any(row, sizes, reading, average, positives) for row in table]
        for reading in READINGS
    }
    told = any(fit is not None for fit in readings["either"])
    fitting = [each for each in READINGS if _fits_together(readings[each], separate)]
    return {
        "rows": sizes,
        "average": average,
        "told": told,
        "fits": fitting[0] if fitting and told else "",
        "readings": {each: _reading(fits, separate) for each, fits in readings.items()},
    }


def _fit_of_any(row: Row, sizes: Sequence[int], reading: str, average: str, positives):
    """Return what fits a row on tests of any of some sizes."""
    fits = [fit_of(row, size, reading, average, positives) for size in sizes]
    if None in fits:
        return None
    first = next((fit.first for fit in fits if fit), None)
    every = sorted({each for fit in fits for each in fit.positives})
    return Fit(tuple(every), sum(fit.matrices for fit in fits), first)


def _fits_together(fits: Sequence[Fit | None], separate: bool) -> bool:
    return all(fit is None or fit for fit in fits) and shared_positives(fits, separate) != []


def _reading(fits: Sequence[Fit | None], separate: bool) -> dict:
    return {
        "fits": _fits_together(fits, separate),
        "positives": _range(shared_positives(fits, separate)),
        "in_all": _in_all(fits) if separate else None,
        "rows": [
            None
            if fit is None
            else {
                "matrices": fit.matrices,
                "first": list(fit.first) if fit.first else None,
                "positives": _range(fit.positives),
            }
            for fit in fits
        ],
    }


def _in_all(fits: Sequence[Fit | None]) -> list[int] | None:
    """Return the least and the greatest sum of the positive rows of separate tests."""
    if not all(fits):
        return None
    return [sum(fit.positives[0] for fit in fits), sum(fit.positives[-1] for fit in fits)]


def _range(positives: Sequence[int] | None) -> list[int] | None:
    """Return how many numbers these are, the least, and the greatest."""
    return None if positives is None else [len(positives), *positives[:1], *positives[-1:]]


@lru_cache(maxsize=4096)
def _fit(cells: tuple, rows: int, reading: str, average: str, positives: int | None) -> Fit | None:
    row = Row("", dict(cells))
    if average == "positive":
        return matrices_of(row, rows, reading, positives)
    if reading != "either" and _fit(cells, rows, "either", average, positives) == NONE:
        return NONE
    return averaged_matrices(row, rows, reading, average, positives)


def fit_of(row: Row, rows: int, reading: str, average: str, positives: int | None) -> Fit | None:
    """Return what fits one row of a table; None where the digits leave too many candidates."""
    return _fit(tuple(row.cells.items()), rows, reading, average, positives)


def shared_positives(fits: Sequence[Fit | None], separate: bool) -> list[int] | None:
    """Return the numbers of positive rows that fit every row; None where none can be told."""
    told = [set(fit.positives) for fit in fits if fit is not None]
    if not told or separate:
        return None
    return sorted(set.intersection(*told))


def odd_cells(
    table: Sequence[Row], sizes: Sequence[int], positives: int | None, separate: bool
) -> list[dict]:
    """Return each cell without which the rest of the table fits, with what it would have to be."""
    found = []
    for size in sizes:
        fits = [fit_of(row, size, "either", "positive", positives) for row in table]
        for place, row in enumerate(table):
            others = fits[:place] + fits[place + 1 :]
            if not _fits_together(others, separate):
                continue
            for score in row.cells if len(row.cells) > 1 else ():
                rest = fit_of(row.without(score), size, "either", "positive", positives)
                if _fits_together([*others, rest], separate):
                    shared = shared_positives([*others, rest], separate)
                    found.append(_odd(row, score, size, shared))
    return found


def _odd(row: Row, score: str, size: int, shared: Sequence[int] | None) -> dict:
    return {
        "rows": size,
        "row": row.name,
        "score": score,
        "printed": row.cells[score].text,
        "instead": _instead(row, score, size, shared),
    }


def _instead(row: Row, score: str, rows: int, shared: Sequence[int] | None) -> list[str]:
    """Return what a cell would print; of more than a few values, the least and the greatest."""
    if not shared or len(shared) > MOST_INSTEAD:
        return []
    fits = [matrices_of(row.without(score), rows, "either", each) for each in shared]
    if any(fit is None or fit.matrices > MOST_MATRICES for fit in fits):
        return []
    values = {row.cells[score].printed(VALUES[score](*fit.first)) for fit in fits if fit.first}
    return [min(values), max(values)] if len(values) > 2 else sorted(values)


VALUES: dict[str, Callable[[int, int, int, int], float]] = {
    "accuracy": lambda t, m, f, n: (t + n) / (t + m + f + n),
    "precision": lambda t, m, f, n: t / (t + f) if t + f else 0.0,
    "recall": lambda t, m, f, n: t / (t + m),
    "f1": lambda t, m, f, n: 2 * t / (2 * t + m + f),
    "specificity": lambda t, m, f, n: n / (f + n),
    "fpr": lambda t, m, f, n: f / (f + n),
    "fnr": lambda t, m, f, n: m / (t + m),
}


def fitting_sizes(
    table: Sequence[Row],
    rows: int,
    positives: int | None,
    average: str | None = None,
    separate: bool = False,
) -> tuple[list[dict], dict[str, bool]]:
    """Return the shares of a file's rows that can have been the test.

    Where none can, those are returned that can for all models but one. Where the file's positive
    rows are known, each share comes with how many standard deviations the test's positive rows
    lie from what a random draw is expected to hold. Beside them stands, for each kind of score,
    whether its candidates were gone through.
    """
    tried = AVERAGES[:2] if average is None else (average,)
    gone_through = {}
    for each in tried:
        found, gone_through[each] = _sizes(table, "", rows, positives, each, separate)
        if found:
            return found, gone_through
    if "positive" in tried and len(table) > 2:
        found = [
            size
            for place, row in enumerate(table)
            for size in _sizes(
                [*table[:place], *table[place + 1 :]],
                row.name,
                rows,
                positives,
                "positive",
                separate,
            )[0]
        ]
        return found, gone_through
    return [], gone_through


def _sizes(table, without: str, rows: int, positives, average: str, separate: bool):
    """Return the shares that fit, and whether the candidates of all shares were gone through."""
    found, whole = [], True
    tried = {share: sizes_of(share, rows) for share in SHARES}
    if average != "positive":
        tried = {share: sizes for share, sizes in tried.items() if _accuracies_fit(table, sizes)}
        if len(tried) > MOST_AVERAGED_SHARES:
            return [], False
    for share, sizes in tried.items():
        for several in [sizes] if separate else [[size] for size in sizes]:
            fitting = _first_fit(table, several, average, separate)
            if fitting == NOT_GONE_THROUGH:
                whole = False
            elif fitting is not None:
                reading, shared = fitting
                found.append(
                    {
                        "share": str(share),
                        "rows": several,
                        "average": average,
                        "reading": reading,
                        "positives": _range(shared),
                        "off": _off(shared, several[0], rows, positives),
                        "without": without,
                    }
                )
    return found, whole


def _first_fit(table, sizes: list[int], average: str, separate: bool):
    """Return the reading under which a table fits a test, with its numbers of positive rows."""
    for reading in READINGS:
        fits = []
        for row in table:
            fits.append(_fit_of_any(row, sizes, reading, average, None))
            if fits[-1] == NONE:
                break
        if average != "positive" and None in fits:
            return NOT_GONE_THROUGH
        if _fits_together(fits, separate):
            return reading, shared_positives(fits, separate)
    return None


def _accuracies_fit(table: Sequence[Row], sizes: Sequence[int]) -> bool:
    """Tell whether on one of some sizes every accuracy can occur."""
    cells = [row.cells["accuracy"].bounds("either") for row in table if "accuracy" in row.cells]
    return any(
        all(counts_printing_as(Interval(*bounds), size) for bounds in cells) for size in sizes
    )


def _off(shared: list[int] | None, size: int, rows: int, positives: int | None) -> float | None:
    if positives is None or not shared or size == rows:
        return None
    share = positives / rows
    deviation = sqrt(size * share * (1 - share) * (rows - size) / (rows - 1))
    return min(abs(each - size * share) for each in shared) / deviation
