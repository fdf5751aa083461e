"""The spiking network of Zivadinovic and Simic, Section III, in PyTorch and in snntorch."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import snntorch
import torch
from snntorch import surrogate
from torch import nn
from torch.nn.functional import cross_entropy

from lib.methods.spiking.settings import SpikingSettings

# A weight of shape (inputs, outputs) and a bias; both may have leading replicate axes.
Layer = tuple[torch.Tensor, torch.Tensor]


class Fire(torch.autograd.Function):
    """A spike above a threshold; backward, the derivative of a fast sigmoid in its place."""

    @staticmethod
    def forward(context, membrane, threshold, slope):
        """Return 1 where the membrane is above the threshold, else 0."""
        context.save_for_backward(membrane)
        context.threshold, context.slope = threshold, slope
        return membrane.gt(threshold).to(membrane.dtype)

    @staticmethod
    def backward(context, gradient):
        """Return the gradient divided by (slope |membrane - threshold| + 1)^2."""
        (membrane,) = context.saved_tensors
        steepness = (membrane - context.threshold).abs_().mul_(context.slope).add_(1).square_()
        return torch.div(gradient, steepness, out=steepness), None, None


@dataclass
class Trace:
    """What all neurons did while one input was shown."""

    spikes: list[torch.Tensor]
    membranes: list[torch.Tensor]
    outputs: torch.Tensor


class SpikingClassifier(nn.Module):
    """Two layers of leaky integrate-and-fire neurons between three linear layers."""

    def __init__(self, settings: SpikingSettings, seed: int = 0):
        super().__init__()
        self.settings = settings
        self.linears = nn.ModuleList(nn.Linear(*size) for size in settings.sizes)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            for linear in self.linears:
                bound = 1 / math.sqrt(linear.in_features)
                linear.weight.uniform_(-bound, bound, generator=generator)
                linear.bias.uniform_(-bound, bound, generator=generator)

    @property
    def layers(self) -> list[Layer]:
        """The linear layers as pairs of a weight (inputs, outputs) and a bias."""
        return [(linear.weight.T, linear.bias) for linear in self.linears]

    def trace(self, features: torch.Tensor) -> Trace:
        """Show rows for all steps and return what the neurons did, step by step."""
        steps = each_step(self.layers, features, self.settings)
        spikes, membranes, outputs = zip(*steps, strict=True)
        by_layer = (zip(*each, strict=True) for each in (spikes, membranes))
        return Trace(*(list(map(torch.stack, each)) for each in by_layer), torch.stack(outputs))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the outputs of every time step."""
        return self.trace(features).outputs


def each_step(
    layers: Sequence[Layer], features: torch.Tensor, settings: SpikingSettings, cut: bool = False
) -> Iterator[tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]]:
    """Yield each step's spikes, membranes and outputs; `cut` stops gradients between the steps."""
    states = [features.new_zeros(*features.shape[:-1], weight.shape[-1]) for weight, _ in layers]
    for step in range(settings.steps):
        if cut:
            states = [state.detach() for state in states]
        signal = features if step < settings.shown_steps else torch.zeros_like(features)
        spikes, states, outputs = _one_step(layers, signal, states, settings)
        yield spikes, states, outputs


def _one_step(layers, signal, states, settings):
    membranes, spikes = [], []
    for (weight, bias), state in zip(layers[:-1], states[:-1], strict=True):
        state, signal = leaky(signal @ weight + bias, state, settings)
        membranes.append(state)
        spikes.append(signal)
    weight, bias = layers[-1]
    logits = signal @ weight + bias
    if settings.readout not in ("spikes", "membrane"):
        return spikes, [*membranes, states[-1]], logits
    state, fired = leaky(logits, states[-1], settings)
    outputs = fired if settings.readout == "spikes" else state
    return [*spikes, fired], [*membranes, state], outputs


def leaky(
    current: torch.Tensor, membrane: torch.Tensor, settings: SpikingSettings
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return membrane and spikes one step on; a spike before lowers the membrane by the threshold.

    No gradient passes through this reset.
    """
    reset = (membrane > settings.threshold).to(membrane.dtype).detach() * settings.threshold
    membrane = settings.beta * membrane + current - reset
    return membrane, Fire.apply(membrane, settings.threshold, settings.slope)


def decision(outputs: torch.Tensor, settings: SpikingSettings) -> torch.Tensor:
    """Combine the outputs of all steps into one logit a class.

    Parameters
    ----------
    outputs : torch.Tensor
        Shape (steps, ..., classes).
    settings : SpikingSettings
        Its read-out says what each step counts.

    Returns
    -------
    torch.Tensor
        Shape (..., classes).
    """
    weights = torch.as_tensor(settings.step_weights, dtype=outputs.dtype, device=outputs.device)
    return torch.tensordot(weights, outputs, dims=1)


def loss_of(outputs: torch.Tensor, labels: torch.Tensor, settings: SpikingSettings) -> torch.Tensor:
    """Return the cross-entropy of every row."""
    if settings.loss_every_step:
        repeated = labels.expand(len(outputs), *labels.shape)
        return _row_loss(outputs, repeated).sum(dim=0)
    return _row_loss(decision(outputs, settings), labels)


def _row_loss(logits, labels):
    flat = cross_entropy(logits.flatten(0, -2), labels.flatten(), reduction="none")
    return flat.view(labels.shape)


def class_chances(network: nn.Module, features: np.ndarray) -> np.ndarray:
    """Return a network's probability of each class.

    Parameters
    ----------
    network : SpikingClassifier or SnntorchClassifier
        After training.
    features : numpy.ndarray
        Shape (n, inputs), scaled as for training.

    Returns
    -------
    numpy.ndarray
        Shape (n, classes), values in [0, 1], rows add up to 1.
    """
    with torch.inference_mode():
        dtype = next(network.parameters()).dtype
        rows = torch.as_tensor(np.asarray(features), dtype=dtype)
        parts = [decision(network(part), network.settings) for part in rows.split(5_000)]
        return torch.softmax(torch.cat(parts), dim=-1).numpy()


class SnntorchClassifier(nn.Module):
    """The same network written with snntorch's own neurons: the yardstick of the others."""

    def __init__(self, settings: SpikingSettings):
        super().__init__()
        self.settings = settings
        self.linears = nn.ModuleList(nn.Linear(*size) for size in settings.sizes)
        self.neurons = nn.ModuleList(
            snntorch.Leaky(
                beta=settings.beta,
                threshold=settings.threshold,
                spike_grad=surrogate.fast_sigmoid(slope=settings.slope),
            )
            for _ in settings.sizes
        )

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the outputs of every time step."""
        states = [neuron.init_leaky() for neuron in self.neurons]
        outputs = []
        for step in range(self.settings.steps):
            signal = features if step < self.settings.shown_steps else torch.zeros_like(features)
            for index in (0, 1):
                current = self.linears[index](signal)
                signal, states[index] = self.neurons[index](current, states[index])
                # snntorch's spikes are always of single precision.
                signal = signal.to(features.dtype)
            outputs.append(self._output(self.linears[2](signal), states))
        return torch.stack(outputs)

    def _output(self, logits, states):
        if self.settings.readout not in ("spikes", "membrane"):
            return logits
        spikes, states[2] = self.neurons[2](logits, states[2])
        return spikes.to(logits.dtype) if self.settings.readout == "spikes" else states[2]


def snntorch_network(network: SpikingClassifier) -> SnntorchClassifier:
    """Return the same network, with a copy of the same weights, written with snntorch."""
    twin = SnntorchClassifier(network.settings).to(next(network.parameters()).dtype)
    with torch.no_grad():
        for theirs, ours in zip(twin.linears, network.linears, strict=True):
            theirs.load_state_dict(ours.state_dict())
    return twin
