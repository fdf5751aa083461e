"""Plain gradient steps of many dense networks as compiled loops, drawn back or not.

The passes through a network are those of `lib.methods.dense.compiled`; only the step differs.
"""

from functools import cache

import numba
import numpy as np
import torch
from numba import njit, prange
from threadpoolctl import ThreadpoolController

from lib.methods.dense.compiled import _backward, _errors, _forward, _work


def descend(
    weights: np.ndarray,
    rows: tuple[np.ndarray, np.ndarray],
    order: np.ndarray,
    lengths: np.ndarray,
    sizes: tuple[int, ...],
    batch_size: int,
    rate: float,
    proximity: float,
) -> None:
    """Take each network once through its rows, as `lengths` counts them; change weights in place.

    Float32 are weights (networks, weights), each layer as (inputs x outputs) and then its biases,
    features (networks, rows, columns) and labels (networks, rows); `proximity` draws weights back.
    """
    layers, factors = np.array(sizes, dtype=np.int64), np.array([rate, proximity], np.float32)
    threads = torch.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    # As `lib.common.threads.one_thread_a_network`, which looks for the libraries each time.
    torch.set_num_threads(threads)
    with _libraries().limit(limits=1, user_api="blas"):
        _pass(weights, *rows, order, lengths, layers, batch_size, factors)


@cache
def _libraries() -> ThreadpoolController:
    """Find the libraries with threads of their own, once: it takes longer than a round does."""
    return ThreadpoolController()


# Not kept on disk: Numba would not see a change in the loops of the other file.
# A product and a sum may be rounded once, as in `lib.methods.dense.compiled`.
@njit(parallel=True, error_model="numpy", fastmath={"contract"})
def _pass(weights, features, labels, order, lengths, sizes, batch, factors):
    for network in prange(len(weights)):
        own = weights[network]
        begun, gradient, sums = own.copy(), np.zeros_like(own), np.zeros(2)
        work = _work(sizes, batch)
        for start in range(0, lengths[network], batch):
            chosen = order[network, start : min(start + batch, lengths[network])]
            _forward(features[network], chosen, own, sizes, work)
            _errors(labels[network], chosen, work, sums)
            _backward(own, gradient, sizes, len(chosen), work)
            for i in range(len(own)):
                own[i] -= factors[0] * (gradient[i] + factors[1] * (own[i] - begun[i]))
