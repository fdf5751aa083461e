"""How many threads computations may use."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch compute in one thread inside, and as before afterwards.

    Products of a few dozen neurons take less time than handing them to several threads, and
    another library's parallel loops may have changed the number of threads unasked.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def one_thread_a_network() -> Iterator[None]:
    """Let compiled loops over networks use PyTorch's threads, and the products inside them one."""
    # Imported here: it costs seconds, and only compiled training needs it.
    import numba
    from threadpoolctl import threadpool_limits

    threads = torch.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    # Starting numba's threads sets PyTorch's to all processors, whatever they were before.
    torch.set_num_threads(threads)
    with threadpool_limits(1, "blas"):
        yield
