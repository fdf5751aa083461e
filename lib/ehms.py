"""WUSTL-EHMS-2020 as the XMeDNN paper prepares it (Section 4, Algorithm 1)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Section 4: eight readings of the patient monitor, removed first.
DEVICE_READINGS = ("Temp", "SpO2", "Pulse_Rate", "SYS", "DIA", "Heart_rate", "Resp_Rate", "ST")
# The paper removes seven network features and names none; chapter 3's data page shows why these.
REMOVED = ("Dir", "Flgs", "SrcAddr", "DstAddr", "SrcMac", "DstMac", "Packet_num")
CLASSES = ("Attack Category", "Label")


@dataclass(frozen=True)
class Flows:
    """The rows and columns that the paper's classifiers see.

    Attributes
    ----------
    features : pandas.DataFrame
        Shape (flows, features), float64, in the file's order of rows.
    labels : numpy.ndarray
        Shape (flows,), 0 normal and 1 attack.
    blocks : numpy.ndarray
        Shape (flows,), the number of the attack block in time, see `attack_blocks`.
    """

    features: pd.DataFrame
    labels: np.ndarray
    blocks: np.ndarray

    def without(self, *columns: str) -> "Flows":
        """Return the same flows with some features left out.

        Parameters
        ----------
        *columns : str
            Names among the features.

        Returns
        -------
        Flows
            All rows, with their labels and blocks.

        Raises
        ------
        KeyError
            If a name is none of the features.
        """
        return Flows(self.features.drop(columns=list(columns)), self.labels, self.blocks)


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


def paper_flows(frame: pd.DataFrame, removed: tuple[str, ...] = REMOVED) -> Flows:
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
    valid = frame[holds_numbers(frame)]
    kept = [name for name in network_features(frame) if name not in removed]
    features = valid[kept].apply(_as_numbers).astype(float).reset_index(drop=True)
    labels = valid["Label"].to_numpy()
    return Flows(features, labels, attack_blocks(labels))


def _as_numbers(column: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(column, errors="coerce")
    return column.astype("category").cat.codes if numbers.isna().any() else numbers
