"""What the book's own ways of training cost, against the plain calls of the libraries."""

import resource
import warnings
from collections.abc import Callable, Sequence

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from lib.methods.dense.network import DenseSettings, dense_network, train_alone
from lib.methods.dense.perceptron import Perceptron
from lib.methods.dense.training import Task, train_replicates
from lib.methods.spiking import SpikingSettings, SpikingTask, train_snntorch, train_stacked
from lib.methods.spiking.products import matrix_product_speed, seconds, spiking_products
from lib.methods.splits import Split, scaled_split, with_smote
from lib.papers import toniot

# XMeDNN, Section 5: network and batch as printed; rows of one fold of ten on 28,540 rows.
DENSE = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=1, batch_size=20)
FOLD_ROWS, EPOCHS, NETWORKS = 25_686, 150, 110
MEASURED_ROWS = 4_000
ROUNDS = 3
# Mante and Kolhe: what one replicate on the garage door trains and asks; test rows that the
# search without a tree is given, and epochs that both perceptrons are given.
TELEMETRY_SEED, ASKED_ROWS, MEASURED_EPOCHS = 2022, 2_000, 3
# Zivadinovic and Simic, Table V, last row: four fifths of 10,000 samples, 240 neurons.
SPIKING = SpikingSettings(epochs=1)
SPIKING_ROWS, SPIKING_STACK = 8_000, 10


def main(echo=print) -> int:
    """Measure both ways side by side and print seconds and ratios for each chapter."""
    spiking_networks(echo)
    telemetry_classifiers(echo)
    stacked_networks(echo)
    echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0


def in_turn(*ways: Callable[[], float]) -> np.ndarray:
    """Return what each way takes, shape (rounds, ways).

    All ways run in turn, so that a change in the machine's speed meets them alike.
    """
    return np.array([[way() for way in ways] for _ in range(ROUNDS)])


def stacked_seconds(train: Callable, tasks: Sequence, settings) -> float:
    """Return the seconds of each network of a stack."""
    return seconds(lambda: train(tasks, settings, device="cpu")) / len(tasks)


def snntorch_seconds(task: SpikingTask, settings: SpikingSettings) -> float:
    """Return the seconds of snntorch's own loop, on one thread or on all, whichever is faster."""
    every = torch.get_num_threads()
    found = []
    for threads in {1, every}:
        torch.set_num_threads(threads)
        found.append(seconds(lambda: train_snntorch(task, settings)))
    torch.set_num_threads(every)
    return min(found)


def plain_seconds(task: Task, settings: DenseSettings) -> float:
    """Return the seconds of PyTorch's own loop."""
    rows = torch.from_numpy(task.features), torch.from_numpy(task.labels)
    network = dense_network(settings, task.seed)
    return seconds(lambda: train_alone(network, *rows, settings, task.seed))


def spiking_task(seed: int, rows: int = SPIKING_ROWS) -> SpikingTask:
    """Return random rows of the network's shape, three classes by the first two columns."""
    features = 2 * np.random.default_rng(seed).random((rows, SPIKING.inputs), dtype=np.float32)
    return SpikingTask(features, (features[:, 0] + features[:, 1]).astype(int) % 3, seed)


def dense_task(seed: int, rows: int = MEASURED_ROWS) -> Task:
    """Return random rows of the network's shape, two classes by the first column."""
    features = np.random.default_rng(seed).random((rows, DENSE.sizes[0]), dtype=np.float32)
    return Task(features, (features[:, 0] > 0.5).astype(np.float32), seed)


def spiking_networks(echo) -> None:
    """Compare spiking networks trained by snntorch's own loop with the book's compiled loops."""
    tasks = [spiking_task(seed) for seed in range(SPIKING_STACK)]
    train_stacked([spiking_task(0, SPIKING.batch_size)] * 2, SPIKING, device="cpu")  # Compiles.
    rounds = in_turn(
        lambda: snntorch_seconds(tasks[0], SPIKING),
        lambda: stacked_seconds(train_stacked, tasks[:1], SPIKING),
        lambda: stacked_seconds(train_stacked, tasks, SPIKING),
        lambda: matrix_product_speed(SPIKING.layer),
    )
    plain, *ours, speed = np.median(rounds, axis=0)
    echo(
        f"spiking network, one epoch of {SPIKING_ROWS:,} samples, {SPIKING.hidden} neurons, "
        f"{SPIKING.steps} steps, batch {SPIKING.batch_size}: snntorch {plain:.2f} s "
        f"(the faster of 1 and {torch.get_num_threads()} threads)"
    )
    names = ("alone", f"a replicate, {SPIKING_STACK} stacked")
    for index, (name, needed) in enumerate(zip(names, ours, strict=True), start=1):
        ratio = np.median(rounds[:, 0] / rounds[:, index])
        share = spiking_products(SPIKING, SPIKING_ROWS) / needed / speed
        echo(
            f"  {name}: {needed:.3f} s, ratio {ratio:.1f}; as dense products this is "
            f"{share:.0%} of the {speed / 1e9:.0f} GFLOP/s that a matrix product reaches here"
        )


def stacked_networks(echo) -> None:
    """Compare networks trained in one stack with the same networks one after the other."""
    echo(f"{torch.get_num_threads()} threads, {MEASURED_ROWS} rows, batch {DENSE.batch_size}")
    echo("networks stacked   plain s/network   stacked s/network   ratio   (per epoch)")
    for stacked in (10, NETWORKS):
        plain, ours, ratio = dense_seconds(stacked)
        echo(f"{stacked:16d}   {plain:15.3f}   {ours:17.4f}   {ratio:5.1f}")
    scale = FOLD_ROWS / MEASURED_ROWS * EPOCHS * NETWORKS / 60
    echo(
        f"ten seeds x (hold-out and ten folds) at {EPOCHS} epochs, projected from the last line: "
        f"{plain * scale:.0f} min plain, {ours * scale:.1f} min stacked"
    )


def dense_seconds(stacked: int) -> tuple[float, float, float]:
    """Return one epoch's seconds of a dense network, alone and in a stack, and their ratio."""
    tasks = [dense_task(seed) for seed in range(stacked)]
    rounds = in_turn(
        lambda: plain_seconds(tasks[0], DENSE),
        lambda: stacked_seconds(train_replicates, tasks, DENSE),
    )
    plain, ours = np.median(rounds, axis=0)
    return float(plain), float(ours), float(np.median(rounds[:, 0] / rounds[:, 1]))


def telemetry_classifiers(echo) -> None:
    """Compare the perceptron with scikit-learn's, and neighbours with and without a tree."""
    dataset = toniot.load("garage_door")
    split = _telemetry_split(dataset)
    plain, lean, same = _perceptrons(split)
    echo(f"{dataset.variant}, {dataset.source}: {len(split.train_labels):,} rows after SMOTE")
    echo(
        f"perceptron, one epoch: {plain:.2f} s MLPClassifier, {lean:.2f} s Perceptron, "
        f"ratio {plain / lean:.1f}, weights {'equal' if same else 'NOT EQUAL'}"
    )
    brute, tree = (_neighbour_seconds(split, way) for way in ("brute", "auto"))
    echo(
        f"5 nearest neighbours of {ASKED_ROWS:,} rows: {brute:.2f} s comparing all rows, "
        f"{tree:.2f} s by scikit-learn's default, a k-d tree made first, ratio {brute / tree:.0f}"
    )


def _telemetry_split(dataset) -> Split:
    table = toniot.paper_table(dataset)
    rows = np.arange(len(table.labels))
    halves = train_test_split(rows, test_size=0.2, random_state=TELEMETRY_SEED)
    features = table.features.to_numpy()
    scaled = scaled_split(features, table.labels, halves, TELEMETRY_SEED, scaler=StandardScaler)
    return with_smote(scaled)


def _perceptrons(split: Split) -> tuple[float, float, bool]:
    """Return seconds an epoch of both, and whether they end with the same weights."""
    both = [
        kind(random_state=TELEMETRY_SEED, max_iter=MEASURED_EPOCHS)
        for kind in (MLPClassifier, Perceptron)
    ]
    rows = split.train_features, split.train_labels
    ways = [lambda own=own: seconds(lambda: own.fit(*rows)) for own in both]
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        plain, lean = np.median(in_turn(*ways), axis=0) / MEASURED_EPOCHS
    theirs, ours = (one.coefs_ + one.intercepts_ for one in both)
    same = all(np.array_equal(a, b) for a, b in zip(theirs, ours, strict=True))
    return float(plain), float(lean), same


def _neighbour_seconds(split: Split, way: str) -> float:
    classifier, asked = KNeighborsClassifier(algorithm=way), split.test_features[:ASKED_ROWS]
    return seconds(lambda: classifier.fit(split.train_features, split.train_labels).predict(asked))
