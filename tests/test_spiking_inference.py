"""Compiled deciders decide as the libraries do, and clocks and scales measure what they say."""

import time

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from lib.methods.spiking import SpikingClassifier, SpikingSettings, class_chances
from lib.methods.spiking.dense import DenseClassifier
from lib.methods.spiking.inference import (
    compiled_microseconds,
    dense_decider,
    linear_decider,
    mean_comparisons,
    microseconds,
    peak_memory,
    spiking_decider,
    tree_decider,
)

SETTINGS = SpikingSettings(inputs=6, hidden=24)


def rows(count=400, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)


def labels(features):
    return (features[:, 0] > 0).astype(int) + (features[:, 1] * features[:, 2] > 0.3)


def enlarged(network):
    with torch.no_grad():
        for linear in network.linears:
            linear.weight.mul_(3)
    return network


def test_the_compiled_spiking_network_decides_as_the_network_does():
    network = enlarged(SpikingClassifier(SETTINGS, 2))
    expected = class_chances(network, rows()).argmax(axis=1)
    assert len(set(expected)) == 3
    assert np.array_equal(spiking_decider(network)(rows()), expected)


def test_the_compiled_dense_network_decides_as_the_network_does():
    network = enlarged(DenseClassifier(SETTINGS, 2))
    expected = class_chances(network, rows()).argmax(axis=1)
    assert len(set(expected)) > 1
    assert np.array_equal(dense_decider(network)(rows()), expected)


def test_compiled_classical_models_decide_as_scikit_learns_do():
    train, test = rows(), rows(2_000, seed=1)
    linear = LogisticRegression().fit(train, labels(train))
    assert np.array_equal(linear_decider(linear)(test), linear.predict(test))
    for depth in (1, 3, None):
        tree = DecisionTreeClassifier(max_depth=depth).fit(train, labels(train))
        assert np.array_equal(tree_decider(tree)(test), tree.predict(test))


def test_values_on_a_trees_threshold_go_left_as_in_scikit_learn():
    # Half-way between these neighbours, rounding to float32 gives the larger of them.
    lower = np.nextafter(np.float32(4), np.float32(5))
    values = np.array([[lower], [np.nextafter(lower, np.float32(5))]], dtype=np.float32)
    tree = DecisionTreeClassifier().fit(values, [0, 1])
    assert tree_decider(tree)(values).tolist() == tree.predict(values).tolist() == [0, 1]


def test_bytes_are_those_of_parameters_and_state():
    network = SpikingClassifier(SETTINGS, 0)
    parameters = 4 * sum(part.numel() for part in network.parameters())
    assert dense_decider(network).bytes == parameters + 4 * (12 + 12 + 3)
    # Membranes and flags of both layers, the held and the second current, and the logits.
    assert spiking_decider(network).bytes == parameters + 24 * 5 + 4 * (24 + 3)
    stump = DecisionTreeClassifier(max_depth=1).fit(rows(), labels(rows()))
    assert tree_decider(stump).bytes == 3 * 8


def test_a_decider_needs_a_read_out_that_sums():
    network = SpikingClassifier(SETTINGS.but(readout="last"), 0)
    with pytest.raises(ValueError, match="sums logits"):
        spiking_decider(network)


def test_comparisons_are_counted_on_the_way_to_the_leaf():
    train = rows()
    stump = DecisionTreeClassifier(max_depth=1).fit(train, labels(train))
    assert mean_comparisons(stump, train) == 1
    deep = DecisionTreeClassifier(max_depth=6).fit(train, labels(train))
    assert 1 < mean_comparisons(deep, train) <= 6


def test_the_clock_gives_the_time_of_one_call():
    took = microseconds(lambda _: time.sleep(0.002), range(5), rounds=3)
    assert 2_000 <= took < 20_000
    network = SpikingClassifier(SETTINGS, 0)
    assert 0 < compiled_microseconds(spiking_decider(network), rows()) < 1_000


def hold(megabytes):
    return np.ones(megabytes * 2**20, dtype=np.int8)


def test_memory_is_that_of_a_fresh_process():
    small = peak_memory(np.sum, np.ones(1))
    if small is None:
        pytest.skip("this operating system does not tell a process's peak memory")
    large = peak_memory(np.sum, np.ones(100 * 2**17))
    # The pickled array is 100 MiB, and is held once or, while it is read, twice.
    assert 90 * 2**20 < large - small < 260 * 2**20
