"""Doing something in one process at a time."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

from lib.common.errors import ReaderError
from lib.common.paths import BUILD

# Held by whoever writes published files, and the seconds in which another will have done so.
PUT, PATIENCE = BUILD / "publish" / "put.lock", 60.0


@contextlib.contextmanager
def only_one(lock: Path, what: str, patience: float = 0.0) -> Iterator[None]:
    """Refuse to do what another process is doing; `what` completes "Another run is ...".

    Before that, wait for it for `patience` seconds.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w", encoding="utf-8") as stream:
        try:
            import fcntl
        except ImportError:  # Not on Windows, where two runs at once stay the reader's care.
            yield
            return
        deadline = monotonic() + patience
        while not _taken(fcntl, stream):
            if monotonic() >= deadline:
                raise ReaderError(f"Another run is {what}. Wait for it, or stop it first.")
            sleep(0.1)
        yield


def putting_in_place() -> contextlib.AbstractContextManager:
    """Let no other command write published files meanwhile."""
    return only_one(PUT, "putting pages in place", PATIENCE)


def _taken(fcntl, stream) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
