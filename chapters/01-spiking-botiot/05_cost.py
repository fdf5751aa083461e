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
# # Appendix: what training costs
#
# :::{admonition} Finding
# :class: finding
# On the machine that published this page, one epoch of the paper's largest setting takes snntorch
# {book}`botiot.cost.snntorch.alone.seconds_ratio|.1f` times as long as the book's compiled loops,
# and {book}`botiot.cost.snntorch.stacked.seconds_ratio|.1f` times as long as each of ten networks
# that are trained together. Both ways compute the same network. This is what makes ten seeds of
# every setting affordable.
# :::
#
# A score of a network is a draw: another seed gives another score. To say how far two scores must lie
# apart to mean something, each setting is trained ten times. The paper reports
# {published}`botiot.table_v.10000_240.training_seconds` seconds of training for its largest
# network. This page shows what makes a run cheap enough to repeat, and how its cost grows.

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

flows = botiot.load("flows")
recorder = Recorder("01-spiking-botiot/05_cost", flows, profile, seed, replicates)
run_banner(flows, profile, seed, replicates)

# %% [markdown]
# ## The rows
#
# How many neurons spike depends on what the network is shown, and so does the cost. The rows here are
# of the full set, at the {term}`natural mix`, standardised, and drawn as often as needed.

# %%
import numpy as np
from sklearn.preprocessing import StandardScaler

table = botiot.paper_table(flows)
mixed = botiot.natural_mix(table.subcategories, 1000, seed)
currents = StandardScaler().fit_transform(table.features.to_numpy()[mixed])
labels = table.labels[mixed]

# %% tags=["method"]
from lib.methods.spiking import SpikingTask

LARGEST = {"full": 8_000, "quick": 300}[profile]


def task(rows, one):
    chosen = np.random.default_rng(one).integers(0, len(labels), rows)
    return SpikingTask(currents[chosen].astype(np.float32), labels[chosen], one)


# %% [markdown]
# ## The same network
#
# `SpikingClassifier` is the network in a few lines of PyTorch, and `lib/methods/spiking/fused.py`
# holds the same arithmetic as compiled loops. Both are tested against snntorch. Here is the
# comparison on these rows: the loss of the first 50 updates, trained by snntorch's own loop
# and by ours, in double precision.

# %%
import torch
from lib.methods.spiking import SpikingSettings, train_snntorch, train_stacked

short = SpikingSettings(epochs=5)
one = task(1_000, seed)
ours = train_stacked([one], short, device="cpu", dtype=torch.float64)
theirs = train_snntorch(one, short, dtype=torch.float64)
difference = np.abs(ours.update_loss - theirs.update_loss).max()
print(f"largest difference of a loss over 50 updates: {difference:.0e}")

# %% [markdown]
# In single precision, in which everything else runs, the losses agree as well until one
# {term}`membrane potential` comes within rounding of the threshold. Then a neuron spikes in one run
# and not in the other, and from there the two are different runs of the same experiment.
#
# ## Three savings
#
# A spiking network is usually trained as any other: ten time steps, each a few calls of a library,
# forward and backward. Most calls are small, and much of the time goes into making them. The compiled
# loops use what is special here.
#
# * **The layers hear each other in one direction.** The second layer needs the first one's spikes,
#   never the other way round. So all time steps of the first layer come first, and what its spikes
#   send on is one large matrix product over rows and steps instead of many small ones.
# * **The input is constant.** As we read the paper, it shows the same numbers at every step. The
#   first layer's input current is computed once, not ten times.
# * **Networks are independent.** One processor core takes one network through a whole epoch, and
#   the next core the next network. So a network ends with the same weights, bit by bit, in whatever
#   company it was trained.
#
# One saving is not taken. A spike is 0 or 1, so a product of spikes and weights is the sum of the
# weights of those neurons that spiked, and the others need not be visited. These loops multiply all
# the same.

# %% tags=["hide-input"] caption="Neurons and steps with a spike in one network."
import pandas as pd

shown = torch.as_tensor(one.features)
EPOCHS = {"full": 100, "quick": 2}[profile]


def spiking_shares(epochs):
    trained = train_stacked([one], short.but(epochs=epochs), device="cpu")
    spikes = trained.networks[0].trace(shown).spikes
    return [float(layer.detach().mean()) for layer in spikes]


shares = {f"after epoch {count}": spiking_shares(count) for count in (1, EPOCHS)}
spiking = pd.DataFrame(shares, index=["first layer", "second layer"])
spiking.map("{:.0%} of neurons and steps".format)

# %% [markdown]
# ## Side by side
#
# Each round times all three ways in turn, so that a change in the machine's speed meets them alike; how many times as fast is taken within a round, and averaged. The last column sets a scale: the operations of the dense
# matrix products, divided by the time, as a share of the speed that a matrix product of this shape
# reaches in the same round. It is a scale and no bound: where it passes the whole, the products of the scale paid
# for calls and memory that those of the loops did not, or other work slowed it; the cause was not sought. The times are those of
# the threads that this run had, which the page on the environment names: with one, a network costs about the same alone and among ten; each further thread takes a network of its own.

# %%
from time import perf_counter

from lib.methods.spiking.products import matrix_product_speed, spiking_products

ROUNDS = {"full": 5, "quick": 2}[profile]
PAPER = SpikingSettings(epochs=1)


def seconds(train, *given):
    start = perf_counter()
    train(*given)
    return perf_counter() - start


# %%
stack = [task(LARGEST, number) for number in range(seed, seed + 10)]
train_stacked(
    stack[:2], PAPER, "cpu"
)  # Compiles the loops, unless that was done before.
rounds = pd.DataFrame(
    {
        "snntorch": seconds(train_snntorch, stack[0], PAPER),
        "alone": seconds(train_stacked, stack[:1], PAPER, "cpu"),
        "stacked": seconds(train_stacked, stack, PAPER, "cpu") / len(stack),
        "products": matrix_product_speed(PAPER.layer),
    }
    for _ in range(ROUNDS)
)

# %%
for way in ("alone", "stacked"):
    recorder.add(
        f"botiot.cost.snntorch.{way}.seconds_ratio",
        (rounds["snntorch"] / rounds[way]).tolist(),
        protocol="seconds of snntorch's loop over seconds of the compiled loops",
        timed=True,
    )
recorder.save()

# %% tags=["hide-input", "times"] caption="One epoch in three ways, five rounds: median seconds, mean times as fast, median share of dense speed."
WAYS = {
    "snntorch": "snntorch, one network",
    "alone": "compiled, one network",
    "stacked": "compiled, each of ten",
}
dense = spiking_products(PAPER, LARGEST)
speed = {way: rounds["snntorch"] / rounds[way] for way in WAYS}
reached = {way: dense / rounds[way] / rounds["products"] for way in WAYS}
columns = {
    "seconds an epoch": [f"{rounds[way].median():.3f}" for way in WAYS],
    "times as fast": [f"{speed[way].mean():.1f}" for way in WAYS],
    "of dense speed": [f"{reached[way].median():.0%}" for way in WAYS],
}
pd.DataFrame(columns, index=list(WAYS.values()))

# %% [markdown]
# ## How the cost grows
#
# One quantity changes at a time. The others stay at the paper's largest network, on a quarter of its
# samples.

# %%
SIZES = {
    "samples": [LARGEST // 16, LARGEST // 8, LARGEST // 4, LARGEST // 2, LARGEST],
    "hidden": [20, 72, 120, 240, 480],
    "steps": [5, 10, 20, 40],
    "replicates": [1, 2, 5, 10, 20],
}
if profile == "quick":
    SIZES = {name: values[:2] for name, values in SIZES.items()}


# %%
def measured(name, value):
    rows = value if name == "samples" else LARGEST // 4
    settings = PAPER.but(**{name: value} if name in ("hidden", "steps") else {})
    count = value if name == "replicates" else 1
    tasks = [task(rows, number) for number in range(count)]
    row = {"quantity": name, "value": value}
    twice = [seconds(train_stacked, tasks, settings, "cpu") for _ in range(2)]
    plain = seconds(train_snntorch, tasks[0], settings)
    return row | {"compiled": min(twice), "snntorch": plain * count}


costs = pd.DataFrame(
    [measured(name, value) for name, values in SIZES.items() for value in values]
)

# %%
from lib.common.numerals import grouped

AXES = {"hidden": "hidden neurons", "steps": "time steps", "replicates": "networks"}
STYLES = {"snntorch": ("#6B6B6B", "s"), "compiled": ("#0072B2", "o")}


def draw_cost(axis, name, own):
    for way, (colour, marker) in STYLES.items():
        axis.plot(own["value"], own[way], color=colour, marker=marker, label=way)
    axis.set(xscale="log", yscale="log", xlabel=AXES.get(name, name))
    axis.set_xticks(own["value"], [grouped(n) for n in own["value"]])
    axis.minorticks_off()


# %% tags=["lead", "hide-input"] mystnb={"figure": {"caption": "Seconds of one epoch against samples, hidden neurons, time steps and networks, on logarithmic axes. For several networks, snntorch's time is that of one, multiplied.", "name": "fig-botiot-cost"}, "image": {"alt": "Four panels with two lines each. The line of snntorch lies above the line of the compiled loops in every panel; in the table above, from other runs, at the paper's largest setting, snntorch takes {book}`botiot.cost.snntorch.alone.seconds_ratio|.1f` times as long. Both rise with samples, time steps and networks. With neurons, the line of snntorch is nearly flat at first and the compiled line rises from the start."}}
import matplotlib.pyplot as plt
from lib.methods import figures

figures.use_book_style()
figure, axes = plt.subplots(2, 2, figsize=(5.6, 5.6), sharey=True)
panels = costs.groupby("quantity", sort=False)
for axis, (name, own) in zip(axes.flat, panels, strict=True):
    draw_cost(axis, name, own)
axes[0, 0].legend()
figure.supylabel("seconds of one epoch")
plt.show()

# %% [markdown]
# ## What was learnt
#
# * The compiled loops compute what snntorch computes, and a network does not depend on what is
#   trained beside it.
# * Cost of the compiled loops grows with networks about in proportion, with samples and time steps somewhat less. Twelve times the neurons cost snntorch less than twice the time: much of
#   it goes into calls, not into arithmetic. The paper's own training times behave alike: they fall
#   far less than its neuron counts.
# * Training as it is done here gains nothing from silent neurons: all are multiplied. What silence
#   is worth when single rows are decided on, and on other hardware, the [page
#   before](04_beyond.ipynb) asks.
