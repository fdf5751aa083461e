"""One notebook of a run: its parameters, what its output depends on, and why it runs again."""

import contextlib
import json
import subprocess
from dataclasses import dataclass, field
from typing import Any

import nbformat

from lib.book.notebooks import Notebook, least_replicates, parameter_defaults, read_source
from lib.book.run.settings import UNCHANGED, Outcome, Settings
from lib.book.stamps.inputs import digest_of, first_change, inputs_of
from lib.common.paths import REFERENCE


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
            stamp = json.loads(settings.stamp(notebook).read_text(encoding="utf-8"))
            before, digest = stamp["inputs"], stamp["digest"]
            nbformat.read(settings.page(notebook), as_version=4)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return "no kept output"
        if not settings.record(notebook).exists():
            return "no kept output"
        if digest == digest_of(self.inputs):
            return ""
        return f"{first_change(before, self.inputs)} changed"

    def kept(self) -> Outcome:
        """Return the outcome of a notebook whose kept output still stands."""
        stamp = json.loads(self.settings.stamp(self.notebook).read_text(encoding="utf-8"))
        return Outcome(self.notebook, UNCHANGED, stamp["seconds"])

    def expected_seconds(self) -> float:
        """Return what this notebook took in the last run here, or else in the published one."""
        for folder in (self.settings.folder, REFERENCE):
            with contextlib.suppress(OSError, ValueError, KeyError):
                timings = (folder / "timings.json").read_text(encoding="utf-8")
                return json.loads(timings)[self.notebook.name]["seconds"]
        return float("inf")
