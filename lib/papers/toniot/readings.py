"""TON_IoT telemetry as the classifiers paper prepares it (Sections 3.1 and 3.2)."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lib.common.errors import ReaderError

NAME = "ton-iot"
READINGS = {
    "fridge": ("fridge_temperature", "temp_condition"),
    "garage_door": ("door_state", "sphone_signal"),
    "motion_light": ("motion_status", "light_status"),
    "thermostat": ("current_temperature", "thermostat_status"),
}
DEVICES = tuple(READINGS)
CLOCK = ("date", "time")
NORMAL = "normal"
# What the files spell in more than one way, or as a word where another form has a digit.
SPELLINGS = {
    "temp_condition": {"low": 0, "high": 1},
    "door_state": {"closed": 0, "open": 1},
    "sphone_signal": {"false": 0, "true": 1},
    "light_status": {"off": 0, "on": 1},
}
DATE_FORMAT = "%d-%b-%y"
# The files print local time; `ts` counts seconds in universal time.
LOCAL_TIME = pd.Timedelta(hours=-7)


@dataclass(frozen=True)
class Readings:
    """The rows and columns that the paper's classifiers see, for one device."""

    device: str
    features: pd.DataFrame
    labels: np.ndarray
    types: np.ndarray
    moments: pd.Series

    @property
    def days(self) -> np.ndarray:
        """The day of each row, shape (rows,), datetime64[D]."""
        return self.moments.to_numpy().astype("datetime64[D]")

    def only(self, *columns: str) -> "Readings":
        """Return the same rows with these features alone."""
        return replace(self, features=self.features[list(columns)])

    def without(self, *columns: str) -> "Readings":
        """Return the same rows with some features left out."""
        return replace(self, features=self.features.drop(columns=list(columns)))

    def take(self, rows: np.ndarray) -> "Readings":
        """Return some of the rows, chosen by position or by a mask."""
        return replace(
            self,
            features=self.features.iloc[rows].reset_index(drop=True),
            labels=self.labels[rows],
            types=self.types[rows],
            moments=self.moments.iloc[rows].reset_index(drop=True),
        )


def device_of(frame: pd.DataFrame) -> str:
    """Return which of `DEVICES` a file as read is of, told by its columns, else a `ValueError`."""
    for device, columns in READINGS.items():
        if set(columns) <= set(frame.columns):
            return device
    raise ValueError(f"no device has the columns {', '.join(frame.columns)}")


def moments(frame: pd.DataFrame) -> pd.Series:
    """Return date and time of each row, in the file's local time."""
    if "date" not in frame:
        return pd.to_datetime(frame["ts"], unit="s") + LOCAL_TIME
    return each_once(frame["date"], dates) + each_once(frame["time"], times)


def each_once(texts: pd.Series, convert) -> pd.Series:
    """Convert each distinct text once: a day has at most 86,400 times, a file many more rows.

    Parameters
    ----------
    convert : callable
        Turns a series of distinct values into a series of as many.

    Returns
    -------
    pandas.Series
        As long as `texts`, with its index.
    """
    codes, distinct = pd.factorize(texts)
    converted = convert(pd.Series(distinct))
    return converted.reindex(codes).set_axis(texts.index)


def dates(texts: pd.Series) -> pd.Series:
    """Return the days that texts such as ``25-Apr-19`` name; missing where they name none."""
    return pd.to_datetime(texts.str.strip(), format=DATE_FORMAT, errors="coerce")


def times(texts: pd.Series) -> pd.Series:
    """Return the times since midnight that texts such as ``" 9:19:40 "`` name, or missing."""
    return each_once(texts.str.strip(), _timedeltas)


def _timedeltas(texts: pd.Series) -> pd.Series:
    return pd.to_timedelta(texts.where(texts.str.contains(":", na=False)), errors="coerce")


def _clock_text(when: pd.Series, date_format: str) -> dict[str, pd.Series]:
    """Write moments as a column of dates and one of times."""
    midnight = when.dt.normalize()
    hours = pd.Timestamp(0) + (when - midnight)
    return {
        "date": each_once(midnight, lambda values: values.dt.strftime(date_format)),
        "time": each_once(hours, lambda values: values.dt.strftime("%H:%M:%S")),
    }


def common_form(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring a file to the columns of the release: date, time, readings, label, type.

    Parameters
    ----------
    frame : pandas.DataFrame
        A file as read, of any variant. The ``edge`` variant has ``ts`` and ``target`` in place of
        date, time, label and type; these are written as the release writes them.

    Returns
    -------
    pandas.DataFrame
        Text untouched; without ``ts``.
    """
    readings = list(READINGS[device_of(frame)])
    if "target" in frame:
        clock = _clock_text(moments(frame), DATE_FORMAT)
        frame = frame.assign(
            date=clock["date"].str.removeprefix("0"),
            time=clock["time"],
            label=(frame["target"].str.strip() != NORMAL).astype(int),
            type=frame["target"],
        )
    return frame[[*CLOCK, *readings, "label", "type"]]


def clean(frame: pd.DataFrame) -> pd.DataFrame:
    """Take padding and double spellings out of a file."""
    when, frame = moments(frame), common_form(frame)
    readings = READINGS[device_of(frame)]
    return frame.assign(
        **_clock_text(when, "%Y-%m-%d"),
        type=frame["type"].str.strip(),
        **{name: _numbers(frame[name]) for name in readings},
    )


def _numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values
    known = SPELLINGS.get(values.name, {})
    return each_once(values, lambda texts: pd.to_numeric(texts.str.strip().replace(known)))


def complete(frame: pd.DataFrame) -> pd.Series:
    """Tell the rows without an empty cell, which are those that the paper keeps (Section 3.2)."""
    return frame.notna().all(axis=1) & (frame.select_dtypes("str") != "").all(axis=1)


def paper_table(dataset, cleaned: bool = False, columns=None) -> Readings:
    """Prepare one device's file as the paper does, up to the split (Section 3.2).

    Parameters
    ----------
    dataset : lib.datasets.Dataset
        What ``lib.papers.toniot.load(device)`` gave.
    cleaned : bool
        Whether padding and double spellings are taken out first; the paper does not say that it
        did so.
    columns : sequence of str, optional
        The features; date, time and the device's two readings when left out.

    Returns
    -------
    Readings
        Rows with an empty cell are gone; text is label-encoded, so numbered in alphabetical
        order from 0, and numbers stay as they are.

    Raises
    ------
    ReaderError
        If no row is complete.
    """
    frame = common_form(dataset.frame)
    kept = complete(frame)
    if not kept.any():
        raise ReaderError(
            f"{dataset.path}: not one of the {len(frame):,} rows is complete, so nothing is left "
            f"of {device_of(frame)}. Use the file as the release has it."
        )
    source = dataset.frame if kept.all() else dataset.frame[kept].reset_index(drop=True)
    frame, when = clean(source) if cleaned else common_form(source), moments(source)
    device = device_of(frame)
    features = frame[list(columns or (*CLOCK, *READINGS[device]))].apply(label_encoded)
    types = frame["type"].str.strip().to_numpy(dtype=object)
    return Readings(device, features, frame["label"].to_numpy(dtype=int), types, when)


def label_encoded(values: pd.Series) -> pd.Series:
    """Return a text column as numbers in alphabetical order, a number column as it is."""
    if pd.api.types.is_numeric_dtype(values):
        return values.astype(float)
    return pd.Series(pd.factorize(values, sort=True)[0], index=values.index, dtype=float)
