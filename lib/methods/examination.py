"""One protocol for every detector and every data set: whole groups held out, the cut not on them.

The rows of a group (an hour, an attack, a pair of hosts) stay together. No group both tests and
trains, and the cut between alarm and silence is chosen on groups of a third part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import friedmanchisquare, studentized_range
from sklearn import metrics

SHARE = 0.25  # the least of each class that is held out, and that stays
ORDERS = 100  # of groups that are tried, where a few of them hold most of a class


@dataclass(frozen=True)
class Examined:
    """A data set as any detector sees it."""

    features: pd.DataFrame  # numbers alone
    labels: np.ndarray  # zeros (normal) and ones (attack)
    groups: np.ndarray  # what stays together, by number
    kinds: np.ndarray  # the name of each row's class in the file

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Sides:
    """Row numbers of one replicate's three parts; no group is in two of them."""

    train: np.ndarray  # as many rows of either class
    choose: np.ndarray
    test: np.ndarray
    seed: int

    @property
    def both_asked(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows that train, and those of both other parts, the choosing ones first."""
        return self.train, np.concatenate([self.choose, self.test])


def hold_out(
    groups: np.ndarray, labels: np.ndarray, seed: int, share: float = SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Hold out whole groups until enough rows of each class are held out.

    Groups are drawn at random. One whose classes have all been held out enough, or that would leave
    less than the share of a class, is passed over.

    Parameters
    ----------
    groups, labels : numpy.ndarray
        Shape (rows,); a group may hold rows of several classes.
    seed : int
        Decides which groups.
    share : float
        The least share of each class on either side, in (0, 0.5].

    Returns
    -------
    tuple of numpy.ndarray
        Row numbers that stay and that are held out.

    Raises
    ------
    ValueError
        If the groups of a class cannot be shared out like that.
    """
    numbers, codes = np.unique(groups, return_inverse=True)
    counts = pd.crosstab(codes, labels).to_numpy()
    random = np.random.default_rng(seed)
    for _ in range(ORDERS):
        held = _held_out(counts, random.permutation(len(numbers)), share * counts.sum(axis=0))
        if held is not None:
            return np.flatnonzero(~held[codes]), np.flatnonzero(held[codes])
    raise ValueError(f"{len(numbers)} groups cannot be shared out with {share:.0%} on both sides")


def _held_out(counts: np.ndarray, order: np.ndarray, least: np.ndarray) -> np.ndarray | None:
    """Go through groups in an order; return which are held out, or None where too few are."""
    held, out, whole = np.zeros(len(counts), dtype=bool), 0 * least, counts.sum(axis=0)
    for group in order:
        wanted = ((out < least) & (counts[group] > 0)).any()
        if wanted and (whole - out - counts[group] >= least).all():
            held[group], out = True, out + counts[group]
    return held if (out >= least).all() else None


def shared_out(table: Examined, seed: int, train: int, most: int) -> Sides:
    """Share a data set's groups out between training, choosing the cut, and testing.

    Parameters
    ----------
    table, seed : Examined, int
        All rows, and what decides the groups and the draws.
    train : int
        Rows that train, half of them of either class; those of a smaller class are repeated.
    most : int
        Rows of each of the other parts at most, drawn at the part's own shares.

    Raises
    ------
    ValueError
        As for `hold_out`.
    """
    random = np.random.default_rng(seed)
    known, test = hold_out(table.groups, table.labels, seed)
    inner = hold_out(table.groups[known], table.labels[known], seed)
    own, choose = (known[part] for part in inner)
    balanced = [drawn(own[table.labels[own] == label], train // 2, random) for label in (0, 1)]
    few = (_at_own_shares(part, table.labels[part], most, random) for part in (choose, test))
    return Sides(random.permutation(np.concatenate(balanced)), *few, seed)


def _at_own_shares(rows, labels, most: int, random: np.random.Generator) -> np.ndarray:
    """Draw rows of each class by its share, at least one of each."""
    share = min(1, most / len(rows))
    several = [rows[labels == label] for label in (0, 1)]
    chosen = [random.permutation(own)[: max(1, round(share * len(own)))] for own in several]
    return np.sort(np.concatenate(chosen))


def drawn(rows: np.ndarray, size: int, random: np.random.Generator) -> np.ndarray:
    """Draw rows without repetition, or each of them again and again where there are too few."""
    whole, rest = divmod(size, len(rows))
    return np.concatenate([np.tile(rows, whole), random.permutation(rows)[:rest]])


def best_cut(labels: np.ndarray, chances: np.ndarray) -> float:
    """Return the cut with the highest balanced accuracy.

    Parameters
    ----------
    labels : numpy.ndarray
        Shape (rows,), zeros and ones, both present.
    chances : numpy.ndarray
        Shape (rows,), higher is more suspicious.

    Returns
    -------
    float
        Midway between two chances, or beyond all of them; what lies above raises the alarm.
    """
    flagged, found, cuts = metrics.roc_curve(labels, chances, drop_intermediate=False)
    best = int(np.argmax(found - flagged))
    below = cuts[best + 1] if best + 1 < len(cuts) else cuts[best] - 1
    return float(below + 1 if np.isinf(cuts[best]) else (cuts[best] + below) / 2)


def scores_at(labels: np.ndarray, chances: np.ndarray, cut: float) -> dict[str, float]:
    """Return what a detector is worth on rows that it has not seen, with its cut.

    Parameters
    ----------
    labels, chances, cut
        As for `best_cut`; the cut is chosen on other rows.

    Returns
    -------
    dict of str to float
        ``balanced_accuracy``, ``mcc``, ``fpr``, ``fnr`` at the cut; ``pr_auc`` (average precision),
        ``base`` (the share of attacks, which is the ``pr_auc`` of guessing) and ``roc_auc``.
    """
    alarm = np.asarray(chances) > cut
    missed, flagged = 1 - alarm[labels == 1].mean(), alarm[labels == 0].mean()
    return {
        "balanced_accuracy": float(1 - (missed + flagged) / 2),
        "mcc": float(metrics.matthews_corrcoef(labels, alarm)),
        "fpr": float(flagged),
        "fnr": float(missed),
        "pr_auc": float(metrics.average_precision_score(labels, chances)),
        "roc_auc": float(metrics.roc_auc_score(labels, chances)),
        "base": float(np.mean(labels)),
    }


@dataclass(frozen=True)
class Ranking:
    """How detectors rank over data sets, by Friedman's test and Nemenyi's critical distance."""

    ranks: pd.Series  # mean rank of each detector, 1 is first
    p_value: float  # that all detectors are alike
    distance: float  # two detectors whose mean ranks lie further apart differ at 5 %


def ranking(scores: pd.DataFrame) -> Ranking:
    """Rank detectors over data sets.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row a data set, one column a detector, higher is better; three of each or more.

    Returns
    -------
    Ranking
        Equal scores share their mean rank.
    """
    sets, detectors = scores.shape
    ranks = scores.rank(axis=1, ascending=False).mean().sort_values()
    p_value = friedmanchisquare(*(scores[name] for name in scores)).pvalue
    return Ranking(ranks, float(p_value), critical_distance(detectors, sets))


def critical_distance(detectors: int, sets: int, level: float = 0.05) -> float:
    """Return how far apart two mean ranks must lie to differ, by Nemenyi."""
    quantile = studentized_range.ppf(1 - level, detectors, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(detectors * (detectors + 1) / (6 * sets)))


def share_known(table: Examined, sides: Sides) -> float:
    """Return the share of test rows whose values, all of them, some training row has."""
    values = pd.util.hash_pandas_object(table.features, index=False).to_numpy()
    return float(np.isin(values[sides.test], values[sides.train]).mean())


def mean_ranks_apart(found: Ranking, first: str, others: Sequence[str]) -> list[str]:
    """Return those of several detectors that rank behind one by more than the critical distance."""
    return [name for name in others if found.ranks[name] - found.ranks[first] > found.distance]
