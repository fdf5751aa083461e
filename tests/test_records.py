"""Records keep values, seeds and provenance, and are written whole."""

import json
import platform
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lib.common.errors import ReaderError
from lib.notebook import records

DATASET = SimpleNamespace(
    name="some-data", variant="complete", sha256="ab", source="real", basis="file"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("IDS_RECORDS", str(tmp_path))
    return tmp_path


def recorder(notebook="01-paper/01_data", **changes):
    dataset = SimpleNamespace(**(vars(DATASET) | changes))
    return records.Recorder(notebook, dataset, "full", seed=7, replicates=2)


def test_what_is_saved_is_read(folder):
    one = recorder()
    one.add("paper.rows", 12, "as printed", deterministic=True)
    one.add_scores("paper.table1.rf", pd.DataFrame({"f1": [0.25, 0.75]}), protocol="honest")
    one.add("paper.seconds_ratio", [2.0, 3.0], "as printed", timed=True)
    one.save()
    found = records.this_run()
    assert set(found) == {"paper.rows", "paper.seconds_ratio", "paper.table1.rf.f1"}
    assert [id for id, record in found.items() if record.timed] == ["paper.seconds_ratio"]
    assert found["paper.table1.rf.f1"].mean == 0.5
    assert found["paper.table1.rf.f1"].protocol == "honest"
    assert found["paper.rows"].deterministic
    assert found["paper.rows"].provenance.seed == 7
    assert [path.suffix for path in folder.rglob("*") if path.is_file()] == [".json"]


@pytest.mark.parametrize(
    ("changes", "judges"),
    [
        ({}, True),
        ({"basis": "rebuilt"}, True),
        ({"basis": ""}, False),
        ({"source": "twin"}, False),
        ({"source": "unknown"}, False),
    ],
)
def test_only_real_data_that_is_a_basis_judges_a_paper(folder, changes, judges):
    assert recorder(**changes).provenance.judges_papers is judges


def test_the_quick_profile_judges_no_paper():
    quick = records.Recorder("01-paper/01_data", DATASET, "quick", 7, 2)
    assert not quick.provenance.judges_papers


def test_each_record_keeps_the_file_that_it_rests_on(folder):
    devices = {
        name: SimpleNamespace(
            name="toys", variant=f"{name}/{kind}", sha256=digest, source=source, basis=basis
        )
        for name, kind, digest, source, basis in (
            ("bear", "full", "aa", "real", "file"),
            ("duck", "part", "bb", "real", "set"),
            ("frog", "part", "", "twin", ""),
        )
    }
    real = [devices["bear"], devices["duck"]]
    one = records.Recorder("01-paper/01_data", devices, "full", 7, 2)
    one.add("toys.bear.rows", 1, "as printed", dataset=devices["bear"])
    one.add_scores(
        "toys.frog", pd.DataFrame({"f1": [0.5]}), protocol="as printed", dataset=devices["frog"]
    )
    one.add("toys.real", 2, "as printed", dataset=real)
    one.add("toys.all", 3, "as printed")
    one.save()
    found = {id: record.provenance for id, record in records.this_run().items()}
    assert found["toys.bear.rows"].variant == "bear/full"
    assert found["toys.bear.rows"].sha256 == "aa"
    assert found["toys.bear.rows"].notebook == "01-paper/01_data"
    assert found["toys.real"].variant == "bear/full duck/part"
    assert len(found["toys.real"].sha256) == 64
    assert found["toys.real"].basis == "set"
    assert found["toys.frog.f1"].source == found["toys.all"].source == "twin"
    assert found["toys.all"].dataset == "toys"
    assert found["toys.all"].sha256 == ""
    judging = {id for id, provenance in found.items() if provenance.judges_papers}
    assert judging == {"toys.bear.rows", "toys.real"}


def test_a_record_with_a_broken_origin_is_named(folder):
    one = recorder()
    one.add("a.b", 1, "as printed", dataset=DATASET)
    one.save()
    path = folder / "01-paper" / "01_data.json"
    before, _, after = path.read_text().rpartition('"variant"')
    path.write_text(f'{before}"colour"{after}')
    with pytest.raises(ReaderError, match=r"01_data\.json"):
        records.this_run()


def test_doubled_and_broken_values_are_refused(folder):
    one = recorder()
    one.add("a.b", 1, "as printed")
    with pytest.raises(ValueError, match="twice"):
        one.add("a.b", 2, "as printed")
    for value in (np.nan, [], [1, np.inf], 1e308):
        with pytest.raises(ValueError, match="finite"):
            one.add("a.c", value, "as printed")


def test_no_protocol_is_taken_for_granted(folder):
    with pytest.raises(TypeError, match="protocol"):
        recorder().add("a.b", 1)
    with pytest.raises(TypeError, match="protocol"):
        recorder().add_scores("a", pd.DataFrame({"f1": [0.5, 0.5]}))


def test_one_id_in_two_files_is_refused(folder):
    for notebook in ("01-paper/01_data", "01-paper/02_reproduction"):
        one = recorder(notebook)
        one.add("a.b", 1, "as printed")
        one.save()
    with pytest.raises(ReaderError, match="two files"):
        records.this_run()


@pytest.mark.parametrize("content", ["", "{}", "[1]", "[" * 100_000, json.dumps({"format": 99})])
def test_a_broken_file_is_named(folder, content):
    (folder / "01-paper").mkdir()
    (folder / "01-paper" / "x.json").write_text(content)
    with pytest.raises(ReaderError, match=r"x\.json"):
        records.this_run()


NOT_VALUES = (["a"], [], 1, [np.nan], [1, np.inf], [1e308], [10**400])


@pytest.mark.parametrize(
    "damage",
    [
        *({"values": values} for values in NOT_VALUES),
        *({"protocol": 1}, {"deterministic": "no"}, {"origin": {"sha256": 5}}, [], None),
    ],
)
def test_a_damaged_record_is_named(folder, damage):
    one = recorder()
    one.add("a.b", 1, "as printed")
    one.save()
    path = folder / "01-paper" / "01_data.json"
    content = json.loads(path.read_text())
    entry = content["records"]["a.b"]
    content["records"]["a.b"] = entry | damage if isinstance(damage, dict) else damage
    path.write_text(json.dumps(content))
    with pytest.raises(ReaderError, match=r"01_data\.json is not a record file"):
        records.this_run()


@pytest.mark.parametrize("change", [{"seed": "7"}, {"versions": None}, {"source": 1}])
def test_a_damaged_provenance_is_named(folder, change):
    one = recorder()
    one.add("a.b", 1, "as printed")
    one.save()
    path = folder / "01-paper" / "01_data.json"
    content = json.loads(path.read_text())
    content["provenance"] |= change
    path.write_text(json.dumps(content))
    with pytest.raises(ReaderError, match=r"01_data\.json is not a record file"):
        records.this_run()


def test_the_kind_of_machine_knows_the_processor_and_what_is_hidden_of_it(monkeypatch):
    before = records.machine_kind()
    assert before.split()[:2] == [platform.machine(), platform.system()]
    assert records.machine_kind() == before
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "avx2")
    assert records.machine_kind() != before


def test_no_run_is_an_empty_set(folder):
    assert len(records.this_run()) == 0


@pytest.mark.parametrize(
    ("id", "source", "profile", "allowed"),
    [
        ("a.b", "real", "full", True),
        ("a.twin.b", "twin", "full", True),
        ("a.b", "twin", "full", False),
        ("a.twins.b", "twin", "full", False),
        ("a.twin.b", "twin", "quick", False),
        ("a.twin.b", "unknown", "full", False),
    ],
)
def test_only_what_names_itself_a_twins_record_is_published_beside_real_ones(
    id, source, profile, allowed
):
    from lib.book.publish.publication import publishable
    from lib.notebook.records import Provenance, Record

    provenance = Provenance("c/n", "d", "v", "", source, profile, 1, 1)
    assert publishable(Record(id, (1.0,), "as printed", False, provenance)) is allowed
