"""Executing notebooks by papermill, each in a process of its own, never in place."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import nbformat
from nbformat import NotebookNode

from lib.disk import trouble_with
from lib.errors import ReaderError
from lib.files import write_whole
from lib.notebooks import Notebook, parameter_defaults, read_source, tidy, with_outputs
from lib.parallel import connected, prepare_kernels, processors, shares, slots, thread_limits
from lib.paths import DATA, ROOT
from lib.stamps import digest_of, first_change, inputs_of

# Seconds that one notebook may take before it is stopped.
TIME_LIMIT = {"quick": 15 * 60, "full": 90 * 60}
# Seconds for which a kernel may be silent while it starts or hands over an output.
PAUSE = 10 * 60
QUICK_REPLICATES = 2
KERNEL_LOST = (
    "  its kernel was killed, most often by the system because memory ran out. Free some, or "
    "run fewer notebooks at once: JOBS=1"
)
HEARTBEAT = 60.0
# Seconds that a cluster gets on top, to find a worker again when one is lost.
CLUSTER_MARGIN = 10 * 60


@dataclass(frozen=True)
class Settings:
    """How a run is made.

    Attributes
    ----------
    folder : pathlib.Path
        Where notebooks, records and stamps of this run are kept, below ``_build``.
    profile : str
        ``"quick"`` or ``"full"``.
    replicates, seed : int or None
        None leaves the notebook's own default (or the quick profile's).
    jobs : int or None
        Notebooks executed at once; None takes the number of processors.
    reference : pathlib.Path or None
        Where published records are read from; None leaves the usual place.
    cluster : str or None
        Address of the Dask scheduler whose workers execute the notebooks.
    """

    folder: Path
    profile: str = "quick"
    replicates: int | None = None
    seed: int | None = None
    jobs: int | None = None
    reference: Path | None = None
    cluster: str | None = None

    def page(self, notebook: Notebook) -> Path:
        """Return where this run keeps a notebook with its outputs.

        Parameters
        ----------
        notebook : Notebook
            May be one that this run has not executed.

        Returns
        -------
        pathlib.Path
            An ``.ipynb`` file below `folder`; missing where the run has no outputs of the notebook.
        """
        return self.folder / "notebooks" / f"{notebook.name}.ipynb"

    def record(self, notebook: Notebook) -> Path:
        """Return where this run keeps a notebook's records.

        Parameters
        ----------
        notebook : Notebook
            May be one that this run has not executed.

        Returns
        -------
        pathlib.Path
            A ``.json`` file below `folder`, as `lib.records.Recorder` saves it; may be missing.
        """
        return self.folder / "records" / f"{notebook.name}.json"

    def stamp(self, notebook: Notebook) -> Path:
        """Return where this run notes what a notebook's outputs were made from.

        Parameters
        ----------
        notebook : Notebook
            May be one that this run has not executed.

        Returns
        -------
        pathlib.Path
            A ``.json`` file below `folder`, written after page and records; without it the notebook
            is executed again.
        """
        return self.folder / "stamps" / f"{notebook.name}.json"

    def parameters(self, defaults: dict) -> dict:
        """Return the parameters of this run for a notebook with these defaults.

        Parameters
        ----------
        defaults : dict
            As `lib.notebooks.parameter_defaults` returns them; not changed.

        Returns
        -------
        dict
            ``profile``, ``seed`` and ``replicates``. The profile is this run's. `QUICK_REPLICATES`
            takes the place of the default at the quick profile; `replicates` and `seed` of the
            settings go before both where they are not None.
        """
        quick = {"replicates": QUICK_REPLICATES} if self.profile == "quick" else {}
        chosen = {"replicates": self.replicates, "seed": self.seed}
        named = {name: value for name, value in chosen.items() if value is not None}
        return defaults | {"profile": self.profile} | quick | named


@dataclass
class Outcome:
    """What became of one notebook.

    Attributes
    ----------
    notebook : Notebook
    state : str
        ``"executed"``, ``"unchanged"`` or ``"failed"``.
    seconds : float
        Wall time of the execution (of the kept one when unchanged).
    message : str
        For a failure: cell and error.
    """

    notebook: Notebook
    state: str
    seconds: float = 0.0
    message: str = ""


def execute(
    notebooks: list[Notebook],
    settings: Settings,
    say: Callable[[str], None],
    begin: Callable[[], None] | None = None,
) -> list[Outcome]:
    """Execute the notebooks whose kept output is missing or out of date.

    Notebooks are independent of each other; several run at once. A failing one does not
    stop the others.

    Parameters
    ----------
    notebooks : list of Notebook
        What to execute.
    settings : Settings
        How.
    say : callable
        Takes one line of progress.
    begin : callable, optional
        Called first, once no other run works in the folder.

    Returns
    -------
    list of Outcome
        One a notebook, in the order given.

    Raises
    ------
    ReaderError
        If another run works in the same folder, or a notebook has no parameters cell.
    """
    with only_one(settings.folder / "lock", f"executing notebooks in {settings.folder}"):
        if begin:
            begin()
        tasks = [_Task.of(notebook, settings) for notebook in notebooks]
        outcomes = {task.notebook: task.kept() for task in tasks if task.reason == ""}
        for number, outcome in enumerate(outcomes.values(), start=1):
            say(f"[{number}/{len(tasks)}] {outcome.notebook.name} … unchanged")
        waiting = [task for task in tasks if task.reason]
        outcomes |= _execute_all(waiting, settings, say, len(outcomes), len(tasks))
        _write_timings(settings)
    return [outcomes[notebook] for notebook in notebooks]


def current_page(notebook: Notebook, settings: Settings) -> NotebookNode:
    """Return the outputs that a run keeps of a notebook, under its present prose.

    Parameters
    ----------
    notebook : Notebook
        Executed in this run.
    settings : Settings
        The run.

    Returns
    -------
    nbformat.NotebookNode
        A new notebook; as it was kept when the source's number of code cells has changed.
    """
    kept = nbformat.read(settings.page(notebook), as_version=4)
    return with_outputs(read_source(notebook.source), kept)


def failed(outcomes: list[Outcome], say: Callable[[str], None]) -> bool:
    """Tell whether any notebook failed, and say which.

    Parameters
    ----------
    outcomes : list of Outcome
        What `execute` returned.
    say : callable
        Takes the line that sums it up.
    """
    names = [outcome.notebook.name for outcome in outcomes if outcome.state == "failed"]
    if names:
        say(f"{len(names)} of {len(outcomes)} notebooks failed: {', '.join(names)}")
    return bool(names)


def forget(notebooks: list[Notebook], settings: Settings) -> None:
    """Remove the stamps that a run keeps of notebooks, so that the next one executes them.

    Parameters
    ----------
    notebooks : list of Notebook
        Which.
    settings : Settings
        The run.
    """
    for notebook in notebooks:
        settings.stamp(notebook).unlink(missing_ok=True)


@contextlib.contextmanager
def only_one(lock: Path, what: str) -> Iterator[None]:
    """Do something in one process at a time.

    Parameters
    ----------
    lock : pathlib.Path
        A file that stands for it; made where it is missing.
    what : str
        What another run is doing, for the message.

    Raises
    ------
    ReaderError
        If another process holds the lock.
    """
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


@dataclass
class _Task:
    notebook: Notebook
    settings: Settings
    parameters: dict
    injected: dict
    inputs: dict[str, str]
    reason: str = ""
    process: subprocess.Popen | None = field(default=None, repr=False)
    remote: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, notebook: Notebook, settings: Settings) -> "_Task":
        defaults = parameter_defaults(read_source(notebook.source), notebook.name)
        parameters = settings.parameters(defaults)
        # A run with the defaults gets no injected cell: the page stays equal to its source.
        injected = {} if parameters == defaults else parameters
        inputs = inputs_of(notebook.source, parameters)
        return cls(
            notebook, settings, parameters, injected, inputs, _reason(notebook, settings, inputs)
        )

    def kept(self) -> Outcome:
        stamp = json.loads(self.settings.stamp(self.notebook).read_text(encoding="utf-8"))
        return Outcome(self.notebook, "unchanged", stamp["seconds"])

    def expected_seconds(self) -> float:
        """Return what this notebook took in the last run here, or else in the published one."""
        for folder in (self.settings.folder, DATA / "reference"):
            with contextlib.suppress(OSError, ValueError, KeyError):
                timings = (folder / "timings.json").read_text(encoding="utf-8")
                return json.loads(timings)[self.notebook.name]["seconds"]
        return float("inf")


def _reason(notebook: Notebook, settings: Settings, inputs: dict[str, str]) -> str:
    """Return why the notebook must be executed; empty when its kept output still stands."""
    try:
        stamp = json.loads(settings.stamp(notebook).read_text(encoding="utf-8"))
        before, digest = stamp["inputs"], stamp["digest"]
    except (OSError, ValueError, KeyError):
        return "no kept output"
    if not settings.page(notebook).exists() or not settings.record(notebook).exists():
        return "no kept output"
    if digest == digest_of(inputs):
        return ""
    return f"{first_change(before, inputs)} changed"


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


def _collect(futures: dict[Future, _Task], say, done, total) -> dict[Notebook, Outcome]:
    outcomes, pending, begun = {}, set(futures), monotonic()
    while pending:
        finished, pending = wait(pending, timeout=HEARTBEAT, return_when=FIRST_COMPLETED)
        for future in finished:
            outcome, done = future.result(), done + 1
            outcomes[outcome.notebook] = outcome
            say(_progress(outcome, futures[future], done, total))
        running = [task.notebook.name for future, task in futures.items() if future.running()]
        if not finished and running:
            say(f"      still running: {', '.join(running)} ({_time(monotonic() - begun)})")
    return outcomes


def _progress(outcome: Outcome, task: _Task, done: int, total: int) -> str:
    line = f"[{done}/{total}] {outcome.notebook.name} … {_time(outcome.seconds)}"
    if outcome.state == "failed":
        return f"{line} FAILED\n{outcome.message}"
    return f"{line} ({task.reason})"


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def _execute_one(task: _Task, threads: int, client=None) -> Outcome:
    begun = monotonic()
    try:
        failure = _execute_and_keep(task, threads, client)
    except OSError as problem:
        failure = f"  {trouble_with(problem) or problem}"
    state = "failed" if failure else "executed"
    return Outcome(task.notebook, state, monotonic() - begun, failure)


def _execute_and_keep(task: _Task, threads: int, client) -> str:
    """Execute one notebook and keep what it made; return the failure, empty on success."""
    settings, notebook = task.settings, task.notebook
    # From here on the kept output is no longer trusted, whatever interrupts the run.
    for kept in (settings.stamp(notebook), settings.record(notebook), settings.page(notebook)):
        kept.unlink(missing_ok=True)
    working = settings.folder / "working" / f"{notebook.name}.ipynb"
    working.parent.mkdir(parents=True, exist_ok=True)
    begun = monotonic()
    if client is None:
        failure = _run_process(task, working, threads)
    else:
        failure = _run_on_cluster(task, working, client)
    if failure:
        return failure + _keep_failed(settings, notebook, working)
    _keep(task, working, monotonic() - begun, threads)
    return ""


def _run_on_cluster(task: _Task, working: Path, client) -> str:
    """Have a worker run one notebook, and bring back what it made.

    Everything is written here and once, so a worker that is lost costs time and nothing else.
    """
    limit = TIME_LIMIT[task.parameters["profile"]] + CLUSTER_MARGIN
    variables = {name: text for name, text in os.environ.items() if name.startswith("IDS_")}
    order = (task.notebook, task.parameters, task.injected, task.inputs, variables)
    try:
        task.remote = client.submit(run_there, *order, pure=False)
        failure, page, record = task.remote.result(limit)
    except Exception as problem:  # Whatever a cluster may raise; the other notebooks go on.
        return f"  the cluster did not execute it: {type(problem).__name__}: {problem}"
    if page:
        write_whole(working, page)
    if record and not failure:
        write_whole(task.settings.record(task.notebook), record)
    return failure


def run_there(
    notebook: Notebook, parameters: dict, injected: dict, inputs: dict, variables: dict
) -> tuple[str, bytes, bytes]:
    """Run one notebook on a worker of a cluster, in a folder that is then removed.

    Parameters
    ----------
    notebook : Notebook
        Which; its source is the worker's own.
    parameters, injected : dict
        Of the run, and what of them is written into the notebook.
    inputs : dict of str to str
        What the notebook rests on where the run was started.
    variables : dict of str to str
        The variables ``IDS_...`` of the run.

    Returns
    -------
    failure : str
        Empty on success.
    page, record : bytes
        The executed notebook and its records; empty where there are none.
    """
    with (
        _variables_of_the_run(variables),
        tempfile.TemporaryDirectory(prefix="notebook-") as folder,
    ):
        changed = first_change(inputs, inputs_of(notebook.source, parameters))
        if changed:
            return f"  {socket.gethostname()} has another {changed}: bring it up to date", b"", b""
        settings = Settings(Path(folder), parameters["profile"])
        task = _Task(notebook, settings, parameters, injected, inputs)
        working = settings.folder / "working.ipynb"
        failure = _run_process(task, working, threads=1)
        found = (working, settings.record(notebook))
        return failure, *(path.read_bytes() if path.exists() else b"" for path in found)


@contextlib.contextmanager
def _variables_of_the_run(variables: dict[str, str]) -> Iterator[None]:
    """Have the ``IDS_...`` of a run for its time alone; a worker outlives many runs."""
    own = {name: text for name, text in os.environ.items() if name.startswith("IDS_")}
    try:
        for name in own:
            del os.environ[name]
        os.environ.update(variables)
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(own)


def _run_process(task: _Task, working: Path, threads: int) -> str:
    """Run one notebook in a process of its own; return the failure, empty on success."""
    settings, notebook = task.settings, task.notebook
    limit = TIME_LIMIT[task.parameters["profile"]]
    prepare_kernels(settings.folder / "ipython")
    command = [sys.executable, "-m", "lib.execution", str(notebook.source), str(working)]
    task.process = subprocess.Popen(
        [*command, json.dumps(task.injected)],
        cwd=ROOT,
        env=_environment(settings, threads),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        # The open stdin is the child's sign that we live; communicate() would close it.
        output, noise = _read_both(task.process, limit)
    except subprocess.TimeoutExpired:
        _stop(task.process)
        return (
            f"  it took longer than {_time(limit)} and was stopped (TIME_LIMIT, lib/execution.py)"
            f"{_where(working)}"
        )
    if task.process.returncode == 0 and not settings.record(notebook).exists():
        return "  it ended without writing its records: the last cell must call recorder.save()"
    if task.process.returncode == 0:
        return ""
    return output.strip("\n") or noise.strip()[-2000:] or "  its process ended without a word"


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
    left_out = ("MPLBACKEND", "CLUSTER")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= thread_limits(threads)
    environment |= {
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "IPYTHONDIR": str(settings.folder / "ipython"),
        "IDS_RECORDS": str(settings.folder / "records"),
    }
    if settings.reference:
        environment["IDS_REFERENCE"] = str(settings.reference)
    return environment


def _stop(process: subprocess.Popen | None) -> None:
    """End a process and the kernels below it."""
    if process is None or process.poll() is not None:
        return
    below = _processes_below(process.pid)
    process.kill()
    _kill(below)
    process.wait()


def _processes_below(pid: int) -> list:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def _kill(processes: list) -> None:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _stop_all(tasks: list[_Task], futures) -> None:
    # Repeated, since a worker may be about to start its process.
    while any(future.running() for future in futures):
        for task in tasks:
            _stop(task.process)
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


def _keep(task: _Task, working: Path, seconds: float, threads: int) -> None:
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
        stamp = json.loads(path.read_text(encoding="utf-8"))
        name = f"{path.parent.name}/{path.stem}"
        timings[name] = {"seconds": stamp["seconds"], "threads": stamp["threads"]}
    write_whole(settings.folder / "timings.json", json.dumps(timings, indent=1) + "\n")
    shutil.rmtree(settings.folder / "working", ignore_errors=True)


def _die_with_parent() -> None:
    """End this process, and all below it, when the one that started it is gone, however it went.

    The parent holds the other end of our stdin open for as long as it lives. The kernel in turn
    watches this process; but workers that the kernel has started can outlive it, waiting for
    each other, so none is left to find out by itself.
    """
    os.read(sys.stdin.fileno(), 1)
    _kill(_processes_below(os.getpid()))
    os._exit(1)


def _execute_here(source: Path, output: Path, parameters: dict) -> int:
    """Execute one notebook in this process; print what failed."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    nbformat.write(read_source(source), output)
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-") as sockets:
            # Sockets in a folder of its own: kernels that start together cannot race for a port.
            transport = {"transport": "ipc", "ip": f"{sockets}/kernel"}
            papermill.execute_notebook(
                output,
                output,
                parameters=parameters,
                progress_bar=False,
                # TIME_LIMIT is what stops a notebook; a machine that pauses must not.
                start_timeout=PAUSE,
                iopub_timeout=PAUSE,
                cwd=source.parent,
                config=Config(KernelManager=transport),
            )
    except PapermillExecutionError as problem:
        print(_describe(problem, injected=bool(parameters)))
        return 1
    except DeadKernelError:
        print(KERNEL_LOST + _where(output))
        return 1
    return 0


def _where(working: Path) -> str:
    """Return a line that names the cell in which an execution ended."""
    try:
        cells = nbformat.read(working, as_version=4).cells
    except (OSError, ValueError):
        return ""
    cells = [cell for cell in cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    states = [cell.metadata.get("papermill", {}).get("status") for cell in cells]
    # A cell whose kernel died counts as completed, and all that follow it as pending.
    begun = [number for number, state in enumerate(states) if state in ("running", "completed")]
    if not begun:
        return ""
    first = _first_line(cells[begun[-1]].source)
    return f"\n  in cell {begun[-1] + 1}, which begins with: {first}"


def _first_line(source: str) -> str:
    return next((line for line in source.splitlines() if line.strip()), "")


def _describe(problem, injected: bool) -> str:
    number = problem.cell_index + (0 if injected else 1)
    error = (
        problem.evalue if problem.ename == "ReaderError" else f"{problem.ename}: {problem.evalue}"
    )
    begins = _first_line(problem.source)
    return f"  cell {number} (In [{problem.exec_count}]), which begins with: {begins}\n  {error}"


if __name__ == "__main__":
    threading.Thread(target=_die_with_parent, daemon=True).start()
    sys.exit(_execute_here(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])))
