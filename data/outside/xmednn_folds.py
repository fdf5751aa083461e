"""Train the network of the XMeDNN paper for long, with device readings, on the folds of Table 2.

Runs in the book's environment, with the data in place, for some minutes of one processor:

    python data/outside/xmednn_folds.py data/outside/xmednn_folds.json

Each fold has a network of its own, of one seed, that goes on being trained and is looked at on the
way. The page on the search of chapter 3 shows the result; its own run would be longer by all this.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from kept_run import circumstances
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from lib.methods.dense.network import DenseSettings
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.splits import oversample, scaled_split
from lib.notebook.records import machine_kind
from lib.papers import xmednn
from lib.papers.xmednn.long_training import look

SEED, RATE, EPOCHS, LOOKS, BATCH = 2022, 0.003, 150, 4, 20
LAYERS = ((64, 32, 8), (128, 64, 16))


def folds_of(frame):
    """Return the ten folds, standardised by all balanced rows."""
    flows = xmednn.recovered_table(frame, readings=True)
    values, labels = flows.features.to_numpy(), flows.labels
    rows = oversample(np.arange(len(labels)), labels, SEED)
    dealt = KFold(10, shuffle=True, random_state=1).split(rows)
    pairs = [(rows[train], rows[test]) for train, test in dealt]
    more = {"scaled_on": rows, "scaler": StandardScaler}
    return [scaled_split(values, labels, pair, SEED, **more) for pair in pairs]


def looked_at(fold, hidden):
    """Return accuracies and counts of errors of one network by epochs."""
    sizes = (fold.train_features.shape[1], *hidden, 1)
    network = OngoingNetworks([SEED], DenseSettings(sizes, RATE, LOOKS * EPOCHS, BATCH))
    return {str(n * EPOCHS): look(network, fold, EPOCHS) for n in range(1, LOOKS + 1)}


def main(target):
    """Train on every fold and write one JSON file."""
    dataset = xmednn.load()
    folds = folds_of(dataset.frame)
    result = circumstances(dataset.sha256, "torch", "scikit-learn")
    result |= {"machine": machine_kind(), "seed": SEED, "rate": RATE}
    for hidden in LAYERS:
        name = ", ".join(map(str, hidden))
        by_fold = {str(k): looked_at(fold, hidden) for k, fold in enumerate(folds, start=1)}
        result[name] = by_fold
        Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
