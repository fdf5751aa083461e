"""The other devices' full files, as far as they are known: the class of every row, in order.

Of the thermostat and the motion light another study kept the class of each distinct row, without
times or readings. The attacks ran on a timetable that the devices share, and the garage door's edge
form has its seconds. Of a normal row's time no more is known than that of the attacks around it.
"""

from dataclasses import replace
from lzma import LZMAError
from pathlib import Path

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.wording import shown
from lib.datasets import Dataset, locate, registry
from lib.datasets.opening import plain_name
from lib.datasets.place import Place
from lib.papers.toniot.readings import LOCAL_TIME, NAME, NORMAL, READINGS, clean, moments

DIGESTS = {
    "thermostat": "15306a1b2d607be5da79502e83840ef51466ef6b2489444adc90afe851f39003",
    "motion_light": "8549283faafccab20df468f4d16a2373b242c989840bbccdbb66d7c67a0dbe60",
}
BEFORE, AS_THE_DOOR, EVEN = ALLOTMENTS = ("before", "as the door", "even")
TWIN_REPEATS = 1.2  # rows of a twin's full file for each row that its sequence keeps


def file_name(device: str) -> str:
    """Return the name of the file that holds a device's classes in order."""
    return f"{device}_type_sequence.csv.xz"


def load(device: str, door: Dataset) -> Dataset:
    """Load the class of every distinct row of a device's full file, in order of time.

    Parameters
    ----------
    device : str
        ``"thermostat"`` or ``"motion_light"``; of any other device the garage door's order stands
        in.
    door : lib.datasets.Dataset
        The garage door's edge form, or its twin, from which a twin of the order is taken.

    Returns
    -------
    lib.datasets.Dataset
        With the one column ``type``; never a basis for a verdict.

    Raises
    ------
    ReaderError
        If the file is there and is not the one that is known.
    """
    found = None if locate.twins_only() or device not in DIGESTS else _found(device)
    if found is None:
        order = pd.DataFrame({"type": in_order(door)["type"]})
        lent = "real" if device not in DIGESTS and door.source == "real" else "twin"
        return Dataset(NAME, f"{device}/sequence", lent, door.path, door.sha256, order)
    try:
        content = sha256_of(found)
    except OSError as problem:
        raise ReaderError(f"{shown(found)} cannot be read ({problem.strerror}).") from None
    if content != DIGESTS[device] and not locate.unknown_allowed():
        raise ReaderError(
            f"{shown(found)}: not the order of the {device.replace('_', ' ')}'s rows that this "
            f"book knows (sha256 {content[:12]}…, expected {DIGESTS[device][:12]}…). Put the known "
            "file in its place, remove it to run on a twin, or set IDS_DATA_ALLOW_UNKNOWN=1."
        )
    source = "real" if content == DIGESTS[device] else "unknown"
    try:
        order = pd.read_csv(found, usecols=["type"])
    except (OSError, EOFError, ValueError, LZMAError) as problem:
        raise ReaderError(f"{shown(found)}: not a list of classes in order ({problem}).") from None
    return Dataset(NAME, f"{device}/sequence", source, found, content, order)


def _found(device: str) -> Path | None:
    named = plain_name(file_name(device))
    places = map(Place, locate.search_folders())
    found = next(filter(None, (place.by_name.get(named) for place in places)), ())
    return min(found, key=lambda path: path.name != file_name(device), default=None)


def in_order(dataset: Dataset) -> pd.DataFrame:
    """Return class and second of each distinct row of any form of a file, in order of time.

    Returns
    -------
    pandas.DataFrame
        Columns ``type`` and ``ts``, seconds in universal time.
    """
    rows = clean(dataset.frame)
    seconds = (moments(dataset.frame) - LOCAL_TIME - pd.Timestamp(0)) // pd.Timedelta(seconds=1)
    once = rows.assign(ts=seconds).drop_duplicates().sort_values("ts", kind="stable")
    return once[["type", "ts"]].reset_index(drop=True)


def around_attacks(types: np.ndarray) -> dict[str, int]:
    """Count the normal rows before, between and after the attacks of a device.

    Parameters
    ----------
    types : numpy.ndarray of str
        Shape (rows,), the classes in order of time.

    Returns
    -------
    dict of str to int
        By ``"before"``, ``"between"`` and ``"after"``, and the number of ``"stretches"`` of one
        class.
    """
    attack = np.flatnonzero(types != NORMAL)
    first, last = attack[0], attack[-1]
    return {
        "before": int(first),
        "between": int((types[first:last] == NORMAL).sum()),
        "after": int(len(types) - 1 - last),
        "stretches": int(1 + (types[1:] != types[:-1]).sum()),
    }


def wanted(device: str, sequence: Dataset) -> dict[str, int]:
    """Return the published rows of each class of a device's full file; of a twin, made-up ones."""
    if sequence.source == "twin":
        kept = sequence.frame["type"].value_counts()
        return {kind: int(TWIN_REPEATS * count) for kind, count in kept.items()}
    (full,) = registry.entry(NAME).select(f"{device}/processed")
    return dict(full.class_counts)


def placed(
    device: str,
    sequence: Dataset,
    door: pd.DataFrame,
    extract: Dataset,
    allotment: str,
    seed: int,
    repeats_near: float = 1.0,
) -> Dataset:
    """Give each row of a sequence a second and readings, and repeat rows up to published counts.

    Parameters
    ----------
    device : str
        Whose file is drawn.
    sequence : lib.datasets.Dataset
        As `load` gives it.
    door : pandas.DataFrame
        The garage door's rows as `in_order` gives them. An attack row takes the second that stands
        at its place among the door's of its type; a normal row lies evenly between the attack rows
        around it, and before the first and after the last one on the door's normal seconds there.
    extract : lib.datasets.Dataset
        The release's extract of the device: for a type that the door does not have, or has at
        another time, its seconds; and the readings, drawn from its rows of the same class.
    allotment : str
        Where repeats of normal rows lie: ``"before"`` the first attack alone; ``"as the door"``,
        from the first attack on each row `repeats_near` times, and the rest before; ``"even"``,
        each row as likely to repeat as any other.
    seed : int
        Decides readings and repeats.
    repeats_near : float
        See `allotment`.

    Returns
    -------
    lib.datasets.Dataset
        In the columns of an edge form, in order of time; no basis for a verdict.

    Raises
    ------
    ValueError
        If there is no such allotment.
    """
    if allotment not in ALLOTMENTS:
        raise ValueError(f"allotment {allotment!r} is none of {', '.join(ALLOTMENTS)}")
    random = np.random.default_rng(seed)
    counts = wanted(device, sequence)
    types = sequence.frame["type"].to_numpy(dtype=object)
    types = types[np.isin(types, list(counts))]
    seconds = _seconds(types, door, in_order(extract))
    times = _repeats(random, types, counts, allotment, repeats_near)
    rows = np.repeat(np.arange(len(types)), times)
    frame = _readings(random, types, device, extract).iloc[rows].reset_index(drop=True)
    frame = frame.assign(target=types[rows], ts=seconds[rows])
    drawn = f"{device}/placed"
    return replace(sequence, variant=drawn, frame=frame)


def _seconds(types: np.ndarray, door: pd.DataFrame, own: pd.DataFrame) -> np.ndarray:
    """Return a second for each row, not falling."""
    place = np.full(len(types), np.nan)
    for kind in np.unique(types[types != NORMAL]):
        here = np.flatnonzero(types == kind)
        known = _timetable(kind, door, own)
        place[here] = known[(np.arange(len(here)) * len(known)) // len(here)]
    attack = np.flatnonzero(types != NORMAL)
    place[attack] = np.maximum.accumulate(place[attack])
    normal = np.sort(door.loc[door["type"] == NORMAL, "ts"].to_numpy())
    first, last = attack[0], attack[-1]
    sides = (
        (np.arange(first), normal[normal < place[first]]),
        (np.arange(last + 1, len(types)), normal[normal > place[last]]),
    )
    for rows, seconds in sides:
        if len(rows) and len(seconds):
            place[rows] = seconds[(np.arange(len(rows)) * len(seconds)) // len(rows)]
    known = ~np.isnan(place)
    every = np.arange(len(types))
    return np.floor(np.interp(every, every[known], place[known])).astype(int)


def _timetable(kind: str, door: pd.DataFrame, own: pd.DataFrame) -> np.ndarray:
    """Return the seconds of a type: the door's, or the extract's where the door has others."""
    lent, held = (np.sort(each.loc[each["type"] == kind, "ts"].to_numpy()) for each in (door, own))
    if not len(held):
        return lent
    same = len(lent) and lent[0] <= held[-1] and held[0] <= lent[-1]
    return lent if same else held


def _repeats(random, types, counts, allotment, repeats_near) -> np.ndarray:
    """Return how many times each row stands in the file."""
    times = np.ones(len(types), dtype=int)
    attack = np.flatnonzero(types != NORMAL)
    for kind, count in counts.items():
        own = np.flatnonzero(types == kind)
        missing = count - len(own)
        if missing < 0:  # the sequence has more rows than were published: leave some out
            times[random.permutation(own)[:-missing]] = 0
            continue
        if kind == NORMAL and allotment != EVEN:
            early, late = own[own < attack[0]], own[own > attack[0]]
            near = round((repeats_near - 1) * len(late)) if allotment == AS_THE_DOOR else 0
            near = min(missing, near) if len(early) else missing
            times += _drawn(random, late, near, len(types))
            own, missing = early, missing - near
        times += _drawn(random, own, missing, len(types))
    return times


def _drawn(random, rows: np.ndarray, count: int, size: int) -> np.ndarray:
    chosen = random.choice(rows, count) if len(rows) and count > 0 else np.empty(0, dtype=int)
    return np.bincount(chosen, minlength=size)


def _readings(random, types: np.ndarray, device: str, extract: Dataset) -> pd.DataFrame:
    """Draw each row's readings from the extract's normal rows, or from its attack rows."""
    rows = clean(extract.frame)
    names = list(READINGS[device])
    drawn = np.zeros((len(types), len(names)))
    for normal in (True, False):
        here = np.flatnonzero((types == NORMAL) == normal)
        pool = rows.loc[(rows["type"] == NORMAL) == normal, names].to_numpy(dtype=float)
        drawn[here] = pool[random.integers(len(pool), size=len(here))]
    return pd.DataFrame(drawn, columns=names)
