"""A small temporal convolution that reads the last readings of a device, and when they came."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from torch import nn

from lib.common.threads import one_thread
from lib.methods.windows import PAUSE

LENGTH = 64
BATCH = 128
DILATIONS = (1, 4, 16)  # with a kernel of three, the last output sees all of 43 readings
PATIENCE = 5


@dataclass(frozen=True)
class Setting:
    """What is tried: channels of each layer and the rate of Adam."""

    channels: int
    rate: float


def last_readings(
    values: np.ndarray, seconds: np.ndarray, rows: np.ndarray, length: int = LENGTH
) -> np.ndarray:
    """Return what each row and those before it reported, and the gaps between them.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (n, readings), in order of time.
    seconds : numpy.ndarray
        Shape (n,), not falling.
    rows, length : numpy.ndarray, int
        Which rows are asked for, and how many readings end at each.

    Returns
    -------
    numpy.ndarray
        Shape (rows, readings + 2, length), 32-bit: the values, the logarithm of one plus the gap in
        seconds to the reading before, and 1 where there is a reading. Readings from before a pause
        of more than ten minutes, or before the file, are zeros.
    """
    gap = np.diff(seconds, prepend=seconds[:1]).astype(float)
    resumed = gap > PAUSE
    gap[resumed] = 0
    table = np.column_stack([values, np.log1p(gap), np.ones(len(gap))]).astype(np.float32)
    session = np.cumsum(resumed)
    places = rows[:, None] + np.arange(1 - length, 1)
    there = (places >= 0) & (session[np.maximum(places, 0)] == session[rows][:, None])
    found = table[np.maximum(places, 0)] * there[..., None]
    return found.transpose(0, 2, 1)


class TemporalConvolution(nn.Module):
    """Three causal convolutions, growing in reach, and a linear layer on the last output."""

    def __init__(self, inputs: int, channels: int):
        super().__init__()
        sizes = [inputs, *[channels] * len(DILATIONS)]
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, 3, dilation=dilation)
            for before, after, dilation in zip(sizes, sizes[1:], DILATIONS, strict=False)
        )
        self.out = nn.Linear(2 * channels, 1)

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return a logit for each window, shape (rows,)."""
        hidden = windows
        for layer, dilation in zip(self.layers, DILATIONS, strict=True):
            padded = nn.functional.pad(hidden, (2 * dilation, 0))
            hidden = torch.relu(layer(padded))
        # The last output, and the strongest of all: a long gap may lie anywhere in the window.
        return self.out(torch.cat([hidden[..., -1], hidden.amax(dim=-1)], dim=1)).squeeze(1)


def fit(
    train: tuple[np.ndarray, np.ndarray],
    watched: tuple[np.ndarray, np.ndarray],
    setting: Setting,
    epochs: int,
    seed: int,
) -> tuple[TemporalConvolution, float]:
    """Train a network and keep its weights of the epoch that does best on other days.

    Parameters
    ----------
    train, watched : tuple of numpy.ndarray
        Windows as `last_readings` gives them, and labels; training stops once the area under the
        precision-recall curve of the watched rows has not risen for five epochs.
    setting, epochs, seed : Setting, int, int
        What is tried, epochs at most, and what decides first weights and order of rows.

    Returns
    -------
    network, area : TemporalConvolution, float
        The trained network, and its area on the watched rows.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        windows, labels = torch.from_numpy(train[0]), torch.from_numpy(train[1]).float()
        network = TemporalConvolution(windows.shape[1], setting.channels)
        optimizer = torch.optim.Adam(network.parameters(), setting.rate)
        best, kept, since = -1.0, deepcopy(network.state_dict()), 0
        for _ in range(epochs):
            network.train()
            for rows in torch.randperm(len(labels)).split(BATCH):
                loss = nn.functional.binary_cross_entropy_with_logits(
                    network(windows[rows]), labels[rows]
                )
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            area = float(average_precision_score(watched[1], chances(network, watched[0])))
            since += 1
            if area > best:
                best, kept, since = area, deepcopy(network.state_dict()), 0
            if since == PATIENCE:
                break
        network.load_state_dict(kept)
    return network, best


def chances(network: TemporalConvolution, windows: np.ndarray) -> np.ndarray:
    """Return a network's probability of an attack for each window, shape (rows,)."""
    network.eval()
    with one_thread(), torch.no_grad():
        parts = torch.from_numpy(windows).split(32 * BATCH)
        return torch.cat([torch.sigmoid(network(part)) for part in parts]).numpy()
