"""One notebook of a run: its parameters, what its output depends on, and why it runs again."""

import contextlib
import json
import math
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from lib.book.notebooks import Notebook, least_replicates, parameter_defaults, read_source
from lib.book.run.settings import UNCHANGED, Outcome, Settings
from lib.book.stamps.inputs import digest_of, first_change, inputs_of
from lib.common.paths import REFERENCE

# What reading JSON ends in that is not as a run has written it.
NOT_AS_WRITTEN = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def kept_stamp(path: Path) -> dict:
    """Return the stamp that a run keeps of a notebook; one of `NOT_AS_WRITTEN` where it is none."""
    stamp = json.loads(path.read_text(encoding="utf-8"))
    _seconds(stamp)
    texts = [stamp["digest"], *stamp["inputs"].keys(), *stamp["inputs"].values()]
    if {*map(type, texts)} != {str} or type(stamp["threads"]) is not int:
        raise TypeError(f"{path.name} is no stamp")
    return stamp


def _seconds(entry: dict) -> float:
    seconds = entry["seconds"]
    if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
        raise TypeError(f"{seconds!r} is no time")
    return float(seconds)


def parameters_of(notebook: Notebook, settings: Settings) -> tuple[dict, dict]:
    """Return the parameters that a notebook has by itself, and those of a run with it."""
    source = read_source(notebook.source)
    defaults = parameter_defaults(source, notebook.name)
    parameters = settings.parameters(defaults)
    parameters["replicates"] = max(parameters["replicates"], least_replicates(source))
    return defaults, parameters


@dataclass
class Task:
    """One notebook of a run, with the process or the remote task that executes it."""

    notebook: Notebook
    settings: Settings
    parameters: dict
    injected: dict
    inputs: dict[str, str]
    reason: str = ""
    process: subprocess.Popen | None = field(default=None, repr=False)
    remote: Any = field(default=None, repr=False)

    @classmethod
    def of(cls, notebook: Notebook, settings: Settings) -> "Task":
        """Return the task of executing a notebook as the settings say."""
        defaults, parameters = parameters_of(notebook, settings)
        # A run with the defaults gets no injected cell: the page stays equal to its source.
        injected = {} if parameters == defaults else parameters
        inputs = inputs_of(notebook.source, parameters)
        task = cls(notebook, settings, parameters, injected, inputs)
        task.reason = task._why_again()
        return task

    def _why_again(self) -> str:
        """Return why the notebook must be executed; empty when its kept output still stands."""
        settings, notebook = self.settings, self.notebook
        try:
            stamp = kept_stamp(settings.stamp(notebook))
            before, digest = stamp["inputs"], stamp["digest"]
            nbformat.read(settings.page(notebook), as_version=4)
        except (OSError, *NOT_AS_WRITTEN):
            return "no kept output"
        if not settings.record(notebook).exists():
            return "no kept output"
        if digest == digest_of(self.inputs):
            return ""
        return f"{first_change(before, self.inputs)} changed"

    def kept(self) -> Outcome:
        """Return the outcome of a notebook whose kept output still stands."""
        stamp = kept_stamp(self.settings.stamp(self.notebook))
        return Outcome(self.notebook, UNCHANGED, stamp["seconds"])

    def expected_seconds(self) -> float:
        """Return what this notebook took in the last run here, or else in the published one."""
        for folder in (self.settings.folder, REFERENCE):
            with contextlib.suppress(OSError, *NOT_AS_WRITTEN):
                timings = (folder / "timings.json").read_text(encoding="utf-8")
                return _seconds(json.loads(timings)[self.notebook.name])
        return float("inf")
