"""BoT-IoT as the spiking-network paper prepares it (Živadinović and Simić, 2024)."""

import pandas as pd

from lib import datasets
from lib.papers.botiot import captures, part, rebuilding, twin
from lib.papers.botiot.flows import (
    CLASSES,
    FEATURES,
    FULL5PC,
    NAME,
    NUMBERS,
    SHARES,
    SILENCE,
    largest_natural_mix,
    natural_mix,
    paper_table,
    sessions,
    subcategories,
    subcategory_name,
)


def load(variant: str | None = None, allow_unknown_digest: bool = False) -> datasets.Dataset:
    """Load the flows, or their twin, see `lib.datasets.load`; ``part5pc`` has a form of its own."""
    if variant == part.PART:
        return part.load(allow_unknown_digest)
    return datasets.load(NAME, variant, twin, None, allow_unknown_digest)


def draw_twin(variant: str | None = None) -> datasets.Dataset:
    """Load the twin, whether the flows are at hand or not."""
    if variant == part.PART:
        return part.draw_twin()
    return datasets.draw_twin(NAME, variant, twin)


def fidelity_table(dataset: datasets.Dataset) -> pd.DataFrame:
    """Return how close the twin comes to the flows, see `lib.datasets.fidelity_table`."""
    return datasets.fidelity_table(dataset, twin)
