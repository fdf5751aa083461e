"""The lean perceptron ends with the weights of scikit-learn's, bit by bit."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lib.methods.dense.perceptron import PATIENCE, Perceptron


def rows(count, kind, seed=0, features=4):
    random = np.random.default_rng(seed)
    table = random.normal(size=(count, features)).astype(kind)
    return table, (table[:, 0] + 0.5 * random.normal(size=count) > 0.5).astype(int)


def plain(features, labels, seed, epochs=200):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return MLPClassifier(random_state=seed, max_iter=epochs).fit(features, labels)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("count", [40, 200, 617])
def test_weights_losses_and_answers_are_scikit_learns(kind, count):
    features, labels = rows(count, kind)
    theirs, ours = plain(features, labels, 3, 30), Perceptron(3, 30).fit(features, labels)
    for their_part, our_part in zip(
        theirs.coefs_ + theirs.intercepts_, ours.coefs_ + ours.intercepts_, strict=True
    ):
        assert our_part.dtype == kind
        assert np.array_equal(their_part, our_part)
    assert theirs.loss_curve_ == ours.loss_curve_
    unseen, _ = rows(300, kind, seed=1)
    assert np.array_equal(theirs.predict_proba(unseen), ours.predict_proba(unseen))
    assert np.array_equal(theirs.predict(unseen), ours.predict(unseen))


def test_training_ends_when_scikit_learns_does():
    # Labels by chance, which a network learns little of and soon no more.
    features = rows(600, np.float64, features=1)[0]
    labels = np.random.default_rng(1).integers(0, 2, len(features))
    theirs, ours = plain(features, labels, 5), Perceptron(5).fit(features, labels)
    assert PATIENCE < ours.n_iter_ == theirs.n_iter_ < 200
    assert ours.loss_curve_[-1] == theirs.loss_


def test_classes_far_apart_give_the_same_weights_without_numbers_too_small_to_matter():
    features, labels = rows(400, np.float32)
    features[:, 0] += 40 * labels
    theirs, ours = plain(features, labels, 3, 200), Perceptron(3, 200).fit(features, labels)
    for their_part, our_part in zip(theirs.coefs_, ours.coefs_, strict=True):
        tiny = np.abs(their_part) < 1e-30
        assert np.array_equal(their_part[~tiny], our_part[~tiny])
        assert np.abs(our_part[tiny]).max(initial=0) < 1e-30
    assert theirs.loss_curve_ == ours.loss_curve_


def test_numbers_elsewhere_keep_their_precision():
    features, labels = rows(40, np.float32)
    Perceptron(0, 1).fit(features, labels)
    assert np.float32(1e-30) * np.float32(1e-10) > 0


def test_another_seed_gives_another_network():
    features, labels = rows(100, np.float64)
    first, second = (Perceptron(seed, 3).fit(features, labels) for seed in (1, 2))
    assert not np.array_equal(first.coefs_[0], second.coefs_[0])


@pytest.mark.parametrize("labels", [[0, 0], [1, 1], [0, 2], [-1, 1]])
def test_other_labels_than_zeros_and_ones_are_refused(labels):
    with pytest.raises(ValueError, match="zeros and ones"):
        Perceptron().fit(np.zeros((2, 3)), labels)
