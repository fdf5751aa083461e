"""What Keras did with the paper's network, and the same updates by this book's optimizer."""

import json
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from lib.common.paths import ROOT
from lib.methods.dense.network import DenseSettings, dense_network

RUN = ROOT / "data" / "outside" / "xmednn_keras.json"
SIZES = (28, 64, 32, 8, 1)


def keras_run() -> dict:
    """Return what ``data/outside/xmednn_keras.py`` measured with the versions that are printed.

    Returns
    -------
    dict
        Date, versions, accuracies by seed, weights after some updates of Nadam, and the spread
        of initial weights.
    """
    return json.loads(RUN.read_text(encoding="utf-8"))


def made_up_problem() -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return the batches, labels and initial weights on which Keras took its updates."""
    random = np.random.RandomState(0)
    rows = random.uniform(size=(400, 20, 28)).astype(np.float32)
    labels = (rows[..., 0] + rows[..., 1] > 1).astype(np.float32)
    pairs = pairwise(SIZES)
    kernels = [random.normal(0, (2 / i) ** 0.5, (i, o)).astype(np.float32) for i, o in pairs]
    return rows, labels, kernels


def last_kernels(steps: list[int]) -> dict[int, np.ndarray]:
    """Return the weights of the output after some updates of PyTorch's Nadam.

    Parameters
    ----------
    steps : list of int
        After how many updates to look.

    Returns
    -------
    dict of int to numpy.ndarray
        Shape (8,) each, from the same start and the same batches as Keras' in `keras_run`.
    """
    rows, labels, kernels = made_up_problem()
    network = dense_network(DenseSettings(SIZES), 0)
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    for linear, kernel in zip(linears, kernels, strict=True):
        linear.weight.data = torch.from_numpy(kernel.T.copy())
    optimizer = torch.optim.NAdam(network.parameters(), 0.01, eps=1e-7, momentum_decay=0.004)
    found = {}
    for step, (batch, truth) in enumerate(zip(rows, labels, strict=True), start=1):
        optimizer.zero_grad()
        logits = network(torch.from_numpy(batch)).squeeze(1)
        nn.functional.binary_cross_entropy_with_logits(logits, torch.from_numpy(truth)).backward()
        optimizer.step()
        if step in steps:
            found[step] = linears[-1].weight.detach().numpy()[0].copy()
    return found


def initial_spread() -> dict[str, float]:
    """Return the spread of this book's initial weights for 64 inputs, in units of He's deviation.

    Returns
    -------
    dict of str to float
        ``deviation`` of all weights and the ``largest`` in size.
    """
    network = dense_network(DenseSettings((64, 100_000, 1)), 0)
    weights = network[0].weight.detach().numpy() / (2 / 64) ** 0.5
    return {"deviation": float(weights.std()), "largest": float(np.abs(weights).max())}
