"""How time and memory grow with replicates, rows and workers.

Each point is measured in a process of its own, so that its peak memory is its own, and as often
as `bench.ROUNDS` says; the median counts. The rows are random numbers of the networks' shapes:
what is asked is the cost, not the score.
"""

import multiprocessing
import os
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from joblib.externals.loky import get_reusable_executor
from sklearn.ensemble import RandomForestClassifier

from lib.book.cost import bench
from lib.common.parallel import each, processors, thread_limits
from lib.methods.dense.training import train_replicates
from lib.methods.spiking import SpikingSettings, train_stacked
from lib.methods.spiking.products import seconds

REPLICATES, ROWS = (1, 2, 5, 10, 20, 40), (1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
# While one quantity grows, the other stays here.
USUAL_REPLICATES, USUAL_ROWS = 10, 2_000
# Independent pieces of work for the workers: forests on so many rows.
FORESTS, FOREST_ROWS = 8, 5_000
SPIKING_NAME, DENSE_NAME, FOREST_NAME = "spiking network", "dense network", "random forests"
OURS, PLAIN = "stacked", "one after another"
# What makes a network's rows, trains a stack, and times one network plainly; and its settings.
NETWORKS = {
    SPIKING_NAME: (
        bench.spiking_task,
        train_stacked,
        bench.snntorch_seconds,
        SpikingSettings(hidden=72, epochs=1),
    ),
    DENSE_NAME: (bench.dense_task, train_replicates, bench.plain_seconds, bench.DENSE),
}


@dataclass(frozen=True)
class Point:
    """What one amount of work took."""

    work: str
    way: str
    quantity: str
    value: int
    seconds: float
    mebibytes: float | None


def measure(echo: Callable[[str], None] = print) -> list[Point]:
    """Measure all points, one after the other; takes some minutes."""
    points = []
    for quantity, values in (("replicates", REPLICATES), ("rows", ROWS)):
        for work in (SPIKING_NAME, DENSE_NAME):
            points += _points_of(work, quantity, values, echo)
    for workers in (2**power for power in range(processors().bit_length())):
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


def _in_own_process(function: Callable, *arguments):
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
        return pool.submit(function, *arguments).result()


def _median(way: Callable[[], float]) -> float:
    return statistics.median(way() for _ in range(bench.ROUNDS))


def _stacked(work: str, replicates: int, rows: int) -> tuple[float, float]:
    make, train, _, settings = NETWORKS[work]
    train([make(0, 200)] * 2, settings, device="cpu")  # Compiles, and loads what is loaded late.
    tasks = [make(seed, rows) for seed in range(replicates)]
    total = _median(lambda: seconds(lambda: train(tasks, settings, device="cpu")))
    return total, _peak_mebibytes()


def _alone(work: str, rows: int) -> float:
    make, _, plain, settings = NETWORKS[work]
    task = make(0, rows)
    return _median(lambda: plain(task, settings))


def _forests_point(workers: int) -> Point:
    os.environ.update(thread_limits(workers))
    each(_forest, [(seed, 100) for seed in range(workers)])  # Starts the workers.
    work = [(seed, FOREST_ROWS) for seed in range(FORESTS)]
    used: dict[int, float] = {}
    needed = _median(lambda: seconds(lambda: used.update(each(_forest, work))))
    used[os.getpid()] = _peak_mebibytes()
    # This process would else wait at its end for workers that wait for further work.
    get_reusable_executor().shutdown()
    return Point(FOREST_NAME, OURS, "workers", workers, needed, sum(used.values()))


def _forest(work: tuple[int, int]) -> tuple[int, float]:
    """Fit one forest; return this process and its peak memory."""
    seed, rows = work
    task = bench.dense_task(seed, rows)
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
