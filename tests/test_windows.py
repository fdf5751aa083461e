"""Windowed features: what they hold, and that no later row can move them."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.methods.windows import (
    PAUSE,
    distinct_values,
    tempo_windows,
    value_windows,
)

# Gaps of zero make rows of one second, long ones make pauses of the recording.
GAPS = st.one_of(st.integers(0, 3), st.integers(0, 2 * PAUSE))
ROWS = st.lists(st.tuples(GAPS, st.integers(0, 3), st.integers(-2, 2)), min_size=1, max_size=40)


def features_of(rows):
    gaps, first, second = (np.array(column) for column in zip(*rows, strict=True))
    readings = pd.DataFrame({"temperature": first, "door": second})
    seconds, lengths = np.cumsum(gaps), ((1, 3, 7), (1, 10, 700))
    return pd.concat(
        [value_windows(readings, seconds, *lengths), tempo_windows(seconds, *lengths)], axis=1
    )


@settings(deadline=None)
@given(rows=ROWS, data=st.data())
def test_a_later_row_never_changes_an_earlier_rows_features(rows, data):
    kept = data.draw(st.integers(1, len(rows)))
    other_future = data.draw(st.one_of(st.just([]), ROWS))
    expected = features_of(rows).iloc[:kept]
    found = features_of(rows[:kept] + other_future).iloc[:kept]
    pd.testing.assert_frame_equal(found, expected, check_exact=True)


@settings(deadline=None)
@given(rows=ROWS)
def test_every_feature_equals_the_plain_loop(rows):
    features = features_of(rows)
    gaps, values, _ = (np.array(column) for column in zip(*rows, strict=True))
    seconds = np.cumsum(gaps)
    for row in range(len(rows)):
        session = max([0] + [i for i in range(1, row + 1) if seconds[i] - seconds[i - 1] > PAUSE])
        inside = [i for i in range(session, row + 1) if i > row - 3]
        assert features["temperature mean, 3 readings"][row] == pytest.approx(values[inside].mean())
        assert features["temperature distinct, 3 readings"][row] == len(set(values[inside]))
        inside = [i for i in range(session, row + 1) if seconds[i] > seconds[row] - 10]
        changed = [i for i in inside if i > session and values[i] != values[i - 1]]
        late = [seconds[i] - seconds[i - 1] if i > session else 0 for i in inside]
        assert features["rows, 10 s"][row] == len(inside)
        assert features["temperature changes, 10 s"][row] == len(changed)
        assert features["gap largest, 10 s"][row] == max(late)
        assert features["gap mean, 10 s"][row] == pytest.approx(np.mean(late))


def test_windows_begin_anew_after_a_pause():
    seconds = np.array([0, 5, 10, 10 + PAUSE + 1, 10 + PAUSE + 6])
    tempo = tempo_windows(seconds, (3,), (2 * PAUSE,))
    assert tempo["gap"].tolist() == [0, 5, 5, 0, 5]
    assert tempo[f"rows, {2 * PAUSE} s"].tolist() == [1, 2, 3, 1, 2]


def test_changes_and_time_without_change():
    readings = pd.DataFrame({"door": [0, 0, 1, 1, 1, 0]})
    values = value_windows(readings, np.arange(6), (4,), ())
    assert values["door delta"].tolist() == [0, 0, 1, 0, 0, -1]
    assert values["door unchanged"].tolist() == [0, 1, 0, 1, 2, 0]
    assert values["door changes, 4 readings"].tolist() == [0, 0, 1, 1, 1, 2]


def test_index_of_the_readings_is_kept():
    readings = pd.DataFrame({"door": [0.0, 1.0]}, index=[7, 3])
    features = value_windows(readings, np.array([0, 1]))
    assert features.index.tolist() == [7, 3]
    assert features.notna().all(axis=None)


def test_distinct_values_of_a_window_that_moves():
    values = np.array([5, 5, 6, 7, 5])
    assert distinct_values(values, np.array([0, 0, 1, 2, 2])).tolist() == [1, 1, 2, 2, 3]


def test_missing_values_are_one_value_of_their_own():
    values = np.array([1, np.nan, 2, np.nan])
    assert distinct_values(values, np.zeros(4, dtype=int)).tolist() == [1, 2, 3, 3]


def test_no_rows_give_no_features():
    assert len(value_windows(pd.DataFrame({"door": []}, dtype=float), np.array([]))) == 0
    assert len(tempo_windows(np.array([]))) == 0


def test_rows_out_of_order_are_refused():
    with pytest.raises(ValueError, match="row 2 is earlier"):
        value_windows(pd.DataFrame({"door": [0, 0, 0]}), np.array([0, 5, 4]))


def test_other_number_of_times_is_refused():
    with pytest.raises(ValueError, match="2 readings have 3 times"):
        value_windows(pd.DataFrame({"door": [0, 0]}), np.array([0, 1, 2]))


def test_full_size_file_takes_seconds():
    generator = np.random.default_rng(1)
    readings = pd.DataFrame({"door": generator.integers(0, 2, 600_000)})
    seconds = np.cumsum(generator.integers(0, 5, 600_000))
    started = time.process_time()
    value_windows(readings, seconds)
    tempo_windows(seconds)
    assert time.process_time() - started < 20
