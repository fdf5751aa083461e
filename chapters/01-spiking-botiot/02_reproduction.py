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
# On 1 000 flows of the full data set, at the 5 % set's class shares, the network with 72 neurons
# reaches a macro F1 of {book}`botiot.table_v.1000_72.f1` and with 240 neurons
# {book}`botiot.table_v.1000_240.f1`, where {published}`botiot.table_v.1000_72.f1` and
# {published}`botiot.table_v.1000_240.f1` are printed. A good part of that is the rows: a random forest
# gets {book}`botiot.ceiling.1000.rf.f1` out of them. The less time the rows of each flood span, the
# higher the accuracy of both, and the paper's rows span about two minutes of each. With 20 neurons it is
# the training: {book}`botiot.table_v.1000_20.f1` in the mean of ten seeds, which lie far apart, where
# {published}`botiot.table_v.1000_20.f1` is printed. On three of the seeds ten times the learning rate
# lifts the mean from {book}`botiot.twenty.printed.f1` to {book}`botiot.twenty.rate.f1`.
# :::
#
# Here the paper's protocol is carried out as it is printed. The question is only whether the printed
# numbers come out. Whether they measure what they are meant to measure is the
# [next page's](03_audit.ipynb) question.
#
# In this notebook we will
#
# * write the protocol down, and list what the paper leaves open;
# * try the open points one at a time, after saying which reading we take and by which rule;
# * train every setting of Table V on ten seeds, and compare scores and times;
# * redraw the loss curves, ROC curves and precision-recall curves of Figures 1 to 6;
# * ask what 20 neurons would need;
# * ask a random forest how much the rows allow, and what other rows would allow.

# %% tags=["remove-cell"]
import sys
from pathlib import Path

here = Path.cwd()
sys.path.insert(
    0, str(next(p for p in (here, *here.parents) if (p / "_toc.yml").exists()))
)

# %% tags=["parameters", "hide-input"]
profile = "full"
seed = 2022
replicates = 10

# %%
from lib import botiot, datasets
from lib.banner import run_banner
from lib.records import Recorder

source = datasets.load("bot-iot", "flows")
table = botiot.paper_table(source)
notebook = "01-spiking-botiot/02_reproduction"
recorder = Recorder(notebook, source, profile, seed, replicates)
seeds = list(range(seed, seed + replicates))
run_banner(source, profile, seed, replicates)

# %% [markdown]
# ## The protocol as printed
#
# *Section III.* `paper_table` has prepared the rows as the [data page](01_data.ipynb) shows: six
# columns, written as 18 inputs, and three classes. The settings of Table V have 500, 1 000 or 10 000
# samples. The 5 % set is one draw of its own shares; from any other file we draw at these shares,
# without repetition. That yields 1 000 real rows, but not 10 000. Where the file at hand cannot give
# 10 000, the synthetic twin does, and those numbers show how the network behaves with more rows, not
# what the paper's rows would give.

# %%
BIG = {"full": 10_000, "quick": 2_000}[profile]
enough = (
    source.source == "real"
    and botiot.largest_natural_mix(table.subcategories) >= 10_000
)
large = source if enough else datasets.draw_twin("bot-iot", "flows")
large_table = table if enough else botiot.paper_table(large)

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

# %%
from lib.spiking import SpikingSettings

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
from lib.scores import multiclass_scores
from lib.spiking import SpikingTask, class_chances, train_stacked


def fit(splits, settings):
    tasks = [SpikingTask(s.train_features, s.train_labels, s.seed) for s in splits]
    trained = train_stacked(tasks, settings)
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


# %% [markdown]
# ## What the paper leaves open
#
# Before anything is run we say how we read each open point, by one rule: *take what the text says;
# where it says nothing, add nothing; where two sentences disagree, take what the usual loop of the
# named library does.* The rule was written down before the published run. Some of the readings had
# been seen in a first trial by then; the rule was not chosen by their scores, and all are shown.
#
# * **Input over time.** The authors "have not used spike trains", but "the numeric representation of
#   data". A row's numbers can enter at every step or at the first alone. We let them enter at every
#   step, as the examples of the named library do, and tried no other way.
# * **Scaling of the inputs.** The text names one-hot encoding and nothing else. We scale nothing. The
#   others: standardised, to [0, 1], and standardised logarithms.
# * **Read-out.** Ten steps give ten outputs of three numbers. The text does not say how they become
#   one answer. It says that "training was performed per epoch per set of discrete time steps", one
#   loss for a set of steps; we sum the outputs over the steps. The others: their mean; the last step;
#   a loss at each step; or a third layer of neurons at the output, whose spikes are counted or whose
#   membrane potential is read.
# * **Moment of the update.** The text has mini-batches of 100 and updates "after each epoch". We
#   update after each batch, as a loop over mini-batches does. The others: after every time step of a
#   batch, and once an epoch.
# * **The split.** The set was split 80:20 "before further subsampling". So 500 samples may be 400
#   from the one part and 100 from the other, which is the same as splitting a draw of 500; or 500
#   that train, with others to test on. We take the first: the setting names its samples.
# * **The average of F1.** Not named. On the [data page](01_data.ipynb) arithmetic leaves the macro
#   average, the plain mean of the three classes' scores. It is shown beside the weighted average
#   and the micro average, which is accuracy.

# %%
from lib.splits import scaled_split
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import FunctionTransformer


def samples_split(rows, size, one):
    chosen = botiot.natural_mix(rows.subcategories, size, one)
    return train_test_split(chosen, test_size=0.2, random_state=one)


def samples_train(rows, size, one):
    return samples_split(rows, size * 5 // 4, one)


# %%
def prepared(rows, size, one, split=samples_split, scaler=FunctionTransformer):
    features, halves = rows.features.to_numpy(), split(rows, size, one)
    return scaled_split(features, rows.labels, halves, one, scaler=scaler)


# %% [markdown]
# `FunctionTransformer` without a function leaves the numbers as they are. Whatever scales learns from
# the training rows alone.

# %%
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler


def logarithms():
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler())


# %%
READINGS = {
    "text": ("nearest to the text", {}),
    "standardised": ("inputs standardised", {"scaler": StandardScaler}),
    "min_max": ("inputs scaled to [0, 1]", {"scaler": MinMaxScaler}),
    "logarithms": ("logarithms standardised", {"scaler": logarithms}),
    "all_train": ("all samples train", {"split": samples_train}),
}
# %%
READ_OUTS = {
    "mean": "mean of the steps",
    "last": "last step",
    "each": "loss at each step",
    "spikes": "output spikes counted",
    "membrane": "output membranes",
}
UPDATES = {"step": "update at every step", "epoch": "update once an epoch"}
READINGS |= {k: (title, {"readout": k}) for k, title in READ_OUTS.items()}
READINGS |= {k: (title, {"update": k}) for k, title in UPDATES.items()}

# %% [markdown]
# One point is changed at a time, three seeds each, on the three settings of 1 000 samples.

# %%
SMALL = {f"1000_{hidden}": (1000, hidden) for hidden in (20, 72, 240)}
TRIALS = {"full": seeds[:3], "quick": seeds[:1]}[profile]


def tried(size, hidden, how):
    own = {k: v for k, v in how.items() if k in ("readout", "update")}
    rows = {k: v for k, v in how.items() if k in ("split", "scaler")}
    splits = [prepared(table, size, one, **rows) for one in TRIALS]
    _, chances = fit(splits, printed.but(hidden=hidden, **own))
    return scores_of(splits, chances)


# %%
trials = {
    (reading, name): tried(*SMALL[name], how)
    for reading, (_, how) in READINGS.items()
    for name in SMALL
}

# %% [markdown]
# The distance of a reading is that of its macro F1 to the printed F1, without sign, in the mean of
# the three settings.

# %%
from lib import claims

PRINTED = {
    id.split(".")[2]: value
    for id, value in claims.published_values("botiot.table_v.*.f1").items()
}


def distance(reading):
    gaps = [trials[reading, name]["f1"].mean() - PRINTED[name] for name in SMALL]
    return np.abs(gaps).mean()


distances = {reading: distance(reading) for reading in READINGS}

# %%
for (reading, name), found in trials.items():
    id, protocol = f"botiot.reading.{reading}.{name}", READINGS[reading][0]
    recorder.add_scores(id, found[["f1", "accuracy"]], protocol=protocol)
closest = min(distances.values())
recorder.add("botiot.reading.closest", closest, "nearest of all readings")
recorder.save()

# %% tags=["hide-input"]
AVERAGES = {"f1_macro": "macro", "f1_weighted": "weighted", "f1_micro": "micro"}


def reading_row(reading):
    means = {
        (f"F1, {hidden} neurons", short): trials[reading, f"1000_{hidden}"][
            average
        ].mean()
        for hidden in (20, 72, 240)
        for average, short in AVERAGES.items()
    }
    return means | {("distance", "macro"): distances[reading]}


# %% tags=["hide-input"]
titles = {reading: title for reading, (title, _) in READINGS.items()}
pd.DataFrame({titles[r]: reading_row(r) for r in READINGS}).T.round(3)

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from lib import figures

figures.use_book_style()
LOOKS = {
    "1000_20": ("^", "#009E73", "-"),
    "1000_72": ("o", "#D55E00", "--"),
    "1000_240": ("D", "#0072B2", ":"),
}


# %% tags=["hide-input"]
def draw_reading(axis, reading, name, values):
    place = list(READINGS).index(reading) + 0.25 * (list(LOOKS).index(name) - 1)
    mark, colour, _ = LOOKS[name]
    axis.plot(values, [place] * len(values), ".", color=colour, alpha=0.5)
    axis.plot(values.mean(), place, mark, color=colour)


# %% tags=["hide-input"] mystnb={"figure": {"caption": "Macro F1 of every reading of the text on 1 000 rows. Small dots: one seed; large marks: the mean. Lines: what the paper prints for 20 (solid), 72 (dashed) and 240 neurons (dotted).", "name": "fig-botiot-readings"}, "image": {"alt": "Dot plot with twelve rows, one a reading, and in each row marks for 20, 72 and 240 neurons. Nearly all marks lie left of the three lines of the printed scores; those for 20 neurons lie furthest left in every row, mostly by themselves."}}
figure, axis = plt.subplots(figsize=(5.6, 5.6))
for (reading, name), found in trials.items():
    draw_reading(axis, reading, name, found["f1"])
for name, (mark, colour, line) in LOOKS.items():
    axis.axvline(PRINTED[name], color=figures.PAPER, linestyle=line, linewidth=1.5)
    axis.plot([], [], mark, color=colour, label=f"{SMALL[name][1]} neurons")
axis.set(yticks=range(len(titles)), yticklabels=titles.values(), xlabel="macro F1")
axis.invert_yaxis()
figure.legend(loc="outside upper center", ncols=3)
plt.show()

# %% [markdown]
# More neurons help under every reading, which fits the paper. None of this decides between the
# readings. From here on the one nearest to the text is used. What stands out is the distance between
# 20 neurons and the rest, which the paper's scores do not have; we come back to it.
#
# ## Table V
#
# Every setting, ten seeds. Settings of one size share their draws and splits.

# %%
SETTINGS = {name: tuple(map(int, name.split("_"))) for name in PRINTED}


def rows_for(size):
    return (large_table, BIG) if size > 1000 else (table, size)


splits = {
    size: [prepared(*rows_for(size), one) for one in seeds]
    for size in dict.fromkeys(size for size, _ in SETTINGS.values())
}
fits = {
    name: fit(splits[size], printed.but(hidden=hidden))
    for name, (size, hidden) in SETTINGS.items()
}
# %%
scores = {
    name: scores_of(splits[SETTINGS[name][0]], chances)
    for name, (_, chances) in fits.items()
}

# %% [markdown]
# What the twin gave is recorded under a name of its own, so that it is never shown as a result on
# real rows. A draw for testing can lack the rarest class; the area under its curves is then left out.

# %%
MAIN = ["f1", "f1_weighted", "accuracy", "balanced_accuracy"]
IN_FIGURES = ("1000_72", "10000_240")
AREAS = [f"{curve}_auc_{key}" for curve in ("roc", "pr") for key in KEYS]


def of_twin(name):
    return SETTINGS[name][0] > 1000 and not enough


def record(id, found, dataset, protocol="as printed"):
    for metric, values in found.items():
        if values.notna().any():
            kept = values.dropna()
            recorder.add(f"{id}.{metric}", kept, protocol, dataset=dataset)


# %%
for name, found in scores.items():
    id = f"botiot.table_v.{'twin.' if of_twin(name) else ''}{name}"
    chosen = MAIN + (AREAS if name in IN_FIGURES else [])
    record(id, found[chosen], large if SETTINGS[name][0] > 1000 else source)
recorder.save()

# %% tags=["hide-input"]
claims.matrix("botiot.table_v.*.f1")

# %% [markdown]
# Each cell shows what the paper prints, what the published run of this book measured with its 95 %
# prediction interval, what this run measured where it differs, and the verdict. The rows are not the paper's, so that
# the verdict is *not comparable*; why that matters is the subject of the
# {ref}`last part <botiot-other-rows>` of this page. Put the four files of the 5 % set into the data folder, and the same cells are judged.
#
# The settings of 10 000 samples, on the twin where the file does not suffice:

# %% tags=["hide-input"]
from lib.intervals import prediction_interval


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
pd.DataFrame(
    {
        "rows": {
            name: f"{rows_for(size)[1]:,}, {'twin' if of_twin(name) else 'real'}"
            for name, (size, _) in SETTINGS.items()
        },
        "printed": PRINTED,
        "macro F1": {n: as_text(found["f1"]) for n, found in scores.items()},
        "accuracy": {n: as_text(found["accuracy"]) for n, found in scores.items()},
    }
).rename(index=lambda name: name.replace("_", " samples, ") + " neurons")

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Macro F1 of the settings of Table V. Crosses: printed. Points and bars: this run, mean and 95 % prediction interval over replicates. Hollow points were measured on the synthetic twin and have nothing to do with the printed crosses above them.", "name": "fig-botiot-table-v"}, "image": {"alt": "Seven settings from left to right. The crosses lie between about 0.91 and 0.96. The points of the five settings on real rows lie below their crosses and rise with the number of neurons."}}
figure, axis = plt.subplots(figsize=(5.6, 4))
colour = figures.COLOURS["snn"]
for place, (name, found) in enumerate(scores.items()):
    axis.vlines(place, *spread(found["f1"]), color=colour, linewidth=3)
    fill = "white" if of_twin(name) else colour
    axis.plot(place, found["f1"].mean(), "o", color=colour, mfc=fill)
    axis.plot(place, PRINTED[name], "x", color=figures.PAPER, mew=2)
ticks = [f"{size:,}\n{hidden}" for size, hidden in SETTINGS.values()]
axis.set_xticks(range(len(ticks)), ticks)
axis.set(xlabel="samples, hidden neurons", ylabel="macro F1", ylim=(None, 1))
plt.show()

# %% [markdown]
# Table VI adds the accuracy of two settings:

# %% tags=["hide-input"]
claims.table("botiot.table_vi.1000_72.*", "botiot.table_vi.10000_240.*")

# %% [markdown]
# ## The times of Table V
#
# Seconds belong to a machine. What can be compared is how they grow. We take snntorch's own loop, as
# the paper did, train one network at a time for two epochs on one thread, and test it on a fifth of
# the rows. Each time is divided by that of 10 000 samples and 240 neurons. A time does not depend on
# what the numbers are, so the rows at hand are repeated until they suffice.

# %%
from time import perf_counter

from lib.spiking import train_snntorch
from lib.threads import one_thread

TIMED_EPOCHS = {"full": 2, "quick": 1}[profile]


def rows_to_time(size, one):
    chosen = np.random.default_rng(one).choice(len(table), size)
    features, labels = table.features.to_numpy()[chosen], table.labels[chosen]
    many = size * 4 // 5
    return SpikingTask(features[:many], labels[:many], one), features[many:]


# %%
def seconds(call):
    begin = perf_counter()
    result = call()
    return perf_counter() - begin, result


# %%
def timed(size, hidden, one):
    task, others = rows_to_time(size, one)
    short = printed.but(hidden=hidden, epochs=TIMED_EPOCHS)
    training, trained = seconds(lambda: train_snntorch(task, short))
    network = trained.networks[0]
    tests = [seconds(lambda: class_chances(network, others))[0] for _ in range(5)]
    return {"training": training, "testing": min(tests)}


# %%
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

# %%
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
# The cells show our ratios in the paper's seconds. That training time grows with the number of
# samples, and little with the number of neurons, comes out: each batch costs the library's
# bookkeeping for ten steps, whatever its layers hold. Testing grows faster with the samples in our
# run than in the paper's. The [data page](01_data.ipynb) holds the two savings against Table V.
#
# ## Figures 1 and 4: the loss curves
#
# The paper explains the noise in its curves by the way the loss is taken. Here is the loss of each
# batch before its update, for the first seed, and the mean of each epoch over all seeds.


# %% tags=["hide-input"]
def label_of(name):
    size, hidden = SETTINGS[name]
    on = f"{BIG:,} rows of the twin" if of_twin(name) else f"{size:,} rows"
    return f"{on}, {hidden} neurons"


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


# %% tags=["hide-input"] mystnb={"figure": {"caption": "Figures 1 and 4 redrawn: loss of each batch of 100 rows for the first seed (blue), and mean of each epoch over all seeds (black).", "name": "fig-botiot-loss"}, "image": {"alt": "Two panels. The loss falls steeply and then flattens. It falls within fewer epochs in the upper panel, with more rows. The blue line of single batches is noisy throughout."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 5.6))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_loss(axis, name)
axes[1].set_xlabel("epoch")
plt.show()

# %% [markdown]
# The noise is that of small batches: a hundred rows hold two or three of reconnaissance, or none. The
# paper says that the drop is longer with fewer samples. We count epochs until the mean loss of an
# epoch has made nine tenths of its way from the first epoch to the lowest.


# %%
def drop_epochs(loss):
    aim = loss[0] - 0.9 * (loss[0] - loss.min())
    return 1 + int(np.argmax(loss <= aim))


for name in IN_FIGURES:
    found = [drop_epochs(loss) for loss in fits[name][0].loss]
    id = f"botiot.loss.{'twin.' if of_twin(name) else ''}{name}.drop_epochs"
    recorder.add(id, found, dataset=large if SETTINGS[name][0] > 1000 else source)
recorder.save()

# %% tags=["hide-input"]
pd.Series(
    {
        label_of(name): np.mean([drop_epochs(loss) for loss in fits[name][0].loss])
        for name in IN_FIGURES
    }
).round(0).astype(int).rename("epochs").to_frame()

# %% [markdown]
# It is longer because an epoch of fewer samples has fewer updates: a tenth of them.
#
# ## Figures 2, 3, 5 and 6: ROC and precision-recall
#
# For each class against the two others. A curve is the mean over the seeds, its band spans them.

# %%
from sklearn.metrics import precision_recall_curve, roc_curve


def roc(own, chances):
    return roc_curve(own, chances)[:2]


def precision_recall(own, chances):
    precision, recall, _ = precision_recall_curve(own, chances)
    return recall[::-1], precision[::-1]


# %%
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


# %% tags=["hide-input"] mystnb={"figure": {"caption": "Figures 2 and 5 redrawn: ROC curves of each class against the others, with the mean area under them.", "name": "fig-botiot-roc"}, "image": {"alt": "Two panels of ROC curves for three classes. All curves rise steeply near the left edge and lie far above the diagonal; reconnaissance is the highest in the panel on real rows."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 7.4))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_classes(axis, name, roc, "roc")
    axis.set_ylabel("true-positive rate")
axes[1].set_xlabel("false-positive rate")
plt.show()

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Figures 3 and 6 redrawn: precision-recall curves of each class against the others, with the mean area under them as average precision.", "name": "fig-botiot-pr"}, "image": {"alt": "Two panels of precision-recall curves for three classes. The bands of reconnaissance are the widest, since few test rows are of that class."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 7.4))
for axis, name in zip(axes, reversed(IN_FIGURES)):
    draw_classes(axis, name, precision_recall, "pr")
    axis.set_ylabel("precision")
axes[1].set_xlabel("recall")
plt.show()

# %% [markdown]
# The areas in the paper's figures are not in its text, so no printed number is judged here. Which
# classes are taken for each other? The paper shows no confusion matrix; this is ours, mean counts
# over the seeds.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Confusion matrix of 1 000 samples and 72 neurons: mean counts of test rows over the replicates of this run, and the share of each true class.", "name": "fig-botiot-confusion"}, "image": {"alt": "Three by three confusion matrix. DoS and DDoS are often taken for each other; reconnaissance is mostly right."}}
from sklearn.metrics import confusion_matrix

matrices = [
    confusion_matrix(s.test_labels, c.argmax(axis=1), labels=range(len(KEYS)))
    for s, c in zip(splits[1000], fits["1000_72"][1])
]
figures.draw_confusion(np.mean(matrices, axis=0), botiot.CLASSES)
plt.show()

# %% [markdown]
# Nearly all errors are between DoS and DDoS, which on these rows differ in pace, and in how
# many packets make a flow.
#
# ## What 20 neurons would need
#
# One update of Adam moves a weight by about the learning rate,
# {published}`botiot.setting.learning_rate`, and 300 epochs of eight batches are 2 400
# updates. A network of 240 neurons adds up many small changes; one of 20 has few to add up. Is the
# small network too small, or not yet trained? We change what the text does state, three seeds each.

# %%
MORE = {
    "printed": ("as printed", {}),
    "rate": ("ten times the learning rate", {"learning_rate": 1e-3}),
    "epochs": ("ten times the epochs", {"epochs": 10 * EPOCHS}),
    "layers": ("20 neurons in each layer", {"hidden": 40}),
}
few = splits[1000][: len(TRIALS)]
twenty = {
    name: fit(few, printed.but(**({"hidden": 20} | how)))
    for name, (_, how) in MORE.items()
}

# %%
by_need = {name: scores_of(few, chances) for name, (_, chances) in twenty.items()}
for name, found in by_need.items():
    record(
        f"botiot.twenty.{name}", found[["f1", "accuracy"]], source, MORE[name][0]
    )
recorder.save()

# %% tags=["hide-input"]
pd.DataFrame(
    {
        title: {
            "loss of the last epoch": twenty[name][0].loss[:, -1].mean(),
            "accuracy": by_need[name]["accuracy"].mean(),
            "macro F1": by_need[name]["f1"].mean(),
        }
        for name, (title, _) in MORE.items()
    }
).T.round(3)

# %% [markdown]
# It is not yet trained: its loss is still high. (These are three of the ten seeds. Over all ten, one run
# of 20 neurons may end almost anywhere, the printed score included; the mean is far below it.) With ten times the learning rate, or ten times the
# updates, 20 neurons come near to 72. Table V's scores of 20 neurons, a few points below the others,
# look like those of a network that was trained further than the text says. We cannot tell how.
#
# ## How much the rows allow
#
# Is it the network or the rows? A random forest is trained on the very rows of each split, with
# scikit-learn's defaults, and once on as many rows as can be drawn. It is no upper bound: what any
# function of the features could reach *on rows it has seen* is on the [data page](01_data.ipynb), and
# nobody knows what the best could reach on others. But it is a classifier that seldom lags far.

# %%
from lib.parallel import each
from sklearn.ensemble import RandomForestClassifier


def forest_chances(split):
    forest = RandomForestClassifier(random_state=split.seed)
    forest.fit(split.train_features, split.train_labels)
    chances = np.zeros((len(split.test_labels), len(KEYS)))
    chances[:, forest.classes_] = forest.predict_proba(split.test_features)
    return chances


def forest_scores(several):
    return scores_of(several, each(forest_chances, several))


# %%
most = botiot.largest_natural_mix(table.subcategories)
ceilings = {str(size): forest_scores(splits[size]) for size in (500, 1000)}
ceilings["3500"] = forest_scores(
    [prepared(table, min(3500, most), one) for one in seeds]
)
for size, found in ceilings.items():
    record(f"botiot.ceiling.{size}.rf", found[MAIN], source, "random forest")
recorder.save()

# %% tags=["hide-input"]
best = {"500": "500_240", "1000": "1000_240"}
pd.DataFrame(
    {
        f"{size} samples": {
            "random forest, macro F1": as_text(found["f1"]),
            "random forest, accuracy": as_text(found["accuracy"]),
            "network of 240, macro F1": as_text(scores[best[size]]["f1"])
            if size in best
            else "",
            "printed for 240 neurons": PRINTED.get(best.get(size), ""),
        }
        for size, found in ceilings.items()
    }
)

# %% [markdown]
# With 240 neurons the network comes close to the forest, and the forest itself stays below the
# printed scores, with 3 500 rows too. So a good part of the distance is the rows. How much, ten seeds
# of 200 test rows cannot tell: the forest's interval is wide, and a network of 72 neurons has a distance
# of its own to the forest.
#
# (botiot-other-rows)=
# ## What the paper's rows must have had
#
# The [data page](01_data.ipynb) found how the 5 % set was cut: not row by row, but as unbroken
# stretches of the recording, about two minutes of each flood. The rows at hand were drawn all over
# floods that lasted half an hour and more. The floods' pace drifts, and the pace is what tells DoS
# from DDoS. Two tests follow.
#
# **First, the 5 % set itself.** `ten_best` has 999 of its rows, with four of the six features: protocol,
# state and the two rates. The networks with 240 and with 20 neurons are trained on these rows, and on
# as many of the rows at hand with the same four features.

# %%
from lib.errors import ReaderError

try:
    ten_best = datasets.load("bot-iot", "ten_best")
except ReaderError:
    ten_best = None


def four_features(frame):
    state = "state" if "state" in frame else "state_number"
    texts = pd.get_dummies(frame[["proto", state]].astype(str))
    return texts.join(frame[["srate", "drate"]]).to_numpy(dtype=np.float32)


# %%
def split_four(frame, chosen, one):
    halves = train_test_split(chosen, test_size=0.2, random_state=one)
    index = pd.Index(botiot.CLASSES).get_indexer(frame["category"].astype(str))
    features, labels = four_features(frame), index.astype(np.int64)
    return scaled_split(features, labels, halves, one, scaler=FunctionTransformer)


def rows_at_hand(one, size=999):
    return table.rows[botiot.natural_mix(table.subcategories, size, one)]


four = {"flows": [split_four(source.frame, rows_at_hand(s), s) for s in seeds]}
if ten_best is not None:
    every = np.arange(len(ten_best.frame))
    four["ten_best"] = [split_four(ten_best.frame, every, s) for s in seeds]


# %%
def all_three(several):
    inputs = several[0].train_features.shape[1]
    networks = {"snn": 240, "snn_20": 20}
    found = {
        name: scores_of(
            several, fit(several, printed.but(inputs=inputs, hidden=n))[1]
        )
        for name, n in networks.items()
    }
    return found | {"rf": forest_scores(several)}


# %%
with_four = {
    (name, classifier): found
    for name, several in four.items()
    for classifier, found in all_three(several).items()
}
# %%
for (name, classifier), found in with_four.items():
    rests_on = ten_best if name == "ten_best" else source
    id = f"botiot.four.{name}.{classifier}"
    record(id, found[["f1", "accuracy"]], rests_on, "four features")
recorder.save()

# %% tags=["hide-input"]
TITLES = {"snn": "240 neurons", "snn_20": "20 neurons", "rf": "random forest"}
ORIGINS = {"flows": "rows at hand", "ten_best": "rows of the 5 % set"}
pd.DataFrame(
    {
        ("macro F1" if metric == "f1" else metric, TITLES[classifier]): {
            title: as_text(with_four[name, classifier][metric])
            for name, title in ORIGINS.items()
            if (name, classifier) in with_four
        }
        for metric in ("accuracy", "f1")
        for classifier in TITLES
    }
).T

# %% [markdown]
# Same network, same features, same number of rows: the rows of the 5 % set are easier. They are for 20
# neurons as well, which stay far below all the same. The numbers of the forest differ from those on the
# data page, where the split keeps the class shares and the states are named.
#
# **Second, shorter stretches of our own rows.** We cut each kind of attack into parts that follow each
# other in time, and draw all rows of a replicate from one part: the whole, a half, a quarter, an
# eighth. The number of rows stays at 400, which is what an eighth can give. With 80 test rows, two of
# them reconnaissance, macro F1 jumps from seed to seed; accuracy is steadier, and shown.

# %%
PARTS = (1, 2, 4, 8)
when = pd.Series(table.moments).groupby(table.subcategories)
place = when.rank(method="first", pct=True).to_numpy()


def part_of(parts, one):
    return table.take(np.ceil(place * parts).astype(int) == 1 + one % parts)


def minutes(rows):
    floods = [
        kind for kind in set(rows.subcategories) if kind[-3:] in ("UDP", "TCP")
    ]
    spans = [np.ptp(rows.moments[rows.subcategories == kind]) for kind in floods]
    return np.mean(spans) / 60


# %%
stretches = {
    parts: all_three([prepared(part_of(parts, one), 400, one) for one in seeds])
    for parts in PARTS
}
for parts, found in stretches.items():
    for classifier, own in found.items():
        id = f"botiot.stretch.{parts}.{classifier}"
        record(id, own[["f1", "accuracy"]], source, f"1/{parts} of each attack")
recorder.save()

# %% tags=["hide-input"]
pd.DataFrame(
    {
        "the whole" if parts == 1 else f"1/{parts} of each attack": {
            "minutes of a flood": f"{np.mean([minutes(part_of(parts, s)) for s in seeds]):.1f}",
            **{
                f"{TITLES[classifier]}, {metric}": as_text(own[metric])
                for classifier, own in found.items()
                for metric in ("accuracy", "f1")
            },
        }
        for parts, found in stretches.items()
    }
).rename(lambda name: name.replace("f1", "macro F1"))

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Accuracy on 400 rows that come from the whole of each attack, or from one half, quarter or eighth of its time. The spiking network has 240 neurons. Points and bars: mean and 95 % prediction interval over replicates. Line: the accuracy that Table VI prints for 1 000 samples and 72 neurons.", "name": "fig-botiot-stretch-scores"}, "image": {"alt": "Points for the spiking network and the random forest at four stretches. Both rise from left to right, as the stretch becomes shorter, towards the line of the printed accuracy."}}
figure, axis = plt.subplots(figsize=(5.6, 3.8))
for shift, name in ((-0.08, "snn"), (0.08, "rf")):
    values = [found[name]["accuracy"] for found in stretches.values()]
    places = np.arange(len(PARTS)) + shift
    colour = figures.COLOURS[name]
    axis.vlines(places, *np.transpose([spread(v) for v in values]), color=colour)
    means = [v.mean() for v in values]
    label = figures.NAMES[name]
    axis.plot(places, means, figures.MARKERS[name], color=colour, label=label)
accuracy = claims.published_values("botiot.table_vi.1000_72.accuracy").values()
axis.axhline(*accuracy, color=figures.PAPER, linestyle="--", linewidth=1.5)
axis.set_xticks(range(len(PARTS)), ["whole", "half", "quarter", "eighth"])
axis.set(xlabel="part of each attack's time", ylabel="accuracy", ylim=(None, 1))
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# With the same number of rows, both are right more often on a part of each attack than on the whole.
# (Macro F1 follows less steadily; two rows decide a third of it.) The 5 % set is a twentieth of each
# flood. So higher scores than ours are to be expected of its rows, at least with the 240 neurons that
# were tried here. How high, only the file can tell. A network that was trained on them has learnt the
# pace of two minutes. Whether it knows the attack at another hour is a question for the
# [next page](03_audit.ipynb).
#
# ## What the paper concludes
#
# Most conclusions rest on all settings, those of 10 000 samples among them, and wait for the file.

# %% tags=["hide-input"]
claims.table("botiot.conclusion.*", columns=("claim", "paper", "verdict", "reason"))

# %% [markdown]
# In this notebook we have learnt that
#
# * the text leaves six points open, of which we vary five; read next to the letter, and in every other way that we tried,
#   the network stays below its printed scores on rows of the full data set;
# * a random forest on the same rows stays below them as well;
# * with 20 neurons the printed epochs and learning rate do not suffice, whatever the rows;
# * rows from a shorter stretch of each attack give higher accuracy, and the paper's set is made of
#   short stretches;
# * more neurons cost little time; more samples cost time in proportion;
# * the scores of Table V can be judged on the 5 % set alone, and this page will do so once it is there.
