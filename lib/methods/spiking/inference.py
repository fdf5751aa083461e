"""What one decision costs on this machine: microseconds and bytes, with and without a library.

The compiled deciders hold a trained model in plain arrays and decide one row at a time in one
thread, with nothing in between: the arithmetic of the model, as a small device would run it.
"""

import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numba import njit

from lib.common.paths import ROOT

# A leaf of a compiled tree has no way on.
LEAF = -1


class Decider:
    """A trained model as arrays, with a compiled loop that decides rows one after the other."""

    def __init__(self, loop: Callable, arrays: Sequence, working: int):
        self._loop, self._arrays = loop, tuple(arrays)
        parameters = sum(part.nbytes for part in arrays if isinstance(part, np.ndarray))
        self.bytes = parameters + working

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return the class of each row, shape (n,), for rows of shape (n, inputs), float32."""
        return self._loop(rows, *self._arrays)


def spiking_decider(network) -> Decider:
    """Compile a spiking network that sums logits, with silent neurons skipped.

    Its `bytes` count weights, biases, membranes and sums at four bytes each, spikes at one.

    Raises
    ------
    ValueError
        If the read-out is not "sum", "mean" or "each", which decide alike.
    """
    settings = network.settings
    if settings.readout not in ("sum", "mean", "each"):
        raise ValueError(f"the compiled decider sums logits, not {settings.readout!r}")
    constants = (np.float32(settings.beta), np.float32(settings.threshold), settings.steps)
    states = 2 * settings.layer * (np.float32().itemsize + 1)
    buffers = (2 * settings.layer + settings.classes) * np.float32().itemsize
    return Decider(_decide_spiking, (*_arrays(network), *constants), states + buffers)


def dense_decider(network) -> Decider:
    """Compile a dense network of three `linears` with rectifiers, with zeros skipped.

    Its `bytes` count weights, biases and the layers' sums at four bytes each.
    """
    arrays = _arrays(network)
    widths = [len(bias) for bias in arrays[1::2]]
    return Decider(_decide_dense, arrays, sum(widths) * np.float32().itemsize)


def linear_decider(classifier) -> Decider:
    """Compile scikit-learn's logistic regression, fitted on labels 0, 1, 2 and so on.

    Its `bytes` count weights, biases and the classes' sums at four bytes each.
    """
    weight = np.ascontiguousarray(classifier.coef_.T, dtype=np.float32)
    bias = classifier.intercept_.astype(np.float32)
    return Decider(_decide_linear, (weight, bias), bias.nbytes)


def tree_decider(classifier) -> Decider:
    """Compile scikit-learn's decision tree, fitted on labels 0, 1, 2 and so on.

    Its `bytes` count the arrays of nodes; nothing changes while it decides.
    """
    tree = classifier.tree_
    nodes = np.min_scalar_type(-tree.node_count)
    arrays = (
        np.maximum(tree.feature, LEAF).astype(np.int8),
        # The largest float32 below: a value equal to the threshold in float32 goes left in both.
        _rounded_down(tree.threshold),
        tree.children_left.astype(nodes),
        tree.children_right.astype(nodes),
        tree.value[:, 0].argmax(axis=1).astype(np.int8),
    )
    return Decider(_decide_tree, arrays, 0)


def _rounded_down(values: np.ndarray) -> np.ndarray:
    rounded = values.astype(np.float32)
    return np.where(rounded > values, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _arrays(network) -> tuple[np.ndarray, ...]:
    """Return weights (inputs, outputs) and biases, so that one sender's weights lie together."""
    return tuple(
        np.ascontiguousarray(part.detach().numpy(), dtype=np.float32)
        for linear in network.linears
        for part in (linear.weight.T, linear.bias)
    )


@njit(cache=True)
def _add_weights(sums, signal, weight):
    """Add each sender's weights times its signal; senders of zero cost a comparison."""
    for sender in range(len(signal)):
        value = signal[sender]
        if value != 0:
            for receiver in range(len(sums)):
                sums[receiver] += value * weight[sender, receiver]


@njit(cache=True)
def _fire(membrane, fired, current, beta, threshold, sums, weight):
    """Advance a layer by one step; add the weights of each neuron that spikes to `sums`."""
    for neuron in range(len(membrane)):
        value = beta * membrane[neuron] + current[neuron]
        if fired[neuron]:
            value -= threshold
        membrane[neuron] = value
        fired[neuron] = value > threshold
        if fired[neuron]:
            for receiver in range(len(sums)):
                sums[receiver] += weight[neuron, receiver]


@njit(cache=True)
def _decide_spiking(rows, first, bias_1, second, bias_2, last, bias_3, beta, threshold, steps):
    classes = np.empty(len(rows), dtype=np.int64)
    membrane_1, membrane_2 = np.empty_like(bias_1), np.empty_like(bias_2)
    fired_1, fired_2 = np.empty(len(bias_1), np.bool_), np.empty(len(bias_2), np.bool_)
    held, current, logits = np.empty_like(bias_1), np.empty_like(bias_2), np.empty_like(bias_3)
    for row in range(len(rows)):
        membrane_1[:], membrane_2[:], fired_1[:], fired_2[:] = 0, 0, False, False
        held[:] = bias_1
        _add_weights(held, rows[row], first)
        logits[:] = steps * bias_3
        for _ in range(steps):
            current[:] = bias_2
            _fire(membrane_1, fired_1, held, beta, threshold, current, second)
            _fire(membrane_2, fired_2, current, beta, threshold, logits, last)
        classes[row] = np.argmax(logits)
    return classes


@njit(cache=True)
def _decide_dense(rows, first, bias_1, second, bias_2, last, bias_3):
    classes = np.empty(len(rows), dtype=np.int64)
    one, two, logits = np.empty_like(bias_1), np.empty_like(bias_2), np.empty_like(bias_3)
    for row in range(len(rows)):
        one[:], two[:], logits[:] = bias_1, bias_2, bias_3
        _add_weights(one, rows[row], first)
        _add_weights(two, np.maximum(one, np.float32(0)), second)
        _add_weights(logits, np.maximum(two, np.float32(0)), last)
        classes[row] = np.argmax(logits)
    return classes


@njit(cache=True)
def _decide_linear(rows, weight, bias):
    classes = np.empty(len(rows), dtype=np.int64)
    logits = np.empty_like(bias)
    for row in range(len(rows)):
        logits[:] = bias
        _add_weights(logits, rows[row], weight)
        classes[row] = np.argmax(logits)
    return classes


@njit(cache=True)
def _decide_tree(rows, feature, threshold, left, right, answer):
    classes = np.empty(len(rows), dtype=np.int64)
    for row in range(len(rows)):
        node = 0
        while feature[node] != LEAF:
            below = rows[row, feature[node]] <= threshold[node]
            node = left[node] if below else right[node]
        classes[row] = answer[node]
    return classes


def mean_comparisons(classifier, rows: np.ndarray) -> float:
    """Return how many nodes a fitted tree asks on the way to a leaf: mean over rows (n, inputs)."""
    visited = classifier.decision_path(np.asarray(rows, dtype=np.float32)).sum(axis=1)
    return float(np.mean(visited) - 1)


def microseconds(decide: Callable, rows: Sequence, rounds: int = 7) -> float:
    """Return the microseconds of one decision, from calls that decide one row each.

    Parameters
    ----------
    decide : callable
        Takes one element of `rows`; the time of its call is included.
    rounds : int
        All rows are decided so many times; the fastest round counts, since whatever else the
        machine does can only add.
    """
    decide(rows[0])
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for row in rows:
            decide(row)
        best = min(best, time.perf_counter() - start)
    return 1e6 * best / len(rows)


def compiled_microseconds(decider: Decider, rows: np.ndarray, rounds: int = 7) -> float:
    """Return the microseconds of one decision inside the compiled loop.

    It decides float32 rows (n, inputs) one after the other; they share the one call's overhead.
    `rounds` is as in `microseconds`.
    """
    return microseconds(decider, [rows], rounds) / len(rows)


CHILD = """
import pickle, sys
with open(sys.argv[1], "rb") as stream:
    decide, row = pickle.load(stream)
decide(row)
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


def peak_memory(decide: Callable, row) -> int | None:
    """Return the most memory that a fresh process held while it loaded a model and decided once.

    Parameters
    ----------
    decide : callable
        Takes `row`, and can be pickled, such as a classifier's `predict`; what it needs is
        imported by the process.

    Returns
    -------
    int or None
        Bytes, interpreter and libraries included; None where the operating system does not tell.
    """
    if not Path("/proc/self/status").exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pickle"
        path.write_bytes(pickle.dumps((decide, row)))
        command = [sys.executable, "-c", CHILD, str(path)]
        child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return 1024 * int(child.stdout)
