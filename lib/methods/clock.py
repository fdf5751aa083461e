"""A classifier that reads nothing but the clock, as a yardstick for what a clock is worth."""

import numpy as np
import pandas as pd

STRETCH = "15min"


def clock_chances(
    train_moments: pd.Series,
    train_labels: np.ndarray,
    test_moments: pd.Series,
    with_date: bool = True,
) -> np.ndarray:
    """Predict by one rule: what most training rows of the same quarter of an hour were.

    Parameters
    ----------
    train_moments, test_moments : pandas.Series of datetime64
        When each row was read.
    train_labels : numpy.ndarray
        Zeros and ones, one a training row.
    with_date : bool
        Whether the rule knows the day; else the same stretch of any day counts.

    Returns
    -------
    numpy.ndarray
        A test row's share of attacks among the training rows of its stretch, in [0, 1]; the
        share among all training rows where its stretch has none.
    """
    known, asked = (_stretches(each, with_date) for each in (train_moments, test_moments))
    shares = pd.Series(np.asarray(train_labels, dtype=float)).groupby(known.to_numpy()).mean()
    return asked.map(shares).fillna(np.mean(train_labels)).to_numpy()


def _stretches(moments: pd.Series, with_date: bool) -> pd.Series:
    begins = moments.dt.floor(STRETCH)
    return begins if with_date else begins - begins.dt.normalize()
