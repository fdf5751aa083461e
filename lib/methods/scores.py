"""Scores of a detector with two classes (the attack is the positive one) or with several."""

from collections.abc import Sequence

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
    *scores, _ = metrics.precision_recall_fscore_support(
        labels, predicted, average=average, zero_division=0
    )
    scores = dict(zip(("precision", "recall", "f1"), map(float, scores), strict=True))
    return {"accuracy": float(metrics.accuracy_score(labels, predicted))} | scores


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
    scores = {
        "accuracy": metrics.accuracy_score(labels, predicted),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, predicted),
        "f1_attack": metrics.f1_score(labels, predicted, zero_division=0),
        **error_rates(labels, predicted),
        "pr_auc": metrics.average_precision_score(labels, chances),
        "mcc": metrics.matthews_corrcoef(labels, predicted),
    }
    return {name: float(score) for name, score in scores.items()}


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


def multiclass_scores(
    labels: np.ndarray,
    chances: np.ndarray,
    names: Sequence[str] | None = None,
    weights: np.ndarray | None = None,
) -> dict[str, float]:
    """Return the scores of a classifier with several classes, by every usual average.

    Parameters
    ----------
    labels : numpy.ndarray
        Shape (n,), class indices from 0.
    chances : numpy.ndarray
        Shape (n, classes), the predicted probability of each class; the largest decides.
    names : sequence of str, optional
        What to call each class in the result's keys; its index when left out.
    weights : numpy.ndarray, optional
        Shape (n,), above 0: for how many rows each row stands, such as its kind's share of the
        traffic over its share of these rows; each for one when left out.

    Returns
    -------
    dict of str to float
        ``accuracy``; ``balanced_accuracy`` (mean recall of the classes that occur);
        ``f1_macro``, ``f1_weighted`` and ``f1_micro`` over the classes that occur or are
        predicted, as scikit-learn averages; and for each class against the rest
        ``roc_auc_<name>`` and ``pr_auc_<name>`` (average precision), NaN where the labels hold
        no row of the class or no other. All in [0, 1].

    Raises
    ------
    ValueError
        If the shapes do not fit, a label is no class index, a chance is not finite or a weight
        is not above 0.
    """
    labels, chances = np.asarray(labels), np.asarray(chances)
    names = _class_names(labels, chances, names)
    predicted = chances.argmax(axis=1)
    weighed = {"sample_weight": _row_weights(labels, weights)}
    scores = {"accuracy": metrics.accuracy_score(labels, predicted, **weighed)}
    # balanced_accuracy_score warns of a predicted class that does not occur.
    scores["balanced_accuracy"] = metrics.recall_score(
        labels, predicted, labels=np.unique(labels), average="macro", zero_division=0, **weighed
    )
    for average in ("macro", "weighted", "micro"):
        scores[f"f1_{average}"] = metrics.f1_score(
            labels, predicted, average=average, zero_division=0, **weighed
        )
    for index, name in enumerate(names):
        scores |= _areas(labels == index, chances[:, index], name, weighed)
    return {name: float(score) for name, score in scores.items()}


def _class_names(labels, chances, names) -> Sequence[str]:
    if chances.ndim != 2 or labels.shape != chances.shape[:1] or not labels.size:
        raise ValueError(f"labels {labels.shape} and chances {chances.shape} do not fit")
    if not np.isfinite(chances).all():
        raise ValueError("a chance is not finite")
    classes = chances.shape[1]
    if not np.isin(labels, np.arange(classes)).all():
        raise ValueError(f"labels must be whole numbers from 0 to {classes - 1}")
    names = [str(index) for index in range(classes)] if names is None else names
    if len(names) != classes:
        raise ValueError(f"{len(names)} names are given for {classes} classes")
    return names


def _row_weights(labels, weights) -> np.ndarray | None:
    if weights is None:
        return None
    weights = np.asarray(weights, dtype=float)
    if weights.shape != labels.shape or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError(f"{len(labels)} rows need as many weights, all above 0")
    return weights


def _areas(positive: np.ndarray, chances: np.ndarray, name: str, weighed) -> dict[str, float]:
    areas = {"roc_auc": metrics.roc_auc_score, "pr_auc": metrics.average_precision_score}
    known = positive.any() and not positive.all()
    return {
        f"{kind}_{name}": area(positive, chances, **weighed) if known else np.nan
        for kind, area in areas.items()
    }
