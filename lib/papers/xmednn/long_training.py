"""One step of long training, which takes minutes and so lies outside the book's own runs."""

from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.scores import confusion
from lib.methods.splits import Split


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
