"""What verifying the whole book costs, against the same work done the plain way.

Nothing here is run at full length. One epoch of each network is measured, in its library's own loop
and as the book trains it, and multiplied by how often the pages need it. To this comes what the
published run took for everything else, which the plain way would do in one process.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lib.book.cost import bench
from lib.common.parallel import processors
from lib.common.paths import reference_folder
from lib.common.threads import one_thread
from lib.methods.spiking import SpikingSettings, train_stacked
from lib.notebook.records import reference

SEEDS, EPOCHS, TRAINING_SHARE = 10, 300, 0.8
MEASURED_ROWS = 800
# Which published records have one value for each network of a group; samples and hidden neurons
# stand in the id, or here. Left out: updates at every step, which cost more than those here, and
# networks on rows whose number depends on the file.
SPIKING_NETWORKS = (
    ("Table V", r"botiot\.table_v\.(?:twin\.)?(\d+)_(\d+)\.accuracy", ()),
    ("readings of the text", r"botiot\.reading\.(?!step)\w+\.(\d+)_(\d+)\.accuracy", ()),
    ("rebuilt columns", r"botiot\.bracket\.\w+\.snn\.accuracy", (1000, 72)),
    ("both sets", r"botiot\.both\.\w+_to_set\.snn\.accuracy", (1000, 72)),
    ("ladder", r"botiot\.(ladder\.\w+|sources|spikes\.faster\.\w+)\.snn\.accuracy", (1000, 72)),
    ("ladder", r"botiot\.spikes\.big(_faster)?\.\w+\.snn\.accuracy", (1000, 240)),
    ("resources", r"botiot\.beyond\.(\d+)_(\d+)\.snn(?:_log)?\.f1", ()),
)
DENSE_NETWORKS = {
    "hold-out and folds": r"xmednn\.(table1\.dnn|table2\.fold\d+)\.accuracy",
    "ladder": r"xmednn\.ladder\.\w+\.dnn\.accuracy",
}


@dataclass(frozen=True)
class Work:
    """Networks that the book trains, and what that costs, projected."""

    name: str
    networks: int
    plain: float
    ours: float


@dataclass(frozen=True)
class WholeBook:
    """Time of a complete verification."""

    works: list[Work]
    ours: float
    plain: float
    processors: int

    @property
    def ratio(self) -> float:
        """How often the book's way fits into the plain one."""
        return self.plain / self.ours


def whole_book(echo: Callable[[str], None]) -> WholeBook:
    """Project the time of a complete verification, and of the same work done plainly."""
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
    """Return what the last published run took, in seconds of one core."""
    timings = json.loads((reference_folder() / "timings.json").read_text(encoding="utf-8"))
    return sum(one["seconds"] * one["threads"] for one in timings.values())


def counted(pattern: str, size: tuple[int, ...] = ()) -> Counter:
    """Return how many networks of each size have a published record; the size may be in the id."""
    found = Counter()
    for id, record in reference().items():
        if match := re.fullmatch(pattern, id):
            found[size or tuple(map(int, match.groups()))] += len(record.values)
    return found


def _spiking_works() -> list[Work]:
    networks = {group: Counter() for group, _, _ in SPIKING_NETWORKS}
    for group, pattern, size in SPIKING_NETWORKS:
        networks[group] += counted(pattern, size)
    sizes = {hidden for many in networks.values() for _, hidden in many}
    units = {hidden: np.array(_spiking_seconds(hidden)) for hidden in sorted(sizes)}
    factor = TRAINING_SHARE * EPOCHS / MEASURED_ROWS
    works = []
    for group, many in networks.items():
        plain, ours = sum(
            (units[hidden] * samples * factor * count for (samples, hidden), count in many.items()),
            start=np.zeros(2),
        ).tolist()
        works.append(Work(f"spiking networks, {group}", many.total(), plain, ours))
    return works


def _spiking_seconds(hidden: int) -> tuple[float, float]:
    """Return the seconds of a network's epoch: by snntorch, and as one of ten on one core."""
    settings = SpikingSettings(hidden=hidden, epochs=1)
    tasks = [bench.spiking_task(seed, MEASURED_ROWS) for seed in range(SEEDS)]
    train_stacked(tasks, settings, device="cpu")

    def stacked() -> float:
        with one_thread():
            return bench.stacked_seconds(train_stacked, tasks, settings)

    rounds = bench.in_turn(lambda: bench.snntorch_seconds(tasks[0], settings), stacked)
    plain, ours = np.median(rounds, axis=0).tolist()
    return plain, ours


def _dense_works() -> list[Work]:
    with one_thread():  # Both ways in seconds of one core.
        plain, ours, _ = bench.dense_seconds(bench.NETWORKS)
    factor = bench.FOLD_ROWS / bench.MEASURED_ROWS * bench.EPOCHS
    sizes = bench.DENSE.sizes
    counts = {name: counted(own, sizes).total() for name, own in DENSE_NETWORKS.items()}
    return [
        Work(f"XMeDNN, {name}", count, plain * factor * count, ours * factor * count)
        for name, count in counts.items()
    ]
