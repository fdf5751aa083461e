# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Beyond: is it resource efficient?
#
# :::{admonition} Finding
# :class: finding
# Counted arithmetic cannot decide whether a chip would save energy, and shows no saving beside a decision tree. On 1 000 rows
# of the set, split without keeping the classes' shares, the tree has a macro F1 of {book}`botiot.beyond.1000_72.tree.f1`,
# ahead of 72 neurons with {book}`botiot.beyond.1000_72.snn.f1` and level with 240; compiled, a decision takes 72 neurons {book}`botiot.beyond.1000_72.snn.compiled_ratio_tree|.0f` times the tree's
# time, and by its arithmetic alone, in which a tree has nothing but comparisons, {book}`botiot.beyond.1000_72.snn.energy_ratio_tree|,.0f` times the energy. A dense network of
# the same size is the closer race: at 32-bit prices the spikes take
# {book}`botiot.beyond.1000_72.snn.energy_ratio_dense|.2f` times its energy with 72 neurons and
# {book}`botiot.beyond.1000_240.snn.energy_ratio_dense|.2f` times with 240; at either size a dense network that skips its own zeros needs less than both.
# Eight-bit weights lower the mean F1 by about a hundredth, with 72 neurons not told from none; stopping each row when the network is sure of it, after about five of the ten steps, is not shown to lower it. Energy is not measured here either;
# the paper leaves that to later work.
# :::
#
# "Resource efficient" opens the paper's title, and its discussion asks for "accurate measurements
# of the spiking neural network to confirm resource efficiency". It names further steps: other
# neurons, other learning rules such as STDP, more than two layers, neuromorphic chips. This page
# takes a first step in each direction, on the paper's settings with 1 000 samples. Of the last it
# takes the half that needs no chip: the network is written in the format that tools of such chips
# exchange.

# %% tags=["remove-cell"]
import sys
from pathlib import Path

here = Path.cwd()
places = (here, *here.parents, here / "does-it-still-hold")
book = next((p for p in places if (p / "_toc.yml").exists()), None)
if book is None:
    raise SystemExit(
        "This notebook calls the book's library: open it in a clone of the book's repository, "
        "https://github.com/does-it-still-hold/does-it-still-hold, or clone that beside it."
    )
sys.path.insert(0, str(book))

# %% tags=["parameters", "hide-input"]
profile = "full"
seed = 2022
replicates = 10

# %%
from lib.papers import botiot
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

source = botiot.part.load()
table = botiot.paper_table(botiot.part.complete(source))
notebook = "01-spiking-botiot/04_beyond"
recorder = Recorder(notebook, source, profile, seed, replicates)
seeds = range(seed, seed + replicates)
run_banner(source, profile, seed, replicates)

# %% [markdown]
# ## The network and its competitors
#
# The network is that of the [reproduction](02_reproduction.ipynb): raw numbers as currents, ten
# steps, logits summed over the steps, 300 epochs. We take the paper's settings with 1 000 samples
# and 72 or 240 neurons. Unlike in the reproduction, the split does not keep the classes' shares, so
# that a test may hold more or fewer scans. Scores differ from those of Table V for that; compare
# within this page. The score is the macro F1.
#
# :::{dropdown} The rows, and how the competitors are trained
# The rows are of the 5 % set, their features rebuilt as on the [data page](01_data.ipynb), drawn at the
# {term}`natural mix` and split 80:20, afresh in each {term}`replicate`.
#
# The **dense network** has the same layers, first weights and order of rows, with a rectifier where
# the spiking one has a neuron. The spiking network adds the logits of ten steps, so that one update
# of a weight, which Adam makes about as large as the learning rate, moves its outputs further. At
# the paper's learning rate the dense network scores lower after 300 epochs. It gets ten times that
# rate; with the same rate it is shown once, for comparison. The spiking network keeps the paper's
# rate, though with 72 neurons it, too, gained from ten times as much in the
# [audit](03_audit.ipynb).
#
# Then three classical models: logistic regression on standardised logarithms, a decision tree that
# has at most three splits on a way, and one that has as many as it likes.
# :::

# %%
from lib.methods.splits import scaled_split, split_rows
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import FunctionTransformer

SIZE = 1000


def prepared(one, scaler=FunctionTransformer):
    chosen = botiot.natural_mix(table.subcategories, SIZE, one)
    halves = train_test_split(chosen, test_size=0.2, random_state=one)
    features = table.features.to_numpy()
    return scaled_split(features, table.labels, halves, one, scaler=scaler)


# %%
from lib.methods.spiking import SpikingSettings, SpikingTask, train_stacked

EPOCHS = {"full": 300, "quick": 20}[profile]
SETTINGS = {
    f"{SIZE}_{hidden}": SpikingSettings(hidden=hidden, epochs=EPOCHS)
    for hidden in (72, 240)
}
small, wide = SETTINGS

# %% tags=["method"]
splits = [prepared(one) for one in seeds]
tasks = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in splits]
spiking = {
    name: train_stacked(tasks, one, "cpu").networks
    for name, one in SETTINGS.items()
}

# %%
from lib.methods.spiking.dense import train_dense

RATES = {"dense": 1e-3, "dense_same_rate": 1e-4}

# %% tags=["method"]
dense = {
    (name, kind): train_dense(tasks, one.but(learning_rate=rate), "cpu").networks
    for name, one in SETTINGS.items()
    for kind, rate in RATES.items()
}

# %%
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def logarithms():
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler())


def linear_model():
    return LogisticRegression(max_iter=2000)


log_splits = [prepared(one, logarithms) for one in seeds]

# %%
from sklearn.tree import DecisionTreeClassifier


def tree_model(one, depth=None):
    return DecisionTreeClassifier(max_depth=depth, random_state=one)


MAKERS = {
    "lr": (lambda one: linear_model(), log_splits),
    "tree3": (lambda one: tree_model(one, 3), splits),
    "tree": (tree_model, splits),
}

# %%
classical = {
    name: [make(s.seed).fit(s.train_features, s.train_labels) for s in own]
    for name, (make, own) in MAKERS.items()
}

# %%
import torch
from lib.methods.spiking import class_chances
from sklearn.metrics import f1_score


def macro(split, chances):
    predicted = np.argmax(chances, axis=1)
    return f1_score(split.test_labels, predicted, average="macro", zero_division=0)


def network_f1(networks, own=splits):
    pairs = zip(networks, own, strict=True)
    return np.array([macro(s, class_chances(n, s.test_features)) for n, s in pairs])


# %%
models = {(setting, "snn"): each for setting, each in spiking.items()} | dense
f1 = {key: network_f1(networks) for key, networks in models.items()}
for name, (_, own) in MAKERS.items():
    pairs = list(zip(classical[name], own, strict=True))
    models[small, name] = classical[name]
    f1[small, name] = np.array(
        [macro(s, one.predict_proba(s.test_features)) for one, s in pairs]
    )

# %% [markdown]
# Bytes are those that a compiled program needs for parameters, states and intermediate sums in
# 32-bit numbers: loops that decide one row after the other (`lib/methods/spiking/inference.py`),
# timed below. Behind a ± stands the standard deviation over replicates, here and in all tables of
# this page.

# %%
from lib.methods.spiking import inference

COMPILE = {
    "snn": inference.spiking_decider,
    "dense": inference.dense_decider,
    "dense_same_rate": inference.dense_decider,
    "lr": inference.linear_decider,
    "tree3": inference.tree_decider,
    "tree": inference.tree_decider,
}
deciders = {key: COMPILE[key[1]](each[0]) for key, each in models.items()}

# %% tags=["remove-cell"]
import pandas as pd

TITLES = {
    "snn": "spiking",
    "snn_again": "spiking, current anew at each step",
    "snn_log": "spiking, on logarithms",
    "dense": "dense",
    "dense_skip": "dense, zeros skipped",
    "dense_same_rate": "dense, the spiking network's rate",
    "lr": "logistic regression",
    "tree3": "tree of depth 3",
    "tree": "decision tree",
}


# %% tags=["remove-cell"]
def title_of(key):
    setting, name = key
    neurons = f", {setting.partition('_')[2]} neurons"
    return TITLES[name] + ("" if name in classical else neurons)


def with_spread(values):
    return f"{np.mean(values):.3f} ± {np.std(values):.3f}"


def listed(keys, row):
    return pd.DataFrame({title_of(key): row(key) for key in keys}).T.fillna("")


# %% tags=["hide-input"] caption="Macro F1 (mean and standard deviation over ten seeds), weights, and bytes of the first seed's model."
def weights_of(key):
    network = models[key][0]
    if not isinstance(network, torch.nn.Module):
        return ""
    return f"{sum(part.numel() for part in network.parameters()):,}"


def storage_row(key):
    size = f"{deciders[key].bytes:,}"
    row = {"macro F1": with_spread(f1[key]), "weights": weights_of(key)}
    return row | {"bytes": size}


listed(models, storage_row)

# %% tags=["remove-cell"]
PROTOCOL = "macro F1, 1,000 samples, natural mix, 80:20"


def record(setting, name, values, protocol, **details):
    id = f"botiot.beyond.{setting}.{name}"
    recorder.add(id, values, protocol=protocol, **details)


for (setting, name), values in f1.items():
    record(setting, f"{name}.f1", values, PROTOCOL)
    size = deciders[setting, name].bytes
    how = {"deterministic": bool(weights_of((setting, name)))}  # a network's sizes
    record(setting, f"{name}.bytes", size, f"compiled decider, seed {seed}", **how)

# %% [markdown]
# Behind the tree without a limit, which is small besides, are the spiking network with 72 neurons and both dense ones at the spiking network's rate; the wide spiking one is level with it, and the dense ones at ten times the rate are behind on average only. Three splits are too few to reach the smallest class,
# *Reconnaissance*,
# in most draws. So the unlimited tree is the one to beat. (Its lead over 72 neurons is about three hundredths on average on this split, by an interval that leaves out zero; on the [reproduction page's](02_reproduction.ipynb) split, which keeps the shares, it has {book}`botiot.ceiling.1000.dt.f1`, ahead as well.)
#
# ## Spikes, operations, energy
#
# A spiking network saves by silence: a neuron that sends no {term}`spike` costs its receivers
# nothing. How silent is this one, on the test rows? The third line is the same network trained on
# standardised logarithms.


# %%
def spikes_of(networks, own=splits):
    """Spikes a decision of both layers, shape (replicates, 2)."""
    found = []
    for network, split in zip(networks, own, strict=True):
        with torch.inference_mode():
            trace = network.trace(torch.as_tensor(split.test_features))
        found.append([float(each.sum(dim=(0, 2)).mean()) for each in trace.spikes])
    return np.array(found)


# %%
log_tasks = [
    SpikingTask(s.train_features, s.train_labels, s.seed) for s in log_splits
]
log_trained = train_stacked(log_tasks, SETTINGS[small], "cpu")
f1[small, "snn_log"] = network_f1(log_trained.networks, log_splits)
spikes = {(setting, "snn"): spikes_of(each) for setting, each in spiking.items()}
spikes[small, "snn_log"] = spikes_of(log_trained.networks, log_splits)

# %%
STEPS = SETTINGS[small].steps
shares = {
    key: each / (SETTINGS[key[0]].layer * STEPS) for key, each in spikes.items()
}


# %% tags=["hide-input", "hide-output"] caption="Share of neurons and steps with a spike, and macro F1, over ten seeds."
def silence_row(key):
    first, second = shares[key].mean(axis=0)
    return {
        "first layer": f"{first:.1%}",
        "second layer": f"{second:.1%}",
        "spikes a decision": f"{spikes[key].sum(axis=1).mean():.0f}",
        "macro F1": with_spread(f1[key]),
    }


listed(shares, silence_row)

# %% tags=["remove-cell"]
for (setting, name), share in shares.items():
    for layer in (0, 1):
        id, how = (
            f"{name}.spiking_share_{layer + 1}",
            "of neurons and steps, test rows",
        )
        record(setting, id, share[:, layer], how)
record(small, "snn_log.f1", f1[small, "snn_log"], f"{PROTOCOL}, logarithms")

# %% [markdown]
# :::{dropdown} How operations are counted, and priced (the table is folded below)
# Now the operations of one decision.
#
# * A spike costs one **accumulate** for each neuron that it reaches: a weight is added to a sum.
#   This is a {term}`synaptic operation`.
# * The first layer's inputs are no spikes, so its products are **multiply-accumulates**. The input is
#   constant: they are needed once a decision if the current is held, and ten times if it is computed
#   anew at each step, as a plain loop over the steps does.
# * Every neuron is **updated** at every step, whether it spikes or not: decay, input, reset,
#   comparison.
# * The dense network needs one multiply-accumulate for each weight; fewer if zeros are skipped there,
#   too, which a rectifier makes possible.
# * A tree needs one **comparison** for each split on the way to its leaf.
#
# The prices are published ones. For 45 nm technology, {cite:t}`horowitz2014` gives 3.7 pJ for a
# 32-bit floating-point multiplication and 0.9 pJ for an addition. For Intel's neuromorphic chip Loihi,
# {cite:t}`davies2018` give 23.6 pJ a synaptic operation and 81 pJ a neuron's update. Those two include the chip's own memory and control, the
# first two are the bare arithmetic: so compare within a column of the table, not across. On Loihi
# the first layer, whose inputs are no spikes, is charged to a processor beside it, at the 32-bit
# price. The prices of Loihi we know from papers that quote this source; the source itself was not at
# hand.
# :::
#
# **What is left out**: fetching weights and states from memory, clocks, leakage, and everything
# before the model, such as the logarithms that logistic regression is given. Memory often costs
# more than the arithmetic. It comes on top for every model, and more for those with more to fetch.
# The numbers rank models; they do not size a battery.

# %%
from lib.methods.spiking import energy


def sizes_of(setting):
    one = SETTINGS[setting]
    return (one.inputs, one.layer, one.layer, one.classes)


def spiking_counts(key, held=True):
    sizes = sizes_of(key[0])
    return [energy.spiking_operations(sizes, n, STEPS, held) for n in spikes[key]]


# %%
def active_of(network, split):
    """Neurons above zero in each hidden layer of a dense network, mean over rows."""
    signal, active = torch.as_tensor(split.test_features), []
    with torch.inference_mode():
        for linear in network.linears[:2]:
            signal = linear(signal).relu()
            active.append(float((signal > 0).sum(dim=1).float().mean()))
    return active


def dense_counts(setting, skip):
    pairs = zip(dense[setting, "dense"], splits, strict=True)
    active = [active_of(*pair) if skip else None for pair in pairs]
    return [energy.dense_operations(sizes_of(setting), each) for each in active]


# %%
def tree_counts(name):
    pairs = zip(classical[name], splits, strict=True)
    asked = [inference.mean_comparisons(one, s.test_features) for one, s in pairs]
    return [energy.Operations(comparisons=each) for each in asked]


operations = {key: spiking_counts(key) for key in spikes}
for setting in SETTINGS:
    operations[setting, "snn_again"] = spiking_counts((setting, "snn"), held=False)
    operations[setting, "dense"] = dense_counts(setting, skip=False)
    operations[setting, "dense_skip"] = dense_counts(setting, skip=True)
operations |= {(small, name): tree_counts(name) for name in ("tree3", "tree")}
products = len(botiot.FEATURES) * len(botiot.CLASSES)
linear = energy.Operations(multiply_accumulates=products)
operations[small, "lr"] = [linear] * replicates

# %%
PRICES = {"32-bit": energy.FLOAT32, "Loihi": energy.LOIHI}
spent = {
    key: {
        price: np.array([energy.nanojoules(one, of) for one in each])
        for price, of in PRICES.items()
        if price != "Loihi" or key[1].startswith("snn")
    }
    for key, each in operations.items()
}

# %% tags=["hide-output", "hide-input"] caption="Operations and nanojoules of one decision, means."
KINDS = ("multiply_accumulates", "accumulates", "updates", "comparisons")


def mean_of(kind, key):
    return np.mean([getattr(one, kind) for one in operations[key]])


def cost_row(key):
    row = {kind.replace("_", "-"): f"{mean_of(kind, key):,.0f}" for kind in KINDS}
    priced = {f"nJ, {at}": f"{each.mean():.3g}" for at, each in spent[key].items()}
    return row | priced


listed(sorted(operations, key=lambda key: int(key[0].split("_")[1])), cost_row)

# %% tags=["remove-cell"]
asked = [one.comparisons for one in operations[small, "tree"]]
record(small, "tree.comparisons", asked, "questions asked, mean over test rows")
for (setting, name), each in spent.items():
    for price, values in each.items():
        id = f"{name}.nanojoules_{price.lower().replace('-', '')}"
        record(setting, id, values, f"arithmetic, {PRICES[price].source}")
for setting in SETTINGS:
    for name in ("dense", "dense_skip", "tree"):
        theirs = spent.get((setting, name), spent[small, name])["32-bit"]
        ratio = spent[setting, "snn"]["32-bit"] / theirs
        how = f"energy of arithmetic over that of {TITLES[name]}, 32-bit, current held"
        record(setting, f"snn.energy_ratio_{name}", ratio, how)

# %% tags=["remove-cell"]
COLOURS = {"lr": "#E69F00", "tree3": "#009E73", "tree": "#009E73"}
COLOURS |= dict.fromkeys(("dense", "dense_skip"), "#CC79A7")
by_energy = sorted(operations, key=lambda key: spent[key]["32-bit"].mean())


def draw_energy(axis, place, key):
    middle = spent[key]["32-bit"].mean()
    axis.plot(middle, place + 0.2, "o", color=COLOURS.get(key[1], "#0072B2"))
    edge = axis.get_yaxis_transform()
    axis.text(0.01, place - 0.2, title_of(key), va="center", transform=edge)


# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Energy of one decision's arithmetic, means over the replicates. 32-bit prices. Logarithmic scale.", "name": "fig-botiot-beyond-energy"}, "image": {"alt": "One point a model, sorted by energy. The two trees lie furthest left, the deeper at {book}`botiot.beyond.1000_72.tree.nanojoules_32bit|.4f` nanojoules, logistic regression further right, and all networks beyond. Of one size, spiking and dense lie close together, at {book}`botiot.beyond.1000_72.snn.nanojoules_32bit|.1f` and {book}`botiot.beyond.1000_72.dense.nanojoules_32bit|.1f` with 72 neurons, and the spiking one whose current is computed anew at each step lies furthest right, at {book}`botiot.beyond.1000_240.snn_again.nanojoules_32bit|.0f` with 240."}}
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
figure, axis = plt.subplots(figsize=(5.6, 5.8))
for place, key in enumerate(by_energy):
    draw_energy(axis, place, key)
axis.set(xscale="log", xlabel="nanojoules a decision", yticks=[])
axis.set_ylim(len(by_energy) - 0.4, -0.6)
plt.show()

# %% [markdown]
# When do spikes pay? Between two layers, a synapse costs the dense network one multiply-accumulate,
# and the spiking network one accumulate for each spike of its sender: ten times the sender's share
# of steps with a spike. At the 32-bit prices a multiply-accumulate costs about five accumulates. So
# a sender may spike in half of the steps and its synapses still save; here the senders are quieter
# than that. But the updates of the neurons come on top, and they do not depend on how much there is
# to say. Updates grow with the width of a layer, synapses with its square. In layers of 36 neurons
# the updates eat what silence saves; on logarithms, where the network is quieter, it takes about what the
# dense one takes. In layers of 120 they do not, unless the dense network skips its own zeros.
#
# ## Time and memory of one decision
#
# Each model is run in two ways, one row at a time in one thread. *By library*: the call that its
# framework offers, snntorch for the spiking network, PyTorch for the dense one, scikit-learn for
# the others. *Compiled*: the arithmetic alone, in loops that skip silent neurons and zeros. Seconds
# belong to a machine; the book records their ratios only.

# %%
from lib.methods.spiking import decision, snntorch_network


def by_library(name, model):
    if name in classical:
        return model.predict
    network = snntorch_network(model) if name == "snn" else model
    return lambda row: decision(network(row), network.settings).argmax(dim=1)


CALLS = {"full": 200, "quick": 20}[profile]
every = splits[0].test_features
rows = every[:CALLS]
timed = [key for key in models if key[1] != "dense_same_rate"]


# %%
def library_microseconds(key):
    given = [row[None] for row in rows]
    if key[1] not in classical:
        given = [torch.as_tensor(row) for row in given]
    with torch.inference_mode():
        decide = by_library(key[1], models[key][0])
        return inference.microseconds(decide, given, rounds=3)


# %% tags=["hide-input"]
hundred = np.resize(every, (100, every.shape[1]))


def hundred_microseconds(key):
    given = hundred if key[1] in classical else torch.as_tensor(hundred)
    with torch.inference_mode():
        decide = by_library(key[1], models[key][0])
        return inference.microseconds(decide, [given] * 5, rounds=5) / 100


torch.set_num_threads(1)
by_call = {key: library_microseconds(key) for key in timed}
by_hundred = {key: hundred_microseconds(key) for key in timed}

# %%
alone = {
    key: np.array(
        [
            inference.compiled_microseconds(COMPILE[key[1]](m), every)
            for m in models[key]
        ]
    )
    for key in timed
}

# %% [markdown]
# A batch of 100 rows shares the calls of the library; the compiled loops take row after row whatever the batch. Peak
# memory is that of a fresh process which imports what the model needs, loads it and decides
# once, on one row or a hundred.


# %%
def plain_dense(model):
    first, second, last = model.linears
    relu = torch.nn.ReLU()
    return torch.nn.Sequential(first, relu, second, relu, last)


def megabytes(key, many):
    model, row = models[key][0], hundred[:many]
    if key[1] in classical:
        peak = inference.peak_memory(model.predict, row)
    else:
        network = plain_dense(model) if key[1] == "dense" else model
        peak = inference.peak_memory(network, torch.as_tensor(row))
    return f"{peak / 2**20:.0f}" if peak else "not told"


# %% tags=["hide-output", "hide-input", "times"] caption="Time and memory of one decision."
def speed_row(key):
    return {
        "µs by library": f"{by_call[key]:,.0f}",
        "µs compiled": f"{alone[key].mean():.3g}",
        "compiled, times the tree's": f"{np.mean(alone[key] / alone[small, 'tree']):,.1f}",
        "µs a row, 100 at once": f"{by_hundred[key]:,.1f}",
        "MiB by library": megabytes(key, 1),
        "MiB, 100 rows": megabytes(key, 100),
        "bytes compiled": f"{deciders[key].bytes:,}",
    }


listed(timed, speed_row)

# %% tags=["remove-cell"]
for setting in SETTINGS:
    for other in ("dense", "tree"):
        how = f"time of a decision over that of {TITLES[other]}, one thread"
        for way, took in (("library", by_call), ("compiled", alone)):
            theirs = took.get((setting, other), took[small, other])
            ratio = took[setting, "snn"] / theirs
            record(setting, f"snn.{way}_ratio_{other}", ratio, how, timed=True)

# %% [markdown]
# By library, the ten steps are many small calls, whose cost hides that of the arithmetic; a hundred rows
# at once share it. The memory is the libraries', too: less than a tenth of a megabyte of model in hundreds of megabytes. Neither
# says anything about spikes. The compiled columns do, with the model of each seed: with 72 neurons the spiking network takes
# {book}`botiot.beyond.1000_72.snn.compiled_ratio_dense|.0f` times as long as the dense one,
# although its silent neurons are skipped.
#
# ## Training
#
# The paper speaks of training on such devices, too. An update goes through the ten steps forward and back. We
# count, for 300 epochs of 800 rows, three products a weight and step, one forward and two back, with
# spikes or without, since gradients are not silent; the dense network needs them once a row. And the
# bytes of training one row at a time: weights, gradients and both moments of Adam, and what ten steps
# leave behind, a membrane and a spike for each neuron and three outputs.
#
# :::{dropdown} Counted with silent neurons and a held input it is less
# That is how a library trains. Counted as the section on decisions counts, it is less: a spike costs accumulates,
# forward and in the gradient of the weights behind it, and the products of the constant input are taken once each way.
# What travels back from a layer to the one below is no spike and stays as it is. Even so it is about three times the dense
# network's, which is not given its own zeros here. Adam is in neither.
# :::


# %% tags=["hide-input"]
def training_of(setting):
    first, *_ = models[setting, "snn"]
    count = sum(part.numel() for part in first.parameters())
    weights = sum(linear.weight.numel() for linear in first.linears)
    one = SETTINGS[setting]
    kept = one.steps * (2 * one.hidden + one.classes) + one.inputs
    products = 3 * weights * one.steps * EPOCHS * len(splits[0].train_labels)
    joules = energy.nanojoules(
        energy.Operations(multiply_accumulates=products), energy.FLOAT32
    )
    return {
        "bytes": 4 * (4 * count + kept),
        "joules": joules / 1e9,
        "joules_dense": joules / 1e9 / one.steps,
    }


# %% tags=["hide-input"]
def training_with_silence(setting):
    one, rows = SETTINGS[setting], len(splits[0].train_labels)
    back = one.steps * one.layer * (one.layer + one.classes)
    each = [
        energy.Operations(
            multiply_accumulates=2 * one.inputs * one.layer + back,
            accumulates=2 * decision.accumulates + one.steps * one.layer,
            updates=2 * decision.updates,
        )
        for decision in operations[setting, "snn"]
    ]
    nanojoules = [energy.nanojoules(own, energy.FLOAT32) for own in each]
    return EPOCHS * rows * np.mean(nanojoules) / 1e9


# %% tags=["remove-cell"]
training = {setting: training_of(setting) for setting in SETTINGS}
silent = {setting: training_with_silence(setting) for setting in SETTINGS}
for setting, each in training.items():
    for what, value in each.items():
        id = f"botiot.beyond.{setting}.snn.training_{what}"
        recorder.add(id, value, "counted, 32-bit prices", deterministic=True)
    record(setting, "snn.training_joules_silence", silent[setting], "counted")

# %% tags=["hide-input", "hide-output"] caption="Bytes and joules of training, by network."
pd.DataFrame(
    {
        title_of((setting, "snn")): {
            "bytes": f"{each['bytes']:,}",
            "joules of its arithmetic": f"{each['joules']:.2g}",
            "with silence and a held input": f"{silent[setting]:.2g}",
            "those of a dense network": f"{each['joules_dense']:.2g}",
        }
        for setting, each in training.items()
    }
).T

# %% tags=["remove-cell"]
from lib import claims

claims.table(
    "botiot.conclusion.viable_resources",
    "botiot.conclusion.less_power",
    "botiot.conclusion.hardware",
)

# %% [markdown]
# "Training and classification on resource-constrained devices": {verdict}`botiot.conclusion.viable_resources`. The rule asks for less than 50 KiB, our
# reading of a constrained device. With 72 neurons a decision and training fit into it; with 240 neither does.
#
# ## Fewer bits
#
# A weight of eight bits needs a quarter of the memory. Only weights are rounded here, and membranes
# stay as they are, so that no price of 8-bit arithmetic applies. Weights
# are rounded after training to equidistant values about zero, with one scale for a layer or one for
# each receiving neuron. Nothing is trained again. A test shows that the rounded network computes
# what sums of integers compute.

# %%
from lib.methods.spiking.quantization import GRAINS, quantized_network
from lib.methods.spiking.quantization import storage_bytes


def rounded_f1(setting, grain, bits):
    return network_f1([quantized_network(n, grain, bits) for n in spiking[setting]])


BITS = (8, 6, 4, 2)
rounded = {
    (setting, grain, bits): rounded_f1(setting, grain, bits)
    for setting in SETTINGS
    for grain in GRAINS
    for bits in BITS
}


# %% tags=["hide-input"]
def bits_row(setting, grain):
    row = {"32 bits": f1[setting, "snn"]}
    row |= {f"{bits} bits": rounded[setting, grain, bits] for bits in BITS}
    size = storage_bytes(spiking[setting][0], grain)
    shown = {title: with_spread(values) for title, values in row.items()}
    named = {
        "spiking": f"{setting.partition('_')[2]} neurons",
        "a scale for each": grain,
    }
    return named | shown | {"bytes, 8 bits": f"{size:,}"}


# %% tags=["hide-output", "hide-input"] caption="Macro F1 by bits of a weight, mean and deviation."
rows_of_bits = [
    bits_row(setting, grain) for setting in SETTINGS for grain in GRAINS
]
pd.DataFrame(rows_of_bits).set_index(["spiking", "a scale for each"])

# %% tags=["remove-cell"]
for (setting, grain, bits), values in rounded.items():
    how = f"weights of {bits} bits, one scale a {grain}, rounded after training"
    record(setting, f"snn.int{bits}_{grain}.f1", values, how)
    loss = f1[setting, "snn"] - values
    record(setting, f"snn.int{bits}_{grain}.f1_loss", loss, how)

# %% [markdown]
# Eight bits lower the mean macro F1 by about a hundredth, most with 240 neurons and one scale a layer, and single seeds by up to three. With six,
# rounding costs about two to three hundredths with a scale for each row, and two to four with one for each layer. With 72 neurons neither is told from none. Four cost more, and with two the network falls apart.
#
# ## How many of the ten steps?
#
# The decision is a sum over the steps, so it can be read after any of them. Better than a fixed
# number is to stop a row as soon as the network is sure of it: when the largest class probability
# of the sum so far passes a limit. The limit is chosen on the training rows: the lowest that costs
# at most one point of F1 there.

# %%
from scipy.special import softmax


def chances_by_step(network, features):
    with torch.inference_mode():
        outputs = network(torch.as_tensor(features)).numpy()
    return softmax(outputs.cumsum(axis=0), axis=2)


def leave(chances, limit):
    """The chances when each row leaves, and after how many steps."""
    sure = chances.max(axis=2) >= limit
    sure[-1] = True
    step = sure.argmax(axis=0)
    return chances[step, np.arange(len(step))], step + 1


# %%
from dataclasses import replace

LIMITS = np.linspace(0.4, 0.98, 30)


def limit_for(network, split):
    features, labels = split.train_features, split.train_labels
    own = replace(split, test_features=features, test_labels=labels)
    chances = chances_by_step(network, features)
    wanted = macro(own, chances[-1]) - 0.01
    kept = (
        limit for limit in LIMITS if macro(own, leave(chances, limit)[0]) >= wanted
    )
    return next(kept, 1.0)


# %%
def stopped(network, split):
    """Score when sure, mean steps, and score after each step."""
    chances = chances_by_step(network, split.test_features)
    left, steps = leave(chances, limit_for(network, split))
    after = [macro(split, each) for each in chances]
    return macro(split, left), steps.mean(), after


def stopped_all(setting):
    pairs = zip(spiking[setting], splits, strict=True)
    return tuple(map(np.array, zip(*(stopped(*pair) for pair in pairs))))


exits = {setting: stopped_all(setting) for setting in SETTINGS}

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Macro F1 by the number of steps. Lines: all rows stopped after that step; shading: one standard deviation of the replicates. Diamonds, hollow for 72 neurons: each row stopped when the network is sure of it, at the mean number of steps.", "name": "fig-botiot-beyond-steps"}, "image": {"alt": "Two lines, for 72 and 240 neurons. Both start low, climb steeply to the fourth step and flatten from there: with 240 neurons from {book}`botiot.beyond.1000_240.snn.after_step_1.f1|.2f` after the first to {book}`botiot.beyond.1000_240.snn.after_step_10.f1|.2f` after the tenth. The diamonds lie at nearly the height of the lines' right ends, at about the fifth step: with 240 neurons at {book}`botiot.beyond.1000_240.snn.exit.f1|.2f` after {book}`botiot.beyond.1000_240.snn.exit.steps|.1f` steps."}}
figure, axis = plt.subplots(figsize=(5.6, 3.2))
colour = figures.COLOURS["snn"]
for (setting, (score, steps, after)), line in zip(exits.items(), ("--", "-")):
    middle, spread, at = after.mean(axis=0), after.std(axis=0), range(1, STEPS + 1)
    label = f"{setting.partition('_')[2]} neurons"
    axis.plot(at, middle, f"{line}o", color=colour, label=label, markersize=3)
    axis.fill_between(
        at, middle - spread, middle + spread, color=colour, alpha=0.15
    )
    face = colour if line == "-" else "white"
    axis.plot(steps.mean(), score.mean(), "D", color=colour, mfc=face, ms=8)
axis.set(xlabel="steps", ylabel="macro F1", xticks=at)
axis.legend(loc="lower right")
plt.show()


# %% tags=["hide-input", "hide-output"] caption="Macro F1 of all steps and stopped early, mean and deviation over ten seeds."
def exit_row(key):
    score, steps, _ = exits[key[0]]
    return {
        "all ten steps": with_spread(f1[key]),
        "stopped when sure": with_spread(score),
        "mean steps": f"{steps.mean():.1f} ± {steps.std():.1f}",
    }


listed([(setting, "snn") for setting in SETTINGS], exit_row)

# %% tags=["remove-cell"]
for setting, (score, steps, after) in exits.items():
    how = "each row stopped when sure, limit from the training rows"
    record(setting, "snn.exit.f1", score, how)
    record(setting, "snn.exit.steps", steps, how)
    for number, values in enumerate(after.T, start=1):
        how = f"all rows stopped after step {number}"
        record(setting, f"snn.after_step_{number}.f1", values, how)

# %% [markdown]
# The first steps go into charging: a membrane needs time to reach its threshold, and the second
# layer hears nothing before the first speaks. Stopping early saves the updates and spikes of the
# steps that are left out. Stopping all rows after the sixth step instead costs two to three hundredths of F1.
#
# ## More rows
#
# The paper asks what the model does with "unconstrained sample sizes". A fifth of the rows of the 5 % set
# at hand is held out, and the printed training gets more and more of the others, three
# seeds each: 20 and 72 neurons and a random forest up to all of them, 240 neurons up to 8 000 and,
# at no more updates than these make, all. (Else more rows are more updates.)

# %% tags=["hide-input"]
from sklearn.ensemble import RandomForestClassifier

halves = [
    split_rows(np.arange(len(table)), table.labels, one, test_share=0.2)
    for one in seeds[:3]
]
kinds = table.subcategories
most = min(botiot.largest_natural_mix(kinds[train]) for train, _ in halves)
COUNTS = {"full": (400, 800, 2400, 8000, 24_000, most), "quick": (400, 800)}[
    profile
]
TALL = [(count, hidden) for hidden in (20, 72) for count in COUNTS]
GRID = [(count, 240) for count in COUNTS if count <= 8000] + TALL
# As many updates as a count of rows makes: 300 epochs of all take 240 neurons six minutes.
LIKE, LAST = {"full": 8000, "quick": 400}[profile], COUNTS[-1]


# %% tags=["hide-input"]
def more_rows(count):
    features, labels = table.features.to_numpy(), table.labels
    found = []
    for one, (train, test) in zip(seeds, halves):
        few = train[botiot.natural_mix(kinds[train], count, one)]
        how = {"scaler": FunctionTransformer}
        found.append(scaled_split(features, labels, (few, test), one, **how))
    return found


# %% tags=["hide-input"]
def by_rows(count, hidden, epochs=EPOCHS):
    several = more_rows(count)
    tasks = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in several]
    own = SpikingSettings(hidden=hidden, epochs=epochs)
    return network_f1(train_stacked(tasks, own, "cpu").networks, several)


# %% tags=["hide-input"]
def forest_of(one):
    return RandomForestClassifier(random_state=one)


def classical_f1(make, several):
    found = []
    for s in several:
        model = make(s.seed).fit(s.train_features, s.train_labels)
        found.append(macro(s, model.predict_proba(s.test_features)))
    return np.array(found)


# %% tags=["hide-input"]
grown = {(count, str(hidden)): by_rows(count, hidden) for count, hidden in GRID}
grown |= {
    (count, "rf"): classical_f1(forest_of, more_rows(count)) for count in COUNTS
}
few_epochs = max(1, round(EPOCHS * LIKE / LAST))
grown[LAST, "240_like"] = by_rows(LAST, 240, few_epochs)
more_alone = grown[LAST, "240_like"] - grown[LIKE, "240"]
for (count, name), values in grown.items():
    at = "all" if count == most or name == "240_like" else count
    how = f"{count:,} rows train, a fifth of all rows held out"
    recorder.add(f"botiot.rows.{at}.{name}.f1", values, how)
how = f"all rows for {few_epochs} epochs, less {LIKE:,} for {EPOCHS}, 240 neurons"
recorder.add("botiot.rows.more_alone.f1", more_alone, how)

# %% tags=["hide-input"]
BY_ROWS = {"20": ("snn", ":"), "72": ("snn", "--"), "240": ("snn", "-")}
BY_ROWS["rf"] = "rf", "-"
NAMED = {name: f"{name} neurons" for name in BY_ROWS} | {"rf": "random forest"}


def scores_by_rows(name):
    return {count: v for (count, key), v in sorted(grown.items()) if key == name}


# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Macro F1 on a held-out fifth of all rows, by the number of training rows. Lines: mean of three seeds; points: each seed. Hollow squares: 240 neurons on all rows, with as many updates as on 8 000.", "name": "fig-botiot-beyond-rows"}, "image": {"alt": "Four lines against the number of training rows on a logarithmic axis. That of 20 neurons starts far below the others, at {book}`botiot.rows.400.20.f1|.2f` with 400 rows, and comes near them, at {book}`botiot.rows.8000.20.f1|.2f` with 8,000. With all rows 72 neurons reach {book}`botiot.rows.all.72.f1|.3f`, 240 with fewer epochs {book}`botiot.rows.all.240_like.f1|.3f` and a random forest {book}`botiot.rows.all.rf.f1|.3f`."}}
figure, axis = plt.subplots(figsize=(5.6, 3.6))
for name, (kind, line) in BY_ROWS.items():
    own, look = scores_by_rows(name), {"color": figures.COLOURS[kind]}
    heights = [v.mean() for v in own.values()]
    axis.plot(list(own), heights, line, label=NAMED[name], **look)
    for count, values in own.items():
        dots = [count] * len(values), values, figures.MARKERS[kind]
        axis.plot(*dots, markersize=3, **look)
alone, colour = grown[LAST, "240_like"], figures.COLOURS["snn"]
axis.plot([LAST] * len(alone), alone, "s", mfc="white", color=colour)
axis.set(xscale="log", xlabel="training rows", ylabel="macro F1")
axis.legend(loc="lower right")
plt.show()

# %% [markdown]
# With 20 neurons, ten in each layer, 400 and 800 rows are too few, or the updates that go with them;
# with 2 400 they come within some hundredths of the others. From 800 rows on these lie on average within about two hundredths of each other, the forest ahead in every seed from 2 400 on; from 24 000 to all nothing is gained that three seeds show,
# nor by 240 neurons from 8 000 to all at as many updates. Test rows are neighbours of the training rows: of [other minutes](03_audit.ipynb) this says nothing.
#
# ## More columns
#
# The paper also asks for "diverse features". The file of the rows above stores some that the paper does
# not use: packets, bytes, duration, flags, and sum and mean of the times that
# Argus kept. And 999 rows of the 5 % set come with the ten features that the set's makers chose as best:
# `srate`, `drate` and the state, which the paper uses; four more on those times; two counts over a hundred flows;
# and `seq`, the number of a flow within its capture, which is no trait of the flow. The network with 72
# neurons is trained on each, ten seeds, on raw numbers and on standardised logarithms.

# %% tags=["hide-input"]
from lib.common.errors import ReaderError

stored = botiot.part.read(source.path) if source.path else source.frame
stored = stored.iloc[table.rows]
try:
    ten_best = botiot.load("ten_best")
except ReaderError:
    ten_best = None


def coded(frame, numbers, codes):
    """Numbers as they stand, and a column for each value of a code."""
    each = [pd.get_dummies(frame[name]) for name in codes if name in frame]
    numbers = frame[[name for name in numbers if name in frame]]
    return np.column_stack([numbers, *each]).astype(np.float32)


# %% tags=["hide-input"]
STORED = ("pkts", "bytes", "dur", "rate", "mean", "sum"), ("proto", "flgs_number")
SIX = table.features.to_numpy()
COLUMNS = {
    "part.six": ("the paper's six, rebuilt", SIX),
    "part.stored": ("all that the file stores", coded(stored, *STORED)),
}
COLUMNS["part.both"] = "both", np.hstack([SIX, COLUMNS["part.stored"][1]])

TEN = ["srate", "drate", "stddev", "min", "mean", "max"]
TEN += ["N_IN_Conn_P_SrcIP", "N_IN_Conn_P_DstIP", "seq"]
OF_TEN = {
    "shared": ("of the ten best, the paper's: rates and state", TEN[:2]),
    "ten": ("all ten best", TEN),
    "without_seq": ("all but seq", TEN[:-1]),
}

# %% tags=["hide-input"]
if ten_best is not None:
    COLUMNS |= {
        f"ten_best.{name}": (title, coded(ten_best.frame, own, ["state_number"]))
        for name, (title, own) in OF_TEN.items()
    }


def rows_of(name, one):
    """A thousand rows at natural shares, or all with the ten best, and labels."""
    if name.startswith("part"):
        return botiot.natural_mix(kinds, SIZE, one), table.labels
    labels = ten_best.frame["category"].astype(str).map(botiot.CLASSES.index)
    return np.arange(len(labels)), labels.to_numpy()


# %% tags=["hide-input"]
def at_random(rows, one):
    return train_test_split(rows, test_size=0.2, random_state=one)


def on_columns(name, scaler, split=at_random, chosen=seeds):
    found = []
    for one in chosen:
        rows, labels = rows_of(name, one)
        own, halves = COLUMNS[name][1], split(rows, one)
        found.append(scaled_split(own, labels, halves, one, scaler=scaler))
    return found


# %% tags=["hide-input"]
def network_on(several):
    own = SETTINGS[small].but(inputs=several[0].train_features.shape[1])
    given = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in several]
    return network_f1(train_stacked(given, own, "cpu").networks, several)


# %% tags=["hide-input"]
from sklearn.dummy import DummyClassifier


def all_on(name):
    raw, logs = (on_columns(name, one) for one in (FunctionTransformer, logarithms))
    return {
        "snn": network_on(raw),
        "snn_log": network_on(logs),
        "rf": classical_f1(forest_of, raw),
        "majority": classical_f1(lambda one: DummyClassifier(), raw),
    }


wider = {name: all_on(name) for name in COLUMNS}
FIRST = {"part": "part.six", "ten_best": "ten_best.shared"}


# %% tags=["remove-cell"]
def gain_on(name, model):
    first = FIRST[name.partition(".")[0]]
    return wider[name][model] - wider[first][model]


for name, found in wider.items():
    about = {"dataset": source if name.startswith("part") else ten_best}
    how = f"1,000 rows, 80:20, {COLUMNS[name][0]}"
    for model, values in found.items():
        id = f"botiot.columns.{name}.{model}"
        recorder.add(f"{id}.f1", values, how, **about)
        if name not in FIRST.values() and model != "majority":
            recorder.add(f"{id}.gain", gain_on(name, model), how, **about)

# %% tags=["hide-input"]
from lib.methods.differences import mean_with_interval

MODELS = {"snn": "72 neurons", "snn_log": "on logarithms", "rf": "random forest"}


def columns_row(name):
    found, first = wider[name], name in FIRST.values()
    means = {t: f"{found[m].mean():.3f}" for m, t in MODELS.items()}
    gains = {
        f"{title}, gain": "" if first else mean_with_interval(gain_on(name, model))
        for model, title in MODELS.items()
    }
    return means | {"majority": f"{found['majority'].mean():.3f}"} | gains


# %% tags=["hide-input", "hide-output"] caption="Macro F1 by columns, mean of ten seeds, and less the first line of the same rows [95 % interval of the mean paired difference]."
pd.DataFrame({COLUMNS[name][0]: columns_row(name) for name in wider}).T

# %% tags=["hide-input"]
FIFTHS, FEW = ("first", "second", "third", "fourth", "latest"), seeds[:5]


def without_fifth(number):
    frame = ten_best.frame
    places = frame["pkSeqID"].groupby(botiot.subcategories(frame))
    places = places.rank(method="first", pct=True).to_numpy()
    held = np.ceil(len(FIFTHS) * places) == number
    return lambda rows, one: (rows[~held[rows]], rows[held[rows]])


# %% tags=["hide-input"]
def held_out(name, number):
    split = without_fifth(number)
    raw, logs = (
        on_columns(name, scaler, split, FEW)
        for scaler in (FunctionTransformer, logarithms)
    )
    return {
        "snn_log": network_on(logs),
        "rf": classical_f1(forest_of, raw),
        "majority": classical_f1(lambda one: DummyClassifier(), raw),
    }


# %% tags=["hide-input"]
IN_ORDER = [] if ten_best is None else ["ten_best.shared", "ten_best.without_seq"]
by_fifth = {
    (name, number): held_out(name, number)
    for name in IN_ORDER
    for number in range(1, len(FIFTHS) + 1)
}

# %% tags=["remove-cell"]
for (name, number), found in by_fifth.items():
    for model, values in found.items():
        id, how = f"botiot.columns.{name}.fifth{number}.{model}", "a fifth held out"
        recorder.add(f"{id}.f1", values, how, dataset=ten_best)
        if model != "majority":
            less = values - wider[name][model][: len(FEW)]
            recorder.add(f"{id}.gain", less, how, dataset=ten_best)


# %% tags=["hide-input"]
def fifth_cell(name, number, model):
    values = by_fifth[name, number][model]
    gap = mean_with_interval(values - wider[name][model][: len(FEW)])
    return f"{values.mean():.3f}; {gap}"


# %% tags=["hide-input", "hide-output"] caption="Macro F1 with each fifth of every kind's 999 rows held out, in the set's own order: mean of five seeds, and less that of rows held out at random [95 % interval of the paired difference]."
columns_in_order = {
    (COLUMNS[name][0], MODELS[model]): {
        title: fifth_cell(name, number, model)
        for number, title in enumerate(FIFTHS, 1)
    }
    for name in IN_ORDER
    for model in ("snn_log", "rf")
}
pd.DataFrame(columns_in_order or {"ten_best": ["not at hand"]})

# %% [markdown]
# At the printed rate and epochs no other columns are shown to help the network; gains of some hundredths would be missed. On logarithms it has {book}`botiot.columns.part.six.snn_log.f1|.3f` on the paper's six,
# {book}`botiot.columns.part.stored.snn_log.f1|.3f` on all that the file stores, and on the 999 rows
# {book}`botiot.columns.ten_best.shared.snn_log.f1|.3f` on rates and state and
# {book}`botiot.columns.ten_best.without_seq.snn_log.f1|.3f` on the ten best but `seq`, a gain not told from none. A random forest gains by the ten
# best, from {book}`botiot.columns.ten_best.shared.rf.f1|.3f` to {book}`botiot.columns.ten_best.ten.rf.f1|.3f`, and nearly as much without `seq`. Without `seq`, or by rates and state alone, it
# names the third of five stretches of each kind, held out in the set's own order, about as well as rows at random, and the first and the latest worse by a tenth or more
# (folded; five seeds on the same rows); its gain stays on each.
#
# ## Other neurons, more layers
#
# The paper proposes other neurons and more than two layers. Each line below changes one thing in the
# network with 72 neurons: the neuron's rule for a time step, or the number of layers of 36.
#
# :::{dropdown} The rules
# * **Learned decay**: each neuron learns its own `beta`, starting from 0.95.
# * **Recurrent**: a layer's spikes come back to all its neurons one step later, with learned weights.
# * **Synaptic**: the current builds up (of which 0.9 is kept) before it reaches the membrane (0.95).
# * **Alpha**: the membrane is the difference of a slow trace (0.9) and a fast one (0.8), so an input
#   acts late and in a rounded way. After a spike both are cleared.
# * **Izhikevich**: the neuron that the paper introduces and then sets aside
#   {cite:p}`izhikevich2003`, with the constants of a regularly spiking cell, in steps of one
#   millisecond.
#
# Tests hold the first four equal to snntorch's neurons, gradients included, and the last to
# Izhikevich's published loop.
# :::
#
# The inputs are standardised logarithms throughout this section. With raw rates the outcome would
# be about which neuron survives a current of ten thousand. These rules run without the compiled
# loops, which know the leaky neuron alone; so five seeds have to do.

# %%
from lib.methods.spiking.neurons import Alpha, Izhikevich, Leaky, Recurrent
from lib.methods.spiking.neurons import Synaptic

VARIANTS = {
    "learned decay": (Leaky(learn_beta=True), 2),
    "recurrent": (Recurrent(), 2),
    "synaptic": (Synaptic(), 2),
    "alpha": (Alpha(), 2),
    "izhikevich": (Izhikevich(), 2),
    "three layers": (Leaky(), 3),
    "four layers": (Leaky(), 4),
}

# %%
from lib.methods.spiking.neurons import stacked_chances, train_neurons

FEW = 5
SHORT = {"full": 300, "quick": 2}[profile]
base = SETTINGS[small].but(epochs=SHORT)
trained = {
    name: train_neurons(log_tasks[:FEW], neuron, [base.layer] * layers, base)
    for name, (neuron, layers) in VARIANTS.items()
}

# %%
log_rows = np.stack([s.test_features for s in log_splits[:FEW]])


def measured(network, loss):
    chances = stacked_chances(network, log_rows, base)
    with torch.inference_mode():
        sent = network.trace(torch.as_tensor(log_rows))[1]
    total = sum(each.sum(dim=(1, 3)).mean(dim=1) for each in sent).numpy()
    score = [macro(s, own) for s, own in zip(log_splits, chances)]
    return np.array(score), total, loss[:, -1], network.parameters_each


variants = {name: measured(*each) for name, each in trained.items()}

# %% tags=["hide-input"]
own = log_trained.networks[0].parameters()
leaky = (
    f1[small, "snn_log"][:FEW],
    spikes[small, "snn_log"].sum(axis=1)[:FEW],
    log_trained.loss[:FEW, -1],
    sum(part.numel() for part in own),
)
variants = {"leaky, two layers": leaky} | variants

# %% tags=["hide-input", "hide-output"] caption="Neurons and layers on logarithms, mean and standard deviation over five seeds."
pd.DataFrame(
    {
        name: {
            "macro F1": with_spread(score),
            "last training loss": with_spread(loss),
            "spikes a decision": f"{total.mean():.0f}",
            "parameters": f"{count:,}",
        }
        for name, (score, total, loss, count) in variants.items()
    }
).T

# %% tags=["remove-cell"]
for name, (score, total, loss, _) in variants.items():
    id = name.replace(", ", "_").replace(" ", "_")
    record(small, f"{id}.f1", score, f"{PROTOCOL}, logarithms, first seeds")
    record(small, f"{id}.spikes", total, "spikes a decision, logarithms")
    record(small, f"{id}.loss", loss, "last epoch, logarithms")

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Macro F1 of each variant on standardised logarithms: one dot a replicate, the mean as a line. All were trained for the same number of epochs at the same learning rate.", "name": "fig-botiot-beyond-neurons"}, "image": {"alt": "Strips of dots, one a variant, each with its mean. Leaky (mean {book}`botiot.beyond.1000_72.leaky_two_layers.f1|.2f`), learned decay, recurrent, synaptic, three layers ({book}`botiot.beyond.1000_72.three_layers.f1|.2f`) and four layers overlap at high scores. Alpha ({book}`botiot.beyond.1000_72.alpha.f1|.2f`) and Izhikevich ({book}`botiot.beyond.1000_72.izhikevich.f1|.2f`) spread from far below to as high as the others."}}
figure, axis = plt.subplots(figsize=(5.6, 3.0))
for place, (score, *_) in enumerate(variants.values()):
    axis.plot(score, [place] * len(score), "o", color="#0072B2", alpha=0.4)
    axis.plot([score.mean()] * 2, [place - 0.3, place + 0.3], color=figures.PAPER)
titles = [name.replace("izh", "Izh") for name in variants]
axis.set(yticks=range(len(variants)), yticklabels=titles, xlabel="macro F1")
axis.invert_yaxis()
plt.show()

# %% [markdown]
# Learned decay, recurrence, synapses with a memory and more layers all end within the spread of the
# paper's own network. Recurrence and four layers fit the training rows best on average, for one and a half times
# and twice the spikes; the synaptic neuron sends two to three times as many. Alpha and Izhikevich's neuron score lower in the mean, far lower in two of the five seeds each and level in one or two, so that neither difference is told from none; their loss is still high at the end. An
# alpha answers nothing at the first step and forgets everything at each spike. All learn at the printed rate
# here; what each does at a rate of its own is the [next page's](06_tuning.ipynb) question.
#
# ## Learning without labels
#
# STDP (spike-timing-dependent plasticity), the rule that the paper names, changes a synapse by the
# timing of the spikes on its two sides and nothing else {cite:p}`song2000`: stronger when the input
# came shortly before the neuron's spike, weaker when it came after. It needs no backpropagation, so
# a chip can apply it while it works. It does not know the classes, so a read-out has to be trained
# on top.
#
# :::{dropdown} How the layer learns (the table of its scores is folded below)
# One layer of 72 neurons learns this way. Each input drives two leaky neurons, one with its
# positive part and one with its negative. The neurons of the layer compete {cite:p}`diehl2015`: in
# each step the one most above its threshold spikes and silences the others, each spike raises that
# threshold a little, and a neuron's weights keep their sum. Then the layer is frozen, its spikes in
# ten steps are counted, and a logistic regression reads the counts. A rate of zero leaves the
# random weights as drawn and adapts the thresholds all the same. What exceeds that, STDP has added.
# :::

# %%
from lib.methods.spiking.plasticity import PlasticitySettings, encode, learn


def read_out(split, of):
    """Score of a logistic regression on what `of` makes of the rows."""
    classifier = make_pipeline(StandardScaler(), linear_model())
    classifier.fit(of(split.train_features), split.train_labels)
    return macro(split, classifier.predict_proba(of(split.test_features)))


# %%
def plastic_f1(rate, total):
    own = PlasticitySettings(neurons=base.hidden, rate=rate, total=total)
    layers = [learn(s.train_features, own, s.seed) for s in log_splits]
    pairs = zip(log_splits, layers, strict=True)
    return np.array([read_out(split, layer.counts) for split, layer in pairs])


# %%
PLASTIC_RATES = (0.0, 0.005, 0.02, 0.05)
SUMS = {"full": (2, 4, 8), "quick": (4,)}[profile]
plastic = {
    (rate, total): plastic_f1(rate, total)
    for rate in PLASTIC_RATES
    for total in SUMS
}
plain = PlasticitySettings()
from_encoders = [
    read_out(s, lambda part: encode(part, plain).sum(axis=1)) for s in log_splits
]


# %% tags=["hide-output", "hide-input"] caption="Macro F1 with STDP, mean and deviation over ten seeds."
def plastic_row(total):
    titles = [
        f"STDP, rate {r:g}" if r else "weights as drawn" for r in PLASTIC_RATES
    ]
    values = [with_spread(plastic[rate, total]) for rate in PLASTIC_RATES]
    return dict(zip(titles, values))


shown = pd.DataFrame(
    {f"weights add up to {total}": plastic_row(total) for total in SUMS}
)
shown.loc["no layer: the encoders' spikes"] = with_spread(from_encoders)
shown.loc["no spikes: the numbers"] = with_spread(f1[small, "lr"])
shown

# %% tags=["remove-cell"]
how = "logistic regression on the spike counts of 72 neurons"
for (rate, total), values in plastic.items():
    name = f"stdp_{rate:g}".replace(".", "_") if rate else "drawn"
    record(small, f"plastic.{name}.sum_{total}.f1", values, how)
gains = [plastic[key] - plastic[0.0, key[1]] for key in plastic if key[0]]
record(
    small, "plastic.gain", np.mean(gains, axis=0), f"{how}, STDP less drawn, mean"
)
best = max(gains, key=np.mean)
record(
    small, "plastic.gain_largest", best, f"{how}, STDP less drawn, best constants"
)
record(small, "plastic.encoders.f1", from_encoders, "the encoders' spike counts")

# %% [markdown]
# STDP changes the score by {book}`botiot.beyond.1000_72.plastic.gain|+.3f` in the mean of nine settings
# (three rates, three sums of the weights), and {book}`botiot.beyond.1000_72.plastic.gain_largest|+.3f`
# at the best one, which was
# picked with the test rows in view. Seeds move it by more. What does help is the layer as such:
# random weights, a threshold and a trained read-out beat the same read-out on the numbers
# themselves, and come within two hundredths of the trained network on the same inputs, in the mean.
# This is one small layer under one rule; it says little about STDP at large.
#
# ## On to neuromorphic hardware
#
# NIR, the Neuromorphic Intermediate Representation {cite:p}`pedersen2024`, is the form in which
# simulators and chips hand networks to each other. It describes neurons by differential equations
# and leaves the time step to whoever runs them. Our neuron keeps 95 % of its membrane a step: a
# time constant of twenty steps. All of the network has an exact counterpart but one thing.
#
# :::{dropdown} The reset, and two ways to write it
# **The reset.** A spike of our neuron lowers the membrane by the threshold, one step later; that is
# snntorch's default. NIR's leaky integrate-and-fire node sets the membrane to zero, at once. In
# continuous time the two are the same, since a membrane never gets beyond its threshold. In steps,
# a strong current carries it far beyond, and only subtraction remembers how far.
#
# So the network is written twice. With that node, which every reader of NIR knows; and taken apart
# into a leaky integrator, a threshold and a delayed way back, which together compute what was
# trained. Both files are read back and run by a small interpreter that knows the graph alone
# (`run_graph`).
# :::

# %%
import tempfile

from lib.methods.spiking.exchange import read_graph, run_graph, to_nir, write_graph


def exchanged(network, reset):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.nir"
        write_graph(path, to_nir(network, reset))
        return read_graph(path)


# %%
def by_graph(network, split, reset):
    """Score of the graph, and how far its logits are from the network's at most."""
    graph = exchanged(network, reset)
    outputs = run_graph(graph, split.test_features, STEPS)["output"]
    with torch.inference_mode():
        own = network(torch.as_tensor(split.test_features)).numpy()
    return macro(split, outputs.sum(axis=0)), np.abs(outputs - own).max()


graphs = {}
for setting, networks in spiking.items():
    for reset in ("subtract", "zero"):
        pairs = zip(networks, splits, strict=True)
        found = [by_graph(*pair, reset) for pair in pairs]
        graphs[setting, reset] = tuple(map(np.array, zip(*found)))

# %% tags=["hide-input"]
WRITTEN = {
    "subtract": "taken apart: as trained",
    "zero": "NIR's node: reset to zero",
}


def nodes_of(reset):
    nodes = exchanged(spiking[small][0], reset).nodes.values()
    names = sorted({type(node).__name__ for node in nodes} - {"Input", "Output"})
    return ", ".join(names)


# %% tags=["hide-input", "hide-output"] caption="Macro F1 of the network and its two graphs, ten seeds."
rows_shown = {"the network itself": {"nodes": ""}}
rows_shown |= {
    title: {"nodes": nodes_of(reset)} for reset, title in WRITTEN.items()
}
for setting in SETTINGS:
    neurons = f"F1, {setting.partition('_')[2]} neurons"
    rows_shown["the network itself"][neurons] = with_spread(f1[setting, "snn"])
    for reset, title in WRITTEN.items():
        rows_shown[title][neurons] = with_spread(graphs[setting, reset][0])
pd.DataFrame(rows_shown).T

# %% tags=["remove-cell"]
for (setting, reset), (score, apart) in graphs.items():
    record(setting, f"nir_{reset}.f1", score, f"NIR graph, {WRITTEN[reset]}")
    how = "largest difference of a logit from the network's"
    record(setting, f"nir_{reset}.difference", apart, how)
recorder.save()

# %% tags=["hide-input"]
import json

from lib.common.paths import ROOT


def kept(name):
    return json.loads((ROOT / "data" / "outside" / f"{name}.json").read_text())


drawn_run, trained_run = kept("botiot_nir"), kept("botiot_nir_trained")


def heard(answer, reset):
    near = answer.get(f"from {reset}")
    return answer["message"] if near is None else f"{near:.1g}"


# %% tags=["hide-input"]
NODE = "written zero, resistance 1"
LEARNT = {
    "subtract": "F1, trained as the paper's",
    "zero": "F1, trained with reset to zero",
}


def by_tool(answer):
    if "message" in answer:
        return answer["message"]
    same = np.mean(answer["same answers"])
    return f"{np.mean(answer['f1']):.3f}, {same:.0%} of the node's answers"


# %% tags=["hide-input"]
def by_rule(learnt, run):
    return np.array(trained_run["rule"][f"learnt {learnt}"][f"run {run}"])


def tool_row(tool):
    drawn, trained = (run["tools"][tool] for run in (drawn_run, trained_run))
    forms = [form for form in drawn if "resistance" in form]
    return {form: heard(drawn[form], form.partition(",")[0]) for form in forms} | {
        title: by_tool(trained[f"learnt {learnt}, {NODE}"])
        for learnt, title in LEARNT.items()
    }


# %% tags=["hide-input"]
paper_f1 = by_rule("subtract", "subtract")
OWN_ROWS = {
    "as trained": lambda learnt: f"{by_rule(learnt, learnt).mean():.3f}",
    "as NIR's node": lambda learnt: f"{by_rule(learnt, 'zero').mean():.3f}",
    "as NIR's node, less the paper's as trained": lambda learnt: mean_with_interval(
        by_rule(learnt, "zero") - paper_f1
    ),
}

# %% tags=["hide-input", "hide-output"] caption="What other tools make of both graphs: largest distance of an output from the network's rule, with random weights, or the tool's message; and macro F1 of trained networks with 72 neurons as NIR's own node, mean of ten seeds, below it that of the rule [95 % interval of the paired difference]."
for run in (drawn_run, trained_run):
    print(f"Run on {run['run on']} with Python {run['python']}.")
table_of_tools = {
    f"{tool} {own['version']}": tool_row(tool)
    for tool, own in trained_run["tools"].items()
} | {
    row: {title: text(learnt) for learnt, title in LEARNT.items()}
    for row, text in OWN_ROWS.items()
}
pd.DataFrame(table_of_tools).T.fillna("")

# %% [markdown]
# Taken apart and run by our interpreter, the graph gives the network's own logits to rounding, but in one network of twenty, where it may have turned a spike; no score differs. None of four tools
# asked reads it. NIR's own node snntorch and Norse read and compute to rounding, Norse once its resistance is
# written as one and what it receives is scaled instead; Sinabs reads it, and with our time constants in seconds computes something else (other units were not tried); Rockpool
# stops. (Lava asks for an older Python. The messages stand whole in `data/outside/botiot_nir.json`.) As that node the trained weights lose five to eight hundredths of macro F1, with 72 neurons in both tools as in our interpreter.
# That is no fault of the format, which promises the equation and not our time steps: a network that was trained in coarse steps with one reset is another network under
# another reset. It happens unasked, as snntorch writes its neuron as that node and reads the node back
# as a neuron that resets to zero; a test holds this for the version used here. Trained with that reset, the network is
# not told from the paper's, and both tools give all its answers (folded; `data/outside/botiot_nir_trained.py`).
#
# ## What was learnt
#
# * Silence can only be worth something where nothing is computed for it. In our compiled loops,
#   which skip silent neurons, the dense network was the faster all the same; no chip was tried.
# * No other neuron, number of layers or use of STDP was clearly ahead of the simplest network at the printed rate, on
#   few seeds.
# * The graph taken apart was read by this book's interpreter and by none of the tools asked; under NIR's own node the
#   weights score lower.
