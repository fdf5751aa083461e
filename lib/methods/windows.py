"""Features of a reading and of those just before it: never of one that comes later.

A device's rows must stand in time order. Row `i` sees rows up to and including `i`, also among
rows of one second, where the order of the file decides.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pandas.api.indexers import BaseIndexer

READINGS_BACK = (10, 60)
SECONDS_BACK = (60, 600)
# A longer silence means that the recording stopped. Windows begin anew after it: otherwise the
# pause before each session of a test bed would tell which session it is.
PAUSE = 600


def value_windows(
    readings: pd.DataFrame,
    seconds: np.ndarray,
    readings_back: Sequence[int] = READINGS_BACK,
    seconds_back: Sequence[int] = SECONDS_BACK,
) -> pd.DataFrame:
    """Return what the windows say of the values that a device reported.

    Parameters
    ----------
    readings : pandas.DataFrame
        Shape (rows, readings), numbers, one device's rows in time order.
    seconds : numpy.ndarray
        Shape (rows,), the time of each row, not falling.
    readings_back, seconds_back : sequence of int
        Lengths of the windows, in rows and in seconds.

    Returns
    -------
    pandas.DataFrame
        For each reading its change since the row before and the rows since it last changed;
        for each window its mean, number of distinct values and number of changes.
    """
    _check_order(readings, seconds)
    windows = _starts(seconds, readings_back, seconds_back)
    resumed = _resumed(seconds)
    columns = {}
    for name in readings:
        column = readings[name].to_numpy(dtype=float)
        delta = np.where(resumed, 0, np.diff(column, prepend=column[:1]))
        columns[f"{name} delta"] = delta
        columns[f"{name} unchanged"] = _rows_since((delta != 0) | resumed)
        for length, starts in windows.items():
            columns[f"{name} mean, {length}"] = _rolling(column, starts).mean().to_numpy()
            columns[f"{name} distinct, {length}"] = distinct_values(column, starts)
            columns[f"{name} changes, {length}"] = _counted(delta != 0, starts)
    return pd.DataFrame(columns, index=readings.index)


def tempo_windows(
    seconds: np.ndarray,
    readings_back: Sequence[int] = READINGS_BACK,
    seconds_back: Sequence[int] = SECONDS_BACK,
) -> pd.DataFrame:
    """Return what the windows say of when a device reported, whatever it said.

    Parameters
    ----------
    seconds, readings_back, seconds_back
        As for `value_windows`.

    Returns
    -------
    pandas.DataFrame
        ``gap``: seconds since the row before, 0 for the first row and after a pause; for each
        window the mean and largest gap; for each window in seconds also the number of rows.
    """
    seconds = np.asarray(seconds)
    _check_order(seconds, seconds)
    gap = np.diff(seconds, prepend=seconds[:1]).astype(float)
    gap[gap > PAUSE] = 0
    columns = {"gap": gap}
    for length, starts in _starts(seconds, readings_back, seconds_back).items():
        columns[f"gap mean, {length}"] = _rolling(gap, starts).mean().to_numpy()
        columns[f"gap largest, {length}"] = _rolling(gap, starts).max().to_numpy()
    for length, starts in _starts(seconds, (), seconds_back).items():
        columns[f"rows, {length}"] = np.arange(1, len(seconds) + 1) - starts
    return pd.DataFrame(columns)


def distinct_values(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Count the distinct values in windows that end at each row; all missing ones are one value."""
    codes = pd.factorize(values, use_na_sentinel=False)[0]
    held = [0] * (codes.max(initial=0) + 1)
    counts, distinct, first = np.empty(len(codes), dtype=int), 0, 0
    codes = codes.tolist()
    for row, (code, start) in enumerate(zip(codes, starts.tolist(), strict=True)):
        distinct += held[code] == 0
        held[code] += 1
        while first < start:
            held[codes[first]] -= 1
            distinct -= held[codes[first]] == 0
            first += 1
        counts[row] = distinct
    return counts


class _EndingHere(BaseIndexer):
    """Windows from given first rows up to and including each row."""

    def get_window_bounds(
        self, num_values=0, min_periods=None, center=None, closed=None, step=None
    ):
        return self.starts, np.arange(1, num_values + 1, dtype=np.int64)


def _rolling(values: np.ndarray, starts: np.ndarray):
    indexer = _EndingHere(starts=starts.astype(np.int64))
    return pd.Series(values).rolling(indexer, min_periods=1)


def _starts(seconds, readings_back, seconds_back) -> dict[str, np.ndarray]:
    """Return each window's first row, by the window's name."""
    rows, seconds = np.arange(len(seconds)), np.asarray(seconds)
    by_readings = {f"{k} readings": np.maximum(rows - k + 1, 0) for k in readings_back}
    # A window of s seconds is open on the left: it holds the times above t - s.
    by_seconds = {
        f"{s} s": np.searchsorted(seconds, seconds - s, side="right") for s in seconds_back
    }
    session = rows - _rows_since(_resumed(seconds))
    return {
        name: np.maximum(starts, session) for name, starts in (by_readings | by_seconds).items()
    }


def _resumed(seconds: np.ndarray) -> np.ndarray:
    """Tell the first row, and the first after each pause of the recording."""
    return np.concatenate([[True], np.diff(seconds) > PAUSE])[: len(seconds)]


def _rows_since(event: np.ndarray) -> np.ndarray:
    rows = np.arange(len(event))
    return rows - np.maximum.accumulate(np.where(event, rows, 0))


def _counted(event: np.ndarray, starts: np.ndarray) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(event)])
    return total[1:] - total[starts]


def _check_order(readings, seconds) -> None:
    if len(readings) != len(seconds):
        raise ValueError(f"{len(readings)} readings have {len(seconds)} times")
    falls = np.flatnonzero(np.diff(seconds) < 0)
    if len(falls):
        raise ValueError(
            f"row {falls[0] + 1} is earlier than the row before it: sort the rows by time first"
        )
