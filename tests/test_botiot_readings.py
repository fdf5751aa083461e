"""The kept run of chapter 1's readings on 10 000 samples: its file, and what its script trains."""

import json

import pytest
from outside import kept, script

from lib.common.paths import ROOT
from lib.datasets import entry
from lib.papers import botiot

KEPT = kept("botiot_readings")


def records(folder: str) -> dict[str, dict]:
    page = ROOT / "data" / folder / "01-spiking-botiot" / "02_reproduction.json"
    return json.loads(page.read_text(encoding="utf-8"))["records"]


PUBLISHED, ON_TWIN = records("reference"), records("reference-twin")


@pytest.fixture(scope="module")
def readings():
    return script("botiot_readings")


@pytest.fixture(scope="module")
def table():
    """Return the rows of the twin of the 5 % set."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IDS_TWIN", "1")
        return botiot.paper_table(botiot.part.complete(botiot.part.load()))


def test_it_names_the_very_file_and_its_versions():
    assert KEPT["data sha256"] in str(entry(botiot.NAME).variants)
    assert {"torch", "scikit-learn"} <= KEPT["versions"].keys()


def test_each_reading_of_the_page_is_kept_for_both_settings_and_each_seed(readings):
    asked = {id.split(".")[2] for id in PUBLISHED if id.startswith("botiot.reading.")}
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


@pytest.mark.parametrize("setting", ["10000_72", "10000_240"])
@pytest.mark.parametrize(("kept_as", "published_as"), [("f1_macro", "f1"), ("accuracy",) * 2])
def test_the_first_reading_has_the_scores_of_table_v(setting, kept_as, published_as):
    scores = PUBLISHED[f"botiot.table_v.{setting}.{published_as}"]["values"][: len(KEPT["seeds"])]
    assert KEPT[setting]["text"][kept_as] == pytest.approx(scores, abs=0.001)


def test_the_script_trains_by_each_reading_what_the_page_trains(readings, table, monkeypatch):
    # As the page does quickly on its twin, where readings are far apart or at one answer for all.
    monkeypatch.setattr(readings, "EPOCHS", 8)
    monkeypatch.setattr(readings, "SEEDS", readings.SEEDS[:1])
    settings = {"1000_72": (1000, 72), "500_240": (500, 240)}
    monkeypatch.setattr(readings, "SETTINGS", settings)
    for setting in settings:
        for reading in readings.READINGS:
            (found,) = readings.tried(table, setting, reading)["f1_macro"]
            (own,) = ON_TWIN[f"botiot.reading.{reading}.{setting}.f1"]["values"]
            assert found == pytest.approx(own, abs=0.005), (reading, setting)
