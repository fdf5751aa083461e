"""Scores agree with scikit-learn and with hand-made matrices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from lib.methods.scores import (
    confusion,
    detector_scores,
    error_rates,
    expected_precision,
    multiclass_scores,
    paper_scores,
)

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


# Three classes by hand: 0 is right twice of three, 1 once of two, 2 in its only row.
THREE = np.array([0, 0, 0, 1, 1, 2])
CHANCES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.6, 0.3, 0.1],
        [0.2, 0.7, 0.1],
        [0.1, 0.8, 0.1],
        [0.5, 0.4, 0.1],
        [0.1, 0.3, 0.6],
    ]
)


class TestMulticlass:
    def test_a_table_worked_by_hand(self):
        scores = multiclass_scores(THREE, CHANCES)
        by_class = 2 / 3, 1 / 2, 1.0
        assert scores["accuracy"] == scores["f1_micro"] == pytest.approx(4 / 6)
        assert scores["balanced_accuracy"] == pytest.approx(np.mean([2 / 3, 1 / 2, 1]))
        assert scores["f1_macro"] == pytest.approx(np.mean(by_class))
        assert scores["f1_weighted"] == pytest.approx(np.average(by_class, weights=[3, 2, 1]))
        # Of the pairs of a row of class 0 with another, 8 of 9 are in the right order.
        assert scores["roc_auc_0"] == pytest.approx(8 / 9)
        assert scores["pr_auc_0"] == pytest.approx((1 + 1 + 3 / 4) / 3)
        assert scores["roc_auc_2"] == scores["pr_auc_2"] == 1

    @given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(6, 60))
    def test_they_are_those_of_scikit_learn(self, seed, classes, rows):
        draw = np.random.default_rng(seed)
        labels = np.r_[np.arange(classes), draw.integers(classes, size=rows)]
        chances = draw.dirichlet(np.ones(classes), len(labels))
        predicted = chances.argmax(axis=1)
        scores = multiclass_scores(labels, chances)
        for average in ("macro", "weighted", "micro"):
            expected = metrics.f1_score(labels, predicted, average=average)
            assert scores[f"f1_{average}"] == pytest.approx(expected)
        balanced = metrics.balanced_accuracy_score(labels, predicted)
        assert scores["balanced_accuracy"] == pytest.approx(balanced)
        mean_area = np.mean([scores[f"roc_auc_{index}"] for index in range(classes)])
        by_class = {"multi_class": "ovr", "average": "macro"}
        expected = metrics.roc_auc_score(labels, chances, **by_class) if classes > 2 else mean_area
        assert mean_area == pytest.approx(expected)

    @given(st.integers(0, 2**32 - 1))
    def test_a_weight_stands_for_so_many_rows(self, seed):
        draw = np.random.default_rng(seed)
        labels = np.r_[0, 1, 2, draw.integers(3, size=20)]
        chances = draw.dirichlet(np.ones(3), len(labels))
        weights = draw.integers(1, 5, size=len(labels))
        repeated = multiclass_scores(labels.repeat(weights), chances.repeat(weights, axis=0))
        # No average depends on the unit of the weights.
        assert multiclass_scores(labels, chances, weights=weights / 7) == pytest.approx(repeated)

    @pytest.mark.parametrize("weights", [[1, 1], [1, 1, 1, 1, 1, 0], [1, 1, 1, 1, 1, np.nan]])
    def test_every_row_needs_a_weight_above_zero(self, weights):
        with pytest.raises(ValueError, match="6 rows need as many weights"):
            multiclass_scores(THREE, CHANCES, weights=np.array(weights))

    def test_classes_carry_the_given_names(self):
        scores = multiclass_scores(THREE, CHANCES, ("dos", "ddos", "scan"))
        assert {"roc_auc_dos", "pr_auc_scan"} <= set(scores)
        assert "roc_auc_0" not in scores

    @pytest.mark.filterwarnings("error")
    def test_a_class_without_a_row_has_no_area_and_no_part_in_the_means(self):
        labels, chances = THREE[:5], CHANCES[:5]
        scores = multiclass_scores(labels, chances)
        assert np.isnan(scores["roc_auc_2"])
        assert np.isnan(scores["pr_auc_2"])
        assert scores["balanced_accuracy"] == pytest.approx(np.mean([2 / 3, 1 / 2]))
        assert scores["f1_macro"] == pytest.approx(np.mean([2 / 3, 1 / 2]))

    @pytest.mark.filterwarnings("error")
    def test_a_class_that_is_only_predicted_lowers_the_mean_of_f1(self):
        scores = multiclass_scores(np.array([0, 0, 1]), np.eye(3)[[0, 2, 1]])
        assert scores["f1_macro"] == pytest.approx((2 / 3 + 1 + 0) / 3)
        assert scores["balanced_accuracy"] == pytest.approx(3 / 4)

    @pytest.mark.parametrize(
        ("labels", "chances", "names", "message"),
        [
            ([0, 1], [[0.5, 0.5]], None, "do not fit"),
            ([], np.empty((0, 2)), None, "do not fit"),
            ([0, 3], np.eye(2), None, "from 0 to 1"),
            ([0, 1], [[0.5, np.nan], [0, 1]], None, "not finite"),
            ([0, 1], np.eye(2), ("one",), "1 names are given for 2 classes"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, labels, chances, names, message):
        with pytest.raises(ValueError, match=message):
            multiclass_scores(np.array(labels), np.array(chances), names)
