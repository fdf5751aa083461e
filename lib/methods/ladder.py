"""The honesty ladder: one figure shape for every chapter's audit.

Rung 0 is the protocol as printed; each further rung takes one advantage away.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from lib.methods.figures import COLOURS, MARKERS, NAMES
from lib.methods.intervals import prediction_interval


def summarize(scores: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return mean and 95 % prediction interval for each rung and classifier."""
    rows = []
    for (rung, classifier), group in scores.groupby(["rung", "classifier"], sort=False):
        values = group[metric].to_numpy()
        few = len(values) < 3  # no interval to speak of: the values themselves
        spread = (values.min(), values.max()) if few else prediction_interval(values)
        rows.append((rung, classifier, group[metric].mean(), *spread))
    return pd.DataFrame(rows, columns=["rung", "classifier", "mean", "low", "high"])


def draw(
    scores: pd.DataFrame,
    metric: str,
    label: str,
    titles: Mapping[str, str],
    limits: tuple[float, float] = (0, 1),
    published: Mapping[str, float] | None = None,
) -> Figure:
    """Draw the ladder: rungs from top to bottom, the score from left to right.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row a replicate, with columns ``rung``, ``classifier`` and the metric.
    metric, label : str
        The column to draw, and the axis label with its unit.
    titles : mapping of str to str
        Rung to the line that is printed beside it, in climbing order.
    limits : tuple of float
        The score axis; clipped to the metric's own range.
    published : mapping of str to float, optional
        Classifier to the paper's value, drawn on the first rung.

    Returns
    -------
    matplotlib.figure.Figure
        Points are means over the replicates, bars the interval for one more run.
    """
    figure, axis = plt.subplots(figsize=(5.6, 1.9 + 0.95 * len(titles)))
    _draw_axis(axis, scores, metric, label, titles, limits, published)
    _add_legend(figure, axis, bool(published))
    return figure


def draw_panels(
    scores: Mapping[str, pd.DataFrame],
    metric: str,
    label: str,
    titles: Mapping[str, str],
    limits: tuple[float, float] = (0, 1),
    published: Mapping[str, Mapping[str, float]] | None = None,
) -> Figure:
    """Draw one ladder a panel, one below the other, with one legend for all.

    Parameters
    ----------
    scores : mapping of str to pandas.DataFrame
        The title of each panel and its scores, as `draw` takes them.
    metric, label, titles, limits
        As for `draw`, the same in all panels.
    published : mapping of str to mapping, optional
        A panel's title to what `draw` takes.

    Returns
    -------
    matplotlib.figure.Figure
        Panels share the score axis; each names its rungs.
    """
    size = (5.6, 1.1 + (0.5 + 0.72 * len(titles)) * len(scores))
    figure, axes = plt.subplots(len(scores), 1, figsize=size, sharex=True, squeeze=False)
    for axis, (title, own) in zip(axes.flat, scores.items(), strict=True):
        known = (published or {}).get(title)
        _draw_axis(axis, own, metric, "", titles, limits, known)
        axis.set_title(title, weight="bold", size="large")
    figure.supxlabel(label)
    _add_legend(figure, axes.flat[0], bool(published))
    return figure


def _draw_axis(axis, scores, metric, label, titles, limits, published) -> None:
    summary = summarize(scores, metric)
    classifiers = list(summary["classifier"].unique())
    for position, classifier in enumerate(classifiers):
        rows = summary[summary["classifier"] == classifier].set_index("rung").reindex(titles)
        # The upper part of a rung's band holds its title.
        offset = 0.62 * (position / max(len(classifiers) - 1, 1)) - 0.2
        _draw_classifier(axis, rows, classifier, offset, limits)
        if published and classifier in published:
            axis.plot(published[classifier], offset, "x", color=COLOURS[classifier], mew=2.2)
    _label_rungs(axis, titles, label, limits)


def _draw_classifier(axis, rows, classifier, offset, limits) -> None:
    heights = [rung + offset for rung in range(len(rows))]
    low, high = (rows[end].clip(*limits) for end in ("low", "high"))
    axis.hlines(heights, low, high, color=COLOURS[classifier], linewidth=2)
    look = {"color": COLOURS[classifier], "mew": 2 if classifier == "majority" else 1}
    axis.plot(rows["mean"], heights, MARKERS[classifier], label=NAMES[classifier], **look)


def _label_rungs(axis, titles: Mapping[str, str], label: str, limits: Sequence[float]) -> None:
    # Titles stand above their points, not beside them: on a phone the points need the width.
    margin = 0.012 * (limits[1] - limits[0])
    for rung, title in enumerate(titles.values()):
        text = f"{rung}  {title}" if len(titles) > 1 else title
        axis.text(limits[0] + margin, rung - 0.36, text, va="center", weight="bold")
    axis.set_yticks([])
    axis.set_ylim(len(titles) - 0.5, -0.5)
    for boundary in range(1, len(titles)):
        axis.axhline(boundary - 0.5, color="#999999", linewidth=0.8)
    axis.spines["left"].set_visible(False)
    axis.set_xlim(limits[0] - margin, limits[1] + margin)
    axis.set_xlabel(label)


def _add_legend(figure, axis, with_published: bool) -> None:
    if with_published:
        axis.plot([], [], "x", color="#222222", mew=2.2, label="printed in the paper")
    handles, labels = axis.get_legend_handles_labels()
    narrow = {"handlelength": 1, "handletextpad": 0.5, "columnspacing": 1.2}
    figure.legend(handles, labels, loc="outside upper center", ncols=3, **narrow)
