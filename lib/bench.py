"""Throughput of stacked training against the same networks one after the other."""

import resource
import time

import numpy as np
import torch

from lib.networks import DenseSettings, dense_network, train_alone
from lib.replicate import Task, train_stacked

# XMeDNN, Section 5: network and batch as printed; rows of one fold of ten on 28,540 rows.
SETTINGS = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=1, batch_size=20)
FOLD_ROWS, EPOCHS, NETWORKS = 25_686, 150, 110
MEASURED_ROWS = 4_000
ROUNDS = 3


def main(echo=print) -> int:
    """Measure both ways side by side and print seconds, ratio and the projected full run.

    Parameters
    ----------
    echo : callable
        Receives each line.

    Returns
    -------
    int
        Exit status, 0.
    """
    echo(f"{torch.get_num_threads()} threads, {MEASURED_ROWS} rows, batch {SETTINGS.batch_size}")
    echo("networks stacked   plain s/network   stacked s/network   ratio   (per epoch)")
    for stacked in (10, NETWORKS):
        # Both ways in turn, so that a change in the machine's speed meets both alike.
        pairs = [(_plain_seconds(), _stacked_seconds(stacked)) for _ in range(ROUNDS)]
        plain, ours = np.median(pairs, axis=0)
        ratio = np.median([first / second for first, second in pairs])
        echo(f"{stacked:16d}   {plain:15.3f}   {ours:17.4f}   {ratio:5.1f}")
    scale = FOLD_ROWS / MEASURED_ROWS * EPOCHS * NETWORKS / 60
    echo(
        f"ten seeds x (hold-out and ten folds) at {EPOCHS} epochs, projected from the last line: "
        f"{plain * scale:.0f} min plain, {ours * scale:.1f} min stacked"
    )
    echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0


def _task(seed: int) -> Task:
    random = np.random.default_rng(seed)
    features = random.random((MEASURED_ROWS, SETTINGS.sizes[0]), dtype=np.float32)
    return Task(features, (features[:, 0] > 0.5).astype(np.float32), seed)


def _plain_seconds() -> float:
    task, network = _task(0), dense_network(SETTINGS, 0)
    features, labels = torch.from_numpy(task.features), torch.from_numpy(task.labels)
    start = time.perf_counter()
    train_alone(network, features, labels, SETTINGS, 0)
    return time.perf_counter() - start


def _stacked_seconds(count: int) -> float:
    tasks = [_task(seed) for seed in range(count)]
    start = time.perf_counter()
    train_stacked(tasks, SETTINGS)
    return (time.perf_counter() - start) / count
