"""WUSTL-EHMS-2020 as the XMeDNN paper prepares it (Alani, Mashatan and Miri, 2023)."""

import pandas as pd

from lib import datasets
from lib.papers.xmednn import twin
from lib.papers.xmednn.flows import (
    CLASSES,
    DEVICE_READINGS,
    KEPT,
    LEFT_OUT,
    NAME,
    REMOVED,
    attack_blocks,
    holds_numbers,
    network_features,
    paper_table,
    recovered_table,
)


def load(variant: str | None = None, allow_unknown_digest: bool = False) -> datasets.Dataset:
    """Load the file, or its twin, see `lib.datasets.load`."""
    return datasets.load(NAME, variant, twin, None, allow_unknown_digest)


def fidelity_table(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return how close the twin comes to the file, see `lib.datasets.fidelity_table`."""
    return datasets.fidelity_table(dataset, twin)
