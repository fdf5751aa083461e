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
# # Reproduction: the paper's tables and figures, re-run
#
# :::{admonition} Finding
# :class: finding
# Three of the four classical classifiers come out within the spread over seeds; XGBoost, in a newer
# version, scores two points higher. The network does not come out: accuracy
# {book}`xmednn.table1.dnn.accuracy` over ten seeds, where {published}`xmednn.table1.dnn.accuracy` is
# printed, and none of the other readings of the text that we tried comes close. The printed digits of
# Table 2 give away its random split, which can be repeated exactly.
# :::
#
# Here the paper's own protocol is carried out as it is printed, advantages included. The question
# is only whether the printed numbers come out. Whether the protocol measures what it is meant to
# measure is the next page's question.
#
# In this notebook we will
#
# * train the five classifiers of Table 1 on ten seeds and compare every cell;
# * redraw the confusion matrix, the learning curves, the ten folds and the SHAP summary;
# * check the paper's numbers against each other by arithmetic;
# * search for a reading of the text that would give the network's printed score.

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
recorder = Recorder(
    "03-xmednn-ehms/02_reproduction", dataset, profile, seed, replicates
)
flows = ehms.paper_flows(dataset.frame)
seeds = range(seed, seed + replicates)
run_banner(dataset, profile, seed, replicates)

# %% [markdown]
# ## The protocol as printed
#
# Sections 4.2 and 5, in their order: attack rows are repeated until the classes are equal, all
# features are scaled to [0, 1] with the minimum and maximum of all rows, and the rows are split
# 75/25 at random with equal class shares. A **replicate** is one pass through all of this with its
# own seed: its own repeated rows, split, initial weights and order of training.

# %%
import numpy as np
from lib.splits import oversample, scaled_split, split_rows

features, labels = flows.features.to_numpy(), flows.labels


def as_printed(seed):
    rows = oversample(np.arange(len(labels)), labels, seed)
    return scaled_split(
        features, labels, split_rows(rows, labels, seed), seed, scaled_on=rows
    )


splits = [as_printed(one) for one in seeds]

# %% [markdown]
# The network has 28 inputs, hidden layers of 64, 32 and 8 neurons with ELU, and one sigmoid output.
# Weights start He normal; Nadam with a learning rate of 0.01 minimises binary cross-entropy for 150
# epochs in batches of 20. The paper used TensorFlow, so where it is silent we take TensorFlow's
# conventions: a truncated normal for He, and 1e-7 for Nadam's epsilon. The quick profile trains for
# fewer epochs and says nothing about the paper.

# %%
from lib.networks import DenseSettings

EPOCHS = {"full": 150, "quick": 4}[profile]
settings = DenseSettings(
    sizes=(features.shape[1], 64, 32, 8, 1),
    learning_rate=0.01,
    epochs=EPOCHS,
    batch_size=20,
)

# %% [markdown]
# All replicates of the network are trained in one stacked pass; each ends, but for the rounding of
# sums, with the weights that it would have got alone (`tests/test_replicate.py` holds this). The four classical classifiers run
# with their libraries' defaults, since the paper names no settings.

# %%
from lib.detectors import CLASSICAL, fit_classical, fit_dense

chances = {name: fit_classical(make, splits) for name, make in CLASSICAL.items()}
chances["dnn"], trained = fit_dense(splits, settings)

# %% [markdown]
# ## Table 1: five classifiers
#
# The paper does not say how precision, recall and F1 are averaged. Its rows fit the unweighted mean
# of both classes (macro average) and not the attack class alone, so we score that way.

# %%
import pandas as pd
from lib.scores import paper_scores


def table1_row(name, split, chance):
    scores = paper_scores(split.test_labels, chance > 0.5, "macro")
    return {"rung": "printed", "classifier": name} | scores


table1 = pd.DataFrame(
    table1_row(name, split, chance)
    for name in ("dnn", "dt", "xgb", "gnb", "lr")
    for split, chance in zip(splits, chances[name], strict=True)
)
# %%
for name, rows in table1.groupby("classifier"):
    scores = rows.drop(columns=["rung", "classifier"])
    recorder.add_scores(f"xmednn.table1.{name}", scores)
recorder.save()

# %% tags=["hide-input"]
from lib import claims

claims.matrix("xmednn.table1.*", rows="subject", columns="metric")

# %% [markdown]
# The same in one picture: crosses are printed, points are ours with the interval in which one more
# run would be expected to fall.

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Accuracy in Table 1. Cross: printed in the paper. Point and bar: this run, mean and 95 % prediction interval over replicates.", "name": "fig-xmednn-table1"}, "image": {"alt": "Dot plot of accuracy for five classifiers. For logistic regression, decision tree and naive Bayes the printed cross lies close to the point of this run; for the DNN it lies far to its right."}}
import matplotlib.pyplot as plt
from lib import figures, ladder

figures.use_book_style()
printed = claims.published_values("xmednn.table1.*.accuracy", by="subject")
published = {name.lower(): value for name, value in printed.items()}
label = "accuracy (fraction of test rows)"
ladder.draw(table1, "accuracy", label, {"printed": "Table 1"}, (0.5, 1), published)
plt.show()

# %% [markdown]
# ## Figure 3: the confusion matrix
#
# The paper reads a false-positive rate (normal flows flagged) and a false-negative rate (attacks
# missed) off its confusion matrix.

# %%
from lib.scores import confusion, error_rates

pairs = list(zip(splits, chances["dnn"], strict=True))
rates = pd.DataFrame(
    [error_rates(split.test_labels, c > 0.5) for split, c in pairs]
)
recorder.add_scores("xmednn.figure3", rates)
recorder.save()
counts = pd.DataFrame(
    [confusion(split.test_labels, c > 0.5) for split, c in pairs]
).mean()

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Confusion matrix of the network on the test rows: mean counts over the replicates of this run, and the share of each true class.", "name": "fig-xmednn-confusion"}, "image": {"alt": "Two by two confusion matrix. Rows are true classes, columns predicted classes; the diagonal holds the larger counts, and both off-diagonal cells are far from empty."}}
figures.draw_confusion(counts[["tn", "fp", "fn", "tp"]].to_numpy().reshape(2, 2))
plt.show()

# %% tags=["hide-input"]
claims.table("xmednn.figure3.*", "xmednn.abstract.*")

# %% [markdown]
# Before any run, the printed rates can be held against the printed Table 1. The mean of the two
# rates, taken from one, is the macro recall. Do they agree?

# %%
from lib import arithmetic

row = claims.published_values("xmednn.table1.dnn.*", by="metric")
rate = claims.published_values("xmednn.figure3.*", by="metric")

# %% tags=["hide-input"]
comparison = {
    "macro recall from the two rates": (
        1 - (rate["fpr"] + rate["fnr"]) / 2,
        row["recall"],
    ),
    "one minus the printed FPR": (1 - rate["fpr"], row["accuracy"]),
    "one minus the printed FNR": (1 - rate["fnr"], row["precision"]),
}
pd.DataFrame(comparison, index=["from Figure 3", "printed in Table 1"]).T.assign(
    **{"which is Table 1's": ["recall", "accuracy", "precision"]}
).round(5)

# %% [markdown]
# They do not: the recalls differ by more than rounding allows. The last two lines are an observation
# and no more: to the printed digits, the two "rates" equal one minus Table 1's accuracy and one
# minus its precision.
#
# A second piece of arithmetic asks how many rows were tested. An accuracy is a whole number of
# correct rows divided by all rows, so five digits rule out most test sets. For the printed 25 % of
# the balanced rows, and for other round shares, how many of the five printed accuracies can occur?

# %%
intervals = [
    arithmetic.printed_interval(value, decimals=5, truncation=True)
    for value in claims.published_values("xmednn.table1.*.accuracy").values()
]


# %%
def possible(share):
    rows = int(np.ceil(share * 28_540))
    fitting = [
        len(arithmetic.counts_printing_as(one, rows)) > 0 for one in intervals
    ]
    return {
        "test share": f"{share:.1%}",
        "rows": rows,
        "accuracies that can occur": sum(fitting),
    }


# %% tags=["hide-input"]
pd.DataFrame([possible(share) for share in (0.1, 0.2, 0.25, 0.3, 1 / 3, 0.33, 0.4)])

# %% [markdown]
# Only one of these shares can have produced Table 1, and it is not the stated one. On those rows,
# with two nearly equal classes, each row of the table comes from exactly one whole-number confusion
# matrix, if further digits were cut off rather than rounded. Macro averages stay the same when the
# classes change places, so the printed scores leave open which of the two has the few errors, and how
# many rows are of which class. For the network, both ways:

# %%
row_scores = {name: row[name] for name in ("accuracy", "precision", "recall", "f1")}


def matrices(attacks, normals):
    return arithmetic.confusion_matrices(
        (attacks, normals), row_scores, "macro", truncation=True
    )


both = pd.DataFrame(
    [*matrices(4694, 4725), *matrices(4725, 4694)],
    columns=["true attack", "missed attack", "false alarm", "true normal"],
)

# %% tags=["hide-input"]
missed = both["missed attack"] / (both["true attack"] + both["missed attack"])
alarms = both["false alarm"] / (both["false alarm"] + both["true normal"])
both.assign(
    **{
        "false-negative rate": missed.map("{:.2%}".format),
        "false-positive rate": alarms.map("{:.2%}".format),
    }
)

# %% [markdown]
# Read this way the table is consistent with itself. One of its two error rates is more than five in a
# hundred and the other less than one, and neither order gives the two rates that the text reads off
# Figure 3. The class counts are those that fit all five rows of the table; a split that balances the
# classes, as the paper describes it, would have had 4,709 and 4,710. The share makes little difference
# to any score, as the search at the end of this page shows.
#
# ## Figure 4: the learning curves

# %% tags=["hide-input"] mystnb={"figure": {"caption": "Training loss and training accuracy of the network by epoch, one thin line a replicate, the mean in bold.", "name": "fig-xmednn-curves"}, "image": {"alt": "Two panels. Loss falls quickly at first and then slowly; accuracy rises quickly and then levels off well below one. Replicates lie close together."}}
figure, axes = plt.subplots(2, 1, sharex=True, figsize=(5.6, 5.4))
for axis, curves, name in zip(
    axes, (trained.loss, trained.accuracy), ("loss (nats)", "accuracy")
):
    epochs = np.arange(1, curves.shape[1] + 1)
    axis.plot(
        epochs, curves.T, color=figures.COLOURS["dnn"], alpha=0.25, linewidth=0.8
    )
    axis.plot(epochs, curves.mean(axis=0), color=figures.COLOURS["dnn"])
    axis.set_ylabel(name)
axes[1].set_xlabel("epoch")
plt.show()

# %% [markdown]
# The paper says that accuracy improves and loss falls gradually until the last epoch. The shape
# comes out ({numref}`fig-xmednn-curves`); the level does not.
#
# ## Table 2: ten folds
#
# In ten-fold cross-validation the balanced rows are dealt into ten parts; each part is tested by a
# network trained on the other nine. The scores of Table 2 follow each other's arithmetic for the
# attack class, so here precision, recall and F1 are the attack class's own.

# %%
from sklearn.model_selection import KFold


def ten_folds(seed):
    rows = oversample(np.arange(len(labels)), labels, seed)
    folds = KFold(10, shuffle=True, random_state=seed).split(rows)
    pairs = [(rows[train], rows[test]) for train, test in folds]
    return [
        scaled_split(features, labels, pair, seed, scaled_on=rows) for pair in pairs
    ]


folds = [split for one in seeds for split in ten_folds(one)]


# %%
def fold_scores(chances):
    pairs = zip(folds, chances, strict=True)
    rows = [
        paper_scores(split.test_labels, c > 0.5, "binary") for split, c in pairs
    ]
    index = pd.MultiIndex.from_product(
        [seeds, range(1, 11)], names=["seed", "fold"]
    )
    return pd.DataFrame(rows, index=index)


fold_chances, _ = fit_dense(folds, settings)
by_fold = fold_scores(fold_chances)

# %%
for fold in range(1, 11):
    recorder.add_scores(
        f"xmednn.table2.fold{fold:02d}", by_fold.xs(fold, level="fold")
    )
recorder.add_scores("xmednn.table2.mean", by_fold.groupby("seed").mean())
recorder.add_scores("xmednn.table2.std", by_fold.groupby("seed").std(ddof=0))
recorder.save()

# %% tags=["hide-input"]
claims.matrix("xmednn.table2.*", rows="subject", columns="metric")

# %% [markdown]
# (Deviations are taken with the divisor ten, which is the paper's, as the arithmetic below shows.)
#
# Table 2 has a pattern of its own: recall near one in every fold, precision a few points lower.
# That is the mark of a classifier that has memorised the attack rows, of which the other nine folds
# hold copies. Our network does not memorise them. A decision tree does. The same ten folds, scored
# with the default decision tree:

# %%
tree = fold_scores(fit_classical(CLASSICAL["dt"], folds))
recorder.add_scores("xmednn.table2.tree.mean", tree.groupby("seed").mean())
recorder.add_scores("xmednn.table2.tree.std", tree.groupby("seed").std(ddof=0))
recorder.save()

# %% tags=["hide-input"]
pd.DataFrame(
    {
        "printed mean": claims.published_values(
            "xmednn.table2.mean.*", by="metric"
        ),
        "network, this run": by_fold.mean(),
        "decision tree, this run": tree.groupby("seed").mean().mean(),
        "printed deviation": claims.published_values(
            "xmednn.table2.std.*", by="metric"
        ),
        "network's deviation": by_fold.groupby("seed").std(ddof=0).mean(),
        "tree's deviation": tree.groupby("seed").std(ddof=0).mean(),
    }
).T.round(4)

# %% [markdown]
# We only note the likeness. What a table's numbers were made with cannot be told from the numbers.
#
# The paper's own arithmetic for Table 2: does each F1 follow from precision and recall, which class
# share does each fold imply, and do the mean and the standard deviation follow from the folds?


# %%
def printed_fold(fold):
    return claims.published_values(f"xmednn.table2.fold{fold:02d}.*", by="metric")


def near(value):
    return arithmetic.printed_interval(value, decimals=5, truncation=True)


def f1_follows(fold):
    _, precision, recall, f1 = map(near, printed_fold(fold).values())
    implied = arithmetic.f1_interval(precision, recall)
    return implied.low <= f1.high and f1.low <= implied.high


# %%
def fold_arithmetic(fold):
    accuracy, precision, recall, _ = map(near, printed_fold(fold).values())
    share = arithmetic.prevalence_interval(accuracy, precision, recall)
    matrices = arithmetic.confusion_matrices(
        2854, printed_fold(fold), truncation=True
    )
    return {
        "F1 follows": "yes" if f1_follows(fold) else "no",
        "implied share of attacks": f"{share.low:.2%} to {share.high:.2%}",
        "matrices that fit": len(matrices),
        "attack rows": ", ".join(map(str, matrices[:, :2].sum(axis=1))),
    }


# %% tags=["hide-input"]
fold_facts = pd.DataFrame({fold: fold_arithmetic(fold) for fold in range(1, 11)}).T
fold_facts.rename_axis("fold")

# %% [markdown]
# Every fold of 2,854 rows, a tenth of all, admits exactly one confusion matrix. Mean and deviation
# follow from the folds as well, the deviation with the divisor ten:

# %% tags=["hide-input"]
printed_folds = pd.DataFrame([printed_fold(fold) for fold in range(1, 11)])
means = claims.published_values("xmednn.table2.mean.*", by="metric")
deviations = claims.published_values("xmednn.table2.std.*", by="metric")
pd.DataFrame(
    {
        "mean of the folds": printed_folds.mean(),
        "printed mean": means,
        "deviation of the folds": printed_folds.std(ddof=0),
        "printed deviation": deviations,
    }
).round(5)

# %% [markdown]
# Table 2 is sound arithmetic, and it says more. The numbers of attack rows in the ten folds are a
# fingerprint of the random split. We deal the balanced rows into folds with the first hundred seeds
# of scikit-learn's `KFold`, dropping each possible pair of the three invalid rows, and count how
# many of the ten printed folds come out with the right number of attacks.

# %%
from itertools import combinations


def attack_rows_of_folds(dropped, fold_seed):
    kept = dataset.frame["Label"].drop(index=list(dropped)).to_numpy()
    repeated = np.ones((kept == 0).sum() - kept.sum(), dtype=int)
    balanced = np.concatenate([kept, repeated])
    dealt = KFold(10, shuffle=True, random_state=fold_seed).split(balanced)
    return [str(balanced[test].sum()) for _, test in dealt]


# %%
def folds_that_fit(dropped, fold_seed):
    found = attack_rows_of_folds(dropped, fold_seed)
    return sum(
        one == printed for one, printed in zip(found, fold_facts["attack rows"])
    )


# %%
ports = dataset.frame["Sport"][~ehms.holds_numbers(dataset.frame)]
candidates = pd.DataFrame(
    (fold_seed, ", ".join(ports[list(pair)]), folds_that_fit(pair, fold_seed))
    for pair in combinations(ports.index, 2)
    for fold_seed in range(100)
)
candidates.columns = ["fold seed", "rows dropped", "folds that fit"]
best = candidates.sort_values("folds that fit", ascending=False, kind="stable")
most = best["folds that fit"].max()
recorder.add("xmednn.table2.folds_found", most, deterministic=True)

# %% tags=["hide-input"]
best.head(3).set_index("fold seed")

# %% [markdown]
# On the real file one candidate fits every fold. The same seed with another pair dropped fits some,
# and no other seed more than a few. The folds are found again: seed 1, with `fido` and `tfido`
# dropped and `dircproxy` kept as one more valid row.
# (Before this page was written we had looked further, at three thousand seeds; the one that fits is
# among the first hundred. Ten counts that all agree are no accident of such a search. The same kind of
# search for the seed of the oversampling and for the removed features found nothing that fits.)
# That the published splits can be recovered from the published digits alone settles three things at
# once: the file, the order of oversampling before splitting, and the count of two invalid rows.
#
# ## Figure 5: what the network looks at
#
# SHAP values {cite}`lundberg2017` divide a prediction among the features: a positive value pushes
# the flow towards "attack". As in the paper, `DeepExplainer` is used, on the network's probability,
# with 100 training rows as background, for each replicate. It approximates: the values of a flow add up
# to the distance of its probability from the background's, which the library checks, but single values
# may be larger than one where others of the opposite sign cancel them.

# %%
import shap
import torch
from torch import nn

ROWS = {"full": 500, "quick": 60}[profile]


# %%
def explain(network, split):
    background = torch.from_numpy(split.train_features[:100])
    rows = torch.from_numpy(split.test_features[:ROWS])
    with_sigmoid = nn.Sequential(*network, nn.Sigmoid())
    explainer = shap.DeepExplainer(with_sigmoid, background)
    return explainer.shap_values(rows)[:, :, 0]


# %%
values = [
    explain(n, split) for n, split in zip(trained.networks, splits, strict=True)
]
importance = pd.DataFrame(
    [np.abs(one).mean(axis=0) for one in values],
    index=seeds,
    columns=flows.features.columns,
)
ranks = importance.rank(axis=1, ascending=False)

# %% [markdown]
# A feature's direction of effect is summarised by the rank correlation between its value and its
# SHAP value: positive when high values push towards "attack".

# %%
from scipy.stats import spearmanr

PRINTED_TOP_FIVE = ("SrcLoad", "DIntPkt", "DstJitter", "Load", "Sport")
for name in PRINTED_TOP_FIVE:
    column = flows.features.columns.get_loc(name)
    pairs = [
        (s.test_features[:ROWS, column], v[:, column])
        for s, v in zip(splits, values)
    ]
    effect = [spearmanr(*pair).statistic for pair in pairs]
    recorder.add(f"xmednn.figure5.rank.{name}", ranks[name].to_numpy())
    recorder.add(f"xmednn.figure5.effect.{name}", effect)
recorder.save()

# %% tags=["hide-input"] mystnb={"figure": {"caption": "SHAP summary of the first replicate: the five features with the highest mean absolute SHAP value. Each dot is a test flow; to the right it is pushed towards attack.", "name": "fig-xmednn-shap"}, "image": {"alt": "Beeswarm plot with five rows of dots, one a feature, coloured from blue for low to red for high feature values, spread left and right of zero."}}
explanation = shap.Explanation(
    values[0],
    data=splits[0].test_features[:ROWS],
    feature_names=list(flows.features.columns),
)
shap.plots.beeswarm(
    explanation,
    max_display=5,
    group_remaining_features=False,
    show=False,
    plot_size=(5.6, 4),
)
plt.gca().set_xlabel("SHAP value (share in the attack probability)")
plt.show()

# %% tags=["hide-input"]
claims.table("xmednn.figure5.*")

# %% [markdown]
# How steady is such a ranking? For each feature, its mean rank over the replicates and the best and
# worst it got:

# %% tags=["hide-input"]
spread = pd.DataFrame(
    {"mean rank": ranks.mean(), "best": ranks.min(), "worst": ranks.max()}
)
spread.sort_values("mean rank").head(8).round(1)

# %% [markdown]
# ## Table 3: against related work
#
# The paper's own row restates Table 2 and the false-positive rate of Figure 3. The other rows are
# results of other papers, on other splits and partly on other data; we carry them as context and do not
# judge them.

# %% tags=["hide-input"]
claims.table("xmednn.table3.*")

# %% [markdown]
# ## In search of the printed score
#
# The network's printed accuracy does not come out. Perhaps we misread the text. We change one thing at
# a time, and in two attempts what is usual together, three replicates each: what the paper leaves open, and what might have been done without
# being written. Everything else stays as printed.

# %%
from sklearn.preprocessing import QuantileTransformer, StandardScaler

ADDRESSES = ("SrcAddr", "DstAddr", "SrcMac", "DstMac")
WITH_CLOCK = (*ADDRESSES, "Dir", "Flgs", "Dport")
WITH_FLAGS = (*ADDRESSES, "Dir", "Dport", "Packet_num")
attempts = {
    "as printed": {},
    "PyTorch's He normal and epsilon": {
        "settings": {"truncated": False, "epsilon": 1e-8}
    },
    "learning rate 0.001": {"settings": {"learning_rate": 0.001}},
    "learning rate 0.0001": {"settings": {"learning_rate": 0.0001}},
    "33 % for testing": {"test_share": 0.33},
}

# %%
attempts |= {
    "standardised features": {"scaler": StandardScaler},
    "standardised, rate 0.001": {
        "scaler": StandardScaler,
        "settings": {"learning_rate": 0.001},
    },
    "features replaced by their ranks": {"scaler": QuantileTransformer},
    "Packet_num kept": {"removed": WITH_CLOCK},
    "Packet_num kept, standardised, rate 0.001": {
        "removed": WITH_CLOCK,
        "scaler": StandardScaler,
        "settings": {"learning_rate": 0.001},
    },
    "Flgs kept as a number": {"removed": WITH_FLAGS},
}

# %%
from sklearn.preprocessing import MinMaxScaler


def attempt_split(
    seed, removed=ehms.REMOVED, scaler=MinMaxScaler, test_share=0.25, settings=None
):
    chosen = ehms.paper_flows(dataset.frame, removed)
    rows = oversample(np.arange(len(labels)), labels, seed)
    halves = split_rows(rows, labels, seed, test_share)
    table = chosen.features.to_numpy()
    return scaled_split(table, labels, halves, seed, scaled_on=rows, scaler=scaler)


# %% [markdown]
# All attempts share one architecture, so they train in one stack. Besides the test rows we score
# the training rows: a network that cannot even fit the rows it was shown cannot score higher on
# others.

# %%
tries = [
    (name, one, how) for name, how in attempts.items() for one in list(seeds)[:3]
]
attempt_splits = [attempt_split(one, **how) for _, one, how in tries]
own_settings = [settings.but(**how.get("settings", {})) for _, _, how in tries]
attempt_chances, attempt_networks = fit_dense(attempt_splits, own_settings)

# %%
from sklearn.metrics import accuracy_score

accuracy = pd.DataFrame(
    {
        "attempt": [name for name, _, _ in tries],
        "test": [
            accuracy_score(split.test_labels, c > 0.5)
            for split, c in zip(attempt_splits, attempt_chances, strict=True)
        ],
        "training, last epoch": attempt_networks.accuracy[:, -1],
    }
)
# %% tags=["hide-input"]
summary = accuracy.groupby("attempt", sort=False).agg(["mean", "max"])
summary.columns = ["test, mean", "test, best", "training, mean", "training, best"]
recorder.add(
    "xmednn.search.best", accuracy["test"].max(), protocol="best of all attempts"
)
recorder.save()
summary.loc["printed in Table 1"] = [published["dnn"]] + [np.nan] * 3
summary.round(3).astype(object).fillna("")

# %% [markdown]
# No attempt comes near the printed value, on test rows or on training rows. What moves the score
# most is the choice of features, not the optimiser: a clock among the features helps.
#
# In this notebook we have learnt that
#
# * logistic regression, the decision tree and naive Bayes reproduce within the spread over seeds, so
#   data, oversampling and scaling are read as the authors meant them;
# * the network as described does not reach its printed scores, nor does any variant we tried;
# * the ranking of classifiers therefore changes: the decision tree is ahead of the network;
# * Figure 3 and Table 1 print rates that cannot come from one confusion matrix, and Table 1 cannot
#   come from a test set of the stated size;
# * Table 2 is consistent, and its folds can be found again from its digits;
# * the order of the five features in Figure 5 depends on the seed.
