"""A Gaussian copula with blocks in time: fitting it on ranks, and drawing from it.

A column has a marginal distribution (quantiles, or counts of levels) and normal scores: ranks as
standard normal values. Each block of time has its own level and spread of these; what remains is
correlated between columns and from one row to the next.
"""

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.special import ndtri

PROBABILITIES = (
    *(0, 0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45),
    *(0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995),
    *(0.999, 1),
)
COARSE = (0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1)
FEW_ROWS = 200


def significant(values, digits: int = 5):
    """Return a number, or nested sequences, as plain floats of so many digits, ready for JSON."""
    if isinstance(values, (list, tuple, np.ndarray, pd.Series)):
        return [significant(value, digits) for value in values]
    return float(f"{float(values):.{digits}g}")


def describe_quantiles(values: pd.Series) -> dict:
    """Return ``{"quantiles": [...]}`` at `PROBABILITIES`, of less than 200 numbers at `COARSE`."""
    grid = PROBABILITIES if len(values) >= FEW_ROWS else COARSE
    return {"quantiles": significant(np.quantile(values, grid))}


def describe_levels(values: pd.Series) -> dict:
    """Return ``{"levels": [...], "counts": [...]}``, levels ascending, missing ones left out."""
    counts = values.value_counts().sort_index()
    return {"levels": significant(counts.index.to_numpy()), "counts": [int(c) for c in counts]}


def inverse(marginal: dict, probabilities: np.ndarray) -> np.ndarray:
    """Return a described column's values at probabilities from 0 (smallest) to 1 (largest)."""
    if "quantiles" in marginal:
        grid = PROBABILITIES if len(marginal["quantiles"]) == len(PROBABILITIES) else COARSE
        return np.interp(probabilities, grid, marginal["quantiles"])
    shares = np.cumsum(marginal["counts"]) / np.sum(marginal["counts"])
    position = np.searchsorted(shares, probabilities, side="left")
    return np.asarray(marginal["levels"])[np.minimum(position, len(shares) - 1)]


def in_order(scores: pd.Series, marginal: dict) -> np.ndarray:
    """Return values of a described column in the order of two or more scores, ties by their rows.

    Counts of levels come out exactly for as many rows as were described.
    """
    order = scores.rank(method="first").to_numpy() - 1
    if "quantiles" in marginal:
        return inverse(marginal, order / (len(order) - 1))
    return inverse(marginal, (order + 0.5) / len(order))


def normal_scores(values: pd.DataFrame) -> pd.DataFrame:
    """Return standard normal quantiles of (mean rank - 0.5) / rows, by column, none missing."""
    return values.rank(method="average").sub(0.5).div(len(values)).apply(ndtri)


def fit_scores(scores: pd.DataFrame, block: pd.Series) -> dict:
    """Describe normal scores of one class, in time order, given the block of each row.

    Returns ``level`` and ``spread`` (a list a column, one number a block in order), ``lag``
    (correlation with the row before, a column) and ``correlation`` (a matrix).
    """
    grouped = scores.groupby(block)
    level, spread = grouped.mean(), grouped.std(ddof=0).fillna(0)
    residual = (scores - level.reindex(block).to_numpy()) / spread.reindex(block).to_numpy()
    residual = residual.where(np.isfinite(residual), 0.0)
    before = residual.groupby(block).shift()
    lag = [residual[name].corr(before[name]) for name in scores]
    return {
        "level": {name: significant(level[name].round(2)) for name in scores},
        "spread": {name: significant(spread[name].round(2)) for name in scores},
        "lag": significant(np.clip(np.nan_to_num(lag), 0, 0.99), 3),
        "correlation": significant(residual.corr().fillna(0).round(3)[scores.columns].to_numpy()),
    }


def _root(correlation) -> np.ndarray:
    """Return a matrix whose product with its transpose is the nearest valid correlation."""
    matrix = np.array(correlation, dtype=float)
    np.fill_diagonal(matrix, 1.0)
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    root = vectors * np.sqrt(np.clip(values, 1e-6, None))
    return root / np.sqrt((root**2).sum(axis=1, keepdims=True))


def correlated(generator: np.random.Generator, rows: int, correlation) -> np.ndarray:
    """Draw standard normal rows with a correlation matrix, or a valid one close to it."""
    root = _root(correlation)
    return generator.standard_normal((rows, root.shape[1])) @ root.T


def draw_scores(generator: np.random.Generator, fitted: dict, block: np.ndarray) -> pd.DataFrame:
    """Draw from what `fit_scores` returned; `block` has each row's position among its blocks."""
    noise = correlated(generator, len(block), fitted["correlation"])
    scores = {}
    for position, name in enumerate(fitted["level"]):
        lag = fitted["lag"][position]
        steady = lfilter([np.sqrt(1 - lag**2)], [1, -lag], noise[:, position])
        level, spread = (np.asarray(fitted[key][name])[block] for key in ("level", "spread"))
        scores[name] = level + spread * steady
    return pd.DataFrame(scores)
