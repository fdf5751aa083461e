"""What the book's own ways of training cost, against the plain calls of the libraries."""

import resource
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from lib import datasets, toniot
from lib.networks import DenseSettings, dense_network, train_alone
from lib.perceptron import Perceptron
from lib.replicate import Task, train_stacked
from lib.spiking import SpikingSettings, SpikingTask, train_snntorch
from lib.spiking import train_stacked as train_spiking
from lib.splits import Split, scaled_split, with_smote

# XMeDNN, Section 5: network and batch as printed; rows of one fold of ten on 28,540 rows.
SETTINGS = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=1, batch_size=20)
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
    """Measure both ways side by side and print seconds and ratios for each chapter.

    Parameters
    ----------
    echo : callable
        Receives each line.

    Returns
    -------
    int
        Exit status, 0.
    """
    spiking_networks(echo)
    telemetry_classifiers(echo)
    stacked_networks(echo)
    echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0


def spiking_networks(echo) -> None:
    """Compare spiking networks trained by snntorch's own loop with the book's compiled loops.

    Parameters
    ----------
    echo : callable
        Receives each line.
    """
    tasks = [spiking_task(seed) for seed in range(SPIKING_STACK)]
    train_spiking([spiking_task(0, SPIKING.batch_size)] * 2, SPIKING, device="cpu")  # Compiles.
    # All ways in turn, so that a change in the machine's speed meets them alike.
    rounds = [
        (
            snntorch_seconds(tasks[0], SPIKING),
            seconds(lambda: train_spiking(tasks[:1], SPIKING, device="cpu")),
            seconds(lambda: train_spiking(tasks, SPIKING, device="cpu")) / SPIKING_STACK,
            matrix_product_speed(),
        )
        for _ in range(ROUNDS)
    ]
    plain, *ours, speed = np.median(rounds, axis=0)
    echo(
        f"spiking network, one epoch of {SPIKING_ROWS:,} samples, {SPIKING.hidden} neurons, "
        f"{SPIKING.steps} steps, batch {SPIKING.batch_size}: snntorch {plain:.2f} s "
        f"(the faster of 1 and {torch.get_num_threads()} threads)"
    )
    names = ("alone", f"a replicate, {SPIKING_STACK} stacked")
    for index, (name, needed) in enumerate(zip(names, ours, strict=True), start=1):
        ratio = np.median([one[0] / one[index] for one in rounds])
        share = spiking_products(SPIKING, SPIKING_ROWS) / needed / speed
        echo(
            f"  {name}: {needed:.3f} s, ratio {ratio:.1f}; as dense products this is "
            f"{share:.0%} of the {speed / 1e9:.0f} GFLOP/s that a matrix product reaches here"
        )


def snntorch_seconds(task: SpikingTask, settings: SpikingSettings) -> float:
    """Return the seconds of snntorch's own loop, on one thread or on all, whichever is faster.

    Parameters
    ----------
    task : SpikingTask
        What is trained.
    settings : SpikingSettings
        How, and for how many epochs.
    """
    every = torch.get_num_threads()
    found = []
    for threads in {1, every}:
        torch.set_num_threads(threads)
        found.append(seconds(lambda: train_snntorch(task, settings)))
    torch.set_num_threads(every)
    return min(found)


def spiking_products(settings: SpikingSettings, rows: int) -> float:
    """Return the operations of one epoch's matrix products.

    Parameters
    ----------
    settings : SpikingSettings
        Sizes and steps.
    rows : int
        Samples shown.

    Returns
    -------
    float
        Multiplications and additions: forward, for the gradient of the weights, and for the
        gradient of the inputs, which the first layer does not need. The first layer works once
        a sample, the others at every step.
    """
    first, second, last = (inputs * outputs for inputs, outputs in settings.sizes)
    return 2.0 * rows * (2 * first + 3 * settings.steps * (second + last))


def matrix_product_speed(size: int = 1_000) -> float:
    """Measure how many operations a second a matrix product of the network's shape reaches.

    Parameters
    ----------
    size : int
        Rows of the left matrix.

    Returns
    -------
    float
        Multiplications and additions a second, in single precision, on all threads.
    """
    left, right = torch.rand(size, SPIKING.layer), torch.rand(SPIKING.layer, SPIKING.layer)
    times = 500
    needed = seconds(lambda: [left @ right for _ in range(times)])
    return 2.0 * times * size * SPIKING.layer**2 / needed


def spiking_task(seed: int, rows: int = SPIKING_ROWS) -> SpikingTask:
    """Return random rows of the network's shape, three classes by the first two columns.

    Parameters
    ----------
    seed : int
        Decides the rows.
    rows : int
        How many.
    """
    features = 2 * np.random.default_rng(seed).random((rows, SPIKING.inputs), dtype=np.float32)
    return SpikingTask(features, (features[:, 0] + features[:, 1]).astype(int) % 3, seed)


def stacked_networks(echo) -> None:
    """Compare networks trained in one stack with the same networks one after the other.

    Parameters
    ----------
    echo : callable
        Receives each line; the last one projects the full run of the chapter on XMeDNN.
    """
    echo(f"{torch.get_num_threads()} threads, {MEASURED_ROWS} rows, batch {SETTINGS.batch_size}")
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
    """Measure one epoch of a dense network, trained alone and as one of a stack.

    Parameters
    ----------
    stacked : int
        Networks in the stack.

    Returns
    -------
    plain, ours, ratio : float
        Seconds a network, and the median of the rounds' ratios.
    """
    # Both ways in turn, so that a change in the machine's speed meets both alike.
    pairs = [(_plain_seconds(), _stacked_seconds(stacked)) for _ in range(ROUNDS)]
    plain, ours = np.median(pairs, axis=0)
    return float(plain), float(ours), float(np.median([one / two for one, two in pairs]))


def telemetry_classifiers(echo) -> None:
    """Compare the perceptron with scikit-learn's, and neighbours with and without a tree.

    Parameters
    ----------
    echo : callable
        Receives each line.
    """
    dataset = datasets.load(toniot.NAME, "garage_door")
    split = _telemetry_split(dataset)
    plain, lean, same = _perceptrons(split)
    echo(f"{dataset.variant}, {dataset.source}: {len(split.train_labels):,} rows after SMOTE")
    echo(
        f"perceptron, one epoch: {plain:.2f} s MLPClassifier, {lean:.2f} s Perceptron, "
        f"ratio {plain / lean:.1f}, weights {'equal' if same else 'NOT EQUAL'}"
    )
    brute, tree = (seconds(_neighbours(split, way)) for way in ("brute", "auto"))
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
    networks, rounds = {}, []
    for _ in range(ROUNDS):
        row = []
        for kind in (MLPClassifier, Perceptron):
            networks[kind] = kind(random_state=TELEMETRY_SEED, max_iter=MEASURED_EPOCHS)
            row.append(seconds(lambda fitted=networks[kind]: _fit(fitted, split)))
        rounds.append(row)
    theirs, ours = (one.coefs_ + one.intercepts_ for one in networks.values())
    same = all(np.array_equal(a, b) for a, b in zip(theirs, ours, strict=True))
    plain, lean = np.median(rounds, axis=0) / MEASURED_EPOCHS
    return float(plain), float(lean), same


def _fit(classifier, split: Split) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(split.train_features, split.train_labels)


def _neighbours(split: Split, way: str) -> Callable:
    classifier = KNeighborsClassifier(algorithm=way)

    def ask():
        classifier.fit(split.train_features, split.train_labels)
        classifier.predict(split.test_features[:ASKED_ROWS])

    return ask


def seconds(action: Callable) -> float:
    """Return the seconds that an action takes.

    Parameters
    ----------
    action : callable
        Without arguments.
    """
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


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
