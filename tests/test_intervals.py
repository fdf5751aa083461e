"""Prediction intervals cover what they promise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lib.methods.intervals import (
    Interval,
    mean_interval,
    prediction_interval,
)


def test_interval_covers_the_next_draw_as_often_as_promised():
    draws = np.random.default_rng(2022).normal(0.9, 0.02, size=(4000, 11))
    inside = [prediction_interval(row[:10]).contains(row[10]) for row in draws]
    # Standard error of the share is 0.0034; four of them on either side.
    assert np.mean(inside) == pytest.approx(0.95, abs=0.014)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_interval_agrees_with_students_distribution(values):
    interval = prediction_interval(values)
    spread = np.std(values, ddof=1) * np.sqrt(1 + 1 / len(values))
    low, high = stats.t.interval(0.95, len(values) - 1, loc=np.mean(values), scale=1)
    centre = np.mean(values)
    assert interval.high - centre == pytest.approx((high - centre) * spread, abs=1e-9, rel=1e-9)
    assert centre - interval.low == pytest.approx((centre - low) * spread, abs=1e-9, rel=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_the_interval_for_the_mean_is_that_of_students_test(values):
    error = np.std(values, ddof=1) / np.sqrt(len(values))
    reach = stats.t.ppf(0.975, len(values) - 1) * error
    expected = (np.mean(values) - reach, np.mean(values) + reach)
    assert mean_interval(values) == pytest.approx(expected, abs=1e-9, rel=1e-9)


def test_equal_values_give_an_interval_without_width():
    assert prediction_interval([0.5, 0.5, 0.5]) == Interval(0.5, 0.5)


def test_widening_and_clipping():
    interval = Interval(0.98, 1.03).widened(0.01).clipped(0.0, 1.0)
    assert interval == pytest.approx((0.97, 1.0))
    assert Interval(1.2, 1.3).clipped(0.0, 1.0) == (1.0, 1.0)


@pytest.mark.parametrize("values", [[], [0.5], [[0.5, 0.6]]])
def test_too_few_values_are_refused(values):
    with pytest.raises(ValueError, match="at least two"):
        prediction_interval(values)


@pytest.mark.parametrize("coverage", [0.0, 1.0])
def test_a_coverage_out_of_range_is_refused(coverage):
    with pytest.raises(ValueError, match="not between 0 and 1"):
        prediction_interval([0.5, 0.6], coverage)
