"""Which rows train and which test: every protocol is a choice of row numbers."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, RandomOverSampler
from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold, train_test_split
from sklearn.preprocessing import MinMaxScaler

TEST_SHARE = 0.25
NORMAL = "normal"  # the type of rows without an attack


@dataclass(frozen=True)
class Split:
    """One replicate's training and test rows, scaled."""

    train_features: np.ndarray
    train_labels: np.ndarray
    test_features: np.ndarray
    test_labels: np.ndarray
    seed: int


def oversample(rows: np.ndarray, labels: np.ndarray, seed: int) -> np.ndarray:
    """Repeat random rows of the smaller class until both classes are equal.

    Parameters
    ----------
    rows, labels : numpy.ndarray
        Shape (n,), row numbers to choose from, and the labels of all flows, by row number.
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
    rows, labels : numpy.ndarray
        Row numbers, whose repetitions are split like any other row, and the labels of all flows.
    seed, test_share : int, float
        Decides the split; share of the rows that test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers.
    """
    return tuple(
        train_test_split(rows, test_size=test_share, stratify=labels[rows], random_state=seed)
    )


def split_sources(rows: np.ndarray, labels: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split so that all copies of one row fall on the same side.

    Parameters
    ----------
    rows, labels, seed
        As for `split_rows`.

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
    seed, test_share : int, float
        Decides which blocks test; share of the blocks that test, in (0, 1).

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


def split_latest(
    moments: np.ndarray, strata: np.ndarray, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Train on the earlier rows of each stratum and test on its latest.

    Each stratum has a first test moment of its own, because the attacks of a file can all be
    later than its normal rows: one common moment would leave a side without a class.

    Parameters
    ----------
    moments : numpy.ndarray
        Shape (rows,), when each row began, in any unit that sorts, or its day.
    strata : numpy.ndarray
        Shape (rows,), such as the class or the kind of attack.
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
        own = strata == stratum
        late |= own & (moments >= first_test_moment(moments[own], test_share, stratum))
    return np.flatnonzero(~late), np.flatnonzero(late)


def first_test_moment(moments: np.ndarray, test_share: float, stratum):
    """Return the moment, not the first, from which on the share of rows is nearest to a wanted."""
    distinct, counts = np.unique(moments, return_counts=True)
    if len(distinct) < 2:
        raise ValueError(
            f"the {len(moments)} rows of stratum {stratum} are of one moment and cannot be split "
            "into earlier and later ones"
        )
    shares = counts[::-1].cumsum()[::-1] / counts.sum()
    return distinct[1 + np.abs(shares[1:] - test_share).argmin()]


def split_types(
    types: np.ndarray, days: np.ndarray, held_out: str, test_share: float = TEST_SHARE
) -> tuple[np.ndarray, np.ndarray]:
    """Train on all types of attack but one and test on that one.

    Normal rows train on their earlier days and test on their latest, as in `split_latest`.

    Parameters
    ----------
    types, days : numpy.ndarray
        Shape (rows,), the attack's name or `NORMAL`, and the day as datetime64[D].
    held_out : str
        The type that tests.
    test_share : float
        Share of the normal rows that should test, in (0, 1).

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; `held_out` is in the test rows alone.

    Raises
    ------
    ValueError
        If no row has that type, no other attack is left to train on, or all normal rows are of
        one day.
    """
    attacks = set(types) - {NORMAL}
    if held_out not in attacks or len(attacks) < 2:
        raise ValueError(f"cannot hold out {held_out!r} of the attacks {sorted(attacks)}")
    own = types == NORMAL
    tested = own & (days >= first_test_moment(days[own], test_share, NORMAL))
    tested |= types == held_out
    return np.flatnonzero(~tested), np.flatnonzero(tested)


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
    sessions, labels : numpy.ndarray
        Shape (rows,), the session and the class of each row.
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
    rows, seed : int
        How many rows to draw, about, and what decides which.
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
    features, labels : numpy.ndarray
        Shapes (flows, features) and (flows,).
    rows : tuple of numpy.ndarray
        Training and test row numbers.
    seed : int
        Carried along for the classifiers.
    scaled_on : numpy.ndarray, optional
        Row numbers that the scaler learns from; default: the training rows alone.

    Returns
    -------
    Split
        Features as 32-bit floats.
    """
    train, test = rows
    fitted = scaler().fit(features[train if scaled_on is None else scaled_on])
    scaled = [fitted.transform(features[part]).astype(np.float32) for part in (train, test)]
    return Split(scaled[0], labels[train], scaled[1], labels[test], seed)


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
