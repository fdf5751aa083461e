"""Holding the records of a fresh run against the published ones.

What has no random draw must be equal. For everything else the question is whether the fresh
seeds could be further seeds of the published run, asked of all records at once. Two answers,
by how many seeds there are:

shuffling
    With at least `FEWEST` seeds on both sides, the seeds of both runs are shuffled together.
    A record has changed when its two means lie further apart, in units of its spread, than
    the *largest* distance over all records does in all but one of a hundred shuffles. Nothing
    is assumed of the records' distributions or of how they move together.
interval
    With fewer seeds, the fresh mean must lie in Student's prediction interval at one
    hundredth divided by the number of records, widened to reach the published values of the
    same seeds. On seeds that were not published this leaves the record undecided: nine equal
    values and one collapse are common among trained classifiers, and no interval from
    ten seeds covers the collapse at such a level.
repetition
    On a twin with the published seeds, where code is judged and not papers: the fresh mean
    may be no further from the mean of the same seeds than these are from each other. Only
    rounding separates both, which is why so few seeds suffice there, and no level is stated.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt

import numpy as np
from scipy.special import stdtrit

from lib.intervals import Interval
from lib.records import Record
from lib.verification.spread import further_interval, usual_interval

# An honest repetition is called different at most so often, over all records together.
FALSE_ALARMS = 0.01
# Equality of what has no random draw, across processors and libraries of linear algebra.
SAME = 1e-6
# Two means nearer than one step of measuring are the same, relative to values above one.
STEP, RANK_STEP = 0.005, 1.0
# Seeds a side from which shuffling decides; up to so many ways to shuffle all are taken, else
# so many at random, from this seed.
FEWEST, ALL_WAYS, SHUFFLES, SEED = 5, 5_000, 2_000, 2022
HOLDS, CHANGED, UNDECIDED, NOT_JUDGED = "holds", "changed", "undecided", "not judged"
EQUAL, SHUFFLED, INTERVAL, PRESENT = "equality", "shuffling", "interval", "presence"
REPEATED = "repetition"
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Comparison:
    """One record of the published run beside the same record of a fresh run.

    Attributes
    ----------
    id, notebook : str
    rule : str
        ``"equality"``, ``"shuffling"``, ``"interval"``, ``"repetition"``, or ``"presence"`` for
        what has no spread to judge by.
    state : str
        ``"holds"``, ``"changed"``, ``"undecided"`` or ``"not judged"``.
    reason : str
        One clause that says why.
    published, fresh : float or None
        Means over the replicates; None where there is no such record.
    expected : Interval or None
        Where the fresh mean was allowed to lie.
    usual : Interval or None
        Where 95 of 100 fresh means would lie, were this the only record.
    same_seeds, same_digits : bool
        Whether the fresh seeds were published, and whether each value equals its own.
    """

    id: str
    notebook: str
    rule: str
    state: str
    reason: str
    published: float | None = None
    fresh: float | None = None
    expected: Interval | None = None
    usual: Interval | None = None
    same_seeds: bool = False
    same_digits: bool = False

    @property
    def excess(self) -> float:
        """How far outside the fresh mean lies, in half widths of what was expected."""
        if self.expected is None:
            return float("inf")
        half = (self.expected.high - self.expected.low) / 2 or SAME
        return abs(self.fresh - (self.expected.high + self.expected.low) / 2) / half - 1


@dataclass(frozen=True)
class Family:
    """How the records were judged together.

    Attributes
    ----------
    size : int
        Records from random draws that have a spread.
    shuffled, by_interval, repeated : int
        How many of them were judged by each rule.
    threshold : float or None
        Distance of the means, in standard errors, at which shuffling says changed.
    smallest_shift : float or None
        The shift of a record's mean, in its own standard deviations over seeds, that is
        found in half of all cases.
    usual_outside : int
        Records outside their own 95 % interval, of which some are to be expected.
    """

    size: int
    shuffled: int
    by_interval: int
    repeated: int
    threshold: float | None
    smallest_shift: float | None
    usual_outside: int


@dataclass(frozen=True)
class Judged:
    """All comparisons of a run, in the order of their ids, and how they were judged."""

    comparisons: list[Comparison]
    family: Family

    def with_state(self, state: str) -> list[Comparison]:
        """Return the comparisons of one state, the furthest outside first.

        Parameters
        ----------
        state : str
            ``"holds"``, ``"changed"``, ``"undecided"`` or ``"not judged"``.

        Returns
        -------
        list of Comparison
            What has no interval, such as a record of one run alone, comes before all others.
        """
        found = [each for each in self.comparisons if each.state == state]
        return sorted(found, key=lambda each: -each.excess)


def judge_records(published: Records, fresh: Records) -> Judged:
    """Hold every record of a fresh run against the published run.

    An honest repetition has a record called changed at most once in a hundred runs.

    Parameters
    ----------
    published, fresh : mapping of str to Record
        By record id.

    Returns
    -------
    Judged
    """
    both = sorted(published.keys() & fresh.keys())
    pairs = [(published[id], fresh[id]) for id in both]
    drawn = [pair for pair in pairs if _has_spread(pair[0])]
    level = FALSE_ALARMS / max(1, len(drawn))
    found = [_absent(published[id]) for id in published.keys() - fresh.keys()]
    found += [_unknown(fresh[id]) for id in fresh.keys() - published.keys()]
    found += [_without_spread(*pair) for pair in pairs if not _has_spread(pair[0])]
    thresholds = []
    for block in _blocks(drawn):
        judged, threshold = _judge_block(block, level)
        found += judged
        thresholds.append(threshold)
    return Judged(sorted(found, key=lambda each: each.id), _family(found, drawn, thresholds, level))


def _has_spread(record: Record) -> bool:
    return not (record.deterministic or record.timed) and len(record.values) > 1


def _absent(record: Record) -> Comparison:
    reason = "published, but not measured"
    return _comparison(record, None, PRESENT, CHANGED, reason)


def _unknown(record: Record) -> Comparison:
    return Comparison(
        record.id,
        record.provenance.notebook,
        PRESENT,
        CHANGED,
        "measured, but not published",
        fresh=record.mean,
    )


def _without_spread(published: Record, fresh: Record) -> Comparison:
    """Judge what has no random draw; of a time and of one number a run, only that it is there."""
    if published.timed:
        reason = "a time, which belongs to the machine that took it"
        return _comparison(published, fresh, PRESENT, NOT_JUDGED, reason)
    if not published.deterministic:
        reason = "one value for the whole run, which has no spread to judge by"
        return _comparison(published, fresh, PRESENT, NOT_JUDGED, reason)
    reach = SAME * max(1.0, abs(published.mean))
    expected = Interval(published.mean, published.mean).widened(reach)
    holds = all(expected.contains(value) for value in fresh.values)
    reason = "no random draw enters, so it must be equal"
    return _comparison(published, fresh, EQUAL, HOLDS if holds else CHANGED, reason, expected)


def _comparison(published, fresh, rule, state, reason, expected=None, usual=None) -> Comparison:
    return Comparison(
        published.id,
        published.provenance.notebook,
        rule,
        state,
        reason,
        published.mean,
        fresh.mean if fresh else None,
        expected,
        usual,
        *(_repeats(published, fresh) if fresh else ()),
    )


def _of_the_same_seeds(published: Record, fresh: Record) -> np.ndarray | None:
    """Return the published values of the fresh seeds; None where some were not published."""
    first = fresh.provenance.seed - published.provenance.seed
    if first < 0 or first + len(fresh.values) > len(published.values):
        return None
    return np.asarray(published.values[first : first + len(fresh.values)])


def _repeats(published: Record, fresh: Record) -> tuple[bool, bool]:
    """Tell whether the fresh seeds were published, and whether they gave the same values."""
    if published.deterministic and fresh.deterministic:
        before = np.asarray(published.values)
    else:
        before = _of_the_same_seeds(published, fresh)
    if before is None or len(before) != len(fresh.values):
        return False, False
    return True, np.allclose(before, fresh.values, rtol=SAME, atol=SAME)


def _blocks(pairs) -> Iterable[list[tuple[Record, Record]]]:
    """Group the pairs by their numbers of seeds, which are shuffled together."""
    blocks: dict[tuple[int, int], list] = {}
    for pair in pairs:
        blocks.setdefault((len(pair[0].values), len(pair[1].values)), []).append(pair)
    return blocks.values()


def _judge_block(pairs, level: float) -> tuple[list[Comparison], float | None]:
    """Judge the pairs that have equally many seeds; `level` is a single record's share."""
    published, fresh = (len(record.values) for record in pairs[0])
    share = level * len(pairs)
    if not can_be_shuffled(published, fresh, share):
        return [_by_few_seeds(*pair, level) for pair in pairs], None
    values = np.array([[*one.values, *other.values] for one, other in pairs])
    steps = np.array([_step(*pair) for pair in pairs])
    splits = shuffled_splits(published, fresh)
    largest = np.sort(standardised(values, splits, steps)[0].max(axis=0))[::-1]
    threshold = float(largest[int(share * len(largest))])
    # The first split is the one that was observed.
    observed, errors = standardised(values, splits[:1], steps)
    return [
        _by_shuffling(*pair, observed[row, 0], threshold, errors[row, 0], steps[row])
        for row, pair in enumerate(pairs)
    ], threshold


def can_be_shuffled(published: int, fresh: int, level: float = FALSE_ALARMS) -> bool:
    """Tell whether there are enough ways to shuffle the seeds for so small a level.

    Parameters
    ----------
    published, fresh : int
        Numbers of seeds.
    level : float
        Probability of calling an honest repetition changed.
    """
    ways = comb(published + fresh, fresh)
    if ways > ALL_WAYS:
        ways = SHUFFLES
    elif published == fresh:  # Each way is there twice, with the two groups exchanged.
        ways /= 2
    return min(published, fresh) >= FEWEST and ways * level >= 1


def shuffled_splits(published: int, fresh: int) -> np.ndarray:
    """Return ways to say which of all seeds are the fresh ones, the true one first.

    Parameters
    ----------
    published, fresh : int
        Numbers of seeds.

    Returns
    -------
    numpy.ndarray
        Shape (splits, published + fresh), ones for fresh; all ways up to `ALL_WAYS` of them,
        else `SHUFFLES` at random.
    """
    count = published + fresh
    if comb(count, fresh) <= ALL_WAYS:
        chosen = [*combinations(range(count), fresh)][::-1]
    else:
        draw = np.random.default_rng(SEED)
        chosen = [draw.permutation(count)[:fresh] for _ in range(SHUFFLES)]
        chosen[0] = np.arange(published, count)
    splits = np.zeros((len(chosen), count))
    np.put_along_axis(splits, np.asarray(chosen), 1, axis=1)
    return splits


def standardised(
    values: np.ndarray, splits: np.ndarray, steps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distance of the two means in standard errors, for each record and split.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (records, seeds).
    splits : numpy.ndarray
        Shape (splits, seeds), ones for the fresh seeds.
    steps : numpy.ndarray
        Shape (records,): means nearer than this count as equal, and a fifth of it is the
        least spread that is believed.

    Returns
    -------
    distances, errors : numpy.ndarray
        Shape (records, splits).
    """
    centred = values - values.mean(axis=1, keepdims=True)
    seeds, fresh = values.shape[1], splits.sum(axis=1)
    # The values of a record add up to zero, so one group's sum gives the other's.
    sums = centred @ splits.T
    gap = np.abs(sums / fresh + sums / (seeds - fresh))
    within = (centred**2).sum(axis=1, keepdims=True) - sums**2 * (1 / fresh + 1 / (seeds - fresh))
    variance = np.maximum(within, 0) / (seeds - 2) + (steps[:, None] / 5) ** 2
    errors = np.sqrt(variance * (1 / fresh + 1 / (seeds - fresh)))
    return np.where(gap <= steps[:, None], 0.0, gap) / errors, errors


def _step(published: Record, fresh: Record) -> float:
    if ".rank." in published.id:
        return RANK_STEP
    return STEP * max(1.0, abs(published.mean + fresh.mean) / 2)


def _by_shuffling(published, fresh, distance, threshold, error, step) -> Comparison:
    expected = Interval(published.mean, published.mean).widened(max(threshold * error, step))
    state = CHANGED if distance > threshold else HOLDS
    reason = f"its means lie {distance:.1f} standard errors apart, {threshold:.1f} are allowed"
    usual = usual_interval(published.values, len(fresh.values))
    return _comparison(published, fresh, SHUFFLED, state, reason, expected, usual)


def _by_few_seeds(published: Record, fresh: Record, level: float) -> Comparison:
    paired = _of_the_same_seeds(published, fresh)
    if paired is not None and published.provenance.source == "twin":
        return _by_repetition(published, fresh, float(paired.mean()))
    return _by_interval(published, fresh, level, paired)


def _by_repetition(published: Record, fresh: Record, before: float) -> Comparison:
    spread = max(published.values) - min(published.values)
    expected = Interval(before, before).widened(max(_step(published, fresh), spread))
    state = HOLDS if expected.contains(fresh.mean) else CHANGED
    reason = "the same seeds on the same twin"
    return _comparison(published, fresh, REPEATED, state, reason, expected)


def _by_interval(published: Record, fresh: Record, level: float, paired) -> Comparison:
    further = len(fresh.values)
    step = _step(published, fresh)
    reached = [published.mean] if paired is None else [published.mean, float(paired.mean())]
    low, high = further_interval(published.values, 1 - level, further)
    expected = Interval(min(low, *reached) - step, max(high, *reached) + step)
    usual = usual_interval(published.values, further)
    state, reason = HOLDS, f"the mean of {further} lies where it was expected"
    if not expected.contains(fresh.mean):
        state, reason = CHANGED, "it lies outside, on seeds that were published"
        if paired is None:
            state, reason = UNDECIDED, f"it lies outside, but {further} new seeds cannot tell why"
    return _comparison(published, fresh, INTERVAL, state, reason, expected, usual)


def _family(found: list[Comparison], drawn, thresholds, level: float) -> Family:
    rules = Counter(each.rule for each in found)
    threshold = max((one for one in thresholds if one is not None), default=None)
    outside = [each for each in found if each.usual and not each.usual.contains(each.fresh)]
    return Family(
        size=len(drawn),
        shuffled=rules[SHUFFLED],
        by_interval=rules[INTERVAL],
        repeated=rules[REPEATED],
        threshold=threshold,
        smallest_shift=None if rules[REPEATED] else _smallest_shift(drawn, threshold, level),
        usual_outside=len(outside),
    )


def _smallest_shift(drawn, threshold: float | None, level: float) -> float | None:
    if not drawn:
        return None
    sizes = [tuple(len(record.values) for record in pair) for pair in drawn]
    published, fresh = max(set(sizes), key=sizes.count)
    units = threshold or float(stdtrit(published - 1, 1 - level / 2))
    return units * sqrt(1 / published + 1 / fresh)
