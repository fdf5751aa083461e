"""Operations are counted as defined, and priced as published."""

from itertools import pairwise

import numpy as np
import pytest

from lib.methods.spiking.energy import (
    FLOAT32,
    INT8,
    LOIHI,
    Operations,
    dense_operations,
    nanojoules,
    spiking_operations,
)


def count_one_by_one(weights, spikes):
    """Walk over every step, neuron and connection of a spiking network, adding one at a time."""
    products = weights[0].size
    sums = updates = 0
    for step in range(len(spikes[0])):
        for layer, fired in enumerate(spikes):
            updates += fired.shape[1]
            for neuron in np.flatnonzero(fired[step]):
                sums += len(weights[layer + 1][:, neuron])
    return Operations(products, sums, updates)


def test_spiking_operations_are_what_a_walk_over_the_connections_counts():
    random = np.random.default_rng(0)
    sizes, steps = (18, 7, 5, 3), 4
    weights = [np.zeros((out, into)) for into, out in pairwise(sizes)]
    spikes = [random.random((steps, size)) < 0.3 for size in sizes[1:-1]]
    ours = spiking_operations(sizes, [fired.sum() for fired in spikes], steps)
    assert ours == count_one_by_one(weights, spikes)
    assert all(fired.any() for fired in spikes)


def test_recomputing_the_current_multiplies_the_first_layer_alone():
    held = spiking_operations((18, 36, 36, 3), (50, 20), 10)
    again = spiking_operations((18, 36, 36, 3), (50, 20), 10, held=False)
    assert again.multiply_accumulates == 10 * held.multiply_accumulates == 6480
    assert (again.accumulates, again.updates) == (held.accumulates, held.updates) == (1860, 720)


def test_a_silent_network_still_pays_for_inputs_and_neurons():
    silent = spiking_operations((18, 36, 36, 3), (0, 0), 10)
    assert silent.accumulates == 0
    assert nanojoules(silent, FLOAT32) == pytest.approx((648 * 4.6 + 720 * 6.4) / 1000)


def test_spike_counts_must_fit_the_layers():
    with pytest.raises(ValueError, match="need 2 spike counts"):
        spiking_operations((18, 36, 36, 3), (50,), 10)


def test_dense_operations_count_all_products_or_those_of_active_neurons():
    sizes = (18, 36, 36, 3)
    assert dense_operations(sizes) == Operations(18 * 36 + 36 * 36 + 36 * 3, comparisons=72)
    assert dense_operations(sizes, (36, 36)) == dense_operations(sizes)
    half = dense_operations(sizes, (18, 9))
    assert half.multiply_accumulates == 18 * 36 + 18 * 36 + 9 * 3


def test_a_tree_of_depth_three_costs_three_comparisons():
    assert nanojoules(Operations(comparisons=3), FLOAT32) == pytest.approx(0.0027)


def test_prices_are_the_published_ones():
    # Horowitz 2014: multiply 3.7 and add 0.9 in 32-bit floating point, 0.2 and 0.03 in 8 bits.
    # Davies et al. 2018: 23.6 a synaptic operation, 81 a neuron's update.
    assert FLOAT32.multiply_accumulate == pytest.approx(4.6)
    assert FLOAT32.accumulate == 0.9
    assert INT8.multiply_accumulate == pytest.approx(0.23)
    assert INT8.update == pytest.approx(0.29)
    assert (LOIHI.accumulate, LOIHI.update) == (23.6, 81.0)


def test_energy_adds_up_over_kinds_of_operation():
    parts = [Operations(3), Operations(0, 5), Operations(0, 0, 7), Operations(0, 0, 0, 2)]
    whole = Operations(3, 5, 7, 2)
    for prices in (FLOAT32, INT8, LOIHI):
        assert nanojoules(whole, prices) == pytest.approx(sum(nanojoules(p, prices) for p in parts))
    assert whole.total == 17
