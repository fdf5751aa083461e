"""One epoch of many dense networks as compiled loops on the CPU.

A small network takes less time to update than its operations take to be called one by one. Here
one thread takes a network through the whole epoch, with weights and moments in the processor's
cache, so it ends with the same weights, bit by bit, whatever it is stacked with. Sums are taken in
order by loops of our own, so that this holds on every x86 processor with fused multiply-add.
"""

import numpy as np
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import njit, prange
from numba.core import cgutils, types
from numba.extending import intrinsic

from lib.methods.dense.network import BETA_1, BETA_2, MOMENTUM_DECAY

# ln 2 in two parts, of which the first has few digits: its multiples are exact.
LN_2 = (np.float32(0.693359375), np.float32(np.log(2) - 0.693359375))
LOG2_E = np.float32(1 / np.log(2))
# Added and taken away again, it rounds a number below 2**22 to a whole one.
ROUNDING = np.float32(1.5 * 2**23)
# Below it the exponential is nothing beside one.
LOWEST = np.float32(-80)
# 1/n! for n from 7 down to 2.
SERIES = tuple(np.float32(1 / factorial) for factorial in (5040, 720, 120, 24, 6, 2))
ZERO, ONE = np.float32(0), np.float32(1)
# Rows that are asked about at once.
BLOCK = 32
# Rows and columns of a product that are held in registers at once. How many changes no result, but
# what turns a matrix round takes eight as given.
HIGH, NARROW = 4, 8
WIDE = 32 if get_host_cpu_features().get("avx512f") else 16
FLOAT = ir.FloatType()


def train_epoch(state, rows, order, sizes, batch_size: int, schedule) -> np.ndarray:
    """Run one epoch of every network of a stack."""
    lengths = np.array([len(one) for one in order])
    padded = np.zeros((len(order), lengths.max()), dtype=np.int64)
    for own, chosen in zip(padded, order, strict=True):
        own[: len(chosen)] = chosen
    sums = np.zeros((len(order), 2))
    layers = np.array(sizes, dtype=np.int64)
    settings, (updates, momenta) = np.stack(schedule[:2]), schedule[2:]
    tables = (*rows, padded, lengths)
    # As arguments: what is compiled and kept would not see these change in their module.
    nadam = (BETA_1, BETA_2, MOMENTUM_DECAY)
    _epoch(*state, *tables, layers, batch_size, settings, nadam, updates, momenta, sums)
    return sums


def correct_rows(weights, rows, lengths, sizes) -> np.ndarray:
    """Return how many rows each network of a stack gives its own class."""
    counts = np.zeros(len(weights), dtype=np.int64)
    _answers(weights, *rows, np.asarray(lengths), np.array(sizes, dtype=np.int64), counts)
    return counts


# A product and a sum may be rounded once, as every processor with AVX2 can.
@njit(cache=True, parallel=True, error_model="numpy", fastmath={"contract"})
def _epoch(
    parameters, first, second, features, labels, order, lengths, sizes, batch, settings, nadam,
    updates, momenta, sums,
):  # fmt: skip
    for network in prange(len(parameters)):
        own = parameters[network]
        gradient = np.zeros_like(own)
        work = _work(sizes, batch)
        moments = first[network], second[network]
        for start in range(0, lengths[network], batch):
            chosen = order[network, start : min(start + batch, lengths[network])]
            _forward(features[network], chosen, own, sizes, work)
            _errors(labels[network], chosen, work, sums[network])
            _backward(own, gradient, sizes, len(chosen), work)
            updates[network] += 1
            rate, epsilon = settings[:, network]
            own_settings = rate, np.float32(epsilon), nadam
            momenta[network] = _nadam(
                own, gradient, moments, own_settings, updates[network], momenta[network]
            )


@njit(cache=True, parallel=True, error_model="numpy", fastmath={"contract"})
def _answers(weights, features, labels, lengths, sizes, counts):
    for network in prange(len(weights)):
        work, length, correct = _work(sizes, BLOCK), lengths[network], 0
        for start in range(0, length, BLOCK):
            chosen = np.arange(start, min(start + BLOCK, length))
            _forward(features[network], chosen, weights[network], sizes, work)
            for b in range(len(chosen)):
                logit = work[0][len(sizes) - 1, b]
                correct += (logit > 0) == (labels[network, chosen[b]] > 0.5)
        counts[network] = correct


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _work(sizes, batch):
    """Return the arrays of a batch: activations, errors, powers of two, weights turned round."""
    widest = batch * sizes.max()
    activations = np.zeros((len(sizes), widest), np.float32)
    errors = np.zeros((len(sizes), widest), np.float32)
    turned = np.zeros((sizes[:-1] * sizes[1:]).max(), np.float32)
    return activations, errors, np.zeros(widest, np.int32), turned


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _forward(features, chosen, own, sizes, work):
    activations, _, powers, _ = work
    size, start = len(chosen), 0
    shown = activations[0, : size * sizes[0]].reshape(size, sizes[0])
    for b in range(size):
        row = features[chosen[b]]
        for i in range(len(row)):
            shown[b, i] = row[i]
    for layer in range(len(sizes) - 1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        end = start + inputs * outputs
        flat = activations[layer + 1, : size * outputs]
        _multiply(activations[layer], (inputs, 1), own[start:end], flat, (size, inputs, outputs))
        start = end + outputs
        _add_bias(flat, own[end:start])
        if layer + 2 < len(sizes):
            _elu(flat, powers)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _add_bias(flat, bias):
    width = len(bias)
    for start in range(0, len(flat), width):
        row = flat[start : start + width]
        for j in range(width):
            row[j] += bias[j]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _elu(values, powers):
    """Replace values below zero by their exponential less one, written out to take many at once.

    With k whole and r at most half of ln 2, exp(k ln 2 + r) is 2**k times a short series in r.
    """
    for j in range(len(values)):
        whole = (max(min(values[j], ZERO), LOWEST) * LOG2_E + ROUNDING) - ROUNDING
        # The bits of the float32 number 2**k.
        powers[j] = (np.int32(whole) + np.int32(127)) << np.int32(23)
    power = powers.view(np.float32)
    for j in range(len(values)):
        value = values[j]
        below = max(min(value, ZERO), LOWEST)
        whole = (below * LOG2_E + ROUNDING) - ROUNDING
        rest = (below - whole * LN_2[0]) - whole * LN_2[1]
        term = SERIES[0]
        term = term * rest + SERIES[1]
        term = term * rest + SERIES[2]
        term = term * rest + SERIES[3]
        term = term * rest + SERIES[4]
        term = term * rest + SERIES[5]
        less_one = (term * rest + ONE) * rest
        below = power[j] * less_one + (power[j] - ONE)
        values[j] = value if value > ZERO else below


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _errors(labels, chosen, work, sums):
    """Add up loss and correct rows; leave the loss's derivative by the logits."""
    activations, errors = work[:2]
    last = len(activations) - 1
    for b in range(len(chosen)):
        logit, label = np.float64(activations[last, b]), np.float64(labels[chosen[b]])
        tail = np.exp(-abs(logit))
        chance = 1 / (1 + tail) if logit >= 0 else tail / (1 + tail)
        sums[0] += np.log1p(tail) + max(logit, 0.0) - logit * label
        sums[1] += (logit > 0) == (label > 0.5)
        errors[last, b] = (chance - label) / len(chosen)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _backward(own, gradient, sizes, size, work):
    activations, errors, _, turned = work
    start = len(own)
    for layer in range(len(sizes) - 2, -1, -1):
        inputs, outputs = sizes[layer], sizes[layer + 1]
        end = start - outputs
        incoming = activations[layer, : size * inputs]
        error = errors[layer + 1, : size * outputs]
        _sum_rows(error, gradient[end:start])
        start = end - inputs * outputs
        _multiply(incoming, (1, inputs), error, gradient[start:end], (inputs, size, outputs))
        if layer:
            before = errors[layer, : size * inputs]
            _turn(own[start:end], turned, inputs, outputs)
            _multiply(error, (outputs, 1), turned, before, (size, outputs, inputs))
            # ELU's slope is 1 above zero and its own value plus 1 below.
            for j in range(len(before)):
                before[j] *= ONE + min(incoming[j], ZERO)


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _sum_rows(flat, into):
    width = len(into)
    into[:] = 0
    for start in range(0, len(flat), width):
        row = flat[start : start + width]
        for j in range(width):
            into[j] += row[j]


@njit(cache=True, error_model="numpy", fastmath={"contract"})
def _nadam(own, gradient, moments, settings, update, product):
    """Take one update; return the product of all momenta up to it."""
    first, second = moments
    rate, epsilon, (beta_1, beta_2, decay) = settings
    momentum = beta_1 * (1 - 0.5 * 0.96 ** (update * decay))
    following = beta_1 * (1 - 0.5 * 0.96 ** ((update + 1) * decay))
    product *= momentum
    by_gradient = np.float32(rate * (1 - momentum) / (1 - product))
    by_momentum = np.float32(rate * following / (1 - product * following))
    correction = np.float32(1 / (1 - beta_2**update))
    keep_1, take_1 = np.float32(beta_1), np.float32(1 - beta_1)
    keep_2, take_2 = np.float32(beta_2), np.float32(1 - beta_2)
    for i in range(len(own)):
        slope = gradient[i]
        mean = keep_1 * first[i] + take_1 * slope
        square = keep_2 * second[i] + take_2 * slope * slope
        step = by_gradient * slope + by_momentum * mean
        own[i] -= step / (np.sqrt(square * correction) + epsilon)
        first[i], second[i] = mean, square
    return product


def _tile(height: int, width: int):
    """Return what writes so many rows and columns of a product, held in registers."""
    several = ir.VectorType(FLOAT, width)

    @intrinsic
    def tile(context, left, row, step, right, columns, result, inner):
        signature = types.void(left, row, step, right, columns, result, inner)

        def generate(context, builder, signature, arguments):
            left, right, result = (
                context.make_array(signature.args[at])(context, builder, arguments[at]).data
                for at in (0, 3, 5)
            )
            row, step, columns, inner = (arguments[at] for at in (1, 2, 4, 6))
            rows = [ir.Constant(row.type, number) for number in range(height)]

            def vector_at(start, place):
                return builder.bitcast(builder.gep(start, [place]), several.as_pointer())

            fused = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(several, [several] * 3), f"llvm.fma.v{width}f32"
            )
            nothing = ir.Constant(several, [0.0] * width)
            sums = [cgutils.alloca_once_value(builder, nothing) for _ in rows]
            lefts = [builder.gep(left, [builder.mul(one, row)]) for one in rows]
            with cgutils.for_range(builder, inner) as loop:
                factor = builder.load(vector_at(right, builder.mul(loop.index, columns)), align=4)
                for own, total in zip(lefts, sums, strict=True):
                    value = builder.load(builder.gep(own, [builder.mul(loop.index, step)]))
                    value = _repeated(builder, value, several)
                    builder.store(builder.call(fused, [value, factor, builder.load(total)]), total)
            for one, total in zip(rows, sums, strict=True):
                into = vector_at(result, builder.mul(one, columns))
                builder.store(builder.load(total), into, align=4)
            return context.get_dummy_value()

        return signature, generate

    return tile


def _repeated(builder, value, several):
    """Return a vector that holds one value throughout."""
    nothing, first = ir.Constant(several, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    alone = builder.insert_element(nothing, value, first)
    same = ir.Constant(ir.VectorType(ir.IntType(32), several.count), [0] * several.count)
    return builder.shuffle_vector(alone, nothing, same)


def _strip(height: int):
    """Return a compiled function that writes so many rows of a product."""
    wide, narrow, single = (_tile(height, width) for width in (WIDE, NARROW, 1))

    @njit(error_model="numpy", forceinline=True)
    def strip(left, row, step, right, columns, result, inner):
        start = 0
        while start + WIDE <= columns:
            wide(left, row, step, right[start:], columns, result[start:], inner)
            start += WIDE
        while start + NARROW <= columns:
            narrow(left, row, step, right[start:], columns, result[start:], inner)
            start += NARROW
        while start < columns:
            single(left, row, step, right[start:], columns, result[start:], inner)
            start += 1

    return strip


_high, _low = _strip(HIGH), _strip(1)


@njit(cache=True, error_model="numpy")
def _multiply(left, places, right, result, sizes):
    """Write a product, in which each element is one sum in order, of terms rounded once.

    The left matrix's next row and next column lie so many places further. A library's order of
    summation depends on processor, size and place, and training carries the last digit forward.
    """
    (row, step), (rows, inner, columns) = places, sizes
    whole = rows - rows % HIGH
    for r in range(0, whole, HIGH):
        _high(left[r * row :], row, step, right, columns, result[r * columns :], inner)
    for r in range(whole, rows):
        _low(left[r * row :], row, step, right, columns, result[r * columns :], inner)


@intrinsic
def _turn_square(context, matrix, columns, turned, rows):
    """Turn eight rows of eight round: each round of three deals the upper half among the lower."""
    signature = types.void(matrix, columns, turned, rows)
    several = ir.VectorType(FLOAT, NARROW)
    places = ir.VectorType(ir.IntType(32), NARROW)
    dealt = [[k // 2 + half + k % 2 * NARROW for k in range(NARROW)] for half in (0, NARROW // 2)]

    def generate(context, builder, signature, arguments):
        def vectors(at, further):
            own = context.make_array(signature.args[at])(context, builder, arguments[at]).data
            starts = (builder.mul(ir.Constant(further.type, k), further) for k in range(NARROW))
            pointers = (builder.gep(own, [start]) for start in starts)
            return [builder.bitcast(one, several.as_pointer()) for one in pointers]

        held = [builder.load(one, align=4) for one in vectors(0, arguments[1])]
        for _ in range(3):
            pairs = zip(held[: NARROW // 2], held[NARROW // 2 :], strict=True)
            held = [
                builder.shuffle_vector(*pair, ir.Constant(places, order))
                for pair in pairs
                for order in dealt
            ]
        for value, into in zip(held, vectors(2, arguments[3]), strict=True):
            builder.store(value, into, align=4)
        return context.get_dummy_value()

    return signature, generate


@njit(cache=True, error_model="numpy")
def _turn(matrix, turned, rows, columns):
    """Write a matrix with rows and columns exchanged."""
    whole, across = rows - rows % NARROW, columns - columns % NARROW
    for i in range(0, whole, NARROW):
        for j in range(0, across, NARROW):
            _turn_square(matrix[i * columns + j :], columns, turned[j * rows + i :], rows)
    for i in range(rows):
        for j in range(across if i < whole else 0, columns):
            turned[j * rows + i] = matrix[i * columns + j]
