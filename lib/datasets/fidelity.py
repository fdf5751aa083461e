"""How close a synthetic twin comes to the real file, column by column."""

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp


def _numeric(frame: pd.DataFrame, other: pd.DataFrame, class_column: str) -> list[str]:
    """Return the number columns that vary, in file order."""
    numbers = frame.select_dtypes("number").columns
    return [
        c for c in numbers if c != class_column and max(frame[c].nunique(), other[c].nunique()) > 1
    ]


def _kolmogorov(real: pd.Series, twin: pd.Series) -> float:
    return float(ks_2samp(real, twin, method="asymp").statistic)


def fidelity(
    real: pd.DataFrame, twin: pd.DataFrame, class_column: str = "Attack Category"
) -> pd.DataFrame:
    """Measure the distance of a twin to the real rows, for each number column that varies.

    Parameters
    ----------
    real, twin : pandas.DataFrame
        Rows with the same columns.
    class_column : str
        The column that names the class.

    Returns
    -------
    pandas.DataFrame
        One row a column: its name as ``column``; one column a class with the two-sample
        Kolmogorov-Smirnov statistic (0 equal, 1 apart); ``correlation``, the largest absolute
        difference of its Spearman correlations with the other columns, over all classes that
        have at least two values there (0 to 2).
    """
    columns = _numeric(real, twin, class_column)
    table = pd.DataFrame({"column": columns})
    differences = []
    for name in real[class_column].unique():
        ours, theirs = (frame[frame[class_column] == name][columns] for frame in (real, twin))
        table[name] = [_kolmogorov(ours[c], theirs[c]) for c in columns]
        differences.append((ours.corr("spearman") - theirs.corr("spearman")).abs())
    stacked = np.stack([difference.to_numpy() for difference in differences])
    table["correlation"] = np.nanmax(np.nan_to_num(stacked), axis=(0, 1))
    return table


def fidelity_summary(
    real: pd.DataFrame, twin: pd.DataFrame, class_column: str = "Attack Category"
) -> pd.DataFrame:
    """Condense `fidelity` to one row a measure: median and largest distance, and where.

    Parameters
    ----------
    real, twin, class_column
        As for `fidelity`.

    Returns
    -------
    pandas.DataFrame
        Columns ``measure``, ``median``, ``largest``, ``column`` (where the largest stands).
    """
    table = fidelity(real, twin, class_column).set_index("column")
    return pd.DataFrame(
        {
            "measure": table.columns,
            "median": table.median().to_numpy(),
            "largest": table.max().to_numpy(),
            "column": table.idxmax().to_numpy(),
        }
    )
