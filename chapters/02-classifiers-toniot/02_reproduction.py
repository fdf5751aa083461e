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
# # Reproduction: Table 4 re-run, and what the digits of all four say
#
# :::{admonition} Finding
# :class: finding
# On the garage door's file, rebuilt up to its published class counts, nearest neighbours, decision
# tree and random forest come out within a quarter of a point of Table 4: the tree has an F1 of
# {book}`toniot.garage_door.dt.f1|.2%`, printed {published}`toniot.garage_door.dt.f1`. A rule that
# knows only the minute of a row comes as near, recall apart. The multi-layer perceptron lags behind,
# as the paper says, and with scaled features and the library's defaults does not collapse: {book}`toniot.garage_door.mlp.accuracy|.1%` where
# {published}`toniot.garage_door.mlp.accuracy` is printed. The digits of all four tables fit
# {book}`toniot.arithmetic.test_share|.0%` of the files' rows in the test, where
# {published}`toniot.setting.test_share` is printed. That the random forest is best on all devices is
# contradicted by two tables, by no more than chance; "in most cases", as the paper adds, it is.
# :::
#
# Here the paper's protocol is carried out as it is printed, advantages included. The question is only
# whether the printed numbers come out. Whether they measure what they are meant to measure is the
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
import numpy as np
import pandas as pd
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder
from lib.papers import toniot
from lib.papers.toniot import rebuilt

sources = {device: toniot.load(device) for device in toniot.DEVICES}
kept_once = sources["garage_door"]
if kept_once.variant != "garage_door/processed":
    sources["garage_door"] = rebuilt.rebuilt(kept_once, seed=seed)
notebook = "02-classifiers-toniot/02_reproduction"
recorder = Recorder(notebook, sources, profile, seed, replicates)
seeds = range(seed, seed + replicates)
few = seeds[:3]

# %% tags=["hide-input"]
run_banner(sources, profile, seed, replicates)

# %% [markdown]
# ## What the digits say
#
# **The share of attacks.** Accuracy, precision and recall fix the share of attacks among the test
# rows. All four rows of a table must imply one share, if their classifiers were tested on one set.
# (One row of Table 2 is left out. We come to it.)

# %% tags=["hide-input"]
from lib import claims
from lib.methods import arithmetic, figures
from lib.datasets import registry

METRICS = ["accuracy", "precision", "recall", "f1"]
NAMES = ("knn", "mlp", "rf", "dt")
DECIMALS, ODD_ROW = 5, ("motion_light", "rf")
CUT_OFF = arithmetic.truncated_interval
PRINTED = claims.published_values("toniot.*")


# %% tags=["hide-input"]
def printed_row(device, name, interval=CUT_OFF):
    row = {
        metric: PRINTED[f"toniot.{device}.{name}.{metric}"] for metric in METRICS
    }
    return {metric: interval(value, DECIMALS) for metric, value in row.items()}


def printed_table(device, interval=CUT_OFF):
    names = [name for name in NAMES if (device, name) != ODD_ROW]
    return {name: printed_row(device, name, interval) for name in names}


# %% tags=["hide-input"]
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
        for form in registry.entry(toniot.NAME).select(device)
    }
    return {"all rows of the table imply": f"{low:.2%} to {high:.2%}"} | {
        f"in the {form} file": f"{share:.2%}" for form, share in known.items()
    }


# %% tags=["hide-input"] caption="Share of attacks that each printed table implies, and in each form of the file."
pd.DataFrame({d: share_of_attacks(d) for d in sources}).T.fillna("")

# %% [markdown]
# Each table has one share, near to that of the full processed file and of no other form: the authors
# used that file, and did not fill up the test rows.
#
# **The size of the test.** Five digits rule out most confusion matrices of whole numbers, and the
# four classifiers of a table must agree on the number of attack rows. We try every whole percentage,
# up to a half, of the rows of every known form of each file, once for digits that were cut off and
# once for rounded ones.

# %% tags=["hide-input"]
STYLES = {"cut off": CUT_OFF, "rounded": arithmetic.printed_interval}


def possible_tests(form, percentage, interval=CUT_OFF):
    table = printed_table(form.name.partition("/")[0], interval)
    size = -(-form.rows * percentage // 100)
    return list(arithmetic.shared_tests(list(table.values()), total=size))


def fitting_percentages(form, interval):
    return [p for p in range(1, 51) if possible_tests(form, p, interval)]


# %% tags=["hide-input"]
forms = [form for d in sources for form in registry.entry(toniot.NAME).select(d)]
fitting = {
    form.name: {
        name: fitting_percentages(form, how) for name, how in STYLES.items()
    }
    for form in forms
}

# %% tags=["hide-input"] caption="Percentages of each file's rows, up to a half, that fit the printed digits."
pd.DataFrame(fitting).T.map(
    lambda found: ", ".join(f"{p} %" for p in found) or "none"
)

# %% [markdown]
# The full processed files, and {book}`toniot.arithmetic.test_share|.0%` of their rows, for all four
# devices; nothing else. The paper prints {published}`toniot.setting.test_share`. The numbers of its
# tables have been measured on the larger test set, and their digits were cut off, not rounded. The
# sizes of the files are not in the paper; they are those that others recorded of the files that it
# names.

# %% tags=["hide-input"]
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
# **The matrices.** Each row of a table comes from one confusion matrix, or from one of two that
# differ by a single attack.


# %% tags=["hide-input"]
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


# %% tags=["hide-input"] caption="Errors that Table 4's rows imply, as numbers and as rates."
printed_matrices = {name: row for (_, name), row in rates("garage_door").items()}
shown = pd.DataFrame(printed_matrices).T.rename(figures.NAMES)
for column in shown:
    look = "{:,.0f}" if column in ("false alarms", "missed attacks") else "{:.2%}"
    shown[column] = shown[column].map(look.format)
shown

# %% [markdown]
# The margins between the first three are small. If two classifiers err on rows of their own, the
# difference of their errors has a standard deviation of about the root of their sum.


# %% tags=["hide-input"]
def margin(device, first, second):
    errors = {}
    for name in (first, second):
        row = rates(device).get((device, name))
        if row is None:  # the row that fits no matrix: its accuracy does
            wrong = 1 - PRINTED[f"toniot.{device}.{name}.accuracy"]
            errors[name] = wrong * tests[device][0].totals[0]
        else:
            errors[name] = row["false alarms"] + row["missed attacks"]
    gap = errors[first] - errors[second]
    return [*errors.values(), gap / sum(errors.values()) ** 0.5]


# %% tags=["hide-input"]
margins = {
    f"{device.replace('_', ' ')}: {figures.NAMES[first]} and {figures.NAMES[second]}": margin(
        device, first, second
    )
    for device, first, second in (
        ("garage_door", "rf", "knn"),
        ("garage_door", "rf", "dt"),
        ("motion_light", "rf", "knn"),
        ("motion_light", "knn", "dt"),
        ("fridge", "dt", "rf"),
        ("thermostat", "dt", "rf"),
    )
}

# %% tags=["hide-input", "hide-output"] caption="Errors of two classifiers; z: difference over the root of their sum."
pd.DataFrame(margins, ["errors", "errors of the other", "z"]).T.map(
    "{:,.1f}".format
)

# %% [markdown]
# On the garage door and the motion light the order of the first three is within chance, whoever leads; on the fridge and the thermostat the forest leads the tree by two and by more than four such deviations (folded). (Classifiers that err on the same rows differ by chance by less than this supposes; whether
# these did, the printed numbers do not tell.)
#
# ## The protocol as printed
#
# *Section 3.2.* Rows with an empty cell are removed, text is numbered in alphabetical order. Date and
# time are text, and the paper does not say that they are left out. *Sections 3.3 to 3.5.* Rows are
# split at random; as the digits say, three tenths test. Features are standardised on the training
# rows, and SMOTE {cite}`chawla2002` fills the smaller class of these. *Section 3.6.* No settings are
# given, so scikit-learn's defaults stand. (`Perceptron` is its `MLPClassifier`, compiled:
# `tests/test_perceptron.py`.) A {term}`replicate` is one pass through all of this with its own seed,
# which also decides which rows of the rebuilt file repeat.

# %%
from lib.methods.dense.perceptron import Perceptron
from lib.methods.splits import scaled_split, with_smote
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

ROWS = {"full": None, "quick": 1_500}[profile]
CLASSIFIERS = {
    "knn": lambda one: KNeighborsClassifier(),
    "mlp": lambda one: Perceptron(random_state=one),
    "rf": lambda one: RandomForestClassifier(random_state=one),
    "dt": lambda one: DecisionTreeClassifier(random_state=one),
}


# %% tags=["method"]
def as_printed(
    table, one, scaler=StandardScaler, smote=True, test_share=percentage / 100
):
    rows = np.arange(len(table.labels))
    halves = train_test_split(rows, test_size=test_share, random_state=one)
    features = table.features.to_numpy()
    split = scaled_split(features, table.labels, halves, one, scaler=scaler)
    return (with_smote(split) if smote else split), split, halves[1]


# %% tags=["hide-input"]
from lib.common.parallel import each
from lib.methods.scores import error_rates, paper_scores


def table_of(device, allotment, one):
    source = sources[device]
    if source.variant.endswith("/rebuilt"):
        source = rebuilt.rebuilt(kept_once, allotment, one)
    table = toniot.paper_table(source)
    if ROWS is None or len(table.labels) <= ROWS:
        return table
    chosen = np.random.default_rng(one).choice(len(table.labels), ROWS, False)
    return table.take(np.sort(chosen))


# %% tags=["hide-input"]
def scores_of(fitted, split, types):
    predicted = fitted.predict(split.test_features)
    scores = paper_scores(split.test_labels, predicted, "binary")
    attacks = np.unique(types[split.test_labels == 1])
    recalls = {f"recall of {k}": predicted[types == k].mean() for k in attacks}
    return scores | error_rates(split.test_labels, predicted) | recalls


# %% tags=["hide-input"]
def answers(call):
    device, allotment, one, names, steps = call
    table, found = table_of(device, allotment, one), []
    filled, split, test = as_printed(table, one, **steps)
    known = filled.train_features, filled.train_labels
    for name in names:
        fitted = CLASSIFIERS[name](one).fit(*known)
        scores = scores_of(fitted, split, table.types[test])
        if name in ("rf", "dt") and device == "garage_door":
            trained = fitted.score(split.train_features, split.train_labels)
            scores["gap"] = trained - scores["accuracy"]
        place = {"device": device, "allotment": allotment, "classifier": name}
        found.append(place | {"seed": one} | scores)
    return found


# %% tags=["hide-input"]
def run_all(calls):
    return pd.DataFrame([row for rows in each(answers, calls) for row in rows])


# %% [markdown]
# ## Table 4: garage door
#
# The [rebuilt file](05_rebuilt.ipynb) has the published number of rows of each class. Where the
# repeats lie is estimated from the rows that were kept, never from a score. A number is *within
# spread* only if it is so at the estimate and at both ends of the bracket; each cell names the
# basis, *rebuilt*.

# %% tags=["hide-input"]
ENDS = (
    ()
    if sources["garage_door"].variant.endswith("/processed")
    else ("lower", "upper")
)
calls = [("garage_door", "estimated", one, NAMES, {}) for one in seeds]
calls += [("garage_door", end, one, NAMES, {}) for end in ENDS for one in few]
calls += [("garage_door", "even", one, ("knn", "dt"), {}) for one in few if ENDS]
doors = run_all(calls)
SCORES = [*METRICS, "fpr", "fnr"]


def of(scores, allotment, name):
    return scores.query("allotment == @allotment and classifier == @name")


# %% tags=["remove-cell"]
for name in NAMES:
    recorder.add_scores(
        f"toniot.garage_door.{name}",
        of(doors, "estimated", name)[SCORES],
        protocol="as printed, 30 % of the rows test",
        dataset=sources["garage_door"],
    )
    for end in ENDS:
        for metric in SCORES:
            recorder.add(
                f"toniot.garage_door.{name}.{metric}.{end}",
                of(doors, end, name)[metric],
                protocol=f"as printed, rebuilt at the {end} end",
                dataset=sources["garage_door"],
            )

# %% tags=["remove-cell"]
for name in ("knn", "dt") if ENDS else ():
    recorder.add_scores(
        f"toniot.even.garage_door.{name}",
        of(doors, "even", name)[SCORES],
        protocol="as printed, repeats spread evenly",
        dataset=sources["garage_door"],
    )
for name in ("rf", "dt"):
    recorder.add(
        f"toniot.training_minus_test.garage_door.{name}.accuracy",
        of(doors, "estimated", name)["gap"],
        protocol="accuracy on training rows before SMOTE, minus that on test rows",
        dataset=sources["garage_door"],
    )
recorder.save()

# %% tags=["hide-input"]
claims.matrix("toniot.garage_door.*")

# %% [markdown]
# The same over the bracket, with the printed numbers, and with the negative control in which
# repeats are spread evenly.

# %% tags=["hide-input"] caption="Scores in percent, means over ten seeds (estimated) or three, beside the print."
means = doors.groupby(["classifier", "allotment"], sort=False)[METRICS].mean()
for name in NAMES:
    means.loc[(name, "printed"), METRICS] = [
        PRINTED[f"toniot.garage_door.{name}.{metric}"] for metric in METRICS
    ]
order = ["printed", "estimated", "lower", "upper", "even"]
places = [(n, a) for n in NAMES for a in order if (n, a) in means.index]
means.loc[places].mul(100).round(2).rename(index=figures.NAMES)

# %% [markdown]
# How the repeats are allotted matters. Spread evenly, many of them lie among the attacks; the tree's
# precision then passes what is printed, and nearest neighbours stay below it in all scores. Allotted
# as the kept rows say, no score of the first three classifiers moves over the bracket by more than
# half a point. Seven of their twelve cells are *within spread*: all of the forest, two of nearest
# neighbours, one of the tree. Accuracy and F1 of the others are {term}`differs, conclusion open`: the print lies outside the
# interval, of the tree only at the upper end of the bracket, and a conclusion over all four devices, which reads that
# cell, could not be judged.
#
# **The baseline.** A [rule that knows only the minute](05_rebuilt.ipynb) of a row has an accuracy of
# {book}`toniot.rebuilt.garage_door.minute_rule.accuracy|.2%` and an F1 of
# {book}`toniot.rebuilt.garage_door.minute_rule.f1|.2%` on the estimated file. Agreement at this height
# speaks of the rows and their timetable, not of anything that a classifier finds in a reading.
#
# **The order.** In print KNN leads, before tree, forest and MLP, the first three within chance.

# %% tags=["hide-input"] caption="Orders of the classifiers by accuracy, and number of seeds with each."
errors = doors.pivot_table("accuracy", ["allotment", "seed"], "classifier")
errors = errors.loc[
    [a for a in order[1:4] if a in errors.index.get_level_values(0)]
]
orders = errors.apply(
    lambda row: " > ".join(
        figures.NAMES[n] for n in row.sort_values(ascending=False).index
    ),
    axis=1,
)
orders.groupby(level=0, sort=False).value_counts().rename("seeds").to_frame()

# %% tags=["remove-cell"]
own = errors.loc["estimated"]
recorder.add(
    "toniot.order.garage_door.rf_best",
    (own["rf"] >= own.max(axis=1)).astype(float),
    protocol="1 where the forest has the highest accuracy",
    dataset=sources["garage_door"],
)
for first, second in (("dt", "rf"), ("knn", "rf"), ("dt", "knn")):
    recorder.add(
        f"toniot.order.garage_door.{first}_minus_{second}",
        own[first] - own[second],
        protocol="difference of accuracies, seed by seed",
        dataset=sources["garage_door"],
    )
recorder.save()

# %% tags=["hide-input"] caption="Differences of accuracy over ten paired seeds: mean, and its 95 % interval."
from lib.methods.intervals import mean_interval, prediction_interval

paired = {}
for first, second in (("dt", "rf"), ("knn", "rf"), ("dt", "knn")):
    gap = 100 * (own[first] - own[second])
    low, high = mean_interval(gap) if len(gap) > 1 else (np.nan, np.nan)
    key = f"{figures.NAMES[first]} minus {figures.NAMES[second]}"
    paired[key] = {"accuracy, points": gap.mean(), "from": low, "to": high}
pd.DataFrame(paired).T.round(3)

# %% [markdown]
# The tree is ahead of the forest in every seed, at the estimate and at both ends, as in print, by
# hundredths of a point. Where nearest neighbours stand depends on where the repeats lie: at the
# lower end they lead, as in print.
#
# ## The collapse of the perceptron
#
# Table 4 gives the MLP a recall two points below the others' and a precision of two in five. What would
# do that?
# The paper describes scaling and SMOTE. We leave out one at a time, with three seeds each; and stop
# the training after one epoch.


# %% tags=["hide-input"]
def unscaled():
    return FunctionTransformer()


OTHERS = {
    "without scaling": ({"scaler": unscaled}, ("knn", "mlp")),
    "without SMOTE": ({"smote": False}, NAMES),
}
others = {
    title: run_all([("garage_door", "estimated", one, names, steps) for one in few])
    for title, (steps, names) in OTHERS.items()
}

# %% tags=["hide-input"]
CLASSIFIERS["mlp"], usual = (
    (lambda one: Perceptron(random_state=one, max_iter=1)),
    CLASSIFIERS["mlp"],
)
others["after one epoch"] = run_all(
    [("garage_door", "estimated", one, ("mlp",), {}) for one in few]
)
CLASSIFIERS["mlp"] = usual

# %% tags=["hide-input"] caption="Scores of the MLP: printed, mean of three seeds, and single seeds with changes."
collapse = {"printed": [PRINTED[f"toniot.garage_door.mlp.{m}"] for m in METRICS]}
first_seeds = of(doors, "estimated", "mlp").query("seed in @few")
collapse["as printed, mean"] = list(first_seeds[METRICS].mean())
for title, scores in others.items():
    for _, row in scores.query("classifier == 'mlp'").iterrows():
        collapse[f"{title}, seed {row['seed']:.0f}"] = list(row[METRICS])
pd.DataFrame(collapse, METRICS).T.map("{:.1%}".format)

# %% tags=["remove-cell"]
for title, scores in others.items():
    for name, group in scores.groupby("classifier"):
        recorder.add_scores(
            f"toniot.{title.replace(' ', '_').lower()}.garage_door.{name}",
            group[METRICS],
            protocol=f"as printed, but {title}",
            dataset=sources["garage_door"],
        )

# %% tags=["remove-cell"]
for title, gain in (
    ("without SMOTE", "smote_gain"),
    ("without scaling", "scaler_gain"),
):
    for name in OTHERS[title][1]:
        full = of(doors, "estimated", name).set_index("seed")["f1"].loc[list(few)]
        less = others[title].query("classifier == @name").set_index("seed")["f1"]
        recorder.add(
            f"toniot.{gain}.garage_door.{name}.f1",
            (full - less.loc[list(few)]).to_numpy(),
            protocol=f"F1 as printed minus F1 {title}, seed by seed",
            dataset=sources["garage_door"],
        )
recorder.save()

# %% [markdown]
# Scaled, with the library's defaults, the perceptron lags behind the others, as the paper says, and does not collapse: not without
# SMOTE, and not as far when stopped after one epoch, though a third of its alarms are false then.
# Without scaling it does. Times of day are numbers up to many thousands then, and it flags two fifths
# of all normal rows, where the printed row flags one fifth. It is not the printed row: it misses a
# fifth of the attacks and more, where the print misses few.
# Those are three changes, and none gives the printed row. SMOTE before the split is out by arithmetic: half
# of the test rows would be attacks then, and all rows of Table 4 imply the share above, about one in eight.
# [Another page](07_collapse.ipynb) makes {book}`toniot.collapse.tenth.attempts|.0f` attempts on a tenth of the rows: other solvers, rates,
# penalties and numbers of epochs, 64 bits, SMOTE before the scaler, test rows scaled amiss.
# {book}`toniot.collapse.tenth.within_five_points|.0f` of them come within five points of the row. None is a step that
# the paper describes, and on pictures of the other three devices, which borrow the door's timetable, each makes the MLP collapse as well. So what made this row stays open.
#
# ## Without SMOTE, without scaling
#
# "It enhances the reliability of analysis and model performance", the paper says of SMOTE, and of
# the scaler that it helps the algorithms sensitive to scaling.


# %% tags=["hide-input"] caption="Points of F1 gained by a step, three seeds: mean, and its 95 % interval."
def gain_of(title, name):
    full = of(doors, "estimated", name).set_index("seed")["f1"].loc[list(few)]
    gain = 100 * (
        full - others[title].query("classifier == @name").set_index("seed")["f1"]
    )
    low, high = mean_interval(gain) if len(gain) > 1 else (np.nan, np.nan)
    return {"gain": gain.mean(), "from": low, "to": high}


gains = {
    (step, figures.NAMES[name]): gain_of(title, name)
    for step, title in (("SMOTE", "without SMOTE"), ("scaling", "without scaling"))
    for name in OTHERS[title][1]
}
pd.DataFrame(gains).T.round(2)

# %% [markdown]
# All intervals of SMOTE hold zero, and three seeds make them wide: this speaks neither for nor against the
# sentence. The intervals of scaling do not hold zero. The verdicts: of SMOTE
# {verdict}`toniot.conclusion.smote_enhances`, of scaling {verdict}`toniot.conclusion.scaler_enhances`.
#
# The balance of the tree's two kinds of error also tells what the authors did. Without SMOTE its
# precision is {book}`toniot.without_smote.garage_door.dt.precision|.1%` and its recall
# {book}`toniot.without_smote.garage_door.dt.recall|.1%`; with it they are
# {book}`toniot.garage_door.dt.precision|.1%` and {book}`toniot.garage_door.dt.recall|.1%`, and printed
# are {published}`toniot.garage_door.dt.precision` and {published}`toniot.garage_door.dt.recall`. That
# speaks for SMOTE on the training rows, as the paper says; the share of attacks, for test rows left
# alone.
#
# ## Which attacks are found

# %% tags=["hide-input"] caption="Recall of each type of attack on the rebuilt file, means over ten seeds."
by_type = doors.query("allotment == 'estimated'").groupby("classifier")
columns = [c for c in doors if c.startswith("recall of ")]
recalls = by_type[columns].mean().reindex(NAMES).rename(columns=lambda c: c[10:])
for name in NAMES:
    for kind, value in by_type.get_group(name)[columns].items():
        kept = value.dropna()
        if len(kept):
            recorder.add(
                f"toniot.recall_by_type.garage_door.{name}.{kind[10:]}",
                kept,
                protocol="recall of one type of attack, as printed",
                dataset=sources["garage_door"],
            )
recorder.save()
recalls.rename(index=figures.NAMES).T.map("{:.1%}".format)

# %% [markdown]
# The paper gives no such view. That all types are found well is the work of the clock: a type runs on
# a day or two, and nearly every row of it has neighbours in time among the training rows (the
# [audit](03_audit.ipynb) takes the clock away).
#
# ## Tables 1 to 3
#
# For the other devices only the release's extracts are at hand, in which no day has both classes:
# with the date among the features nearly every row is right, and no verdict follows. What is known of the
# full files gives a [picture](05_rebuilt.ipynb), not more. The cells are judged once the full files are
# in the data folder.

# %% tags=["hide-input"]
extracts = [
    (device, "", one, NAMES, {})
    for device in sources
    if device != "garage_door"
    for one in few
]
elsewhere = run_all(extracts)
for (device, name), group in elsewhere.groupby(["device", "classifier"]):
    recorder.add_scores(
        f"toniot.{device}.{name}",
        group[SCORES],
        protocol="as printed, 30 % of the rows test",
        dataset=sources[device],
    )
recorder.save()

# %% tags=["hide-input", "hide-output"]
claims.matrix("toniot.fridge.*")

# %% tags=["hide-input", "hide-output"]
claims.matrix("toniot.motion_light.*")

# %% tags=["hide-input", "hide-output"]
claims.matrix("toniot.thermostat.*")

# %% [markdown]
# ## Figure 2: accuracies

# %% tags=["hide-input"]
accuracies = claims.published_values("toniot.figure2.*")
drawn = pd.concat([doors.query("allotment == 'estimated'"), elsewhere])


def spread(values):
    return (
        prediction_interval(values)
        if len(values) > 2
        else (values.min(), values.max())
    )


# %% tags=["hide-input"]
def draw_point(axis, place, device, name):
    own = drawn.query("device == @device and classifier == @name")["accuracy"]
    colour = figures.COLOURS[name]
    axis.vlines(place, *spread(own), color=colour, linewidth=3)
    axis.plot(place, own.mean(), figures.MARKERS[name], color=colour)
    printed = accuracies[f"toniot.figure2.{device}.{name}"]
    axis.plot(place, printed, "x", color=figures.PAPER, mew=2)


# %% tags=["hide-input"]
titles = [
    f"{device.replace('_', ' ')}\n{source.variant.partition('/')[2].replace('_', ' ')}"
    for device, source in sources.items()
]

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Figure 2 redrawn: accuracy of four classifiers on four devices. Crosses: printed in the paper. Points and bars: this run, mean and 95 % prediction interval over replicates, on the rebuilt garage door and, for the other devices, on extracts, which are other rows than the paper's.", "name": "fig-toniot-accuracy"}, "image": {"alt": "Four groups of four crosses and points, one group a device. On the garage door three crosses lie on their points, nearest neighbours at {published}`toniot.garage_door.knn.accuracy` printed and {book}`toniot.garage_door.knn.accuracy|.1%` here, and the cross of the MLP, at {published}`toniot.garage_door.mlp.accuracy`, lies far below its own, at {book}`toniot.garage_door.mlp.accuracy|.1%`. On the three extracts all points stand at one, the crosses somewhat below."}}
import matplotlib.pyplot as plt

figures.use_book_style()
figure, axis = plt.subplots(figsize=(5.6, 4.2))
for group, device in enumerate(sources):
    for position, name in enumerate(NAMES):
        draw_point(axis, 5 * group + position, device, name)
for name in NAMES:
    look = {"color": figures.COLOURS[name], "label": figures.NAMES[name]}
    axis.plot([], [], figures.MARKERS[name], **look)
axis.set_xticks([5 * group + 1.5 for group in range(4)], titles)
axis.set_ylabel("accuracy (fraction of test rows)")
figure.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# ## What the paper concludes
#
# A conclusion is first held against the paper's own tables, then against the runs on the garage door. Each stands with
# its verdict and the reason on the [chapter's first page](index.md).

# %% tags=["remove-cell"]
claims.table("toniot.conclusion.*", columns=("claim", "paper", "verdict", "reason"))

# %% [markdown]
# ## The cell that cannot be right
#
# The random forest's row of Table 2 fits no matrix, on any test set that the other rows allow.


# %% tags=["hide-input"]
def without(cell):
    row = printed_row(*ODD_ROW)
    del row[cell]
    others = printed_table(ODD_ROW[0]).values()
    size = tests[ODD_ROW[0]][0].totals[0]
    found = arithmetic.shared_tests([*others, row], total=size)
    return [(test.positives, *test.matrices[-1]) for test in found]


# %% tags=["hide-input"] caption="Matrices that fit the forest's row of Table 2 once a cell is left out."
def as_text(found):
    recalls = [f"{100 * hits / attacks:.3f}" for attacks, hits, _ in found]
    return {
        "matrices": len(found),
        "recall would be (%)": " or ".join(sorted(set(recalls))),
    }


pd.DataFrame({f"without {cell}": as_text(without(cell)) for cell in METRICS}).T

# %% [markdown]
# Only without the recall does the row fit. It is printed as
# {published}`toniot.motion_light.rf.recall`; with the last two digits exchanged, accuracy,
# precision and F1 all follow. The recall is *paper inconsistent*; F1 fits the rest of the row.
#
# In this notebook we have learnt that
#
# * the tables were made with the full processed files and a random split that left
#   {book}`toniot.arithmetic.test_share|.0%` of their rows for the test, untouched by SMOTE; the
#   text prints another share;
# * with the dropped repeats put back where the kept rows say, three classifiers of four come within
#   a quarter of a point of Table 4; spread evenly, the same repeats do not;
# * the collapse of the MLP does not appear with scaled features and the library's defaults; without
#   scaling the MLP collapses too, to other numbers;
# * a rule that knows only the minute comes as near to the print as these classifiers, recall apart;
# * the printed order of the first three is within chance; on rebuilt rows the tree leads the forest in
#   every seed, by hundredths of a point;
# * one recall of Table 2 fits nothing, and would with two digits exchanged; all other cells fit.
