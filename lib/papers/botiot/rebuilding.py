"""The paper's six features on rows that store packets, bytes and duration alone.

What is missing follows from the sizes of the packets, and from what a connection can look like; no
label is used. A flow is *settled* where one reading is left, or the other is known to be rare.
"""

import numpy as np
import pandas as pd

# Bytes of a packet: a flood's request to connect, the shortest frame that Argus saw (an answer, a
# reset, an empty datagram), and the notice that a port cannot be reached.
REQUEST, SHORTEST, NOTICE = 154, 60, 70
# How a flow is filled that is not settled.
# answered: every second short packet is the source's reset of an answered connection
# refused: every short packet is the target's
# requested: as answered, the state as if no answer had been seen
# looked_up: as the commonest known flow of this protocol, packets and bytes, whatever its class
FILLINGS = ("answered", "refused", "requested", "looked_up")
REBUILT = ("spkts", "dpkts", "srate", "drate", "state")
KEY = ["proto", "pkts", "bytes"]


def rebuild(
    frame: pd.DataFrame, filling: str = "answered", known: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Fill in what the file does not store.

    Parameters
    ----------
    frame : pandas.DataFrame
        With ``proto``, ``pkts``, ``bytes`` and ``dur``; other columns are kept.
    filling : str
        One of `FILLINGS`, for the flows that are not settled.
    known : pandas.DataFrame, optional
        Flows with `KEY`, both packet counts and the state, for ``"looked_up"``.

    Returns
    -------
    pandas.DataFrame
        With the columns `REBUILT` and ``settled`` in addition.
    """
    if filling not in FILLINGS:
        raise ValueError(f"filling {filling!r} is none of {', '.join(FILLINGS)}")
    answers, state, settled = _read(frame, filling)
    packets = frame["pkts"].to_numpy()
    if filling == "looked_up":
        answers, state = _looked_up(frame, known, answers, state, settled)
    sent = packets - answers
    rates = {
        "srate": rate_of(sent, frame["dur"].to_numpy()),
        "drate": rate_of(answers, frame["dur"].to_numpy()),
    }
    return frame.assign(spkts=sent, dpkts=answers, **rates, state=state, settled=settled)


def short_packets(frame: pd.DataFrame) -> np.ndarray:
    """Return how many of a flow's packets are short if all others are requests; NaN if neither."""
    packets, size = frame["pkts"].to_numpy(float), frame["bytes"].to_numpy(float)
    short = (REQUEST * packets - size) / (REQUEST - SHORTEST)
    fits = (short == np.round(short)) & (short >= 0) & (short < packets)
    return np.where(fits & (frame["proto"].astype(str) == "tcp"), short, np.nan)


def _read(frame: pd.DataFrame, filling: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the target's packets, the state, and whether both are settled."""
    packets, size = frame["pkts"].to_numpy(), frame["bytes"].to_numpy()
    tcp, udp, icmp = (
        (frame["proto"].astype(str) == name).to_numpy() for name in ("tcp", "udp", "icmp")
    )
    short = short_packets(frame)
    flood, minimal = ~np.isnan(short), size == SHORTEST * packets
    notice = icmp & (size == NOTICE * packets)
    alone = packets == 1
    # Both sides in turn, the source first, unless a line below knows better.
    answers = packets // 2
    of_flood = short if filling == "refused" else np.ceil(short / 2)
    answers = np.where(flood, np.nan_to_num(of_flood), answers)
    answers = np.where(udp | notice | alone, 0, answers).astype(np.int64)
    settled = alone | (udp & minimal) | notice | (short == 0) | (tcp & ~flood & (packets == 2))
    state = np.select(
        [udp, notice | (icmp & (answers == 0)), icmp, ~tcp, answers == 0],
        ["INT", "URP", "ECO", np.where(alone, "INT", "CON"), "REQ"],
        "RST",
    )
    if filling == "requested":
        state = np.where(~settled & tcp, np.where(flood, "REQ", "FIN"), state)
    return answers, state.astype(object), settled


def _looked_up(frame, known, answers, state, settled) -> tuple[np.ndarray, np.ndarray]:
    """Replace what is not settled by the commonest known flow of the same key, if there is one."""
    counted = known.assign(proto=known["proto"].astype(str), state=known["state"].astype(str))
    counted = counted.groupby([*KEY, "dpkts", "state"]).size().rename("rows").reset_index()
    common = counted.sort_values("rows", kind="stable").drop_duplicates(KEY, keep="last")
    keys = frame[KEY].assign(proto=frame["proto"].astype(str))
    found = keys.merge(common, on=KEY, how="left")
    use = ~settled & found["state"].notna().to_numpy()
    return (
        np.where(use, found["dpkts"].fillna(0), answers).astype(np.int64),
        np.where(use, found["state"], state).astype(object),
    )


def rate_of(packets: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Return packets a second as Argus counts them: from the first to the last."""
    known = (packets > 1) & (seconds > 0)
    return np.where(known, (packets - 1) / np.where(known, seconds, 1), 0.0)


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Reduce flows to what a file without directions keeps of them, class and moment left out."""
    packets = frame["spkts"] + frame["dpkts"]
    return pd.DataFrame(
        {
            "proto": frame["proto"].astype(str).to_numpy(),
            "pkts": packets.to_numpy(),
            "bytes": (frame["sbytes"] + frame["dbytes"]).to_numpy(),
            "dur": frame["dur"].to_numpy(),
            "rate": rate_of(packets.to_numpy(), frame["dur"].to_numpy()),
        }
    )
