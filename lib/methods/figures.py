"""The look of the book's figures: one style, one colour and marker a classifier."""

import re
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.scale import LinearScale, LogScale, register_scale
from matplotlib.ticker import LogFormatter, ScalarFormatter
from matplotlib_inline.backend_inline import set_matplotlib_formats

from lib.common.numerals import grouped, tidy

# Name, colour and marker of each classifier, the same in every chapter. The palette is Okabe and
# Ito's, told apart by readers with any colour vision.
LOOKS = {
    "dnn": ("DNN", "#0072B2", "o"),
    "mlp": ("MLP", "#0072B2", "o"),
    "snn": ("SNN", "#0072B2", "o"),
    "dense": ("dense network", "#CC79A7", "v"),
    "dt": ("decision tree", "#009E73", "s"),
    "tree3": ("tree of depth 3", "#009E73", "s"),
    "xgb": ("XGBoost", "#D55E00", "D"),
    "rf": ("random forest", "#D55E00", "D"),
    "lr": ("logistic regression", "#E69F00", "^"),
    "knn": ("nearest neighbours", "#E69F00", "^"),
    "gnb": ("naive Bayes", "#CC79A7", "v"),
    "clock": ("clock only", "#56B4E9", "P"),
    "majority": ("majority class", "#6B6B6B", "|"),
}
NAMES, COLOURS, MARKERS = (
    {classifier: look[place] for classifier, look in LOOKS.items()} for place in range(3)
)
# For the two classes, wherever flows of both are drawn.
NORMAL, ATTACK = "#56B4E9", "#B2182B"
# For BoT-IoT's kinds of traffic; the line's pattern tells them apart without colour.
KINDS = {
    "DoS": {"color": "#0072B2", "linestyle": "-"},
    "DDoS": {"color": "#D55E00", "linestyle": (0, (4, 1.5))},
    "Reconnaissance": {"color": "#009E73", "linestyle": (0, (1, 1))},
}
# For a published value beside the book's own.
PAPER = "#222222"
# What stands before the point of a number from 1 000 on.
THOUSANDS = re.compile(r"(?<![\d.])\d{4,}")


class _Numbers(ScalarFormatter):
    """Ticks as the tables write numbers, with the thousands parted."""

    def __call__(self, value, place=None):
        text = super().__call__(value, place)
        return THOUSANDS.sub(lambda found: grouped(int(found[0])), text)


class _Powers(LogFormatter):
    """Ticks of a logarithmic axis: 0.01, 10 000, and powers of ten where that is too long."""

    def __call__(self, value, place=None):
        text = tidy(f"{value:,.9g}") if super().__call__(value, place) else ""
        return text.removeprefix("1 \N{MULTIPLICATION SIGN} ")


class _Linear(LinearScale):
    def __init__(self):  # a scale that takes its axis is about to be none
        super().__init__()

    def set_default_locators_and_formatters(self, axis: Axis) -> None:
        super().set_default_locators_and_formatters(axis)
        axis.set_major_formatter(_Numbers())


class _Log(LogScale):
    def __init__(self, **settings):
        super().__init__(**settings)

    def set_default_locators_and_formatters(self, axis: Axis) -> None:
        super().set_default_locators_and_formatters(axis)
        axis.set_major_formatter(_Powers(self.base))
        axis.set_minor_formatter(_Powers(self.base, labelOnlyBase=self.subs is not None))


def use_book_style() -> None:
    """Set the book's style for every figure that follows; a notebook's have twice the pixels."""
    plt.style.use(Path(__file__).with_name("book.mplstyle"))
    for scale in (_Linear, _Log):
        register_scale(scale)
    if get_ipython():
        set_matplotlib_formats("retina")


def draw_mean_curve(
    axis: Axes, curves: Sequence[tuple[np.ndarray, np.ndarray]], label: str, **look
) -> None:
    """Draw the mean of several curves over [0, 1], with the band that they all lie in.

    Parameters
    ----------
    curves : sequence of (x, y)
        One a replicate: x does not fall and spans what is drawn; both in [0, 1].
    **look
        Of the line, such as an entry of `KINDS`.
    """
    grid = np.linspace(0, 1, 201)
    heights = np.array([np.interp(grid, x, y) for x, y in curves])
    band = {"color": look["color"], "alpha": 0.15, "linewidth": 0}
    axis.fill_between(grid, heights.min(axis=0), heights.max(axis=0), **band)
    axis.plot(grid, heights.mean(axis=0), label=label, **look)


def draw_confusion(counts: np.ndarray, names: tuple[str, ...] = ("normal", "attack")) -> Axes:
    """Draw a confusion matrix on a figure of its own: counts, and shares of true classes by colour.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (classes, classes): true classes in rows, predicted classes in columns; means
        over replicates may be fractions.
    names : tuple of str
        The classes, in that order.
    """
    share = counts / counts.sum(axis=1, keepdims=True)
    text = np.vectorize(lambda count, part: tidy(f"{_count(count)}\n({part:.1%})"))(counts, share)
    _, axis = plt.subplots(figsize=(1.6 + 1.7 * len(names), 0.6 + 1.6 * len(names)))
    ticks = {"xticklabels": names, "yticklabels": names}
    scale = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "square": True}
    sns.heatmap(share, annot=text, fmt="", ax=axis, **scale, **ticks)
    axis.set(xlabel="predicted class", ylabel="true class")
    return axis


def _count(mean: float) -> str:
    """Return a mean count; of one below ten that is a fraction, a digit behind the point."""
    return f"{mean:.1f}" if mean < 10 and mean % 1 else grouped(mean)
