"""Which pinned packages a piece of code depends on."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

from lib.book.stamps.imports import imported_packages
from lib.common.requirements import REQUIREMENTS, pinned_versions


def packages_used(files: Iterable[Path], requirements: Path = REQUIREMENTS) -> set[str]:
    """Return the required packages whose version can matter to some Python files.

    These are the packages that the files import, and those that these need in turn; of the
    latter only what is itself a requirement, since it alone is pinned by name.
    """
    owners = _owners()
    waiting = {
        owner
        for file in files
        for name in imported_packages(file)
        for owner in owners.get(name, ())
    }
    found: set[str] = set()
    while waiting:
        package = waiting.pop()
        found.add(package)
        waiting |= _needed_by(package) - found
    return {name for name in pinned_versions(requirements) if _plain(name) in found}


@cache
def _owners() -> dict[str, set[str]]:
    """Return for each importable name the packages that install it."""
    return {name: set(map(_plain, found)) for name, found in packages_distributions().items()}


@cache
def _needed_by(package: str) -> frozenset[str]:
    """Return what a package always needs; what only its extras need stays out."""
    try:
        lines = requires(package) or []
    except PackageNotFoundError:
        return frozenset()
    always = [line for line in lines if not re.search(r"\bextra\b", line)]
    return frozenset(_plain(re.match(r"[A-Za-z0-9._-]+", line).group()) for line in always)


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()
