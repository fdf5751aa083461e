"""Differences between two ways, one a replicate, as a table shows them."""

from collections.abc import Sequence

import numpy as np

from lib.methods.intervals import mean_interval


def mean_with_interval(differences: Sequence[float], decimals: int = 3) -> str:
    """Write the mean of paired differences with its 95 % interval.

    Parameters
    ----------
    differences : sequence of float, shape (n,)
        One a replicate, n at least 1.
    decimals : int
        Digits behind the point.

    Returns
    -------
    str
        Such as ``"+0.031 [+0.024, +0.038]"``; of one replicate the number alone, which has no
        interval.
    """
    mean = f"{np.mean(differences):+.{decimals}f}"
    if len(differences) < 2:
        return mean
    low, high = mean_interval(differences)
    return f"{mean} [{low:+.{decimals}f}, {high:+.{decimals}f}]"
