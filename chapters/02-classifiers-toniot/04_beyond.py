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
# # Beyond: ensembles, a network, and what windows can see
#
# :::{admonition} Finding
# :class: finding
# On the door's readings alone no ensemble and no network beats the base rate on days held out. Windows
# over the past ten minutes do: where the attacks' share of rows is
# {book}`toniot.beyond.garage_door.prevalence`, XGBoost has an area under the precision-recall curve of
# {book}`toniot.beyond.garage_door.windows.xgb.pr_auc`, and one rule without training, the longest wait
# of the last minute, {book}`toniot.beyond.garage_door.windows.late.pr_auc`. With a budget of one false
# alarm an hour and every normal row counted as quiet, as we counted first, XGBoost breaks the budget
# and still notices only
# {book}`toniot.beyond.garage_door.windows.xgb.first_count.found_within_10_minutes|.0%` of the attacks
# within ten minutes. Where normal rows in the midst of an attack do not count, a definition chosen
# after the results had been seen, it overruns the budget by a tenth and notices
# {book}`toniot.beyond.garage_door.windows.xgb.found_within_10_minutes|.0%`, and an alarm after each pause of ten minutes, which reads
# nothing of the door, {book}`toniot.beyond.garage_door.windows.after_a_pause.found_within_10_minutes|.0%` by either count (means over replicates).
# The extracts of the other three devices permit no such test.
# :::
#
# "In future the main focus will be utilizing ensemble and deep learning models for attack
# classification and detection using TON_IoT dataset", the paper closes. This page takes a part of
# that step, detection, under a protocol that gives no marks for the date: no clock among the
# features, and whole days held out (a detector must also hold outside the world that it was trained
# in {cite}`sommer2010`); and asks what the recording allows to say of the type.

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
from lib.papers import toniot
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

loaded = {device: toniot.load(device) for device in toniot.DEVICES}
recorder = Recorder(
    "02-classifiers-toniot/04_beyond", loaded, profile, seed, replicates
)
seeds = range(seed, seed + replicates)
run_banner(loaded, profile, seed, replicates)

# %% [markdown]
# ## Which device permits an honest test?
#
# A detector must tell an attack from the normal life *of the same time*. When all normal rows lie in
# one week and all attacks in another, whatever differs between the weeks (the season, a restart, a
# way of sampling) looks like the attack, and no split can tell the two apart. So we count: the
# share of attack rows that fall on a day which also has normal rows.

# %%
import numpy as np
import pandas as pd


def in_time_order(dataset):
    device = toniot.device_of(dataset.frame)
    rows = toniot.paper_table(dataset, True, toniot.READINGS[device])
    return rows.take(np.argsort(rows.moments.to_numpy(), kind="stable"))


def share_comparable(rows):
    attack_days = rows.days[rows.labels == 1]
    return np.isin(attack_days, rows.days[rows.labels == 0]).mean()


# %%
tables = {device: in_time_order(dataset) for device, dataset in loaded.items()}
comparable = {device: share_comparable(rows) for device, rows in tables.items()}

# %% tags=["hide-input", "hide-output"] caption="Attack rows on days that have normal rows, by device."
for device, share in comparable.items():
    recorder.add(
        f"toniot.beyond.{device}.comparable_share",
        share,
        protocol="attack rows on days that also have normal rows",
        deterministic=True,
        dataset=loaded[device],
    )
pd.DataFrame(
    {
        "file": {device: dataset.variant for device, dataset in loaded.items()},
        "days": {device: len(set(rows.days)) for device, rows in tables.items()},
        "attack rows on days with normal rows": comparable,
    }
).style.format({"attack rows on days with normal rows": "{:.0%}"})

# %% [markdown]
# In the Train_Test extracts there is not one such day. Only the garage door's edge form, in which
# attacks and normal hours alternate from 23 to 29 April, permits the test. The rest of the page uses
# it; the other three return at the end, as a warning.
#
# Rows that repeat time and readings are dropped first. The rows' labels are not looked at for this.

# %%
door = tables["garage_door"]
repeated = door.features.assign(moment=door.moments).duplicated().to_numpy()
door = door.take(~repeated)
labels, days = door.labels, door.days
seconds = door.moments.to_numpy().astype("datetime64[s]").astype(np.int64)
print(f"{repeated.sum():,} repeated rows dropped, {len(labels):,} kept")

# %% [markdown]
# ## The protocol
#
# Each day with an attack is held out once, and with it one quiet day, on which every alarm is false.
# Nothing of these two days is trained on. Other days may hold an attack of the same type, or the rest
# of one that ran past midnight; a check below does without them. Training on later days too is a
# favour to the detector.
#
# Scores are computed on the attack day alone, which both classes share, and averaged over the days. (On
# the synthetic twin, which has no such days, attack day and quiet day are tested together.)

# %%
attack_days = np.unique(days[labels == 1])
quiet_days = np.setdiff1d(days, attack_days)


# %% tags=["method"]
def fold(number):
    day = attack_days[number]
    quiet = quiet_days[number % len(quiet_days)]
    held_out = np.isin(days, [day, quiet])
    scored = days == day if len(set(labels[days == day])) == 2 else held_out
    train, test = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    return train, test, scored[test]


folds = [fold(number) for number in range(len(attack_days))]


# %%
def share_known(train, test, scored):
    held_out = door.types[test][scored & (labels[test] == 1)]
    return np.isin(held_out, door.types[train]).mean()


prevalence = np.array([labels[test][scored].mean() for _, test, scored in folds])
known = np.array([share_known(*one) for one in folds])

# %% tags=["hide-input", "hide-output"] caption="Attack rows of each day, and of types trained on."
for name, shares, what in (
    ("prevalence", prevalence, "share of attack rows"),
    ("known_types_share", known, "attack rows of a type that is trained on"),
):
    recorder.add(
        f"toniot.beyond.garage_door.{name}",
        shares.mean(),
        protocol=f"{what}, mean over the days held out",
        deterministic=True,
        dataset=loaded["garage_door"],
    )
each_day = {"share of attack rows": prevalence, "of a type trained on": known}
pd.DataFrame(each_day, attack_days.astype(str)).round(3)

# %% [markdown]
# The **base rate** is that share. A detector that guesses has a precision equal to it, at any
# threshold; the area under its precision-recall curve (PR-AUC) is the base rate itself. The shares
# differ widely from day to day, so a score means nothing without the day's share beside it. The area
# under the ROC curve, one half for guessing on every day, is given too.

# %% [markdown]
# ## The features
#
# **Readings**: what the device reports, and nothing else. Door and phone signal carry the same bit,
# so one of them is enough.
#
# **Windows**: the last 10 and 60 readings and the last 60 and 600 seconds, each ending at the row
# itself. Of the *values* they hold the mean, the number of distinct values, the changes; of the
# *tempo* the mean and the longest gap, and the number of rows. A pause of ten minutes or more ends a
# window, so that the silence before a session cannot say which session it is. A property test holds
# that no later row, changed or removed, moves an earlier row's features.

# %%
from lib.methods.windows import tempo_windows, value_windows

distinct = door.features.loc[:, ~door.features.T.duplicated()]
values, tempo = value_windows(distinct, seconds), tempo_windows(seconds)
features = {
    "readings": distinct,
    "values": pd.concat([distinct, values], axis=1),
    "tempo": tempo,
    "windows": pd.concat([distinct, values, tempo], axis=1),
}

# %% tags=["hide-output"] caption="Number of features of each set."
# Gaps span three orders of magnitude, which a network takes better as logarithms.
matrices = {
    name: (np.sign(table) * np.log1p(np.abs(table))).to_numpy()
    for name, table in features.items()
}
pd.Series(
    {name: table.shape[1] for name, table in features.items()}, name="features"
).to_frame()

# %% [markdown]
# ## The detectors
#
# The paper's best classifier, the random forest; gradient boosting as scikit-learn and as XGBoost
# do it; soft voting of these three; stacking, in which a logistic regression learns from three
# folds of the training days how far to trust boosting and a linear model; and a dense network,
# small and trained briefly (a model of sequences, tuned like boosting, is on the [next
# page](06_future.ipynb)). The others have their library's defaults. Nothing was tuned on the
# held-out days. Each replicate draws its own training rows, by whole seconds, as many as the next
# cell says.

# %%
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.linear_model import LogisticRegression
from xgboost import XGBClassifier

ROWS = {"full": 5_000, "quick": 1_500}[profile]
ROUNDS = {"full": 100, "quick": 10}[profile]
EPOCHS = {"full": 16, "quick": 3}[profile]

# %%
SINGLE = {
    "hgb": lambda seed: HistGradientBoostingClassifier(
        max_iter=ROUNDS, random_state=seed
    ),
    "xgb": lambda seed: XGBClassifier(
        n_estimators=ROUNDS, random_state=seed, n_jobs=1
    ),
    "rf": lambda seed: RandomForestClassifier(ROUNDS, random_state=seed),
}


# %% [markdown]
# scikit-learn's folds are not shuffled by default. Rows stand in time order, so each of the stacking
# folds takes a third of the attack rows and a third of the normal rows, each a stretch of their time.


# %%
def stacking(seed):
    first = [("xgb", SINGLE["xgb"](seed)), ("linear", LogisticRegression())]
    return StackingClassifier(first, LogisticRegression(), cv=3)


# %%
from lib.methods.detectors import fit_classical, fit_dense
from lib.methods.dense.network import DenseSettings
from lib.methods.splits import sample_moments, scaled_split
from sklearn.preprocessing import StandardScaler


def split(matrix, train, test, seed):
    moments = door.moments.iloc[train].reset_index(drop=True)
    drawn = train[sample_moments(moments, door.types[train], ROWS, seed)]
    return scaled_split(matrix, labels, (drawn, test), seed, scaler=StandardScaler)


# %%
def chances_of(matrix, seed, everything=True):
    splits = [split(matrix, train, test, seed) for train, test, _ in folds]
    if not everything:
        return {"xgb": fit_classical(SINGLE["xgb"], splits)}
    found = {name: fit_classical(make, splits) for name, make in SINGLE.items()}
    found["voting"] = [np.mean(votes, axis=0) for votes in zip(*found.values())]
    found["stacking"] = fit_classical(stacking, splits)
    sizes = (matrix.shape[1], 32, 16, 1)
    found["dnn"], _ = fit_dense(splits, DenseSettings(sizes, 0.002, EPOCHS, 128))
    return found


# %% [markdown]
# Some need no training. **Chance** draws its scores at random. **After a pause** alarms at the first row
# after ten silent minutes, and reads nothing else. **Late** looks at a single
# feature: the longest gap between readings in the last 60 seconds. A session that is recorded at a
# slower pace has longer gaps too, so the rule mixes pace with lateness. **Late in its session** takes
# the pace out: it divides that gap by the median of the 600 before. We chose these two after seeing all
# days, so their scores are flattered; those of the trained detectors less.

# %%
LATE = tempo["gap largest, 60 s"].to_numpy()
USUAL = tempo["gap"].rolling(600, min_periods=10).median().shift(1).clip(lower=1)
LATE_IN_SESSION = (tempo["gap largest, 60 s"] / USUAL).fillna(0).to_numpy()
AFTER_A_PAUSE = np.diff(seconds, prepend=seconds[0] - 601) > 600


def untrained(seed):
    random = np.random.default_rng(seed)
    return {
        "late": [LATE[test] for _, test, _ in folds],
        "late_in_session": [LATE_IN_SESSION[test] for _, test, _ in folds],
        "after_a_pause": [1.0 * AFTER_A_PAUSE[test] for _, test, _ in folds],
        "chance": [random.random(len(test)) for _, test, _ in folds],
    }


# %%
outcomes = {}
for one in seeds:
    for name, matrix in matrices.items():
        everything = name in ("readings", "windows")
        for classifier, chances in chances_of(matrix, one, everything).items():
            outcomes[name, classifier, one] = chances
    for classifier, chances in untrained(one).items():
        outcomes["windows", classifier, one] = chances

# %% [markdown]
# ## Does anything beat the base rate?

# %%
from sklearn.metrics import average_precision_score, roc_auc_score


def scores_by_day(chances):
    for (_, test, scored), given in zip(folds, chances, strict=True):
        truth, given = labels[test][scored], given[scored]
        yield {
            "pr_auc": average_precision_score(truth, given),
            "roc_auc": roc_auc_score(truth, given),
        }


# %%
by_day = pd.DataFrame(
    dict(zip(("features", "classifier", "seed"), key)) | {"day": str(day)} | scores
    for key, chances in outcomes.items()
    for day, scores in zip(attack_days, scores_by_day(chances), strict=True)
)

# %% tags=["hide-input"]
from lib.methods.figures import NAMES

names = NAMES | {
    "hgb": "gradient boosting",
    "voting": "soft voting",
    "stacking": "stacking",
    "late": "late (one rule)",
    "late_in_session": "late in its session",
    "after_a_pause": "after a pause",
    "chance": "chance",
}

# %% caption="Areas under both curves, means over the days: mean and deviation over ten seeds."
each_seed = by_day.groupby(["features", "classifier", "seed"], sort=False)
mean_scores = each_seed[["pr_auc", "roc_auc"]].mean()
table = mean_scores.groupby(level=[0, 1], sort=False).agg(["mean", "std"])
AREAS = {"pr_auc": "PR-AUC", "roc_auc": "ROC-AUC", "std": "deviation"}
table.rename(index=names, columns=AREAS).round(3)

# %% [markdown]
# The readings alone give the base rate, whichever detector reads them: a bit that is much the same
# with and without an attack holds next to nothing to find, for any model of single readings. Windows of
# the values alone do better, but those that count changes in a minute also hold some of the tempo.
# The tempo is what works, on days that were not trained on. Is it lateness, or the pace of a session?
# Divided by the median of the 600 gaps before, the rule keeps most of it; how much hangs on the memory
# (folded): with 60 gaps its PR-AUC is {book}`toniot.beyond.garage_door.windows.divided_by_60.pr_auc`,
# with 3 600, a memory that reaches into the sessions before, it is {book}`toniot.beyond.garage_door.windows.divided_by_3600.pr_auc`. The pace alone, the median of
# 600 gaps, has {book}`toniot.beyond.garage_door.windows.pace_of_600.pr_auc`. So most of what lies above the base rate stays without it. In PR-AUC the one rule
# stands above all trained detectors but stacking, which is level with it; in ROC-AUC those with all
# windows stand above it, by one to three points. (The rule was chosen when the days had been seen; the
# deviations are of training rows drawn anew, and say nothing of other days.)

# %% tags=["hide-input"]
MEMORIES = (60, 600, 3600)


def pace(memory):
    gaps = tempo["gap"].rolling(memory, min_periods=10).median().shift(1)
    return gaps.clip(lower=1).fillna(1).to_numpy()


def over_days(rule):
    return pd.DataFrame(scores_by_day([rule[test] for _, test, _ in folds])).mean()


by_memory = {f"divided_by_{memory}": LATE / pace(memory) for memory in MEMORIES}
by_memory |= {f"pace_of_{memory}": pace(memory) for memory in MEMORIES}
by_memory = {name: over_days(rule) for name, rule in by_memory.items()}

# %% tags=["hide-input", "hide-output"] caption="Longest gap of a minute divided by the pace, the median of so many gaps before, and that pace alone: means over the days."
for name, areas in by_memory.items():
    for area, value in areas.items():
        recorder.add(
            f"toniot.beyond.garage_door.windows.{name}.{area}",
            value,
            "longest gap over the median of gaps before, or that median alone",
            True,
            dataset=loaded["garage_door"],
        )
shown = pd.DataFrame(by_memory).T.rename(columns=AREAS).round(3)
shown.rename(lambda name: name.replace("_", " "))

# %% tags=["remove-cell"]
for (name, classifier), group in mean_scores.groupby(level=[0, 1], sort=False):
    recorder.add_scores(
        f"toniot.beyond.garage_door.{name}.{classifier}",
        group,
        protocol="mean over the days held out",
        dataset=loaded["garage_door"],
    )

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
SERIES = {
    ("readings", "xgb"): ("readings", "#E69F00", "^"),
    ("values", "xgb"): ("windows of values", "#CC79A7", "v"),
    ("windows", "xgb"): ("all windows", "#D55E00", "D"),
    ("windows", "late"): ("longest gap alone", "#6B6B6B", "s"),
}
day_names = [day.item().strftime("%d %B").lstrip("0") for day in attack_days]
per_day = by_day.groupby(["features", "classifier", "day"])["pr_auc"].mean()
places = np.arange(len(attack_days))

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "PR-AUC on each day held out. The line is the day's share of attack rows, which guessing attains. Points: means over replicates, of XGBoost on readings, on windows of values and on all windows, and of the rule that sees the longest gap alone.", "name": "fig-toniot-beyond-days"}, "image": {"alt": "One group of points for each day held out. The readings lie on the line of the day's base rate every time; all windows and the rule of the longest gap lie far above it wherever there is room. In the mean over the days the base rate is {book}`toniot.beyond.garage_door.prevalence|.2f`, the readings have {book}`toniot.beyond.garage_door.readings.xgb.pr_auc|.2f`, all windows {book}`toniot.beyond.garage_door.windows.xgb.pr_auc|.2f` and the longest gap {book}`toniot.beyond.garage_door.windows.late.pr_auc|.2f`."}}
figure, axis = plt.subplots(figsize=(5.6, 4.0))
base = {"color": figures.PAPER, "label": "base rate"}
axis.hlines(prevalence, places - 0.4, places + 0.4, **base)
for number, (key, (label, colour, marker)) in enumerate(SERIES.items()):
    heights = per_day[key].loc[attack_days.astype(str)]
    at = places + (number - 1.5) * 0.2
    axis.plot(at, heights, marker, color=colour, label=label)
axis.set_xticks(places, day_names)
axis.set_ylim(0, 1.02)
axis.set_ylabel("PR-AUC")
figure.legend(loc="outside upper center", ncols=3)
plt.show()

# %% [markdown]
# The precision-recall curves show where the gain lies. Of the three days with few attack rows, in the first replicate the first
# alarms of all windows are almost all real on 27 and 29 April, those of the rule on 23 and 27 April; on a day that is nearly all
# attack, there is little left to gain.

# %% tags=["hide-input"]
from sklearn.metrics import precision_recall_curve


def draw_curves(axis, number):
    _, test, scored = folds[number]
    axis.axhline(prevalence[number], color="#999999")
    for key, (label, colour, _) in SERIES.items():
        given = outcomes[*key, seed][number][scored]
        precision, recall, _ = precision_recall_curve(labels[test][scored], given)
        style = {"color": colour, "label": label, "drawstyle": "steps-post"}
        axis.plot(recall, precision, linewidth=1.3, **style)
    axis.set_title(day_names[number])
    axis.set_ylim(0, 1.02)


# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Precision and recall on each day held out, first replicate. Grey line: the base rate.", "name": "fig-toniot-beyond-curves"}, "image": {"alt": "One small panel for each day held out. The curve of the readings runs along the base rate. On most days the curve of all windows starts at high precision and falls later; that of the longest gap starts low on two. In the mean over days and replicates the area is {book}`toniot.beyond.garage_door.readings.xgb.pr_auc|.2f` under the readings' curve, {book}`toniot.beyond.garage_door.windows.xgb.pr_auc|.2f` under that of all windows and {book}`toniot.beyond.garage_door.windows.late.pr_auc|.2f` under that of the longest gap."}}
lines = -(-len(folds) // 2)
shared = {"sharex": True, "sharey": True}
figure, axes = plt.subplots(lines, 2, figsize=(5.6, 1 + 1.9 * lines), **shared)
for number, axis in enumerate(axes.flat):
    if number < len(folds):
        draw_curves(axis, number)
    axis.set_visible(number < len(folds))
figure.supxlabel("recall")
figure.supylabel("precision")
words = axes.flat[0].get_legend_handles_labels()
figure.legend(*words, loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# ## Is it the attack, or the recording?
#
# A gain this large deserves distrust. Five questions.
#
# **Do the sessions betray themselves?** The recorder ran at different speeds in different hours: a
# reading every five seconds, every two, every second. Split by rows or by hours, such habits stand
# on both sides, and the windows could recognise the session. Held-out days allow it where a session runs past
# midnight, as on four of the six (see [future work](06_future.ipynb)); the next check takes these attack rows out. All areas are means over
# the attack days. (We first pooled the days for the first two, which made the gap look larger.)

# %%
from lib.methods.splits import split_blocks, split_rows

hours = seconds // 3600
every_row = np.arange(len(labels))
LOOSER = {
    "rows": lambda seed: split_rows(every_row, labels, seed),
    "hours": lambda seed: split_blocks(hours, seed),
}


# %%
def within_days(test):
    """Of a test, the rows of each day held out, where both classes are among them."""
    for _, held_out, scored in folds:
        own = np.flatnonzero(np.isin(test, held_out[scored]))
        if len(set(labels[test][own])) == 2:
            yield own


def looser(name, seed):
    train, test = LOOSER[name](seed)
    one = split(matrices["windows"], train, test, seed)
    (given,) = fit_classical(SINGLE["xgb"], [one])
    pairs = ((labels[test][own], given[own]) for own in within_days(test))
    return np.mean([roc_auc_score(*pair) for pair in pairs])


# %%
def both_classes(name, seed):
    return any(len(own) for own in within_days(LOOSER[name](seed)[1]))


# %% tags=["hide-input"]
compared = {
    f"{name} at random": [looser(name, s) for s in seeds if both_classes(name, s)]
    for name in LOOSER
}
for name, found in zip(LOOSER, compared.values()):
    id = f"toniot.beyond.garage_door.windows.xgb.roc_auc_{name}"
    how, rests_on = f"{name} split at random, mean of days", loaded["garage_door"]
    if found:
        recorder.add(id, found, protocol=how, dataset=rests_on)

# %% tags=["hide-input", "hide-output"] caption="ROC-AUC by what is held out, means over the attack days and ten seeds."
chosen = by_day.query("features == 'windows' and classifier == 'xgb'")
compared["days"] = chosen.groupby("seed")["roc_auc"].mean().tolist()
pd.DataFrame({name: [np.mean(found)] for name, found in compared.items()}).rename(
    index={0: "ROC-AUC of XGBoost on windows"}
).round(3)

# %% [markdown]
# Rows at random flatter the windows by some four hundredths, in every seed. Hours at random give a lower area in nine seeds of ten, and it
# scatters; other rows and days are scored there, so that this does not tell whether they flatter. Whether sessions betray themselves is not
# settled by either.
#
# **Must the attack be known?** On some days the detector had met the type of attack before. So we
# train once more, and leave out of the training rows all attack rows of the types that the held-out
# day brings.


# %%
def without_known_types(seed):
    chances = []
    for train, test, _ in folds:
        held_out = set(door.types[test]) - {toniot.NORMAL}
        unknown = train[~np.isin(door.types[train], list(held_out))]
        one = split(matrices["windows"], unknown, test, seed)
        chances += fit_classical(SINGLE["xgb"], [one])
    return chances


# %%
def mean_over_days(chances):
    return pd.DataFrame(scores_by_day(chances)).mean()


new_types = pd.DataFrame([mean_over_days(without_known_types(s)) for s in seeds])
recorder.add_scores(
    "toniot.beyond.garage_door.new_types.xgb",
    new_types,
    protocol="mean over the days held out, their attack types not trained on",
    dataset=loaded["garage_door"],
)

# %% tags=["hide-input", "hide-output"] caption="Areas of XGBoost on windows, means over days and ten seeds."
pd.DataFrame(
    {
        "days held out": chosen[["pr_auc", "roc_auc"]].mean(),
        "days and their types held out": new_types.mean(),
    }
).T.rename(columns=AREAS).round(3)

# %% [markdown]
# Some is lost, and most is kept. What the windows recognise is not one type alone.
#
# **Could any slow pattern do as well?** Attacks come in long stretches, and so do late readings; two
# slow series can agree by accident. So we move the labels in time, all together and round the end,
# by a random number of rows. Their stretches stay as they are; only the connection with the tempo is
# cut. What does the one rule score then?

# %%
from scipy.stats import rankdata

within = np.unique(np.concatenate([test[scored] for _, test, scored in folds]))
places_of = [np.searchsorted(within, test[scored]) for _, test, scored in folds]
ranks_of = [rankdata(LATE[test[scored]]) for _, test, scored in folds]


# %%
def rule_on(moved):
    areas = []
    for places, ranks in zip(places_of, ranks_of):
        attack = moved[places] == 1
        count, others = attack.sum(), (~attack).sum()
        if count and others:
            above = ranks[attack].sum() - count * (count + 1) / 2
            areas.append(above / (count * others))
    return np.mean(areas)


# %%
SHIFTS = {"full": 500, "quick": 50}[profile]
margin = len(within) // 20
random = np.random.default_rng(seed)
shifts = random.integers(margin, len(within) - margin, SHIFTS)
by_accident = np.array(
    [rule_on(np.roll(labels[within], shift)) for shift in shifts]
)
observed = rule_on(labels[within])

# %% tags=["remove-cell"]
for name, value in {
    "late_moved": by_accident.mean(),
    "late_moved_largest": by_accident.max(),
    "late_moved_share_as_high": (by_accident >= observed).mean(),
}.items():
    recorder.add(
        f"toniot.beyond.garage_door.windows.{name}.roc_auc",
        value,
        protocol=f"labels moved in time, {len(shifts)} shifts",
        dataset=loaded["garage_door"],
    )

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "ROC-AUC of the rule of the longest gap when all labels are moved in time by the same random distance, against its value with the labels in place.", "name": "fig-toniot-beyond-shifts"}, "image": {"alt": "A histogram of scores with moved labels spread around {book}`toniot.beyond.garage_door.windows.late_moved.roc_auc|.2f`, the largest at {book}`toniot.beyond.garage_door.windows.late_moved_largest.roc_auc|.2f`, and far to their right a vertical line at {book}`toniot.beyond.garage_door.windows.late.roc_auc|.2f`, the score with the labels in place."}}
figure, axis = plt.subplots(figsize=(5.6, 2.6))
axis.hist(by_accident, bins=30, color="#999999", label="labels moved in time")
axis.axvline(observed, color="#0072B2", linewidth=2, label="labels in place")
axis.set_xlabel("ROC-AUC of the longest gap, mean over days")
axis.set_ylabel("shifts")
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# It scores about one half, and not one of the shifts comes near its score with the labels in place.
#
# **Does it rise with the attack?** The hours of the recording in their order, each with its share
# of late readings: those that took at least twice as long as nine in ten of the 60 before. We tried
# five definitions of "late" and kept one of the clearest; the others are not shown.

# %%
gap = tempo["gap"]
usual = gap.rolling(60, min_periods=10).quantile(0.9).shift(1)
late = pd.DataFrame({"late": gap >= 2 * usual.clip(lower=1), "attack": labels == 1})
grouped = late.groupby(hours)
by_hour = grouped.mean()[grouped.size() >= 100]

# %% tags=["hide-input"]
order = np.arange(len(by_hour))
KINDS = {
    "hour without attack": (by_hour["attack"] == 0, figures.NORMAL, "o"),
    "hour with attack": (by_hour["attack"] > 0, figures.ATTACK, "D"),
}

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Share of late readings in each hour with at least 100 readings, in order of time; pauses of the recording are left out.", "name": "fig-toniot-beyond-late"}, "image": {"alt": "Hours from left to right. Most hours without an attack lie at zero, and their mean is {book}`toniot.beyond.garage_door.late_share.normal_hours|.2%`; most hours with attacks lie higher, some at zero as well, and their mean is {book}`toniot.beyond.garage_door.late_share.attack_hours|.2%`."}}
figure, axis = plt.subplots(figsize=(5.6, 3.2))
for label, (chosen, colour, marker) in KINDS.items():
    share = 100 * by_hour["late"][chosen]
    style = {"color": colour, "label": label, "markersize": 4}
    axis.plot(order[chosen], share, marker, **style)
axis.set_yscale("symlog", linthresh=0.5)
axis.set_yticks([0, 0.2, 0.5, 1, 2, 5], ["0", "0.2", "0.5", "1", "2", "5"])
axis.set_xlabel("hours of recording")
axis.set_ylabel("late readings (%)")
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% tags=["hide-input", "hide-output"] caption="Share of late readings, means over hours."
for name, (chosen, _, _) in zip(("normal", "attack"), KINDS.values()):
    recorder.add(
        f"toniot.beyond.garage_door.late_share.{name}_hours",
        by_hour["late"][chosen].mean(),
        protocol="late readings, mean over hours",
        deterministic=True,
        dataset=loaded["garage_door"],
    )
pd.Series(
    {
        label: by_hour["late"][chosen].mean()
        for label, (chosen, _, _) in KINDS.items()
    },
    name="share of late readings",
).map("{:.2%}".format).to_frame()

# %% [markdown]
# All rows of an hour count here, whatever their label. So it is not that a longer gap has a better
# chance to be labelled as an attack. "Late" is measured here against the 60 readings before, and so
# against the pace of the session.
#
# **Was the door late, or did the file lose rows?** The fridge stood in the same test bed, and its
# extract comes from another file. Where it has an attack of the same type at the same time, every
# moment at which the fridge reported should also be a moment of the door. Where it has none,
# nothing is said.


# %%
def whole_seconds(rows, chosen):
    return np.unique(rows.moments[chosen].to_numpy().astype("datetime64[s]"))


def same_moments(kind):
    fridge = tables["fridge"]
    own = whole_seconds(door, door.types == kind)
    other = whole_seconds(fridge, fridge.types == kind)
    start, end = max(own[0], other[0]), min(own[-1], other[-1])
    other = other[(other >= start) & (other <= end)]
    return np.isin(other, own).mean() if len(other) else np.nan


# %% tags=["hide-input", "hide-output"] caption="Share of the fridge's moments that the door has, by attack."
shared = sorted(set(door.types) & set(tables["fridge"].types) - {"normal"})
met = pd.Series({kind: same_moments(kind) for kind in shared}).dropna()
for kind, share in met.items():
    recorder.add(
        f"toniot.beyond.garage_door.moments_of_fridge.{kind}",
        share,
        protocol="share of the fridge's moments that the door's file has, too",
        deterministic=True,
        dataset=[loaded["garage_door"], loaded["fridge"]],
    )
attack_types = sorted(set(door.types) - {toniot.NORMAL})
told = met.reindex(attack_types).map("{:.1%}".format)
told[met.reindex(attack_types).isna()] = "no such rows at the same time"
told.rename("share of the fridge's moments").to_frame()

# %% [markdown]
# For five of the six attacks that can be asked, no second in which the door was silent has a row of
# the fridge: the lateness is not a gap in one file. (Rows lost before both files were written, or
# one program that feeds both devices, would look the same.) For cross-site scripting (`xss`) it is
# not so: the fridge reported at moments that the door's file does not have. There the file lost
# rows, or the door alone was late. And the fridge's extract has no scanning. So the scores of 23
# and 27 April, whose attacks these are, should be read with this in mind. How do the others do
# alone?


# %%
def confirmed(number):
    _, test, scored = folds[number]
    kinds = door.types[test][scored & (labels[test] == 1)]
    return np.isin(kinds, met.index[met > 0.9]).mean() > 0.5


chosen_days = np.array([confirmed(number) for number in range(len(folds))])
area = by_day.groupby(["features", "classifier", "day"], sort=False)[
    "pr_auc"
].mean()
by_confirmed = {
    "base rate": prevalence,
    "XGBoost, all windows": area["windows", "xgb"].to_numpy(),
    names["late"]: area["windows", "late"].to_numpy(),
}

# %% tags=["hide-input"]
kept = chosen_days if chosen_days.any() else ~chosen_days
picked = by_day[by_day["day"].isin(attack_days[kept].astype(str))]
areas = picked.groupby(["features", "classifier", "seed"])["pr_auc"].mean()
for name in ("late", "xgb"):
    recorder.add(
        f"toniot.beyond.garage_door.confirmed_days.{name}.pr_auc",
        areas["windows", name].tolist(),
        protocol="mean over the days whose lateness the fridge shows as well",
        dataset=loaded["garage_door"],
    )

# %% tags=["hide-input"] caption="PR-AUC, means over the days and ten seeds, beside the base rate."
pd.DataFrame(
    {
        "all days held out": {k: v.mean() for k, v in by_confirmed.items()},
        "the days that the fridge confirms": {
            k: v[kept].mean() for k, v in by_confirmed.items()
        },
    }
).T.round(3)

# %% [markdown]
# They stay far above the base rate, and the order turns: XGBoost is ahead of the rule there in every seed. The rule's lead over all
# days rests on the two days left out.
#
# What the files cannot tell is *why* the readings were late. An attacked host that answers slowly
# would do it; so would whatever else the authors of the test bed did while they attacked. And all
# of this rests on {book}`toniot.beyond.garage_door.attacks` attacks on six days. Lateness goes with
# the attacks, on days that no trained detector had seen; whether it is their effect stays open.

# %% [markdown]
# ## What an operator would see
#
# The operator states a budget: 24 false alarms a day, one an hour. An alarm counts at most once a
# minute. The threshold that keeps the budget is taken from the quiet minutes of the *other* held-out
# days. (The models that scored those days had the new day among their training rows, which is a favour
# to all but the untrained rule.) How many false alarms do the quiet minutes of all new days really
# bring, and how soon are attacks noticed?
#
# An attack, here, is a stretch of rows of one type without a break of half an hour. One that runs
# past midnight is timed on the day on which it began. The file labels single seconds, so many
# attacks have normal rows in their midst; an alarm there is not a false one, and does not count as
# quiet time. This definition was chosen after results had been seen, and most of the rows that it excuses lie in a single attack, of few rows in more than
# two hours. We first counted every normal row as quiet; both counts are shown.

# %%
from lib.methods import alarms

BUDGET = 24
numbered = alarms.attacks(seconds, door.types)
first_row = np.array(
    [np.argmax(numbered == one) for one in range(numbered.max() + 1)]
)
COUNTS = {
    "no normal row in an attack": [
        ~alarms.during(numbered)[test] for _, test, _ in folds
    ],
    "every normal row": [labels[test] == 0 for _, test, _ in folds],
}


# %%
def timed(test):
    begins_here = np.isin(first_row[numbered[test]], test)
    return np.where(begins_here, numbered[test], -1)


attack_of = [timed(test) for _, test, _ in folds]


# %%
def thresholds(chances, quiet_rows):
    parts = zip(folds, quiet_rows, chances)
    quiet = [
        (seconds[test][calm], given[calm]) for (_, test, _), calm, given in parts
    ]
    for number in range(len(folds)):
        times, given = map(
            np.concatenate, zip(*quiet[:number], *quiet[number + 1 :])
        )
        yield alarms.threshold_for_budget(times, given, BUDGET)


# %%
def watch(chances, quiet_rows):
    raised, waits, resumed = [], [], []
    for number, limit in enumerate(thresholds(chances, quiet_rows)):
        when, given = seconds[folds[number][1]], chances[number]
        calm = quiet_rows[number]
        raised.append(alarms.minute_peaks(when[calm], given[calm]) > limit)
        waits.append(alarms.delays(when, attack_of[number], given, limit))
        begun = np.unique(attack_of[number][attack_of[number] >= 0])
        resumed.append(AFTER_A_PAUSE[first_row[begun]])
    return raised, np.concatenate(waits), np.concatenate(resumed)


# %%
def operator_scores(chances, quiet_rows):
    raised, waits, resumed = watch(chances, quiet_rows)
    return {
        "false_alarms_a_day": alarms.a_day(np.concatenate(raised)),
        "false_alarms_a_day_at_worst": max(map(alarms.a_day, raised)),
        "found_within_10_minutes": (waits <= 600).mean(),
        "found_not_after_a_pause": ((waits <= 600) & ~resumed).mean(),
        "never_found": np.isinf(waits).mean(),
        "median_delay_seconds": np.median(waits),
    }


# %%
def operate(count):
    scores = {
        key: operator_scores(each, COUNTS[count]) for key, each in outcomes.items()
    }
    return pd.DataFrame(scores).T.rename_axis(["features", "classifier", "seed"])


operated, first_count = map(operate, COUNTS)

# %% tags=["hide-input"]
both = {
    title: table.groupby(level=[0, 1], sort=False).median()
    for title, table in zip(COUNTS, (operated, first_count))
}
shown = pd.concat(both, names=["quiet"])

# %% tags=["hide-input", "hide-output"] caption="Alarms and attacks noticed, medians over ten seeds."
shown.rename(index=names).rename(
    columns=lambda name: name.replace("_", " ")
).style.format(
    {
        "false alarms a day": "{:.0f}",
        "false alarms a day at worst": "{:.0f}",
        "found within 10 minutes": "{:.0%}",
        "found not after a pause": "{:.0%}",
        "never found": "{:.0%}",
        "median delay seconds": "{:.0f}",
    }
)

# %% [markdown]
# In the folded table, of medians, read the line of *chance* first: attacks that last for hours are found by random alarms, too, and
# a delay is worth only what it is shorter than that. Next, *after a pause*: half of the attacks begin with the first row after one, so that an alarm there,
# at {book}`toniot.beyond.garage_door.windows.after_a_pause.false_alarms_a_day|.0f` false ones a day, finds these at once (*not after a pause* are, as shares of all attacks, those that begin otherwise). With windows and where no normal row in an
# attack counts as quiet, the budget is overrun by about a tenth at most on the quiet minutes of all new days together,
# and on the worst pair of days held out more than twice over, by the network eight times (*at worst*). Where every normal row counts, XGBoost
# breaks it more than twice over, notices a third of the attacks within ten minutes, nearly all of them after a pause, so that the alarm after each
# pause does better, and never
# notices {book}`toniot.beyond.garage_door.windows.xgb.first_count.never_found|.0%` of them (a mean over the seeds); the one rule does no worse at less than half the alarms. The rule that takes the pace out notices half of
# the attacks in time under either count: the pace of sessions may have a share in the rule's
# alarms. With {book}`toniot.beyond.garage_door.attacks` attacks on six days, shares that are near
# each other differ by one attack. A score that takes two values, both of them often, as on the readings, cannot keep
# a budget: its threshold either alarms all day or never. (`inf`: more than half of the attacks were
# never noticed.)

# %% tags=["remove-cell"]
recorder.add(
    "toniot.beyond.garage_door.attacks",
    len(first_row),
    protocol="stretches of one type without a break of half an hour",
    deterministic=True,
    dataset=loaded["garage_door"],
)

# %% tags=["remove-cell"]
for prefix, table in (("", operated), (".first_count", first_count)):
    for (name, classifier), group in table.groupby(level=[0, 1], sort=False):
        recorder.add_scores(
            f"toniot.beyond.garage_door.{name}.{classifier}{prefix}",
            # A record must be finite: an attack that is never noticed waits a day.
            group.clip(upper=24 * 60 * 60),
            protocol=f"budget of {BUDGET} false alarms a day, set on other days",
            dataset=loaded["garage_door"],
        )

# %% [markdown]
# ## Which attack is it?
#
# "Attack classification" is the other half of the sentence that the paper closes with. Its
# difficulty is in the recording: a type of attack occurs on one day, or on two.

# %% tags=["hide-input"]
kinds = np.unique(door.types)
on_days = pd.crosstab(
    pd.Series(door.types, name="type"), pd.Series(days).astype(str)
)

# %% tags=["hide-input"]
attacks_of_day = on_days.drop(index=toniot.NORMAL, errors="ignore")
shares = {
    "share of its rows on its main day": on_days.max(axis=1) / on_days.sum(axis=1),
    "share of that day's attack rows": pd.Series(
        {
            kind: (row / attacks_of_day.sum())[row.idxmax()]
            for kind, row in attacks_of_day.iterrows()
        }
    ),
}

# %% tags=["hide-input", "hide-output"] caption="Days of each type, and its share of its main day."
pd.DataFrame({"days": (on_days > 0).sum(axis=1)} | shares).style.format(
    "{:.0%}", subset=list(shares), na_rep=""
)

# %% [markdown]
# So the date of an attack row goes far for five of the seven types; injection and ransomware share
# their day with a larger one. And no day can be held out on which most types could be tested. What
# can be asked: does a detector that learns from the first part of an attack know its later part? We
# train a random forest to tell normal rows and all types apart, once with three tenths of the rows
# as test at random, as printed, and once with the last three tenths of each type and day. The score
# is the mean of the recalls of all classes. Beside it stands the rule that gives each row the type,
# normal included, that is the most frequent on its day.

# %%
from sklearn.metrics import balanced_accuracy_score, recall_score

strata = pd.Series(door.types).str.cat(days.astype(str))
rank = strata.groupby(strata).cumcount() / strata.groupby(strata).transform("size")
clock = np.column_stack([days.astype(int), seconds % 86_400])
SETS = {
    "date, time, readings": np.column_stack([clock, distinct]),
    "readings": distinct.to_numpy(),
}
SETS["windows, no clock"] = matrices["windows"]


# %%
def type_split(how, one):
    late = rank > 0.7
    if how == "at random":
        late = np.random.default_rng(one).random(len(rank)) < 0.3
    return np.flatnonzero(~late), np.flatnonzero(late)


# %%
def type_of_the_day(train, test):
    seen = pd.Series(door.types[train]).groupby(days[train])
    main = seen.agg(lambda kind: kind.mode()[0])
    return main.reindex(days[test]).fillna(toniot.NORMAL).to_numpy()


# %%
def types_answered(train, test, one):
    moments = door.moments.iloc[train].reset_index(drop=True)
    types = door.types[train]
    drawn = train[sample_moments(moments, types, ROWS, one, at_least=ROWS // 20)]
    for name, matrix in SETS.items():
        forest = RandomForestClassifier(
            ROUNDS, class_weight="balanced", random_state=one
        )
        forest.fit(matrix[drawn], door.types[drawn])
        yield name, forest.predict(matrix[test])


# %%
def type_scores(how, one):
    train, test = type_split(how, one)
    truth = door.types[test]
    rule = {"type of the day": type_of_the_day(train, test)}
    answers = rule | dict(types_answered(train, test, one))
    for name, given in answers.items():
        place = {"split": how, "features": name, "seed": one}
        how_much = {"labels": kinds, "average": None, "zero_division": 0}
        each = recall_score(truth, given, **how_much)
        mean = balanced_accuracy_score(truth, given)
        yield place | dict(zip(kinds, each)) | {"mean of recalls": mean}


# %%
SPLITS = ("at random", "last part of each day")
classified = pd.DataFrame(
    [row for how in SPLITS for one in seeds[:3] for row in type_scores(how, one)]
)

# %% tags=["hide-input", "hide-output"] caption="Recall of each type by split, means over three seeds."
for (how, name), group in classified.groupby(["split", "features"], sort=False):
    place = f"{how} {name}".replace(",", "").replace(" ", "_")
    recorder.add(
        f"toniot.types.garage_door.{place}.mean_of_recalls",
        group["mean of recalls"],
        protocol="normal and every type of attack told apart",
        dataset=loaded["garage_door"],
    )
recorder.save()
shown = (
    classified.drop(columns="seed")
    .groupby(["split", "features"], sort=False)
    .mean()
)
shown.T.map("{:.0%}".format)

# %% [markdown]
# At random all types are told apart, with the clock and without it: the windows of a test row hold
# rows that trained. On the last part of each day the windows keep most of it on average, though
# little of ransomware; the clock loses more, and the readings are at guessing, one class in eight.
# That is no signature of a type yet. Most types have one session, perhaps with a pace of its own (windows of tempo alone were not tried), and no second one to be held against; `backdoor` and `ddos` run through midnight, so that a day held out shares a session with the day before. The
# [next page](06_future.ipynb) asks of whole sessions, and tells the types apart on the other devices.
#
# ## A warning: the same windows on the extracts
#
# On the Train_Test extracts windows seem to work wonders. One feature, the number of rows in the
# last minute, goes far. But look at what it also tells apart: the first normal day from the other
# normal days, among which there is no attack at all. In the extracts it recognises bursts of a
# hundred rows a second and more, on the first and the last normal day (see [the
# data](01_data.ipynb)), from which the extracts took most of their normal rows. The garage door's
# edge form has lost its repeated rows and with them the bursts; its first day still has a pace of
# its own, but that pace is not the attack's. Both areas are turned so that one half is guessing and
# one is perfect.


# %%
def told_apart(feature, group):
    area = roc_auc_score(group, feature)
    return max(area, 1 - area)


# %%
def most_in_a_second(times):
    return np.unique(times, return_counts=True)[1].max()


def burst_scores(rows):
    times = rows.moments.to_numpy().astype("datetime64[s]").astype(np.int64)
    rate = tempo_windows(times)["rows, 60 s"].to_numpy()
    normal = rows.labels == 0
    first = rows.days[normal] == rows.days[normal].min()
    return {
        "attack from normal": told_apart(rate, rows.labels),
        "first normal day from other normal days": told_apart(rate[normal], first),
        "most rows in one second, normal": most_in_a_second(times[normal]),
        "most rows in one second, attack": most_in_a_second(times[~normal]),
    }


# %% tags=["hide-input", "hide-output"] caption="Areas under the ROC curve of rows a minute, and most rows in one second."
bursts = pd.DataFrame(
    {device: burst_scores(rows) for device, rows in tables.items()}
).T
bursts.style.format("{:.2f}", subset=bursts.columns[:2]).format(
    "{:.0f}", subset=bursts.columns[2:]
)

# %% tags=["remove-cell"]
for device, row in bursts.iterrows():
    for name, column in zip(("attack", "normal_days"), bursts.columns):
        recorder.add(
            f"toniot.beyond.{device}.tempo.rows_a_minute.roc_auc_{name}",
            row[column],
            protocol=f"rows in the last minute: {column}",
            deterministic=True,
            dataset=loaded[device],
        )
recorder.save()

# %% [markdown]
# In this notebook we have learnt that
#
# * only a file in which attacks and normal life share their days permits an honest test, and of the
#   files at hand that is the garage door's edge form;
# * on single readings, ensembles and a network do no better than the base rate;
# * windows find something that goes with the attacks, the tempo of the readings, and one rule
#   without training comes near the ensembles, ahead of XGBoost only by the two days whose lateness the fridge does not confirm; the attack's type need not be known for it;
# * how many attacks are noticed in time depends on what counts as quiet: both counts are shown;
# * a split by rows flatters windows by some four hundredths of area; of a split by hours we cannot tell;
# * on the extracts the same windows recognise bursts of normal rows.
