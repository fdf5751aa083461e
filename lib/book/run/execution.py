"""Executing notebooks whose kept output is missing or out of date, several at once."""

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from time import monotonic, sleep

import nbformat

from lib.book.notebooks import Notebook, tidy
from lib.book.run.cluster import run_on_cluster
from lib.book.run.lock import only_one
from lib.book.run.process import run_process, stop
from lib.book.run.settings import EXECUTED, FAILED, Outcome, Settings
from lib.book.run.task import NOT_AS_WRITTEN, Task, kept_stamp
from lib.book.stamps.inputs import digest_of
from lib.common.disk import trouble_with
from lib.common.files import write_whole
from lib.common.parallel import connected, processors, shares, slots
from lib.common.paths import ROOT
from lib.common.wording import duration

# Seconds without news after which a line says what is still running.
HEARTBEAT = 60.0


def execute(
    notebooks: list[Notebook],
    settings: Settings,
    say: Callable[[str], None],
    begin: Callable[[], None] | None = None,
) -> list[Outcome]:
    """Execute the notebooks whose kept output is missing or out of date.

    Notebooks are independent of each other; a failing one does not stop the others.
    """
    with only_one(settings.folder / "lock", f"executing notebooks in {settings.folder}"):
        if begin:
            begin()
        tasks = [Task.of(notebook, settings) for notebook in notebooks]
        outcomes = {task.notebook: task.kept() for task in tasks if not task.reason}
        for number, outcome in enumerate(outcomes.values(), start=1):
            say(f"[{number}/{len(tasks)}] {outcome.notebook.name} … unchanged")
        waiting = [task for task in tasks if task.reason]
        outcomes |= _execute_all(waiting, settings, say, len(outcomes), len(tasks))
        _write_timings(settings)
    return [outcomes[notebook] for notebook in notebooks]


def failed(outcomes: list[Outcome], say: Callable[[str], None]) -> bool:
    """Tell whether any notebook failed, and say which."""
    names = [outcome.notebook.name for outcome in outcomes if outcome.state == FAILED]
    if names:
        say(f"{len(names)} of {len(outcomes)} notebooks failed: {', '.join(names)}")
    return bool(names)


def forget(notebooks: list[Notebook], settings: Settings) -> None:
    """Remove the stamps that a run keeps of notebooks, so that the next one executes them."""
    for notebook in notebooks:
        settings.stamp(notebook).unlink(missing_ok=True)


def _execute_all(tasks, settings, say, done, total) -> dict[Notebook, Outcome]:
    if not tasks:
        return {}
    # The longest first, so that no long one is left to run alone at the end.
    tasks = sorted(tasks, key=lambda task: -task.expected_seconds())
    with connected(settings.cluster) as client:
        cores = slots(client) if client else processors()
        # A worker's thread is a core of its own; what runs there does not get a second one.
        jobs, threads = shares(len(tasks), settings.jobs, cores)
        threads = 1 if client else threads
        say(
            f"Executing {len(tasks)} of {total} notebooks, {settings.profile} profile: "
            f"{jobs} at once, {threads} thread{'s' * (threads > 1)} each, on {cores} "
            f"{'cores of the cluster' if client else 'cores'}."
        )
        with ThreadPoolExecutor(jobs) as pool:
            futures = {pool.submit(_execute_one, task, threads, client): task for task in tasks}
            try:
                return _collect(futures, say, done, total)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                _stop_all(tasks, futures)
                raise


def _collect(futures: dict[Future, Task], say, done, total) -> dict[Notebook, Outcome]:
    outcomes, pending, begun = {}, set(futures), monotonic()
    while pending:
        finished, pending = wait(pending, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
        for future in finished:
            outcome, done = future.result(), done + 1
            outcomes[outcome.notebook] = outcome
            say(_progress(outcome, futures[future], done, total))
        running = [task.notebook.name for future, task in futures.items() if future.running()]
        if not finished and running:
            say(f"      still running: {', '.join(running)} ({duration(monotonic() - begun)})")
    return outcomes


def _progress(outcome: Outcome, task: Task, done: int, total: int) -> str:
    line = f"[{done}/{total}] {outcome.notebook.name} … {duration(outcome.seconds)}"
    if outcome.state == FAILED:
        return f"{line} FAILED\n{outcome.message}"
    return f"{line} ({task.reason})"


def _execute_one(task: Task, threads: int, client=None) -> Outcome:
    begun = monotonic()
    try:
        failure = _execute_and_keep(task, threads, client)
    except OSError as problem:
        failure = f"  {trouble_with(problem) or problem}"
    except (MemoryError, RuntimeError) as problem:  # no memory, or no threads, are left for it
        stop(task.process)
        failure = (
            f"  it could not be executed: {problem or 'memory ran out'}. Fewer at once: JOBS=1"
        )
    state = FAILED if failure else EXECUTED
    return Outcome(task.notebook, state, monotonic() - begun, failure)


def _execute_and_keep(task: Task, threads: int, client) -> str:
    """Execute one notebook and keep what it made; return the failure, empty on success."""
    settings, notebook = task.settings, task.notebook
    # From here on the kept output is no longer trusted, whatever interrupts the run.
    for kept in (settings.stamp(notebook), settings.record(notebook), settings.page(notebook)):
        kept.unlink(missing_ok=True)
    working = settings.folder / "working" / f"{notebook.name}.ipynb"
    working.parent.mkdir(parents=True, exist_ok=True)
    begun = monotonic()
    if client is None:
        failure = run_process(task, working, threads)
    else:
        failure = run_on_cluster(task, working, client)
    if failure:
        return failure + _keep_failed(settings, notebook, working)
    _keep(task, working, monotonic() - begun, threads)
    return ""


def _stop_all(tasks: list[Task], futures) -> None:
    # Repeated, since a worker may be about to start its process.
    while any(future.running() for future in futures):
        for task in tasks:
            stop(task.process)
            if task.remote:
                task.remote.cancel()
        sleep(0.05)


def _keep_failed(settings: Settings, notebook: Notebook, working: Path) -> str:
    settings.record(notebook).unlink(missing_ok=True)
    if not working.exists():
        return ""
    failed = settings.folder / "failed" / f"{notebook.name}.ipynb"
    failed.parent.mkdir(parents=True, exist_ok=True)
    os.replace(working, failed)
    return f"\n  the notebook as far as it came: {failed.relative_to(ROOT)}"


def _keep(task: Task, working: Path, seconds: float, threads: int) -> None:
    settings, notebook = task.settings, task.notebook
    clean = tidy(nbformat.read(working, as_version=4))
    write_whole(settings.page(notebook), nbformat.writes(clean) + "\n")
    working.unlink()
    (settings.folder / "failed" / f"{notebook.name}.ipynb").unlink(missing_ok=True)
    stamp = {
        "digest": digest_of(task.inputs),
        "seconds": round(seconds, 1),
        "threads": threads,
        "inputs": task.inputs,
    }
    write_whole(settings.stamp(notebook), json.dumps(stamp, indent=1) + "\n")


def _write_timings(settings: Settings) -> None:
    timings = {}
    for path in sorted((settings.folder / "stamps").glob("*/*.json")):
        try:
            stamp = kept_stamp(path)
            took = {"seconds": stamp["seconds"], "threads": stamp["threads"]}
        except NOT_AS_WRITTEN:  # of a notebook that was not asked for
            continue
        timings[f"{path.parent.name}/{path.stem}"] = took
    write_whole(settings.folder / "timings.json", json.dumps(timings, indent=1) + "\n")
    shutil.rmtree(settings.folder / "working", ignore_errors=True)
