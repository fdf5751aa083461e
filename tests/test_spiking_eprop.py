"""E-prop: its changes against a plain loop, against backpropagation, and that it learns."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from lib.methods.spiking import SpikingClassifier, SpikingSettings, SpikingTask, class_chances
from lib.methods.spiking.eprop import batch_gradient, train_eprop

SETTINGS = SpikingSettings(inputs=4, hidden=12, steps=6, epochs=80, learning_rate=1e-2)
NEURON = (SETTINGS.steps, SETTINGS.beta, SETTINGS.threshold, SETTINGS.slope)


def problem(count=60, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 3, count)
    rows = 0.2 * random.normal(size=(count, 4))
    rows[np.arange(count), labels] += 1.5
    return rows, labels


def start(seed=3):
    network = SpikingClassifier(SETTINGS, seed)
    parts = tuple(
        part.detach().numpy().astype(float)
        for linear in network.linears
        for part in (2 * linear.weight, linear.bias)
    )
    told = np.random.default_rng(1).normal(size=(3, SETTINGS.layer))
    return parts, told


def plain(rows, labels, parts, told):
    """The rule as it is written: a trace a synapse, one step after the other."""
    w1, b1, w2, b2, w3, b3 = parts
    steps, beta, threshold, slope = NEURON
    total = [np.zeros_like(part) for part in parts]
    for row, label in zip(rows, labels, strict=True):
        v1 = v2 = z1 = z2 = np.zeros(len(b1))
        received = [np.zeros_like(w1), np.zeros_like(b1), np.zeros_like(w2), np.zeros_like(b2)]
        eligible = [np.zeros_like(part) for part in received]
        sent, logits = np.zeros(len(b1)), np.zeros(3)
        for _ in range(steps):
            v1 = beta * v1 + w1 @ row + b1 - threshold * z1
            z1 = (v1 > threshold) * 1.0
            v2 = beta * v2 + w2 @ z1 + b2 - threshold * z2
            z2 = (v2 > threshold) * 1.0
            logits += w3 @ z2 + b3
            sent += z2
            inputs = [np.tile(row, (len(b1), 1)), 1, np.tile(z1, (len(b1), 1)), 1]
            for place, heard in enumerate(inputs):
                received[place] = beta * received[place] + heard
                away = np.abs((v1, v2)[place // 2] - threshold)
                own = 1 / (slope * away + 1) ** 2
                eligible[place] += (own[:, None] if place % 2 == 0 else own) * received[place]
        error = np.exp(logits) / np.exp(logits).sum() - np.eye(3)[label]
        signals = (error @ told, error @ w3)
        for place, trace in enumerate(eligible):
            signal = signals[place // 2]
            total[place] += (signal[:, None] if place % 2 == 0 else signal) * trace
        total[4] += np.outer(error, sent)
        total[5] += steps * error
    return [part / len(rows) for part in total]


def test_its_changes_are_those_of_the_plain_loop():
    rows, labels = problem(20)
    parts, told = start()
    _, found = batch_gradient(rows, labels, parts, told, NEURON)
    for own, expected in zip(found, plain(rows, labels, parts, told), strict=True):
        assert np.abs(expected).max() > 0
        np.testing.assert_allclose(own, expected, atol=1e-12)


def test_above_the_first_layer_it_is_backpropagation():
    # The second layer has no layer above it but the read-out, and no way back but its reset,
    # which backpropagation leaves out here, too.
    rows, labels = problem(20)
    parts, told = start()
    network = SpikingClassifier(SETTINGS, 0).double()
    for linear, weight, bias in zip(network.linears, parts[::2], parts[1::2], strict=True):
        linear.weight.data, linear.bias.data = torch.as_tensor(weight), torch.as_tensor(bias)
    logits = network(torch.as_tensor(rows)).sum(dim=0)
    loss = cross_entropy(logits, torch.as_tensor(labels))
    loss.backward()
    own_loss, found = batch_gradient(rows, labels, parts, told, NEURON)
    assert abs(own_loss - loss.item()) < 1e-10
    for place in (2, 3, 4, 5):
        linear = network.linears[place // 2]
        expected = (linear.bias if place % 2 else linear.weight).grad.numpy()
        np.testing.assert_allclose(found[place], expected, atol=1e-10)
    assert np.abs(found[0] - network.linears[0].weight.grad.numpy()).max() > 1e-4


def test_it_learns_and_the_seed_decides():
    rows, labels = problem(200)
    trained = train_eprop([SpikingTask(rows, labels, seed) for seed in (1, 2)], SETTINGS)
    for network in trained.networks:
        right = class_chances(network, rows).argmax(axis=1) == labels
        assert right.mean() > 0.9
    again = train_eprop([SpikingTask(rows, labels, 1)], SETTINGS)
    assert np.array_equal(again.loss[0], trained.loss[0])
    assert not np.array_equal(trained.loss[0], trained.loss[1])


def test_layers_left_as_drawn_keep_their_weights_and_the_others_learn():
    rows, labels = problem(200)
    first, task = SpikingClassifier(SETTINGS, 1).linears, [SpikingTask(rows, labels, 1)]
    for drawn in (0, 1, 2):
        own = train_eprop(task, SETTINGS, drawn).networks[0].linears
        same = [torch.equal(a.weight, b.weight) for a, b in zip(own, first, strict=True)]
        assert same == [place < drawn for place in range(3)]


@pytest.mark.parametrize("drawn", [-1, 3, 0.5])
def test_more_layers_left_as_drawn_than_there_are_is_refused(drawn):
    with pytest.raises(ValueError, match="drawn must be 0, 1 or 2 hidden layers"):
        train_eprop([], SpikingSettings(), drawn)
