"""Which packages the book is pinned to, and which of them a piece of code depends on."""

import platform
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires, version
from pathlib import Path

from lib.imports import imported_packages
from lib.paths import ROOT

REQUIREMENTS = ROOT / "requirements.txt"


def pinned_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the version that each requirement is pinned to.

    Parameters
    ----------
    requirements : pathlib.Path
        Lines of the form ``name==version``; others are passed over.
    """
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", requirements.read_text(encoding="utf-8"), re.M)
    return dict(pins)


def required_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the installed version of Python and of every required package.

    Parameters
    ----------
    requirements : pathlib.Path
        As for `pinned_versions`.

    Returns
    -------
    dict of str to str
        ``"missing"`` for a package that is not installed.
    """
    names = pinned_versions(requirements)
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def packages_used(files: Iterable[Path], requirements: Path = REQUIREMENTS) -> set[str]:
    """Return the required packages whose version can matter to some Python files.

    These are the packages that the files import, and those that these need in turn; of the
    latter only what is itself a requirement, since it alone is pinned by name.

    Parameters
    ----------
    files : iterable of pathlib.Path
        A notebook's source and the modules that it uses.
    requirements : pathlib.Path
        As for `pinned_versions`.
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
