"""What is drawn of a file of which only the order of its classes is known."""

import lzma

import numpy as np
import pandas as pd
import pytest

from lib.common.errors import ReaderError
from lib.common.files import sha256_of
from lib.datasets import Dataset
from lib.papers import toniot
from lib.papers.toniot import sequences

START = 1_556_000_000  # a second of April 2019
TYPES = ["normal"] * 40 + (["xss"] * 5 + ["normal"] * 5) * 4 + ["normal"] * 20


def door_of(types, step=10):
    seconds = START + step * np.arange(len(types))
    rows = {"door_state": 0, "sphone_signal": 0, "target": types, "ts": seconds}
    return Dataset(toniot.NAME, "garage_door/edge", "twin", None, "", pd.DataFrame(rows))


@pytest.fixture
def door():
    return door_of(TYPES)


def drawn(door, allotment, **more):
    order = sequences.load("garage_door", door)
    rows = sequences.in_order(door)
    return sequences.placed("garage_door", order, rows, door, allotment, 1, **more)


def test_the_order_of_a_twin_is_the_doors(door, monkeypatch):
    monkeypatch.setenv("IDS_TWIN", "1")
    order = sequences.load("thermostat", door)
    assert order.source == "twin"
    assert list(order.frame["type"]) == TYPES
    assert order.basis == ""


def test_normal_rows_are_counted_around_the_attacks():
    found = sequences.around_attacks(np.array(TYPES, dtype=object))
    assert found == {"before": 40, "between": 15, "after": 25, "stretches": 9}


@pytest.mark.parametrize("allotment", sequences.ALLOTMENTS)
def test_each_class_comes_to_its_count_in_order_of_time(door, allotment):
    made = drawn(door, allotment, repeats_near=1.1)
    order = sequences.load("garage_door", door)
    assert made.frame["target"].value_counts().to_dict() == sequences.wanted("garage_door", order)
    assert made.frame["ts"].is_monotonic_increasing
    assert made.basis == ""
    seconds = door.frame.loc[door.frame["target"] == "xss", "ts"]
    assert set(made.frame.loc[made.frame["target"] == "xss", "ts"]) <= set(seconds)


def test_the_allotment_says_where_repeats_lie(door):
    def late(allotment):
        rows = drawn(door, allotment, repeats_near=1.2).frame
        first = rows.loc[rows["target"] != "normal", "ts"].min()
        return int(((rows["target"] == "normal") & (rows["ts"] > first)).sum())

    assert late("before") == 40
    assert late("as the door") == 48
    assert late("even") > 40


def test_a_type_that_the_door_has_at_another_time_keeps_its_own():
    own = door_of(["normal"] * 50 + ["xss"] * 10 + ["normal"] * 10, step=50)
    lent = sequences.in_order(door_of(TYPES))
    order = sequences.load("garage_door", own)
    made = sequences.placed("garage_door", order, lent, own, "even", 1)
    attacks = made.frame.loc[made.frame["target"] == "xss", "ts"]
    assert attacks.min() == START + 50 * 50


def test_another_file_of_that_name_is_refused(door, tmp_path, monkeypatch):
    (tmp_path / sequences.file_name("thermostat")).write_bytes(b"row,type,label\n")
    monkeypatch.setenv("IDS_DATA", str(tmp_path))
    monkeypatch.delenv("IDS_TWIN", raising=False)
    with pytest.raises(ReaderError, match="not the order of the thermostat's rows"):
        sequences.load("thermostat", door)


def test_a_copy_of_the_file_is_found_and_one_that_is_no_file_said(door, tmp_path, monkeypatch):
    monkeypatch.setenv("IDS_DATA", str(tmp_path))
    monkeypatch.delenv("IDS_TWIN", raising=False)
    copy = tmp_path / "Thermostat_type_sequence (1).csv.xz"
    copy.write_bytes(lzma.compress(b"row,type\n1,normal\n"))
    monkeypatch.setitem(sequences.DIGESTS, "thermostat", sha256_of(copy))
    assert sequences.load("thermostat", door).path == copy

    def closed(_path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sequences, "sha256_of", closed)
    with pytest.raises(ReaderError, match=r"\(1\).csv.xz cannot be read \(Permission denied\)"):
        sequences.load("thermostat", door)


def test_a_copy_where_one_was_sent_is_taken_before_the_file_elsewhere(door, tmp_path, monkeypatch):
    given, cache = tmp_path / "given", tmp_path / "cache"
    monkeypatch.setattr(sequences.locate, "search_folders", lambda: [given, cache])
    monkeypatch.delenv("IDS_TWIN", raising=False)
    name = sequences.file_name("thermostat")
    for folder, file in ((given, name.replace(".csv", " (1).csv")), (cache, name)):
        folder.mkdir()
        (folder / file).write_bytes(lzma.compress(b"row,type\n1,normal\n"))
    monkeypatch.setitem(sequences.DIGESTS, "thermostat", sha256_of(cache / name))
    assert sequences.load("thermostat", door).path.parent == given


def test_an_unknown_allotment_is_refused(door):
    with pytest.raises(ValueError, match="allotment 'best' is none of before"):
        drawn(door, "best")
