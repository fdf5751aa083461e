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
# # Tuned alike: other neurons, more layers, local rules
#
# :::{admonition} Finding
# :class: finding
# After the same search of eight trials for each, nothing but a random forest, which is behind, is told from the paper's network on five seeds. It
# has a macro F1 of {book}`botiot.tuned.leaky.f1|.3f` trained by backpropagation, {book}`botiot.tuned.eprop.f1|.3f` by e-prop, a rule that
# sends no error back through time or a hidden layer, and {book}`botiot.tuned.eprop_upper.f1|.3f` if e-prop leaves the lower layer as
# drawn; with both as drawn a logistic read-out has {book}`botiot.tuned.drawn.f1|.3f`. So learning in the upper layer counts; there e-prop is
# backpropagation, and in the lower, where it is not, no gain is told. STDP's layer has {book}`botiot.tuned.stdp.f1|.3f`, and left as drawn
# {book}`botiot.tuned.stdp_drawn.f1|.3f`. The search hangs on small things: with the smallest value near the best, in place of the best, the
# synaptic neuron is ahead by about a hundredth, STDP behind, and the forest told no longer.
# :::
#
# The paper proposes other neurons, more layers and other learning rules as its next steps. The
# [page before](04_beyond.ipynb) tries them at the printed learning rate. A rate that suits one neuron need not suit
# another; so here each gets the same search, counted, and every rival does, too.

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

source = botiot.part.load()
table = botiot.paper_table(botiot.part.complete(source))
notebook = "01-spiking-botiot/06_tuning"
recorder = Recorder(notebook, source, profile, seed, replicates)
seeds = list(range(seed, seed + replicates))
run_banner(source, profile, seed, replicates)

# %% [markdown]
# ## The same search for each
#
# A thousand rows of the 5 % set at its natural shares, split 80:20 with the classes' shares kept, standardised
# logarithms as inputs, 72 hidden neurons (three layers have 108 and four 144, so that depth comes with size), 300 epochs. One thing is searched, four values of it: the learning rate of
# a network or of a local rule, the least number of rows in a leaf of the forest, the strength of a read-out. The search trains on four fifths of
# the training rows and scores macro F1 on the last, over two seeds that are used for nothing else (their draws share a few rows with
# the tests, which come from the same rows); the value with the highest
# mean is taken, the first of equals. Then five other seeds train on all training rows, and are asked about the test
# rows. So each has eight trials and five runs. Beside it stands the smallest value within half a hundredth of that mean, a
# rule added after results had been seen, since a fourth digit decided for the paper's network.

# %%
import numpy as np
from lib.methods.splits import scaled_split, split_rows
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

FINAL, SEARCH = seeds[:5], [seed + 10, seed + 11]
if profile == "quick":
    FINAL, SEARCH = seeds[:2], SEARCH[:1]


# %% tags=["hide-input"]
def logarithms():
    return make_pipeline(FunctionTransformer(np.log1p), StandardScaler())


def prepared(one, search=False):
    chosen = botiot.natural_mix(table.subcategories, 1000, one)
    halves = split_rows(chosen, table.labels, one, test_share=0.2)
    if search:  # the test rows are never seen
        halves = split_rows(halves[0], table.labels, one, test_share=0.2)
    features = table.features.to_numpy()
    return scaled_split(features, table.labels, halves, one, scaler=logarithms)


# %%
from lib.methods.spiking import SpikingSettings, SpikingTask, class_chances
from sklearn.metrics import f1_score

EPOCHS = {"full": 300, "quick": 3}[profile]
base = SpikingSettings(hidden=72, epochs=EPOCHS)
searched = [prepared(one, search=True) for one in SEARCH]
final = [prepared(one) for one in FINAL]


def tasks_of(splits):
    return [SpikingTask(s.train_features, s.train_labels, s.seed) for s in splits]


def macro(split, answers):
    return f1_score(split.test_labels, answers, average="macro", zero_division=0)


# %% [markdown]
# ## What is tuned
#
# **Neurons and layers** as on the page before: leaky with backpropagation through time, the paper's; learned decay, recurrent,
# synaptic, alpha, Izhikevich; three and four layers of 36. **E-prop** {cite:p}`bellec2020` trains the paper's two layers by a supervised rule meant for chips, here in batches with Adam. Each synapse keeps a trace of what it has received and of how near to its threshold
# its neuron was; at the end each neuron is told one number, the errors of the classes, weighted. In the upper layer the
# weights are its own; in the lower they are random and fixed. No error travels back through time or a hidden layer; the
# upper layer's comes over the read-out's own weights, as in backpropagation. A test holds our loops to the rule as written, and the upper layer to backpropagation.
# **STDP** is the page before's: one layer that learns
# without labels, and a read-out trained with them. **Dense** and **forest**
# are the rivals without spikes. The **controls** leave layers as drawn: the lower one under e-prop; both, with e-prop's read-out alone or a logistic
# regression on the spikes of the upper; STDP's, by a rate of 0, with its own read-out. And that read-out gets the logarithms themselves.

# %%
from lib.methods.spiking import train_stacked
from lib.methods.spiking.dense import train_dense
from lib.methods.spiking.eprop import train_eprop


# %% tags=["method"]
def by_networks(train):
    def scored(splits, rate):
        networks = train(tasks_of(splits), base.but(learning_rate=rate)).networks
        return [
            macro(s, class_chances(n, s.test_features).argmax(axis=1))
            for s, n in zip(splits, networks)
        ]

    return lambda splits, values: np.array([scored(splits, v) for v in values])


# %%
from lib.methods.spiking.neurons import stacked_chances
from lib.methods.spiking.tuning import train_at_rates


# %% tags=["hide-input"]
def by_neurons(neuron, layers=2):
    def scores(splits, values):
        hidden = [base.layer] * layers
        network = train_at_rates(tasks_of(splits), values, neuron, hidden, base)
        rows = np.stack([s.test_features for s in splits] * len(values))
        answers = stacked_chances(network, rows, base).argmax(axis=2)
        shape = len(values), len(splits)
        found = [
            macro(s, own) for s, own in zip(list(splits) * len(values), answers)
        ]
        return np.reshape(found, shape)

    return scores


# %%
from lib.methods.spiking.plasticity import PlasticitySettings, learn
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression


# %% tags=["hide-input"]
def plastic(split, rate):
    own = PlasticitySettings(neurons=base.hidden, rate=rate)
    layer = learn(split.train_features, own, split.seed)
    reader = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    reader.fit(layer.counts(split.train_features), split.train_labels)
    return macro(split, reader.predict(layer.counts(split.test_features)))


# %% tags=["hide-input"]
def forest(split, least):
    trees = RandomForestClassifier(min_samples_leaf=least, random_state=split.seed)
    trees.fit(split.train_features, split.train_labels)
    return macro(split, trees.predict(split.test_features))


def one_by_one(score):
    return lambda splits, values: np.array(
        [[score(s, v) for s in splits] for v in values]
    )


# %%
from lib.methods.spiking import neurons

RATES, LEAVES = (1e-4, 3e-4, 1e-3, 3e-3), (1, 2, 4, 8)
# %% tags=["hide-input"]
TUNED = {
    "leaky": (
        "leaky, two layers, backpropagation",
        by_networks(train_stacked),
        RATES,
    ),
    "three": ("leaky, three layers", by_neurons(neurons.Leaky(), 3), RATES),
    "four": ("leaky, four layers", by_neurons(neurons.Leaky(), 4), RATES),
    "decay": ("learned decay", by_neurons(neurons.Leaky(learn_beta=True)), RATES),
    "recurrent": ("recurrent", by_neurons(neurons.Recurrent()), RATES),
    "synaptic": ("synaptic", by_neurons(neurons.Synaptic()), RATES),
    "alpha": ("alpha", by_neurons(neurons.Alpha()), RATES),
    "izhikevich": ("Izhikevich", by_neurons(neurons.Izhikevich()), RATES),
}

# %% tags=["hide-input"]
TUNED |= {
    "eprop": ("leaky, two layers, e-prop", by_networks(train_eprop), RATES),
    "stdp": (
        "STDP, trained read-out",
        one_by_one(plastic),
        (0.005, 0.01, 0.02, 0.05),
    ),
    "dense": ("dense, no spikes", by_networks(train_dense), RATES),
    "rf": ("random forest", one_by_one(forest), LEAVES),
}

# %% tags=["hide-input"]
from functools import partial

import torch
from lib.methods.spiking import SpikingClassifier


def numbers(split, rows):
    return rows


def spikes_as_drawn(split, rows):
    network = SpikingClassifier(base, split.seed)
    with torch.inference_mode():
        sent = network.trace(torch.as_tensor(rows)).spikes[1]
    return sent.sum(dim=0).numpy()


# %% tags=["hide-input"]
def read(of):
    def scored(split, strength):
        logistic = LogisticRegression(C=strength, max_iter=5000)
        reader = make_pipeline(StandardScaler(), logistic)
        reader.fit(of(split, split.train_features), split.train_labels)
        return macro(split, reader.predict(of(split, split.test_features)))

    return one_by_one(scored)


# %% tags=["hide-input"]
upper_alone, read_out_alone = (
    by_networks(partial(train_eprop, drawn=layers)) for layers in (1, 2)
)
STRENGTHS = (0.1, 1, 10, 100)
# %% tags=["hide-input"]
CONTROLS = {
    "eprop_upper": ("e-prop, lower layer as drawn", upper_alone, RATES),
    "eprop_read": ("e-prop, both layers as drawn", read_out_alone, RATES),
    "drawn": ("both as drawn, logistic", read(spikes_as_drawn), STRENGTHS),
    "stdp_drawn": ("STDP at rate 0: a layer as drawn", one_by_one(plastic), (0.0,)),
    "reader": ("no layer: read-out of the logarithms", read(numbers), STRENGTHS),
}
EVERY = TUNED | CONTROLS

# %%
trials = {
    name: score(searched, values) for name, (_, score, values) in EVERY.items()
}


# %% tags=["method"]
MARGIN = 0.005


def chosen(name, margin=0.0):
    """The first value that comes within the margin of the highest mean."""
    means = trials[name].mean(axis=1)
    return EVERY[name][2][(means >= means.max() - margin).argmax()]


best = {name: chosen(name) for name in EVERY}
near = {name: chosen(name, MARGIN) for name in TUNED}


# %% tags=["hide-input"]
from functools import cache


@cache
def on_test_rows(name, value):
    return EVERY[name][1](final, (value,))[0]


every_f1 = {name: on_test_rows(name, best[name]) for name in EVERY}
found = {name: every_f1[name] for name in TUNED}
near_f1 = {name: on_test_rows(name, near[name]) for name in TUNED}

# %% tags=["hide-input"]
AS_PRINTED = (
    "leaky",
    "three",
    "four",
    "decay",
    "recurrent",
    "synaptic",
    "alpha",
    "izhikevich",
    "dense",
)
untuned = {name: on_test_rows(name, RATES[0]) for name in AS_PRINTED}

# %% tags=["remove-cell"]
# What each search has chosen is shown below: on another processor a tie may fall otherwise.
how = "tuned by as many trials as each, 1,000 samples, logarithms"
leads = {
    "lead": (found, "less leaky"),
    "lead_near": (near_f1, "less leaky, each at its smallest value near the best"),
}
for name in TUNED:
    recorder.add(f"botiot.tuned.{name}.f1", found[name], how)
    for lead, (f1, what) in leads.items() if name != "leaky" else ():
        gap = f1[name] - f1["leaky"]
        recorder.add(f"botiot.tuned.{name}.{lead}", gap, what)

# %% tags=["remove-cell"]
for name, values in untuned.items():
    recorder.add(
        f"botiot.tuned.{name}.printed_rate.f1", values, "at the printed rate"
    )
for name in CONTROLS:
    recorder.add(f"botiot.tuned.{name}.f1", every_f1[name], how)

# %% tags=["remove-cell"]
OVER = {
    ("eprop", "eprop_upper"): "e-prop in both layers, less in the upper alone",
    ("eprop_upper", "eprop_read"): "e-prop in the upper layer, less in none",
    ("eprop_upper", "drawn"): "e-prop in the upper layer, less logistic on drawn",
    ("leaky", "eprop_read"): "backpropagation in both layers, less e-prop in none",
    ("leaky", "drawn"): "backpropagation in both layers, less logistic on drawn",
    ("stdp", "stdp_drawn"): "STDP, less its layer as drawn",
    ("stdp_drawn", "reader"): "STDP's layer as drawn, less no layer",
}
over = {pair: every_f1[pair[0]] - every_f1[pair[1]] for pair in OVER}
for (one, other), values in over.items():
    recorder.add(f"botiot.tuned.{one}.over_{other}", values, OVER[one, other])
recorder.save()

# %% tags=["hide-input"]
import pandas as pd
from lib.methods.differences import mean_with_interval


def lead_of(name, f1):
    gap = f1[name] - f1["leaky"]
    return "" if name == "leaky" else mean_with_interval(gap)


# %% tags=["hide-input"]
def row_of(name):
    first = f"{untuned[name].mean():.3f}" if name in untuned else ""
    return {
        "chosen": f"{best[name]:g}",
        "macro F1": f"{found[name].mean():.3f}",
        "less leaky": lead_of(name, found),
        "near the best": f"{near[name]:g}",
        "less leaky, near the best": lead_of(name, near_f1),
        "at the printed rate": first,
    }


# %% tags=["hide-input"] caption="Macro F1 after the same search, mean of five seeds, and less the paper's network [95 % interval of the paired difference]; near the best: the smallest value within half a hundredth of the highest mean of the search."
pd.DataFrame({title: row_of(name) for name, (title, *_) in TUNED.items()}).T

# %% tags=["hide-input", "hide-output"] caption="The search: macro F1 on the validation fifth, mean of two seeds, by what is searched, its four values in rising order: the learning rate, the forest's least rows in a leaf, or the read-out's strength."
pd.DataFrame(
    {
        title: {
            f"value {place}": f"{value:g}: {mean:.3f}"
            for place, (value, mean) in enumerate(
                zip(values, trials[name].mean(axis=1)), start=1
            )
        }
        for name, (title, _, values) in EVERY.items()
    }
).T.fillna("")

# %% tags=["hide-input", "hide-output"] caption="Is it the rule? Macro F1 of rules and controls, mean of five seeds, and paired differences [95 % interval]."
means = {
    EVERY[name][0]: f"{every_f1[name].mean():.3f}"
    for name in ("eprop", "stdp", *CONTROLS)
}
gaps = {OVER[pair]: mean_with_interval(values) for pair, values in over.items()}
pd.Series(means | gaps).rename("macro F1").to_frame()

# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Macro F1 after the same search: a dot a seed, the mean as a line, five seeds.", "name": "fig-botiot-tuned"}, "image": {"alt": "Strips of dots, one a model. The means: leaky {book}`botiot.tuned.leaky.f1|.3f`, three layers {book}`botiot.tuned.three.f1|.3f`, four layers {book}`botiot.tuned.four.f1|.3f`, learned decay {book}`botiot.tuned.decay.f1|.3f`, recurrent {book}`botiot.tuned.recurrent.f1|.3f`, synaptic {book}`botiot.tuned.synaptic.f1|.3f`, alpha {book}`botiot.tuned.alpha.f1|.3f`, Izhikevich {book}`botiot.tuned.izhikevich.f1|.3f`, e-prop {book}`botiot.tuned.eprop.f1|.3f`, STDP {book}`botiot.tuned.stdp.f1|.3f`, dense {book}`botiot.tuned.dense.f1|.3f`, random forest {book}`botiot.tuned.rf.f1|.3f`."}}
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
figure, axis = plt.subplots(figsize=(5.6, 3.8))
for place, values in enumerate(found.values()):
    axis.plot(values, [place] * len(values), "o", color="#0072B2", alpha=0.4)
    axis.plot([values.mean()] * 2, [place - 0.3, place + 0.3], color=figures.PAPER)
titles = [title for title, *_ in TUNED.values()]
axis.set(yticks=range(len(titles)), yticklabels=titles, xlabel="macro F1")
axis.invert_yaxis()
plt.show()

# %% [markdown]
# By the rule as fixed one interval does not hold zero, the forest's, and it goes with the leaf: with one row in a leaf,
# scikit-learn's default, the forest is not told from that network (near the best, above). The
# intervals are wide, since at the rate chosen for the paper's network one seed of five falls far behind. With the smallest value near the best two do not hold zero: the
# synaptic neuron is ahead in every seed, STDP behind in every seed. Of eleven comparisons at this level one may come out by chance; corrected for eleven, the
# synaptic neuron's would still not hold it; STDP's would, and the forest's. At the printed rate, by intervals of the records that
# the table does not show, Izhikevich's neuron is behind the paper's network; alpha and dense are behind in every seed, by intervals that hold zero; synaptic and recurrent neurons, learned decay and three or four layers are
# not told from it.
#
# **Do the local rules add anything?** (Folded above.) STDP does not, as far as five seeds tell: its layer scores no better than the same layer as drawn, with thresholds
# adapted. That layer is worth more than none, by an interval that just leaves zero out: the read-out on the logarithms themselves has {book}`botiot.tuned.reader.f1|.3f`. E-prop
# with the upper layer alone is ahead of layers that are left as drawn in every seed, be they read by the same rule (at the highest of four rates) or by a logistic regression; with both it is not told from that, and
# backpropagation, at its rate, not from none. In the upper layer, where its error comes over the read-out's own weights, e-prop is
# backpropagation here; in the lower one, where it is not, it is not shown to add. So these rows speak neither for nor against it.
#
# The search is noisy: two seeds of a validation fifth hold a handful of scans. Three rates of the paper's network, up to ten times apart,
# score the same on them within a thousandth, so that the fourth digit chose the largest; on another processor these trials moved by a
# hundredth, and it and e-prop got other rates. By half a hundredth the forest got
# eight rows in a leaf, with which it scores far lower on the test. The second choice was added for that, after results had been seen. An
# interval over seeds speaks of the values as chosen, and not of what another search would choose.
