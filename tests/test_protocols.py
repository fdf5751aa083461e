"""The rows that a protocol trains and tests on keep the promise of its name."""

import numpy as np
import pandas as pd
import pytest

from lib import datasets, ehms
from lib.splits import oversample, scaled_split, split_blocks, split_rows, split_sources


@pytest.fixture(scope="module")
def flows():
    return ehms.paper_flows(datasets.load("wustl-ehms-2020").frame)


@pytest.fixture(scope="module")
def balanced(flows):
    return oversample(np.arange(len(flows.labels)), flows.labels, seed=1)


def test_the_paper_keeps_28_features_and_drops_the_invalid_rows(flows):
    assert flows.features.shape == (16_315, 28)
    assert {"SrcLoad", "DIntPkt", "DstJitter", "Load", "Sport"} <= set(flows.features)
    assert not set(flows.features) & set(ehms.REMOVED + ehms.DEVICE_READINGS + ehms.CLASSES)
    assert np.isfinite(flows.features.to_numpy()).all()


def test_kept_text_features_become_numbers():
    frame = datasets.load("wustl-ehms-2020").frame
    kept = ehms.paper_flows(frame, tuple(name for name in ehms.REMOVED if name != "Flgs"))
    assert kept.features["Flgs"].nunique() == frame["Flgs"].nunique()


def test_blocks_end_with_their_attack():
    labels = np.array([0, 0, 1, 1, 0, 1, 0])
    np.testing.assert_array_equal(ehms.attack_blocks(labels), [0, 0, 0, 0, 1, 1, 2])


def test_the_file_has_84_attack_blocks(flows):
    assert len(np.unique(flows.blocks[flows.labels == 1])) == 84


def test_oversampling_repeats_attacks_only_until_both_classes_are_equal(flows, balanced):
    normal, attack = np.bincount(flows.labels[balanced])
    assert normal == attack == (flows.labels == 0).sum()
    assert set(balanced) == set(range(len(flows.labels)))
    normal_rows = balanced[flows.labels[balanced] == 0]
    assert len(np.unique(normal_rows)) == len(normal_rows)


def test_random_split_puts_copies_on_both_sides_and_the_honest_one_does_not(flows, balanced):
    train, test = split_rows(balanced, flows.labels, seed=1)
    assert len(test) == pytest.approx(0.25 * len(balanced), abs=1)
    attacks = test[flows.labels[test] == 1]
    assert np.isin(attacks, train).mean() > 0.9
    train, test = split_sources(balanced, flows.labels, seed=1)
    assert not np.isin(test, train).any()
    assert len(train) + len(test) == len(balanced)


def test_splits_keep_the_class_shares(flows, balanced):
    for split in (split_rows, split_sources):
        _, test = split(balanced, flows.labels, seed=3)
        assert flows.labels[test].mean() == pytest.approx(0.5, abs=0.01)


def test_a_block_is_on_one_side(flows):
    train, test = split_blocks(flows.blocks, seed=2)
    assert not set(flows.blocks[train]) & set(flows.blocks[test])
    assert len(train) + len(test) == len(flows.labels)
    assert len(np.unique(flows.blocks[test])) == pytest.approx(85 / 4, abs=1)


def test_scaler_learns_from_the_training_rows_unless_told_otherwise():
    features = np.array([[0.0], [1.0], [2.0], [4.0]])
    labels = np.array([0, 1, 0, 1])
    rows = np.array([0, 1, 2]), np.array([3])
    honest = scaled_split(features, labels, rows, seed=0)
    np.testing.assert_allclose(honest.test_features, [[2.0]])
    printed = scaled_split(features, labels, rows, seed=0, scaled_on=np.arange(4))
    np.testing.assert_allclose(printed.test_features, [[1.0]])
    np.testing.assert_allclose(printed.train_features.ravel(), [0, 0.25, 0.5])


@pytest.mark.parametrize("split", [split_rows, split_sources])
def test_seeds_decide_the_split(flows, balanced, split):
    first, again, other = (split(balanced, flows.labels, seed)[1] for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert len(first) != len(other) or (first != other).any()


def test_features_can_be_left_out(flows):
    assert "Sport" not in flows.without("Sport").features
    with pytest.raises(KeyError):
        flows.without("Spoort")


def test_rows_with_service_names_are_found():
    frame = pd.DataFrame({"Sport": ["58059", "fido", "1024"]})
    assert list(ehms.holds_numbers(frame)) == [True, False, True]
