"""What printed numbers imply about each other, from the printed text alone.

A printed number stands for an interval: everything that rounds to it and, since tables
are often cut off instead of rounded, on request everything that truncates to it too.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from lib.methods.intervals import Interval

# Slack for binary fractions, far below half a unit of any printed digit.
SLACK = 1e-12
AVERAGES = ("binary", "macro", "weighted")
CHUNK = 1 << 20


def decimals_of(text: str) -> int:
    """Return the number of digits behind the decimal point of a printed number."""
    return len(text.partition(".")[2])


def number_of(text: str) -> float:
    """Return the value of a printed number such as ``"16,318"`` or ``"0.96878"``."""
    value = float(ungrouped(text))
    if not math.isfinite(value) or "_" in text:
        raise ValueError(f"{text!r} is not a finite number")
    return value


def ungrouped(text: str) -> str:
    """Return a printed number without what parts its thousands."""
    whole, point, fraction = text.strip().partition(".")
    mark = " " if " " in whole else ","
    groups = whole.lstrip("+-").split(mark)
    if len(groups) > 1 and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:])):
        raise ValueError(f"{text!r} is no number: its parts are not thousands")
    return whole.replace(mark, "") + point + fraction


def printed_interval(value: float, decimals: int, truncation: bool = False) -> Interval:
    """Return every number that prints as `value`.

    Parameters
    ----------
    value, decimals : float, int
        The printed value, not negative where `truncation` is asked for, and its decimals.
    truncation : bool
        Whether cutting off further digits counts as well as rounding.

    Returns
    -------
    Interval
        Half a unit of the last digit on both sides; a whole unit above with `truncation`.
    """
    unit = 10.0**-decimals
    return Interval(value - unit / 2 - SLACK, value + (unit if truncation else unit / 2) + SLACK)


def truncated_interval(value: float, decimals: int) -> Interval:
    """Return every number that prints as `value` when further digits are cut off.

    Parameters
    ----------
    value, decimals : float, int
        The printed value, not negative, and its digits behind the decimal point.

    Returns
    -------
    Interval
        From the value up to one unit of its last printed digit above it, that end left out.
    """
    return Interval(value - SLACK, value + 10.0**-decimals - SLACK)


def counts_printing_as(interval: Interval, total: int) -> range:
    """Return the whole numbers k for which ``k / total`` lies in an interval.

    Parameters
    ----------
    interval, total : Interval, int
        Fractions in [0, 1], and the number of rows, positive.

    Returns
    -------
    range
        Empty when no whole number fits.
    """
    low, high = math.ceil(interval.low * total), math.floor(interval.high * total)
    return range(max(low, 0), min(high, total) + 1)


@dataclass(frozen=True)
class PrintedShare:
    """The counts of a total whose share prints as a given text."""

    total: int
    rounded: range
    cut: range

    def __bool__(self) -> bool:
        return bool(self.rounded or self.cut)


def attainable_shares(
    text: str, totals: Iterable[int], percent: bool = False
) -> list[PrintedShare]:
    """Return on which totals a printed share can occur, and for which counts.

    Unlike an interval of binary fractions this is exact: 192 of 200 are 96.00 %, and no digits
    that are cut off make them 95.99 %.

    Parameters
    ----------
    text : str
        A printed share such as ``"0.944"``, or ``"95.99"`` with `percent`.
    totals : iterable of int
        Positive.
    percent : bool
        Whether the text is in hundredths.

    Returns
    -------
    list of PrintedShare
        One a total, in order; false where no count fits.
    """
    scale = 100 if percent else 1
    value, unit = Fraction(ungrouped(text)) / scale, Fraction(1, scale * 10 ** decimals_of(text))
    return [
        PrintedShare(
            total,
            _counts(total, value - unit / 2, value + unit / 2, closed=True),
            _counts(total, value, value + unit, closed=False),
        )
        for total in totals
    ]


def _counts(total: int, low: Fraction, high: Fraction, closed: bool) -> range:
    """Return the counts whose share lies between two ends; the upper one belongs if closed."""
    above = math.floor(high * total) + 1 if closed else math.ceil(high * total)
    return range(max(math.ceil(low * total), 0), min(above, total + 1))


def possible_totals(intervals: Sequence[Interval], totals: Iterable[int]) -> list[int]:
    """Return the test-set sizes on which every printed accuracy can occur."""
    return [total for total in totals if all(counts_printing_as(each, total) for each in intervals)]


def saving_interval(shorter: Interval, longer: Interval) -> Interval:
    """Return the share of a longer time that a shorter one saves."""
    return Interval(1 - shorter.high / longer.low, 1 - shorter.low / longer.high)


def mean_interval(intervals: Sequence[Interval]) -> Interval:
    """Return where the mean of numbers lies that are known to lie in intervals, one or more."""
    lows, highs = zip(*intervals, strict=True)
    return Interval(sum(lows) / len(lows), sum(highs) / len(highs))


def deviation_interval(intervals: Sequence[Interval], sample: bool = True) -> Interval:
    """Return bounds on the standard deviation of numbers known to lie in intervals."""
    bounds = np.asarray(intervals, dtype=float)
    middle = float(bounds.mean(axis=1).std(ddof=int(sample)))
    half_width = float((bounds[:, 1] - bounds[:, 0]).max() / 2)
    reach = half_width * math.sqrt(len(bounds) / (len(bounds) - int(sample)))
    return Interval(max(middle - reach, 0.0), middle + reach)


def f1_interval(precision: Interval, recall: Interval) -> Interval:
    """Return where F1 lies, given precision and recall of the same class, both fractions."""
    # It rises with both, so the ends give the ends.
    return Interval(_harmonic(precision.low, recall.low), _harmonic(precision.high, recall.high))


def _harmonic(first: float, second: float) -> float:
    return 0.0 if first + second <= 0 else 2 * first * second / (first + second)


def macro_recall_interval(false_positive_rate: Interval, false_negative_rate: Interval) -> Interval:
    """Return the macro-averaged recall that the two error rates fix."""
    return Interval(
        1 - (false_positive_rate.high + false_negative_rate.high) / 2,
        1 - (false_positive_rate.low + false_negative_rate.low) / 2,
    )


def prevalence_interval(accuracy: Interval, precision: Interval, recall: Interval) -> Interval:
    """Return the share of positive rows that accuracy, precision and recall imply.

    Parameters
    ----------
    accuracy, precision, recall : Interval
        Fractions; precision and recall of the positive class, precision above 0.

    Returns
    -------
    Interval
        Of ``(1 - accuracy) / ((1 - recall) + recall (1 - precision) / precision)``,
        which is monotone in each argument, so that its ends lie at corners. Ends are
        cut to [0, 1]. The whole of [0, 1] where both rates may be perfect.
    """
    ranges = accuracy, precision.clipped(0.0, 1.0), recall.clipped(0.0, 1.0)
    corners = [_prevalence(*corner) for corner in product(*ranges)]
    if None in corners:
        return Interval(0.0, 1.0)
    return Interval(min(corners), max(corners)).clipped(0.0, 1.0)


def _prevalence(accuracy: float, precision: float, recall: float) -> float | None:
    if precision <= 0:
        return None
    errors_per_positive = (1 - recall) + recall * (1 - precision) / precision
    return None if errors_per_positive <= 0 else (1 - accuracy) / errors_per_positive


def scores_of(matrices: np.ndarray, average: str = "binary") -> dict[str, np.ndarray]:
    """Return accuracy, precision, recall and F1 of many confusion matrices."""
    if average not in AVERAGES:
        raise ValueError(f"average {average!r} is none of {', '.join(AVERAGES)}")
    tp, fn, fp, tn = np.asarray(matrices, dtype=float).reshape(-1, 4).T
    scores = _class_scores(tp, fn, fp)
    if average != "binary":
        total = tp + fn + fp + tn
        share = np.full_like(tp, 0.5) if average == "macro" else _ratio(tp + fn, total)
        other = _class_scores(tn, fp, fn)
        scores = {name: share * scores[name] + (1 - share) * other[name] for name in scores}
    return {"accuracy": _ratio(tp + tn, tp + fn + fp + tn)} | scores


def _class_scores(hits: np.ndarray, misses: np.ndarray, alarms: np.ndarray) -> dict:
    return {
        "precision": _ratio(hits, hits + alarms),
        "recall": _ratio(hits, hits + misses),
        "f1": _ratio(2 * hits, 2 * hits + misses + alarms),
    }


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator != 0)


def confusion_matrices(
    rows: int | tuple[int, int],
    scores: Mapping[str, float],
    average: str = "binary",
    decimals: int = 5,
    truncation: bool = False,
) -> np.ndarray:
    """Return every confusion matrix of whole numbers that prints the given scores.

    Parameters
    ----------
    rows : int or (int, int)
        Rows in all, or rows of the positive and of the negative class.
    scores : mapping of str to float
        Printed fractions under any of ``accuracy``, ``precision``, ``recall``, ``f1``.
    average : {"binary", "macro", "weighted"}
        How precision, recall and F1 are averaged.
    decimals, truncation
        As for `printed_interval`.

    Returns
    -------
    numpy.ndarray of int, shape (k, 4)
        Columns: true positives, false negatives, false positives, true negatives.
        No rows when the printed scores cannot all be true.

    Raises
    ------
    ValueError
        If only the sum of rows is given and the accuracy is not: too many matrices.
    """
    intervals = {
        name: printed_interval(value, decimals, truncation) for name, value in scores.items()
    }
    candidates = _candidates(rows, intervals.get("accuracy"))
    found = [_fitting(matrices, intervals, average) for matrices in candidates]
    return np.concatenate([np.empty((0, 4), dtype=np.int64), *found])


def _fitting(matrices: np.ndarray, intervals: Mapping[str, Interval], average: str) -> np.ndarray:
    measured = scores_of(matrices, average)
    fits = np.ones(len(matrices), dtype=bool)
    for name, interval in intervals.items():
        fits &= (measured[name] >= interval.low) & (measured[name] <= interval.high)
    return matrices[fits]


def _candidates(rows: int | tuple[int, int], accuracy: Interval | None) -> Iterator[np.ndarray]:
    if isinstance(rows, tuple):
        yield from _candidates_of_classes(*rows, accuracy or Interval(0.0, 1.0))
        return
    if accuracy is None:
        raise ValueError("without the class sizes the accuracy must be given")
    for right in counts_printing_as(accuracy, rows):
        positives_found = np.arange(right + 1)
        step = max(1, CHUNK // (right + 1))
        for start in range(0, rows - right + 1, step):
            misses = np.arange(start, min(start + step, rows - right + 1))
            tp, fn = (grid.ravel() for grid in np.meshgrid(positives_found, misses))
            yield np.column_stack([tp, fn, rows - right - fn, right - tp])


def _candidates_of_classes(
    positives: int, negatives: int, accuracy: Interval
) -> Iterator[np.ndarray]:
    for right in counts_printing_as(accuracy, positives + negatives):
        tp = np.arange(max(0, right - negatives), min(positives, right) + 1)
        yield np.column_stack([tp, positives - tp, negatives - right + tp, right - tp])


def multiclass_f1_range(rows: Sequence[int], right: int, average: str) -> Interval:
    """Return the least and the greatest F1 that class sizes and an accuracy allow.

    A class's F1 depends on its misses and its false alarms alone. Over all classes both add up
    to the wrong answers, and no class can have more of the two together than there are wrong
    answers; every such choice belongs to some confusion matrix.

    Parameters
    ----------
    rows : sequence of int
        Rows of each class, at least one of each, two or more classes.
    right : int
        Right answers in all.
    average : str
        ``"macro"`` or ``"weighted"``. (Micro F1 is the accuracy itself.)

    Returns
    -------
    Interval
        Fractions. The work grows with the wrong answers to the power of twice the classes
        less two; a hundred with three classes take about a second.

    Raises
    ------
    ValueError
        If the average is none of these, a class has no row, or the right answers do not fit.
    """
    sizes = np.asarray(rows, dtype=np.int64)
    wrong = int(sizes.sum()) - right
    if average not in ("macro", "weighted"):
        raise ValueError(f"average {average!r} is neither macro nor weighted")
    if len(sizes) < 2 or (sizes < 1).any() or not 0 <= wrong <= sizes.sum():
        raise ValueError(f"{right} right answers do not fit classes of {list(rows)} rows")
    weights = np.full(len(sizes), 1 / len(sizes)) if average == "macro" else sizes / sizes.sum()
    splits = _splits(wrong, len(sizes))
    ends = [
        _f1_ends(sizes, misses, splits[(splits + misses <= wrong).all(axis=1)], weights)
        for misses in splits[(splits <= sizes).all(axis=1)]
    ]
    return Interval(min(low for low, _ in ends), max(high for _, high in ends))


def _splits(total: int, parts: int) -> np.ndarray:
    """Return every way to write a number as a sum of so many whole numbers, in order."""
    if parts == 1:
        return np.array([[total]])
    rests = [_splits(total - first, parts - 1) for first in range(total + 1)]
    return np.concatenate(
        [np.column_stack([np.full(len(rest), first), rest]) for first, rest in enumerate(rests)]
    )


def _f1_ends(sizes, misses, alarms, weights) -> tuple[float, float]:
    found = sizes - misses
    scores = 2 * found / (2 * found + misses + alarms) @ weights
    return float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))


@dataclass(frozen=True)
class SharedTest:
    """Test sets on which several printed rows can have been measured together."""

    positives: int
    totals: range
    matrices: tuple[tuple[int, int], ...]


def shared_tests(
    table: Sequence[Mapping[str, Interval]],
    positives: Iterable[int] | None = None,
    total: int | None = None,
) -> Iterator[SharedTest]:
    """Yield the test sets that let every row of a printed table be a matrix of whole numbers.

    Classifiers that are compared on one test set share its number of positive rows. Few
    numbers allow the digits of all of them at once, so the digits tell the size of the test.

    Parameters
    ----------
    table : sequence of mapping of str to Interval
        Under ``accuracy``, ``precision``, ``recall`` and ``f1`` of the positive class, the
        fractions that print so; a score that is left out may have any value.
    positives : iterable of int, optional
        Numbers of positive rows to try; those that all rows imply for `total` when left out.
    total : int, optional
        Only test sets of so many rows.

    Yields
    ------
    SharedTest
        In the order of `positives`.

    Raises
    ------
    ValueError
        If neither `positives` nor `total` is given.
    """
    if positives is None:
        if total is None:
            raise ValueError("give the numbers of positive rows to try, or the rows in all")
        positives = implied_positives(table, total)
    for count in positives:
        options = [list(_row_options(scores, count, total)) for scores in table]
        for chosen in product(*options):
            low = max(each[2].start for each in chosen)
            high = min(each[2].stop for each in chosen)
            if low < high:
                yield SharedTest(count, range(low, high), tuple(each[:2] for each in chosen))


def implied_positives(table: Sequence[Mapping[str, Interval]], total: int) -> range:
    """Return the numbers of positive rows among `total` that every printed row implies."""
    needed = ("accuracy", "precision", "recall")
    complete = [scores for scores in table if scores.keys() >= set(needed)]
    shares = [prevalence_interval(*(scores[name] for name in needed)) for scores in complete]
    low = max((share.low for share in shares), default=0.0)
    high = min((share.high for share in shares), default=1.0)
    return range(math.ceil(low * total - SLACK), math.floor(high * total + SLACK) + 1)


def _row_options(scores, positives, total) -> Iterator[tuple[int, int, range]]:
    """Yield true positives, false positives and the possible sizes of the test set."""
    anything = Interval(0.0, 1.0)
    f1, recall = scores.get("f1", anything), scores.get("recall", anything)
    for found in counts_printing_as(recall, positives):
        for alarms in _alarms(scores, positives, found, total):
            score = 2 * found / (found + positives + alarms) if positives + alarms else 0.0
            totals = _totals(scores.get("accuracy"), positives, found, alarms, total)
            if f1.low <= score <= f1.high and len(totals):
                yield found, alarms, totals


def _alarms(scores, positives, found, total) -> range:
    """Return the numbers of false alarms that precision and accuracy allow."""
    low, high = 0, math.inf if total is None else total - positives
    if not found and scores.get("precision", Interval(0.0, 1.0)).low > 0:
        return range(0)
    if "precision" in scores and found:
        precision = scores["precision"]
        low = max(low, math.ceil(found / min(precision.high, 1.0) - found - SLACK * found))
        if precision.low > 0:
            high = min(high, math.floor(found / precision.low - found + SLACK * found))
    if "accuracy" in scores and total is not None:
        wrong = Interval(*(total * (1 - end) for end in reversed(scores["accuracy"])))
        misses = positives - found
        low = max(low, math.ceil(wrong.low - misses))
        high = min(high, math.floor(wrong.high - misses))
    if high == math.inf:
        raise ValueError("without a precision above 0 the rows in all must be given")
    return range(low, high + 1)


def _totals(accuracy, positives, found, alarms, total) -> range:
    """Return the sizes of a test set on which so many errors print as the accuracy."""
    errors = positives - found + alarms
    low, high = positives + alarms, sys.maxsize - 1
    if accuracy is not None and accuracy.low < 1:
        low = max(low, math.ceil(errors / (1 - accuracy.low)))
        if accuracy.high < 1:
            high = math.floor(errors / (1 - accuracy.high))
    if total is not None:
        low, high = max(low, total), min(high, total)
    return range(low, high + 1)
