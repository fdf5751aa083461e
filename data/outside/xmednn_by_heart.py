"""Let networks learn the 28 columns of the XMeDNN paper by heart, on the split of Table 1.

Runs in the book's environment, with the data in place, for a quarter of an hour of one processor:

    python data/outside/xmednn_by_heart.py data/outside/xmednn_by_heart.json

Networks up to four times as wide as printed go on being trained for sixteen times the printed
epochs, and then for some more at a lower rate. The page on the search of chapter 3 shows them.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler

from lib.common.parallel import each
from lib.methods.dense.network import DenseSettings
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.splits import oversample, scaled_split
from lib.notebook.records import machine_kind
from lib.papers import xmednn
from lib.papers.xmednn.long_training import circumstances, look

PRINTED, TWICE, WIDEST = (64, 32, 8), (128, 64, 16), (256, 128, 64)
BATCH = 20
# Rate, and how many looks of so many epochs.
EPOCHS, STAGES = 600, ((0.001, 4), (0.0001, 1))
SCALERS = {
    "minimum, maximum": MinMaxScaler,
    "standardised": StandardScaler,
    "ranks": lambda: QuantileTransformer(subsample=None),
}
RUNS = tuple((WIDEST, scaler, 2022) for scaler in ("ranks", "standardised", "minimum, maximum"))
RUNS += ((WIDEST, "ranks", 2023), (TWICE, "ranks", 2022), (PRINTED, "ranks", 2022))
RUNS += ((PRINTED, "minimum, maximum", 2022),)


def split_of(frame, scaler, seed):
    """Return the split of Table 1, scaled by all balanced rows; the seed repeats attacks."""
    flows = xmednn.recovered_table(frame)
    rows = oversample(np.arange(len(flows.labels)), flows.labels, seed)
    halves = train_test_split(rows, test_size=0.33, random_state=1)
    more = {"scaled_on": rows, "scaler": SCALERS[scaler]}
    return scaled_split(flows.features.to_numpy(), flows.labels, halves, seed, **more)


def looked_at(split, layers):
    """Return accuracies and counts of errors of one network by the number of epochs."""
    sizes = (split.train_features.shape[1], *layers, 1)
    found, epochs = {}, 0
    network = OngoingNetworks([split.seed], DenseSettings(sizes, STAGES[0][0], EPOCHS, BATCH))
    for rate, looks in STAGES:
        network.change_rate(rate)
        for _ in range(looks):
            epochs += EPOCHS
            found[str(epochs)] = {"rate": rate} | look(network, split, EPOCHS)
    return found


def network_of(run):
    """Return what is kept of one run."""
    layers, scaler, seed = run
    looks = looked_at(split_of(xmednn.load().frame, scaler, seed), layers)
    name = ", ".join(map(str, layers))
    return {"layers": name, "scaler": scaler, "seed": seed, "looks": looks}


def main(target):
    """Train every network and write one JSON file."""
    dataset = xmednn.load()
    result = circumstances(dataset) | {
        "machine": machine_kind(),
        "networks": each(network_of, RUNS),
    }
    Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
