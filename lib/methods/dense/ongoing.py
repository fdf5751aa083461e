"""Dense networks that go on being trained: watched on test rows, or handed other rows later."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn.functional import elu

from lib.common.threads import one_thread_a_network
from lib.methods.dense.compiled import correct_rows, train_epoch
from lib.methods.dense.network import DenseSettings, dense_network
from lib.methods.splits import Split


@dataclass(frozen=True)
class Curves:
    """Accuracy by epoch, each of shape (networks, epochs): while training, and on the test rows."""

    training: np.ndarray
    test: np.ndarray


class OngoingNetworks:
    """One network a seed, with its optimizer and its order of rows, on the CPU.

    Trained on the same rows for the same epochs it ends with the weights of
    `lib.methods.dense.training.train_replicates`.

    Parameters
    ----------
    seeds : sequence of int
        Decide initial weights and the order of rows.
    settings : DenseSettings or sequence of DenseSettings
        Shared by all networks, or one a network; sizes and batch size must be equal. Their epochs
        are not used.
    """

    def __init__(
        self, seeds: Sequence[int], settings: DenseSettings | Sequence[DenseSettings]
    ) -> None:
        alone = isinstance(settings, DenseSettings)
        settings = [settings] * len(seeds) if alone else list(settings)
        pairs = list(zip(settings, seeds, strict=True))
        if len({(one.sizes, one.batch_size) for one in settings}) != 1:
            raise ValueError("the networks must share sizes and batch size")
        self._sizes, self._batch = settings[0].sizes, settings[0].batch_size
        self._weights = np.stack([_in_one_vector(dense_network(*pair)) for pair in pairs])
        self._moments = np.zeros_like(self._weights), np.zeros_like(self._weights)
        rates = np.array([one.learning_rate for one in settings])
        epsilons = np.array([one.epsilon for one in settings])
        counts = np.zeros(len(seeds), dtype=np.int64), np.ones(len(seeds))
        self._schedule = (rates, epsilons, *counts)
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]

    def change_rate(self, rate: float) -> None:
        """Let all networks go on at another learning rate."""
        self._schedule[0][:] = rate

    def train(self, splits: Sequence[Split], epochs: int) -> Curves:
        """Go on training each network on its split's rows; return the curves of these epochs.

        Parameters
        ----------
        splits, epochs : sequence of Split, int
            One split a network, whose seed is not used, and how many epochs more.
        """
        parts = ((one.train_features, one.train_labels) for one in splits)
        rows, lengths = _in_one_table(parts)
        test_rows, tested = _in_one_table((one.test_features, one.test_labels) for one in splits)
        state, curves = (self._weights, *self._moments), []
        with one_thread_a_network():
            for _ in range(epochs):
                pairs = zip(lengths.tolist(), self._generators, strict=True)
                order = [torch.randperm(length, generator=own) for length, own in pairs]
                sums = train_epoch(state, rows, order, self._sizes, self._batch, self._schedule)
                correct = correct_rows(self._weights, test_rows, tested, self._sizes)
                curves.append((sums[:, 1] / lengths, correct / tested))
        return Curves(*np.array(curves).transpose(1, 2, 0))

    def chances(self, splits: Sequence[Split]) -> list[np.ndarray]:
        """Return the probability of the attack class for the test rows of each network's split."""
        pairs = zip(self._weights, splits, strict=True)
        return [self._chance(own, split.test_features) for own, split in pairs]

    def _chance(self, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
        flat, signal, start = torch.from_numpy(weights), torch.as_tensor(rows), 0
        with torch.inference_mode():
            for inputs, outputs in pairwise(self._sizes):
                end = start + inputs * outputs
                weight, bias = flat[start:end].view(inputs, outputs), flat[end : end + outputs]
                start, signal = end + outputs, torch.addmm(bias, signal, weight)
                signal = elu(signal) if start < len(flat) else signal
            return torch.sigmoid(signal.squeeze(1)).numpy()


def _in_one_table(parts) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return features and labels of several, each as long as the longest, and their lengths."""
    features, labels = zip(*parts, strict=True)
    lengths = np.array([len(one) for one in labels])
    shape = len(labels), lengths.max()
    tables = np.zeros((*shape, features[0].shape[1]), np.float32), np.zeros(shape, np.float32)
    for number, length in enumerate(lengths):
        tables[0][number, :length], tables[1][number, :length] = features[number], labels[number]
    return tables, lengths


def _in_one_vector(network: nn.Sequential) -> np.ndarray:
    """Return all weights as `train_epoch` takes them: each layer inputs by outputs, then biases."""
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    parts = [part for one in linears for part in (one.weight.T.reshape(-1), one.bias)]
    return torch.cat(parts).detach().numpy()
