"""The audit of a file: planted flaws are found, sound files are left in peace."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lib.common.errors import ReaderError
from lib.review.files.audit import audit
from lib.review.files.checks import normalised
from lib.review.files.report import as_text

ROWS = 3_000
REAL_FOLDER = os.environ.get("IDS_DATA")


def sound(rows: int = ROWS) -> pd.DataFrame:
    """Return columns of which one tells a little, in no order."""
    draw = np.random.default_rng(5)
    label = (draw.random(rows) < 0.3).astype(int)
    return pd.DataFrame(
        {
            "rate": np.round(draw.normal(label, 1), 3) + 0.0001,
            "bytes": draw.integers(40, 1_500, rows),
            "proto": draw.choice(["tcp", "udp", "icmp"], rows),
            "label": label,
        }
    )


@pytest.fixture
def audited(tmp_path):
    """Return what writes a table and audits it."""

    def run(frame: pd.DataFrame, label: str = "label", **how) -> dict:
        path = tmp_path / "flows.csv"
        frame.to_csv(path, index=False, **how)
        found = audit(path, label)
        assert found["file"] in as_text(found)
        json.dumps(found)
        return found

    return run


def named(found: dict, check: str) -> set[str]:
    return {each["column"] for each in found["findings"] if each["check"] == check}


class TestFlaws:
    def test_a_sound_file_has_none(self, audited):
        assert audited(sound())["findings"] == []

    def test_a_column_that_tells_the_label(self, audited):
        frame = sound()
        frame["port"] = np.where(frame["label"] == 1, 4_444, 80) + np.arange(ROWS) % 7
        frame["mac"] = np.where(frame["label"] == 1, "00:1b:44:11:3a:b7", "00:1b:44:11:3a:b8")
        found = audited(frame)
        assert named(found, "gives the label away") == {"port", "mac"}
        told = {each["column"]: each for each in found["findings"]}
        assert told["mac"]["found"].startswith("MAC address")
        assert told["port"]["value"] == 1.0
        assert told["port"]["chance"] < 0.6

    def test_a_column_is_left_out_on_request(self, tmp_path):
        frame = sound()
        frame["kind"] = np.where(frame["label"] == 1, "flood", "normal")
        frame.to_csv(tmp_path / "flows.csv", index=False)
        assert named(audit(tmp_path / "flows.csv", "label"), "gives the label away") == {"kind"}
        left = audit(tmp_path / "flows.csv", "label", ["kind"])
        assert left["findings"] == []
        assert left["ignored"] == ["kind"]

    def test_row_numbers_clocks_and_blocks(self, audited):
        frame = sound().sort_values("label")
        frame.insert(0, "id", range(1, ROWS + 1))
        frame["epoch"] = 1_556_000_000 + np.random.default_rng(1).integers(0, 90_000, ROWS)
        frame["when"] = pd.to_datetime(frame["epoch"], unit="s").dt.strftime("%d-%b-%y %H:%M:%S")
        found = audited(frame)
        assert named(found, "clock or row number") == {"id", "epoch", "when"}
        assert "id" in named(found, "gives the label away")
        (blocks,) = (each for each in found["findings"] if each["check"] == "blocks")
        assert blocks["value"] > 0.99 > 0.6 > blocks["chance"]

    def test_copies_and_copies_of_another_class(self, audited):
        frame = sound(ROWS // 2)
        twice = pd.concat([frame, frame]).sample(frac=1, random_state=1)
        (copies,) = (each for each in audited(twice)["findings"] if each["check"] == "copies")
        assert copies["value"] == pytest.approx(0.8, abs=0.01)
        assert copies["chance"] < 0.05
        other = frame.assign(label=1 - frame["label"])
        mixed = audited(pd.concat([frame, other]).sample(frac=1, random_state=1))
        (copies,) = (each for each in mixed["findings"] if each["check"] == "copies")
        assert "100.0% of the rows have a copy of another class" in copies["found"]
        assert "has more than 50.0%" in copies["found"]

    def test_coarse_columns_are_no_copies(self, audited):
        draw = np.random.default_rng(2)
        frame = pd.DataFrame({name: draw.integers(0, 5, ROWS) for name in ("a", "b", "label")})
        assert named(audited(frame), "copies") == set()

    @pytest.mark.parametrize(
        ("plain", "other"), [("high", "high  "), ("false", "0"), ("tcp", "TCP"), ("1", "1.0")]
    )
    def test_spellings_by_class(self, audited, plain, other):
        frame = sound()
        frame["state"] = np.where(frame["label"] == 1, plain, other)
        frame.loc[::2, "state"] = np.where(frame["label"][::2] == 1, "low", "low ")
        found = audited(frame)
        assert named(found, "spelling") == {"state"}
        (one,) = (each for each in found["findings"] if each["check"] == "spelling")
        assert one["value"] == 1.0
        assert one["one_way"] < 0.6

    def test_spellings_that_do_not_tell_are_left_in_peace(self, audited):
        frame = sound()
        frame["state"] = np.random.default_rng(3).choice(["high", "high ", "low"], ROWS)
        assert named(audited(frame), "spelling") == set()

    def test_decimals_by_class(self, audited):
        frame = sound()
        values = np.random.default_rng(4).random(ROWS)
        texts = [f"{v:.{7 if one else 3}f}9" for v, one in zip(values, frame["label"], strict=True)]
        assert named(audited(frame.assign(delay=texts)), "digits") == {"delay"}

    def test_constant_columns(self, audited):
        assert named(audited(sound().assign(version="4")), "constant") == {"version"}

    def test_several_classes(self, audited):
        frame = sound()
        frame["label"] = np.where(frame["label"] == 1, frame["proto"] + " flood", "normal")
        found = audited(frame)
        assert len(found["classes"]) == 4
        assert named(found, "gives the label away") == set()


class TestFilesAsPeopleHaveThem:
    @pytest.mark.parametrize("sep", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_marks_and_encodings(self, audited, sep, encoding):
        frame = sound(200).assign(place="Gerät")
        found = audited(frame, sep=sep, encoding=encoding)
        assert found["columns_looked_at"] == 4
        assert found["rows"] == 200
        assert named(found, "constant") == {"place"}

    def test_a_label_in_another_case_or_with_padding(self, tmp_path):
        path = tmp_path / "flows.csv"
        sound(200).rename(columns={"label": " Label "}).to_csv(path, index=False)
        assert audit(path, "label")["label"] == "Label"

    @pytest.mark.parametrize(
        ("content", "word"),
        [
            (b"", "is empty"),
            (b"  \n\n", "is empty"),
            (b"a,label\n", "no rows|0 labelled rows"),
            (b"a\n1\n2\n", "one column only"),
            (b"a,b\n1,2\n", "has no column 'label'. Its columns: a, b"),
            (b"a,label\n" + b"1,x\n" * 30, "one value only"),
            (b"a,label\n" + b"1,x\n2,y\n" * 3, "6 labelled rows"),
            (b"a,label\n" + b"".join(b"1,%d\n" % n for n in range(200)), "is no label"),
            (b"a,label\n\x00\x01\x02,1\n", "no text"),
            (b"a,label\n" + b'1,"x\n' * 3, "no sound table|labelled rows|one value"),
            (b"\x1f\x8b\x08\x00", "packed with gzip. Unpack it"),
            (b"PK\x03\x04\x14\x00", "a zip archive or a workbook"),
            (b"PAR1\x15\x00", "a Parquet file"),
            (b"#separator \\x09\n#fields\tts\tlabel\n1\tx\n", "a log of Zeek. Keep the names"),
            (b"@RELATION kdd\n@attribute label {a,b}\n@data\na\n", "an ARFF file. Write the names"),
            (b"sep=;\na;label\n1;x\n", "a line for Excel alone"),
            (b'{"a": 1, "label": "x"}\n', "is JSON"),
            (b"0,tcp,12,normal\n3,udp,7,neptune\n", "are values, put a line of names above"),
            (b"a,label\n" + b"1,2,x\n2,3,y\n" * 20, "names 2 columns, and its rows have 3 fields"),
            (b"a,label\n" + b"1,x,\n2,y,7\n" * 20, "names 2 columns, and its rows have 3 fields"),
        ],
    )
    def test_what_is_no_table_is_said(self, tmp_path, content, word):
        path = tmp_path / "flows.csv"
        path.write_bytes(content)
        with pytest.raises(ReaderError, match=word):
            audit(path, "label")

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(ReaderError, match="cannot be read"):
            audit(tmp_path / "none.csv", "label")
        with pytest.raises(ReaderError, match="cannot be read"):
            audit(tmp_path, "label")

    def test_short_lines_are_filled_and_double_names_told_apart(self, tmp_path):
        path = tmp_path / "flows.csv"
        lines = [f"{n},{n % 3},{n % 2}" if n % 9 else f"{n}" for n in range(200)]
        path.write_text("a,a,label\n" + "\n".join(lines) + "\n")
        found = audit(path, "label")
        assert found["columns_looked_at"] == 2
        assert found["rows"] == sum("," in line for line in lines)

    @pytest.mark.filterwarnings("error")
    def test_a_mark_behind_the_last_field_is_no_column(self, tmp_path):
        path = tmp_path / "flows.csv"
        path.write_text("a,label\n" + "".join(f"{n % 7},{n % 2},\n" for n in range(200)))
        found = audit(path, "label")
        assert (found["columns_looked_at"], found["classes"]) == (1, {"0": 100, "1": 100})

    def test_columns_without_a_name_are_named_by_their_place(self, tmp_path):
        path = tmp_path / "flows.csv"
        path.write_text("label,a,,\n" + "".join(f"{n % 2},{n},,\n" for n in range(200)))
        found = audit(path, "label")
        assert named(found, "constant") == {"column 3", "column 4"}
        assert "Classes: 0: 100, 1: 100." in as_text(found)

    def test_of_a_long_file_even_blocks_are_read(self, tmp_path, monkeypatch):
        monkeypatch.setattr("lib.review.files.reading.MOST_ROWS", 2_000)
        frame = sound(9_000)
        path = tmp_path / "flows.csv"
        frame.to_csv(path, index=False)
        found = audit(path, "label")
        assert found["rows_in_file"] == 9_000
        assert found["rows"] <= 2_000
        assert "of 9,000 rows" in as_text(found)


def test_one_way_of_writing():
    assert normalised(" High  ") == normalised("high")
    assert normalised("1.0") == normalised("1") == normalised("TRUE ")
    assert normalised("nan") != normalised("0")


@pytest.mark.skipif(not REAL_FOLDER, reason="IDS_DATA is not set: the real files are not at hand")
class TestRealFiles:
    def test_the_medical_flows(self):
        (path,) = Path(REAL_FOLDER).rglob("wustl-ehms-2020_with_attacks_categories.csv")
        found = audit(path, "Label", ["Attack Category"])
        assert named(found, "gives the label away") == {"SrcMac"}
        assert named(found, "clock or row number") == {"Sport", "Packet_num"}
        assert named(found, "blocks") == {""}
        assert len(named(found, "constant")) == 10

    def test_the_fridge(self):
        (path,) = Path(REAL_FOLDER).rglob("Train_Test_IoT_Fridge.csv")
        found = audit(path, "label", ["type"])
        assert {"date", "temp_condition"} <= named(found, "gives the label away")
        assert named(found, "spelling") == {"temp_condition"}
        assert {"date", "time"} <= named(found, "clock or row number")
