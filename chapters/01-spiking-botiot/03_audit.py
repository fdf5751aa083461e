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
# # Audit: the spiking network, one advantage less at a time
#
# :::{admonition} Finding
# :class: finding
# Trained on 800 rows of the 5 % set, the network names {book}`botiot.both.set_to_set.snn.right_udp|.1%`
# of that set's other UDP floods rightly, and of the whole ones {book}`botiot.both.set_to_full.snn.right_udp|.1%`,
# where naming one class has half; on TCP floods it loses less, and a random forest as much on UDP floods and
# more on TCP floods. Trained on the whole floods, the network does worse on the
# latest fifth of each attack's flows, as on two of the other four, and far better there once it is told from how many sources its
# target was addressed in the last minute, a count that may stand for the hour, since each flood has one of its own. On flows drawn at random it is ahead of a dense network of the same size, by little where both learn ten times as fast; on the latest fifth that little is not told from none. Taught to know normal traffic, which the paper leaves out, and naming the likeliest class, it raises some
# {book}`botiot.alarms.snn.each_thousand|.0f` false alarms for each attack flow that it finds, where a thousand normal flows
# go with one attack flow; a dense network and a forest ({book}`botiot.alarms.rf.each_thousand|.0f`) are not told from
# it, logistic regression raises more, and by two hundred normal flows half or twice as many are possible.
# :::
#
# A score answers the question that its protocol asks. The printed protocol asks: *of which of three
# attacks is this flow, when we know flows from the same minutes of each?* The owner of a network
# asks: *is this flow an attack, and what will the next one look like?* Theft and an analysis of false alarms are what the authors name as their next steps. Rows of the 5 % set have
# no time and are hardly ever normal; so most rungs stand on the full set.

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
from lib.papers import botiot
from lib.notebook.banner import run_banner
from lib.notebook.records import Recorder

dataset, part = botiot.load("flows"), botiot.part.load()
recorder = Recorder(
    "01-spiking-botiot/03_audit", dataset, profile, seed, replicates
)
seeds = list(range(seed, seed + replicates))
run_banner([part, dataset], profile, seed, replicates)

# %%
import numpy as np
import pandas as pd

CLASSES = (*botiot.CLASSES, "Normal", "Theft")
AT_MOST = {"full": 1000, "quick": 250}[profile]

whole = botiot.paper_table(dataset, CLASSES)
shuffled = pd.Series(whole.subcategories).sample(frac=1, random_state=seed)
flows = whole.take(np.sort(shuffled.groupby(shuffled).head(AT_MOST).index))
features, kinds = flows.features.to_numpy(), flows.subcategories

# %% [markdown]
# ## The rungs
#
# The setting is that of 1 000 samples and 72 neurons: 800 flows train. A rung is a way to share the
# flows out between two sides. The score is **balanced accuracy**, the mean of the shares of each class that are recognised, whatever their sizes; guessing gets a third, with normal traffic a quarter, with theft a fifth.
#
# ```{strips}
# :name: fig-botiot-strips
# 0  as printed | a+ a- a+ a+ / b+ b- b- b+
# 1  no copies | a+ a- a+ a+ / b+ bx b- b+
# 2, 4 to 6  later part | a+ a+ a+ a+ / b+ b+ b- b-
# 3  other sessions | a+ a+ a+ a+ / b- b- b- b-
#
# Flows of two sessions (a, b) of one attack, in the order of time; that crossed out has a copy in training.
# ```
#
# :::{dropdown} How a rung is scored, and the rungs one by one
# A fifth of the samples, 200 flows, holds five scans, too few for a score. So every flow of the test side is asked, and counts for as many flows of the 5 % set
# as its subcategory has there: the same with less chance in it.
#
# **Rung 0, as printed.** A fifth of the flows, at random, is the test side. The training flows have
# the natural shares of the 5 % set.
#
# **Rung 1, no copies.** The networks of rung 0 are asked only about flows whose six values they
# were not trained on. These are the unusual ones as well, so that the rung
# is no pure measure of memory.
#
# **Rung 2, the later part.** The latest fifth of each subcategory's flows is the test side.
#
# **Rung 3, other sessions.** Whole {term}`sessions <session>` are held out: parts of an attack
# between two silences of more than a minute. Sessions are drawn until they hold at least a fifth of
# their class.
#
# **Rungs 4 to 6** ask for more instead of allowing less. They return to the split of rung 2, since
# some kinds of theft have too few sessions to share out. On rung 4 the three classes train with
# equally many flows. On rung 5 normal traffic is a fourth class, on rung 6 theft a fifth. Within a
# class, subcategories keep their shares.
# :::


# %%
def natural_weights(subcategories):
    names = pd.Series(subcategories)
    return (
        names.map(botiot.SHARES) / names.groupby(names).transform("size")
    ).to_numpy(dtype=float)


# %%
from lib.methods.splits import identical_rows, split_latest, split_rows
from lib.methods.splits import split_sessions

TEST_SHARE = 0.2


def at_random(table, one):
    every = np.arange(len(table))
    return split_rows(every, table.subcategories, one, TEST_SHARE)


# %%
copies = identical_rows(flows.features)


# %% tags=["method"]
def without_copies(train, test):
    return train, test[~np.isin(copies[test], copies[train])]


def later_part(table, one):
    return split_latest(table.moments, table.subcategories, TEST_SHARE)


def other_sessions(table, one):
    weights = natural_weights(table.subcategories)
    return split_sessions(table.sessions, table.labels, one, weights, TEST_SHARE)


# %% [markdown]
# In the sample each flood and theft falls within one hour: there is no second day to test on.

# %% tags=["hide-output", "hide-input"] caption="Flows, sessions, days and hours of each kind."
when = pd.DataFrame(
    {"kind": kinds, "moment": flows.moments, "session": flows.sessions}
).groupby("kind")
sessions = when.agg(
    flows=("moment", "size"),
    sessions=("session", "nunique"),
    days=("moment", lambda several: len(set(several // 86_400))),
    hours=("moment", lambda several: round(np.ptp(several) / 3600, 1)),
)
sessions.reindex([kind for kind in botiot.SHARES if kind in sessions.index])

# %%
of_class = pd.Series(botiot.SHARES).groupby(lambda kind: kind.split()[0])
EVEN = (of_class.transform(lambda counts: 1e9 * counts / counts.sum())).astype(int)
NATURAL, EVEN = botiot.SHARES, EVEN.to_dict()

RUNGS = {
    "printed": ("as printed", 3, at_random, NATURAL),
    "no_copies": ("no copies of training flows", 3, at_random, NATURAL),
    "later": ("the later part of each attack", 3, later_part, NATURAL),
    "sessions": ("sessions not trained on", 3, other_sessions, NATURAL),
    "balanced": ("classes balanced in training, later part", 3, later_part, EVEN),
    "normal": ("with normal traffic, later part", 4, later_part, EVEN),
    "theft": ("with theft, later part", 5, later_part, EVEN),
}


# %%
def sides(rung, one):
    _, classes, split, _ = RUNGS[rung]
    own = np.flatnonzero(flows.labels < classes)
    return tuple(own[side] for side in split(flows.take(own), one))


def drawn(rung, most, chosen=seeds):
    shares, several = RUNGS[rung][3], [sides(rung, one) for one in chosen]
    can = [botiot.largest_natural_mix(kinds[a], shares) for a, _ in several]
    size = min(most, *can)
    return [
        (train[botiot.natural_mix(kinds[train], size, one, shares)], test)
        for one, (train, test) in zip(chosen, several)
    ]


# %%
SIZE = {"full": 800, "quick": 240}[profile]
draws = {rung: drawn(rung, SIZE) for rung in RUNGS}
draws["no_copies"] = [without_copies(*pair) for pair in draws["printed"]]


# %%
def seen_of(label, train, test):
    own = test[flows.labels[test] == label]
    seen = np.isin(copies[own], copies[train])
    return np.average(seen, weights=natural_weights(kinds[own]))


seen = {
    name: [seen_of(label, *pair) for pair in draws["printed"]]
    for label, name in enumerate(botiot.CLASSES)
}

# %% tags=["hide-input", "hide-output"] caption="Test flows of rung 0 with a copy in training, by class."
for name, values in seen.items():
    recorder.add(
        f"botiot.audit.seen.{name.lower()}",
        values,
        "counted in the splits of rung 0",
    )
pd.DataFrame(seen).mean().map("{:.1%}".format).rename("seen in training").to_frame()

# %% [markdown]
# :::{dropdown} Who climbs
# The **spiking network** is the paper's, with the readings of the
# [last page](02_reproduction.ipynb). The **dense network** has the same three linear layers, the
# same first weights, the same order of flows and the same optimizer. In the place of each spiking
# neuron it has a rectifier, and it needs no time steps. The classical classifiers have
# scikit-learn's defaults, the tree at most three splits deep. Logistic regression gets
# standardised inputs. The **majority** baseline always gives the answer that most training flows
# had.
# :::

# %%
from lib.methods.spiking import SpikingSettings, SpikingTask, class_chances
from lib.methods.spiking import train_stacked
from lib.methods.spiking.dense import train_dense

EPOCHS = {"full": 300, "quick": 40}[profile]
printed = SpikingSettings(hidden=72, epochs=EPOCHS)


def train_networks(train, pairs, settings, inputs=features):
    several = [a for a, _ in pairs]
    tasks = [
        SpikingTask(inputs[rows], flows.labels[rows], one)
        for rows, one in zip(several, seeds)
    ]
    return train(tasks, settings.but(inputs=inputs.shape[1])).networks


# %%
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier


def standardised(classifier):
    return make_pipeline(StandardScaler(), classifier)


# %%
CLASSICAL = {
    "tree3": lambda one: DecisionTreeClassifier(max_depth=3, random_state=one),
    "lr": lambda one: standardised(LogisticRegression(max_iter=5000)),
    "rf": lambda one: RandomForestClassifier(random_state=one),
    "majority": lambda one: DummyClassifier(strategy="most_frequent"),
}


# %%
from lib.common.parallel import each


def fit_classical(name, pairs, inputs=features):
    def fitted(replicate):
        one, (rows, _) = replicate
        return CLASSICAL[name](one).fit(inputs[rows], flows.labels[rows])

    return each(fitted, zip(seeds, pairs))


def chances_of(model, rows, inputs=features):
    if hasattr(model, "predict_proba"):
        return model.predict_proba(inputs[rows])
    return class_chances(model, inputs[rows])


# %%
def fit_all(rung):
    pairs, settings = draws[rung], printed.but(classes=RUNGS[rung][1])
    networks = {
        "snn": train_networks(train_stacked, pairs, settings),
        "dense": train_networks(train_dense, pairs, settings),
    }
    return networks | {name: fit_classical(name, pairs) for name in CLASSICAL}


models = {rung: fit_all(rung) for rung in RUNGS if rung != "no_copies"}
models["no_copies"] = models["printed"]

# %% tags=["hide-input"]
from lib.methods import figures
from lib.methods.differences import mean_with_interval
from lib.methods.intervals import mean_interval

# %%
from lib.methods.scores import multiclass_scores

METRICS = ["balanced_accuracy", "f1_macro", "f1_weighted", "accuracy"]


def score(model, rows, inputs=features):
    chances, weights = chances_of(model, rows, inputs), natural_weights(kinds[rows])
    labels = flows.labels[rows]
    found = multiclass_scores(labels, chances, weights=weights)
    return {metric: found[metric] for metric in METRICS}


# %%
scores = pd.DataFrame(
    {"rung": rung, "classifier": name, "seed": one} | score(model, test)
    for rung in RUNGS
    for name, several in models[rung].items()
    for one, model, (_, test) in zip(seeds, several, draws[rung])
)
for (rung, name), group in scores.groupby(["rung", "classifier"], sort=False):
    recorder.add_scores(
        f"botiot.ladder.{rung}.{name}", group[METRICS], protocol=RUNGS[rung][0]
    )
recorder.save()

# %% [markdown]
# ## Minutes of each flood, and the whole of it
#
# The 5 % set holds minutes of each flood, the full set all of it. (At hand are a thousand rows of each, from some forty capture files;
# the first files of most floods are missing; of the stretches that the 5 % set holds, those of DoS over TCP are among them and one of
# DoS over UDP. "Whole floods" means these rows.) So the same classifiers are trained
# on 800 rows of the one and asked about both: about all other rows of the 5 % set, and about all rows
# of the three attacks in the full set's sample. Then the other way round.

# %% tags=["hide-input"]
set_table = botiot.paper_table(botiot.part.complete(part))
full_table = flows.take(flows.labels < 3)
TABLES = {"set": set_table, "full": full_table}
DIRECTIONS = {
    ("set", "set"): "trained on the 5 % set, asked about it",
    ("set", "full"): "trained on the 5 % set, asked about whole floods",
    ("full", "full"): "trained on whole floods, asked about them",
    ("full", "set"): "trained on whole floods, asked about the 5 % set",
}


def train_rows(origin, one):
    rows = TABLES[origin]
    size = min(SIZE, botiot.largest_natural_mix(rows.subcategories))
    return botiot.natural_mix(rows.subcategories, size, one)


# %% tags=["hide-input"]
def classical_on(inputs, labels, chosen):
    return {
        name: [make(one).fit(inputs[c], labels[c]) for c, one in zip(chosen, seeds)]
        for name, make in CLASSICAL.items()
    }


# %% tags=["hide-input"]
def fit_on(origin, draw=None):
    inputs, labels = TABLES[origin].features.to_numpy(), TABLES[origin].labels
    chosen = [draw(one) if draw else train_rows(origin, one) for one in seeds]
    tasks = [
        SpikingTask(inputs[c], labels[c], one) for c, one in zip(chosen, seeds)
    ]
    networks = {
        "snn": train_stacked(tasks, printed).networks,
        "dense": train_dense(tasks, printed).networks,
    }
    return chosen, networks | classical_on(inputs, labels, chosen)


# %% tags=["hide-input"]
def some_of(rows, left_out):
    asked = np.setdiff1d(np.arange(len(rows)), left_out)
    many = min(ASKED, len(asked))
    return np.random.default_rng(seed).choice(asked, many, replace=False)


def right_on(protocol, names, right):
    return right[names.str.endswith(f"DoS {protocol}").to_numpy()].mean()


# %% tags=["hide-input"]
def asked_about(model, rows, left_out=(), columns=slice(None)):
    asked = some_of(rows, left_out)
    inputs, labels = rows.features.loc[:, columns].to_numpy(), rows.labels[asked]
    names = pd.Series(rows.subcategories[asked])
    chances = chances_of(model, asked, inputs)
    found = multiclass_scores(labels, chances, weights=natural_weights(names))
    right = chances.argmax(axis=1) == labels
    return {metric: found[metric] for metric in METRICS} | {
        f"right_{protocol.lower()}": right_on(protocol, names, right)
        for protocol in ("UDP", "TCP")
    }


# %% tags=["hide-input"]
ASKED = {"full": 15_000, "quick": 3_000}[profile]
fitted = {origin: fit_on(origin) for origin in TABLES}


def crossed(trained, asked, name):
    chosen, several = fitted[trained]
    return pd.DataFrame(
        [
            asked_about(m, TABLES[asked], own if trained == asked else ())
            for m, own in zip(several[name], chosen)
        ]
    )


# %% tags=["hide-input"]
both = {
    (*direction, name): crossed(*direction, name)
    for direction in DIRECTIONS
    for name in fitted["set"][1]
}
for (trained, asked, name), found in both.items():
    rests = part if trained == asked == "set" else [part, dataset]
    rests = dataset if trained == asked == "full" else rests
    id = f"botiot.both.{trained}_to_{asked}.{name}"
    recorder.add_scores(id, found, protocol=f"{SIZE} rows train", dataset=rests)
recorder.save()

# %% tags=["hide-input"] caption="Macro F1 and floods right by training and test rows, means over ten seeds."
SHOWN_BOTH = {
    "f1_macro": "macro F1",
    "right_udp": "right on UDP floods",
    "right_tcp": "right on TCP floods",
}
pd.DataFrame(
    {
        (title, figures.NAMES[name]): {
            shown: f"{both[*direction, name][metric].mean():.3f}"
            for metric, shown in SHOWN_BOTH.items()
        }
        for direction, title in DIRECTIONS.items()
        for name in ("snn", "dense", "rf", "majority")
    }
).T

# %% tags=["hide-output", "hide-input"] caption="Whole floods less the 5 % set, mean of ten seeds [its 95 % interval]."
losses_of = {
    (figures.NAMES[name], shown): mean_with_interval(
        both["set", "full", name][metric] - both["set", "set", name][metric]
    )
    for name in ("snn", "dense", "rf")
    for metric, shown in SHOWN_BOTH.items()
}
pd.Series(losses_of).unstack().rename_axis(
    columns="trained on the 5 % set: whole floods less the set, mean over seeds"
)

# %% [markdown]
# The 5 % set and the whole floods ask two questions. The printed scores answer the first, on minutes of
# each flood; the second block of the open table says what of them is left on the rest of the same attacks, on the same
# day. Not all of the loss comes from the choice of minutes: whole floods are the harder question.
# Trained on them the network and the forest lie between the two, and whoever always names one class is
# right on half of the whole floods.
#
# :::{dropdown} Not the rebuilt features, nor the pace alone: two other explanations, tried with the forest (its table is folded below)
# The features of the 5 % set are rebuilt, those of the whole floods are not. Rebuilding does not explain the loss: of whole floods
# that are rebuilt alike the forest names as many UDP floods rightly, and nearly as many TCP floods. Nor does the pace alone. Without the two rates the forest
# is weaker on the 5 % set already, and on whole UDP floods it guesses; with nothing but the rates it is
# weaker on the set as well, and loses most of what it loses with all features. It takes rates and the others together to
# tell the floods apart in the set's minutes, and both tell less on the rest.
# :::


# %%
def rebuilt_alike(frame):
    names = frame[["category", "subcategory"]].astype(str)
    summed = botiot.rebuilding.totals(frame).join(names)
    return botiot.paper_table(
        botiot.rebuilding.rebuild(summed).assign(stime=np.nan)
    )


RATES = [name for name in set_table.features if name.endswith("rate")]
others = [name for name in set_table.features if name not in RATES]
COLUMNS = {"all": list(set_table.features), "no_rates": others, "rates": RATES}
COLUMN_TITLES = {"all": "all features", "no_rates": "without the rates"}
COLUMN_TITLES["rates"] = "the rates alone"
ASKED_ROWS = {"set": set_table, "full": full_table}
ASKED_ROWS["full_rebuilt"] = rebuilt_alike(dataset.frame)


# %% tags=["hide-input"]
def forest_on(columns, asked):
    found = []
    for chosen, one in zip(fitted["set"][0], seeds):
        shown = set_table.features[columns].to_numpy()
        forest = CLASSICAL["rf"](one).fit(shown[chosen], set_table.labels[chosen])
        left_out = chosen if asked == "set" else ()
        found.append(asked_about(forest, ASKED_ROWS[asked], left_out, columns))
    return pd.DataFrame(found)


# %% tags=["hide-input"]
on_columns = {
    (columns, asked): forest_on(names, asked)
    for columns, names in COLUMNS.items()
    for asked in ASKED_ROWS
}
for (columns, asked), found in on_columns.items():
    id = f"botiot.both.set_to_{asked}.rf_{columns}"
    rests = part if asked == "set" else [part, dataset]
    recorder.add_scores(id, found, protocol=f"{SIZE} rows train", dataset=rests)
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Forest by columns and rows asked, means over ten seeds."
ASKED_TITLES = {"set": "the 5 % set", "full": "whole floods"}
ASKED_TITLES["full_rebuilt"] = "whole floods, rebuilt alike"
pd.DataFrame(
    {
        (ASKED_TITLES[asked], shown): {
            COLUMN_TITLES[
                columns
            ]: f"{on_columns[columns, asked][metric].mean():.3f}"
            for columns in COLUMNS
        }
        for asked in ASKED_ROWS
        for metric, shown in SHOWN_BOTH.items()
    }
)

# %% tags=["hide-input"]
set_copies = identical_rows(set_table.features)


def even_rows(one):
    kinds_of_set = set_table.subcategories
    size = min(SIZE, botiot.largest_natural_mix(kinds_of_set, EVEN))
    return botiot.natural_mix(kinds_of_set, size, one, EVEN)


def left_out_of(rung, chosen):
    if rung == "no_copies":
        return np.flatnonzero(np.isin(set_copies, set_copies[chosen]))
    return chosen


# %% tags=["hide-input"]
evenly = fit_on("set", even_rows)
ON_SET = {"no_copies": fitted["set"], "balanced": evenly}
on_set = {
    (rung, name): pd.DataFrame(
        [
            asked_about(m, set_table, left_out_of(rung, own))
            for m, own in zip(several[name], chosen)
        ]
    )
    for rung, (chosen, several) in ON_SET.items()
    for name in several
}

# %% tags=["remove-cell"]
for (rung, name), found in on_set.items():
    id = f"botiot.set_rungs.{rung}.{name}"
    recorder.add_scores(id, found, protocol=f"5 % set, {rung}", dataset=part)
on_set |= {("printed", name): both["set", "set", name] for name in fitted["set"][1]}

# %% tags=["hide-input"]
SET_TITLES = {
    "printed": "as printed",
    "no_copies": "no copies of training flows",
    "balanced": "classes balanced in training",
}


def on_set_text(rung, name):
    own, first = (on_set[r, name]["balanced_accuracy"] for r in (rung, "printed"))
    gain = f", {mean_with_interval(own - first)}" if rung != "printed" else ""
    return f"{own.mean():.3f}{gain}"


# %% tags=["hide-input", "hide-output"] caption="The rungs that rows of the 5 % set allow: balanced accuracy, mean of ten seeds, and less as printed [95 % interval]."
pd.DataFrame(
    {
        SET_TITLES[rung]: {
            figures.NAMES[name]: on_set_text(rung, name)
            for name in fitted["set"][1]
        }
        for rung in SET_TITLES
    }
)

# %% [markdown]
# These rows have no times: the ladder has two steps, no copies and balanced classes, on random test
# rows (folded). 999 others, of other columns, are in the set's order: the first and the latest fifth cost a forest [a tenth or more](04_beyond.ipynb) of macro F1, the third hardly anything.
#
# ## The ladder on whole floods

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "The ladder in balanced accuracy. Rungs 1 to 3 take an advantage away, rungs 4 to 6 ask for more. The majority class marks what guessing gets on each rung. Points and bars: mean and 95 % prediction interval over replicates, cut off at 1.", "name": "fig-botiot-ladder"}, "image": {"alt": "Seven rungs from top to bottom with one point a classifier. On every rung the random forest is highest and the spiking network next; the tree of depth three is last but for the majority class. The spiking network stands at {book}`botiot.ladder.printed.snn.balanced_accuracy|.2f` as printed and at {book}`botiot.ladder.later.snn.balanced_accuracy|.2f` on the later part of each attack, where the forest has {book}`botiot.ladder.later.rf.balanced_accuracy|.2f` and guessing {book}`botiot.ladder.later.majority.balanced_accuracy|.2f`. The dense network and logistic regression do not fall there."}}
import matplotlib.pyplot as plt
from lib.methods import ladder

figures.use_book_style()
titles = {rung: title for rung, (title, *_) in RUNGS.items()}
label = "balanced accuracy (guessing: the grey mark)"
ladder.draw(scores, "balanced_accuracy", label, titles)
plt.show()

# %% [markdown]
# Step down the ladder, or draw a seed:
#
# ```{explore}
# records: botiot.ladder.{rung}.{classifier}.balanced_accuracy
# label: balanced accuracy
# choose:
#   rung: [printed, no_copies, later, sessions, balanced, normal, theft]
# rows:
#   classifier: [snn, dense, rf, tree3, lr, majority]
# ```

# %% [markdown]
# :::{dropdown} What the paper prints, and the same in macro F1 (the table is folded below)
# No cross marks a printed value. The paper prints F1 without saying over which average, and accuracy;
# it does not print balanced accuracy, and neither fixes it.
#
# The same in macro F1, the mean over the classes of a score that also counts what is wrongly called
# by a class's name. It changes with the shares of the classes. On rungs 4 to 6 it is that of
# classifiers trained on equal shares and asked at natural ones, where every class but two is rare.
# The paper prints an F1 of {published}`botiot.table_v.1000_72.f1` for this setting. If it is a
# macro average, as the [data page](01_data.ipynb) takes it to be, it belongs beside the first line; it was
# measured on other rows.
# :::


# %% tags=["hide-input"]
def floods_right(model, rows):
    right = chances_of(model, rows).argmax(axis=1) == flows.labels[rows]
    protocols = pd.Series(kinds[rows]).str.extract("DoS (UDP|TCP)", expand=False)
    found = pd.Series(right).groupby(protocols).mean()  # a session may have neither
    return {f"right_{each.lower()}": found.get(each) for each in ("UDP", "TCP")}


# %% tags=["hide-input"]
by_flood = pd.DataFrame(
    {"rung": rung, "classifier": name} | floods_right(model, test)
    for rung in RUNGS
    for name, several in models[rung].items()
    for model, (_, test) in zip(several, draws[rung])
)
for (rung, name), own in by_flood.groupby(["rung", "classifier"], sort=False):
    for metric in ("right_udp", "right_tcp"):
        id, kept = f"botiot.ladder.{rung}.{name}.{metric}", own[metric].dropna()
        if len(kept):
            recorder.add(id, kept, RUNGS[rung][0])
recorder.save()

# %% tags=["hide-output", "hide-input"] caption="Macro F1 on each rung, and shares of UDP and TCP floods that are named rightly; means over ten seeds."
macro = scores.pivot_table("f1_macro", "rung", "classifier", sort=False)
share = by_flood.groupby(["rung", "classifier"], sort=False).mean().unstack()
table = {
    (titles[rung], SHOWN_BOTH[metric]): own.rename(figures.NAMES).map(
        "{:.3f}".format
    )
    for rung in RUNGS
    for metric, own in {
        "f1_macro": macro.loc[rung],
        "right_udp": share["right_udp"].loc[rung],
        "right_tcp": share["right_tcp"].loc[rung],
    }.items()
}
pd.DataFrame(table)[list(table)].T[[figures.NAMES[name] for name in macro]]

# %% tags=["hide-output", "hide-input"] caption="What each step changes in balanced accuracy, paired over ten seeds: mean [95 % interval]."
STEPS = {"no_copies": "printed", "later": "printed", "sessions": "printed"}
STEPS |= {"balanced": "later", "normal": "balanced", "theft": "normal"}
cells = ["rung", "classifier"]
by_seed = scores.pivot_table("balanced_accuracy", "seed", cells, sort=False)
pd.DataFrame(
    {
        f"{titles[after]}, less {titles[before]}": {
            figures.NAMES[name]: mean_with_interval(
                by_seed[after, name] - by_seed[before, name]
            )
            for name in by_seed[after]
        }
        for after, before in STEPS.items()
    }
)

# %% tags=["hide-input"]
FIFTHS, FEW = 5, 5
three = np.flatnonzero(flows.labels < 3)
places = pd.Series(flows.moments[three]).groupby(kinds[three])
places = places.rank(method="first", pct=True).to_numpy()
fifth_of = np.ceil(places * FIFTHS).astype(int)


# %% tags=["hide-input"]
def without_fifth(number):
    train, test = three[fifth_of != number], three[fifth_of == number]
    size = min(SIZE, botiot.largest_natural_mix(kinds[train]))
    rows = [botiot.natural_mix(kinds[train], size, one) for one in seeds[:FEW]]
    return [(train[chosen], test) for chosen in rows]


# %% tags=["hide-input"]
def scores_without(number):
    pairs = without_fifth(number)
    fitted = {
        "snn": train_networks(train_stacked, pairs, printed),
        "rf": fit_classical("rf", pairs),
    }
    return {
        name: pd.DataFrame(map(score, own, (test for _, test in pairs)))
        for name, own in fitted.items()
    }


# %% tags=["remove-cell"]
from itertools import product

by_fifth = {number: scores_without(number) for number in range(1, FIFTHS)}
of_rung = {
    name: scores[(scores["rung"] == "later") & (scores["classifier"] == name)]
    for name in ("snn", "rf")
}
by_fifth[FIFTHS] = {name: own.iloc[:FEW][METRICS] for name, own in of_rung.items()}

# %% tags=["remove-cell"]
for number, name in product(by_fifth, of_rung):
    recorder.add_scores(
        f"botiot.fifths.{number}.{name}",
        by_fifth[number][name],
        protocol="one fifth of every kind held out, first seeds",
    )

# %% tags=["hide-input"]
NTH = ("first", "second", "third", "fourth", "latest")
as_printed = {
    name: by_seed["printed", name].iloc[:FEW].to_numpy() for name in of_rung
}


def fifth_row(number):
    row = {}
    for name, own in by_fifth[number].items():
        values = own["balanced_accuracy"].to_numpy()
        row[figures.NAMES[name]] = f"{values.mean():.3f}"
        gap = mean_with_interval(values - as_printed[name])
        row[f"{figures.NAMES[name]}, less rung 0"] = gap
    return row


# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy with each fifth of every kind's flows held out, in order of time (the latest is rung 2): mean of five seeds, and less rung 0 [95 % interval]."
pd.DataFrame({NTH[number - 1]: fifth_row(number) for number in by_fifth}).T

# %% [markdown]
# What does each step cost, and what does it say? (Paired intervals are folded above.)
#
# * **Copies**: nine in ten of the scans' test flows were trained on, as a scan repeats its probe, which is no fault of the split. Of the few others the spiking network recognises less than half.
# * **The latest fifth** costs the spiking network, the forest and, on average, the shallow tree; logistic regression gains, and of the dense network ten seeds do not tell. The network recognises fewer UDP floods, DDoS above all. Lateness by itself does not explain it: held out in turn (folded; five seeds), the first and the fourth cost the network more on average, and on the second and third it gains (the forest on the second alone).
# * **Other sessions** cost the network and the forest about as much, with wider intervals.
# * **Balanced classes** help the shallow tree and, a little, the forest; the network's mean stays.
# * **Normal traffic** is easier to tell than attacks for three of five, whose means rise.
# * **Theft** costs every mean more than a tenth: at the set's shares it is key logging in nine
#   of ten flows, and that is mostly missed; of exfiltration most is recognised (folded). The paper leaves theft out, as it
#   may skew results. It may: beside the 800 flows of rung 0, as many of theft as of a mean class take the
#   F1 of scans from {book}`botiot.skew.none.snn.reconnaissance|.2f` to {book}`botiot.skew.many.snn.reconnaissance|.2f` and hardly touch the floods'; as many as of scans lower the mean of the three in every seed, far in two of ten, so that the interval holds zero (folded). At the set's shares there would be none.


# %%
def recalls(rung, name):
    several = zip(models[rung][name], draws[rung])
    right = [
        pd.Series(chances_of(model, test).argmax(axis=1) == flows.labels[test])
        .groupby(kinds[test])
        .mean()
        for model, (_, test) in several
    ]
    return pd.concat(right, axis=1).mean(axis=1)


# %% tags=["hide-output", "hide-input"] caption="Share recognised of each kind, means over ten seeds."
SHOWN = [(rung, "snn") for rung in ("printed", "no_copies", "later", "theft")]
SHOWN.append(("theft", "rf"))
by_kind = {
    (titles[rung], figures.NAMES[name]): recalls(rung, name) for rung, name in SHOWN
}
recalled = pd.DataFrame(by_kind).map("{:.0%}".format).replace("nan%", "")
shares = pd.Series(botiot.SHARES) / sum(botiot.SHARES.values())
recalled.insert(0, ("share of", "the 5 % set"), shares.map("{:.3%}".format))
recalled.reindex([kind for kind in botiot.SHARES if kind in recalled.index])

# %% tags=["hide-input"]
of_theft = np.flatnonzero(flows.labels == CLASSES.index("Theft"))
# Beside the 800 flows of rung 0: about as many as the scans among them, or as a mean class.
ADDED = {"none": 0, "few": SIZE // 40, "many": SIZE // 3}


def with_theft(many, train, one):
    own = of_theft[at_random(flows.take(of_theft), one)[0]]
    more = own[botiot.natural_mix(kinds[own], min(many, len(own)), one)]
    return np.random.default_rng(one).permutation(np.concatenate([train, more]))


# %% tags=["hide-input"]
def trained_with(many):
    if not many:
        return {name: models["printed"][name] for name in ("snn", "rf")}
    pairs = zip(seeds, draws["printed"])
    rows = [(one, with_theft(many, a, one)) for one, (a, _) in pairs]
    labels = np.minimum(flows.labels, 3)  # Theft; no flow is normal here.
    tasks = [SpikingTask(features[r], labels[r], one) for one, r in rows]
    return {
        "snn": train_stacked(tasks, printed.but(classes=4)).networks,
        "rf": [CLASSICAL["rf"](one).fit(features[r], labels[r]) for one, r in rows],
    }


# %% tags=["hide-input"]
from sklearn.metrics import f1_score


def f1_of_three(model, rows):
    answers, weights = (
        chances_of(model, rows).argmax(axis=1),
        natural_weights(kinds[rows]),
    )
    how = {"labels": range(3), "average": None, "zero_division": 0}
    own = f1_score(flows.labels[rows], answers, sample_weight=weights, **how)
    names = [name.lower() for name in botiot.CLASSES]
    return dict(zip(names, own)) | {"mean": own.mean()}


# %% tags=["hide-input"]
beside_theft = {
    (key, name): pd.DataFrame(
        [f1_of_three(m, test) for m, (_, test) in zip(several, draws["printed"])]
    )
    for key, many in ADDED.items()
    for name, several in trained_with(many).items()
}

# %% tags=["remove-cell"]
for (key, name), found in beside_theft.items():
    how = f"rung 0, {ADDED[key]} flows of theft train as well"
    recorder.add_scores(f"botiot.skew.{key}.{name}", found, protocol=how)
    if key != "none":
        change = found["mean"] - beside_theft["none", name]["mean"]
        recorder.add(f"botiot.skew.{key}.{name}.change", change, how)
recorder.save()


# %% tags=["hide-input"]
def skew_text(key, name, column):
    own, first = (beside_theft[k, name][column] for k in (key, "none"))
    less = "" if key == "none" else f"; {mean_with_interval(own - first)}"
    return f"{own.mean():.3f}{less}"


# %% tags=["hide-input", "hide-output"] caption="F1 of the three classes on rung 0 with flows of theft in training as a fourth class, mean of ten seeds, and less without [95 % interval of the paired difference]."
pd.DataFrame(
    {
        (figures.NAMES[name], f"{many} of theft"): {
            column: skew_text(key, name, column)
            for column in beside_theft[key, name]
        }
        for name in ("snn", "rf")
        for key, many in ADDED.items()
    }
).T.rename(columns={name.lower(): name for name in botiot.CLASSES})

# %% [markdown]
# Fewer than three flows in ten thousand are DDoS over HTTP; few are recognised.
#
# ## What do the spikes buy?
#
# On each rung the spiking network and the dense one, of equal size and without time steps, see the
# same flows and start from the same weights, so that we may subtract seed by seed. On the later part, where every seed
# is asked about the same flows, the interval does not know that there could have been others.

# %% tags=["hide-output", "hide-input"] caption="Spiking less others in balanced accuracy, mean [its 95 % interval]."
paired = scores.pivot_table(
    "balanced_accuracy", ["rung", "seed"], "classifier", sort=False
)
OTHERS = ["dense", "tree3", "lr", "rf"]
gains = {
    f"against {figures.NAMES[other]}": (paired["snn"] - paired[other])
    .groupby(level=0, sort=False)
    .agg(mean_with_interval)
    for other in OTHERS
}
pd.DataFrame(gains).rename(index=titles)

# %% [markdown]
# With the printed settings the spiking network is on average ahead of the dense one on every rung, and of all others but the forest. Is it the spikes?
#
# :::{dropdown} What was tried
# The dense network's scores scatter widely from seed to seed on the first rungs. Adam moves a weight
# by about the learning rate, and the paper's is small. In the spiking network a moved weight counts ten times, since the outputs of ten steps
# are added. So both networks get a learning rate ten times as large. And once more with 240 neurons
# and as many flows as can be drawn at natural shares, on three seeds. And a dense network whose
# logits count ten times as well, at the printed rate.
# :::

# %%
FASTER = 10 * printed.learning_rate
COMPARED = ("printed", "later")
BIG = {"full": 10_000, "quick": 300}[profile]
big_draws = {rung: drawn(rung, BIG, seeds[:3]) for rung in COMPARED}
SETTINGS = {
    "faster": (draws, printed.but(learning_rate=FASTER)),
    "big": (big_draws, printed.but(hidden=240)),
    "big_faster": (big_draws, printed.but(hidden=240, learning_rate=FASTER)),
}


# %%
NETWORKS = {"snn": train_stacked, "dense": train_dense}
tried = {
    (variant, rung, name): train_networks(train, pairs[rung], settings)
    for variant, (pairs, settings) in SETTINGS.items()
    for rung in COMPARED
    for name, train in NETWORKS.items()
}
for rung in COMPARED:
    tried["ladder", rung, "dense_scaled"] = train_networks(
        lambda tasks, own: train_dense(tasks, own, scale=10.0), draws[rung], printed
    )
    tried["big", rung, "rf"] = fit_classical("rf", big_draws[rung])


# %%
def scored(several, pairs):
    return pd.DataFrame([score(m, test) for m, (_, test) in zip(several, pairs)])


SETTINGS["ladder"] = (draws, printed)
variants = {
    key: scored(several, SETTINGS[key[0]][0][key[1]])
    for key, several in tried.items()
}
for key, found in variants.items():
    recorder.add_scores(f"botiot.spikes.{'.'.join(key)}", found, protocol=key[0])
recorder.save()

# %% tags=["hide-input"]
many = len(big_draws["printed"][0][0])
ROWS = {
    "ladder": f"72 neurons, {SIZE} flows, rate as printed",
    "faster": f"72 neurons, {SIZE} flows, rate times ten",
    "big": f"240 neurons, {many:,} flows, rate as printed",
    "big_faster": f"240 neurons, {many:,} flows, rate times ten",
}
NAMED = {"dense_scaled": "dense, logits times ten"}
for (rung, name), own in scores.groupby(["rung", "classifier"]):
    variants["ladder", rung, name] = own


def mean_of(key):
    known = key in variants
    return f"{variants[key]['balanced_accuracy'].mean():.3f}" if known else ""


# %% tags=["hide-output", "hide-input"] caption="Balanced accuracy by size and rate; ten seeds, of 240 neurons three."
pd.DataFrame(
    {
        (titles[rung], NAMED.get(name, figures.NAMES.get(name))): {
            title: mean_of((row, rung, name)) for row, title in ROWS.items()
        }
        for rung in COMPARED
        for name in ("snn", "dense", "dense_scaled", "rf")
    }
)

# %% tags=["hide-input"]
PAIRS = {
    "spiking: rate times ten, less as printed": ("faster snn", "ladder snn"),
    "as printed: spiking less dense": ("ladder snn", "ladder dense"),
    "as printed: spiking less dense with logits times ten": (
        "ladder snn",
        "ladder dense_scaled",
    ),
    "rate times ten: spiking less dense": ("faster snn", "faster dense"),
    "240 neurons, as printed: spiking less dense": ("big snn", "big dense"),
    "240 neurons: spiking as printed, less dense at ten times": (
        "big snn",
        "big_faster dense",
    ),
}


# %% tags=["hide-input"]
def values_of(key, rung):
    variant, name = key.split()
    return variants[variant, rung, name]["balanced_accuracy"].to_numpy()


pairs = {
    title: {
        rung: values_of(one, rung) - values_of(other, rung) for rung in COMPARED
    }
    for title, (one, other) in PAIRS.items()
}

# %% tags=["hide-input", "hide-output"] caption="Paired differences, mean [its 95 % interval]; 240 neurons: three seeds."
pd.DataFrame(
    {
        title: {titles[rung]: mean_with_interval(v) for rung, v in by_rung.items()}
        for title, by_rung in pairs.items()
    }
).T

# %% tags=["remove-cell"]
for number, (title, by_rung) in enumerate(pairs.items()):
    for rung, values in by_rung.items():
        recorder.add(f"botiot.spikes.pair_{number}.{rung}", values, title)
recorder.save()

# %% [markdown]
# Most of the lead at the printed rate is training that the dense network has not had; no cause was sought for the rest.
#
# :::{dropdown} How much remains
# With ten times the learning rate most of the lead of 72 neurons is gone: about two points remain as printed, and one on the later part, where the interval holds zero.
# With 240 neurons, more than three times the flows and the better of two rates, on three seeds, both intervals hold zero.
# :::
#
# ## DoS against DDoS
#
# Where do the errors lie? The folded figure takes a thousand flows at natural shares, on rung 2.

# %% tags=["hide-output", "hide-input"] mystnb={"figure": {"caption": "What the spiking network calls a thousand flows at the natural shares of the 5 % set, on the later part of each attack. Means over replicates.", "name": "fig-botiot-audit-confusion"}, "image": {"alt": "Three by three confusion matrix with {book}`botiot.ladder.later.snn.accuracy|.1%` of the flows on its diagonal; the share of a class that is recognised is {book}`botiot.ladder.later.snn.balanced_accuracy|.1%` in the mean of the three. DoS and DDoS are often taken for each other; reconnaissance is mostly right."}}
from sklearn.metrics import confusion_matrix


def confusion_of(model, rows):
    answers, weights = (
        chances_of(model, rows).argmax(1),
        natural_weights(kinds[rows]),
    )
    return confusion_matrix(flows.labels[rows], answers, sample_weight=weights)


several = zip(models["later"]["snn"], draws["later"])
counted = np.mean([confusion_of(m, test) for m, (_, test) in several], axis=0)
figures.draw_confusion(1000 * counted / counted.sum(), botiot.CLASSES)
plt.show()

# %% [markdown]
# DoS and DDoS floods were made with the same tools {cite}`koroniotis2019`. What makes an attack
# distributed is that it comes from several sources at once. A flow has one source, so none of its
# own six values can show this. But the addresses are in the file. For each flow we count from how many
# sources its target had flows in the last minute, this flow included (figure folded), and give this count to the classifiers of rung 2 as one input more.


# %%
def sources_of_late(frame, asked, seconds=60):
    counts, now = np.zeros(len(asked)), asked["stime"].to_numpy()
    targets = asked["daddr"].astype(str).to_numpy()
    own = frame[frame["daddr"].astype(str).isin(targets)]
    for (_, target), group in own.groupby(["saddr", "daddr"], observed=True):
        moments, rows = np.sort(group["stime"]), np.flatnonzero(targets == target)
        up_to_now = np.searchsorted(moments, now[rows], side="right")
        before = np.searchsorted(moments, now[rows] - seconds)
        counts[rows] += up_to_now > before
    return counts


sources = sources_of_late(dataset.frame, dataset.frame.iloc[flows.rows])


# %% tags=["hide-input"]
def draw_sources(axis, category, protocol, shift):
    counts = sources[kinds == f"{category} {protocol}"]
    places = np.arange(1, 6)
    shares = [np.mean(np.minimum(counts, 5) == place) for place in places]
    colour = figures.KINDS[category]["color"]
    axis.bar(places + shift, shares, 0.4, color=colour, label=category)
    axis.set_title(f"{protocol} floods")
    axis.set_xticks(places, ["1", "2", "3", "4", "5+"])


# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "From how many sources the target of a flow had flows in the minute before, for the floods that make up nearly all of the 5 % set.", "name": "fig-botiot-sources"}, "image": {"alt": "Two bar charts, one of TCP and one of UDP floods. In both, most flows of DoS stand at one and two sources, about seven in ten at one, and most of DDoS, more than eight in ten, at four and more; a few of each kind lie where the other does. Told this count, the spiking network has a balanced accuracy of {book}`botiot.sources.snn.balanced_accuracy|.2f` on the later part, without it {book}`botiot.ladder.later.snn.balanced_accuracy|.2f`."}}
figure, axes = plt.subplots(1, 2, sharey=True, figsize=(5.6, 3.4))
for axis, protocol in zip(axes, ("TCP", "UDP")):
    draw_sources(axis, "DoS", protocol, -0.2)
    draw_sources(axis, "DDoS", protocol, 0.2)
axes[0].set_ylabel("share of the flows")
figure.supxlabel("sources in the last minute")
axes[1].legend()
plt.show()

# %%
wider = np.column_stack([features, sources]).astype(np.float32)
informed = {
    "snn": train_networks(train_stacked, draws["later"], printed, wider),
    "dense": train_networks(train_dense, draws["later"], printed, wider),
} | {n: fit_classical(n, draws["later"], wider) for n in ("tree3", "lr", "rf")}
counting = {
    name: pd.DataFrame(
        [score(m, test, wider) for m, (_, test) in zip(own, draws["later"])]
    )
    for name, own in informed.items()
}
for name, found in counting.items():
    recorder.add_scores(f"botiot.sources.{name}", found, protocol="later, sources")

# %% tags=["remove-cell"]
lead = counting["snn"]["balanced_accuracy"] - counting["rf"]["balanced_accuracy"]
low, high = mean_interval(lead) if replicates > 1 else lead.to_list() * 2
for end, value in {"low": low, "high": high}.items():
    how = "spiking network less forest, 95 % interval of the mean"
    recorder.add(f"botiot.sources.lead.{end}", value, how)

# %% tags=["hide-input"]
last_fifth = draws["later"][0][1]  # the same for every seed
floods = last_fifth[[kind.endswith(("UDP", "TCP")) for kind in kinds[last_fifth]]]
three_or_more = (sources[floods] >= 3) == (flows.labels[floods] == 1)
rule = np.average(three_or_more, weights=natural_weights(kinds[floods]))
told = "a flood is DDoS from three sources on, no training"
recorder.add("botiot.sources.rule.accuracy", rule, told, True)
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy on the later part, without and with source counts; means over ten seeds."
pd.DataFrame(
    {
        figures.NAMES[name]: {
            "the paper's six features": mean_of(("ladder", "later", name)),
            "and the sources": f"{found['balanced_accuracy'].mean():.3f}",
        }
        for name, found in counting.items()
    }
).T

# %% [markdown]
# For the spiking network one count across flows is worth more than anything else on this page: its balanced accuracy goes from
# {book}`botiot.ladder.later.snn.balanced_accuracy|.3f` to {book}`botiot.sources.snn.balanced_accuracy|.3f`, and on average it ends above the forest, by two to three points. The paired 95 % interval leaves zero out, and knows the seeds, not that other flows
# could have been asked about. Logistic regression gains as much, and is not told from it. The count needs no network: to call a flood
# DDoS from three sources on, where the figure parts them, is right on {book}`botiot.sources.rule.accuracy|.0%` of the floods of the later part. Each kind of flood has an hour of its
# own here, so that the count may also stand for the hour; and from a thousand rows of each flood out of millions
# it is a thin sample of a sensor's.
#
# ## Which feature tells what
#
# One feature at a time is shuffled among the test flows of rung 5, so that it says nothing any
# more. By how much does the share of each class that is recognised fall?

# %%
COLUMNS = {
    "proto": slice(0, 4),
    "spkts": slice(4, 5),
    "dpkts": slice(5, 6),
    "srate": slice(6, 7),
    "drate": slice(7, 8),
    "state": slice(8, 18),
}


def shuffled_among(rows, columns, one):
    inputs, order = features.copy(), np.random.default_rng(one).permutation(rows)
    inputs[rows, columns] = features[order, columns]
    return inputs


# %%
def class_recalls(model, rows, inputs=features):
    right = chances_of(model, rows, inputs).argmax(axis=1) == flows.labels[rows]
    weights = natural_weights(kinds[rows])
    names = pd.Series(CLASSES)[flows.labels[rows]].to_numpy()
    found = pd.DataFrame({"right": right * weights, "all": weights}).groupby(names)
    return (found["right"].sum() / found["all"].sum())[list(CLASSES[:4])]


# %%
def losses(model, rows, one):
    kept = class_recalls(model, rows)
    return {
        name: kept - class_recalls(model, rows, shuffled_among(rows, columns, one))
        for name, columns in COLUMNS.items()
    }


# %%
def importance(name):
    several = zip(models["normal"][name], draws["normal"], seeds)
    lost = [losses(model, test, one) for model, (_, test), one in several]
    return {f: pd.DataFrame([each[f] for each in lost]) for f in COLUMNS}


lost = {name: importance(name) for name in ("snn", "rf")}
for name, by_feature in lost.items():
    for feature, found in by_feature.items():
        recorder.add_scores(
            f"botiot.importance.{name}.{feature}",
            found.rename(columns=str.lower),
            protocol="one feature shuffled",
        )

# %% tags=["hide-input", "hide-output"] caption="Recall lost when one feature is shuffled, means."
recorder.save()
pd.DataFrame(
    {
        (figures.NAMES[name], kind): {
            f: each[kind].mean() for f, each in found.items()
        }
        for name, found in lost.items()
        for kind in CLASSES[:4]
    }
).round(2)

# %% [markdown]
# The forest reads DoS from `srate` above all, and scans and normal traffic from `state`. The
# network leans on the packet counts.
#
# :::{dropdown} Values below zero, and the other rate
# Protocol and state are shuffled as the single columns that they were before one-hot encoding. A value below zero means that a class is named more often once
# the feature is noise. The rate from destination to source (`drate`) matters little to the forest and to the network up to
# {book}`botiot.importance.snn.drate.reconnaissance|.0%` of a class; most flows of a flood get no answer, so it is zero.
# :::
#
# ## What the features cannot tell
#
# The best rule on the six values gives each combination of them to the class that gains most, by the labels of the very
# flows that it is scored on: nothing trained can beat it on them.


# %% tags=["hide-input", "hide-output"] caption="Best balanced accuracy that a rule can have."
def best_possible(classes):
    own = flows.labels < classes
    weights = pd.Series(natural_weights(kinds[own]))
    amounts = weights.groupby([copies[own], flows.labels[own]]).sum().unstack()
    return (amounts / amounts.sum()).max(axis=1).sum() / classes


best = {
    "the paper's three classes": best_possible(3),
    "with normal traffic": best_possible(4),
    "with theft": best_possible(5),
}
pd.Series(best, name="best balanced accuracy").round(3).to_frame()

# %% tags=["remove-cell"]
for classes, value in zip((3, 4, 5), best.values()):
    recorder.add(
        f"botiot.audit.best.{classes}", value, "best rule", deterministic=True
    )
recorder.save()

# %% [markdown]
# Such a rule tells the three attacks and normal traffic nearly perfectly, theft less so: key logging is here mostly a
# refused connection (one packet out, one back, state `RST`), and {book}`botiot.audit.theft_like_scans|.0%` of its flows
# have the six values of a flow of a scan. More columns tell more: with all of Argus' but addresses, ports, clocks and row numbers
# the forest gains on every rung, most with theft, from {book}`botiot.ladder.theft.rf.balanced_accuracy|.2f` to {book}`botiot.broad.theft.rf.all.balanced_accuracy|.2f`; the network, asked on two of them and on logarithms, is not shown to gain (folded).

# %% tags=["hide-input", "remove-output"]
logging = copies[kinds == "Theft Keylogging"]
scans = copies[np.char.startswith(kinds.astype(str), "Reconnaissance")]
alike = np.isin(logging, scans).mean()
recorder.add("botiot.audit.theft_like_scans", alike, "counted", deterministic=True)
print(f"{alike:.1%} of the flows of key logging")

# %% tags=["hide-input"]
# Beside the columns of every form: what the form at hand has.
BESIDE = ("rate", "mean", "stddev", "sum", "min", "max")
CODES = ("proto", "state", "flgs")


def argus():
    frame = dataset.frame.assign(
        pkts=dataset.frame["spkts"] + dataset.frame["dpkts"],
        bytes=dataset.frame["sbytes"] + dataset.frame["dbytes"],
    )
    if dataset.path and dataset.variant == "flows/sample":
        stored = pd.read_csv(dataset.path, low_memory=False)
        frame = frame.assign(**{name: stored[name] for name in (*BESIDE, "flgs")})
    return frame.iloc[flows.rows]


# %% tags=["hide-input"]
COUNTED = ("pkts", "bytes", "dur", "spkts", "dpkts", "sbytes", "dbytes")


def every_column():
    frame = argus()
    numbers = [*COUNTED, "srate", "drate", *(n for n in BESIDE if n in frame)]
    codes = [
        pd.get_dummies(frame[name].astype(str).str.strip())
        for name in CODES
        if name in frame
    ]
    return np.column_stack([frame[numbers], *codes]).astype(np.float64)


all_columns = every_column()


# %% tags=["hide-input"]
def on_columns_of(rung, inputs):
    fitted_on = draws["printed" if rung == "no_copies" else rung]
    forests = fit_classical("rf", fitted_on, inputs)
    return pd.DataFrame(
        [score(m, test, inputs) for m, (_, test) in zip(forests, draws[rung])]
    )


def logarithms_of(inputs, rows):
    logs = np.log1p(inputs)
    return StandardScaler().fit(logs[rows]).transform(logs).astype(np.float32)


# %% tags=["hide-input"]
def network_on(rung, inputs):
    several = [logarithms_of(inputs, a) for a, _ in draws[rung]]
    tasks = [
        SpikingTask(own[a], flows.labels[a], one)
        for own, (a, _), one in zip(several, draws[rung], seeds)
    ]
    settings = printed.but(inputs=inputs.shape[1], classes=RUNGS[rung][1])
    networks = train_stacked(tasks, settings).networks
    pairs = zip(networks, several, draws[rung])
    return pd.DataFrame([score(m, test, own) for m, own, (_, test) in pairs])


# %% tags=["hide-input"]
broad = {(rung, "rf", "all"): on_columns_of(rung, all_columns) for rung in RUNGS}
for rung in RUNGS:
    forests = scores[(scores["rung"] == rung) & (scores["classifier"] == "rf")]
    broad[rung, "rf", "six"] = forests.reset_index(drop=True)[METRICS]
for rung in COMPARED:
    for name, inputs in (("six", features), ("all", all_columns)):
        broad[rung, "snn_log", name] = network_on(rung, inputs)

# %% tags=["remove-cell"]
for (rung, model, name), found in broad.items():
    if (model, name) != ("rf", "six"):
        id = f"botiot.broad.{rung}.{model}.{name}"
        recorder.add_scores(id, found, protocol=f"{rung}, {name} columns")


def gain_by_columns(rung, model):
    both_of = [
        broad[rung, model, name]["balanced_accuracy"] for name in ("all", "six")
    ]
    return both_of[0] - both_of[1]


# %% tags=["remove-cell"]
for rung, model in {key[:2]: None for key in broad}:
    id = f"botiot.broad.{rung}.{model}.gain"
    recorder.add(
        id, gain_by_columns(rung, model), "balanced accuracy, all less six"
    )
recorder.save()


# %% tags=["hide-input"]
def columns_text(rung, model):
    means = (
        broad[rung, model, n]["balanced_accuracy"].mean() for n in ("six", "all")
    )
    six, every = means
    return f"{six:.3f}, {every:.3f}; {mean_with_interval(gain_by_columns(rung, model))}"


# %% tags=["hide-input", "hide-output"] caption="Balanced accuracy with the paper's six columns and with all, means over ten seeds, and all less six [95 % interval of the paired difference]."
MODELS_OF = {"rf": "random forest", "snn_log": "spiking, on logarithms"}
pd.DataFrame(
    {
        title: {
            titles[rung]: columns_text(rung, model)
            for rung in RUNGS
            if (rung, model, "all") in broad
        }
        for model, title in MODELS_OF.items()
    }
).reindex(titles.values()).fillna("")

# %% [markdown]
# ## Is this flow an attack?
#
# The networks of the paper have been trained on attacks alone, and are asked which of three a flow
# belongs to. What do they answer when a normal flow comes by?

# %% tags=["hide-input", "hide-output"] caption="Normal flows by the class the network names, mean over ten seeds."
NORMAL = CLASSES.index("Normal")
normal_rows = np.flatnonzero(flows.labels == NORMAL)


def answers_of(model):
    answers = chances_of(model, normal_rows).argmax(axis=1)
    return np.bincount(answers, minlength=3) / len(answers)


said = pd.DataFrame([answers_of(m) for m in models["printed"]["snn"]])
said.columns = botiot.CLASSES
said.mean().map("{:.1%}".format).rename("normal flows called").to_frame().T

# %% tags=["remove-cell"]
recorder.add_scores(
    "botiot.unasked",
    said.rename(columns=str.lower),
    protocol="flows of classes not trained on",
)
recorder.save()

# %% [markdown]
# DoS for {book}`botiot.unasked.dos|.0%` of the normal flows, DDoS for {book}`botiot.unasked.ddos|.0%`: there is no fourth answer.
#
# :::{dropdown} Does the network at least hesitate? (The table is folded below.)
# If it did, its highest probability would be lower for normal flows than for attacks, and the area
# under the ROC curve of this doubt would be well above one half.
#
# By this measure neither network doubts: on average over the seeds the area is near one half for the
# spiking network, with seeds far to both sides, and below it for the dense one. A forest that was
# trained on the same flows does. Other measures of doubt were not tried.
# :::

# %%
from sklearn.metrics import roc_auc_score


def doubt_area(model, test):
    rows = np.concatenate([test, normal_rows])
    doubt = 1 - chances_of(model, rows).max(axis=1)
    weights = natural_weights(kinds[rows])
    return roc_auc_score(flows.labels[rows] == NORMAL, doubt, sample_weight=weights)


def doubts_of(name):
    several = zip(models["printed"][name], draws["printed"])
    return [doubt_area(model, test) for model, (_, test) in several]


# %% tags=["hide-input", "hide-output"] caption="Area under the ROC curve of doubt, means over ten seeds."
doubts = {name: doubts_of(name) for name in ("snn", "dense", "rf")}
for name, areas in doubts.items():
    recorder.add(
        f"botiot.doubt.{name}.roc_auc", areas, "largest probability, asked or not"
    )
area = pd.DataFrame(doubts).mean().rename(figures.NAMES)
area.map("{:.3f}".format).rename("area under the ROC curve of doubt").to_frame().T

# %% [markdown]
# On rung 5 normal traffic is a class of its own. Whatever is called an attack, by whichever name,
# is an alarm.


# %%
def alarms_of(model, test):
    alarm = chances_of(model, test).argmax(axis=1) != NORMAL
    attack, weights = flows.labels[test] != NORMAL, natural_weights(kinds[test])
    return {
        "detected": np.average(alarm[attack], weights=weights[attack]),
        "false_alarms": alarm[~attack].mean(),
    }


# %%
raised = {
    name: pd.DataFrame([alarms_of(m, b) for m, (_, b) in zip(own, draws["normal"])])
    for name, own in models["normal"].items()
}
for name, found in raised.items():
    recorder.add_scores(f"botiot.alarms.{name}", found, protocol="later part")
recorder.save()

# %% [markdown]
# The share of false alarms rests on few flows. The exact binomial interval (folded) takes them as independent, which
# flows of one minute are not, so it is rather too narrow.

# %%
from scipy.stats import binomtest

asked = int((flows.labels[draws["normal"][0][1]] == NORMAL).sum())


def with_limits(share):
    low, high = binomtest(round(share * asked), asked).proportion_ci()
    return f"{share:.1%} [{low:.1%}, {high:.1%}]"


# %% tags=["hide-input", "hide-output"] caption="Detection, means over ten seeds; false alarms, mean [95 % binomial interval]."
means = pd.DataFrame({name: found.mean() for name, found in raised.items()}).T
pd.DataFrame(
    {
        "attack flows detected": means["detected"].map("{:.2%}".format),
        f"of {asked} normal flows, alarms": means["false_alarms"].map(with_limits),
    }
).rename(index=figures.NAMES)

# %% [markdown]
# How many false alarms that is for each detection is arithmetic on the normal flows for each attack flow: in the 5 % set
# fewer than five hundred among millions, in a network that is no testbed the other way round.

# %%
counts = pd.Series(botiot.SHARES).groupby(lambda kind: kind.split()[0]).sum()
MIXES = {
    "as in the 5 % set": counts["Normal"] / (counts.sum() - counts["Normal"]),
    "one attack flow to one normal": 1,
    "one to a thousand": 1000,
    "one to a million": 1e6,
}


def alarms_each(name, normal_flows):
    found = raised[name].mean()
    return normal_flows * found["false_alarms"] / (found["detected"] or np.nan)


# %%
for name in raised:
    for key, mix in (
        ("set", "as in the 5 % set"),
        ("thousand", "one to a thousand"),
    ):
        value = alarms_each(name, MIXES[mix])
        if np.isfinite(value):
            recorder.add(f"botiot.alarms.{name}.each_{key}", value, mix)
recorder.save()


# %% tags=["hide-output", "hide-input"] caption="False alarms for each attack flow found, by mix of flows."
def as_text(value):
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


expected = {
    mix: {name: as_text(alarms_each(name, count)) for name in raised}
    for mix, count in MIXES.items()
}
pd.DataFrame(expected).rename(
    index=figures.NAMES | {"majority": "always an attack"}
)

# %% [markdown]
# On the 5 % set an alarm is nearly always right, even that of the last line, which calls every flow
# an attack: such are the set's shares. Where attack
# flows are one in a thousand, every detector here raises dozens of false alarms or more for each
# attack flow that it finds, by shares of false alarms that two hundred flows fix within about a
# factor of two. What passes as normal is a risk of its own: logistic regression misses hardly an attack flow, and has nearly twice the
# network's false alarms. These are the answers of largest probability after training on equal shares; with another limit
# they change (folded below). (This counts flows. An attack is many of them, and one alarm may be enough.)

# %% [markdown]
# :::{dropdown} A limit on the probability of an attack (figure and tables are folded below)
# Now a flow raises an alarm when its probability of *Normal* is below a limit, and the limit is moved. For the shares found, each limit is set on the test flows themselves, and one in a
# hundred is two flows of two hundred, the same in every seed: the true share may be an eighth or more than three times as large. Below
# one false alarm in ten the forest's lead is told from the seeds' scatter, at one or two in a hundred also the lag of logistic regression (folded); the networks are not told apart. What counts for the costs is the cost of a missed attack flow times the number
# of attack flows for each normal one; there the limit is chosen on a random half of the test flows and judged on the
# other, and the reverse, which is rather kind, as both halves are of the same minutes. A cost of 1 is that of the cheaper of two ways to do without a
# detector: never an alarm, or always.
# :::


# %% tags=["hide-input"]
SWEPT, SHARES = ("snn", "dense", "lr", "rf"), (0.005, 0.01, 0.02, 0.05, 0.1)
MISS = (
    1,
    10,
    100,
    1000,
    10_000,
)  # what a missed attack flow costs, in false alarms


# %% tags=["hide-input"]
def suspicion(model, test):
    attack, weights = flows.labels[test] != NORMAL, natural_weights(kinds[test])
    return -chances_of(model, test)[:, NORMAL], attack, weights


def outcomes_at(limit, score, attack, weights):
    alarm = score > limit
    return np.average(alarm[attack], weights=weights[attack]), alarm[~attack].mean()


# %% tags=["hide-input"]
def found_at(share, score, attack, weights):
    normal = np.sort(score[~attack])[::-1]
    limit = normal[int(share * len(normal))]
    return outcomes_at(limit, score, attack, weights)[0]


# %% tags=["hide-input"]
def limit_for(price, score, attack, weights):
    order = np.argsort(-score)
    sorted_score, is_attack = score[order], attack[order]
    found = (
        np.cumsum(np.where(is_attack, weights[order], 0)) / weights[attack].sum()
    )
    false = np.cumsum(~is_attack) / (~attack).sum()
    cost = np.concatenate([[price], price * (1 - found) + false])
    last = np.append(sorted_score[:-1] != sorted_score[1:], True)  # no tie is cut
    cost[1:][~last] = np.inf
    limits = np.concatenate([[np.inf], np.nextafter(sorted_score, -np.inf)])
    return limits[cost.argmin()]


# %% tags=["hide-input"]
def cost_of(price, one, score, attack, weights):
    half = np.random.default_rng(one).permutation(len(score)) % 2 == 0
    costs = []
    for chosen in (half, ~half):
        limit = limit_for(price, score[chosen], attack[chosen], weights[chosen])
        other = (score[~chosen], attack[~chosen], weights[~chosen])
        found, false = outcomes_at(limit, *other)
        costs.append((price * (1 - found) + false) / min(price, 1))
    return np.mean(costs)


# %% tags=["hide-input"]
scored_flows = {
    name: [
        suspicion(m, test)
        for m, (_, test) in zip(models["normal"][name], draws["normal"])
    ]
    for name in SWEPT
}

# %% tags=["hide-input"]
from lib.methods.scores import expected_precision

swept = {
    name: pd.DataFrame({s: [found_at(s, *one) for one in several] for s in SHARES})
    for name, several in scored_flows.items()
}

# %% tags=["hide-input"]
costs = {
    name: pd.DataFrame(
        {
            miss: [cost_of(miss / 1000, s, *one) for s, one in zip(seeds, several)]
            for miss in MISS
        }
    )
    for name, several in scored_flows.items()
}

# %% tags=["remove-cell"]
for name in SWEPT:
    for share, values in swept[name].items():
        how = f"limit at {share:.1%} false alarms"
        id = f"botiot.sweep.{name}.detected_{share * 1000:.0f}"
        recorder.add(id, values, how)

# %% tags=["remove-cell"]
for name in SWEPT:
    for miss, values in costs[name].items():
        how = f"a missed flow costs {miss} false alarms, one attack flow to a thousand"
        recorder.add(f"botiot.sweep.{name}.cost_{miss}", values, how)
    precision = [
        expected_precision(0.01, 1 - d, 1 / 1001) for d in swept[name][0.01]
    ]
    recorder.add(
        f"botiot.sweep.{name}.precision_10", precision, "at 1 % false alarms"
    )
recorder.save()

# %% tags=["hide-input", "hide-output"] caption="Share of attack flows found less that of the spiking network [95 % interval], by share of false alarms."
pd.DataFrame(
    {
        figures.NAMES[name]: {
            f"{share:.1%}": mean_with_interval(
                swept[name][share] - swept["snn"][share]
            )
            for share in SHARES
        }
        for name in SWEPT
        if name != "snn"
    }
)

# %% tags=["hide-input", "hide-output"] mystnb={"figure": {"caption": "Share of attack flows found against the share of normal flows that raise a false alarm, as the limit moves, on the later part; means over ten seeds. Of two hundred normal flows one is half a percent, where the lines begin. The axis of false alarms is logarithmic.", "name": "fig-botiot-sweep"}, "image": {"alt": "Four rising lines. At one false alarm in a hundred normal flows the spiking network finds {book}`botiot.sweep.snn.detected_10|.0%` of the attack flows, a dense network {book}`botiot.sweep.dense.detected_10|.0%`, logistic regression {book}`botiot.sweep.lr.detected_10|.0%` and a random forest {book}`botiot.sweep.rf.detected_10|.0%`; at ten in a hundred {book}`botiot.sweep.snn.detected_100|.0%`, {book}`botiot.sweep.dense.detected_100|.0%`, {book}`botiot.sweep.lr.detected_100|.0%` and {book}`botiot.sweep.rf.detected_100|.0%`."}}
figure, axis = plt.subplots(figsize=(5.6, 3.4))
places = np.geomspace(0.005, 0.5, 60)
lines = dict(zip(SWEPT, ("-", "--", "-.", ":")))
for name, several in scored_flows.items():
    found = [np.mean([found_at(s, *one) for one in several]) for s in places]
    label, colour = figures.NAMES[name], figures.COLOURS[name]
    axis.plot(places, found, lines[name], color=colour, label=label)
axis.set(xscale="log", xlabel="share of normal flows with an alarm")
axis.set(ylabel="attack flows found", ylim=(0, 1))
axis.legend(loc="lower right")
plt.show()

# %% tags=["hide-input", "hide-output"] caption="Attack flows found at no more than a share of false alarms, and share of alarms that are attacks if that share is one in a hundred and attack flows are one to a thousand; means over ten seeds."
pd.DataFrame(
    {
        figures.NAMES[name]: {
            f"found at {share:.1%}": f"{swept[name][share].mean():.1%}"
            for share in SHARES
        }
        | {
            "right alarms at 1.0%": f"{np.mean([expected_precision(0.01, 1 - d, 1 / 1001) for d in swept[name][0.01]]):.1%}"
        }
        for name in SWEPT
    }
).T

# %% tags=["hide-input", "hide-output"] caption="Expected cost by what a missed attack flow costs in false alarms, where attack flows are one in a thousand or one in a million, as a multiple of never an alarm or always, whichever is cheaper: above 1 the detector is worse than none. Means over ten seeds."
pd.DataFrame(
    {
        figures.NAMES[name]: {
            f"{miss:,} alarms at 1:1 000, {1000 * miss:,} at 1:1 000 000": f"{values.mean():.2f}"
            for miss, values in costs[name].items()
        }
        for name in SWEPT
    }
)

# %% tags=["remove-cell"]
import torch
from lib.methods.spiking import energy


def decision_energy(network, test):
    with torch.inference_mode():
        sent = network.trace(torch.as_tensor(features[test])).spikes
    spikes = [float(layer.sum(dim=(0, 2)).mean()) for layer in sent]
    own = network.settings
    sizes = (own.inputs, own.layer, own.layer, own.classes)
    counted = energy.spiking_operations(sizes, spikes, own.steps)
    return energy.nanojoules(counted, energy.FLOAT32)


# %% tags=["remove-cell"]
spent = [
    decision_energy(m, test)
    for m, (_, test) in zip(models["normal"]["snn"], draws["normal"])
]
break_even = np.array(spent) / raised["snn"]["false_alarms"].to_numpy()
recorder.add("botiot.sweep.snn.nanojoules", spent, "arithmetic, 32-bit prices")
recorder.add("botiot.sweep.snn.break_even", break_even, "nanojoules an alarm sent")
recorder.save()

# %% [markdown]
# :::{dropdown} What a limit finds, and what it costs
# At one false alarm in a hundred normal flows, which two of the two hundred decide, the spiking network finds
# {book}`botiot.sweep.snn.detected_10|.0%` of the attack flows, a dense network {book}`botiot.sweep.dense.detected_10|.0%`, which is not told from it, and a
# forest {book}`botiot.sweep.rf.detected_10|.0%`, which is; of the spiking network's alarms {book}`botiot.sweep.snn.precision_10|.0%` are then right, where
# attack flows are one to a thousand. Where a missed flow there costs ten false alarms, forest and logistic regression cost less than no detector and the networks more, by
# single normal flows. From a hundred on each costs less than none, the forest or logistic regression least.
# On a battery, a decision's arithmetic takes {book}`botiot.sweep.snn.nanojoules|.0f` nJ at 32-bit prices. At the
# network's false alarms, sending them costs more than deciding once a message takes more than
# {book}`botiot.sweep.snn.break_even|.0f` nJ.
# :::
