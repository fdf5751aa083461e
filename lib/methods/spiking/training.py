"""Training spiking classifiers: many at once, and one the plain way, as the yardstick."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lib.common.threads import one_thread_a_network
from lib.methods.spiking.network import (
    Layer,
    SpikingClassifier,
    each_step,
    loss_of,
    snntorch_network,
)
from lib.methods.spiking.settings import SpikingSettings


@dataclass(frozen=True)
class SpikingTask:
    """What one replicate is trained on.

    Attributes
    ----------
    features : numpy.ndarray
        Shape (n, inputs): the input currents.
    labels : numpy.ndarray
        Shape (n,), class indices.
    seed : int
        Decides the initial weights and the order of rows.
    """

    features: np.ndarray
    labels: np.ndarray
    seed: int


@dataclass(frozen=True)
class Trained:
    """Networks after training, with their learning curves."""

    networks: list[nn.Module]
    update_loss: np.ndarray
    epochs: int

    @property
    def loss(self) -> np.ndarray:
        """Mean over the batches of each epoch, shape (tasks, epochs)."""
        return self.update_loss.reshape(len(self.update_loss), self.epochs, -1).mean(axis=2)


def train_stacked(
    tasks: Sequence[SpikingTask],
    settings: SpikingSettings,
    device: str | None = None,
    dtype: torch.dtype = torch.float32,
) -> Trained:
    """Train one spiking classifier a task, all in one pass.

    On the CPU epochs run as compiled loops (`lib.methods.spiking.fused`). Every other device, and
    updates after every time step of a network with neurons at the output, run as batched
    PyTorch operations.

    Parameters
    ----------
    tasks, settings : sequence of SpikingTask, SpikingSettings
        With equal numbers of rows; the settings are shared by all.
    device : str, optional
        Default: ``"cuda"`` where present, else ``"cpu"``.
    dtype : torch.dtype
        Precision of weights and features.

    Raises
    ------
    ValueError
        If there is no task, tasks differ in their number of rows, features do not fit the
        network's inputs or are not finite, or a label is none of the classes.
    """
    device = device or usual_device()
    rows = stacked_rows(tasks, settings, dtype)
    networks = [SpikingClassifier(settings, task.seed).to(dtype) for task in tasks]
    train = _train_batched
    if device == "cpu":
        # Imported here: compiling costs seconds, and only this way of training needs it.
        from lib.methods.spiking.fused import can_train

        train = _train_compiled if can_train(settings) else _train_batched
    losses = train(networks, rows, orders(tasks, settings.epochs), settings, device)
    return Trained(networks, np.concatenate(losses, axis=1), settings.epochs)


def train_snntorch(
    task: SpikingTask, settings: SpikingSettings, dtype: torch.dtype = torch.float32
) -> Trained:
    """Train one classifier with snntorch's neurons and PyTorch's optimizer, the plain way.

    Parameters
    ----------
    task : SpikingTask
        Rows and seed; initial weights and order of rows are those of `train_stacked`.
    settings : SpikingSettings
        With `update` "batch".
    dtype : torch.dtype
        Precision of weights and features.

    Returns
    -------
    Trained
        With one `SnntorchClassifier`.

    Raises
    ------
    ValueError
        As for `train_stacked`, or if `update` is not "batch".
    """
    (features,), (labels,) = stacked_rows([task], settings, dtype)
    if settings.update != "batch":
        raise ValueError(f"the plain loop updates after a batch, not after {settings.update!r}")
    network = snntorch_network(SpikingClassifier(settings, task.seed).to(dtype))
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    losses = []
    for (order,) in orders([task], settings.epochs):
        for chosen in order.split(settings.batch_size):
            optimizer.zero_grad()
            loss = loss_of(network(features[chosen]), labels[chosen], settings).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return Trained([network], np.array([losses]), settings.epochs)


def usual_device() -> str:
    """Return where networks are trained unless told otherwise."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def stacked_rows(
    tasks: Sequence[SpikingTask], settings: SpikingSettings, dtype: torch.dtype = torch.float32
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return features (tasks, n, inputs) and labels (tasks, n), or refuse tasks that do not fit."""
    if not tasks:
        raise ValueError("there is nothing to train: the sequence of tasks is empty")
    if len({len(task.labels) for task in tasks}) > 1:
        raise ValueError("the tasks of one stack must have equal numbers of rows")
    for task in tasks:
        if task.features.shape != (len(task.labels), settings.inputs):
            raise ValueError(
                f"a task of {len(task.labels)} labels has features of shape "
                f"{task.features.shape}; the network takes {settings.inputs} inputs"
            )
        if not np.isfinite(task.features).all():
            raise ValueError("a task has features that are not finite numbers")
        if not ((task.labels >= 0) & (task.labels < settings.classes)).all():
            raise ValueError(f"labels must be from 0 to {settings.classes - 1}")
    features = [torch.as_tensor(np.asarray(task.features), dtype=dtype) for task in tasks]
    labels = [torch.as_tensor(np.asarray(task.labels)).long() for task in tasks]
    return torch.stack(features), torch.stack(labels)


def orders(tasks: Sequence[SpikingTask], epochs: int) -> Iterator[torch.Tensor]:
    """Yield each epoch's order of rows, shape (tasks, n)."""
    generators = [torch.Generator().manual_seed(task.seed) for task in tasks]
    size = len(tasks[0].labels)
    for _ in range(epochs):
        yield torch.stack([torch.randperm(size, generator=each) for each in generators])


def stacked_layers(networks: Sequence[nn.Module], device: str) -> list[Layer]:
    """Return each layer of all networks: weights (tasks, inputs, outputs), biases (tasks, 1, …)."""
    layers = []
    for linears in zip(*(network.linears for network in networks), strict=True):
        weight = torch.stack([linear.weight.detach().T for linear in linears])
        bias = torch.stack([linear.bias.detach() for linear in linears]).unsqueeze(1)
        layers.append((weight.to(device).requires_grad_(), bias.to(device).requires_grad_()))
    return layers


@torch.no_grad()
def fill(networks: Sequence[nn.Module], layers: Sequence[Layer]) -> None:
    """Give networks the weights and biases of their stacked layers."""
    for index, network in enumerate(networks):
        for linear, (weight, bias) in zip(network.linears, layers, strict=True):
            linear.weight.copy_(weight[index].T)
            linear.bias.copy_(bias[index, 0])


def _train_compiled(networks, rows, orders, settings, device):
    from lib.methods.spiking.fused import train_epoch

    parts = [part.detach() for layer in stacked_layers(networks, device) for part in layer]
    flat = torch.cat([part.flatten(1) for part in parts], dim=1)
    parameters = flat.numpy()
    state = (parameters, np.zeros_like(parameters), np.zeros_like(parameters))
    rows = tuple(part.numpy() for part in rows)
    losses, updates = [], 0
    with one_thread_a_network():
        for order in orders:
            losses.append(train_epoch(state, rows, order.numpy(), settings, updates))
            each_batch = settings.steps if settings.update == "step" else 1
            updates += 1 if settings.update == "epoch" else losses[-1].shape[1] * each_batch
    ends = flat.split([part[0].numel() for part in parts], dim=1)
    parts = [own.reshape(part.shape) for own, part in zip(ends, parts, strict=True)]
    fill(networks, list(zip(parts[::2], parts[1::2], strict=True)))
    return losses


def _train_batched(networks, rows, orders, settings, device):
    layers = stacked_layers(networks, device)
    parameters = [part for layer in layers for part in layer]
    optimizer = torch.optim.Adam(parameters, lr=settings.learning_rate)
    features, labels = (part.to(device) for part in rows)
    losses = [
        _batched_epoch(layers, features, labels, order.to(device), settings, optimizer)
        for order in orders
    ]
    fill(networks, layers)
    return losses


def _batched_epoch(layers, features, labels, order, settings, optimizer):
    networks = torch.arange(len(order), device=order.device).unsqueeze(1)
    batches = order.split(settings.batch_size, dim=1)
    losses = []
    for number, chosen in enumerate(batches, start=1):
        shown, answers = features[networks, chosen], labels[networks, chosen]
        if settings.update == "step":
            losses.append(_update_every_step(layers, shown, answers, settings, optimizer))
            continue
        outputs = torch.stack([one for _, _, one in each_step(layers, shown, settings)])
        loss = loss_of(outputs, answers, settings).mean(dim=1)
        (loss / (len(batches) if settings.update == "epoch" else 1)).sum().backward()
        if settings.update == "batch" or number == len(batches):
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses, dim=1).double().cpu().numpy()


def _update_every_step(layers, shown, answers, settings, optimizer):
    """Update after each time step on that step's outputs; no gradient reaches back in time."""
    single, losses = settings.but(steps=1), []
    for _, _, outputs in each_step(layers, shown, settings, cut=True):
        loss = loss_of(outputs.unsqueeze(0), answers, single).mean(dim=1)
        loss.sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses).mean(dim=0)
