"""Which rows train and which test: every protocol is a choice of row numbers."""

from dataclasses import dataclass

import numpy as np
from imblearn.over_sampling import RandomOverSampler
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


def split_blocks(blocks: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Split whole blocks of time, a quarter of them for testing.

    Parameters
    ----------
    blocks : numpy.ndarray
        Shape (flows,), the block of each flow.
    seed : int
        Decides which blocks test.

    Returns
    -------
    tuple of numpy.ndarray
        Training and test row numbers; no block is in both.
    """
    splitter = GroupShuffleSplit(1, test_size=TEST_SHARE, random_state=seed)
    return next(splitter.split(blocks, groups=blocks))


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
