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
# # Audit: the four classifiers, one advantage less at a time
#
# :::{admonition} Finding
# :class: finding
# In the forms at hand the clock suffices for the scores, and once the text is cleaned little else does. On the fridge, a rule that reads nothing but
# date and time is right on {book}`toniot.ladder.fridge.printed.clock.balanced_accuracy|.1%` of both
# classes on average; the random forest, which reads everything, on
# {book}`toniot.ladder.fridge.printed.rf.balanced_accuracy|.1%`. With the text cleaned and date and time out, the forest
# has {book}`toniot.ladder.fridge.no_time.rf.balanced_accuracy|.1%` on the fridge,
# {book}`toniot.ladder.garage_door.no_time.rf.balanced_accuracy|.1%` on the garage door,
# {book}`toniot.ladder.motion_light.no_time.rf.balanced_accuracy|.1%` on the motion light and
# {book}`toniot.ladder.thermostat.no_time.rf.balanced_accuracy|.1%` on the thermostat, where
# guessing has one half. These are extracts and, for the garage door, the edge form; the full files
# are not at hand.
# :::
#
# A score answers the question that its protocol asks. The printed protocol asks: *given the rows
# recorded within the same minute, was this row recorded during an attack?* The owner of a fridge
# asks: *is my fridge under attack now?* This page walks from the first question to the second, and
# measures each advantage by itself; that such advantages are common is known of computer security
# {cite}`arp2022` and of machine learning in science {cite}`kapoor2023`.

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

sources = {device: toniot.load(device) for device in toniot.DEVICES}
recorder = Recorder(
    "02-classifiers-toniot/03_audit", sources, profile, seed, replicates
)
written = {name: toniot.paper_table(source) for name, source in sources.items()}
cleaned = {
    name: toniot.paper_table(source, cleaned=True)
    for name, source in sources.items()
}
seeds = range(seed, seed + replicates)
run_banner(sources, profile, seed, replicates)

# %% [markdown]
# Each {term}`replicate` draws a sample of rows from each file: all classifiers of a rung see the same
# rows, and the rows of one second are drawn together, so that copies stay with their originals. Each
# day and each type of attack keeps its share, but a rare one keeps a minimum. The
# [reproduction page](02_reproduction.ipynb) has the printed protocol on all rows.

# %%
import numpy as np
from lib.methods.splits import sample_moments

ROWS = {"full": 10_000, "quick": 400}[profile]


def sample_of(table, one):
    strata = np.char.add(table.types.astype(str), table.days.astype(str))
    return sample_moments(table.moments, strata, ROWS, one, at_least=ROWS // 100)


samples = {
    device: {one: sample_of(table, one) for one in seeds}
    for device, table in cleaned.items()
}

# %% [markdown]
# ## The rungs
#
# A rung is a choice of columns and a choice of rows. Scaling and SMOTE learn from the training rows
# alone on every rung, in the order of the paper's sections 3.3 to 3.5.
#
# ```{strips}
# :name: fig-toniot-strips
# 0, 1  at random | .+ .- / .+ .+ / a+ a- / b+ b+ / c- c+
# 2 to 4  copies together | .+ .- / .+ .+ / a+ a+ / b- b- / c+ c+
# 5  later days | .+ .+ / .- .- / a+ a+ / b+ b+ / c- c-
# 6  unseen attack | .+ .+ / .- .- / a- a- / b+ b+ / c+ c+
#
# Rows of five days of an extract, in the order of time. Without a letter: normal. A letter is an attack row of one
# type, and again a row equal to it.
# ```
#
# **Rung 0, as printed.** Date, time and both readings, text as the file has it, numbered in
# alphabetical order; four fifths of the rows, at random, train.

# %%
from lib.methods.splits import identical_rows, scaled_split, split_blocks
from lib.methods.splits import split_latest, split_rows, split_types, with_smote

TEST_SHARE = 0.2


def at_random(table, sample, one):
    return split_rows(sample, table.labels, one, TEST_SHARE)


# %% [markdown]
# **Rung 1, cleaned.** Padding and double spellings are taken out: `"high  "` and `"high"` are one
# word, `false` and `0` one value. Dates are numbered by the calendar, no longer by the alphabet, in
# which 31 March follows all days of April. The split stays.
#
# **Rung 2, no copies on both sides.** Rows that are equal in date, time and both readings go to one
# side together.


# %% tags=["method"]
def no_copies(table, sample, one):
    copies = identical_rows(table.features.loc[sample])
    train, test = split_blocks(copies, one, TEST_SHARE)
    return sample[train], sample[test]


# %% [markdown]
# On the motion light half of the test rows of rung 1 have a copy among the training rows, on the
# fridge a fifth, on the other two few or none.


# %%
def share_seen_in_training(table, sample, one):
    copies = identical_rows(table.features)
    train, test = at_random(table, sample, one)
    return np.isin(copies[test], copies[train]).mean()


# %% tags=["hide-input"]
import pandas as pd
from lib.methods import figures

TITLES = {name: name.replace("_", " ") for name in toniot.DEVICES}
seen = {
    device: [
        share_seen_in_training(table, samples[device][one], one) for one in seeds
    ]
    for device, table in cleaned.items()
}

# %% tags=["hide-input", "hide-output"] caption="Test rows with a copy in training, means over ten seeds."
for device, shares in seen.items():
    recorder.add(
        f"toniot.audit.{device}.seen",
        shares,
        "counted in rung 0",
        dataset=sources[device],
    )
pd.DataFrame({"test rows seen in training": seen}).map(np.mean).rename(TITLES).map(
    "{:.1%}".format
)

# %% [markdown]
# **Rung 3, date out** and **rung 4, time out** take columns away and keep the split of rung 2. Rung 4
# leaves the device's own two readings.
#
# **Rung 5, later days.** In the release's extracts all normal rows are older than all attacks. (In
# the garage door's full recording they are not.) One day that parts the file in two would leave the
# training rows without an attack. So each class is split by its own days: its latest days, as near
# to a fifth of its rows as whole days allow, test. (Of malware it was shown how much a detector owes to
# training rows that are later than its test rows {cite}`pendlebury2019`.)

# %% tags=["hide-input", "hide-output"] caption="Days and attacks that test on rung 5."
latest = {}
for device, table in cleaned.items():
    train, test = split_latest(table.days, table.labels, TEST_SHARE)
    attacks = test[table.labels[test] == 1]
    new = set(table.types[attacks]) - set(table.types[train])
    busy = table.days[train[table.labels[train] == 1]]
    normal = test[table.labels[test] == 0]
    latest[TITLES[device]] = {
        "normal rows test from": str(table.days[normal].min()),
        "of these on a day whose attacks train": f"{np.isin(table.days[normal], busy).mean():.0%}",
        "attack rows test from": str(table.days[attacks].min()),
        "attacks that test": ", ".join(sorted(set(table.types[attacks]))),
        "of these never in training": ", ".join(sorted(new)) or "none",
    }
pd.DataFrame(latest).T

# %% [markdown]
# In the extracts a later day mostly brings another attack as well, and rungs 5 and 6 ask nearly the same
# question; in the garage door's edge form the later day brings a known one. There the two cuts fall on
# different days, so that a few normal test rows share their day with attacks of the training.


# %%
def within(rows, sample):
    return tuple(np.intersect1d(side, sample) for side in rows)


def later_days(table, sample, one):
    return within(split_latest(table.days, table.labels, TEST_SHARE), sample)


# %% [markdown]
# **Rung 6, unseen attack.** One type of attack is held out of training and tested; the normal rows
# are split by days as before. Replicates take turns: each holds out the next type. Types with fewer
# rows than a hundredth of a sample are not held out, since a score on them would be noise. Training
# rows may be later than the held-out attack: it asks about kind, not time.


# %%
def held_out_type(table, one):
    types, counts = np.unique(table.types[table.labels == 1], return_counts=True)
    common = types[counts >= ROWS / 100]
    return common[(one - seed) % len(common)]


def unseen_attack(table, sample, one):
    held_out = held_out_type(table, one)
    return within(
        split_types(table.types, table.days, held_out, TEST_SHARE), sample
    )


# %%
NO_DATE, READINGS = ["date"], ["date", "time"]
RUNGS = {
    "printed": (written, [], at_random, "as printed"),
    "cleaned": (cleaned, [], at_random, "padding and spelling cleaned"),
    "no_duplicates": (cleaned, [], no_copies, "no copies on both sides"),
    "no_date": (cleaned, NO_DATE, no_copies, "date out"),
    "no_time": (cleaned, READINGS, no_copies, "time out: readings alone"),
    "later_days": (cleaned, READINGS, later_days, "later days"),
    "unseen_attack": (cleaned, READINGS, unseen_attack, "unseen attack"),
}


# %%
def rows_of(rung, device, one):
    choose = RUNGS[rung][2]
    return choose(cleaned[device], samples[device][one], one)


def split_of(rung, device, one):
    tables, left_out, _, _ = RUNGS[rung]
    table = tables[device].without(*left_out)
    features = table.features.to_numpy()
    rows = rows_of(rung, device, one)
    return with_smote(
        scaled_split(features, table.labels, rows, one, scaler=StandardScaler)
    )


# %% [markdown]
# :::{dropdown} Who climbs
# The paper names four classifiers and no settings, so the library's defaults stand (`Perceptron` is
# scikit-learn's default `MLPClassifier`, trained faster to the same weights). Beside them, the
# **majority** baseline always gives the answer that most training rows had. The **clock** is one
# rule: a row is what most training rows of the same quarter of an hour were. It is given what a rung
# leaves of date and time. From rung 4 on nothing is left, and it is not drawn.
# :::

# %%
from lib.methods.clock import clock_chances
from lib.methods.detectors import fit_classical
from lib.methods.dense.perceptron import Perceptron
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

CLASSIFIERS = {
    "knn": lambda one: KNeighborsClassifier(),
    "mlp": lambda one: Perceptron(random_state=one),
    "rf": lambda one: RandomForestClassifier(random_state=one),
    "dt": lambda one: DecisionTreeClassifier(random_state=one),
}


# %%
def clock_of(rung, device, one):
    table, left_out = cleaned[device], RUNGS[rung][1]
    train, test = rows_of(rung, device, one)
    return clock_chances(
        table.moments[train],
        table.labels[train],
        table.moments[test],
        with_date="date" not in left_out,
    )


def majority_of(rung, device, one):
    train, test = rows_of(rung, device, one)
    most = cleaned[device].labels[train].mean() > 0.5
    return np.full(len(test), float(most))


# %%
def climb(rung, device):
    splits = [split_of(rung, device, one) for one in seeds]
    chances = {
        name: fit_classical(make, splits) for name, make in CLASSIFIERS.items()
    }
    if "time" not in RUNGS[rung][1]:
        chances["clock"] = [clock_of(rung, device, one) for one in seeds]
    chances["majority"] = [majority_of(rung, device, one) for one in seeds]
    return splits, chances


# %%
from lib.methods.scores import detector_scores


def scores_of(rung, device):
    splits, chances = climb(rung, device)
    return [
        {"device": device, "rung": rung, "classifier": name, "seed": split.seed}
        | detector_scores(split.test_labels, given)
        for name, one_each in chances.items()
        for split, given in zip(splits, one_each, strict=True)
    ]


# %%
scores = pd.DataFrame(
    [row for device in sources for rung in RUNGS for row in scores_of(rung, device)]
)

# %%
KEYS = ["device", "rung", "classifier"]
for (device, rung, name), group in scores.groupby(KEYS, sort=False):
    recorder.add_scores(
        f"toniot.ladder.{device}.{rung}.{name}",
        group.drop(columns=[*KEYS, "seed"]),
        protocol=RUNGS[rung][3],
        dataset=sources[device],
    )
recorder.save()

# %% [markdown]
# ## The ladder
#
# Accuracy changes with the share of attacks, which differs between devices, files and rungs. **Balanced
# accuracy**, the mean of the shares of attack and of normal rows that are recognised, does not; one
# half is what guessing gets. The paper does not print it, but its accuracy, precision and recall fix
# it, by way of the [share of attacks](01_data.ipynb).

# %%
from lib import claims


def printed_value(device, name, metric):
    found = claims.published_values(f"toniot.{device}.{name}.{metric}", by="metric")
    return found[metric]


# %%
def printed_balanced_accuracy(device, name):
    accuracy, precision, recall = (
        printed_value(device, name, metric)
        for metric in ("accuracy", "precision", "recall")
    )
    false_alarms = recall * (1 - precision) / precision
    prevalence = (1 - accuracy) / (1 - recall + false_alarms)
    flagged = false_alarms * prevalence / (1 - prevalence)
    return (recall + 1 - flagged) / 2


# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy that the printed tables imply."
import matplotlib.pyplot as plt
from lib.methods import ladder

printed = {
    title: {name: printed_balanced_accuracy(device, name) for name in CLASSIFIERS}
    for device, title in TITLES.items()
}
pd.DataFrame(printed).T.rename(columns=figures.NAMES).round(3)

# %% tags=["hide-input"]
figures.use_book_style()
rung_titles = {rung: title for rung, (_, _, _, title) in RUNGS.items()}
panels = {
    TITLES[device]: own for device, own in scores.groupby("device", sort=False)
}


def draw_ladders(devices):
    shown = {TITLES[device]: panels[TITLES[device]] for device in devices}
    label = "balanced accuracy (0.5 is guessing)"
    look = label, rung_titles, (0.3, 1), printed
    for axis in ladder.draw_panels(shown, "balanced_accuracy", *look).axes:
        axis.tick_params(labelbottom=True)
    plt.show()


# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "The ladder of two devices in balanced accuracy; the other two are [below](fig-toniot-ladder-others). From top to bottom one advantage is taken away at a time. Crosses: what the paper's accuracy, precision and recall imply, measured by its authors on the full files. Points and bars: mean and 95 % prediction interval over replicates.", "name": "fig-toniot-ladder"}, "image": {"width": "400px", "alt": "Two panels, fridge and garage door, with seven rungs from top to bottom and one point a classifier. On the first three rungs the classifiers and the clock stand near one, the MLP on the garage door at {book}`toniot.ladder.garage_door.printed.mlp.balanced_accuracy|.2f` on the first; crosses on rung 0 lie beside them, that of this MLP far lower. Without the date the points fall to between {book}`toniot.ladder.fridge.no_date.mlp.balanced_accuracy|.0%` and {book}`toniot.ladder.fridge.no_date.clock.balanced_accuracy|.0%` on the fridge, and to between {book}`toniot.ladder.garage_door.no_date.rf.balanced_accuracy|.0%` and {book}`toniot.ladder.garage_door.no_date.mlp.balanced_accuracy|.0%` on the garage door. Once the time is out as well, all stand at or near one half beside the majority class, and stay there."}}
draw_ladders(toniot.DEVICES[:2])

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "The ladder of the other two devices, drawn as in {numref}`fig-toniot-ladder`.", "name": "fig-toniot-ladder-others"}, "image": {"width": "400px", "alt": "Two panels, motion light and thermostat, with seven rungs from top to bottom and one point a classifier. On the first three rungs the classifiers and the clock stand near one, and crosses beside them. Without the date the points fall to between {book}`toniot.ladder.motion_light.no_date.mlp.balanced_accuracy|.0%` and {book}`toniot.ladder.thermostat.no_date.dt.balanced_accuracy|.0%`. Once the time is out as well, all stand at or near one half beside the majority class, and stay there."}}
draw_ladders(toniot.DEVICES[2:])

# %% [markdown]
# Step down the ladder of a device, or draw a seed:
#
# ```{explore}
# records: toniot.ladder.{device}.{rung}.{classifier}.balanced_accuracy
# label: balanced accuracy
# choose:
#   device: {fridge: fridge, garage_door: garage door, garage_door_rebuilt: "garage door, rebuilt",
#     motion_light: motion light, thermostat: thermostat}
#   rung: [printed, cleaned, no_duplicates, no_date, no_time, later_days, unseen_attack]
# rows:
#   classifier: [rf, dt, knn, mlp, clock, majority]
# ```

# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy on each rung, means over ten seeds."
shown = scores[scores["classifier"].isin(["knn", "rf", "clock", "majority"])]
table = shown.pivot_table(
    "balanced_accuracy", ["device", "rung"], "classifier", sort=False
)
renamed = table.rename(index=rung_titles | TITLES, columns=figures.NAMES)
renamed.rename_axis(index=[None, None], columns=None).map(
    lambda value: "" if np.isnan(value) else f"{value:.3f}"
)

# %% [markdown]
# Cleaning the text and keeping copies on one side cost nearest neighbours, the forest and the clock
# rule nothing; the MLP loses one to two points on the garage door. That does not make padding and copies
# harmless: date and time are enough by themselves. On the three extracts the time of day by itself
# goes far, because their normal rows come from a few hours. In the garage door's edge form normal
# rows and attacks are spread around the clock, and the time needs the date.
#
# Without the clock (rung 4) the Matthews coefficient (MCC), 0 for guessing, stays within a tenth of 0 in the mean, though single seeds stray further. The F1 of the attack class only tells how many alarms a classifier raises there.

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
bare = scores[scores["rung"] == "no_time"].groupby(
    ["device", "classifier"], sort=False
)

# %% tags=["hide-input", "hide-output"] caption="Scores without the clock (rung 4), means over ten seeds."
HEADS = {"f1_attack": "F1 (attack)", "pr_auc": "PR-AUC"}
HEADS |= {name: name.upper() for name in ("fpr", "fnr", "mcc")}
HEADS |= {"balanced_accuracy": "balanced accuracy"}
means = bare[METRICS].mean().round(3)
means.rename(index=TITLES | figures.NAMES, columns=HEADS)

# %% [markdown]
# On the last rung a detector that knows something flags more of the attack held out than of the
# normal rows. Each type rests on one or two replicates; in them the random forest flags none more than a few rows in a hundred more often, on the
# garage door mostly less often.

# %% tags=["hide-input", "hide-output"] caption="Share of rows that the forest flags on rung 6, by attack held out."
last = scores[(scores["rung"] == "unseen_attack") & (scores["classifier"] == "rf")]
last = last.assign(
    held_out=[
        held_out_type(cleaned[device], one)
        for device, one in zip(last["device"], last["seed"])
    ],
    caught=1 - last["fnr"],
)
flagged = last.pivot_table(["caught", "fpr"], "held_out", "device", sort=False)
flagged = flagged.rename(
    columns=TITLES | {"caught": "attack flagged", "fpr": "normal flagged"}
)
flagged.rename_axis("held out").round(2).astype(object).fillna("")

# %% [markdown]
# ## The garage door, rebuilt
#
# The edge form keeps each row once. Does the ladder look the same on the file with its repeats, as
# it is [rebuilt](05_rebuilt.ipynb) and as Table 4 is judged on?

# %%
from lib.papers.toniot import rebuilt

full_door = rebuilt.rebuilt(sources["garage_door"], seed=seed)
DOOR = "garage_door_rebuilt"
written[DOOR] = toniot.paper_table(full_door)
cleaned[DOOR] = toniot.paper_table(full_door, cleaned=True)
samples[DOOR] = {one: sample_of(cleaned[DOOR], one) for one in seeds}
full_scores = pd.DataFrame([row for rung in RUNGS for row in scores_of(rung, DOOR)])

# %% tags=["hide-output", "hide-input"] caption="Balanced accuracy, garage door rebuilt, mean of ten seeds."
for (device, rung, name), group in full_scores.groupby(KEYS, sort=False):
    recorder.add_scores(
        f"toniot.ladder.{device}.{rung}.{name}",
        group.drop(columns=[*KEYS, "seed"]),
        protocol=RUNGS[rung][3],
        dataset=full_door,
    )
recorder.save()
table = full_scores.pivot_table(
    "balanced_accuracy", "rung", "classifier", sort=False
)
table.rename(index=rung_titles, columns=figures.NAMES).rename_axis(
    index=None, columns=None
).map(lambda value: "" if np.isnan(value) else f"{value:.3f}")


# %% tags=["remove-cell"]
def same_second(one):
    table = cleaned[DOOR]
    train, test = no_copies(table, samples[DOOR][one], one)
    seen = np.isin(moments[test], moments[train])
    return [seen[table.labels[test] == label].mean() for label in (0, 1)]


# %% tags=["remove-cell"]
moments = identical_rows(cleaned[DOOR].features[["date", "time"]])
found = np.array([same_second(one) for one in seeds])
for kind, values in zip(("normal", "attack"), found.T, strict=True):
    recorder.add(
        f"toniot.audit.garage_door_rebuilt.same_second.{kind}",
        values,
        "test rows of rung 2 whose second is trained on",
        dataset=full_door,
    )

# %% tags=["remove-cell"]
for tables in (written, cleaned, samples):
    del tables[DOOR]

# %% [markdown]
# From rung 0 to 2 it looks much the same, but for the MLP, which loses about three points when the
# dates are renumbered, there one to two. Keeping equal rows on one side costs no classifier more than half a point on
# average; but the state of a repeat was drawn anew here, so that
# {book}`toniot.audit.garage_door_rebuilt.same_second.normal|.0%` of the normal test rows of rung 2 and
# {book}`toniot.audit.garage_door_rebuilt.same_second.attack|.0%` of the attack rows still have their very second among the training rows.
# Without the date all four classifiers have a higher balanced accuracy than in the edge form, the MLP most; the clock rule, cut at one half
# on rows without SMOTE, has not, and is ahead of all four in PR-AUC on both forms.
# The readings alone are at guessing, as they must be: the rebuilding draws the door's state alike for both
# classes.
#
# ## One column is enough
#
# The ladder hides an advantage as long as another one stands in for it. So now a decision tree gets a
# single column, with all rows of the file split at random. For the garage door the extract is shown as
# well, since its words are still as the release wrote them.

# %%
extract = toniot.load("garage_door/train_test")
probed = {(name, "as written"): table for name, table in written.items()}
probed |= {(name, "cleaned"): table for name, table in cleaned.items()}
for state, clean in (("as written", False), ("cleaned", True)):
    table = toniot.paper_table(extract, cleaned=clean)
    probed["garage_door_extract", state] = table


# %%
def worth(table, columns, one):
    features = table.features[list(columns)].to_numpy()
    rows = split_rows(np.arange(len(table.labels)), table.labels, one, TEST_SHARE)
    split = scaled_split(features, table.labels, rows, one, scaler=StandardScaler)
    chances = fit_classical(CLASSIFIERS["dt"], [split])[0]
    return detector_scores(split.test_labels, chances)["balanced_accuracy"]


def worths(table, one):
    first, second = toniot.READINGS[table.device]
    sets = {"date": ["date"], "time": ["time"], "first reading": [first]}
    sets |= {"second reading": [second], "both readings": [first, second]}
    return {name: worth(table, columns, one) for name, columns in sets.items()}


# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy of a tree on single columns, one seed."
alone = pd.DataFrame(
    {place: worths(table, seed) for place, table in probed.items()}
).T
extract_title = {"garage_door_extract": "garage door, extract"}
alone.sort_index(level=0, sort_remaining=False).rename(
    index=TITLES | extract_title
).round(3)

# %% tags=["remove-cell"]
for (name, state), row in alone.iterrows():
    source = sources.get(name, extract)
    for column, value in row.items():
        id = f"toniot.alone.{name}.{state}.{column}".replace(" ", "_")
        recorder.add(id, value, protocol="one column alone", dataset=source)
recorder.save()

# %% [markdown]
# Three kinds of column betray the label in these forms.
#
# * **The date**, wherever attacks and normal rows have days of their own: on all extracts, and on the
#   garage door's edge form for the most part.
# * **The time as text.** In the extracts the time carries padding. In those of the fridge and the
#   garage door, how many spaces it has tells the class; in the other two both classes have them. A
#   label encoder numbers texts in alphabetical order and so turns the spaces into a number. The
#   cleaned time is weaker, yet far from harmless.
# * **A reading with padding or two spellings.** `temp_condition` ends in spaces in normal rows of
#   the fridge, and `sphone_signal` is a word in normal rows of the garage door's extract and a digit
#   in attack rows. Cleaned, both say nothing.
#
# ## What a reading can tell at most
#
# Perhaps these classifiers are just not good enough? Where distinct readings are few, that can be
# settled without any classifier: rows with equal readings get the same answer, and the best rule
# gives each reading the class that gains most.


# %%
def best_possible(table):
    readings = identical_rows(table.features[list(toniot.READINGS[table.device])])
    shares = pd.crosstab(readings, table.labels, normalize="columns")
    return {
        "distinct readings": len(shares),
        "rows a reading": len(readings) / len(shares),
        "best balanced accuracy": 0.5 + (shares[1] - shares[0]).abs().sum() / 4,
    }


# %% tags=["hide-output", "hide-input"] caption="Best balanced accuracy that the readings permit."
ceiling = {device: best_possible(table) for device, table in cleaned.items()}
bounded = pd.DataFrame(ceiling).T.rename(index=TITLES)
many = bounded["rows a reading"] >= 100
bounded["best balanced accuracy"] = (
    bounded["best balanced accuracy"].map("{:.3f}".format).where(many, "no bound")
)
bounded.astype({"distinct readings": int, "rows a reading": int})

# %% tags=["remove-cell"]
for device, best in ceiling.items():
    if best["rows a reading"] >= 100:
        recorder.add(
            f"toniot.audit.{device}.best_balanced_accuracy",
            best["best balanced accuracy"],
            protocol="best rule for each reading, all rows",
            deterministic=True,
            dataset=sources[device],
        )
recorder.save()

# %% [markdown]
# The rule was allowed to look at the labels of the very rows that it is scored on, so no trained
# classifier can beat it on this file. The garage door and the motion light have two readings that
# carry the same bit: a detector of single rows has next to nothing to work with there. (What
# remains on the garage door looks like the work of removing repeats: in the extract, with them, the door is as
# often open in both classes.) The fridge has few distinct readings, and its bound is about what labels without any connection would give with so many readings. The
# thermostat's temperature is different in nearly every row, so for it the bound says nothing, and
# only the ladder speaks.
#
# ## On every row
#
# The ladder used samples. This check uses all rows and the nearest-neighbour classifier, without
# SMOTE: once with date, time and readings, once with date and time alone, once with the readings
# alone.

# %%
from lib.methods.scores import paper_scores


def neighbours_on_all_rows(table, one):
    rows = split_rows(np.arange(len(table.labels)), table.labels, one, TEST_SHARE)
    split = scaled_split(
        table.features.to_numpy(), table.labels, rows, one, scaler=StandardScaler
    )
    fitted = CLASSIFIERS["knn"](one).fit(split.train_features, split.train_labels)
    distinct, back = np.unique(split.test_features, axis=0, return_inverse=True)
    answers = fitted.predict(distinct)[back.ravel()]
    return paper_scores(split.test_labels, answers, "binary")


# %% tags=["hide-input", "hide-output"] caption="Nearest neighbours on all rows, range over ten seeds."
checks = [
    {"device": device, "columns": name, "seed": one}
    | neighbours_on_all_rows(chosen, one)
    for device, table in cleaned.items()
    for name, chosen in {
        "everything": table,
        "clock alone": table.only(*READINGS),
        "readings alone": table.without(*READINGS),
    }.items()
    for one in seeds
]
checked = pd.DataFrame(checks).groupby(["device", "columns"], sort=False)
spread = checked[["accuracy", "f1"]].agg(["min", "mean", "max"])
spread.rename(index=TITLES).round(3)

# %% tags=["remove-cell"]
for (device, columns), group in checked:
    recorder.add_scores(
        f"toniot.all_rows.{device}.{columns.replace(' ', '_')}.knn",
        group[["accuracy", "precision", "recall", "f1"]],
        protocol=f"{columns}, all rows, no SMOTE",
        dataset=sources[device],
    )
recorder.save()

# %% [markdown]
# The clock alone does as well as everything. In balanced accuracy the clock rule of the ladder has all but everything on the
# extracts, which the date alone parts, and comes within two points of what print implies on the garage door's edge form. On the full files it is
# not measured.
#
# :::{dropdown} Why the accuracy of the readings alone jumps between seeds on two devices (table folded below)
# With the readings alone the accuracy jumps between seeds on the garage door and the motion light:
# each has two distinct readings, and five of many thousand equal neighbours, by the order of the
# training rows, decide the answer to each. So the classifier picks, in effect at random, one of
# four rules.
# :::

# %% tags=["hide-input", "hide-output"] caption="Scores of four fixed rules on the garage door."
RULES = {
    "never an attack": (0, 0),
    "open is an attack": (0, 1),
    "closed is an attack": (1, 0),
    "always an attack": (1, 1),
}
door = cleaned["garage_door"]
is_open = door.features["door_state"].to_numpy(dtype=int)
rules = {
    name: paper_scores(door.labels, np.array(rule)[is_open], "binary")
    for name, rule in RULES.items()
}
pd.DataFrame(rules).T.round(3)

# %% tags=["remove-cell"]
for name, measured in rules.items():
    recorder.add(
        f"toniot.rules.garage_door.{name.replace(' ', '_')}.accuracy",
        measured["accuracy"],
        protocol="one fixed rule, all rows",
        deterministic=True,
        dataset=sources["garage_door"],
    )
recorder.save()

# %% [markdown]
# ## What the forest looks at
#
# How much balanced accuracy does the random forest lose on the test rows of rung 1 when some columns
# are shuffled, so that they say nothing any more? Date and time could stand in for each other, so they are
# also shuffled together. In a forest trained with both they do not: with the date shuffled it guesses, or nearly, though one
# trained without it does well on the extracts. Readings cost nothing.


# %%
def cost_of_shuffling(forest, split, positions):
    random = np.random.default_rng(split.seed)
    shuffled = split.test_features.copy()
    order = random.permutation(len(shuffled))
    shuffled[:, positions] = shuffled[np.ix_(order, positions)]
    kept, lost = (
        detector_scores(split.test_labels, forest.predict_proba(rows)[:, 1])
        for rows in (split.test_features, shuffled)
    )
    return kept["balanced_accuracy"] - lost["balanced_accuracy"]


# %%
COLUMNS = {
    "date": [0],
    "time": [1],
    "date and time": [0, 1],
    "both readings": [2, 3],
}


def costs(device, one):
    split = split_of("cleaned", device, one)
    forest = CLASSIFIERS["rf"](one).fit(split.train_features, split.train_labels)
    return {
        name: cost_of_shuffling(forest, split, places)
        for name, places in COLUMNS.items()
    }


# %%
importance = {
    device: pd.DataFrame([costs(device, one) for one in seeds])
    for device in sources
}

# %% tags=["hide-output", "hide-input"] caption="Balanced accuracy lost by shuffling, means of ten seeds."
for device, lost in importance.items():
    for name in COLUMNS:
        recorder.add(
            f"toniot.importance.{device}.{name.replace(' ', '_')}",
            lost[name],
            protocol="balanced accuracy lost by shuffling",
            dataset=sources[device],
        )
means = pd.DataFrame(
    {TITLES[name]: lost.mean() for name, lost in importance.items()}
)
means.round(3).T

# %% [markdown]
# ## Partial dependence on the clock
#
# What does the forest answer when only the clock is turned? The folded figure turns the date in a
# forest of rung 1 and the time of day in one of rung 3, five values for each day or hour, leaves
# everything else, and averages the probability of an attack. Both are trained without SMOTE, so that
# the curve can be held against the share of attacks among the training rows.


# %%
def fitted_table(device, rung, one):
    table = cleaned[device].without(*RUNGS[rung][1])
    train, test = rows_of(rung, device, one)
    features = table.features.to_numpy()
    forest = CLASSIFIERS["rf"](one).fit(features[train], table.labels[train])
    some = np.random.default_rng(one).permutation(test)[:300]
    return table, forest, train, some


def turned(table, forest, test, position, values):
    grid = np.repeat(table.features.to_numpy()[test][None], len(values), axis=0)
    grid[:, :, position] = np.asarray(values)[:, None]
    flat = grid.reshape(-1, grid.shape[-1])
    return forest.predict_proba(flat)[:, 1].reshape(len(values), -1).mean(axis=1)


# %%
def dependence(device, rung, one):
    table, forest, train, test = fitted_table(device, rung, one)
    by_day = rung == "cleaned"
    marks = table.days if by_day else table.moments.dt.hour.to_numpy()
    codes = table.features.iloc[:, 0].groupby(marks)
    codes = codes.quantile([0.1, 0.3, 0.5, 0.7, 0.9])
    chances = pd.Series(turned(table, forest, test, 0, codes), codes.index)
    curve = pd.DataFrame({"forest": chances.groupby(level=0).mean()})
    truth = pd.Series(table.labels[train]).groupby(marks[train]).mean()
    return curve.assign(share=truth.reindex(curve.index))


# %% tags=["hide-input"]
def draw_dependence(axis, curve, names, title):
    places = np.arange(len(curve))
    axis.bar(places, curve["share"], color="#d0d0d0", width=0.9)
    axis.plot(
        places, curve["forest"], "D", color=figures.COLOURS["rf"], markersize=5
    )
    step = -(-len(names) // 3)
    axis.set_xticks(places[::step], names[::step])
    axis.set_ylim(0, 1.02)
    axis.set_title(title)


# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Partial dependence of a random forest on the date (left, all columns) and on the hour of the day (right, without the date). Points: the forest's mean probability of an attack. Grey bars: share of attacks among the training rows of that day or hour. Days and hours without rows are left out.", "name": "fig-toniot-clock"}, "image": {"alt": "Four devices, two panels each. On the left the forest's probability is near zero on the normal days and near one on those of the attacks; on the garage door it goes up and down with the grey bars. On the right it follows the share of attacks by the hour, on the garage door loosely. On the ladder a forest with the date has a balanced accuracy of {book}`toniot.ladder.fridge.cleaned.rf.balanced_accuracy|.2f` on the fridge and {book}`toniot.ladder.garage_door.cleaned.rf.balanced_accuracy|.2f` on the garage door, without it {book}`toniot.ladder.fridge.no_date.rf.balanced_accuracy|.2f` and {book}`toniot.ladder.garage_door.no_date.rf.balanced_accuracy|.2f`."}}
size = (5.6, 2.1 * len(sources))
figure, axes = plt.subplots(len(sources), 2, sharey=True, figsize=size)
for line, device in zip(axes, sources):
    days, hours = (
        dependence(device, rung, seed) for rung in ("cleaned", "no_date")
    )
    day_names = [f"{day.day} {day:%b}" for day in pd.to_datetime(days.index)]
    draw_dependence(line[0], days, day_names, f"{TITLES[device]}, by day")
    draw_dependence(line[1], hours, [str(hour) for hour in hours.index], "by hour")
figure.supylabel("probability of an attack")
plt.show()

# %% [markdown]
# The forest has learnt the calendar of the recording: on which days and in which hours somebody in
# the laboratory attacked. This holds for the rows of that recording, and tells nothing of other
# days.
#
# ## Had the clock stayed
#
# Does the clock help with tomorrow? Rung 5 once more, with date and time among the features.

# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy on later days with the clock, means."
RUNGS["clock_kept"] = (cleaned, [], later_days, "later days, with date and time")
kept = pd.DataFrame(
    [row for name in sources for row in scores_of("clock_kept", name)]
)
for (device, _, name), group in kept.groupby(KEYS, sort=False):
    recorder.add_scores(
        f"toniot.clock_kept.{device}.{name}",
        group.drop(columns=[*KEYS, "seed"]),
        protocol="later days, with date and time",
        dataset=sources[device],
    )
tomorrow = kept.pivot_table("balanced_accuracy", "device", "classifier", sort=False)
tomorrow.round(3).rename(index=TITLES, columns=figures.NAMES)

# %% tags=["remove-cell"]
recorder.save()

# %% [markdown]
# On the garage door, whose later days have both classes, nothing rises above guessing. On the
# extracts nearest neighbours, the MLP and the clock rule give nearly every row the same answer (but
# for one seed of the MLP on the thermostat). The trees can come out right there, by a coincidence
# of the calendar.
#
# :::{dropdown} The coincidence
# All attacks are later than all normal rows, so a tree cuts the calendar between the last normal day
# and the first attack day that it knows, and the later normal day has the number exactly in the middle,
# since the encoder numbers the (cleaned) dates one after the other. Where the cut falls depends on
# rounding and on the seed.
# :::
