"""TON_IoT telemetry as the classifiers paper prepares it (Mante and Kolhe, 2024)."""

import pandas as pd

from lib import datasets
from lib.papers.toniot import twin
from lib.papers.toniot.checks import check
from lib.papers.toniot.readings import (
    DEVICES,
    NAME,
    NORMAL,
    READINGS,
    SPELLINGS,
    clean,
    common_form,
    device_of,
    each_once,
    moments,
    paper_table,
)


def load(variant: str | None = None, allow_unknown_digest: bool = False) -> datasets.Dataset:
    """Load a device's file, or its twin, see `lib.datasets.load`."""
    return datasets.load(NAME, variant, twin, check, allow_unknown_digest)


def at_hand(device: str) -> list[datasets.Dataset]:
    """Load every form of a device's file that is at hand, see `lib.datasets.at_hand`."""
    return datasets.at_hand(NAME, device, twin, check)


def fidelity_table(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return how close the twin comes to the file, see `lib.datasets.fidelity_table`."""
    return datasets.fidelity_table(dataset, twin)
