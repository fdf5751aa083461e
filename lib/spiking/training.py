"""Training spiking classifiers: many at once, and one the plain way, as the yardstick."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from lib.spiking.network import (
    SpikingClassifier,
    initial_states,
    loss_of,
    one_step,
    snntorch_network,
)
from lib.spiking.settings import SpikingSettings
from lib.threads import one_thread_a_network


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
    """Networks after training, with their learning curves.

    Attributes
    ----------
    networks : list of torch.nn.Module
        One a task, in the order of the tasks, on the CPU.
    update_loss : numpy.ndarray
        Shape (tasks, epochs x batches): mean loss of each batch, measured before its update.
    epochs : int
        Passes over the rows.
    """

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

    On the CPU epochs run as compiled loops (`lib.spiking.fused`). Every other device, and
    updates after every time step of a network with neurons at the output, run as batched
    PyTorch operations.

    Parameters
    ----------
    tasks : sequence of SpikingTask
        With equal numbers of rows.
    settings : SpikingSettings
        Shared by all.
    device : str, optional
        Default: ``"cuda"`` where present, else ``"cpu"``.
    dtype : torch.dtype
        Precision of weights and features.

    Returns
    -------
    Trained
        Networks and learning curves.

    Raises
    ------
    ValueError
        If there is no task, tasks differ in their number of rows, features do not fit the
        network's inputs or are not finite, or a label is none of the classes.
    """
    _check(tasks, settings)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    networks = [SpikingClassifier(settings, task.seed).to(dtype) for task in tasks]
    rows = (
        torch.stack([torch.as_tensor(np.asarray(task.features), dtype=dtype) for task in tasks]),
        torch.stack([torch.as_tensor(np.asarray(task.labels)).long() for task in tasks]),
    )
    orders = _orders(tasks, settings.epochs)
    train = _train_batched
    if device == "cpu":
        # Imported here: compiling costs seconds, and only this way of training needs it.
        from lib.spiking.fused import can_train

        train = _train_compiled if can_train(settings) else _train_batched
    losses = train(networks, rows, orders, settings, device)
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
    _check([task], settings)
    if settings.update != "batch":
        raise ValueError(f"the plain loop updates after a batch, not after {settings.update!r}")
    network = snntorch_network(SpikingClassifier(settings, task.seed).to(dtype))
    features = torch.as_tensor(np.asarray(task.features), dtype=dtype)
    labels = torch.as_tensor(np.asarray(task.labels)).long()
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
    losses = []
    for order in _orders([task], settings.epochs):
        for chosen in order[0].split(settings.batch_size):
            optimizer.zero_grad()
            loss = loss_of(network(features[chosen]), labels[chosen], settings).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return Trained([network], np.array([losses]), settings.epochs)


def _check(tasks, settings):
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


def _orders(tasks, epochs):
    """Yield each epoch's order of rows, shape (tasks, n)."""
    generators = [torch.Generator().manual_seed(task.seed) for task in tasks]
    size = len(tasks[0].labels)
    for _ in range(epochs):
        yield torch.stack([torch.randperm(size, generator=each) for each in generators])


def _train_compiled(networks, rows, orders, settings, _device):
    from lib.spiking.fused import train_epoch

    parameters = np.stack([_flatten(network) for network in networks])
    state = (parameters, np.zeros_like(parameters), np.zeros_like(parameters))
    rows = tuple(part.numpy() for part in rows)
    losses, updates = [], 0
    with one_thread_a_network():
        for order in orders:
            losses.append(train_epoch(state, rows, order.numpy(), settings, updates))
            each_batch = settings.steps if settings.update == "step" else 1
            updates += 1 if settings.update == "epoch" else losses[-1].shape[1] * each_batch
    for network, flat in zip(networks, parameters, strict=True):
        _fill(network, flat)
    return losses


def _flatten(network):
    """Return all parameters in one vector: each layer's weight (inputs, outputs), its bias."""
    return np.concatenate(
        [part.detach().numpy().ravel() for layer in network.layers for part in layer]
    )


def _fill(network, flat):
    start = 0
    with torch.no_grad():
        for layer in network.layers:
            for part in layer:
                end = start + part.numel()
                part.copy_(torch.as_tensor(flat[start:end]).view(part.shape))
                start = end


def _train_batched(networks, rows, orders, settings, device):
    layers = [
        tuple(
            torch.stack([part.detach() for part in parts]).to(device).requires_grad_()
            for parts in zip(*same, strict=True)
        )
        for same in zip(*(network.layers for network in networks), strict=True)
    ]
    optimizer = torch.optim.Adam(
        [part for layer in layers for part in layer], lr=settings.learning_rate
    )
    features, labels = (part.to(device) for part in rows)
    losses = [
        _batched_epoch(layers, features, labels, order.to(device), settings, optimizer)
        for order in orders
    ]
    for index, network in enumerate(networks):
        _fill(
            network,
            np.concatenate(
                [part[index].detach().cpu().numpy().ravel() for layer in layers for part in layer]
            ),
        )
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
        loss = loss_of(_outputs(layers, shown, settings), answers, settings).mean(dim=1)
        (loss / (len(batches) if settings.update == "epoch" else 1)).sum().backward()
        if settings.update == "batch" or number == len(batches):
            optimizer.step()
            optimizer.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses, dim=1).double().cpu().numpy()


def _outputs(layers, shown, settings):
    layers = [(weight, bias.unsqueeze(1)) for weight, bias in layers]
    states, outputs = initial_states(layers, shown), []
    for _ in range(settings.steps):
        states, _, output = one_step(layers, shown, states, settings)
        outputs.append(output)
    return torch.stack(outputs)


def _update_every_step(layers, shown, answers, settings, optimizer):
    """Update after each time step on that step's outputs; no gradient reaches back in time."""
    layers = [(weight, bias.unsqueeze(1)) for weight, bias in layers]
    single = settings.but(steps=1)
    states, losses = initial_states(layers, shown), []
    for _ in range(settings.steps):
        states, _, output = one_step(layers, shown, [state.detach() for state in states], settings)
        loss = loss_of(output.unsqueeze(0), answers, single).mean(dim=1)
        loss.sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.detach())
    return torch.stack(losses).mean(dim=0)
