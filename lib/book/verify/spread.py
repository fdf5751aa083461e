"""Where the mean of some further seeds of a record would be expected to fall."""

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from lib.methods.intervals import Interval

# Below this probability that a normal sample looks as uneven as the values, they are resampled.
NORMALITY = 0.05
RESAMPLES, SEED = 4_000, 2022


def further_interval(values: Sequence[float], coverage: float, further: int) -> Interval:
    """Return Student's prediction interval for the mean of several further values."""
    numbers = np.asarray(values, dtype=float)
    quantile = float(stdtrit(numbers.size - 1, 0.5 + coverage / 2))
    error = float(numbers.std(ddof=1)) * math.sqrt(1 / further + 1 / numbers.size)
    mean = float(numbers.mean())
    return Interval(mean, mean).widened(quantile * error)


def looks_normal(values: Sequence[float]) -> bool:
    """Tell whether the values could be draws of one normal distribution (Shapiro and Wilk)."""
    different = len(set(values))
    if len(values) < 4 or different < 3:
        return different > 1 and len(values) < 4
    from scipy.stats import shapiro  # slow to load, and no other command needs it

    return bool(shapiro(values).pvalue >= NORMALITY)


def resampled_interval(values: Sequence[float], coverage: float, further: int) -> Interval:
    """Return a prediction interval by the bootstrap, for values that are not normal.

    The distance of the mean of `further` values from the mean of all is drawn again and again
    from the values themselves. Nothing is drawn that was not seen, so n values cannot
    give an interval for a single further value of more than ``1 - 2 / (n + 1)``.
    """
    numbers = np.asarray(values, dtype=float)
    draw = np.random.default_rng(SEED)
    means = draw.choice(numbers, (RESAMPLES, numbers.size)).mean(axis=1)
    nexts = draw.choice(numbers, (RESAMPLES, further)).mean(axis=1)
    tails = (1 - coverage) / 2, (1 + coverage) / 2
    low, high = numbers.mean() + np.quantile(nexts - means, tails)
    return Interval(float(low), float(high))


def usual_interval(values: Sequence[float], further: int, coverage: float = 0.95) -> Interval:
    """Return the prediction interval of one record by itself."""
    interval = further_interval if looks_normal(values) else resampled_interval
    return interval(values, coverage, further)
