"""Prediction intervals: where one more run would be expected to fall."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit


class Interval(NamedTuple):
    """A closed interval ``[low, high]``."""

    low: float
    high: float

    def widened(self, margin: float) -> "Interval":
        """Return the interval with `margin` added on both sides."""
        return Interval(self.low - margin, self.high + margin)

    def clipped(self, low: float = -math.inf, high: float = math.inf) -> "Interval":
        """Return the interval with both ends moved inside ``[low, high]``."""
        return Interval(min(max(self.low, low), high), max(min(self.high, high), low))

    def contains(self, value: float) -> bool:
        """Tell whether `value` lies in the interval, ends included."""
        return self.low <= value <= self.high


def prediction_interval(values: Sequence[float], coverage: float = 0.95) -> Interval:
    """Return the interval, in the values' unit, that one more value of the same kind falls in.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        One value a replicate, n at least 2.
    coverage : float
        Probability between 0 and 1 that the next value falls inside, if the values
        are independent draws of one normal distribution.

    Raises
    ------
    ValueError
        If fewer than two values are given or the coverage is outside (0, 1).
    """
    numbers = np.asarray(values, dtype=float)
    if numbers.ndim != 1 or numbers.size < 2:
        raise ValueError("a prediction interval needs at least two values")
    if not 0 < coverage < 1:
        raise ValueError(f"coverage {coverage} is not between 0 and 1")
    quantile = float(stdtrit(numbers.size - 1, 0.5 + coverage / 2))
    reach = quantile * float(numbers.std(ddof=1)) * math.sqrt(1 + 1 / numbers.size)
    mean = float(numbers.mean())
    return Interval(mean - reach, mean + reach)


def mean_interval(values: Sequence[float], coverage: float = 0.95) -> Interval:
    """Return the interval for the mean that the values are draws around.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        One value a replicate, such as a difference of two scores; n at least 2.
    coverage
        As for `prediction_interval`.

    Returns
    -------
    Interval
        Narrower than `prediction_interval`, the more so the more values there are.

    Raises
    ------
    ValueError
        As for `prediction_interval`.
    """
    one_more = prediction_interval(values, coverage)
    middle = (one_more.low + one_more.high) / 2
    # That for one more run also has to hold the run's own spread.
    reach = (one_more.high - middle) / math.sqrt(len(values) + 1)
    return Interval(middle - reach, middle + reach)
