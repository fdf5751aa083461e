"""The kept run of chapter 1's readings on 10 000 samples: its file, and what its script trains."""

import json

import pytest
from outside import kept, script

from lib.common.paths import ROOT
from lib.datasets import entry
from lib.papers import botiot

KEPT = kept("botiot_readings")
PAGE = ROOT / "data" / "reference" / "01-spiking-botiot" / "02_reproduction.json"
RECORDS = json.loads(PAGE.read_text(encoding="utf-8"))["records"]


@pytest.fixture(scope="module")
def readings():
    return script("botiot_readings")


@pytest.fixture(scope="module")
def table():
    """Return the rows of the 5 % set, or their twin."""
    return botiot.paper_table(botiot.part.complete(botiot.part.load()))


def published(reading: str, setting: str) -> list[float]:
    return RECORDS[f"botiot.reading.{reading}.{setting}.f1"]["values"]


def test_it_names_the_very_file_and_its_versions():
    assert KEPT["data sha256"] in str(entry(botiot.NAME).variants)
    assert {"torch", "scikit-learn"} <= KEPT["versions"].keys()


def test_each_reading_of_the_page_is_kept_for_both_settings_and_each_seed(readings):
    asked = {id.split(".")[2] for id in RECORDS if id.startswith("botiot.reading.")}
    # One is of networks with 20 neurons; "fits" counts.
    assert set(readings.READINGS) == asked - {"layers", "fits"}
    for setting in readings.SETTINGS:
        assert list(KEPT[setting]) == list(readings.READINGS)
        for scores in KEPT[setting].values():
            assert all(len(values) == len(readings.SEEDS) for values in scores.values())
            assert all(0 < value < 1 for values in scores.values() for value in values)


def test_a_draw_is_split_as_the_paper_splits_it(readings, table):
    plain = readings.prepared(table, 500, 1)
    assert (len(plain.train_labels), len(plain.test_labels)) == (400, 100)
    every = readings.prepared(table, 500, 1, **readings.ROWS["all_train"])
    assert (len(every.train_labels), len(every.test_labels)) == (500, 125)
    scaled = readings.prepared(table, 500, 1, **readings.ROWS["min_max"]).train_features
    assert (scaled.min(), scaled.max()) == (0, 1)


@pytest.mark.parametrize("reading", ["min_max", "epoch", "first"])
def test_the_script_trains_what_the_page_trains(readings, table, monkeypatch, reading):
    if botiot.part.load().source != "real":
        pytest.skip("the page is published on the real rows, which are not in IDS_DATA")
    monkeypatch.setitem(readings.SETTINGS, "1000_72", (1000, 72))
    found = readings.tried(table, "1000_72", reading)["f1_macro"]
    # Far from each other: the reading nearest to the text has more than .9 on every seed.
    assert found == pytest.approx(published(reading, "1000_72"), abs=0.02)
