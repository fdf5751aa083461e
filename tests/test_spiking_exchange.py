"""A network written as a NIR graph computes the same when the graph alone is run."""

import nir
import numpy as np
import pytest
import snntorch
import torch
from snntorch.export_nir import _extract_snntorch_module
from snntorch.import_nir import _nir_to_snntorch_module

from lib.common.errors import ReaderError
from lib.methods.spiking import SpikingClassifier, SpikingSettings, snntorch_network
from lib.methods.spiking.exchange import DT, read_graph, run_graph, to_nir, write_graph

SMALL = SpikingSettings(inputs=6, hidden=20, steps=10)


def network(seed=1, settings=SMALL):
    """A network whose weights are large enough for plenty of spikes."""
    made = SpikingClassifier(settings, seed)
    with torch.no_grad():
        for linear in made.linears:
            linear.weight.mul_(2.5)
    return made


def rows(count=50, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 6)).astype(np.float32)


def traced(of, features):
    with torch.inference_mode():
        return of.trace(torch.from_numpy(features))


@pytest.mark.parametrize("seed", range(5))
def test_the_graph_spikes_and_answers_as_the_network_does(seed, tmp_path):
    original, features = network(seed), rows(seed=seed)
    write_graph(tmp_path / "network.nir", to_nir(original))
    run = run_graph(read_graph(tmp_path / "network.nir"), features, SMALL.steps)
    trace = traced(original, features)
    for layer in (0, 1):
        assert 0.05 < trace.spikes[layer].mean() < 0.95
        assert np.array_equal(run[f"spikes_{layer + 1}"], trace.spikes[layer].numpy())
        difference = run[f"neurons_{layer + 1}"] - trace.membranes[layer].numpy()
        assert np.abs(difference).max() < 1e-5
    assert np.abs(run["output"] - trace.outputs.numpy()).max() < 1e-5


def test_the_graph_is_snntorchs_network_too():
    original, features = network(), rows()
    with torch.inference_mode():
        theirs = snntorch_network(original)(torch.from_numpy(features)).numpy()
    assert (
        np.abs(run_graph(to_nir(original), features, SMALL.steps)["output"] - theirs).max() < 1e-5
    )


def with_reset_to_zero(original, features):
    """The network in snntorch with the reset that NIR's own neuron has."""
    neurons = [
        snntorch.Leaky(0.95, reset_mechanism="zero", reset_delay=False, init_hidden=True)
        for _ in range(2)
    ]
    outputs = []
    with torch.inference_mode():
        for _ in range(SMALL.steps):
            signal = torch.from_numpy(features)
            for linear, neuron in zip(original.linears[:2], neurons, strict=True):
                signal = neuron(linear(signal))
            outputs.append(original.linears[2](signal).numpy())
    return np.stack(outputs)


def test_nirs_own_neuron_resets_to_zero_and_so_computes_something_else(tmp_path):
    original, features = network(), rows()
    write_graph(tmp_path / "zero.nir", to_nir(original, reset="zero"))
    run = run_graph(read_graph(tmp_path / "zero.nir"), features, SMALL.steps)["output"]
    assert np.abs(run - with_reset_to_zero(original, features)).max() < 1e-5
    assert np.abs(run - traced(original, features).outputs.numpy()).max() > 0.1


def test_our_nodes_are_those_that_snntorch_writes():
    original = network()
    graph = to_nir(original, reset="zero")
    theirs = _extract_snntorch_module(snntorch.Leaky(0.95, threshold=1.0))
    for name in ("tau", "r", "v_threshold", "v_leak", "v_reset"):
        ours = getattr(graph.nodes["neurons_1"], name)
        assert ours.shape == (10,)
        np.testing.assert_allclose(ours, getattr(theirs, name), rtol=1e-5)
    linear = _extract_snntorch_module(original.linears[0])
    assert np.array_equal(graph.nodes["linear_1"].weight, linear.weight)
    assert np.array_equal(graph.nodes["linear_1"].bias, linear.bias)


def test_snntorch_reads_our_neuron_with_a_reset_to_zero():
    read = _nir_to_snntorch_module(to_nir(network(), reset="zero").nodes["neurons_1"])
    np.testing.assert_allclose(read.beta, 0.95, rtol=1e-6)
    assert read.reset_mechanism == "zero"
    assert not read.reset_delay


def test_the_file_says_how_it_is_meant(tmp_path):
    write_graph(tmp_path / "network.nir", to_nir(network()))
    metadata = read_graph(tmp_path / "network.nir").metadata
    assert float(metadata["dt"]) == DT
    assert int(metadata["steps"]) == 10
    assert metadata["reset"] in ("subtract", b"subtract")


def test_the_interpreter_integrates_the_equation_that_nir_states():
    # tau v' = -v + r I from rest: v(t) = r I (1 - exp(-t / tau)) as the step goes to zero.
    one = np.ones(1)
    node = nir.LI(tau=0.02 * one, r=3 * one, v_leak=0 * one)
    graph = nir.NIRGraph.from_list(node)
    steps, dt = 4_000, 1e-5
    out = run_graph(graph, np.full((1, 1), 0.5), steps, dt)["output"]
    times = dt * np.arange(1, steps + 1)
    np.testing.assert_allclose(out[:, 0, 0], 1.5 * (1 - np.exp(-times / 0.02)), atol=1e-3)


def test_a_neuron_of_nir_fires_above_its_threshold_and_resets_at_once():
    one = np.ones(1)
    tau = np.full(1, 2 * DT)
    lif = nir.LIF(tau=tau, r=2 * one, v_leak=0 * one, v_threshold=one, v_reset=-one)
    fired = run_graph(nir.NIRGraph.from_list(lif), np.ones((1, 1)), 4)["lif"][:, 0, 0]
    # Membrane: 1 (not above), 1.5 (fires, to -1), 0.5, 1.25 (fires).
    assert fired.tolist() == [0, 1, 0, 1]


def test_cycles_delays_and_nodes_that_cannot_be_run_are_refused():
    one = np.ones(1)
    nodes = {
        "input": nir.Input(np.array([1])),
        "a": nir.Scale(one),
        "output": nir.Output(np.array([1])),
    }
    cycle = nir.NIRGraph(nodes, [("input", "a"), ("a", "a"), ("a", "output")])
    with pytest.raises(ValueError, match="cycle without a Delay"):
        run_graph(cycle, np.ones((1, 1)), 1)
    late = nir.NIRGraph.from_list(nir.Delay(2 * DT * one))
    with pytest.raises(ValueError, match="delay of other than one step"):
        run_graph(late, np.ones((1, 1)), 1)
    other = nir.NIRGraph.from_list(nir.IF(r=one, v_threshold=one))
    with pytest.raises(ValueError, match="kind IF"):
        run_graph(other, np.ones((1, 1)), 1)


def test_what_cannot_be_written_or_read_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot write reset"):
        to_nir(network(), reset="none")
    with pytest.raises(ValueError, match="read-out 'spikes'"):
        to_nir(network(settings=SMALL.but(readout="spikes")))
    (tmp_path / "text.nir").write_text("no graph")
    for name in ("text.nir", "missing.nir"):
        with pytest.raises(ReaderError, match="not a readable NIR graph"):
            read_graph(tmp_path / name)
