"""The same network without spikes: what it reaches tells what the spikes are worth."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, relu

from lib.spiking.network import SpikingClassifier
from lib.spiking.settings import SpikingSettings
from lib.spiking.training import SpikingTask, Trained
from lib.threads import one_thread


class DenseClassifier(nn.Module):
    """The three linear layers of a `SpikingClassifier`, with a rectifier for each neuron.

    Parameters
    ----------
    settings : SpikingSettings
        Sizes; without spikes one time step says all.
    seed : int
        Decides the initial weights, which are those of the spiking network of this seed.
    """

    def __init__(self, settings: SpikingSettings, seed: int = 0):
        super().__init__()
        self.settings = settings.but(steps=1, readout="sum")
        self.linears = SpikingClassifier(settings, seed).linears

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits as those of a single time step.

        Parameters
        ----------
        features : torch.Tensor
            Shape (n, inputs), scaled as for training.

        Returns
        -------
        torch.Tensor
            Shape (1, n, classes).
        """
        first, second, last = self.linears
        return last(relu(second(relu(first(features))))).unsqueeze(0)


def train_dense(
    tasks: Sequence[SpikingTask], settings: SpikingSettings, device: str | None = None
) -> Trained:
    """Train one dense classifier a task, all in one pass, as `train_stacked` trains spiking ones.

    Initial weights, order of rows, batches, loss and optimizer are the same; only the neurons
    differ.

    Parameters
    ----------
    tasks : sequence of SpikingTask
        With equal numbers of rows.
    settings : SpikingSettings
        Sizes, learning rate, epochs and batch size; the rest is about spikes.
    device : str, optional
        Default: ``"cuda"`` where present, else ``"cpu"``.

    Returns
    -------
    Trained
        Networks that `class_chances` takes, and learning curves.

    Raises
    ------
    ValueError
        If there is no task, or tasks differ in their number of rows.
    """
    if len({len(task.labels) for task in tasks}) != 1:
        raise ValueError("one stack takes at least one task, all with equal numbers of rows")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    networks = [DenseClassifier(settings, task.seed) for task in tasks]
    layers = [_stacked([own.linears[index] for own in networks], device) for index in range(3)]
    with one_thread():
        losses = _train(layers, _rows(tasks, device), tasks, settings)
    for index, network in enumerate(networks):
        for linear, (weight, bias) in zip(network.linears, layers, strict=True):
            own = {"weight": weight[index].T, "bias": bias[index, 0]}
            linear.load_state_dict({name: part.detach() for name, part in own.items()})
    return Trained(networks, losses, settings.epochs)


def _stacked(linears, device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return one layer of all networks: weights (tasks, inputs, outputs), biases (tasks, 1, …)."""
    weight = torch.stack([linear.weight.detach().T for linear in linears])
    bias = torch.stack([linear.bias.detach() for linear in linears]).unsqueeze(1)
    return weight.to(device).requires_grad_(), bias.to(device).requires_grad_()


def _rows(tasks, device) -> tuple[torch.Tensor, torch.Tensor]:
    features = np.stack([np.asarray(task.features, dtype=np.float32) for task in tasks])
    labels = np.stack([np.asarray(task.labels) for task in tasks])
    return torch.as_tensor(features, device=device), torch.as_tensor(labels, device=device).long()


def _train(layers, rows, tasks, settings) -> np.ndarray:
    features, labels = rows
    generators = [torch.Generator().manual_seed(task.seed) for task in tasks]
    each = torch.arange(len(tasks)).unsqueeze(1)
    parameters = [part for layer in layers for part in layer]
    optimizer = torch.optim.Adam(parameters, lr=settings.learning_rate, fused=True)
    losses = []
    for _ in range(settings.epochs):
        drawn = [torch.randperm(labels.shape[1], generator=own) for own in generators]
        for chosen in torch.stack(drawn).split(settings.batch_size, dim=1):
            optimizer.zero_grad()
            loss = _losses(layers, features[each, chosen], labels[each, chosen])
            loss.sum().backward()
            optimizer.step()
            losses.append(loss.detach().cpu())
    return torch.stack(losses, dim=1).double().numpy()


def _losses(layers, signal, labels) -> torch.Tensor:
    """Return each network's mean cross-entropy, shape (tasks,)."""
    for weight, bias in layers[:-1]:
        signal = relu(torch.baddbmm(bias, signal, weight))
    weight, bias = layers[-1]
    logits = torch.baddbmm(bias, signal, weight)
    each = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return each.view(labels.shape).mean(dim=1)
