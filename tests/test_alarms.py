"""Alarms a day and the delay of the first one, on timelines small enough to count by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.methods import alarms


def test_a_minute_counts_once():
    seconds, scores = np.array([0, 10, 59, 60, 125]), np.array([0.9, 0.8, 0.7, 0.1, 0.9])
    assert alarms.minute_peaks(seconds, scores).tolist() == [0.9, 0.1, 0.9]
    raised = alarms.minute_peaks(seconds, scores) > 0.5
    assert alarms.a_day(raised) == pytest.approx(1440 * 2 / 3)


@given(
    scores=st.lists(st.floats(0, 1), min_size=1, max_size=60),
    budget=st.floats(0, 1440),
)
def test_the_threshold_keeps_the_budget_and_no_lower_score_would(scores, budget):
    seconds, scores = np.arange(len(scores)) * 30, np.array(scores)
    threshold = alarms.threshold_for_budget(seconds, scores, budget)
    peaks = alarms.minute_peaks(seconds, scores)
    assert alarms.a_day(peaks > threshold) <= budget + 1e-9
    lower = peaks[peaks < threshold]
    if len(lower):
        assert alarms.a_day(peaks > lower.max()) > budget


def test_a_budget_that_is_just_kept_counts_as_kept():
    seconds, scores = np.arange(27) * 60, np.arange(27.0)
    threshold = alarms.threshold_for_budget(seconds, scores, 25 / 27 * 1440)
    assert (scores > threshold).sum() == 25


def test_attacks_are_split_by_type_and_by_silence():
    seconds = np.array([0, 5, 10, 15, 5000, 5005])
    types = np.array(["ddos", "normal", "ddos", "xss", "ddos", "normal"], dtype=object)
    assert alarms.attacks(seconds, types).tolist() == [0, -1, 0, 2, 1, -1]


def test_normal_rows_between_an_attacks_rows_are_during_it():
    attack = np.array([-1, 0, -1, 0, -1, 1, -1])
    assert alarms.during(attack).tolist() == [False, True, True, True, False, True, False]
    assert not alarms.during(np.array([-1, -1])).any()


def test_delay_runs_from_the_first_row_of_the_attack():
    seconds = np.array([0, 10, 20, 30, 40])
    attack = np.array([0, -1, 0, 0, 1])
    scores = np.array([0.1, 0.9, 0.2, 0.8, 0.1])
    assert alarms.delays(seconds, attack, scores, 0.5).tolist() == [30, np.inf]
    assert alarms.delays(seconds, attack, scores, 0.05).tolist() == [0, 0]


def test_without_attacks_there_is_no_delay():
    seconds, none = np.array([0, 1]), np.array([-1, -1])
    assert len(alarms.delays(seconds, none, np.array([1.0, 1.0]), 0.5)) == 0
    assert alarms.attacks(seconds, np.array(["normal", "normal"], dtype=object)).tolist() == [
        -1,
        -1,
    ]
