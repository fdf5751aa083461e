"""scikit-learn's default multi-layer perceptron, trained with less overhead.

The same arithmetic is done in the same order in one compiled loop an epoch, so that the weights
equal scikit-learn's, bit by bit. The one difference: numbers too small to be held in full
precision count as zero. On classes that a network can tell apart nearly every error becomes
such a number, and a processor takes many times as long over each.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numba import njit
from scipy.special import xlogy
from sklearn.neural_network import MLPClassifier
from sklearn.utils import shuffle
from threadpoolctl import threadpool_limits

# The defaults of MLPClassifier, scikit-learn 1.9.
HIDDEN, BATCH, EPOCHS = 100, 200, 200
RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
PENALTY, PATIENCE = 1e-4, 10


class Perceptron(MLPClassifier):
    """``MLPClassifier(random_state=seed)`` for two classes: one hidden layer of 100 neurons.

    It starts, stops and answers with scikit-learn's own code; only the epochs are compiled.

    Parameters
    ----------
    random_state : int
        Decides the initial weights and the order of rows.
    max_iter : int
        Epochs at most; training ends earlier when the loss has not improved by 1e-4 in
        more than ten epochs, as scikit-learn's does.

    Attributes
    ----------
    coefs_, intercepts_ : list of numpy.ndarray
        Weights of both layers, shapes (features, 100) and (100, 1), and biases.
    loss_curve_ : list of float
        Mean loss of each epoch.
    n_iter_ : int
        Epochs trained.
    """

    def __init__(self, random_state: int = 0, max_iter: int = EPOCHS):
        super().__init__(random_state=random_state, max_iter=max_iter)

    def fit(self, features: np.ndarray, labels: np.ndarray) -> "Perceptron":
        """Train on rows, and return itself.

        Parameters
        ----------
        features : numpy.ndarray
            Shape (rows, features), standardised; float32 or float64.
        labels : numpy.ndarray
            Shape (rows,), zeros and ones.

        Raises
        ------
        ValueError
            If the labels are not both zeros and ones.
        """
        if set(np.unique(labels)) != {0, 1}:
            raise ValueError("the labels must be zeros and ones, with both present")
        with threadpool_limits(1, "blas"), _tiny_as_zero():
            return super().fit(features, labels)

    def _fit_stochastic(self, features, labels, *_):
        """Train epoch by epoch until the loss stops falling; scikit-learn's `fit` calls this."""
        # All weights come before all biases, in one vector; the first and the second moment of
        # their gradients follow.
        parts = self.coefs_ + self.intercepts_
        state = np.zeros((3, sum(part.size for part in parts)), dtype=features.dtype)
        state[0] = np.concatenate([part.ravel() for part in parts])
        features, labels = np.ascontiguousarray(features), labels.ravel()
        order = np.arange(len(features))
        while self.n_iter_ < self.max_iter and self._no_improvement_count <= PATIENCE:
            order = shuffle(order, random_state=self._random_state)
            self.loss_curve_.append(_epoch(features, labels, order, state, self.n_iter_))
            self.n_iter_, self.loss_ = self.n_iter_ + 1, self.loss_curve_[-1]
            self._update_no_improvement_count(False, None, None, None)
        weight_1, weight_2, bias_1, bias_2 = _layers(state[0], features.shape[1])
        self.coefs_, self.intercepts_ = [weight_1, weight_2[:, None]], [bias_1, bias_2]


@contextmanager
def _tiny_as_zero() -> Iterator[None]:
    """Let this thread take numbers as zero that are too small to be held in full precision."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def _epoch(features, labels, order, state, epochs_before: int) -> float:
    """Take one step a batch; return the mean loss, measured before each step."""
    rows, kind = len(order), features.dtype
    batch = min(BATCH, rows)
    attack = np.empty(rows, dtype=kind)
    squares = np.empty(-(-rows // batch), dtype=kind)
    _steps((features, labels, order), state, batch, epochs_before * len(squares), attack, squares)
    tiny = np.finfo(kind).eps
    own = np.clip(attack, tiny, 1 - tiny)
    # scikit-learn adds a term for each class, of which one is zero.
    own = xlogy(1, np.where(labels[order], own, 1 - own))
    total = 0.0
    # Cross-entropy and penalty, each batch's in the order in which scikit-learn adds.
    for start, square in zip(range(0, rows, batch), squares, strict=True):
        part = own[start : start + batch]
        total += (-part.mean() + (0.5 * PENALTY) * square / len(part)) * len(part)
    return total / rows


# No product and sum may be rounded as one here: scikit-learn rounds both.
@njit(cache=True, error_model="numpy")
def _steps(rows, state, batch, steps, attacks, squares):
    """Take one step a batch; note the rows' probabilities and the weights' sums of squares."""
    features, labels, order = rows
    kind = features.dtype.type
    inputs = features.shape[1]
    shown = np.empty((batch, inputs), features.dtype)
    hidden = np.empty((2, batch, HIDDEN), features.dtype)
    error, gradient = np.empty(batch, features.dtype), np.empty_like(state[0])
    layers, into = _layers(state[0], inputs), _layers(gradient, inputs)
    for index in range(len(squares)):
        chosen = order[index * batch : (index + 1) * batch]
        attack = attacks[index * batch : (index + 1) * batch]
        size = len(chosen)
        for b in range(size):
            for i in range(inputs):
                shown[b, i] = features[chosen[b], i]
        _forward(shown[:size], layers, hidden[0, :size], attack)
        squares[index] = np.dot(layers[0].ravel(), layers[0].ravel())
        squares[index] += np.dot(layers[1], layers[1])
        for b in range(size):
            error[b] = attack[b] - kind(labels[chosen[b]])
        _backward(shown[:size], hidden[0, :size], error[:size], layers, into, hidden[1, :size])
        _adam(state, gradient, steps + index + 1)


@njit(cache=True, error_model="numpy")
def _layers(flat, inputs):
    """Return views of one vector: both weights, then both biases."""
    first = inputs * HIDDEN
    second, third = first + HIDDEN, first + 2 * HIDDEN
    weight = flat[:first].reshape(inputs, HIDDEN)
    return weight, flat[first:second], flat[second:third], flat[third:]


@njit(cache=True, error_model="numpy")
def _forward(shown, layers, hidden, attack):
    weight_1, weight_2, bias_1, bias_2 = layers
    zero, one = shown.dtype.type(0), shown.dtype.type(1)
    np.dot(shown, weight_1, hidden)
    for b in range(len(hidden)):
        for j in range(HIDDEN):
            hidden[b, j] = max(hidden[b, j] + bias_1[j], zero)
    np.dot(hidden, weight_2, attack)
    for b in range(len(attack)):
        attack[b] = one / (one + np.exp(-(attack[b] + bias_2[0])))


@njit(cache=True, error_model="numpy")
def _backward(shown, hidden, error, layers, into, outer):
    weight_1, weight_2, _, _ = layers
    to_weight_1, to_weight_2, to_bias_1, to_bias_2 = into
    zero, rows = shown.dtype.type(0), shown.dtype.type(len(shown))
    np.dot(hidden.T, error, to_weight_2)
    to_bias_2[0] = _pairwise_sum(error) / rows
    to_bias_1[:] = 0
    for b in range(len(outer)):
        for j in range(HIDDEN):
            outer[b, j] = error[b] * weight_2[j] if hidden[b, j] > zero else zero
            to_bias_1[j] += outer[b, j]
    for j in range(HIDDEN):
        to_bias_1[j] /= rows
    np.dot(shown.T, outer, to_weight_1)
    _add_penalty(to_weight_1.ravel(), weight_1.ravel(), rows)
    _add_penalty(to_weight_2, weight_2, rows)


@njit(cache=True, error_model="numpy")
def _add_penalty(gradient, weight, rows):
    penalty = weight.dtype.type(PENALTY)
    for i in range(len(gradient)):
        gradient[i] = (gradient[i] + penalty * weight[i]) / rows


@njit(cache=True, error_model="numpy")
def _pairwise_sum(values):
    """Add up in NumPy's order: halves by themselves, and eight running sums in a short part."""
    count = len(values)
    if count > 128:
        half = count // 2 - count // 2 % 8
        return _pairwise_sum(values[:half]) + _pairwise_sum(values[half:])
    total = values.dtype.type(0)
    if count < 8:
        for i in range(count):
            total += values[i]
        return total
    sums = values[:8].copy()
    whole = count - count % 8
    for i in range(8, whole):
        sums[i % 8] += values[i]
    total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + (
        (sums[4] + sums[5]) + (sums[6] + sums[7])
    )
    for i in range(whole, count):
        total += values[i]
    return total


@njit(cache=True, error_model="numpy")
def _adam(state, gradient, step):
    parameters, first, second = state
    kind = parameters.dtype.type
    keep_1, take_1, keep_2, take_2 = kind(BETA_1), kind(1 - BETA_1), kind(BETA_2), kind(1 - BETA_2)
    # In double precision whatever the weights are, as scikit-learn's is; a whole exponent would
    # be compiled to products, which round differently.
    power = np.float64(step)
    rate = RATE * np.sqrt(1 - BETA_2**power) / (1 - BETA_1**power)
    for i in range(len(parameters)):
        first[i] = keep_1 * first[i] + take_1 * gradient[i]
        second[i] = keep_2 * second[i] + take_2 * (gradient[i] * gradient[i])
        root = np.sqrt(second[i]) + kind(EPSILON)
        parameters[i] += -rate * np.float64(first[i]) / np.float64(root)
