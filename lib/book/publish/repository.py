"""Where the book's sources stand for everyone: the repository's address and the commit."""

import os
import subprocess
from datetime import UTC, datetime
from functools import cache

import yaml

from lib.common.paths import ROOT


@cache
def _configured() -> dict[str, str]:
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]


def address() -> str:
    """Return the repository's address, as ``_config.yml`` has it."""
    return _configured()["url"].rstrip("/")


@cache
def commit() -> str:
    """Return the commit that is checked out here; empty where this is no clone."""
    # The top is asked for too: a copy of the book inside another clone is not that clone.
    answer = _git("rev-parse", "--show-toplevel", "HEAD").split()
    return answer[1] if len(answer) == 2 and answer[0] == str(ROOT) else ""


def commit_time() -> datetime:
    """Return when the commit was made; the present where this is no clone."""
    if not commit():
        return datetime.now(UTC).replace(microsecond=0)
    return datetime.fromisoformat(_git("show", "--no-patch", "--format=%cI", "HEAD"))


def is_clean() -> bool:
    """Tell whether the files here are those of the commit."""
    return bool(commit()) and not _git("status", "--porcelain")


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            # A hook's variables would name the repository whose hook it is.
            env={name: value for name, value in os.environ.items() if name[:4] != "GIT_"},
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return result.stdout.strip()


def file_address(path: str, first: int | None = None, last: int | None = None) -> str:
    """Return where a file of the book is shown, at this commit."""
    lines = "" if first is None else f"#L{first}" + (f"-L{last}" if last != first else "")
    return f"{address()}/blob/{commit() or _configured()['branch']}/{path}{lines}"
