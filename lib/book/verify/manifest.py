"""The manifest of the published book: a digest of every published file, and of its parent.

The parent is the manifest that was committed before, so that the manifests form a chain. In a clone
a manifest is the committed one, or has it as its parent; what was committed is git's to guard.
"""

import hashlib
import json
import os
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

from lib.book.stamps.citation import citation
from lib.common.errors import ReaderError
from lib.common.files import sha256_of, write_whole
from lib.common.paths import ROOT

NAME = "data/reference/manifest.json"
DIGEST = re.compile("[0-9a-f]{64}")
# What is published: pages, ledger, registry, twins, records with what goes with them, what was
# measured outside the book, models, the report.
PUBLISHED = (
    "chapters/*/[0-9]*.ipynb", "data/claims/*.csv", "data/registry.yml", "data/twins/*",
    "data/reference/*.json", "data/reference/*/*.json", "data/reference-twin/*/*.json",
    "data/outside/*", "data/models/*/*", "data/verification/*",
)  # fmt: skip


def problems(root: Path = ROOT) -> list[str]:
    """Name the published files that are not those of the manifest."""
    path = root / NAME
    if not path.exists():
        return [f"there is no {NAME}: run 'make prose'"]
    text, now = path.read_bytes(), _digests(root)
    named = _read(text)["files"]
    ends = {(False, True): "is new", (True, False): "is gone"}
    changed = [
        f"{name} {ends.get((name in named, name in now), 'has changed')}"
        for name in sorted(named | now)
        if named.get(name) != now.get(name)
    ]
    return _other_head(text, root) + changed


def _other_head(text: bytes, root: Path) -> list[str]:
    """Say where a manifest is of another version, or does not follow the committed one."""
    found, cited, committed = _read(text), citation(root).get("version"), _committed(root)
    why = []
    if found["version"] != cited:
        why.append(f"{NAME} is of version {found['version']}, and CITATION.cff of {cited}")
    if committed and text != committed and found["parent"] != _digest(committed):
        why.append(f"{NAME} is not the committed one, nor has it as its parent")
    return why


def write_manifest(root: Path = ROOT) -> None:
    """Write the manifest anew where a published file, or the book's version, has changed."""
    path, before = root / NAME, _before(root)
    content = {"version": citation(root).get("version"), "files": _digests(root)}
    present = path.read_bytes() if path.exists() else b""
    if _says(present, content) and not _other_head(present, root):
        return
    parent = _digest(before) if before else None
    today = datetime.now(UTC).date().isoformat()
    whole = {"version": content["version"], "date": today, "parent": parent} | content
    fresh = (json.dumps(whole, indent=1) + "\n").encode()
    write_whole(path, before if _says(before, content) else fresh)  # as committed, or anew


def _says(text: bytes, content: dict) -> bool:
    try:
        return content.items() <= _read(text).items()
    except ReaderError:
        return False


def _digests(root: Path) -> dict[str, str]:
    found = {path for pattern in PUBLISHED for path in root.glob(pattern)} - {root / NAME}
    shown = sorted(path for path in found if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(root).as_posix(): sha256_of(path) for path in shown}


def _before(root: Path) -> bytes:
    """Return the manifest of the last commit, or the one that lies here where this is no clone."""
    if _is_clone(root):
        return _committed(root)
    return (root / NAME).read_bytes() if (root / NAME).exists() else b""


def _committed(root: Path) -> bytes:
    """Return the manifest of the last commit; nothing where there is none, or no clone."""
    return _git(root, "show", f"HEAD:{NAME}") if _is_clone(root) else b""


def _is_clone(root: Path) -> bool:
    return _git(root, "rev-parse", "--show-toplevel").decode().strip() == str(root)


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _git(root: Path, *arguments: str) -> bytes:
    # A hook's variables would name the repository whose hook it is.
    own = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, env=own, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return b""
    return done.stdout


def _read(text: bytes) -> dict:
    try:
        content = json.loads(text)
        if {*map(type, content["files"].values())} - {str}:
            raise TypeError("a digest is no text")
        date.fromisoformat(content["date"])
        if not isinstance(content["version"], str | None):
            raise TypeError("the version is no text")
        if content["parent"] is not None and not DIGEST.fullmatch(content["parent"]):
            raise ValueError("the parent is no digest")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ReaderError(
            f"{NAME} is no manifest ({type(problem).__name__}: {problem}). Restore it from git, or "
            "remove it and run 'make prose'."
        ) from None
    return content
