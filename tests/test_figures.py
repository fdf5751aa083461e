"""What the figures show is what they are given."""

import matplotlib
import numpy as np
import pytest

from lib.methods import figures
from lib.papers import botiot

matplotlib.use("agg")


@pytest.fixture
def axis():
    import matplotlib.pyplot as plt

    yield plt.figure().subplots()
    plt.close("all")


class TestMeanCurve:
    LOW, HIGH = (np.array([0, 1]), np.array([0, 0.5])), (np.array([0, 1]), np.array([0.4, 1]))

    def test_the_line_is_the_mean_and_the_band_spans_all(self, axis):
        figures.draw_mean_curve(axis, [self.LOW, self.HIGH], "two", color="black")
        x, y = axis.lines[0].get_data()
        assert y[x == 0] == pytest.approx(0.2)
        assert y[x == 1] == pytest.approx(0.75)
        ends = axis.collections[0].get_paths()[0].vertices[:, 1]
        assert (ends.min(), ends.max()) == (0, 1)

    def test_curves_with_other_points_are_brought_together(self, axis):
        bent = (np.array([0, 0.5, 1]), np.array([0, 0.25, 0.5]))
        figures.draw_mean_curve(axis, [self.LOW, bent], "same", color="black")
        assert axis.lines[0].get_ydata() == pytest.approx(np.linspace(0, 0.5, 201))


def test_every_classifier_has_a_colour_a_marker_and_a_name():
    assert figures.COLOURS.keys() == figures.MARKERS.keys() == figures.NAMES.keys()


def test_the_classes_of_the_spiking_chapter_differ_in_colour_and_in_line():
    looks = [figures.KINDS[name] for name in botiot.CLASSES]
    assert len({look["color"] for look in looks}) == len(looks)
    assert len({str(look["linestyle"]) for look in looks}) == len(looks)
