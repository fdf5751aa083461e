"""The synthetic twins of other networks' flows: what is measured on a file, how rows are drawn.

Class by class, numbers follow the file's marginal distributions and the correlations of their
ranks; texts are levels among them. Hours and stretches have the file's shares of each class; pairs
of hosts are numbered, and no address is kept.
"""

import numpy as np
import pandas as pd

from lib.datasets import copula
from lib.datasets.copula import significant
from lib.networks.flows import FLOWS, HOUR, STRETCH, Columns, groups

SEED = 2015
MOST = 1_000  # rows of a class
FEW = 30  # distinct values that are counted one by one


def columns_of(frame: pd.DataFrame) -> Columns:
    """Return what is read of a file, told by its columns."""
    return next(each for each in FLOWS.values() if each.kind in frame and each.group[0] in frame)


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the form in which rows of file and twin are compared."""
    columns = columns_of(frame)
    read = frame[[*columns.numbers, *columns.paths, *columns.texts, columns.kind]]
    return read.fillna(0)


# What is measured on the real file.


def fit(frame: pd.DataFrame) -> dict:
    """Measure on the real file everything that the generator needs; aggregates only."""
    columns = columns_of(frame)
    kinds, held = frame[columns.kind], pd.Series(groups(frame, columns), index=frame.index)
    texts = {name: _common(frame[name]) for name in columns.texts}
    return {
        "kind": columns.kind,
        "group": list(columns.group),
        "texts": texts,
        "whole": [n for n in _numbers(columns) if pd.api.types.is_integer_dtype(frame[n])],
        "classes": {
            str(kind): _fit_class(frame.loc[rows], held[rows], columns, texts)
            for kind, rows in kinds.groupby(kinds).groups.items()
        },
    }


def _numbers(columns: Columns) -> list[str]:
    return [*columns.numbers, *columns.paths]


def _common(texts: pd.Series) -> list[str]:
    counts = texts.value_counts()
    return [str(value) for value in counts.index[:FEW]]


def _fit_class(rows: pd.DataFrame, held: pd.Series, columns: Columns, texts: dict) -> dict:
    coded = rows[_numbers(columns)].fillna(0).astype(float)
    for name, levels in texts.items():
        place = {level: number for number, level in enumerate(levels)}
        coded[name] = rows[name].map(place).fillna(len(levels) - 1).astype(float)
    scores = copula.normal_scores(coded)
    counts = held.value_counts().sort_index()
    return {
        "rows": min(len(rows), MOST),
        "marginals": {name: _marginal(coded[name]) for name in coded},
        "correlation": significant(scores.corr().fillna(0).round(2).to_numpy(), 3),
        "groups": [int(number) for number in counts.index],
        "counts": [int(count) for count in counts],
    }


def _marginal(values: pd.Series) -> dict:
    few = values.nunique() <= FEW
    return copula.describe_levels(values) if few else copula.describe_quantiles(values)


# How rows are drawn.


def draw(parameters: dict, seed: int = SEED) -> pd.DataFrame:
    """Draw the twin's rows, at most `MOST` of a class."""
    random = np.random.default_rng(seed)
    drawn = [
        _draw_class(random, fitted, parameters).assign(**{parameters["kind"]: kind})
        for kind, fitted in parameters["classes"].items()
    ]
    return pd.concat(drawn, ignore_index=True)


def _draw_class(random: np.random.Generator, fitted: dict, parameters: dict) -> pd.DataFrame:
    noise = copula.correlated(random, fitted["rows"], fitted["correlation"])
    scores = pd.DataFrame(noise, columns=list(fitted["marginals"]))
    drawn = {n: copula.in_order(scores[n], m) for n, m in fitted["marginals"].items()}
    rows = pd.DataFrame(drawn)
    for name, levels in parameters["texts"].items():
        rows[name] = np.asarray(levels, dtype=object)[rows[name].astype(int)]
    whole = {name: rows[name].round().astype(int) for name in parameters["whole"]}
    shares = np.asarray(fitted["counts"]) / np.sum(fitted["counts"])
    held = random.choice(fitted["groups"], len(rows), p=shares)
    return rows.assign(**whole, **_group_columns(random, held, parameters["group"]))


def _group_columns(random: np.random.Generator, held: np.ndarray, names: list[str]) -> dict:
    if len(names) == 2:
        return {name: [f"{name} {number}" for number in held] for name in names}
    length = HOUR if names == ["Stime"] else STRETCH
    return {names[0]: held * length + random.integers(0, length, len(held))}
