"""Arithmetic checks of the ledger, from printed text and the sizes of named files alone.

A check belongs to one claim and compares it with other printed numbers. It fails only
if no numbers exist that round *or* truncate to what is printed and agree. In a check a
dotted id stands for the printed number of that claim.

=============================================== ==============================================
``sum(a, b, ...)``, ``difference(a, b)``        the claim is their sum, or their difference
``ratio(a, b)``                                 the claim is a / b
``share(a, p)``                                 the claim is the share of a in the sum of claims p
``saving(a, b, p)``                             the claim is 1 - a / b; p are the times of the table
``same(a)``                                     the claim prints the same quantity as a
``mean(p)``, ``deviation(p)``                   mean and standard deviation of claims fitting p
``f1(precision, recall)``                       the claim is the F1 score of one class
``error_rates(fpr, fnr, recall, precision)``    the rates fit the macro-averaged scores
``matrix(positives, negatives, average, a, p, r, f)``  some confusion matrix prints so
``fold_matrix(rows, folds, a, p, r, f)``        the same for one of equal folds, one class
``fold_positives(rows, folds, p)``              the folds' positive rows add up to the claim
``test_rows(share, rows, p)``                   the accuracies can occur on that share of rows
``shared_test(share, rows, row, ...)``          so can whole rows, with one number of attacks
``odd_cell(share, rows, row, ...)``             not the claim alone keeps its row from doing so
``follows()``                                   a conclusion's rule holds for the printed numbers
=============================================== ==============================================

A ``row`` is a pattern that its four scores fit, such as ``paper.table1.rf.*``; `odd_cell` takes
the claim's own row first.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from inspect import signature
from itertools import permutations
from typing import Literal, NewType, get_args

import numpy as np

from lib.claims import rules
from lib.claims.claim import Claim, Ledger
from lib.claims.language import Call
from lib.common.wording import in_unit
from lib.methods import arithmetic
from lib.methods.intervals import Interval

SCORES = ("accuracy", "precision", "recall", "f1")
# What an argument of a check is; a `Number` is an id, too.
One = NewType("One", str)
Several = NewType("Several", str)
Row = NewType("Row", str)
Average = Literal["macro", "binary"]
Number = One | float
# For each, what an argument must look like, and how to say so.
ARGUMENTS: dict[object, tuple[Callable[["Call | float | str"], bool], str]] = {
    One: (lambda given: _is_id(given) and "*" not in given, "the id of one claim"),
    Several: (lambda given: _is_id(given) and "*" in given, "an id with *"),
    Row: (
        lambda given: _is_id(given) and given.find("*") == len(given) - 1,
        "an id that ends in *",
    ),
    Average: (lambda given: given in get_args(Average), "macro or binary"),
    Number: (
        lambda given: isinstance(given, float) or (_is_id(given) and "*" not in given),
        "a number or the id of one claim",
    ),
}
# What gives a number, and does not only bound it.
DETERMINING = ("sum", "difference", "ratio", "share", "saving", "mean", "deviation")
# So many ids a matrix needs, one a score.
MATRICES = ("matrix", "fold_matrix")


def _is_id(given: "Call | float | str") -> bool:
    return isinstance(given, str) and "." in given


def failed_check(claim: Claim, ledger: Ledger) -> str:
    """Return the arithmetic that contradicts a claim, or an empty text."""
    for call in claim.check:
        problem = CHECKS[call.name](claim, ledger, *call.arguments)
        if problem:
            return problem
    return ""


def determining(claim: Claim) -> Call | None:
    """Return the check, if there is one, by which other printed numbers give the claim's own."""
    return next((call for call in claim.check if call.name in DETERMINING), None)


def _interval(ledger: Ledger, argument: "str | float") -> Interval:
    if isinstance(argument, str):
        return ledger[argument].interval
    return Interval(float(argument), float(argument))


def _count(ledger: Ledger, argument: "str | float") -> int:
    return round(ledger[argument].number if isinstance(argument, str) else argument)


def _text(ledger: Ledger, argument: "str | float") -> str:
    if isinstance(argument, str):
        return with_unit(ledger[argument])
    return f"{argument:g}"


def with_unit(claim: Claim) -> str:
    """Return what is printed, with a percent sign where it has one."""
    return in_unit(claim.published, claim.unit)


def _compare(claim: Claim, allowed: Interval, formula: str) -> str:
    """Return a problem if what is printed has no number in common with `allowed`."""
    # Binary fractions: far below half a unit of the last printed digit.
    slack = 1e-9 * max(1.0, abs(allowed.high))
    own = claim.interval
    if own.low <= allowed.high + slack and allowed.low <= own.high + slack:
        return ""
    low, high = (f"{end * claim.scale:.{claim.decimals + 1}f}" for end in allowed)
    result = low if low == high else f"between {low} and {high}"
    return f"{formula} gives {in_unit(result, claim.unit)}, but {with_unit(claim)} is printed."


def _exact(ledger: Ledger, argument: "str | float") -> Interval:
    """Return a whole number as itself: counts are neither rounded nor cut off."""
    if isinstance(argument, str) and ledger[argument].is_count:
        return Interval(ledger[argument].number, ledger[argument].number)
    return _interval(ledger, argument)


def _sum(claim: Claim, ledger: Ledger, *terms: Number) -> str:
    parts = [_exact(ledger, term) for term in terms]
    total = Interval(sum(part.low for part in parts), sum(part.high for part in parts))
    return _exactly(claim, ledger, total, " + ".join(_text(ledger, term) for term in terms))


def _difference(claim: Claim, ledger: Ledger, first: Number, second: Number) -> str:
    whole, part = _exact(ledger, first), _exact(ledger, second)
    rest = Interval(whole.low - part.high, whole.high - part.low)
    return _exactly(claim, ledger, rest, f"{_text(ledger, first)} - {_text(ledger, second)}")


def _exactly(claim: Claim, ledger: Ledger, result: Interval, formula: str) -> str:
    if not claim.is_count:
        return _compare(claim, result, formula)
    if result.contains(claim.number):
        return ""
    return f"{formula} gives {result.low:,.0f}, but {claim.published} is printed."


def _ratio(claim: Claim, ledger: Ledger, first: Number, second: Number) -> str:
    part, whole = _exact(ledger, first), _exact(ledger, second)
    formula = f"{_text(ledger, first)} / {_text(ledger, second)}"
    return _compare(claim, Interval(part.low / whole.high, part.high / whole.low), formula)


def _share(claim: Claim, ledger: Ledger, part: One, pattern: Several) -> str:
    named = ledger.matching(pattern)
    parts = [_exact(ledger, each.id) for each in named]
    own = _exact(ledger, part)
    whole = Interval(sum(each.low for each in parts), sum(each.high for each in parts))
    total = f"{sum(each.number for each in named):,.0f}"
    formula = f"{_text(ledger, part)} of the sum {total} of the {len(named)} rows"
    return _compare(claim, Interval(own.low / whole.high, own.high / whole.low), formula)


def _saving(claim: Claim, ledger: Ledger, first: One, second: One, pattern: Several) -> str:
    formula = f"1 - {ledger[first].published} / {ledger[second].published}"
    problem = _compare(claim, _saved(ledger[first], ledger[second]), formula)
    return f"{problem} {_other_pairs(claim, ledger.matching(pattern))}" if problem else ""


def _saved(shorter: Claim, longer: Claim) -> Interval:
    """Return the share of time that is saved, whatever the units of the two claims' records."""
    return arithmetic.saving_interval(_seconds(shorter), _seconds(longer))


def _seconds(claim: Claim) -> Interval:
    return arithmetic.printed_interval(claim.number, claim.decimals, truncation=True)


def _other_pairs(claim: Claim, times: list[Claim]) -> str:
    fitting = [
        f"{shorter.published} and {longer.published} ({shorter.subject}; {longer.subject})"
        for shorter, longer in permutations(times, 2)
        if not _compare(claim, _saved(shorter, longer), "")
    ]
    pairs = len(times) * (len(times) - 1) // 2
    if not fitting:
        return f"None of the {pairs} pairs of the column gives it."
    return f"Of the {pairs} pairs of the column these give it: {'; '.join(fitting)}."


def _same(claim: Claim, ledger: Ledger, other: One) -> str:
    origin = ledger[other]
    if claim.is_count:
        agrees = claim.number == origin.number
    else:
        own, its = claim.interval, origin.interval
        agrees = own.low <= its.high and its.low <= own.high
    if agrees:
        return ""
    return (
        f"{origin.locator} prints {with_unit(origin)} for the same quantity, "
        f"but here {with_unit(claim)} is printed."
    )


def _mean(claim: Claim, ledger: Ledger, pattern: Several) -> str:
    parts = [each.interval for each in ledger.matching(pattern)]
    return _compare(claim, arithmetic.mean_interval(parts), f"The mean of the {len(parts)} rows")


def _deviation(claim: Claim, ledger: Ledger, pattern: Several) -> str:
    # A paper that does not name the divisor may have used either.
    parts = [each.interval for each in ledger.matching(pattern)]
    problems = [
        _compare(claim, arithmetic.deviation_interval(parts, sample), formula)
        for sample, formula in (
            (True, f"The standard deviation of the {len(parts)} rows, divisor n - 1,"),
            (False, "With divisor n it"),
        )
    ]
    return " ".join(problems) if all(problems) else ""


def _f1(claim: Claim, ledger: Ledger, precision: Number, recall: Number) -> str:
    allowed = arithmetic.f1_interval(_interval(ledger, precision), _interval(ledger, recall))
    formula = f"F1 = 2PR/(P+R) with P = {_text(ledger, precision)} and R = {_text(ledger, recall)}"
    return _compare(claim, allowed, formula)


def _error_rates(claim: Claim, ledger: Ledger, fpr: One, fnr: One, recall: One, precision: One):
    """Hold two error rates against the macro-averaged recall and precision.

    Should the rates be shares of the predicted instead of the true classes, they would
    fix the macro-averaged precision; so the check fails only if neither fits.
    """
    allowed = arithmetic.macro_recall_interval(_interval(ledger, fpr), _interval(ledger, fnr))
    scores = [ledger[recall], ledger[precision]]
    if not all(_compare(score, allowed, "") for score in scores):
        return ""
    rates = f"({_text(ledger, fpr)} + {_text(ledger, fnr)})"
    return (
        f"1 - {rates} / 2 lies between {allowed.low:.5f} and {allowed.high:.5f} and is the macro "
        f"recall, but {scores[0].locator} prints {scores[0].published}; read as shares of the "
        f"predicted classes it is the macro precision, printed as {scores[1].published}."
    )


@lru_cache(maxsize=256)
def _matrices(rows, scores: tuple[float, ...], average: str, decimals: int):
    named = dict(zip(SCORES, scores, strict=True))
    return arithmetic.confusion_matrices(rows, named, average, decimals, truncation=True)


def _row_matrices(ledger: Ledger, rows, average: str, ids: tuple[str, ...]):
    claims = [ledger[id] for id in ids]
    # A score may be printed with fewer digits than the others of its row, such as 0.97 for 0.970.
    decimals = min(claim.decimals + (2 if claim.unit == "%" else 0) for claim in claims)
    scores = tuple(claim.number / claim.scale for claim in claims)
    found = _matrices(rows, scores, average, decimals)
    measured = arithmetic.scores_of(found, average)
    fits = [
        (measured[name] >= claim.interval.low) & (measured[name] <= claim.interval.high)
        for name, claim in zip(SCORES, claims, strict=True)
    ]
    return found[np.all(fits, axis=0)]


def _scores_text(ledger: Ledger, ids: tuple[str, ...]) -> str:
    return ", ".join(f"{ledger[id].metric} {with_unit(ledger[id])}" for id in ids)


def _matrix(
    claim: Claim, ledger: Ledger, positives: Number, negatives: Number, average: Average, *ids: One
) -> str:
    rows = (_count(ledger, positives), _count(ledger, negatives))
    if len(_row_matrices(ledger, rows, average, ids)):
        return ""
    return (
        f"No confusion matrix of {rows[0]:,} and {rows[1]:,} rows has "
        f"{_scores_text(ledger, ids)} ({average} average), rounded or truncated."
    )


def _fold_rows(ledger: Ledger, rows, folds) -> list[int]:
    total, parts = _count(ledger, rows), _count(ledger, folds)
    return sorted({total // parts, math.ceil(total / parts)})


def _fold_matrix(claim: Claim, ledger: Ledger, rows: Number, folds: Number, *ids: One) -> str:
    sizes = _fold_rows(ledger, rows, folds)
    if any(len(_row_matrices(ledger, size, "binary", ids)) for size in sizes):
        return ""
    return (
        f"No confusion matrix of {' or '.join(f'{size:,}' for size in sizes)} rows, one of "
        f"{_text(ledger, folds)} folds, has {_scores_text(ledger, ids)}, rounded or truncated."
    )


def _fold_positives(
    claim: Claim, ledger: Ledger, rows: Number, folds: Number, pattern: Several
) -> str:
    low = high = 0
    size = max(_fold_rows(ledger, rows, folds))
    for prefix in sorted({each.id.rpartition(".")[0] for each in ledger.matching(pattern)}):
        ids = tuple(f"{prefix}.{score}" for score in SCORES)
        positives = _row_matrices(ledger, size, "binary", ids)[:, :2].sum(axis=1)
        if not len(positives):
            return ""  # The fold's own check says so.
        low, high = low + int(positives.min()), high + int(positives.max())
    if low <= claim.number <= high:
        return ""
    return (
        f"The confusion matrices that fit the printed folds have between {low:,} and {high:,} "
        f"positive rows in all, but {claim.published} is printed."
    )


def _test_rows(claim: Claim, ledger: Ledger, share: One, rows: One, pattern: Several) -> str:
    total, accuracies = _count(ledger, rows), ledger.matching(pattern)
    size = ledger[share].number / ledger[share].scale * total
    sizes = sorted({math.floor(size), math.ceil(size)})
    intervals = [each.interval for each in accuracies]
    misfits = [
        each
        for each, interval in zip(accuracies, intervals, strict=True)
        if not any(arithmetic.counts_printing_as(interval, each_size) for each_size in sizes)
    ]
    if not misfits:
        return ""
    return (
        f"{_text(ledger, share)} of {total:,} rows is {sizes[-1]:,} rows. "
        f"{_nearest(misfits[0], sizes[-1])} {len(misfits)} of {len(accuracies)} printed "
        f"accuracies cannot occur on so many rows. {_smallest_fit(intervals, total)}"
    )


def _smallest_fit(intervals: list[Interval], total: int) -> str:
    fitting = arithmetic.possible_totals(intervals, range(total // 20, total + 1))
    if not fitting:
        return "No share of the rows from 5 % on fits all of them."
    share = 100 * fitting[0] / total
    return f"The smallest set that fits all of them has {fitting[0]:,} rows ({share:.1f} %)."


def _nearest(claim: Claim, rows: int) -> str:
    below = math.floor(claim.number / claim.scale * rows)
    digits = claim.decimals + 1
    shares = [
        f"{right:,} right give {right / rows * claim.scale:.{digits}f}"
        for right in (below, below + 1)
    ]
    return f"{' and '.join(shares)}; neither prints as {with_unit(claim)}."


@lru_cache(maxsize=1024)
def _fitting_tests(table: tuple[tuple[tuple[str, Interval], ...], ...], total: int):
    return list(arithmetic.shared_tests([dict(scores) for scores in table], total=total))


@lru_cache(maxsize=1024)
def _fitting_row(scores: tuple[tuple[str, Interval], ...], attacks: tuple[int, ...], total: int):
    return list(arithmetic.shared_tests([dict(scores)], attacks, total))


def _scores(ledger: Ledger, row: str, without: str = "", truncated: bool = False):
    """Return the intervals of a printed row, hashable; without one of its scores if named."""
    claims = {score: ledger[_cell(row, score)] for score in SCORES if score != without}
    return tuple(
        (score, _truncated(claim) if truncated else claim.interval)
        for score, claim in claims.items()
    )


def _truncated(claim: Claim) -> Interval:
    low, high = arithmetic.truncated_interval(claim.number, claim.decimals)
    return Interval(low / claim.scale, high / claim.scale)


def _cell(row: str, score: str) -> str:
    return f"{row.removesuffix('.*')}.{score}"


def _share_of(ledger: Ledger, share: "str | float", rows: int) -> int:
    if isinstance(share, str):
        share = ledger[share].number / ledger[share].scale
    return math.ceil(round(share * rows, 6))


def _shared_test(claim: Claim, ledger: Ledger, share: Number, rows: Number, *printed: Row) -> str:
    total, table = _count(ledger, rows), tuple(_scores(ledger, row) for row in printed)
    size = _share_of(ledger, share, total)
    if _fitting_tests(table, size):
        return ""
    first = ledger[_cell(printed[0], SCORES[0])]
    return (
        f"{_text(ledger, share)} of the file's {total:,} rows is {size:,} test rows. No number of "
        f"attack rows among them lets all {len(printed)} rows of {_table(first)} be whole-number "
        f"confusion matrices, rounded or truncated. {_percentages(ledger, total, printed)}"
    )


def _table(claim: Claim) -> str:
    return claim.locator.partition(",")[0]


def _percentages(ledger: Ledger, total: int, printed: tuple[str, ...]) -> str:
    """Name the shares of the rows that do let them, when all digits beyond are cut off."""
    table = tuple(_scores(ledger, row, truncated=True) for row in printed)
    sizes = {percentage: _share_of(ledger, percentage / 100, total) for percentage in range(1, 51)}
    fitting = [f"{each} %" for each, size in sizes.items() if _fitting_tests(table, size)]
    listed = " and ".join(fitting) or "none"
    return f"With digits cut off, of the whole percentages up to 50 there remains: {listed}."


def _odd_cell(
    claim: Claim, ledger: Ledger, share: Number, rows: Number, own: Row, *others: Row
) -> str:
    """Fail if leaving out this one cell, and no other, makes its row fit the others' test."""
    size = _share_of(ledger, share, _count(ledger, rows))
    rest = _fitting_tests(tuple(_scores(ledger, row) for row in others), size)
    attacks = tuple(sorted({test.positives for test in rest}))

    def fits(without: str = "") -> list:
        return _fitting_row(_scores(ledger, own, without), attacks, size)

    score = claim.id.rpartition(".")[2]
    if not attacks:
        return ""
    if fits() or any(fits(each) for each in SCORES if each != score) or not fits(score):
        return ""
    meant = {f"{_score_of_own_row(test, size, score) * claim.scale:.4f}" for test in fits(score)}
    return (
        f"On {size:,} test rows, where the rest of {_table(claim)} fits together, no whole-number "
        f"confusion matrix has {_scores_text(ledger, tuple(_cell(own, each) for each in SCORES))}. "
        f"Without this cell one has, and the cell would be {' or '.join(sorted(meant))}."
    )


def _score_of_own_row(test: arithmetic.SharedTest, size: int, score: str) -> float:
    found, alarms = test.matrices[0]
    matrix = [found, test.positives - found, alarms, size - test.positives - alarms]
    return float(arithmetic.scores_of(np.array([matrix]))[score][0])


def _follows(claim: Claim, ledger: Ledger) -> str:
    """Hold a conclusion against the numbers that the paper itself prints for its records."""
    printed: dict[str, Claim] = {}
    for each in ledger.values():
        if each.kind == "value":
            printed.setdefault(each.record, each)
    ids = rules.record_ids(claim.rule)
    if any(id not in printed for id in ids):
        return ""
    values = {id: _fractions([printed[id]]) for id in ids}

    def holds(rule: Call) -> bool:
        found = rules.evaluate(rule, values, lambda pattern: _fractions(ledger.matching(pattern)))
        return bool(np.all(found))

    if holds(claim.rule):
        return ""
    against = [
        _side_by_side(*(printed[id] for id in call.arguments[:2]))
        for call in rules.comparisons(claim.rule)
        if not holds(call)
    ]
    return f"The paper's own tables say otherwise: {'; '.join(against)}."


def _fractions(claims: list[Claim]) -> np.ndarray:
    return np.array([each.number / each.scale for each in claims])


def _side_by_side(first: Claim, second: Claim) -> str:
    metric = first.metric.replace("f1", "F1")
    values = f"{metric} {with_unit(first)} of {first.subject}, {with_unit(second)} of"
    return f"{_table(first)}, {values} {second.subject}"


CHECKS: dict[str, Callable[..., str]] = {
    "sum": _sum,
    "difference": _difference,
    "ratio": _ratio,
    "share": _share,
    "saving": _saving,
    "same": _same,
    "mean": _mean,
    "deviation": _deviation,
    "f1": _f1,
    "error_rates": _error_rates,
    "matrix": _matrix,
    "fold_matrix": _fold_matrix,
    "fold_positives": _fold_positives,
    "test_rows": _test_rows,
    "shared_test": _shared_test,
    "odd_cell": _odd_cell,
    "follows": _follows,
}
NAMES = frozenset(CHECKS)


def validate(call: Call) -> None:
    """Refuse a check that cannot be carried out."""
    if call.name not in NAMES:
        raise ValueError(f"there is no function {call.name!r}")
    for kind, given in _by_kind(call):
        fits, wanted = ARGUMENTS[kind]
        if not fits(given):
            raise TypeError(f"{call.name}() takes {wanted}, where {given!r} is given")
    printed = [given for kind, given in _by_kind(call) if kind is One]
    if call.name in MATRICES and len(printed) != len(SCORES):
        raise TypeError(f"{call.name}() takes an id for each of {', '.join(SCORES)}")


def ids_read(call: Call) -> list[str]:
    """Return the ids of the printed numbers that a check reads."""
    ids: list[str] = []
    for kind, given in _by_kind(call):
        if kind is Row:
            ids += [_cell(given, score) for score in SCORES]
        elif _is_id(given):
            ids.append(given)
    return ids


def _by_kind(call: Call) -> list[tuple[object, "Call | float | str"]]:
    """Return each argument of a check with what it has to be."""
    parameters = signature(CHECKS[call.name]).parameters.values()
    bound = signature(CHECKS[call.name]).bind(None, None, *call.arguments).arguments
    return [
        (parameter.annotation, given)
        for parameter in parameters
        if parameter.annotation in ARGUMENTS and parameter.name in bound
        for given in (
            bound[parameter.name]
            if parameter.kind is parameter.VAR_POSITIONAL
            else [bound[parameter.name]]
        )
    ]
