"""Doing something in one process at a time."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lib.common.errors import ReaderError


@contextlib.contextmanager
def only_one(lock: Path, what: str) -> Iterator[None]:
    """Refuse to do what another process is doing; `what` completes "Another run is ..."."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w", encoding="utf-8") as stream:
        try:
            import fcntl
        except ImportError:  # Not on Windows, where two runs at once stay the reader's care.
            yield
            return
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ReaderError(f"Another run is {what}. Wait for it, or stop it first.") from None
        yield
