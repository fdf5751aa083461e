"""What the figures show is what they are given."""

import matplotlib
import numpy as np
import pytest

from lib.common.numerals import MINUS, NARROW
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


class TestNumbers:
    @pytest.fixture
    def axis(self):
        import matplotlib.pyplot as plt

        with matplotlib.rc_context():
            figures.use_book_style()
            yield plt.figure().subplots()
        plt.close("all")

    @staticmethod
    def ticks(axis) -> list[str]:
        axis.figure.canvas.draw()
        return [label.get_text().replace(NARROW, "_") for label in axis.get_xticklabels()]

    def test_thousands_stand_apart_and_below_zero_is_a_minus(self, axis):
        axis.plot([-20_000, 10_000], [0, 1])
        shown = self.ticks(axis)
        assert f"{MINUS}20_000" in shown
        assert "10_000" in shown

    def test_a_logarithmic_axis_is_written_out_as_far_as_tables_are(self, axis):
        axis.plot([1e-2, 1e5], [0, 1])
        axis.set_xscale("log")
        assert {"0.01", "1", "1_000", "10_000"} <= set(self.ticks(axis))

    def test_powers_of_ten_too_long_to_write_out_stand_alone(self, axis):
        axis.plot([1e-8, 1e-5], [0, 1])
        axis.set_xscale("log")
        assert {"10⁻⁸", "10⁻⁶"} <= set(self.ticks(axis))

    def test_between_powers_of_ten_the_same_is_written(self, axis):
        axis.plot([1200, 4800], [0, 1])
        axis.set_xscale("log")
        axis.figure.canvas.draw()
        between = [label.get_text().replace(NARROW, "_") for label in axis.get_xminorticklabels()]
        assert "2_000" in between

    def test_digits_behind_the_point_are_left_together(self, axis):
        axis.plot([0.12341, 0.12349], [0, 1])
        assert "0.12344" in self.ticks(axis)

    def test_words_and_dates_keep_their_own(self, axis):
        axis.plot(["one", "two"], [0, 1])
        assert self.ticks(axis) == ["one", "two"]

    def test_a_small_mean_count_is_not_nought(self, axis):
        drawn = figures.draw_confusion(np.array([[12_345.0, 0.2], [0.0, 5.0]]))
        counts = [text.get_text().replace(NARROW, "_") for text in drawn.texts]
        assert counts[:2] == ["12_345\n(100.0_%)", "0.2\n(0.0_%)"]
        assert counts[2].startswith("0\n")
