"""The manifest of the published book: a digest of every published file, and of its parent.

The parent is the manifest that was committed before, so that the manifests form a chain.
"""

import hashlib
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import yaml

from lib.common.errors import ReaderError
from lib.common.files import sha256_of, write_whole
from lib.common.paths import ROOT

NAME = "data/reference/manifest.json"
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
    named, now = _read(path.read_bytes())["files"], _digests(root)
    ends = {(False, True): "is new", (True, False): "is gone"}
    return [
        f"{name} {ends.get((name in named, name in now), 'has changed')}"
        for name in sorted(named | now)
        if named.get(name) != now.get(name)
    ]


def write_manifest(root: Path = ROOT) -> None:
    """Write the manifest anew where a published file, or the book's version, has changed."""
    path, before = root / NAME, _before(root)
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    content = {"version": cited.get("version"), "files": _digests(root)}
    if path.exists() and _says(path.read_bytes(), content):
        return
    parent = hashlib.sha256(before).hexdigest() if before else None
    date = datetime.now(UTC).date().isoformat()
    whole = {"version": content["version"], "date": date, "parent": parent} | content
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
    if _git(root, "rev-parse", "--show-toplevel").decode().strip() == str(root):
        return _git(root, "show", f"HEAD:{NAME}")
    return (root / NAME).read_bytes() if (root / NAME).exists() else b""


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
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise ReaderError(
            f"{NAME} is no manifest ({type(problem).__name__}: {problem}). Restore it from git, or "
            "remove it and run 'make prose'."
        ) from None
    return content
