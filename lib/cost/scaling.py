"""How time and memory grow with replicates, rows and workers.

Each point is measured in a process of its own, so that its peak memory is its own, and as often
as `ROUNDS` says; the median counts. The rows are random numbers of the networks' shapes: what is
asked is the cost, not the score.
"""

import multiprocessing
import os
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from joblib.externals.loky import get_reusable_executor
from sklearn.ensemble import RandomForestClassifier

from lib import bench
from lib.networks import DenseSettings, dense_network, train_alone
from lib.parallel import each, processors, thread_limits
from lib.replicate import Task
from lib.replicate import train_stacked as train_dense
from lib.spiking import SpikingSettings
from lib.spiking import train_stacked as train_spiking

ROUNDS = 3
REPLICATES, ROWS = (1, 2, 5, 10, 20, 40), (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
# While one quantity grows, the other stays here.
USUAL_REPLICATES, USUAL_ROWS = 10, 2_000
SPIKING = SpikingSettings(hidden=72, epochs=1)
DENSE = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=1, batch_size=20)
# Independent pieces of work for the workers: forests on so many rows.
FORESTS, FOREST_ROWS = 8, 5_000
SPIKING_NAME, DENSE_NAME, FOREST_NAME = "spiking network", "dense network", "random forests"
OURS, PLAIN = "stacked", "one after another"


@dataclass(frozen=True)
class Point:
    """What one amount of work took.

    Attributes
    ----------
    work : str
        ``"spiking network"`` or ``"dense network"`` (one epoch of every replicate), or
        ``"random forests"``.
    way : str
        ``"stacked"``, or ``"one after another"`` with the libraries' own loop, of which one
        network was measured and multiplied.
    quantity : str
        What was varied: ``"replicates"``, ``"rows"`` or ``"workers"``.
    value : int
        How many of it.
    seconds : float
        Median over the rounds, on all cores.
    mebibytes : float or None
        Peak memory of the process, with its libraries; of all processes for workers.
    """

    work: str
    way: str
    quantity: str
    value: int
    seconds: float
    mebibytes: float | None


def measure(echo: Callable[[str], None] = print) -> list[Point]:
    """Measure all points, one after the other; takes some minutes.

    Parameters
    ----------
    echo : callable
        Receives a line for each point.

    Returns
    -------
    list of Point
    """
    points = []
    for quantity, values in (("replicates", REPLICATES), ("rows", ROWS)):
        for work in (SPIKING_NAME, DENSE_NAME):
            points += _points_of(work, quantity, values, echo)
    for workers in _worker_counts():
        points.append(_said(_in_own_process(_forests_point, workers), echo))
    return points


def _points_of(work: str, quantity: str, values, echo) -> list[Point]:
    points = []
    for value in values:
        amount = {"replicates": USUAL_REPLICATES, "rows": USUAL_ROWS} | {quantity: value}
        seconds, mebibytes = _in_own_process(_stacked, work, amount["replicates"], amount["rows"])
        points.append(_said(Point(work, OURS, quantity, value, seconds, mebibytes), echo))
        total = _in_own_process(_alone, work, amount["rows"]) * amount["replicates"]
        points.append(_said(Point(work, PLAIN, quantity, value, total, None), echo))
    return points


def _said(point: Point, echo) -> Point:
    memory = "" if point.mebibytes is None else f", {point.mebibytes:,.0f} MiB"
    amount = f"{point.value:,} {point.quantity}"
    echo(f"{point.work}, {point.way}, {amount}: {point.seconds:.3f} s{memory}")
    return point


def _worker_counts() -> list[int]:
    """Return 1, 2, 4 and so on, up to this machine's processors."""
    return [2**power for power in range(processors().bit_length())]


def _in_own_process(function: Callable, *arguments):
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
        return pool.submit(function, *arguments).result()


def _median_seconds(action: Callable) -> float:
    return statistics.median(bench.seconds(action) for _ in range(ROUNDS))


def _stacked(work: str, replicates: int, rows: int) -> tuple[float, float]:
    make, train, settings = {
        SPIKING_NAME: (bench.spiking_task, train_spiking, SPIKING),
        DENSE_NAME: (_dense_task, train_dense, DENSE),
    }[work]
    train([make(0, 200)] * 2, settings, device="cpu")  # Compiles, and loads what is loaded late.
    tasks = [make(seed, rows) for seed in range(replicates)]
    return _median_seconds(lambda: train(tasks, settings, device="cpu")), _peak_mebibytes()


def _alone(work: str, rows: int) -> float:
    if work == SPIKING_NAME:
        task = bench.spiking_task(0, rows)
        return statistics.median(bench.snntorch_seconds(task, SPIKING) for _ in range(ROUNDS))
    task, network = _dense_task(0, rows), dense_network(DENSE, 0)
    features, labels = torch.from_numpy(task.features), torch.from_numpy(task.labels)
    return _median_seconds(lambda: train_alone(network, features, labels, DENSE, 0))


def _dense_task(seed: int, rows: int) -> Task:
    features = np.random.default_rng(seed).random((rows, DENSE.sizes[0]), dtype=np.float32)
    return Task(features, (features[:, 0] > 0.5).astype(np.float32), seed)


def _forests_point(workers: int) -> Point:
    os.environ.update(thread_limits(workers))
    each(_forest, [(seed, 100) for seed in range(workers)])  # Starts the workers.
    work = [(seed, FOREST_ROWS) for seed in range(FORESTS)]
    used: dict[int, float] = {}
    seconds = _median_seconds(lambda: used.update(each(_forest, work)))
    used[os.getpid()] = _peak_mebibytes()
    # This process would else wait at its end for workers that wait for further work.
    get_reusable_executor().shutdown()
    return Point(FOREST_NAME, OURS, "workers", workers, seconds, sum(used.values()))


def _forest(work: tuple[int, int]) -> tuple[int, float]:
    """Fit one forest; return this process and its peak memory."""
    seed, rows = work
    task = _dense_task(seed, rows)
    RandomForestClassifier(random_state=seed).fit(task.features, task.labels)
    return os.getpid(), _peak_mebibytes()


def _peak_mebibytes() -> float:
    """Return the largest memory that this process has had in use, without its parent's."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            kibibytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        import resource

        # Bytes on macOS, which has no /proc.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(kibibytes) / 2**10
