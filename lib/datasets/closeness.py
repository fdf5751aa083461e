"""How close a synthetic twin comes to the real file, column by column."""

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp


def _compared(real: pd.DataFrame, twin: pd.DataFrame, class_column: str) -> list[str]:
    """Return the number columns that vary within a class, in file order."""
    varies = sum((frame.groupby(class_column).nunique().max() > 1) for frame in (real, twin))
    return [name for name in real.select_dtypes("number") if varies.get(name, 0) > 0]


def _kolmogorov(real: pd.Series, twin: pd.Series) -> float:
    return float(ks_2samp(real, twin, method="asymp").statistic)


def fidelity(
    real: pd.DataFrame, twin: pd.DataFrame, class_column: str = "Attack Category"
) -> pd.DataFrame:
    """Measure the distance of a twin to the real rows, for each number column that varies."""
    columns = _compared(real, twin, class_column)
    table = pd.DataFrame({"column": columns})
    differences = []
    for name in real[class_column].unique():
        ours, theirs = (frame[frame[class_column] == name][columns] for frame in (real, twin))
        table[name] = [_kolmogorov(ours[c], theirs[c]) for c in columns]
        spearman = [frame.corr("spearman").fillna(0) for frame in (ours, theirs)]
        differences.append((spearman[0] - spearman[1]).abs().to_numpy())
    table["correlation"] = np.max(differences, axis=(0, 1))
    return table
