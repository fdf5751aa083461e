"""The rows that a protocol trains and tests on keep the promise of its name."""

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold, train_test_split

from lib import claims
from lib.methods import arithmetic
from lib.methods.splits import oversample, scaled_split, split_blocks, split_rows, split_sources
from lib.papers import xmednn


@pytest.fixture(scope="module")
def flows():
    return xmednn.paper_table(xmednn.load().frame)


@pytest.fixture(scope="module")
def balanced(flows):
    return oversample(np.arange(len(flows.labels)), flows.labels, seed=1)


def test_the_paper_keeps_28_features_and_drops_the_invalid_rows(flows):
    assert flows.features.shape == (16_315, 28)
    assert {"SrcLoad", "DIntPkt", "DstJitter", "Load", "Sport"} <= set(flows.features)
    assert not set(flows.features) & set(xmednn.REMOVED + xmednn.DEVICE_READINGS + xmednn.CLASSES)
    assert np.isfinite(flows.features.to_numpy()).all()


def test_kept_text_features_become_numbers():
    frame = xmednn.load().frame
    kept = xmednn.paper_table(frame, tuple(name for name in xmednn.REMOVED if name != "Flgs"))
    assert kept.features["Flgs"].nunique() == frame["Flgs"].nunique()


def test_blocks_end_with_their_attack():
    labels = np.array([0, 0, 1, 1, 0, 1, 0])
    np.testing.assert_array_equal(xmednn.attack_blocks(labels), [0, 0, 0, 0, 1, 1, 2])


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
    assert list(xmednn.holds_numbers(frame)) == [True, False, True]


def test_the_recovered_rows_are_one_more_and_can_have_the_readings_back(flows):
    frame = xmednn.load().frame
    recovered = xmednn.recovered_table(frame)
    assert recovered.features.shape == (16_316, 28)
    assert list(recovered.features) == list(flows.features)
    assert np.isfinite(recovered.features.to_numpy()).all()
    extra = set(recovered.features["Sport"]) - set(flows.features["Sport"])
    assert extra == {57000} or not extra
    both = xmednn.recovered_table(frame, readings=True).features
    assert list(both)[28:] == list(xmednn.DEVICE_READINGS)
    assert len(both) == len(recovered.labels) == len(recovered.kinds) == len(recovered.blocks)
    assert ((recovered.kinds == "normal") == (recovered.labels == 0)).all()


def printed_attack_rows() -> list[int]:
    """Return the attack rows of each fold of Table 2, as its printed scores give them away."""
    folds = [
        claims.published_values(f"xmednn.table2.fold{fold:02d}.*", by="metric")
        for fold in range(1, 11)
    ]
    found = [arithmetic.confusion_matrices(2854, fold, truncation=True) for fold in folds]
    assert {len(matrices) for matrices in found} == {1}
    return [int(matrices[0][:2].sum()) for matrices in found]


def test_one_seed_gives_the_printed_folds_and_the_printed_test_rows():
    dataset = xmednn.load()
    if dataset.source != "real":
        pytest.skip("needs the real file: set IDS_DATA")
    labels = xmednn.recovered_table(dataset.frame).labels
    balanced = labels[oversample(np.arange(len(labels)), labels, seed=0)]
    folds = KFold(10, shuffle=True, random_state=1).split(balanced)
    assert [int(balanced[test].sum()) for _, test in folds] == printed_attack_rows()
    assert train_test_split(balanced, test_size=0.33, random_state=1)[1].sum() == 4694
