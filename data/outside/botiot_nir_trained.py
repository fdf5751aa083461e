"""Run trained spiking networks in other tools, as graphs of NIR; compare outputs and macro F1.

Two steps, in two environments. The first trains the networks of 1,000 samples and 72 neurons as
the page on resources does, and once more with neurons that reset to zero at once, as NIR's own
node does. It runs in the book's environment, with the rows of the 5 % set in the folder IDS_DATA,
and leaves weights and test rows in a folder that is not kept:

    PYTHONPATH=. .venv/bin/python data/outside/botiot_nir_trained.py write FOLDER

The second needs none of the book's code; environments are those of botiot_nir.py, and scikit-learn:

    new/bin/python botiot_nir_trained.py ask FOLDER botiot_nir_trained.json snntorch norse
    old/bin/python botiot_nir_trained.py ask FOLDER botiot_nir_trained.json sinabs rockpool

The result is added to the file.
"""

import json
import platform
import sys
import tempfile
import warnings
from datetime import date
from importlib.metadata import version
from pathlib import Path

import nir
import numpy as np
import torch
from botiot_nir import BETA, FORMS, STEPS, TOOLS, expected, graph

SEEDS = range(2022, 2032)
TRAINED = ("subtract", "zero")  # how the neurons reset while they learnt


def write(folder):
    """Train ten networks with each reset; save weights, test rows, labels and own outputs."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import FunctionTransformer

    from lib.methods.spiking import SpikingSettings, SpikingTask, train_stacked
    from lib.methods.spiking.neurons import train_neurons
    from lib.methods.splits import scaled_split
    from lib.papers import botiot

    source = botiot.part.load()
    table = botiot.paper_table(botiot.part.complete(source))

    def prepared(one):
        chosen = botiot.natural_mix(table.subcategories, 1000, one)
        halves = train_test_split(chosen, test_size=0.2, random_state=one)
        features = table.features.to_numpy()
        return scaled_split(features, table.labels, halves, one, scaler=FunctionTransformer)

    splits = [prepared(one) for one in SEEDS]
    tasks = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in splits]
    settings = SpikingSettings(hidden=72)
    networks = train_stacked(tasks, settings, "cpu").networks
    subtracting = [
        [(one.weight.detach().numpy(), one.bias.detach().numpy()) for one in network.linears]
        for network in networks
    ]
    stacked, _ = train_neurons(tasks, _to_zero(), [settings.layer] * 2, settings)
    resetting = [
        [(w[place].T.detach().numpy(), b[place, 0].detach().numpy()) for w, b in stacked.linears]
        for place in range(len(tasks))
    ]
    for split, *pair in zip(splits, subtracting, resetting, strict=True):
        for reset, layers in zip(TRAINED, pair, strict=True):
            kept = {f"part_{place}": part for place, part in enumerate(sum(layers, ()))}
            path = Path(folder) / f"{reset}_{split.seed}.npz"
            np.savez(path, rows=split.test_features, labels=split.test_labels, **kept)
    (Path(folder) / "rows.json").write_text(
        json.dumps({"data": source.source, "data sha256": source.sha256})
    )


def _to_zero():
    """Return the paper's neuron, but for its reset: to zero, at the spike."""
    from lib.methods.spiking.network import Fire
    from lib.methods.spiking.neurons import SLOPE, THRESHOLD, Leaky

    class ToZero(Leaky):
        def step(self, current, states, learned):
            membrane, before = states
            membrane = torch.add(current, membrane * (1 - before), alpha=self.beta)
            spikes = Fire.apply(membrane, THRESHOLD, SLOPE)
            return spikes, (membrane, spikes.detach())

    return ToZero(BETA)


def macro_f1(labels, outputs):
    """Score the classes with the largest sum of outputs over the steps."""
    from sklearn.metrics import f1_score

    answers = outputs.sum(axis=0).argmax(axis=1)
    return f1_score(labels, answers, average="macro", zero_division=0)


def networks(folder, reset):
    """Yield layers, test rows and labels of each network that learnt with a reset."""
    for one in SEEDS:
        kept = np.load(Path(folder) / f"{reset}_{one}.npz")
        parts = [kept[f"part_{place}"] for place in range(6)]
        yield list(zip(parts[::2], parts[1::2], strict=True)), kept["rows"], kept["labels"]


def own_scores(folder):
    """Return the macro F1 of each network by the rule that it learnt with, and by the other."""
    return {
        f"learnt {reset}": {
            f"run {run}": [
                macro_f1(labels, expected(layers, rows, run))
                for layers, rows, labels in networks(folder, reset)
            ]
            for run in TRAINED
        }
        for reset in TRAINED
    }


def ask(folder, tool):
    """Return a tool's macro F1 on each graph beside the rule's, or its message."""
    found = {"version": version(tool), "nir": version("nir"), "nirtorch": version("nirtorch")}
    for learnt in TRAINED:
        for reset, resistance in FORMS:
            name = f"learnt {learnt}, written {reset}, resistance {resistance:.0f}"
            try:
                each = [
                    _compared(tool, reset, resistance, *own) for own in networks(folder, learnt)
                ]
            except Exception as problem:
                found[name] = {"message": f"{type(problem).__name__}: {problem}"}
                continue
            found[name] = {key: [one[key] for one in each] for key in each[0]}
    return found


def _compared(tool, reset, resistance, layers, rows, labels):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.nir"
        nir.write(path, graph(layers, reset, resistance))
        outputs = TOOLS[tool](path, torch.as_tensor(rows))
    rule = expected(layers, rows, reset)
    same = outputs.sum(axis=0).argmax(axis=1) == rule.sum(axis=0).argmax(axis=1)
    return {
        "f1": macro_f1(labels, outputs),
        "f1 by rule": macro_f1(labels, rule),
        "same answers": float(same.mean()),
        "distance": float(np.abs(outputs - rule).max()),
    }


def main(what, folder, target=None, *tools):
    """Write the networks, or ask each tool and add its answers to one JSON file."""
    if what == "write":
        write(folder)
        return
    warnings.simplefilter("ignore")
    path = Path(target)
    result = json.loads(path.read_text()) if path.exists() else {"tools": {}}
    result |= {"run on": date.today().isoformat(), "python": platform.python_version()}
    result |= json.loads((Path(folder) / "rows.json").read_text())
    result |= {"steps": STEPS, "rule": own_scores(folder)}
    for tool in tools:
        result["tools"][tool] = ask(folder, tool)
        print(tool, result["tools"][tool], flush=True)
        path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
