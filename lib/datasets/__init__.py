"""The data layer: known files, their search, their check, and their synthetic twins."""

from lib.datasets.closeness import fidelity, fidelity_summary
from lib.datasets.downloading import download, download_all
from lib.datasets.loading import Dataset, at_hand, card, draw_twin, load
from lib.datasets.registry import Entry, Part, Variant, entry, names

__all__ = [
    "Dataset",
    "Entry",
    "Part",
    "Variant",
    "at_hand",
    "card",
    "download",
    "download_all",
    "draw_twin",
    "entry",
    "fidelity",
    "fidelity_summary",
    "load",
    "names",
]
