"""Which rows train and which test: every protocol is a choice of row numbers."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, train_test_split
from sklearn.preprocessing import MinMaxScaler

TEST_SHARE = 0.25


@dataclass(frozen=True)
class Split:
    """One replicate's training and test rows, scaled.

    Attributes
    ----------
    train_features, test_features : numpy.ndarray
        Shape (rows, features), float32.
    train_labels, test_labels : numpy.ndarray
        Shape (rows,), 0 normal and 1 attack.
    seed : int
        The replicate's seed, which made the split and seeds its classifiers.
    """

    train_features: np.ndarray
    train_labels: np.ndarray
    test_features: np.ndarray
    test_labels: np.ndarray
    seed: int


def oversample(rows: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """Repeat random rows of the smaller class until both classes are equal.

    Parameters
    ----------
    rows : numpy.ndarray
        Shape (n,), row numbers to choose from.
    labels : numpy.ndarray
        Labels of all flows, looked up by row number.
    seed : int
        Decides which rows are repeated.

    Returns
    -------
    numpy.ndarray
        Row numbers; every one of `rows` is among them.
    """
    sampler = RandomOverSampler(random_state=seed)
    sampler.fit_resample(rows.reshape(-1, 1), labels[rows])
    return rows[sampler.sample_indices_]


def split_rows(
    rows: np.ndarray, labels: np.ndarray, seed: int, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Split rows at random, keeping the class shares (XMeDNN, Section 5).

    Parameters
    ----------
    rows : numpy.ndarray
        Row numbers, possibly with repetitions, which are split like any other row.
    labels : numpy.ndarray
        Labels of all flows.
    seed : int
        Decides the split.
    test_share : float
        Share of the rows that test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers.
    """
    train, test = train_test_split(
        rows, test_size=test_share, stratify=labels[rows], random_state=seed
    )
    return train, test


def split_sources(rows: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split so that all copies of one row fall on the same side.

    Parameters
    ----------
    rows : numpy.ndarray
        Row numbers with repetitions.
    labels : numpy.ndarray
        Labels of all flows.
    seed : int
        Decides the split.

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers, with no row number in both.
    """
    folds = StratifiedGroupKFold(round(1 / TEST_SHARE), shuffle=True, random_state=seed)
    train, test = next(folds.split(rows, labels[rows], groups=rows))
    return rows[train], rows[test]


def split_blocks(
    blocks: np.ndarray, seed: int, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Split whole blocks of rows, such as the stretches of time that end with an attack.

    Parameters
    ----------
    blocks : numpy.ndarray
        Shape (rows,), the block of each row.
    seed : int
        Decides which blocks test.
    test_share : float
        Share of the blocks that test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; no block is in both.
    """
    splitter = GroupShuffleSplit(1, test_size=test_share, random_state=seed)
    return next(splitter.split(blocks, groups=blocks))


def identical_rows(features: pd.DataFrame) -> np.ndarray:
    """Give rows with the same values the same number.

    Parameters
    ----------
    features : pandas.DataFrame
        Shape (rows, features), without missing values.

    Returns
    -------
    numpy.ndarray
        Shape (rows,), counted from 0; fit for `split_blocks`.
    """
    return features.groupby(list(features.columns), sort=False).ngroup().to_numpy()


def split_days(
    days: np.ndarray, labels: np.ndarray, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Train on the earlier days of each class and test on its latest.

    Each class has a first test day of its own, see `first_test_day`, because the attacks of a
    file can all be later than its normal rows: one common day would leave a side without a class.

    Parameters
    ----------
    days : numpy.ndarray
        Shape (rows,), datetime64[D].
    labels : numpy.ndarray
        Shape (rows,), zeros and ones.
    test_share : float
        Share of a class's rows that should test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; within a class, no day is in both.
    """
    late = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        own = labels == label
        late |= own & (days >= first_test_day(days[own], test_share))
    return np.flatnonzero(~late), np.flatnonzero(late)


def first_test_day(days: np.ndarray, test_share: float = TEST_SHARE) -> np.datetime64:
    """Return the day from which on the share of rows is nearest to the wanted one.

    Parameters
    ----------
    days : numpy.ndarray
        Shape (rows,), datetime64[D].
    test_share : float
        The wanted share, in (0, 1).

    Raises
    ------
    ValueError
        If all rows are of one day, which cannot be on both sides.
    """
    if len(np.unique(days)) < 2:
        raise ValueError(f"{len(days)} rows of one day cannot be split by day")
    return _first_test_moment(days, test_share)


def split_types(
    types: np.ndarray,
    days: np.ndarray,
    held_out: str,
    test_share: float = TEST_SHARE,
    normal: str = "normal",
) -> tuple[np.ndarray, np.ndarray]:
    """Train on all types of attack but one and test on that one.

    Normal rows train on their earlier days and test on their latest, as in `split_days`.

    Parameters
    ----------
    types : numpy.ndarray of str
        Shape (rows,), the attack's name or `normal`.
    days : numpy.ndarray
        Shape (rows,), datetime64[D].
    held_out : str
        The type that tests.
    test_share : float
        Share of the normal rows that should test, in (0, 1).
    normal : str
        The name of rows without an attack.

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; `held_out` is in the test rows alone.

    Raises
    ------
    ValueError
        If no row has that type, or no other attack is left to train on.
    """
    attacks = set(types) - {normal}
    if held_out not in attacks or len(attacks) < 2:
        raise ValueError(f"cannot hold out {held_out!r} of the attacks {sorted(attacks)}")
    own = types == normal
    late = (days >= first_test_day(days[own], test_share)) & own
    tested = late | (types == held_out)
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def split_latest(
    moments: np.ndarray, strata: np.ndarray, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Train on the earlier rows of each stratum and test on its latest.

    Parameters
    ----------
    moments : numpy.ndarray
        Shape (rows,), when each row began, in any unit that sorts.
    strata : numpy.ndarray
        Shape (rows,), such as the kind of attack: each has its own first test moment.
    test_share : float
        Share of a stratum's rows that should test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; within a stratum, every test row is later than every
        training row, so the share is met as nearly as rows of one moment allow.

    Raises
    ------
    ValueError
        If all rows of a stratum are of one moment.
    """
    late = np.zeros(len(moments), dtype=bool)
    for stratum in np.unique(strata):
        own = np.flatnonzero(strata == stratum)
        if len(np.unique(moments[own])) < 2:
            raise ValueError(f"the {len(own)} rows of stratum {stratum} are of one moment")
        late[own] = moments[own] >= _first_test_moment(moments[own], test_share)
    return np.flatnonzero(~late), np.flatnonzero(late)


def _first_test_moment(moments, test_share):
    """Return the moment, not the first, from which on the share of rows is nearest."""
    distinct, counts = np.unique(moments, return_counts=True)
    shares = counts[::-1].cumsum()[::-1] / counts.sum()
    return distinct[1 + np.abs(shares[1:] - test_share).argmin()]


def split_sessions(
    sessions: np.ndarray,
    labels: np.ndarray,
    seed: int,
    weights: np.ndarray | None = None,
    test_share: float = TEST_SHARE,
) -> tuple[np.ndarray, np.ndarray]:
    """Hold whole attack sessions of each class out of training.

    Sessions are drawn until they hold the wanted share of the class; one that would leave
    training with less than that share is passed over.

    Parameters
    ----------
    sessions : numpy.ndarray
        Shape (rows,), the session of each row.
    labels : numpy.ndarray
        Shape (rows,), the class of each row.
    seed : int
        Decides which sessions test.
    weights : numpy.ndarray, optional
        Shape (rows,), for how much of its class each row stands; all the same when left out.
    test_share : float
        The least share of a class's weight on either side, in (0, 0.5].

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; within a class, no session is in both.

    Raises
    ------
    ValueError
        If the sessions of a class cannot be shared out like that.
    """
    random = np.random.default_rng(seed)
    weights = np.ones(len(labels)) if weights is None else np.asarray(weights)
    tested = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        own = labels == label
        tested[own] = _held_out(sessions[own], weights[own], random, test_share, label)
    return np.flatnonzero(~tested), np.flatnonzero(tested)


def _held_out(sessions, weights, random, test_share, label) -> np.ndarray:
    least = test_share * weights.sum()
    held = np.zeros(len(sessions), dtype=bool)
    for session in random.permutation(np.unique(sessions)):
        more = held | (sessions == session)
        if weights[~more].sum() >= least:
            held = more
        if weights[held].sum() >= least:
            return held
    raise ValueError(
        f"the sessions of class {label} cannot be shared out with {test_share:.0%} on both sides"
    )


def sample_moments(
    moments: pd.Series, strata: np.ndarray, rows: int, seed: int, at_least: int = 100
) -> np.ndarray:
    """Draw rows by whole moments, so that copies within a second stay or go together.

    Parameters
    ----------
    moments : pandas.Series of datetime64
        Shape (n,), when each row was read.
    strata : numpy.ndarray of str
        Shape (n,), such as the type of attack and the day; each keeps its share of the rows, up
        to one moment.
    rows : int
        How many rows to draw, about.
    seed : int
        Decides which.
    at_least : int
        So many rows of each stratum are drawn in any case, or all that there are.

    Returns
    -------
    numpy.ndarray
        Row numbers in ascending order; all of them when the file has no more than `rows`.
    """
    if rows >= len(strata):
        return np.arange(len(strata))
    random = np.random.default_rng(seed)
    drawn = []
    for stratum in np.unique(strata):
        own = np.flatnonzero(strata == stratum)
        wanted = max(at_least, rows * len(own) / len(strata))
        drawn.append(own[_whole_groups(moments.to_numpy()[own], wanted, random)])
    return np.sort(np.concatenate(drawn))


def _whole_groups(values, wanted, random) -> np.ndarray:
    """Tell which rows are drawn when equal values are drawn together until enough are there."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    order = random.permutation(len(counts))
    before = counts[order].cumsum() - counts[order]
    return np.isin(group, order[before < wanted])


def scaled_split(
    features: np.ndarray,
    labels: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray],
    seed: int,
    scaled_on: np.ndarray | None = None,
    scaler=MinMaxScaler,
) -> Split:
    """Look up a protocol's rows and scale them.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (flows, features).
    labels : numpy.ndarray
        Shape (flows,).
    rows : tuple of numpy.ndarray
        Training and test row numbers.
    seed : int
        Carried along for the classifiers.
    scaled_on : numpy.ndarray, optional
        Row numbers that the scaler learns from; default: the training rows alone.
    scaler : callable
        Makes the scaler.
    """
    train, test = rows
    fitted = scaler().fit(features[train if scaled_on is None else scaled_on])
    scale = {name: fitted.transform(features[part]) for name, part in (("a", train), ("b", test))}
    return Split(
        scale["a"].astype(np.float32),
        labels[train],
        scale["b"].astype(np.float32),
        labels[test],
        seed,
    )


def with_smote(split: Split) -> Split:
    """Fill the smaller class of the training rows up by SMOTE (Mante and Kolhe, Section 3.5).

    Parameters
    ----------
    split : Split
        Already scaled; its test rows stay as they are.

    Returns
    -------
    Split
        With new training rows on the lines between a row and its nearest neighbours of the
        same class, as many as make both classes equal.
    """
    sampler = SMOTE(random_state=split.seed)
    features, labels = sampler.fit_resample(split.train_features, split.train_labels)
    return replace(split, train_features=features, train_labels=labels)
