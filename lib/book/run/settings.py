"""How a run is made, and what became of each notebook."""

from dataclasses import dataclass
from pathlib import Path

from lib.book.notebooks import Notebook

QUICK_REPLICATES = 2
# What became of a notebook.
EXECUTED, FAILED, UNCHANGED = "executed", "failed", "unchanged"


@dataclass(frozen=True)
class Settings:
    """How a run is made."""

    folder: Path
    profile: str = "quick"
    replicates: int | None = None
    seed: int | None = None
    jobs: int | None = None
    reference: Path | None = None
    cluster: str | None = None

    def page(self, notebook: Notebook) -> Path:
        """Return where this run keeps a notebook with its outputs."""
        return self.folder / "notebooks" / f"{notebook.name}.ipynb"

    def record(self, notebook: Notebook) -> Path:
        """Return where this run keeps a notebook's records."""
        return self.folder / "records" / f"{notebook.name}.json"

    def stamp(self, notebook: Notebook) -> Path:
        """Return where this run notes what a notebook's outputs were made from."""
        return self.folder / "stamps" / f"{notebook.name}.json"

    def parameters(self, defaults: dict) -> dict:
        """Return the parameters of this run for a notebook with these defaults."""
        quick = {"replicates": QUICK_REPLICATES} if self.profile == "quick" else {}
        chosen = {"replicates": self.replicates, "seed": self.seed}
        named = {name: value for name, value in chosen.items() if value is not None}
        return defaults | {"profile": self.profile} | quick | named


@dataclass
class Outcome:
    """What became of one notebook: a state, and for a failure what to say of it."""

    notebook: Notebook
    state: str
    seconds: float = 0.0
    message: str = ""
