"""Let networks learn the 28 columns of the XMeDNN paper by heart, on the split of Table 1.

Runs in the book's environment, with the data in place, for half an hour of one processor:

    python data/outside/xmednn_by_heart.py data/outside/xmednn_by_heart.json

Networks up to four times as wide as printed go on being trained for sixteen times the printed
epochs, and then for some more at a lower rate. The widest does so again where no attack of the
test has a copy in training, beside the printed network. What the file has already is kept as it
is, and only the rest is run. The page on the search of chapter 3 shows them.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from kept_run import circumstances
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, StandardScaler

from lib.common.parallel import each
from lib.methods.dense.network import DenseSettings
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.splits import oversample, scaled_split, split_rows
from lib.notebook.records import machine_kind
from lib.papers import xmednn
from lib.papers.xmednn.long_training import look

PRINTED, TWICE, WIDEST = (64, 32, 8), (128, 64, 16), (256, 128, 64)
BATCH = 20
# Rate, and how many looks of so many epochs.
EPOCHS, STAGES = 600, ((0.001, 4), (0.0001, 1))
PRINTED_EPOCHS, PRINTED_STAGES = 150, ((0.01, 1),)
TESTED = 0.33
SCALERS = {
    "minimum, maximum": MinMaxScaler,
    "standardised": StandardScaler,
    "ranks": lambda: QuantileTransformer(subsample=None),
}
RUNS = tuple((WIDEST, scaler, 2022) for scaler in ("ranks", "standardised", "minimum, maximum"))
RUNS += ((WIDEST, "ranks", 2023), (TWICE, "ranks", 2022), (PRINTED, "ranks", 2022))
RUNS += ((PRINTED, "minimum, maximum", 2022),)
ONE_SIDE = "copies on one side"
RUNS_ONE_SIDE = tuple((WIDEST, "ranks", seed) for seed in (2022, 2023))
RUNS_ONE_SIDE += tuple((PRINTED, "minimum, maximum", seed) for seed in (2022, 2023))


def split_of(frame, scaler, seed):
    """Return the split of Table 1, scaled by all balanced rows; the seed repeats attacks."""
    flows = xmednn.recovered_table(frame)
    rows = oversample(np.arange(len(flows.labels)), flows.labels, seed)
    halves = train_test_split(rows, test_size=TESTED, random_state=1)
    more = {"scaled_on": rows, "scaler": SCALERS[scaler]}
    return scaled_split(flows.features.to_numpy(), flows.labels, halves, seed, **more)


def split_one_side(frame, scaler, seed):
    """Return a split as large, balanced and scaled, where no test row has a copy in training.

    Rows are split before attacks are repeated, on each side by themselves; the seed does both.
    """
    flows = xmednn.recovered_table(frame)
    halves = split_rows(np.arange(len(flows.labels)), flows.labels, seed, TESTED)
    halves = tuple(oversample(half, flows.labels, seed) for half in halves)
    more = {"scaled_on": np.concatenate(halves), "scaler": SCALERS[scaler]}
    return scaled_split(flows.features.to_numpy(), flows.labels, halves, seed, **more)


def looked_at(split, layers, every=None, stages=None):
    """Return accuracies and counts of errors of one network by the number of epochs."""
    every, stages = every or EPOCHS, stages or STAGES
    sizes = (split.train_features.shape[1], *layers, 1)
    found, epochs = {}, 0
    network = OngoingNetworks([split.seed], DenseSettings(sizes, stages[0][0], every, BATCH))
    for rate, looks in stages:
        network.change_rate(rate)
        for _ in range(looks):
            epochs += every
            found[str(epochs)] = {"rate": rate} | look(network, split, every)
    return found


def kept_of(run, looks):
    """Return what is kept of one run."""
    layers, scaler, seed = run
    name = ", ".join(map(str, layers))
    return {"layers": name, "scaler": scaler, "seed": seed, "looks": looks}


def network_of(run):
    """Return what is kept of one run on the split of Table 1."""
    layers, *how = run
    return kept_of(run, looked_at(split_of(xmednn.load().frame, *how), layers))


def network_one_side(run):
    """Return what is kept of one run with copies on one side; the printed layers as printed."""
    layers, *how = run
    own = (PRINTED_EPOCHS, PRINTED_STAGES) if layers == PRINTED else ()
    split = split_one_side(xmednn.load().frame, *how)
    return kept_of(run, looked_at(split, layers, *own))


def ran(function, runs):
    """Return the networks of some runs, with when and where they were made."""
    about = circumstances(xmednn.load().sha256, "torch", "scikit-learn") | {
        "machine": machine_kind()
    }
    return about | {"networks": each(function, runs)}


def main(target):
    """Train every network that one JSON file does not have yet, and write it."""
    target = Path(target)
    result = json.loads(target.read_text(encoding="utf-8")) if target.exists() else {}
    if "networks" not in result:
        result |= ran(network_of, RUNS)
    if ONE_SIDE not in result:
        result[ONE_SIDE] = ran(network_one_side, RUNS_ONE_SIDE)
    target.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
