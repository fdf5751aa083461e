"""Learning without sharing rows: clients train alike networks, a server averages their weights.

Stacked are clients first and replicates second. A network's weights are one vector, each layer as
(inputs x outputs) and then its biases, as in `lib.methods.dense.training`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr
from torch import nn
from torch.nn.functional import elu

from lib.methods.dense.network import DenseSettings, dense_network
from lib.methods.dense.plain import descend


@dataclass(frozen=True)
class Local:
    """What a client does in one round: one pass over its rows by plain gradient steps.

    Attributes
    ----------
    sizes : tuple of int
        Neurons a layer, from the inputs to the single output.
    learning_rate : float
        Length of a step against the gradient of the mean cross-entropy.
    batch_size : int
        Rows a step; a round is one pass over a client's rows.
    proximity : float
        FedProx's mu: how strongly weights are drawn back to those that the server sent.
    """

    sizes: tuple[int, ...]
    learning_rate: float = 0.1
    batch_size: int = 32
    proximity: float = 0.0


@dataclass(frozen=True)
class Rows:
    """The rows of each client in each replicate, in tables as long as the longest."""

    features: torch.Tensor  # (clients, replicates, rows, columns)
    labels: torch.Tensor  # (clients, replicates, rows)
    sizes: np.ndarray  # (clients, replicates), how many rows there are

    @staticmethod
    def of(parts: Sequence[Sequence[tuple[np.ndarray, np.ndarray]]]) -> "Rows":
        """Stack features and labels, one pair a client and replicate."""
        sizes = np.array([[len(labels) for _, labels in replicates] for replicates in parts])
        columns = parts[0][0][0].shape[1]
        features = torch.zeros(*sizes.shape, sizes.max(), columns)
        labels = torch.zeros(*sizes.shape, sizes.max())
        for place, size in np.ndenumerate(sizes):
            own = parts[place[0]][place[1]]
            features[place][:size] = torch.as_tensor(np.asarray(own[0]))
            labels[place][:size] = torch.as_tensor(np.asarray(own[1]))
        return Rows(features, labels, sizes)


def first_weights(sizes: tuple[int, ...], seeds: Sequence[int]) -> torch.Tensor:
    """Draw the weights that a server begins with, one network a seed.

    Parameters
    ----------
    sizes, seeds : tuple of int, sequence of int
        Neurons a layer, and one seed a replicate.

    Returns
    -------
    torch.Tensor
        Shape (replicates, weights).
    """
    networks = [dense_network(DenseSettings(sizes), seed) for seed in seeds]
    return torch.stack([_in_one_vector(network) for network in networks])


def _in_one_vector(network: nn.Sequential) -> torch.Tensor:
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    parts = [part for one in linears for part in (one.weight.T.reshape(-1), one.bias)]
    return torch.cat(parts).detach()


def logits(weights: torch.Tensor, sizes: tuple[int, ...], features: torch.Tensor) -> torch.Tensor:
    """Return what stacked networks say of their rows.

    Parameters
    ----------
    weights, features : torch.Tensor
        Shapes (networks, weights) and (networks, rows, columns).
    sizes : tuple of int
        Neurons a layer.

    Returns
    -------
    torch.Tensor
        Shape (networks, rows), higher is more suspicious.
    """
    start, signal = 0, features
    for inputs, outputs in pairwise(sizes):
        end = start + inputs * outputs
        weight = weights[:, start:end].view(-1, inputs, outputs)
        start = end + outputs
        signal = torch.baddbmm(weights[:, end:start].unsqueeze(1), signal, weight)
        signal = elu(signal) if start < weights.shape[1] else signal
    return signal.squeeze(2)


def train_locally(
    sent: torch.Tensor,
    rows: Rows,
    seeds: Sequence[int],
    turn: int,
    settings: Local,
    numbers: Sequence[int] | None = None,
) -> torch.Tensor:
    """Let every client of every replicate train on its own rows for one round.

    Parameters
    ----------
    sent : torch.Tensor
        Shape (clients, replicates, weights): what each client begins with.
    rows, settings : Rows, Local
        What each client has, and the steps that all take.
    seeds, turn : sequence of int, int
        One a replicate, and the round's number; with the client's they decide the order of rows.
    numbers : sequence of int, optional
        The clients' numbers, where not all of a federation are stacked; else counted from 0.

    Returns
    -------
    torch.Tensor
        Shape (clients, replicates, weights): what each client sends back.
    """
    weights = sent.flatten(0, 1).contiguous().clone().numpy()
    tables = rows.features.flatten(0, 1).numpy(), rows.labels.flatten(0, 1).numpy()
    steps = settings.sizes, settings.batch_size, settings.learning_rate, settings.proximity
    order = _orders(rows, numbers or range(len(sent)), seeds, turn)
    descend(weights, tables, order, rows.sizes.reshape(-1), *steps)
    return torch.as_tensor(weights).view(sent.shape)


def _orders(rows, numbers, seeds, turn):
    """Return the order in which each network takes its rows: (networks, rows)."""
    order = np.zeros(rows.labels.shape, dtype=np.int64)
    for (client, replicate), size in np.ndenumerate(rows.sizes):
        random = np.random.default_rng((seeds[replicate], numbers[client], turn))
        order[client, replicate, :size] = random.permutation(size)
    return order.reshape(-1, order.shape[2])


def weighted_mean(updates: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Average updates, each weighed by its client's rows: FedAvg.

    Parameters
    ----------
    updates, rows : torch.Tensor
        Shapes (clients, replicates, weights) and (clients, replicates).

    Returns
    -------
    torch.Tensor
        Shape (replicates, weights).
    """
    shares = rows / rows.sum(dim=0)
    return (shares.unsqueeze(2) * updates).sum(dim=0)


def plain_mean(updates: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Average updates, each client's weighed alike; as `weighted_mean`."""
    return updates.mean(dim=0)


def median(updates: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
    """Return the middle value of each weight, or the mean of both; as `weighted_mean`."""
    middle = len(updates) // 2
    return updates.sort(dim=0).values[middle - (len(updates) % 2 == 0) : middle + 1].mean(dim=0)


def trimmed_mean(updates: torch.Tensor, rows: torch.Tensor, cut: int = 1) -> torch.Tensor:
    """Average each weight without its `cut` least and greatest values; as `weighted_mean`."""
    return updates.sort(dim=0).values[cut : len(updates) - cut].mean(dim=0)


def clipped(updates: torch.Tensor, bound: float | torch.Tensor) -> torch.Tensor:
    """Shorten each update that is longer than a bound to that length."""
    lengths = updates.norm(dim=-1, keepdim=True)
    return updates * (bound / lengths.clamp(min=1e-12)).clamp(max=1)


def epsilon_of(noise: float, rounds: int, delta: float) -> float:
    """Return the epsilon of rounds of noised sums in which every client takes part.

    What one client may add to a sum is clipped to a length, and the noise has `noise` times that
    length as its standard deviation. Together the rounds are one Gaussian mechanism.

    Parameters
    ----------
    noise : float
        Standard deviation of the noise on the sum, over the length that updates are clipped to.
    rounds : int
        How many sums are sent out.
    delta : float
        In (0, 1).

    Returns
    -------
    float
        The least epsilon of (epsilon, delta)-differential privacy under adding or leaving out one
        client, exact for the mechanism; 0 where delta alone is enough, infinite without noise.
    """
    if noise == 0:
        return float("inf")
    shift = _shift(noise, rounds)
    if _delta_of(0.0, shift) <= delta:
        return 0.0
    # Past the mean of the privacy loss by as many deviations as make any delta small.
    far = shift**2 / 2 + 40 * shift
    return float(brentq(lambda epsilon: _delta_of(epsilon, shift) - delta, 0.0, far))


def _shift(noise, rounds):
    """Return how far, in deviations, one client's part moves what is seen of all rounds."""
    return np.sqrt(rounds) / noise


def _delta_of(epsilon, shift):
    """Balle and Wang's Theorem 8, the second term by its logarithm, which does not overflow."""
    above = ndtr(shift / 2 - epsilon / shift)
    return above - np.exp(epsilon + log_ndtr(-shift / 2 - epsilon / shift))


def told_apart(noise: float, rounds: int) -> float:
    """Return how often the best guess is right whether a client took part, if both are as likely.

    Parameters
    ----------
    noise, rounds
        As for `epsilon_of`.

    Returns
    -------
    float
        From one half, where nothing is told, to 1.
    """
    return 1.0 if noise == 0 else float(ndtr(_shift(noise, rounds) / 2))
