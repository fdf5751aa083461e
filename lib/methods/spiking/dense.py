"""The same network without spikes: what it reaches tells what the spikes are worth."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, relu

from lib.common.threads import one_thread
from lib.methods.spiking.network import SpikingClassifier
from lib.methods.spiking.settings import SpikingSettings
from lib.methods.spiking.training import (
    SpikingTask,
    Trained,
    fill,
    orders,
    stacked_layers,
    stacked_rows,
    usual_device,
)


class DenseClassifier(nn.Module):
    """The three linear layers of a `SpikingClassifier`, with a rectifier for each neuron."""

    def __init__(self, settings: SpikingSettings, seed: int = 0, scale: float = 1.0):
        super().__init__()
        self.settings, self.scale = settings.but(steps=1, readout="sum"), scale
        self.linears = SpikingClassifier(settings, seed).linears

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the logits as those of a single time step."""
        first, second, last = self.linears
        return self.scale * last(relu(second(relu(first(features))))).unsqueeze(0)


def train_dense(
    tasks: Sequence[SpikingTask],
    settings: SpikingSettings,
    device: str | None = None,
    scale: float = 1.0,
) -> Trained:
    """Train one dense classifier a task, all in one pass, as `train_stacked` trains spiking ones.

    Initial weights, order of rows, batches, loss and optimizer are the same; only the neurons
    differ.

    Parameters
    ----------
    tasks, device
        As for `train_stacked`, which refuses the same.
    settings : SpikingSettings
        Sizes, learning rate, epochs and batch size; the rest is about spikes.
    scale : float
        What a logit counts; ten, where the spiking network adds up the logits of ten steps.

    Returns
    -------
    Trained
        Networks that `class_chances` takes, and learning curves.
    """
    device = device or usual_device()
    rows = [part.to(device) for part in stacked_rows(tasks, settings)]
    networks = [DenseClassifier(settings, task.seed, scale) for task in tasks]
    layers = stacked_layers(networks, device)
    with one_thread():
        losses = _train(layers, *rows, orders(tasks, settings.epochs), settings, scale)
    fill(networks, layers)
    return Trained(networks, losses, settings.epochs)


def _train(layers, features, labels, orders, settings, scale) -> np.ndarray:
    each = torch.arange(len(labels)).unsqueeze(1)
    parameters = [part for layer in layers for part in layer]
    optimizer = torch.optim.Adam(parameters, lr=settings.learning_rate, fused=True)
    losses = []
    for order in orders:
        for chosen in order.split(settings.batch_size, dim=1):
            optimizer.zero_grad()
            loss = _losses(layers, features[each, chosen], labels[each, chosen], scale)
            loss.sum().backward()
            optimizer.step()
            losses.append(loss.detach().cpu())
    return torch.stack(losses, dim=1).double().numpy()


def _losses(layers, signal, labels, scale) -> torch.Tensor:
    """Return each network's mean cross-entropy, shape (tasks,)."""
    *hidden, (last_weight, last_bias) = layers
    for weight, bias in hidden:
        signal = relu(torch.baddbmm(bias, signal, weight))
    logits = scale * torch.baddbmm(last_bias, signal, last_weight)
    each = cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return each.view(labels.shape).mean(dim=1)
