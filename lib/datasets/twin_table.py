"""Twins that are a committed table of rows rather than parameters to draw from.

The table lies compressed in ``data/twins``, and beside it, under the same name with ``.json``, how
it was made and how close it comes to the real rows.
"""

import json
from pathlib import Path

import pandas as pd

from lib.datasets import botiot_twin, columnar
from lib.datasets.closeness import fidelity
from lib.datasets.registry import Variant
from lib.errors import ReaderError
from lib.files import sha256_of, write_whole

SUFFIX = ".csv.xz"
# Each has `make`, `write` and `draw`, and the `SEED` that `make` starts from.
MAKERS = {"bot-iot": botiot_twin}
# When a flow began says nothing of what it is like, and the twin has days of its own.
NOT_COMPARED = ("stime",)


def is_table(path: Path) -> bool:
    """Tell whether a twin's file is a table; else it holds parameters.

    Parameters
    ----------
    path : pathlib.Path
        Need not exist: the name tells.

    Returns
    -------
    bool
        True for a name that ends with `SUFFIX`.
    """
    return path.name.endswith(SUFFIX)


def companion(path: Path) -> Path:
    """Return the file that describes a table.

    Parameters
    ----------
    path : pathlib.Path
        The table.

    Returns
    -------
    pathlib.Path
        In the same folder, with ``.json`` in place of `SUFFIX`; need not exist.
    """
    return path.with_name(path.name.removesuffix(SUFFIX) + ".json")


def write(path: Path, name: str, variant: Variant, real) -> None:
    """Make a table and write it with its description.

    Parameters
    ----------
    path : pathlib.Path
        Where to write it.
    name : str
        The data set.
    variant : Variant
        The variant whose kept columns the table has.
    real : lib.datasets.Dataset
        The real rows to compare it with.
    """
    MAKERS[name].write(MAKERS[name].make(), path)
    describe(path, name, variant, real)


def describe(path: Path, name: str, variant: Variant, real) -> None:
    """Write beside a table how it was made, and how close it comes to the real rows.

    Parameters
    ----------
    path, name, variant, real
        As for `write`.
    """
    compared = distance(real.frame, rows(path, name, variant), variant)
    description = {
        "dataset": name,
        "made_by": f"python -m lib twin {name}",
        "seed": MAKERS[name].SEED,
        "table": sha256_of(path),
        "compared_with": real.sha256,
        "fidelity": compared.to_dict("list"),
    }
    lines = (f" {json.dumps(key)}: {json.dumps(value)}" for key, value in description.items())
    write_whole(companion(path), "{\n" + ",\n".join(lines) + "\n}\n")


def rows(path: Path, name: str, variant: Variant) -> pd.DataFrame:
    """Read a table.

    Parameters
    ----------
    path, name, variant
        As for `write`.

    Returns
    -------
    pandas.DataFrame
        The kept columns, text as categories.

    Raises
    ------
    ReaderError
        If the table is missing or damaged.
    """
    return columnar.kept(MAKERS[name].draw(path), variant)


def _repair(path: Path) -> str:
    return f"Restore it with: git checkout data/twins/{path.name}"


def measured(path: Path) -> pd.DataFrame:
    """Return the distance to the real rows that was measured when a table was made.

    Parameters
    ----------
    path : pathlib.Path
        The table, whose digest the description must state.

    Returns
    -------
    pandas.DataFrame
        As `distance` gave it.

    Raises
    ------
    ReaderError
        If table or description is missing, or the description damaged, or that of another table.
    """
    described = companion(path)
    try:
        content = json.loads(described.read_text(encoding="utf-8"))
        if content["table"] != sha256_of(path):
            raise ValueError(f"it describes another table than {path.name}")
        return pd.DataFrame(content["fidelity"])
    except FileNotFoundError:
        missing = path if described.exists() else described
        raise ReaderError(f"{missing} is missing. {_repair(missing)}") from None
    except (ValueError, KeyError, TypeError) as problem:
        raise ReaderError(
            f"{described} does not describe a twin ({problem}). {_repair(described)}"
        ) from None


def distance(real: pd.DataFrame, twin: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    """Measure how far a table's rows are from real ones, subclass by subclass.

    Parameters
    ----------
    real, twin : pandas.DataFrame
        In the variant's form.
    variant : Variant
        Names the class and subclass columns.

    Returns
    -------
    pandas.DataFrame
        As `lib.datasets.fidelity` gives it, one column a subclass that both have.
    """
    forms = [_by_subclass(frame, variant) for frame in (real, twin)]
    shared = set.intersection(*(set(form[variant.class_column]) for form in forms))
    forms = [form[form[variant.class_column].isin(shared)] for form in forms]
    return fidelity(*forms, variant.class_column).round(3)


def _by_subclass(frame: pd.DataFrame, variant: Variant) -> pd.DataFrame:
    pairs = [frame[name].astype("str") for name in (variant.class_column, variant.subclass_column)]
    joined = pairs[0].where(pairs[0] == pairs[1], pairs[0] + " " + pairs[1])
    return frame.drop(columns=list(NOT_COMPARED)).assign(**{variant.class_column: joined})
