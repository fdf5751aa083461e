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
# # Future work: a model of sequences, and types of attack on every device
#
# :::{admonition} Finding
# :class: finding
# On days held out, and with six settings each to try, a temporal convolution over the last 64 readings
# has a PR-AUC of {book}`toniot.sequence.network.pr_auc`, XGBoost on the same readings
# {book}`toniot.sequence.xgboost_on_readings.pr_auc` and on hand-made windows
# {book}`toniot.sequence.xgboost_on_windows.pr_auc`; guessing has {book}`toniot.sequence.base_rate.pr_auc`,
# and one rule without training, chosen when all days had been seen, {book}`toniot.sequence.longest_gap.pr_auc`. The
# network depends much on its seed; three seeds and six days, four of which share a session with a day trained on or
# watched, are too few to order it and boosting. Split at random, types of attack are told apart nearly without error on
# three devices of four, and so they are by a rule that knows only the time. But of two short sessions of which nothing was
# trained on, windows without a clock name, in the mean of three seeds, a quarter of the rows of one and fewer than a guess of the other.
# :::
#
# "Ensemble and deep learning models for attack classification and detection" are the future work with
# which the paper closes. [Beyond](04_beyond.ipynb) asks it of ensembles, on the door. Here a deep model
# gets the sequence of distinct readings (the edge form dropped the repeats), and the same number of settings as boosting; and
# the types of attack are told apart on all four devices.

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
import numpy as np
import pandas as pd
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder
from lib.papers import toniot

loaded = {device: toniot.load(device) for device in toniot.DEVICES}
recorder = Recorder(
    "02-classifiers-toniot/06_future", loaded, profile, seed, replicates
)
few = range(seed, seed + min(3, replicates))
run_banner(loaded, profile, seed, replicates)


# %% tags=["hide-input"]
def in_time_order(dataset):
    device = toniot.device_of(dataset.frame)
    rows = toniot.paper_table(dataset, True)
    rows = rows.take(np.argsort(rows.moments.to_numpy(), kind="stable"))
    readings = rows.features[list(toniot.READINGS[device])]
    again = readings.assign(moment=rows.moments).duplicated().to_numpy()
    return rows.take(~again)


# %% tags=["hide-input"]
tables = {device: in_time_order(dataset) for device, dataset in loaded.items()}
door = tables["garage_door"]
labels, days = door.labels, door.days


def seconds_of(rows):
    return rows.moments.to_numpy().astype("datetime64[s]").astype(np.int64)


# %% [markdown]
# ## The contest
#
# As on the page before, each day with an attack of the garage door's edge form is held out once, and
# one quiet day with it. What is new: of the other days one day with an attack, the last *before* the
# one held out (for the first, the one after), and one quiet day do not train. By their rows a setting is chosen and training is stopped; they are the **watched** days. The budget was not quite
# equal: after a first full run had been seen, the network got longer training, and boosting nothing. It rose a little
# and stayed last.

# %%
attack_days = np.unique(days[labels == 1])
quiet_days = np.setdiff1d(days, attack_days)


# %%
def fold(number):
    day, watched = attack_days[number], attack_days[number - 1 if number else 1]
    quiet = [quiet_days[(number + step) % len(quiet_days)] for step in (0, 1)]
    held_out, watching = (
        np.isin(days, pair) for pair in ([day, quiet[0]], [watched, quiet[1]])
    )
    scored = days == day if len(set(labels[days == day])) == 2 else held_out
    train = np.flatnonzero(~(held_out | watching))
    return train, np.flatnonzero(watching), np.flatnonzero(scored)


# %% tags=["hide-input"]
folds = [fold(number) for number in range(len(attack_days))]

# %% [markdown]
# Three contestants, each with six settings, and each on a sample of some eight thousand rows of the days left. A **temporal convolution** sees the last 64 readings and
# the gaps between them; three layers, of 16 or 32 channels, at three rates. **XGBoost on windows** has
# the hand-made features of the page before, and **XGBoost on readings** the very input of the
# network; both at a depth of three or six and at three rates, with as many trees as the watched days
# ask for. A setting is chosen, day by day, by the area under the precision-recall curve on the watched
# days, with the first seed.

# %%
from itertools import product

from lib.methods.sequence_model import Setting, chances, fit, last_readings
from lib.methods.splits import sample_moments
from lib.methods.windows import tempo_windows, value_windows
from sklearn.metrics import average_precision_score, roc_auc_score
from xgboost import XGBClassifier

# %% tags=["hide-input"]
ROWS = {"full": 8_000, "quick": 1_000}[profile]
EPOCHS = {"full": 30, "quick": 2}[profile]
TREES = {"full": 300, "quick": 20}[profile]
TRIED = {
    "network": [Setting(*each) for each in product((16, 32), (0.001, 0.003, 0.01))],
    "boosting": list(product((3, 6), (0.03, 0.1, 0.3))),
}

# %% tags=["hide-input"]
seconds = seconds_of(door)
bit = door.features[[toniot.READINGS["garage_door"][0]]]
windows = pd.concat(
    [bit, value_windows(bit, seconds), tempo_windows(seconds)], axis=1
).to_numpy()


def seen(how, rows):
    if how == "XGBoost on windows":
        return windows[rows]
    sequence = last_readings(bit.to_numpy(), seconds, rows)
    return sequence.reshape(len(rows), -1) if how.startswith("XGB") else sequence


# %% tags=["method"]
def boosted(train, watched, setting, one):
    depth, rate = setting
    model = XGBClassifier(
        n_estimators=TREES,
        max_depth=depth,
        learning_rate=rate,
        early_stopping_rounds=20,
        eval_metric="aucpr",
        random_state=one,
        n_jobs=1,
    )
    model.fit(*train, eval_set=[watched], verbose=False)
    return model, model.best_score


# %% tags=["method"]
def drawn(rows, one, count=ROWS):
    moments = door.moments.iloc[rows].reset_index(drop=True)
    return rows[sample_moments(moments, door.types[rows], count, one)]


# %% tags=["method"]
def trained(how, number, setting, one):
    train, watching, _ = folds[number]
    known, watched = (
        (seen(how, rows), labels[rows])
        for rows in (drawn(train, one), drawn(watching, seed, ROWS // 3))
    )
    if how == "network":
        return fit(known, watched, setting, EPOCHS, one)
    return boosted(known, watched, setting, one)


# %%
def best_setting(how, number):
    tried = TRIED["network" if how == "network" else "boosting"]
    areas = [trained(how, number, setting, seed)[1] for setting in tried]
    return tried[int(np.argmax(areas))]


# %% tags=["hide-input"]
def scores_of(how, number, setting, one):
    rows = folds[number][2]
    model, _ = trained(how, number, setting, one)
    asked = seen(how, rows)
    given = (
        chances(model, asked)
        if how == "network"
        else model.predict_proba(asked)[:, 1]
    )
    return areas_of(labels[rows], given)


# %% tags=["hide-input"]
def areas_of(truth, given):
    return {
        "pr_auc": average_precision_score(truth, given),
        "roc_auc": roc_auc_score(truth, given),
    }


WAYS = ("network", "XGBoost on windows", "XGBoost on readings")
chosen = {
    (how, number): best_setting(how, number)
    for how in WAYS
    for number in range(len(folds))
}

# %%
contest = pd.DataFrame(
    {"way": how, "seed": one, "day": number} | scores_of(how, number, setting, one)
    for (how, number), setting in chosen.items()
    for one in few
)

# %% [markdown]
# Beside them stand the base rate, which guessing has, and the rule without training of the page before:
# the longest gap of the last minute. (That rule was chosen when all days had been seen.)

# %% tags=["hide-input"]
late = tempo_windows(seconds)["gap largest, 60 s"].to_numpy()
LINES = {"base rate": np.zeros(len(labels)), "longest gap": late}
lines = pd.DataFrame(
    {"way": name, "seed": seed, "day": number} | areas_of(labels[rows], score[rows])
    for name, score in LINES.items()
    for number, (_, _, rows) in enumerate(folds)
)

# %% tags=["hide-input"]
AREAS = ["pr_auc", "roc_auc"]
each_seed = contest.groupby(["way", "seed"], sort=False)[AREAS].mean()
NAMES = {"network": "temporal convolution"}

# %% tags=["remove-cell"]
for how, group in each_seed.groupby("way", sort=False):
    recorder.add_scores(
        f"toniot.sequence.{how.replace(' ', '_').lower()}",
        group,
        protocol="mean over the days held out, setting chosen on watched days",
        dataset=loaded["garage_door"],
    )

# %% tags=["remove-cell"]
for name, group in lines.groupby("way", sort=False):
    for area in AREAS:
        recorder.add(
            f"toniot.sequence.{name.replace(' ', '_')}.{area}",
            group[area].mean(),
            "mean over the days held out",
            True,
            dataset=loaded["garage_door"],
        )

# %% tags=["hide-input"] caption="Areas under both curves, means over the days held out; deviation over three seeds."
table = each_seed.groupby("way", sort=False).agg(["mean", "std"])
for name, group in lines.groupby("way", sort=False):
    for area in AREAS:
        table.loc[name, (area, "mean")] = group[area].mean()
HEADS = {"pr_auc": "PR-AUC", "roc_auc": "ROC-AUC", "std": "deviation"}
table.rename(index=NAMES, columns=HEADS).map(
    lambda value: "" if np.isnan(value) else f"{value:.3f}"
)

# %% tags=["hide-input"]
from lib.methods.differences import mean_with_interval

by = {
    unit: contest.pivot_table("pr_auc", unit, "way", sort=False)
    for unit in ("seed", "day")
}
gaps = {
    other: {unit: table["network"] - table[other] for unit, table in by.items()}
    for other in WAYS[1:]
}
by_day_late = lines[lines["way"] == "longest gap"].set_index("day")["pr_auc"]
gaps["longest gap"] = {
    "seed": by["seed"]["network"] - by_day_late.mean(),
    "day": by["day"]["network"] - by_day_late,
}
# %% tags=["hide-input"] caption="PR-AUC of the network minus that of another: mean and 95 % interval, over seeds and over days."
pd.DataFrame(gaps).map(mean_with_interval).T.rename(
    columns={"seed": "over seeds", "day": "over days"}
)

# %% tags=["remove-cell"]
for other, units in gaps.items():
    recorder.add(
        f"toniot.sequence.network_minus.{other.replace(' ', '_').lower()}.pr_auc",
        units["seed"].to_numpy(),
        "difference of PR-AUC, mean over the days, seed by seed",
        dataset=loaded["garage_door"],
    )
recorder.save()

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
SHOWN = {
    "network": ("temporal convolution", "#0072B2", "o"),
    "XGBoost on windows": ("XGBoost on windows", "#D55E00", "D"),
    "XGBoost on readings": ("XGBoost on readings", "#E69F00", "^"),
    "longest gap": ("longest gap", "#6B6B6B", "s"),
}
every = pd.concat([contest, lines]).pivot_table("pr_auc", "day", "way")
names_of_days = [day.item().strftime("%d %B").lstrip("0") for day in attack_days]

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "PR-AUC on each day held out, means over three seeds. The line is the day's share of attack rows, which guessing attains.", "name": "fig-toniot-sequence"}, "image": {"alt": "One group of four points for each day held out. Most points lie far above the line of the day's base rate. None of the four is the highest on all days; on 26 and 29 April the temporal convolution lies far below the others, and on 28 April, which is nearly all attack, all lie at the line. In the mean over the days the temporal convolution has {book}`toniot.sequence.network.pr_auc|.2f`, XGBoost on windows {book}`toniot.sequence.xgboost_on_windows.pr_auc|.2f`, XGBoost on readings {book}`toniot.sequence.xgboost_on_readings.pr_auc|.2f`, the longest gap {book}`toniot.sequence.longest_gap.pr_auc|.2f` and the base rate {book}`toniot.sequence.base_rate.pr_auc|.2f`."}}
figure, axis = plt.subplots(figsize=(5.6, 3.8))
places_of = np.arange(len(attack_days))
style = {"color": figures.PAPER, "label": "base rate"}
axis.hlines(every["base rate"], places_of - 0.4, places_of + 0.4, **style)
for number, (name, (label, colour, marker)) in enumerate(SHOWN.items()):
    at = places_of + (number - 1.5) * 0.2
    axis.plot(at, every[name], marker, color=colour, label=label)
axis.set_xticks(places_of, names_of_days)
axis.set_ylim(0, 1.02)
axis.set_ylabel("PR-AUC")
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% tags=["hide-input", "hide-output"] caption="Settings chosen, by day held out."
pd.DataFrame(
    {
        name: {how: str(chosen[how, number]).replace("Setting", "") for how in WAYS}
        for number, name in enumerate(names_of_days)
    }
).T.rename(columns=NAMES)

# %% [markdown]
# In the mean all three stand above the base rate, and none above the longest gap in PR-AUC; on 28 April, nearly all attack,
# none is above the base rate by much. The network comes last in the mean; with the seed that chose the settings it is level
# with boosting, with the other two behind. Against either kind of boosting its interval holds zero, over seeds as over days;
# with three seeds and six days these are wide, so that we cannot tell whether it is worse. Over days it is behind the longest
# gap, which was chosen on these days. By ROC-AUC boosting on windows is a little ahead of that rule,
# {book}`toniot.sequence.xgboost_on_windows.roc_auc` to {book}`toniot.sequence.longest_gap.roc_auc`. Four of the six days
# share a session with a day that trains or is watched: days were held out here, sessions were not.
#
# Windows reach ten minutes back, the network its last readings only; boosting on readings sees what the network sees. A
# longer sequence, more rows, a choice over several seeds and an average of seeds were not tried.
#
# ## Which attack is it, on each device?
#
# "Attack classification": normal rows and all types are told apart, once with the paper's steps (date,
# time and readings, scaler, SMOTE up to the largest class, its three best classifiers; on a sample of some twelve thousand rows, equal readings of one second kept once), and once by a random forest that sees windows and no clock. Three tenths of the rows test, at random, as the digits of print imply, or
# the last three tenths of each type and day. The score is the mean of the recalls of all classes. Two
# rules of one line give each row the class that is the most frequent on its day, and that of the row nearest in time of that sample.

# %% tags=["hide-input"]
from imblearn.over_sampling import SMOTE
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import recall_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

# %% tags=["hide-input"]
SAMPLE = {"full": 12_000, "quick": 2_000}[profile]
PAPERS = {
    "knn": lambda one: KNeighborsClassifier(),
    "dt": lambda one: DecisionTreeClassifier(random_state=one),
    "rf": lambda one: RandomForestClassifier(random_state=one),
}


# %% tags=["hide-input"]
def halves(rows, how, one):
    strata = pd.Series(rows.types).str.cat(rows.days.astype(str))
    groups = strata.groupby(strata)
    late = groups.cumcount() / groups.transform("size") > 0.7
    if how == "at random":
        late = np.random.default_rng(one).random(len(late)) < 0.3
    return np.flatnonzero(~late), np.flatnonzero(late)


def sampled(rows, train, one):
    moments = rows.moments.iloc[train].reset_index(drop=True)
    return train[sample_moments(moments, rows.types[train], SAMPLE, one)]


# %% tags=["method"]
def paper_answers(rows, train, test, one):
    scaler = StandardScaler().fit(rows.features.iloc[train])
    known, asked = (scaler.transform(rows.features.iloc[r]) for r in (train, test))
    smallest = pd.Series(rows.types[train]).value_counts().min()
    if smallest > 1:
        filler = SMOTE(k_neighbors=min(5, smallest - 1), random_state=one)
        known, types = filler.fit_resample(known, rows.types[train])
    else:
        types = rows.types[train]
    for name, make in PAPERS.items():
        yield name, make(one).fit(known, types).predict(asked)


# %% tags=["hide-input"]
def windows_of(rows):
    device, times = rows.device, seconds_of(rows)
    readings = rows.features[list(toniot.READINGS[device])]
    own = readings.loc[:, ~readings.T.duplicated()]
    return pd.concat(
        [own, value_windows(own, times), tempo_windows(times)], axis=1
    ).to_numpy()


def forest_answers(features, rows, train, test, one):
    forest = RandomForestClassifier(class_weight="balanced", random_state=one)
    return forest.fit(features[train], rows.types[train]).predict(features[test])


# %% tags=["hide-input"]
def class_of_the_day(rows, train, test):
    seen_on = pd.Series(rows.types[train]).groupby(rows.days[train])
    main = seen_on.agg(lambda kind: kind.mode()[0])
    return main.reindex(rows.days[test]).fillna(toniot.NORMAL).to_numpy()


def nearest_in_time(rows, train, test):
    times = seconds_of(rows)
    train = train[np.argsort(times[train], kind="stable")]
    known, asked = times[train], times[test]
    after = np.searchsorted(known, asked).clip(1, len(known) - 1)
    closer = asked - known[after - 1] <= known[after] - asked
    return rows.types[train][np.where(closer, after - 1, after)]


# %% tags=["hide-input"]
def answers_of(rows, features, train, test, one):
    own = sampled(rows, train, one)
    found = {
        "class of the day": class_of_the_day(rows, train, test),
        "nearest in time": nearest_in_time(rows, own, test),
    }
    found |= dict(paper_answers(rows, own, test, one))
    found["windows"] = forest_answers(features, rows, own, test, one)
    return found


# %% tags=["hide-input"]
def recalls(truth, given):
    kinds = np.unique(truth)
    each = recall_score(truth, given, labels=kinds, average=None, zero_division=0)
    return dict(zip(kinds, each)) | {"mean of recalls": each.mean()}


# %%
SPLITS = ("at random", "last part of each day")
three = few
window_features = {device: windows_of(rows) for device, rows in tables.items()}


def type_scores(device, how, one):
    rows = tables[device]
    train, test = halves(rows, how, one)
    answers = answers_of(rows, window_features[device], train, test, one)
    for name, given in answers.items():
        place = {"device": device, "split": how, "way": name, "seed": one}
        yield place | recalls(rows.types[test], given)


# %%
classified = pd.DataFrame(
    row
    for device in toniot.DEVICES
    for how in SPLITS
    for one in three
    for row in type_scores(device, how, one)
)

# %% tags=["remove-cell"]
for (device, how, name), group in classified.groupby(
    ["device", "split", "way"], sort=False
):
    place = f"{device}.{how}.{name}".replace(" ", "_")
    recorder.add(
        f"toniot.types_everywhere.{place}.mean_of_recalls",
        group["mean of recalls"],
        protocol="normal and every type of attack told apart",
        dataset=loaded[device],
    )
recorder.save()

# %% tags=["hide-input"] caption="Mean of the recalls of all classes, means over three seeds."
SHORT = {
    "class of the day": "class of the day",
    "nearest in time": "row nearest in time",
    "windows": "windows, no clock",
} | {name: figures.NAMES[name] for name in PAPERS}
shown = classified.pivot_table(
    "mean of recalls", "way", ["device", "split"], sort=False
)
shown.rename(index=SHORT).rename(columns=lambda name: name.replace("_", " ")).T.map(
    "{:.0%}".format
)

# %% tags=["hide-input", "hide-output"] caption="Recall of each class on the last part of each day, random forest as printed and on windows, means over three seeds."
kinds = sorted(set(classified) - {"device", "split", "way", "seed"})
late_part = classified.query("split != 'at random' and way in ('rf', 'windows')")
late_part.groupby(["device", "way"], sort=False)[kinds].mean().rename(
    index=SHORT
).T.map(lambda share: "" if np.isnan(share) else f"{share:.0%}")

# %% [markdown]
# At random, the paper's steps tell the types apart nearly without error, but on the motion light: there the forest has
# {book}`toniot.types_everywhere.motion_light.at_random.rf.mean_of_recalls|.0%`. So does a rule that reads nothing but the time and answers with the type of
# the nearest row of training: it has {book}`toniot.types_everywhere.motion_light.at_random.nearest_in_time.mean_of_recalls|.0%` there and
# {book}`toniot.types_everywhere.garage_door.at_random.nearest_in_time.mean_of_recalls|.0%` on the door. Windows without a clock come close, but those of neighbouring rows
# overlap, so that at random they too may know the stretch rather than the type. On the last part of each day
# the paper's steps lose about a tenth at most on the extracts, a day of which has a few classes, and its date in both parts;
# the row nearest in time is ahead of the forest on each. On the door
# the forest falls from {book}`toniot.types_everywhere.garage_door.at_random.rf.mean_of_recalls|.0%` to
# {book}`toniot.types_everywhere.garage_door.last_part_of_each_day.rf.mean_of_recalls|.0%` and nearest neighbours to
# {book}`toniot.types_everywhere.garage_door.last_part_of_each_day.knn.mean_of_recalls|.0%`, as does the row nearest in time; the windows keep {book}`toniot.types_everywhere.garage_door.last_part_of_each_day.windows.mean_of_recalls|.0%`. (The page before, with other samples and weights for the classes, not SMOTE, has more for forest and windows.) On the
# extracts it is the windows that fall behind. One type is lost there by both (folded): scanning on the
# motion light, whose last rows lie among those of `password`. Two attacks may have run at once, where a row has one name, or
# rows were named wrongly: door and thermostat have scanning on another day.
#
# **A whole day.** On the door two types have rows on two days, so one of these days can be held out
# with nothing of it in training. But a session can run past midnight. So we also ask of those rows
# alone that lie in a session, with no break of half an hour, of which nothing was trained on. (The extracts of the other
# devices hold types with several sessions, too; the breaks there may come from sampling, and they were not asked.)

# %% tags=["hide-input"]
TWICE = [
    (kind, day)
    for kind in np.unique(door.types[labels == 1])
    for day in np.unique(days[door.types == kind])
    if len(np.unique(days[door.types == kind])) > 1
]


# %% tags=["hide-input"]
def sessions(kind):
    own = np.flatnonzero(door.types == kind)
    number = np.full(len(labels), -1)
    number[own] = np.cumsum(np.diff(seconds[own], prepend=seconds[own[0]]) > 1_800)
    return number


def in_new_session(kind, train, test):
    number = sessions(kind)
    return (number[test] >= 0) & ~np.isin(number[test], number[train])


# %% tags=["hide-input"]
def shares(given, kind, is_kind, new, calm):
    named, attack = pd.Series(given == kind), pd.Series(given != toniot.NORMAL)
    return {
        "recall": named[is_kind].mean(),
        "of a new session": named[new].mean(),
        "normal rows taken for it": named[calm].mean(),
        "of a new session, called an attack": attack[new].mean(),
        "normal rows called an attack": attack[calm].mean(),
    }


# %% tags=["hide-input"]
def day_scores(kind, day, one):
    train, test = np.flatnonzero(days != day), np.flatnonzero(days == day)
    answers = answers_of(door, window_features["garage_door"], train, test, one)
    truth, new = door.types[test], in_new_session(kind, train, test)
    for name, given in answers.items():
        found = shares(given, kind, truth == kind, new, truth == toniot.NORMAL)
        yield {"type": kind, "day": str(day), "way": name} | found


# %% tags=["hide-input"]
ASKED = [
    "recall",
    "of a new session",
    "normal rows taken for it",
    "of a new session, called an attack",
    "normal rows called an attack",
]

# %% tags=["hide-input"]
second_days = pd.DataFrame(
    [
        row
        for kind, day in TWICE
        for one in three
        for row in day_scores(kind, day, one)
    ],
    columns=["type", "day", "way", *ASKED],
)

# %% tags=["remove-cell"]
for (kind, day, name), group in second_days.groupby(
    ["type", "day", "way"], sort=False
):
    for asked in ASKED:
        if group[asked].notna().all():
            recorder.add(
                f"toniot.day_held_out.edge.{kind}.{day}.{name}.{asked}".translate(
                    str.maketrans(" -", "__", ",")
                ),
                group[asked],
                "types told apart on a day of which nothing is trained on",
                dataset=loaded["garage_door"],
            )
recorder.save()

# %% tags=["hide-input"] caption="A type on a day held out, means over three seeds: recall; recall in a session of which nothing was trained on; normal rows of that day taken for it; and both shares of rows called an attack of any type."
told = second_days.groupby(["type", "day", "way"], sort=False)[ASKED].mean()
told.rename(index=SHORT).map(
    lambda share: "" if np.isnan(share) else f"{share:.0%}"
)


# %% tags=["hide-input"]
def rows_of_sessions(kind):
    number = sessions(kind)
    for one in range(number.max() + 1):
        own = np.flatnonzero(number == one)
        while_it_ran = door.types[own[0] : own[-1]] == toniot.NORMAL
        yield {
            "type": kind,
            "session": one + 1,
            "days": " to ".join(sorted({str(day) for day in days[own]})),
            "rows": len(own),
            "normal rows meanwhile": while_it_ran.sum(),
        }


# %% tags=["hide-input", "hide-output"] caption="Sessions of the two types: rows, and normal rows from the first to the last of them."
pd.DataFrame(
    [
        row
        for kind in dict.fromkeys(kind for kind, _ in TWICE)
        for row in rows_of_sessions(kind)
    ],
    columns=["type", "session", "days", "rows", "normal rows meanwhile"],
).set_index(["type", "session"])

# %% [markdown]
# The paper's steps give nearly no row of the day held out its type; the row nearest in time gives it to nearly all, and to most
# normal rows as well. The windows name
# {book}`toniot.day_held_out.edge.backdoor.2019_04_29.windows.recall|.0%` of `backdoor` on its second day and
# {book}`toniot.day_held_out.edge.ddos.2019_04_26.windows.recall|.0%` of `ddos`. But nearly all of these
# rows of `backdoor`, and half of those of `ddos`, lie in a session that began the day before. Each of the two types has one more session, hours after its last row, of which nothing was trained on: there the windows name
# {book}`toniot.day_held_out.edge.backdoor.2019_04_29.windows.of_a_new_session|.0%` and
# {book}`toniot.day_held_out.edge.ddos.2019_04_26.windows.of_a_new_session|.0%`; a guess among eight classes has an eighth. (What knows the time does better in
# places: the paper's steps in one of the sessions, the row nearest in time in both. Each gives the same name to more
# than half of that day's normal rows. Held out the other way, `backdoor` on its first day, the windows name
# {book}`toniot.day_held_out.edge.backdoor.2019_04_28.windows.recall|.0%`, and take
# {book}`toniot.day_held_out.edge.backdoor.2019_04_28.windows.normal_rows_taken_for_it|.0%` of the normal rows for it.) In the new session of `backdoor` normal rows far
# outnumber the attack's, unlike in the old, so that we cannot tell a new session from a new mix; in that of `ddos` the mix is
# much the same (folded). There the windows call
# {book}`toniot.day_held_out.edge.ddos.2019_04_26.windows.of_a_new_session_called_an_attack|.0%` an attack of some type (over
# three seeds this share and that of the right name differ widely), and
# {book}`toniot.day_held_out.edge.ddos.2019_04_26.windows.normal_rows_called_an_attack|.0%` of that day's normal rows. But of
# these only a few lie in the session, so that this sets busy hours against quiet ones as well as attacks against normal rows.
# In the new session of `backdoor` they call
# {book}`toniot.day_held_out.edge.backdoor.2019_04_29.windows.of_a_new_session_called_an_attack|.0%` an attack at all. What a type is called need not look the same in another recording {cite}`booij2022`; two short sessions of one device cannot tell. (`password` has a second
# session as well, on one day; it was not asked.)
#
# In this notebook we have learnt that
#
# * with as many settings to try, a small model of sequences is not shown to do better than boosting on days held out, and
#   neither has a higher mean PR-AUC than one rule, chosen on these days;
# * the interval over days, not that over seeds, speaks of other days, and these days are not independent;
# * on rows split at random, types are named nearly without error on three devices of four, by a rule that knows nothing but
#   the time as well; in the two short sessions of which nothing was trained on, windows name in the mean of three seeds a quarter of the rows of one and
#   fewer than a guess of the other;
# * a day held out can share a session with the day before: hold out whole sessions.
