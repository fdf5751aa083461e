"""One epoch of many spiking networks as compiled loops on the CPU.

A spike is 0 or 1, so a product of spikes and weights is the sum of the weights of those neurons
that spiked: only they are visited, forward and in the gradient of the weights. The input
current is constant and computed once a row. One thread takes a network through the whole
epoch, so a network ends with the same weights, bit by bit, whatever it is stacked with.

Arrays that start with b have one entry a row of the batch, then one a time step, then one a
neuron, so that the working set of a part of a batch stays in the processor's cache.
"""

import numpy as np
from numba import njit, prange

from lib.spiking.settings import SpikingSettings

# Rows worked on together: few enough for the cache, enough for a good matrix product.
PART = 25
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
# What a network's outputs are: logits, or spikes or membranes of neurons at the output.
LOGITS, SPIKES, MEMBRANES = 0, 1, 2
OUTPUTS = {"spikes": SPIKES, "membrane": MEMBRANES}


def train_epoch(state, rows, order, settings: SpikingSettings, updates: int) -> np.ndarray:
    """Run one epoch of every network of a stack.

    Parameters
    ----------
    state : tuple of numpy.ndarray
        Parameters and Adam's two moments, each of shape (networks, parameters); changed.
    rows : tuple of numpy.ndarray
        Features (networks, n, inputs) and labels (networks, n).
    order : numpy.ndarray
        Shape (networks, n): which row comes when.
    settings : SpikingSettings
        With `update` "batch" or "epoch".
    updates : int
        Updates made before this epoch.

    Returns
    -------
    numpy.ndarray
        Mean loss of each batch before its update, shape (networks, batches).
    """
    kind = state[0].dtype.type
    neuron = (kind(settings.beta), kind(settings.threshold), kind(settings.slope))
    readout = (
        OUTPUTS.get(settings.readout, LOGITS),
        settings.loss_every_step,
        settings.step_weights.astype(kind),
    )
    sizes = (settings.inputs, settings.layer, settings.classes, settings.steps)
    schedule = (settings.batch_size, settings.update == "epoch", updates, settings.learning_rate)
    return _epoch(*state, *rows, order, sizes, schedule, neuron, readout)


@njit(cache=True, parallel=True, error_model="numpy")
def _epoch(parameters, first, second, features, labels, order, sizes, schedule, neuron, readout):
    batch, once, updates, rate = schedule
    count = order.shape[1]
    batches = -(-count // batch)
    losses = np.empty((len(parameters), batches))
    for network in prange(len(parameters)):
        own = parameters[network]
        gradient = np.zeros_like(own)
        work = _work(own, sizes)
        for index in range(batches):
            chosen = order[network, index * batch : (index + 1) * batch]
            if not once:
                gradient[:] = 0
            losses[network, index] = _batch(
                features[network],
                labels[network],
                chosen,
                own,
                gradient,
                sizes,
                neuron,
                readout,
                work,
            )
            if not once or index == batches - 1:
                if once:
                    gradient /= batches
                step = updates + 1 if once else updates + index + 1
                _adam(own, gradient, first[network], second[network], rate, step)
    return losses


@njit(cache=True, error_model="numpy")
def _work(own, sizes):
    """Return the arrays that every part of a batch is worked on in."""
    inputs, layer, classes, steps = sizes
    kind = own.dtype
    hidden = (PART, steps, layer)
    shown = (np.empty((PART, inputs), kind), np.empty(PART, np.int64))
    membranes = (np.empty(hidden, kind), np.empty(hidden, kind))
    # Indices of the neurons that spiked; one place more than neurons, written before it counts.
    active = (
        np.empty((PART, steps, layer + 1), np.int16),
        np.empty((PART, steps), np.int64),
        np.empty((PART, steps, layer + 1), np.int16),
        np.empty((PART, steps), np.int64),
    )
    errors = (np.empty(hidden, kind), np.empty(hidden, kind))
    ends = (PART, steps, classes)
    outputs = (np.empty(ends, kind), np.empty(ends, kind), np.empty(ends, kind))
    return shown, membranes, active, errors, outputs


@njit(cache=True, error_model="numpy")
def _layers(flat, sizes):
    """Return views of one network's weights and biases, layer by layer."""
    inputs, layer, classes, _ = sizes
    a = inputs * layer
    b = a + layer
    c = b + layer * layer
    d = c + layer
    e = d + layer * classes
    return (
        flat[:a].reshape(inputs, layer),
        flat[a:b],
        flat[b:c].reshape(layer, layer),
        flat[c:d],
        flat[d:e].reshape(layer, classes),
        flat[e:],
    )


@njit(cache=True, error_model="numpy")
def _batch(features, labels, chosen, own, gradient, sizes, neuron, readout, work):
    """Add one batch's gradient; return its mean loss."""
    layers, into = _layers(own, sizes), _layers(gradient, sizes)
    transposed = layers[2].T.copy(), layers[4].T.copy()
    (shown, answers), membranes, active, errors, outputs = work
    total = 0.0
    for start in range(0, len(chosen), PART):
        size = min(PART, len(chosen) - start)
        for b in range(size):
            shown[b] = features[chosen[start + b]]
            answers[b] = labels[chosen[start + b]]
        _forward(size, shown, layers, neuron, membranes, active, outputs[0])
        total += _loss(size, answers, neuron, readout, outputs, 1 / len(chosen))
        _backward_second(
            size, transposed[1], neuron, membranes[1], active, errors[0], outputs, into
        )
        width, height = layers[0].shape[1], size * membranes[0].shape[1]
        np.dot(
            errors[0][:size].reshape(height, width),
            transposed[0],
            errors[1][:size].reshape(height, width),
        )
        _backward_first(size, shown, neuron, membranes[0], errors[1], into)
    return total


@njit(cache=True, error_model="numpy")
def _forward(size, shown, layers, neuron, membranes, active, logits):
    weight_1, bias_1, weight_2, bias_2, weight_3, bias_3 = layers
    active_1, count_1, active_2, count_2 = active
    current_1, current_2 = np.empty_like(bias_1), np.empty_like(bias_2)
    for b in range(size):
        _currents_of_inputs(shown[b], weight_1, bias_1, current_1)
        for t in range(logits.shape[1]):
            _leak(membranes[0][b], t, current_1, neuron)
            count_1[b, t] = _spiking(membranes[0][b, t], neuron, active_1[b, t])
            _currents_of_spikes(active_1[b, t], count_1[b, t], weight_2, bias_2, current_2)
            _leak(membranes[1][b], t, current_2, neuron)
            count_2[b, t] = _spiking(membranes[1][b, t], neuron, active_2[b, t])
            _currents_of_spikes(active_2[b, t], count_2[b, t], weight_3, bias_3, logits[b, t])


@njit(cache=True, error_model="numpy")
def _currents_of_inputs(values, weight, bias, current):
    current[:] = bias
    for i in range(len(values)):
        value = values[i]
        if value != 0:
            row = weight[i]
            for j in range(len(current)):
                current[j] += value * row[j]


@njit(cache=True, error_model="numpy")
def _currents_of_spikes(active, count, weight, bias, current):
    current[:] = bias
    for k in range(count):
        row = weight[active[k]]
        for j in range(len(current)):
            current[j] += row[j]


@njit(cache=True, error_model="numpy")
def _leak(membrane, t, current, neuron):
    beta, threshold, _ = neuron
    now = membrane[t]
    if t == 0:
        now[:] = current
        return
    before = membrane[t - 1]
    for j in range(len(current)):
        reset = threshold if before[j] > threshold else threshold - threshold
        now[j] = beta * before[j] + current[j] - reset


@njit(cache=True, error_model="numpy")
def _spiking(membrane, neuron, active):
    """Write the indices of the neurons above the threshold; return how many they are."""
    threshold = neuron[1]
    count = 0
    for j in range(len(membrane)):
        active[count] = j
        count += membrane[j] > threshold
    return count


@njit(cache=True, error_model="numpy")
def _loss(size, answers, neuron, readout, outputs, share):
    """Return the summed loss times `share`; leave its derivative by the logits in outputs[2]."""
    logits, membranes, gradient = outputs
    kind, every_step, weights = readout
    steps, classes = logits.shape[1:]
    total = 0.0
    for b in range(size):
        shown = logits[b]
        if kind != LOGITS:
            for t in range(steps):
                _leak(membranes[b], t, logits[b, t], neuron)
            shown = membranes[b]
        if every_step:
            for t in range(steps):
                total += _cross_entropy(shown[t].copy(), answers[b], gradient[b, t])
        else:
            total += _decision_loss(shown, answers[b], neuron, kind, weights, gradient[b])
        for t in range(steps):
            for c in range(classes):
                gradient[b, t, c] *= share
        if kind != LOGITS:
            _through_output_neurons(membranes[b], neuron, kind, gradient[b])
    return total * share


@njit(cache=True, error_model="numpy")
def _decision_loss(shown, answer, neuron, kind, weights, gradient):
    steps, classes = gradient.shape
    logits = np.zeros_like(gradient[0])
    for t in range(steps):
        for c in range(classes):
            output = shown[t, c]
            if kind == SPIKES:
                output = weights.dtype.type(output > neuron[1])
            logits[c] += weights[t] * output
    derivative = np.empty_like(logits)
    loss = _cross_entropy(logits, answer, derivative)
    for t in range(steps):
        for c in range(classes):
            gradient[t, c] = weights[t] * derivative[c]
    return loss


@njit(cache=True, error_model="numpy")
def _cross_entropy(logits, answer, derivative):
    highest = logits.max()
    total = logits[0] - logits[0]
    for c in range(len(logits)):
        derivative[c] = np.exp(logits[c] - highest)
        total += derivative[c]
    for c in range(len(logits)):
        derivative[c] /= total
    derivative[answer] -= 1
    return np.log(total) + highest - logits[answer]


@njit(cache=True, error_model="numpy")
def _through_output_neurons(membranes, neuron, kind, gradient):
    """Turn the derivative by the outputs into the derivative by their input currents."""
    beta, threshold, slope = neuron
    steps, classes = gradient.shape
    for c in range(classes):
        later = beta - beta
        for t in range(steps - 1, -1, -1):
            own = gradient[t, c]
            if kind == SPIKES:
                distance = slope * abs(membranes[t, c] - threshold) + 1
                own /= distance * distance
            later = own + beta * later
            gradient[t, c] = later


@njit(cache=True, error_model="numpy")
def _backward_second(size, transposed, neuron, membranes, active, errors, outputs, into):
    """Carry the derivative back through the last linear layer and the second neurons."""
    active_1, count_1, active_2, count_2 = active
    gradient = outputs[2]
    for b in range(size):
        for t in range(gradient.shape[1] - 1, -1, -1):
            error, given = errors[b, t], gradient[b, t]
            error[:] = 0
            for c in range(len(given)):
                value, row = given[c], transposed[c]
                for j in range(len(error)):
                    error[j] += value * row[j]
            _through_neurons(error, membranes[b, t], neuron)
            if t + 1 < gradient.shape[1]:
                _add_scaled(error, neuron[0], errors[b, t + 1])
            _add(into[5], given)
            _add_to_active(active_2[b, t], count_2[b, t], given, into[4])
            _add(into[3], error)
            _add_to_active(active_1[b, t], count_1[b, t], error, into[2])


@njit(cache=True, error_model="numpy")
def _backward_first(size, shown, neuron, membranes, errors, into):
    """Carry the derivative back through the first neurons to the first linear layer."""
    summed, later = np.empty_like(into[1]), np.empty_like(into[1])
    for b in range(size):
        summed[:], later[:] = 0, 0
        for t in range(errors.shape[1] - 1, -1, -1):
            error = errors[b, t]
            _through_neurons(error, membranes[b, t], neuron)
            for j in range(len(later)):
                later[j] = error[j] + neuron[0] * later[j]
                summed[j] += later[j]
        _add(into[1], summed)
        for i in range(shown.shape[1]):
            if shown[b, i] != 0:
                _add_scaled(into[0][i], shown[b, i], summed)


@njit(cache=True, error_model="numpy")
def _through_neurons(error, membrane, neuron):
    _, threshold, slope = neuron
    for j in range(len(error)):
        distance = slope * abs(membrane[j] - threshold) + 1
        error[j] /= distance * distance


@njit(cache=True, error_model="numpy")
def _add(into, values):
    for j in range(len(into)):
        into[j] += values[j]


@njit(cache=True, error_model="numpy")
def _add_scaled(into, factor, values):
    for j in range(len(into)):
        into[j] += factor * values[j]


@njit(cache=True, error_model="numpy")
def _add_to_active(active, count, values, into):
    for k in range(count):
        row = into[active[k]]
        for j in range(len(row)):
            row[j] += values[j]


@njit(cache=True, error_model="numpy")
def _adam(own, gradient, first, second, rate, step):
    kind = own.dtype.type
    size = kind(rate / (1 - BETA_1**step))
    correction = kind(1 / np.sqrt(1 - BETA_2**step))
    keep_1, take_1, keep_2, take_2 = kind(BETA_1), kind(1 - BETA_1), kind(BETA_2), kind(1 - BETA_2)
    small = kind(EPSILON)
    for i in range(len(own)):
        first[i] = keep_1 * first[i] + take_1 * gradient[i]
        second[i] = keep_2 * second[i] + take_2 * gradient[i] * gradient[i]
        own[i] -= size * first[i] / (np.sqrt(second[i]) * correction + small)
