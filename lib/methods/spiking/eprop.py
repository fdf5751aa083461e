"""E-prop: a supervised rule that is local in time and space (Bellec et al. 2020).

Each synapse keeps an eligibility trace, the leaky sum of what it has received, times the
surrogate derivative of its own neuron at each step. Once the ten steps are over, a neuron is told
one number, its learning signal: the errors of the classes, weighted. The second hidden layer hears
them over its own outgoing weights, the first over random ones that never change, so that no error
travels back through a layer. Nothing travels back through time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numba import njit

from lib.methods.spiking.network import SpikingClassifier
from lib.methods.spiking.settings import SpikingSettings
from lib.methods.spiking.training import SpikingTask, Trained, orders

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


@dataclass(frozen=True)
class _State:
    parts: list[np.ndarray]
    first: list[np.ndarray]
    second: list[np.ndarray]


def train_eprop(tasks: Sequence[SpikingTask], settings: SpikingSettings, drawn: int = 0) -> Trained:
    """Train one classifier a task by e-prop, from the first weights of `train_stacked`.

    Parameters
    ----------
    tasks : sequence of SpikingTask
        Rows and seeds; the seed draws the random weights of the learning signal as well.
    settings : SpikingSettings
        With a read-out "sum" and one update a batch.
    drawn : int
        So many hidden layers, from the inputs on, stay as they were drawn: 0, 1 or 2.

    Returns
    -------
    Trained
        Networks that `class_chances` takes, and the loss before each update.

    Raises
    ------
    ValueError
        If there are not so many hidden layers.
    """
    if drawn not in (0, 1, 2):
        raise ValueError(f"drawn must be 0, 1 or 2 hidden layers, not {drawn!r}")
    networks = [SpikingClassifier(settings, task.seed) for task in tasks]
    pairs = zip(networks, tasks, strict=True)
    losses = [_train(network, task, settings, drawn) for network, task in pairs]
    return Trained(networks, np.array(losses), settings.epochs)


def _train(
    network: SpikingClassifier, task: SpikingTask, settings: SpikingSettings, drawn: int
) -> list[float]:
    parts = [
        part.detach().numpy().astype(np.float64)
        for linear in network.linears
        for part in (linear.weight, linear.bias)
    ]
    state = _State(parts, *([np.zeros_like(part) for part in parts] for _ in range(2)))
    bound = 1 / np.sqrt(settings.layer)
    shape = (settings.classes, settings.layer)
    told = np.random.default_rng(task.seed).uniform(-bound, bound, shape)
    features, labels = np.asarray(task.features, float), np.asarray(task.labels)
    neuron = (settings.steps, settings.beta, settings.threshold, settings.slope)
    losses = []
    for (order,) in orders([task], settings.epochs):
        for chosen in order.split(settings.batch_size):
            rows = chosen.numpy()
            loss, gradient = batch_gradient(
                features[rows], labels[rows], tuple(parts), told, neuron
            )
            losses.append(float(loss))
            _adam(state, gradient, settings.learning_rate, len(losses), 2 * drawn)
    for place, part in enumerate(parts):
        linear = network.linears[place // 2]
        own = linear.bias if place % 2 else linear.weight
        own.data = torch.as_tensor(part, dtype=own.dtype)
    return losses


def _adam(
    state: _State, gradient: Sequence[np.ndarray], rate: float, update: int, kept: int
) -> None:
    every = list(zip(state.parts, state.first, state.second, gradient, strict=True))
    for part, first, second, own in every[kept:]:
        first += (1 - BETA_1) * (own - first)
        second += (1 - BETA_2) * (own * own - second)
        mean, square = first / (1 - BETA_1**update), second / (1 - BETA_2**update)
        part -= rate * mean / (np.sqrt(square) + EPSILON)


@njit(cache=True)
def batch_gradient(features, labels, parts, told, neuron):
    """Return the mean loss of a batch, and e-prop's change of each weight and bias."""
    weight_1, bias_1, weight_2, bias_2, weight_3, bias_3 = parts
    steps, beta, threshold, slope = neuron
    into = _zeros(weight_1, bias_1, weight_2, bias_2, weight_3, bias_3)
    to_1, to_bias_1, to_2, to_bias_2, to_3, to_bias_3 = into
    layer, loss = len(bias_1), 0.0
    for row in range(len(labels)):
        held = weight_1 @ features[row] + bias_1
        membrane_1, membrane_2 = np.zeros(layer), np.zeros(layer)
        spike_1, spike_2 = np.zeros(layer), np.zeros(layer)
        trace, flat = np.zeros(layer), 0.0  # what layer 2 has received, leaking; and its bias
        seen_1, seen_2 = np.zeros(layer), np.zeros(layer)
        eligible = np.zeros((layer, layer))
        sent = np.zeros(layer)
        for _ in range(steps):
            # Neuron by neuron: whole arrays in between would take most of the time.
            flat = beta * flat + 1
            for j in range(layer):
                membrane_1[j] = beta * membrane_1[j] + held[j] - threshold * spike_1[j]
                spike_1[j] = 1.0 if membrane_1[j] > threshold else 0.0
                trace[j] = beta * trace[j] + spike_1[j]
                # The input is the same at every step.
                seen_1[j] += 1 / (slope * np.abs(membrane_1[j] - threshold) + 1) ** 2 * flat
            heard = weight_2 @ spike_1
            for j in range(layer):
                membrane_2[j] = beta * membrane_2[j] + heard[j] + bias_2[j] - threshold * spike_2[j]
                spike_2[j] = 1.0 if membrane_2[j] > threshold else 0.0
                sent[j] += spike_2[j]
                near = 1 / (slope * np.abs(membrane_2[j] - threshold) + 1) ** 2
                seen_2[j] += near * flat
                for i in range(layer):
                    eligible[j, i] += near * trace[i]
        logits = weight_3 @ sent + steps * bias_3
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        loss -= np.log(max(chances[labels[row]], 1e-300)) / len(labels)
        error = chances / len(labels)
        error[labels[row]] -= 1 / len(labels)
        signal_1, signal_2 = error @ told, error @ weight_3
        for j in range(layer):
            to_1[j] += signal_1[j] * seen_1[j] * features[row]
            to_2[j] += signal_2[j] * eligible[j]
        to_bias_1 += signal_1 * seen_1
        to_bias_2 += signal_2 * seen_2
        for k in range(len(error)):
            to_3[k] += error[k] * sent
        to_bias_3 += steps * error
    return loss, into


@njit(cache=True)
def _zeros(a, b, c, d, e, f):
    return (
        np.zeros_like(a), np.zeros_like(b), np.zeros_like(c),
        np.zeros_like(d), np.zeros_like(e), np.zeros_like(f),
    )  # fmt: skip
