"""How well one column alone tells the classes, and how well it would by chance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.tree import DecisionTreeClassifier

# Rows on which a column is judged, and labels shuffled to see what chance gives.
MOST_ROWS, SHUFFLES, LEAVES = 40_000, 5, 8


@dataclass(frozen=True)
class Score:
    """Balanced accuracy on held-out rows, and the best of as many tries with shuffled labels."""

    value: float
    chance: float

    @property
    def telling(self) -> bool:
        """Whether it is beyond chance by more than a little."""
        return self.value > self.chance + 0.02

    def __str__(self) -> str:
        return f"{self.value:.1%} (shuffled labels: at most {self.chance:.1%})"


def balanced_accuracy(truth: np.ndarray, answer: np.ndarray, classes: int) -> float:
    """Return the mean over classes of the share of their rows that is told rightly."""
    sizes = np.bincount(truth, minlength=classes)
    right = np.bincount(truth[truth == answer], minlength=classes)
    return float((right[sizes > 0] / sizes[sizes > 0]).mean())


def by_value(codes: np.ndarray, labels: np.ndarray, train: np.ndarray, classes: int) -> np.ndarray:
    """Answer for each row with the class that its value favours among the training rows.

    Classes count as if they were equally large; a value that no training row has gets the first.
    """
    _, codes = np.unique(codes, return_inverse=True)
    weights = 1 / np.maximum(np.bincount(labels[train], minlength=classes), 1)
    counts = np.zeros((codes.max() + 1, classes))
    np.add.at(counts, (codes[train], labels[train]), weights[labels[train]])
    return counts.argmax(axis=1)[codes]


def by_threshold(values: np.ndarray, labels: np.ndarray, train: np.ndarray, _classes: int):
    """Answer by a tree of a few leaves on one numeric column."""
    tree = DecisionTreeClassifier(max_leaf_nodes=LEAVES, class_weight="balanced", random_state=0)
    tree.fit(values[train, None], labels[train])
    return tree.predict(values[:, None])


def score(answer: Callable, column: np.ndarray, labels: np.ndarray, seed: int) -> Score:
    """Return how well a rule on one column does on one half, taught on the other half."""
    random = np.random.default_rng(seed)
    if len(labels) > MOST_ROWS:
        rows = random.choice(len(labels), MOST_ROWS, replace=False)
        column, labels = column[rows], labels[rows]
    classes = int(labels.max()) + 1

    def one(given: np.ndarray) -> float:
        train = random.random(len(given)) < 0.5
        told = answer(column, given, train, classes)
        return balanced_accuracy(given[~train], told[~train], classes)

    return Score(one(labels), max(one(random.permutation(labels)) for _ in range(SHUFFLES)))


def numbers_of(column: pd.Series) -> np.ndarray | None:
    """Return a column's numbers, with one number below all for what is none; None for text."""
    codes, values = pd.factorize(column)
    numbers = pd.to_numeric(pd.Series(values, dtype=str).str.strip(), errors="coerce")
    numbers = numbers.to_numpy(dtype=float, copy=True)
    numbers[~np.isfinite(numbers)] = np.nan
    of_rows = numbers[codes]
    if np.isnan(of_rows).mean() > 0.05:
        return None
    lowest = np.nanmin(of_rows)
    return np.where(np.isnan(of_rows), lowest - 1, of_rows)
