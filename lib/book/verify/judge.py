"""Holding the records of a fresh run against the published ones.

A record must rest on the same data, protocol and profile, and say the same of itself: whether a
random draw enters, whether it is a time, whether it has a value a seed. No record thus decides by
a word of its own that it is not judged. What has no random draw must be equal.

repetition
    By the same versions on the same kind of machine, with as many replicates, a value may be no
    further than `REPEATS` from the published one of its seed: only rounding separates the two. So
    may the numbers of a whole run (the best of a search, a pooled rate) where all its seeds are the
    published ones. With another number of replicates `OTHER_STACK` is the limit, and the rules
    below decide as well; but not for the records of classifiers that are trained one by one.

Elsewhere and on other seeds the question is whether the fresh seeds could be further seeds of
the published run, asked of all records at once. Two answers, by how many seeds there are:

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
    On a twin, where code is judged and not papers, the mean of published seeds may be no
    further from the published one than these seeds are from each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import comb, sqrt

import numpy as np
from scipy.special import stdtrit

from lib.book.verify.spread import further_interval, usual_interval
from lib.methods.intervals import Interval
from lib.notebook.records import Record

# An honest repetition is called different at most so often, over all records together.
FALSE_ALARMS = 0.01
# Equality of what has no random draw, across processors and libraries of linear algebra.
SAME = 1e-6
# Honest values of one seed came within 0.0004 of each other; the faults that were tried moved one
# by 0.004 or more. Relative to values above one; a whole run's small rate may change by half.
REPEATS, RATE_REPEATS = 0.001, 0.5
# With another number of replicates networks train in a stack of another size, whose products are
# rounded otherwise; a trained network carries that on, so that other rules decide as well.
OTHER_STACK = 0.05
# Parts of the ids of what is trained one seed after the other, and of what trains in a stack.
ALONE = {
    "clock", "dt", "forest", "gnb", "hgb", "knn", "lr", "majority", "rf", "small", "threshold",
    "tree3", "xgb",
}  # fmt: skip
STACKED = {"dense", "dnn", "mlp", "network", "networks", "snn", "stacking", "voting"}
# Two means nearer than one step of measuring are the same, relative to values above one.
STEP, RANK_STEP = 0.005, 1.0
# Seeds a side from which shuffling decides; up to so many ways to shuffle all are taken, else
# so many at random, from this seed.
FEWEST, ALL_WAYS, SHUFFLES, SEED = 5, 5_000, 2_000, 2022
HOLDS, CHANGED, UNDECIDED, NOT_JUDGED = "holds", "changed", "undecided", "not judged"
EQUAL, SHUFFLED, INTERVAL, PRESENT = "equality", "shuffling", "interval", "presence"
REPEATED, ORIGIN, SPREAD = "repetition", "origin", "spread"
# What a record rests on, and must share with the published one.
ORIGINS = ("dataset", "variant", "sha256", "source", "basis", "profile")
# What it says of itself, by which rules are chosen.
ITSELF = ("protocol", "timed", "deterministic")
Records = Mapping[str, Record]


@dataclass(frozen=True)
class Comparison:
    """One record of the published run beside the same record of a fresh run."""

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
    # How far a value lies at most from the published one of its seed, and whether versions and
    # kind of machine were the published ones; none where no seed is the same.
    furthest: float | None = None
    alike: bool | None = None

    @property
    def excess(self) -> float:
        """How far outside the fresh mean lies, in half widths of what was expected."""
        if self.expected is None:
            return float("inf") if self.rule != REPEATED else self.furthest / REPEATS
        half = (self.expected.high - self.expected.low) / 2 or SAME
        return abs(self.fresh - (self.expected.high + self.expected.low) / 2) / half - 1


@dataclass(frozen=True)
class Family:
    """How the records were judged together."""

    size: int
    shuffled: int
    by_interval: int
    by_spread: int
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
        """Return the comparisons of one state, the furthest outside first."""
        found = [each for each in self.comparisons if each.state == state]
        return sorted(found, key=lambda each: -each.excess)


def judge_records(published: Records, fresh: Records) -> Judged:
    """Hold every record of a fresh run against the published run.

    An honest repetition has a record called changed at most once in a hundred runs.
    """
    both = sorted(published.keys() & fresh.keys())
    pairs = [(published[id], fresh[id]) for id in both]
    settled = {pair[0].id: _settled(*pair) for pair in pairs}
    drawn = [pair for pair in pairs if settled[pair[0].id] is None]
    level = FALSE_ALARMS / max(1, len(drawn))
    found = [
        _unpaired(published[id], "published, but not measured", published=published[id].mean)
        for id in published.keys() - fresh.keys()
    ]
    found += [
        _unpaired(fresh[id], "measured, but not published", fresh=fresh[id].mean)
        for id in fresh.keys() - published.keys()
    ]
    found += [comparison for comparison in settled.values() if comparison]
    thresholds = []
    for block in _blocks(drawn):
        judged, threshold = _judge_block(block, level)
        found += judged
        thresholds.append(threshold)
    return Judged(sorted(found, key=lambda each: each.id), _family(found, drawn, thresholds, level))


def _unpaired(record: Record, reason: str, **mean: float) -> Comparison:
    return Comparison(record.id, record.provenance.notebook, PRESENT, CHANGED, reason, **mean)


def _settled(published: Record, fresh: Record) -> Comparison | None:
    """Judge what needs no chance; None where the seeds are to be held against each other."""
    others = _other_origin(published, fresh)
    if others:
        return _comparison(published, fresh, ORIGIN, CHANGED, f"measured otherwise: {others}")
    if published.timed:
        reason = "a time, which belongs to the machine that took it"
        return _comparison(published, fresh, PRESENT, NOT_JUDGED, reason)
    if published.deterministic:
        return _by_equality(published, fresh)
    before, now = _of_the_same_seeds(published, fresh)
    if _alike(published, fresh) and len(now):
        gaps = np.abs(before - now)
        stack = _same_stack(published, fresh) or _trained_alone(published.id)
        off = gaps > _allowed(published, before, REPEATS if stack else OTHER_STACK)
        reason = f"values of the same seed lie up to {gaps.max():.2g} apart, by the same versions"
        if off.any() or (stack and len(now) == len(fresh.values)):
            return _comparison(published, fresh, REPEATED, CHANGED if off.any() else HOLDS, reason)
    if len(published.values) > 1:
        return None
    reason = "one value for the whole run, which has no spread to judge by"
    return _comparison(published, fresh, PRESENT, NOT_JUDGED, reason)


def _other_origin(published: Record, fresh: Record) -> str:
    pairs = {name: (getattr(published, name), getattr(fresh, name)) for name in ITSELF} | {
        name: (getattr(published.provenance, name), getattr(fresh.provenance, name))
        for name in ORIGINS
    }
    if min(published.provenance.replicates, fresh.provenance.replicates) > 1:
        pairs["a value a seed"] = (len(published.values) > 1, len(fresh.values) > 1)
    return "; ".join(f"{name} {b!r}, and was {a!r}" for name, (a, b) in pairs.items() if a != b)


def _alike(published: Record, fresh: Record) -> bool:
    one, other = published.provenance, fresh.provenance
    return (one.versions, one.machine) == (other.versions, other.machine)


def _same_stack(published: Record, fresh: Record) -> bool:
    return published.provenance.replicates == fresh.provenance.replicates


def _trained_alone(id: str) -> bool:
    parts = set(id.split("."))
    return bool(parts & ALONE) and not parts & STACKED


def _allowed(published: Record, before: np.ndarray, step: float) -> np.ndarray:
    size = np.abs(before)
    if ".rank." in published.id:
        return np.full(size.shape, RANK_STEP)
    allowed = step * np.maximum(1.0, size)
    if len(published.values) == 1:
        allowed = np.where(size > 0, np.minimum(allowed, RATE_REPEATS * size), allowed)
    return allowed


def _by_equality(published: Record, fresh: Record) -> Comparison:
    reach = SAME * max(1.0, abs(published.mean))
    expected = Interval(published.mean, published.mean).widened(reach)
    holds = all(expected.contains(value) for value in fresh.values)
    reason = "no random draw enters, so it must be equal"
    return _comparison(published, fresh, EQUAL, HOLDS if holds else CHANGED, reason, expected)


def _comparison(published, fresh, rule, state, reason, expected=None, usual=None) -> Comparison:
    before, now = _of_the_same_seeds(published, fresh)
    repeats = len(now) == len(fresh.values) and not published.timed
    seen = len(now) and not published.timed
    return Comparison(
        published.id,
        published.provenance.notebook,
        rule,
        state,
        reason,
        published.mean,
        fresh.mean,
        expected,
        usual,
        same_seeds=repeats,
        same_digits=repeats and np.allclose(before, now, rtol=SAME, atol=SAME),
        furthest=float((np.abs(now - before) / np.maximum(1, np.abs(before))).max())
        if seen
        else None,
        alike=_alike(published, fresh) if seen else None,
    )


def _of_the_same_seeds(published: Record, fresh: Record) -> tuple[np.ndarray, np.ndarray]:
    """Return the values of both runs on the seeds that both have, or of the same whole run."""
    one, other = published.provenance, fresh.provenance
    before, now, first = published.values, fresh.values, other.seed - one.seed
    if published.deterministic or len(before) == 1:
        same = published.deterministic or (first, one.replicates) == (0, other.replicates)
        shared = len(before) if same and len(before) == len(now) else 0
    else:
        before, now = before[max(first, 0) :], now[max(-first, 0) :]
        shared = min(len(before), len(now))
    return np.asarray(before[:shared]), np.asarray(now[:shared])


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
    """Tell whether there are enough ways to shuffle the seeds for so small a level."""
    ways = comb(published + fresh, fresh)
    if ways > ALL_WAYS:
        ways = SHUFFLES
    elif published == fresh:  # Each way is there twice, with the two groups exchanged.
        ways /= 2
    return min(published, fresh) >= FEWEST and ways * level >= 1


def shuffled_splits(published: int, fresh: int) -> np.ndarray:
    """Return ways to say which of all seeds are the fresh ones, the true one first."""
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
    """Return the distance of the two means in standard errors, for each record and split."""
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
    before, now = _of_the_same_seeds(published, fresh)
    if len(now) < len(fresh.values):
        return _by_interval(published, fresh, level)
    if published.provenance.source != "twin":
        return _by_interval(published, fresh, level, float(before.mean()))
    spread = max(published.values) - min(published.values)
    reach = max(_step(published, fresh), spread)
    expected = Interval(before.mean(), before.mean()).widened(reach)
    state = HOLDS if expected.contains(fresh.mean) else CHANGED
    reason = "the same seeds on the same twin, by other versions or on another kind of machine"
    return _comparison(published, fresh, SPREAD, state, reason, expected)


def _by_interval(published: Record, fresh: Record, level: float, paired=None) -> Comparison:
    further = len(fresh.values)
    step = _step(published, fresh)
    reached = [published.mean] if paired is None else [published.mean, paired]
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
        by_spread=rules[SPREAD],
        repeated=rules[REPEATED],
        threshold=threshold,
        smallest_shift=None if rules[SPREAD] else _smallest_shift(drawn, threshold, level),
        usual_outside=len(outside),
    )


def _smallest_shift(drawn, threshold: float | None, level: float) -> float | None:
    if not drawn:
        return None
    sizes = [tuple(len(record.values) for record in pair) for pair in drawn]
    published, fresh = max(set(sizes), key=sizes.count)
    units = threshold or float(stdtrit(published - 1, 1 - level / 2))
    return units * sqrt(1 / published + 1 / fresh)
