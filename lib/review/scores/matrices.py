"""Which confusion matrices of whole numbers print given scores of one class, exactly.

With the rows `n`, the positive ones `p`, the found ones `t` and the false alarms `f`, each
bound that a printed score sets is linear: ``c0 n + c1 p + c2 t + c3 f >= 0`` with whole numbers
c. Eliminating f and then t (Fourier and Motzkin) leaves the range of p, without any rounding.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import gcd

import numpy as np

from lib.methods.arithmetic import counts_printing_as, scores_of
from lib.methods.intervals import Interval
from lib.review.scores.table import Row

# More candidates than this are not gone through: so many leave room for almost any number.
MOST_CANDIDATES, SAMPLED = 200_000, 64
MOST_AVERAGED = 5_000_000
MOST_ROWS_AVERAGED = 20_000
CHUNK = 1_000_000
AVERAGED = ("accuracy", "precision", "recall", "f1")
SLACK = 1e-12


@dataclass(frozen=True)
class Bound:
    """One linear bound, over (n, p, t, f); strict if the sum must not be zero."""

    factors: tuple[int, int, int, int]
    strict: bool = False


@dataclass(frozen=True)
class Fit:
    """What fits a row: numbers of positive rows, matrices for each, and the first matrix."""

    positives: tuple[int, ...]
    matrices: int
    first: tuple[int, int, int, int] | None

    def __bool__(self) -> bool:
        return bool(self.positives)


def bounds_of(row: Row, reading: str) -> list[Bound]:
    """Return what the printed scores of one class, and counting, demand."""
    found = [Bound(each) for each in ((0, 0, 1, 0), (0, 0, 0, 1), (0, 1, -1, 0), (1, -1, 0, -1))]
    for score, cell in row.cells.items():
        low, high, unit, strict = cell.ends(reading)
        found.append(Bound(_at_least(score, low, unit)))
        found.append(Bound(tuple(-each for each in _at_least(score, high, unit)), strict))
    return found


def _at_least(score: str, low: int, unit: int) -> tuple[int, int, int, int]:
    """Return the factors of: this score is low / unit or more."""
    return {
        "accuracy": (unit - low, -unit, unit, -unit),
        "precision": (0, 0, unit - low, -low),
        "recall": (0, -low, unit, 0),
        "f1": (0, -low, 2 * unit - low, -low),
        "specificity": (unit - low, low - unit, 0, -unit),
        "fpr": (-low, low, 0, unit),
        "fnr": (0, unit - low, -unit, 0),
    }[score]


def eliminated(bounds: list[Bound], place: int) -> list[Bound]:
    """Return what bounds demand of the other numbers, for whichever value of this one."""
    kept = {each.factors for each in bounds if not each.factors[place]}
    below = [each.factors for each in bounds if each.factors[place] > 0]
    above = [each.factors for each in bounds if each.factors[place] < 0]
    for low, high in product(below, above):
        joint = [low[place] * b - high[place] * a for a, b in zip(low, high, strict=True)]
        divisor = gcd(*joint)
        if divisor:
            kept.add(tuple(each // divisor for each in joint))
    return [Bound(each) for each in sorted(kept)]


def share_range(row: Row, reading: str) -> tuple[Fraction, Fraction] | None:
    """Return the shares of positive rows that a row implies on a test of whatever size."""
    low, high = Fraction(0), Fraction(1)
    for bound in eliminated(eliminated(bounds_of(row, reading), 3), 2):
        constant, factor = bound.factors[:2]
        if factor > 0:
            low = max(low, Fraction(-constant, factor))
        elif factor < 0:
            high = min(high, Fraction(constant, -factor))
        elif constant < 0:
            return None
    return (low, high) if low <= high else None


def matrices_of(row: Row, rows: int, reading: str, positives: int | None = None) -> Fit | None:
    """Return what fits one row of a table on a test of `rows` rows.

    Parameters
    ----------
    row : Row
        Scores of one class.
    rows : int
        Rows of the test.
    reading : str
        Whether digits beyond the printed ones were ``"rounded"``, ``"cut"``, or ``"either"``.
    positives : int, optional
        Rows of the class; any number when left out.

    Returns
    -------
    Fit or None
        None where the digits leave too many candidates to go through.
    """
    bounds, of_found, share = _prepared(tuple(row.cells.items()), reading)
    if share is None:
        return Fit((), 0, None)
    low = max(1, -((-share[0].numerator * rows) // share[0].denominator))
    high = min(rows - 1, share[1].numerator * rows // share[1].denominator)
    if positives is not None:
        low, high = max(low, positives), min(high, positives)
    if high - low >= MOST_CANDIDATES:
        return None
    # A few of them tell whether there are far too many.
    step = max(1, (high - low) // SAMPLED)
    least, most = _found_range(of_found, rows, np.arange(low, high + 1, step, dtype=np.int64))
    if step * np.maximum(most - least + 1, 0).sum() > 4 * MOST_CANDIDATES:
        return None
    candidates = np.arange(low, high + 1, dtype=np.int64)
    least, most = _found_range(of_found, rows, candidates)
    counts = np.maximum(most - least + 1, 0)
    if counts.sum() > MOST_CANDIDATES:
        return None
    p = np.repeat(candidates, counts)
    t = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    t += np.repeat(least, counts)
    first, last = _alarm_range(bounds, rows, p, t)
    if "precision" in row.cells and row.cells["precision"].ends(reading)[0] > 0:
        last = np.where(t == 0, first - 1, last)  # no precision where nothing is called positive
    fits = last >= first
    p, t, f = p[fits], t[fits], first[fits]
    number = int((last - first + 1)[fits].sum())
    example = (int(t[0]), int(p[0] - t[0]), int(f[0]), int(rows - p[0] - f[0])) if number else None
    return Fit(tuple(np.unique(p).tolist()), number, example)


@lru_cache(maxsize=1024)
def _prepared(cells: tuple, reading: str):
    """Return what does not hang on the size of the test."""
    row = Row("", dict(cells))
    bounds = bounds_of(row, reading)
    return bounds, eliminated(bounds, 3), share_range(row, reading)


def _found_range(bounds: list[Bound], rows: int, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest t for each p, at most one too wide on both sides."""
    low, high = np.zeros(len(p)), p.astype(float)
    for bound in bounds:
        constant, factor, own, _ = (float(each) for each in bound.factors)
        if own > 0:
            low = np.maximum(low, -(constant * rows + factor * p) / own)
        elif own < 0:
            high = np.minimum(high, (constant * rows + factor * p) / -own)
    least = np.maximum(np.ceil(low - 1e-6), 0).astype(np.int64)
    return least, np.minimum(np.floor(high + 1e-6), p).astype(np.int64)


def _alarm_range(bounds: list[Bound], rows: int, p, t) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest f for each pair of p and t, exactly."""
    first, last = np.zeros(len(p), dtype=np.int64), rows - p
    for bound in bounds:
        constant, positive, found, own = bound.factors
        rest = constant * rows + positive * p + found * t
        if own > 0:
            least = -rest // own + 1 if bound.strict else -(rest // own)
            first = np.maximum(first, least)
        elif own < 0:
            most = -(-rest // -own) - 1 if bound.strict else rest // -own
            last = np.minimum(last, most)
        else:
            last = np.where((rest > 0) if bound.strict else (rest >= 0), last, -1)
    return first, last


def averaged_matrices(
    row: Row, rows: int, reading: str, average: str, positives: int | None = None
) -> Fit | None:
    """Return what fits a row whose scores are macro or weighted averages over two classes.

    Parameters
    ----------
    row, rows, reading, positives
        As for `matrices_of`; scores that have no such average are left aside.
    average : str
        ``"macro"`` or ``"weighted"``.

    Returns
    -------
    Fit or None
        None where the digits leave too many candidates to go through.
    """
    bounds = {s: row.cells[s].bounds(reading) for s in AVERAGED if s in row.cells}
    if "accuracy" in bounds and not len(counts_printing_as(Interval(*bounds["accuracy"]), rows)):
        return Fit((), 0, None)
    if rows > MOST_ROWS_AVERAGED and positives is None:
        return None
    share = np.arange(1, rows) if positives is None else np.array([positives])
    least, most = _averaged_found(bounds, rows, share, average)
    counts = np.maximum(most - least + 1, 0)
    if counts.sum() > MOST_AVERAGED:
        return None
    edges = [0, *(np.flatnonzero(np.diff(np.cumsum(counts) // CHUNK)) + 1), len(share)]
    parts, first, number = [], None, 0
    for block in map(slice, edges, edges[1:]):
        candidates = _averaged_candidates(
            bounds, rows, share[block], least[block], counts[block], average
        )
        if candidates is None:
            return None
        found = _printing(candidates, row, reading, average)
        if len(found) and first is None:
            first = tuple(int(each) for each in found[0])
        number += len(found)
        parts.append(np.unique(found[:, :2].sum(axis=1)))
    return Fit(tuple(int(each) for part in parts for each in part), number, first)


def _averaged_found(bounds, rows: int, p: np.ndarray, average: str):
    """Return the least and the greatest t for each p, at most a little too wide."""
    low, high = np.zeros(len(p)), p.astype(float)
    if average == "macro" and {"accuracy", "recall"} <= bounds.keys():
        (a, b), (c, d) = bounds["accuracy"], bounds["recall"]
        other = rows - p
        factor = 1 / p - 1 / other
        ends = np.array([2 * c - b * rows / other, 2 * d - a * rows / other])
        ends += np.array([[-1e-9], [1e-9]])
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.where(factor > 0, ends, ends[::-1]) / factor
        low = np.where(factor == 0, low, np.maximum(low, ends[0]))
        high = np.where(factor == 0, high, np.minimum(high, ends[1]))
    least = np.maximum(np.ceil(low - 1e-6), 0).astype(np.int64)
    return least, np.minimum(np.floor(high + 1e-6), p).astype(np.int64)


def _averaged_candidates(bounds, rows, share, least, counts, average: str):
    """Return the matrices that the accuracy, and the recall, may leave for each p and t."""
    p = np.repeat(share, counts)
    t = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    t += np.repeat(least, counts)
    low, high = np.zeros(len(p)), (rows - p).astype(float)
    for score in ("accuracy", "recall"):
        if score in bounds:
            a, b = bounds[score]
            if score == "accuracy" or average == "weighted":
                low, high = np.maximum(low, a * rows - t), np.minimum(high, b * rows - t)
            else:
                other = rows - p
                low = np.maximum(low, (2 * a - t / p) * other)
                high = np.minimum(high, (2 * b - t / p) * other)
    first = np.maximum(np.ceil(low - 1e-6), 0).astype(np.int64)
    last = np.minimum(np.floor(high + 1e-6), rows - p).astype(np.int64)
    number = np.maximum(last - first + 1, 0)
    if number.sum() > 4 * CHUNK:
        return None
    p, t, n = (np.repeat(each, number) for each in (p, t, first))
    n += np.arange(len(n)) - np.repeat(np.cumsum(number) - number, number)
    return np.column_stack([t, p - t, rows - p - n, n])


def _printing(matrices: np.ndarray, row: Row, reading: str, average: str) -> np.ndarray:
    """Return those matrices whose averaged scores print as the row's."""
    measured, fits = scores_of(matrices, average), np.ones(len(matrices), dtype=bool)
    for score in AVERAGED:
        if score in row.cells:
            low, high = row.cells[score].bounds(reading)
            end = high - SLACK if row.cells[score].ends(reading)[3] else high + SLACK
            fits &= (measured[score] >= low - SLACK) & (measured[score] <= end)
    return matrices[fits]
