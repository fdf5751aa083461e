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
# The printed digits give away the ten folds of Table 2 and the size of Table 1's test set, 33 %, and make likely,
# by the seed of the folds, which rows it has. On these, with columns chosen by nearness to Table 1, the decision tree comes out as printed, logistic regression
# and naive Bayes nearly so, and XGBoost scores above print. The network's accuracy is
# {book}`xmednn.table1.dnn.accuracy` where {published}`xmednn.table1.dnn.accuracy` is printed, and
# {book}`xmednn.table2.mean.accuracy` over the folds where {published}`xmednn.table2.mean.accuracy`
# is. Two runs with the paper's own versions of Keras and TensorFlow give as much as ours, and what
# would come nearer is the question of [another page](05_search.ipynb).
# :::
#
# Here the paper's protocol is carried out as printed, advantages included, on the rows that the
# printed digits point to. Whether it measures what it is meant to is the [audit's](03_audit.ipynb)
# question.

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
from lib.papers import xmednn
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

dataset = xmednn.load()
recorder = Recorder(
    "03-xmednn-ehms/02_reproduction", dataset, profile, seed, replicates
)
seeds = range(seed, seed + replicates)
run_banner(dataset, profile, seed, replicates)

# %% [markdown]
# ## Two lost splits, found in the digits
#
# A fold of Table 2 has 2,854 rows, a tenth of the balanced rows. Its four scores, with five digits
# each, fit one confusion matrix and no other, if further digits were cut off. So each fold gives
# away how many attack rows it holds.

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
from lib import claims
from lib.methods import arithmetic


# %% tags=["hide-input"]
def printed_fold(fold):
    return claims.published_values(f"xmednn.table2.fold{fold:02d}.*", by="metric")


def near(value):
    return arithmetic.printed_interval(value, decimals=5, truncation=True)


def f1_follows(fold):
    _, precision, recall, f1 = map(near, printed_fold(fold).values())
    implied = arithmetic.f1_interval(precision, recall)
    return implied.low <= f1.high and f1.low <= implied.high


# %% tags=["hide-input"]
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


# %% tags=["hide-input", "hide-output"] caption="What the printed scores of each fold give away."
fold_facts = pd.DataFrame({fold: fold_arithmetic(fold) for fold in range(1, 11)}).T
fold_facts.rename_axis("fold")

# %% [markdown]
# Ten such counts are a fingerprint of the random split. We deal the balanced rows into folds with a
# thousand seeds of scikit-learn's `KFold`, dropping each pair of the three invalid rows (the paper
# counts two), and ask how many of the ten come out. The other seeds show chance.

# %%
from itertools import combinations, product
from sklearn.model_selection import KFold, train_test_split

SEEDS_SEARCHED = {"full": 1000, "quick": 50}[profile]
printed_counts = [int(count) for count in fold_facts["attack rows"]]


def balanced_labels(dropped):
    kept = dataset.frame["Label"].drop(index=list(dropped)).to_numpy()
    return np.concatenate([kept, np.ones((kept == 0).sum() - kept.sum(), int)])


def folds_that_fit(labels, fold_seed):
    dealt = KFold(10, shuffle=True, random_state=fold_seed).split(labels)
    return sum(labels[t].sum() == n for (_, t), n in zip(dealt, printed_counts))


# %% tags=["hide-input"]
ports = dataset.frame["Sport"][~xmednn.holds_numbers(dataset.frame)]
tried = [
    (fold_seed, ", ".join(ports[list(pair)]), folds_that_fit(labels, fold_seed))
    for pair in combinations(ports.index, 2)
    for labels in [balanced_labels(pair)]
    for fold_seed in range(SEEDS_SEARCHED)
]
# A copy of the file without its three odd rows leaves nothing to try.
candidates = pd.DataFrame(
    tried, columns=["fold seed", "rows dropped", "folds that fit"]
)

# %% tags=["hide-input"] caption="Candidates by how many folds fit."
best = candidates.sort_values("folds that fit", ascending=False, kind="stable")
others = best[~best["fold seed"].isin(best["fold seed"].head(1))]
searched = {"deterministic": True, "protocol": f"{SEEDS_SEARCHED} seeds searched"}
for name, found in {"found": best, "other": others}.items() if tried else ():
    most = found["folds that fit"].max()
    recorder.add(f"xmednn.table2.folds_{name}", most, **searched)
candidates["folds that fit"].value_counts().sort_index().rename(
    "candidates"
).to_frame().T

# %% tags=["hide-input", "hide-output"] caption="The three candidates with the most folds that fit."
best.head(3).set_index("fold seed")

# %% [markdown]
# On the real file one candidate of three thousand fits every fold: seed 1 without `fido` and `tfido`, `dircproxy` kept as a valid row. The same seed with another pair comes second (folded); no other seed fits more than two.
#
# Table 1's five accuracies, further digits cut off as in the folds, rule out most sizes of a test
# set.

# %% tags=["hide-input"]
intervals = [
    arithmetic.printed_interval(value, decimals=5, truncation=True)
    for value in claims.published_values("xmednn.table1.*.accuracy").values()
]


# %%
BALANCED = 28_540


def occurring(rows):
    return sum(len(arithmetic.counts_printing_as(i, rows)) > 0 for i in intervals)


def possible(share):
    rows = int(np.ceil(share * BALANCED))
    found = {"test share": f"{share:.1%}", "rows": rows}
    return found | {"accuracies that can occur": occurring(rows)}


# %% tags=["remove-cell"]
sizes = range(2_000, BALANCED // 2 + 1)
all_occur = [rows for rows in sizes if occurring(rows) == len(intervals)]
kept = {"deterministic": True, "protocol": "sizes of 2,000 rows to half of them"}
recorder.add("xmednn.table1.sizes_that_fit", len(all_occur), **kept)


# %% tags=["hide-input", "hide-output"] caption="Test shares, and how many accuracies can occur."
pd.DataFrame([possible(share) for share in (0.1, 0.2, 0.25, 0.3, 1 / 3, 0.33, 0.4)])

# %% [markdown]
# Of seven shares (folded) only 33 % can have produced Table 1, and not the stated 25 %; of all sizes from 2,000 to half of the
# balanced rows {book}`xmednn.table1.sizes_that_fit|.0f` can, its 9,419. On these rows
# the table's five rows together fit one size of the classes, 4,694 and 4,725, and with it each fits
# exactly one confusion matrix, but for the names of the classes. A split that balances the classes,
# as described, would have 4,709 and 4,710. An ordinary `train_test_split` with the seed 1 of the folds puts 4,694 attack rows into the test, one of the two sizes.

# %% tags=["hide-input"]
recovered = balanced_labels(ports.index[ports.isin(xmednn.LEFT_OUT)])
tested = pd.Series(
    train_test_split(recovered, test_size=0.33, random_state=one)[1].sum()
    for one in range(SEEDS_SEARCHED)
)
# %% tags=["hide-input"] caption="Attack rows in the test, and how many seeds have either size."
fitting = tested.isin([4694, 4725])
recorder.add("xmednn.table1.attacks_tested", tested[1], "seed 1", True)
recorder.add("xmednn.table1.seeds_that_fit", fitting.sum(), **searched)
pd.DataFrame(
    {
        "attack rows in the test, seed 1": [tested[1]],
        f"seeds of {SEEDS_SEARCHED:,} with 4,694": [(tested == 4694).sum()],
        "with 4,725": [(tested == 4725).sum()],
    },
    index=[""],
)

# %% [markdown]
# By itself one count proves little: about one seed in fifty fits by chance. That it is the seed of
# the folds makes the pair convincing, not certain. If the split is this one, the attack class has
# the 4,694 rows, which also says which error rate is which. All of this rests on the order of the labels alone. It shows that the rows stood in the order of this file, that oversampling came before splitting and that two rows were taken as invalid; it says nothing of features, nor which attack rows were repeated.
#
# ## The protocol
#
# Attack rows are repeated until the classes are equal, features scaled to [0, 1] by all rows'
# minimum and maximum, and the rows split as found. A **replicate** has its own repeated rows,
# initial weights and order of training; the split stays. (Split anew, 25 % for testing: the audit's
# rung 0.)

# %%
from lib.methods.splits import oversample, scaled_split

flows = xmednn.recovered_table(dataset.frame)
features, labels = flows.features.to_numpy(), flows.labels


# %% tags=["method"]
def repeated_rows(seed):
    return oversample(np.arange(len(labels)), labels, seed)


def as_printed(seed):
    rows = repeated_rows(seed)
    halves = train_test_split(rows, test_size=0.33, random_state=1)
    return scaled_split(features, labels, halves, seed, scaled_on=rows)


splits = [as_printed(one) for one in seeds]

# %% [markdown]
# The network has 28 inputs, hidden layers of 64, 32 and 8 neurons with ELU, and one sigmoid output.
# Weights start He normal; Nadam with a learning rate of 0.01 minimises binary cross-entropy for 150
# epochs in batches of 20. The paper used TensorFlow, so where it is silent we take TensorFlow's
# conventions: a truncated normal for He, and 1e-7 for Nadam's epsilon. The quick profile trains for
# fewer epochs and says nothing about the paper.

# %% tags=["method"]
from lib.methods.dense.network import DenseSettings

EPOCHS = {"full": 150, "quick": 4}[profile]
settings = DenseSettings(
    sizes=(features.shape[1], 64, 32, 8, 1),
    learning_rate=0.01,
    epochs=EPOCHS,
    batch_size=20,
)

# %% [markdown]
# The classical classifiers run with their libraries' defaults, since the paper names no settings.

# %%
from lib.methods.detectors import CLASSICAL, fit_classical, fit_dense

chances = {name: fit_classical(make, splits) for name, make in CLASSICAL.items()}
chances["dnn"], trained = fit_dense(splits, settings)

# %% [markdown]
# ## Table 1: five classifiers
#
# The paper does not say how precision, recall and F1 are averaged. Its rows fit the unweighted mean
# of both classes (macro average) and not the attack class alone, so we score that way.

# %% tags=["hide-input"]
from lib.methods.scores import confusion, error_rates, paper_scores


def table1_row(name, split, chance):
    scores = paper_scores(split.test_labels, chance > 0.5, "macro")
    return {"rung": "printed", "classifier": name} | scores


table1 = pd.DataFrame(
    table1_row(name, split, chance)
    for name in ("dnn", "dt", "xgb", "gnb", "lr")
    for split, chance in zip(splits, chances[name], strict=True)
)
# %% tags=["remove-cell"]
FOUND = "on the split found"
for name, rows in table1.groupby("classifier"):
    scores = rows.drop(columns=["rung", "classifier"])
    recorder.add_scores(f"xmednn.table1.{name}", scores, protocol=FOUND)
recorder.save()

# %% tags=["hide-input"]
claims.matrix("xmednn.table1.*", rows="subject", columns="metric")

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Accuracy in Table 1. Cross: printed in the paper. Point and bar: this run, mean and 95 % prediction interval over replicates.", "name": "fig-xmednn-table1"}, "image": {"alt": "Dot plot of accuracy for five classifiers. For logistic regression, decision tree and naive Bayes the printed cross lies close to the point of this run: for the tree {published}`xmednn.table1.dt.accuracy` beside {book}`xmednn.table1.dt.accuracy|.3f`. That of XGBoost lies a little to the left of its point, and that of the DNN, {published}`xmednn.table1.dnn.accuracy`, far to the right of its own, {book}`xmednn.table1.dnn.accuracy|.3f`."}}
import matplotlib.pyplot as plt
from lib.methods import figures, ladder

figures.use_book_style()
printed = claims.published_values("xmednn.table1.*.accuracy", by="subject")
published = {name.lower(): value for name, value in printed.items()}
label = "accuracy (fraction of test rows)"
ladder.draw(table1, "accuracy", label, {"printed": "Table 1"}, (0.5, 1), published)
plt.show()

# %% [markdown]
# On this split each printed row fits one confusion matrix, which gives the authors' errors.


# %% tags=["hide-input"]
def printed_matrix(name):
    row = claims.published_values(f"xmednn.table1.{name}.*", by="metric")
    scores = {key: row[key] for key in ("accuracy", "precision", "recall", "f1")}
    fitting = arithmetic.confusion_matrices(
        (4694, 4725), scores, "macro", truncation=True
    )
    return dict(zip(("tp", "fn", "fp", "tn"), fitting[0], strict=True))


def counted(splits, chances):
    pairs = zip(splits, chances, strict=True)
    return pd.DataFrame(confusion(s.test_labels, c > 0.5) for s, c in pairs)


# %% tags=["hide-input"]
KINDS_OF_ERROR = {"fp": "false alarms", "fn": "missed attacks"}
errors = {name: counted(splits, chances[name]) for name in chances}
for name, counts in errors.items():
    recorder.add(f"xmednn.table1.{name}.false_alarms", counts["fp"], FOUND)
    recorder.add(f"xmednn.table1.{name}.missed", counts["fn"], FOUND)


# %% tags=["hide-input"]
def beside_print(printed, counts):
    return {
        f"{name}, {where}": text
        for key, name in KINDS_OF_ERROR.items()
        for where, text in (
            ("printed", printed[key]),
            ("this run", f"{counts[key].min()} to {counts[key].max()}"),
        )
    }


# %% tags=["hide-input"] caption="Errors on the split found: printed, and the range of this run over ten seeds."
pd.DataFrame(
    {
        figures.NAMES[name]: beside_print(printed_matrix(name), counts)
        for name, counts in errors.items()
    }
).T

# %% [markdown]
# The decision tree errs as the authors' did. Logistic regression and naive Bayes miss as many
# attacks and raise somewhat fewer false alarms than printed, XGBoost errs less in both ways (version
# 1.7.2, of the paper's time, too: `data/outside/xmednn_xgboost.json`). Ten draws of the repeated rows
# do not reach those counts. The printed network misses next to no attack.
#
# ## Figure 3: the confusion matrix
#
# The paper reads a false-positive rate (normal flows flagged) and a false-negative rate (attacks
# missed) off its confusion matrix. The mean of the two, taken from one, is the macro recall. Do they
# agree with Table 1?

# %% tags=["hide-input"]
row = claims.published_values("xmednn.table1.dnn.*", by="metric")
rate = claims.published_values("xmednn.figure3.*", by="metric")

# %% tags=["hide-input"] caption="What the two rates printed on the paper's Figure 3 imply, beside its Table 1."
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

# %% tags=["hide-input"]
pairs = list(zip(splits, chances["dnn"], strict=True))
rates = pd.DataFrame(
    [error_rates(split.test_labels, c > 0.5) for split, c in pairs]
)
recorder.add_scores("xmednn.figure3", rates, protocol=FOUND)
recorder.save()
claims.table("xmednn.figure3.*", "xmednn.abstract.*")

# %% [markdown]
# They do not: the recalls differ by more than rounding allows. (The other two lines are an
# observation and no more.) The matrix that fits Table 1 has 268 false alarms among 4,725 normal rows
# and 26 missed among 4,694 attacks, so that one rate is above five in a hundred and the other below
# one; and on the stated test set, with 3,567 or 3,568 rows a class, neither printed rate can occur.
#
# ## Figure 4: the learning curves

# %% tags=["hide-output", "hide-input"] mystnb={"figure": {"caption": "Training loss and training accuracy of the network by epoch, one thin line a replicate, the mean in bold.", "name": "fig-xmednn-curves"}, "image": {"alt": "Two panels. Loss falls quickly at first and then slowly, from {book}`xmednn.figure4.loss.early|.3f` in the mean of the first 15 epochs to {book}`xmednn.figure4.loss.late|.3f` in that of the last 15, with spikes of single replicates, the highest late; accuracy rises quickly, then slowly, from {book}`xmednn.figure4.accuracy.early|.3f` to {book}`xmednn.figure4.accuracy.late|.3f`, and ends well below one. But for the spikes, replicates lie close together."}}
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

# %% tags=["remove-cell"]
ENDS = {"early": slice(None, 15), "late": slice(-15, None)}
for name, of_training in {
    "accuracy": trained.accuracy,
    "loss": trained.loss,
}.items():
    for when, part in ENDS.items():
        means = of_training[:, part].mean(axis=1)
        recorder.add(f"xmednn.figure4.{name}.{when}", means, f"{when} 15 epochs")
recorder.save()

# %% [markdown]
# The paper says that accuracy improves and loss falls as training proceeds, and so they do here, at
# another level: the network does not fit the rows that it was shown.
#
# ## Table 2: ten folds
#
# The folds are those found above. The scores of Table 2 follow each other's arithmetic for the
# attack class, so here precision, recall and F1 are the attack class's own, and deviations are taken
# with the divisor ten, as the paper's are.


# %%
def ten_folds(seed):
    rows = repeated_rows(seed)
    dealt = KFold(10, shuffle=True, random_state=1).split(rows)
    return [
        scaled_split(
            features, labels, (rows[train], rows[test]), seed, scaled_on=rows
        )
        for train, test in dealt
    ]


folds = [split for one in seeds for split in ten_folds(one)]
fold_chances, _ = fit_dense(folds, settings)


# %% tags=["hide-input"]
def fold_scores(chances):
    rows = [
        paper_scores(split.test_labels, chance > 0.5, "binary")
        for split, chance in zip(folds, chances, strict=True)
    ]
    index = pd.MultiIndex.from_product(
        [seeds, range(1, 11)], names=["seed", "fold"]
    )
    return pd.DataFrame(rows, index=index)


by_fold = fold_scores(fold_chances)
by_seed = by_fold.groupby("seed")

# %% tags=["remove-cell"]
ON_FOLDS = "on the folds found"
for fold in range(1, 11):
    recorder.add_scores(
        f"xmednn.table2.fold{fold:02d}",
        by_fold.xs(fold, level="fold"),
        protocol=ON_FOLDS,
    )
recorder.add_scores("xmednn.table2.mean", by_seed.mean(), protocol=ON_FOLDS)
recorder.add_scores("xmednn.table2.std", by_seed.std(ddof=0), protocol=ON_FOLDS)
recorder.save()

# %% tags=["hide-output", "hide-input"]
claims.matrix("xmednn.table2.*", rows="subject", columns="metric")

# %% [markdown]
# Table 2 is sound arithmetic: F1 follows from precision and recall, and mean and deviation from the
# folds. In print recall is near one in every fold and precision a few points lower; on average our
# network has {book}`xmednn.table2.mean.recall|.3f` and {book}`xmednn.table2.mean.precision|.3f`.
#
# ```{crosses}
# :name: fig-xmednn-folds
# ids: xmednn.table2.fold{column}.accuracy
# columns: {"01": 1, "02": 2, "03": 3, "04": 4, "05": 5, "06": 6, "07": 7, "08": 8, "09": 9, "10": 10}
# name: fold
# label: Accuracy
# low: 0.7
#
# Accuracy of the network on each fold of Table 2.
# ```
#
# A tree with default settings on the same folds misses as few attacks as the printed network and makes more false alarms;
# other trees were not tried.

# %% tags=["hide-input"]
tree_chances = fit_classical(CLASSICAL["dt"], folds)
tree_means = fold_scores(tree_chances).groupby("seed").mean()
recorder.add_scores(
    "xmednn.table2.tree.mean", tree_means, protocol="a tree on the folds found"
)


def over_ten_folds(chances):
    return counted(folds, chances).set_index(by_fold.index).groupby("seed").sum()


of_folds = {
    "network": over_ten_folds(fold_chances),
    "decision tree": over_ten_folds(tree_chances),
}
# %% tags=["hide-input"] caption="Errors over all ten folds: printed for the paper's network (in both rows), and the range of this run over ten seeds."
matrices = [
    arithmetic.confusion_matrices(2854, printed_fold(fold), truncation=True)[0]
    for fold in range(1, 11)
]
in_print = dict(zip(("tp", "fn", "fp", "tn"), sum(matrices), strict=True))
for name, counts in of_folds.items():
    short = name.rpartition(" ")[2]
    recorder.add(f"xmednn.table2.{short}.false_alarms", counts["fp"], ON_FOLDS)
    recorder.add(f"xmednn.table2.{short}.missed", counts["fn"], ON_FOLDS)
recorder.save()
pd.DataFrame(
    {name: beside_print(in_print, counts) for name, counts in of_folds.items()}
).T

# %% [markdown]
# ## Figure 5: what the network looks at
#
# SHAP values {cite}`lundberg2017` divide a prediction among the features: a positive value pushes
# the flow towards "attack". As in the paper, `DeepExplainer` is used, on the network's probability,
# with 100 training rows as background. The network is ours and does not reach print.
#
# Two features that order the flows alike, up to reversal (rank correlation of at least 0.99), share
# one reason to be used; how a network divides it is open. So we also judge by **group** (folded):
# its values are added before their size is taken. `SrcLoad`'s leads, as
# the text has it, on {book}`xmednn.figure5.group_agrees.SrcLoad|.0%` of the seeds, `DIntPkt`'s on the others; averaged over members, `SrcLoad`'s comes after `Sport`'s. The sign of the effect of `Load` and `Sport` changes with the seed ([*cannot tell*](index.md)), that of `SrcLoad` on one; shared
# reasons are not all of it, as `Sport` shares with none, and `DIntPkt` and `DstJitter`, which share, keep theirs. Of the file's highest half
# per cent of `DIntPkt` (our cut for what the paper reads as normal) {book}`xmednn.data.attack_share_extreme_DIntPkt|.0%` are attacks.

# %% tags=["hide-input"]
import shap
import torch
from scipy.stats import spearmanr
from torch import nn

ROWS = {"full": 500, "quick": 60}[profile]
names = list(flows.features.columns)


# %% tags=["hide-input"]
def explain(network, split):
    background = torch.from_numpy(split.train_features[:100])
    rows = torch.from_numpy(split.test_features[:ROWS])
    explainer = shap.DeepExplainer(
        nn.Sequential(*network, nn.Sigmoid()), background
    )
    return explainer.shap_values(rows)[:, :, 0]


values = [
    explain(n, split) for n, split in zip(trained.networks, splits, strict=True)
]

# %%
alike = flows.features.corr("spearman").abs() >= 0.99
group_of = {name: ", ".join(alike.index[alike[name]]) or name for name in names}


def ranked(groups):
    tables = [pd.DataFrame(one.T, index=names).groupby(groups) for one in values]
    sizes = pd.DataFrame([table.sum().abs().mean(axis=1) for table in tables])
    return sizes.rank(axis=1, ascending=False)


ranks, group_ranks = ranked(names), ranked(group_of)


# %% tags=["remove-cell"]
def sign_of(split, values, column):
    own = split.test_features[:ROWS, column]
    return spearmanr(own, values[:, column]).statistic


# %% tags=["remove-cell"]
for name in ("SrcLoad", "DIntPkt", "DstJitter", "Load", "Sport"):
    column = names.index(name)
    effect = [sign_of(s, v, column) for s, v in zip(splits, values, strict=True)]
    found = {
        "rank": ranks[name],
        "effect": effect,
        "group_rank": group_ranks[group_of[name]],
    }
    for what, values_of in found.items():
        recorder.add(f"xmednn.figure5.{what}.{name}", values_of, FOUND)
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Groups of features by rank of their SHAP values, ten seeds."
by_group = pd.DataFrame(
    {
        "mean rank": group_ranks.mean(),
        "best": group_ranks.min(),
        "worst": group_ranks.max(),
    }
)
by_group.rename_axis("group").sort_values("mean rank").head(6).round(1)

# %% tags=["hide-input"]
printed_ranks = claims.published_values("xmednn.figure5.rank.*", by="subject")
in_print = sorted(printed_ranks, key=printed_ranks.get)
order = [*dict.fromkeys(group_of[name] for name in in_print)]
sizes = pd.DataFrame([np.abs(one).mean(axis=0) for one in values], columns=names)
per_member = sizes.T.groupby(group_of).mean().T.rank(axis=1, ascending=False)

# %% tags=["hide-input", "hide-output"] caption="Ranks that the paper gives, the places of the groups that follow from them, on how many of ten seeds our network has each, and the group's mean place if sizes are averaged over its members."
agreeing = {}
for name, rank in printed_ranks.items():
    group, place = group_of[name], 1 + order.index(group_of[name])
    agrees = group_ranks[group] == place
    recorder.add(f"xmednn.figure5.group_agrees.{name}", agrees, FOUND)
    agreeing[name] = {
        "rank in print": f"{rank:.0f}",
        "seeds with it": f"{(ranks[name] == rank).sum()}",
        "place of its group": f"{place}",
        "seeds with that": f"{agrees.sum()}",
        "place per member": f"{per_member[group].mean():.1f}",
    }
pd.DataFrame(agreeing).T

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "SHAP summary of the first replicate: the five features with the highest mean absolute SHAP value. Each dot is a test flow; to the right it is pushed towards attack. The values are approximate: some single ones lie above 1.", "name": "fig-xmednn-shap"}, "image": {"alt": "Beeswarm plot with five rows of dots, from top to bottom DstJitter, DIntPkt, Dur, SrcLoad and Sport, coloured from blue for low to red for high feature values, spread left and right of zero. Over the replicates DstJitter has a mean rank of {book}`xmednn.figure5.rank.DstJitter|.1f` and SrcLoad of {book}`xmednn.figure5.rank.SrcLoad|.1f`; the paper ranks them {published}`xmednn.figure5.rank.DstJitter` and {published}`xmednn.figure5.rank.SrcLoad`."}}
explanation = shap.Explanation(
    values[0], data=splits[0].test_features[:ROWS], feature_names=names
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

# %% tags=["remove-cell"]
PORTS = {"ietf": (1024, 65_536), "linux": (32_768, 61_000)}
PORTS["windows"] = (49_152, 65_535)
numbered = dataset.frame[xmednn.holds_numbers(dataset.frame)]
for name, (low, high) in PORTS.items():
    outside = ~numbered["Sport"].astype(int).between(low, high)
    for kind, label in {"attack": 1, "normal": 0}.items():
        share = outside[numbered["Label"] == label].mean()
        id = f"xmednn.data.ports_outside.{name}.{kind}"
        recorder.add(id, share, "counted in the file", True)
recorder.save()

# %% [markdown]
# The paper explains `Sport` by unusual ports of crafted packets, and names three usual ranges. No
# numeric port of the file lies outside that of the IETF or of Windows; outside that of Linux
# (32,768-61,000) lie {book}`xmednn.data.ports_outside.linux.attack|.1%` of the attack flows and
# {book}`xmednn.data.ports_outside.linux.normal|.1%` of the normal ones, so attacks no more often.
#
# ## Related work, re-executed
#
# Two of the cited studies used this data set {cite}`hady2020`. We have not read how they split or
# averaged, so their numbers get no verdict; we ask what plain versions of their classifiers give
# (folded), on unbalanced rows, 20 % of them tested at random. The paper says that the classifiers
# of the first, the nearest neighbours among them, had a low AUC "generally due to ignoring the
# class imbalance", so one run has the attacks of its training rows repeated.

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from lib.methods.splits import split_rows


def plain_split(table, seed, repeated, scaler=StandardScaler):
    once, test = split_rows(np.arange(len(labels)), labels, seed, 0.2)
    train = oversample(once, labels, seed) if repeated else once
    more = {"scaled_on": once, "scaler": scaler}
    return scaled_split(table, labels, (train, test), seed, **more)


# %%
TREES = {"full": 15, "quick": 3}[profile]
GRID = {"max_features": ["sqrt", 0.5], "max_depth": [10, None]}


def nearest(seed):
    return KNeighborsClassifier()


def forest(seed):
    return RandomForestClassifier(random_state=seed, n_jobs=1)


def best_forest(seed):  # of four, by three folds of the training rows
    few = RandomForestClassifier(TREES, random_state=seed, n_jobs=1)
    return GridSearchCV(few, GRID, cv=3)


# %% tags=["hide-input"]
both = xmednn.recovered_table(dataset.frame, readings=True).features
COLUMNS = {
    "network": flows.features,
    "readings": both[list(xmednn.DEVICE_READINGS)],
    "both": both,
}
PLAIN = {
    "knn": ("nearest neighbours", nearest),
    "tree": ("decision tree", CLASSICAL["dt"]),
    "forest": ("random forest", forest),
    "grid": ("best of four forests", best_forest),
}


# %% tags=["hide-input"]
AVERAGES = {"f1_weighted": "weighted", "f1_macro": "macro", "f1_attack": "binary"}


def scores_of(truth, chance):
    flagged = chance > 0.5
    found = {"accuracy": np.mean(flagged == truth)}
    for name, average in AVERAGES.items():
        found[name] = f1_score(truth, flagged, average=average)
    found["fpr"] = error_rates(truth, flagged)["fpr"]
    return found | {"auc": roc_auc_score(truth, chance)}


# %% tags=["hide-input"]
def plain_scores(make, table, repeated=False):
    own = [plain_split(table.to_numpy(), one, repeated) for one in seeds]
    pairs = zip(own, fit_classical(make, own), strict=True)
    return pd.DataFrame(scores_of(one.test_labels, given) for one, given in pairs)


# %% tags=["hide-input"]
related = {
    (short, columns): plain_scores(make, table)
    for short, (_, make) in PLAIN.items()
    for columns, table in COLUMNS.items()
}
REPEATED = ("knn", "tree", "forest")
for short, (columns, table) in product(REPEATED, COLUMNS.items()):
    related[f"{short}_repeated", columns] = plain_scores(
        PLAIN[short][1], table, True
    )
for (short, columns), scores in related.items():
    id = f"xmednn.related.{short}.{columns}"
    recorder.add_scores(id, scores, protocol="random rows, 20 % tested")
recorder.save()
# %% tags=["hide-input", "hide-output"] caption="Scores of plain classifiers by columns, mean of ten seeds."
HEADS = {"f1_weighted": "F1 weighted", "f1_macro": "F1 macro"}
HEADS |= {"f1_attack": "F1 of attacks", "fpr": "FPR", "auc": "AUC"}
means = {
    f"{PLAIN[short][0]}, {columns}": related[short, columns].mean()
    for short in PLAIN
    for columns in COLUMNS
}
pd.DataFrame(means).T.rename(columns=HEADS).round(3)

# %%
from lib.methods.intervals import prediction_interval
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler

NEIGHBOURS = (1, 3, 5, 10, 15, 51, 101)
SCALED = {"standardised": StandardScaler, "minimum, maximum": MinMaxScaler}
every = xmednn.recovered_table(dataset.frame, (), readings=True).features
WIDER = COLUMNS | {"all but SrcMac": every.drop(columns="SrcMac"), "all 43": every}


def votes(table, seed, scaler):
    split = plain_split(table.to_numpy(), seed, False, scaler)
    found = NearestNeighbors(n_neighbors=max(NEIGHBOURS)).fit(split.train_features)
    near = found.kneighbors(split.test_features, return_distance=False)
    return split.test_labels, split.train_labels[near]


# %% tags=["hide-input"]
def fits(values, printed):
    if len(values) < 2:
        return False
    ours = prediction_interval(values)
    return ours.low <= printed.high and printed.low <= ours.high


def intervals_of(printed):
    return {claim.metric: claim.interval for claim in printed.values()}


HADY = intervals_of(claims.published_claims("xmednn.*.hady.*"))
GUPTA = intervals_of(claims.published_claims("xmednn.table3.gupta.*"))


# %% tags=["hide-input"]
def accuracy_and_auc(truth, chance):
    accuracy = np.mean((chance > 0.5) == truth)
    return {"accuracy": accuracy, "auc": roc_auc_score(truth, chance)}


by_number = {}
for (scaler, make), columns in product(SCALED.items(), WIDER):
    asked = [votes(WIDER[columns], one, make) for one in seeds]
    for number in NEIGHBOURS:
        pairs = [(truth, near[:, :number].mean(axis=1)) for truth, near in asked]
        found = pd.DataFrame(accuracy_and_auc(*pair) for pair in pairs)
        by_number[scaler, columns, number] = found

# %% tags=["hide-input", "hide-output"] caption="Nearest neighbours, accuracy / AUC by scaler, columns and number of neighbours, means of ten seeds. Star: both printed numbers fit, which is to lie within the 95 % prediction interval of a single run."
fit_both = {
    key: all(fits(found[name], HADY[name]) for name in found)
    for key, found in by_number.items()
}
told = {
    key: "{accuracy:.3f} / {auc:.3f}".format(**found.mean()) + " *" * fit_both[key]
    for key, found in by_number.items()
}
recorder.add("xmednn.related.neighbours.tried", len(told), "random rows", True)
recorder.add("xmednn.related.neighbours.fit", sum(fit_both.values()), "random rows")
pd.Series(told).unstack(sort=False)

# %%
DEPTHS = {"depth 5": 5, "depth 10": 10, "depth 15": 15, "no limit": None}


def tree_of(depth):
    return lambda seed: DecisionTreeClassifier(max_depth=depth, random_state=seed)


# %%
by_depth = {
    (f"tree, {words}", columns): plain_scores(tree_of(depth), WIDER[columns])
    for words, depth in DEPTHS.items()
    for columns in ("network", "both", "all but SrcMac")
}
for short, columns in product(("forest", "grid"), COLUMNS):
    by_depth[PLAIN[short][0], columns] = related[short, columns]
for found in by_depth.values():
    found["micro"] = 1 - found["accuracy"]


# %% tags=["hide-input"]
def fits_all(found, rate):
    f1 = any(fits(found[name], GUPTA["f1"]) for name in AVERAGES)
    others = ("accuracy", "accuracy"), (rate, "fpr")
    return f1 and all(fits(found[name], GUPTA[metric]) for name, metric in others)


protocol = "random rows, 20 % tested"
recorder.add("xmednn.related.trees.tried", len(by_depth), protocol, True)
for rate in ("fpr", "micro"):
    fitting = sum(fits_all(found, rate) for found in by_depth.values())
    recorder.add(f"xmednn.related.trees.fit_{rate}", fitting, protocol)
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Trees and forests, means of ten seeds. Star: fits the accuracy, F1 or FPR that is printed. Micro average: over both classes, which is one minus the accuracy."
PRINTED_AS = {"accuracy": "accuracy", "fpr": "fpr", "micro": "fpr"}
PRINTED_AS |= dict.fromkeys(AVERAGES, "f1")


def starred(found):
    return {
        name: f"{found[name].mean():.3f}" + " *" * fits(found[name], GUPTA[metric])
        for name, metric in PRINTED_AS.items()
    }


HEADS["micro"] = "FPR, micro average"
pd.DataFrame(map(starred, by_depth.values()), by_depth).rename(columns=HEADS)

# %% tags=["hide-input", "hide-output"] caption="What plain classifiers gain if attacks are repeated, by columns, ten seeds [95 % interval]."
from lib.methods.differences import mean_with_interval

SHOWN = ["accuracy", "f1_weighted", "auc"]


def gained(short, columns):
    gain = related[f"{short}_repeated", columns] - related[short, columns]
    return {name: mean_with_interval(gain[name]) for name in SHOWN}


pairs = [*product(REPEATED, COLUMNS)]
told = {
    (PLAIN[short][0], columns): gained(short, columns) for short, columns in pairs
}
pd.DataFrame(told).T.rename(columns=HEADS)

# %% [markdown]
# For the nearest neighbours an accuracy of {published}`xmednn.table3.hady.accuracy` and an AUC of
# {published}`xmednn.text.hady.auc` are printed. Five neighbours have
# {book}`xmednn.related.knn.network.accuracy` and {book}`xmednn.related.knn.network.auc` on the network
# columns, {book}`xmednn.related.knn.readings.accuracy` and {book}`xmednn.related.knn.readings.auc` on
# the readings, and {book}`xmednn.related.knn.both.accuracy` and {book}`xmednn.related.knn.both.auc` on both: none of these three sets fits both numbers with five
# neighbours. Of {book}`xmednn.related.neighbours.tried|.0f` choices (folded) {book}`xmednn.related.neighbours.fit|.0f` do, all scaled to [0, 1] and with fifty neighbours or more, on the network columns or
# on both sets (equal distances can move one in or out). With `SrcMac` there is next to no error. For the tree classifier {published}`xmednn.table3.gupta.accuracy`
# is printed with an F1 of {published}`xmednn.table3.gupta.f1` and an FPR of
# {published}`xmednn.table3.gupta.fpr`. Of the averages only the weighted one comes near that F1, unless a tree sees nearly all columns. On both sets of columns a single tree has
# {book}`xmednn.related.tree.both.accuracy` and {book}`xmednn.related.tree.both.f1_weighted`, the best of four small forests
# {book}`xmednn.related.grid.both.accuracy` and {book}`xmednn.related.grid.both.f1_weighted`; on readings alone a forest
# comes as near in accuracy, less so in F1. With an FPR
# of {book}`xmednn.related.tree.both.fpr|.1%` and {book}`xmednn.related.grid.both.fpr|.1%` neither has
# the printed one beside them. Of {book}`xmednn.related.trees.tried|.0f` choices of depth and columns (folded) {book}`xmednn.related.trees.fit_fpr|.0f` fit all three numbers, the F1 in whichever average comes near, with the FPR of the normal
# rows, and {book}`xmednn.related.trees.fit_micro|.0f` with one micro-averaged over both classes, one minus the accuracy and so no test of its own: that reading is ours.
#
# With attacks repeated, and the scaler as before, nearest neighbours, a tree and a forest gain no more than about half a hundredth in accuracy on any set of columns, and lose up to a tenth;
# in AUC they change by hardly more than a hundredth, the neighbours upwards on the readings alone (folded). Other numbers of neighbours were not tried on repeated attacks
# (of which five are often copies of one row). Table 3 sets the printed results beside the proposed system's on balanced rows, with copies of one attack row on both sides of the
# split: another task, and the larger number is not yet the better system.

# %% tags=["hide-input", "hide-output"]
claims.table("xmednn.table3.*", "xmednn.text.hady.auc")
