"""The processes below another one: finding them, and ending them."""

import contextlib
import os
import sys
import threading

import psutil


def processes_below(pid: int) -> list[psutil.Process]:
    """Return the processes that a process has started, directly or not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def kill(processes: list[psutil.Process]) -> None:
    """End processes, also those that end by themselves meanwhile."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def end_with_parent() -> None:
    """Have this process, with all below it, end when the one that started it is gone.

    The parent holds the other end of our stdin open for as long as it lives, however it goes.
    Workers that a process has started could outlive it, waiting for each other.
    """

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        kill(processes_below(os.getpid()))
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
