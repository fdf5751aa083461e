"""The one place where independent work is spread: over this machine's cores, or a cluster.

Threads times processes never exceed the cores. ``CLUSTER=tcp://...`` names a Dask scheduler that
takes the work; whoever reaches it can run code there: keep it in your own network, or use ``tls``.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from lib.common.errors import ReaderError
from lib.common.files import write_whole

CONNECT_SECONDS = 15
# Run by every kernel that the book starts: what joblib spreads gets one thread a process, so
# that as many processes as `THREADS` allows are as many threads.
KERNEL_START = (
    "from joblib import parallel_config\n"
    "parallel_config(backend='loky', inner_max_num_threads=1)\n"
    "del parallel_config\n"
)
# What libraries read to know how many threads they, or processes below them, may use.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shares(tasks: int, jobs: int | None = None, cores: int | None = None) -> tuple[int, int]:
    """Return how many tasks run at once and how many threads each may use."""
    cores = cores or processors()
    at_once = min(jobs or cores, tasks, cores)
    return at_once, cores // at_once


def thread_limits(threads: int) -> dict[str, str]:
    """Return the variables that hold a process, with all that it starts, to so many threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads))


def prepare_kernels(folder: Path) -> None:
    """Have the kernels that find their settings in a folder give each process one thread."""
    write_whole(folder / "profile_default" / "startup" / "00-threads.py", KERNEL_START)


def each(function: Callable, items: Iterable, cluster: str | None = None) -> list:
    """Call a function on every item, in processes of this machine or on a cluster.

    Parameters
    ----------
    function : callable
        Of one argument; known by its module and name wherever it runs.
    items : iterable
        Independent of each other.
    cluster : str, optional
        Address of a scheduler; default: ``CLUSTER``, else this machine.

    Returns
    -------
    list
        One result an item, in the order of the items.
    """
    from joblib import Parallel, delayed, parallel_config

    with connected(cluster or os.environ.get("CLUSTER")) as client:
        place = (
            parallel_config("dask") if client else parallel_config("loky", inner_max_num_threads=1)
        )
        with place:
            return Parallel(n_jobs=-1)(delayed(function)(item) for item in items)


@contextlib.contextmanager
def connected(address: str | None) -> Iterator:
    """Connect to a cluster of workers that are equal to this machine."""
    if not address:
        yield None
        return
    if not address.startswith(("tcp://", "tls://")):
        raise ReaderError(
            f"CLUSTER={address} does not begin with tcp:// or tls://, the ways in which the book "
            "reaches a cluster. Start 'dask scheduler' and name the address that it prints."
        )
    try:
        from distributed import Client
    except ImportError:
        raise ReaderError(
            "CLUSTER needs the packages dask and distributed: pip install -r requirements.txt"
        ) from None
    try:
        client = _first_that_starts(partial(Client, address, timeout=CONNECT_SECONDS))
    except (OSError, ValueError):
        raise ReaderError(
            f"There is no Dask scheduler at {address}. Start one with 'dask scheduler', "
            "and name the address that it prints: CLUSTER=tcp://..."
        ) from None
    except (TypeError, RuntimeError) as problem:  # no certificates, or none where they must be
        raise ReaderError(
            f"Dask's configuration does not allow {address}: {problem}. tls:// needs its settings "
            "distributed.comm.tls, and a scheduler and workers that have them too."
        ) from None
    with client:
        _require_equal_workers(client)
        yield client


def _first_that_starts(connect: Callable):
    """Connect; Dask gives a thread of its own ten seconds to start, too few on a busy machine."""
    for _ in range(2):
        with contextlib.suppress(AssertionError):
            return connect()
    try:
        return connect()
    except AssertionError:
        raise ReaderError(
            "This machine is too busy to start Dask's client. Try again when less runs on it."
        ) from None


def _require_equal_workers(client) -> None:
    from lib.common.requirements import required_versions

    try:
        found = client.run(required_versions)
    except ModuleNotFoundError:
        raise ReaderError(
            "A worker of the cluster cannot import the book's lib. Start each in a copy of the "
            "book: PYTHONPATH=. dask worker ADDRESS"
        ) from None
    if not found:
        raise ReaderError(
            "The cluster has no workers. Start some: PYTHONPATH=. dask worker ADDRESS"
        )
    ours = required_versions()
    for worker, versions in found.items():
        for package, version in ours.items():
            if versions.get(package) != version:
                raise ReaderError(
                    f"Worker {worker} has {package} {versions.get(package, 'missing')}, this "
                    f"machine {version}. Install what requirements.txt pins on every worker."
                )


def slots(client) -> int:
    """Return how many tasks a cluster takes at once, one a thread of its workers."""
    return max(1, sum(client.nthreads().values()))
