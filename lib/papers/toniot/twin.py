"""The synthetic twins of the TON_IoT telemetry files: what is measured, how rows are drawn.

Traits of the real files that the twins have as well:

* recordings by the hour: every attack has days and times of its own, and normal rows others;
* normal rows in bursts of up to more than a hundred a second, attack rows one or two a second;
* padding around the time and after a reading that differs by day, and so betrays the label;
* one reading that says the same as the other (motion light, garage door), or follows from it;
* readings drawn anew for each row, whatever the label and the hour, so that exact duplicates come
  about by chance where few values meet many rows a second.
"""

import numpy as np
import pandas as pd

from lib.datasets import copula
from lib.datasets.copula import significant
from lib.papers.toniot import readings

SEED = 2019
MINUTE, HOUR, DAY = 60, 3600, 86_400
FEW_LEVELS = 400
DECIMALS = 8
CLOCK = "HH:MM:SS"


# What is measured on the real file.


def fit(frame: pd.DataFrame) -> dict:
    """Measure on a device's real file everything that the generator needs; aggregates only."""
    cleaned, clock = readings.clean(frame), _clock_pattern(frame["time"])
    keys = [frame["type"], frame["date"], clock]
    return {
        "device": readings.device_of(frame),
        "columns": list(frame.columns),
        "types": {name: str(frame[name].dtype) for name in frame},
        "recordings": [
            _fit_recording(frame.loc[rows], cleaned.loc[rows], key)
            for key, rows in frame.groupby(keys, sort=False).groups.items()
        ],
        "readings": [_fit_readings(cleaned[cleaned["label"] == label]) for label in (0, 1)],
    }


def _clock_pattern(times: pd.Series) -> pd.Series:
    """Return how each time is written, such as ``" HH:MM:SS "`` or ``"H:MM:SS"``."""
    letters = times.str.replace(r"\d\d:\d\d:\d\d", CLOCK, regex=True)
    return letters.str.replace(r"\d:\d\d:\d\d", CLOCK[1:], regex=True)


def _fit_recording(rows: pd.DataFrame, cleaned: pd.DataFrame, key: tuple) -> dict:
    """Describe the rows of one type, day and way of writing the time."""
    seconds = readings.times(rows["time"]).dt.total_seconds().astype(int)
    minute = seconds // MINUTE
    device = readings.device_of(rows)
    return {
        "type": key[0],
        "date": key[1],
        "time": key[2],
        "minute": [int(value) for value in np.unique(minute)],
        "rows": [int(count) for count in minute.value_counts().sort_index()],
        "seconds": [int(count) for count in seconds.groupby(minute).nunique()],
        "spelling": {
            name: _spelling(rows[name], cleaned[name])
            for name in readings.READINGS[device]
            if not pd.api.types.is_numeric_dtype(rows[name])
        },
    }


def _spelling(texts: pd.Series, values: pd.Series) -> dict[str, str]:
    """Return the text that stands for each value, the most frequent one."""
    return {str(value): group.mode().iloc[0] for value, group in texts.groupby(values)}


def _fit_readings(cleaned: pd.DataFrame) -> dict:
    """Describe the second reading by its share of ones, and the first one given the second."""
    first, second = readings.READINGS[readings.device_of(cleaned)]
    given = [_marginal(cleaned.loc[cleaned[second] == value, first]) for value in (0, 1)]
    return {"share": significant(cleaned[second].mean()), "given": given}


def _marginal(values: pd.Series) -> dict:
    """Describe by levels, or by the most frequent value and quantiles of the others."""
    if values.nunique() <= FEW_LEVELS:
        return copula.describe_levels(values)
    often = values.mode().iloc[0]
    others = values[values != often]
    return {
        "often": float(often),
        "share": significant((values == often).mean()),
        **copula.describe_quantiles(others),
    }


# How rows are drawn.


def draw(parameters: dict, seed: int = SEED) -> pd.DataFrame:
    """Draw a twin's rows: as many as the real file has, with its columns and types."""
    generator = np.random.default_rng(seed)
    drawn = [_draw_recording(generator, each, parameters) for each in parameters["recordings"]]
    rows = pd.concat(drawn, ignore_index=True)
    return rows[parameters["columns"]].astype(parameters["types"])


def _draw_recording(generator: np.random.Generator, recording: dict, parameters: dict):
    seconds = _draw_seconds(generator, recording)
    label = int(recording["type"] != readings.NORMAL)
    midnight = pd.to_datetime(recording["date"], format=readings.DATE_FORMAT)
    since_1970 = (midnight - readings.LOCAL_TIME - pd.Timestamp(0)) // pd.Timedelta(seconds=1)
    rows = _draw_readings(generator, len(seconds), parameters["readings"][label], recording)
    return rows.set_axis(readings.READINGS[parameters["device"]], axis=1).assign(
        ts=since_1970 + seconds,
        date=recording["date"],
        time=_written(seconds, recording["time"]),
        label=label,
        type=recording["type"],
    )


def _draw_seconds(generator: np.random.Generator, recording: dict) -> np.ndarray:
    """Spread the rows of each minute over its seconds, evenly from a second drawn at random."""
    drawn = []
    for minute, rows, seconds in zip(
        recording["minute"], recording["rows"], recording["seconds"], strict=True
    ):
        steps = (np.arange(seconds) + generator.random()) * MINUTE / seconds
        drawn.append(minute * MINUTE + np.sort(np.resize(steps.astype(int), rows)))
    return np.concatenate(drawn)


def _written(seconds: np.ndarray, pattern: str) -> list[str]:
    short = CLOCK not in pattern
    before, after = pattern.split(CLOCK[1:] if short else CLOCK)
    hour = "d" if short else "02d"
    return [
        f"{before}{second // HOUR:{hour}}:{second // MINUTE % 60:02d}:{second % 60:02d}{after}"
        for second in seconds
    ]


def _draw_readings(
    generator: np.random.Generator, rows: int, fitted: dict, recording: dict
) -> pd.DataFrame:
    """Draw both readings, and write those that are text as the recording does."""
    second = (generator.random(rows) < fitted["share"]).astype(int)
    first = np.zeros(rows)
    for value, marginal in enumerate(fitted["given"]):
        chosen = second == value
        first[chosen] = _draw_marginal(generator, marginal, int(chosen.sum()))
    readings = dict(zip(("first", "second"), (first, second), strict=True))
    spelled = list(recording["spelling"].values())
    if len(spelled) == 2:
        readings["first"] = _spelled(first.astype(int), spelled[0])
    if spelled:
        readings["second"] = _spelled(second, spelled[-1])
    return pd.DataFrame(readings)


def _spelled(values: np.ndarray, spelling: dict[str, str]) -> list[str]:
    # A level that the recording never had is written as its first one, padding and all.
    return [spelling.get(str(value), next(iter(spelling.values()))) for value in values]


def _draw_marginal(generator: np.random.Generator, marginal: dict, rows: int) -> np.ndarray:
    values = copula.inverse(marginal, generator.random(rows)).round(DECIMALS)
    often = generator.random(rows) < marginal.get("share", 0)
    return np.where(often, marginal.get("often", 0), values)


# How close the twin comes.


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what a twin is held against its real file by."""
    cleaned, when = readings.clean(frame), readings.moments(frame)
    together = frame.groupby([frame["type"], when])["type"].transform("size")
    return cleaned[list(readings.READINGS[readings.device_of(frame)])].assign(
        hour=(when - when.dt.normalize()).dt.total_seconds() / HOUR,
        rows_a_second=together,
        type=cleaned["type"],
    )
