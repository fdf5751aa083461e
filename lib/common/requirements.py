"""Which packages the book is pinned to, and which of them are installed."""

import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lib.common.paths import ROOT

REQUIREMENTS = ROOT / "requirements.txt"


def pinned_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the version that each requirement is pinned to."""
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", requirements.read_text(encoding="utf-8"), re.M)
    return dict(pins)


def required_versions(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    """Return the installed version of Python and of every required package."""
    names = pinned_versions(requirements)
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
