"""A layer of spiking neurons that learns by spike timing alone, without labels.

The rule is pair-based spike-timing-dependent plasticity (Song, Miller and Abbott 2000) with the
competition of Diehl and Cook (2015): a synapse is strengthened when its input has spiked shortly
before the neuron, and weakened when it spikes shortly after; the neuron that fires silences the
others for the step; thresholds rise with each spike, so that all neurons get their turn; each
neuron's weights keep their sum. Everything that changes a synapse is known at the synapse.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True)
class PlasticitySettings:
    """Sizes and constants of the layer.

    Attributes
    ----------
    neurons, steps : int
        Neurons of the layer, and time steps that one row is shown for.
    beta : float
        Share of a membrane potential left after a step.
    trace : float
        Share of a trace of past spikes left after a step.
    rate : float
        Change of a weight at one spike; 0 leaves the weights as they were drawn.
    fall : float
        How much weaker the weakening is than the strengthening.
    total : float
        Sum of the weights of each neuron.
    adaptation, recovery : float
        What a spike adds to a neuron's threshold, and the share of what was added that is lost
        with each row.
    epochs : int
        Passes over the rows.
    """

    neurons: int = 36
    steps: int = 10
    beta: float = 0.95
    trace: float = 0.8
    rate: float = 0.02
    fall: float = 0.5
    total: float = 4.0
    adaptation: float = 0.05
    recovery: float = 0.002
    epochs: int = 3


@dataclass(frozen=True)
class PlasticLayer:
    """A layer after learning."""

    weight: np.ndarray
    threshold: np.ndarray
    settings: PlasticitySettings

    def counts(self, features: np.ndarray) -> np.ndarray:
        """Return the spikes of each neuron, without competition, as features for a read-out."""
        spikes = encode(features, self.settings).transpose(1, 0, 2)
        currents = (step @ self.weight for step in spikes)
        return sum(_spikes(currents, self.settings.beta, self.threshold))


def encode(features: np.ndarray, settings: PlasticitySettings) -> np.ndarray:
    """Turn values into spikes: two leaky neurons an input, one for each sign.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (n, inputs), about zero in the mean; a value is held as a neuron's current.

    Returns
    -------
    numpy.ndarray
        Shape (n, steps, 2 x inputs), zeros and ones: first the positive parts, then the
        negative ones.
    """
    current = np.hstack([features, -features]).clip(min=0)
    return np.stack(list(_spikes([current] * settings.steps, settings.beta, 1)), axis=1)


def _spikes(currents: Iterable[np.ndarray], beta: float, threshold) -> Iterator[np.ndarray]:
    """Yield the zeros and ones of leaky neurons, step by step."""
    membrane = spikes = 0.0
    for current in currents:
        membrane = beta * membrane + current - spikes * threshold
        spikes = (membrane > threshold).astype(current.dtype)
        yield spikes


def learn(features: np.ndarray, settings: PlasticitySettings, seed: int) -> PlasticLayer:
    """Show rows to a layer that learns from the timing of spikes.

    Parameters
    ----------
    features : numpy.ndarray
        Shape (n, inputs), scaled.
    seed : int
        Decides the initial weights and the order of rows.

    Returns
    -------
    PlasticLayer
        With a rate of zero: the layer as drawn, its thresholds adapted.
    """
    random = np.random.default_rng(seed)
    spikes = encode(features, settings).astype(np.float64)
    weight = random.random((spikes.shape[2], settings.neurons))
    weight *= settings.total / weight.sum(axis=0)
    threshold = np.ones(settings.neurons)
    constants = tuple(
        float(getattr(settings, name))
        for name in ("beta", "trace", "rate", "fall", "total", "adaptation", "recovery")
    )
    for _ in range(settings.epochs):
        _show_all(spikes[random.permutation(len(spikes))], weight, threshold, *constants)
    return PlasticLayer(weight, threshold, settings)


@njit(cache=True)
def _show_all(rows, weight, threshold, beta, trace, rate, fall, total, adaptation, recovery):
    """Show one row after the other; change weights and thresholds in place."""
    for row in range(len(rows)):
        _show(rows[row], weight, threshold, beta, trace, rate, fall, adaptation)
        # Only the sum of its own synapses matters to a neuron here.
        for neuron in range(len(threshold)):
            weight[:, neuron] *= total / weight[:, neuron].sum()
            threshold[neuron] = 1 + (threshold[neuron] - 1) * (1 - recovery)


@njit(cache=True)
def _show(steps, weight, threshold, beta, trace, rate, fall, adaptation):
    inputs, neurons = weight.shape
    membrane, after = np.zeros(neurons), np.zeros(neurons)
    before = np.zeros(inputs)
    for step in range(len(steps)):
        spiked = steps[step]
        before = trace * before + spiked
        after *= trace
        membrane = beta * membrane + spiked @ weight
        _weaken(weight, spiked, after, rate * fall)
        winner = np.argmax(membrane - threshold)
        if membrane[winner] > threshold[winner]:
            # Strengthening with a soft bound: a weight near 1 hardly grows.
            weight[:, winner] += rate * before * (1 - weight[:, winner])
            threshold[winner] += adaptation
            after[winner] += 1
            membrane[:] = 0


@njit(cache=True)
def _weaken(weight, spiked, after, rate):
    """Weaken the synapses whose input spikes after their neuron has."""
    for sender in range(len(spiked)):
        if spiked[sender] > 0:
            for neuron in range(len(after)):
                weight[sender, neuron] -= rate * after[neuron] * weight[sender, neuron]
