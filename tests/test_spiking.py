"""The spiking engine computes what snntorch computes, fast, and the same in every stack."""

import numpy as np
import pytest
import torch

from lib.methods.spiking import (
    READOUTS,
    SpikingClassifier,
    SpikingSettings,
    SpikingTask,
    class_chances,
    decision,
    snntorch_network,
    train_snntorch,
    train_stacked,
)
from lib.methods.spiking.network import loss_of

SMALL = SpikingSettings(inputs=6, hidden=24, epochs=5, batch_size=20)


def task(seed, rows=200, inputs=6):
    random = np.random.default_rng(seed)
    features = 2 * random.random((rows, inputs))
    return SpikingTask(features, (features[:, 0] + features[:, 1]).astype(int) % 3, seed)


def weights(network):
    return torch.cat([part.detach().flatten() for part in network.linears.parameters()]).numpy()


@pytest.mark.parametrize("readout", READOUTS)
def test_outputs_loss_and_gradients_equal_snntorch(readout):
    settings = SpikingSettings(readout=readout)
    network = SpikingClassifier(settings, seed=3)
    twin = snntorch_network(network)
    features = 3 * torch.rand(50, 18, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(50) % 3
    ours, theirs = network(features), twin(features)
    assert ours.shape == (10, 50, 3)
    torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=0)
    losses = [loss_of(each, labels, settings).mean() for each in (ours, theirs)]
    torch.testing.assert_close(*losses, atol=1e-5, rtol=0)
    for loss in losses:
        loss.backward()
    for mine, other in zip(network.linears.parameters(), twin.linears.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, atol=1e-5, rtol=0)
        assert mine.grad.abs().max() > 1e-4


@pytest.mark.parametrize("readout", READOUTS)
def test_compiled_training_follows_snntorch_over_50_updates(readout):
    # Double precision: in single precision one membrane within rounding of the threshold can
    # spike in one of the two and not in the other.
    settings = SMALL.but(readout=readout, learning_rate=1e-3)
    one = task(1)
    ours = train_stacked([one], settings, device="cpu", dtype=torch.float64)
    theirs = train_snntorch(one, settings, dtype=torch.float64)
    assert ours.update_loss.shape == (1, 50)
    np.testing.assert_allclose(ours.update_loss, theirs.update_loss, atol=1e-5, rtol=0)
    np.testing.assert_allclose(
        weights(ours.networks[0]), weights(theirs.networks[0]), atol=1e-5, rtol=0
    )
    start = weights(SpikingClassifier(settings, 1))
    assert np.abs(weights(ours.networks[0]) - start).max() > 1e-2


def test_an_input_at_the_first_step_alone_follows_snntorch():
    settings = SMALL.but(shown=1, learning_rate=1e-3)
    one = task(1)
    ours = train_stacked([one], settings, device="cpu", dtype=torch.float64)
    theirs = train_snntorch(one, settings, dtype=torch.float64)
    np.testing.assert_allclose(ours.update_loss, theirs.update_loss, atol=1e-5, rtol=0)
    always = train_snntorch(one, settings.but(shown=None), dtype=torch.float64)
    assert np.abs(always.update_loss - theirs.update_loss).max() > 1e-3


def test_the_papers_network_follows_snntorch_in_single_precision():
    settings = SpikingSettings(epochs=5)
    one = task(4, rows=1000, inputs=18)
    ours, theirs = train_stacked([one], settings, device="cpu"), train_snntorch(one, settings)
    difference = np.abs(ours.update_loss - theirs.update_loss)
    assert np.median(difference) < 1e-5
    assert difference.max() < 5e-3


@pytest.mark.parametrize("update", ["batch", "step", "epoch"])
def test_compiled_and_batched_training_agree(update):
    from lib.methods.spiking import training

    # An update at every step is ten in a batch, and Adam lets roundings grow with each.
    epochs = 2 if update == "step" else 4
    settings = SMALL.but(update=update, epochs=epochs, batch_size=30, learning_rate=1e-3)
    tasks = [task(1), task(2)]
    compiled = train_stacked(tasks, settings, device="cpu", dtype=torch.float64)
    networks = [SpikingClassifier(settings, each.seed).double() for each in tasks]
    rows = (
        torch.stack([torch.as_tensor(each.features) for each in tasks]),
        torch.stack([torch.as_tensor(each.labels) for each in tasks]),
    )
    losses = training._train_batched(
        networks, rows, training.orders(tasks, settings.epochs), settings, "cpu"
    )
    np.testing.assert_allclose(compiled.update_loss, np.concatenate(losses, axis=1), atol=1e-8)
    for ours, theirs in zip(compiled.networks, networks, strict=True):
        np.testing.assert_allclose(weights(ours), weights(theirs), atol=1e-8)


def test_an_update_after_every_step_lets_no_gradient_reach_back():
    settings = SMALL.but(update="step", epochs=1, batch_size=200, steps=3, learning_rate=1e-3)
    one = task(5)
    ours = train_stacked([one], settings, device="cpu", dtype=torch.float64).networks[0]
    network = snntorch_network(SpikingClassifier(settings, 5).double())
    optimizer = torch.optim.Adam(network.linears.parameters(), lr=1e-3)
    features, labels = torch.as_tensor(one.features), torch.as_tensor(one.labels)
    states = [neuron.init_leaky() for neuron in network.neurons]
    for _ in range(3):
        signal = features
        for index in (0, 1):
            current = network.linears[index](signal)
            signal, states[index] = network.neurons[index](current, states[index])
            signal = signal.double()
        loss = torch.nn.functional.cross_entropy(network.linears[2](signal), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        states = [state.detach() for state in states]
    np.testing.assert_allclose(weights(ours), weights(network), atol=1e-10)


def test_a_network_is_bit_equal_alone_and_in_any_stack():
    alone = train_stacked([task(2)], SMALL, device="cpu").networks[0]
    stacked = train_stacked([task(1), task(2), task(3)], SMALL, device="cpu").networks[1]
    np.testing.assert_array_equal(weights(alone), weights(stacked))


def test_training_leaves_pytorchs_number_of_threads_as_it_was():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        train_stacked([task(1)], SMALL, device="cpu")
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_training_learns_and_chances_are_probabilities():
    settings = SMALL.but(epochs=150, learning_rate=3e-3)
    one = task(7)
    trained = train_stacked([one], settings, device="cpu")
    chances = class_chances(trained.networks[0], one.features)
    np.testing.assert_allclose(chances.sum(axis=1), 1, rtol=1e-5)
    assert (chances.argmax(axis=1) == one.labels).mean() > 0.85
    assert trained.loss.shape == (1, 150)
    assert trained.loss[0, -1] < trained.loss[0, 0] / 2


def test_the_trace_shows_spikes_where_the_membrane_is_above_the_threshold():
    network = SpikingClassifier(SpikingSettings(), seed=1)
    trace = network.trace(3 * torch.rand(4, 18))
    assert [tuple(each.shape) for each in trace.spikes] == [(10, 4, 120)] * 2
    for spikes, membranes in zip(trace.spikes, trace.membranes, strict=False):
        assert torch.equal(spikes > 0, membranes > 1)
    assert 0 < trace.spikes[0].mean() < 1


@pytest.mark.parametrize("readout", READOUTS)
def test_a_decision_weighs_the_steps(readout):
    settings = SpikingSettings(readout=readout, steps=4)
    outputs = torch.arange(4.0).reshape(4, 1, 1).expand(4, 2, 3)
    expected = {"sum": 6, "spikes": 6, "last": 3}.get(readout, 1.5)
    assert torch.allclose(decision(outputs, settings), torch.tensor(float(expected)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": np.zeros((200, 5))}, "6 inputs"),
        ({"features": np.full((200, 6), np.nan)}, "finite"),
        ({"labels": np.full(200, 3)}, "0 to 2"),
    ],
)
def test_a_task_that_does_not_fit_is_refused(change, message):
    one = task(1)
    parts = {"features": one.features, "labels": one.labels, "seed": 1} | change
    with pytest.raises(ValueError, match=message):
        train_stacked([SpikingTask(**parts)], SMALL)


def test_unequal_or_missing_tasks_are_refused():
    with pytest.raises(ValueError, match="empty"):
        train_stacked([], SMALL)
    with pytest.raises(ValueError, match="equal numbers"):
        train_stacked([task(1), task(2, rows=100)], SMALL)


@pytest.mark.parametrize("wrong", [{"hidden": 21}, {"readout": "vote"}, {"update": "always"}])
def test_settings_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match=str(next(iter(wrong.values())))):
        SpikingSettings(**wrong)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine")
def test_training_on_cuda_follows_the_cpu():
    one = task(1)
    ours = train_stacked([one], SMALL, device="cuda", dtype=torch.float64)
    theirs = train_stacked([one], SMALL, device="cpu", dtype=torch.float64)
    np.testing.assert_allclose(ours.update_loss, theirs.update_loss, atol=1e-5)
