"""What runs of long training keep, which take minutes and so lie outside the book's own runs."""

from datetime import date

import sklearn
import torch

from lib.datasets import Dataset
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.scores import confusion
from lib.methods.splits import Split


def circumstances(dataset: Dataset) -> dict:
    """Return when a run is made, on which file and with which versions."""
    return {
        "run on": date.today().isoformat(),
        "data sha256": dataset.sha256,
        "versions": {"torch": torch.__version__, "scikit-learn": sklearn.__version__},
    }


def look(network: OngoingNetworks, split: Split, epochs: int) -> dict[str, float | int]:
    """Train a network on for some epochs; return its accuracies then and its counts of errors."""
    curves = network.train([split], epochs)
    (chance,) = network.chances([split])
    counts = confusion(split.test_labels, chance > 0.5)
    return {
        "test": float(curves.test[0, -1]),
        "training": float(curves.training[0, -1]),
        "false alarms": int(counts["fp"]),
        "missed attacks": int(counts["fn"]),
    }
