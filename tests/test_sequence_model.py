"""A network that reads the last readings: what it sees, and that it learns a gap."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from lib.methods import sequence_model
from lib.methods.sequence_model import Setting, chances, fit, last_readings
from lib.methods.windows import PAUSE


def test_a_window_ends_at_its_row_and_no_later_row_moves_it():
    values, seconds = np.arange(1.0, 11)[:, None], np.arange(0, 20, 2)
    (found,) = last_readings(values, seconds, np.array([5]), length=3)
    assert found[0].tolist() == [4, 5, 6]
    assert found[1] == pytest.approx(np.log1p([2, 2, 2]))
    changed = values.copy()
    changed[6:] = 99
    (again,) = last_readings(changed, seconds, np.array([5]), length=3)
    assert (found == again).all()


def test_nothing_from_before_the_file_or_a_pause_is_seen():
    values = np.ones((6, 1))
    seconds = np.array([0, 1, 2, 2 + PAUSE + 1, 2 + PAUSE + 2, 2 + PAUSE + 3])
    early, late = last_readings(values, seconds, np.array([1, 4]), length=4)
    assert early[2].tolist() == [0, 0, 1, 1]
    assert late[2].tolist() == [0, 0, 1, 1]
    assert late[1].tolist() == pytest.approx([0, 0, 0, np.log(2)])


def late_readings(seed, rows=3_000):
    random = np.random.default_rng(seed)
    gaps = np.where(random.random(rows) < 0.02, 20, 1)
    seconds = np.cumsum(gaps)
    values = (random.random((rows, 1)) < 0.1).astype(float)
    windows = last_readings(values, seconds, np.arange(rows), length=32)
    return windows, (windows[:, 1].max(axis=1) > 1).astype(int)


def test_it_learns_that_a_long_gap_matters_and_its_seed_decides_all():
    train, watched, test = map(late_readings, (1, 2, 3))
    network, area = fit(train, watched, Setting(8, 0.01), 4, seed=5)
    assert area > 0.95
    given = chances(network, test[0])
    assert average_precision_score(test[1], given) > 0.95
    again, _ = fit(train, watched, Setting(8, 0.01), 4, seed=5)
    assert (chances(again, test[0]) == given).all()


def test_training_stops_once_the_watched_rows_gain_nothing(monkeypatch):
    train, watched = late_readings(1, 300), late_readings(2, 300)
    seen = []
    monkeypatch.setattr(
        sequence_model, "average_precision_score", lambda *_: seen.append(0) or 1 - len(seen)
    )
    fit(train, watched, Setting(4, 0.01), 20, seed=1)
    assert len(seen) == 1 + sequence_model.PATIENCE
