"""The garage door's full file, rebuilt: repeated rows put back where the edge form hints at them.

The edge form keeps each row once. A message says "open" with one chance, so the shares of seconds
that show "closed" alone, "open" alone and both tell how many messages a second had. Where nearly
all show both, that number has no upper end, and there lies what is left of the published count.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lib.datasets import Dataset, registry
from lib.papers.toniot.readings import LOCAL_TIME, READINGS, clean, device_of, moments

ESTIMATED, LOWER, UPPER, EVEN = ALLOTMENTS = ("estimated", "lower", "upper", "even")
WINDOW = 60  # seconds with rows, taken together
# Messages a second that are tried; whoever may have had the last of them may have had more.
PACES = np.arange(1, 40.1, 0.1)
DROP = 1.92  # from the highest log-likelihood down to the ends of a 95 % interval
CLOSED, OPEN, BOTH = range(3)


@dataclass(frozen=True)
class Rebuilt(Dataset):
    """A rebuilt file: a basis of its own, weaker than a file, where the rows put back are real."""

    @property
    def basis(self) -> str:
        """How the rows stand to those that the paper names."""
        return "rebuilt" if self.source == "real" else ""


def distinct(dataset: Dataset) -> Dataset:
    """Return a file of a device with one bit in the edge form: each row once, in order of time.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        What ``lib.papers.toniot.load`` gave for the garage door or the motion light.

    Returns
    -------
    lib.datasets.Dataset
        With the columns ``ts``, ``state``, ``target`` and nothing else.
    """
    cleaned, when = clean(dataset.frame), moments(dataset.frame)
    state = cleaned[READINGS[device_of(dataset.frame)][0]].astype(int)
    seconds = (when - LOCAL_TIME - pd.Timestamp(0)) // pd.Timedelta(seconds=1)
    rows = pd.DataFrame({"ts": seconds, "state": state, "target": cleaned["type"]})
    return replace(dataset, frame=rows.drop_duplicates().sort_values(["ts", "state", "target"]))


def published_counts(dataset: Dataset) -> dict[str, int]:
    """Return by class how many rows the file has of which a form keeps each row once.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        The edge form, whose full file's counts are known; or a file with its repeats.
    """
    form = dataset.variant.partition("/")[2]
    if dataset.source == "real" and form == "edge":
        full = registry.entry(dataset.name).select(dataset.variant.replace("edge", "processed"))
        return dict(full[0].class_counts)
    return clean(dataset.frame)["type"].value_counts().to_dict()


def chance_of_open(seconds: pd.DataFrame) -> float:
    """Return the share of "open" in windows where no second shows both: one message each."""
    shown = seconds.groupby("window")["shows"]
    single = seconds[(shown.transform("max") < BOTH) & (shown.transform("size") > WINDOW / 2)]
    return float((single["shows"] == OPEN).mean())


def seconds_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Say of each second of each class what it shows, and to which window it belongs.

    Parameters
    ----------
    rows : pandas.DataFrame
        The frame of `distinct`.

    Returns
    -------
    pandas.DataFrame
        Columns ``target``, ``ts``, ``shows`` (`CLOSED`, `OPEN` or `BOTH`), ``window``. A window
        is of one class and one day.
    """
    states = rows.groupby(["target", "ts"])["state"].agg(["min", "max"])
    seconds = states.index.to_frame(index=False)
    seconds["shows"] = np.where(states["min"] != states["max"], BOTH, states["max"])
    day = (pd.to_datetime(seconds["ts"], unit="s") + LOCAL_TIME).dt.date
    groups = seconds.groupby(["target", day])["ts"]
    rank, size = groups.cumcount(), groups.transform("size")
    windows = (size / WINDOW).round().clip(lower=1).astype(int)
    keys = [seconds["target"], day, rank * windows // size]
    seconds["window"] = seconds.groupby(keys).ngroup()
    return seconds


def shown_at(paces: np.ndarray, opening: float) -> np.ndarray:
    """Return the chance that a second shows each of `CLOSED`, `OPEN`, `BOTH`.

    Parameters
    ----------
    paces : numpy.ndarray
        Messages a second, shape (n,); 1.3 means one in 70 % of seconds, and two in the others.
    opening : float
        The chance that a message says "open".

    Returns
    -------
    numpy.ndarray
        Shape (3, n).
    """
    whole = np.floor(paces + 1e-9)
    more = paces - whole
    closed, opened = (
        (1 - more) * chance**whole + more * chance ** (whole + 1)
        for chance in (1 - opening, opening)
    )
    return np.stack([closed, opened, np.maximum(1 - closed - opened, 0)])


def pace_of_windows(seconds: pd.DataFrame, opening: float) -> pd.DataFrame:
    """Estimate the messages a second in each window, with the ends of a 95 % interval.

    Parameters
    ----------
    seconds : pandas.DataFrame
        As `seconds_of` gives it.
    opening : float
        As for `shown_at`.

    Returns
    -------
    pandas.DataFrame
        By window: ``target``, ``ts`` of its first second, ``seconds``, and the paces
        ``estimated``, ``lower`` and ``upper``; ``bounded`` tells whether there is an upper end.
    """
    counted = pd.crosstab(seconds["window"], seconds["shows"]).reindex(
        columns=[CLOSED, OPEN, BOTH], fill_value=0
    )
    chances = np.log(np.maximum(shown_at(PACES, opening), 1e-300))
    likelihood = counted.to_numpy() @ chances
    inside = likelihood >= likelihood.max(axis=1, keepdims=True) - DROP
    last = len(PACES) - 1 - inside[:, ::-1].argmax(axis=1)
    first = seconds.groupby("window").agg(
        target=("target", "first"), ts=("ts", "first"), seconds=("ts", "size")
    )
    return first.assign(
        estimated=PACES[likelihood.argmax(axis=1)],
        lower=PACES[inside.argmax(axis=1)],
        upper=PACES[last],
        bounded=last < len(PACES) - 1,
    )


def rebuilt(dataset: Dataset, allotment: str = ESTIMATED, seed: int = 0) -> Rebuilt:
    """Put repeats back up to the published count of each class.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        As for `distinct`.
    allotment : str
        ``"estimated"``: each second of a window repeats at the window's estimated pace;
        ``"lower"``, ``"upper"``: at the ends of its interval, as if all windows erred the same
        way; ``"even"``: every row of a class is as likely to repeat, whatever the file says.
    seed : int
        Decides which rows repeat.

    Returns
    -------
    Rebuilt
        In order of time, with the columns of the edge form. Of rows that are not real it is no
        basis.

    Raises
    ------
    ValueError
        If there is no such allotment.
    """
    if allotment not in ALLOTMENTS:
        raise ValueError(f"allotment {allotment!r} is none of {', '.join(ALLOTMENTS)}")
    random, once, counts = (
        np.random.default_rng(seed),
        distinct(dataset).frame,
        published_counts(dataset),
    )
    once = once.reset_index(drop=True)
    if allotment == EVEN:
        more = [_evenly(random, once, target, counts[target]) for target in sorted(counts)]
    else:
        more = _as_shown(random, once, counts, allotment)
    rows = once.loc[np.sort(np.concatenate([once.index.to_numpy(), *more]))]
    device = device_of(dataset.frame)
    frame = pd.DataFrame(
        {name: rows["state"] for name in READINGS[device]}
        | {"target": rows["target"], "ts": rows["ts"]}
    ).reset_index(drop=True)
    return Rebuilt(
        dataset.name, f"{device}/rebuilt", dataset.source, dataset.path, dataset.sha256, frame
    )


def _evenly(random, once: pd.DataFrame, target: str, count: int) -> np.ndarray:
    own = once.index[once["target"] == target].to_numpy()
    return random.choice(own, count - len(own))


def _as_shown(random, once: pd.DataFrame, counts: dict, allotment: str) -> list[np.ndarray]:
    """Return the numbers of the rows that are put back, class by class."""
    seconds = seconds_of(once)
    opening = chance_of_open(seconds)
    windows = pace_of_windows(seconds, opening).reindex(seconds["window"])
    bounded = windows["bounded"].to_numpy()
    pace = np.where(bounded, windows[allotment], 0)
    number = pd.Series(range(len(once)), pd.MultiIndex.from_frame(once[["target", "ts", "state"]]))
    extra = _drawn_extras(random, seconds["shows"].to_numpy(), pace, opening)
    more = []
    for target, own in seconds.groupby("target").groups.items():
        missing = counts[target] - int((once["target"] == target).sum())
        places = np.repeat(own, extra[own])
        unbounded = own[~bounded[own]]
        if len(places) < missing and len(unbounded):
            places = np.concatenate(
                [places, np.resize(random.permutation(unbounded), missing - len(places))]
            )
        elif len(places):
            chosen = random.permutation(len(places))
            places = places[np.resize(chosen, missing)]
        more.append(_rows_at(random, seconds, places, opening, number))
    return more


def _drawn_extras(random, shows: np.ndarray, pace: np.ndarray, opening: float) -> np.ndarray:
    """Draw for each second how many messages it had beyond those that it shows."""
    whole = np.floor(pace + 1e-9).astype(int)
    share = pace - whole
    here = np.arange(len(shows))
    fewer, greater = (
        shown_at(np.maximum(paces, 1), opening)[shows, here] for paces in (whole, whole + 1)
    )
    # A second that shows both states is the likelier to be one of those with more messages.
    chance = share * greater / np.maximum(share * greater + (1 - share) * fewer, 1e-300)
    messages = whole + (random.random(len(shows)) < chance)
    return np.maximum(messages - np.where(shows == BOTH, 2, 1), 0)


def _rows_at(
    random, seconds: pd.DataFrame, places: np.ndarray, opening: float, number
) -> np.ndarray:
    """Draw the state of each message that is put back, among the states that its second shows."""
    there = seconds.loc[places]
    state = np.where(there["shows"] == BOTH, random.random(len(there)) < opening, there["shows"])
    wanted = pd.MultiIndex.from_arrays([there["target"], there["ts"], state.astype(int)])
    return number.reindex(wanted).to_numpy()
