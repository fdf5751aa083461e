"""Each neuron is snntorch's own, and a stack of them trains as single networks would."""

import numpy as np
import pytest
import snntorch
import torch
from snntorch import surrogate

from lib.methods.spiking import SpikingSettings, SpikingTask, class_chances, train_stacked
from lib.methods.spiking.neurons import (
    Alpha,
    Izhikevich,
    Leaky,
    Recurrent,
    StackedClassifier,
    Synaptic,
    stacked_chances,
    train_neurons,
)

STEPS, ROWS, NEURONS = 12, 5, 7
ALL = (Leaky(), Leaky(learn_beta=True), Recurrent(), Synaptic(), Alpha(), Izhikevich())
SETTINGS = SpikingSettings(
    inputs=4, hidden=12, steps=6, epochs=6, batch_size=20, learning_rate=0.005
)


def currents(seed=0):
    torch.manual_seed(seed)
    return (0.6 * torch.randn(STEPS, ROWS, NEURONS) + 0.2).requires_grad_()


def ours(neuron, given, learned=()):
    states, sent = neuron.start(given[0].unsqueeze(0)), []
    for current in given:
        signal, states = neuron.step(current.unsqueeze(0), states, learned)
        sent.append(signal.squeeze(0))
    return torch.stack(sent)


def theirs(module, given):
    states, sent = [getattr(module, f"init_{type(module).__name__.lower()}")()], []
    states = list(states[0]) if isinstance(states[0], tuple) else states
    for current in given:
        signal, *states = module(current, *states)
        if isinstance(module, snntorch.RLeaky):
            states = [signal, *states]
        sent.append(signal)
    return torch.stack(sent)


def compared(neuron, module, learned=(), parts=()):
    """Return spikes and gradients, of the currents and of learned parts, from both."""
    results = []
    for run, others in (
        (lambda given: ours(neuron, given, learned), learned),
        (lambda given: theirs(module, given), parts),
    ):
        given = currents()
        spikes = run(given)
        weights = torch.linspace(-1, 1, spikes.numel()).view(spikes.shape)
        gradients = torch.autograd.grad((spikes * weights).sum(), [given, *others])
        results.append((spikes, gradients))
    return results


def assert_same(results):
    (spikes, gradients), (their_spikes, their_gradients) = results
    assert 0.02 < spikes.mean() < 0.98
    torch.testing.assert_close(spikes, their_spikes, atol=1e-5, rtol=0)
    for one, other in zip(gradients, their_gradients, strict=True):
        assert one.abs().max() > 0
        torch.testing.assert_close(one.reshape(other.shape), other, atol=1e-5, rtol=1e-4)


SIGMOID = surrogate.fast_sigmoid(slope=25)


def test_leaky_is_snntorchs():
    assert_same(compared(Leaky(0.9), snntorch.Leaky(0.9, spike_grad=SIGMOID)))


def test_learned_decay_is_snntorchs():
    shares = torch.linspace(0.5, 0.99, NEURONS)
    module = snntorch.Leaky(shares.clone(), spike_grad=SIGMOID, learn_beta=True)
    learned = [shares.clone().view(1, 1, -1).requires_grad_()]
    assert_same(compared(Leaky(learn_beta=True), module, learned, [module.beta]))


def test_synaptic_is_snntorchs():
    module = snntorch.Synaptic(alpha=0.7, beta=0.9, spike_grad=SIGMOID)
    assert_same(compared(Synaptic(0.7, 0.9), module))


def test_alpha_is_snntorchs():
    module = snntorch.Alpha(alpha=0.9, beta=0.8, spike_grad=SIGMOID)
    assert_same(compared(Alpha(0.9, 0.8), module))


def test_alpha_answers_nothing_at_the_first_step():
    strong = torch.full((1, 1, 1), 100.0)
    spikes, states = Alpha().step(strong, Alpha().start(strong), [])
    assert spikes.item() == 0
    assert Alpha().step(strong, states, [])[0].item() == 1


def test_recurrent_is_snntorchs():
    module = snntorch.RLeaky(0.9, linear_features=NEURONS, spike_grad=SIGMOID)
    linear = module.recurrent
    learned = [
        linear.weight.detach().T.unsqueeze(0).clone().requires_grad_(),
        linear.bias.detach().view(1, 1, -1).clone().requires_grad_(),
    ]
    results = compared(Recurrent(0.9), module, learned, [linear.weight, linear.bias])
    (_, gradients), _ = results
    results[0] = (results[0][0], [gradients[0], gradients[1].squeeze(0).T, gradients[2]])
    assert_same(results)


def plain_izhikevich(current, milliseconds):
    """His published program for one regularly spiking cell, as a loop over milliseconds."""
    v, u, times = -70.0, -14.0, []
    for time in range(milliseconds):
        if times and times[-1] == time - 1:
            v, u = -65.0, u + 8
        for _ in range(2):
            v = min(v, 30.0)
            v += 0.5 * (0.04 * v * v + 5 * v + 140 - u + current)
        if v > 30:
            times.append(time)
        v = min(v, 30.0)
        u += 0.02 * (0.2 * v - u)
    return times


@pytest.mark.parametrize("current", [0.0, 5.0, 10.0, 40.0])
def test_izhikevich_follows_his_program(current):
    neuron = Izhikevich(gain=1)
    given = torch.full((300, 1, 1), current)
    fired = ours(neuron, given).flatten().nonzero().flatten().tolist()
    assert fired == plain_izhikevich(current, 300)
    assert (len(fired) > 0) == (current > 0)


def test_izhikevich_rests_without_input():
    neuron = Izhikevich()
    states = neuron.start(torch.zeros(1, 1, 1))
    _, after = neuron.step(torch.zeros(1, 1, 1), states, [])
    for before, later in zip(states, after, strict=True):
        torch.testing.assert_close(before, later, atol=1e-4, rtol=0)


def test_izhikevich_needs_the_current_that_a_leaky_neuron_needs():
    currents = torch.linspace(0, 1, 201).view(1, 1, -1).expand(10, 1, 1, -1)
    weakest = []
    for neuron in (Leaky(), Izhikevich()):
        spikes = ours(neuron, currents.squeeze(1)).sum(dim=0).flatten()
        weakest.append(int((spikes > 0).nonzero()[0]))
    assert abs(weakest[0] - weakest[1]) <= 1


def tasks(count=3, rows=60):
    made = []
    for seed in range(count):
        random = np.random.default_rng(seed)
        features = random.normal(size=(rows, 4)).astype(np.float32)
        labels = (features[:, 0] > 0).astype(np.int64) + (features[:, 1] > 0.5)
        made.append(SpikingTask(features, labels, seed))
    return made


def test_leaky_neurons_train_as_the_compiled_engine_does():
    given = tasks()
    engine = train_stacked(given, SETTINGS)
    network, loss = train_neurons(given, Leaky(), (6, 6), SETTINGS)
    np.testing.assert_allclose(loss, engine.loss, atol=1e-4)
    features = np.stack([task.features for task in given])
    expected = [class_chances(one, task.features) for one, task in zip(engine.networks, given)]  # noqa: B905
    np.testing.assert_allclose(
        stacked_chances(network, features, SETTINGS), np.stack(expected), atol=1e-3
    )


@pytest.mark.parametrize("neuron", ALL, ids=lambda neuron: str(neuron)[:24])
def test_every_neuron_lowers_the_loss_and_moves_all_its_parameters(neuron):
    settings = SETTINGS.but(epochs=25, steps=10, batch_size=60, learning_rate=0.01)
    network, loss = train_neurons(tasks(), neuron, (8, 8), settings)
    start = StackedClassifier(neuron, (4, 8, 8, 3), 10, range(3))
    assert (loss[:, -1] < loss[:, 0]).all()
    for before, after in zip(start.drawn, network.drawn, strict=True):
        assert (before != after).flatten(1).any(dim=1).all()


def test_a_replicate_of_a_stack_is_the_network_trained_alone():
    for neuron in (Recurrent(), Leaky(learn_beta=True)):
        together, _ = train_neurons(tasks(), neuron, (6, 6, 6), SETTINGS)
        alone, _ = train_neurons(tasks()[1:2], neuron, (6, 6, 6), SETTINGS)
        for one, all_of_them in zip(alone.drawn, together.drawn, strict=True):
            torch.testing.assert_close(one[0], all_of_them[1], atol=1e-5, rtol=1e-4)


def test_the_trace_shows_what_each_layer_sent():
    network = StackedClassifier(Leaky(), (4, 6, 5, 3), 10, [1])
    outputs, sent = network.trace(torch.randn(1, 9, 4))
    assert [tuple(each.shape) for each in sent] == [(1, 10, 9, 6), (1, 10, 9, 5)]
    weight, bias = network.linears[-1]
    torch.testing.assert_close(sent[1][0] @ weight[0] + bias[0], outputs[:, 0])


def test_parameters_are_counted_for_one_replicate():
    plain = 4 * 6 + 6 + 6 * 5 + 5 + 5 * 3 + 3
    count = {neuron: 0 for neuron in ALL}
    for neuron in count:
        count[neuron] = StackedClassifier(neuron, (4, 6, 5, 3), 1, [1, 2]).parameters_each
    assert count[Leaky()] == count[Alpha()] == plain
    assert count[Leaky(learn_beta=True)] == plain + 11
    assert count[Recurrent()] == plain + 6 * 6 + 6 + 5 * 5 + 5


def test_training_leaves_the_number_of_threads_alone():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    train_neurons(tasks(), Leaky(), (6, 6), SETTINGS.but(epochs=1))
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)
