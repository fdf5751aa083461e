"""Fitting a classifier to every replicate and asking it about the test rows."""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier

from lib.common.parallel import each
from lib.methods.dense.network import DenseSettings
from lib.methods.dense.training import Task, TrainedReplicates, probabilities, train_replicates
from lib.methods.splits import Split

# XMeDNN, Section 5.1: four classical classifiers, no settings given, so the libraries' defaults;
# logistic regression only gets the iterations that it needs to converge.
CLASSICAL: dict[str, Callable] = {
    "lr": lambda seed: LogisticRegression(max_iter=1000),
    "dt": lambda seed: DecisionTreeClassifier(random_state=seed),
    "gnb": lambda seed: GaussianNB(),
    "xgb": lambda seed: XGBClassifier(random_state=seed, n_jobs=1),
}


def fit_classical(make: Callable, splits: Sequence[Split]) -> list[np.ndarray]:
    """Fit one scikit-learn classifier a replicate.

    Parameters
    ----------
    make : callable
        Takes a seed, returns an unfitted classifier.
    splits : sequence of Split
        One a replicate.

    Returns
    -------
    list of numpy.ndarray
        A replicate's probabilities of the attack class for its test rows, in [0, 1].
    """
    return each(_fit_and_ask, [(make(split.seed), split) for split in splits])


def fit_dense(
    splits: Sequence[Split], settings: DenseSettings
) -> tuple[list[np.ndarray], TrainedReplicates]:
    """Train one dense network a replicate, all in one stacked pass.

    Parameters
    ----------
    splits, settings : sequence of Split, DenseSettings
        One split a replicate; the settings are shared by all.

    Returns
    -------
    chances : list of numpy.ndarray
        A replicate's probabilities of the attack class for its test rows, in [0, 1].
    trained : TrainedReplicates
        Networks and learning curves.
    """
    tasks = [Task(split.train_features, split.train_labels, split.seed) for split in splits]
    trained = train_replicates(tasks, settings)
    chances = [
        probabilities(network, split.test_features)
        for network, split in zip(trained.networks, splits, strict=True)
    ]
    return chances, trained


def _fit_and_ask(replicate: tuple[object, Split]) -> np.ndarray:
    classifier, split = replicate
    with warnings.catch_warnings():
        # The papers keep a library's number of iterations whether or not it suffices.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(split.train_features, split.train_labels)
    return classifier.predict_proba(split.test_features)[:, 1]
