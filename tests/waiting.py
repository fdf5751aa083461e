"""Waiting for other processes: for as long as a busy machine needs, and no longer.

No test measures speed by these waits. What must happen happens in a second or two; a limit
is there so that a fault ends a test instead of holding it up.
"""

import time
from collections.abc import Callable

import psutil

# Seconds; a machine that does other work as well may be twenty times slower than alone.
PATIENCE = 180


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail with what did not come about."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"within {PATIENCE} s, this did not happen: {what}"
        time.sleep(0.2)


def below(process, words: str = "") -> list[psutil.Process]:
    """Return the processes below another that were called by these words."""
    family = psutil.Process(process.pid).children(recursive=True)
    return [one for one in family if words in command_line(one)]


def command_line(process: psutil.Process) -> str:
    """Return how a process was called; nothing once it is over, as it may be at any time."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def wait_for_processes(process, words: str, count: int) -> list[psutil.Process]:
    """Wait until so many processes below another are called by these words; return them."""
    wait_until(lambda: len(below(process, words)) == count, f"{count} processes of {words}")
    return below(process, words)
