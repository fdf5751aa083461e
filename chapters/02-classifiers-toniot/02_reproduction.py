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
# # Reproduction: four tables, re-run and taken apart
#
# :::{admonition} Finding
# :class: finding
# The digits of the four tables give away what produced them: the full files that the paper names, a
# test set of {book}`toniot.arithmetic.test_share|.0%` of their rows where
# {published}`toniot.setting.test_share` is printed, and SMOTE kept out of the test rows. Only one of
# the 64 cells cannot be right. On the form of the garage door file that we have, accuracies come out
# within about a point, the MLP's apart: the paper prints {published}`toniot.garage_door.mlp.accuracy`,
# we get {book}`toniot.garage_door.mlp.accuracy|.1%`. Where precision and F1 agree there, they do
# because that form has a larger share of attacks. The conclusion that the random forest is the best on
# all devices is contradicted by two of the four tables.
# :::
#
# Here the paper's protocol is carried out as it is printed, advantages included. The question is only
# whether the printed numbers come out. Whether they measure what they are meant to measure is the
# [next page's](03_audit.ipynb) question.
#
# In this notebook we will
#
# * train four classifiers on every device's file, ten seeds each, and compare every cell;
# * redraw Figure 2;
# * apply SMOTE before the split as well, to see what the order does;
# * solve each printed row for the share of attacks, the size of the test set and the confusion
#   matrix behind it.

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

# %% [markdown]
# For each device we take the form of its file that is nearest to the paper's: the full processed
# file where it is at hand, then the edge form of the garage door, then the release's extract. The
# extract of the garage door is run beside its larger form, for comparison.

# %%
from lib import datasets, toniot
from lib.banner import run_banner
from lib.records import Recorder

sources = {device: datasets.load("ton-iot", device) for device in toniot.DEVICES}
extract = datasets.load("ton-iot", "garage_door/train_test")
files = sources | {"garage_door.extract": extract}
notebook = "02-classifiers-toniot/02_reproduction"
recorder = Recorder(notebook, files, profile, seed, replicates)
seeds = range(seed, seed + replicates)
run_banner(files, profile, seed, replicates)

# %% [markdown]
# ## The protocol as printed
#
# *Section 3.2.* Rows with an empty cell are removed. Text is label-encoded: numbered in alphabetical
# order. Date and time are text, and the paper does not say that they are left out. The
# [next page](03_audit.ipynb) shows that scores like the printed ones need them. The label and the
# type of attack are no features.

# %%
import numpy as np
import pandas as pd

ROWS = {"full": None, "quick": 1_500}[profile]


def paper_table(source):
    table = toniot.paper_table(source)
    if ROWS is None or len(table.labels) <= ROWS:
        return table
    chosen = np.random.default_rng(seed).choice(len(table.labels), ROWS, False)
    return table.take(np.sort(chosen))


tables = {name: paper_table(source) for name, source in files.items()}
# %% tags=["hide-input"]
pd.DataFrame(
    {
        name: {
            "file": files[name].variant,
            "rows": f"{len(table.labels):,}",
            "attack rows": f"{table.labels.mean():.1%}",
            "features": ", ".join(table.features.columns),
        }
        for name, table in tables.items()
    }
).T

# %% [markdown]
# *Sections 3.3 to 3.5.* Four fifths of the rows, at random, train. Features are standardised. The
# paper does not say on which rows mean and deviation are taken; the split comes first in its order, so
# we take the training rows. SMOTE {cite}`chawla2002` then fills the smaller class of the training rows
# with new rows, each on the line between a row and one of its five nearest neighbours of the same class.
# A {term}`replicate` is one pass through all of this with its own seed.

# %%
from lib.splits import scaled_split, with_smote
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

TEST_SHARE = 0.2


def as_printed(table, one, test_share=TEST_SHARE):
    rows = np.arange(len(table.labels))
    halves = train_test_split(rows, test_size=test_share, random_state=one)
    features = table.features.to_numpy()
    return with_smote(
        scaled_split(features, table.labels, halves, one, scaler=StandardScaler)
    )


# %% [markdown]
# The order is the one in which the sections stand. A common slip is to fill up first and split then:
# many test rows are then mixtures of training rows, and half of them are attacks. We run that as
# well, with fewer replicates.

# %%
from imblearn.over_sampling import SMOTE


def smote_first(table, one):
    scaled = StandardScaler().fit_transform(table.features.to_numpy())
    features, labels = SMOTE(random_state=one).fit_resample(scaled, table.labels)
    rows = np.arange(len(labels))
    halves = train_test_split(rows, test_size=TEST_SHARE, random_state=one)
    return scaled_split(features, labels, halves, one, scaler=StandardScaler)


# %% [markdown]
# *Section 3.6.* No settings are given, so scikit-learn's defaults stand. `Perceptron` is its default
# `MLPClassifier`, trained in a fraction of the time to the same weights, bit by bit, but for weights
# too small to matter, which become zero (`tests/test_perceptron.py`). Like the original it ends when
# the loss has not improved for ten epochs, or after 200. The nearest neighbours are searched in a k-d
# tree, which scikit-learn picks by itself for so few features. Merging equal rows would not make it
# faster: after SMOTE few rows are equal (`make bench`).

# %%
from lib.perceptron import Perceptron
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

CLASSIFIERS = {
    "knn": lambda one: KNeighborsClassifier(),
    "mlp": lambda one: Perceptron(random_state=one),
    "rf": lambda one: RandomForestClassifier(random_state=one),
    "dt": lambda one: DecisionTreeClassifier(random_state=one),
}

# %% [markdown]
# *Section 3.7.* Accuracy, and precision, recall and F1 of the attack class. That it is the attack
# class alone follows from the tables, as we will see.

# %%
from lib.parallel import each
from lib.scores import error_rates, paper_scores


def answers(call):
    protocol, name, one = call
    split = protocol(tables[name], one)
    found = []
    for classifier, make in CLASSIFIERS.items():
        fitted = make(one).fit(split.train_features, split.train_labels)
        predicted = fitted.predict(split.test_features)
        place = {"file": name, "classifier": classifier, "seed": one}
        scores = paper_scores(split.test_labels, predicted, "binary")
        found.append(place | scores | error_rates(split.test_labels, predicted))
    return found


# %% [markdown]
# Largest files first, so that no processor waits for the last one.

# %%
METRICS = ["accuracy", "precision", "recall", "f1"]
largest_first = sorted(tables, key=lambda name: -len(tables[name].labels))


def run_all(protocol, seeds, names=largest_first):
    calls = [(protocol, name, one) for name in names for one in seeds]
    found = each(answers, calls)
    return pd.DataFrame([row for rows in found for row in rows])


# %%
printed_order = run_all(as_printed, seeds)


# %%
def record(scores, prefix):
    for (name, classifier), group in scores.groupby(["file", "classifier"]):
        device, _, form = name.partition(".")
        id = ".".join(filter(None, ["toniot", prefix, form, device, classifier]))
        recorder.add_scores(id, group[METRICS], dataset=files[name])
    recorder.save()


record(printed_order, "")

# %% [markdown]
# ## Tables 1 to 4
#
# Each cell shows what the paper prints, what the published run of this book measured with its 95 %
# prediction interval, what this run measured where it differs, and the verdict. A table is judged only where the rows
# are the paper's: the full processed file, and for the garage door also its edge form. Everything
# else is *not comparable*. Put the processed files into the data folder and run again, and the same
# cells are judged.
#
# ### Table 1: fridge

# %% tags=["hide-input"]
from lib import claims

claims.matrix("toniot.fridge.*")

# %% [markdown]
# ### Table 2: motion light

# %% tags=["hide-input"]
claims.matrix("toniot.motion_light.*")

# %% [markdown]
# ### Table 3: thermostat

# %% tags=["hide-input"]
claims.matrix("toniot.thermostat.*")

# %% [markdown]
# ### Table 4: garage door
#
# The edge form comes from the same recording as the paper's file. Three things differ. Repeated rows
# are gone, which leaves less than a third of the rows; they were mostly normal ones, so that the
# share of attacks rises; and spellings are unified, so that padding cannot betray the label.

# %% tags=["hide-input"]
claims.matrix("toniot.garage_door.*")

# %% [markdown]
# Two things must be known to read these verdicts. Precision and F1 rise with the share of attacks,
# which is larger here than in the paper's file, so that a cell can agree for this reason alone. The
# end of this page {ref}`converts our scores <toniot-share-of-attacks>` to the paper's share. And a
# cell that lies outside its interval is *not comparable* when a conclusion that rests on it cannot be
# judged yet, as is the case for those on all four devices: whether that conclusion changes is part of
# the verdict. How far such a cell is off is in plain sight.
#
# The same protocol on the extract of the garage door, which has fewer of the attacks and only the
# normal rows of three days:

# %% tags=["hide-input"]
from lib import figures

by_file = printed_order.groupby(["file", "classifier"], sort=False)[METRICS].mean()
shown = by_file.loc["garage_door.extract"].rename(figures.NAMES)
shown.map("{:.2%}".format)

# %% [markdown]
# On every extract nearly every row is right. That is no success of a classifier: in the extracts
# normal rows and attacks never share a day, and the date is a feature.
#
# ## Figure 2: accuracies


# %%
from lib.intervals import prediction_interval


accuracies = claims.published_values("toniot.figure2.*")


def spread(values):
    known = len(values) > 2
    return prediction_interval(values) if known else (values.min(), values.max())


# %%
def draw_point(axis, place, device, name):
    own = printed_order.query("file == @device and classifier == @name")["accuracy"]
    colour = figures.COLOURS[name]
    axis.vlines(place, *spread(own), color=colour, linewidth=3)
    axis.plot(place, own.mean(), figures.MARKERS[name], color=colour)
    printed = accuracies[f"toniot.figure2.{device}.{name}"]
    axis.plot(place, printed, "x", color=figures.PAPER, mew=2)


# %% tags=["hide-input"] mystnb={"figure": {"caption": "Figure 2 redrawn: accuracy of four classifiers on four devices. Crosses: printed in the paper. Points and bars: this run, mean and 95 % prediction interval over replicates. Rows like the paper's were at hand for the garage door alone, unless the processed files are.", "name": "fig-toniot-accuracy"}, "image": {"alt": "Four groups of four crosses and points, one group a device. All stand at the top, but for the cross of the MLP on the garage door, which lies far below the point of this run and all others."}}
import matplotlib.pyplot as plt

figures.use_book_style()
figure, axis = plt.subplots(figsize=(5.6, 4.2))
for group, device in enumerate(sources):
    for position, name in enumerate(CLASSIFIERS):
        draw_point(axis, 5 * group + position, device, name)
for name in CLASSIFIERS:
    look = {"color": figures.COLOURS[name], "label": figures.NAMES[name]}
    axis.plot([], [], figures.MARKERS[name], **look)
titles = [device.replace("_", " ") for device in sources]
axis.set_xticks([5 * group + 1.5 for group in range(4)], titles)
axis.set_ylabel("accuracy (fraction of test rows)")
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# The paper's figure repeats the accuracies of its tables, so its bars share their verdicts.

# %% tags=["hide-input"]
claims.table(
    "toniot.figure2.garage_door.*", columns=("claim", "paper", "book", "verdict")
)

# %% [markdown]
# ## What the paper concludes
#
# A conclusion is first held against the paper's own tables. Two sentences about a pair of classifiers
# say otherwise than the tables they describe, and the overall winner wins in two tables of four.

# %% tags=["hide-input"]
claims.table("toniot.conclusion.*", columns=("claim", "paper", "verdict", "reason"))

# %% [markdown]
# ## SMOTE before the split
#
# Three replicates, mean scores, beside those of the printed order.

# %%
first = run_all(smote_first, list(seeds)[:3])
record(first, "before")

# %% tags=["hide-input"]
beside = pd.DataFrame(
    {
        (metric, order): scores.groupby(["file", "classifier"])[metric].mean()
        for metric in ("accuracy", "precision", "f1")
        for order, scores in (("printed", printed_order), ("SMOTE first", first))
    }
)
beside.loc["garage_door"].rename(figures.NAMES).map("{:.2%}".format)

# %% [markdown]
# Precision rises, because half of the test rows are attacks now. With printed digits alone one can
# tell which of the two was done, as follows.
#
# ## What the digits say
#
# **The share of attacks.** Accuracy, precision and recall fix the share of attacks among the test
# rows. All four rows of a table must imply one share, if their classifiers were tested on one set.
# (One row of Table 2 is left out. We come to it.)

# %%
from lib import arithmetic
from lib.datasets import registry

DECIMALS, ODD_ROW = 5, ("motion_light", "rf")
CUT_OFF = arithmetic.truncated_interval
PRINTED = claims.published_values("toniot.*")


# %%
def printed_row(device, name, interval=CUT_OFF):
    row = {
        metric: PRINTED[f"toniot.{device}.{name}.{metric}"] for metric in METRICS
    }
    return {metric: interval(value, DECIMALS) for metric, value in row.items()}


def printed_table(device, interval=CUT_OFF):
    names = [name for name in CLASSIFIERS if (device, name) != ODD_ROW]
    return {name: printed_row(device, name, interval) for name in names}


# %%
def share_of_attacks(device):
    shares = [
        arithmetic.prevalence_interval(
            row["accuracy"], row["precision"], row["recall"]
        )
        for row in printed_table(device).values()
    ]
    low, high = max(s.low for s in shares), min(s.high for s in shares)
    known = {
        form.name.partition("/")[2]: 1 - form.class_counts["normal"] / form.rows
        for form in registry.entry("ton-iot").select(device)
    }
    return {"all rows of the table imply": f"{low:.2%} to {high:.2%}"} | {
        f"in the {form} file": f"{share:.2%}" for form, share in known.items()
    }


# %% tags=["hide-input"]
pd.DataFrame({d: share_of_attacks(d) for d in sources}).T.fillna("")

# %% [markdown]
# Each table has one share, and it is near to that of the full processed file: the authors used that
# file, and did not fill up the test rows. Whether they filled up the training rows, the digits do not
# say.
#
# **The size of the test.** Five digits rule out most confusion matrices of whole numbers, and the
# four classifiers of a table must agree on the number of attack rows. We try every whole percentage,
# up to a half, of the rows of every known form of each file, once for digits that were cut off and
# once for rounded ones.

# %%
STYLES = {"cut off": CUT_OFF, "rounded": arithmetic.printed_interval}


def possible_tests(form, percentage, interval=CUT_OFF):
    table = printed_table(form.name.partition("/")[0], interval)
    size = -(-form.rows * percentage // 100)
    return list(arithmetic.shared_tests(list(table.values()), total=size))


def fitting_percentages(form, interval):
    return [p for p in range(1, 51) if possible_tests(form, p, interval)]


# %%
forms = [form for d in sources for form in registry.entry("ton-iot").select(d)]
fitting = {
    form.name: {
        name: fitting_percentages(form, how) for name, how in STYLES.items()
    }
    for form in forms
}

# %% tags=["hide-input"]
pd.DataFrame(fitting).T.map(
    lambda found: ", ".join(f"{p} %" for p in found) or "none"
)

# %% [markdown]
# The full processed files, and {book}`toniot.arithmetic.test_share|.0%` of their rows, for all four
# devices; nothing else. The paper prints {published}`toniot.setting.test_share`. The numbers of its
# tables have been measured on the larger test set, and their digits were cut off, not rounded. The
# sizes of the files are not in the paper; they are those that others recorded of the files that it
# names.

# %%
named = {
    d: form for form in forms for d in sources if form.name == f"{d}/processed"
}
agreed = set.intersection(
    *(set(fitting[f.name]["cut off"]) for f in named.values())
)
percentage = min(agreed)
tests = {device: possible_tests(form, percentage) for device, form in named.items()}
recorder.add("toniot.arithmetic.test_share", percentage / 100, "arithmetic", True)
for device, found in tests.items():
    count = np.mean([test.positives for test in found])
    id = f"toniot.arithmetic.{device}.attack_rows"
    recorder.add(id, count, "arithmetic", True)
recorder.save()

# %% [markdown]
# Our cells were measured at the printed split. Would the other one have changed them? Three
# replicates on the garage door:


# %%
def at_the_share_found(table, one):
    return as_printed(table, one, percentage / 100)


larger = run_all(at_the_share_found, list(seeds)[:3], ["garage_door"])
record(larger, "larger_test")

# %% tags=["hide-input"]
pd.DataFrame(
    {
        title: scores.query("file == 'garage_door'")
        .groupby("classifier")["accuracy"]
        .mean()
        for title, scores in (
            ("accuracy, as printed", printed_order),
            ("accuracy, larger test set", larger),
        )
    }
).reindex(CLASSIFIERS).rename(figures.NAMES).map("{:.2%}".format)

# %% [markdown]
# Hardly. So the verdicts do not hang on it.
#
# A split that keeps the class shares would have put a share of the file's attacks into the test
# rows. The numbers found differ from that, by no more than a random split would: the split was
# random, and one for all classifiers of a device.


# %% tags=["hide-input"]
def attack_rows(device):
    size = tests[device][0].totals[0]
    share = 1 - named[device].class_counts["normal"] / named[device].rows
    variance = size * share * (1 - share) * (1 - percentage / 100)
    return {
        "test rows": f"{size:,}",
        "attack rows found": " or ".join(f"{t.positives:,}" for t in tests[device]),
        "with class shares kept": f"{size * share:,.0f}",
        "deviation of a random split": f"{variance**0.5:,.0f}",
    }


pd.DataFrame({device: attack_rows(device) for device in tests}).T

# %% [markdown]
# With the processed files at hand the split itself could be found again: a seed of scikit-learn's
# `train_test_split` that gives the right number of attacks for all four devices. We try the first
# hundred for every device that has its file.


# %%
def seeds_that_fit(device):
    if files[device].variant != named[device].name or ROWS is not None:
        return "the processed file is not at hand"
    labels, wanted = tables[device].labels, {t.positives for t in tests[device]}
    share = percentage / 100
    counts = [
        train_test_split(labels, test_size=share, random_state=one)[1].sum()
        for one in range(100)
    ]
    fitting = [str(one) for one, count in enumerate(counts) if count in wanted]
    return ", ".join(fitting) or "none"


# %% tags=["hide-input"]
pd.DataFrame(
    {"seeds that fit": {device: seeds_that_fit(device) for device in named}}
)

# %% [markdown]
# **The matrices.** Each row of a table comes from one confusion matrix, or from one of two that
# differ by a single attack. From the first of them follow the error rates, which do not depend on
# the share of attacks and so can be held against this run on other rows.


# %%
def rates(device):
    test = tests[device][0]
    normal = test.totals[0] - test.positives
    pairs = zip(printed_table(device), test.matrices)
    return {
        (device, name): {
            "false alarms": alarms,
            "missed attacks": test.positives - found,
            "fpr": alarms / normal,
            "fnr": 1 - found / test.positives,
        }
        for name, (found, alarms) in pairs
    }


# %%
derived = pd.DataFrame({k: v for d in tests for k, v in rates(d).items()}).T
own = printed_order.groupby(["file", "classifier"])[["fpr", "fnr"]].mean()
beside = derived.rename_axis(own.index.names).join(own.add_suffix(", this run"))

# %% tags=["hide-input"]
shown = beside.rename(figures.NAMES, level="classifier")
for column in shown:
    look = "{:,.0f}" if column in ("false alarms", "missed attacks") else "{:.2%}"
    shown[column] = shown[column].map(look.format)
shown.fillna("")

# %% [markdown]
# On the garage door the paper's trees and neighbours raise false alarms at a third of our rate. The
# likely cause is what the full file has and ours has not: normal rows that repeat each other. They are
# easy, and each of them enlarges the number that false alarms are divided by. The paper's MLP flags a
# fifth of all normal rows of the garage door. Ours flags far fewer.
#
# (toniot-share-of-attacks)=
# ### Our scores at the paper's share of attacks
#
# Recall and the rate of false alarms do not depend on the share of attacks. From both follow our
# precision and F1 on test rows in which attacks are as rare as in the paper's.


# %%
def at_share(group, share):
    found, alarms = share * group["recall"], (1 - share) * group["fpr"]
    precision = found / (found + alarms)
    f1 = 2 * precision * group["recall"] / (precision + group["recall"])
    return pd.DataFrame({"precision": precision, "f1": f1})


# %%
test = tests["garage_door"][0]
doors = printed_order.query("file == 'garage_door'").groupby("classifier")
converted = {
    name: at_share(doors.get_group(name), test.positives / test.totals[0])
    for name in CLASSIFIERS
}
for name, values in converted.items():
    recorder.add_scores(
        f"toniot.at_printed_share.garage_door.{name}",
        values,
        protocol="converted to the share of attacks that Table 4 implies",
        dataset=files["garage_door"],
    )
recorder.save()


# %% tags=["hide-input"]
def beside_print(name, metric):
    return {
        "printed": PRINTED[f"toniot.garage_door.{name}.{metric}"],
        "measured here": doors.get_group(name)[metric].mean(),
        "here, at the paper's share": converted[name][metric].mean(),
    }


pd.DataFrame(
    {
        (figures.NAMES[name], metric): beside_print(name, metric)
        for name in CLASSIFIERS
        for metric in ("precision", "f1")
    }
).T.map("{:.1%}".format)

# %% [markdown]
# At the paper's share, nearest neighbours, forest and tree lie several points below the print, and the
# MLP far above it. Where Table 4 shows agreement in precision or F1, two differences cancel: our file
# has a larger share of attacks, and our classifiers raise more false alarms. We leave the verdicts as
# their rule gives them, since it was fixed before the run, and ask the reader not to count these cells
# as confirmed.
#
# ### The cell that cannot be right
#
#  The random forest's row of Table 2 fits no matrix, on any test set that the other rows allow. We
# leave out one of its cells at a time.


# %%
def without(cell):
    row = printed_row(*ODD_ROW)
    del row[cell]
    others = printed_table(ODD_ROW[0]).values()
    size = tests[ODD_ROW[0]][0].totals[0]
    found = arithmetic.shared_tests([*others, row], total=size)
    return [(test.positives, *test.matrices[-1]) for test in found]


# %% tags=["hide-input"]
def as_text(found):
    recalls = [f"{100 * hits / attacks:.3f}" for attacks, hits, _ in found]
    return {
        "matrices": len(found),
        "recall would be (%)": " or ".join(sorted(set(recalls))),
    }


pd.DataFrame({f"without {cell}": as_text(without(cell)) for cell in METRICS}).T

# %% [markdown]
# Only without the recall does the row fit. It is printed as
# {published}`toniot.motion_light.rf.recall`; with the last two digits exchanged, accuracy, precision
# and F1 all follow. Both the recall and the F1 score, which does not follow from it, are marked *paper
# inconsistent* above.
#
# In this notebook we have learnt that
#
# * the tables were made with the full processed files and a random split that left
#   {book}`toniot.arithmetic.test_share|.0%` of their rows for the test, untouched by SMOTE; the text
#   prints another share;
# * one recall of Table 2 has two digits exchanged, and everything else in the tables is consistent;
# * on the extracts nearly every row is classified correctly, on the garage door's larger form about
#   99 of 100: without having the paper's rows, one gets accuracies of the same kind;
# * where precision and F1 agree on the garage door, they do because the share of attacks differs;
# * the MLP's collapse on the garage door does not come out;
# * that the random forest is the best classifier on all devices is not what the tables say.
