"""Training many replicates of a dense network in one stacked pass.

Replicates (seeds, folds, rungs) stack into one tensor with a leading replicate axis: on the CPU
`lib.methods.dense.compiled` trains them, elsewhere batched matrix products. Each keeps its own
rows, first weights, order of rows and optimizer state: it ends with the weights it would get alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, elu

from lib.common.threads import one_thread_a_network
from lib.methods.dense.network import BETA_1, BETA_2, MOMENTUM_DECAY, DenseSettings, dense_network


@dataclass(frozen=True)
class Task:
    """What one replicate is trained on."""

    features: np.ndarray
    labels: np.ndarray
    seed: int


@dataclass(frozen=True)
class TrainedReplicates:
    """Networks after training, with their learning curves, each of shape (replicates, epochs)."""

    networks: list[nn.Sequential]
    loss: np.ndarray
    accuracy: np.ndarray


def train_replicates(
    tasks: Sequence[Task],
    settings: DenseSettings | Sequence[DenseSettings],
    device: str | None = None,
) -> TrainedReplicates:
    """Train one network a task in one pass, by default on ``"cuda"`` where present.

    A `ValueError` says that there is no task, that features do not fit the network's inputs, or
    that settings, if one a task, differ in sizes, epochs or batch size.
    """
    settings = [settings] * len(tasks) if isinstance(settings, DenseSettings) else list(settings)
    _check_tasks(tasks, settings)
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    rows, stack = _PaddedRows(tasks, device), _Stack(tasks, settings, device)
    train = _train_compiled if device == "cpu" else _train_batched
    loss, accuracy = train(stack, rows, settings[0])
    return TrainedReplicates(stack.networks(), loss, accuracy)


def probabilities(network: nn.Sequential, features: np.ndarray) -> np.ndarray:
    """Return the network's probability of the attack class."""
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
    """The tasks' rows in one table a task, as long as the longest, and their orders."""

    def __init__(self, tasks, device):
        self.lengths = np.array([len(task.labels) for task in tasks])
        shape = len(tasks), self.lengths.max()
        self.features = torch.zeros(*shape, tasks[0].features.shape[1], device=device)
        self.labels = torch.zeros(*shape, device=device)
        for index, (task, size) in enumerate(zip(tasks, self.lengths, strict=True)):
            self.features[index, :size] = torch.as_tensor(np.asarray(task.features))
            self.labels[index, :size] = torch.as_tensor(np.asarray(task.labels))
        self.generators = [torch.Generator().manual_seed(task.seed) for task in tasks]

    def orders(self):
        """Return each replicate's rows in the order in which its next epoch takes them."""
        pairs = zip(self.lengths.tolist(), self.generators, strict=True)
        return [torch.randperm(size, generator=generator) for size, generator in pairs]

    def epoch(self, batch_size):
        """Yield features, labels and weights, which are zero where a replicate has no row left."""
        order = nn.utils.rnn.pad_sequence(self.orders(), batch_first=True, padding_value=-1)
        order = order.to(self.labels.device)
        each = torch.arange(len(order), device=order.device).unsqueeze(1)
        for rows in order.split(batch_size, dim=1):
            chosen = rows.clamp(min=0)
            yield self.features[each, chosen], self.labels[each, chosen], (rows >= 0).float()


class _Stack:
    """Parameters and Nadam's state of all replicates, one row a replicate."""

    def __init__(self, tasks, settings, device):
        self.settings = settings
        networks = [
            dense_network(one, task.seed) for one, task in zip(settings, tasks, strict=True)
        ]
        self.parameters = torch.stack([_flatten(network) for network in networks]).to(device)
        self.first_moment = torch.zeros_like(self.parameters)
        self.second_moment = torch.zeros_like(self.parameters)
        self.learning_rate = np.array([one.learning_rate for one in settings])
        self.epsilon = np.array([one.epsilon for one in settings])
        # Replicates with fewer rows take fewer updates, so each counts its own.
        self.updates = np.zeros(len(tasks), dtype=np.int64)
        self.momentum_product = np.ones(len(tasks))

    def logits(self, parameters, signal):
        """Return the logits of a batch of each replicate, shape (replicates, rows)."""
        start, sizes = 0, self.settings[0].sizes
        for inputs, outputs in pairwise(sizes):
            end = start + inputs * outputs
            weight = parameters[:, start:end].view(-1, inputs, outputs)
            start = end + outputs
            signal = torch.baddbmm(parameters[:, end:start].unsqueeze(1), signal, weight)
            signal = elu(signal) if start < parameters.shape[1] else signal
        return signal.squeeze(2)

    def step(self, gradient, active):
        """Take one Nadam update in every replicate that `active` (numpy, bool) marks."""
        by_gradient, by_momentum, correction, epsilon = self._rates(active)
        first = torch.lerp(self.first_moment, gradient, 1 - BETA_1)
        second = torch.lerp(self.second_moment, gradient**2, 1 - BETA_2)
        change = (by_gradient * gradient + by_momentum * first) / (
            (second * correction).sqrt() + epsilon
        )
        # A replicate whose epoch is over must not move, nor may its moments decay.
        active = torch.as_tensor(active, device=gradient.device).unsqueeze(1)
        self.parameters = torch.where(active, self.parameters - change, self.parameters)
        self.first_moment = torch.where(active, first, self.first_moment)
        self.second_moment = torch.where(active, second, self.second_moment)

    def _rates(self, active):
        """Advance Nadam's schedule; return its factors and epsilon, each of shape (r, 1)."""
        self.updates += active
        momentum = BETA_1 * (1 - 0.5 * 0.96 ** (self.updates * MOMENTUM_DECAY))
        following = BETA_1 * (1 - 0.5 * 0.96 ** ((self.updates + 1) * MOMENTUM_DECAY))
        self.momentum_product *= np.where(active, momentum, 1)
        factors = (
            self.learning_rate * (1 - momentum) / (1 - self.momentum_product),
            self.learning_rate * following / (1 - self.momentum_product * following),
            1 / (1 - BETA_2 ** np.maximum(self.updates, 1)),
            self.epsilon,
        )
        return torch.as_tensor(np.stack(factors)).to(self.parameters).unsqueeze(2)

    def networks(self):
        """Return ordinary networks that hold the replicates' weights."""
        return [
            _unflatten(flat, dense_network(self.settings[0], 0)) for flat in self.parameters.cpu()
        ]


def _train_compiled(stack, rows, settings):
    """Train on the CPU; return mean loss and accuracy, each of shape (replicates, epochs)."""
    # Imported here: compiling costs seconds, and only this way of training needs it.
    from lib.methods.dense.compiled import train_epoch

    tables = rows.features.numpy(), rows.labels.numpy()
    moments = stack.first_moment, stack.second_moment
    state = tuple(part.numpy() for part in (stack.parameters, *moments))
    schedule = (stack.learning_rate, stack.epsilon, stack.updates, stack.momentum_product)
    sums = []
    with one_thread_a_network():
        for _ in range(settings.epochs):
            order = rows.orders()
            sums.append(
                train_epoch(state, tables, order, settings.sizes, settings.batch_size, schedule)
            )
    return (np.stack(sums, axis=-1) / rows.lengths[:, None, None]).transpose(1, 0, 2)


def _train_batched(stack, rows, settings):
    """Train on any device; return what `_train_compiled` does."""
    sums = []
    for _ in range(settings.epochs):
        batches = rows.epoch(settings.batch_size)
        sums.append(sum(_train_batch(stack, *batch) for batch in batches).cpu().numpy())
    return np.stack(sums, axis=-1) / rows.lengths[:, None]


def _train_batch(stack, features, labels, weights):
    """Take one update; return the sums of losses and of correct rows, shape (2, replicates)."""
    parameters = stack.parameters.requires_grad_()
    logits = stack.logits(parameters, features)
    losses = binary_cross_entropy_with_logits(logits, labels, weights, reduction="none").sum(dim=1)
    counts = weights.sum(dim=1)
    # Replicates share no weight, so the gradient of the sum is each one's own.
    (gradient,) = torch.autograd.grad((losses / counts.clamp(min=1)).sum(), parameters)
    with torch.no_grad():
        stack.step(gradient, (counts > 0).cpu().numpy())
        correct = ((logits > 0) == (labels > 0.5)) * weights
        return torch.stack([losses, correct.sum(dim=1)])


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
