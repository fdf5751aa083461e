"""Compiled loops that are kept on disk, and what they may depend on."""

import ast
import importlib
import os
from pathlib import Path
from types import ModuleType

import pytest
from numba.core.caching import NullCache
from numba.core.dispatcher import Dispatcher

from lib.book.run import process
from lib.book.run.settings import Settings
from lib.common.paths import ROOT

METHODS = ROOT / "lib" / "methods"
COMPILED = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in METHODS.rglob("*.py")
    if "@njit(" in path.read_text(encoding="utf-8")
)
# Pinned packages, whose new version is a new environment.
PACKAGES = {"numba", "numpy", "math"}


def read_from_elsewhere(module: ModuleType) -> list[str]:
    """Name what a module's compiled functions that are kept read that another of our files sets."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    ours = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if (getattr(node, "module", None) or alias.name).partition(".")[0] not in PACKAGES
    }
    return [
        f"{name} reads {read}"
        for name, value in vars(module).items()
        if isinstance(value, Dispatcher) and value.py_func.__module__ == module.__name__
        if not isinstance(value._cache, NullCache)
        for read in value.py_func.__code__.co_names
        if read in ours
    ]


@pytest.mark.parametrize("name", COMPILED)
def test_no_kept_loop_depends_on_another_file(name):
    # numba makes a kept function again when its own file changes, and not when another does.
    assert read_from_elsewhere(importlib.import_module(name)) == []


def test_there_are_compiled_loops():
    assert len(COMPILED) >= 5


def test_a_constant_of_another_module_is_found(tmp_path, monkeypatch):
    (tmp_path / "given_constants.py").write_text("RATE = 0.9\n")
    (tmp_path / "given_loops.py").write_text(
        "from numba import njit, prange\nfrom given_constants import RATE\nOWN = 2\n\n"
        "@njit(cache=True)\ndef inner(x):\n    return OWN * x\n\n"
        "@njit(cache=True)\ndef outer(x):\n    for i in prange(3):\n        x += inner(x)\n"
        "    return RATE * x\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert read_from_elsewhere(importlib.import_module("given_loops")) == ["outer reads RATE"]


def test_a_checkout_for_reading_only_keeps_them_with_the_run(tmp_path, monkeypatch):
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    settings = Settings(tmp_path / "run")
    assert "NUMBA_CACHE_DIR" not in process._environment(settings, 1)
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != METHODS and real(path, mode))
    assert process._environment(settings, 1)["NUMBA_CACHE_DIR"] == str(tmp_path / "run/compiled")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    assert process._environment(settings, 1)["NUMBA_CACHE_DIR"] == "/elsewhere"
