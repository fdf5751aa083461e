"""The look of the book's figures: one style, one colour and marker a classifier."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes

# Okabe and Ito's palette, told apart by readers with any colour vision; each classifier
# keeps its colour and its marker in every chapter.
COLOURS = {
    "dnn": "#0072B2",
    "mlp": "#0072B2",
    "snn": "#0072B2",
    "dt": "#009E73",
    "xgb": "#D55E00",
    "rf": "#D55E00",
    "lr": "#E69F00",
    "knn": "#E69F00",
    "gnb": "#CC79A7",
    "clock": "#56B4E9",
    "majority": "#6B6B6B",
}
MARKERS = {
    "dnn": "o",
    "mlp": "o",
    "snn": "o",
    "dt": "s",
    "xgb": "D",
    "rf": "D",
    "lr": "^",
    "knn": "^",
    "gnb": "v",
    "clock": "P",
    "majority": "|",
}
NAMES = {
    "dnn": "DNN",
    "mlp": "MLP",
    "snn": "SNN",
    "dt": "decision tree",
    "xgb": "XGBoost",
    "rf": "random forest",
    "lr": "logistic regression",
    "knn": "nearest neighbours",
    "gnb": "naive Bayes",
    "clock": "clock only",
    "majority": "majority class",
}
# For the two classes, wherever flows of both are drawn.
NORMAL, ATTACK = "#56B4E9", "#B2182B"
# For a published value beside the book's own.
PAPER = "#222222"


def use_book_style() -> None:
    """Set the book's style for every figure that follows."""
    plt.style.use(Path(__file__).with_name("book.mplstyle"))


def draw_confusion(counts: np.ndarray, names: tuple[str, ...] = ("normal", "attack")) -> Axes:
    """Draw a confusion matrix: counts, and the share of each true class by colour.

    Parameters
    ----------
    counts : numpy.ndarray
        Shape (classes, classes): true classes in rows, predicted classes in columns; means
        over replicates may be fractions.
    names : tuple of str
        The classes, in that order.

    Returns
    -------
    matplotlib.axes.Axes
        On a figure of its own.
    """
    share = counts / counts.sum(axis=1, keepdims=True)
    text = np.vectorize(lambda count, part: f"{count:,.0f}\n({part:.1%})")(counts, share)
    _, axis = plt.subplots(figsize=(1.6 + 1.7 * len(names), 0.6 + 1.6 * len(names)))
    ticks = {"xticklabels": names, "yticklabels": names}
    scale = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "square": True}
    sns.heatmap(share, annot=text, fmt="", ax=axis, **scale, **ticks)
    axis.set(xlabel="predicted class", ylabel="true class")
    return axis
