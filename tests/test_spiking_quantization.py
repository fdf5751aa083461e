"""Eight-bit weights are what integer arithmetic would compute, and cost what is said."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from lib.methods.spiking import SpikingClassifier, SpikingSettings
from lib.methods.spiking.quantization import GRAINS, quantize, quantized_network, storage_bytes

SMALL = SpikingSettings(inputs=5, hidden=16, steps=6)


def network(seed=3):
    """A network whose weights are large enough for plenty of spikes."""
    made = SpikingClassifier(SMALL, seed)
    with torch.no_grad():
        for linear in made.linears:
            linear.weight.mul_(3)
    return made


def integer_logits(original, features, grain):
    """Run the network with sums of integers, scaled only when a neuron takes them in."""
    parts = [quantize(linear.weight.detach().numpy(), grain) for linear in original.linears]
    biases = [linear.bias.detach().numpy().astype(np.float64) for linear in original.linears]
    membranes = [np.zeros((len(features), 8)), np.zeros((len(features), 8))]
    fired = [np.zeros((len(features), 8), dtype=np.int64) for _ in range(2)]
    logits = []
    for _ in range(SMALL.steps):
        sums = features @ parts[0].integers.T.astype(np.float64)
        for layer in range(2):
            current = sums * parts[layer].scales.T.astype(np.float64) + biases[layer]
            membranes[layer] = 0.95 * membranes[layer] + current - fired[layer]
            fired[layer] = (membranes[layer] > 1).astype(np.int64)
            sums = fired[layer] @ parts[layer + 1].integers.T.astype(np.int64)
        logits.append(sums * parts[2].scales.T + biases[2])
    return np.stack(logits)


@pytest.mark.parametrize("grain", GRAINS)
def test_the_rounded_network_computes_what_integers_compute(grain):
    original = network()
    features = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    rounded = quantized_network(original, grain)
    with torch.inference_mode():
        trace = rounded.trace(torch.from_numpy(features))
    assert 0.05 < trace.spikes[1].mean() < 0.95
    np.testing.assert_allclose(
        trace.outputs.numpy(), integer_logits(original, features, grain), atol=1e-5
    )


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float32, (4, 6), elements=some.floats(-50, 50, width=32)),
    some.sampled_from(GRAINS),
    some.integers(2, 8),
)
def test_no_weight_moves_by_more_than_half_a_scale(weight, grain, bits):
    rounded = quantize(weight, grain, bits)
    assert rounded.integers.dtype == np.int8
    assert np.abs(rounded.integers.astype(int)).max() <= 2 ** (bits - 1) - 1
    moved = np.abs(rounded.weight - weight)
    assert (moved <= 0.5 * rounded.scales * (1 + 1e-4) + 1e-30).all()
    assert (rounded.weight[weight == 0] == 0).all()


def test_a_scale_for_each_row_is_no_coarser_than_one_for_the_layer():
    weight = np.array([[1.0, -0.5], [0.01, 0.002]], dtype=np.float32)
    errors = {
        grain: np.abs(quantize(weight, grain).weight - weight).max(axis=1) for grain in GRAINS
    }
    assert errors["row"][1] < errors["layer"][1] / 10
    assert quantize(weight, "row").scales.shape == (2, 1)
    assert quantize(weight, "layer").scales.shape == (1, 1)


def test_rounding_leaves_the_original_and_the_biases_alone():
    original = network()
    before = [part.detach().clone() for part in original.parameters()]
    rounded = quantized_network(original, bits=2)
    for kept, part in zip(before, original.parameters(), strict=True):
        assert torch.equal(kept, part)
    for ours, theirs in zip(original.linears, rounded.linears, strict=True):
        assert torch.equal(ours.bias, theirs.bias)
        assert len(theirs.weight[0].unique()) <= 3
        assert not torch.equal(ours.weight, theirs.weight)


def test_storage_is_counted_in_bytes():
    weights, biases = 5 * 8 + 8 * 8 + 8 * 3, 8 + 8 + 3
    assert storage_bytes(network()) == 4 * (weights + biases)
    assert storage_bytes(network(), "layer") == weights + 4 * (3 + biases)
    assert storage_bytes(network(), "row") == weights + 4 * (19 + biases)


@pytest.mark.parametrize("change", [{"grain": "column"}, {"bits": 1}, {"bits": 9}])
def test_other_grains_and_widths_are_refused(change):
    with pytest.raises(ValueError, match="cannot quantize"):
        quantize(np.ones((2, 2)), **change)
