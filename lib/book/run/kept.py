"""What a run keeps of a notebook: its outputs under the present prose, and their stamp."""

import platform
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lib.book.notebooks import Notebook, find_notebooks, read_source, with_outputs
from lib.book.run.settings import Settings
from lib.book.run.task import NOT_AS_WRITTEN, kept_stamp
from lib.book.stamps.pages import KEY, outputs_of
from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.parallel import processors


def current_page(notebook: Notebook, settings: Settings) -> NotebookNode:
    """Return the outputs that a run keeps of a notebook, under its present prose."""
    kept = nbformat.read(settings.page(notebook), as_version=4)
    return with_outputs(read_source(notebook.source), kept)


def forget_gone(records: Path) -> None:
    """Remove the records of notebooks that no longer exist from a folder."""
    names = {notebook.name for notebook in find_notebooks()}
    for path in records.glob("*/*.json"):
        if f"{path.parent.name}/{path.stem}" not in names:
            path.unlink()


def stamp_of_run(notebook: Notebook, settings: Settings) -> dict:
    """Return the stamp that a run has left of a notebook; refuse what is none."""
    try:
        return kept_stamp(settings.stamp(notebook))
    except (OSError, *NOT_AS_WRITTEN) as problem:
        raise ReaderError(
            f"{settings.stamp(notebook)} is no stamp of a run ({type(problem).__name__}: {problem})"
            f". Execute {notebook.name} again."
        ) from None


def stamped(page: NotebookNode, notebook: Notebook, settings: Settings) -> NotebookNode:
    """Return a page with the stamp that its run has left."""
    kept = stamp_of_run(notebook, settings)
    count = processors()
    machine = f"{platform.system()} {platform.machine()}, {count} processor{'s' * (count > 1)}"
    chosen = {name: kept[name] for name in ("digest", "inputs", "seconds", "threads")}
    fresh = deepcopy(page)
    chosen |= {"records": sha256_of(settings.record(notebook)), "machine": machine}
    chosen |= {"outputs": outputs_of(page)}
    fresh.metadata[KEY] = nbformat.from_dict(chosen)
    return fresh
