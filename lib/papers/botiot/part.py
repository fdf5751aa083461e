"""Rows of the 5 % set itself, in natural proportions, from a MATLAB file without headings.

The file's matrix ``Samples`` has eight unnamed rows; what they are shows in their arithmetic, which
`read` holds. It has neither directions nor a state (see `lib.papers.botiot.rebuilding`), and no
time. As a generator (see `lib.datasets.twin`) this module draws the twin of this form.
"""

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import loadmat
from scipy.io.matlab import MatReadError
from scipy.stats import chisquare

from lib import datasets
from lib.common.errors import ReaderError
from lib.common.files import joined_digest
from lib.common.wording import shown
from lib.datasets import columnar, locate, opening, registry
from lib.papers.botiot import flows, rebuilding, twin

PART = "part5pc"
NUMBERS = ("proto_number", "flgs_number", "pkts", "bytes", "dur", "mean", "rate", "sum")
PROTOCOLS = {1: "tcp", 2: "arp", 3: "udp", 4: "icmp"}
# As the repository's notebook numbers them.
KINDS = {
    1: ("Reconnaissance", "Service_Scan"),
    2: ("Reconnaissance", "OS_Fingerprint"),
    3: ("DDoS", "TCP"),
    4: ("DDoS", "UDP"),
    5: ("DDoS", "HTTP"),
    6: ("DoS", "TCP"),
    7: ("DoS", "UDP"),
    8: ("DoS", "HTTP"),
    9: ("Normal", "Normal"),
    10: ("Theft", "Keylogging"),
}
# What scipy raises on a file that is damaged, or another one, and numpy on what it then holds.
DAMAGE = (MatReadError, *opening.DAMAGE, KeyError, TypeError, IndexError, NotImplementedError)
DAMAGE += (AttributeError, OverflowError, MemoryError)
TWIN_ROWS = 12_000
TWIN_SEED = 2019


def load(allow_unknown_digest: bool = False) -> datasets.Dataset:
    """Load the rows of the 5 % set, or their twin, see `lib.datasets.load`.

    Returns
    -------
    lib.datasets.Dataset
        With protocol, packets, bytes, duration, rate and both labels; `read` gives all numbers.
    """
    entry = registry.entry(flows.NAME)
    allowed = allow_unknown_digest or locate.unknown_allowed()
    found = None if locate.twins_only() else locate.locate(entry, PART, allowed)
    if found is None:
        return draw_twin()
    (path,) = found.paths
    frame = read(path)
    return datasets.Dataset(
        name=entry.name,
        variant=PART,
        source="real" if found.known else "unknown",
        path=path,
        sha256=joined_digest(found.sha256),
        frame=columnar.kept(frame, found.variant),
        counts=counted(frame),
    )


def draw_twin() -> datasets.Dataset:
    """Load the twin, whether the file is at hand or not."""
    return datasets.draw_twin(flows.NAME, PART, sys.modules[__name__])


def read(path: Path) -> pd.DataFrame:
    """Read the file and hold it against the arithmetic of its rows."""
    with opening.opened(path) as stream:
        packed = stream.read()
    try:
        content = loadmat(BytesIO(packed))
        values, labels = content["Samples"].T.astype(float), content["Labels"].ravel()
        kinds = [KINDS[int(label)] for label in labels]
    except DAMAGE as problem:
        reason = " ".join(str(problem).split()) or type(problem).__name__
        raise ReaderError(
            f"{shown(path)} cannot be read as rows with one of the labels 1 to {len(KINDS)} "
            f"({reason}). Get it again."
        ) from None
    if values.shape != (len(labels), len(NUMBERS)):
        raise ReaderError(
            f"{shown(path)}: {values.shape} numbers for {len(labels)} rows. Get it again."
        )
    if not np.isfinite(values).all():
        raise ReaderError(f"{shown(path)} holds values that are no numbers. Get it again.")
    frame = pd.DataFrame(values, columns=list(NUMBERS))
    whole = ["proto_number", "flgs_number", "pkts", "bytes"]
    frame[whole] = frame[whole].astype(np.int64)
    frame = frame.assign(
        proto=frame["proto_number"].map(PROTOCOLS),
        category=[category for category, _ in kinds],
        subcategory=[subcategory for _, subcategory in kinds],
    )
    _check(path, frame)
    return frame


def arithmetic(frame: pd.DataFrame) -> dict[str, float]:
    """Return the share of the rows of `read` for which each sentence on the columns holds."""
    rate = rebuilding.rate_of(frame["pkts"].to_numpy(), frame["dur"].to_numpy())
    mean = frame["mean"].to_numpy()
    parts = np.divide(frame["sum"], mean, out=np.zeros(len(frame)), where=mean > 0)
    return {
        "the rate is one packet less than counted, over the duration": np.isclose(
            rate, frame["rate"], rtol=1e-4, atol=1e-6
        ).mean(),
        "the sum is a whole number of means": np.isclose(parts, np.round(parts), atol=0.02).mean(),
        "no flow has fewer bytes than 60 a packet": (frame["bytes"] >= 60 * frame["pkts"]).mean(),
    }


def _check(path: Path, frame: pd.DataFrame) -> None:
    for sentence, share in arithmetic(frame).items():
        if share < 0.999:
            raise ReaderError(
                f"{shown(path)}: that {sentence} holds in {share:.1%} of the rows only, so its "
                f"numbers are not {', '.join(NUMBERS)}. Get the file again."
            )


def counted(frame: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Count rows by category and subcategory."""
    sizes = frame.groupby(["category", "subcategory"]).size()
    return {one: sizes[one].to_dict() for one in sizes.index.unique(0)}


def as_drawn(frame: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Hold the rows of each subcategory against a draw by chance from the 5 % set.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `load` gives it.

    Returns
    -------
    tuple
        Rows found and expected by subcategory, and the p value of a chi-square test over those
        with at least five expected.
    """
    shares = pd.Series(flows.SHARES)
    found = pd.Series(flows.subcategories(frame)).value_counts().reindex(shares.index, fill_value=0)
    expected = shares / shares.sum() * found.sum()
    many = expected >= 5
    scale = found[many].sum() / expected[many].sum()
    p_value = chisquare(found[many], expected[many] * scale).pvalue
    return pd.DataFrame({"found": found, "expected": expected}), float(p_value)


def draw(path: Path = twin.TABLE) -> pd.DataFrame:
    """Draw the twin: committed flows at the 5 % set's shares, summed up as the file sums them."""
    frame = twin.draw(path)
    names = flows.subcategories(frame)
    size = min(TWIN_ROWS, flows.largest_natural_mix(names))
    frame = frame.iloc[flows.natural_mix(names, size, TWIN_SEED)].reset_index(drop=True)
    labels = frame[["category", "subcategory"]].astype(str)
    return rebuilding.totals(frame).join(labels)


def complete(
    dataset: datasets.Dataset, filling: str = "answered", known: datasets.Dataset | None = None
) -> pd.DataFrame:
    """Return the rows with the paper's six features rebuilt.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        What `load` gave.
    filling : str
        Of `lib.papers.botiot.rebuilding.FILLINGS`, for what is not settled.
    known : lib.datasets.Dataset, optional
        Flows with all six features, for ``"looked_up"``.

    Returns
    -------
    pandas.DataFrame
        As `lib.papers.botiot.paper_table` takes it; the file has no time, so every moment is
        missing. ``settled`` tells which rows have one reading only.
    """
    seen = None if known is None else both_sides(known.frame)
    return rebuilding.rebuild(dataset.frame, filling, seen).assign(stime=np.nan)


def both_sides(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what a file without directions would keep of flows, and their directions and state."""
    known = {name: frame[name].to_numpy() for name in ("spkts", "dpkts", "srate", "drate")}
    return rebuilding.totals(frame).assign(**known, state=frame["state"].astype(str).to_numpy())
