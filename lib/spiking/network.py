"""The spiking network of Zivadinovic and Simic, Section III, in PyTorch and in snntorch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import snntorch
import torch
from snntorch import surrogate
from torch import nn
from torch.nn.functional import cross_entropy

from lib.spiking.settings import SpikingSettings

# A weight of shape (inputs, outputs) and a bias; both may have leading replicate axes.
Layer = tuple[torch.Tensor, torch.Tensor]


class FastSigmoid(torch.autograd.Function):
    """A spike above zero; backward, the derivative of a fast sigmoid in its place."""

    @staticmethod
    def forward(context, distance, slope):
        """Return 1 where the membrane is above the threshold, else 0.

        Parameters
        ----------
        context : torch.autograd.function.FunctionCtx
            Keeps for `backward` what it needs.
        distance : torch.Tensor
            Membrane potential less threshold, any shape.
        slope : float
            Steepness of the fast sigmoid.

        Returns
        -------
        torch.Tensor
            Spikes in the shape and type of `distance`.
        """
        context.save_for_backward(distance)
        context.slope = slope
        return (distance > 0).to(distance.dtype)

    @staticmethod
    def backward(context, gradient):
        """Return the gradient times 1 / (slope |distance| + 1)^2.

        Parameters
        ----------
        context : torch.autograd.function.FunctionCtx
            What `forward` kept.
        gradient : torch.Tensor
            Of the loss with respect to the spikes, in their shape.

        Returns
        -------
        tuple of (torch.Tensor, None)
            With respect to the distance, in its shape; None for the slope.
        """
        (distance,) = context.saved_tensors
        return gradient / (context.slope * distance.abs() + 1) ** 2, None


@dataclass
class Trace:
    """What all neurons did while one input was shown.

    Attributes
    ----------
    spikes, membranes : list of torch.Tensor
        One a layer of neurons, each of shape (steps, n, neurons).
    outputs : torch.Tensor
        Shape (steps, n, classes): what the read-out takes.
    """

    spikes: list[torch.Tensor]
    membranes: list[torch.Tensor]
    outputs: torch.Tensor


class SpikingClassifier(nn.Module):
    """Two layers of leaky integrate-and-fire neurons between three linear layers.

    Parameters
    ----------
    settings : SpikingSettings
        Architecture.
    seed : int
        Decides the initial weights, drawn as `torch.nn.Linear` draws them.
    """

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
        """Show rows for all steps and return what the neurons did.

        Parameters
        ----------
        features : torch.Tensor
            Shape (n, inputs): the input current, the same at each step.

        Returns
        -------
        Trace
            With the states after each step. Where the read-out has no neurons at the output, its
            `membranes` have a third entry all the same, of zeros.
        """
        states = initial_states(self.layers, features)
        rows = []
        for _ in range(self.settings.steps):
            states, spikes, outputs = one_step(self.layers, features, states, self.settings)
            rows.append((spikes, states, outputs))
        spikes, membranes, outputs = zip(*rows, strict=True)
        stacked = [
            [torch.stack(each) for each in zip(*of, strict=True)] for of in (spikes, membranes)
        ]
        return Trace(*stacked, torch.stack(outputs))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the outputs of every time step.

        Parameters
        ----------
        features : torch.Tensor
            As for `trace`.

        Returns
        -------
        torch.Tensor
            Shape (steps, n, classes): logits, or what the read-out takes of neurons at the output.
        """
        return self.trace(features).outputs


def initial_states(layers: Sequence[Layer], features: torch.Tensor) -> list[torch.Tensor]:
    """Return membrane potentials of zero for each layer's neurons.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        As for `one_step`.
    features : torch.Tensor
        Shape (..., n, inputs); its leading axes, type and device are taken over.

    Returns
    -------
    list of torch.Tensor
        One a linear layer, the last one included, each of shape (..., n, outputs).
    """
    leading = features.shape[:-1]
    return [features.new_zeros(*leading, weight.shape[-1]) for weight, _ in layers]


def one_step(
    layers: Sequence[Layer],
    features: torch.Tensor,
    states: Sequence[torch.Tensor],
    settings: SpikingSettings,
) -> tuple[list[torch.Tensor], list[torch.Tensor], torch.Tensor]:
    """Advance the network by one time step.

    Parameters
    ----------
    layers : sequence of (weight, bias)
        Of all replicates when they have a leading axis.
    features : torch.Tensor
        Shape (n, inputs) or (replicates, n, inputs): the input current, the same at each step.
    states : sequence of torch.Tensor
        Membrane potentials, one a linear layer; the last one only serves a read-out that has
        neurons at the output.
    settings : SpikingSettings
        Decay, threshold, slope, read-out.

    Returns
    -------
    tuple
        New membrane potentials, spikes, and outputs of shape (..., n, classes).
    """
    signal, membranes, spikes = features, [], []
    for (weight, bias), state in zip(layers[:-1], states[:-1], strict=True):
        state, signal = leaky(signal @ weight + bias, state, settings)
        membranes.append(state)
        spikes.append(signal)
    weight, bias = layers[-1]
    logits = signal @ weight + bias
    if settings.readout not in ("spikes", "membrane"):
        return [*membranes, states[-1]], spikes, logits
    state, fired = leaky(logits, states[-1], settings)
    outputs = fired if settings.readout == "spikes" else state
    return [*membranes, state], [*spikes, fired], outputs


def leaky(
    current: torch.Tensor, membrane: torch.Tensor, settings: SpikingSettings
) -> tuple[torch.Tensor, torch.Tensor]:
    """Advance leaky integrate-and-fire neurons by one time step.

    The membrane keeps a share `beta`, takes in the current, and is lowered by the threshold
    when the neuron has spiked in the step before; no gradient passes through this reset.

    Parameters
    ----------
    current : torch.Tensor
        Input of this step, shape (..., n, neurons).
    membrane : torch.Tensor
        Potentials after the step before, in the same shape; zeros before the first.
    settings : SpikingSettings
        Decay, threshold and slope.

    Returns
    -------
    tuple of torch.Tensor
        Membrane potentials and spikes (0 or 1), both in the shape of `current`.
    """
    reset = (membrane > settings.threshold).to(membrane.dtype).detach() * settings.threshold
    membrane = settings.beta * membrane + current - reset
    return membrane, FastSigmoid.apply(membrane - settings.threshold, settings.slope)


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
    """Return the cross-entropy of every row.

    Parameters
    ----------
    outputs : torch.Tensor
        Shape (steps, ..., n, classes).
    labels : torch.Tensor
        Shape (..., n), class indices.
    settings : SpikingSettings
        Decides between one loss on the decision and the sum of a loss at every step.

    Returns
    -------
    torch.Tensor
        Shape (..., n).
    """
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
    """The same network written with snntorch's own neurons: the yardstick of the others.

    Parameters
    ----------
    settings : SpikingSettings
        Architecture.
    """

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
        """Return the outputs of every time step.

        Parameters
        ----------
        features : torch.Tensor
            Shape (n, inputs): the input current, the same at each step.

        Returns
        -------
        torch.Tensor
            Shape (steps, n, classes), as of `SpikingClassifier`.
        """
        states = [neuron.init_leaky() for neuron in self.neurons]
        outputs = []
        for _ in range(self.settings.steps):
            signal = features
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
    """Return the same network, with the same weights, written with snntorch.

    Parameters
    ----------
    network : SpikingClassifier
        Any; its weights are copied.

    Returns
    -------
    SnntorchClassifier
        In the precision of `network`.
    """
    twin = SnntorchClassifier(network.settings).to(next(network.parameters()).dtype)
    with torch.no_grad():
        for theirs, ours in zip(twin.linears, network.linears, strict=True):
            theirs.load_state_dict(ours.state_dict())
    return twin
