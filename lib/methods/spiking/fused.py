"""One epoch of many spiking networks as compiled loops on the CPU.

The first layer hears nothing from the second, so all its time steps come first, and what its
spikes send on is one matrix product over rows and steps. The input current is constant and
computed once a row. One thread takes a network through the whole epoch, so a network ends with
the same weights, bit by bit, whatever it is stacked with.

Arrays have one entry a row of the batch, then one a time step, then one a neuron, so that the
working set of a part of a batch stays in the processor's cache.
"""

import numpy as np
from numba import njit, prange

from lib.methods.spiking.settings import SpikingSettings

# Rows worked on together: few enough for the cache, enough for a good matrix product.
PART = 25
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8
# What a network's outputs are: logits, or spikes or membranes of neurons at the output.
LOGITS, SPIKES, MEMBRANES = 0, 1, 2
OUTPUTS = {"spikes": SPIKES, "membrane": MEMBRANES}


def can_train(settings: SpikingSettings) -> bool:
    """Tell whether `train_epoch` takes these settings."""
    always = settings.shown_steps == settings.steps
    return always and (settings.update != "step" or settings.readout not in OUTPUTS)


def train_epoch(state, rows, order, settings: SpikingSettings, updates: int) -> np.ndarray:
    """Run one epoch of every network of a stack."""
    kind = state[0].dtype.type
    neuron = (kind(settings.beta), kind(settings.threshold), kind(settings.slope))
    sizes = (settings.inputs, settings.layer, settings.classes, settings.steps)
    if settings.update == "step":
        schedule = (settings.batch_size, updates, settings.learning_rate)
        return _epoch_by_steps(*state, *rows, order, sizes, schedule, neuron)
    readout = (
        OUTPUTS.get(settings.readout, LOGITS),
        settings.loss_every_step,
        settings.step_weights.astype(kind),
    )
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
        work = _work(own.dtype, sizes, PART, sizes[3])
        for index in range(batches):
            chosen = order[network, index * batch : (index + 1) * batch]
            if not once:
                gradient[:] = 0
            rows = features[network], labels[network], chosen
            losses[network, index] = _batch(rows, own, gradient, sizes, neuron, readout, work)
            if not once or index == batches - 1:
                if once:
                    gradient /= batches
                step = updates + 1 if once else updates + index + 1
                _adam(own, gradient, first[network], second[network], rate, step)
    return losses


@njit(cache=True, error_model="numpy")
def _work(kind, sizes, rows, steps):
    """Return membranes at rest, spikes, errors and outputs of so many rows and steps."""
    _, layer, classes, _ = sizes
    hidden, ends = (rows, steps, layer), (rows, steps, classes)
    membranes = (np.zeros(hidden, kind), np.zeros(hidden, kind))
    spikes = (np.empty(hidden, kind), np.empty(hidden, kind))
    errors = (np.empty(hidden, kind), np.empty(hidden, kind))
    # Logits, membranes of neurons at the output, and the loss's derivative by the logits.
    outputs = (np.empty(ends, kind), np.empty(ends, kind), np.empty(ends, kind))
    return membranes, spikes, errors, outputs


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
def _batch(rows, own, gradient, sizes, neuron, readout, work):
    """Add one batch's gradient; return its mean loss."""
    features, labels, chosen = rows
    layers = _layers(own, sizes)
    # A product of matrices replaces what is there; a gradient adds up over the parts.
    part = np.empty_like(gradient)
    of_part = _layers(part, sizes)
    membranes, spikes, errors, outputs = work
    shown, answers = np.empty((PART, sizes[0]), own.dtype), np.empty(PART, np.int64)
    total = 0.0
    for start in range(0, len(chosen), PART):
        size = min(PART, len(chosen) - start)
        for b in range(size):
            shown[b] = features[chosen[start + b]]
            answers[b] = labels[chosen[start + b]]
        _forward(size, shown, layers, neuron, membranes, spikes, outputs[0])
        total += _loss(size, answers, neuron, readout, outputs, 1 / len(chosen))
        _backward(size, shown, layers, neuron, membranes, spikes, errors, outputs[2], of_part)
        gradient += part
    return total


@njit(cache=True, error_model="numpy")
def _flat(values, size):
    """Return the first rows of a part, with one line a row and time step."""
    return values[:size].reshape(size * values.shape[1], values.shape[2])


@njit(cache=True, error_model="numpy")
def _forward(size, shown, layers, neuron, membranes, spikes, logits):
    weight_1, bias_1, weight_2, bias_2, weight_3, bias_3 = layers
    current = np.empty_like(bias_1)
    for b in range(size):
        _currents_of_inputs(shown[b], weight_1, bias_1, current)
        for t in range(logits.shape[1]):
            for j in range(len(current)):
                membranes[0][b, t, j] = current[j]
    _integrate(size, membranes[0], neuron, spikes[0])
    np.dot(_flat(spikes[0], size), weight_2, _flat(membranes[1], size))
    _add_bias(size, membranes[1], bias_2)
    _integrate(size, membranes[1], neuron, spikes[1])
    np.dot(_flat(spikes[1], size), weight_3, _flat(logits, size))
    _add_bias(size, logits, bias_3)


@njit(cache=True, error_model="numpy")
def _currents_of_inputs(values, weight, bias, current):
    current[:] = bias
    for i in range(len(values)):
        value = values[i]
        if value != 0:
            for j in range(len(current)):
                current[j] += value * weight[i, j]


@njit(cache=True, error_model="numpy")
def _add_bias(size, currents, bias):
    for b in range(size):
        for t in range(currents.shape[1]):
            for j in range(len(bias)):
                currents[b, t, j] += bias[j]


@njit(cache=True, error_model="numpy")
def _leak(size, membranes, neuron):
    """Turn the input currents of all steps into membrane potentials, in place."""
    beta, threshold, _ = neuron
    for b in range(size):
        for t in range(1, membranes.shape[1]):
            for j in range(membranes.shape[2]):
                before = membranes[b, t - 1, j]
                reset = threshold if before > threshold else threshold - threshold
                membranes[b, t, j] += beta * before - reset


@njit(cache=True, error_model="numpy")
def _integrate(size, membranes, neuron, spikes):
    """Turn currents into membrane potentials, in place, and note the spikes as 0 and 1."""
    _leak(size, membranes, neuron)
    for b in range(size):
        for t in range(membranes.shape[1]):
            for j in range(membranes.shape[2]):
                spikes[b, t, j] = membranes[b, t, j] > neuron[1]


@njit(cache=True, error_model="numpy")
def _loss(size, answers, neuron, readout, outputs, share):
    """Return the summed loss times `share`; leave its derivative by the logits in outputs[2]."""
    logits, membranes, gradient = outputs
    kind, every_step, weights = readout
    steps, classes = logits.shape[1:]
    total = 0.0
    if kind != LOGITS:
        membranes[:size] = logits[:size]
        _leak(size, membranes, neuron)
    for b in range(size):
        shown = logits[b]
        if kind != LOGITS:
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
def _backward(size, shown, layers, neuron, membranes, spikes, errors, given, into):
    """Fill the gradient of a part from the derivative by the logits of every step."""
    to_weight_1, to_bias_1, to_weight_2, to_bias_2, to_weight_3, to_bias_3 = into
    first, second, given_flat = _flat(errors[0], size), _flat(errors[1], size), _flat(given, size)
    np.dot(_flat(spikes[1], size).T, given_flat, to_weight_3)
    _sum_lines(given_flat, to_bias_3)
    np.dot(given_flat, layers[4].T, second)
    _through_neurons(size, errors[1], membranes[1], neuron)
    np.dot(_flat(spikes[0], size).T, second, to_weight_2)
    _sum_lines(second, to_bias_2)
    np.dot(second, layers[2].T, first)
    _through_neurons(size, errors[0], membranes[0], neuron)
    # The input current is the same at every step.
    summed = np.zeros((size, len(to_bias_1)), to_bias_1.dtype)
    for b in range(size):
        for t in range(errors[0].shape[1]):
            for j in range(len(to_bias_1)):
                summed[b, j] += errors[0][b, t, j]
    np.dot(shown[:size].T, summed, to_weight_1)
    _sum_lines(summed, to_bias_1)


@njit(cache=True, error_model="numpy")
def _through_neurons(size, errors, membranes, neuron):
    """Turn derivatives by spikes into those by currents, from the last step to the first."""
    beta, threshold, slope = neuron
    for b in range(size):
        for t in range(errors.shape[1] - 1, -1, -1):
            for j in range(errors.shape[2]):
                distance = slope * abs(membranes[b, t, j] - threshold) + 1
                errors[b, t, j] /= distance * distance
            if t + 1 < errors.shape[1]:
                for j in range(errors.shape[2]):
                    errors[b, t, j] += beta * errors[b, t + 1, j]


@njit(cache=True, error_model="numpy")
def _sum_lines(values, into):
    into[:] = 0
    for line in range(len(values)):
        for j in range(len(into)):
            into[j] += values[line, j]


@njit(cache=True, parallel=True, error_model="numpy")
def _epoch_by_steps(parameters, first, second, features, labels, order, sizes, schedule, neuron):
    batch, updates, rate = schedule
    count, steps = order.shape[1], sizes[3]
    batches = -(-count // batch)
    losses = np.zeros((len(parameters), batches))
    for network in prange(len(parameters)):
        own = parameters[network]
        gradient = np.empty_like(own)
        layers, into = _layers(own, sizes), _layers(gradient, sizes)
        for index in range(batches):
            chosen = order[network, index * batch : (index + 1) * batch]
            shown, answers = features[network][chosen], labels[network][chosen]
            size = len(chosen)
            work = _work(own.dtype, sizes, size, 1)
            membranes, spikes, errors, (_, _, given) = work
            for t in range(steps):
                losses[network, index] += _one_step(shown, answers, layers, neuron, work) / steps
                # Nothing reaches back in time.
                _backward(size, shown, layers, neuron, membranes, spikes, errors, given, into)
                update = updates + index * steps + t + 1
                _adam(own, gradient, first[network], second[network], rate, update)
    return losses


@njit(cache=True, error_model="numpy")
def _one_step(shown, answers, layers, neuron, work):
    """Advance the neurons by one step; return the loss, leave its derivative by the logits."""
    membranes, spikes, errors, (logits, _, gradient) = work
    size = len(shown)
    np.dot(shown, layers[0], _flat(errors[0], size))
    _advance(membranes[0], errors[0], layers[1], neuron, spikes[0])
    np.dot(_flat(spikes[0], size), layers[2], _flat(errors[1], size))
    _advance(membranes[1], errors[1], layers[3], neuron, spikes[1])
    np.dot(_flat(spikes[1], size), layers[4], _flat(logits, size))
    _add_bias(size, logits, layers[5])
    total = 0.0
    for b in range(size):
        total += _cross_entropy(logits[b, 0], answers[b], gradient[b, 0])
        for c in range(gradient.shape[2]):
            gradient[b, 0, c] /= size
    return total / size


@njit(cache=True, error_model="numpy")
def _advance(membranes, currents, bias, neuron, spikes):
    beta, threshold, _ = neuron
    for b in range(len(membranes)):
        for j in range(len(bias)):
            before = membranes[b, 0, j]
            reset = threshold if before > threshold else threshold - threshold
            now = beta * before + (currents[b, 0, j] + bias[j]) - reset
            membranes[b, 0, j] = now
            spikes[b, 0, j] = now > threshold


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
