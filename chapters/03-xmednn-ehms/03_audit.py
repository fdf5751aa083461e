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
# # Audit: XMeDNN, one advantage less at a time
#
# :::{admonition} Finding
# :class: finding
# The decision tree's accuracy of {book}`xmednn.ladder.printed.dt.accuracy` rests on copies: almost
# every attack row in the test set was also trained on. When copies stay on one side, its balanced
# accuracy is {book}`xmednn.ladder.copies.dt.balanced_accuracy`; without the clock and on runs of
# the attacks never seen, {book}`xmednn.ladder.blocks.dt.balanced_accuracy`. The network had memorised little and
# loses little: {book}`xmednn.ladder.printed.dnn.balanced_accuracy` as printed,
# {book}`xmednn.ladder.blocks.dnn.balanced_accuracy` at the end.
# :::
#
# A score answers the question that its protocol asks. The printed protocol asks: *can you recognise
# flows that you have seen, or whose neighbours in time you have seen?* A hospital asks: *will you
# notice the next attack?* This page walks from the first question to the second in five steps, and
# shows at each step what the score was worth.
#
# In this notebook we will
#
# * climb the ladder from the printed protocol to a split by attack;
# * follow all five classifiers, and a baseline that always says "normal", on ten seeds;
# * see which step costs what;
# * turn the last rung into alarms a day.

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
from lib import datasets, ehms
from lib.banner import run_banner
from lib.records import Recorder

dataset = datasets.load("wustl-ehms-2020")
recorder = Recorder("03-xmednn-ehms/03_audit", dataset, profile, seed, replicates)
flows = ehms.paper_flows(dataset.frame)
seeds = range(seed, seed + replicates)
run_banner(dataset, profile, seed, replicates)

# %% [markdown]
# ## The rungs
#
# Every rung is a choice of rows: which train, which test, and on which the scaler learns its
# minimum and maximum. Rows are named by their number in the file, so a copied row keeps its name and
# can be found again.

# %%
import numpy as np
from lib.splits import (
    oversample,
    scaled_split,
    split_blocks,
    split_rows,
    split_sources,
)

features, labels = flows.features.to_numpy(), flows.labels
every_row = np.arange(len(labels))

# %% [markdown]
# **Rung 0, as printed.** Attack rows are repeated about seven times on average, then all rows are
# scaled together and split at random. Copies of one attack row land on both sides.


# %%
def printed(seed):
    rows = oversample(every_row, labels, seed)
    return scaled_split(
        features, labels, split_rows(rows, labels, seed), seed, scaled_on=rows
    )


# %% [markdown]
# How many test rows of the attack class have a copy of themselves among the training rows?


# %%
def share_seen_in_training(seed):
    rows = oversample(every_row, labels, seed)
    train, test = split_rows(rows, labels, seed)
    return np.isin(test[labels[test] == 1], train).mean()


seen = [share_seen_in_training(one) for one in seeds]
recorder.add("xmednn.audit.attack_rows_seen", seen)
print(f"{np.mean(seen):.1%} of the attack rows in the test set")

# %% [markdown]
# **Rung 1, no copies on both sides.** The same, except that all copies of one row go to one side.


# %%
def copies(seed):
    rows = oversample(every_row, labels, seed)
    return scaled_split(
        features, labels, split_sources(rows, labels, seed), seed, scaled_on=rows
    )


# %% [markdown]
# **Rung 2, split first.** Rows are split, then each side is balanced by itself, and the scaler knows
# only the training side.


# %%
def split_first(seed):
    train, test = split_rows(every_row, labels, seed)
    halves = oversample(train, labels, seed), oversample(test, labels, seed)
    return scaled_split(features, labels, halves, seed)


# %% [markdown]
# **Rung 3, oversampling only in training.** The test rows keep the share of attacks that the capture
# had, so a test row is a row that happened.


# %%
def train_only(seed):
    train, test = split_rows(every_row, labels, seed)
    return scaled_split(
        features, labels, (oversample(train, labels, seed), test), seed
    )


# %% [markdown]
# **Rung 4, identifiers and clocks out.** `Sport` goes. The data page showed that it counts upwards
# with time. `Packet_num`, the other clock, is already gone.

# %%
timeless = flows.without("Sport").features.to_numpy()


def no_identifiers(seed):
    train, test = split_rows(every_row, labels, seed)
    return scaled_split(
        timeless, labels, (oversample(train, labels, seed), test), seed
    )


# %% [markdown]
# **Rung 5, split by attack.** Whole blocks of time, each a stretch of normal flows and the attack
# that ends it, go to one side. Now the test asks about runs of the attacks that were never seen. Their
# kinds were: the capture has two.


# %%
def blocks(seed):
    train, test = split_blocks(flows.blocks, seed)
    return scaled_split(
        timeless, labels, (oversample(train, labels, seed), test), seed
    )


# %%
RUNGS = {
    "printed": (printed, "as printed"),
    "copies": (copies, "no copies on both sides"),
    "split_first": (split_first, "split before oversampling"),
    "train_only": (train_only, "oversampling in training only"),
    "no_identifiers": (no_identifiers, "identifiers and clocks out"),
    "blocks": (blocks, "split by attack in time"),
}
splits = {rung: [make(one) for one in seeds] for rung, (make, _) in RUNGS.items()}

# %% [markdown]
# ## Climbing
#
# The network keeps the printed settings on every rung. Rungs with the same number of features train
# in one stacked pass.

# %%
from lib.detectors import CLASSICAL, fit_classical, fit_dense
from lib.networks import DenseSettings

EPOCHS = {"full": 150, "quick": 4}[profile]


def networks_for(rungs):
    flat = [split for rung in rungs for split in splits[rung]]
    sizes = (flat[0].train_features.shape[1], 64, 32, 8, 1)
    chances, _ = fit_dense(flat, DenseSettings(sizes, 0.01, EPOCHS, batch_size=20))
    return {
        rung: chances[i * replicates : (i + 1) * replicates]
        for i, rung in enumerate(rungs)
    }


# %%
chances = {"dnn": networks_for(list(RUNGS)[:4]) | networks_for(list(RUNGS)[4:])}
for name, make in CLASSICAL.items():
    chances[name] = {rung: fit_classical(make, splits[rung]) for rung in RUNGS}
chances["majority"] = {
    rung: [np.zeros(len(split.test_labels)) for split in splits[rung]]
    for rung in RUNGS
}

# %%
import pandas as pd
from lib.scores import detector_scores, expected_precision

scores = pd.DataFrame(
    {"rung": rung, "classifier": name, "seed": split.seed}
    | detector_scores(split.test_labels, given)
    for name, by_rung in chances.items()
    for rung in RUNGS
    for split, given in zip(splits[rung], by_rung[rung], strict=True)
)

# %%
for (rung, name), group in scores.groupby(["rung", "classifier"], sort=False):
    measured = group.drop(columns=["rung", "classifier", "seed"])
    recorder.add_scores(
        f"xmednn.ladder.{rung}.{name}", measured, protocol=RUNGS[rung][1]
    )
recorder.save()

# %% [markdown]
# ## The ladder
#
# The share of attacks changes between rungs 2 and 3, and some scores change with it for no other
# reason. **Balanced accuracy**, the mean of the shares of attack and of normal rows that are
# recognised, does not; half is what guessing gets. It is also what the paper's accuracy means on
# its balanced rows.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The ladder in balanced accuracy. From top to bottom one advantage is taken away at a time. Crosses: printed in Table 1. Points and bars: mean and 95 % prediction interval over replicates.", "name": "fig-xmednn-ladder"}, "image": {"alt": "Six rungs from top to bottom with one point a classifier. The decision tree and XGBoost fall steeply from rung 0 to rung 1 and again at the last rungs; the network stays in the middle throughout; the majority class stays at one half."}}
import matplotlib.pyplot as plt
from lib import claims, figures, ladder

figures.use_book_style()
titles = {rung: title for rung, (_, title) in RUNGS.items()}
printed_accuracy = claims.published_values("xmednn.table1.*.accuracy", by="subject")
published = {name.lower(): value for name, value in printed_accuracy.items()}
label = "balanced accuracy (0.5 is guessing)"
ladder.draw(scores, "balanced_accuracy", label, titles, (0.4, 1), published)
plt.show()

# %% [markdown]
# The first step costs the tree most. It had memorised attack rows and met their copies again. Naive
# Bayes has wide intervals because on some seeds it collapses to guessing. This happens when the one
# attack flow with packet loss is not among the training rows: the loss columns are then constant for
# attacks, and their narrow distribution outweighs everything else.
#
# The F1 score of the attack class shows what an operator gets; from rung 3 on, attacks are as rare
# as they were in the capture.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "The same ladder in the F1 score of the attack class.", "name": "fig-xmednn-ladder-f1"}, "image": {"alt": "Six rungs from top to bottom with one point a classifier. All classifiers have less F1 at the end than at the start, with a large drop where the test rows keep the true share of attacks."}}
ladder.draw(scores, "f1_attack", "F1 of the attack class", titles)
plt.show()

# %% [markdown]
# All scores on the first rung and on the last, means over the replicates.

# %% tags=["hide-input"]
METRICS = [
    "accuracy",
    "balanced_accuracy",
    "f1_attack",
    "fpr",
    "fnr",
    "pr_auc",
    "mcc",
]
ends = scores[scores["rung"].isin(["printed", "blocks"])]
table = ends.groupby(["rung", "classifier"], sort=False)[METRICS].mean().round(3)
table.rename(index=titles | figures.NAMES)

# %% [markdown]
# On the last rung accuracy looks respectable for a classifier that never raises an alarm: most flows
# are normal. The Matthews coefficient (`mcc`, 0 for guessing and for silence) is not fooled.
#
# Which step costs what? The change of balanced accuracy from each rung to the next:

# %% tags=["hide-input"]
means = scores.pivot_table("balanced_accuracy", "rung", "classifier", sort=False)
means.diff().iloc[1:].rename(index=titles, columns=figures.NAMES).round(3)

# %% [markdown]
# ## Does the detector generalise?
#
# The paper concludes from its ten folds that the classifier "generalizes well beyond its training
# dataset". Folds of oversampled rows cannot show this, since each fold's attack rows were trained on
# in nine others. The claim is judged by the last rung: the network's balanced accuracy on runs of the
# attacks that it has not seen, against the interval that the paper's own folds span. Our network is
# below that interval on rung 0 already, and loses little from there on. So the verdict says that the
# printed level is not met, not that the network fails to generalise from what it has learnt.

# %% tags=["hide-input"]
claims.table("xmednn.conclusion.*")

# %% [markdown]
# ## What a hospital would see
#
# A share of false alarms sounds small until it is multiplied. Suppose one gateway that sends a flow
# every two seconds, as many as the test bed, and the share of attacks of the capture. For each
# classifier on the last rung: the false alarms in a day, the attack flows it misses, and how many of
# its alarms are real.

# %%
FLOWS_A_DAY = 24 * 60 * 60 / 2
prevalence = labels.mean()


def alarms_a_day(row):
    attacks = FLOWS_A_DAY * prevalence
    false_alarms = row["fpr"] * (FLOWS_A_DAY - attacks)
    found = (1 - row["fnr"]) * attacks
    real = expected_precision(row["fpr"], row["fnr"], prevalence)
    return {
        "false alarms a day": round(false_alarms),
        "attack flows missed a day": round(attacks - found),
        "share of alarms that are attacks": round(real, 3),
    }


# %% tags=["hide-input"]
honest = (
    scores[scores["rung"] == "blocks"]
    .groupby("classifier", sort=False)[["fpr", "fnr"]]
    .mean()
)
daily = pd.DataFrame(
    {figures.NAMES[name]: alarms_a_day(row) for name, row in honest.iterrows()}
).T
daily.astype(object).fillna("no alarms")

# %% tags=["remove-cell"]
for name, row in honest.iterrows():
    for key, value in alarms_a_day(row).items():
        if np.isfinite(value):
            recorder.add(f"xmednn.hospital.{name}.{key.replace(' ', '_')}", value)
recorder.save()

# %% [markdown]
# In a real ward attacks would be far rarer than in this capture, and the share of real alarms lower
# still.
#
# In this notebook we have learnt that
#
# * most of what the decision tree and XGBoost lose they lose at the first step, which takes away copies of
#   attack rows on both sides of the split;
# * the clock is the second advantage: without `Sport` both lose again;
# * the network and logistic regression gain little from either, because they never memorised the rows;
#   naive Bayes gains a few points from copies;
# * once the clock is out, splitting by attack costs little more, but for naive Bayes, and widens every
#   interval, since runs of an attack differ from each other;
# * on runs not seen before, no classifier comes near the scores of the printed protocol's best,
#   and accuracy hides it, because most flows are normal.
