"""Scripts of runs outside the book, and what they have kept."""

import importlib.util
import json
from pathlib import Path

import pytest

from lib.common.paths import ROOT

OUTSIDE = ROOT / "data" / "outside"


def kept(name: str) -> dict:
    return json.loads((OUTSIDE / f"{name}.json").read_text(encoding="utf-8"))


def script(name: str, folder: Path = OUTSIDE):
    """Return a script as a module of its own, with constants that a test may change."""
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)  # as Python does for a script
        spec.loader.exec_module(module)
    return module
