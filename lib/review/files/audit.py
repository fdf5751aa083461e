"""An audit of a labelled file: what gives its label away, before any model is trained."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lib.review.files import checks
from lib.review.files.reading import TextTable, read_text_table


def audit(path: Path, label: str, ignored: Sequence[str] = (), seed: int = 2022) -> dict:
    """Return what a file's own columns, copies, order and spellings say about its label.

    Parameters
    ----------
    path : Path
        A delimited text file with a line of column names.
    label : str
        The column of the classes.
    ignored : sequence of str
        Columns to leave out, such as the label in another form.
    seed : int
        Of the halves, samples and shuffles.

    Returns
    -------
    dict
        Plain values, as the JSON of ``python -m lib audit`` has them.
    """
    table = read_text_table(path, label, ignored)
    names, classes = np.unique(table.labels.astype(str), return_inverse=True)
    scores = checks.telling(table, classes, seed)
    clocks = checks.clocks(table, scores, seed)
    timed = [each["column"] for each in clocks]
    findings = [
        *checks.giving_away(table, scores),
        *clocks,
        *checks.order(classes, seed),
        *checks.copies(table, classes, timed, seed),
        *checks.spellings(table, classes, seed),
        *checks.constant(table),
    ]
    return {
        **_described(path, table),
        "classes": dict(zip(names.tolist(), np.bincount(classes).tolist(), strict=True)),
        "majority": float(np.bincount(classes).max() / len(classes)),
        "findings": findings,
        "columns": {name: [own.value, own.chance] for name, (own, _) in scores.items()},
        "seed": seed,
    }


def _described(path: Path, table: TextTable) -> dict:
    return {
        "file": Path(path).name,
        "label": table.label,
        "encoding": table.encoding,
        "separator": table.separator,
        "rows": len(table.labels),
        "rows_in_file": table.rows_in_file,
        "columns_looked_at": table.frame.shape[1],
        "ignored": list(table.ignored),
    }
