"""How many threads PyTorch may use."""

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
