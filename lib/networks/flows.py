"""Which columns of a network's flows a detector may see, and which rows belong together.

Left out is what names a host, a path or a moment, or tells the attackers' machines of a test bed,
such as times to live, hops and virtual networks, and what a sensor reads inside a connection.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.methods.examination import Examined

HOUR = 3600  # seconds
STRETCH = 5_000  # rows of the file of origin that belong together where no clock is at hand


@dataclass(frozen=True)
class Columns:
    """What is read of a network's flows."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]  # written as one column a value
    group: tuple[str, ...]  # what `groups` parts the rows by
    kind: str
    normal: str
    paths: tuple[str, ...] = ()  # what tells the path of a packet, to show what it would be worth


FLOWS = {
    "unsw-nb15": Columns(
        numbers=(
            *("dur", "sbytes", "dbytes", "sloss", "dloss", "Sload", "Dload", "Spkts", "Dpkts"),
            *("swin", "dwin", "smeansz", "dmeansz", "trans_depth", "res_bdy_len", "Sjit", "Djit"),
            *("Sintpkt", "Dintpkt", "tcprtt", "synack", "ackdat", "ct_srv_src", "ct_srv_dst"),
            *("ct_dst_ltm", "ct_src_ltm", "ct_src_dport_ltm", "ct_dst_sport_ltm"),
            "ct_dst_src_ltm",
        ),
        texts=("proto", "state", "service"),
        group=("Stime",),
        kind="attack_cat",
        normal="Normal",
        paths=("sttl", "dttl"),
    ),
    "5g-nidd": Columns(
        numbers=(
            *("Dur", "RunTime", "Mean", "Sum", "Min", "Max", "TotPkts", "SrcPkts", "DstPkts"),
            *("TotBytes", "SrcBytes", "DstBytes", "sMeanPktSz", "dMeanPktSz", "Load", "SrcLoad"),
            *("DstLoad", "Loss", "SrcLoss", "DstLoss", "pLoss", "SrcGap", "DstGap", "Rate"),
            *("SrcRate", "DstRate", "SrcWin", "DstWin", "TcpRtt", "SynAck", "AckDat"),
        ),
        texts=("Proto", "Cause", "State"),
        group=("Unnamed: 0",),
        kind="Attack_Type",
        normal="Benign",
        paths=("sTtl", "dTtl"),
    ),
    "ton-iot-network": Columns(
        numbers=(
            *("duration", "src_bytes", "dst_bytes", "missed_bytes", "src_pkts", "src_ip_bytes"),
            *("dst_pkts", "dst_ip_bytes"),
        ),
        texts=("proto", "service", "conn_state"),
        group=("src_ip", "dst_ip"),
        kind="type",
        normal="normal",
    ),
}
# A value with fewer rows than this share has no column of its own.
RARE = 0.005


def table(dataset, with_paths: bool = False) -> Examined:
    """Prepare a network's flows.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        What ``lib.networks.load`` gave.
    with_paths : bool
        Whether the times to live stay among the features, to show what they are worth.

    Returns
    -------
    lib.methods.examination.Examined
        A missing number, such as a window that was never announced, is 0.
    """
    columns, frame = FLOWS[dataset.name], dataset.frame
    numbers = [*columns.numbers, *(columns.paths if with_paths else ())]
    features = frame[numbers].astype(float).fillna(0.0)
    features = features.join([one_column_a_value(frame[name]) for name in columns.texts])
    kinds = frame[columns.kind].astype(str).to_numpy(dtype=object)
    labels = (kinds != columns.normal).astype(int)
    return Examined(features, labels, groups(frame, columns), kinds)


def one_column_a_value(texts: pd.Series) -> pd.DataFrame:
    """Write a text column as zeros and ones, one column for each value that is not rare."""
    shares = texts.value_counts(normalize=True)
    common = sorted(shares.index[shares >= RARE])
    return pd.DataFrame({f"{texts.name} {value}": (texts == value) * 1.0 for value in common})


def groups(frame: pd.DataFrame, columns: Columns) -> np.ndarray:
    """Return each row's hour, stretch of `STRETCH` rows or pair of hosts as numbers (rows,)."""
    if len(columns.group) == 2:
        hosts = np.sort(frame[list(columns.group)].astype(str).to_numpy(dtype=str), axis=1)
        return pd.factorize(pd.Series(hosts[:, 0]) + " " + pd.Series(hosts[:, 1]))[0]
    (name,) = columns.group
    return frame[name].to_numpy() // (HOUR if name == "Stime" else STRETCH)
