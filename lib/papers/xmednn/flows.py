"""WUSTL-EHMS-2020 as the XMeDNN paper prepares it (Section 4, Algorithm 1)."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

NAME = "wustl-ehms-2020"
# Section 4: eight readings of the patient monitor, removed first.
DEVICE_READINGS = ("Temp", "SpO2", "Pulse_Rate", "SYS", "DIA", "Heart_rate", "Resp_Rate", "ST")
# The paper removes seven network features and names none; chapter 3's data page shows why these.
REMOVED = ("Dir", "Flgs", "SrcAddr", "DstAddr", "SrcMac", "DstMac", "Packet_num")
CLASSES = ("Attack Category", "Label")
# By the folds of Table 2: these two rows were taken as invalid, and the third was not. The port
# behind its name is the one of Debian's /etc/services.
LEFT_OUT, KEPT = ("fido", "tfido"), {"dircproxy": "57000"}


@dataclass(frozen=True)
class Flows:
    """The rows and columns that the paper's classifiers see."""

    features: pd.DataFrame
    labels: np.ndarray
    blocks: np.ndarray
    kinds: np.ndarray

    def without(self, *columns: str) -> "Flows":
        """Return the same flows with some features left out."""
        return replace(self, features=self.features.drop(columns=list(columns)))


def network_features(frame: pd.DataFrame) -> list[str]:
    """Return the names of the network-flow features, in the file's order.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as read.

    Returns
    -------
    list of str
        Every column but the device readings (Section 4), the class and the label; text columns
        are among them.
    """
    return [name for name in frame.columns if name not in DEVICE_READINGS + CLASSES]


def holds_numbers(frame: pd.DataFrame) -> pd.Series:
    """Tell the rows whose source port is a number from those where it is a service's name.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as read, ``Sport`` as text.

    Returns
    -------
    pandas.Series of bool
        False for rows that Algorithm 1 calls invalid.
    """
    return pd.to_numeric(frame["Sport"], errors="coerce").notna()


def attack_blocks(labels: np.ndarray) -> np.ndarray:
    """Return the number of the attack block that each flow belongs to.

    A block is a run of normal flows and the run of attack flows that follows it; normal flows
    after the last attack make a block of their own.

    Parameters
    ----------
    labels : numpy.ndarray
        Shape (flows,), zeros and ones in time order.

    Returns
    -------
    numpy.ndarray
        Shape (flows,), counted from 0.
    """
    labels = np.asarray(labels)
    begins = np.concatenate([[0], (labels[1:] == 0) & (labels[:-1] == 1)])
    return begins.astype(int).cumsum()


def paper_table(frame: pd.DataFrame, removed: tuple[str, ...] = REMOVED) -> Flows:
    """Prepare the flows as Algorithm 1 does, up to the oversampling.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as read.
    removed : tuple of str
        The network features to leave out.

    Returns
    -------
    Flows
        Device readings, removed features and invalid rows are gone; text features that stay
        are numbered in alphabetical order.
    """
    kept = [name for name in network_features(frame) if name not in removed]
    return _flows(frame[holds_numbers(frame)], kept)


def recovered_table(
    frame: pd.DataFrame, removed: tuple[str, ...] = REMOVED, readings: bool = False
) -> Flows:
    """Prepare the rows by which the folds of the paper's Table 2 come out.

    Parameters
    ----------
    frame : pandas.DataFrame
        The file as read.
    removed : tuple of str
        The network features to leave out.
    readings : bool
        Whether the device readings stay, which the paper says it removed.

    Returns
    -------
    Flows
        One row more than `paper_table` has: ``dircproxy`` is read as its port.
    """
    rows = frame[~frame["Sport"].isin(LEFT_OUT)]
    rows = rows.assign(Sport=rows["Sport"].replace(KEPT))
    kept = [name for name in network_features(frame) if name not in removed]
    return _flows(rows, kept + list(DEVICE_READINGS) * readings)


def _flows(rows: pd.DataFrame, kept: list[str]) -> Flows:
    features = rows[kept].apply(_as_numbers).astype(float).reset_index(drop=True)
    labels = rows["Label"].to_numpy()
    kinds = rows["Attack Category"].to_numpy()
    return Flows(features, labels, attack_blocks(labels), kinds)


def _as_numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    return column.astype("category").cat.codes if numbers.isna().any() else numbers
