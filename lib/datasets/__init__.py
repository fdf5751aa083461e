"""The data layer: known files, their search, their check, and their synthetic twins."""

from lib.datasets.closeness import fidelity
from lib.datasets.loading import Dataset, at_hand, card, draw_twin, load
from lib.datasets.registry import Entry, Part, Variant, entry, names
from lib.datasets.twin import fidelity_table
