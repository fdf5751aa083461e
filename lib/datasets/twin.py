"""Synthetic twins: drawing their rows, and measuring how close they come to the real ones.

A paper hands in its *generator*, a module. For a twin that is committed as parameters it has
``fit(frame)`` and ``draw(parameters)``, and it may have ``comparable(frame)``, the form in which
rows are compared; for a table it has ``draw(path)``, and beside the table lies, under the same name
with ``.json``, how it was made and how close it comes. `lib.datasets.fitting` writes both.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pandas as pd

from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.common.paths import TWINS
from lib.datasets import columnar, registry
from lib.datasets.closeness import fidelity
from lib.datasets.registry import Variant

FORMAT = 1
TABLE = ".csv.xz"
# When a flow began says nothing of what it is like, and the twin has days of its own.
NOT_COMPARED = ("stime",)


def variants_with_twin(name: str, variant: str | None = None) -> list[Variant]:
    """Return the variants of a request that have a twin; a `ReaderError` where none has."""
    known = [each for each in registry.entry(name).select(variant) if each.twin]
    if not known:
        raise ReaderError(f"{name} has no synthetic twin of the variant {variant!r}.")
    return known


def committed_file(name: str, variant: str | None = None) -> Path:
    """Return where the twin of a request is committed, whether the file is there or not."""
    return TWINS / variants_with_twin(name, variant)[0].twin


def is_table(path: Path) -> bool:
    """Tell by its name whether a twin's file is a table; else it holds parameters."""
    return path.name.endswith(TABLE)


def companion(path: Path) -> Path:
    """Return the file that describes a table."""
    return path.with_name(path.name.removesuffix(TABLE) + ".json")


def make_twin(name: str, variant: str | None, generator: ModuleType) -> pd.DataFrame:
    """Draw a twin's rows; the same rows on every call."""
    path = committed_file(name, variant)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _rows(name, variant, path, generator, changed).copy()


@lru_cache(maxsize=8)
def _rows(name: str, variant: str | None, path: Path, generator, _changed: int) -> pd.DataFrame:
    if is_table(path):
        return columnar.kept(generator.draw(path), variants_with_twin(name, variant)[0])
    return generator.draw(read_parameters(path)["parameters"])


def _repair(path: Path) -> str:
    return f"Restore it with: git checkout data/twins/{path.name}"


@contextmanager
def _readable(path: Path, fault: str) -> Iterator[dict]:
    """Give what a committed JSON file holds; say how to restore one that is damaged."""
    try:
        yield json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as problem:
        raise ReaderError(f"{path} {fault} ({problem}). {_repair(path)}") from None


def read_parameters(path: Path) -> dict:
    """Read a twin's parameters, and how close it came to the file that they were fitted on."""
    if not path.is_file():
        raise ReaderError(f"{path} is missing. {_repair(path)}")
    with _readable(path, "does not hold a twin's parameters") as content:
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, expected {FORMAT}")
        return {key: content[key] for key in ("fidelity", "parameters")}


def _measured(path: Path) -> pd.DataFrame:
    """Return the distance to the real rows that was measured when a table was made."""
    described = companion(path)
    for file in (described, path):
        if not file.is_file():
            raise ReaderError(f"{file} is missing. {_repair(file)}")
    with _readable(described, "does not describe a twin") as content:
        if content["table"] != sha256_of(path):
            raise ValueError(f"it describes another table than {path.name}")
        return pd.DataFrame(content["fidelity"])


def fidelity_table(dataset, generator: ModuleType) -> pd.DataFrame:
    """Return how close the twin comes to the real file, for a data page.

    Parameters
    ----------
    dataset, generator : lib.datasets.Dataset, module
        What the page loaded, and the paper's generator. With the real file the table is measured
        now; without it, the table is the one measured when the twin was made.

    Returns
    -------
    pandas.DataFrame
        As `lib.datasets.fidelity` gives it, rounded to three decimals.
    """
    if dataset.source == "real":
        return distance(dataset, make_twin(dataset.name, _group(dataset), generator), generator)
    path = committed_file(dataset.name, _group(dataset))
    return _measured(path) if is_table(path) else pd.DataFrame(read_parameters(path)["fidelity"])


def _group(dataset) -> str:
    """Return the group whose twin stands for a data set: one form's own, or that of its group."""
    variant = registry.entry(dataset.name).select(dataset.variant)[0]
    return variant.name if variant.twin else variant.group


def distance(dataset, drawn: pd.DataFrame, generator: ModuleType) -> pd.DataFrame:
    """Measure how far drawn rows are from real ones, in the form that the generator compares."""
    variant = registry.entry(dataset.name).select(dataset.variant)[0]
    if variant.kept:
        return _distance_by_subclass(dataset.frame, drawn, variant)
    form = getattr(generator, "comparable", lambda frame: frame)
    return fidelity(form(dataset.frame), form(drawn), variant.class_column).round(3)


def _distance_by_subclass(real: pd.DataFrame, drawn: pd.DataFrame, variant: Variant):
    forms = [_by_subclass(frame, variant) for frame in (real, drawn)]
    shared = set.intersection(*(set(form[variant.class_column]) for form in forms))
    forms = [form[form[variant.class_column].isin(shared)] for form in forms]
    return fidelity(*forms, variant.class_column).round(3)


def _by_subclass(frame: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    pairs = [frame[name].astype("str") for name in (variant.class_column, variant.subclass_column)]
    joined = pairs[0].where(pairs[0] == pairs[1], pairs[0] + " " + pairs[1])
    return frame.drop(columns=list(NOT_COMPARED)).assign(**{variant.class_column: joined})
