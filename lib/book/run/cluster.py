"""Having a worker of a cluster execute a notebook, and bringing back what it made."""

import os
import socket
import tempfile
from pathlib import Path

from lib.book.notebooks import Notebook
from lib.book.run.process import TIME_LIMIT, run_process
from lib.book.run.settings import Settings
from lib.book.run.task import Task
from lib.book.stamps.inputs import first_change, inputs_of
from lib.common.environment import variables
from lib.common.files import write_whole

# Seconds that a cluster gets on top, to find a worker again when one is lost.
MARGIN = 10 * 60


def run_on_cluster(task: Task, working: Path, client) -> str:
    """Have a worker run one notebook, and write here what it made; return the failure.

    All is written once, so a worker that is lost costs time and nothing else.
    """
    limit = TIME_LIMIT[task.parameters["profile"]] + MARGIN
    chosen = {name: text for name, text in os.environ.items() if name.startswith("IDS_")}
    order = (task.notebook, task.parameters, task.injected, task.inputs, chosen)
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
    notebook: Notebook, parameters: dict, injected: dict, inputs: dict, chosen: dict
) -> tuple[str, bytes, bytes]:
    """Run one notebook on a worker of a cluster, in a folder that is then removed."""
    # A worker outlives many runs, and has variables of its own.
    with variables(chosen, "IDS_"), tempfile.TemporaryDirectory(prefix="notebook-") as folder:
        changed = first_change(inputs, inputs_of(notebook.source, parameters))
        if changed:
            return f"  {socket.gethostname()} has another {changed}: bring it up to date", b"", b""
        settings = Settings(Path(folder), parameters["profile"])
        task = Task(notebook, settings, parameters, injected, inputs)
        working = settings.folder / "working.ipynb"
        failure = run_process(task, working, threads=1)
        found = (working, settings.record(notebook))
        return failure, *(path.read_bytes() if path.exists() else b"" for path in found)
