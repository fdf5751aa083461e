"""Training the same networks at several learning rates in one stack, for a search."""

from collections.abc import Sequence

import torch

from lib.common.threads import one_thread
from lib.methods.spiking.network import loss_of
from lib.methods.spiking.neurons import Neuron, StackedClassifier
from lib.methods.spiking.settings import SpikingSettings
from lib.methods.spiking.training import SpikingTask, orders, stacked_rows

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


def train_at_rates(
    tasks: Sequence[SpikingTask],
    rates: Sequence[float],
    neuron: Neuron,
    hidden: Sequence[int],
    settings: SpikingSettings,
) -> StackedClassifier:
    """Train one classifier a rate and task as `train_neurons` does, all in one stack.

    Parameters
    ----------
    tasks : sequence of SpikingTask
        As `train_stacked` takes them.
    rates : sequence of float
        Learning rates; the settings' own is not used.
    neuron, hidden, settings
        As for `train_neurons`.

    Returns
    -------
    StackedClassifier
        Its replicates are all tasks at the first rate, then all at the second, and so on.
    """
    repeated = [task for _ in rates for task in tasks]
    sizes = (settings.inputs, *hidden, settings.classes)
    network = StackedClassifier(neuron, sizes, settings.steps, [task.seed for task in repeated])
    rows, labels = stacked_rows(repeated, settings)
    own = torch.tensor([rate for rate in rates for _ in tasks])
    parts = list(network.parameters())
    moments = [[torch.zeros_like(part) for part in parts] for _ in range(2)]
    each, update = torch.arange(len(repeated)).unsqueeze(1), 0
    with one_thread():
        for order in orders(repeated, settings.epochs):
            for chosen in order.split(settings.batch_size, dim=1):
                outputs = network(rows[each, chosen])
                loss_of(outputs, labels[each, chosen], settings).mean(dim=1).sum().backward()
                update += 1
                _adam(parts, *moments, own, update)
    return network


@torch.no_grad()
def _adam(parts, first, second, rates, update: int) -> None:
    """Adam's step, with a learning rate of its own for each replicate."""
    for part, mean, square in zip(parts, first, second, strict=True):
        mean.lerp_(part.grad, 1 - BETA_1)
        square.mul_(BETA_2).addcmul_(part.grad, part.grad, value=1 - BETA_2)
        spread = (square / (1 - BETA_2**update)).sqrt_().add_(EPSILON)
        step = mean / (1 - BETA_1**update) / spread
        part -= rates.view(-1, *[1] * (part.dim() - 1)) * step
        part.grad = None
