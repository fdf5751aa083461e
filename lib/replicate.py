"""Training many replicates of a dense network in one stacked pass.

Replicates (seeds, folds, rungs) have the same architecture, so their weights stack into one
tensor with a leading replicate axis. On the CPU one thread takes a replicate through an epoch
of compiled loops; elsewhere each update of all of them is a handful of batched matrix
products. Each replicate keeps its own rows, initial weights, order of rows and optimizer
state: it ends with the weights that it would have got alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import elu, softplus

from lib.networks import BETA_1, BETA_2, MOMENTUM_DECAY, DenseSettings, dense_network
from lib.threads import one_thread_a_network


@dataclass(frozen=True)
class Task:
    """What one replicate is trained on.

    Attributes
    ----------
    features : numpy.ndarray
        Shape (n, inputs), scaled.
    labels : numpy.ndarray
        Shape (n,), zeros and ones.
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
    networks : list of torch.nn.Sequential
        One a task, in the order of the tasks, on the CPU.
    loss, accuracy : numpy.ndarray
        Shape (tasks, epochs): the running mean over each epoch's batches, measured before
        each update, as Keras reports them.
    """

    networks: list[nn.Sequential]
    loss: np.ndarray
    accuracy: np.ndarray


def train_stacked(
    tasks: Sequence[Task],
    settings: DenseSettings | Sequence[DenseSettings],
    device: str | None = None,
) -> Trained:
    """Train one network a task, all in one pass.

    On the CPU epochs run as compiled loops (`lib.fused_dense`), on every other device as
    batched PyTorch operations.

    Parameters
    ----------
    tasks : sequence of Task
        May differ in their number of rows.
    settings : DenseSettings or sequence of DenseSettings
        Shared by all tasks, or one a task; sizes, epochs and batch size must be equal.
    device : str, optional
        Default: ``"cuda"`` where present, else ``"cpu"``.

    Returns
    -------
    Trained
        Networks and learning curves.

    Raises
    ------
    ValueError
        If there is no task, or a task's features do not fit the network's inputs, or the
        settings differ in what a stack must share.
    """
    settings = [settings] * len(tasks) if isinstance(settings, DenseSettings) else list(settings)
    _check_tasks(tasks, settings)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    with torch.inference_mode():
        rows = _PaddedRows(tasks, settings[0].batch_size, device)
        stack = _Stack(tasks, settings, device)
        train = _train_compiled if device == "cpu" else _train_batched
        loss, accuracy = train(stack, rows, settings[0].epochs)
    return Trained(stack.unstack(), loss, accuracy)


def probabilities(network: nn.Sequential, features: np.ndarray) -> np.ndarray:
    """Return the network's probability of the attack class.

    Parameters
    ----------
    network : torch.nn.Sequential
        As `train_stacked` returns it.
    features : numpy.ndarray
        Shape (n, inputs), scaled as for training.

    Returns
    -------
    numpy.ndarray
        Shape (n,), values in [0, 1].
    """
    with torch.inference_mode():
        rows = torch.as_tensor(np.asarray(features), dtype=torch.float32)
        return torch.sigmoid(network(rows).squeeze(1)).numpy()


def _check_tasks(tasks, settings):
    if not tasks:
        raise ValueError("there is nothing to train: the sequence of tasks is empty")
    if len(settings) != len(tasks):
        raise ValueError(f"{len(tasks)} tasks need as many settings, got {len(settings)}")
    if len({(one.sizes, one.epochs, one.batch_size) for one in settings}) > 1:
        raise ValueError("the tasks of one stack must share sizes, epochs and batch size")
    for task in tasks:
        if task.features.shape != (len(task.labels), settings[0].sizes[0]):
            raise ValueError(
                f"a task of {len(task.labels)} labels has features of shape "
                f"{task.features.shape}; the network takes {settings[0].sizes[0]} inputs"
            )


class _PaddedRows:
    """The tasks' rows in one tensor, and each epoch's batches drawn from it."""

    def __init__(self, tasks, batch_size, device):
        self.lengths = torch.tensor([len(task.labels) for task in tasks])
        longest = int(self.lengths.max())
        inputs = tasks[0].features.shape[1]
        features = torch.zeros(len(tasks), longest, inputs, device=device)
        labels = torch.zeros(len(tasks), longest, device=device)
        for index, task in enumerate(tasks):
            size = len(task.labels)
            features[index, :size] = torch.as_tensor(np.asarray(task.features))
            labels[index, :size] = torch.as_tensor(np.asarray(task.labels))
        self.features, self.labels = features.view(-1, inputs), labels.view(-1)
        self.first_row = torch.arange(len(tasks), device=device).unsqueeze(1) * longest
        self.batch_size = batch_size
        self.device = device
        self.generators = [torch.Generator().manual_seed(task.seed) for task in tasks]

    def orders(self):
        """Return each replicate's rows in the order in which its next epoch takes them."""
        pairs = zip(self.lengths, self.generators, strict=True)
        return [torch.randperm(int(size), generator=generator) for size, generator in pairs]

    def epoch(self):
        """Yield (features, labels, weights): weights are zero where a replicate has no row."""
        steps = -(-int(self.lengths.max()) // self.batch_size)
        order = torch.full((len(self.lengths), steps * self.batch_size), -1)
        for index, (size, chosen) in enumerate(zip(self.lengths, self.orders(), strict=True)):
            order[index, : int(size)] = chosen
        complete = int(self.lengths.min()) // self.batch_size
        order = order.to(self.device)
        for step, rows in enumerate(order.split(self.batch_size, dim=1)):
            weights = None if step < complete else (rows >= 0).float()
            chosen = (rows.clamp(min=0) + self.first_row).view(-1)
            features = self.features.index_select(0, chosen).view(*rows.shape, -1)
            yield features, self.labels[chosen].view(rows.shape), weights


class _Stack:
    """Parameters, gradients and Nadam's moments of all replicates, one row a replicate."""

    def __init__(self, tasks, settings, device):
        self.settings = settings
        self.sizes = settings[0].sizes
        networks = [
            dense_network(one, task.seed) for one, task in zip(settings, tasks, strict=True)
        ]
        self.parameters = torch.stack([_flatten(network) for network in networks]).to(device)
        self.gradients = torch.zeros_like(self.parameters)
        self.first_moment = torch.zeros_like(self.parameters)
        self.second_moment = torch.zeros_like(self.parameters)
        self.update = torch.zeros_like(self.parameters)
        self.scale = torch.zeros_like(self.parameters)
        self.layers = self._views(self.parameters)
        self.layer_gradients = self._views(self.gradients)
        # Replicates with fewer rows take fewer updates, so each counts its own.
        self.learning_rate = np.array([one.learning_rate for one in settings])
        epsilon = torch.tensor([one.epsilon for one in settings], dtype=torch.float32)
        self.epsilon = epsilon.unsqueeze(1).to(device)
        self.updates = np.zeros(len(tasks), dtype=np.int64)
        self.momentum_product = np.ones(len(tasks))

    def _views(self, flat):
        views, start = [], 0
        for inputs, outputs in zip(self.sizes[:-1], self.sizes[1:], strict=True):
            end = start + inputs * outputs
            weight = flat[:, start:end].view(-1, inputs, outputs)
            views.append((weight, flat[:, end : end + outputs].unsqueeze(1)))
            start = end + outputs
        return views

    def forward(self, features):
        """Return the activations of every layer; the last are logits of shape (r, b, 1)."""
        activations = [features]
        for weight, bias in self.layers[:-1]:
            activations.append(elu(torch.baddbmm(bias, activations[-1], weight)))
        weight, bias = self.layers[-1]
        activations.append(torch.baddbmm(bias, activations[-1], weight))
        return activations

    def backward(self, activations, error):
        """Fill the gradients from the loss's derivative by the logits, shape (r, b, 1)."""
        for layer in reversed(range(len(self.layers))):
            weight_gradient, bias_gradient = self.layer_gradients[layer]
            incoming = activations[layer]
            # A product written straight into the strided view would run matrix by matrix.
            weight_gradient.copy_(torch.bmm(incoming.transpose(1, 2), error))
            torch.sum(error, dim=1, keepdim=True, out=bias_gradient)
            if layer:
                error = torch.bmm(error, self.layers[layer][0].transpose(1, 2))
                # ELU's slope is 1 above zero and its own value plus 1 below.
                error.addcmul_(error, incoming.clamp_(max=0))

    def step(self, active):
        """Take one Nadam update in every replicate that `active` (numpy, bool) marks."""
        gradient_rate, momentum_rate, correction = self._rates(active)
        self.first_moment.lerp_(self.gradients, 1 - BETA_1)
        self.second_moment.mul_(BETA_2).addcmul_(self.gradients, self.gradients, value=1 - BETA_2)
        torch.mul(self.second_moment, correction, out=self.scale)
        self.scale.sqrt_().add_(self.epsilon)
        torch.mul(self.gradients, gradient_rate, out=self.update)
        self.update.addcmul_(self.first_moment, momentum_rate)
        self.parameters.addcdiv_(self.update, self.scale, value=-1)

    def _rates(self, active):
        """Advance Nadam's schedule; return its three factors, each of shape (r, 1)."""
        self.updates += active
        count = self.updates
        momentum = BETA_1 * (1 - 0.5 * 0.96 ** (count * MOMENTUM_DECAY))
        following = BETA_1 * (1 - 0.5 * 0.96 ** ((count + 1) * MOMENTUM_DECAY))
        self.momentum_product = np.where(
            active, self.momentum_product * momentum, self.momentum_product
        )
        rate = self.learning_rate
        factors = (
            rate * (1 - momentum) / (1 - self.momentum_product),
            rate * following / (1 - self.momentum_product * following),
            1 / (1 - BETA_2 ** np.maximum(count, 1)),
        )
        device = self.parameters.device
        return [
            torch.as_tensor(factor, dtype=torch.float32, device=device).unsqueeze(1)
            for factor in factors
        ]

    def unstack(self):
        """Return ordinary networks that hold the replicates' weights."""
        return [
            _unflatten(flat, dense_network(self.settings[0], 0)) for flat in self.parameters.cpu()
        ]


def _train_compiled(stack, rows, epochs):
    """Train on the CPU; return mean loss and accuracy, each of shape (replicates, epochs)."""
    # Imported here: compiling costs seconds, and only this way of training needs it.
    from lib.fused_dense import train_epoch

    shown = rows.features.view(len(rows.lengths), -1, rows.features.shape[1])
    tables = shown.numpy(), rows.labels.view(len(rows.lengths), -1).numpy()
    state = tuple(
        part.numpy() for part in (stack.parameters, stack.first_moment, stack.second_moment)
    )
    epsilon = np.array([one.epsilon for one in stack.settings])
    schedule = (stack.learning_rate, epsilon, stack.updates, stack.momentum_product)
    with one_thread_a_network():
        sums = [
            train_epoch(state, tables, rows.orders(), stack.sizes, rows.batch_size, schedule)
            for _ in range(epochs)
        ]
    return (np.stack(sums, axis=-1) / rows.lengths.numpy()[:, None, None]).transpose(1, 0, 2)


def _train_batched(stack, rows, epochs):
    """Train on any device; return what `_train_compiled` does."""
    return torch.stack([_train_epoch(stack, rows) for _ in range(epochs)], dim=-1).cpu().numpy()


def _train_epoch(stack, rows):
    """Run one epoch; return mean loss and accuracy, shape (2, replicates)."""
    totals = 0
    for features, labels, weights in rows.epoch():
        activations = stack.forward(features)
        logits = activations[-1].squeeze(2)
        error = torch.sigmoid(logits).sub_(labels)
        correct = (logits > 0) == (labels > 0.5)
        totals = totals + _sums(logits, labels, correct, weights)
        _update(stack, activations, error, weights)
    return totals / rows.lengths.to(rows.device)


def _sums(logits, labels, correct, weights):
    losses = softplus(logits).addcmul_(logits, labels, value=-1)
    both = torch.stack([losses, correct.float()])
    return (both if weights is None else both * weights).sum(dim=2)


def _update(stack, activations, error, weights):
    if weights is None:
        stack.backward(activations, error.div_(error.shape[1]).unsqueeze(2))
        stack.step(np.ones(len(error), dtype=bool))
        return
    counts = weights.sum(dim=1, keepdim=True)
    stack.backward(activations, (error * weights / counts.clamp(min=1)).unsqueeze(2))
    active = (counts > 0).squeeze(1)
    if active.all():
        stack.step(active.cpu().numpy())
        return
    # A replicate whose epoch is over must not move, nor may its moments decay.
    state = (stack.parameters, stack.first_moment, stack.second_moment)
    kept = [tensor[~active] for tensor in state]
    stack.step(active.cpu().numpy())
    for tensor, rows in zip(state, kept, strict=True):
        tensor[~active] = rows


def _flatten(network):
    """Return all weights in one vector, each layer as (inputs x outputs) then biases."""
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    parts = [part for linear in linears for part in (linear.weight.T.reshape(-1), linear.bias)]
    return torch.cat(parts).detach()


def _unflatten(flat, network):
    start = 0
    for linear in (layer for layer in network if isinstance(layer, nn.Linear)):
        end = start + linear.weight.numel()
        weight = flat[start:end].view(linear.in_features, linear.out_features).T
        linear.weight = nn.Parameter(weight.clone())
        start, end = end, end + linear.out_features
        linear.bias = nn.Parameter(flat[start:end].clone())
        start = end
    return network
