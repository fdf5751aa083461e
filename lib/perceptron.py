"""scikit-learn's default multi-layer perceptron, trained with less overhead.

On a few features a training step costs more in bookkeeping than in arithmetic. Here the same
arithmetic is done in the same order on buffers that are made once, so that the weights are
equal to scikit-learn's, bit by bit.
"""

import numpy as np
from scipy.special import expit, xlogy
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state, shuffle

# The defaults of MLPClassifier, scikit-learn 1.9.
HIDDEN, BATCH, EPOCHS = 100, 200, 200
RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-8
PENALTY = 1e-4
TOLERANCE, PATIENCE = 1e-4, 10


class Perceptron(ClassifierMixin, BaseEstimator):
    """``MLPClassifier(random_state=seed)`` for two classes: one hidden layer of 100 neurons.

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
        self.random_state = random_state
        self.max_iter = max_iter

    def fit(self, features: np.ndarray, labels: np.ndarray) -> "Perceptron":
        """Train on rows.

        Parameters
        ----------
        features : numpy.ndarray
            Shape (rows, features), standardised; float32 or float64.
        labels : numpy.ndarray
            Shape (rows,), zeros and ones.

        Returns
        -------
        Perceptron
            Itself.

        Raises
        ------
        ValueError
            If the labels are not both zeros and ones.
        """
        if set(np.unique(labels)) != {0, 1}:
            raise ValueError("the labels must be zeros and ones, with both present")
        self.classes_ = np.array([0, 1])
        random = check_random_state(self.random_state)
        network = _Network(np.ascontiguousarray(features), np.asarray(labels), random)
        self.loss_curve_ = _losses_until_idle(network, random, self.max_iter)
        self.n_iter_ = len(self.loss_curve_)
        self.coefs_, self.intercepts_ = network.weights, network.biases
        return self

    def predict_proba(self, features: np.ndarray) -> np.ndarray:
        """Return the probabilities of both classes, shape (rows, 2)."""
        hidden = features @ self.coefs_[0]
        hidden += self.intercepts_[0]
        np.maximum(hidden, 0, out=hidden)
        attack = expit(hidden @ self.coefs_[1] + self.intercepts_[1])
        return np.hstack([1 - attack, attack])

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return zeros and ones, shape (rows,)."""
        return (self.predict_proba(features)[:, 1] > 0.5).astype(int)


def _losses_until_idle(network: "_Network", random: np.random.RandomState, epochs: int) -> list:
    """Train epoch by epoch until the loss stops falling."""
    losses, best, idle = [], np.inf, 0
    order = np.arange(network.rows)
    for _ in range(epochs):
        order = shuffle(order, random_state=random)
        losses.append(network.epoch(order))
        idle = idle + 1 if losses[-1] > best - TOLERANCE else 0
        best = min(best, losses[-1])
        if idle > PATIENCE:
            break
    return losses


class _Network:
    """Weights, gradients and Adam's moments in one vector each; layers are views of it."""

    def __init__(self, features, labels, random):
        self.features = features
        self.kind = features.dtype
        # As truth values, so that errors keep the kind of the features.
        self.labels = labels.reshape(-1, 1).astype(bool)
        self.rows, inputs = features.shape
        self.batch = min(BATCH, self.rows)
        # All weights come before all biases.
        self.shapes = [(inputs, HIDDEN), (HIDDEN, 1), (HIDDEN,), (1,)]
        self.parameters, (*self.weights, bias_1, bias_2) = self._vector()
        self.gradients, self.layer_gradients = self._vector()
        self.first_moment, _ = self._vector()
        self.second_moment, _ = self._vector()
        self.biases = [bias_1, bias_2]
        self._draw(random)
        self.steps = 0
        self.buffers = {}

    def _vector(self):
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        flat = np.zeros(ends[-1], dtype=self.kind)
        parts = np.split(flat, ends[:-1])
        return flat, [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]

    def _draw(self, random):
        """Glorot's uniform weights, drawn in scikit-learn's order."""
        for weight, bias in zip(self.weights, self.biases, strict=True):
            bound = np.sqrt(6.0 / sum(weight.shape))
            weight[...] = random.uniform(-bound, bound, weight.shape)
            bias[...] = random.uniform(-bound, bound, bias.shape)

    def epoch(self, order):
        """Take one step a batch; return the mean loss, measured before each step."""
        total = 0.0
        for start in range(0, self.rows, self.batch):
            chosen = order[start : start + self.batch]
            features = self.features.take(chosen, axis=0)
            labels = self.labels.take(chosen, axis=0)
            total += self._step(features, labels) * len(chosen)
        return total / self.rows

    def _step(self, features, labels):
        hidden, attack = self._forward(features)
        loss = self._loss(labels, attack)
        self._backward(features, hidden, attack - labels)
        self._adam()
        return loss

    def _hidden(self, rows):
        if rows not in self.buffers:
            self.buffers[rows] = np.empty((2, rows, HIDDEN), dtype=self.kind)
        return self.buffers[rows]

    def _forward(self, features):
        hidden = np.matmul(features, self.weights[0], out=self._hidden(len(features))[0])
        hidden += self.biases[0]
        np.maximum(hidden, 0, out=hidden)
        attack = hidden @ self.weights[1]
        attack += self.biases[1]
        return hidden, expit(attack, out=attack)

    def _loss(self, labels, attack):
        """Cross-entropy and penalty."""
        tiny = np.finfo(self.kind).eps
        own = np.clip(attack, tiny, 1 - tiny)
        # scikit-learn adds a term for each class, of which one is zero.
        own = xlogy(1, np.where(labels, own, 1 - own))
        squares = sum(np.dot(weight.ravel(), weight.ravel()) for weight in self.weights)
        return -own.mean(axis=0).sum() + (0.5 * PENALTY) * squares / len(labels)

    def _backward(self, features, hidden, error):
        rows = len(features)
        outer = self._hidden(rows)[1]
        weight_1, weight_2, bias_1, bias_2 = self.layer_gradients
        np.matmul(hidden.T, error, out=weight_2)
        bias_2[...] = np.sum(error, axis=0) / rows
        np.multiply(error, self.weights[1].T, out=outer)
        outer *= hidden > 0
        np.matmul(features.T, outer, out=weight_1)
        np.divide(np.sum(outer, axis=0), rows, out=bias_1)
        for gradient, weight in ((weight_1, self.weights[0]), (weight_2, self.weights[1])):
            gradient += PENALTY * weight
            gradient /= rows

    def _adam(self):
        self.steps += 1
        self.first_moment *= BETA_1
        self.first_moment += (1 - BETA_1) * self.gradients
        self.second_moment *= BETA_2
        self.second_moment += (1 - BETA_2) * self.gradients**2
        rate = RATE * np.sqrt(1 - BETA_2**self.steps) / (1 - BETA_1**self.steps)
        update = -rate * self.first_moment
        update /= np.sqrt(self.second_moment) + EPSILON
        self.parameters += update
