"""Scores agree with scikit-learn and with hand-made matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lib.scores import confusion, detector_scores, error_rates, expected_precision, paper_scores

LABELS = np.array([0] * 6 + [1] * 4)
PREDICTED = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 0])


def test_hand_made_matrix():
    assert confusion(LABELS, PREDICTED) == {"tn": 4, "fp": 2, "fn": 1, "tp": 3}
    assert error_rates(LABELS, PREDICTED) == {"fpr": 2 / 6, "fnr": 1 / 4}


def test_averages_differ_as_they_should():
    attack = paper_scores(LABELS, PREDICTED, "binary")
    both = paper_scores(LABELS, PREDICTED, "macro")
    assert attack["precision"] == pytest.approx(3 / 5)
    assert both["precision"] == pytest.approx((3 / 5 + 4 / 5) / 2)
    assert attack["accuracy"] == both["accuracy"] == pytest.approx(0.7)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=4))
def test_detector_scores_are_those_of_scikit_learn(rows):
    labels = np.array([0, 1] + [int(label) for label, _ in rows])
    chances = np.array([0.2, 0.8] + [chance for _, chance in rows])
    predicted = chances > 0.5
    scores = detector_scores(labels, chances)
    assert scores["mcc"] == pytest.approx(metrics.matthews_corrcoef(labels, predicted))
    assert scores["pr_auc"] == pytest.approx(metrics.average_precision_score(labels, chances))
    assert scores["balanced_accuracy"] == pytest.approx(1 - (scores["fpr"] + scores["fnr"]) / 2)


def test_swapped_labels_change_the_scores():
    assert detector_scores(LABELS, PREDICTED)["mcc"] == pytest.approx(
        -detector_scores(1 - LABELS, PREDICTED)["mcc"]
    )


def test_rare_attacks_make_alarms_less_often_right():
    assert expected_precision(0.1, 0.2, 0.5) == pytest.approx(0.8 / 0.9)
    assert expected_precision(0.1, 0.2, 0.01) < 0.08
    assert np.isnan(expected_precision(0, 1, 0.1))
