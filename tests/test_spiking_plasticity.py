"""The local rule learns what repeats, keeps its bounds, and uses no label."""

from dataclasses import replace

import numpy as np
import pytest

from lib.methods.spiking.plasticity import PlasticitySettings, encode, learn

SETTINGS = PlasticitySettings(neurons=6, epochs=5, total=2.0)


def patterns(count=300, seed=0):
    """Rows of three kinds, each with two inputs of its own."""
    random = np.random.default_rng(seed)
    kinds = random.integers(0, 3, count)
    rows = 0.05 * random.normal(size=(count, 6))
    for kind in range(3):
        rows[np.ix_(kinds == kind, [2 * kind, 2 * kind + 1])] += 0.9
    return rows, kinds


def test_values_become_spikes_of_their_sign_and_size():
    spikes = encode(np.array([[0.0, 0.3, 1.1, -0.3]]), SETTINGS).sum(axis=1)[0]
    assert spikes[:4].tolist()[0] == spikes[4] == 0
    assert 0 < spikes[1] < spikes[2]
    assert spikes[7] == spikes[1]
    assert spikes[3] == spikes[6] == 0


def test_an_encoder_is_a_leaky_neuron_with_a_held_current():
    membrane = before = 0.0
    expected = []
    for _ in range(10):
        membrane = 0.95 * membrane + 0.4 - before
        before = float(membrane > 1)
        expected.append(before)
    assert encode(np.array([[0.4]]), SETTINGS)[0, :, 0].tolist() == expected


def selectivity(layer):
    """How much of each neuron's weight lies on the two inputs of its favourite kind."""
    of_kind = layer.weight[:6].reshape(3, 2, -1).sum(axis=1)
    return (of_kind.max(axis=0) / layer.weight.sum(axis=0)).mean(), set(of_kind.argmax(axis=0))


def test_neurons_come_to_prefer_one_kind_each_and_share_the_kinds():
    rows, _ = patterns()
    drawn, _ = selectivity(learn(rows, replace(SETTINGS, rate=0), 1))
    learned, kinds = selectivity(learn(rows, SETTINGS, 1))
    # Without preference, two inputs of twelve hold about a sixth of the weights.
    assert drawn < 0.3
    assert learned > 2 * drawn > 0.3
    assert kinds == {0, 1, 2}


def test_weights_keep_their_bounds_and_sums():
    rows, _ = patterns()
    for settings in (SETTINGS, PlasticitySettings(neurons=4, rate=0.2, fall=2.0)):
        layer = learn(rows, settings, 0)
        assert (layer.weight >= 0).all()
        np.testing.assert_allclose(layer.weight.sum(axis=0), settings.total)
        assert (layer.threshold >= 1).all()


def test_without_a_rate_weights_stay_as_drawn_and_thresholds_still_adapt():
    rows, _ = patterns()
    still = PlasticitySettings(neurons=6, rate=0)
    layer = learn(rows, still, 4)
    drawn = np.random.default_rng(4).random((12, 6))
    np.testing.assert_allclose(layer.weight, drawn * still.total / drawn.sum(axis=0))
    assert layer.threshold.max() > 1


def test_the_seed_decides_and_repeats():
    rows, _ = patterns()
    first, again, other = (learn(rows, SETTINGS, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.weight, again.weight)
    assert not np.array_equal(first.weight, other.weight)


def test_a_synapse_is_strengthened_only_where_its_input_spiked_before():
    # One input always spikes, the other never: only the first may gain at the other's cost.
    rows = np.tile([1.5, 0.0], (50, 1))
    before = learn(rows, PlasticitySettings(neurons=1, rate=0, total=1.0), 0).weight[:, 0]
    after = learn(rows, PlasticitySettings(neurons=1, total=1.0, fall=0), 0).weight[:, 0]
    assert after[0] > before[0]
    assert (after[1:] < before[1:]).all()
    # With weakening alone, the input that spikes after the neuron loses instead.
    weakened = learn(rows, PlasticitySettings(neurons=1, total=1.0, fall=100.0, rate=0.001), 0)
    assert weakened.weight[0, 0] < after[0]


def test_counts_are_spikes_of_the_layer():
    rows, _ = patterns()
    counts = learn(rows, SETTINGS, 0).counts(rows)
    assert counts.shape == (300, 6)
    assert counts.min() >= 0
    assert 0 < counts.max() <= SETTINGS.steps
    assert counts == pytest.approx(np.rint(counts))
