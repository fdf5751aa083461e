"""Executing one notebook in a process of its own, which ends with the one that started it."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

from lib.book.run.kernel import last_cell
from lib.book.run.processes import kill, processes_below
from lib.book.run.settings import Settings
from lib.book.run.task import Task
from lib.common.parallel import prepare_kernels, thread_limits
from lib.common.paths import ROOT
from lib.common.wording import duration

# Seconds that one notebook may take before it is stopped.
TIME_LIMIT = {"quick": 15 * 60, "full": 90 * 60}


def run_process(task: Task, working: Path, threads: int) -> str:
    """Run one notebook in a process of its own; return the failure, empty on success."""
    settings, notebook = task.settings, task.notebook
    limit = TIME_LIMIT[task.parameters["profile"]]
    prepare_kernels(settings.folder / "ipython")
    command = [sys.executable, "-m", "lib.book.run.kernel", str(notebook.source), str(working)]
    task.process = subprocess.Popen(
        [*command, json.dumps(task.injected)],
        cwd=ROOT,
        env=_environment(settings, threads),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    try:
        # The open stdin is the child's sign that we live; communicate() would close it.
        output, noise = _read_both(task.process, limit)
    except subprocess.TimeoutExpired:
        stop(task.process)
        return (
            f"  it took longer than {duration(limit)} and was stopped "
            f"(TIME_LIMIT, lib/book/run/process.py){last_cell(working)}"
        )
    if task.process.returncode != 0:
        debug = os.environ.get("IDS_DEBUG")
        said = noise.strip() if debug else noise.strip().rpartition("\n")[2]
        said = said or "its process ended without a word"
        return output.strip("\n") or f"  {said} (status {task.process.returncode})"
    if not settings.record(notebook).exists():
        return "  it ended without writing its records: the last cell must call recorder.save()"
    return ""


def _read_both(process: subprocess.Popen, limit: float) -> tuple[str, str]:
    texts: dict[str, str] = {}

    # Line by line: a child of the kernel may hold the pipe open after its end.
    def drain(name, stream):
        for line in stream:
            texts[name] = texts.get(name, "") + line

    readers = [
        threading.Thread(target=drain, args=(name, stream), daemon=True)
        for name, stream in (("output", process.stdout), ("noise", process.stderr))
    ]
    for reader in readers:
        reader.start()
    process.wait(limit)
    for reader in readers:
        reader.join(timeout=5)
    process.stdin.close()
    return texts.get("output", ""), texts.get("noise", "")


def _environment(settings: Settings, threads: int) -> dict[str, str]:
    # The last, where a cluster's worker has it, hides lib from a Python that begins in our folder.
    left_out = ("MPLBACKEND", "CLUSTER", "PYTHONSAFEPATH")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= thread_limits(threads) | {
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(settings.folder / "ipython"),
        "IDS_RECORDS": str(settings.folder / "records"),
    }
    # Threads that wait would count in a circle and take a core from those that compute.
    environment.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not os.access(ROOT / "lib" / "methods", os.W_OK):
        # Compiled loops are kept beside their code; a checkout may be for reading only.
        environment.setdefault("NUMBA_CACHE_DIR", str(settings.folder / "compiled"))
    if settings.reference:
        environment["IDS_REFERENCE"] = str(settings.reference)
    return environment


def stop(process: subprocess.Popen | None) -> None:
    """End a process and the kernels below it."""
    if process is None or process.poll() is not None:
        return
    below = processes_below(process.pid)
    process.kill()
    kill(below)
    process.wait()
