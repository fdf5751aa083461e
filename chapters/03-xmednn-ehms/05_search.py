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
# # What would give the printed score?
#
# :::{admonition} Finding
# :class: finding
# The network as printed reaches {book}`xmednn.search.printed.accuracy` on the split that Table 1
# gives away, and two runs with the paper's own versions of Keras and TensorFlow as much. On the 28 columns that we take for the paper's, on balanced rows,
# no network that was tried comes to the printed {published}`xmednn.table1.dnn.accuracy`; the nearest, layers at least four times as wide, with ranks, slower and for
# twenty times the epochs, fit nearly all training rows and reach {book}`xmednn.search.by_heart.accuracy`, by heart: where no attack of the test
# has a copy in training they reach {book}`xmednn.search.by_heart.one_side.accuracy` (two seeds each). What comes within a hundredth of print has the device readings, which the paper says it removed, put back: {book}`xmednn.search.best_again` over
# ten seeds with flags and packet number as well, and with readings alone and four times the epochs the printed layers (one seed) and
# layers twice as wide, {book}`xmednn.search.wide_again` over three seeds. None of these is a reconstruction of what the authors did: each changes at least three things that the paper prints,
# and the classical rows of the same table speak against readings and other scaling, if they had our columns and default settings, which XGBoost's row does not bear.
# :::
#
# The text of a paper is never complete. Before "it does not reproduce" is said, each choice that the
# text leaves open, and those that it excludes, should have been tried and counted.

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

# %% tags=["parameters", "hide-input", "at-least-2-replicates"]
profile = "full"
seed = 2022
replicates = 10

# %% tags=["hide-input"]
from lib.papers import xmednn
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

dataset = xmednn.load()
recorder = Recorder("03-xmednn-ehms/05_search", dataset, profile, seed, replicates)
seeds = range(seed, seed + replicates)
run_banner(dataset, profile, seed, replicates)

# %% [markdown]
# ## Is it our software?
#
# The paper used TensorFlow, this book PyTorch and compiled loops. We trained the network with two
# seeds outside the book's environment, with the versions that the paper prints, on the rows and the
# split of Table 1 (`data/outside/xmednn_keras.py`; who has Python 3.10 can repeat it). Its numbers
# are kept beside it; those of this book, over ten seeds, are on the [reproduction
# page](02_reproduction.ipynb) and enclose them.
#
# Training carries a rounding forward. With its sums taken in another order (now fixed) and the same seeds, single networks of Table 1
# moved by up to four and a half hundredths in accuracy and some hundreds of missed attacks; of some three hundred means over ten seeds in this
# chapter all but six stayed within their intervals. Most attempts below are single networks.

# %% tags=["hide-input"] caption="Accuracy and errors of Keras, by seed, on the split of the paper's Table 1."
import numpy as np
import pandas as pd
from lib import claims
from lib.papers.xmednn import keras

once = keras.keras_run()
versions = ", ".join(f"{name} {one}" for name, one in once["versions"].items())
print(f"Run on {once['run on']} with {versions}.")
pd.DataFrame(once["table 1"]).T.rename_axis("Keras, seed").round(4)

# %% [markdown]
# The parts agree as well. From the same initial weights and on the same batches of made-up rows,
# the weights of the output differ by next to nothing after some updates with Nadam (folded). The
# initial weights of both are a normal cut at two standard deviations and widened so that He's
# deviation is left.

# %% tags=["hide-input", "hide-output"] caption="Difference between this book and Keras after some updates."
steps = [int(step) for step in once["nadam"]]
ours = keras.last_kernels(steps)
theirs = {step: np.array(once["nadam"][str(step)]["last kernel"]) for step in steps}
differences = {step: np.abs(ours[step] - theirs[step]).max() for step in steps}
spread = {"Keras": once["initial weights"], "this book": keras.initial_spread()}
recorder.add(
    "xmednn.search.nadam_difference", differences[steps[-1]], "made-up rows", True
)
pd.DataFrame(
    {f"after {step} updates": f"{gap:.0e}" for step, gap in differences.items()},
    index=["largest difference of a weight"],
)

# %% tags=["hide-input", "hide-output"] caption="Initial weights, in units of He's deviation."
pd.DataFrame(spread).T.round(3)

# %% [markdown]
# ## What was tried
#
# The authors searched with the package Talos and do not print its ranges; this search asks what the
# text leaves open, and what it excludes. All attempts use the split found for Table 1, but some of the second group and the network that goes through the folds
# of Table 2. A first group has the printed layers and crosses three choices, one network
# each: which **columns** go in (the 28, with the flags `Flgs` as a number, with the packet number,
# with the eight device readings), how they are **scaled** (as printed to [0, 1], standardised,
# replaced by ranks) and the **learning rate**.

# %%
from itertools import product

from sklearn.preprocessing import FunctionTransformer, MinMaxScaler
from sklearn.preprocessing import QuantileTransformer, StandardScaler


def by_rank():
    return QuantileTransformer(subsample=None)


# %%
PUT_BACK = {"the 28": (), "Flgs": ("Flgs",), "Packet_num": ("Packet_num",)}
PUT_BACK["Flgs, Packet_num"] = ("Flgs", "Packet_num")
SCALERS = {"minimum, maximum": MinMaxScaler, "standardised": StandardScaler}
SCALERS["ranks"] = by_rank
UNSCALED = {"none": FunctionTransformer}
RATES = (0.01, 0.003)
COLUMNS = [*product(PUT_BACK, (False, True))]

# %%
from sklearn.model_selection import KFold, train_test_split
from lib.methods.splits import oversample, scaled_split


def table(back, readings):
    removed = tuple(name for name in xmednn.REMOVED if name not in PUT_BACK[back])
    return xmednn.recovered_table(dataset.frame, removed, readings)


TABLES = {columns: table(*columns) for columns in COLUMNS}
labels = TABLES[COLUMNS[0]].labels


def balanced(seed):
    return oversample(np.arange(len(labels)), labels, seed)


# %% tags=["method"]
def attempt(columns, scaler, seed):
    rows = balanced(seed)
    halves = train_test_split(rows, test_size=0.33, random_state=1)
    values, make = TABLES[columns].features.to_numpy(), SCALERS | UNSCALED
    more = {"scaled_on": rows, "scaler": make[scaler]}
    return scaled_split(values, labels, halves, seed, **more)


# %%
from lib.methods.dense.network import DenseSettings
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.detectors import CLASSICAL, fit_classical, fit_dense

EPOCHS = {"full": 150, "quick": 4}[profile]


def settings(split, rate=0.01, hidden=(64, 32, 8), epochs=EPOCHS, batch=20, **more):
    sizes = (split.train_features.shape[1], *hidden, 1)
    return DenseSettings(sizes, rate, epochs, batch, **more)


# %%
def up_to(epochs, curves):
    training, test = curves.training[:, :epochs], curves.test[:, :epochs]
    best = {
        "best in training": training.max(axis=1),
        "best in test": test.max(axis=1),
    }
    return pd.DataFrame({"test": test[:, -1]} | best)


def accuracies(splits, own_settings):
    networks = OngoingNetworks([split.seed for split in splits], own_settings)
    return up_to(EPOCHS, networks.train(splits, EPOCHS))


# %%
def crossed(columns):
    choices = [*product(SCALERS, RATES)]
    splits = [attempt(columns, scaler, seed) for scaler, _ in choices]
    found = accuracies(splits, [settings(splits[0], rate) for _, rate in choices])
    names = pd.DataFrame(choices, columns=["scaler", "rate"])
    back, readings = columns
    return names.assign(back=back, readings=readings, **found)


tried = pd.concat([crossed(columns) for columns in COLUMNS], ignore_index=True)

# %% [markdown]
# A second group changes something else, on the 28 columns: no scaling, a further layer of 28 neurons before the others (as "28 input
# neurons" can be read), larger batches, PyTorch's initial weights and epsilon, a test of 25 % with
# balanced classes, and no oversampling.

# %%
from lib.methods.splits import split_rows

plain = attempt(COLUMNS[0], "minimum, maximum", seed)
values, rows = TABLES[COLUMNS[0]].features.to_numpy(), balanced(seed)
quarter = split_rows(rows, labels, seed)
once_each = split_rows(np.arange(len(labels)), labels, seed)
# %%
stated = scaled_split(values, labels, quarter, seed, scaled_on=rows)
unbalanced = scaled_split(values, labels, once_each, seed)
OTHER = {
    "no scaling": (attempt(COLUMNS[0], "none", seed), {}),
    "layers of 28, 64, 32 and 8": (plain, {"hidden": (28, 64, 32, 8)}),
    "batches of 100": (plain, {"batch": 100}),
    "PyTorch's initial weights": (plain, {"truncated": False, "epsilon": 1e-8}),
    "25 % tested, classes balanced": (stated, {}),
    "no oversampling": (unbalanced, {}),
}

# %% tags=["hide-input", "hide-output"] caption="Accuracy of the second group's attempts, one network each."
others = {
    name: accuracies([split], settings(split, **how)).iloc[0]
    for name, (split, how) in OTHER.items()
}
others = pd.DataFrame(others).T
always_normal = [np.mean(split.test_labels == 0) for split, _ in OTHER.values()]
others.assign(**{"always normal": always_normal}).round(3)

# %% [markdown]
# Without oversampling the accuracy is higher because most flows are normal, as the last column
# shows (folded). The printed activation is ELU. Three others with the printed layers, rate and batch, in
# scikit-learn's network, whose optimizer and initial weights are others too, for a third of the
# epochs. None (folded) comes near print; what each change does by itself, this does not tell.

# %%
from sklearn.neural_network import MLPClassifier


def with_activation(activation):
    rate = {"learning_rate_init": 0.01, "batch_size": 20, "alpha": 0}
    long = {"max_iter": max(EPOCHS // 3, 1), "n_iter_no_change": EPOCHS}
    return MLPClassifier((64, 32, 8), activation, random_state=seed, **rate, **long)


# %% tags=["hide-output"] caption="Accuracy with other activations, one network each."
NAMES = ("relu", "tanh", "logistic")
waiting = map(with_activation, NAMES)
found = fit_classical(lambda _: next(waiting), [plain] * len(NAMES))
activations = {
    name: np.mean((chance > 0.5) == (plain.test_labels == 1))
    for name, chance in zip(NAMES, found, strict=True)
}
pd.DataFrame({"accuracy": activations}).round(3)

# %% [markdown]
# ## Wider, slower, longer
#
# A single change can hide what two do together. So, on the 28 columns scaled as printed, the printed
# layers and layers twice as wide are crossed with three learning rates, and each network is looked at
# after the printed epochs and after four times as many. Still wider layers are here at the lowest rate only. Beside the accuracy at the end stand
# (folded) that of the best epoch in training, and that of the best epoch in test, which may not be used to choose.

# %%
PRINTED, TWICE, WIDEST = "64, 32, 8", "128, 64, 16", "256, 128, 64"
LONG, SLOWER = 4 * EPOCHS, (0.01, 0.003, 0.001)
AS_PRINTED, STANDARDISED, RANKS = SCALERS
THE_28, READINGS = ("the 28", False), ("the 28", True)


# %%
from lib.methods.scores import confusion, paper_scores


def last_errors(networks, splits):
    pairs = zip(networks.chances(splits), splits, strict=True)
    found = [confusion(split.test_labels, c > 0.5) for c, split in pairs]
    names = {"fp": "false alarms", "fn": "missed attacks"}
    return pd.DataFrame(found)[[*names]].rename(columns=names)


# %%
def wider_slower_longer(layers, choices):
    hidden = tuple(map(int, layers.split(", ")))
    splits = [attempt(columns, scaler, seed) for columns, scaler, _ in choices]
    own = [settings(splits[0], rate, hidden) for *_, rate in choices]
    networks = OngoingNetworks([seed] * len(own), own)
    curves = networks.train(splits, LONG)
    about = [(*columns, *others) for columns, *others in choices]
    about = pd.DataFrame(about, columns=["back", "readings", "scaler", "rate"])
    about = about.assign(layers=layers, **last_errors(networks, splits))
    return [
        about.assign(epochs=epochs).join(up_to(epochs, curves))
        for epochs in (EPOCHS, LONG)
    ]


# %% [markdown]
# The same is then asked of other scalers, and with the packet number, the flags, both, or the readings, but not all of it. With other scalers the printed
# layers have the two lower rates, and those twice as wide the middle one, which ended highest as printed; with flags and packet number there are only
# the latter, scaled as printed and standardised. With readings each scaler has the printed layers at three rates and those twice as wide at the two higher. The widest have
# each scaler, too. Three networks of first trials are not among
# the counted: the widest at two other rates, and the printed layers, standardised, at the highest; all ended lower.

# %%
PACKET_NUM, FLGS = ("Packet_num", False), ("Flgs", False)
BOTH = ("Flgs, Packet_num", False)
LOWER, MIDDLE, LOWEST = SLOWER[1:], SLOWER[1:2], SLOWER[2:]
HIGHER, IN_TWO_WAYS = SLOWER[:2], (AS_PRINTED, STANDARDISED)
as_in_print = [*product([THE_28], [AS_PRINTED], SLOWER)]
STACKS = [
    (PRINTED, [*as_in_print, *product([THE_28], (STANDARDISED, RANKS), LOWER)]),
    (TWICE, [*as_in_print, *product([THE_28], (STANDARDISED, RANKS), MIDDLE)]),
    (TWICE, [*product((PACKET_NUM, FLGS), IN_TWO_WAYS, MIDDLE)]),
    (TWICE, [*product([BOTH], IN_TWO_WAYS, MIDDLE)]),
    (TWICE, [*product([READINGS], SCALERS, HIGHER)]),
    (PRINTED, [*product([READINGS], SCALERS, SLOWER)]),
    (WIDEST, [*product([THE_28], SCALERS, LOWEST)]),
]


# %%
def row_title(columns):
    back, readings = columns
    title = back if back == "the 28" else f"the 28, {back}"
    return f"{title}, readings" if readings else title


parts = [part for stack in STACKS for part in wider_slower_longer(*stack)]
cross = pd.concat(parts, ignore_index=True)
pairs = zip(cross["back"], cross["readings"], strict=True)
cross["inputs"] = [row_title(pair) for pair in pairs]

# %% tags=["hide-input", "hide-output"] caption="Accuracy after the last epoch, by epochs and rate, one network each. Empty: not tried."
how = ["inputs", "scaler", "layers"]
compact = cross.set_index([*how, "epochs", "rate"])["test"].round(3)
compact = compact.unstack(["epochs", "rate"], sort=False)
compact.columns = [
    f"{epochs} epochs, rate {rate}" for epochs, rate in compact.columns
]
compact.astype(object).fillna("").reset_index()

# %% tags=["hide-input", "hide-output"] caption="The same, with the best epoch in training and in test."
by_epoch = ["best in training", "best in test"]
cross[[*how, "rate", "epochs", "test", *by_epoch]].round(3)

# %% [markdown]
# On the 28 columns none of these comes near print (folded). After four times the epochs, standardised columns end higher than those scaled as printed, with the
# same layers and rate, but for layers twice as wide; ranks end higher in each pair tried, and as high as standardised ones or higher: in the widest layers by more than seeds differ; there the network
# begins to know its training rows ({ref}`below <xmednn-by-heart>`). Had
# the epoch been chosen by the test rows themselves, none of the counted networks on the 28 columns, on balanced rows and on one split, whose
# epochs were followed, would have come above {book}`xmednn.search.network_columns.best_epoch`. By themselves the flags change little; the packet number gives
# {book}`xmednn.search.no_readings.best` at most, with the flags beside it. With readings alone and four times the epochs, standardised, the printed layers come to
# {book}`xmednn.search.readings.printed_layers.standard` at the best of three rates and those twice as wide to {book}`xmednn.search.readings.wide.standard` at the better of two, a little above the printed score; by ranks a little lower; scaled as
# printed to {book}`xmednn.search.readings.printed_layers.as_print` and {book}`xmednn.search.readings.wide.as_print`. By the best epoch in test the wide
# ones have {book}`xmednn.search.readings.best_epoch`.
#
# :::{dropdown} Not tried
# How far more of each would lead; ranks with flags or packet number in wide layers or long training; flags or packet number beside the readings in either,
# or without readings in the printed layers for long; other columns in the widest layers; other batches, optimisers, schedules of the rate or dropout with them;
# by heart, still wider layers and more epochs, and without copies other layers and scalers for as long; flags as separate columns; either in place of a column of the 28 that varies (six do not, and one of them out makes the printed 28 inputs again); with readings, on the ten folds of Table 2 other seeds and other columns than readings alone. What was tried is one network each, but for seeds below.
# :::
#
# (xmednn-by-heart)=
# ## By heart?
#
# Attacks are repeated before the split, so {book}`xmednn.search.nearest_row.copied|.0%` of those in the test have a copy in training: who
# knows the one by heart knows the other. The one-line rule for that gives each test row the class of its nearest training row.
# Beside it a split as large and as balanced comes before attacks are repeated: none has a copy in training, which has a third fewer different ones.

# %%
from sklearn.neighbors import KNeighborsClassifier

ERRORS = ["false alarms", "missed attacks"]


def nearest_row(split):
    nearest = KNeighborsClassifier(1)
    nearest.fit(split.train_features, split.train_labels)
    right = nearest.predict(split.test_features) == split.test_labels
    errors = [np.sum(~right[split.test_labels == one]) for one in (0, 1)]
    return {"test": np.mean(right), **dict(zip(ERRORS, errors, strict=True))}


# %% tags=["hide-input"]
def copied(split):
    attacks = split.test_features[split.test_labels == 1]
    known = {row.tobytes() for row in split.train_features}
    return np.mean([row.tobytes() in known for row in attacks])


# %%
def one_side(scaler, seed):
    halves = split_rows(np.arange(len(labels)), labels, seed, 0.33)
    halves = tuple(oversample(half, labels, seed) for half in halves)
    more = {"scaled_on": np.concatenate(halves), "scaler": SCALERS[scaler]}
    return scaled_split(values, labels, halves, seed, **more)


# %% tags=["hide-input"]
by_scaler = {
    scaler: [attempt(THE_28, scaler, one) for one in seeds] for scaler in SCALERS
}
nearest = {s: pd.DataFrame(map(nearest_row, own)) for s, own in by_scaler.items()}
nearest_apart = pd.DataFrame(nearest_row(one_side(RANKS, one)) for one in seeds)
copies = np.array([*map(copied, by_scaler[AS_PRINTED])])

# %% [markdown]
# Networks can learn by heart, too, if they are wide enough and have time. Some went on at the lowest rate for sixteen times the printed
# epochs, and for another four times at a tenth of that rate, the widest with ranks on both splits: once and outside this page's run
# (`data/outside/xmednn_by_heart.py`; not among the attempts counted below).

# %% tags=["hide-input"]
import json

place = book / "data" / "outside" / "xmednn_by_heart.json"
by_heart = json.loads(place.read_text(encoding="utf-8"))
both_sides = by_heart["networks"]
apart = by_heart["copies on one side"]["networks"]


# %% tags=["hide-input"]
def looks_of(network, rule):
    looks = network["looks"]
    row = {f"{n} epochs": round(look["test"], 3) for n, look in looks.items()}
    last = [*looks.values()][-1]
    row |= {"in training": round(last["training"], 3)}
    row |= {name: last[name] for name in ERRORS}
    of_rule = {"nearest row": rule["test"].mean().round(3)}
    return (
        {key: network[key] for key in ("layers", "scaler", "seed")} | of_rule | row
    )


# %% tags=["hide-input", "hide-output"] caption="Learning the 28 columns by heart: accuracy of the class of the nearest training row, mean of ten seeds, and of networks by epochs, the last of them at the lower rate; then at the end accuracy in training, and errors in test."
known = pd.DataFrame(looks_of(one, nearest[one["scaler"]]) for one in both_sides)
widest_apart = [one for one in apart if one["layers"] == WIDEST]
known_apart = pd.DataFrame(looks_of(one, nearest_apart) for one in widest_apart)
longer = {"both sides": known, "one side": known_apart}
longer = pd.concat(longer, names=["copies on"]).reset_index("copies on")
longer.set_index(["copies on", "layers", "scaler", "seed"])


# %% tags=["hide-input"]
def at_end(networks, *which):
    own = [one for one in networks if (one["layers"], one["scaler"]) == which]
    return pd.DataFrame([*one["looks"].values()][-1] for one in own)


ended = {
    ("nearest row, by ranks", "both sides"): nearest[RANKS],
    ("nearest row, by ranks", "one side"): nearest_apart,
    ("widest layers, by ranks", "both sides"): at_end(both_sides, WIDEST, RANKS),
    ("widest layers, by ranks", "one side"): at_end(apart, WIDEST, RANKS),
    ("network as printed", "one side"): at_end(apart, PRINTED, AS_PRINTED),
}
ended = pd.DataFrame({which: own.mean() for which, own in ended.items()}).T

# %% tags=["hide-input"] caption="Copies of attacks on both sides, as on the split of Table 1, or on one: accuracy in test and training, and errors in test. Means of ten seeds for the nearest row, of two for networks, after the last epoch."
print(f"Networks run once, on {by_heart['run on']}.")
digits = {"test": 3, "training": 3} | dict.fromkeys(ERRORS, 0)
shown = ended[[*digits]].rename_axis(["", "copies on"]).round(digits)
shown.astype(dict.fromkeys(ERRORS, int)).astype(object).fillna("")

# %% [markdown]
# With ranks the widest layers come to {book}`xmednn.search.by_heart.accuracy` in the mean of two seeds, with {book}`xmednn.search.by_heart.training` in training. One misses
# as few attacks as the paper's row implies, the other about four times as many; both make about three quarters more false alarms. Scaled otherwise the widest
# come to {book}`xmednn.search.by_heart.otherwise` at most, narrower ones to {book}`xmednn.search.by_heart.narrower`; each rose when the rate was lowered (folded). It is
# by heart: without copies the widest come to {book}`xmednn.search.by_heart.one_side.accuracy`, with {book}`xmednn.search.by_heart.one_side.training` in training, miss nearly half of the attacks, as the nearest row does
# ({book}`xmednn.search.nearest_row.one_side.accuracy`), and more of them at the end than after a fifth of the epochs. So on balanced rows these networks
# on the 28 columns come within a few hundredths of print where fitting the repeated attacks is enough, and not where it is not: there the network as printed has {book}`xmednn.search.printed.one_side.accuracy`. With what the paper prints of layers, rate, epochs and scaling none came as near.
#
# ## One network through all folds?
#
# A cross-validation written as a loop that fits one model again and again, without making a new one,
# tests it from the second fold on rows that it was trained on. Here is one network with its optimizer
# trained on through the ten folds of Table 2, for the printed epochs on each.


# %%
def folds_of(columns, scaler):
    rows, values = balanced(seed), TABLES[columns].features.to_numpy()
    dealt = KFold(10, shuffle=True, random_state=1).split(rows)
    pairs = [(rows[train], rows[test]) for train, test in dealt]
    more = {"scaled_on": rows, "scaler": SCALERS[scaler]}
    return [scaled_split(values, labels, pair, seed, **more) for pair in pairs]


# %%
def trained_on_through(folds):
    network = OngoingNetworks([seed], settings(folds[0]))
    for fold in folds:
        network.train([fold], EPOCHS)
        (chance,) = network.chances([fold])
        yield paper_scores(fold.test_labels, chance > 0.5, "binary")


numbers = range(1, 11)
warm = trained_on_through(folds_of(THE_28, AS_PRINTED))
warm = pd.DataFrame(warm, index=numbers)

# %% [markdown]
# With readings, standardised, the same is done at the printed rate and at a lower one. Beside it a network of the lower rate is
# trained for as many epochs on the training rows of the tenth fold alone; it meets that fold's test rows only as far as they have
# copies.


# %%
def accuracy_of(chance, split):
    return np.mean((chance > 0.5) == (split.test_labels == 1))


def missed_of(chance, split):
    return np.sum((chance <= 0.5) & (split.test_labels == 1))


# %%
def through_with_readings(folds):
    own = [settings(folds[0], rate) for rate in (*RATES, RATES[-1])]
    networks = OngoingNetworks([seed] * len(own), own)
    for fold in folds:
        given = [fold, fold, folds[-1]]
        networks.train(given, EPOCHS)
        chances = networks.chances(given)
        yield [*map(accuracy_of, chances, given), *map(missed_of, chances, given)]


# %%
with_them = through_with_readings(folds_of(READINGS, STANDARDISED))
NAMED = [f"trained on, readings, rate {rate}" for rate in RATES]
NAMED.append(f"fold 10 alone, readings, rate {RATES[-1]}")
found = np.array([*with_them])
warm_readings = pd.DataFrame(found[:, :3], index=numbers, columns=NAMED)
missed_with_readings = found[:, 4].sum()  # at the lower rate, over all folds
alone = warm_readings.pop(NAMED[-1])
warm_found = pd.Series([*warm_readings.mean(), alone.iloc[-1]])

# %% tags=["hide-input", "hide-output"] caption="Accuracy by fold: printed, and of one network that is trained on."
printed_folds = [
    claims.published_values(f"xmednn.table2.fold{fold:02d}.accuracy")
    for fold in warm.index
]
in_print = [value for fold in printed_folds for value in fold.values()]
by_fold = {"printed": in_print, "trained on": warm["accuracy"]}
by_fold |= dict(warm_readings.items()) | {NAMED[-1]: alone}
pd.DataFrame(by_fold, index=numbers).round(3).T

# %% [markdown]
# On the 28 columns it does not rise from fold to fold (folded); it could hardly, as it does not fit the rows that it is shown. With
# readings, at the printed rate, it breaks down on the way. At the lower rate it rises, with the printed layers, to
# {book}`xmednn.search.trained_on.last` on the last fold, and has {book}`xmednn.search.trained_on.readings` in the mean, where
# {published}`xmednn.table2.mean.accuracy` is printed; it misses {book}`xmednn.search.trained_on.missed|.0f` attacks over the ten folds, where the
# printed recall of {published}`xmednn.table2.mean.recall` leaves fewer than ten (one seed). Longer training alone does part of it: the network of the tenth fold ends at
# {book}`xmednn.search.trained_on.alone`. The printed folds do not rise; the first of them is the highest.
#
# ## All attempts

# %%
kept = tried[(tried["back"] == "the 28") & ~tried["readings"]]
no_readings, with_readings = tried[~tried["readings"]], tried[tried["readings"]]
# These are in the first group, too.
again = (cross["layers"] == PRINTED) & (cross["epochs"] == EPOCHS)
again &= cross["rate"].isin(RATES)
cross_28 = cross[cross["inputs"] == "the 28"]
fresh = cross[~again]
fresh_28 = fresh[fresh["inputs"] == "the 28"]
elsewhere = fresh.drop(fresh_28.index)
on_all_rows = others.loc[["no oversampling"]]
other_changes = others.drop(on_all_rows.index)["test"]

# %% tags=["hide-input"]
CHANGED = {
    "the 28, layers, rate, epochs": fresh_28["test"],
    "the 28, other changes": pd.concat([other_changes, pd.Series(activations)]),
    "the 28, through all folds": pd.Series([warm["accuracy"].mean()]),
    "the 28, no oversampling": on_all_rows["test"],
    **dict(list(elsewhere.groupby("inputs")["test"])),
}
on_balanced_28 = [CHANGED[name] for name in list(CHANGED)[:3]]
balanced_28 = pd.concat([kept["test"], *on_balanced_28])
CHANGED["the 28, readings"] = pd.concat([CHANGED["the 28, readings"], warm_found])

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
printed = claims.published_values("xmednn.table1.dnn.*", by="metric")
LOOKS = dict(zip(SCALERS, ("dnn", "dt", "xgb"), strict=True))


# %% tags=["hide-input"]
ROWS = [row_title(columns) for columns in sorted(COLUMNS, key=lambda one: one[1])]
ROWS[1:1] = [name for name in CHANGED if name not in ROWS]


# %% tags=["hide-input"]
def draw_first_group(axis):
    for shift, (scaler, look) in enumerate(LOOKS.items()):
        own = tried[tried["scaler"] == scaler]
        pairs = zip(own["back"], own["readings"], strict=True)
        places = [ROWS.index(row_title(pair)) for pair in pairs]
        style = {"color": figures.COLOURS[look], "label": scaler}
        heights = np.array(places) + 0.2 * (shift - 1)
        axis.plot(own["test"], heights, figures.MARKERS[look], **style)


# %% tags=["hide-input"]
def draw_others(axis):
    for name, found in CHANGED.items():
        style = {"color": figures.COLOURS["lr"], "markersize": 4, "alpha": 0.7}
        label = "other attempts" if name == "the 28, other changes" else None
        # Below the three scalers, where the first group has the row as well.
        height = ROWS.index(name) + 0.35 * (name in set(cross["inputs"]))
        axis.plot(found, [height] * len(found), "D", label=label, **style)


# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Every attempt: accuracy on its test rows, mostly those of Table 1. From top to bottom the columns that go in, and for the 28 what else was changed. Colour and shape: how they are scaled, each at two learning rates; small diamonds: the other attempts, one network each, below the others where a row has both; those through the folds by their mean. Without oversampling most rows are normal. Line: printed.", "name": "fig-xmednn-search"}, "image": {"alt": "Dots in twelve rows. On the 28 columns and balanced rows they lie far left of the printed line at {published}`xmednn.table1.dnn.accuracy`: the best has {book}`xmednn.search.network_columns.best|.3f`, and {book}`xmednn.search.no_readings.best|.3f` where flags, packet number or both are put back. With readings, some standardised attempts come to the line or just past it, the best on these rows with {book}`xmednn.search.best|.3f`, and that through the folds with {book}`xmednn.search.trained_on.readings|.3f`; the best ranked one stops just short of it, and of those scaled as printed one has {book}`xmednn.search.readings.scaled_as_printed|.3f`. One small diamond, without oversampling, stands at {book}`xmednn.search.no_oversampling|.3f`."}}
figure, axis = plt.subplots(figsize=(5.6, 5.6))
draw_first_group(axis)
draw_others(axis)
axis.axvline(printed["accuracy"], color=figures.PAPER, label="printed")
axis.set_yticks(range(len(ROWS)), ROWS)
axis.invert_yaxis()
axis.set_xlabel("accuracy (fraction of test rows)")
axis.legend(loc="upper center", bbox_to_anchor=(0.3, 1.2), ncols=2)
plt.show()

# %% tags=["hide-input"]
with_readings = pd.concat([with_readings, elsewhere[elsewhere["readings"]]])
as_printed = with_readings["scaler"] == AS_PRINTED
back_in = pd.concat(
    [no_readings.drop(kept.index), elsewhere[~elsewhere["readings"]]]
)
groups = {
    "the 28 columns, balanced rows": balanced_28,
    "the 28 columns, no oversampling": on_all_rows["test"],
    "also Flgs or Packet_num": back_in["test"],
    "with readings, scaled as printed": with_readings[as_printed]["test"],
    "with readings, scaled otherwise": pd.concat(
        [with_readings[~as_printed]["test"], warm_found]
    ),
}
# %% tags=["hide-input"]
assert sum(map(len, groups.values())) == len(tried) + sum(
    map(len, CHANGED.values())
)
# %% tags=["hide-input"] caption="Accuracy of all attempts, by columns and scaling."
pd.DataFrame(
    {
        name: {
            "attempts": len(found),
            "best": round(found.max(), 3),
            "of 0.95 or more": (found >= 0.95).sum(),
        }
        for name, found in groups.items()
    }
).T

# %% tags=["hide-input", "hide-output"] caption="The ten attempts of the first group with the highest accuracy."
tried.sort_values("test", ascending=False).head(10).round(4)

# %% [markdown]
# On the 28 columns nothing among these helps the network enough, though a tree has {book}`xmednn.table1.dt.accuracy` on them: the rows can be told, or remembered, without readings. `Packet_num` helps, as a clock would. What reaches 0.95 has
# the device readings among its columns. That contradicts the paper at least three times: it says that
# the readings were removed (and with them the inputs are more than its 28), and each has at least two of a lower rate, another scaler, wider layers and more epochs than it prints.
#
# ## Ten seeds of some of them
#
# One network has a spread of its own. So here are all seeds of the printed settings, of other rates
# and batches, of the rate and epochs that fit best with the printed layers and scaling, and of the first group's best in test (its seed counted again). Ten seeds of wider
# layers would take too long for this page; of those with readings there are three. These are choices counted already. Further
# seeds with readings (of layers twice as wide), the printed layers with them, both columns together, errors, the network of the tenth fold and XGBoost
# were added when first results were known.

# %%
own_best = tried.sort_values("test", ascending=False).iloc[0]
scaled_as_printed = cross_28[cross_28["scaler"] == AS_PRINTED]
narrowest = scaled_as_printed[scaled_as_printed["layers"] == PRINTED]
fits_best = narrowest.loc[narrowest["best in training"].idxmax()]

# %%
SETTINGS = {
    "as printed": {},
    "rate 0.003": {"rate": 0.003},
    "rate 0.001": {"rate": 0.001},
    "batches of 100": {"batch": 100},
    "fits its rows best": {
        "rate": fits_best["rate"],
        "epochs": int(fits_best["epochs"]),
    },
}
printed_splits = [attempt(COLUMNS[0], "minimum, maximum", one) for one in seeds]


# %%
def over_seeds(splits, own_settings):
    pairs = zip(splits, fit_dense(splits, own_settings)[0], strict=True)
    return pd.Series([np.mean((c > 0.5) == (s.test_labels == 1)) for s, c in pairs])


by_setting = {
    name: over_seeds(printed_splits, settings(printed_splits[0], **how))
    for name, how in SETTINGS.items()
}
# %%
columns, scaler = (own_best["back"], own_best["readings"]), own_best["scaler"]
best_splits = [attempt(columns, scaler, one) for one in seeds]
best_settings = settings(best_splits[0], own_best["rate"])
by_setting["best attempt"] = over_seeds(best_splits, best_settings)

# %%
of_width = cross[cross["readings"] & (cross["layers"] == TWICE)]
wide = of_width.sort_values("test").iloc[-1]
wide_splits = [attempt(READINGS, wide["scaler"], one) for one in seeds[1:3]]
hidden = tuple(map(int, wide["layers"].split(", ")))
how = {"hidden": hidden, "epochs": int(wide["epochs"])}
wide_settings = settings(wide_splits[0], wide["rate"], **how)
wide_chances, _ = fit_dense(wide_splits, wide_settings)
others_of_wide = map(accuracy_of, wide_chances, wide_splits)
by_setting["readings, twice as wide"] = pd.Series([wide["test"], *others_of_wide])

# %% tags=["hide-input"] caption="Accuracy over ten seeds, over three in the last row, difference from as printed [95 % interval]."
from lib.methods.differences import mean_with_interval


def gain(name):
    own = by_setting[name]
    found = {"mean": own.mean(), "least": own.min(), "greatest": own.max()}
    differences = (own - by_setting["as printed"]).dropna()
    against = {"against as printed": mean_with_interval(differences)}
    return {key: round(value, 3) for key, value in found.items()} | against


pd.DataFrame({name: gain(name) for name in by_setting}).T

# %% [markdown]
# On the 28 columns what fits its rows best with printed layers and scaling, a lower rate for four times the epochs, gains a
# little on the printed settings and reaches {book}`xmednn.search.fits_best`; at the printed number of epochs the middle one of three rates gains
# less, with an interval that just leaves zero out, and no other rival is told from them. The best attempt of the first group has flags and packet number beside the readings. That `Flgs` or `Packet_num` are needed, these attempts do not
# show: with readings alone the wide network, trained for long, has {book}`xmednn.search.wide_again` over three seeds (the first chose it), about what is printed, and the
# printed layers, on the first, as much.

# %% tags=["hide-input", "hide-output"] caption="The best attempt of the first group on the ten folds of the paper's Table 2, beside print: one seed."
folds = folds_of(columns, scaler)
chances, _ = fit_dense(folds, settings(folds[0], own_best["rate"]))
on_folds = pd.DataFrame(
    paper_scores(split.test_labels, chance > 0.5, "binary")
    for split, chance in zip(folds, chances, strict=True)
).mean()
mean_printed = claims.published_values("xmednn.table2.mean.*", by="metric")
pd.DataFrame({"printed": mean_printed, "best attempt": on_folds}).T.round(4)

# %% [markdown]
# Long training with readings alone, standardised, was also done on each of the ten folds, once and outside this page's run, as it
# takes minutes (`data/outside/xmednn_folds.py`; one seed, folded). Printed layers and those twice as wide end a few thousandths
# below print; over the folds the interval of the former just leaves out zero, that of the latter does not (with sums in another order it did), and both are too narrow, as folds share training rows. They make about as many false alarms as
# the printed folds imply and miss at least fifteen times as many attacks.

# %% tags=["hide-input"]
place = book / "data" / "outside" / "xmednn_folds.json"
long_run = json.loads(place.read_text(encoding="utf-8"))
in_print = np.array(in_print)


def over_folds(looks):
    found = pd.DataFrame(looks)
    accuracy = found["test"].to_numpy()
    row = dict(zip(numbers, accuracy.round(3), strict=True))
    row |= {"mean": accuracy.mean().round(3)}
    row |= {"less print": mean_with_interval(accuracy - in_print)}
    return row | found[["false alarms", "missed attacks"]].sum().to_dict()


# %% tags=["hide-input", "hide-output"] caption="Accuracy by fold, layers and epochs, with readings, standardised, rate 0.003, one network a fold; difference to print over the folds [95 % interval]; errors over all."
print(f"Run once, on {long_run['run on']}, with seed {long_run['seed']}.")
by_look = {
    f"{layers}; {look} epochs": over_folds([one[look] for one in of_folds.values()])
    for layers, of_folds in ((name, long_run[name]) for name in (PRINTED, TWICE))
    for look in ("150", "600")
}
pd.DataFrame(by_look).T

# %% [markdown]
# ## A witness against it
#
# The classical classifiers stand in the same table and were trained, as the paper says, on the same
# rows and columns. Their printed rows fit one confusion matrix each: which choice comes nearest to it?

# %%
WITNESSES = {
    "as printed": (("the 28", False), "minimum, maximum"),
    "with readings": (("the 28", True), "minimum, maximum"),
    "standardised": (("the 28", False), "standardised"),
    "with readings, standardised": (("the 28", True), "standardised"),
    "with Packet_num": (("Packet_num", False), "minimum, maximum"),
    "with Flgs": (("Flgs", False), "minimum, maximum"),
}


# %% tags=["hide-input"]
def mean_errors(name, columns, scaler):
    splits = [attempt(columns, scaler, one) for one in seeds[:3]]
    pairs = zip(splits, fit_classical(CLASSICAL[name], splits), strict=True)
    counts = pd.DataFrame(
        confusion(s.test_labels, c > 0.5) for s, c in pairs
    ).mean()
    return f"{counts['fp']:.0f} / {counts['fn']:.0f}"


# %% tags=["hide-input"]
def printed_errors(name):
    row = claims.published_values(f"xmednn.table1.{name}.*", by="metric")
    scores = {key: row[key] for key in ("accuracy", "precision", "recall", "f1")}
    _, missed, alarms, _ = arithmetic.confusion_matrices(
        (4694, 4725), scores, "macro", truncation=True
    )[0]
    return f"{alarms} / {missed}"


# %% tags=["hide-input"] caption="Errors that each choice gives, means of three seeds, beside the printed ones."
from lib.methods import arithmetic

witness = pd.DataFrame(
    {
        figures.NAMES[name]: {"printed": printed_errors(name)}
        | {choice: mean_errors(name, *how) for choice, how in WITNESSES.items()}
        for name in ("lr", "gnb", "dt", "xgb")
    }
)
witness.rename_axis("false alarms / missed attacks")

# %% tags=["hide-input", "hide-output"] caption="Errors of the network, printed and of the last two of three seeds with readings, twice as wide."
errors = [
    confusion(split.test_labels, chance > 0.5)
    for chance, split in zip(wide_chances, wide_splits, strict=True)
]
of_wide = [f"{one['fp']} / {one['fn']}" for one in errors]
pd.DataFrame(
    {"printed": [printed_errors("dnn")], "of ours": ["; ".join(of_wide)]},
    index=["false alarms / missed attacks"],
)

# %% tags=["hide-input"] caption="Accuracy and errors of the networks with readings, trained four times as long, one seed each."
long = cross[cross["readings"] & (cross["epochs"] == LONG)]
errors_of = ["false alarms", "missed attacks"]
long[["layers", "scaler", "rate", "test", *errors_of]].round(3)

# %% [markdown]
# The first three come out near print with the 28 columns scaled as printed. That alone is no news: our seven
# removed columns were [chosen](01_data.ipynb) by nearness to these rows, without readings and scaled so.
# (XGBoost's printed row is not among them: at its defaults it makes fewer errors of both kinds already, so that one row of the four does not bear the condition below.) Nor was the choice
# repeated with readings, where other seven might come as near. With readings the
# tree raises
# too few false alarms, XGBoost still fewer of both errors, and logistic regression misses too few attacks; naive Bayes hardly notices
# them. Standardised columns, or `Flgs`, move logistic regression and naive Bayes away, and
# `Packet_num` the tree and XGBoost. If the authors left these classifiers at their libraries' defaults, as we did (three seeds), and if the network saw what they saw, that speaks against readings and standardised
# columns in it; under other settings of theirs it need not. If the network saw something else, the
# table compares classifiers on different data. Of the three seeds with readings, twice as wide, the first misses a few more attacks than the printed row implies; the others (folded) about twice and six times as many. In the last table the others that reach 0.95 miss more than twice as many, and two at the printed rate, of lower accuracy, fewer, with about three times the false alarms. So errors alone do not rule such a network out. What gave the printed score we cannot tell.

# %% tags=["remove-cell"]
SPLIT = "on the split of Table 1"
counted = len(tried) + sum(map(len, CHANGED.values()))
readings_alone = with_readings[with_readings["back"] == "the 28"]["test"]
best_epoch = [kept, cross_28, others.drop(on_all_rows.index)]
best_epoch = max(found["best in test"].max() for found in best_epoch)
recorder.add("xmednn.search.attempts", counted, SPLIT, True)
recorder.add("xmednn.search.activations.best", max(activations.values()), SPLIT)
recorder.add("xmednn.search.best", with_readings["test"].max(), SPLIT)

# %% tags=["remove-cell"]
recorder.add("xmednn.search.readings.best", readings_alone.max(), SPLIT)
recorder.add("xmednn.search.network_columns.best", balanced_28.max(), SPLIT)
recorder.add("xmednn.search.network_columns.best_epoch", best_epoch, SPLIT)
recorder.add("xmednn.search.no_readings.best", back_in["test"].max(), SPLIT)
recorder.add("xmednn.search.no_oversampling", on_all_rows["test"], "25 % tested")
recorder.add("xmednn.search.printed.accuracy", by_setting["as printed"], SPLIT)
recorder.add("xmednn.search.best_again", by_setting["best attempt"], SPLIT)
recorder.add(
    "xmednn.search.wide_again", by_setting["readings, twice as wide"], SPLIT
)
wide_best = of_width["best in test"].max()
recorder.add("xmednn.search.readings.best_epoch", wide_best, SPLIT)
recorder.add("xmednn.search.first_group.best", tried["test"].max(), SPLIT)
as_printed_best = with_readings[as_printed]["test"].max()
recorder.add("xmednn.search.readings.scaled_as_printed", as_printed_best, SPLIT)

# %% tags=["remove-cell"]
ends = long.groupby(["layers", "scaler"])["test"].max()
for name, scaler in {"as_print": AS_PRINTED, "standard": STANDARDISED}.items():
    id = f"xmednn.search.readings.printed_layers.{name}"
    recorder.add(id, ends[PRINTED, scaler], SPLIT)
    id = f"xmednn.search.readings.wide.{name}"
    recorder.add(id, ends[TWICE, scaler], SPLIT)
both = elsewhere[elsewhere["back"] == BOTH[0]]["test"]
recorder.add("xmednn.search.no_readings.both", both.max(), SPLIT)

# %% tags=["remove-cell"]
of_rule = nearest[AS_PRINTED]["test"]
recorder.add("xmednn.search.nearest_row.accuracy", of_rule, SPLIT)
recorder.add("xmednn.search.nearest_row.ranks", nearest[RANKS]["test"], SPLIT)
recorder.add("xmednn.search.nearest_row.copied", copies, SPLIT)
for name, error in {"alarms": ERRORS[0], "missed": ERRORS[1]}.items():
    id = f"xmednn.search.nearest_row.{name}"
    recorder.add(id, nearest[RANKS][error], SPLIT)

# %% tags=["remove-cell"]
in_widest, kept_run = known["layers"] == WIDEST, f"{SPLIT}, a kept run"
last = known.columns[-4]  # the last number of epochs
by_ranks = known[in_widest & (known["scaler"] == RANKS)].mean(numeric_only=True)
heart = {"accuracy": by_ranks[last], "training": by_ranks["in training"]}
heart |= {"missed": by_ranks[ERRORS[1]], "alarms": by_ranks[ERRORS[0]]}
heart["otherwise"] = known[in_widest & (known["scaler"] != RANKS)][last].max()
heart["narrower"] = known[~in_widest][last].max()
for name, value in heart.items():
    recorder.add(f"xmednn.search.by_heart.{name}", value, kept_run, True)

# %% tags=["remove-cell"]
APART = "split before attacks are repeated"
SHORT = {"test": "accuracy", ERRORS[0]: "alarms", ERRORS[1]: "missed"}
for key, name in SHORT.items():
    id = f"xmednn.search.nearest_row.one_side.{name}"
    recorder.add(id, nearest_apart[key], APART)
of_widest, of_printed = ended.iloc[-2], ended.iloc[-1]
for key, name in (SHORT | {"training": "training"}).items():
    id = f"xmednn.search.by_heart.one_side.{name}"
    recorder.add(id, of_widest[key], f"{APART}, a kept run", True)
    id = f"xmednn.search.printed.one_side.{name}"
    recorder.add(id, of_printed[key], f"{APART}, a kept run", True)

# %% tags=["remove-cell"]
recorder.add("xmednn.search.fits_best", by_setting["fits its rows best"], SPLIT)
for fold, scores in warm.iterrows():
    id = f"xmednn.search.trained_on.fold{fold:02d}"
    recorder.add_scores(
        id, scores.to_frame().T, protocol="one network, folds in order"
    )

# %% tags=["remove-cell"]
trained_on = warm_readings.iloc[:, -1]
IN_ORDER = "one network, folds in order"
recorder.add("xmednn.search.trained_on.readings", trained_on.mean(), IN_ORDER)
recorder.add("xmednn.search.trained_on.last", trained_on.iloc[-1], IN_ORDER)
recorder.add("xmednn.search.trained_on.missed", missed_with_readings, IN_ORDER)
recorder.add("xmednn.search.trained_on.alone", alone.iloc[-1], "the tenth fold")
recorder.add("xmednn.search.folds.accuracy", on_folds["accuracy"], "ten folds")
recorder.add("xmednn.search.folds.f1", on_folds["f1"], "ten folds")
rivals = [by_setting[name] for name in list(SETTINGS)[1:]]
strongest = max(rivals, key=lambda values: values.mean())
recorder.add("xmednn.search.hyperparameters.accuracy", strongest, SPLIT)
recorder.save()
