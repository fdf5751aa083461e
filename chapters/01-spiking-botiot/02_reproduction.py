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
# # Reproduction: the network of Table V, trained again
#
# :::{admonition} Finding
# :class: finding
# On rows of the paper's own set the networks with 72 and 240 neurons score, from 1 000 samples on, on
# average about as printed or higher: a macro F1 of {book}`botiot.table_v.1000_72.f1` with 1 000 samples and 72
# neurons, printed {published}`botiot.table_v.1000_72.f1`, and {book}`botiot.table_v.10000_240.f1` with
# 10 000 and 240, printed {published}`botiot.table_v.10000_240.f1`. A random forest
# is on average two points ahead of the former, by an interval that holds zero (a single tree's does not), and half a point of the latter; a dense
# network of the same size is behind both at their learning rate, and at ten times that not told from them. Four of the six features are rebuilt; on the stored columns
# alone the mean of 72 neurons is one to two points below the print, which lies inside the 95 % interval of that mean. 20 neurons have {book}`botiot.table_v.1000_20.f1`
# with ten in each layer, far below the print, and {book}`botiot.twenty.1000.layers.f1` with 20 in each,
# near it, the seeds of both lying far apart. As the paper says, 1 000 samples with 72 neurons train and
# test faster than 10 000 with 240.
# :::
#
# Here the paper's protocol is carried out as it is printed, on rows of the set that it names. The
# question is only whether the printed numbers come out. What the scores rest on is the
# [next page's](03_audit.ipynb) question.

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

# %% tags=["hide-input"]
from lib.papers import botiot
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

source = botiot.part.load()
complete = botiot.part.complete(source)
table = botiot.paper_table(complete)
notebook = "01-spiking-botiot/02_reproduction"
recorder = Recorder(notebook, source, profile, seed, replicates)
seeds = list(range(seed, seed + replicates))
run_banner(source, profile, seed, replicates)

# %% [markdown]
# ## The protocol as printed
#
# *Section III.* Six columns, written as 18 inputs, and three classes. The rows at hand are a seventieth
# of the 5 % set, by their classes a draw by chance, with four of the six columns rebuilt; the [data page](01_data.ipynb) shows
# both. From them we draw 500, 1 000 or 10 000 rows at the set's shares, without repetition, and split
# each draw 80:20. Both keep the shares of the classes, so that every test holds all three.

# %% tags=["hide-input"]
BIG = {"full": 10_000, "quick": 2_000}[profile]

# %% [markdown]
# The next cells state the network in full. Two layers of **leaky integrate-and-fire** neurons share
# the hidden neurons equally. A neuron keeps a share `beta` of its membrane potential from one time
# step to the next, adds its input current, and when the potential exceeds 1 it sends a spike and
# loses 1. Three linear layers lead from the 18 inputs to the first layer, on to the second, and out
# to three classes. A spike has no useful derivative; backward, that of a **fast sigmoid** stands in.
# A row is shown for ten steps, its numbers being the input current at each. Adam minimises
# cross-entropy, its two decay rates being {published}`botiot.setting.beta_1` and
# {published}`botiot.setting.beta_2`. The quick profile trains for a few epochs and says nothing about
# the paper.

# %% tags=["method"]
from lib.methods.spiking import SpikingSettings

EPOCHS = {"full": 300, "quick": 8}[profile]
printed = SpikingSettings(
    inputs=len(botiot.FEATURES),
    hidden=240,
    classes=len(botiot.CLASSES),
    steps=10,
    beta=0.95,
    learning_rate=1e-4,
    epochs=EPOCHS,
    batch_size=100,
)

# %% [markdown]
# `train_stacked` trains one network a {term}`replicate`, all together. Outputs, gradients and 50
# updates equal those of snntorch, the paper's library (`tests/test_spiking.py`). A replicate has its
# own draw of rows, split, first weights and order of training.

# %%
from lib.methods.scores import multiclass_scores
from lib.methods.spiking import SpikingTask, class_chances, train_stacked


def fit(splits, settings, train=train_stacked):
    tasks = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in splits]
    trained = train(tasks, settings)
    pairs = zip(trained.networks, splits)
    return trained, [class_chances(net, s.test_features) for net, s in pairs]


# %%
import pandas as pd

KEYS = [name.lower() for name in botiot.CLASSES]


def scores_of(splits, chances):
    rows = [
        multiclass_scores(s.test_labels, c, KEYS) for s, c in zip(splits, chances)
    ]
    found = pd.DataFrame(rows, index=[s.seed for s in splits])
    return found.assign(f1=found["f1_macro"])


# %% tags=["hide-input"]
import numpy as np
from lib.methods.splits import scaled_split, split_rows
from sklearn.preprocessing import FunctionTransformer


def samples_split(rows, size, one):
    chosen = botiot.natural_mix(rows.subcategories, size, one)
    return split_rows(chosen, rows.labels, one, test_share=0.2)


def prepared(rows, size, one, split=samples_split, scaler=FunctionTransformer):
    features, halves = rows.features.to_numpy(), split(rows, size, one)
    return scaled_split(features, rows.labels, halves, one, scaler=scaler)


# %% [markdown]
# ## Table V
#
# Every setting is trained on every seed; settings of one size share their draws. Where the text is
# silent we add nothing: inputs are not scaled and enter at every step, outputs are summed over the
# steps, 20 neurons are ten in each layer, as 240 are 120 and 72 are 36. Weights change after each batch;
# the text speaks of mini-batches and of updates "after each epoch". What that and other readings give
# is shown {ref}`below <botiot-readings>`.

# %% tags=["hide-input"]
from lib import claims

PRINTED = {
    id.split(".")[2]: value
    for id, value in claims.published_values("botiot.table_v.*.f1").items()
}
SETTINGS = {name: tuple(map(int, name.split("_"))) for name in PRINTED}
SIZES = list(dict.fromkeys(size for size, _ in SETTINGS.values()))
splits = {
    size: [prepared(table, min(size, BIG), one) for one in seeds] for size in SIZES
}
fits = {
    name: fit(splits[size], printed.but(hidden=hidden))
    for name, (size, hidden) in SETTINGS.items()
}

# %% tags=["hide-input"]
scores = {
    name: scores_of(splits[SETTINGS[name][0]], chances)
    for name, (_, chances) in fits.items()
}

# %% [markdown]
# Beside the network stand, on the same rows, a decision tree and a random forest with scikit-learn's defaults, the answer
# that most training rows have, and a **dense network**: the same layers, first weights, batches and
# epochs, with a rectifier where the spiking one has a neuron. It is trained at the printed rate, and at
# ten times that rate, as on the [page on resources](04_beyond.ipynb), where it was set before this run.
# So that both kinds get both rates, the spiking network of up to 1 000 samples is, too.

# %% tags=["hide-input"]
from lib.common.parallel import each
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier


def answered_by(model, split):
    model.fit(split.train_features, split.train_labels)
    chances = np.zeros((len(split.test_labels), len(KEYS)))
    chances[:, model.classes_] = model.predict_proba(split.test_features)
    return chances


# %% tags=["hide-input"]
def forest_chances(split):
    return answered_by(RandomForestClassifier(random_state=split.seed), split)


def tree_chances(split):
    return answered_by(DecisionTreeClassifier(random_state=split.seed), split)


def majority_chances(split):
    return answered_by(DummyClassifier(strategy="most_frequent"), split)


# %% tags=["hide-input"]
def scored_by(chances_of, several):
    return scores_of(several, each(chances_of, several))


BASELINES = {"rf": forest_chances, "dt": tree_chances, "majority": majority_chances}
baselines = {
    (name, size): scored_by(chances_of, splits[size])
    for name, chances_of in BASELINES.items()
    for size in SIZES
}

# %% tags=["hide-input"]
from lib.methods.spiking.dense import train_dense

TEN_TIMES = 10 * printed.learning_rate
RATES = {"dense_same_rate": printed.learning_rate, "dense": TEN_TIMES}


def at_rate(name, rate, train):
    size, hidden = SETTINGS[name]
    own = printed.but(hidden=hidden, learning_rate=rate)
    return scores_of(splits[size], fit(splits[size], own, train)[1])


# %% tags=["hide-input"]
dense = {
    (kind, name): at_rate(name, rate, train_dense)
    for kind, rate in RATES.items()
    for name in SETTINGS
}

# %% tags=["hide-input"]
faster = {
    name: at_rate(name, TEN_TIMES, train_stacked)
    for name, (size, _) in SETTINGS.items()
    if size <= 1000
}


def lead(name, kind):
    """Macro F1 of the spiking network less the dense one's at the same rate."""
    own = scores if kind == "dense_same_rate" else faster
    return own[name]["f1"] - dense[kind, name]["f1"]


# %% tags=["remove-cell"]
MAIN = ["f1", "f1_weighted", "accuracy", "balanced_accuracy"]
IN_FIGURES = ("1000_72", "10000_240")
AREAS = [f"{curve}_auc_{key}" for curve in ("roc", "pr") for key in KEYS]


def record(id, found, protocol="as printed", dataset=source):
    for metric, values in found.items():
        if values.notna().any():
            kept = values.dropna()
            recorder.add(f"{id}.{metric}", kept, protocol, dataset=dataset)


# %% tags=["remove-cell"]
for name, found in scores.items():
    record(
        f"botiot.table_v.{name}",
        found[MAIN + (AREAS if name in IN_FIGURES else [])],
    )
for (name, size), found in baselines.items():
    record(f"botiot.ceiling.{size}.{name}", found[MAIN], "the same rows")

# %% tags=["remove-cell"]
for (kind, name), found in dense.items():
    how = f"the same rows, learning rate {RATES[kind]:g}"
    record(f"botiot.ceiling.{name}.{kind}", found[MAIN], how)
    if kind == "dense_same_rate" or name in faster:
        recorder.add(f"botiot.ceiling.{name}.{kind}.lead", lead(name, kind), how)
for name, found in faster.items():
    how = "ten times the printed learning rate"
    record(f"botiot.ceiling.{name}.snn_faster", found[MAIN], how)
recorder.save()

# %% tags=["hide-input"]
claims.matrix("botiot.table_v.*.f1")

# %% tags=["hide-input"]
from lib.methods.intervals import prediction_interval


def spread(values):
    known = len(values) > 2
    low, high = (
        prediction_interval(values) if known else (values.min(), values.max())
    )
    return low, min(high, 1)


def as_text(values):
    low, high = spread(values)
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


# %% tags=["hide-input"]
from lib.methods import figures

AVERAGES = {"f1": "macro F1", "f1_weighted": "weighted F1", "accuracy": "accuracy"}
BASELINE_TITLES = {key: figures.NAMES[key] for key in BASELINES}

# %% tags=["hide-output", "hide-input"] caption="Scores of each setting, mean of ten seeds [95 % prediction interval of one more run]. Micro F1 equals the accuracy."
pd.DataFrame(
    {"printed": PRINTED}
    | {
        title: {name: as_text(found[average]) for name, found in scores.items()}
        for average, title in AVERAGES.items()
    }
    | {
        f"{title}, macro F1": {
            name: f"{baselines[key, size]['f1'].mean():.3f}"
            for name, (size, _) in SETTINGS.items()
        }
        for key, title in BASELINE_TITLES.items()
    }
).rename(index=lambda name: name.replace("_", " samples, ") + " neurons")

# %% tags=["hide-input"]
from lib.methods.differences import mean_with_interval

BESIDE = {
    "spiking": scores,
    "dense": {name: dense["dense_same_rate", name] for name in SETTINGS},
    "spiking, ten times the rate": faster,
    "dense, ten times the rate": {name: dense["dense", name] for name in SETTINGS},
}
beside = {
    title: {name: f"{found['f1'].mean():.3f}" for name, found in own.items()}
    for title, own in BESIDE.items()
}
LEADS = {"dense_same_rate": "less dense", "dense": "less dense, ten times the rate"}

# %% tags=["hide-output", "hide-input"] caption="Macro F1 of the network and of a dense one of its size at both rates, means of ten seeds, and spiking less dense at one rate [95 % interval of the mean paired difference]."
beside |= {
    title: {
        name: mean_with_interval(lead(name, kind))
        for name in (faster if kind == "dense" else SETTINGS)
    }
    for kind, title in LEADS.items()
}
pd.DataFrame(beside).fillna("").rename(
    index=lambda name: name.replace("_", " samples, ") + " neurons"
)

# %% tags=["hide-input"]
from lib.common.numerals import grouped


def draw_setting(axis, place, name, found):
    forest = baselines["rf", SETTINGS[name][0]]["f1"].mean()
    colour, of_forest = figures.COLOURS["snn"], figures.COLOURS["rf"]
    axis.vlines(place, *spread(found["f1"]), color=colour, linewidth=3)
    axis.plot(place, found["f1"].mean(), "o", color=colour)
    axis.plot(place + 0.2, forest, "o", color=of_forest, mfc="white", ms=5)
    for kind, marker in (("dense_same_rate", "v"), ("dense", "^")):
        middle, own = dense[kind, name]["f1"].mean(), figures.COLOURS["dense"]
        axis.plot(place - 0.2, middle, marker, color=own, mfc="white", ms=5)
    axis.plot(place, PRINTED[name], "x", color=figures.PAPER, mew=2)


# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Macro F1 of the settings of Table V. Crosses: printed. Points and bars: this run on rows of the same set, mean and 95 % prediction interval over replicates, cut off at 1. Hollow, means on the same rows: a random forest (circles), a dense network at the printed learning rate (triangles down) and at ten times that (triangles up).", "name": "fig-botiot-table-v"}, "image": {"alt": "Seven settings from left to right. The crosses lie between {published}`botiot.table_v.500_20.f1` and {published}`botiot.table_v.1000_240.f1`. With 72 and 240 neurons the bars hold the crosses or lie close to them; with 20 neurons the points lie far below, at {book}`botiot.table_v.500_20.f1|.3f` for 500 samples and {book}`botiot.table_v.1000_20.f1|.3f` for 1,000, with long bars."}}
import matplotlib.pyplot as plt

figures.use_book_style()
figure, axis = plt.subplots(figsize=(5.6, 4))
for place, (name, found) in enumerate(scores.items()):
    draw_setting(axis, place, name, found)
ticks = [f"{grouped(size)}\n{hidden}" for size, hidden in SETTINGS.values()]
axis.set_xticks(range(len(ticks)), ticks)
axis.set(xlabel="samples, hidden neurons", ylabel="macro F1", ylim=(0, 1))
plt.show()

# %% [markdown]
# Choose a setting, or draw a seed:
#
# ```{explore}
# records: botiot.{classifier}.f1
# label: macro F1
# choose:
#   samples: {500: 500 samples, 1000: 1 000 samples, 10000: 10 000 samples}
#   neurons: {20: 20 neurons, 72: 72 neurons, 240: 240 neurons}
# rows:
#   classifier:
#     "table_v.{samples}_{neurons}": spiking network
#     "ceiling.{samples}.rf": random forest
#     "ceiling.{samples}.dt": decision tree
#     "ceiling.{samples}_{neurons}.dense_same_rate": dense network
#     "ceiling.{samples}_{neurons}.dense": dense network, ten times the rate
# printed: botiot.{classifier}.f1
# ```

# %% [markdown]
# With 72 and 240 neurons and 1 000 samples or more the mean macro F1 comes out about as printed or higher,
# and within two points of the forest's. A single tree, unpruned, has
# {book}`botiot.ceiling.1000.dt.f1` and {book}`botiot.ceiling.10000.dt.f1` (folded), ahead of both sizes with 10 000 samples and of 72 neurons with 1 000, by
# intervals that leave out zero. With 1 000 samples one run can lie anywhere in more than a
# tenth, so that other printed scores would have fitted, too. With 10 000 the intervals are narrow, and
# both prints lie below: with 240 neurons ten times the samples bring the paper nothing, and us about two points on average, a difference whose paired 95 % interval holds zero. At 240 neurons 500 samples scatter most: two or three scans are in a test of 100,
# and a third of macro F1 hangs on them; network, forest and tree are on average below the print. With
# 20 neurons, ten in each layer, the means are far below it; we come back to them.
#
# At the printed rate the spiking network is ahead of the dense one in every setting, by intervals that do not hold zero
# (folded), by about two hundredths with the most samples and neurons and some two tenths with the fewest. At ten times that rate the dense
# network lies, with 72 and 240 neurons, within two hundredths of the spiking one at the printed rate, told from it in one setting of five (behind). Where both have ten times the rate, up to 1 000 samples, the
# spiking network is on average ahead by half a hundredth to one and a half, and the interval leaves out zero with 1 000 samples and 20 or 72
# neurons. So up to 1 000 samples most of the lead goes with the rate, as in the [audit](03_audit.ipynb).

# %% [markdown]
# Table VI adds the accuracy of two settings (a random forest has {book}`botiot.ceiling.1000.rf.accuracy|.1%` and
# {book}`botiot.ceiling.10000.rf.accuracy|.1%` on the same rows):

# %% tags=["hide-input"]
claims.table("botiot.table_vi.1000_72.*", "botiot.table_vi.10000_240.*")

# %% [markdown]
# ## What the rebuilt columns could change
#
# Direction and state of about half of the TCP floods' flows are filled in (see the
# [data page](01_data.ipynb)). So the setting of 1 000 samples and 72 neurons is trained again, on the
# same draws: with each way to fill them, with the rows left out that are not settled, and with
# nothing but the columns that the file stores, protocol, packets and rate.

# %% tags=["hide-input"]
from dataclasses import replace

known = botiot.load("flows")


def filled(filling):
    return botiot.paper_table(botiot.part.complete(source, filling, known))


def stored_alone():
    columns = table.features[list(botiot.FEATURES[:4])]
    stored = complete[["pkts", "rate"]].iloc[table.rows].reset_index(drop=True)
    return replace(table, features=columns.join(stored).astype(np.float32))


# %% tags=["hide-input"]
FILLINGS = {
    "answered": "answered connections are reset",
    "refused": "every answer is a refusal",
    "requested": "the state as without answer",
    "looked_up": "looked up in the full set's rows",
}
bracket = {f: filled(f) for f in FILLINGS}
bracket["settled"] = table.take(complete["settled"].to_numpy()[table.rows])
bracket["stored"] = stored_alone()
FILLINGS |= {"settled": "unsettled rows left out", "stored": "stored columns alone"}


# %% tags=["hide-input"]
def in_bracket(rows):
    several = [prepared(rows, 1000, one) for one in seeds]
    inputs = rows.features.shape[1]
    chances = fit(several, printed.but(hidden=72, inputs=inputs))[1]
    return scores_of(several, chances), scored_by(forest_chances, several)


bracketed = {name: in_bracket(rows) for name, rows in bracket.items()}
for name, found in bracketed.items():
    for key, own in zip(("snn", "rf"), found):
        id = f"botiot.bracket.{name}.{key}"
        record(id, own[["f1", "accuracy"]], FILLINGS[name])
recorder.save()

# %% tags=["hide-input"] caption="Scores by filling, means over ten seeds [95 % prediction interval of one run]."
pd.DataFrame(
    {
        FILLINGS[name]: {
            "rows": f"{len(bracket[name]):,}",
            "72 neurons, macro F1": as_text(network["f1"]),
            "accuracy": as_text(network["accuracy"]),
            "random forest, macro F1": as_text(forest["f1"]),
        }
        for name, (network, forest) in bracketed.items()
    }
).T

# %% [markdown]
# No way of filling, and not even the stored columns alone, which nothing rebuilt enters, takes the mean
# of 72 neurons far from the print. On the settled rows network and forest score higher in the mean.
#
# (botiot-readings)=
# ## What the text leaves open
#
# One point is changed at a time, three seeds each. The first line is our reading (the table calls it nearest to the text). It updates after each batch of 100;
# once an epoch, as the text says, is a line below. Whatever scales learns from the training rows.

# %% tags=["hide-input"]
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler


def logarithms():
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler())


def samples_train(rows, size, one):
    return samples_split(rows, size * 5 // 4, one)


# %% tags=["hide-input"]
READINGS = {
    "text": ("nearest to the text", {}),
    "standardised": ("inputs standardised", {"scaler": StandardScaler}),
    "min_max": ("inputs scaled to [0, 1]", {"scaler": MinMaxScaler}),
    "logarithms": ("logarithms standardised", {"scaler": logarithms}),
    "first": ("input at the first step alone", {"shown": 1}),
    "all_train": ("all samples train", {"split": samples_train}),
    "layers": ("20 neurons in each layer", {"layers": True}),
}

# %% tags=["hide-input"]
READ_OUTS = {
    "mean": "mean of the steps",
    "last": "last step",
    "each": "loss at each step",
    "spikes": "output spikes counted",
    "membrane": "output membranes",
}
READINGS |= {k: (title, {"readout": k}) for k, title in READ_OUTS.items()}
UPDATES = {"step": "update at every step", "epoch": "update once an epoch"}
READINGS |= {k: (title, {"update": k}) for k, title in UPDATES.items()}
READINGS |= {
    f"slope_{s}": (f"slope {s}, not 25", {"slope": s}) for s in (1, 5, 100)
}

# %% tags=["hide-input"]
TRIALS = {"full": seeds[:3], "quick": seeds[:1]}[profile]
CELLS = ("500_20", "500_240", "1000_20", "1000_72", "1000_240")


def tried(name, how):
    size, hidden = SETTINGS[name]
    own = {
        k: v for k, v in how.items() if k in ("readout", "update", "shown", "slope")
    }
    rows = {k: v for k, v in how.items() if k in ("split", "scaler")}
    several = [prepared(table, size, one, **rows) for one in TRIALS]
    doubled = 2 if "layers" in how else 1
    return scores_of(
        several, fit(several, printed.but(hidden=hidden * doubled, **own))[1]
    )


# %% tags=["hide-input"]
def applies(name, how):
    return "layers" not in how or SETTINGS[name][1] == 20


trials = {
    (reading, name): tried(name, how)
    for reading, (_, how) in READINGS.items()
    for name in CELLS
    if applies(name, how)
}

# %% tags=["hide-input"]
import json

place = book / "data" / "outside" / "botiot_readings.json"
kept = json.loads(place.read_text(encoding="utf-8"))
KEPT = ("10000_72", "10000_240")
once = {
    (reading, name): pd.DataFrame(values).rename(columns={"f1_macro": "f1"})
    for name in KEPT
    for reading, values in kept[name].items()
}

# %% tags=["hide-input"]
every = trials | once
RANGE, INTERVAL = "range", "interval"
SIGNS = {RANGE: "✓", INTERVAL: "○"}


def fits_cell(reading, name, kind):
    """Whether the printed score lies among three seeds, or where one more may."""
    values = every[reading, name]["f1"]
    wide = kind == INTERVAL
    low, high = spread(values) if wide else (values.min(), values.max())
    return bool(low <= PRINTED[name] <= high)


# %% tags=["hide-input"]
def counted(name):
    several = {kind: fits_of[kind][name].eq(True).sum() for kind in SIGNS}
    asked = sum(cell == name for _, cell in every)
    return {
        "readings with ✓": f"{several[RANGE]} of {asked}",
        "with ✓ or ○": f"{several[INTERVAL]} of {asked}",
    }


# %% tags=["remove-cell"]
for (reading, name), found in trials.items():
    id, protocol = f"botiot.reading.{reading}.{name}", READINGS[reading][0]
    recorder.add_scores(id, found[["f1", "accuracy"]], protocol=protocol)
recorder.save()

# %% tags=["remove-cell"]
fits_of = {
    kind: pd.Series({cell: fits_cell(*cell, kind) for cell in every}).unstack()
    for kind in (RANGE, INTERVAL)
}
for kind, found in fits_of.items():
    for name in CELLS + KEPT:
        id, how = f"botiot.reading.fits.{name}.{kind}", "counted over the readings"
        recorder.add(id, found[name].eq(True).sum(), how, name in KEPT)
    throughout = found.ne(False).all(axis=1)  # in the cells that the reading has
    recorder.add(f"botiot.reading.fits.all.{kind}", throughout.sum(), how)
recorder.save()


# %% tags=["hide-input"]
def cell_text(reading, name):
    sign = next((s for k, s in SIGNS.items() if fits_cell(reading, name, k)), "✗")
    return f"{every[reading, name]['f1'].mean():.3f} {sign}"


# %% tags=["hide-input"] caption="Macro F1 by reading and setting, means over three seeds. With ✓ the printed score lies in the range of the three; with ○ outside it, and in the 95 % prediction interval of one more run, which of three seeds is wide; with ✗ outside both."
def column_of(name):
    own = {
        title: cell_text(reading, name)
        for reading, (title, _) in READINGS.items()
        if (reading, name) in every
    }
    return {"printed": f"{PRINTED[name]:.3f}"} | own | counted(name)


cells = {
    f"{name.replace('_', ' samples, ')} neurons": column_of(name)
    for name in CELLS + KEPT
}
pd.DataFrame(cells).fillna("").rename_axis("macro F1, mean of three seeds")

# %% [markdown]
# The printed score lies in the range of the three seeds for {book}`botiot.reading.fits.1000_72.range|.0f` readings with
# 1 000 samples and 72 neurons, {book}`botiot.reading.fits.500_240.range|.0f` with 500 and 240,
# {book}`botiot.reading.fits.1000_20.range|.0f` with 1 000 and 20 and {book}`botiot.reading.fits.500_20.range|.0f` with 500 and
# 20, and {book}`botiot.reading.fits.1000_240.range|.0f` with 1 000 and 240; for {book}`botiot.reading.fits.all.range|.0f` in every cell that they have. With 10 000 samples, run once outside this page
# (`data/outside/botiot_readings.py`), it does for {book}`botiot.reading.fits.10000_72.range|.0f` with 72 neurons (two more in three digits) and
# {book}`botiot.reading.fits.10000_240.range|.0f` with 240; most others lie above it. A range of three is narrow: one more run
# lies outside it half of the time. By the interval for one more run (○), which three seeds make wide, {book}`botiot.reading.fits.10000_240.interval|.0f` hold
# it there, ours not; and {book}`botiot.reading.fits.all.interval|.0f` in every cell of theirs: 20 in each layer, an update at every step, output
# membranes and counted output spikes. With 1 000 samples and 72 neurons, one update an epoch, input at the
# first step alone, inputs scaled to [0, 1], the last step's output and counted output spikes have means far below
# the print; of all, only the first and the mean of the steps have ✗. Nothing decides; the page uses the first line.
# With 500 samples and 20 neurons no mean comes near the print; with 1 000, that of 20 in each layer alone.
#
# ## What 20 neurons would need
#
# Are 20 neurons too few, or not yet trained? With ten in each layer, what the text states is changed,
# on three seeds; and 20 in each layer get every seed, as the text is read first and with one reading changed
# that left it open (folded).

# %% tags=["hide-input"]
MORE = {
    "printed": ("ten in each layer, as printed", {}),
    "rate": ("ten times the learning rate", {"learning_rate": 1e-3}),
    "epochs": ("ten times the epochs", {"epochs": 10 * EPOCHS}),
    "layers": ("20 in each layer", {}),
    "layers_step": ("20 in each, update at every step", {"update": "step"}),
    "layers_slope_1": ("20 in each, slope 1", {"slope": 1}),
    "layers_slope_5": ("20 in each, slope 5", {"slope": 5}),
    "layers_all_train": ("20 in each, all samples train", {}),
}


# %% tags=["hide-input"]
def drawn_for(size, name):
    if name == "layers_all_train":
        how = {"split": samples_train}
        return [prepared(table, size, one, **how) for one in seeds]
    return splits[size] if "layers" in name else splits[size][: len(TRIALS)]


# %% tags=["hide-input"]
def twenty_of(size, name):
    own = {"hidden": 40 if "layers" in name else 20} | MORE[name][1]
    several = drawn_for(size, name)
    trained, chances = fit(several, printed.but(**own))
    return trained.loss[:, -1].mean(), scores_of(several, chances)


twenty = {(s, name): twenty_of(s, name) for s in (500, 1000) for name in MORE}

# %% tags=["hide-input"]
for (size, name), (_, found) in twenty.items():
    record(f"botiot.twenty.{size}.{name}", found[["f1", "accuracy"]], MORE[name][0])
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Macro F1 and accuracy of 20 neurons, means over the seeds, and macro F1's range."
pd.DataFrame(
    {
        (f"{size} samples", MORE[name][0]): {
            "seeds": len(found),
            "loss of the last epoch": f"{loss:.2f}",
            "accuracy": f"{found['accuracy'].mean():.3f}",
            "macro F1": f"{found['f1'].mean():.3f}",
            "lowest and highest": f"{found['f1'].min():.3f}, {found['f1'].max():.3f}",
            "printed": f"{PRINTED[f'{size}_20']:.3f}",
        }
        for (size, name), (loss, found) in twenty.items()
    }
).T

# %% [markdown]
# The text leaves open how 20 neurons are shared out. With 20 in each layer and 1 000 samples the printed
# rate and epochs come near the printed score in the mean and pass it in some seeds; with another slope of the surrogate the mean comes to it
# ({book}`botiot.twenty.1000.layers_slope_1.f1` and {book}`botiot.twenty.1000.layers_slope_5.f1`), a gain not told from none. With 500
# samples no seed of 20 in each layer does; nearest is an update at every step, {book}`botiot.twenty.500.layers_step.f1`. The network of ten in each is not yet trained when the printed epochs end: its last loss
# is still high, and ten times the rate or the epochs bring the score near the print or above it.

# %% [markdown]
# ## The times of Table V
#
# Seconds belong to a machine, so the printed ones are not judged one by one. Judged are the order
# of the settings and, for training, the growth from 1 000 samples to 10 000. We take snntorch's own
# loop, as the paper did, train one network at a time for two epochs on one thread, and test it on a
# fifth of the rows. Each time is divided by that of 10 000 samples and 240 neurons. A time depends
# on what else the machine does, and that of the published run had other work; so all settings are
# timed in turn, and ratios taken within a round.

# %% tags=["hide-input"]
from time import perf_counter

from lib.methods.spiking import train_snntorch
from lib.common.threads import one_thread

TIMED_EPOCHS = {"full": 2, "quick": 1}[profile]


def rows_to_time(size, one):
    chosen = np.random.default_rng(one).choice(len(table), size)
    features, labels = table.features.to_numpy()[chosen], table.labels[chosen]
    many = size * 4 // 5
    return SpikingTask(features[:many], labels[:many], one), features[many:]


# %% tags=["hide-input"]
def seconds(call):
    begin = perf_counter()
    result = call()
    return perf_counter() - begin, result


# %% tags=["hide-input"]
def timed(size, hidden, one):
    task, others = rows_to_time(size, one)
    short = printed.but(hidden=hidden, epochs=TIMED_EPOCHS)
    training, trained = seconds(lambda: train_snntorch(task, short))
    network = trained.networks[0]
    tests = [seconds(lambda: class_chances(network, others))[0] for _ in range(5)]
    return {"training": training, "testing": min(tests)}


# %% tags=["hide-input"]
def timed_once():
    timed(500, 20, seed)  # whatever happens only once happens here
    return [
        {name: timed(*setting, one) for name, setting in SETTINGS.items()}
        for one in seeds
    ]


with one_thread():
    rounds = timed_once()
times = {n: pd.DataFrame([found[n] for found in rounds]) for n in SETTINGS}
ratios = {name: found / times["10000_240"] for name, found in times.items()}

# %% tags=["hide-input"]
PROTOCOL = "one network in snntorch's own loop, against 10000_240"
for name in list(SETTINGS)[:-1]:
    found = ratios[name].add_suffix("_seconds_ratio")
    recorder.add_scores(
        f"botiot.table_v.{name}", found, protocol=PROTOCOL, timed=True
    )
for what in ("training", "testing"):
    saved = 1 - ratios["1000_72"][what]
    recorder.add(f"botiot.abstract.{what}_saving", saved, PROTOCOL, timed=True)
recorder.save()

# %% tags=["hide-input"]
claims.matrix(
    *(
        f"botiot.table_v.{name}.{what}_seconds"
        for name in list(SETTINGS)[:-1]
        for what in ("training", "testing")
    )
)

# %% tags=["hide-input"]
claims.table("botiot.abstract.*_saving")

# %% [markdown]
# What is judged of order and growth was written down after a first run had been timed. Four, eight
# and 80 batches nearly give the order and growth of the training times by themselves. Twelve times the neurons take less than twice the training time, in the paper as, on average, here.
#
# ## Figures 1 and 4: the loss curves
#
# A batch's loss is that before its update.


# %% tags=["hide-input"]
def label_of(name):
    size, hidden = SETTINGS[name]
    return f"{grouped(min(size, BIG))} rows, {hidden} neurons"


# %% tags=["hide-input"]
def draw_loss(axis, name):
    trained, _ = fits[name]
    batches = trained.update_loss[0]
    axis.plot(
        np.arange(len(batches)) / len(batches) * EPOCHS,
        batches,
        color=figures.COLOURS["snn"],
        alpha=0.35,
        linewidth=0.5,
    )
    axis.plot(np.arange(EPOCHS) + 0.5, trained.loss.mean(axis=0), color="#222222")
    axis.set(title=label_of(name), ylabel="cross-entropy (nats)", ylim=(0, None))


# %% tags=["hide-output", "hide-input"] mystnb={"figure": {"caption": "Figures 1 and 4 redrawn: loss of each batch of 100 rows for the first seed (blue), and mean of each epoch over all seeds (black).", "name": "fig-botiot-loss"}, "image": {"alt": "Two panels. In the upper panel, with 10,000 rows, nine tenths of the fall take {book}`botiot.loss.10000_240.drop_epochs|.0f` epochs on average, and then the loss is nearly level; in the lower one, with 1,000 rows, they take {book}`botiot.loss.1000_72.drop_epochs|.0f`: the loss falls steeply at first and slowly to the end. The blue line of single batches is noisy throughout."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 5.6))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_loss(axis, name)
axes[1].set_xlabel("epoch")
plt.show()

# %% [markdown]
# The paper explains the noise by an update at the end of each epoch. We measure it: the standard
# deviation of the batches' losses inside an epoch, with 1 000 samples and 72 neurons, updated once a
# batch and once an epoch. It also says that the drop is longer with fewer samples. We count epochs
# until the mean loss has made nine tenths of its way from the first epoch to the lowest.


# %% tags=["hide-input"]
def drop_epochs(loss):
    aim = loss[0] - 0.9 * (loss[0] - loss.min())
    return 1 + int(np.argmax(loss <= aim))


def noise(trained):
    inside = trained.update_loss.reshape(len(trained.networks), EPOCHS, -1)
    return inside.std(axis=2).mean(axis=1)


drops = {
    name: [drop_epochs(loss) for loss in fits[name][0].loss] for name in IN_FIGURES
}

# %% tags=["hide-input"]
noises = {
    "batch": noise(fits["1000_72"][0]),
    "epoch": noise(fit(splits[1000], printed.but(hidden=72, update="epoch"))[0]),
}
for name, found in drops.items():
    recorder.add(f"botiot.loss.{name}.drop_epochs", found, "as printed")
for name, found in noises.items():
    protocol = f"1 000 samples, 72 neurons, one update per {name}"
    recorder.add(f"botiot.loss.update_{name}.noise", found, protocol)
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Epochs of the drop, and noise of the loss in nats; means over ten seeds."
measured = {f"epochs of the drop, {label_of(n)}": d for n, d in drops.items()}
measured |= {f"noise, one update per {n}": d for n, d in noises.items()}
pd.DataFrame({k: [f"{np.mean(v):.3g}"] for k, v in measured.items()}, ["mean"]).T

# %% tags=["remove-cell"]
claims.table("botiot.conclusion.longer_drop", "botiot.conclusion.noise")

# %% [markdown]
# A longer drop with fewer samples: {verdict}`botiot.conclusion.longer_drop`; noise by the update: {verdict}`botiot.conclusion.noise`.
# An epoch of 1 000 samples has a tenth of the updates of one of 10 000. And each batch holds other rows,
# whenever the weights change. Updated once an epoch the network is far less trained after the same
# epochs, as the table of readings shows; losses that stay higher may scatter more for that reason alone.
#
# ## Figures 2, 3, 5 and 6: ROC and precision-recall
#
# For each class against the two others. A curve is the mean over the seeds, its band spans them.

# %% tags=["hide-input"]
from sklearn.metrics import precision_recall_curve, roc_curve


def roc(own, chances):
    return roc_curve(own, chances)[:2]


def precision_recall(own, chances):
    precision, recall, _ = precision_recall_curve(own, chances)
    return recall[::-1], precision[::-1]


# %% tags=["hide-input"]
def curves(name, label, curve):
    pairs = zip(splits[SETTINGS[name][0]], fits[name][1])
    cases = [(s.test_labels == label, c[:, label]) for s, c in pairs]
    return [curve(own, chances) for own, chances in cases if own.any()]


# %% tags=["hide-input"]
def draw_classes(axis, name, curve, area):
    for label, kind in enumerate(botiot.CLASSES):
        mean = scores[name][f"{area}_auc_{KEYS[label]}"].mean()
        figures.draw_mean_curve(
            axis,
            curves(name, label, curve),
            f"{kind}: {mean:.3f}",
            **figures.KINDS[kind],
        )
    axis.set_title(label_of(name))
    axis.legend(loc="lower right" if area == "roc" else "lower left", title="area")


# %% tags=["hide-output", "hide-input"] mystnb={"figure": {"caption": "Figures 2 and 5 redrawn: ROC curves of each class against the others, with the mean area under them.", "name": "fig-botiot-roc"}, "image": {"alt": "Two panels of ROC curves for three classes, all far above the diagonal. With 10,000 rows they follow the upper left corner, with an area of {book}`botiot.table_v.10000_240.roc_auc_reconnaissance|.3f` for reconnaissance. With 1,000 rows that of reconnaissance is a level line just below 1 with a wide band and has the smallest area, {book}`botiot.table_v.1000_72.roc_auc_reconnaissance|.3f`, beside {book}`botiot.table_v.1000_72.roc_auc_dos|.3f` for DoS and {book}`botiot.table_v.1000_72.roc_auc_ddos|.3f` for DDoS."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 7.4))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_classes(axis, name, roc, "roc")
    axis.set_ylabel("true-positive rate")
axes[1].set_xlabel("false-positive rate")
plt.show()

# %% tags=["hide-output", "hide-input"] mystnb={"figure": {"caption": "Figures 3 and 6 redrawn: precision-recall curves of each class against the others, with the mean area under them as average precision.", "name": "fig-botiot-pr"}, "image": {"alt": "Two panels of precision-recall curves for three classes. The bands of reconnaissance are the widest, since few test rows are of that class; its average precision is {book}`botiot.table_v.10000_240.pr_auc_reconnaissance|.3f` with 10,000 rows and {book}`botiot.table_v.1000_72.pr_auc_reconnaissance|.3f` with 1,000. That of DoS is {book}`botiot.table_v.10000_240.pr_auc_dos|.3f` and {book}`botiot.table_v.1000_72.pr_auc_dos|.3f`."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 7.4))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_classes(axis, name, precision_recall, "pr")
    axis.set_ylabel("precision")
axes[1].set_xlabel("recall")
plt.show()

# %% [markdown]
# The areas stand inside the paper's figures and not in its text, so that no number of them is
# judged. The paper shows no confusion matrix; in ours, folded, nearly all errors are between DoS
# and DDoS.

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Confusion matrix of 1 000 samples and 72 neurons: mean counts of test rows over the replicates of this run, and the share of each true class.", "name": "fig-botiot-confusion"}, "image": {"alt": "Three by three confusion matrix with {book}`botiot.table_v.1000_72.accuracy|.1%` of the test rows on its diagonal; the share of a class that is recognised is {book}`botiot.table_v.1000_72.balanced_accuracy|.1%` in the mean of the three. Nearly all errors take DoS and DDoS for each other; reconnaissance is missed about as often, and taken for DoS."}}
from sklearn.metrics import confusion_matrix

matrices = [
    confusion_matrix(s.test_labels, c.argmax(axis=1), labels=range(len(KEYS)))
    for s, c in zip(splits[1000], fits["1000_72"][1])
]
figures.draw_confusion(np.mean(matrices, axis=0), botiot.CLASSES)
plt.show()

# %% [markdown]
# ## What the paper concludes
#
# Each conclusion stands with its verdict and the reason on the [chapter's first page](index.md).

# %% tags=["remove-cell"]
claims.table("botiot.conclusion.*", columns=("claim", "paper", "verdict", "reason"))
