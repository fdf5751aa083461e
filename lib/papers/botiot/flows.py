"""BoT-IoT as the spiking-network paper prepares it (Section III).

The paper keeps six of 46 columns and removes the Theft rows. What becomes of the 477 normal rows of
the 5 % set it does not say; its classes and its Table IV have none, so they are left out here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError
from lib.datasets import registry

NAME = "bot-iot"
FULL5PC = "flows/full5pc"
CLASSES = ("DoS", "DDoS", "Reconnaissance")
# Table III, in its order: protocols, four numbers, states.
PROTOCOLS = ("arp", "icmp", "tcp", "udp")
NUMBERS = ("spkts", "dpkts", "srate", "drate")
STATES = ("acc", "con", "eco", "fin", "int", "mas", "req", "rst", "tst", "urp")
FEATURES = (*PROTOCOLS, *NUMBERS, *STATES)
SILENCE = 60.0  # seconds without a new flow that end a session


def subcategory_name(category: str, subcategory: str) -> str:
    """Return both names parted by a space, as ``"DoS UDP"``; one where they are equal."""
    return category if category == subcategory else f"{category} {subcategory}"


# The rows of each subcategory in the 5 % set.
SHARES = {
    subcategory_name(category, subcategory): count
    for category, counted in registry.entry(NAME).select(FULL5PC)[0].subclass_counts.items()
    for subcategory, count in counted.items()
}


@dataclass(frozen=True)
class Table:
    """The rows and columns that the paper's network sees."""

    features: pd.DataFrame
    labels: np.ndarray
    classes: tuple[str, ...]
    rows: np.ndarray
    moments: np.ndarray
    sessions: np.ndarray
    subcategories: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, chosen: np.ndarray) -> "Table":
        """Return some of the rows, chosen by position or by a mask."""
        per_row = ("labels", "rows", "moments", "sessions", "subcategories")
        return replace(
            self,
            features=self.features.iloc[np.arange(len(self))[chosen]].reset_index(drop=True),
            **{name: getattr(self, name)[chosen] for name in per_row},
        )


def paper_table(dataset, classes: Sequence[str] = CLASSES) -> Table:
    """Prepare the flows as the paper does, up to the subsampling (Section III, Tables II to IV).

    Parameters
    ----------
    dataset : lib.datasets.Dataset or pandas.DataFrame
        What ``lib.papers.botiot.load("flows")`` gave, or its frame.
    classes : sequence of str
        The categories to keep; a row's label is the place of its category here. The paper's own
        leave out ``"Theft"`` and ``"Normal"``.

    Returns
    -------
    Table
        Numbers as they stand: the paper says nothing of scaling. A protocol or state that
        Table III does not list, such as ``ipv6-icmp`` or ``NRS``, has zero in every column.

    Raises
    ------
    ReaderError
        If a column is missing, or a class has no row.
    """
    frame = getattr(dataset, "frame", dataset)
    _check_columns(frame)
    labels = frame["category"].astype("category").cat.set_categories(list(classes)).cat.codes
    labels = labels.to_numpy()
    rows = np.flatnonzero(labels >= 0)
    _check_classes(labels, classes)
    # Over all rows, so that a session has the same number whatever the classes.
    names, moments = subcategories(frame), frame["stime"].to_numpy(dtype=float)
    return Table(
        features=_features(frame, rows),
        labels=labels[rows].astype(np.int64),
        classes=tuple(classes),
        rows=rows,
        moments=moments[rows],
        sessions=sessions(names, moments)[rows],
        subcategories=names[rows],
    )


def _check_columns(frame: pd.DataFrame) -> None:
    wanted = ("stime", "proto", "state", *NUMBERS, "category", "subcategory")
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise ReaderError(
            f"{', '.join(missing)} not among the columns ({', '.join(frame.columns)}), and the "
            'paper\'s features need them. Load lib.papers.botiot.load("flows").'
        )


def _check_classes(labels: np.ndarray, classes: Sequence[str]) -> None:
    absent = [name for number, name in enumerate(classes) if not (labels == number).any()]
    if absent:
        raise ReaderError(
            f"no row of the category {', '.join(absent)} among {len(labels):,} rows. "
            f"Known categories: {', '.join(dict.fromkeys(n.partition(' ')[0] for n in SHARES))}."
        )


def _features(frame: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Return the 18 columns of Table III for these rows."""
    values = np.empty((len(rows), len(FEATURES)), dtype=np.float32, order="F")
    for place, name in enumerate(FEATURES):
        if name in NUMBERS:
            values[:, place] = frame[name].to_numpy()[rows]
        else:
            column = "proto" if name in PROTOCOLS else "state"
            values[:, place] = _is_value(frame[column], name)[rows]
    return pd.DataFrame(values, columns=list(FEATURES))


def _is_value(texts: pd.Series, wanted: str) -> np.ndarray:
    """Tell where a text is the wanted one, in capitals or not; each distinct text is asked once."""
    levels = texts.astype("category").cat
    return np.array([text.lower() == wanted for text in levels.categories])[levels.codes]


def subcategories(frame: pd.DataFrame) -> np.ndarray:
    """Return each row's category and subcategory as one name, such as ``"DoS UDP"``.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``category`` and ``subcategory``; UDP alone may be DoS or DDoS.

    Returns
    -------
    numpy.ndarray of str
        Shape (rows,), as objects that repeat, so that millions of rows share a few texts.
    """
    pairs = [frame[name].astype("category") for name in ("category", "subcategory")]
    first, second = (list(pair.cat.categories) for pair in pairs)
    names = np.array([subcategory_name(one, two) for one in first for two in second], dtype=object)
    codes = [pair.cat.codes.to_numpy(dtype=np.intp) for pair in pairs]
    return names[codes[0] * len(second) + codes[1]]


def sessions(names: np.ndarray, moments: np.ndarray, silence: float = SILENCE) -> np.ndarray:
    """Return each flow's session number: one subcategory, starts in turn up to `silence` s apart.

    60 s are longer than most gaps that sampling leaves in a flood, and shorter than most breaks.
    """
    codes, _ = pd.factorize(names)
    order = np.lexsort((moments, codes))
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (np.diff(codes[order]) != 0) | (np.diff(moments[order]) > silence)
    rank = np.argsort(np.argsort(moments[order][begins], kind="stable"))
    numbers = np.empty(len(order), dtype=np.int64)
    numbers[order] = rank[begins.cumsum() - 1] if len(order) else []
    return numbers


# Drawing rows at the shares of the 5 % set.


def natural_mix(
    subcategories: np.ndarray, size: int, seed: int, shares: Mapping[str, int] = SHARES
) -> np.ndarray:
    """Draw rows without repetition, so many of each subcategory as the 5 % set would have.

    Parameters
    ----------
    subcategories : numpy.ndarray of str
        Shape (rows,), as in `Table`.
    size : int
        How many rows to draw.
    seed : int
        The same seed draws the same rows.
    shares : mapping of str to int
        Rows of each subcategory in the set to imitate; those that do not occur here take no part.

    Returns
    -------
    numpy.ndarray of int64
        Shape (size,), positions in random order. Each subcategory has its share of `size`, one
        row more or less by the largest remainder; rare ones may have none.

    Raises
    ------
    ReaderError
        If a subcategory has fewer rows than its share, or is not in `shares`.
    """
    quota = natural_quota(subcategories, size, shares)
    short = [name for name, wanted in quota.items() if wanted > (subcategories == name).sum()]
    if short:
        raise ReaderError(
            f"{size:,} rows at the shares of the 5 % set need {quota[short[0]]:,} of {short[0]}, "
            f"and {(subcategories == short[0]).sum():,} are at hand. At most "
            f"{largest_natural_mix(subcategories, shares):,} rows can be drawn; ask for fewer, or "
            "get the 5 % set."
        )
    generator = np.random.default_rng(seed)
    drawn = [
        generator.choice(np.flatnonzero(subcategories == name), wanted, replace=False)
        for name, wanted in quota.items()
    ]
    return generator.permutation(np.concatenate(drawn)).astype(np.int64)


def natural_quota(
    subcategories: np.ndarray, size: int, shares: Mapping[str, int] = SHARES
) -> dict[str, int]:
    """Return how many rows of each subcategory a natural mix of this size has."""
    if size < 1:
        raise ReaderError(f"a mix of {size} rows cannot be drawn; ask for 1 or more.")
    present = _shares_present(subcategories, shares)
    exact = np.array(list(present.values())) * size
    total = sum(present.values())
    counts, remainders = exact // total, exact % total
    # Stable, so that equal remainders go to the one that stands first.
    counts[np.argsort(-remainders, kind="stable")[: size - counts.sum()]] += 1
    return dict(zip(present, counts.tolist(), strict=True))


def _shares_present(subcategories: np.ndarray, shares: Mapping[str, int]) -> dict[str, int]:
    present = set(pd.unique(subcategories))
    unknown = sorted(present - set(shares))
    if unknown or not present:
        raise ReaderError(
            f"no share is known of {', '.join(unknown) or 'no row at all'}. "
            f"Known: {', '.join(shares)}."
        )
    return {name: count for name, count in shares.items() if name in present}


def largest_natural_mix(subcategories: np.ndarray, shares: Mapping[str, int] = SHARES) -> int:
    """Return how many rows `natural_mix` can draw at most with the same arguments: at least 1.

    Raises
    ------
    ReaderError
        If there is no row, or a subcategory is not in `shares`.
    """
    present = _shares_present(subcategories, shares)
    at_hand = pd.Series(subcategories).value_counts()
    total = sum(present.values())
    # A quota exceeds its exact share by less than one row, so the largest size lies close below.
    size = min((at_hand[name] + 1) * total // count for name, count in present.items())
    while size:
        quota = natural_quota(subcategories, size, shares)
        if all(wanted <= at_hand[name] for name, wanted in quota.items()):
            break
        size -= 1
    return int(size)
