"""The child process of a run, ``python -m lib.book.run.kernel``: papermill executes a notebook."""

import json
import os
import sys
import tempfile
from pathlib import Path

import nbformat

from lib.book.notebooks import INJECTED, has_tag, read_source
from lib.book.run.processes import end_with_parent
from lib.common.errors import ReaderError
from lib.common.files import write_whole

# Seconds for which a kernel may be silent while it starts or hands over an output.
PAUSE = 10 * 60
# What a socket's folder may have: 103 bytes with its name on macOS, a few more on Linux.
SHORT = 70
NO_REASON = (
    "its kernel gave no reason, most often because memory ran out: run fewer notebooks at once "
    "(JOBS=1), or allow more (ulimit -v unlimited)"
)
KERNEL_LOST = (
    "  its kernel was killed, most often by the system because memory ran out. Free some, or "
    "run fewer notebooks at once: JOBS=1"
)


def short_folder() -> str:
    """Return a folder for temporary files whose name leaves room for that of a socket."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if len(os.fsencode(place)) <= SHORT and os.access(place, os.W_OK | os.X_OK):
            return place
    raise ReaderError("There is no place for a kernel's sockets. Name a short one: TMPDIR=/folder")


def prepare_kernel(folder: str) -> None:
    """Have the kernel be this Python and none that others have installed under its name."""
    from ipykernel.kernelspec import get_kernel_dict

    write_whole(Path(folder, "kernels/python3/kernel.json"), json.dumps(get_kernel_dict()))
    # Searched first, and before JUPYTER_PATH; a home need not be there, or be writable.
    os.environ |= {"JUPYTER_PATH": folder, "JUPYTER_RUNTIME_DIR": folder}


def _execute_here(source: Path, output: Path, parameters: dict) -> int:
    """Execute one notebook in this process; print what failed."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from traitlets.config import Config

    nbformat.write(read_source(source), output)
    try:
        with tempfile.TemporaryDirectory(prefix="kernel-", dir=short_folder()) as sockets:
            prepare_kernel(sockets)
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
        print(KERNEL_LOST + last_cell(output))
        return 1
    except (ReaderError, OSError, RuntimeError) as problem:  # the last: a kernel that never began
        print(f"  its kernel could not be started: {problem}")
        return 1
    return 0


def last_cell(working: Path) -> str:
    """Return a line that names the cell in which an execution ended."""
    try:
        cells = nbformat.read(working, as_version=4).cells
    except (OSError, ValueError):
        return ""
    cells = [cell for cell in cells if not has_tag(cell, INJECTED)]
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
    kind = "" if problem.ename == "ReaderError" else f"{problem.ename}: "
    begins = _first_line(problem.source)
    if problem.ename == "CellExecutionError":
        kind, problem.evalue = "", NO_REASON
    return (
        f"  cell {number} (In [{problem.exec_count}]), which begins with: {begins}\n"
        f"  {kind}{problem.evalue or 'no reason is given'}"
    )


if __name__ == "__main__":
    end_with_parent()
    sys.exit(_execute_here(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])))
