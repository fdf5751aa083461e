"""What verifying the whole book costs, against training its networks the plain way.

Nothing here is run at full length: units of work are measured, multiplied by how often the
reproduction pages need them, and added to what publishing the other work took.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib import bench
from lib.parallel import processors
from lib.paths import DATA
from lib.spiking import SpikingSettings
from lib.spiking import train_stacked as train_spiking

SEEDS = 10
# Table V of Zivadinovic and Simic: samples, of which four fifths train, and hidden neurons.
TABLE_V = ((500, 20), (500, 240), (1000, 20), (1000, 72), (1000, 240), (10_000, 72), (10_000, 240))
TRAINING_SHARE, SPIKING_EPOCHS = 0.8, 300
MEASURED_ROWS = 800


@dataclass(frozen=True)
class Work:
    """Training that the book needs, in seconds, projected.

    Attributes
    ----------
    name : str
        What is trained.
    plain, ours : float
        One network after another with the libraries' own loops, and as the book does it.
    """

    name: str
    plain: float
    ours: float


def whole_book(echo: Callable[[str], None]) -> None:
    """Print the projected time of a complete verification, and of the same work done plainly.

    Parameters
    ----------
    echo : callable
        Receives each line.
    """
    works = [spiking_work(), dense_work()]
    published = published_seconds()
    for work in works:
        echo(
            f"{work.name}: {work.plain / 3600:.1f} h plain, {work.ours / 60:.1f} min here, "
            f"ratio {work.plain / work.ours:.1f}"
        )
    plain = published + sum(work.plain - work.ours for work in works)
    echo(
        f"whole book, {SEEDS} seeds, as last published, on {processors()} cores: "
        f"{published / 60:.0f} min; with these networks trained plainly {plain / 3600:.1f} h, "
        f"ratio {plain / published:.1f} (extrapolated from the units above)"
    )


def published_seconds() -> float:
    """Return what the last published run took, spread over this machine's cores.

    Returns
    -------
    float
        Seconds of each notebook times its threads, added up, over the number of cores.
    """
    timings = json.loads((DATA / "reference" / "timings.json").read_text(encoding="utf-8"))
    return sum(one["seconds"] * one["threads"] for one in timings.values()) / processors()


def spiking_work() -> Work:
    """Measure an epoch of each size of network in Table V and project ten seeds of all settings."""
    hidden = sorted({neurons for _, neurons in TABLE_V})
    units = {neurons: _spiking_seconds(neurons) for neurons in hidden}
    factor = TRAINING_SHARE * SPIKING_EPOCHS * SEEDS / MEASURED_ROWS
    plain, ours = (
        sum(units[neurons][way] * samples * factor for samples, neurons in TABLE_V)
        for way in (0, 1)
    )
    return Work(f"spiking networks of Table V, {SEEDS} seeds", plain, ours)


def _spiking_seconds(hidden: int) -> tuple[float, float]:
    """Return the seconds of one network's epoch: by snntorch, and as one of ten stacked."""
    settings = SpikingSettings(hidden=hidden, epochs=1)
    tasks = [bench.spiking_task(seed, MEASURED_ROWS) for seed in range(SEEDS)]
    train_spiking(tasks, settings, device="cpu")
    rounds = [
        (
            bench.snntorch_seconds(tasks[0], settings),
            bench.seconds(lambda: train_spiking(tasks, settings, device="cpu")) / SEEDS,
        )
        for _ in range(bench.ROUNDS)
    ]
    plain, ours = np.median(rounds, axis=0)
    return float(plain), float(ours)


def dense_work() -> Work:
    """Measure an epoch of XMeDNN's network and project hold-out and ten folds of ten seeds."""
    plain, ours, _ = bench.dense_seconds(bench.NETWORKS)
    factor = bench.FOLD_ROWS / bench.MEASURED_ROWS * bench.EPOCHS * bench.NETWORKS
    return Work(f"XMeDNN, {bench.NETWORKS} networks", plain * factor, ours * factor)
