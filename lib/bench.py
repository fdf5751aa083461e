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
from lib.splits import Split, scaled_split, with_smote

# XMeDNN, Section 5: network and batch as printed; rows of one fold of ten on 28,540 rows.
SETTINGS = DenseSettings(sizes=(28, 64, 32, 8, 1), epochs=1, batch_size=20)
FOLD_ROWS, EPOCHS, NETWORKS = 25_686, 150, 110
MEASURED_ROWS = 4_000
ROUNDS = 3
# Mante and Kolhe: what one replicate on the garage door trains and asks; test rows that the
# search without a tree is given, and epochs that both perceptrons are given.
TELEMETRY_SEED, ASKED_ROWS, MEASURED_EPOCHS = 2022, 2_000, 3


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
    stacked_networks(echo)
    telemetry_classifiers(echo)
    echo(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")
    return 0


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
    brute, tree = (_seconds(_neighbours(split, way)) for way in ("brute", "auto"))
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
            row.append(_seconds(lambda fitted=networks[kind]: _fit(fitted, split)))
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


def _seconds(action: Callable) -> float:
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
