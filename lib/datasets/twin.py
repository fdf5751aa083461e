"""Synthetic twins: fitting their parameters, drawing their rows.

The parameters of twins are fitted on the real files by ``python -m lib twin NAME`` and
committed; they hold aggregates, never rows. A twin whose rows are made without the real file is
committed as a table (`lib.datasets.twin_table`), which the same command makes.
"""

import json
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pandas as pd

from lib.datasets import ehms_twin, registry, toniot_twin, twin_table
from lib.datasets.closeness import fidelity
from lib.datasets.registry import Variant
from lib.errors import ReaderError
from lib.files import write_whole
from lib.paths import TWINS

FORMAT = 1
GENERATORS: dict[str, ModuleType] = {
    "wustl-ehms-2020": ehms_twin,
    "ton-iot": toniot_twin,
}


def _generator(name: str) -> ModuleType:
    registry.entry(name)
    if name not in GENERATORS:
        raise ReaderError(
            f"{name} has no synthetic twin that is fitted. Fitted: {', '.join(GENERATORS)}."
        )
    return GENERATORS[name]


def fit(frame: pd.DataFrame, name: str = "wustl-ehms-2020") -> dict:
    """Measure the parameters of a twin on the real rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        The real rows in file order.
    name : str
        The data set.

    Returns
    -------
    dict
        JSON-ready aggregates.
    """
    return _generator(name).fit(frame)


def _with_twin(name: str, variant: str | None = None) -> list[Variant]:
    """Return the variants of a request that have a twin.

    Raises
    ------
    ReaderError
        If none has.
    """
    known = [each for each in registry.entry(name).select(variant) if each.twin]
    if not known:
        raise ReaderError(f"{name} has no synthetic twin of the variant {variant!r}.")
    return known


def parameter_file(name: str, variant: str | None = None) -> Path:
    """Return the path of a twin's committed parameters, or of its table.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant or a group of variants; any when left out. The first that has a twin counts.

    Returns
    -------
    pathlib.Path
        In ``data/twins``; whether the file is there is not checked.

    Raises
    ------
    ReaderError
        If no such data set or variant is registered, or none has a twin.
    """
    return TWINS / _with_twin(name, variant)[0].twin


def write_parameters(name: str) -> list[Path]:
    """Fit the twins of a data set on its real files, or make them, and write what is committed.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.

    Returns
    -------
    list of pathlib.Path
        The files written, one for each variant that has a twin.

    Raises
    ------
    ReaderError
        If a real file is not at hand.
    """
    return [_write(name, variant) for variant in _with_twin(name)]


def _write(name: str, variant: Variant) -> Path:
    from lib.datasets.loading import load

    path = TWINS / variant.twin
    dataset = load(name, variant.name)
    if dataset.source != "real":
        raise ReaderError(
            f"the twin of {name} {variant.name} is {_tie(path)} the real file, and this is a "
            f"{dataset.source} one. {registry.entry(name).obtain}"
        )
    if twin_table.is_table(path):
        twin_table.write(path, name, variant, dataset)
    else:
        write_whole(path, _as_text(_fitted(name, dataset)))
    return path


def _tie(path: Path) -> str:
    return "held against" if twin_table.is_table(path) else "fitted on"


def _fitted(name: str, dataset) -> dict:
    """Return what a parameter file holds."""
    parameters = fit(dataset.frame, name)
    return {
        "format": FORMAT,
        "dataset": name,
        "fitted_on": dataset.sha256,
        "fidelity": _distance(dataset, _generator(name).draw(parameters)).to_dict("list"),
        "parameters": parameters,
    }


def _distance(dataset, drawn: pd.DataFrame) -> pd.DataFrame:
    """Measure how far drawn rows are from real ones, in the form that the generator compares."""
    variant = registry.entry(dataset.name).select(dataset.variant)[0]
    if variant.kept:
        return twin_table.distance(dataset.frame, drawn, variant)
    form = getattr(_generator(dataset.name), "comparable", lambda frame: frame)
    return fidelity(form(dataset.frame), form(drawn), variant.class_column).round(3)


def _as_text(content, depth: int = 0) -> str:
    """Write JSON with one line for each list, so that a change shows as a short difference."""
    if not isinstance(content, dict) or not content:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    indent = " " * (depth + 1)
    lines = (f"{indent}{json.dumps(k)}: {_as_text(v, depth + 1)}" for k, v in content.items())
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}" + ("" if depth else "\n")


def _content(path: Path) -> dict:
    repair = f"Restore it with: git checkout data/twins/{path.name}"
    if not path.is_file():
        raise ReaderError(f"{path} is missing. {repair}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, expected {FORMAT}")
        return {key: content[key] for key in ("fidelity", "parameters")}
    except (ValueError, KeyError, TypeError) as problem:
        raise ReaderError(
            f"{path} does not hold a twin's parameters ({problem}). {repair}"
        ) from None


@lru_cache(maxsize=8)
def _rows(name: str, variant: str | None, path: Path, _changed: int) -> pd.DataFrame:
    if twin_table.is_table(path):
        return twin_table.rows(path, name, _with_twin(name, variant)[0])
    return _generator(name).draw(_content(path)["parameters"])


def make_twin(name: str, variant: str | None = None) -> pd.DataFrame:
    """Draw a twin's rows; the same rows on every call.

    Parameters
    ----------
    name : str
        Such as ``"wustl-ehms-2020"``.
    variant : str, optional
        A variant or a group of variants.

    Returns
    -------
    pandas.DataFrame
        With the columns and types of the real file; of a fitted twin as many rows as it has. A
        copy of the cached rows.

    Raises
    ------
    ReaderError
        If there is no twin, or its parameters are missing or damaged.
    """
    path = parameter_file(name, variant)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _rows(name, variant, path, changed).copy()


def fidelity_table(dataset) -> pd.DataFrame:
    """Return how close the twin comes to the real file, for a data page.

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        What the page loaded. With the real file the table is measured now; without it, the
        table is the one measured when the twin was fitted.

    Returns
    -------
    pandas.DataFrame
        As `lib.datasets.fidelity` gives it, rounded to three decimals.
    """
    if dataset.source == "real":
        return _distance(dataset, make_twin(dataset.name, _group(dataset)))
    path = parameter_file(dataset.name, _group(dataset))
    if twin_table.is_table(path):
        return twin_table.measured(path)
    return pd.DataFrame(_content(path)["fidelity"])


def _group(dataset) -> str:
    """Return the group whose twin stands for a data set: one form's own, or that of its group."""
    variant = registry.entry(dataset.name).select(dataset.variant)[0]
    return variant.name if variant.twin else variant.group
