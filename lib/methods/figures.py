"""The look of the book's figures: one style, one colour and marker a classifier."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from IPython import get_ipython
from matplotlib.axes import Axes
from matplotlib_inline.backend_inline import set_matplotlib_formats

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


def use_book_style() -> None:
    """Set the book's style for every figure that follows; a notebook's have twice the pixels."""
    plt.style.use(Path(__file__).with_name("book.mplstyle"))
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
    text = np.vectorize(lambda count, part: f"{count:,.0f}\n({part:.1%})")(counts, share)
    _, axis = plt.subplots(figsize=(1.6 + 1.7 * len(names), 0.6 + 1.6 * len(names)))
    ticks = {"xticklabels": names, "yticklabels": names}
    scale = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "square": True}
    sns.heatmap(share, annot=text, fmt="", ax=axis, **scale, **ticks)
    axis.set(xlabel="predicted class", ylabel="true class")
    return axis
