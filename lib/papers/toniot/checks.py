"""What must hold between the cells of a TON_IoT telemetry file."""

from pathlib import Path

import pandas as pd

from lib.datasets.schema import value_error
from lib.papers.toniot import readings

YEAR = 2019
ATTACKS = ("backdoor", "ddos", "injection", "password", "ransomware", "scanning", "xss")
TYPES = (readings.NORMAL, *ATTACKS)
REMEDY = "Use the file as the release has it, not an edited or re-saved copy."


def check(path: Path, frame: pd.DataFrame) -> None:
    """Hold types against labels, spellings against the known ones, and times against 2019."""
    _check_types(path, frame)
    _check_labels(path, frame)
    _check_spellings(path, frame)
    _check_moments(path, frame)


def _refuse(path: Path, column: str, wrong: pd.Series, wanted: str) -> None:
    """Raise for the wrong values of a column, where there are any."""
    if len(wrong):
        raise value_error(path, column, list(wrong), wanted, REMEDY)


def _known(values: pd.Series, accepted) -> pd.Series:
    """Tell which texts are accepted once their padding is gone."""
    distinct = pd.Series(values.unique())
    return values.isin(distinct[distinct.str.strip().isin(accepted)])


def _check_types(path: Path, frame: pd.DataFrame) -> None:
    column = "target" if "target" in frame else "type"
    wrong = frame[column][~_known(frame[column], TYPES)]
    _refuse(path, column, wrong, f"only {', '.join(TYPES)} may stand there")


def _check_labels(path: Path, frame: pd.DataFrame) -> None:
    if "label" not in frame:
        return
    normal = _known(frame["type"], [readings.NORMAL])
    for chosen, label, wanted in (
        (normal, 1, "type normal must have label 0"),
        (~normal, 0, "an attack must have label 1"),
    ):
        wrong = frame["type"][chosen & (frame["label"] == label)]
        _refuse(path, "type", wrong, f"these rows have label {label}, and {wanted}")


def _check_spellings(path: Path, frame: pd.DataFrame) -> None:
    for column, spelled in readings.SPELLINGS.items():
        if column in frame and not pd.api.types.is_numeric_dtype(frame[column]):
            present = frame[column].dropna()
            wrong = present[~_known(present, ["", *spelled, "0", "1"])]
            _refuse(path, column, wrong, f"only {', '.join(spelled)}, 0 or 1 may stand there")


def _check_moments(path: Path, frame: pd.DataFrame) -> None:
    if "ts" in frame:
        seconds = pd.to_datetime(frame["ts"], unit="s", errors="coerce") + readings.LOCAL_TIME
        wrong = frame["ts"][seconds.dt.year != YEAR]
        _refuse(path, "ts", wrong, f"the recording is of {YEAR}, in seconds since 1970")
    if "date" not in frame:
        return
    dates = readings.each_once(frame["date"], readings.dates)
    _refuse(path, "date", _unread(frame["date"], dates), "a date reads 25-Apr-19")
    wrong = frame["date"][dates.notna() & (dates.dt.year != YEAR)]
    _refuse(path, "date", wrong, f"the recording is of {YEAR}")
    times = readings.each_once(frame["time"], readings.times)
    within_a_day = times.between(pd.Timedelta(0), pd.Timedelta(days=1), inclusive="left")
    wrong = _unread(frame["time"], times.where(within_a_day))
    _refuse(path, "time", wrong, "a time reads 19:19:40")


def _unread(texts: pd.Series, values: pd.Series) -> pd.Series:
    """Return the texts that are there and could not be read; empty ones count as missing."""
    missing = texts[values.isna() & texts.notna()]
    return missing[missing.str.strip() != ""]
