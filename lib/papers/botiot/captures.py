"""Which capture file a flow comes from: a tool's source ports grow in step with Argus' numbers."""

import numpy as np
import pandas as pd

PORTS = 65_536
# A flood's tool takes the next port for each packet, or nearly; a chance hit is this near in one
# case of fifty.
NEAR = 600
RESTART = 50_000  # a fall of Argus' number by more begins another file


def files_of(frame: pd.DataFrame) -> np.ndarray:
    """Return the number of each row's capture file; the rows stand in the order of ``pkSeqID``."""
    return (frame["seq"].diff() < -RESTART).cumsum().to_numpy()


def agreement(rows: pd.DataFrame, others: pd.DataFrame) -> tuple[int, int]:
    """Return how many of `rows` could be asked, and how many have the port that `others` imply.

    By ``seq``, ``sport`` is interpolated between two of `others` with the same ``saddr``.
    """
    asked = near = 0
    known = dict(list(others.groupby("saddr", observed=True)))
    for source, own in rows.groupby("saddr", observed=True):
        lane = known.get(source, others.iloc[:0]).sort_values("seq")
        if len(lane) < 3:
            continue
        ports = np.unwrap(lane["sport"].to_numpy(float), period=PORTS)
        between = own[own["seq"].between(lane["seq"].min(), lane["seq"].max())]
        off = np.interp(between["seq"], lane["seq"], ports) - between["sport"].to_numpy(float)
        off = (off + PORTS / 2) % PORTS - PORTS / 2
        asked, near = asked + len(between), near + int((np.abs(off) <= NEAR).sum())
    return asked, near


def best_match(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Hold each capture file of one set against each of the other.

    Parameters
    ----------
    rows, others : pandas.DataFrame
        One flood in two sets, each in the order of ``pkSeqID``, with ``stime`` in `rows`.

    Returns
    -------
    pandas.DataFrame
        One row a file of `others`: when its best match begins, in seconds from the flood's first
        row, the rows that agree of those asked, and the share that agrees in the second best.
    """
    mine, theirs = files_of(rows), files_of(others)
    found = []
    for number in np.unique(theirs):
        part = others[theirs == number]
        tried = [(file, *agreement(rows[mine == file], part)) for file in np.unique(mine)]
        tried = sorted(
            ((near / asked, near, asked, file) for file, asked, near in tried if asked >= 5),
            reverse=True,
        )
        if not tried:
            continue
        _, near, asked, file = tried[0]
        begins = rows["stime"][mine == file].min() - rows["stime"].min()
        second = tried[1][0] if len(tried) > 1 else 0.0
        found.append((len(part), begins, near, asked, second))
    names = ["rows", "begins", "agree", "asked", "second"]
    return pd.DataFrame(found, columns=names)
