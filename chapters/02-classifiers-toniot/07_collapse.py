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
# # What makes a perceptron collapse?
#
# :::{admonition} Finding
# :class: finding
# The MLP's row of Table 4 says that {book}`toniot.collapse.printed.fpr|.0%` of the normal rows were
# flagged, and nearly all attacks found. Of {book}`toniot.collapse.tenth.attempts|.0f` attempts, one seed each on a tenth of the rows,
# {book}`toniot.collapse.tenth.within_five_points|.0f` come within five points of print: rows not
# shuffled, a very low rate of learning, and a strong penalty on the weights, the one setting that is near in each of three seeds at full size (a threshold chosen on the test rows comes as near). The paper
# prints no such setting and rules none out; but on pictures of the other three devices, which borrow the door's timetable, each makes
# the MLP collapse too. So what made this row stays open. Over
# ten seeds SMOTE raises the recall of three classifiers, of two hardly more than a lower threshold does; F1 of the MLP changes by
# {book}`toniot.gains.estimated.smote.garage_door.mlp.f1|+.1%` in the mean; widened for overlapping splits the interval just holds zero.
# :::
#
# In Table 4 the multi-layer perceptron stands at an accuracy of
# {published}`toniot.garage_door.mlp.accuracy`, below that of always answering "normal"; in Tables 1 to 3 within three points of the others.
# [Reproduction](02_reproduction.ipynb) leaves out scaling, SMOTE and all epochs but one, and none
# gives the row. Here we search wider. A search can show which changes make such a row possible,
# which of them the text rules out, and what else each would have done. It cannot show what the
# authors did.

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
from lib.papers.toniot import rebuilt, sequences

kept_once = toniot.load("garage_door")
complete = kept_once.variant == "garage_door/processed"
OTHERS = ("fridge", "motion_light", "thermostat")
extracts = {device: toniot.load(f"{device}/train_test") for device in OTHERS}
orders = {device: sequences.load(device, kept_once) for device in OTHERS}

# %% tags=["hide-input"]
files = {"garage_door": kept_once}
files |= {f"{device}.extract": extracts[device] for device in OTHERS}
files |= {f"{d}.order": orders[d] for d in OTHERS if d in sequences.DIGESTS}
notebook = "02-classifiers-toniot/07_collapse"
recorder = Recorder(notebook, files, profile, seed, replicates)
seeds = range(seed, seed + replicates)
few = seeds[:3]
run_banner(files, profile, seed, replicates)


# %% tags=["hide-input"]
def file_of(allotment, one):
    return kept_once if complete else rebuilt.rebuilt(kept_once, allotment, one)


door = file_of("estimated", seed)

# %% [markdown]
# ## The row
#
# Which confusion matrix prints so, on a test that the other three rows of Table 4 share?

# %% tags=["hide-input"]
from lib import claims
from lib.datasets import registry
from lib.methods import arithmetic

METRICS = ["accuracy", "precision", "recall", "f1"]
PRINTED = claims.published_values("toniot.*")
ROW = {name: PRINTED[f"toniot.garage_door.mlp.{name}"] for name in METRICS}
(full,) = registry.entry(toniot.NAME).select("garage_door/processed")
size = -(-full.rows * 30 // 100)

# %% tags=["hide-input"]
NAMES = ("knn", "rf", "dt", "mlp")
table = [
    {
        metric: arithmetic.truncated_interval(
            PRINTED[f"toniot.garage_door.{name}.{metric}"], 5
        )
        for metric in METRICS
    }
    for name in NAMES
]
test = next(arithmetic.shared_tests(table, total=size))
found, alarms = test.matrices[-1]
attacks, normal = test.positives, size - test.positives

# %% tags=["hide-input"] caption="Confusion matrix of the printed row of the MLP."
pd.DataFrame(
    {
        "flagged": [f"{alarms:,} ({alarms / normal:.1%})", f"{found:,}"],
        "passed": [
            f"{normal - alarms:,}",
            f"{attacks - found:,} ({1 - found / attacks:.1%})",
        ],
    },
    ["normal rows", "attack rows"],
)

# %% tags=["remove-cell"]
shares = {
    "of_attacks": ROW,
    "with_names_exchanged": ROW
    | {"precision": ROW["recall"], "recall": ROW["precision"]},
}

# %% tags=["remove-cell"]
for name, row in shares.items():
    implied = arithmetic.prevalence_interval(
        *(
            arithmetic.truncated_interval(row[metric], 5)
            for metric in ("accuracy", "precision", "recall")
        )
    )
    recorder.add(
        f"toniot.collapse.printed.share_{name}",
        (implied.low + implied.high) / 2,
        "share of attacks that accuracy, precision and recall imply",
        True,
        dataset=door,
    )

# %% tags=["remove-cell"]
for name, value in {
    "false_alarms": alarms,
    "missed": attacks - found,
    "fpr": alarms / normal,
}.items():
    recorder.add(
        f"toniot.collapse.printed.{name}", value, "arithmetic", True, dataset=door
    )

# %% [markdown]
# Nearly all attacks are found, and one normal row in five is flagged; whatever is to explain the
# row has to do both. Two explanations are out before any run. Had SMOTE filled the rows before the
# split, half of the test rows would be attacks; the row implies
# {book}`toniot.collapse.printed.share_of_attacks|.1%`, as the other three do. Had precision and
# recall been exchanged, it would imply
# {book}`toniot.collapse.printed.share_with_names_exchanged|.1%`.

# %% [markdown]
# ## A list of attempts
#
# On the door's [rebuilt file](05_rebuilt.ipynb), estimated allotment, we change one thing at a
# time, or two: scaler and SMOTE; training; the network; columns; rows. One seed, on one row in ten,
# so that the list takes a minute or two; an epoch has a tenth of the steps there. Where
# scikit-learn's own, slower `MLPClassifier` is needed, it trains for twenty epochs unless another
# number is named: compare these with "epochs: 20", not with "as printed".

# %% tags=["hide-input"]
from imblearn.over_sampling import SMOTE
from lib.methods.dense.perceptron import Perceptron
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    StandardScaler,
)

ROWS = {"full": 59_000, "quick": 1_500}[profile]
SIZE = {"full": None, "quick": 1_500}[profile]


# %% tags=["hide-input"]
def some(table, one, rows=ROWS):
    if rows is None or len(table.labels) <= rows:
        return table
    chosen = np.random.default_rng(one).choice(len(table.labels), rows, False)
    return table.take(np.sort(chosen))


# %% tags=["method"]
def scaled(known, asked, scaler=StandardScaler, test="alike", bits=32):
    both = np.concatenate([known, asked]) if test == "with training" else known
    fitted, own = scaler().fit(both), scaler().fit(asked)
    if test != "not":
        asked = (own if test == "by itself" else fitted).transform(asked)
    if test != "alone":
        known = fitted.transform(known)
    return known.astype(f"float{bits}"), asked.astype(f"float{bits}")


# %% tags=["method"]
def prepared(known, asked, one, smote="after", **scaling):
    (known, labels), sampler = known, SMOTE(random_state=one)
    if smote == "before":
        known, labels = sampler.fit_resample(known, labels)
    known, asked = scaled(known, asked, **scaling)
    if smote == "after":
        known, labels = sampler.fit_resample(known, labels)
    return known, labels, asked


# %% tags=["method"]
def network(one, **settings):
    if settings.keys() <= {"max_iter"}:  # compiled, to the same weights
        return Perceptron(random_state=one, **settings)
    return MLPClassifier(random_state=one, **{"max_iter": 20} | settings)


# %% [markdown]
# Each attempt is one change, or two.

# %%
STEPS = {
    "as printed": {},
    "scaler: MinMax": {"scaler": MinMaxScaler},
    "scaler sees test rows": {"test": "with training"},
    "scaler left out": {"scaler": FunctionTransformer},
    "scaler and SMOTE left out": {"scaler": FunctionTransformer, "smote": ""},
    "SMOTE left out": {"smote": ""},
    "SMOTE before the scaler": {"smote": "before"},
    "test rows not scaled": {"test": "not"},
    "test rows alone scaled": {"test": "alone"},
    "test rows scaled by themselves": {"test": "by itself"},
    "the same, SMOTE first": {"test": "by itself", "smote": "before"},
    "64 bits": {"bits": 64},
}

# %%
SGD = {"solver": "sgd"}
TRAINING = {f"epochs: {n}": {"max_iter": n} for n in (1, 5, 20)}
TRAINING |= {
    f"rate {rate}": {"learning_rate_init": rate} for rate in (0.1, 0.01, 0.0001)
}
TRAINING |= {
    "rate 0.00001, 50 epochs": {"learning_rate_init": 1e-5, "max_iter": 50},
    "early stopping": {"early_stopping": True, "max_iter": 200},
    "batches of 20,000": {"batch_size": 20_000},
    "rows not shuffled": {"shuffle": False},
    "SGD": SGD,
    "SGD, rate 0.1": SGD | {"learning_rate_init": 0.1},
    "SGD, no momentum, 50 epochs": SGD | {"momentum": 0, "max_iter": 50},
    "L-BFGS": {"solver": "lbfgs", "max_iter": 200},
}

# %%
NETWORKS = {f"{n} neurons": {"hidden_layer_sizes": (n,)} for n in (2, 10, 500)} | {
    "two layers of 100": {"hidden_layer_sizes": (100, 100)},
    "5 and 2 neurons, L-BFGS": {
        "hidden_layer_sizes": (5, 2),
        "solver": "lbfgs",
        "max_iter": 200,
    },
    "no bend": {"activation": "identity"},
    "logistic": {"activation": "logistic"},
    "tanh": {"activation": "tanh"},
}
NETWORKS |= {f"penalty {a}": {"alpha": a} for a in (0.1, 1, 3, 10, 30)}

# %% tags=["hide-input"]
estimated = some(toniot.paper_table(door), seed)
cleaned = some(toniot.paper_table(door, True), seed)
since = (estimated.moments - pd.Timestamp(0)).dt.total_seconds()
bits = estimated.features[list(toniot.READINGS["garage_door"])]
VIEWS = {
    "dates in order": cleaned.features,
    "date and time as one number": bits.assign(since=since),
    "no date": estimated.features.drop(columns="date"),
    "no time": estimated.features.drop(columns="time"),
    "no readings": estimated.features[["date", "time"]],
    "readings alone": bits,
}

# %% tags=["hide-input"]
FORMS = {} if complete else {"each row once": kept_once}
FORMS = {name: some(toniot.paper_table(form), seed) for name, form in FORMS.items()}
FORMS |= {
    f"repeats: {name}": some(toniot.paper_table(file_of(name, seed)), seed)
    for name in ("lower", "upper", "even")
}
RAW = {"scaler": FunctionTransformer}
CALLS = [("steps", n, estimated, None, how, {}) for n, how in STEPS.items()]
CALLS += [("training", n, estimated, None, {}, s) for n, s in TRAINING.items()]
CALLS += [("network", n, estimated, None, {}, s) for n, s in NETWORKS.items()]
for name, view in VIEWS.items():
    for more, how in (("", {}), (", no scaler", RAW)):
        CALLS.append(("columns", name + more, estimated, view, how, {}))
CALLS += [("rows", n, form, None, {}, {}) for n, form in FORMS.items()]

# %% [markdown]
# ("Penalty" is scikit-learn's `alpha`, a ten-thousandth by default. "No bend" leaves a linear
# classifier. "Rows not shuffled" takes the rows of every epoch in one order, in which SMOTE's new
# attacks come last.)
#
# *How near?* We take the greatest of the four differences between a run and the printed row, and
# call it near within five points. With the share of attacks fixed the four are two numbers, and one knob can be turned until
# one of them fits. Measure and mark, and some entries, the penalty of ten and the
# unshuffled rows among them, were settled after a first look at attempts on the same rows.

# %% tags=["method"]
from lib.methods.scores import error_rates, paper_scores


def judged(truth, flagged):
    scores = paper_scores(truth, np.asarray(flagged, dtype=int), "binary")
    furthest = max(abs(scores[name] - ROW[name]) for name in METRICS)
    rates = error_rates(truth, np.asarray(flagged, dtype=int))
    return scores | rates | {"furthest": furthest}


# %% tags=["hide-input"]
import warnings


def halves(table, one, view=None):
    features = (table.features if view is None else view).to_numpy(dtype=float)
    labels, rows = table.labels, np.arange(len(table.labels))
    train, test = train_test_split(rows, test_size=0.3, random_state=one)
    return (features[train], labels[train]), features[test], labels[test]


# %% tags=["hide-input"]
def trained(table, one, view=None, how=None, settings=None):
    known, asked, truth = halves(table, one, view)
    known, labels, asked = prepared(known, asked, one, **how or {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that few epochs are not enough
        return network(one, **settings or {}).fit(known, labels), asked, truth


# %% tags=["hide-input"]
def tried(call):
    group, name, table, view, how, settings = call
    fitted, asked, truth = trained(table, seed, view, how, settings)
    place = {"group": group, "attempt": name, "epochs": fitted.n_iter_}
    return place | judged(truth, fitted.predict(asked))


# %% tags=["hide-input"]
def borrowed(device):
    other = some(toniot.paper_table(extracts[device]), seed)
    known, _, _ = halves(other, seed)
    _, asked, truth = halves(estimated, seed)
    known, labels, asked = prepared(known, asked, seed)
    fitted = network(seed).fit(known, labels)
    name = f"trained on the {device.replace('_', ' ')}"
    place = {"group": "rows", "attempt": name, "epochs": fitted.n_iter_}
    return place | judged(truth, fitted.predict(asked))


# %% tags=["hide-input"]
from lib.common.parallel import each

attempts = pd.DataFrame([*each(tried, CALLS), *each(borrowed, OTHERS)])
SCORES = [*METRICS, "fpr", "furthest"]


def slug(name):
    kept = "".join(c if c.isalnum() else " " for c in name.lower())
    return "_".join(kept.split())


# %% tags=["remove-cell"]
for _, row in attempts.iterrows():
    for metric in SCORES:
        recorder.add(
            f"toniot.collapse.tenth.{slug(row['attempt'])}.{metric}",
            row[metric],
            protocol=f"one seed, a tenth of the rows: {row['attempt']}",
            dataset=door,
        )

# %% tags=["remove-cell"]
distances = attempts["furthest"]
for name, value in {
    "attempts": len(attempts),
    "within_five_points": (distances <= 0.05).sum(),
    "within_one_point": (distances <= 0.01).sum(),
    "nearest": distances.min(),
}.items():
    recorder.add(
        f"toniot.collapse.tenth.{name}",
        value,
        protocol="counted over all attempts, one seed each",
        dataset=door,
    )
recorder.save()

# %% tags=["hide-input"] caption="The ten nearest attempts: one seed, a tenth of the rows. Last column: greatest of the four differences from print."
HEADS = {"f1": "F1", "fpr": "normal rows flagged", "furthest": "furthest"}


def shown(table):
    numbers = table.set_index("attempt")[SCORES].map("{:.1%}".format)
    return numbers.rename(columns=HEADS)


printed = ROW | {"fpr": alarms / normal, "furthest": 0, "attempt": "printed"}
nearest = attempts.sort_values("furthest").head(10)
shown(pd.concat([pd.DataFrame([printed]), nearest]))

# %% tags=["hide-input", "hide-output"] caption="All attempts, nearest first."
shown(attempts.sort_values("furthest"))

# %% tags=["hide-input"]
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
GROUPS = {
    "steps": ("scaler and SMOTE", "#E69F00", "^"),
    "training": ("training", "#0072B2", "o"),
    "network": ("network and penalty", "#D55E00", "D"),
    "columns": ("columns", "#009E73", "s"),
    "rows": ("rows", "#CC79A7", "v"),
}
usual, asked, truth = trained(estimated, seed)
chances = usual.predict_proba(asked)[:, 1]
LEAST = 0.002

# %% tags=["hide-input"]
from sklearn.metrics import roc_curve

flagged, caught, _ = roc_curve(truth, chances, drop_intermediate=False)

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "All attempts: share of normal rows that is flagged, and share of attack rows that is missed (less than a fifth of a percent is drawn as a fifth). The line: the network as printed, at every threshold. The cross: the printed row.", "name": "fig-toniot-collapse"}, "image": {"alt": "Points on two logarithmic axes. The cross of the printed row lies at {book}`toniot.collapse.printed.fpr|.1%` of the normal rows flagged and a recall of {published}`toniot.garage_door.mlp.recall`, and one point, a penalty of ten, on it, with {book}`toniot.collapse.tenth.penalty_10.fpr|.1%` and {book}`toniot.collapse.tenth.penalty_10.recall|.1%`. Most points lie below and to the left of it, from two to twelve percent flagged; some around and above it; others at the right edge, where nearly all normal rows are flagged, or at the top left, where none is and all attacks are missed. The line of thresholds runs far below the cross, along the lower edge."}}
figure, axis = plt.subplots(figsize=(5.6, 4.4))
line = np.maximum(flagged, LEAST), np.maximum(1 - caught, LEAST)
axis.plot(*line, color=figures.PAPER, linewidth=0.8, label="any threshold")
for group, (label, colour, marker) in GROUPS.items():
    own = attempts[attempts["group"] == group]
    at = (own["fpr"].clip(LEAST), (1 - own["recall"]).clip(LEAST))
    axis.plot(*at, marker, color=colour, alpha=0.8, label=label)
cross = {"color": figures.PAPER, "ms": 10, "mew": 2, "label": "printed"}
axis.plot(alarms / normal, 1 - found / attacks, "x", **cross)
axis.set(xscale="log", yscale="log")
axis.set_xlabel("share of normal rows flagged")
axis.set_ylabel("share of attack rows missed")
figure.legend(loc="outside upper center", ncols=3)
plt.show()

# %% [markdown]
# {book}`toniot.collapse.tenth.within_five_points|.0f` of {book}`toniot.collapse.tenth.attempts|.0f`
# are near: the penalty of ten, by {book}`toniot.collapse.tenth.penalty_10.furthest|.1%` at most,
# and much further at a third and at three times of it; unshuffled rows; and a hundredth of the
# usual rate. Why these, we have not tested: unshuffled rows end each epoch on attacks, and training cut to one epoch comes no
# nearer than {book}`toniot.collapse.tenth.epochs_1.furthest|.0%`.
#
# Of scaler and SMOTE neither comes near when it is changed. Without the scaler the
# network flags nearly all normal rows here, two fifths at full size
# ([reproduction](02_reproduction.ipynb)); without SMOTE it misses more attacks and flags fewer
# normal rows. A slip with the test rows, scaled by their own mean and deviation after SMOTE on
# unscaled rows, comes to {book}`toniot.collapse.tenth.the_same_smote_first.furthest|.1%`, and
# contradicts the order in the text. Other columns, numbers of neurons, 64 bits, the other
# allotments and models of other devices are further off.

# %% [markdown]
# ## The near ones, at full size
#
# What came near, and SGD without momentum, again on all rows, with three seeds, SGD and the low rate with as many
# steps as before and the other two with several times as many; beside them the alternative of one line: another threshold on the network as printed.

# %% tags=["hide-input"]
NEAR = {
    "penalty 10": {"alpha": 10},
    "SGD, no momentum, 5 epochs": SGD | {"momentum": 0, "max_iter": 5},
    "rate 0.00001, 5 epochs": {"learning_rate_init": 1e-5, "max_iter": 5},
    "rows not shuffled, 10 epochs": {"shuffle": False, "max_iter": 10},
    "as printed": {},
}


def at_threshold(chances, truth, threshold):
    return judged(truth, chances > threshold) | {"threshold": threshold}


# %% tags=["method"]
def best_threshold(chances, truth):
    tried = np.quantile(chances[truth == 0], np.linspace(0.7, 0.9, 41))
    rows = [at_threshold(chances, truth, each) for each in tried]
    return min(rows, key=lambda row: row["furthest"])


# %% tags=["hide-input"]
def at_full_size(call):
    name, one = call
    table = some(toniot.paper_table(file_of("estimated", one)), one, SIZE)
    fitted, asked, truth = trained(table, one, settings=NEAR[name])
    chances = fitted.predict_proba(asked)[:, 1]
    place = {"attempt": name, "seed": one}
    found = [place | at_threshold(chances, truth, 0.5)]
    if name == "as printed":
        ends = np.quantile(chances[truth == 1], 1 - ROW["recall"])
        same = {"attempt": "threshold for the printed recall"}
        found.append(place | same | at_threshold(chances, truth, ends))
        near = {"attempt": "threshold that comes nearest"}
        found.append(place | near | best_threshold(chances, truth))
    return found


# %% tags=["hide-input"]
calls = [(name, one) for name in NEAR for one in few]
whole = pd.DataFrame([row for rows in each(at_full_size, calls) for row in rows])
for name, group in whole.groupby("attempt", sort=False):
    recorder.add_scores(
        f"toniot.collapse.full_size.{slug(name)}",
        group[[*SCORES, "threshold"]],
        protocol=f"few seeds, all rows: {name}",
        dataset=door,
    )
recorder.save()

# %% tags=["hide-input"] caption="Means of three seeds at full size; threshold: above which chance a row is flagged."
means = whole.groupby("attempt", sort=False)[[*SCORES, "threshold"]].mean()
table = shown(pd.concat([pd.DataFrame([printed]), means.reset_index()]))
table.assign(threshold=["", *means["threshold"].map("{:.1g}".format)])

# %% [markdown]
# At full size the penalty stays the nearest setting,
# {book}`toniot.collapse.full_size.penalty_10.furthest|.1%` off in the mean, with a recall a little
# below print in each seed. The others are further off, and move much with the seed. On the network
# as printed no threshold gives the row: one that finds as many attacks as printed has a precision
# of {book}`toniot.collapse.full_size.threshold_for_the_printed_recall.precision|.0%`; the one that comes
# nearest, chosen on the test rows, is {book}`toniot.collapse.full_size.threshold_that_comes_nearest.furthest|.1%` off, as near as
# the penalty; it misses none, differs between seeds more than tenfold, and lies below a millionth in each.
#
# ## What else such a setting would do
#
# The paper prints no collapse in Tables 1 to 3, and names no settings, so that one setting for all
# devices is the plain reading. It would have to leave those tables alone. Their files are not at
# hand; the [pictures](05_rebuilt.ipynb) of them, put on the door's timetable, with readings and repeats guessed (of the fridge the order, too), judge
# nothing, but can be asked the same.

# %% tags=["hide-input"]
attack_day = np.datetime64("2019-04-23")
lent = sequences.in_order(kept_once)
moments = rebuilt.moments(door.frame).to_numpy()
is_normal = toniot.common_form(door.frame)["label"] == 0
there = ((moments >= attack_day) & is_normal.to_numpy()).sum()
normal_seconds = lent.loc[lent["type"] == toniot.NORMAL, "ts"]
when = pd.to_datetime(normal_seconds, unit="s") + toniot.readings.LOCAL_TIME
REPEATS_NEAR = there / max((when >= attack_day).sum(), 1)


# %% tags=["hide-input"]
def picture(device):
    drawn = sequences.placed(
        *(device, orders[device], lent, extracts[device], "as the door", seed),
        repeats_near=REPEATS_NEAR,
    )
    return some(toniot.paper_table(drawn), seed)


# %% tags=["hide-input"]
pictures = {"garage_door": estimated} | {d: picture(d) for d in OTHERS}
SAME = {
    "as printed": {},
    "penalty 10": NETWORKS["penalty 10"],
    "SGD, no momentum": TRAINING["SGD, no momentum, 50 epochs"],
    "rate 0.00001": TRAINING["rate 0.00001, 50 epochs"],
    "rows not shuffled": TRAINING["rows not shuffled"],
}


# %% tags=["hide-input"]
def elsewhere(call):
    device, name = call
    fitted, asked, truth = trained(pictures[device], seed, settings=SAME[name])
    chances = fitted.predict_proba(asked)[:, 1]
    place, cuts = {"device": device}, {name: 0.5}
    if name == "as printed":
        cuts["threshold 0.000003"] = 3e-6
    return [
        place | {"attempt": cut} | judged(truth, chances > at)
        for cut, at in cuts.items()
    ]


# %% tags=["hide-input"] caption="Accuracy of the same settings: garage door, and pictures of the other three devices; one seed, a tenth of the rows."
calls = [(device, name) for device in pictures for name in SAME]
others = pd.DataFrame([r for rows in each(elsewhere, calls) for r in rows])
for _, row in others.iterrows():
    recorder.add(
        f"toniot.collapse.pictures.{row['device']}.{slug(row['attempt'])}.accuracy",
        row["accuracy"],
        protocol="one seed, a tenth of the rows, others on the door's timetable",
        dataset=list(files.values()),
    )
recorder.save()
table = others.pivot_table("accuracy", "device", "attempt", sort=False)
table.insert(
    0, "printed", [PRINTED[f"toniot.{d}.mlp.accuracy"] for d in table.index]
)
table.rename(index=lambda d: d.replace("_", " ")).map("{:.1%}".format)

# %% [markdown]
# As printed the pictures are within a point of the tables. Each setting that comes near on the door
# makes the other three collapse as well, by more than ten points; a threshold of three millionths, by eight or more.
# The pictures share the door's clock, so that this speaks only weakly against one setting for four tables. What
# made the row may lie in the door's run alone, be it a setting, a slip or rows that the rebuilt file
# does not have, or in something that is not on our list.

# %% [markdown]
# ## SMOTE and scaling, at ten seeds
#
# SMOTE "enhances the reliability of analysis and model performance", the paper says, and the scaler
# the performance of "algorithms sensitive to feature scaling".
# [Reproduction](02_reproduction.ipynb) asks with three seeds; here it is ten, on all rows, each
# seed paired with itself. Not run, for their cost: the forest, the MLP at the ends of the bracket
# or without the scaler (it collapses in the three seeds there), and repeats spread evenly.

# %% tags=["hide-input"]
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

CLASSIFIERS = {
    "knn": lambda one: KNeighborsClassifier(),
    "dt": lambda one: DecisionTreeClassifier(random_state=one),
    "mlp": lambda one: Perceptron(random_state=one),
}
WITHOUT = {"": {}, "smote": {"smote": ""}, "scaler": RAW}
ARMS = [(n, left_out) for n in ("knn", "dt") for left_out in WITHOUT]
ARMS += [("mlp", ""), ("mlp", "smote")]


# %% [markdown]
# SMOTE moves the boundary towards the normal rows, which a lower threshold does as well. So the classifier that was trained
# without SMOTE is also asked what share of attacks it finds where its threshold, set on the test rows, gives as many false alarms as SMOTE's does at
# one half (between two thresholds by lot).

# %% tags=["hide-input"]
from sklearn.metrics import roc_curve


def at_as_many_alarms(truth, chances, answers):
    """The recall of these chances where they flag as many normal rows as the answers."""
    alarms, recall, _ = roc_curve(truth, chances, drop_intermediate=False)
    return np.interp(np.mean(answers[truth == 0]), alarms, recall)


# %% tags=["hide-input"]
def chances_of(known, asked, one, arms):
    ready = {
        out: prepared(known, asked, one, **how) for out, how in WITHOUT.items()
    }
    for name, left_out in arms:
        x, labels, rows = ready[left_out]
        fitted = CLASSIFIERS[name](one).fit(x, labels)
        yield name, left_out, fitted.predict_proba(rows)[:, 1]


# %% tags=["hide-input"]
def arms_of(call):
    allotment, one, arms = call
    table = some(toniot.paper_table(file_of(allotment, one)), one, SIZE)
    (known, asked, truth), found, whole = halves(table, one), [], {}
    for name, left_out, chances in chances_of(known, asked, one, arms):
        answers = chances > 0.5
        whole.setdefault(name, answers)  # nothing left out comes first
        place = {"allotment": allotment, "classifier": name, "seed": one}
        scores = paper_scores(truth, answers, "binary")
        scores["matched"] = at_as_many_alarms(truth, chances, whole[name])
        found.append(place | {"without": left_out} | scores)
    return found


# %% tags=["hide-input"]
ENDS = () if complete else ("lower", "upper")
calls = [("estimated", one, ARMS) for one in seeds]
calls += [(end, one, ARMS[:6]) for end in ENDS for one in few]
# A process that has grown is replaced by a new one, which is no news to a reader.
warnings.filterwarnings("ignore", "A worker stopped")
runs = pd.DataFrame([row for rows in each(arms_of, calls) for row in rows])

# %% tags=["hide-input"]
KEYS = ["allotment", "classifier"]
ASKED = [("smote", "f1"), ("smote", "recall"), ("scaler", "f1")]
gains = {}
for (allotment, name), group in runs.groupby(KEYS, sort=False):
    arms = group.pivot_table([*METRICS, "matched"], "seed", "without")
    for step, metric in ASKED:
        if step in arms[metric]:
            gain = arms[metric][""] - arms[metric][step]
            gains[allotment, name, step, metric] = gain
    beyond = arms["recall"][""] - arms["matched"]["smote"]
    gains[allotment, name, "smote", "matched"] = beyond

# %% tags=["remove-cell"]
HOW = {"matched": "recall at as many false alarms"}
for (allotment, name, step, metric), values in gains.items():
    words = HOW.get(metric, metric)
    recorder.add(
        f"toniot.gains.{allotment}.{step}.garage_door.{name}.{metric}",
        values.to_numpy(),
        protocol=f"{words} as printed minus {words} without {step}, {allotment}",
        dataset=door,
    )
recorder.save()

# %% tags=["hide-input"] caption="Points of F1, of recall and of recall at as many false alarms that a step gains: mean and 95 % interval; ten seeds (estimated) or three (ends of the bracket)."
from lib.methods.differences import mean_with_interval

TITLES = {"smote": "SMOTE", "scaler": "scaling"}
rows = {}
for (allotment, name, step, metric), values in gains.items():
    title = f"{TITLES[step]}, {HOW.get(metric, metric.replace('f1', 'F1'))}"
    row = rows.setdefault((figures.NAMES[name], allotment), {})
    row[title] = mean_with_interval(100 * values, 2)
pd.DataFrame(rows).T.fillna("not run")

# %% [markdown]
# SMOTE raises recall, of all three and in every seed. At as many false alarms a lower threshold does as much for nearest neighbours, and for the MLP all but a fifth
# of a point, not told from none once widened. A tree grown to its end has no threshold to lower, and keeps its gain (weighted classes were not tried). In F1, which also
# counts the false alarms, the tree gains about a tenth of a point at most, and not for certain at the lower end; of nearest neighbours
# nothing can be told; and the MLP loses in every seed, on average over a point. The intervals take splits that overlap as independent; widened for that {cite}`nadeau2003`, those of tree and MLP in F1 hold zero (the MLP's barely). So the sentence holds in recall, though for two of three not as SMOTE's own. Scaling lifts nearest neighbours
# by more than twenty points on each allotment; the tree, which sets no column against another,
# hardly, and by intervals so widened not for certain at either end.
#
# In this notebook we have learnt that
#
# * the printed row means that nearly all attacks are found and one normal row in five is flagged;
#   its share of attacks rules out SMOTE before the split;
# * of many attempts a few come near, and of these settings only a strong penalty on the weights
#   stays near at full size; it was found by looking, with many others;
# * scaler and SMOTE, left out or exchanged, do not come near; the printed share of test rows was not tried, and of other encodings of text only two of date and time;
# * what comes near on this device would, on pictures of the others, make their MLPs collapse too,
#   so that the row stays unexplained;
# * over ten seeds SMOTE raises recall, for neighbours and MLP hardly more than a lower threshold does; what it does to F1 is not told from none.
