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

from lib.intervals import Interval

# Slack for binary fractions, far below half a unit of any printed digit.
SLACK = 1e-12
AVERAGES = ("binary", "macro", "weighted")
CHUNK = 1 << 20


def decimals_of(text: str) -> int:
    """Return the number of digits behind the decimal point of a printed number.

    Parameters
    ----------
    text : str
        As `number_of` reads it, without padding.

    Returns
    -------
    int
        0 without a decimal point; zeros at the end count.
    """
    return len(text.partition(".")[2])


def number_of(text: str) -> float:
    """Return the value of a printed number such as ``"16,318"`` or ``"0.96878"``.

    Parameters
    ----------
    text : str
        Digits, an optional sign and decimal point, commas or spaces between thousands.

    Returns
    -------
    float
        The value as printed, in the printed unit.

    Raises
    ------
    ValueError
        If the text is not a finite number, or what parts its digits does not part thousands.
    """
    value = float(ungrouped(text))
    if not math.isfinite(value) or "_" in text:
        raise ValueError(f"{text!r} is not a finite number")
    return value


def ungrouped(text: str) -> str:
    """Return a printed number without what parts its thousands.

    Parameters
    ----------
    text : str
        Such as ``"16,318"`` or ``"3 668 522"``.

    Returns
    -------
    str
        Such as ``"16318"``.

    Raises
    ------
    ValueError
        If commas or spaces part anything but thousands, or both stand in one number.
    """
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
    value : float
        The printed value, not negative where `truncation` is asked for.
    decimals : int
        Printed digits behind the decimal point.
    truncation : bool
        Whether cutting off further digits counts as well as rounding.

    Returns
    -------
    Interval
        Half a unit of the last digit on both sides; a whole unit above with
        `truncation`.
    """
    unit = 10.0**-decimals
    return Interval(value - unit / 2 - SLACK, value + (unit if truncation else unit / 2) + SLACK)


def truncated_interval(value: float, decimals: int) -> Interval:
    """Return every number that prints as `value` when further digits are cut off.

    Parameters
    ----------
    value : float
        The printed value, not negative.
    decimals : int
        Printed digits behind the decimal point.

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
    interval : Interval
        Fractions in [0, 1].
    total : int
        Number of rows, positive.

    Returns
    -------
    range
        Empty when no whole number fits.
    """
    low, high = math.ceil(interval.low * total), math.floor(interval.high * total)
    return range(max(low, 0), min(high, total) + 1)


@dataclass(frozen=True)
class PrintedShare:
    """The counts of a total whose share prints as a given text.

    Attributes
    ----------
    total : int
        Rows, or whatever is counted.
    rounded : range
        Counts whose share rounds to the text; a tie may round either way.
    cut : range
        Counts whose share becomes the text when further digits are cut off.
    """

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
    value, unit = (Fraction(each) / scale for each in (ungrouped(text), _unit(text)))
    return [
        PrintedShare(
            total,
            _counts(total, value - unit / 2, value + unit / 2, closed=True),
            _counts(total, value, value + unit, closed=False),
        )
        for total in totals
    ]


def _unit(text: str) -> Fraction:
    return Fraction(1, 10 ** decimals_of(text))


def _counts(total: int, low: Fraction, high: Fraction, closed: bool) -> range:
    """Return the counts whose share lies between two ends; the upper one belongs if closed."""
    above = math.floor(high * total) + 1 if closed else math.ceil(high * total)
    return range(max(math.ceil(low * total), 0), min(above, total + 1))


def possible_totals(intervals: Sequence[Interval], totals: Iterable[int]) -> list[int]:
    """Return the test-set sizes on which every printed accuracy can occur.

    Parameters
    ----------
    intervals : sequence of Interval
        Printed accuracies, each as the interval of what prints so.
    totals : iterable of int
        Sizes to try, in rows.

    Returns
    -------
    list of int
        Sizes for which each interval holds a whole number of right answers.
    """
    return [total for total in totals if all(counts_printing_as(each, total) for each in intervals)]


def saving_interval(shorter: Interval, longer: Interval) -> Interval:
    """Return the share of a longer time that a shorter one saves.

    Parameters
    ----------
    shorter, longer : Interval
        Times in one unit, positive.

    Returns
    -------
    Interval
        Of ``1 - shorter / longer``; below 0 where the first time is the longer one.
    """
    return Interval(1 - shorter.high / longer.low, 1 - shorter.low / longer.high)


def mean_interval(intervals: Sequence[Interval]) -> Interval:
    """Return where the mean of numbers lies that are known to lie in intervals.

    Parameters
    ----------
    intervals : sequence of Interval
        At least one, all in one unit.

    Returns
    -------
    Interval
        From the mean of the lower ends to the mean of the upper ends.
    """
    lows, highs = zip(*intervals, strict=True)
    return Interval(sum(lows) / len(lows), sum(highs) / len(highs))


def deviation_interval(intervals: Sequence[Interval], sample: bool = True) -> Interval:
    """Return bounds on the standard deviation of numbers known to lie in intervals.

    Parameters
    ----------
    intervals : sequence of Interval
        At least two.
    sample : bool
        Divide by n - 1, or else by n.

    Returns
    -------
    Interval
        By the triangle inequality, the deviation of the midpoints moves by at most the
        half width times ``sqrt(n / divisor)``; safe, slightly wide.
    """
    bounds = np.asarray(intervals, dtype=float)
    middle = float(bounds.mean(axis=1).std(ddof=int(sample)))
    half_width = float((bounds[:, 1] - bounds[:, 0]).max() / 2)
    reach = half_width * math.sqrt(len(bounds) / (len(bounds) - int(sample)))
    return Interval(max(middle - reach, 0.0), middle + reach)


def f1_interval(precision: Interval, recall: Interval) -> Interval:
    """Return where F1 lies, given precision and recall of the same class.

    Parameters
    ----------
    precision, recall : Interval
        Fractions; F1 rises with both, so the ends give the ends.

    Returns
    -------
    Interval
        Harmonic means of the lower and of the upper ends.
    """
    return Interval(_harmonic(precision.low, recall.low), _harmonic(precision.high, recall.high))


def _harmonic(first: float, second: float) -> float:
    return 0.0 if first + second <= 0 else 2 * first * second / (first + second)


def recall_interval(precision: Interval, f1: Interval) -> Interval:
    """Return where recall lies, given precision and F1 of the same class.

    Parameters
    ----------
    precision, f1 : Interval
        Fractions, each F1 less than twice each precision.

    Returns
    -------
    Interval
        Of ``F1 P / (2 P - F1)``, which falls with P and rises with F1.
    """
    low = f1.low * precision.high / (2 * precision.high - f1.low)
    high = f1.high * precision.low / (2 * precision.low - f1.high)
    return Interval(low, high)


def macro_recall_interval(false_positive_rate: Interval, false_negative_rate: Interval) -> Interval:
    """Return the macro-averaged recall that the two error rates fix.

    Parameters
    ----------
    false_positive_rate, false_negative_rate : Interval
        Fractions of the rows of the normal and of the attack class.

    Returns
    -------
    Interval
        ``1 - (FPR + FNR) / 2``, whatever the class shares.
    """
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
    corners = [
        _prevalence(each_accuracy, each_precision, each_recall)
        for each_accuracy in accuracy
        for each_precision in precision.clipped(0.0, 1.0)
        for each_recall in recall.clipped(0.0, 1.0)
    ]
    if None in corners:
        return Interval(0.0, 1.0)
    return Interval(min(corners), max(corners)).clipped(0.0, 1.0)


def _prevalence(accuracy: float, precision: float, recall: float) -> float | None:
    if precision <= 0:
        return None
    errors_per_positive = (1 - recall) + recall * (1 - precision) / precision
    return None if errors_per_positive <= 0 else (1 - accuracy) / errors_per_positive


def scores_of(matrices: np.ndarray, average: str = "binary") -> dict[str, np.ndarray]:
    """Return accuracy, precision, recall and F1 of many confusion matrices.

    Parameters
    ----------
    matrices : numpy.ndarray of int, shape (k, 4)
        Columns: true positives, false negatives, false positives, true negatives.
    average : str
        ``"binary"`` (of the positive class), ``"macro"`` (mean over both classes) or
        ``"weighted"`` (mean weighted with the rows of each class).

    Returns
    -------
    dict of str to numpy.ndarray, shape (k,)
        Keys ``accuracy``, ``precision``, ``recall``, ``f1``; fractions, 0 where a
        score is undefined, as scikit-learn has it.

    Raises
    ------
    ValueError
        If the average is none of these.
    """
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
    average : str
        How precision, recall and F1 are averaged; see `scores_of`.
    decimals : int
        Printed digits behind the decimal point of the fractions.
    truncation : bool
        Whether numbers that were cut off instead of rounded fit too.

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
    found = [
        _fitting(matrices, intervals, average)
        for matrices in _candidates(rows, intervals.get("accuracy"))
    ]
    return np.concatenate([np.empty((0, 4), dtype=np.int64), *found])


def _fitting(matrices: np.ndarray, intervals: Mapping[str, Interval], average: str) -> np.ndarray:
    measured = scores_of(matrices, average)
    fits = np.ones(len(matrices), dtype=bool)
    for name, interval in intervals.items():
        fits &= (measured[name] >= interval.low) & (measured[name] <= interval.high)
    return matrices[fits]


def _candidates(rows: int | tuple[int, int], accuracy: Interval | None) -> Iterator[np.ndarray]:
    if isinstance(rows, tuple):
        yield from _candidates_of_classes(*rows, accuracy)
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
    positives: int, negatives: int, accuracy: Interval | None
) -> Iterator[np.ndarray]:
    if accuracy is None:
        rights = range(positives + negatives + 1)
    else:
        rights = counts_printing_as(accuracy, positives + negatives)
    for right in rights:
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
    return np.concatenate(
        [
            np.column_stack([np.full(len(rest), first), rest])
            for first in range(total + 1)
            for rest in [_splits(total - first, parts - 1)]
        ]
    )


def _f1_ends(sizes, misses, alarms, weights) -> tuple[float, float]:
    found = sizes - misses
    scores = 2 * found / (2 * found + misses + alarms) @ weights
    return float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))


@dataclass(frozen=True)
class SharedTest:
    """Test sets on which several printed rows can have been measured together.

    Attributes
    ----------
    positives : int
        Positive rows, the same for every printed row.
    totals : range
        Rows in all.
    matrices : tuple of (int, int)
        True positives and false positives, one pair a printed row.
    """

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
    """Return the numbers of positive rows among `total` that every printed row implies.

    Parameters
    ----------
    table : sequence of mapping of str to Interval
        Rows with accuracy, precision and recall; others do not narrow the range.
    total : int
        Rows in all.

    Returns
    -------
    range
        Within 0 and `total`, both included; empty when printed rows contradict each other.
    """
    needed = ("accuracy", "precision", "recall")
    shares = [
        prevalence_interval(*(scores[name] for name in needed))
        for scores in table
        if all(name in scores for name in needed)
    ]
    low = max((share.low for share in shares), default=0.0)
    high = min((share.high for share in shares), default=1.0)
    return range(math.ceil(low * total - SLACK), math.floor(high * total + SLACK) + 1)


def _row_options(scores, positives, total) -> Iterator[tuple[int, int, range]]:
    """Yield true positives, false positives and the possible sizes of the test set."""
    anything = Interval(0.0, 1.0)
    f1, recall = scores.get("f1", anything), scores.get("recall", anything)
    for found in counts_printing_as(recall, positives):
        for alarms in _alarms(scores, positives, found, total):
            score = _harmonic_of_counts(found, positives, alarms)
            totals = _totals(scores.get("accuracy"), positives, found, alarms, total)
            if f1.low <= score <= f1.high and len(totals):
                yield found, alarms, totals


def _harmonic_of_counts(found: int, positives: int, alarms: int) -> float:
    return 2 * found / (found + positives + alarms) if positives + alarms else 0.0


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
