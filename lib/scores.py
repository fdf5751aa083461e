"""Scores of a binary detector; the attack class is the positive one."""

import numpy as np
from sklearn import metrics


def confusion(labels: np.ndarray, predicted: np.ndarray) -> dict[str, int]:
    """Count the four outcomes.

    Parameters
    ----------
    labels, predicted : numpy.ndarray
        Shape (n,), zeros (normal) and ones (attack).

    Returns
    -------
    dict of str to int
        ``tn``, ``fp``, ``fn`` and ``tp``.
    """
    counts = metrics.confusion_matrix(labels, predicted, labels=[0, 1]).ravel()
    return dict(zip(("tn", "fp", "fn", "tp"), map(int, counts), strict=True))


def paper_scores(labels: np.ndarray, predicted: np.ndarray, average: str) -> dict[str, float]:
    """Return the four scores that papers print.

    Parameters
    ----------
    labels, predicted : numpy.ndarray
        Shape (n,), zeros and ones.
    average : {"macro", "binary"}
        The unweighted mean of both classes, or the attack class alone.

    Returns
    -------
    dict of str to float
        ``accuracy``, ``precision``, ``recall`` and ``f1``, each in [0, 1].
    """
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, predicted, average=average, zero_division=0
    )
    accuracy = metrics.accuracy_score(labels, predicted)
    return {
        "accuracy": float(accuracy),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
    }


def error_rates(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return the share of normal rows flagged and of attack rows missed.

    Parameters
    ----------
    labels, predicted : numpy.ndarray
        Shape (n,), zeros and ones; both classes present among the labels.

    Returns
    -------
    dict of str to float
        ``fpr`` and ``fnr``, each in [0, 1].
    """
    count = confusion(labels, predicted)
    return {
        "fpr": count["fp"] / (count["fp"] + count["tn"]),
        "fnr": count["fn"] / (count["fn"] + count["tp"]),
    }


def detector_scores(labels: np.ndarray, chances: np.ndarray) -> dict[str, float]:
    """Return what an operator would want to know of a detector.

    Parameters
    ----------
    labels : numpy.ndarray
        Shape (n,), zeros and ones; both classes present.
    chances : numpy.ndarray
        Shape (n,), the predicted probability of the attack class; flagged above 0.5.

    Returns
    -------
    dict of str to float
        ``accuracy``, ``balanced_accuracy``, ``f1_attack``, ``fpr``, ``fnr``, ``pr_auc`` (area
        under the precision-recall curve, as average precision), all in [0, 1], and ``mcc``
        (Matthews correlation coefficient) in [-1, 1].
    """
    predicted = (np.asarray(chances) > 0.5).astype(int)
    return {
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "balanced_accuracy": float(metrics.balanced_accuracy_score(labels, predicted)),
        "f1_attack": float(metrics.f1_score(labels, predicted, zero_division=0)),
        **error_rates(labels, predicted),
        "pr_auc": float(metrics.average_precision_score(labels, chances)),
        "mcc": float(metrics.matthews_corrcoef(labels, predicted)),
    }


def expected_precision(fpr: float, fnr: float, prevalence: float) -> float:
    """Return the share of alarms that are attacks at a stated prevalence.

    Parameters
    ----------
    fpr, fnr : float
        False-positive and false-negative rates in [0, 1].
    prevalence : float
        Share of attacks among flows, in [0, 1].

    Returns
    -------
    float
        In [0, 1]; NaN when nothing is flagged.
    """
    true_alarms = (1 - fnr) * prevalence
    alarms = true_alarms + fpr * (1 - prevalence)
    return float(true_alarms / alarms) if alarms else float("nan")
