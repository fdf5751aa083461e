"""The ladder has the same shape in every chapter."""

import matplotlib as mpl

mpl.use("Agg")
import numpy as np
import pandas as pd
import pytest

from lib.methods import figures, ladder
from lib.methods.intervals import prediction_interval

TITLES = {"printed": "as printed", "honest": "honest"}


@pytest.fixture
def scores():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {"rung": rung, "classifier": name, "f1": value}
        for rung, level in (("printed", 0.95), ("honest", 0.6))
        for name in ("dt", "lr", "majority")
        for value in level + 0.01 * random.standard_normal(6)
    )


def test_summary_is_mean_and_prediction_interval(scores):
    row = ladder.summarize(scores, "f1").iloc[0]
    values = scores["f1"].iloc[:6]
    assert (row["rung"], row["classifier"]) == ("printed", "dt")
    assert row["mean"] == pytest.approx(values.mean())
    assert (row["low"], row["high"]) == pytest.approx(tuple(prediction_interval(values)))


def test_two_replicates_show_their_extremes(scores):
    few = scores.groupby(["rung", "classifier"]).head(2)
    row = ladder.summarize(few, "f1").iloc[0]
    assert {row["low"], row["high"]} == set(few["f1"].iloc[:2])


def test_rungs_stand_in_climbing_order_with_one_point_a_classifier(scores):
    axis = ladder.draw(scores, "f1", "F1", TITLES).axes[0]
    assert [text.get_text() for text in axis.texts] == ["0  as printed", "1  honest"]
    heights = [text.get_position()[1] for text in axis.texts]
    assert heights == sorted(heights)
    labels = [line.get_label() for line in axis.lines if not line.get_label().startswith("_")]
    assert labels == [figures.NAMES[name] for name in ("dt", "lr", "majority")]
    assert axis.yaxis_inverted()


def test_published_values_are_crosses_on_the_first_rung(scores):
    axis = ladder.draw(scores, "f1", "F1", TITLES, published={"dt": 0.99}).axes[0]
    crosses = [line for line in axis.lines if line.get_marker() == "x" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in crosses] == [0.99]
    assert abs(crosses[0].get_ydata()[0]) < 0.5


def test_panels_share_rungs_and_legend(scores):
    devices = {"fridge": scores, "door": scores, "light": scores}
    figure = ladder.draw_panels(devices, "f1", "F1", TITLES, published={"door": {"dt": 0.99}})
    shown = [axis for axis in figure.axes if axis.get_visible()]
    assert [axis.get_title(loc="left") or axis.get_title() for axis in shown] == list(devices)
    for axis in shown:
        assert [text.get_text() for text in axis.texts] == ["0  as printed", "1  honest"]
    crosses = [
        sum(line.get_marker() == "x" and len(line.get_xdata()) for line in axis.lines)
        for axis in shown
    ]
    assert crosses == [0, 1, 0]
    assert len(figure.legends) == 1
    assert figure.get_supxlabel() == "F1"


def test_every_classifier_has_a_colour_a_marker_and_a_name():
    assert set(figures.COLOURS) == set(figures.MARKERS) == set(figures.NAMES)
