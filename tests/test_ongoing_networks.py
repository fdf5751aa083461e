"""Dense networks that go on being trained."""

from dataclasses import replace

import numpy as np
import pytest

from lib.methods.dense.network import DenseSettings
from lib.methods.dense.ongoing import OngoingNetworks
from lib.methods.detectors import fit_dense
from lib.methods.splits import Split

SETTINGS = DenseSettings((5, 8, 4, 1), 0.01, epochs=6, batch_size=20)


def made_up(seed, rows=130):
    random = np.random.default_rng(seed)
    values = random.uniform(size=(rows + 40, 5)).astype(np.float32)
    labels = (values[:, 0] > values[:, 1]).astype(int)
    return Split(values[:rows], labels[:rows], values[rows:], labels[rows:], seed)


def accuracy(split, chance):
    return np.mean((chance > 0.5) == (split.test_labels == 1))


def test_they_end_where_one_training_does_and_show_its_epochs():
    splits = [made_up(1), made_up(2, rows=90)]
    settings = [SETTINGS, SETTINGS.but(learning_rate=0.003)]
    chances, trained = fit_dense(splits, settings)
    networks = OngoingNetworks([split.seed for split in splits], settings)
    curves = networks.train(splits, SETTINGS.epochs)
    for ours, theirs in zip(networks.chances(splits), chances, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_allclose(curves.training, trained.accuracy)
    last = [accuracy(*pair) for pair in zip(splits, chances, strict=True)]
    assert curves.test.shape == (2, SETTINGS.epochs)
    np.testing.assert_allclose(curves.test[:, -1], last)


def test_curves_count_each_networks_own_test_rows():
    # Beside a network with more test rows than another: what fills the table up is not counted.
    long, short = made_up(6), made_up(7)
    short = replace(short, test_features=short.test_features[:7], test_labels=short.test_labels[:7])
    networks = OngoingNetworks([6, 7], SETTINGS)
    curves = networks.train([long, short], 3)
    pairs = zip([long, short], networks.chances([long, short]), strict=True)
    last = [accuracy(*pair) for pair in pairs]
    np.testing.assert_array_equal(curves.test[:, -1], last)


def test_a_pause_changes_nothing():
    split = made_up(3)
    whole, parts = (OngoingNetworks([3], SETTINGS) for _ in range(2))
    curves = whole.train([split], 6)
    pieces = [parts.train([split], epochs).test for epochs in (2, 4)]
    np.testing.assert_array_equal(np.hstack(pieces), curves.test)
    np.testing.assert_array_equal(parts.chances([split])[0], whole.chances([split])[0])


def test_other_rows_are_learned_on_top_of_the_first():
    first, then = made_up(4), made_up(5)
    fresh, warm = (OngoingNetworks([4], SETTINGS) for _ in range(2))
    warm.train([first], 20)
    assert warm.train([then], 1).training[0, 0] > fresh.train([then], 1).training[0, 0]


def test_at_another_rate_they_go_on_as_if_it_had_been_that_of_all_along():
    split = made_up(8)
    slow = OngoingNetworks([8], SETTINGS.but(learning_rate=0.0005))
    changed = OngoingNetworks([8], SETTINGS)
    changed.change_rate(0.0005)
    for networks in (slow, changed):
        networks.train([split], 3)
    np.testing.assert_array_equal(changed.chances([split])[0], slow.chances([split])[0])
    before = changed.chances([split])[0]
    changed.change_rate(0)
    changed.train([split], 1)
    np.testing.assert_array_equal(changed.chances([split])[0], before)


def test_networks_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match="share sizes"):
        OngoingNetworks([1, 2], [SETTINGS, SETTINGS.but(sizes=(5, 3, 1))])
