"""Other neurons, and more layers of them, in the same classifier.

A neuron is a rule for one time step; linear layers, initial weights, loss, Adam and order of rows
are the same for all. Replicates train in one stack, by automatic differentiation of any rule.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from lib.common.threads import one_thread
from lib.methods.spiking.network import Fire, decision, loss_of
from lib.methods.spiking.settings import SpikingSettings
from lib.methods.spiking.training import SpikingTask, orders, stacked_rows

States = tuple[torch.Tensor, ...]
THRESHOLD, SLOPE = 1.0, 25.0


def _after_reset(membrane, before):
    """Lower the membrane where a spike was sent before; return it with the new spikes."""
    membrane = torch.sub(membrane, before, alpha=THRESHOLD)
    return membrane, Fire.apply(membrane, THRESHOLD, SLOPE)


@dataclass(frozen=True)
class Neuron:
    """A rule for one time step, in shapes of (replicates, rows, neurons) throughout.

    What it learns has a leading axis of replicates; its last state is the spikes one step before.
    """

    states: ClassVar[int] = 2

    def learned(self, size: int, generator: torch.Generator) -> list[torch.Tensor]:
        """Return initial values of what a layer of `size` neurons learns, for one replicate."""
        return []

    def start(self, current: torch.Tensor) -> States:
        """Return the states before the first step: all zero."""
        return (torch.zeros_like(current),) * self.states

    def step(
        self, current: torch.Tensor, states: States, learned: Sequence[torch.Tensor]
    ) -> tuple[torch.Tensor, States]:
        """Return what the neurons send, and their new states."""
        raise NotImplementedError


@dataclass(frozen=True)
class Leaky(Neuron):
    """Leaky integrate-and-fire, reset by subtraction one step later: the paper's neuron.

    The share `beta` of the membrane potential is left after a step. With `learn_beta` each
    neuron learns its own share, starting from `beta`, kept in [0, 1].
    """

    beta: float = 0.95
    learn_beta: bool = False

    def learned(self, size, generator):
        """Return one share a neuron when shares are learned."""
        return [torch.full((1, size), self.beta)] if self.learn_beta else []

    def step(self, current, states, learned):
        """Let the membrane decay, take the current in, and pay for the spike before."""
        membrane, before = states
        if learned:
            membrane = torch.addcmul(current, membrane, learned[0].clamp(0, 1))
        else:
            membrane = torch.add(current, membrane, alpha=self.beta)
        membrane, spikes = _after_reset(membrane, before)
        return spikes, (membrane, spikes.detach())


@dataclass(frozen=True)
class Recurrent(Neuron):
    """A `Leaky` neuron whose spikes reach all neurons of the layer one step later."""

    beta: float = 0.95

    def learned(self, size, generator):
        """Return weights among the neurons and biases, drawn as `torch.nn.Linear` does."""
        bound = 1 / math.sqrt(size)
        return [
            torch.empty(shape).uniform_(-bound, bound, generator=generator)
            for shape in ((size, size), (1, size))
        ]

    def step(self, current, states, learned):
        """Add to the current what the layer's own spikes bring back."""
        membrane, before = states
        weight, bias = learned
        membrane = torch.add(current, membrane, alpha=self.beta)
        membrane = membrane + torch.baddbmm(bias, before, weight)
        membrane, spikes = _after_reset(membrane, before.detach())
        return spikes, (membrane, spikes)


@dataclass(frozen=True)
class Synaptic(Neuron):
    """Second order: the current itself builds up and decays in the synapse.

    Shares `alpha` of the synaptic current and `beta` of the membrane are left after a step.
    """

    alpha: float = 0.9
    beta: float = 0.95
    states: ClassVar[int] = 3

    def step(self, current, states, learned):
        """Let the current pass through the synapse into the membrane."""
        synapse, membrane, before = states
        synapse = torch.add(current, synapse, alpha=self.alpha)
        membrane = torch.add(synapse, membrane, alpha=self.beta)
        membrane, spikes = _after_reset(membrane, before)
        return spikes, (synapse, membrane, spikes.detach())


@dataclass(frozen=True)
class Alpha(Neuron):
    """The membrane is the difference of a slow and a fast trace of the input.

    It answers an input with a rounded, delayed bump, whose first value is zero, and is set to
    zero with both traces one step after a spike. Shares `alpha` of the slow and `beta` of the
    fast trace are left after a step, ``beta < alpha < 1``.
    """

    alpha: float = 0.9
    beta: float = 0.8
    states: ClassVar[int] = 3

    @property
    def gain(self) -> float:
        """What the difference of the traces is multiplied by."""
        slow, fast = math.log(self.alpha), math.log(self.beta)
        return slow / (fast - slow) + 1

    def step(self, current, states, learned):
        """Advance both traces, or clear them after a spike."""
        slow, fast, before = states
        kept = 1 - before
        slow = torch.add(current, slow, alpha=self.alpha) * kept
        fast = torch.add(current, fast, alpha=self.beta) * kept
        spikes = Fire.apply(self.gain * (slow - fast), THRESHOLD, SLOPE)
        return spikes, (slow, fast, spikes.detach())


@dataclass(frozen=True)
class Izhikevich(Neuron):
    """Izhikevich's neuron of 2003 in steps of one millisecond, with his constants.

    The membrane is integrated by Euler's rule in two half steps and the recovery variable in
    one whole step, as in his published program.

    Attributes
    ----------
    a, b, c, d : float
        His constants; the defaults are those of a regularly spiking cell.
    gain : float
        Input in his unit for a current of one. With the default, the weakest held current that
        makes a leaky neuron spike within ten steps makes this one spike within ten, too.
    peak : float
        Membrane potential, in millivolts, that counts as a spike.
    scale : float
        Millivolts that the surrogate gradient takes as one.
    """

    a: float = 0.02
    b: float = 0.2
    c: float = -65.0
    d: float = 8.0
    gain: float = 32.0
    peak: float = 30.0
    scale: float = 100.0

    @property
    def rest(self) -> float:
        """Membrane potential without input, in millivolts."""
        linear = 5 - self.b
        return (-linear - math.sqrt(linear**2 - 4 * 0.04 * 140)) / (2 * 0.04)

    def start(self, current):
        """Return membrane and recovery at rest, and no spike before."""
        membrane = torch.full_like(current, self.rest)
        return membrane, self.b * membrane, torch.zeros_like(current)

    def step(self, current, states, learned):
        """Reset what has spiked, then integrate one millisecond."""
        membrane, recovery, before = states
        membrane = torch.where(before > 0, self.c, membrane)
        recovery = recovery + self.d * before
        # Half a millisecond of 0.04 v^2 + 5 v + 140 - u + I, added to v.
        drive = torch.sub(70 + 0.5 * self.gain * current, recovery, alpha=0.5)
        membrane = torch.addcmul(drive, membrane, 0.02 * membrane + 3.5)
        # Beyond the peak the equation runs away, and only the reset would bring it back.
        membrane = membrane.clamp(max=self.peak)
        membrane = torch.addcmul(drive, membrane, 0.02 * membrane + 3.5)
        spikes = Fire.apply(membrane, self.peak, SLOPE / self.scale)
        membrane = membrane.clamp(max=self.peak)
        recovery = recovery + self.a * (self.b * membrane - recovery)
        return spikes, (membrane, recovery, spikes.detach())


class StackedClassifier(nn.Module):
    """Replicates of a feed-forward classifier, their weights in one tensor a layer."""

    def __init__(self, neuron: Neuron, sizes: Sequence[int], steps: int, seeds: Sequence[int]):
        super().__init__()
        self.neuron, self.sizes, self.steps = neuron, tuple(sizes), steps
        drawn = zip(*(_draw(neuron, sizes, seed) for seed in seeds), strict=True)
        self.drawn = nn.ParameterList(nn.Parameter(torch.stack(each)) for each in drawn)

    @property
    def linears(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Each layer's weights (replicates, inputs, outputs), biases (replicates, 1, outputs)."""
        own = list(self.drawn)[: 2 * (len(self.sizes) - 1)]
        return list(zip(own[::2], own[1::2], strict=True))

    def _learned(self, layer: int) -> list[torch.Tensor]:
        own = list(self.drawn)[2 * (len(self.sizes) - 1) :]
        each = len(own) // (len(self.sizes) - 2)
        return own[layer * each : (layer + 1) * each]

    def trace(self, features: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Show rows for all steps."""
        weight, bias = self.linears[0]
        currents = [torch.baddbmm(bias, features, weight)] * self.steps
        sent = []
        for layer, (weight, bias) in enumerate(self.linears[1:]):
            signals = self._scan(currents, layer)
            sent.append(signals)
            # All steps of a layer in one product: no layer hears from a later one.
            flat = torch.baddbmm(bias, signals.flatten(1, 2), weight)
            currents = flat.view(*signals.shape[:3], -1).unbind(1)
        return torch.stack(list(currents)), sent

    def _scan(self, currents, layer) -> torch.Tensor:
        learned, states = self._learned(layer), self.neuron.start(currents[0])
        signals = []
        for current in currents:
            signal, states = self.neuron.step(current, states, learned)
            signals.append(signal)
        return torch.stack(signals, dim=1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the outputs of every time step."""
        return self.trace(features)[0]

    @property
    def parameters_each(self) -> int:
        """Weights, biases and what the neurons learn, of one replicate."""
        return sum(each[0].numel() for each in self.drawn)


def _draw(neuron: Neuron, sizes: Sequence[int], seed: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    drawn = []
    for inputs, outputs in pairwise(sizes):
        bound = 1 / math.sqrt(inputs)
        weight = torch.empty(outputs, inputs).uniform_(-bound, bound, generator=generator)
        bias = torch.empty(1, outputs).uniform_(-bound, bound, generator=generator)
        drawn += [weight.T.contiguous(), bias]
    for size in sizes[1:-1]:
        drawn += neuron.learned(size, generator)
    return drawn


def train_neurons(
    tasks: Sequence[SpikingTask], neuron: Neuron, hidden: Sequence[int], settings: SpikingSettings
) -> tuple[StackedClassifier, np.ndarray]:
    """Train one classifier a task, all in one stack.

    Parameters
    ----------
    tasks : sequence of SpikingTask
        As `train_stacked` takes them.
    neuron, hidden : Neuron, sequence of int
        The kind of all hidden layers, and the neurons of each.
    settings : SpikingSettings
        Inputs, classes, steps, read-out, learning rate, epochs and batch size; one update a
        batch.

    Returns
    -------
    network : StackedClassifier
        After training.
    loss : numpy.ndarray
        Shape (tasks, epochs): mean over each epoch's batches, measured before each update.
    """
    sizes = (settings.inputs, *hidden, settings.classes)
    network = StackedClassifier(neuron, sizes, settings.steps, [task.seed for task in tasks])
    rows, labels = stacked_rows(tasks, settings)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    with one_thread():
        losses = [
            _epoch(network, rows, labels, order, settings, optimizer)
            for order in orders(tasks, settings.epochs)
        ]
    return network, torch.stack(losses, dim=1).numpy()


def _epoch(network, rows, labels, order, settings, optimizer) -> torch.Tensor:
    """Update once a batch; return the mean loss of each replicate."""
    replicates = torch.arange(len(order)).unsqueeze(1)
    losses = []
    for chosen in order.split(settings.batch_size, dim=1):
        outputs = network(rows[replicates, chosen])
        loss = loss_of(outputs, labels[replicates, chosen], settings).mean(dim=1)
        optimizer.zero_grad()
        # Replicates share no weight, so the gradient of the sum is each one's own.
        loss.sum().backward()
        optimizer.step()
        losses.append(loss.detach())
    return torch.stack(losses).mean(dim=0)


def stacked_chances(
    network: StackedClassifier, features: np.ndarray, settings: SpikingSettings
) -> np.ndarray:
    """Return each replicate's probabilities of the classes.

    Parameters
    ----------
    network, settings : StackedClassifier, SpikingSettings
        As trained.
    features : numpy.ndarray
        Shape (replicates, n, inputs), scaled as for training.

    Returns
    -------
    numpy.ndarray
        Shape (replicates, n, classes), values in [0, 1].
    """
    with torch.inference_mode(), one_thread():
        outputs = network(torch.as_tensor(np.asarray(features), dtype=torch.float32))
        return torch.softmax(decision(outputs, settings), dim=-1).numpy()
