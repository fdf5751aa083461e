"""Train the network of Table V on 10 000 samples, by each reading of what the paper leaves open.

Runs in the book's environment, with the rows of the 5 % set in place, for half an hour of one
processor:

    python data/outside/botiot_readings.py data/outside/botiot_readings.json

The reproduction page of chapter 1 trains the smaller settings by the same readings itself, and
shows these beside them.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from kept_run import circumstances
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from lib.common.parallel import each
from lib.methods.scores import multiclass_scores
from lib.methods.spiking import SpikingSettings, SpikingTask, class_chances, train_stacked
from lib.methods.splits import scaled_split, split_rows
from lib.notebook.records import machine_kind
from lib.papers import botiot

SEEDS = (2022, 2023, 2024)
SETTINGS = {"10000_72": (10_000, 72), "10000_240": (10_000, 240)}
EPOCHS = 300


def logarithms():
    """Return the scaler of standardised logarithms."""
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler())


# What differs from the first reading: rows and scaling, or a setting of the network.
ROWS = {
    "text": {},
    "standardised": {"scaler": StandardScaler},
    "min_max": {"scaler": MinMaxScaler},
    "logarithms": {"scaler": logarithms},
    "all_train": {"more": 5 / 4},
}
NETWORKS = {"first": {"shown": 1}}
NETWORKS |= {name: {"readout": name} for name in ("mean", "last", "each", "spikes", "membrane")}
NETWORKS |= {name: {"update": name} for name in ("step", "epoch")}
NETWORKS |= {f"slope_{slope}": {"slope": slope} for slope in (1, 5, 100)}
READINGS = (*ROWS, *NETWORKS)


def prepared(table, size, seed, scaler=FunctionTransformer, more=1):
    """Return one draw at the set's shares, split 80:20; with five quarters, all samples train."""
    chosen = botiot.natural_mix(table.subcategories, int(size * more), seed)
    halves = split_rows(chosen, table.labels, seed, test_share=0.2)
    return scaled_split(table.features.to_numpy(), table.labels, halves, seed, scaler=scaler)


def tried(table, name, reading):
    """Return macro F1 and accuracy of a setting by one reading, a value a seed."""
    size, hidden = SETTINGS[name]
    splits = [prepared(table, size, seed, **ROWS.get(reading, {})) for seed in SEEDS]
    own = {"hidden": hidden, "epochs": EPOCHS} | NETWORKS.get(reading, {})
    tasks = [SpikingTask(one.train_features, one.train_labels, one.seed) for one in splits]
    networks = train_stacked(tasks, SpikingSettings(**own)).networks
    pairs = zip(networks, splits, strict=True)
    found = [multiclass_scores(s.test_labels, class_chances(n, s.test_features)) for n, s in pairs]
    return {key: [one[key] for one in found] for key in ("f1_macro", "accuracy")}


def main(target):
    """Train every reading of both settings and write one JSON file."""
    source = botiot.part.load()
    table = botiot.paper_table(botiot.part.complete(source))
    cells = [(name, reading) for name in SETTINGS for reading in READINGS]
    found = each(lambda cell: tried(table, *cell), cells)
    result = circumstances(source.sha256, "torch", "scikit-learn")
    result |= {"machine": machine_kind(), "seeds": SEEDS}
    for (name, reading), values in zip(cells, found, strict=True):
        result.setdefault(name, {})[reading] = values
    Path(target).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
