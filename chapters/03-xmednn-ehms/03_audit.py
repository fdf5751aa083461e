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
# Trained on balanced rows and cut at one half, as printed, all five classifiers have on average a lower Matthews
# coefficient on runs of the attacks never seen than a tree of depth one, a single threshold: it has
# {book}`xmednn.ladder.blocks.threshold.mcc`, the network {book}`xmednn.ladder.blocks.dnn.mcc` (not told apart, as splits overlap). The
# threshold finds {book}`xmednn.kinds.blocks.threshold.data_alteration|.0%` of the flows of data alteration
# and {book}`xmednn.kinds.blocks.threshold.spoofing|.0%` of spoofing; network, tree and XGBoost find some
# spoofing at the price of many false alarms. Trained at the true share, the network makes
# {book}`xmednn.hospital.cut_half.dnn.false_alarms|.0f` false alarms in ten thousand flows where
# the threshold makes {book}`xmednn.hospital.cut_half.threshold.false_alarms|.0f`, and misses hardly more
# attacks. The decision tree's accuracy as printed rests on copies of attack rows on both sides. Cut at one
# half, spoofing that was never trained on stays unseen.
# :::
#
# A score answers the question that its protocol asks. The printed protocol asks: *can you recognise
# flows that you have seen, or whose neighbours in time you have seen?* A hospital asks: *will you
# notice the next attack?* This page walks from the first question to the second, with two lines
# beside the classifiers all the way: one that always says "normal", and a rule of one threshold on
# one column, which the training rows choose.

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
recorder = Recorder("03-xmednn-ehms/03_audit", dataset, profile, seed, replicates)
flows = xmednn.recovered_table(dataset.frame)
seeds = range(seed, seed + replicates)
run_banner(dataset, profile, seed, replicates)

# %% [markdown]
# ## The rungs
#
# Every rung is a choice of rows: which train, which test, and on which the scaler learns its
# minimum and maximum. A copied row keeps its number in the file and can be found again.
#
# ```{strips}
# :name: fig-xmednn-strips
# 0  as printed | .+ .- a+ a- a+ / .- .+ b- b+ b+
# 1 to 3  copies together | .+ .- a+ a+ a+ / .- .+ b- b- b-
# 4, 5  test not filled up | .+ .- a+ a+ a+ / .- .+ b-
# 6  split by attack | .+ .+ a+ a+ a+ / .- .- b-
#
# Rows of two stretches of time, not to scale. A letter is an attack row, and again a copy of it, of about seven. Rungs 3 and 5 change scaler and columns, not rows.
# ```
#
# * **0, as printed.** Attack rows are repeated about seven times, all rows are scaled together and
#   split at random, a quarter for testing, anew for each seed.
# * **1, no copies on both sides.** All copies of one row go to one side.
# * **2, split first.** Rows are split, then each side is balanced by itself.
# * **3, the scaler** knows only the training side.
# * **4, oversampling only in training.** The test rows keep the share of attacks of the capture: a
#   test row is a row that happened.
# * **5, no clock.** `Sport`, which counts up with time, goes; `Packet_num` is no column here.
# * **6, split by attack.** Whole stretches of time, normal flows and the attack that ends them, go
#   to one side: the test asks about runs of the attacks never seen. Both kinds were.

# %%
import numpy as np
from lib.methods.splits import oversample, scaled_split, split_blocks, split_rows
from lib.methods.splits import split_sources

labels, kinds = flows.labels, flows.kinds
every_row = np.arange(len(labels))


# %%
def repeated(split):
    def rows(seed):
        balanced = oversample(every_row, labels, seed)
        return *split(balanced, labels, seed), balanced

    return rows


# %%
def split_first(seed):
    halves = split_rows(every_row, labels, seed)
    train, test = (oversample(half, labels, seed) for half in halves)
    return train, test, np.concatenate([train, test])


def scaler(seed):
    return *split_first(seed)[:2], None


# %% tags=["method"]
def train_only(seed):
    train, test = split_rows(every_row, labels, seed)
    return oversample(train, labels, seed), test, None


def blocks(seed):
    train, test = split_blocks(flows.blocks, seed)
    return oversample(train, labels, seed), test, None


# %%
from lib.common.parallel import each

RUNGS = {
    "printed": (repeated(split_rows), "as printed"),
    "copies": (repeated(split_sources), "no copies on both sides"),
    "split_first": (split_first, "split before oversampling"),
    "scaler": (scaler, "scaler from training rows"),
    "train_only": (train_only, "oversampling in training only"),
    "no_identifiers": (train_only, "clock out"),
    "blocks": (blocks, "split by attack in time"),
}
timeless = flows.without("Sport")
chosen = {rung: each(rows, seeds) for rung, (rows, _) in RUNGS.items()}


# %% tags=["hide-input"]
def look_up(rung):
    own = timeless if rung in ("no_identifiers", "blocks") else flows
    values = own.features.to_numpy()
    return [
        scaled_split(values, labels, (train, test), one, scaled_on=scaled_on)
        for one, (train, test, scaled_on) in zip(seeds, chosen[rung], strict=True)
    ]


splits = {rung: look_up(rung) for rung in RUNGS}


# %% tags=["hide-input"]
def share_seen(rows):
    train, test, _ = rows
    return np.isin(test[labels[test] == 1], train).mean()


seen = [share_seen(rows) for rows in chosen["printed"]]
recorder.add("xmednn.audit.attack_rows_seen", seen, "counted in rung 0")

# %% [markdown]
# The network keeps the printed settings on every rung; one threshold is a tree of depth one, cut where Gini
# impurity is least, as scikit-learn does.

# %%
from lib.methods.detectors import CLASSICAL, fit_classical, fit_dense
from lib.methods.dense.network import DenseSettings
from sklearn.tree import DecisionTreeClassifier

EPOCHS = {"full": 150, "quick": 4}[profile]


def networks(splits):
    sizes = (splits[0].train_features.shape[1], 64, 32, 8, 1)
    return fit_dense(splits, DenseSettings(sizes, 0.01, EPOCHS, batch_size=20))[0]


def one_threshold(seed):
    return DecisionTreeClassifier(max_depth=1, random_state=seed)


# %%
SIMPLE = CLASSICAL | {"threshold": one_threshold}


def ask(splits):
    chances = {"dnn": networks(splits)}
    chances |= {name: fit_classical(make, splits) for name, make in SIMPLE.items()}
    chances["majority"] = [np.zeros(len(split.test_labels)) for split in splits]
    return chances


answers = {rung: ask(splits[rung]) for rung in RUNGS}

# %% tags=["hide-input"]
import pandas as pd
from lib.methods.scores import detector_scores

scores = pd.DataFrame(
    {"rung": rung, "classifier": name, "seed": split.seed}
    | detector_scores(split.test_labels, chance)
    for rung in RUNGS
    for name, chances in answers[rung].items()
    for split, chance in zip(splits[rung], chances, strict=True)
)
# %% tags=["remove-cell"]
for (rung, name), group in scores.groupby(["rung", "classifier"], sort=False):
    measured = group.drop(columns=["rung", "classifier", "seed"])
    recorder.add_scores(
        f"xmednn.ladder.{rung}.{name}", measured, protocol=RUNGS[rung][1]
    )
recorder.save()

# %% [markdown]
# ## The ladder
#
# **Balanced accuracy** is the mean of the shares of attack and of normal rows recognised; guessing
# gets half. It does not change with the share of attacks, and is accuracy on the paper's balanced
# rows.

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "The ladder in balanced accuracy. From top to bottom one advantage is taken away at a time. Crosses: printed in Table 1. Points and bars: mean and 95 % prediction interval over replicates; two bars of naive Bayes reach beyond the left edge.", "name": "fig-xmednn-ladder"}, "image": {"alt": "Seven rungs from top to bottom with one point a classifier. The decision tree and XGBoost fall steeply from rung 0 to rung 1, the tree from {book}`xmednn.ladder.printed.dt.balanced_accuracy|.2f` to {book}`xmednn.ladder.copies.dt.balanced_accuracy|.2f`, and again where the clock goes. The network comes down by small steps from {book}`xmednn.ladder.printed.dnn.balanced_accuracy|.2f` to {book}`xmednn.ladder.blocks.dnn.balanced_accuracy|.2f`; the rule of one threshold hardly moves and stands at {book}`xmednn.ladder.blocks.threshold.balanced_accuracy|.2f` on the last rung; the majority class stays at one half."}}
import matplotlib.pyplot as plt
from lib import claims
from lib.methods import figures, ladder

figures.use_book_style()
figures.NAMES["threshold"] = "one threshold"
figures.COLOURS["threshold"], figures.MARKERS["threshold"] = "#222222", "*"
titles = {rung: title for rung, (_, title) in RUNGS.items()}
printed_accuracy = claims.published_values("xmednn.table1.*.accuracy", by="subject")
published = {name.lower(): value for name, value in printed_accuracy.items()}
label = "balanced accuracy (0.5 is guessing)"
ladder.draw(scores, "balanced_accuracy", label, titles, (0.4, 1), published)
plt.show()

# %% [markdown]
# Step down the ladder, or draw a seed:
#
# ```{explore}
# records: xmednn.ladder.{rung}.{classifier}.balanced_accuracy
# label: balanced accuracy
# low: 0.4
# choose:
#   rung: [printed, copies, split_first, scaler, train_only, no_identifiers, blocks]
# rows:
#   classifier: {dnn: DNN, xgb: XGBoost, dt: decision tree, lr: logistic regression,
#     gnb: naive Bayes, threshold: one threshold, majority: majority class}
# printed: xmednn.table1.{classifier}.accuracy
# printed_for: {rung: printed}
# ```

# %% [markdown]
# The first step costs the trees most: they had memorised attack rows and met their copies again
# ({book}`xmednn.audit.attack_rows_seen|.1%` of the attack rows in the test of rung 0 were trained
# on). They fall again without `Sport`, XGBoost from
# {book}`xmednn.ladder.train_only.xgb.balanced_accuracy` to
# {book}`xmednn.ladder.no_identifiers.xgb.balanced_accuracy`: by itself the port says next to
# nothing, beside other columns it says when. Naive Bayes has wide intervals because on some seeds
# it collapses to guessing. The Matthews coefficient (MCC) is 0 for guessing and for silence. On runs not seen what the port says of the
# moment should be worth nothing, and it costs: with `Sport` kept on the last rung (folded), the tree's balanced accuracy changes by
# {book}`xmednn.audit.port_kept.dt|+.3f` and XGBoost's by {book}`xmednn.audit.port_kept.xgb|+.3f`.

# %% tags=["hide-input"]
from lib.methods.differences import mean_with_interval
from sklearn.metrics import balanced_accuracy_score


def with_port(name):
    values = flows.features.to_numpy()
    pairs = zip(seeds, chosen["blocks"], strict=True)
    own = [scaled_split(values, labels, rows[:2], one) for one, rows in pairs]
    return [
        balanced_accuracy_score(split.test_labels, chance > 0.5)
        for split, chance in zip(own, fit_classical(SIMPLE[name], own), strict=True)
    ]


# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy on the last rung with the port, less without: ten seeds [95 % interval]."
on_last = scores[scores["rung"] == "blocks"].set_index("classifier")
kept = {
    name: np.array(with_port(name)) - on_last.loc[[name], "balanced_accuracy"]
    for name in ("dt", "xgb")
}
for name, differences in kept.items():
    id, how = f"xmednn.audit.port_kept.{name}", "last rung, with Sport less without"
    recorder.add(id, differences.to_numpy(), how)
pd.DataFrame({figures.NAMES[n]: [mean_with_interval(d)] for n, d in kept.items()})

# %% tags=["hide-input"] caption="Scores on the last rung, split by attack: means of ten seeds."
METRICS = [
    "accuracy",
    "balanced_accuracy",
    "f1_attack",
    "fpr",
    "fnr",
    "pr_auc",
    "mcc",
]
last = scores[scores["rung"] == "blocks"]
table = last.groupby("classifier", sort=False)[METRICS].mean().round(3)
table.rename(index=figures.NAMES)

# %% tags=["hide-input", "hide-output"] caption="What each step adds to balanced accuracy, mean of ten seeds."
means = scores.pivot_table("balanced_accuracy", "rung", "classifier", sort=False)
means.diff().iloc[1:].rename(index=titles, columns=figures.NAMES).round(3)

# %% [markdown]
# The threshold is first in what false alarms weigh on (accuracy, F1, MCC), not in all: in balanced accuracy XGBoost (on every seed) and, by little, the tree (on nine of ten) are ahead of it; the network is on most as well, on average by no more than its spread over seeds, and network, XGBoost and logistic regression rank
# flows better (PR-AUC, for which the rule has two probabilities only; its column by itself orders flows finer). So the rule is compared with each *as cut* (the section *At the true share* sets
# the cut): in MCC it is ahead of all on average (folded). The splits share the same 84 attacks; with intervals made wider for
# that {cite}`nadeau2003`, its lead over the network is not told from none. On {book}`xmednn.audit.seeds_like_threshold|.0f` of
# the ten seeds the network flags hardly a spoofed flow; it then finds what such a threshold finds, and is ahead
# of the rule on {book}`xmednn.audit.seeds_ahead|.0f` of these, by little.

# %% tags=["hide-input"]
mcc = last.pivot_table("mcc", "seed", "classifier", sort=False)


# %% tags=["hide-input"]
from lib.methods.intervals import mean_interval

# A quarter of the blocks tests: how much wider n splits of the same rows make an interval.
OVERLAP = (1 + replicates / 3) ** 0.5


# %% tags=["hide-input", "hide-output"] caption="One threshold ahead in MCC, ten seeds [95 % interval], and the interval made wider for splits that overlap."
def ahead(name):
    differences = mcc["threshold"] - mcc[name]
    recorder.add(f"xmednn.threshold_ahead.{name}", differences, "last rung, MCC")
    low, high = mean_interval(differences) if replicates > 1 else [*differences] * 2
    mean, wider = np.mean(differences), (high - low) / 2 * OVERLAP
    for_overlap = f"[{mean - wider:+.3f}, {mean + wider:+.3f}]"
    return {"ahead by": mean_with_interval(differences), "wider": for_overlap}


others = [name for name in mcc if name not in ("threshold", "majority")]
pd.DataFrame({figures.NAMES[name]: ahead(name) for name in others}).T

# %% [markdown]
# The lead hangs on how the threshold is chosen: by least impurity, as trees are grown. Chosen by the highest accuracy on the
# balanced training rows it lies far lower, finds more attacks, and flags a fifth of the normal flows. Its MCC is lower than that of tree and XGBoost, and on average than
# the network's, which is not told from none, least of all once widened; in balanced accuracy it is as high as before (folded).


# %% tags=["hide-input"]
def by_accuracy(split):
    """Answers of the threshold with the highest accuracy in training, of all columns and sides."""
    rows, columns = split.train_features, np.arange(split.train_features.shape[1])
    order = np.argsort(rows, axis=0, kind="stable")
    values = rows[order, columns]
    below = np.cumsum(2 * split.train_labels[order] - 1, axis=0)[:-1]
    below[values[1:] == values[:-1]] = 0  # no threshold parts equal values
    place, column = np.unravel_index(np.abs(below).argmax(), below.shape)
    cut = values[place : place + 2, column].mean()
    above = split.test_features[:, column] > cut
    return above if below[place, column] < 0 else ~above


# %% tags=["remove-cell"]
of_accuracy = pd.DataFrame(
    detector_scores(split.test_labels, by_accuracy(split).astype(float))
    for split in splits["blocks"]
)
recorder.add_scores(
    "xmednn.threshold_by_accuracy", of_accuracy, protocol=RUNGS["blocks"][1]
)

# %% tags=["hide-input", "hide-output"] caption="Two thresholds on the last rung, means of ten seeds; MCC less the network's [95 % interval]."
thresholds = {
    "least impurity": last[last["classifier"] == "threshold"],
    "highest accuracy": of_accuracy,
}
less = {
    name: mean_with_interval(own["mcc"].to_numpy() - mcc["dnn"].to_numpy())
    for name, own in thresholds.items()
}
means = {name: own[METRICS].mean().round(3) for name, own in thresholds.items()}
pd.DataFrame(means).T.assign(**{"MCC less the network's": less})

# %% [markdown]
# ## Two kinds of attack, two stories
#
# Spoofing and data alteration have been counted together so far.


# %% tags=["hide-input"]
def recall_by_kind(rung, name):
    found = []
    for (_, test, _), chance in zip(chosen[rung], answers[rung][name], strict=True):
        flagged = pd.Series(chance > 0.5).groupby(kinds[test]).mean()
        found.append(flagged.rename(lambda kind: kind.lower().replace(" ", "_")))
    return pd.DataFrame(found)


# %% tags=["hide-input"]
by_kind = {
    (rung, name): recall_by_kind(rung, name)
    for rung in RUNGS
    for name in answers[rung]
}
for (rung, name), found in by_kind.items():
    recorder.add_scores(
        f"xmednn.kinds.{rung}.{name}", found, protocol=RUNGS[rung][1]
    )
alike = by_kind["blocks", "dnn"]["spoofing"].to_numpy() < 0.01
ahead_of_rule = (mcc["dnn"] > mcc["threshold"]).to_numpy()
COUNTED = "seeds counted, last rung"
recorder.add("xmednn.audit.seeds_like_threshold", alike.sum(), COUNTED)
recorder.add("xmednn.audit.seeds_ahead", (alike & ahead_of_rule).sum(), COUNTED)

# %% tags=["hide-input"] caption="Share of flows flagged by kind, on the first and last rung, means of ten seeds."
shown = pd.DataFrame(
    {
        (titles[rung], kind.replace("_", " ")): {
            figures.NAMES[name]: by_kind[rung, name][kind].mean()
            for name in answers[rung]
        }
        for rung in ("printed", "blocks")
        for kind in ("spoofing", "data_alteration", "normal")
    }
)
shown.round(3)

# %% tags=["hide-input", "hide-output"] caption="Recall of each kind on every rung, means of ten seeds."
pd.DataFrame(
    {
        figures.NAMES[name]: {
            f"{titles[rung]}, {kind}": by_kind[rung, name][kind].mean()
            for kind in ("spoofing", "data_alteration")
            for rung in RUNGS
        }
        for name in ("dnn", *SIMPLE)
    }
).round(3)

# %% [markdown]
# One threshold on one column (`DstJitter` or `DIntPkt`, which order flows alike, and whose high values the paper itself
# reads as attack) finds nearly all flows of data alteration and hardly a normal one. Spoofed flows look much like normal
# ones: on runs not seen, network, tree and XGBoost flag about twice as large a share of them as of
# normal flows, logistic regression and naive Bayes no larger one, and normal flows are far more.
#
# ## A kind never trained on
#
# The same splits, but the attacks of one kind are taken out of training, and the test rows are the
# normal ones and those of this kind (folded).


# %%
def without_kind(kind):
    own = []
    for one in seeds:
        train, test = split_blocks(timeless.blocks, one)
        train, test = train[kinds[train] != kind], test[labels[test] == 0]
        unseen = every_row[kinds == kind]
        test = np.concatenate([test, np.intersect1d(unseen, blocks(one)[1])])
        halves = oversample(train, labels, one), test
        own.append(scaled_split(timeless.features.to_numpy(), labels, halves, one))
    return own


# %% tags=["hide-input"]
from sklearn.metrics import roc_auc_score

KINDS = ("Spoofing", "Data Alteration")


def shares_of(truth, chance):
    attack, normal = chance[truth == 1], chance[truth == 0]
    cut = np.quantile(normal, 0.995, method="higher")
    return {
        "found": np.mean(attack > 0.5),
        "false alarms": np.mean(normal > 0.5),
        "ROC-AUC": roc_auc_score(truth, chance),
        "found, 1 in 200": np.mean(attack > cut),
    }


# %% tags=["hide-input"]
def flagged(own, given):
    pairs = zip(own, given, strict=True)
    return pd.DataFrame(shares_of(s.test_labels, chance) for s, chance in pairs)


# %% tags=["hide-input"]
splits_without = {kind: without_kind(kind) for kind in KINDS}
unseen = {
    (kind, name): flagged(own, given)
    for kind, own in splits_without.items()
    for name, given in ask(own).items()
}

# %% tags=["hide-input"]
UNSEEN = "kind left out of training"
for (kind, name), shares in unseen.items():
    where = f"{kind.lower().replace(' ', '_')}.{name}"
    id = f"xmednn.unseen_kind.{where}"
    recorder.add(id, shares["found"], f"recall, {UNSEEN}")
    id = f"xmednn.unseen_kind.false_alarms.{where}"
    recorder.add(id, shares["false alarms"], f"false alarms, {UNSEEN}")
    id = f"xmednn.unseen_kind.area.{where}"
    recorder.add(id, shares["ROC-AUC"], f"ROC-AUC, {UNSEEN}")
    id, cut = f"xmednn.unseen_kind.cut.{where}", "1 in 200 normal test flows"
    recorder.add(id, shares["found, 1 in 200"], f"recall at {cut}, {UNSEEN}")

# %% tags=["hide-input", "hide-output"] caption="Kind never trained on: shares flagged, means of ten seeds."
means = pd.DataFrame({key: shares.mean() for key, shares in unseen.items()})
table = means.T.unstack(0).swaplevel(axis=1).sort_index(axis=1, ascending=False)
table = table.rename(index=figures.NAMES).round(3)
table.rename(columns={kind: f"never trained on: {kind}" for kind in KINDS})

# %% [markdown]
# Spoofing is not found by what has learned data alteration: on average
# {book}`xmednn.unseen_kind.spoofing.lr|.0%` of it at most. Set on spoofing alone, the threshold and
# logistic regression flag nearly all of data alteration, and
# {book}`xmednn.unseen_kind.false_alarms.data_alteration.threshold|.0%` and
# {book}`xmednn.unseen_kind.false_alarms.data_alteration.lr|.0%` of the normal flows with it: what is
# set on spoofed flows flags many normal ones. Cut at one half, no classifier finds a kind that it has
# not met without many false alarms. With one normal test flow in two hundred flagged, none finds more than a few in a hundred on average: the network
# {book}`xmednn.unseen_kind.cut.data_alteration.dnn|.1%` of data alteration and {book}`xmednn.unseen_kind.cut.spoofing.dnn|.1%` of
# spoofing, XGBoost {book}`xmednn.unseen_kind.cut.data_alteration.xgb|.1%` and {book}`xmednn.unseen_kind.cut.spoofing.xgb|.1%`.
#
# ## At the true share
#
# All of these were trained on balanced rows and cut at a probability of one half. That is a choice:
# a detector can be trained on the rows as they were, and its cut set. Here a quarter of the
# training stretches is kept back and sets the cut, so that one normal flow in two hundred is flagged there. Errors are counted on the test stretches.

# %%
from sklearn.metrics import matthews_corrcoef

ALLOWED, TRUE_SHARE = 0.005, "trained at the true share"


def at_true_share(seed):
    train, test = split_blocks(timeless.blocks, seed)
    fit, tune = (train[part] for part in split_blocks(timeless.blocks[train], seed))
    values = timeless.features.to_numpy()
    return test, tune, scaled_split(values, labels, (fit, np.r_[tune, test]), seed)


true_share = [at_true_share(one) for one in seeds]
honest = ask([split for *_, split in true_share])


# %%
def raised_on(tune, chance, cut=None):
    tuned, tested = np.split(chance, [len(tune)])
    if cut is None:
        cut = np.quantile(tuned[labels[tune] == 0], 1 - ALLOWED, method="higher")
    return tested > cut


# %%
def alarms(test, raised):
    attack = labels[test] == 1
    return {
        "mcc": matthews_corrcoef(attack, raised),
        "false alarms": 10_000 * np.mean(raised & ~attack),
        "attack flows missed": 10_000 * np.mean(~raised & attack),
        "real": np.sum(raised & attack) / max(raised.sum(), 1),
        "any": raised.any(),
        "fpr": np.mean(raised[~attack]),
        "fnr": np.mean(~raised[attack]),
    } | {kind: np.mean(raised[kinds[test] == kind]) for kind in KINDS}


# %% tags=["hide-input"]
def per_ten_thousand(name, cut):
    found = pd.DataFrame(
        alarms(test, raised_on(tune, chance, cut))
        for (test, tune, _), chance in zip(true_share, honest[name], strict=True)
    )
    id = f"xmednn.hospital.{'cut_set' if cut is None else 'cut_half'}.{name}"
    recorder.add_scores(id, found[["fpr", "fnr", "mcc"]], protocol=TRUE_SHARE)
    counts = found[["false alarms", "attack flows missed"]]
    counts = counts.rename(columns=lambda name: name.replace(" ", "_"))
    recorder.add_scores(id, counts, protocol=f"of 10,000 flows, {TRUE_SHARE}")
    of_kinds = found[[*KINDS]].rename(
        columns=lambda kind: kind.lower().replace(" ", "_")
    )
    recorder.add_scores(id, of_kinds, protocol=f"recall, {TRUE_SHARE}")
    return shown_of(found)


# %% tags=["hide-input"]
def shown_of(found):
    means = found[["false alarms", "attack flows missed"]].mean().round()
    real = found["real"][found["any"]].mean()
    more = {"share of alarms that are real": round(real, 3)}
    more |= {f"{kind} found": f"{found[kind].mean():.0%}" for kind in KINDS}
    return means.to_dict() | more | {"MCC": round(found["mcc"].mean(), 3)}


# %% tags=["hide-input"]
daily = {
    f"{figures.NAMES[name]}, {words}": per_ten_thousand(name, cut)
    for words, cut in (("cut at one half", 0.5), ("cut set", None))
    for name in ("dnn", "xgb", "lr", "threshold")
    if cut or name != "threshold"  # the rule has no other cut than that of training
}
# %% tags=["hide-input"] caption="Errors in ten thousand flows, ten seeds; rows that name a cut: true share."
balanced_trained = {
    f"{figures.NAMES[name]}, trained on balanced rows": {
        "false alarms": round(10_000 * (1 - labels.mean()) * row["fpr"]),
        "attack flows missed": round(10_000 * labels.mean() * row["fnr"]),
    }
    for name, row in last.groupby("classifier")[["fpr", "fnr"]].mean().iterrows()
    if name in ("dnn", "xgb", "lr", "threshold")
}
pd.DataFrame(balanced_trained | daily).T.astype(object).fillna("")

# %% tags=["hide-input"]
from sklearn.metrics import average_precision_score

COLUMN = timeless.features["DIntPkt"].to_numpy()


def best_cut(train):
    cuts = np.quantile(COLUMN[train], np.linspace(0.5, 0.9999, 200))
    return max(
        cuts, key=lambda cut: matthews_corrcoef(labels[train], COLUMN[train] > cut)
    )


# %% tags=["hide-input"]
def by_column(seed):
    train, test = split_blocks(timeless.blocks, seed)
    allowed = np.quantile(COLUMN[train[labels[train] == 0]], 1 - ALLOWED)
    attack, column = labels[test] == 1, COLUMN[test]
    return {
        "best_cut": matthews_corrcoef(attack, column > best_cut(train)),
        "one_in_200": matthews_corrcoef(attack, column > allowed),
        "pr_auc": average_precision_score(attack, column),
    }


# %% tags=["hide-input", "hide-output"] caption="`DIntPkt` by itself on the last rung, means of ten seeds: MCC with the cut that is best in training, MCC with a cut that flags one normal training flow in two hundred, PR-AUC."
alone = pd.DataFrame(each(by_column, seeds))
recorder.add_scores("xmednn.audit.column", alone, protocol="DIntPkt by itself")
recorder.save()
TITLES = {"best_cut": "MCC, best cut", "one_in_200": "MCC, 1 in 200"}
alone.rename(columns=TITLES | {"pr_auc": "PR-AUC"}).mean().round(3).to_frame(
    "mean"
).T

# %% [markdown]
# What rarer attacks make of the detectors trained at the true share, their cut set (the threshold stays where training put it), by mean rates of the ten seeds:
#
# ```{explore-alarms}
# records: xmednn.hospital.{classifier}.{metric}
# label: real and false alarms by how rare an attack is
# rows:
#   classifier: {cut_set.dnn: DNN, cut_set.xgb: XGBoost, cut_set.lr: logistic regression,
#     cut_half.threshold: one threshold}
# ```
#
# Of the table, compare missed attacks within each half only: detectors trained on balanced rows are
# reckoned at the file's share of attacks, the others at that of the test stretches, a little
# larger. How many flows a gateway sends a day the file, with no time of day, does not say. Trained
# at the true share, network and XGBoost do what the threshold does: few false alarms, data
# alteration found, and two spoofed flows in a hundred at most, on average; cut at one half, the network makes fewer false alarms than the threshold and has a higher MCC on every seed, {book}`xmednn.hospital.cut_half.dnn.mcc` in the mean. Logistic regression needs its cut set for this. The rule of one threshold
# stays where training cut it; `DIntPkt`, cut for the highest MCC in training, has {book}`xmednn.audit.column.best_cut` (folded), on every seed less than the network. So the many false alarms of network, XGBoost and logistic regression are a choice of
# training and cut; the tree's are not: it makes as many [at the true share](06_deployment.ipynb). On the
# twin, in the few epochs of the reduced profile, the network trained at the true share makes more
# false alarms than the threshold: take the order from the published page.
#
# ## Does the detector generalise?
#
# The paper concludes from its ten folds that the classifier "generalizes well beyond its training
# dataset". Folds of oversampled rows cannot show this, since almost all of a fold's attack rows
# were trained on in the nine others. The claim is judged by the last rung, against the interval
# that the paper's own folds span. Our network is below that interval on rung 0 already; without
# the clock it has {book}`xmednn.ladder.no_identifiers.dnn.balanced_accuracy` on random
# rows and {book}`xmednn.ladder.blocks.dnn.balanced_accuracy` on runs never seen, a loss that ten seeds do not tell from none. The tree, which comes out as printed, falls from
# {book}`xmednn.ladder.printed.dt.balanced_accuracy` to {book}`xmednn.ladder.blocks.dt.balanced_accuracy`. The verdict, {verdict}`xmednn.conclusion.generalizes`, is on the level, which our network never had; what one that reaches print would lose, no run of ours can say. In the order of time,
# trained on the earlier three quarters of the stretches and asked about the last (folded), the
# network has a balanced accuracy of {book}`xmednn.in_order.dnn.balanced_accuracy`, XGBoost {book}`xmednn.in_order.xgb.balanced_accuracy` and
# the threshold {book}`xmednn.in_order.threshold.balanced_accuracy`; in MCC the threshold is ahead of all, on every seed. It is one split; seeds change the networks and the oversampling alone.

# %% tags=["hide-input"]
last_quarter = np.quantile(np.unique(timeless.blocks), 0.75)
earlier, later = (
    np.flatnonzero(part)
    for part in (timeless.blocks <= last_quarter, timeless.blocks > last_quarter)
)
in_order = [
    scaled_split(
        timeless.features.to_numpy(),
        labels,
        (oversample(earlier, labels, one), later),
        one,
    )
    for one in seeds
]

# %% tags=["hide-input", "hide-output"] caption="Trained on the earlier three quarters of the stretches, tested on the last: means of ten seeds of oversampling and of the networks."
forward = {
    name: pd.DataFrame(
        detector_scores(split.test_labels, chance)
        for split, chance in zip(in_order, given, strict=True)
    )
    for name, given in ask(in_order).items()
}
for name, found in forward.items():
    how = "earlier stretches train, later ones test"
    recorder.add_scores(f"xmednn.in_order.{name}", found, protocol=how)
pd.DataFrame(
    {figures.NAMES[n]: f[METRICS].mean() for n, f in forward.items()}
).T.round(3)

# %% [markdown]
# What the paper says of
# addresses is judged by leaving the sender's address in, and testing with attacks from another one.


# %%
def with_address(seed, elsewhere):
    train, test, _ = blocks(seed)
    sender = dataset.frame["SrcMac"][~dataset.frame["Sport"].isin(xmednn.LEFT_OUT)]
    known = pd.get_dummies(sender.to_numpy(), dtype=float).to_numpy(copy=True)
    if elsewhere:  # an address that training does not hold is none of those known
        known[test] = np.where(labels[test, None] == 1, 0.0, known[test])
    values = np.hstack([timeless.features.to_numpy(), known])
    return scaled_split(values, labels, (train, test), seed)


# %%
own, moved = (
    [with_address(one, there) for one in seeds] for there in (False, True)
)
sizes = (own[0].train_features.shape[1], 64, 32, 8, 1)
_, trained = fit_dense(own, DenseSettings(sizes, 0.01, EPOCHS, batch_size=20))

# %% tags=["remove-cell"]
from lib.methods.dense.training import probabilities

for id, tested in {"addresses": own, "addresses_elsewhere": moved}.items():
    found = pd.DataFrame(
        detector_scores(
            split.test_labels, probabilities(network, split.test_features)
        )
        for network, split in zip(trained.networks, tested, strict=True)
    )
    recorder.add_scores(
        f"xmednn.ladder.{id}.dnn", found, protocol="last rung with SrcMac"
    )
recorder.save()
claims.table("xmednn.conclusion.generalizes*", "xmednn.conclusion.host_features")

# %% [markdown]
# With the address the network finds every attack. Cut at one half, with one that it does not know it misses most of
# them on seven seeds of ten, and finds nearly all on the other three. It ranks them above nearly all normal flows on every seed (mean PR-AUC
# {book}`xmednn.ladder.addresses_elsewhere.dnn.pr_auc|.3f`), so another cut might find them; none was tried. So the warning is sound for most networks as cut:
# {verdict}`xmednn.conclusion.host_features`. (The rule counts eight seeds: on one of the three a few flows in a thousand are
# missed.)
#
# What blocking the source address of attack traffic would do, as the paper suggests, has [a page of its own](06_deployment.ipynb).
