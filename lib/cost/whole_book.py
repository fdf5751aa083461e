"""What verifying the whole book costs, against the same work done the plain way.

Nothing here is run at full length. One epoch of each network is measured, in its library's own loop
and as the book trains it, and multiplied by how often the pages need it. To this comes what the
published run took for everything else, which the plain way would do in one process.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib import bench
from lib.parallel import processors
from lib.paths import reference_folder
from lib.spiking import SpikingSettings
from lib.spiking import train_stacked as train_spiking
from lib.threads import one_thread

SEEDS, EPOCHS, TRAINING_SHARE = 10, 300, 0.8
MEASURED_ROWS = 800
# Spiking networks by samples and hidden neurons: how many are trained. Table V; eleven readings of
# the text by three seeds, without the one that updates at every step; four features from two
# sources, and four lengths of a stretch; six rungs, two of them at another learning rate, and one
# with counts of sources; and the networks that are taken apart. Others, on rows whose number
# depends on the file, are left out.
TABLE_V = ((500, 20), (500, 240), (1000, 20), (1000, 72), (1000, 240), (10_000, 72), (10_000, 240))
SPIKING_NETWORKS = {
    "Table V": dict.fromkeys(TABLE_V, SEEDS),
    "readings of the text": dict.fromkeys([(1000, 20), (1000, 72), (1000, 240)], 11 * 3),
    "other rows": {
        (999, 240): 2 * SEEDS,
        (999, 20): 2 * SEEDS,
        (400, 240): 4 * SEEDS,
        (400, 20): 4 * SEEDS,
    },
    "ladder": {(1000, 72): 9 * SEEDS},
    "resources": {(1000, 72): 2 * SEEDS, (1000, 240): SEEDS},
}
# XMeDNN's network: hold-out and ten folds, attempts at the printed score, rungs of the ladder.
DENSE_NETWORKS = {"hold-out and folds": 11 * SEEDS, "attempts": 11 * 3, "ladder": 6 * SEEDS}


@dataclass(frozen=True)
class Work:
    """Networks that the book trains, and what that costs, projected.

    Attributes
    ----------
    name : str
        What is trained.
    networks : int
        How many.
    plain : float
        Seconds, one network after another in the library's own loop, on one or all cores,
        whichever is faster.
    ours : float
        Seconds of one core, stacked. Notebooks run side by side with one thread each, so all
        cores together take as much less.
    """

    name: str
    networks: int
    plain: float
    ours: float


@dataclass(frozen=True)
class WholeBook:
    """Time of a complete verification.

    Attributes
    ----------
    works : list of Work
        The networks.
    ours : float
        Seconds of all notebooks in the last published run, spread over this machine's cores.
    plain : float
        Seconds of the same work: the networks one after another, all else in one process.
    processors : int
        Of this machine.
    """

    works: list[Work]
    ours: float
    plain: float
    processors: int

    @property
    def ratio(self) -> float:
        """How often the book's way fits into the plain one."""
        return self.plain / self.ours


def whole_book(echo: Callable[[str], None]) -> WholeBook:
    """Project the time of a complete verification, and of the same work done plainly.

    Parameters
    ----------
    echo : callable
        Receives each line.

    Returns
    -------
    WholeBook
    """
    works = [*_spiking_works(), *_dense_works()]
    for work in works:
        echo(
            f"{work.name}, {work.networks} networks: {work.plain / 60:.0f} min plain, "
            f"{work.ours / 60:.1f} min of one core here"
        )
    cores = processors()
    core_seconds = published_core_seconds()
    others = max(0.0, core_seconds - sum(work.ours for work in works))
    book = WholeBook(works, core_seconds / cores, others + sum(work.plain for work in works), cores)
    echo(
        f"whole book, {SEEDS} seeds, as last published, on {cores} cores: "
        f"{book.ours / 60:.0f} min; plainly {book.plain / 3600:.1f} h, ratio {book.ratio:.1f} "
        "(extrapolated from the units above)"
    )
    return book


def published_core_seconds() -> float:
    """Return what the last published run took, in seconds of one core.

    Returns
    -------
    float
        Seconds of each notebook times its threads, added up.
    """
    timings = json.loads((reference_folder() / "timings.json").read_text(encoding="utf-8"))
    return sum(one["seconds"] * one["threads"] for one in timings.values())


def _spiking_works() -> list[Work]:
    sizes = {hidden for many in SPIKING_NETWORKS.values() for _, hidden in many}
    units = {hidden: _spiking_seconds(hidden) for hidden in sorted(sizes)}
    factor = TRAINING_SHARE * EPOCHS / MEASURED_ROWS
    works = []
    for name, many in SPIKING_NETWORKS.items():
        plain, ours = (
            sum(
                units[hidden][way] * rows * factor * count for (rows, hidden), count in many.items()
            )
            for way in (0, 1)
        )
        works.append(Work(f"spiking networks, {name}", sum(many.values()), plain, ours))
    return works


def _spiking_seconds(hidden: int) -> tuple[float, float]:
    """Return the seconds of a network's epoch: by snntorch, and as one of ten on one core."""
    settings = SpikingSettings(hidden=hidden, epochs=1)
    tasks = [bench.spiking_task(seed, MEASURED_ROWS) for seed in range(SEEDS)]
    train_spiking(tasks, settings, device="cpu")

    def stacked() -> float:
        with one_thread():
            return bench.seconds(lambda: train_spiking(tasks, settings, device="cpu")) / SEEDS

    rounds = [(bench.snntorch_seconds(tasks[0], settings), stacked()) for _ in range(bench.ROUNDS)]
    plain, ours = np.median(rounds, axis=0)
    return float(plain), float(ours)


def _dense_works() -> list[Work]:
    with one_thread():  # Both ways in seconds of one core.
        plain, ours, _ = bench.dense_seconds(bench.NETWORKS)
    factor = bench.FOLD_ROWS / bench.MEASURED_ROWS * bench.EPOCHS
    return [
        Work(f"XMeDNN, {name}", count, plain * factor * count, ours * factor * count)
        for name, count in DENSE_NETWORKS.items()
    ]
