"""Chapter 2's protocols keep the promise of their names: days, types, copies, the clock."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from lib.methods.clock import clock_chances
from lib.methods.splits import (
    first_test_moment,
    identical_rows,
    sample_moments,
    scaled_split,
    split_blocks,
    split_latest,
    split_rows,
    split_types,
    with_smote,
)
from lib.papers import toniot

SHARE = 0.2


@pytest.fixture(scope="module", params=toniot.DEVICES)
def table(request):
    return toniot.paper_table(toniot.load(request.param), cleaned=True)


def day(text):
    return np.datetime64(text, "D")


def test_identical_rows_share_a_number():
    frame = pd.DataFrame({"a": [1.0, 2.0, 1.0, 1.0], "b": [0.0, 0.0, 0.0, 5.0]})
    numbers = identical_rows(frame)
    assert numbers[0] == numbers[2]
    assert len(set(numbers)) == 3


def test_a_random_split_shares_copies_and_a_split_by_row_does_not(table):
    rows = identical_rows(table.features)
    train, test = split_rows(np.arange(len(rows)), table.labels, 1, SHARE)
    if len(np.unique(rows)) < len(rows):
        assert np.isin(rows[test], rows[train]).any()
    train, test = split_blocks(rows, 1, SHARE)
    assert not np.isin(rows[test], rows[train]).any()
    assert len(train) + len(test) == len(rows)


def test_the_first_test_moment_is_the_one_nearest_to_the_share():
    days = np.repeat([day("2019-04-01"), day("2019-04-02"), day("2019-04-05")], [60, 22, 18])
    assert first_test_moment(days, 0.2, "normal") == day("2019-04-05")
    assert first_test_moment(days, 0.4, "normal") == day("2019-04-02")
    # The first day always trains, however large the wanted share.
    assert first_test_moment(days, 0.99, "normal") == day("2019-04-02")


def test_one_day_cannot_be_split():
    with pytest.raises(ValueError, match="5 rows of stratum normal are of one moment"):
        first_test_moment(np.repeat(day("2019-04-01"), 5), 0.2, "normal")


def test_each_class_is_tested_on_its_own_latest_days(table):
    train, test = split_latest(table.days, table.labels, SHARE)
    assert len(train) + len(test) == len(table.labels)
    for label in (0, 1):
        trained = table.days[train[table.labels[train] == label]]
        tested = table.days[test[table.labels[test] == label]]
        assert len(trained)
        assert len(tested)
        assert trained.max() < tested.min()


def test_the_held_out_type_is_tested_alone(table):
    for held_out in set(table.types) - {"normal"}:
        train, test = split_types(table.types, table.days, held_out, SHARE)
        assert held_out not in table.types[train]
        assert set(table.types[test]) == {held_out, "normal"}
        assert (table.types[test] == held_out).sum() == (table.types == held_out).sum()
        assert table.labels[train].min() == 0
        assert table.labels[train].max() == 1
        normal = table.types == "normal"
        assert table.days[train][normal[train]].max() < table.days[test][normal[test]].min()
        assert len(train) + len(test) == len(table.types)


@pytest.mark.parametrize("held_out", ["flood", "normal"])
def test_a_type_that_is_not_there_cannot_be_held_out(held_out):
    types = np.array(["normal", "xss", "ddos", "normal"])
    days = np.array([day("2019-04-01"), day("2019-04-01"), day("2019-04-02"), day("2019-04-02")])
    with pytest.raises(ValueError, match="cannot hold out"):
        split_types(types, days, held_out)


def test_the_only_type_cannot_be_held_out():
    days = np.array([day("2019-04-01"), day("2019-04-02"), day("2019-04-02")])
    with pytest.raises(ValueError, match="cannot hold out"):
        split_types(np.array(["normal", "normal", "attack"]), days, "attack")


def test_a_sample_keeps_whole_moments_and_the_shares_of_types(table):
    rows = sample_moments(table.moments, table.types, 4000, seed=3, at_least=0)
    assert len(np.unique(rows)) == len(rows)
    assert len(rows) == pytest.approx(4000, abs=150 * len(set(table.types)))
    keys = pd.Series(table.moments.astype(str).to_numpy() + table.types)
    outside = np.setdiff1d(np.arange(len(table.types)), rows)
    assert not set(keys[rows]) & set(keys[outside])
    drawn = pd.Series(table.types[rows]).value_counts(normalize=True)
    whole = pd.Series(table.types).value_counts(normalize=True)
    assert drawn["normal"] == pytest.approx(whole["normal"], abs=0.04)


def test_small_types_are_not_lost_in_a_sample():
    types = np.array(["normal"] * 950 + ["xss"] * 50, dtype=object)
    moments = pd.Series(pd.Timestamp("2019-04-01") + pd.to_timedelta(np.arange(1000), unit="s"))
    rows = sample_moments(moments, types, 100, seed=0, at_least=40)
    assert (types[rows] == "xss").sum() == 40
    rows = sample_moments(moments, types, 100, seed=0, at_least=200)
    assert (types[rows] == "xss").sum() == 50


def test_a_small_file_is_taken_whole():
    moments = pd.Series(pd.to_datetime(["2019-04-01"] * 3))
    rows = sample_moments(moments, np.array(["normal", "xss", "xss"]), 10, seed=0)
    np.testing.assert_array_equal(rows, [0, 1, 2])


def test_seeds_decide_sample_and_split(table):
    first, again, other = (sample_moments(table.moments, table.types, 3000, s) for s in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or (first != other).any()


def test_smote_fills_training_rows_only(table):
    spread = np.linspace(0, len(table.labels) - 1, 2000).astype(int)
    features, labels = table.features.to_numpy()[spread], table.labels[spread]
    rows = split_rows(np.arange(2000), labels, 1, SHARE)
    plain = scaled_split(features, labels, rows, 1, scaler=StandardScaler)
    filled = with_smote(plain)
    normal, attack = np.bincount(filled.train_labels)
    assert normal == attack == np.bincount(plain.train_labels).max()
    np.testing.assert_array_equal(filled.test_features, plain.test_features)
    np.testing.assert_array_equal(
        filled.train_features[: len(plain.train_labels)], plain.train_features
    )


def test_the_clock_remembers_stretches_and_guesses_elsewhere():
    trained = pd.Series(
        pd.to_datetime(["2019-04-01 10:01", "2019-04-02 10:02", "2019-04-02 23:59"])
    )
    asked = pd.Series(pd.to_datetime(["2019-04-01 10:14", "2019-04-02 10:00", "2019-04-03 10:00"]))
    labels = np.array([0, 1, 1])
    np.testing.assert_allclose(clock_chances(trained, labels, asked), [0, 1, 2 / 3])
    np.testing.assert_allclose(
        clock_chances(trained, labels, asked, with_date=False), [0.5, 0.5, 0.5]
    )


def test_the_clock_alone_knows_the_label_of_the_extracts():
    table = toniot.paper_table(toniot.load("fridge"), cleaned=True)
    train, test = split_rows(np.arange(len(table.labels)), table.labels, 1, SHARE)
    chances = clock_chances(table.moments[train], table.labels[train], table.moments[test])
    assert ((chances > 0.5) == table.labels[test]).mean() > 0.97
