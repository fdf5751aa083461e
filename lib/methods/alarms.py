"""What an operator meets: false alarms a day, and how long an attack runs before the first alarm.

An alarm is counted at most once a minute, as no one can read more. Scores are compared with a
threshold: a row above it raises the alarm.
"""

import numpy as np
import pandas as pd

NORMAL = "normal"
MINUTE = 60
MINUTES_A_DAY = 24 * 60
# Attack rows further apart than this belong to two attacks.
BETWEEN_ATTACKS = 30 * 60


def minute_peaks(seconds: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the highest score of each minute that holds a row.

    Parameters
    ----------
    seconds, scores : numpy.ndarray
        Shape (rows,), the time of each row and its score, higher is more suspicious.

    Returns
    -------
    numpy.ndarray
        Shape (minutes,), in order of time.
    """
    return pd.Series(scores).groupby(np.asarray(seconds) // MINUTE).max().to_numpy()


def threshold_for_budget(seconds: np.ndarray, scores: np.ndarray, alarms_a_day: float) -> float:
    """Return the lowest threshold that keeps normal rows within a budget of false alarms.

    Parameters
    ----------
    seconds, scores : numpy.ndarray
        Shape (rows,), normal rows alone.
    alarms_a_day : float
        The budget: alarms in 24 hours of normal minutes, at most one a minute.

    Returns
    -------
    float
        One of the scores.
    """
    peaks = np.sort(minute_peaks(seconds, scores))
    # Computed as `a_day` does, so that a budget that is just kept is kept in the last digit, too.
    each_number = np.arange(len(peaks) + 1) / len(peaks) * MINUTES_A_DAY
    allowed = np.searchsorted(each_number, alarms_a_day, side="right") - 1
    return float(peaks[max(len(peaks) - 1 - allowed, 0)])


def a_day(raised: np.ndarray) -> float:
    """Return how many alarms 24 hours of such minutes bring.

    Parameters
    ----------
    raised : numpy.ndarray of bool
        Shape (minutes,): whether each minute that holds a row raised the alarm.

    Returns
    -------
    float
        From 0 to 1440.
    """
    return float(np.mean(raised) * MINUTES_A_DAY)


def attacks(seconds: np.ndarray, types: np.ndarray) -> np.ndarray:
    """Give each attack a number: rows of one type without a break of `BETWEEN_ATTACKS`.

    Parameters
    ----------
    seconds : numpy.ndarray
        Shape (rows,), in time order.
    types : numpy.ndarray of str
        Shape (rows,), the attack's name or `NORMAL`.

    Returns
    -------
    numpy.ndarray of int
        Shape (rows,), from 0 on, those of one type next to each other; -1 for normal rows.
    """
    numbers, first = np.full(len(types), -1), 0
    for kind in dict.fromkeys(types[types != NORMAL]):
        rows = np.flatnonzero(types == kind)
        breaks = np.diff(seconds[rows], prepend=seconds[rows[:1]]) > BETWEEN_ATTACKS
        numbers[rows] = first + np.cumsum(breaks)
        first = numbers.max() + 1
    return numbers


def during(attack: np.ndarray) -> np.ndarray:
    """Tell the rows from each attack's first row to its last, whatever their own label.

    Parameters
    ----------
    attack : numpy.ndarray of int
        Shape (rows,), in time order, as `attacks` gives it.

    Returns
    -------
    numpy.ndarray of bool
        Shape (rows,).
    """
    inside = np.zeros(len(attack), dtype=bool)
    for number in range(attack.max(initial=-1) + 1):
        rows = np.flatnonzero(attack == number)
        inside[rows[0] : rows[-1] + 1] = True
    return inside


def delays(
    seconds: np.ndarray, attack: np.ndarray, scores: np.ndarray, threshold: float
) -> np.ndarray:
    """Return the time from each attack's first row to the first alarm in one of its rows.

    Parameters
    ----------
    seconds, scores : numpy.ndarray
        Shape (rows,), in time order.
    attack : numpy.ndarray of int
        Shape (rows,), as `attacks` gives it.
    threshold : float
        A row above it raises the alarm.

    Returns
    -------
    numpy.ndarray
        Shape (attacks,), in seconds; infinite for an attack without an alarm.
    """
    rows = pd.DataFrame({"attack": attack, "second": seconds, "alarm": scores > threshold})
    rows = rows[rows["attack"] >= 0]
    starts = rows.groupby("attack")["second"].min()
    alarms = rows[rows["alarm"]].groupby("attack")["second"].min()
    return (alarms.reindex(starts.index) - starts).fillna(np.inf).to_numpy(dtype=float)
